/* asyncio.Semaphore and BoundedSemaphore. A unit is handed over when a waiter is woken and not when
 * it runs, so the value alone does not say who may pass: see cad_semaphore_locked(). */
#include "waiter.h"

struct cad_semaphore {
    cad__object object;
    cad__waiters waiters;
    size_t value;
    size_t bound;  /* release() must not go above; SIZE_MAX: unbounded */
    size_t coming; /* waiters that were woken and have not run yet: the value is counted down */
};

static void describe(const cad__object *object, cad_object_info *info) {
    const cad_semaphore *semaphore = CAD__CONTAINER(object, const cad_semaphore, object);
    info->count = 2;
    info->fields[0] = (cad_object_field){.key = "value", .value = (int64_t)semaphore->value};
    info->fields[1] =
        (cad_object_field){.key = "waiters", .value = (int64_t)semaphore->waiters.count};
    if (semaphore->bound == SIZE_MAX)
        return;
    info->count = 3;
    info->fields[2] =
        (cad_object_field){.key = "bound", .value = (int64_t)semaphore->bound, .constant = true};
}

static size_t waiters(const cad__object *object) {
    return CAD__CONTAINER(object, const cad_semaphore, object)->waiters.count;
}

static const cad__type semaphore_type = {
    .name = "semaphore",
    .traced = CAD__TRACED_ALWAYS,
    .describe = describe,
    .waiters = waiters,
};

static cad_semaphore *new_semaphore(cad_loop *loop, size_t value, size_t bound) {
    cad_semaphore *semaphore = cad__object_new(loop, &semaphore_type, sizeof *semaphore);
    if (semaphore == NULL)
        return NULL;
    cad__waiters_init(&semaphore->waiters);
    semaphore->value = value;
    semaphore->bound = bound;
    return semaphore;
}

cad_semaphore *cad_semaphore_new(cad_loop *loop, size_t value) {
    return new_semaphore(loop, value, SIZE_MAX);
}

cad_semaphore *cad_bounded_semaphore_new(cad_loop *loop, size_t value) {
    return new_semaphore(loop, value, value);
}

void cad_semaphore_free(cad_semaphore *semaphore) {
    cad__object *object = semaphore != NULL ? &semaphore->object : NULL;
    CAD__ASSERT_UNUSED(object, &semaphore_type);
    cad__object_free(object);
}

/* The one that is woken gets the unit at once: nobody can take it from it on the way. */
static bool wake_up_next(cad_semaphore *semaphore) {
    if (semaphore->waiters.count == 0)
        return false;
    semaphore->value--;
    semaphore->coming++;
    return cad__wake_first(&semaphore->waiters);
}

static int acquire_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    cad_semaphore *semaphore = wait->object;
    if (wait->phase++ == 0) {
        if (cad_semaphore_locked(semaphore))
            return cad__park(task, &semaphore->waiters);
        semaphore->value--;
        CAD__CHANGED(semaphore);
        return 0;
    }
    bool won = wait->state == CAD__WAIT_WON;
    if (won)
        semaphore->coming--;
    if (won && wait->error != 0) {
        semaphore->value++;
        CAD__CHANGED(semaphore);
    }
    /* Those that came meanwhile had to queue, whatever the value. */
    while (semaphore->value > 0 && wake_up_next(semaphore))
        continue;
    return wait->error;
}

static const cad__operation acquire_operation = {.verb = "acquire", .poll = acquire_poll};

int cad_semaphore_acquire(cad_semaphore *semaphore) {
    return cad__begin(cad__current_wait(), &acquire_operation, semaphore);
}

int cad_semaphore_release(cad_semaphore *semaphore) {
    cad__object *object = &semaphore->object;
    if (semaphore->value >= semaphore->bound)
        return cad__did(object, "release",
                        cad_raise(CAD_EINVAL, "BoundedSemaphore released too many times"));
    semaphore->value++;
    cad__did(object, "release", 0);
    (void)wake_up_next(semaphore);
    CAD__CHANGED(semaphore);
    return 0;
}

size_t cad_semaphore_value(const cad_semaphore *semaphore) {
    return semaphore->value;
}

bool cad_semaphore_locked(const cad_semaphore *semaphore) {
    return semaphore->value == 0 || semaphore->coming > 0 || semaphore->waiters.count > 0;
}

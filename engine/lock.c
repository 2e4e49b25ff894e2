/* asyncio.Lock. */
#include "lock.h"

static void describe(const cad__object *object, cad_object_info *info) {
    const cad_lock *lock = CAD__CONTAINER(object, const cad_lock, object);
    info->count = 3;
    info->fields[0] = (cad_object_field){.key = "locked", .value = lock->locked};
    info->fields[1] = (cad_object_field){
        .key = "owner", .value = lock->owner != NULL ? (int64_t)cad_task_id(lock->owner) : 0};
    info->fields[2] = (cad_object_field){.key = "waiters", .value = (int64_t)lock->waiters.count};
}

static size_t waiters(const cad__object *object) {
    return CAD__CONTAINER(object, const cad_lock, object)->waiters.count;
}

static const cad_task *holder(const cad__object *object) {
    return CAD__CONTAINER(object, const cad_lock, object)->owner;
}

static void set_owner(cad_lock *lock, cad_task *task) {
    cad_future_unref(lock->owner);
    lock->owner = task != NULL ? cad_future_ref(task) : NULL;
}

static void clear(cad__object *object) {
    set_owner(CAD__CONTAINER(object, cad_lock, object), NULL);
}

static const cad__type lock_type = {
    .name = "lock",
    .traced = CAD__TRACED_ALWAYS,
    .describe = describe,
    .waiters = waiters,
    .holder = holder,
    .clear = clear,
};

void cad__lock_init(cad_lock *lock, cad_loop *loop) {
    lock->object.type = &lock_type;
    lock->object.loop = loop;
    cad__waiters_init(&lock->waiters);
}

cad_lock *cad_lock_new(cad_loop *loop) {
    cad_lock *lock = cad__object_new(loop, &lock_type, sizeof *lock);
    if (lock != NULL)
        cad__waiters_init(&lock->waiters);
    return lock;
}

void cad_lock_free(cad_lock *lock) {
    CAD__ASSERT(cad__object_is(lock != NULL ? &lock->object : NULL, &lock_type),
                "it has been freed, or is no such object");
    CAD__ASSERT(lock == NULL || lock->object.loop->closing || cad__list_empty(&lock->waiters.list),
                "a task waits for it, or was woken and has yet to acquire it");
    cad__object_free(lock != NULL ? &lock->object : NULL);
}

/* --- acquire --------------------------------------------------------------------------------- */

/* Waiters keep their place until they run, woken or cancelled: who comes while one is on its
 * way must queue behind it, and a release wakes nobody while the first in line is on its way. */

static bool waiting(const cad__link *link) {
    return CAD__CONTAINER(link, const cad__task, wait.link)->wait.state == CAD__WAIT_PARKED;
}

static bool cancelled(const cad__link *link) {
    return CAD__CONTAINER(link, const cad__task, wait.link)->wait.state == CAD__WAIT_CANCELLED;
}

static bool all_cancelled(const cad_lock *lock) {
    const cad__link *link = lock->waiters.list.next;
    while (link != &lock->waiters.list && cancelled(link))
        link = link->next;
    return link == &lock->waiters.list;
}

static void wake_up_first(cad_lock *lock) {
    if (!cad__list_empty(&lock->waiters.list) && waiting(lock->waiters.list.next))
        cad__wake(cad__first_waiter(&lock->waiters));
}

static int take(cad_lock *lock, cad_task *task) {
    lock->locked = true;
    set_owner(lock, task);
    CAD__CHANGED(lock);
    return 0;
}

int cad__lock_begin(cad_lock *lock, cad_task *task) {
    if (!lock->locked && all_cancelled(lock))
        return take(lock, task);
    return cad__park_keeping(task, &lock->waiters);
}

int cad__lock_resume(cad_lock *lock, cad_task *task) {
    cad__leave(task);
    if (cad__task_of(task)->wait.error == 0)
        return take(lock, task);
    if (!lock->locked)
        wake_up_first(lock);
    return CAD_ECANCELLED;
}

static int acquire_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    return wait->phase++ == 0 ? cad__lock_begin(wait->object, task)
                              : cad__lock_resume(wait->object, task);
}

static const cad__operation acquire_operation = {.verb = "acquire", .poll = acquire_poll};

int cad_lock_acquire(cad_lock *lock) {
    return cad__begin(cad__current_wait(), &acquire_operation, lock);
}

int cad_lock_release(cad_lock *lock) {
    if (!lock->locked)
        return cad__did(&lock->object, "release", cad_raise(CAD_ERUNTIME, "Lock is not acquired."));
    lock->locked = false;
    set_owner(lock, NULL);
    cad__did(&lock->object, "release", 0);
    wake_up_first(lock);
    CAD__CHANGED(lock);
    return 0;
}

bool cad_lock_locked(const cad_lock *lock) {
    return lock->locked;
}

/* asyncio.Barrier: a state machine over a condition of its own, as it is there.
 *
 * FILLING until as many tasks are inside as there are parties; then DRAINING until the last of them
 * has left, during which newcomers wait outside. reset() makes that RESETTING, in which those
 * inside leave with an error; abort() makes it BROKEN for good. Each change notifies the condition,
 * and every task looks for itself whether it is let go: that is asyncio's, and so are the places at
 * which it looks. */
#include "condition.h"

enum state { FILLING, DRAINING, RESETTING, BROKEN };

struct cad_barrier {
    cad__object object;
    cad_lock lock; /* of the condition; both are parts of the barrier, and unknown outside */
    cad_condition condition; /* notified whenever the state changes */
    size_t parties;
    size_t count; /* tasks inside */
    enum state state;
    cad__lost left; /* who was cancelled in it since it was last full */
};

static void describe(const cad__object *object, cad_object_info *info) {
    const cad_barrier *barrier = CAD__CONTAINER(object, const cad_barrier, object);
    info->count = 3;
    info->fields[0] =
        (cad_object_field){.key = "n_waiting", .value = (int64_t)cad_barrier_n_waiting(barrier)};
    info->fields[1] =
        (cad_object_field){.key = "parties", .value = (int64_t)barrier->parties, .constant = true};
    info->fields[2] = (cad_object_field){.key = "broken", .value = cad_barrier_broken(barrier)};
}

static size_t waiters(const cad__object *object) {
    const cad_barrier *barrier = CAD__CONTAINER(object, const cad_barrier, object);
    return barrier->condition.waiters.count + barrier->lock.waiters.count;
}

/* Its lock's, and its condition's. */
static const char *line(const cad__object *object, const cad__waiters *waiters) {
    const cad_barrier *barrier = CAD__CONTAINER(object, const cad_barrier, object);
    return waiters == &barrier->lock.waiters ? "entering" : "waiters";
}

static bool lost(const cad__object *object, const char *line, cad_lost_info *info) {
    (void)line;
    info->verb = "wait";
    return cad__lost_tell(&CAD__CONTAINER(object, const cad_barrier, object)->left, info);
}

static void clear(cad__object *object) {
    cad_barrier *barrier = CAD__CONTAINER(object, cad_barrier, object);
    barrier->lock.object.type->clear(&barrier->lock.object);
    cad__lost_forget(&barrier->left);
}

static const cad__type barrier_type = {
    .name = "barrier",
    .traced = CAD__TRACED_ALWAYS,
    .describe = describe,
    .waiters = waiters,
    .line = line,
    .lost = lost,
    .clear = clear,
};

cad_barrier *cad_barrier_new(cad_loop *loop, size_t parties) {
    CAD__ASSERT(parties > 0, "a barrier has at least one party");
    cad_barrier *barrier = cad__object_new(loop, &barrier_type, sizeof *barrier);
    if (barrier == NULL)
        return NULL;
    cad__lock_init(&barrier->lock, loop);
    barrier->condition.object.loop = loop;
    barrier->condition.lock = &barrier->lock;
    cad__waiters_init(&barrier->condition.waiters);
    barrier->parties = parties;
    barrier->state = FILLING;
    return barrier;
}

void cad_barrier_free(cad_barrier *barrier) {
    cad__object *object = barrier != NULL ? &barrier->object : NULL;
    CAD__ASSERT_UNUSED(object, &barrier_type);
    cad__object_free(object);
}

/* --- wait ------------------------------------------------------------------------------------ */

/* How far wait() has come. In BLOCKED and ENTERED it waits on the condition. */
enum phase { START, ACQUIRING, BLOCKED, ENTERED };

static void set_state(cad_barrier *barrier, enum state state) {
    barrier->state = state;
    (void)cad_condition_notify_all(&barrier->condition);
    CAD__CHANGED(barrier);
}

/* Leaves the lock's block with `result`. */
static int leave(cad_barrier *barrier, int result) {
    (void)cad_lock_release(&barrier->lock);
    return result;
}

static int leave_barrier(cad_barrier *barrier, int result) {
    if (result == CAD_ECANCELLED && barrier->state == FILLING)
        cad__lost_note(&barrier->left, &barrier->object, cad__current());
    if (--barrier->count == 0) {
        bool ends = barrier->state == RESETTING || barrier->state == DRAINING;
        set_state(barrier, ends ? FILLING : barrier->state);
    } else if (barrier->state == FILLING) {
        CAD__CHANGED(barrier);
    }
    return leave(barrier, result);
}

/* wait_for() on the condition: until the barrier is no longer draining or resetting (BLOCKED), or
 * no longer filling (ENTERED). */
static int wait_in(cad_barrier *barrier, cad_task *task, enum phase phase) {
    cad__wait *wait = &cad__task_of(task)->wait;
    for (;;) {
        if (wait->inner == 0) {
            bool draining = barrier->state == DRAINING || barrier->state == RESETTING;
            if (phase == BLOCKED ? !draining : barrier->state != FILLING)
                return 0;
        }
        int result = cad__condition_poll(&barrier->condition, task, &wait->inner);
        if (result != 0)
            return result;
        wait->inner = 0;
    }
}

static int enter(cad_barrier *barrier, cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    if (barrier->state == BROKEN)
        return leave(barrier, cad_raise(CAD_EBARRIER, "Barrier aborted"));
    wait->index = barrier->count++;
    wait->phase = ENTERED;
    wait->inner = 0;
    if (wait->index + 1 == barrier->parties) {
        cad__lost_forget(&barrier->left);
        set_state(barrier, DRAINING);
        return leave_barrier(barrier, (int)wait->index);
    }
    CAD__CHANGED(barrier);
    return wait_in(barrier, task, ENTERED);
}

static int wait_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    cad_barrier *barrier = wait->object;
    int result;
    if (wait->phase <= ACQUIRING) {
        result = wait->phase++ == START ? cad__lock_begin(&barrier->lock, task)
                                        : cad__lock_resume(&barrier->lock, task);
        if (result != 0)
            return result;
        wait->phase = BLOCKED;
    }
    if (wait->phase == BLOCKED) {
        result = wait_in(barrier, task, BLOCKED);
        if (result != 0)
            return result == CAD_PENDING ? result : leave(barrier, result);
        result = enter(barrier, task);
        if (result != 0 || wait->index + 1 == barrier->parties)
            return result;
    } else {
        result = wait_in(barrier, task, ENTERED);
        if (result == CAD_PENDING)
            return result;
    }
    if (result == 0)
        result = barrier->state == BROKEN || barrier->state == RESETTING
                     ? cad_raise(CAD_EBARRIER, "Abort or reset of barrier")
                     : (int)wait->index;
    return leave_barrier(barrier, result);
}

static const cad__operation wait_operation = {.verb = "wait", .poll = wait_poll};

int cad_barrier_wait(cad_barrier *barrier) {
    return cad__begin(cad__current_wait(), &wait_operation, barrier);
}

/* --- reset, abort ---------------------------------------------------------------------------- */

static int acquire(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    cad_barrier *barrier = wait->object;
    return wait->phase++ == 0 ? cad__lock_begin(&barrier->lock, task)
                              : cad__lock_resume(&barrier->lock, task);
}

static int reset_poll(cad_task *task) {
    cad_barrier *barrier = cad__task_of(task)->wait.object;
    int result = acquire(task);
    if (result != 0)
        return result;
    set_state(barrier, barrier->count > 0 ? RESETTING : FILLING);
    return leave(barrier, 0);
}

static const cad__operation reset_operation = {.verb = "reset", .poll = reset_poll};

int cad_barrier_reset(cad_barrier *barrier) {
    return cad__begin(cad__current_wait(), &reset_operation, barrier);
}

static int abort_poll(cad_task *task) {
    cad_barrier *barrier = cad__task_of(task)->wait.object;
    int result = acquire(task);
    if (result != 0)
        return result;
    set_state(barrier, BROKEN);
    return leave(barrier, 0);
}

static const cad__operation abort_operation = {.verb = "abort", .poll = abort_poll};

int cad_barrier_abort(cad_barrier *barrier) {
    return cad__begin(cad__current_wait(), &abort_operation, barrier);
}

size_t cad_barrier_parties(const cad_barrier *barrier) {
    return barrier->parties;
}

size_t cad_barrier_n_waiting(const cad_barrier *barrier) {
    return barrier->state == FILLING ? barrier->count : 0;
}

bool cad_barrier_broken(const cad_barrier *barrier) {
    return barrier->state == BROKEN;
}

/* asyncio.Condition: a line of tasks beside a lock, which each gives up while it waits in the line
 * and has again before it goes on, cancelled or not. */
#include "condition.h"

static void describe(const cad__object *object, cad_object_info *info) {
    const cad_condition *condition = CAD__CONTAINER(object, const cad_condition, object);
    info->count = 2;
    info->fields[0] =
        (cad_object_field){.key = "waiters", .value = (int64_t)condition->waiters.count};
    /* None where there was no memory for it. */
    info->fields[1] = (cad_object_field){
        .key = "lock",
        .value = condition->lock != NULL ? (int64_t)condition->lock->object.id : 0,
        .constant = true};
}

static size_t waiters(const cad__object *object) {
    const cad_condition *condition = CAD__CONTAINER(object, const cad_condition, object);
    return condition->waiters.count;
}

static bool lost(const cad__object *object, const char *line, cad_lost_info *info) {
    (void)line;
    info->verb = "notify";
    return cad__lost_tell(&CAD__CONTAINER(object, const cad_condition, object)->lost, info);
}

static void clear(cad__object *object) {
    cad__lost_forget(&CAD__CONTAINER(object, cad_condition, object)->lost);
}

static const cad__type condition_type = {
    .name = "condition",
    .traced = CAD__TRACED_ALWAYS,
    .describe = describe,
    .waiters = waiters,
    .lost = lost,
    .clear = clear,
};

cad_condition *cad_condition_new(cad_loop *loop, cad_lock *lock) {
    cad_condition *condition = cad__object_new(loop, &condition_type, sizeof *condition);
    if (condition == NULL)
        return NULL;
    cad__waiters_init(&condition->waiters);
    condition->own_lock = lock == NULL;
    condition->lock = lock != NULL ? lock : cad_lock_new(loop);
    if (condition->lock == NULL) {
        cad__object_free(&condition->object);
        return NULL;
    }
    return condition;
}

void cad_condition_free(cad_condition *condition) {
    if (condition == NULL)
        return;
    CAD__ASSERT_UNUSED(&condition->object, &condition_type);
    cad_lock *own = condition->own_lock ? condition->lock : NULL;
    /* The lock after it: a detailed trace tells what is freed, and describes it by its lock. */
    cad__object_free(&condition->object);
    cad_lock_free(own);
}

cad_lock *cad_condition_lock(cad_condition *condition) {
    return condition->lock;
}

/* --- wait ------------------------------------------------------------------------------------ */

/* A phase is 0, then NOTIFY, then ACQUIRE, NOTIFIED or not, CANCELLED or not; LOST where it was
 * both and there was nobody else. */
enum { NOTIFY = 1, ACQUIRE = 2, CANCELLED = 4, NOTIFIED = 8, LOST = 16 };

static void wake(cad_condition *condition, size_t n) {
    if (condition->waiters.count == 0)
        return;
    while (n > 0 && cad__wake_first(&condition->waiters))
        n--;
    CAD__CHANGED(condition);
}

int cad__condition_poll(cad_condition *condition, cad_task *task, uint8_t *phase) {
    cad_lock *lock = condition->lock;
    int result;
    if (*phase == 0) {
        if (!lock->locked)
            return cad_raise(CAD_ERUNTIME, "cannot wait on un-acquired lock");
        (void)cad_lock_release(lock);
        *phase = NOTIFY;
        return cad__park(task, &condition->waiters);
    }
    if (*phase == NOTIFY) {
        const cad__wait *wait = &cad__task_of(task)->wait;
        *phase = wait->error != 0 ? ACQUIRE | CANCELLED : ACQUIRE;
        *phase |= wait->state == CAD__WAIT_WON ? NOTIFIED : 0;
        result = cad__lock_begin(lock, task);
    } else {
        result = cad__lock_resume(lock, task);
    }
    /* Cancelled or not, nobody leaves without the lock; the last cancel is what is raised. */
    while (result == CAD_ECANCELLED) {
        *phase |= CANCELLED;
        result = cad__lock_begin(lock, task);
    }
    if (result == CAD_PENDING || (*phase & CANCELLED) == 0)
        return result;
    /* It may have been notified before: then another has to be. One too many is allowed, as every
     * waiter looks for itself. */
    if ((*phase & NOTIFIED) != 0 && condition->waiters.count == 0)
        *phase |= LOST;
    wake(condition, 1);
    return CAD_ECANCELLED;
}

static int poll(cad_condition *condition, cad_task *task, uint8_t *phase) {
    int result = cad__condition_poll(condition, task, phase);
    if (result == CAD_ECANCELLED && (*phase & LOST) != 0)
        cad__lost_note(&condition->lost, &condition->object, task);
    return result;
}

static int wait_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    return poll(wait->object, task, &wait->inner);
}

static cad_lock *lock_waited_for(const cad_task *task) {
    const cad__wait *wait = &cad__task_of(task)->wait;
    const cad_condition *condition = wait->object;
    return wait->inner & ACQUIRE ? condition->lock : NULL;
}

static const cad__operation wait_operation = {
    .verb = "wait", .poll = wait_poll, .lock = lock_waited_for};

int cad_condition_wait(cad_condition *condition) {
    return cad__begin(cad__current_wait(), &wait_operation, condition);
}

static int wait_for_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    for (;;) {
        if (wait->inner == 0) {
            int holds = wait->predicate(wait->arg);
            if (holds != 0)
                return holds;
        }
        int result = poll(wait->object, task, &wait->inner);
        if (result != 0)
            return result;
        wait->inner = 0;
    }
}

static const cad__operation wait_for_operation = {
    .verb = "wait_for", .poll = wait_for_poll, .lock = lock_waited_for};

int cad_condition_wait_for(cad_condition *condition, int (*predicate)(void *arg), void *arg) {
    cad__wait *wait = cad__current_wait();
    wait->predicate = predicate;
    wait->arg = arg;
    return cad__begin(wait, &wait_for_operation, condition);
}

/* --- notify ---------------------------------------------------------------------------------- */

static int notify(cad_condition *condition, const char *verb, size_t n) {
    cad__object *object = &condition->object;
    if (!condition->lock->locked)
        return cad__did(object, verb, cad_raise(CAD_ERUNTIME, "cannot notify on un-acquired lock"));
    cad__did(object, verb, 0);
    if (n > 0 && condition->waiters.count == 0)
        cad__lost_note(&condition->lost, object, NULL);
    else
        cad__lost_forget(&condition->lost);
    wake(condition, n);
    return 0;
}

int cad_condition_notify(cad_condition *condition, size_t n) {
    return notify(condition, "notify", n);
}

int cad_condition_notify_all(cad_condition *condition) {
    return notify(condition, "notify_all", SIZE_MAX);
}

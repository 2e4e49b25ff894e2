/* The one contract under every blocking operation: park, wake, cancel.
 *
 * asyncio does this with a Future a wait (`fut_waiter`): pending while parked, with a result
 * once woken, cancelled by Task.cancel(). Here the wait is a part of the task, because a task
 * waits for one thing at a time, and so nothing has to be allocated for it.
 *
 * What state the wait is in says who may end it, and where the task's one entry is:
 *
 *     NONE        runs, or yields        a cancel finds nothing to end: kept in must_cancel
 *     PARKED      in a line of waiters   cad__wake() or a cancel; the entry is nowhere
 *     SLEEPING    the same, no line      its timer, which is the entry, or a cancel
 *     FUTURE      awaits a future        the future's end; a cancel goes to the future. The entry
 *                                        is among the future's callbacks
 *     WON         was woken              nobody: the entry is in the ready queue. A cancel that
 *     CANCELLED   was cancelled          comes now is kept in must_cancel
 *
 * WON and CANCELLED last until the task's turn, and through the poll in it: only the poll knows
 * whether what was won has to be passed on when a cancel came behind (`wait.error` says cancelled,
 * `wait.state` says won). */
#include "waiter.h"
#include "coroutine.h"
#include "lock.h"

/* An operation is waiting now. A task that called cancel() on itself is cancelled at its next wait,
 * as soon as it begins. */
static void parked(cad__task *task) {
    if (task->future.must_cancel && cad__wait_cancel(task, task->cancel_exception) > 0)
        task->future.must_cancel = false;
}

CAD__INLINE int poll(cad_loop *loop, cad__task *task, const cad__operation *operation) {
    if (__builtin_expect(loop->trace != NULL, 0))
        return cad__trace_poll(task);
    return operation->poll(&task->future);
}

int cad__begin(cad__wait *wait, const cad__operation *operation, void *object) {
    cad__task *task = CAD__CONTAINER(wait, cad__task, wait);
    wait->operation = operation;
    wait->object = object;
    wait->error = 0;
    wait->state = CAD__WAIT_NONE;
    wait->keep = false;
    wait->phase = wait->inner = 0;
    int result = poll(task->future.object.loop, task, operation);
    if (result != CAD_PENDING) {
        wait->operation = NULL;
        return result;
    }
    parked(task);
    return !task->future.stackful ? CAD_PENDING : cad__coroutine_suspend(task);
}

CAD__APART static void resume_cancelled(cad__task *task) {
    cad__wait *wait = &task->wait;
    if (wait->state == CAD__WAIT_CANCELLED) {
        cad__raise(CAD_ECANCELLED, wait->cancelled);
        wait->cancelled = NULL;
    } else {
        wait->error = CAD_ECANCELLED;
        cad__raise(CAD_ECANCELLED, cad_exception_ref(task->cancel_exception));
    }
    task->future.must_cancel = false;
}

int cad__wait_resume(cad_loop *loop, cad__task *task) {
    cad__wait *wait = &task->wait;
    if (wait->state == CAD__WAIT_FUTURE)
        wait->state = CAD__WAIT_NONE;
    if (wait->state == CAD__WAIT_CANCELLED || task->future.must_cancel)
        resume_cancelled(task);
    if (wait->operation == NULL)
        return wait->error;
    int result = poll(loop, task, wait->operation);
    if (result == CAD_PENDING) {
        parked(task);
    } else {
        wait->operation = NULL;
        wait->state = CAD__WAIT_NONE;
    }
    return result;
}

/* --- Parking ----------------------------------------------------------------------------- */

static int begin_wait(cad_task *task, enum cad__wait_state state) {
    cad__wait *wait = &cad__task_of(task)->wait;
    wait->state = (uint8_t)state;
    wait->error = 0;
    wait->keep = false;
    wait->since_ns = task->object.loop->due_ns;
    return CAD_PENDING;
}

int cad__park(cad_task *task, cad__waiters *waiters) {
    cad__wait *wait = &cad__task_of(task)->wait;
    cad__append(&waiters->list, &wait->link);
    waiters->count++;
    wait->waiters = waiters;
    return begin_wait(task, CAD__WAIT_PARKED);
}

int cad__park_keeping(cad_task *task, cad__waiters *waiters) {
    int result = cad__park(task, waiters);
    cad__task_of(task)->wait.keep = true;
    return result;
}

void cad__leave(cad_task *task) {
    cad__unlink(&cad__task_of(task)->wait.link);
}

void cad__slept(cad__entry *entry) {
    cad__wake(&cad__entry_owner(entry)->future);
}

int cad__park_until(cad_task *future, int64_t deadline_ns) {
    cad__task *task = cad__task_of(future);
    task->timer.entry.kind = CAD__ENTRY_TIMER;
    int error = cad__timer_start(future->object.loop, &task->timer, deadline_ns);
    if (error != 0)
        return error;
    task->wait.deadline_ns = deadline_ns;
    return begin_wait(future, CAD__WAIT_SLEEPING);
}

int cad__wait_future(cad_task *task, cad_future *future) {
    cad__entry *entry = &cad__task_of(task)->timer.entry;
    entry->kind = CAD__ENTRY_TASK;
    cad__future_subscribe(future, entry);
    return begin_wait(task, CAD__WAIT_FUTURE);
}

int cad__yield(cad_task *task) {
    begin_wait(task, CAD__WAIT_NONE);
    cad__entry *entry = &cad__task_of(task)->timer.entry;
    entry->kind = CAD__ENTRY_TASK;
    cad__ready(task->object.loop, entry);
    return CAD_PENDING;
}

/* --- Waking ------------------------------------------------------------------------------ */

/* The task is appended to the ready queue: its wait is over. Who listens has to be told three times
 * in this; so it is looked once whether anybody does, and there are two of this function. */
CAD__INLINE void end_wait_of(cad__task *task, enum cad__wait_state state, int error, bool traced) {
    cad_loop *loop = task->future.object.loop;
    cad__wait *wait = &task->wait;
    if (wait->state == CAD__WAIT_PARKED) {
        wait->waiters->count--;
        if (traced)
            cad__trace_unpark(task);
        if (!wait->keep)
            cad__unlink(&wait->link);
    }
    wait->state = (uint8_t)state;
    wait->error = error;
    if (traced)
        cad__trace_wake(&task->future);
    task->timer.entry.kind = CAD__ENTRY_TASK;
    if (traced)
        cad__ready(loop, &task->timer.entry);
    else
        cad__append(&loop->ready, &task->timer.entry.link);
}

CAD__APART static void end_wait_traced(cad__task *task, enum cad__wait_state state, int error) {
    end_wait_of(task, state, error, true);
}

static void end_wait(cad__task *task, enum cad__wait_state state, int error) {
    if (__builtin_expect(task->future.object.loop->trace != NULL, 0))
        end_wait_traced(task, state, error);
    else
        end_wait_of(task, state, error, false);
}

void cad__wake(cad_task *future) {
    cad__task *task = cad__task_of(future);
    assert(task->wait.state == CAD__WAIT_PARKED || task->wait.state == CAD__WAIT_SLEEPING);
    end_wait(task, CAD__WAIT_WON, 0);
}

bool cad__wake_first(cad__waiters *waiters) {
    cad_task *task = cad__first_waiter(waiters);
    if (task != NULL)
        cad__wake(task);
    return task != NULL;
}

void cad__wake_all(cad__waiters *waiters) {
    while (cad__wake_first(waiters))
        continue;
}

int cad__wait_cancel(cad__task *task, cad_exception *exception) {
    cad__wait *wait = &task->wait;
    switch (wait->state) {
    case CAD__WAIT_FUTURE:
        return cad__future_cancel(wait->object, exception);
    case CAD__WAIT_SLEEPING:
        cad__timer_cancel(task->future.object.loop, &task->timer);
        break;
    case CAD__WAIT_PARKED:
        break;
    default:
        return 0;
    }
    end_wait(task, CAD__WAIT_CANCELLED, CAD_ECANCELLED);
    wait->cancelled = cad_exception_ref(exception);
    return 1;
}

void cad__wait_drop(cad__task *task) {
    cad__wait *wait = &task->wait;
    /* Nothing is woken here, and no count kept: the list's owner goes, too, or is being freed.
     * Before drop(), which may free the list. */
    if (cad__linked(&wait->link))
        cad__unlink(&wait->link);
    if (wait->operation != NULL && wait->operation->drop != NULL)
        wait->operation->drop(&task->future);
    if (wait->state == CAD__WAIT_CANCELLED)
        cad_exception_unref(wait->cancelled);
    wait->operation = NULL;
    wait->state = CAD__WAIT_NONE;
    cad__timer_cancel(task->future.object.loop, &task->timer);
}

/* --- For reports --------------------------------------------------------------------------- */

static bool waits(const cad__wait *wait) {
    if (wait->operation == NULL)
        return false;
    if (wait->state == CAD__WAIT_FUTURE)
        return !cad_future_done(wait->object);
    return wait->state == CAD__WAIT_PARKED || wait->state == CAD__WAIT_SLEEPING;
}

static const char *line_of(const cad__wait *wait, const cad__object *object) {
    if (wait->state != CAD__WAIT_PARKED)
        return NULL;
    if (object->type->cancel != NULL)
        return "cancelling"; /* not among those who await it: wait_for() without time */
    return object->type->line != NULL ? object->type->line(object, wait->waiters) : "waiters";
}

/* In the middle of an operation it may be for a lock, which has a word of its own. */
static cad__object *object_of(const cad__task *task, const char **verb) {
    const cad__operation *operation = task->wait.operation;
    cad_lock *lock = operation->lock != NULL ? operation->lock(&task->future) : NULL;
    *verb = lock != NULL ? "acquire" : operation->verb;
    return lock != NULL ? &lock->object : task->wait.object;
}

cad__object *cad__parked_at(const cad__task *task, const char **line) {
    const char *verb;
    cad__object *object = object_of(task, &verb);
    *line = object != NULL ? line_of(&task->wait, object) : NULL;
    return object;
}

static int64_t until_of(const cad__object *object) {
    return object->type->until != NULL ? object->type->until(object) : CAD_NEVER;
}

static void tell_object(const cad__wait *wait, cad__object *object, cad_wait_info *info) {
    if (object->type->followed != NULL)
        info->follows = object;
    if (object->type == &cad__task_type)
        info->task = wait->object;
    else if (wait->state == CAD__WAIT_FUTURE && object->type->verb != NULL)
        info->verb = object->type->verb;
    info->object = object;
    info->object_id = info->task == NULL ? object->id : 0;
    info->line = line_of(wait, object);
    if (object->type->holder != NULL)
        info->holder = object->type->holder(object);
}

bool cad_task_waiting(const cad_task *future, cad_wait_info *info) {
    const cad__task *task = cad__task_of(future);
    const cad__wait *wait = &task->wait;
    if (!waits(wait))
        return false;
    *info = (cad_wait_info){.since_ns = wait->since_ns, .until_ns = CAD_NEVER};
    if (wait->state == CAD__WAIT_SLEEPING)
        info->until_ns = wait->deadline_ns;
    cad__object *object = object_of(task, &info->verb);
    if (wait->operation->item_follows)
        info->follows = wait->item;
    if (object != NULL)
        tell_object(wait, object, info);
    if (info->follows != NULL)
        info->until_ns = until_of(info->follows);
    return true;
}

void cad__lost_note(cad__lost *lost, const cad__object *object, const cad_task *task) {
    cad__lost_forget(lost);
    lost->known = true;
    lost->when_ns = object->loop->due_ns;
    lost->task = task != NULL ? cad__strdup(cad_task_name(task)) : NULL;
}

void cad__lost_forget(cad__lost *lost) {
    cad__free(lost->task);
    *lost = (cad__lost){0};
}

bool cad__lost_tell(const cad__lost *lost, cad_lost_info *info) {
    info->when_ns = lost->when_ns;
    info->task = lost->task;
    return lost->known;
}

bool cad_wait_lost(const cad_wait_info *wait, cad_lost_info *info) {
    const cad__object *object = wait->object;
    *info = (cad_lost_info){.undone_ns = CAD_NEVER};
    return object != NULL && wait->line != NULL && object->type->lost != NULL &&
           object->type->lost(object, wait->line, info);
}

void cad_followed(const void *follows, cad_followed_visitor *visit, void *arg) {
    const cad__object *object = follows;
    object->type->followed(object, visit, arg);
}

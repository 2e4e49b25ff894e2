/* asyncio.timeout(): a scope of a task that cancels it when the deadline has come, and makes a
 * TimeoutError of that cancel where it leaves the scope. Which cancel was the scope's own is known
 * by counting, as in asyncio: the requests that were there when it was entered, and those left. */
#include "task.h"

enum state { ENTERED, EXPIRING };

struct cad_timeout {
    cad__object object;
    cad_task *task; /* the one inside; it outlives the scope */
    cad__timer timer;
    int64_t when_ns;
    uint32_t cancelling; /* requests that were there before the scope */
    enum state state;
};

static const cad__type timeout_type = {.name = "timeout"};

void cad__timeout_expire(cad__entry *entry) {
    cad_timeout *scope = CAD__CONTAINER(entry, cad_timeout, timer.entry);
    CAD__TELL(scope->object.loop, timeout, scope->task);
    /* Where the task stands in a circle of awaits the cancel is a RecursionError, and asyncio's
     * callback ends by that before it notes that it has expired. */
    if (cad__future_cancel(scope->task, NULL) != CAD_ESTACK)
        scope->state = EXPIRING;
}

const cad_task *cad__timeout_task(const cad__entry *entry) {
    return CAD__CONTAINER(entry, cad_timeout, timer.entry)->task;
}

static int schedule(cad_timeout *scope, int64_t when_ns) {
    cad_loop *loop = scope->object.loop;
    cad__timer_cancel(loop, &scope->timer);
    scope->when_ns = when_ns;
    if (when_ns == CAD_NEVER)
        return 0;
    if (when_ns > cad_loop_deadline(loop, 0))
        return cad__timer_start(loop, &scope->timer, when_ns);
    cad__ready(loop, &scope->timer.entry);
    return 0;
}

int cad_timeout_enter_at(int64_t when_ns, cad_timeout **out) {
    cad_task *task = cad__current();
    *out = NULL;
    cad_timeout *scope = cad__object_new(task->object.loop, &timeout_type, sizeof *scope);
    if (scope == NULL)
        return CAD_ENOMEM;
    scope->task = task;
    scope->cancelling = task->cancelling;
    scope->timer.entry.kind = CAD__ENTRY_TIMEOUT;
    int error = schedule(scope, when_ns);
    if (error != 0) {
        cad__object_free(&scope->object);
        return error;
    }
    task->scopes++;
    *out = scope;
    return 0;
}

int cad_timeout_enter(int64_t delay_ns, cad_timeout **out) {
    cad_loop *loop = cad__current()->object.loop;
    return cad_timeout_enter_at(
        delay_ns == CAD_NEVER ? CAD_NEVER : cad_loop_deadline(loop, delay_ns), out);
}

int cad_timeout_reschedule(cad_timeout *scope, int64_t when_ns) {
    if (scope->state != ENTERED)
        return cad_raise(CAD_ERUNTIME, "Cannot change state of expiring Timeout");
    return schedule(scope, when_ns);
}

int64_t cad_timeout_when(const cad_timeout *scope) {
    return scope->when_ns;
}

bool cad_timeout_expired(const cad_timeout *scope) {
    return scope->state != ENTERED;
}

int cad_timeout_leave(cad_timeout *scope, int error) {
    CAD__ASSERT(cad__object_is(&scope->object, &timeout_type), "it has been left");
    cad_task *task = scope->task;
    CAD__ASSERT(task == cad__current(), "another task has entered it");
    task->scopes--;
    cad__timer_cancel(scope->object.loop, &scope->timer);
    bool expired = scope->state == EXPIRING;
    /* Another cancel beside the scope's own is left to whoever asked for it. */
    if (expired && cad_task_uncancel(task) <= (int)scope->cancelling && error == CAD_ECANCELLED)
        error = cad_raise(CAD_ETIMEDOUT, NULL);
    cad__object_free(&scope->object);
    return error;
}

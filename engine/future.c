/* asyncio.Future: a result that comes later, and what waits for it.
 *
 * Whatever waits is an entry of the ready queue, parked in the future's list of callbacks until it
 * is done: a task that awaits it (its turn is the callback), the program's done callbacks, and the
 * followers of gather(), wait() and the like. When the future is done all of them move over at
 * once, in their order, and nothing can fail. A task is a future with a body: see task.c. */
#include <stdio.h>

#include "future.h"
#include "waiter.h"

/* A done callback of the program's. */
typedef struct callback {
    cad__object object;
    cad__follower follower;
    cad_done_callback *fn;
    void *arg;
} callback;

static const cad__type callback_type = {.name = "callback"};

void cad__done_callback_run(cad__entry *entry) {
    callback *call = CAD__CONTAINER(entry, callback, follower.entry);
    call->fn(call->follower.future, call->arg);
    cad_future_unref(call->follower.future);
    cad__object_free(&call->object);
}

/* --- Life -------------------------------------------------------------------------------- */

void *cad__future_new(cad_loop *loop, const cad__type *type, size_t size) {
    cad_future *future = cad__object_new(loop, type, size);
    if (future == NULL)
        return NULL;
    future->refs = 1;
    cad__list_init(&future->callbacks);
    return future;
}

/* What becomes of an exception where the program has no handler for it. */
static void report_unretrieved(cad_future *future, int code, const cad_exception *exception) {
    const char *message = exception != NULL ? cad_exception_message(exception) : "";
    fprintf(stderr, "cadran: the exception of %s was never retrieved: %s: %s\n",
            cad__object_name(&future->object), cad_error_name(code),
            message[0] != '\0' ? message : cad_error_text(code));
}

void cad__future_clear(cad__object *object) {
    cad_future *future = CAD__CONTAINER(object, cad_future, object);
    cad_loop *loop = object->loop;
    if (cad_future_unretrieved(future)) {
        if (loop->handler != NULL)
            loop->handler(future, future->error, future->exception, loop->handler_arg);
        else
            report_unretrieved(future, future->error, future->exception);
    }
    CAD__ASSERT(future->refs == 0 || loop->closing, "the exception handler kept the future");
    cad_exception_unref(future->exception);
    future->exception = NULL;
    while (!cad__list_empty(&future->callbacks))
        cad__unlink(future->callbacks.next);
}

void cad__future_describe(const cad__object *object, cad_object_info *info) {
    const cad_future *future = CAD__CONTAINER(object, const cad_future, object);
    info->count = 1;
    info->fields[0] =
        (cad_object_field){.key = "done", .value = future->state != CAD__FUTURE_PENDING};
}

/* A task that awaits it, or what follows it for one that waits. */
static bool is_waiter(const cad__entry *entry) {
    switch ((enum cad__entry_kind)entry->kind) {
    case CAD__ENTRY_TASK:
    case CAD__ENTRY_WAIT:
    case CAD__ENTRY_AS_COMPLETED:
    case CAD__ENTRY_GATHER:
    case CAD__ENTRY_SHIELD_INNER:
    case CAD__ENTRY_TASK_GROUP:
        return true;
    default:
        return false;
    }
}

size_t cad__future_waiters(const cad__object *object) {
    const cad_future *future = CAD__CONTAINER(object, const cad_future, object);
    size_t count = 0;
    for (cad__link *link = future->callbacks.next; link != &future->callbacks; link = link->next)
        count += is_waiter(CAD__CONTAINER(link, cad__entry, link));
    return count;
}

static const cad__type future_type = {
    .name = "future",
    .traced = CAD__TRACED_WHEN_USED,
    .describe = cad__future_describe,
    .waiters = cad__future_waiters,
    .clear = cad__future_clear,
    .cancel = cad__future_cancel_plain,
};

cad_future *cad_future_new(cad_loop *loop) {
    return cad__future_new(loop, &future_type, sizeof(cad_future));
}

typedef struct owning {
    cad_future future;
    void (*drop)(void *value);
} owning;

static void clear_owning(cad__object *object) {
    owning *self = CAD__CONTAINER(object, owning, future.object);
    void *value = self->future.value;
    self->future.value = NULL;
    cad__future_clear(object);
    self->drop(value);
}

static const cad__type owning_type = {
    .name = "future",
    .traced = CAD__TRACED_WHEN_USED,
    .describe = cad__future_describe,
    .waiters = cad__future_waiters,
    .clear = clear_owning,
    .cancel = cad__future_cancel_plain,
};

cad_future *cad_future_new_owning(cad_loop *loop, void (*drop)(void *value)) {
    owning *self = cad__future_new(loop, &owning_type, sizeof *self);
    if (self == NULL)
        return NULL;
    self->drop = drop;
    return &self->future;
}

cad_future *cad_future_ref(cad_future *future) {
    future->refs++;
    return future;
}

void cad_future_unref(cad_future *future) {
    if (future == NULL || future->object.loop->closing)
        return;
    CAD__ASSERT(future->refs > 0, "more references are given back than there were");
    if (--future->refs == 0)
        cad__object_free(&future->object);
}

/* --- Done -------------------------------------------------------------------------------- */

/* One entry of the ready queue for each callback and each waiting task, in their order. */
static void schedule_callbacks(cad_future *future) {
    cad_loop *loop = future->object.loop;
    CAD__CHANGED(future);
    CAD__TRACE(loop, cad__trace_join_all(loop, &future->callbacks));
    cad__splice(&loop->ready, &future->callbacks);
}

void cad__future_finish(cad_future *future, void *value, int error, cad_exception *exception) {
    future->state = CAD__FUTURE_FINISHED;
    future->value = value;
    future->error = error;
    future->exception = cad_exception_ref(exception);
    schedule_callbacks(future);
}

void cad__future_set_cancelled(cad_future *future, cad_exception *exception) {
    future->state = CAD__FUTURE_CANCELLED;
    future->error = CAD_ECANCELLED;
    future->exception = cad_exception_ref(exception);
    schedule_callbacks(future);
}

int cad__future_cancel_plain(cad_future *future, cad_exception *exception) {
    if (future->state != CAD__FUTURE_PENDING)
        return 0;
    cad__future_set_cancelled(future, exception);
    return 1;
}

int cad__future_cancel(cad_future *future, cad_exception *exception) {
    if (future->object.loop->closing) /* by the program's code, for what is gone already */
        return 0;
    /* As in asyncio: who cancels what has failed is taken to know about it. */
    if (future->state != CAD__FUTURE_PENDING)
        future->retrieved = true;
    return future->object.type->cancel(future, exception);
}

int cad_future_cancel(cad_future *future, const char *message) {
    cad_exception *exception = NULL;
    if (message != NULL) {
        exception = cad_exception_new(CAD_ECANCELLED, message);
        if (exception == NULL)
            return CAD_ENOMEM;
    }
    int taken = cad__future_cancel(future, exception);
    cad_exception_unref(exception);
    return taken < 0 ? cad_raise(taken, "maximum recursion depth exceeded") : taken;
}

/* What set_result() and set_exception() begin with. */
static int check_settable(const cad_future *future, const char *refusal) {
    if (future->object.type == &cad__task_type)
        return cad_raise(CAD_ERUNTIME, refusal);
    return future->state != CAD__FUTURE_PENDING ? cad_raise(CAD_ESTATE, "invalid state") : 0;
}

int cad_future_set_result(cad_future *future, void *value) {
    int error = check_settable(future, "Task does not support set_result operation");
    cad__did(&future->object, "set_result", error);
    if (error != 0)
        return error;
    cad__future_finish(future, value, 0, NULL);
    return 0;
}

int cad_future_set_exception(cad_future *future, int code, cad_exception *exception) {
    CAD__ASSERT(code < 0 && code != CAD_PENDING, "the code is no error");
    int error = check_settable(future, "Task does not support set_exception operation");
    cad__did(&future->object, "set_exception", error);
    if (error != 0)
        return error;
    cad__future_finish(future, NULL, code, exception);
    return 0;
}

bool cad_future_done(const cad_future *future) {
    return future->state != CAD__FUTURE_PENDING;
}

bool cad_future_cancelled(const cad_future *future) {
    return future->state == CAD__FUTURE_CANCELLED;
}

bool cad_future_unretrieved(const cad_future *future) {
    return future->state == CAD__FUTURE_FINISHED && future->error != 0 && !future->retrieved;
}

int cad__future_take(cad_future *future, void **value, cad_exception **exception) {
    *exception = NULL;
    if (future->state == CAD__FUTURE_PENDING) {
        *exception = cad_exception_new(CAD_ESTATE, "Result is not set.");
        return CAD_ESTATE;
    }
    future->retrieved = true;
    if (future->error == 0) {
        if (value != NULL)
            *value = future->value;
        return 0;
    }
    *exception = cad_exception_ref(future->exception);
    if (future->exception_once) {
        cad_exception_unref(future->exception);
        future->exception = NULL;
    }
    return future->error;
}

int cad_future_result(cad_future *future, void **value) {
    cad_exception *exception;
    int error = cad__future_take(future, value, &exception);
    return error != 0 ? cad__raise(error, exception) : 0;
}

int cad_future_exception(cad_future *future, cad_exception **exception) {
    if (exception != NULL)
        *exception = future->exception;
    if (future->state == CAD__FUTURE_PENDING)
        return cad_raise(CAD_ESTATE, "Exception is not set.");
    future->retrieved = true;
    return future->error;
}

const cad_exception *cad_future_cancel_exception(const cad_future *future) {
    bool raised = future->exception_once;
    return future->state == CAD__FUTURE_CANCELLED && !raised ? future->exception : NULL;
}

/* --- Awaiting ---------------------------------------------------------------------------- */

/* How far an await has come. */
enum { BEGIN, AWAITING, AWAITING_ITSELF };

static int refuse_itself(const cad_task *task) {
    char text[160];
    snprintf(text, sizeof text, "Task cannot await on itself: <Task pending name='%s'>",
             cad_task_name(task));
    return cad_raise(CAD_ERUNTIME, text);
}

int cad__await_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    cad_future *future = wait->object;
    if (wait->phase == BEGIN && future->state == CAD__FUTURE_PENDING) {
        cad_future_ref(future);
        wait->phase = future == task ? AWAITING_ITSELF : AWAITING;
        return future == task ? cad__yield(task) : cad__wait_future(task, future);
    }
    int cancelled = wait->error;
    if (wait->phase == AWAITING_ITSELF) {
        cad_future_unref(future);
        return cancelled != 0 ? cancelled : refuse_itself(task);
    }
    cad_exception *exception;
    int error = cad__future_take(future, wait->out, &exception);
    if (wait->phase == AWAITING)
        cad_future_unref(future);
    if (cancelled != 0 && error != CAD_ECANCELLED) {
        cad_exception_unref(exception);
        return cancelled;
    }
    return error != 0 ? cad__raise(error, exception) : 0;
}

static void await_drop(cad_task *task) {
    cad_future_unref(cad__task_of(task)->wait.object);
}

static const cad__operation await_operation = {
    .verb = "await", .poll = cad__await_poll, .drop = await_drop};

int cad_await(cad_future *future, void **value) {
    cad__wait *wait = cad__current_wait();
    wait->out = value;
    return cad__begin(wait, &await_operation, future);
}

/* --- Done callbacks ---------------------------------------------------------------------- */

int cad_future_add_done_callback(cad_future *future, cad_done_callback *fn, void *arg) {
    callback *call = cad__object_new(future->object.loop, &callback_type, sizeof *call);
    if (call == NULL)
        return CAD_ENOMEM;
    call->follower.entry.kind = CAD__ENTRY_DONE_CALLBACK;
    call->follower.future = cad_future_ref(future);
    call->fn = fn;
    call->arg = arg;
    cad__follow(&call->follower);
    return 0;
}

int cad_future_remove_done_callback(cad_future *future, cad_done_callback *fn, void *arg) {
    int removed = 0;
    cad__link *next;
    for (cad__link *link = future->callbacks.next; link != &future->callbacks; link = next) {
        next = link->next;
        cad__entry *entry = CAD__CONTAINER(link, cad__entry, link);
        callback *call = CAD__CONTAINER(entry, callback, follower.entry);
        if (entry->kind != CAD__ENTRY_DONE_CALLBACK || call->fn != fn || call->arg != arg)
            continue;
        cad__unlink(link);
        cad__object_free(&call->object);
        future->refs--; /* not the last one: the caller has one */
        removed++;
    }
    return removed;
}

void cad__unfollow(cad__follower *follower) {
    cad__entry *entry = &follower->entry;
    if (!cad__linked(&entry->link))
        return;
    if (cad_future_done(follower->future))
        CAD__TRACE_DETAIL(follower->future->object.loop,
                          cad__trace_leave(follower->future->object.loop, entry));
    cad__unlink(&entry->link);
}

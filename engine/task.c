/* asyncio.Task: a body that runs in turns, as a coroutine or as a step machine, and is a future.
 *
 * A turn begins in one of two places: cad__task_run(), when the loop has come to the task, and
 * cad__task_next(), when the turn of a coroutine is over and that of another comes right behind, on
 * whose stack the processor can go on without the loop. Both do the same to the task
 * (begin_turn()): go on with the operation that it waits in, and run its body only where that is
 * finished. The first turn of a task that starts eagerly is a part of its creator's
 * (start_eagerly()). */
#include <string.h>

#include "clock.h"
#include "coroutine.h"
#include "group.h"
#include "task.h"
#include "waiter.h"

enum {
    DEFAULT_STACK = 64 * 1024,
    EAGER_STARTS = 1000, /* inside one another: Python's recursion limit */
};

#define ASSERT_TASK(future)                                                                        \
    CAD__ASSERT((future)->object.type == &cad__task_type, "a future that is no task")

/* Of a step machine. */
static void *state_of(cad__task *task) {
    return task + 1;
}

/* --- The end of a task ----------------------------------------------------------------------- */

/* It is no longer among the tasks that have not ended, and the loop needs it no more. */
static void retire(cad_loop *loop, cad__task *task) {
    cad__unlink(&task->future.object.all);
    cad__append(&loop->objects, &task->future.object.all);
    cad_future_unref(&task->future);
}

/* One iteration after the end: asyncio would see it in a done callback. */
void cad__task_ended(cad__entry *entry) {
    cad__task *task = cad__entry_owner(entry);
    cad_loop *loop = task->future.object.loop;
    loop->complete |= --loop->live == 0;
    retire(loop, task);
}

void cad__task_end(cad__task *task, int code) {
    cad_future *future = &task->future;
    CAD__ASSERT(code == 0 || code < CAD_PENDING, "a task ends with 0 or an error");
    CAD__ASSERT(future->scopes == 0,
                "a task ends in a timeout or a group: each enter wants its leave");
    cad_exception *exception = NULL;
    if (code != 0 && task->raised != NULL && cad_exception_code(task->raised) == code)
        exception = task->raised;
    if (code == 0 && future->must_cancel) {
        code = CAD_ECANCELLED;
        exception = task->cancel_exception;
        future->must_cancel = false;
    } else {
        future->exception_once = code == CAD_ECANCELLED;
    }
    if (future->object.loop->eager == 0) {
        task->timer.entry.kind = CAD__ENTRY_END;
        cad__ready(future->object.loop, &task->timer.entry);
    }
    if (code == CAD_ECANCELLED)
        cad__future_set_cancelled(future, exception);
    else
        cad__future_finish(future, future->value, code, exception);
    /* Behind whom that wakes: it is the task who does. */
    CAD__TRACE(future->object.loop, cad__trace_task_end(future, code, exception));
}

/* --- Running --------------------------------------------------------------------------------- */

static void end_turn(cad_loop *loop) {
    CAD__TRACE(loop, cad__trace_turn_end(loop));
    loop->current = NULL;
}

/* 0; or, where it ends before it begins, the error with which it does. */
CAD__INLINE int begin(cad__task *task, int result) {
    if (result != 0) /* cancelled: nothing of it runs */
        return result;
    task->future.started = true;
    return task->future.stackful && !cad__coroutine_new(task) ? CAD_ENOMEM : 0;
}

/* The result with which the task goes on; CAD_PENDING where its turn is over already. */
CAD__INLINE int begin_turn(cad_loop *loop, cad__task *task) {
    loop->current = &task->future;
    int result = cad__wait_resume(loop, task);
    if (!task->future.started) {
        result = begin(task, result);
        if (result != 0) {
            cad__task_end(task, result);
            result = CAD_PENDING;
        }
    }
    if (result == CAD_PENDING)
        end_turn(loop);
    return result;
}

/* A step machine's. */
CAD__INLINE void take_step(cad__task *task, int result) {
    result = task->step->step(state_of(task), result);
    if (result != CAD_PENDING) {
        CAD__ASSERT(task->wait.operation == NULL,
                    "a step ends while the operation that it called is CAD_PENDING");
        cad__task_end(task, result);
    } else {
        CAD__ASSERT(task->wait.operation != NULL,
                    "a step returns CAD_PENDING, and no operation that it called did");
    }
}

void cad__task_run(cad__entry *entry) {
    cad__task *task = cad__entry_owner(entry);
    cad_loop *loop = task->future.object.loop;
    int result = begin_turn(loop, task);
    if (result == CAD_PENDING)
        return;
    if (task->future.stackful) {
        cad__coroutine_enter(task, result);
        return;
    }
    take_step(task, result);
    end_turn(loop);
}

/* Whole: gcc would have the first look inlined, and the rest called, at each switch. */
CAD__APART cad__turn cad__task_next(cad_loop *loop) {
    if (loop->eager > 0) /* to its creator, whose turn it is */
        return (cad__turn){NULL, 0};
    end_turn(loop);
    cad__clock_turn(loop);
    for (cad__entry *entry; (entry = cad__loop_take(loop)) != NULL;) {
        if (entry->kind != CAD__ENTRY_TASK) {
            cad__entry_run(entry);
            cad__clock_pass(loop);
            CAD__TRACE(loop, cad__trace_turn_end(loop));
            continue;
        }
        cad__task *task = cad__entry_owner(entry);
        int result = begin_turn(loop, task);
        if (result != CAD_PENDING)
            return (cad__turn){task, result};
    }
    return (cad__turn){NULL, 0};
}

/* asyncio's Task.__eager_start(): the first step, now, in the turn of whoever creates the task. */
static CAD__APART void start_eagerly(cad_loop *loop, cad__task *task, int error) {
    cad_task *creator = loop->current;
    CAD__TRACE(loop, cad__trace_turn_passes(loop, &task->future));
    loop->current = &task->future;
    loop->eager++;
    if (error == 0)
        error = begin(task, 0);
    if (error != 0)
        cad__task_end(task, error);
    else if (task->future.stackful)
        cad__coroutine_start(task);
    else
        take_step(task, 0);
    loop->eager--;
    loop->current = creator;
    CAD__TRACE(loop, cad__trace_turn_passes(loop, creator));
    if (!cad_future_done(&task->future))
        loop->live++;
    else
        retire(loop, task);
}

/* --- Creating and freeing -------------------------------------------------------------------- */

cad_future *cad__task_awaits(const cad__task *task) {
    return task->wait.state == CAD__WAIT_FUTURE ? task->wait.object : NULL;
}

/* The pending task that a task awaits; NULL when it waits for anything else, or not at all. */
static cad_future *awaited(const cad_future *future) {
    cad_future *next = cad__task_awaits(cad__task_of(future));
    bool task = next != NULL && next->object.type == &cad__task_type;
    return task && next->state == CAD__FUTURE_PENDING ? next : NULL;
}

bool cad__task_in_circle(const cad_future *future) {
    if (future->object.type != &cad__task_type || future->state != CAD__FUTURE_PENDING)
        return false;
    const cad_future *slow = future, *fast = future;
    while (fast != NULL && (fast = awaited(fast)) != NULL) {
        fast = awaited(fast);
        slow = awaited(slow);
        if (fast == slow)
            return true;
    }
    return false;
}

cad__task *cad__task_cancel_down(cad_future *future, cad_exception *exception) {
    if (future->state != CAD__FUTURE_PENDING || cad__task_in_circle(future))
        return NULL;
    cad_future *next = future;
    do {
        future = next;
        CAD__TRACE(future->object.loop, cad__trace_cancel(future, exception));
        future->cancelling++;
        next = awaited(future);
    } while (next != NULL);
    return cad__task_of(future);
}

void cad__task_must_cancel(cad__task *task, cad_exception *exception) {
    task->future.must_cancel = true;
    if (task->cancel_exception != exception) {
        cad_exception_unref(task->cancel_exception);
        task->cancel_exception = cad_exception_ref(exception);
    }
}

static int cancel(cad_future *future, cad_exception *exception) {
    cad__task *last = cad__task_cancel_down(future, exception);
    if (last == NULL)
        return cad__task_in_circle(future) ? CAD_ESTACK : 0;
    int taken = cad__wait_cancel(last, exception);
    if (taken == 0)
        cad__task_must_cancel(last, exception);
    return taken < 0 ? taken : 1;
}

static void clear(cad__object *object) {
    cad__task *task = CAD__CONTAINER(object, cad__task, future.object);
    CAD__ASSERT(cad_future_done(&task->future) || object->loop->closing,
                "a task that has not ended is freed: freed twice?");
    cad__wait_drop(task);
    if (!task->future.stackful) {
        if (task->step->finish != NULL)
            task->step->finish(state_of(task));
    } else if (task->coroutine != NULL) {
        cad__coroutine_drop(task);
    }
    cad_exception_unref(task->cancel_exception);
    cad_exception_unref(task->raised);
    cad__future_clear(object);
}

static void describe(const cad__object *object, cad_object_info *info) {
    const cad_future *future = CAD__CONTAINER(object, const cad_future, object);
    info->count = 2;
    info->fields[0] =
        (cad_object_field){.key = "done", .value = future->state != CAD__FUTURE_PENDING};
    info->fields[1] = (cad_object_field){.key = "cancelling", .value = future->cancelling};
}

const cad__type cad__task_type = {
    .name = "Task",
    .describe = describe,
    .waiters = cad__future_waiters,
    .clear = clear,
    .cancel = cancel,
};

/* As if it had never been made: the next task gets its number, and there is nothing to finish(). */
static void discard(cad__task *task) {
    cad__object *object = &task->future.object;
    object->loop->last_task--;
    cad__object_release(object);
}

/* The task as it is before its first step, not yet among the ready ones. */
static cad__task *new_task(cad_loop *loop, size_t state_size, const char *name) {
    cad__task *task = cad__future_new(loop, &cad__task_type, sizeof *task + state_size);
    if (task == NULL)
        return NULL;
    if (name != NULL && cad_set_name(task, name) != 0) {
        discard(task);
        return NULL;
    }
    return task;
}

CAD__INLINE bool starts_eagerly(const cad_loop *loop, const cad_task_options *options) {
    bool eager = loop->eager_tasks;
    if (options->eager_start != CAD_EAGER_DEFAULT)
        eager = options->eager_start == CAD_EAGER_ON;
    return eager && cad__running == loop;
}

/* In the loop's next iteration. */
CAD__INLINE void start_lazily(cad_loop *loop, cad__task *task, int error) {
    loop->live++;
    if (error != 0) {
        cad__task_end(task, error);
        return;
    }
    task->timer.entry.kind = CAD__ENTRY_TASK;
    cad__ready(loop, &task->timer.entry);
}

CAD__INLINE void start(cad__task *task, const cad_task_options *options) {
    cad_loop *loop = task->future.object.loop;
    int error = 0;
    CAD__TRACE(loop, cad__trace_task_begin(&task->future));
    if (options->init != NULL && !task->future.stackful)
        error = options->init(&task->future, state_of(task), options->init_arg);
    if (starts_eagerly(loop, options))
        start_eagerly(loop, task, error);
    else
        start_lazily(loop, task, error);
}

/* Whether it may start, and in its group; if not, it never was. */
CAD__INLINE int prepare(cad__task *task, const cad_task_options *options,
                        cad__group_member **room) {
    cad_loop *loop = task->future.object.loop;
    int error = 0;
    if (loop->eager >= EAGER_STARTS && starts_eagerly(loop, options))
        error = cad_raise(CAD_ESTACK, "maximum recursion depth exceeded");
    if (error == 0 && options->group != NULL)
        error = cad__task_group_prepare(options->group, room);
    if (error != 0)
        discard(task);
    return error;
}

CAD__INLINE int join_and_start(cad__task *task, const cad_task_options *options, cad_task **out) {
    static const cad_task_options none;
    cad__group_member *room = NULL;
    if (options == NULL)
        options = &none;
    int error = prepare(task, options, &room);
    if (error != 0)
        return error;
    cad_task *self = cad_future_ref(&task->future);
    start(task, options);
    if (room != NULL)
        cad__task_group_add(options->group, room, self);
    if (out != NULL)
        *out = self;
    else
        cad_future_unref(self);
    return 0;
}

int cad_task_create(cad_loop *loop, cad_coroutine *fn, void *arg, const cad_task_options *options,
                    cad_task **out) {
    CAD__ASSERT(fn != NULL, "there is no function to run");
    cad__task *task = new_task(loop, 0, options != NULL ? options->name : NULL);
    if (task == NULL)
        return CAD_ENOMEM;
    size_t stack_size = options != NULL ? options->stack_size : 0;
    task->future.stackful = true;
    task->wait.stack_size = stack_size > 0 ? stack_size : DEFAULT_STACK;
    task->wait.fn = fn;
    task->wait.arg = arg;
    return join_and_start(task, options, out);
}

int cad_step_create(cad_loop *loop, const cad_step_type *type, const cad_task_options *options,
                    cad_task **out) {
    cad__task *task = new_task(loop, type->state_size, options != NULL ? options->name : NULL);
    if (task == NULL)
        return CAD_ENOMEM;
    task->step = type;
    return join_and_start(task, options, out);
}

/* --- The rest -------------------------------------------------------------------------------- */

void *cad_task_state(cad_task *task) {
    ASSERT_TASK(task);
    CAD__ASSERT(!task->stackful, "a coroutine has no state");
    return state_of(cad__task_of(task));
}

cad_task *cad_current_task(void) {
    return cad__running->current;
}

int cad_return(void *value) {
    cad__current()->value = value;
    return 0;
}

int cad_task_uncancel(cad_task *task) {
    ASSERT_TASK(task);
    if (task->cancelling > 0 && --task->cancelling == 0)
        task->must_cancel = false;
    return (int)task->cancelling;
}

int cad_task_cancelling(const cad_task *task) {
    ASSERT_TASK(task);
    return (int)task->cancelling;
}

const char *cad_task_name(const cad_task *task) {
    ASSERT_TASK(task);
    return cad__object_name(&((cad_task *)(uintptr_t)task)->object);
}

int cad_task_copy_name(const cad_task *task, char *buffer, size_t size) {
    ASSERT_TASK(task);
    const char *name = task->object.name;
    if (name == NULL)
        return cad__object_own_name(&task->object, buffer, size);
    /* What snprintf() does, which takes ten times as long: a trace asks at each begin and end. */
    size_t length = strlen(name);
    if (size > 0) {
        size_t copied = length < size ? length : size - 1;
        memcpy(buffer, name, copied);
        buffer[copied] = '\0';
    }
    return (int)length;
}

uint64_t cad_task_id(const cad_task *task) {
    ASSERT_TASK(task);
    return task->object.id;
}

static cad_task *task_at(cad_loop *loop, cad__link *link) {
    while (link != &loop->tasks) {
        cad__object *object = CAD__CONTAINER(link, cad__object, all);
        cad_task *task = CAD__CONTAINER(object, cad_future, object);
        if (task->state == CAD__FUTURE_PENDING)
            return task;
        link = link->next; /* its end has not been noticed yet */
    }
    return NULL;
}

cad_task *cad_loop_first_task(cad_loop *loop) {
    return task_at(loop, loop->tasks.next);
}

cad_task *cad_loop_next_task(cad_loop *loop, cad_task *task) {
    return task_at(loop, task->object.all.next);
}

/* --- Sleeping --------------------------------------------------------------------------------- */

CAD__APART static int sleep_for(cad_task *task, int64_t delay_ns) {
    return cad__park_until(task, cad__clock_sleep(task->object.loop, delay_ns));
}

static int sleep_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    if (wait->phase != 0)
        return wait->error;
    wait->phase = 1;
    return wait->deadline_ns <= 0 ? cad__yield(task) : sleep_for(task, wait->deadline_ns);
}

static const cad__operation sleep_operation = {.verb = "sleep", .poll = sleep_poll};

int cad_sleep(int64_t delay_ns) {
    cad__wait *wait = cad__current_wait();
    wait->deadline_ns = delay_ns;
    return cad__begin(wait, &sleep_operation, NULL);
}

/* cadran.h - asyncio's event loop, tasks and synchronization primitives for C.
 *
 * A program creates a loop, gives it tasks, and runs it. Tasks wait for one another through
 * queues, locks, semaphores and futures; while one waits, the others run. All of it happens in
 * one thread, and in exactly the order in which the asyncio of CPython 3.13 would do it.
 *
 * The clock is handed in. With cad_uv_driver() a second takes a second; with
 * cad_virtual_driver() the same program runs in no time at all, and its times are exact:
 *
 *     static int tick(void *arg)
 *     {
 *         (void)arg;
 *         int error = cad_sleep(CAD_SECOND);
 *         if (error == 0)
 *             puts("one second later");
 *         return error;
 *     }
 *
 *     cad_loop *loop;
 *     int error = cad_loop_new(cad_virtual_driver(), &loop);
 *     if (error == 0)
 *         error = cad_task_create(loop, tick, NULL, NULL, NULL);
 *     if (error == 0)
 *         error = cad_loop_run(loop);
 *     cad_loop_free(loop);
 *
 * Conventions, which the comments below do not repeat:
 *
 * - A function that can fail returns 0 or a negative CAD_E... code; a positive value only where
 *   its comment says so. Where Python would raise, the code is returned, and
 *   cad_error_message() has the text that came with it.
 * - A function marked "waits" is a coroutine in asyncio. It is called from inside a task, and
 *   other tasks may run before it returns. Each of them can also return CAD_ECANCELLED, and
 *   CAD_ENOMEM where it says that it allocates. In a step machine (cad_step_create) it returns
 *   CAD_PENDING instead of waiting, and the result is handed to the next step.
 * - Times are whole nanoseconds, and a name that holds one ends in _ns. The loop's time starts
 *   at 0 when the loop first runs.
 * - Delays count from the time at which what calls was to run: what a timer woke counts from that
 *   timer's deadline, and so does what that wakes in turn. Under the real clock a loop wakes a
 *   little late, and a delay is shorter by as much; so lateness does not add up, and a program
 *   whose times come from timers alone does what it does in the order that it has under the
 *   virtual clock, however late the loop is, up to a quarter of a second. Beyond that it counts
 *   from now: who was stopped for a minute does not make up for it. Three things count as time,
 *   and are not taken off a delay: cad_compute(); a turn of a task or a callback that takes a
 *   millisecond or longer, whatever it does; turns that follow one another without an end for ten
 *   milliseconds.
 *   What comes from outside - the end of a thread, a call from another one, a signal - comes when
 *   it comes: its place among timers is not the same in two runs, and delays count from then. It
 *   waits until the timers that are due have been served, a quarter of a second at most.
 *   (cad_loop_set_nominal() is for programs whose threads and whose work are simulated.)
 * - Constructors that return a pointer return NULL when memory runs out, and for no other
 *   reason. What is made for a loop may be freed by its own function, and is freed with the loop
 *   otherwise.
 * - Wrong use by the programmer (a queue freed twice, waiting outside a task) ends the program: by
 *   SIGABRT, with a line on standard error that says what is wrong. That is so in every build; what
 *   would take long to find out (that a task which was woken has yet to use what is freed) is
 *   looked for where NDEBUG is not defined when the library is built. What each call would have to
 *   pay for is not looked for: NULL where an object is due is a SIGSEGV there, and what has been
 *   freed must not be used (the address sanitizer knows it, if the library is built with it).
 * - "Real clock only": where the world is simulated it is CAD_ESYSTEM, and nothing has happened.
 * - All functions are for the loop's own thread, except cad_call_soon_threadsafe(), which is for
 *   any thread, and cad_loop_interrupt(), which is for signal handlers, too.
 */
#ifndef CADRAN_H
#define CADRAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(CAD_SHARED) && defined(__GNUC__)
#define CAD_API __attribute__((visibility("default")))
#else
#define CAD_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define CAD_VERSION "0.1.0"

/* The version of the library that the program runs with, as CAD_VERSION is that of the header which
 * it was compiled with: a literal. */
CAD_API const char *cad_version(void);

/* --- Errors ------------------------------------------------------------------------------ */

/* Every error: its constant, its value, its Python name, and its text. */
#define CAD_ERRORS(X)                                                                              \
    X(CAD_PENDING, -1, "Pending", "the step machine's operation has not finished")                 \
    X(CAD_ENOMEM, -2, "MemoryError", "out of memory")                                              \
    X(CAD_EINVAL, -3, "ValueError", "invalid value")                                               \
    X(CAD_ERUNTIME, -4, "RuntimeError", "operation not allowed in this state")                     \
    X(CAD_ESTATE, -5, "InvalidStateError", "invalid state")                                        \
    X(CAD_ECANCELLED, -6, "CancelledError", "cancelled")                                           \
    X(CAD_ETIMEDOUT, -7, "TimeoutError", "timed out")                                              \
    X(CAD_EQUEUEFULL, -8, "QueueFull", "queue is full")                                            \
    X(CAD_EQUEUEEMPTY, -9, "QueueEmpty", "queue is empty")                                         \
    X(CAD_EQUEUESHUTDOWN, -10, "QueueShutDown", "queue has been shut down")                        \
    X(CAD_EBARRIER, -11, "BrokenBarrierError", "barrier is broken")                                \
    X(CAD_EGROUP, -12, "ExceptionGroup", "unhandled errors in a TaskGroup")                        \
    X(CAD_ETYPE, -13, "TypeError", "operation not defined between these types")                    \
    X(CAD_EKEY, -14, "KeyError", "no such name")                                                   \
    X(CAD_EZERODIVISION, -15, "ZeroDivisionError", "division by zero")                             \
    X(CAD_EOVERFLOW, -16, "OverflowError", "number too large")                                     \
    X(CAD_ECONNECTION, -17, "ConnectionError", "connection failed")                                \
    X(CAD_ECONNRESET, -18, "ConnectionResetError", "connection reset by peer")                     \
    X(CAD_ECONNREFUSED, -19, "ConnectionRefusedError", "connection refused")                       \
    X(CAD_EPIPE, -20, "BrokenPipeError", "broken pipe")                                            \
    X(CAD_EINCOMPLETE, -21, "IncompleteReadError", "stream ended before enough was read")          \
    X(CAD_EBASEGROUP, -22, "BaseExceptionGroup", "unhandled errors in a TaskGroup")                \
    X(CAD_ECONNABORTED, -23, "ConnectionAbortedError", "connection aborted")                       \
    X(CAD_ENOTFOUND, -24, "FileNotFoundError", "no such file or directory")                        \
    X(CAD_EPERMISSION, -25, "PermissionError", "permission denied")                                \
    X(CAD_EPROCESSLOOKUP, -26, "ProcessLookupError", "no such process")                            \
    X(CAD_ELIMITOVERRUN, -27, "LimitOverrunError", "more than the limit without the separator")    \
    X(CAD_EDEADLOCK, -30, "Deadlock", "tasks wait and nothing can ever wake them")                 \
    X(CAD_EINTERRUPTED, -31, "KeyboardInterrupt", "interrupted")                                   \
    X(CAD_ESTOPPED, -32, "Stopped", "the loop was stopped before every task had ended")            \
    X(CAD_ESTACK, -33, "RecursionError", "a coroutine overflowed its stack")                       \
    X(CAD_ESYSTEM, -34, "OSError", "the operating system refused")

enum cad_error {
#define CAD_X(name, value, python, text) name = (value),
    CAD_ERRORS(CAD_X)
#undef CAD_X
    /* Codes at and below this one are the program's own; the library passes them through. */
    CAD_EUSER = -1000
};

/* The text of a code; never NULL. The program's own codes read "error -1234". */
CAD_API const char *cad_error_text(int code);

/* The Python name of a code's exception, such as "TimeoutError"; never NULL. The program's own
 * codes read "Exception". */
CAD_API const char *cad_error_name(int code);

/* What goes with an error code beyond the number: a message, and the members of an
 * ExceptionGroup. Counted by reference; most errors have none, which is a NULL. */
typedef struct cad_exception cad_exception;

/* message may be NULL and is copied. */
CAD_API cad_exception *cad_exception_new(int code, const char *message);
/* A group of `count` members, at least one; takes a reference of its own to each. Its code is
 * CAD_EGROUP; or CAD_EBASEGROUP where one of them is CAD_ECANCELLED, or CAD_EBASEGROUP itself, as
 * Python's BaseExceptionGroup() has it. Their number is appended to the message, as str() does. */
CAD_API cad_exception *cad_exception_group(const char *message, cad_exception *const *members,
                                           size_t count);
/* BaseExceptionGroup.derive(): the same with the message of another group. */
CAD_API cad_exception *cad_exception_derive(const cad_exception *group,
                                            cad_exception *const *members, size_t count);
/* Both take NULL. */
CAD_API cad_exception *cad_exception_ref(cad_exception *exception);
CAD_API void cad_exception_unref(cad_exception *exception);
CAD_API int cad_exception_code(const cad_exception *exception);
/* The message, or "" where there is none; lives as long as the exception. */
CAD_API const char *cad_exception_message(const cad_exception *exception);
CAD_API size_t cad_exception_count(const cad_exception *exception);
/* Member `index` of a group, below cad_exception_count(); borrowed. */
CAD_API cad_exception *cad_exception_at(const cad_exception *exception, size_t index);

/* Where an exception comes from, for who reports it when it has gone through other tasks or into a
 * group: the name of the task that it ended first, which is copied, and a number of the program's
 * own, such as a line. The first call counts. 0 or CAD_ENOMEM. */
CAD_API int cad_exception_set_origin(cad_exception *exception, const char *task, uint64_t place);
/* That name, borrowed, and the number; NULL, and *place is as it was, where nobody has said it. */
CAD_API const char *cad_exception_origin(const cad_exception *exception, uint64_t *place);

/* IncompleteReadError.partial: what a read got before the end came; borrowed from the exception. Of
 * any other, and of NULL, it is empty. LimitOverrunError.consumed: how much of what is in the
 * stream is no part of a separator. Of any other, and of NULL, it is 0. */
CAD_API const char *cad_exception_partial(const cad_exception *exception, size_t *size);
CAD_API size_t cad_exception_consumed(const cad_exception *exception);

/* BaseException.add_note(): words for whoever reports the exception, which are no part of its
 * message; copied. A further note is a line below those before. 0 or CAD_ENOMEM. */
CAD_API int cad_exception_add_note(cad_exception *exception, const char *note);
/* BaseException.__notes__: all of them; "" where there are none. It is valid until the next is
 * added. Takes NULL. */
CAD_API const char *cad_exception_notes(const cad_exception *exception);

/* Python's raise: notes `message` (copied; NULL: none) for the running task and returns `code`,
 * so that a coroutine can end with `return cad_raise(CAD_EINVAL, "width must be positive")`. */
CAD_API int cad_raise(int code, const char *message);
/* The same with an exception that exists; takes over the reference. */
CAD_API int cad_raise_exception(int code, cad_exception *exception);
/* The exception, or the text, that came with the last error which a call of this library returned
 * to the running task (outside tasks: to the program); borrowed until the next such error. NULL,
 * and "", where the error had none. */
CAD_API cad_exception *cad_error_exception(void);
CAD_API const char *cad_error_message(void);

/* --- The loop ---------------------------------------------------------------------------- */

typedef struct cad_loop cad_loop;
typedef struct cad_driver cad_driver; /* the clock and the outside world: one of the two below */

#define CAD_MICROSECOND INT64_C(1000)
#define CAD_MILLISECOND INT64_C(1000000)
#define CAD_SECOND INT64_C(1000000000)
#define CAD_NEVER INT64_MAX /* a deadline or a timeout that never comes */

/* The real world, on libuv: the monotonic clock, threads, and SIGINT, which interrupts the loop
 * until that is freed. NULL when memory or file descriptors run out. Belongs to the loop that it is
 * given to. */
CAD_API cad_driver *cad_uv_driver(void);

/* A simulated world: its clock jumps to the next deadline instead of waiting. NULL when memory
 * runs out. Belongs to the loop that it is given to. */
CAD_API cad_driver *cad_virtual_driver(void);

/* asyncio.new_event_loop(). Takes over the driver, also on failure; a NULL driver is CAD_ENOMEM,
 * so that the two calls nest. On failure *loop is NULL. */
CAD_API int cad_loop_new(cad_driver *driver, cad_loop **loop);

/* loop.close(). Tasks that have not ended are dropped where they stand, without running further;
 * then everything that was made for the loop is freed. Takes NULL. */
CAD_API void cad_loop_free(cad_loop *loop);

/* Runs until every task has ended (asyncio.gather over all of them, under loop.run_forever()).
 *   0                 every task has ended; an error that one ended with is its own, to be had
 *                     from cad_future_result(), or else from the exception handler
 *   CAD_EDEADLOCK     tasks remain, and nothing can ever wake them
 *   CAD_EINTERRUPTED  a signal (cad_loop_interrupt_on()), or cad_loop_interrupt()
 *   CAD_ETIMEDOUT     its time has come to the limit (cad_loop_set_limit())
 *   CAD_ESTOPPED      cad_loop_stop()
 * May be called again after each of them, to go on. */
CAD_API int cad_loop_run(cad_loop *loop);

/* What the last cad_loop_run() or cad_loop_run_until() returned; CAD_PENDING before the first has,
 * and inside one. */
CAD_API int cad_loop_result(const cad_loop *loop);

/* Whether the loop's world is simulated: cad_virtual_driver(). */
CAD_API bool cad_loop_is_virtual(const cad_loop *loop);

/* loop.stop(): cad_loop_run() returns at the end of this iteration. */
CAD_API void cad_loop_stop(cad_loop *loop);

/* What SIGINT does: cad_loop_run() returns as soon as the running callback returns. May be called
 * in a signal handler. */
CAD_API void cad_loop_interrupt(cad_loop *loop);

/* From now on a signal of the process interrupts the loop, until off() or the loop's end; then it
 * does again what it did before. One that comes a tenth of a second or more after another, while
 * cad_loop_run() has not returned for that, ends the process, as it would without the loop. on()
 * allocates; CAD_ESYSTEM when there is no such signal, or it cannot be caught. off() does nothing
 * for one that is not on.
 */
CAD_API int cad_loop_interrupt_on(cad_loop *loop, int signal);
CAD_API void cad_loop_interrupt_off(cad_loop *loop, int signal);
/* Whether an interrupt has come for which cad_loop_run() has not returned yet: for callbacks that
 * take long. */
CAD_API bool cad_loop_interrupted(const cad_loop *loop);
/* The signal that the loop was interrupted by, until it runs again; 0: by none. */
CAD_API int cad_loop_signal(const cad_loop *loop);

/* The loop's time goes no further: when all that is to come is later, or the time is already, what
 * cad_loop_run() returns is CAD_ETIMEDOUT. CAD_NEVER: no limit, as at first. */
CAD_API void cad_loop_set_limit(cad_loop *loop, int64_t limit_ns);

/* Called before the loop's thread waits: for what comes next, or as long as a cad_compute() takes,
 * until `until_ns`, or for something to happen (CAD_NEVER). So that what is buffered can be
 * written. It may stop or interrupt the loop, and must not wait itself. */
typedef struct cad_wait_hook {
    void (*before_wait)(struct cad_wait_hook *hook, int64_t until_ns);
    struct cad_wait_hook *next; /* the loop's */
} cad_wait_hook;
/* The hook is the caller's, who keeps it until it is removed or the loop is freed. They are called
 * in the order in which they were added. */
CAD_API void cad_loop_add_wait_hook(cad_loop *loop, cad_wait_hook *hook);
CAD_API void cad_loop_remove_wait_hook(cad_loop *loop, cad_wait_hook *hook);

/* Called where the world is real, each time that the loop has looked at the clock: before it runs
 * what is due, and at the end of a cad_compute(). The loop's time is `due_ns`, and it is `now_ns`:
 * that late is the loop. Where the world is simulated nobody is late, and nobody is called. */
typedef struct cad_clock_hook {
    void (*looked)(struct cad_clock_hook *hook, int64_t due_ns, int64_t now_ns);
    struct cad_clock_hook *next; /* the loop's */
} cad_clock_hook;
/* As cad_loop_add_wait_hook(). */
CAD_API void cad_loop_add_clock_hook(cad_loop *loop, cad_clock_hook *hook);
CAD_API void cad_loop_remove_clock_hook(cad_loop *loop, cad_clock_hook *hook);

/* asyncio.get_running_loop(); NULL outside cad_loop_run(). */
CAD_API cad_loop *cad_running_loop(void);

/* loop.time(): nanoseconds since the loop first ran, 0 before. Under the real clock: what the clock
 * says, which is a little later than what the call was to be made at. */
CAD_API int64_t cad_loop_time(cad_loop *loop);
/* The loop time at which a delay is over that begins now, as all delays count: see above. A
 * cad_call_at() with it is a cad_call_later(), and a cad_timeout_reschedule() with it moves the
 * deadline by so much from now. */
CAD_API int64_t cad_loop_deadline(cad_loop *loop, int64_t delay_ns);

/* Whether the program says itself what takes time: a simulation or a model, whose own instructions
 * stand for nothing. Under the real clock cad_compute() and cad_to_thread() then count as what they
 * were called with, so that they take their place among the timers, and the loop waits for a thread
 * that is late; and turns count as nothing, however long they take. Before the loop runs. Under the
 * virtual clock it is always so. */
CAD_API void cad_loop_set_nominal(cad_loop *loop, bool nominal);

/* While held, the loop does not count its tasks as all ended: for a task that will be created
 * later, at a time of its own. Under the real clock it does not give up for a deadlock either, but
 * waits for a call_soon_threadsafe(). Each hold wants one release. */
CAD_API void cad_loop_hold(cad_loop *loop);
CAD_API void cad_loop_release(cad_loop *loop);

/* loop.set_task_factory(asyncio.eager_task_factory): whether tasks start eagerly whose
 * cad_task_options leave it open. At first they do not. */
CAD_API void cad_loop_set_eager_tasks(cad_loop *loop, bool eager);

/* How many calls of cad_to_thread() run at once, each on a worker, at least 1. Default 4. */
CAD_API void cad_loop_set_threads(cad_loop *loop, unsigned threads);

/* --- Tasks ------------------------------------------------------------------------------- */

/* A task is a future, as in asyncio: wherever a cad_future * is asked for, a task will do. What
 * asks for a cad_task * wants one. */
typedef struct cad_future cad_future;
typedef struct cad_future cad_task;
typedef struct cad_task_group cad_task_group;

/* The body of a task: runs on a stack of its own. Returns 0, or the error with which the task
 * ends: CAD_ECANCELLED ends it as cancelled. */
typedef int cad_coroutine(void *arg);

/* create_task(eager_start=...), as Python 3.14 has it. */
enum cad_eager_start {
    CAD_EAGER_DEFAULT, /* as cad_loop_set_eager_tasks() says */
    CAD_EAGER_ON,
    CAD_EAGER_OFF
};

/* All members may be 0. A stack takes memory only as far as it has been used, and is used again by
 * the next coroutine: a loop keeps free ones of up to 2 GiB of addresses in all, and the process up
 * to 64 MiB of those that freed loops have left. A coroutine that overflows its stack ends the
 * process by SIGSEGV, with a line on standard error that names the task.
 * Below a stack lies a guard page: what is built with -fstack-clash-protection, as the library is,
 * cannot step over it with a frame that is larger. */
typedef struct cad_task_options {
    const char *name;      /* copied; NULL: "Task-1", "Task-2", ... */
    cad_task_group *group; /* the group that the task belongs to (TaskGroup.create_task) */
    size_t stack_size;     /* bytes of a coroutine's stack; 0: 64 KiB */
    enum cad_eager_start eager_start;
    /* For a step machine, which may be NULL: fills its state in, before its first step can run.
     * The task ends with an error of it, and nothing of it runs then. */
    int (*init)(cad_task *task, void *state, void *arg);
    void *init_arg;
} cad_task_options;

/* asyncio.create_task(fn(arg)). The task starts in the loop's next iteration. Where `task` is
 * not NULL the caller gets a reference there, to be given back with cad_future_unref().
 *
 * One that starts eagerly runs at once, as the current task, inside this call, until it waits for
 * the first time; one that ends before it waits has ended when this returns, and was never in the
 * ready queue. That is so while the loop runs; before, it starts as any other. A step machine runs
 * on the stack of its creator; CAD_ESTACK where a thousand such starts are inside one another. */
CAD_API int cad_task_create(cad_loop *loop, cad_coroutine *fn, void *arg,
                            const cad_task_options *options, cad_task **task);

/* A task without a stack: its state is a few bytes, and step() goes on from there. */
typedef struct cad_step_type {
    size_t state_size; /* bytes of the state: zeroed at the start, aligned for a pointer */
    /* Called at the start with 0, and after each wait with that wait's result. Returns
     * CAD_PENDING when an operation that it called did, else what the task ends with. */
    int (*step)(void *state, int result);
    /* Called once, when the task is freed; may be NULL. */
    void (*finish)(void *state);
} cad_step_type;

/* asyncio.create_task() for a step machine. `type` must outlive the task. The state is
 * filled in by options->init, or (cad_task_state) until the loop runs. */
CAD_API int cad_step_create(cad_loop *loop, const cad_step_type *type,
                            const cad_task_options *options, cad_task **task);
CAD_API void *cad_task_state(cad_task *task); /* of a step machine; lives as long as the task */

/* asyncio.current_task(); borrowed; NULL outside tasks. */
CAD_API cad_task *cad_current_task(void);

/* asyncio.sleep(). Waits; 0 or less yields once. Allocates. */
CAD_API int cad_sleep(int64_t delay_ns);

/* Keeps the loop busy: nothing else runs meanwhile. The virtual clock advances by as much; under
 * the real one an interrupt of the loop ends it. */
CAD_API void cad_compute(int64_t duration_ns);

/* The value that awaiting the running task gives; returns 0, so that a coroutine can end with
 * `return cad_return(value)`. */
CAD_API int cad_return(void *value);

/* Task.cancel(): the task's wait ends with CAD_ECANCELLED. message is copied; NULL: none.
 * Returns 1 if the request was taken, 0 if the task had ended already, CAD_ENOMEM, or CAD_ESTACK
 * when it waits in a circle of tasks that await one another, directly or by way of gather(). Works
 * on any future, where it is Future.cancel(). */
CAD_API int cad_future_cancel(cad_future *future, const char *message);

/* Task.uncancel() and Task.cancelling(): take one request back, and the number that remain. With
 * the last one goes a cancel that the task has not been told of yet. */
CAD_API int cad_task_uncancel(cad_task *task);
CAD_API int cad_task_cancelling(const cad_task *task);

/* Lives as long as the task. */
CAD_API const char *cad_task_name(const cad_task *task);
/* The same into `buffer`, as snprintf() does, for whom the name need not be kept. */
CAD_API int cad_task_copy_name(const cad_task *task, char *buffer, size_t size);
/* Names the loop's tasks that are given no name, whenever one is asked for, as snprintf() does:
 * a million tasks then need no memory for their names. NULL: "Task-1", "Task-2", ... */
typedef int cad_task_namer(const cad_task *task, char *buffer, size_t size, void *arg);
CAD_API void cad_loop_set_task_namer(cad_loop *loop, cad_task_namer *namer, void *arg);
/* 1 for the loop's first task, then 2, ... */
CAD_API uint64_t cad_task_id(const cad_task *task);

/* --- Futures ----------------------------------------------------------------------------- */

/* loop.create_future(). The caller owns a reference; a future is freed with its last one. */
CAD_API cad_future *cad_future_new(cad_loop *loop);
/* The same, but the value is the future's own: drop() is called with it, or with NULL where it has
 * none, when the future is freed. */
CAD_API cad_future *cad_future_new_owning(cad_loop *loop, void (*drop)(void *value));
CAD_API cad_future *cad_future_ref(cad_future *future);
CAD_API void cad_future_unref(cad_future *future); /* takes NULL */

/* Future.set_result(), Future.set_exception(). CAD_ESTATE when it is done already, CAD_ERUNTIME
 * on a task. The value remains the caller's business. `exception` may be NULL; the future takes its
 * own reference. */
CAD_API int cad_future_set_result(cad_future *future, void *value);
CAD_API int cad_future_set_exception(cad_future *future, int code, cad_exception *exception);

CAD_API bool cad_future_done(const cad_future *future);
CAD_API bool cad_future_cancelled(const cad_future *future);

/* loop.run_until_complete(): runs until `future` is done, whatever tasks remain then, and for as
 * long as it is not, though none remains. It returns at the end of the iteration in which the
 * future's done callbacks run: 0, whatever that ended with, or one of the errors of cad_loop_run().
 * The caller has a reference to the future. */
CAD_API int cad_loop_run_until(cad_loop *loop, cad_future *future);

/* Future.result(): 0 and the value (`value` may be NULL), the error that it ended with,
 * CAD_ECANCELLED, or CAD_ESTATE when it is not done yet. */
CAD_API int cad_future_result(cad_future *future, void **value);
/* Future.exception(): the code that it ended with (0: none), CAD_ECANCELLED or CAD_ESTATE; the
 * detail in *exception (may be NULL), borrowed. */
CAD_API int cad_future_exception(cad_future *future, cad_exception **exception);
/* What it was cancelled with, which gather() gives for it with return_exceptions; borrowed. NULL:
 * no message, it is not cancelled, or it is a task that raised its CancelledError itself, whose
 * message goes to who awaits it. */
CAD_API const cad_exception *cad_future_cancel_exception(const cad_future *future);
/* True while a future holds an exception that nobody has asked for. */
CAD_API bool cad_future_unretrieved(const cad_future *future);

/* await future: waits until it is done; returns what cad_future_result() returns then. If the
 * waiting task is cancelled, so is the future. */
CAD_API int cad_await(cad_future *future, void **value);

/* Future.add_done_callback(): fn runs in the iteration after the one in which the future is
 * done. remove_done_callback() returns how many were removed. add allocates. */
typedef void cad_done_callback(cad_future *future, void *arg);
CAD_API int cad_future_add_done_callback(cad_future *future, cad_done_callback *fn, void *arg);
CAD_API int cad_future_remove_done_callback(cad_future *future, cad_done_callback *fn, void *arg);

/* --- Queues ------------------------------------------------------------------------------ */

typedef struct cad_queue cad_queue;

/* asyncio.Queue(maxsize), LifoQueue, PriorityQueue; 0: unbounded. Items are the caller's: the
 * queue carries the pointers. less() says whether a goes before b: 1, 0, or an error, which the
 * put or get then returns. */
CAD_API cad_queue *cad_queue_new(cad_loop *loop, size_t maxsize);
CAD_API cad_queue *cad_lifo_queue_new(cad_loop *loop, size_t maxsize);
CAD_API cad_queue *cad_priority_queue_new(cad_loop *loop, size_t maxsize,
                                          int (*less)(const void *a, const void *b));
CAD_API void cad_queue_free(cad_queue *queue); /* nobody may be waiting; takes NULL */

/* Queue.put(): waits while the queue is full. CAD_EQUEUESHUTDOWN after shutdown. Allocates. */
CAD_API int cad_queue_put(cad_queue *queue, void *item);
/* Queue.put_nowait(): CAD_EQUEUEFULL instead of waiting. */
CAD_API int cad_queue_put_nowait(cad_queue *queue, void *item);
/* Queue.get(): waits while the queue is empty. In a step machine *item must be in its state.
 * `item` may be NULL. */
CAD_API int cad_queue_get(cad_queue *queue, void **item);
/* Queue.get_nowait(): CAD_EQUEUEEMPTY instead of waiting. */
CAD_API int cad_queue_get_nowait(cad_queue *queue, void **item);
/* Queue.task_done(): CAD_EINVAL when called more often than there were items. */
CAD_API int cad_queue_task_done(cad_queue *queue);
/* Queue.join(): waits until every item put has been followed by a task_done. */
CAD_API int cad_queue_join(cad_queue *queue);
/* Queue.shutdown(): puts fail from now on, gets when the queue is empty; with
 * `immediate` it is emptied first: each item goes to drop(item) where that is not NULL. */
CAD_API void cad_queue_shutdown(cad_queue *queue, bool immediate, void (*drop)(void *item));

CAD_API size_t cad_queue_size(const cad_queue *queue);       /* qsize() */
CAD_API size_t cad_queue_maxsize(const cad_queue *queue);    /* maxsize */
CAD_API bool cad_queue_full(const cad_queue *queue);         /* full() */
CAD_API bool cad_queue_empty(const cad_queue *queue);        /* empty() */
CAD_API size_t cad_queue_unfinished(const cad_queue *queue); /* items not yet task_done */

/* --- Locks ------------------------------------------------------------------------------- */

typedef struct cad_lock cad_lock;

/* asyncio.Lock(). */
CAD_API cad_lock *cad_lock_new(cad_loop *loop);
CAD_API void cad_lock_free(cad_lock *lock); /* nobody may be waiting; takes NULL */
/* Lock.acquire(): waits until the lock is free and this task's turn has come. */
CAD_API int cad_lock_acquire(cad_lock *lock);
/* Lock.release(): CAD_ERUNTIME when it is not locked. */
CAD_API int cad_lock_release(cad_lock *lock);
CAD_API bool cad_lock_locked(const cad_lock *lock); /* locked() */

/* --- Semaphores -------------------------------------------------------------------------- */

typedef struct cad_semaphore cad_semaphore;

/* asyncio.Semaphore(value) and BoundedSemaphore(value). */
CAD_API cad_semaphore *cad_semaphore_new(cad_loop *loop, size_t value);
CAD_API cad_semaphore *cad_bounded_semaphore_new(cad_loop *loop, size_t value);
CAD_API void cad_semaphore_free(cad_semaphore *semaphore); /* nobody waiting; takes NULL */
/* Semaphore.acquire(): waits until the value is above zero and this task's turn has come. */
CAD_API int cad_semaphore_acquire(cad_semaphore *semaphore);
/* Semaphore.release(): CAD_EINVAL when a bounded one would rise above its first value. */
CAD_API int cad_semaphore_release(cad_semaphore *semaphore);
CAD_API size_t cad_semaphore_value(const cad_semaphore *semaphore); /* what is left */
CAD_API bool cad_semaphore_locked(const cad_semaphore *semaphore);  /* locked() */

/* --- Events ------------------------------------------------------------------------------ */

typedef struct cad_event cad_event;

/* asyncio.Event(). */
CAD_API cad_event *cad_event_new(cad_loop *loop);
CAD_API void cad_event_free(cad_event *event); /* nobody may be waiting; takes NULL */
CAD_API int cad_event_wait(cad_event *event);  /* waits until it is set */
CAD_API void cad_event_set(cad_event *event);
CAD_API void cad_event_clear(cad_event *event);
CAD_API bool cad_event_is_set(const cad_event *event);

/* --- Conditions -------------------------------------------------------------------------- */

typedef struct cad_condition cad_condition;

/* asyncio.Condition(lock). NULL: a lock of its own; otherwise the lock must outlive it. */
CAD_API cad_condition *cad_condition_new(cad_loop *loop, cad_lock *lock);
CAD_API void cad_condition_free(cad_condition *condition);      /* nobody waiting; takes NULL */
CAD_API cad_lock *cad_condition_lock(cad_condition *condition); /* its lock, borrowed */
/* Condition.wait(): releases the lock, waits for a notify, acquires the lock again.
 * CAD_ERUNTIME when the lock is not locked. One that is cancelled passes the notify on which it may
 * have had, so that another can wake for none: look whether what was waited for is there. */
CAD_API int cad_condition_wait(cad_condition *condition);
/* Condition.wait_for(): waits until predicate(arg) is not 0. A negative value is an error, and
 * ends the wait with it; a positive one is returned. */
CAD_API int cad_condition_wait_for(cad_condition *condition, int (*predicate)(void *arg),
                                   void *arg);
/* Condition.notify(n), notify_all(): CAD_ERUNTIME when the lock is not locked. */
CAD_API int cad_condition_notify(cad_condition *condition, size_t n);
CAD_API int cad_condition_notify_all(cad_condition *condition);

/* --- Barriers ---------------------------------------------------------------------------- */

typedef struct cad_barrier cad_barrier;

/* asyncio.Barrier(parties), at least 1. */
CAD_API cad_barrier *cad_barrier_new(cad_loop *loop, size_t parties);
CAD_API void cad_barrier_free(cad_barrier *barrier); /* nobody may be waiting; takes NULL */
/* Barrier.wait(): waits for all parties; returns this task's index, 0 to parties - 1.
 * CAD_EBARRIER when the barrier is, or gets, broken or reset. */
CAD_API int cad_barrier_wait(cad_barrier *barrier);
CAD_API int cad_barrier_reset(cad_barrier *barrier); /* Barrier.reset(): waits for its lock */
CAD_API int cad_barrier_abort(cad_barrier *barrier); /* Barrier.abort(): waits for its lock */
CAD_API size_t cad_barrier_parties(const cad_barrier *barrier);
CAD_API size_t cad_barrier_n_waiting(const cad_barrier *barrier);
CAD_API bool cad_barrier_broken(const cad_barrier *barrier);

/* --- Combining tasks --------------------------------------------------------------------- */

/* asyncio.gather(): a future that is done when all are, or, without return_exceptions, when the
 * first one fails; at once where they are done already. The results are the children's
 * (cad_future_result on each). The caller owns a reference to *outer; the array is copied.
 * Cancelling it cancels the children. */
CAD_API int cad_gather(cad_loop *loop, cad_future *const *futures, size_t count,
                       bool return_exceptions, cad_future **outer);

/* asyncio.shield(): a future that follows `inner`, but whose cancellation stops short of it.
 * The caller owns a reference to *outer. */
CAD_API int cad_shield(cad_future *inner, cad_future **outer);

enum cad_return_when { CAD_ALL_COMPLETED, CAD_FIRST_COMPLETED, CAD_FIRST_EXCEPTION };

/* asyncio.wait(): waits, at most timeout_ns (CAD_NEVER: no limit), cancels nothing, and returns
 * how many of the futures are done. CAD_EINVAL when count is 0. The array is copied. Allocates. */
CAD_API int cad_wait(cad_future *const *futures, size_t count, enum cad_return_when return_when,
                     int64_t timeout_ns);

/* asyncio.wait_for(): cad_await() under a timeout: when the time is up the future is
 * cancelled, and the wait ends with CAD_ETIMEDOUT. Allocates. */
CAD_API int cad_wait_for(cad_future *future, int64_t timeout_ns, void **value);

/* asyncio.as_completed(): an iterator over futures in the order in which they complete.
 * cad_as_completed_next() waits for the next one and returns its result as cad_future_result()
 * does, or CAD_ETIMEDOUT when the time is up; cad_as_completed_next_future(), the `async for`, puts
 * the cad_future itself there, which the iterator owns, failed or not. There are as many of the two
 * as cad_as_completed_count() says, one for each different future; then it is CAD_EINVAL. The array
 * is copied. */
typedef struct cad_as_completed cad_as_completed;
CAD_API int cad_as_completed_new(cad_loop *loop, cad_future *const *futures, size_t count,
                                 int64_t timeout_ns, cad_as_completed **iterator);
CAD_API size_t cad_as_completed_count(const cad_as_completed *iterator);
CAD_API int cad_as_completed_next(cad_as_completed *iterator, void **value);
CAD_API int cad_as_completed_next_future(cad_as_completed *iterator, void **future);
CAD_API void cad_as_completed_free(cad_as_completed *iterator); /* takes NULL */

/* asyncio.timeout(): opens a scope in the running task. When the time is up before the scope is
 * left the task is cancelled, and cad_timeout_leave() turns that into CAD_ETIMEDOUT:
 *
 *     cad_timeout *scope;
 *     int error = cad_timeout_enter(2 * CAD_SECOND, &scope);
 *     if (error == 0) {
 *         error = cad_queue_get(queue, &item);
 *         error = cad_timeout_leave(scope, error);
 *     }
 *
 * Scopes nest, and each enter wants its leave. CAD_NEVER: no limit yet. enter allocates. */
typedef struct cad_timeout cad_timeout;
CAD_API int cad_timeout_enter(int64_t delay_ns, cad_timeout **scope);
CAD_API int cad_timeout_enter_at(int64_t when_ns, cad_timeout **scope); /* asyncio.timeout_at() */
/* Timeout.reschedule(): a new deadline in loop time. CAD_ERUNTIME once it has expired. */
CAD_API int cad_timeout_reschedule(cad_timeout *scope, int64_t when_ns);
CAD_API int64_t cad_timeout_when(const cad_timeout *scope); /* Timeout.when() */
CAD_API bool cad_timeout_expired(const cad_timeout *scope); /* Timeout.expired() */
/* `error` is what the block ended with. Frees the scope; returns CAD_ETIMEDOUT, or `error`. */
CAD_API int cad_timeout_leave(cad_timeout *scope, int error);

/* asyncio.TaskGroup: opens a group in the running task; tasks join it by cad_task_options.group.
 * cad_task_group_leave() waits for all of them. If one fails, the others and the block itself are
 * cancelled, and leave returns CAD_EGROUP with the errors as members of cad_error_exception().
 * `error` is what the block ended with. The group is freed when leave has finished. */
CAD_API int cad_task_group_enter(cad_task_group **group);
CAD_API int cad_task_group_leave(cad_task_group *group, int error);

/* --- Callbacks and threads --------------------------------------------------------------- */

typedef struct cad_handle cad_handle;
typedef void cad_callback(void *arg);

/* loop.call_soon(), call_later(), call_at(): fn(arg) runs in the next iteration, after a delay,
 * at a loop time. Where `handle` is not NULL the caller gets a reference there, to be given back
 * with cad_handle_unref(). */
CAD_API int cad_call_soon(cad_loop *loop, cad_callback *fn, void *arg, cad_handle **handle);
CAD_API int cad_call_later(cad_loop *loop, int64_t delay_ns, cad_callback *fn, void *arg,
                           cad_handle **handle);
CAD_API int cad_call_at(cad_loop *loop, int64_t when_ns, cad_callback *fn, void *arg,
                        cad_handle **handle);
CAD_API void cad_handle_cancel(cad_handle *handle); /* Handle.cancel(): nothing once it has run */
CAD_API bool cad_handle_cancelled(const cad_handle *handle);
CAD_API void cad_handle_unref(cad_handle *handle); /* takes NULL */

/* loop.call_soon_threadsafe(): from any thread. What has only other threads' calls to wait for is
 * deadlocked as far as the loop can know: cad_loop_hold() says that they will come. */
CAD_API int cad_call_soon_threadsafe(cad_loop *loop, cad_callback *fn, void *arg);

/* asyncio.to_thread(): waits while a worker runs fn(arg). Under the virtual clock fn runs at
 * once, and counts as virtual_ns of work. A cancelled wait does not stop the work: arg must live
 * until fn has returned. Allocates. */
CAD_API int cad_to_thread(void (*fn)(void *arg), void *arg, int64_t virtual_ns);
/* What loop.shutdown_default_executor() waits for: *idle, a reference, is done when no worker is
 * busy and no work waits for one, whoever still waits for its end. 0 or CAD_ENOMEM. */
CAD_API int cad_loop_workers_idle(cad_loop *loop, cad_future **idle);

/* --- Signals ----------------------------------------------------------------------------- */

/* loop.add_signal_handler(): from now on fn(arg) is called in the loop, as call_soon() does it,
 * once for each time that the signal comes to the process, in the order in which they come. It
 * takes the place of an earlier handler of this loop, and of what an interrupt by this signal would
 * do (cad_loop_interrupt_on()). Several loops may have handlers for one signal: each is called.
 * CAD_EINVAL when there is no such signal, CAD_ERUNTIME when it cannot be caught. Allocates. */
CAD_API int cad_add_signal_handler(cad_loop *loop, int signal, cad_callback *fn, void *arg);

/* loop.remove_signal_handler(): what has come but has not been handled yet no longer is, and the
 * signal does again what it did before. False: there was none. The loop's end does it for all. */
CAD_API bool cad_remove_signal_handler(cad_loop *loop, int signal);

/* --- Streams ----------------------------------------------------------------------------- */

/* What a read fills: a block that belongs to the caller, and serves one read after the other. All
 * zero at first. `data` has a '\0' behind its `size` bytes. */
typedef struct cad_bytes {
    char *data;
    size_t size, capacity;
} cad_bytes;
/* Frees the block; all is zero again, and can be used for the next read. */
CAD_API void cad_bytes_free(cad_bytes *bytes);

/* asyncio's StreamReader and StreamWriter, in one: a connection, or one end of a pipe. What comes
 * is kept until it is read, up to twice its limit (64 KiB, where none is given), then the other
 * side has to wait. One task at a time may wait for data; a second is CAD_ERUNTIME. Reads replace
 * what is in `bytes`. A cancelled read leaves all in the stream, but for that of all up to the end.
 * When a connection was lost with an error, each read and drain returns that. A pipe goes one way:
 * to read what is written to, and to write what is read from, is CAD_EINVAL. Allocate: reads,
 * writes. */
typedef struct cad_stream cad_stream;

#define CAD_ALL SIZE_MAX
/* StreamReader.read(n): waits for up to `size` bytes, at least one; none at the end. CAD_ALL: all
 * up to the end. */
CAD_API int cad_stream_read(cad_stream *stream, size_t size, cad_bytes *bytes);
/* readline(): waits for a line with its newline, which is missing only at the end. A line above the
 * limit, or so much without a newline, is dropped: CAD_EINVAL. */
CAD_API int cad_stream_readline(cad_stream *stream, cad_bytes *bytes);
/* readexactly(): waits for `size` bytes. CAD_EINCOMPLETE when the end comes first; what there was
 * is in `bytes` then. */
CAD_API int cad_stream_readexactly(cad_stream *stream, size_t size, cad_bytes *bytes);
/* readuntil(): waits for all up to a separator of `size` bytes, which must stay until then, and
 * with it. CAD_EINCOMPLETE likewise. CAD_ELIMITOVERRUN where that is more than the limit: all
 * stays, and cad_exception_consumed() says how much of it there is before the separator, or without
 * one. CAD_EINVAL: the separator is empty. */
CAD_API int cad_stream_readuntil(cad_stream *stream, const void *separator, size_t size,
                                 cad_bytes *bytes);
/* readuntil() of a tuple: up to the one of so many separators, parts of <sys/uio.h>, that ends
 * first. They and the array must stay until then. CAD_EINVAL also where there are none. */
struct iovec;
CAD_API int cad_stream_readuntil_any(cad_stream *stream, const struct iovec *separators,
                                     size_t count, cad_bytes *bytes);
CAD_API bool cad_stream_at_eof(const cad_stream *stream); /* at_eof(): the end, and all is read */

/* StreamWriter.write(): takes a copy of what cannot be sent at once. CAD_ERUNTIME after
 * write_eof(); CAD_ENOMEM ends the connection. What is written after close() is dropped. */
CAD_API int cad_stream_write(cad_stream *stream, const void *data, size_t size);
/* writelines(): the same of several parts, one behind the other. */
CAD_API int cad_stream_writelines(cad_stream *stream, const struct iovec *parts, size_t count);
/* drain(): waits from when more than 64 KiB are unsent until no more than 16 are. Any number of
 * tasks may. CAD_ECONNRESET after the connection was closed. */
CAD_API int cad_stream_drain(cad_stream *stream);
CAD_API size_t cad_stream_buffered(const cad_stream *stream); /* bytes that are unsent */
CAD_API int cad_stream_port(const cad_stream *stream); /* its own; 0: it is closed, or has none */
/* write_eof(): ends this direction after what is unsent; a pipe closes. */
CAD_API void cad_stream_write_eof(cad_stream *stream);
/* close(): ends both after what is unsent. What has come can still be read. */
CAD_API void cad_stream_close(cad_stream *stream);
CAD_API bool cad_stream_is_closing(const cad_stream *stream); /* or is closed */
/* transport.abort(): ends both, and drops what is unsent. */
CAD_API void cad_stream_abort(cad_stream *stream);
/* wait_closed(): waits until the connection is lost; returns the error that it was lost with. */
CAD_API int cad_stream_wait_closed(cad_stream *stream);
/* StreamWriter.transport: what is below it; borrowed. NULL: the connection is lost. */
CAD_API struct cad_transport *cad_stream_transport(const cad_stream *stream);
/* Closes it, where that has not been done; what is unsent is sent. Not while a task waits for it.
 * Takes NULL. */
CAD_API void cad_stream_free(cad_stream *stream);

/* --- Connections ------------------------------------------------------------------------- */

/* asyncio.open_connection(), open_unix_connection(): waits for a connection to a host, which is a
 * numeric address, "localhost" (127.0.0.1; NULL: the same), or a name that is looked for as
 * cad_getaddrinfo() does, whose addresses are tried one after the other; or to a path. *stream,
 * which must stay until then, is the caller's. `limit` of 0 is 64 KiB. CAD_ECONNREFUSED,
 * CAD_ENOTFOUND, ...; after an error, and a cancel, nothing is left of it. Real clock only, as all
 * below. Allocates. */
CAD_API int cad_open_connection(const char *host, int port, size_t limit, cad_stream **stream);
CAD_API int cad_open_unix_connection(const char *path, size_t limit, cad_stream **stream);

typedef struct cad_server cad_server;

/* Called in the loop, as a callback is, for each connection; the stream is the callee's. */
typedef void cad_client_connected(cad_stream *stream, void *arg);

typedef struct cad_server_options {
    cad_client_connected *connected;
    void *arg;
    size_t limit; /* of the streams; 0: 64 KiB */
} cad_server_options;

/* asyncio.start_server(), start_unix_server(): from now on connections to a host (NULL: all
 * interfaces of IPv4) and a port (0: one that is free) are accepted, or to a path, where a socket
 * that nobody listens at any more is replaced. Where descriptors run out it accepts again a second
 * later. CAD_EINVAL: the host is neither numeric nor "localhost", or the path is empty; an error of
 * the system where it cannot be listened at; then nothing is left of it. Never wait. Allocate.
 */
CAD_API int cad_start_server(cad_loop *loop, const char *host, int port,
                             const cad_server_options *options, cad_server **server);
CAD_API int cad_start_unix_server(cad_loop *loop, const char *path,
                                  const cad_server_options *options, cad_server **server);
CAD_API int cad_server_port(const cad_server *server); /* 0: it is closed, or has none */
CAD_API bool cad_server_is_serving(const cad_server *server);
/* Server.close(): nobody new is accepted; the file at its path goes. Its connections go on. */
CAD_API void cad_server_close(cad_server *server);
/* close_clients(), abort_clients(): close, or abort, each of them. */
CAD_API void cad_server_close_clients(cad_server *server);
CAD_API void cad_server_abort_clients(cad_server *server);
/* wait_closed(): waits until it is closed and all its connections are lost. */
CAD_API int cad_server_wait_closed(cad_server *server);
/* Closes it. Not while a task waits for it. Takes NULL. */
CAD_API void cad_server_free(cad_server *server);

/* --- Processes --------------------------------------------------------------------------- */

typedef struct cad_process cad_process;

enum cad_stdio {
    CAD_STDIO_INHERIT, /* this process's */
    CAD_STDIO_PIPE,
    CAD_STDIO_NULL,  /* /dev/null */
    CAD_STDIO_STDOUT /* of stderr: where stdout goes */
};

/* All members may be 0. */
typedef struct cad_process_options {
    enum cad_stdio stdin_as, stdout_as, stderr_as;
    const char *const *env; /* "NAME=VALUE", and a NULL: all of its environment; NULL: this one's */
    const char *cwd;        /* NULL: this process's */
    size_t limit;           /* of the streams of its output; 0: 64 KiB */
    bool own_path;          /* argv[0] is found by this process's PATH and folder all the same */
    bool process_group; /* it begins a group of its own, which ends with the loop: what the program
                           leaves behind there, too, in a process that takes orphans in
                           (PR_SET_CHILD_SUBREAPER). cad_process_kill() is of itself alone */
} cad_process_options;

/* asyncio.create_subprocess_exec(): starts a program with its arguments, which end with a NULL;
 * argv[0] is looked for in the PATH of its environment, unless it has a slash. Never waits. It has
 * no other descriptors of this process than the standard ones, and its signals do what they do by
 * default. Real clock only. CAD_ENOTFOUND, CAD_EPERMISSION, CAD_ESYSTEM; then nothing is left of
 * it. While one runs the loop hears of SIGCHLD, and so it reaps each, waited for or not; other
 * children of this process it leaves alone. */
CAD_API int cad_create_subprocess_exec(cad_loop *loop, const char *const argv[],
                                       const cad_process_options *options, cad_process **process);
/* Process.wait(): waits until it has ended, whoever else holds its pipes. *code (NULL: nobody wants
 * it), which must stay until then, is what it exited with, or -N after signal N. */
CAD_API int cad_process_wait(cad_process *process, int *code);
/* Process.communicate(): sends `input` and closes stdin, then waits for the end of both outputs and
 * of the process. What is no pipe leaves `out`, `err` alone; NULL: nobody wants it. A program that
 * does not read its input is no error. CAD_EINVAL: there is input (not NULL), but no pipe for it. A
 * cancel loses what has come. */
CAD_API int cad_process_communicate(cad_process *process, const void *input, size_t size,
                                    cad_bytes *out, cad_bytes *err);
/* Process.returncode: false while it runs. */
CAD_API bool cad_process_returncode(const cad_process *process, int *code);
CAD_API int cad_process_pid(const cad_process *process);
/* Its pipes; NULL where it has none there. Borrowed. */
CAD_API cad_stream *cad_process_stdin(const cad_process *process);
CAD_API cad_stream *cad_process_stdout(const cad_process *process);
CAD_API cad_stream *cad_process_stderr(const cad_process *process);
/* send_signal(), terminate(), kill(): CAD_EPROCESSLOOKUP once its code is known. */
CAD_API int cad_process_send_signal(cad_process *process, int signal);
CAD_API int cad_process_terminate(cad_process *process);
CAD_API int cad_process_kill(cad_process *process);
/* Kills it, if it still runs, and closes its pipes. Not while a task waits for it. Takes NULL. So
 * does the loop's end. */
CAD_API void cad_process_free(cad_process *process);

/* --- Transports and protocols ------------------------------------------------------------ */

/* asyncio.Transport: a connection without waiting, below streams, for what is written as callbacks.
 * It reads whenever something comes and nothing is paused, sends at once what the kernel takes, and
 * keeps the rest. It is lost once its connection_lost() has returned: from then on it does nothing,
 * and is freed when nobody has a reference. What is said of references to futures holds for them.
 * Real clock only. */
typedef struct cad_transport cad_transport;

/* asyncio.Protocol: what the transport calls, in the loop, as callbacks are, with the `self` that
 * goes with it: connection_made(), the data, eof_received(), connection_lost(), in this order, the
 * last exactly once. Each may be NULL, and then does nothing. An error that is returned ends the
 * connection with it. The struct is not copied: it must stay until then. */
typedef struct cad_protocol {
    /* The transport stays until connection_lost() has returned. */
    void (*connection_made)(void *self, cad_transport *transport);
    /* Borrowed bytes; 0 or an error. */
    int (*data_received)(void *self, const char *data, size_t size);
    /* The other side sends no more. 0: the transport closes itself (NULL: the same); 1: it stays
     * open for writing; or an error. */
    int (*eof_received)(void *self);
    /* 0: it was closed, or aborted, or ended; or the error that it ended with; `exception`, which
     * may be NULL, is borrowed. */
    void (*connection_lost)(void *self, int error, cad_exception *exception);
    /* Called in the write() that goes above the high water mark; and when what is unsent has come
     * down to the low one. */
    void (*pause_writing)(void *self);
    void (*resume_writing)(void *self);
} cad_protocol;

/* loop.create_connection(), create_unix_connection(): as cad_open_connection(), but what comes goes
 * to the protocol. *transport is a reference of the caller's; connection_made() has been called
 * when it is there. After an error, and a cancel before that, the protocol was never called; a
 * cancel after it closes the transport. Wait. */
CAD_API int cad_create_connection(const char *host, int port, const cad_protocol *protocol,
                                  void *self, cad_transport **transport);
CAD_API int cad_create_unix_connection(const char *path, const cad_protocol *protocol, void *self,
                                       cad_transport **transport);

/* protocol_factory: makes the `self` of one connection, which its connection_lost() frees. NULL: it
 * cannot, and the connection is closed; the next one is accepted all the same. */
typedef void *cad_protocol_factory(void *arg);

/* loop.create_server(), create_unix_server(): as cad_start_server(), for protocols. Without a
 * factory `arg` itself is the `self` of each connection. Never wait. */
CAD_API int cad_create_server(cad_loop *loop, const char *host, int port,
                              const cad_protocol *protocol, cad_protocol_factory *factory,
                              void *arg, cad_server **server);
CAD_API int cad_create_unix_server(cad_loop *loop, const char *path, const cad_protocol *protocol,
                                   cad_protocol_factory *factory, void *arg, cad_server **server);

CAD_API cad_transport *cad_transport_ref(cad_transport *transport);
CAD_API void cad_transport_unref(cad_transport *transport); /* takes NULL */
/* set_protocol(): it calls these from now on. */
CAD_API void cad_transport_set_protocol(cad_transport *transport, const cad_protocol *protocol,
                                        void *self);

/* write(): takes a copy of what cannot be sent at once. CAD_ERUNTIME after write_eof(); CAD_ENOMEM
 * ends the connection. What is written after close() is dropped. writelines(): several parts (of
 * <sys/uio.h>), one behind the other. */
CAD_API int cad_transport_write(cad_transport *transport, const void *data, size_t size);
CAD_API int cad_transport_writelines(cad_transport *transport, const struct iovec *parts,
                                     size_t count);
/* write_eof(): ends this direction after what is unsent. */
CAD_API void cad_transport_write_eof(cad_transport *transport);
/* close(): reads no more, and ends after what is unsent. abort(): drops that. Never call the
 * protocol themselves. */
CAD_API void cad_transport_close(cad_transport *transport);
CAD_API void cad_transport_abort(cad_transport *transport);
CAD_API bool cad_transport_is_closing(const cad_transport *transport); /* or is lost */

/* pause_reading(), resume_reading(): nothing is received meanwhile. What has been paused already,
 * or closes, stays as it is. */
CAD_API void cad_transport_pause_reading(cad_transport *transport);
CAD_API void cad_transport_resume_reading(cad_transport *transport);
CAD_API bool cad_transport_is_reading(const cad_transport *transport);

/* set_write_buffer_limits(): the water marks, in bytes. At first, and where both are CAD_DEFAULT,
 * 64 KiB and 16; where one is, a high of four times the low, or a low of a quarter of the high.
 * CAD_EINVAL: not high >= low >= 0. */
#define CAD_DEFAULT INT64_MIN
CAD_API int cad_transport_set_write_buffer_limits(cad_transport *transport, int64_t high,
                                                  int64_t low);
CAD_API void cad_transport_get_write_buffer_limits(const cad_transport *transport, size_t *low,
                                                   size_t *high);
CAD_API size_t cad_transport_get_write_buffer_size(const cad_transport *transport); /* unsent */

/* get_extra_info("socket"): its descriptor, for getpeername() and its like; the transport alone
 * reads, writes and closes it. -1: it is lost. And the port of its own end; 0: it has none. */
CAD_API int cad_transport_descriptor(const cad_transport *transport);
CAD_API int cad_transport_port(const cad_transport *transport);

/* --- Pipes and programs without waiting -------------------------------------------------- */

/* loop.connect_read_pipe(), connect_write_pipe(): a transport over a descriptor of the program's
 * own: a pipe, a socket, a terminal or another device. It goes one way. The descriptor is the
 * transport's, which closes it, also after an error. Of what is read: the data, eof_received(),
 * connection_lost(); of what is written: when nobody reads it any more it is lost, also while
 * nothing is written. *transport is a reference of the caller's; connection_made() is called
 * meanwhile. CAD_EINVAL: it is a file, or a folder; an error of the system. Never wait. Allocate.
 */
CAD_API int cad_connect_read_pipe(cad_loop *loop, int descriptor, const cad_protocol *protocol,
                                  void *self, cad_transport **transport);
CAD_API int cad_connect_write_pipe(cad_loop *loop, int descriptor, const cad_protocol *protocol,
                                   void *self, cad_transport **transport);

/* asyncio.SubprocessProtocol: what is called, as of a cad_protocol; `number` is 0, 1 or 2: which of
 * the program's standard streams. Each may be NULL. That a pipe is lost and that the program has
 * ended come in any order; when it has, and all pipes are lost, connection_lost() is the last call.
 * Each may free the process, and then nothing is called any more. */
typedef struct cad_subprocess_protocol {
    void (*connection_made)(void *self, cad_process *process);
    /* Borrowed bytes; 0, or an error, which ends that pipe. */
    int (*pipe_data_received)(void *self, int number, const char *data, size_t size);
    /* 0: it was closed, or ended; or the error that it ended with. `exception` is borrowed. */
    void (*pipe_connection_lost)(void *self, int number, int error, cad_exception *exception);
    void (*process_exited)(void *self); /* cad_process_returncode() has it */
    void (*connection_lost)(void *self, int error, cad_exception *exception);
    void (*pause_writing)(void *self); /* of its stdin */
    void (*resume_writing)(void *self);
} cad_subprocess_protocol;

/* loop.subprocess_exec(): as cad_create_subprocess_exec(), with its pipes as transports in the
 * place of streams; `limit` has no meaning. connection_made() is called meanwhile, when *process is
 * set. After an error the protocol was never called. The process is the caller's, for
 * cad_process_free(). */
CAD_API int cad_subprocess_exec(cad_loop *loop, const char *const argv[],
                                const cad_process_options *options,
                                const cad_subprocess_protocol *protocol, void *self,
                                cad_process **process);
/* SubprocessTransport.get_pipe_transport(): borrowed; NULL: it has none of that number, or has lost
 * it. */
CAD_API cad_transport *cad_process_pipe_transport(const cad_process *process, int number);
/* SubprocessTransport.close(): closes its pipes, and kills it where it still runs. What it ends
 * with is still told. */
CAD_API void cad_process_close(cad_process *process);

/* --- Datagrams --------------------------------------------------------------------------- */

/* asyncio.DatagramTransport: a socket for datagrams, which keep their bounds; an empty one is one.
 * Real clock only. */
typedef struct cad_endpoint cad_endpoint;

/* asyncio.DatagramProtocol: what is called, as of a cad_protocol. Each may be NULL. */
typedef struct cad_datagram_protocol {
    void (*connection_made)(void *self, cad_endpoint *endpoint);
    /* Borrowed bytes; who has sent them: a numeric host, borrowed, and a port. */
    void (*datagram_received)(void *self, const char *data, size_t size, const char *host,
                              int port);
    /* One could not be sent, or the fixed peer takes none: CAD_ECONNREFUSED. Both are borrowed, and
     * the endpoint goes on. */
    void (*error_received)(void *self, int error, cad_exception *exception);
    void (*connection_lost)(void *self, int error, cad_exception *exception);
    void (*pause_writing)(void *self);
    void (*resume_writing)(void *self);
} cad_datagram_protocol;

/* Numeric addresses, or "localhost"; one of them at least. */
typedef struct cad_datagram_options {
    const char *local_host;  /* local_addr; NULL: any that is free */
    int local_port;          /* 0: one that is free */
    const char *remote_host; /* remote_addr, a fixed peer; NULL: none */
    int remote_port;
} cad_datagram_options;

/* loop.create_datagram_endpoint(). *endpoint is a reference of the caller's, as to a transport;
 * connection_made() is called meanwhile. CAD_EINVAL: there is no address, or none of that kind;
 * an error of the system; then nothing is left of it. Never waits. Allocates. */
CAD_API int cad_create_datagram_endpoint(cad_loop *loop, const cad_datagram_options *options,
                                         const cad_datagram_protocol *protocol, void *self,
                                         cad_endpoint **endpoint);
CAD_API cad_endpoint *cad_endpoint_ref(cad_endpoint *endpoint);
CAD_API void cad_endpoint_unref(cad_endpoint *endpoint); /* takes NULL */

/* sendto(): takes a copy of what cannot be sent at once. NULL: to the fixed peer, which is the only
 * one it goes to where there is one, else CAD_EINVAL. What cannot be sent at all is told to
 * error_received(), in this call. CAD_ENOMEM loses the datagram. After close() it is dropped. */
CAD_API int cad_endpoint_sendto(cad_endpoint *endpoint, const void *data, size_t size,
                                const char *host, int port);
/* close(): receives no more, and ends after what is unsent. abort(): drops that. */
CAD_API void cad_endpoint_close(cad_endpoint *endpoint);
CAD_API void cad_endpoint_abort(cad_endpoint *endpoint);
CAD_API bool cad_endpoint_is_closing(const cad_endpoint *endpoint); /* or is lost */
/* As of a transport; each datagram that is unsent counts with 8 bytes for its header. */
CAD_API int cad_endpoint_set_write_buffer_limits(cad_endpoint *endpoint, int64_t high, int64_t low);
CAD_API size_t cad_endpoint_get_write_buffer_size(const cad_endpoint *endpoint);
CAD_API int cad_endpoint_descriptor(const cad_endpoint *endpoint);
CAD_API int cad_endpoint_port(const cad_endpoint *endpoint);

/* --- Names of hosts ---------------------------------------------------------------------- */

/* loop.getaddrinfo(): waits while a worker asks the C library's function of that name. *found is
 * the caller's, for freeaddrinfo(). CAD_ESYSTEM with the words of gai_strerror(), Python's
 * gaierror. A cancelled wait does not stop the worker. Real clock only. Allocates. */
struct addrinfo;
CAD_API int cad_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                            struct addrinfo **found);

/* loop.getnameinfo(): likewise, of an address of so many bytes; `flags` are NI_NUMERICHOST and its
 * like. */
typedef struct cad_name_info {
    char host[1025];
    char service[32];
} cad_name_info;
struct sockaddr;
CAD_API int cad_getnameinfo(const struct sockaddr *address, size_t length, int flags,
                            cad_name_info *name);

/* --- Descriptors of other libraries ------------------------------------------------------ */

/* loop.add_reader(), add_writer(): from now on fn(arg) is called in each iteration of the loop in
 * which the descriptor can be read, or written, or has failed; it takes the place of an earlier
 * callback. So that what it waits for has to be read, or the callback removed. One that is closed
 * meanwhile, or that the kernel does not watch for want of memory, has failed, where that is
 * noticed. CAD_EINVAL; CAD_EPERMISSION for a file or a folder, which cannot be watched; CAD_ESYSTEM
 * for what is no descriptor, and for what a stream has. Real clock only. Allocates. */
CAD_API int cad_add_reader(cad_loop *loop, int descriptor, cad_callback *fn, void *arg);
CAD_API int cad_add_writer(cad_loop *loop, int descriptor, cad_callback *fn, void *arg);
/* remove_reader(), remove_writer(), before the descriptor is closed. False: there was none. The
 * callback is not called any more, also when its turn was about to come. */
CAD_API bool cad_remove_reader(cad_loop *loop, int descriptor);
CAD_API bool cad_remove_writer(cad_loop *loop, int descriptor);

/* --- Names, reports, traces -------------------------------------------------------------- */

/* Names a primitive or a plain future of this library for reports and traces (copied). Default:
 * its type and a number, such as "queue-1". */
CAD_API int cad_set_name(void *object, const char *name);

/* What an object of this library is in at the moment, for reports and traces. `type`, and the key
 * of a field, are literals of the library: what is at their address never changes. */
typedef struct cad_object_field {
    const char *key; /* "size", "waiters", "value", "owner" (a task's id), ... */
    int64_t value;
    bool constant; /* it never changes */
    bool detail;   /* a trace is told of it only where detail is asked for */
} cad_object_field;
typedef struct cad_object_info {
    const char *type; /* "queue", "lock", ... */
    const char *name; /* borrowed */
    const char *lane; /* of a connection that is not lost, one end of a pipe, or a program that
                         runs: what it is, for a trace, where it has a lane of its own; NULL of all
                         else. Borrowed */
    uint64_t id;      /* 1, 2, ... in the order of creation, over all types but tasks, which have
                         numbers of their own (cad_task_id); 0: a part of another object */
    size_t count;     /* members of `fields` in use */
    cad_object_field fields[8];
} cad_object_info;
CAD_API void cad_object_describe(const void *object, cad_object_info *info);
/* How many wait for it: tasks, and of a future or task the gathers, shields, waits, as_completed
 * and task groups that follow it. */
CAD_API size_t cad_waiters(const void *object);

/* What a task waits for. */
typedef struct cad_wait_info {
    const char *verb;       /* asyncio's word, a literal: "put", "acquire", "sleep", "await", ... */
    const void *object;     /* what cad_object_describe() takes, or NULL */
    uint64_t object_id;     /* its id; 0 where there is none, and where it is a task */
    const char *line;       /* where it stands in a line of the object's, which one: "putters",
                               "waiters", ...; NULL: it awaits a future, or sleeps */
    const cad_task *task;   /* the task awaited, or NULL */
    const cad_task *holder; /* the task that holds the object, where one does */
    const void *follows;    /* where it waits for what others do - a gather, a shield, a wait, an
                               as_completed, a task group -, what cad_followed() takes; NULL */
    int64_t since_ns;       /* loop time at which the wait began */
    int64_t until_ns;       /* loop time at which it ends by itself; CAD_NEVER */
} cad_wait_info;
/* False when the task is not waiting. */
CAD_API bool cad_task_waiting(const cad_task *task, cad_wait_info *info);

/* What would have ended a wait, and was of use to nobody. */
typedef struct cad_lost_info {
    const char *verb; /* asyncio's word: "notify"; "put", of an item that a get waits for; "get", of
                         one that a put or a join waits for; "set", of an event; "wait", of who
                         stood at a barrier */
    int64_t when_ns;  /* when it came to nothing */
    int64_t undone_ns; /* of an event: when it was cleared */
    const char *task;  /* whom it went to, and who was cancelled in that instant, when there was
                          nobody to whom it could be passed on; of a barrier, who was cancelled
                          there; NULL: it came while nobody waited. Borrowed */
} cad_lost_info;
/* False: nothing of the kind is known. */
CAD_API bool cad_wait_lost(const cad_wait_info *wait, cad_lost_info *info);

/* Calls visit() with each task and future that is followed, in their order, whether it is done or
 * not; of a task group, with the tasks that are not. Borrowed. `follows` is of the present. */
typedef void cad_followed_visitor(cad_future *future, void *arg);
CAD_API void cad_followed(const void *follows, cad_followed_visitor *visit, void *arg);

/* The loop's tasks that have not ended, in the order of creation: the first, and the one after
 * `task`; NULL after the last. Borrowed. */
CAD_API cad_task *cad_loop_first_task(cad_loop *loop);
CAD_API cad_task *cad_loop_next_task(cad_loop *loop, cad_task *task);

/* loop.set_exception_handler(): called when a task or future that failed is freed, and nobody
 * has asked for its exception; and for those left when the loop is freed. Both are borrowed for the
 * call. NULL, and as long as none is set: a line on standard error says which, and with what. */
typedef void cad_exception_handler(cad_future *future, int code, const cad_exception *exception,
                                   void *arg);
CAD_API void cad_loop_set_exception_handler(cad_loop *loop, cad_exception_handler *handler,
                                            void *arg);

/* An entry of the ready queue. */
typedef struct cad_ready_info {
    const char *kind; /* "task", its "end", "callback", "timer", ...: a literal of the library */
    const cad_task *task; /* the task that it is about; NULL: none */
} cad_ready_info;

/* What an operation did to a queue's items, which are told in the order in which `place` counts
 * them: that in which they came, or of a PriorityQueue the list that heapq keeps. */
enum cad_item_move {
    CAD_ITEM_STAYS,    /* nothing */
    CAD_ITEM_IN,       /* `item` is in, at `place`; of a PriorityQueue, what was on the way from
                          there to the end, each at half the place before, has moved down */
    CAD_ITEM_OUT,      /* `item` is out, from `place`; of a PriorityQueue from the first, and what
                          was last has gone to `place`, and what was on the way there has moved up */
    CAD_ITEMS_ALL_OUT, /* there are none any more */
};

/* An operation on an object that has come to its result. */
typedef struct cad_operation_info {
    const char *verb;     /* asyncio's word: "put", "put_nowait", "release", "notify", ... */
    const void *object;   /* what cad_object_describe() takes */
    uint64_t object_id;   /* its id; 0 where it is a task */
    const cad_task *task; /* who called it; NULL: no task */
    int result;           /* 0, a positive result such as a barrier's index, or the error */
    enum cad_item_move move;
    void *item; /* what a queue's put or get is about; NULL where it got none */
    size_t place;
} cad_operation_info;

/* Where a run's events go. Each member may be NULL: not interested. Times never go back, and
 * `by` is the task that caused the event (NULL: the loop itself). What is passed is borrowed for
 * the call. A task's ready and run events are left out where their length is zero.
 *
 * Objects: each primitive, and each future, group or iterator that is named or waited for, is told
 * of by object_new() before any other event refers to its id; what there is when the sink begins
 * to listen is told then. An object that is named right after it was made has that name in
 * object_new() already. object() is called once for what an operation or a cancel has changed, at
 * the latest when what caused it has its result. */
typedef struct cad_trace_sink {
    void *context;
    /* cad_loop_free() begins: nothing is told after this, and all is there as the run has left it.
     */
    void (*end)(void *context);
    void (*task_begin)(void *context, int64_t now_ns, const cad_task *task, const cad_task *by);
    /* code: 0, CAD_ECANCELLED, or what the task failed with. */
    void (*task_end)(void *context, int64_t now_ns, const cad_task *task, int code,
                     const cad_exception *exception);
    void (*wait_begin)(void *context, int64_t now_ns, const cad_task *task,
                       const cad_wait_info *wait);
    /* The task's wait is over; it runs when its turn comes. */
    void (*wake)(void *context, int64_t now_ns, const cad_task *task, const cad_task *by);
    void (*ready_begin)(void *context, int64_t now_ns, const cad_task *task);
    void (*ready_end)(void *context, int64_t now_ns, const cad_task *task);
    /* task is NULL for a callback. */
    void (*run_begin)(void *context, int64_t now_ns, const cad_task *task);
    void (*run_end)(void *context, int64_t now_ns, const cad_task *task);
    void (*cancel)(void *context, int64_t now_ns, const cad_task *task, const cad_task *by,
                   const char *message);
    void (*timeout)(void *context, int64_t now_ns, const cad_task *task);
    void (*object_new)(void *context, int64_t now_ns, const cad_object_info *info,
                       const cad_task *by);
    /* It has a new one. */
    void (*object_name)(void *context, int64_t now_ns, const cad_object_info *info,
                        const cad_task *by);
    /* It has changed. */
    void (*object)(void *context, int64_t now_ns, const cad_object_info *info, const cad_task *by);
    /* What has a lane (cad_object_info.lane) is there; and is over: `result` is a program's, as
     * cad_process_wait() gives it, else 0; `code` what a connection was lost with, 0: it was
     * closed. The object is freed later, or now. */
    void (*lane_begin)(void *context, int64_t now_ns, const cad_object_info *info,
                       const cad_task *by);
    void (*lane_end)(void *context, int64_t now_ns, const cad_object_info *info, int result,
                     int code, const cad_exception *exception);
    /* So many bytes have come by a connection, or the kernel has taken them. */
    void (*data)(void *context, int64_t now_ns, const cad_object_info *info, bool received,
                 size_t size);
    /* As wake(), of which it takes the place: what came by this object's lane ended the wait. */
    void (*wake_from)(void *context, int64_t now_ns, const cad_task *task,
                      const cad_object_info *from);

    /* Whether to tell of what follows, too, with which the state of the loop and of its objects
     * can be rebuilt at each event; and of fields that are `detail`. */
    bool detail;
    /* It is freed, and the loop goes on. */
    void (*object_end)(void *context, int64_t now_ns, const cad_object_info *info);
    /* An entry becomes the last one of the ready queue. */
    void (*ready_join)(void *context, int64_t now_ns, const cad_ready_info *entry,
                       const cad_task *by);
    /* The entry at `place` (0: the first) is taken back before its turn. */
    void (*ready_leave)(void *context, int64_t now_ns, const cad_ready_info *entry, size_t place);
    /* An iteration of the loop begins: the turns of all that are in the ready queue now. */
    void (*iteration)(void *context, int64_t now_ns, uint64_t number);
    /* The turn of the first entry begins, which leaves the queue; and ends. */
    void (*turn_begin)(void *context, int64_t now_ns, const cad_ready_info *entry);
    void (*turn_end)(void *context, int64_t now_ns);
    /* What moves items is told before what comes of it: who is woken, say. */
    void (*operation)(void *context, int64_t now_ns, const cad_operation_info *operation);
} cad_trace_sink;

/* From now on; the sink must outlive the loop. NULL: none. */
CAD_API void cad_loop_set_trace(cad_loop *loop, const cad_trace_sink *sink);
/* The sink; NULL: none. */
CAD_API const cad_trace_sink *cad_loop_trace(const cad_loop *loop);

/* Every allocation of the library goes through this function: as realloc(), and as free() when
 * size is 0. Called on the threads that call the library. Before the first other call; NULL: the C
 * library's. libuv's own memory, and stacks, do not come from here. */
typedef void *cad_realloc_fn(void *context, void *pointer, size_t size);
CAD_API void cad_set_allocator(cad_realloc_fn *fn, void *context);

/* Memory from the same place, for programs that want it: as realloc(), and as free() when size is
 * 0. NULL when memory runs out. */
CAD_API void *cad_realloc(void *pointer, size_t size);

#ifdef __cplusplus
}
#endif

#endif

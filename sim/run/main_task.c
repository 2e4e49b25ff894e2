/* The main task, and what asyncio.run() does when it has ended.
 *
 * Held beside CPython's asyncio/runners.py, the functions here are run() and _on_sigint() of
 * Runner, _cancel_all_tasks(), and Runner.close(). */
#include "run/main_task.h"

#include <signal.h>

#include "base/memory.h"
#include "run/report.h"
#include "run/workers.h"

/* --- Interrupts ------------------------------------------------------------------------------ */

bool run_main_takes_interrupt(run_machine *machine) {
    bool first = machine->main_runs && machine->interrupts++ == 0;
    if (!first || cad_future_done(machine->main))
        return false;
    run_end_work();
    return cad_future_cancel(machine->main, NULL) != CAD_ESTACK;
}

/* A signal of the process made the loop return; or, under the virtual clock, one of the document
 * that ends the run. */
static bool goes_on(run_machine *machine) {
    int number = cad_loop_signal(machine->loop);
    if (machine->stopping || number != SIGINT || !run_main_takes_interrupt(machine))
        return false;
    run_machine_trace_signal(machine, number);
    machine->signal_traced = false; /* the next one has not been */
    return true;
}

static int run_it(run_machine *machine) {
    int result;
    machine->main_runs = true;
    do
        result = cad_loop_run_until(machine->loop, machine->main);
    while (result == CAD_EINTERRUPTED && goes_on(machine));
    machine->main_runs = false;
    return result;
}

/* --- The others ------------------------------------------------------------------------------ */

struct rest {
    size_t count;
    cad_future *tasks[];
};

static struct rest *find_rest(run_machine *machine) {
    size_t count = 0;
    cad_task *task;
    for (task = cad_loop_first_task(machine->loop); task != NULL;
         task = cad_loop_next_task(machine->loop, task))
        count++;
    struct rest *rest = base_alloc(sizeof *rest + count * sizeof rest->tasks[0]);
    if (rest == NULL)
        return NULL;
    rest->count = 0;
    for (task = cad_loop_first_task(machine->loop); task != NULL;
         task = cad_loop_next_task(machine->loop, task))
        rest->tasks[rest->count++] = cad_future_ref(task);
    return rest;
}

static void free_rest(struct rest *rest) {
    for (size_t i = 0; i < rest->count; i++)
        cad_future_unref(rest->tasks[i]);
    base_free(rest);
}

static void report(run_machine *machine, cad_task *task) {
    cad_exception *exception;
    int code = cad_future_exception(task, &exception);
    if (code != 0 && !cad_future_cancelled(task))
        run_note_task(machine, task, "exception during shutdown in", code, exception);
}

/* A task in a circle of awaits: its cancel is a RecursionError, with which asyncio.run() ends where
 * it stands. */
static void report_circle(run_machine *machine, cad_task *task) {
    run_note_task(machine, task, "exception in the cancelling of", CAD_ESTACK,
                  cad_error_exception());
}

/* 0 or CAD_ESTACK. */
static int cancel_each(run_machine *machine, const struct rest *rest) {
    int error = 0;
    for (size_t i = 0; i < rest->count && error != CAD_ESTACK; i++) {
        error = cad_future_cancel(rest->tasks[i], NULL);
        if (error == CAD_ESTACK)
            report_circle(machine, rest->tasks[i]);
    }
    return error == CAD_ESTACK ? error : 0;
}

/* Cancels all tasks, and runs until they have ended. What they fail with is said, and is no failure
 * of the program. */
static int cancel_all(run_machine *machine) {
    cad_future *all = NULL;
    struct rest *rest = find_rest(machine);
    if (rest == NULL)
        return CAD_ENOMEM;
    int error = 0;
    if (rest->count > 0) {
        error = cancel_each(machine, rest);
        if (error == 0)
            error = cad_gather(machine->loop, rest->tasks, rest->count, true, &all);
        if (error == 0)
            error = cad_loop_run_until(machine->loop, all);
        cad_future_unref(all);
    }
    uint64_t failures = machine->result.failure_count;
    for (size_t i = 0; error == 0 && i < rest->count; i++)
        report(machine, rest->tasks[i]);
    machine->excused += machine->result.failure_count - failures;
    free_rest(rest);
    return error;
}

/* asyncio.run() then runs two coroutines, for asynchronous generators and for the threads. The
 * first has nothing to do, nor has the second where no thread works; but while each takes its two
 * iterations, what is ready has its turns. */
enum { LAST_ITERATIONS = 4 };

/* THREAD_JOIN_TIMEOUT of asyncio */
#define PATIENCE (300 * CAD_SECOND)

struct countdown {
    run_machine *machine;
    int left;
};

static void count_down(void *arg) {
    struct countdown *countdown = arg;
    run_machine *machine = countdown->machine;
    if (--countdown->left == 0)
        cad_loop_stop(machine->loop);
    else if (cad_call_soon(machine->loop, count_down, countdown, NULL) != 0)
        (void)run_machine_no_memory(machine);
}

static int run_last_iterations(run_machine *machine) {
    struct countdown countdown = {machine, LAST_ITERATIONS};
    int error = cad_call_soon(machine->loop, count_down, &countdown, NULL);
    if (error == 0)
        error = cad_loop_run_until(machine->loop, machine->never);
    return error == CAD_ESTOPPED ? 0 : error;
}

static void give_up(void *arg) {
    (void)cad_future_cancel(arg, NULL);
}

/* Runs until the threads have done what they are at, which nobody waits for any more. */
static int wait_for_workers(run_machine *machine) {
    cad_future *idle;
    cad_handle *patience = NULL;
    int error = cad_loop_workers_idle(machine->loop, &idle);
    if (error == 0 && !cad_future_done(idle))
        error = cad_call_later(machine->loop, PATIENCE, give_up, idle, &patience);
    if (error == 0 && !cad_future_done(idle))
        error = cad_loop_run_until(machine->loop, idle);
    if (patience != NULL)
        cad_handle_cancel(patience);
    cad_handle_unref(patience);
    cad_future_unref(idle);
    return error;
}

/* --- The whole ------------------------------------------------------------------------------- */

/* An exception, on its way. */
struct raised {
    int code; /* 0: none */
    cad_exception *exception;
};

/* Future.result(), with which asyncio.run() takes what the main task raised. Who awaits that later
 * is given another CancelledError, without the message. */
static struct raised take_result(cad_task *task) {
    struct raised raised = {.code = cad_future_result(task, NULL)};
    if (raised.code != 0)
        raised.exception = cad_exception_ref(cad_error_exception());
    return raised;
}

/* Python's KeyboardInterrupt: an interrupt that the main task was not asked to end for leaves it
 * where it is; one that it was asked to end for, and has ended by, takes its place. */
static bool is_keyboard_interrupt(run_machine *machine, int result, const struct raised *raised) {
    int number = cad_loop_signal(machine->loop);
    if (result == CAD_EINTERRUPTED)
        return !machine->stopping && (number == 0 || number == SIGINT);
    return raised->code == CAD_ECANCELLED && machine->interrupts > 0 &&
           cad_task_uncancel(machine->main) == 0;
}

/* What Runner.close() does. */
static int close_runner(run_machine *machine) {
    int error = cancel_all(machine);
    if (error == 0)
        error = run_last_iterations(machine);
    if (error == 0)
        error = wait_for_workers(machine);
    if (error == CAD_ENOMEM)
        (void)run_machine_no_memory(machine);
    return error;
}

int run_main_task(run_machine *machine) {
    struct raised raised = {0};
    int result = run_it(machine);
    if (result == 0)
        raised = take_result(machine->main);
    bool interrupted = is_keyboard_interrupt(machine, result, &raised);
    if (result == 0 || interrupted)
        result = close_runner(machine);
    if ((result == 0 || result == CAD_ESTACK) && interrupted)
        result = CAD_EINTERRUPTED;
    else if (result == 0 && raised.code != 0)
        run_note_task(machine, machine->main, "exception in", raised.code, raised.exception);
    cad_exception_unref(raised.exception);
    return result;
}

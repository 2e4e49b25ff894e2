/* Callbacks: jobs that never wait, run by the loop between tasks. */
#include "run/callback.h"

#include "base/memory.h"
#include "run/interpreter.h"
#include "run/report.h"

static void unlink_callback(run_callback *callback) {
    run_callback **first = &callback->job.machine->callbacks;
    if (callback->previous != NULL)
        callback->previous->next = callback->next;
    else
        *first = callback->next;
    if (callback->next != NULL)
        callback->next->previous = callback->previous;
    callback->next = callback->previous = NULL;
}

/* It has run, or never will. */
static void retire(run_callback *callback) {
    callback->waiting = false;
    unlink_callback(callback);
    run_job_clear(&callback->job);
    cad_future_unref(callback->task);
    callback->task = NULL;
    callback->job.draws = NULL;
    run_callback_unref(callback);
}

cad_task *run_drawer_ref(const run_job *job) {
    run_machine *machine = job->machine;
    if (job->draws == NULL || job->draws == &machine->draws)
        return NULL;
    cad_task *task = cad_current_task();
    if (task == NULL) /* a callback makes another */
        task = machine->drawer;
    return task != NULL ? cad_future_ref(task) : NULL;
}

static void call_back(void *arg) {
    run_callback *callback = arg;
    run_machine *machine = callback->job.machine;
    callback->waiting = false;
    machine->drawer = callback->task;
    if (machine->details != NULL)
        machine->callback_of = run_frame_owner(&callback->job.frame);
    int result = run_take_turn(&callback->job, 0);
    machine->callback_of = NULL;
    machine->drawer = NULL;
    run_note_end(machine, "a callback", &callback->job, result);
    retire(callback);
}

static int schedule(run_callback *callback, int64_t when_ns) {
    cad_loop *loop = callback->job.machine->loop;
    if (when_ns == RUN_SOON)
        return cad_call_soon(loop, call_back, callback, &callback->handle);
    return cad_call_at(loop, when_ns, call_back, callback, &callback->handle);
}

int run_callback_new(run_job *job, uint32_t pc, int64_t when_ns, run_callback **out) {
    run_machine *machine = job->machine;
    run_callback *callback = base_zalloc(1, sizeof *callback);
    if (callback == NULL)
        return CAD_ENOMEM;
    callback->waiting = true;
    callback->references = 2; /* the caller's, and one for as long as it is to be run */
    callback->job.machine = machine;
    int error = schedule(callback, when_ns);
    if (error != 0) {
        base_free(callback);
        return error;
    }
    run_frame_share(&callback->job.frame, job->top);
    callback->job.frame.pc = pc;
    callback->job.frame.taken = 0;
    callback->job.draws = job->draws;
    callback->task = run_drawer_ref(job);
    callback->next = machine->callbacks;
    if (callback->next != NULL)
        callback->next->previous = callback;
    machine->callbacks = callback;
    *out = callback;
    return 0;
}

void run_callback_cancel(run_callback *callback) {
    cad_handle_cancel(callback->handle);
    if (callback->waiting)
        retire(callback);
}

void run_callback_ref(run_callback *callback) {
    callback->references++;
}

void run_callback_unref(run_callback *callback) {
    if (--callback->references > 0)
        return;
    cad_handle_unref(callback->handle);
    base_free(callback);
}

void run_callbacks_drop(run_machine *machine) {
    while (machine->callbacks != NULL) {
        cad_handle_cancel(machine->callbacks->handle);
        retire(machine->callbacks);
    }
}

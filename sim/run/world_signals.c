/* Signals: when the document sends them, and what handles them. */
#include "run/world_signals.h"

#include <signal.h>

#include "base/memory.h"
#include "program/signals.h"
#include "run/callback.h"
#include "run/interpreter.h"
#include "run/main_task.h"
#include "run/report.h"
#include "trace/stream.h"

/* --- Handlers -------------------------------------------------------------------------------- */

struct run_signal_handler {
    run_machine *machine;
    int number;
    run_frame frame; /* where its steps begin, and the variables that they share */
    run_draws *draws;
    cad_task *task; /* whose random numbers it draws (run_drawer_ref()); may be NULL */
    run_signal_handler *next;
};

static void free_handler(run_signal_handler *self) {
    run_frame_clear(&self->frame);
    cad_future_unref(self->task);
    base_free(self);
}

/* The handler may remove itself, or be replaced, while its steps run: these have their own part in
 * what it shares. */
static void signal_came(void *arg) {
    run_signal_handler *self = arg;
    run_machine *machine = self->machine;
    run_job job = {.machine = machine, .draws = self->draws};
    cad_task *task = self->task != NULL ? cad_future_ref(self->task) : NULL;
    run_frame_share(&job.frame, &self->frame);
    machine->signal_traced = false;
    machine->drawer = task;
    run_machine_trace_signal(machine, self->number);
    if (machine->details != NULL)
        machine->callback_of = run_frame_owner(&job.frame);
    int result = run_take_turn(&job, 0);
    machine->callback_of = NULL;
    machine->drawer = NULL;
    run_note_end(machine, "a signal handler", &job, result);
    run_job_clear(&job);
    cad_future_unref(task);
}

/* Takes it out of the list; NULL: there is none. */
static run_signal_handler *take(run_machine *machine, int number) {
    for (run_signal_handler **at = &machine->signal_handlers; *at != NULL; at = &(*at)->next) {
        run_signal_handler *self = *at;
        if (self->number == number) {
            *at = self->next;
            return self;
        }
    }
    return NULL;
}

int run_signal_handle(run_job *job, int number, uint32_t pc) {
    run_machine *machine = job->machine;
    run_signal_handler *self = base_zalloc(1, sizeof *self);
    if (self == NULL)
        return CAD_ENOMEM;
    int error = cad_add_signal_handler(machine->loop, number, signal_came, self);
    if (error != 0) {
        base_free(self);
        return error;
    }
    run_signal_handler *before = take(machine, number);
    if (before != NULL)
        free_handler(before);
    self->machine = machine;
    self->number = number;
    run_frame_share(&self->frame, job->top);
    self->frame.pc = pc;
    self->frame.taken = 0;
    self->draws = job->draws;
    self->task = run_drawer_ref(job);
    self->next = machine->signal_handlers;
    machine->signal_handlers = self;
    return 0;
}

bool run_signal_unhandle(run_machine *machine, int number) {
    run_signal_handler *self = take(machine, number);
    if (self == NULL)
        return false;
    (void)cad_remove_signal_handler(machine->loop, number);
    free_handler(self);
    return true;
}

void run_signals_drop(run_machine *machine) {
    while (machine->signal_handlers != NULL)
        (void)run_signal_unhandle(machine, machine->signal_handlers->number);
}

/* --- Of the document ------------------------------------------------------------------------- */

/* In a simulated world only an interrupt can come: any other has a handler, which needs the real
 * one. */
static void send(void *arg) {
    const run_due_signal *due = arg;
    run_machine *machine = due->machine;
    machine->signal_traced = false;
    run_machine_trace_signal(machine, due->number);
    if (machine->options->real)
        (void)raise(due->number);
    else if (!run_main_takes_interrupt(machine))
        cad_loop_interrupt(machine->loop);
}

int run_signals_start(run_machine *machine) {
    int error = 0;
    for (size_t i = 0; error == 0 && i < machine->program->signal_count; i++) {
        run_due_signal *due = &machine->signals[i];
        due->machine = machine;
        due->number = machine->program->signals[i].number;
        error = cad_call_at(machine->loop, due->at_ns, send, due, NULL);
    }
    return error;
}

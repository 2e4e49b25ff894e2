/* How far a run is, and what ends one before its time, or would. */
#include "run/machine.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

#include "program/signals.h"
#include "trace/stream.h"

static void stop(run_machine *machine, enum run_outcome outcome, const char *format,
                 va_list arguments) {
    if (machine->stopping)
        return;
    (void)vsnprintf(machine->result.reason, sizeof machine->result.reason, format, arguments);
    machine->stopping = true;
    machine->stop_outcome = outcome;
    cad_loop_interrupt(machine->loop);
}

void run_machine_show(const run_machine *machine) {
    run_progress *progress = machine->options->progress;
    const run_so_far so_far = {.loop = machine->loop,
                               .tasks = machine->result.task_count,
                               .steps = run_machine_steps(machine)};
    if (progress != NULL)
        progress->show(progress, &so_far);
}

int run_machine_stop(run_machine *machine, enum run_outcome outcome, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    stop(machine, outcome, format, arguments);
    va_end(arguments);
    return PROG_HALT;
}

int run_machine_limit(run_machine *machine, enum run_limit limit, const char *format, ...) {
    va_list arguments;
    if (!machine->stopping)
        machine->result.limit = limit;
    va_start(arguments, format);
    stop(machine, RUN_LIMIT, format, arguments);
    va_end(arguments);
    return PROG_HALT;
}

int run_machine_no_memory(run_machine *machine) {
    if (!machine->stopping)
        machine->out_of_memory = true;
    return run_machine_stop(machine, RUN_BROKEN, "out of memory");
}

void run_machine_trace_signal(run_machine *machine, int number) {
    const char *name = prog_signal_name(number);
    if (machine->trace != NULL && !machine->signal_traced)
        trace_stream_signal(machine->trace, cad_loop_time(machine->loop), NULL,
                            name != NULL ? name : prog_signal_name(SIGINT));
    machine->signal_traced = true;
}

uint64_t run_machine_steps(const run_machine *machine) {
    return machine->gauge.steps + machine->gauge.given - machine->gauge.fuel;
}

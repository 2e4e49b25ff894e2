/* The life of a machine, and the run from its beginning to its end. */
#include "run/run.h"

#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/limit.h"
#include "base/memory.h"
#include "program/exceptions.h"
#include "program/kinds.h"
#include "run/callback.h"
#include "run/closing.h"
#include "run/details.h"
#include "run/expect.h"
#include "run/interpreter.h"
#include "run/limits.h"
#include "run/machine.h"
#include "run/main_task.h"
#include "run/objects.h"
#include "run/parts.h"
#include "run/plan.h"
#include "run/prepare.h"
#include "run/process.h"
#include "run/report.h"
#include "run/unfinished.h"
#include "run/values.h"
#include "run/workers.h"
#include "run/world.h"
#include "run/world_connection.h"
#include "run/world_data.h"
#include "run/world_protocol.h"
#include "run/world_signals.h"
#include "trace/stream.h"

/* --- Life ------------------------------------------------------------------------------------ */

static int allocate(run_machine *machine) {
    const prog_program *program = machine->program;
    size_t parameters = 0;
    for (size_t i = 0; i < program->body_count; i++)
        if (parameters < program->bodies[i].parameters)
            parameters = program->bodies[i].parameters;
    uint32_t slots = 0;
    for (size_t i = 0; i < program->task_count; i++)
        if (slots < program->tasks[i].body->slots)
            slots = program->tasks[i].body->slots;
    machine->globals = base_zalloc(program->global_count + 1, sizeof *machine->globals);
    machine->objects = base_zalloc(program->object_names.count + 1, sizeof *machine->objects);
    machine->tasks = base_zalloc(program->task_names.count + 1, sizeof *machine->tasks);
    machine->spawned = base_zalloc(program->coroutine_names.count + 1, sizeof *machine->spawned);
    machine->arguments = base_zalloc(parameters + 1, sizeof *machine->arguments);
    machine->counts = base_zalloc(program->task_count + 1, sizeof *machine->counts);
    machine->first_ids = base_zalloc(program->task_count + 1, sizeof *machine->first_ids);
    machine->name_locals = base_zalloc(slots + 1, sizeof *machine->name_locals);
    machine->signals = base_zalloc(program->signal_count + 1, sizeof *machine->signals);
    machine->broken_ns = base_zalloc(program->expect.always_count + 1, sizeof *machine->broken_ns);
    machine->ends = base_zalloc(program->expect.task_count + 1, sizeof *machine->ends);
    bool fine = machine->ends != NULL && machine->globals != NULL && machine->objects != NULL &&
                machine->tasks != NULL && machine->spawned != NULL && machine->arguments != NULL &&
                machine->counts != NULL && machine->first_ids != NULL &&
                machine->name_locals != NULL && machine->signals != NULL &&
                machine->broken_ns != NULL;
    run_values_begin(machine);
    for (size_t i = 0; fine && i < program->expect.always_count; i++)
        machine->broken_ns[i] = CAD_NEVER;
    return fine ? 0 : CAD_ENOMEM;
}

/* Somebody watches: nothing stays in the buffer while the loop waits. */
static void flush_lines(cad_wait_hook *hook, int64_t until_ns) {
    run_machine *machine = (run_machine *)(void *)((char *)hook - offsetof(run_machine, wait_hook));
    (void)until_ns;
    (void)run_lines_flush(machine->options->lines);
}

static int make_loop(run_machine *machine) {
    const run_machine_options *options = machine->options;
    cad_driver *driver = options->real ? cad_uv_driver() : cad_virtual_driver();
    if (driver == NULL)
        return options->real ? CAD_ESYSTEM : CAD_ENOMEM;
    int error = cad_loop_new(driver, &machine->loop);
    for (const int *number = options->signals; error == 0 && number != NULL && *number != 0;
         number++)
        error = cad_loop_interrupt_on(machine->loop, *number);
    if (error != 0)
        return error;
    cad_loop_set_exception_handler(machine->loop, run_note_unretrieved, machine);
    cad_loop_set_limit(machine->loop, options->max_time_ns);
    cad_loop_set_nominal(machine->loop, true);
    cad_loop_set_eager_tasks(machine->loop, machine->program->eager_tasks);
    machine->wait_hook.before_wait = flush_lines;
    if (options->lines->prompt)
        cad_loop_add_wait_hook(machine->loop, &machine->wait_hook);
    if (options->clock != NULL)
        cad_loop_add_clock_hook(machine->loop, options->clock);
    return 0;
}

int run_machine_new(const prog_program *program, const run_machine_options *options,
                    run_machine **out) {
    *out = NULL;
    run_machine *machine = base_zalloc(1, sizeof *machine);
    if (machine == NULL)
        return CAD_ENOMEM;
    machine->program = program;
    machine->options = options;
    machine->origin = PROG_NO_PC;
    machine->memory_failures = base_memory_failures();
    machine->result.seed = options->seed_given ? options->seed : program->seed;
    expr_random_start(&machine->draws.random, (uint64_t)machine->result.seed, 0);
    int error = allocate(machine);
    if (error == 0)
        error = run_task_types(machine);
    if (error == 0)
        error = run_prepare_variables(machine);
    if (error == 0)
        error = make_loop(machine);
    if (error == 0)
        error = run_prepare_objects(machine);
    if (error == 0)
        error = run_prepare_settings(machine);
    if (error == 0)
        error = run_check_world(machine);
    if (error != 0) {
        run_machine_free(machine);
        return error;
    }
    *out = machine;
    return 0;
}

static const char *error_name(void *context, int code) {
    return code <= CAD_EUSER ? prog_error_name(context, code) : NULL;
}

static const char *item_text(void *context, void *item) {
    run_machine *machine = context;
    base_buffer_clear(&machine->detail);
    int error = expr_value_show(expr_value_unpack(item), &machine->detail);
    return error == 0 ? machine->detail.data : NULL;
}

void run_machine_header(const run_machine *machine, struct trace_header *header) {
    header->scenario = machine->program->name;
    header->clock = machine->options->real ? "real" : "virtual";
    header->seed = machine->result.seed;
    header->until_ns = machine->until_ns;
    header->live = machine->options->real;
}

int64_t run_machine_tolerance(const run_machine *machine) {
    return machine->tolerance_ns;
}

static void trace_failed(void *arg) {
    run_machine *machine = arg;
    if (machine->trace != NULL)
        (void)run_machine_stop(machine, RUN_BROKEN, "%s", trace_stream_failure(machine->trace));
}

void run_machine_trace(run_machine *machine, struct trace_stream *trace) {
    machine->trace = trace;
    trace_stream_on_failure(trace, trace_failed, machine);
    trace_stream_set_error_names(trace, error_name, (void *)(uintptr_t)machine->program);
    trace_stream_set_item_texts(trace, item_text, machine);
    trace_stream_attach(trace, machine->loop);
    if (trace_stream_has_detail(trace))
        machine->details = trace;
    run_tell_globals(machine);
}

static void drop_values(expr_value *values, size_t count) {
    for (size_t i = 0; values != NULL && i < count; i++) {
        expr_value value = values[i];
        values[i] = EXPR_NONE;
        expr_value_unref(value);
    }
}

/* Lets go of all that the run made, so that whatever failed and interested nobody is noticed. The
 * loop must not go on after that. */
static void let_go(run_machine *machine) {
    const prog_program *program = machine->program;
    for (cad_task *task = cad_loop_first_task(machine->loop); task != NULL;
         task = cad_loop_next_task(machine->loop, task))
        run_job_clear(cad_task_state(task));
    run_callbacks_drop(machine);
    run_signals_drop(machine);
    run_connections_drop(machine);
    run_protocols_drop(machine);
    run_plan_drop(machine);
    drop_values(machine->globals, program->global_count);
    drop_values(machine->tasks, program->task_names.count);
    cad_future_unref(machine->main);
    machine->main = NULL;
    for (size_t i = 0; machine->objects != NULL && i < program->object_names.count; i++) {
        const run_instance *instance = &machine->objects[i];
        if (program->objects[i].type == PROG_QUEUE && instance->primitive != NULL)
            cad_queue_shutdown(instance->primitive, true, run_drop_item);
    }
    run_objects_empty(machine);
}

/* Where every task has ended nobody waits. A lock that is still held knows by whom, and would keep
 * that task, and its failure, to the last. The later ones may need the earlier ones. */
static void free_objects(run_machine *machine) {
    for (size_t i = machine->program->object_names.count; i-- > 0;) {
        prog_object_kinds[machine->program->objects[i].type].free(machine->objects[i].primitive);
        machine->objects[i].primitive = NULL;
    }
}

void run_machine_free(run_machine *machine) {
    if (machine == NULL)
        return;
    machine->keeps_objects = true;
    if (machine->loop != NULL)
        let_go(machine);
    drop_values(machine->globals, machine->program->global_count);
    cad_loop_free(machine->loop);
    run_result_clear(&machine->result);
    run_holds_free(&machine->holds);
    run_reads_free(machine);
    base_symbols_free(&machine->ordinals);
    base_free(machine->ordinal_counts);
    run_parts_free(machine);
    base_buffer_free(&machine->text);
    base_buffer_free(&machine->line);
    base_buffer_free(&machine->detail);
    base_buffer_free(&machine->printed);
    base_buffer_free(&machine->name);
    base_free(machine->globals);
    base_free(machine->objects);
    base_free(machine->tasks);
    base_free(machine->spawned);
    base_free(machine->arguments);
    base_free(machine->task_types);
    base_free(machine->counts);
    base_free(machine->first_ids);
    base_free(machine->name_locals);
    base_free(machine->signals);
    base_free(machine->broken_ns);
    base_free(machine->ends);
    base_free(machine);
}

/* --- The run --------------------------------------------------------------------------------- */

static void until_came(void *arg) {
    run_machine *machine = arg;
    machine->until_came = true;
    cad_loop_stop(machine->loop);
}

static int start_timers(run_machine *machine) {
    int error = 0;
    if (machine->until_ns != CAD_NEVER)
        error = cad_call_at(machine->loop, machine->until_ns, until_came, machine, NULL);
    return error != 0 ? error : run_signals_start(machine);
}

/* Everything up to the first iteration. False where the run ends before that. */
static bool begin(run_machine *machine) {
    const prog_program *program = machine->program;
    bool early = !program->setup_is_quiet; /* what setup does could be seen by them */
    int error = early ? run_plan_all(machine) : 0;
    if (error == 0 && program->setup != NULL)
        error = run_body(machine, program->setup, "setup");
    if (error == 0)
        error = start_timers(machine);
    if (error == 0)
        error = early ? run_plan_create(machine) : run_plan_and_create(machine);
    if (error == CAD_ENOMEM)
        (void)run_machine_no_memory(machine);
    return error == 0 && !machine->stopping;
}

static enum run_outcome outcome_of(run_machine *machine, int result) {
    switch (result) {
    case CAD_EDEADLOCK:
        return RUN_DEADLOCK;
    case CAD_EINTERRUPTED: /* by a limit, too */
        return machine->stopping ? machine->stop_outcome : RUN_INTERRUPTED;
    case CAD_ETIMEDOUT:
        (void)run_machine_time_limit(machine);
        return machine->stop_outcome;
    default:
        return machine->until_came ? RUN_STOPPED : RUN_COMPLETE;
    }
}

/* A run in which anything was left out for want of memory - a name, who waits for whom - is none.
 * Memory that ended by a limit is one. */
static void check_memory(run_machine *machine) {
    bool short_of_memory =
        machine->out_of_memory || base_memory_failures() != machine->memory_failures;
    if (short_of_memory && base_limit_reached()) {
        machine->result.outcome = RUN_LIMIT;
        machine->result.limit = RUN_LIMIT_MEMORY;
        (void)snprintf(machine->result.reason, sizeof machine->result.reason,
                       "there is no more memory");
    } else if (short_of_memory && machine->result.outcome != RUN_BROKEN) {
        machine->result.outcome = RUN_BROKEN;
        (void)snprintf(machine->result.reason, sizeof machine->result.reason, "out of memory");
    }
}

/* What was printed last may still fail to be written. */
static void finish_output(run_machine *machine) {
    const run_machine_options *options = machine->options;
    if (run_lines_flush(options->lines) != 0 && machine->result.outcome != RUN_BROKEN) {
        machine->result.outcome = RUN_BROKEN;
        (void)snprintf(machine->result.reason, sizeof machine->result.reason, "standard output: %s",
                       strerror(options->lines->error));
    }
}

static uint64_t count_pending(const run_machine *machine) {
    uint64_t count = 0;
    for (cad_task *task = cad_loop_first_task(machine->loop); task != NULL;
         task = cad_loop_next_task(machine->loop, task))
        count++;
    return count;
}

/* Ends the trace, while the tasks that have not ended still exist. */
static void close_trace(run_machine *machine) {
    struct trace_stream *trace = machine->trace;
    machine->trace = machine->details = NULL;
    if (trace == NULL || trace_stream_close(trace, machine->result.end_ns,
                                            run_outcome_name(machine->result.outcome)) == 0)
        return;
    machine->result.outcome = RUN_BROKEN;
    (void)snprintf(machine->result.reason, sizeof machine->result.reason, "%s",
                   trace_stream_failure(trace));
}

/* One has ended the run; another is to end the process, should the rest not come to an end. */
static void heed_no_signals(run_machine *machine) {
    machine->result.signal = cad_loop_signal(machine->loop);
    for (const int *number = machine->options->signals; number != NULL && *number != 0; number++)
        cad_loop_interrupt_off(machine->loop, *number);
}

/* Who has not ended, and why. */
static void explain(run_machine *machine, enum run_outcome outcome) {
    if (outcome == RUN_COMPLETE || outcome == RUN_BROKEN)
        return;
    run_survey *survey = run_survey_new(machine, outcome == RUN_DEADLOCK);
    if (survey != NULL)
        run_report_unfinished(machine, survey, outcome);
    if (survey != NULL && machine->trace != NULL)
        run_close_tasks(machine, survey);
    run_survey_free(survey);
}

/* What is found out while tasks and loop are still there; then they go. */
static void end(run_machine *machine, enum run_outcome outcome) {
    const prog_program *program = machine->program;
    machine->result.end_ns = cad_loop_time(machine->loop);
    machine->ending = true;
    heed_no_signals(machine);
    if (outcome == RUN_INTERRUPTED)
        run_end_work();
    if (outcome == RUN_INTERRUPTED)
        run_machine_trace_signal(machine, machine->result.signal); /* one from outside */
    if (outcome == RUN_INTERRUPTED && program->on_interrupt != NULL)
        (void)run_body(machine, program->on_interrupt, "on_interrupt");
    run_check_invariants(machine);
    explain(machine, machine->stopping ? machine->stop_outcome : outcome);
    run_holds_free(&machine->holds); /* tasks and objects, which keep numbers of it, go next */
    cad_loop_set_trace(machine->loop, NULL);
    run_note_tasks(machine);
    machine->result.pending_count = count_pending(machine);
    machine->keeps_objects = outcome != RUN_COMPLETE || machine->result.pending_count > 0;
    let_go(machine);
    if (!machine->keeps_objects)
        free_objects(machine);
    if (outcome == RUN_COMPLETE && machine->result.failure_count > machine->excused)
        outcome = RUN_FAILED;
    machine->result.outcome = machine->stopping ? machine->stop_outcome : outcome;
    machine->result.steps = run_machine_steps(machine);
    finish_output(machine);
    check_memory(machine);
    close_trace(machine);
    check_memory(machine);        /* to close it asks for names, too */
    cad_loop_free(machine->loop); /* which notices the last failures */
    machine->loop = NULL;
    (void)cad_raise_exception(0, NULL); /* forgets the last error outside tasks */
}

const run_result *run_machine_run(run_machine *machine) {
    enum run_outcome outcome = RUN_FAILED;
    run_process_program(machine->program);
    if (begin(machine))
        outcome = outcome_of(machine, machine->main != NULL ? run_main_task(machine)
                                                            : cad_loop_run(machine->loop));
    else if (cad_loop_interrupted(machine->loop))
        outcome = RUN_INTERRUPTED;
    end(machine, outcome);
    return &machine->result;
}

#include "scenario/machine.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include "scenario/alloc.h"
#include "scenario/number.h"
#include "scenario/plan.h"
#include "scenario/prepare.h"
#include "trace/writer.h"

const char *sim_outcome_name(enum sim_outcome_kind outcome) {
    static const char *const names[] = {"complete", "failed", "deadlock", "interrupted",
                                        "stopped",  "limit",  "broken"};
    return names[outcome];
}

/* --- Stopping -------------------------------------------------------------------------------- */

int sim_machine_stop(sim_machine *machine, enum sim_outcome_kind outcome, const char *format, ...) {
    if (machine->stopping)
        return SIM_HALT;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(machine->reason, sizeof machine->reason, format, arguments);
    va_end(arguments);
    machine->stopping = true;
    machine->stop_outcome = outcome;
    cad_loop_interrupt(machine->loop);
    return SIM_HALT;
}

int sim_machine_no_memory(sim_machine *machine) {
    if (!machine->stopping)
        machine->out_of_memory = true;
    return sim_machine_stop(machine, SIM_BROKEN, "out of memory");
}

enum { LOOK_EVERY = 1 << 16 };

/* Whether nothing but instructions has passed since the last look: under the virtual clock no
 * time, under the real one not even an iteration of the loop. */
static bool stands_still(sim_machine *machine) {
    struct sim_gauge *gauge = &machine->gauge;
    int64_t now_ns = machine->options->real ? gauge->still_ns : cad_loop_time(machine->loop);
    bool still =
        machine->options->real ? gauge->turns == gauge->still_turn : now_ns == gauge->still_ns;
    gauge->still_ns = now_ns;
    gauge->still_turn = gauge->turns;
    return still;
}

static uint64_t least(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

/* The job that runs has done the last step that there is. */
static void stop_at_steps(const sim_job *job, uint64_t limit, const char *option) {
    (void)sim_machine_stop(job->machine, SIM_LIMIT, "%" PRIu64 " steps were run%s", limit, option);
    sim_note_running(job);
}

bool sim_machine_refuel(const sim_job *job) {
    sim_machine *machine = job->machine;
    const sim_machine_options *options = machine->options;
    struct sim_gauge *gauge = &machine->gauge;
    gauge->steps += gauge->given;
    gauge->still_steps = stands_still(machine) ? gauge->still_steps + gauge->given : 0;
    gauge->given = gauge->fuel = 0;
    if (options->lines->prompt)
        (void)sim_lines_flush(options->lines);
    if (options->progress != NULL)
        options->progress->show(options->progress, machine);
    if (machine->stopping)
        return false;
    if (!machine->ending && cad_loop_interrupted(machine->loop))
        return false;
    if (gauge->steps >= options->max_steps)
        stop_at_steps(job, options->max_steps, " (--max-steps)");
    else if (gauge->still_steps >= options->max_still)
        stop_at_steps(job, options->max_still, " while the clock stood still (--max-still)");
    if (machine->stopping)
        return false;
    gauge->given = least(LOOK_EVERY, options->max_steps - gauge->steps);
    gauge->given = least(gauge->given, options->max_still - gauge->still_steps);
    gauge->fuel = gauge->given - 1; /* one is being run */
    return true;
}

uint64_t sim_machine_steps(const sim_machine *machine) {
    return machine->gauge.steps + machine->gauge.given - machine->gauge.fuel;
}

/* --- Life ------------------------------------------------------------------------------------ */

static int allocate(sim_machine *machine) {
    const sim_program *program = machine->program;
    size_t parameters = 0;
    for (size_t i = 0; i < program->body_count; i++)
        if (parameters < program->bodies[i].parameters)
            parameters = program->bodies[i].parameters;
    uint32_t slots = 0;
    for (size_t i = 0; i < program->task_count; i++)
        if (slots < program->tasks[i].body->slots)
            slots = program->tasks[i].body->slots;
    machine->globals = sim_zalloc(program->global_names.count + 1, sizeof *machine->globals);
    machine->objects = sim_zalloc(program->object_names.count + 1, sizeof *machine->objects);
    machine->tasks = sim_zalloc(program->task_names.count + 1, sizeof *machine->tasks);
    machine->spawned = sim_zalloc(program->coroutine_names.count + 1, sizeof *machine->spawned);
    machine->arguments = sim_zalloc(parameters + 1, sizeof *machine->arguments);
    machine->counts = sim_zalloc(program->task_count + 1, sizeof *machine->counts);
    machine->first_ids = sim_zalloc(program->task_count + 1, sizeof *machine->first_ids);
    machine->name_locals = sim_zalloc(slots + 1, sizeof *machine->name_locals);
    machine->signals = sim_zalloc(program->signal_count + 1, sizeof *machine->signals);
    machine->broken_ns = sim_zalloc(program->expect.always_count + 1, sizeof *machine->broken_ns);
    machine->ends = sim_zalloc(program->expect.task_count + 1, sizeof *machine->ends);
    bool fine = machine->ends != NULL && machine->globals != NULL && machine->objects != NULL &&
                machine->tasks != NULL && machine->spawned != NULL && machine->arguments != NULL &&
                machine->counts != NULL && machine->first_ids != NULL &&
                machine->name_locals != NULL && machine->signals != NULL &&
                machine->broken_ns != NULL;
    for (size_t i = 0; fine && i < program->expect.always_count; i++)
        machine->broken_ns[i] = CAD_NEVER;
    return fine ? 0 : CAD_ENOMEM;
}

/* Somebody watches: nothing stays in the buffer while the loop waits. */
static void flush_lines(cad_wait_hook *hook, int64_t until_ns) {
    sim_machine *machine = (sim_machine *)(void *)((char *)hook - offsetof(sim_machine, wait_hook));
    (void)until_ns;
    (void)sim_lines_flush(machine->options->lines);
}

static int make_loop(sim_machine *machine) {
    const sim_machine_options *options = machine->options;
    cad_driver *driver = options->real ? cad_uv_driver() : cad_virtual_driver();
    if (driver == NULL)
        return options->real ? CAD_ESYSTEM : CAD_ENOMEM;
    int error = cad_loop_new(driver, &machine->loop);
    for (const int *number = options->signals; error == 0 && number != NULL && *number != 0;
         number++)
        error = cad_loop_interrupt_on(machine->loop, *number);
    if (error != 0)
        return error;
    cad_loop_set_exception_handler(machine->loop, sim_note_unretrieved, machine);
    cad_loop_set_limit(machine->loop, options->max_time_ns);
    machine->wait_hook.before_wait = flush_lines;
    if (options->lines->prompt)
        cad_loop_add_wait_hook(machine->loop, &machine->wait_hook);
    return 0;
}

int sim_machine_new(const sim_program *program, const sim_machine_options *options,
                    sim_machine **out) {
    *out = NULL;
    sim_references_start();
    sim_machine *machine = sim_zalloc(1, sizeof *machine);
    if (machine == NULL)
        return CAD_ENOMEM;
    machine->program = program;
    machine->options = options;
    machine->origin = SIM_NO_PC;
    machine->seed = options->seed_given ? options->seed : program->seed;
    sim_random_start(&machine->draws.random, (uint64_t)machine->seed, 0);
    int error = allocate(machine);
    if (error == 0)
        error = sim_prepare_variables(machine);
    if (error == 0)
        error = make_loop(machine);
    if (error == 0)
        error = sim_prepare_objects(machine);
    if (error == 0)
        error = sim_prepare_settings(machine);
    if (error != 0) {
        sim_machine_free(machine);
        return error;
    }
    *out = machine;
    return 0;
}

static const char *error_name(void *context, int code) {
    return code <= CAD_EUSER ? sim_program_error_name(context, code) : NULL;
}

void sim_machine_trace(sim_machine *machine, struct trace_writer *writer) {
    machine->writer = writer;
    trace_writer_set_error_names(writer, error_name, (void *)(uintptr_t)machine->program);
    cad_loop_set_trace(machine->loop, trace_writer_sink(writer));
}

static void drop_item(void *item) {
    sim_value_unref(sim_value_unpack(item));
}

static void drop_values(sim_value *values, size_t count) {
    for (size_t i = 0; values != NULL && i < count; i++) {
        sim_value value = values[i];
        values[i] = SIM_NONE;
        sim_value_unref(value);
    }
}

/* Lets go of all that the run made, so that whatever failed and interested nobody is noticed. The
 * loop must not go on after that. */
static void let_go(sim_machine *machine) {
    const sim_program *program = machine->program;
    for (cad_task *task = cad_loop_first_task(machine->loop); task != NULL;
         task = cad_loop_next_task(machine->loop, task))
        sim_job_clear(cad_task_state(task));
    sim_callbacks_drop(machine);
    sim_plan_drop(machine);
    drop_values(machine->globals, program->global_names.count);
    drop_values(machine->tasks, program->task_names.count);
    for (size_t i = 0; machine->objects != NULL && i < program->object_names.count; i++) {
        sim_instance *instance = &machine->objects[i];
        if (program->objects[i].type == SIM_QUEUE && instance->primitive != NULL)
            cad_queue_shutdown(instance->primitive, true, drop_item);
        drop_values(&instance->value, 1);
    }
}

static void free_primitive(enum sim_object_type type, void *primitive) {
    switch (type) {
    case SIM_QUEUE:
        cad_queue_free(primitive);
        break;
    case SIM_LOCK:
        cad_lock_free(primitive);
        break;
    case SIM_EVENT:
        cad_event_free(primitive);
        break;
    case SIM_CONDITION:
        cad_condition_free(primitive);
        break;
    case SIM_SEMAPHORE:
        cad_semaphore_free(primitive);
        break;
    case SIM_BARRIER:
        cad_barrier_free(primitive);
        break;
    default:
        cad_future_unref(primitive);
        break;
    }
}

/* Where every task has ended nobody waits. A lock that is still held knows by whom, and would keep
 * that task, and its failure, to the last. The later ones may need the earlier ones. */
static void free_objects(sim_machine *machine) {
    for (size_t i = machine->program->object_names.count; i-- > 0;) {
        free_primitive(machine->program->objects[i].type, machine->objects[i].primitive);
        machine->objects[i].primitive = NULL;
    }
}

void sim_machine_free(sim_machine *machine) {
    if (machine == NULL)
        return;
    if (machine->loop != NULL)
        let_go(machine);
    drop_values(machine->globals, machine->program->global_names.count);
    cad_loop_free(machine->loop);
    for (size_t i = 0; i < SIM_FAILURES_KEPT; i++) {
        sim_free(machine->failures[i].who);
        sim_free(machine->failures[i].what);
    }
    sim_deadlock_free(&machine->deadlock);
    sim_free(machine->running);
    sim_symbols_free(&machine->ordinals);
    sim_free(machine->ordinal_counts);
    sim_buffer_free(&machine->text);
    sim_buffer_free(&machine->line);
    sim_buffer_free(&machine->printed);
    sim_buffer_free(&machine->name);
    sim_free(machine->globals);
    sim_free(machine->objects);
    sim_free(machine->tasks);
    sim_free(machine->spawned);
    sim_free(machine->arguments);
    sim_free(machine->counts);
    sim_free(machine->first_ids);
    sim_free(machine->name_locals);
    sim_free(machine->signals);
    sim_free(machine->broken_ns);
    sim_free(machine->ends);
    sim_free(machine);
}

/* --- The run --------------------------------------------------------------------------------- */

static void until_came(void *arg) {
    sim_machine *machine = arg;
    machine->until_came = true;
    cad_loop_stop(machine->loop);
}

static void trace_signal(sim_machine *machine) {
    if (machine->writer != NULL && !machine->signal_traced)
        trace_writer_signal(machine->writer, cad_loop_time(machine->loop), NULL, "SIGINT");
    machine->signal_traced = true;
}

static void signal_came(void *arg) {
    sim_machine *machine = arg;
    trace_signal(machine);
    if (machine->options->real)
        (void)raise(SIGINT);
    else
        cad_loop_interrupt(machine->loop);
}

static int start_timers(sim_machine *machine) {
    int error = 0;
    if (machine->until_ns != CAD_NEVER)
        error = cad_call_at(machine->loop, machine->until_ns, until_came, machine, NULL);
    for (size_t i = 0; error == 0 && i < machine->program->signal_count; i++)
        error = cad_call_at(machine->loop, machine->signals[i], signal_came, machine, NULL);
    return error;
}

/* Everything up to the first iteration. False where the run ends before that. */
static bool begin(sim_machine *machine) {
    const sim_program *program = machine->program;
    bool early = !program->setup_is_quiet; /* what setup does could be seen by them */
    int error = early ? sim_plan_all(machine) : 0;
    if (error == 0 && program->setup != NULL)
        error = sim_run_body(machine, program->setup, "setup");
    if (error == 0)
        error = start_timers(machine);
    if (error == 0)
        error = early ? sim_plan_create(machine) : sim_plan_and_create(machine);
    if (error == CAD_ENOMEM)
        (void)sim_machine_no_memory(machine);
    return error == 0 && !machine->stopping;
}

static enum sim_outcome_kind stop_at_limit(sim_machine *machine) {
    char seconds[SIM_NUMBER_TEXT];
    (void)sim_number_format((double)machine->options->max_time_ns / 1e9, seconds);
    (void)sim_machine_stop(machine, SIM_LIMIT,
                           "%s seconds of the loop's time were not enough (--max-time)", seconds);
    return machine->stop_outcome;
}

static enum sim_outcome_kind outcome_of(sim_machine *machine, int result) {
    switch (result) {
    case CAD_EDEADLOCK:
        return SIM_DEADLOCK;
    case CAD_EINTERRUPTED: /* by a limit, too */
        return machine->stopping ? machine->stop_outcome : SIM_INTERRUPTED;
    case CAD_ETIMEDOUT:
        return stop_at_limit(machine);
    default:
        return machine->until_came ? SIM_STOPPED : SIM_COMPLETE;
    }
}

/* What was printed last may still fail to be written. Memory that ended by a limit is one. */
static void finish_output(sim_machine *machine) {
    const sim_machine_options *options = machine->options;
    if (sim_lines_flush(options->lines) != 0 && machine->outcome != SIM_BROKEN) {
        machine->outcome = SIM_BROKEN;
        (void)snprintf(machine->reason, sizeof machine->reason, "standard output: %s",
                       strerror(options->lines->error));
    }
    if (machine->out_of_memory && options->memory_used_up != NULL && *options->memory_used_up) {
        machine->outcome = SIM_LIMIT;
        (void)snprintf(machine->reason, sizeof machine->reason,
                       "there is no more memory (--max-memory)");
    }
}

static uint64_t count_pending(const sim_machine *machine) {
    uint64_t count = 0;
    for (cad_task *task = cad_loop_first_task(machine->loop); task != NULL;
         task = cad_loop_next_task(machine->loop, task))
        count++;
    return count;
}

/* Ends the trace, while the tasks that have not ended still exist. */
static void close_trace(sim_machine *machine) {
    struct trace_writer *writer = machine->writer;
    machine->writer = NULL;
    if (writer == NULL ||
        trace_writer_close(writer, machine->end_ns, sim_outcome_name(machine->outcome)) == 0)
        return;
    machine->outcome = SIM_BROKEN;
    (void)snprintf(machine->reason, sizeof machine->reason, "%s", trace_writer_failure(writer));
}

/* One has ended the run; another is to end the process, should the rest not come to an end. */
static void heed_no_signals(sim_machine *machine) {
    machine->signal = cad_loop_signal(machine->loop);
    for (const int *number = machine->options->signals; number != NULL && *number != 0; number++)
        cad_loop_interrupt_off(machine->loop, *number);
}

/* What is found out while tasks and loop are still there; then they go. */
static void end(sim_machine *machine, enum sim_outcome_kind outcome) {
    const sim_program *program = machine->program;
    machine->end_ns = cad_loop_time(machine->loop);
    machine->ending = true;
    heed_no_signals(machine);
    if (outcome == SIM_INTERRUPTED)
        trace_signal(machine); /* one from outside */
    if (outcome == SIM_INTERRUPTED && program->on_interrupt != NULL)
        (void)sim_run_body(machine, program->on_interrupt, "on_interrupt");
    sim_check_invariants(machine);
    if (outcome == SIM_DEADLOCK)
        sim_report_deadlock(machine);
    cad_loop_set_trace(machine->loop, NULL);
    sim_note_tasks(machine);
    machine->pending_count = count_pending(machine);
    let_go(machine);
    if (outcome == SIM_COMPLETE)
        free_objects(machine);
    if (outcome == SIM_COMPLETE && machine->failure_count > 0)
        outcome = SIM_FAILED;
    machine->outcome = machine->stopping ? machine->stop_outcome : outcome;
    finish_output(machine);
    close_trace(machine);
    cad_loop_free(machine->loop); /* which notices the last failures */
    machine->loop = NULL;
    (void)cad_raise_exception(0, NULL); /* forgets the last error outside tasks */
}

void sim_machine_run(sim_machine *machine) {
    enum sim_outcome_kind outcome = SIM_FAILED;
    if (begin(machine))
        outcome = outcome_of(machine, cad_loop_run(machine->loop));
    else if (cad_loop_interrupted(machine->loop))
        outcome = SIM_INTERRUPTED;
    end(machine, outcome);
}

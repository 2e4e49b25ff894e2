/* Tasks, callbacks, and the other jobs: how they begin and end. */
#include <inttypes.h>
#include <string.h>

#include "scenario/alloc.h"
#include "scenario/interpreter.h"
#include "scenario/machine.h"

/* --- Turns ----------------------------------------------------------------------------------- */

/* Goes on with a job, and says so where it took too long. */
static int go_watched(sim_job *job, int result) {
    sim_machine *machine = job->machine;
    int64_t start_ns = cad_loop_time(machine->loop);
    uint32_t from = job->top != NULL ? job->top->pc - 1 : job->frame.pc;
    machine->busiest = SIM_NO_PC;
    machine->busiest_ns = 0;
    result = sim_job_go(job, result);
    int64_t busy_ns = cad_loop_time(machine->loop) - start_ns;
    if (busy_ns > machine->options->slow_ns)
        sim_note_slow(machine, from, busy_ns);
    return result;
}

/* Goes on with a job, and looks at what its turn did. */
static int take_turn(sim_job *job, int result) {
    sim_machine *machine = job->machine;
    bool watched = machine->options->slow_ns != CAD_NEVER;
    machine->gauge.turns++;
    result = watched ? go_watched(job, result) : sim_job_go(job, result);
    if (machine->program->expect.always_count > 0)
        sim_check_invariants(machine);
    return result;
}

/* --- Tasks ----------------------------------------------------------------------------------- */

/* The state of a task: the job, its stream if there are any, its variables unless they are shared.
 */
static size_t locals_offset(const sim_program *program) {
    return sizeof(sim_job) + (program->draws ? sizeof(sim_draws) : 0);
}

static int step(void *state, int result) {
    sim_job *job = state;
    result = take_turn(job, result);
    if (result == 0)
        return cad_return(sim_value_pack(job->held));
    return result;
}

static void finish(void *state) {
    sim_job_clear(state);
}

void sim_body_finish(sim_program *program, sim_body *body) {
    size_t locals = body->shared ? 0 : body->slots * sizeof(sim_value);
    body->type = (cad_step_type){locals_offset(program) + locals, step, finish};
}

/* A name that the document mentions stands for this task from now on. */
static void register_name(sim_machine *machine, const char *name, cad_task *task) {
    uint32_t number = sim_symbols_find(&machine->program->task_names, name, strlen(name));
    if (number == SIM_NO_SYMBOL)
        return;
    sim_value old = machine->tasks[number];
    machine->tasks[number] = sim_reference(SIM_KIND_FUTURE, cad_future_ref(task));
    sim_value_unref(old);
}

static int start_job(sim_machine *machine, const sim_new_task *new_task, sim_job *job) {
    char *state = (char *)job;
    job->machine = machine;
    if (machine->program->draws) {
        job->draws = (sim_draws *)(void *)(state + sizeof *job);
        *job->draws = *new_task->draws;
    }
    sim_value *inside = (sim_value *)(void *)(state + locals_offset(machine->program));
    int error = sim_frame_start(&job->frame, new_task->body, inside);
    if (error == 0 && new_task->local_count > 0)
        memcpy(job->frame.locals, new_task->locals, new_task->local_count * sizeof(sim_value));
    return error;
}

int sim_task_new(sim_machine *machine, const sim_new_task *new_task, cad_task **out) {
    const cad_task_options options = {.name = new_task->name_is_kept ? new_task->name : NULL,
                                      .group = new_task->group};
    cad_task *task;
    if (machine->task_count >= machine->options->max_tasks)
        return sim_machine_stop(machine, SIM_LIMIT,
                                "more than %" PRIu64 " tasks were created (--max-tasks)",
                                machine->options->max_tasks);
    int error = cad_step_create(machine->loop, &new_task->body->type, &options, &task);
    if (error != 0)
        return error;
    machine->task_count++;
    error = start_job(machine, new_task, cad_task_state(task));
    if (error != 0) {
        cad_future_unref(task);
        return error;
    }
    register_name(machine, new_task->name, task);
    if (out != NULL)
        *out = task;
    else
        cad_future_unref(task);
    return 0;
}

/* --- Callbacks ------------------------------------------------------------------------------- */

/* What a job ends with that is no task, and has nobody to tell. */
static void note_end(sim_machine *machine, const char *who, sim_job *job, int result) {
    if (result < 0 && result != CAD_PENDING)
        sim_note_failure(machine, NULL, who, result, cad_error_exception(), job->frame.pc);
}

static void unlink_callback(sim_callback *callback) {
    sim_callback **first = &callback->job.machine->callbacks;
    if (callback->previous != NULL)
        callback->previous->next = callback->next;
    else
        *first = callback->next;
    if (callback->next != NULL)
        callback->next->previous = callback->previous;
    callback->next = callback->previous = NULL;
}

/* It has run, or never will. */
static void retire(sim_callback *callback) {
    callback->waiting = false;
    unlink_callback(callback);
    sim_job_clear(&callback->job);
    cad_future_unref(callback->task);
    callback->task = NULL;
    callback->job.draws = NULL;
    sim_callback_unref(callback);
}

static void run_callback(void *arg) {
    sim_callback *callback = arg;
    callback->waiting = false;
    int result = take_turn(&callback->job, 0);
    note_end(callback->job.machine, "a callback", &callback->job, result);
    retire(callback);
}

static int schedule(sim_callback *callback, int64_t when_ns) {
    cad_loop *loop = callback->job.machine->loop;
    if (when_ns == SIM_SOON)
        return cad_call_soon(loop, run_callback, callback, &callback->handle);
    return cad_call_at(loop, when_ns, run_callback, callback, &callback->handle);
}

int sim_callback_new(sim_job *job, uint32_t pc, int64_t when_ns, sim_callback **out) {
    sim_machine *machine = job->machine;
    sim_callback *callback = sim_zalloc(1, sizeof *callback);
    if (callback == NULL)
        return CAD_ENOMEM;
    callback->waiting = true;
    callback->references = 2; /* the caller's, and one for as long as it is to be run */
    callback->job.machine = machine;
    int error = schedule(callback, when_ns);
    if (error != 0) {
        sim_free(callback);
        return error;
    }
    sim_frame_share(&callback->job.frame, job->top);
    callback->job.frame.pc = pc;
    callback->job.frame.depth = 0;
    callback->job.draws = job->draws;
    cad_task *task = cad_current_task();
    if (job->draws != NULL && job->draws != &machine->draws && task != NULL)
        callback->task = cad_future_ref(task);
    callback->next = machine->callbacks;
    if (callback->next != NULL)
        callback->next->previous = callback;
    machine->callbacks = callback;
    *out = callback;
    return 0;
}

void sim_callback_cancel(sim_callback *callback) {
    cad_handle_cancel(callback->handle);
    if (callback->waiting)
        retire(callback);
}

void sim_callback_ref(sim_callback *callback) {
    callback->references++;
}

void sim_callback_unref(sim_callback *callback) {
    if (--callback->references > 0)
        return;
    cad_handle_unref(callback->handle);
    sim_free(callback);
}

void sim_callbacks_drop(sim_machine *machine) {
    while (machine->callbacks != NULL) {
        cad_handle_cancel(machine->callbacks->handle);
        retire(machine->callbacks);
    }
}

/* --- Setup and on_interrupt ------------------------------------------------------------------ */

int sim_run_body(sim_machine *machine, const sim_body *body, const char *who) {
    sim_job job = {.machine = machine, .draws = machine->program->draws ? &machine->draws : NULL};
    size_t inside = body->shared ? 0 : body->slots;
    sim_value *locals = sim_zalloc(inside + 1, sizeof *locals);
    int result = locals != NULL ? sim_frame_start(&job.frame, body, locals) : CAD_ENOMEM;
    if (result == 0)
        result = take_turn(&job, 0);
    else
        (void)sim_machine_no_memory(machine);
    note_end(machine, who, &job, result);
    sim_job_clear(&job);
    sim_free(locals);
    return result;
}

/* --- Random numbers -------------------------------------------------------------------------- */

/* How many tasks of that name the same creator has made before. */
static int next_ordinal(sim_machine *machine, uint64_t parent, const char *name,
                        uint64_t *ordinal) {
    sim_buffer *key = &machine->line;
    bool added;
    sim_buffer_clear(key);
    if (sim_buffer_append(key, (const char *)&parent, sizeof parent) != 0 ||
        sim_buffer_append(key, name, strlen(name)) != 0)
        return CAD_ENOMEM;
    uint32_t number = sim_symbols_add(&machine->ordinals, key->data, key->length, &added);
    if (number == SIM_NO_SYMBOL)
        return CAD_ENOMEM;
    if (added) {
        uint64_t *counts =
            sim_grow(machine->ordinal_counts, number, &machine->ordinal_capacity, sizeof *counts);
        if (counts == NULL)
            return CAD_ENOMEM;
        machine->ordinal_counts = counts;
        counts[number] = 0;
    }
    *ordinal = machine->ordinal_counts[number]++;
    return 0;
}

int sim_draws_start(sim_machine *machine, uint64_t parent, const char *name, sim_draws *draws) {
    uint64_t ordinal;
    int error = next_ordinal(machine, parent, name, &ordinal);
    if (error != 0)
        return error;
    draws->identity = sim_random_identity(parent, name, strlen(name), ordinal);
    sim_random_start(&draws->random, (uint64_t)machine->seed, draws->identity);
    return 0;
}

/* Tasks, callbacks, and the other jobs: how they begin and end. */
#include <inttypes.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "run/details.h"
#include "run/interpreter.h"
#include "run/machine.h"

/* --- Turns ----------------------------------------------------------------------------------- */

/* Goes on with a job, and says so where it took too long. */
static int go_watched(run_job *job, int result) {
    run_machine *machine = job->machine;
    int64_t start_ns = cad_loop_time(machine->loop);
    uint32_t from = job->top != NULL ? job->top->pc - 1 : job->frame.pc;
    machine->busiest = PROG_NO_PC;
    machine->busiest_ns = 0;
    result = run_job_go(job, result);
    int64_t busy_ns = cad_loop_time(machine->loop) - start_ns;
    if (busy_ns > machine->options->slow_ns)
        run_note_slow(machine, from, busy_ns);
    return result;
}

/* Goes on with a job, and looks at what its turn did. */
static int take_turn(run_job *job, int result) {
    run_machine *machine = job->machine;
    bool watched = machine->options->slow_ns != CAD_NEVER;
    machine->gauge.turns++;
    result = watched ? go_watched(job, result) : run_job_go(job, result);
    if (machine->program->expect.always_count > 0)
        run_check_invariants(machine);
    return result;
}

/* --- Tasks ----------------------------------------------------------------------------------- */

/* The state of a task: the job, its stream if there are any, its variables unless they are shared.
 */
static size_t locals_offset(const prog_program *program) {
    return sizeof(run_job) + (program->draws ? sizeof(run_draws) : 0);
}

static int step(void *state, int result) {
    run_job *job = state;
    result = take_turn(job, result);
    if (result == 0)
        return cad_return(expr_value_pack(job->held));
    return result;
}

static void finish(void *state) {
    run_job_clear(state);
}

int run_task_types(run_machine *machine) {
    const prog_program *program = machine->program;
    machine->task_types = base_zalloc(program->body_count + 1, sizeof *machine->task_types);
    if (machine->task_types == NULL)
        return CAD_ENOMEM;
    for (size_t i = 0; i < program->body_count; i++) {
        const prog_body *body = &program->bodies[i];
        size_t locals = body->shared ? 0 : body->slots * sizeof(expr_value);
        machine->task_types[i] = (cad_step_type){locals_offset(program) + locals, step, finish};
    }
    return 0;
}

static const cad_step_type *type_of(const run_machine *machine, const prog_body *body) {
    return &machine->task_types[body - machine->program->bodies];
}

/* A name that the document mentions stands for this task from now on. */
static void register_name(run_machine *machine, const char *name, cad_task *task) {
    uint32_t number = base_symbols_find(&machine->program->task_names, name, strlen(name));
    if (number == BASE_NO_SYMBOL)
        return;
    expr_value old = machine->tasks[number];
    machine->tasks[number] = expr_reference(PROG_KIND_FUTURE, cad_future_ref(task));
    expr_value_unref(old);
}

static int start_job(run_machine *machine, const run_new_task *new_task, run_job *job) {
    char *state = (char *)job;
    job->machine = machine;
    if (machine->program->draws) {
        job->draws = (run_draws *)(void *)(state + sizeof *job);
        *job->draws = *new_task->draws;
    }
    expr_value *inside = (expr_value *)(void *)(state + locals_offset(machine->program));
    int error = run_frame_start(&job->frame, new_task->body, inside);
    if (error == 0 && new_task->local_count > 0)
        memcpy(job->frame.locals, new_task->locals, new_task->local_count * sizeof(expr_value));
    return error;
}

int run_task_new(run_machine *machine, const run_new_task *new_task, cad_task **out) {
    const cad_task_options options = {.name = new_task->name_is_kept ? new_task->name : NULL,
                                      .group = new_task->group};
    cad_task *task;
    if (machine->task_count >= machine->options->max_tasks)
        return run_machine_stop(machine, RUN_LIMIT,
                                "more than %" PRIu64 " tasks were created (--max-tasks)",
                                machine->options->max_tasks);
    int error = cad_step_create(machine->loop, type_of(machine, new_task->body), &options, &task);
    if (error != 0)
        return error;
    machine->task_count++;
    error = start_job(machine, new_task, cad_task_state(task));
    if (error != 0) {
        cad_future_unref(task);
        return error;
    }
    run_tell_frame(machine, task, &((const run_job *)cad_task_state(task))->frame, false);
    register_name(machine, new_task->name, task);
    if (out != NULL)
        *out = task;
    else
        cad_future_unref(task);
    return 0;
}

/* --- Callbacks ------------------------------------------------------------------------------- */

/* What a job ends with that is no task, and has nobody to tell. */
static void note_end(run_machine *machine, const char *who, run_job *job, int result) {
    if (result < 0 && result != CAD_PENDING)
        run_note_failure(machine, NULL, who, result, cad_error_exception(), job->frame.pc);
}

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

static void call_back(void *arg) {
    run_callback *callback = arg;
    run_machine *machine = callback->job.machine;
    callback->waiting = false;
    if (machine->details != NULL)
        machine->callback_of = run_frame_owner(&callback->job.frame);
    int result = take_turn(&callback->job, 0);
    machine->callback_of = NULL;
    note_end(machine, "a callback", &callback->job, result);
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

/* --- Setup and on_interrupt ------------------------------------------------------------------ */

int run_body(run_machine *machine, const prog_body *body, const char *who) {
    run_job job = {.machine = machine, .draws = machine->program->draws ? &machine->draws : NULL};
    size_t inside = body->shared ? 0 : body->slots;
    expr_value *locals = base_zalloc(inside + 1, sizeof *locals);
    int result = locals != NULL ? run_frame_start(&job.frame, body, locals) : CAD_ENOMEM;
    if (result == 0)
        result = take_turn(&job, 0);
    else
        (void)run_machine_no_memory(machine);
    note_end(machine, who, &job, result);
    run_job_clear(&job);
    base_free(locals);
    return result;
}

/* --- Random numbers -------------------------------------------------------------------------- */

/* How many tasks of that name the same creator has made before. */
static int next_ordinal(run_machine *machine, uint64_t parent, const char *name,
                        uint64_t *ordinal) {
    base_buffer *key = &machine->line;
    bool added;
    base_buffer_clear(key);
    if (base_buffer_append(key, (const char *)&parent, sizeof parent) != 0 ||
        base_buffer_append(key, name, strlen(name)) != 0)
        return CAD_ENOMEM;
    uint32_t number = base_symbols_add(&machine->ordinals, key->data, key->length, &added);
    if (number == BASE_NO_SYMBOL)
        return CAD_ENOMEM;
    if (added) {
        uint64_t *counts =
            base_grown(machine->ordinal_counts, number, &machine->ordinal_capacity, sizeof *counts);
        if (counts == NULL)
            return CAD_ENOMEM;
        machine->ordinal_counts = counts;
        counts[number] = 0;
    }
    *ordinal = machine->ordinal_counts[number]++;
    return 0;
}

int run_draws_start(run_machine *machine, uint64_t parent, const char *name, run_draws *draws) {
    uint64_t ordinal;
    int error = next_ordinal(machine, parent, name, &ordinal);
    if (error != 0)
        return error;
    draws->identity = expr_random_identity(parent, name, strlen(name), ordinal);
    expr_random_start(&draws->random, (uint64_t)machine->seed, draws->identity);
    return 0;
}

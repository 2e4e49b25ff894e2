/* Tasks, and the other jobs: how they begin, take turns and end. */
#include "run/job.h"

#include <inttypes.h>
#include <string.h>

#include "base/memory.h"
#include "run/details.h"
#include "run/expect.h"
#include "run/interpreter.h"
#include "run/report.h"

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
int run_take_turn(run_job *job, int result) {
    run_machine *machine = job->machine;
    bool watched = machine->options->slow_ns != CAD_NEVER;
    machine->gauge.turns++;
    result = watched ? go_watched(job, result) : run_job_go(job, result);
    if (machine->program->expect.always_count > 0 && machine->creating == 0 && machine->told == 0)
        run_check_invariants(machine); /* not in the middle of a turn, in which another began */
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
    result = run_take_turn(job, result);
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
    for (uint32_t i = 0; error == 0 && i < new_task->local_count; i++) {
        job->frame.locals[i] = new_task->locals[i];
        new_task->locals[i] = EXPR_NONE;
    }
    return error;
}

/* What the engine is given to begin a task with. */
struct beginning {
    run_machine *machine;
    const run_new_task *new_task;
    int error;
};

static int init(cad_task *task, void *state, void *arg) {
    struct beginning *beginning = arg;
    run_machine *machine = beginning->machine;
    beginning->error = start_job(machine, beginning->new_task, state);
    if (beginning->error != 0)
        return beginning->error;
    if (machine->details != NULL)
        run_frame_tell(machine, task, &((const run_job *)state)->frame, false);
    if (machine->program->task_names.count > 0)
        register_name(machine, beginning->new_task->name, task);
    return 0;
}

int run_task_new(run_machine *machine, const run_new_task *new_task, cad_task **out) {
    struct beginning beginning = {machine, new_task, 0};
    const cad_task_options options = {.name = new_task->name_is_kept ? new_task->name : NULL,
                                      .group = new_task->group,
                                      .eager_start = new_task->eager_start,
                                      .init = init,
                                      .init_arg = &beginning};
    cad_task *task;
    if (machine->result.task_count >= machine->options->max_tasks)
        return run_machine_limit(machine, RUN_LIMIT_TASKS,
                                 "more than %" PRIu64 " tasks were created",
                                 machine->options->max_tasks);
    machine->result.task_count++;
    machine->creating++;
    int error = cad_step_create(machine->loop, type_of(machine, new_task->body), &options, &task);
    machine->creating--;
    if (error != 0) {
        machine->result.task_count--;
        return error;
    }
    if (beginning.error != 0 || out == NULL)
        cad_future_unref(task);
    else
        *out = task;
    if (beginning.error != 0)
        return beginning.error;
    return machine->stopping ? PROG_HALT : 0;
}

/* --- Setup and on_interrupt ------------------------------------------------------------------ */

int run_body(run_machine *machine, const prog_body *body, const char *who) {
    run_job job = {.machine = machine, .draws = machine->program->draws ? &machine->draws : NULL};
    size_t inside = body->shared ? 0 : body->slots;
    expr_value *locals = base_zalloc(inside + 1, sizeof *locals);
    int result = locals != NULL ? run_frame_start(&job.frame, body, locals) : CAD_ENOMEM;
    if (result == 0)
        result = run_take_turn(&job, 0);
    else
        (void)run_machine_no_memory(machine);
    run_note_end(machine, who, &job, result);
    run_job_clear(&job);
    base_free(locals);
    return result;
}

/* Makes up the tasks of a document, and creates them. */
#include "run/plan.h"

#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "run/draws.h"
#include "run/report.h"
#include "run/values.h"

/* A task that is made up, and not yet created. */
typedef struct run_planned {
    run_machine *machine;
    const prog_task_spec *spec;
    char *name;
    run_draws draws;
    size_t place; /* in run_machine.plan */
    expr_value locals[];
} run_planned;

/* What works on one task after another: a job that only evaluates. */
struct planner {
    run_job job;
    const prog_task_spec *spec;
    run_draws draws;
    expr_value *locals; /* of the task */
    size_t capacity;
};

static void planner_end(struct planner *planner) {
    base_free(planner->locals);
}

static int planner_begin(struct planner *planner, run_machine *machine,
                         const prog_task_spec *spec) {
    size_t slots = spec->body->slots;
    planner->spec = spec;
    planner->job.machine = machine;
    planner->job.draws = machine->program->draws ? &planner->draws : NULL;
    planner->job.top = &planner->job.frame;
    if (planner->capacity < slots || planner->locals == NULL) {
        expr_value *locals = base_realloc(planner->locals, (slots + 1) * sizeof *locals);
        if (locals == NULL)
            return CAD_ENOMEM;
        planner->locals = locals;
        planner->capacity = slots;
    }
    return 0;
}

static void drop_locals(struct planner *planner) {
    for (size_t i = 0; i < planner->spec->body->variables.count; i++)
        expr_value_unref(planner->locals[i]);
}

static int note(run_machine *machine, const prog_task_spec *spec, int error) {
    if (error < 0 && error != CAD_ENOMEM)
        run_note_failure(machine, NULL, "exception in", spec->pattern, error, cad_error_exception(),
                         machine->origin);
    machine->origin = PROG_NO_PC;
    return error;
}

/* The variables of the task with that index, and, where it is to have one now, its name in
 * machine->text. */
static int make_up(struct planner *planner, int64_t index, bool named) {
    run_job *job = &planner->job;
    const prog_task_spec *spec = planner->spec;
    size_t variables = spec->body->variables.count;
    int error = 0;
    job->frame = (run_frame){.body = spec->body, .locals = planner->locals};
    for (size_t i = 0; i < variables; i++)
        planner->locals[i] = EXPR_UNSET;
    planner->locals[spec->index] = expr_number((double)index);
    if (job->draws != NULL)
        error = run_draws_start(job->machine, 0, spec->pattern, job->draws);
    if (error == 0 && spec->let != NULL)
        error = run_bind(job, spec->let, run_store);
    if (error == 0 && named)
        error = run_say(job, spec->name);
    if (error != 0)
        drop_locals(planner);
    return note(job->machine, spec, error);
}

/* Creates the task that `job` has the variables of, and takes these over. */
static int create(run_job *job, const prog_task_spec *spec, const char *name, bool keep_name) {
    run_machine *machine = job->machine;
    run_new_task task = {
        .name = name, .name_is_kept = keep_name, .body = spec->body, .draws = job->draws};
    uint32_t variables = (uint32_t)spec->body->variables.count;
    expr_value *locals = job->top->locals;
    task.locals = locals;
    task.local_count = variables;
    int error = 0;
    if (spec->call != NULL) {
        task.body = spec->call;
        task.locals = machine->arguments;
        task.local_count = spec->call->parameters;
        error = run_evaluate_arguments(job, spec->arguments, task.locals);
    }
    if (error == 0)
        error = run_task_new(machine, &task, spec->main ? &machine->main : NULL);
    for (uint32_t i = 0; i < task.local_count; i++) {
        if (error != 0)
            expr_value_unref(task.locals[i]);
        task.locals[i] = EXPR_NONE;
    }
    for (uint32_t i = 0; task.locals != locals && i < variables; i++)
        expr_value_unref(locals[i]);
    return note(machine, spec, error);
}

/* --- Tasks that wait to be created ----------------------------------------------------------- */

static int keep(struct planner *planner, size_t *capacity, run_planned **kept) {
    run_machine *machine = planner->job.machine;
    size_t variables = planner->spec->body->variables.count;
    run_planned **plan = base_grown(machine->plan, machine->plan_count, capacity, sizeof *plan);
    if (plan != NULL)
        machine->plan = plan;
    run_planned *planned = base_alloc(sizeof *planned + variables * sizeof(expr_value));
    char *name = base_strndup(machine->text.data, machine->text.length);
    if (plan == NULL || planned == NULL || name == NULL) {
        base_free(planned);
        base_free(name);
        drop_locals(planner);
        return CAD_ENOMEM;
    }
    *planned = (run_planned){.machine = machine,
                             .spec = planner->spec,
                             .name = name,
                             .draws = planner->draws,
                             .place = machine->plan_count};
    memcpy(planned->locals, planner->locals, variables * sizeof(expr_value));
    plan[machine->plan_count++] = planned;
    *kept = planned;
    return 0;
}

static void forget(run_planned *planned) {
    planned->machine->plan[planned->place] = NULL;
    base_free(planned->name);
    base_free(planned);
}

static int create_planned(run_planned *planned) {
    run_machine *machine = planned->machine;
    run_job job = {.machine = machine,
                   .draws = machine->program->draws ? &planned->draws : NULL,
                   .frame = {.body = planned->spec->body, .locals = planned->locals}};
    job.top = &job.frame;
    int error = create(&job, planned->spec, planned->name, true);
    forget(planned);
    return error;
}

static void start_came(void *arg) {
    run_planned *planned = arg;
    run_machine *machine = planned->machine;
    int error = create_planned(planned);
    if (error == CAD_ENOMEM)
        (void)run_machine_no_memory(machine);
    cad_loop_release(machine->loop);
}

/* Creates it now, or starts the timer that will. */
static int launch(run_planned *planned) {
    run_machine *machine = planned->machine;
    const prog_setting *start = &planned->spec->start;
    if (start->value == NULL)
        return create_planned(planned);
    run_job job = {.machine = machine,
                   .draws = machine->program->draws ? &planned->draws : NULL,
                   .frame = {.body = planned->spec->body, .locals = planned->locals}};
    job.top = &job.frame;
    int64_t start_ns;
    int error = run_evaluate_duration(&job, start->value, &start_ns);
    if (error == 0)
        error = cad_call_at(machine->loop, start_ns, start_came, planned, NULL);
    if (error == 0)
        cad_loop_hold(machine->loop);
    return note(machine, planned->spec, error);
}

void run_plan_drop(run_machine *machine) {
    for (size_t i = 0; i < machine->plan_count; i++) {
        run_planned *planned = machine->plan[i];
        if (planned == NULL)
            continue;
        for (size_t k = 0; k < planned->spec->body->variables.count; k++)
            expr_value_unref(planned->locals[k]);
        forget(planned);
    }
    base_free(machine->plan);
    machine->plan = NULL;
    machine->plan_count = machine->plan_capacity = 0;
}

/* --- Names that are not kept ----------------------------------------------------------------- */

/* Where the names of a row depend on the index alone, as "job{i}" does, none is kept: for a million
 * tasks that would be a block of memory each, and most are never asked for. The engine asks for one
 * when it is wanted (cad_loop_set_task_namer()): the tasks of a row have numbers one after the
 * other, so that the row is found by the task's number, and the index by what that is above the
 * row's first. The last name that was made is remembered, as a trace asks for one several times. */

/* Makes the name of a task, as machine->name, if its row of the document has one that depends on
 * the index alone. */
static bool say_name(run_machine *machine, uint64_t id) {
    /* The last row whose first id is not above. */
    size_t low = 0, high = machine->program->task_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (machine->first_ids[middle] != 0 && machine->first_ids[middle] <= id)
            low = middle;
        else
            high = middle;
    }
    if (machine->program->task_count == 0 || !machine->program->tasks[low].indexed)
        return false;
    const prog_task_spec *spec = &machine->program->tasks[low];
    run_job job = {.machine = machine,
                   .frame = {.body = spec->body, .locals = machine->name_locals}};
    job.top = &job.frame;
    machine->named = 0;
    machine->name_locals[spec->index] = expr_number((double)(id - machine->first_ids[low]));
    if (run_say_into(&job, spec->name, &machine->name) != 0)
        return false; /* no memory for it */
    machine->named = id;
    return true;
}

static int name_task(const cad_task *task, char *buffer, size_t size, void *arg) {
    run_machine *machine = arg;
    uint64_t id = cad_task_id(task);
    if (machine->named != id && !say_name(machine, id))
        return 0;
    size_t length = machine->name.length;
    size_t copied = length < size ? length : size > 0 ? size - 1 : 0;
    if (size > 0) {
        memcpy(buffer, machine->name.data, copied);
        buffer[copied] = '\0';
    }
    return (int)length;
}

/* Whether the names of a row are not even made before somebody asks for one: where the document
 * mentions no task by its name, and none of these can turn out to be a fault. */
static bool names_later(const run_machine *machine, const prog_task_spec *spec) {
    return spec->name_is_sure && machine->program->task_names.count == 0;
}

/* The name in machine->text is that of the task that is created next, and its trace asks for it:
 * becomes machine->name. */
static void expect_name(run_machine *machine) {
    base_buffer text = machine->text;
    machine->text = machine->name;
    machine->name = text;
    machine->named = machine->result.task_count + 1;
}

/* --- All of them ----------------------------------------------------------------------------- */

/* Making up millions of tasks takes seconds, in which somebody may wonder, or press Ctrl-C. */
static int look_up(const run_machine *machine, int64_t index) {
    enum { EVERY = 64 * 1024 };
    if (index % EVERY != EVERY - 1)
        return 0;
    run_machine_show(machine);
    return cad_loop_interrupted(machine->loop) ? CAD_EINTERRUPTED : 0;
}

/* Makes up the task of a row that has that index, and creates it. */
static int make_now(struct planner *planner, int64_t index) {
    run_machine *machine = planner->job.machine;
    const prog_task_spec *spec = planner->spec;
    bool named = !names_later(machine, spec);
    int error = make_up(planner, index, named);
    if (error != 0)
        return error;
    const char *name = named ? machine->text.data : NULL;
    if (named && spec->indexed && machine->trace != NULL)
        expect_name(machine);
    return create(&planner->job, spec, name, !spec->indexed);
}

/* Makes it up, and keeps it until it is to be created; *kept is the machine's. */
static int make_for_later(struct planner *planner, int64_t index, run_planned **kept) {
    int error = make_up(planner, index, true);
    return error != 0 ? error : keep(planner, &planner->job.machine->plan_capacity, kept);
}

/* Goes through all tasks. `now`: each is created as soon as it is made up, unless it has a time of
 * its own. */
static int go_through(run_machine *machine, bool now) {
    const prog_program *program = machine->program;
    struct planner planner = {0};
    int error = 0;
    for (size_t i = 0; i < program->task_count && error == 0; i++) {
        const prog_task_spec *spec = &program->tasks[i];
        bool at_once = now && spec->start.value == NULL;
        machine->first_ids[i] = machine->result.task_count + 1;
        error = planner_begin(&planner, machine, spec);
        for (int64_t k = 0; error == 0 && k < machine->counts[i]; k++) {
            run_planned *planned = NULL;
            error = at_once ? make_now(&planner, k) : make_for_later(&planner, k, &planned);
            if (error == 0 && now && !at_once)
                error = launch(planned);
            if (error == 0)
                error = look_up(machine, k);
        }
    }
    planner_end(&planner);
    return error;
}

int run_plan_all(run_machine *machine) {
    return go_through(machine, false);
}

int run_plan_and_create(run_machine *machine) {
    cad_loop_set_task_namer(machine->loop, name_task, machine);
    return go_through(machine, true);
}

int run_plan_create(run_machine *machine) {
    int error = 0;
    for (size_t i = 0; error == 0 && i < machine->plan_count; i++)
        error = launch(machine->plan[i]);
    return error;
}

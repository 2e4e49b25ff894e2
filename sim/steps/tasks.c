/* Tasks: made, one or many at a time, and cancelled. */
#include <string.h>

#include "base/buffer.h"
#include "program/compile.h"
#include "program/exceptions.h"
#include "run/callback.h"
#include "run/names.h"
#include "run/values.h"
#include "steps/control.h"
#include "steps/pointer.h"

/* --- spawn ----------------------------------------------------------------------------------- */

enum { SPAWN_BODY, SPAWN_ARGS, SPAWN_NAME, SPAWN_AS, SPAWN_EAGER, SPAWN_GROUP, SPAWN_OPERANDS };

/* The name that the step gives, or `worker-1`, in machine->text. */
static int name_task(run_job *job, const prog_instruction *in) {
    run_machine *machine = job->machine;
    const prog_body *body = in->operands[SPAWN_BODY].body;
    uint64_t number = ++machine->spawned[body->index];
    if (in->operands[SPAWN_NAME].text != NULL)
        return run_say(job, in->operands[SPAWN_NAME].text);
    base_buffer_clear(&machine->text);
    int error = base_buffer_append(&machine->text, body->name, strlen(body->name));
    if (error == 0)
        error = base_buffer_append(&machine->text, "-", 1);
    return error != 0 ? error : base_buffer_append_uint(&machine->text, number, 1);
}

static int begin_spawn(run_job *job, const prog_instruction *in) {
    run_machine *machine = job->machine;
    const prog_body *body = in->operands[SPAWN_BODY].body;
    run_new_task task = {.body = body,
                         .locals = machine->arguments,
                         .local_count = body->parameters,
                         .eager_start = (enum cad_eager_start)in->operands[SPAWN_EAGER].choice};
    run_draws draws;
    cad_task *created;
    int error = name_task(job, in);
    if (error == 0)
        error = run_evaluate_arguments(job, in->operands[SPAWN_ARGS].arguments, task.locals);
    if (error == 0 && job->draws != NULL)
        error = run_draws_start(machine, job->draws->identity, body->name, &draws);
    if (error == 0) {
        task.name = machine->text.data;
        task.name_is_kept = true;
        task.draws = job->draws != NULL ? &draws : NULL;
        if (in->operands[SPAWN_GROUP].slot != PROG_NO_SLOT)
            task.group = step_stored_pointer(job, in->operands[SPAWN_GROUP].slot);
        error = run_task_new(machine, &task, &created);
    }
    if (error == 0)
        run_store(job, in->operands[SPAWN_AS].slot, expr_reference(PROG_KIND_FUTURE, created));
    for (uint32_t i = 0; i < body->parameters; i++) {
        if (error != 0)
            expr_value_unref(machine->arguments[i]);
        machine->arguments[i] = EXPR_NONE;
    }
    return error;
}

/* --- spawn, by number ------------------------------------------------------------------------ */

/* Members of the step that are no operands of its instruction. */
enum { SPAWN_MEMBER_COUNT = 5, SPAWN_MEMBER_INDEX };

/* Operands of both instructions: the hidden slot of the list, that of the task just made, where the
 * number stands, and the rounds begun. */
enum { MANY_LIST, MANY_TASK, MANY_LIMIT, MANY_BEGUN, MANY_OPERANDS };

static int begin_many(run_job *job, const prog_instruction *in) {
    double limit = expr_to_double(job->top->locals[in->operands[MANY_LIMIT].slot]);
    expr_value list;
    int error = expr_list_blank(limit > 0 ? (size_t)limit : 0, &list);
    if (error == 0)
        run_store(job, in->operands[MANY_LIST].slot, list);
    return error;
}

static int begin_keep(run_job *job, const prog_instruction *in) {
    expr_value *locals = job->top->locals;
    size_t round = (size_t)expr_to_double(locals[in->operands[MANY_BEGUN].slot]) - 1;
    expr_list_put(locals[in->operands[MANY_LIST].slot], round,
                  locals[in->operands[MANY_TASK].slot]);
    locals[in->operands[MANY_TASK].slot] = EXPR_NONE;
    return 0;
}

/* Operands: the variable, the hidden slot of the list. */
static int begin_give(run_job *job, const prog_instruction *in) {
    expr_value list = job->top->locals[in->operands[1].slot];
    job->top->locals[in->operands[1].slot] = EXPR_NONE;
    run_store(job, in->operands[0].slot, list);
    return 0;
}

static const prog_operation count_operation = {"count", step_begin_rounds, NULL};
static const prog_operation many_operation = {"spawn", begin_many, NULL};
static const prog_operation keep_operation = {"spawn", begin_keep, NULL};
static const prog_operation give_operation = {"spawn", begin_give, NULL};

/* A loop around the one instruction, which puts each task into a list. */
static void compile_spawn_many(prog_compiler *compiler, const prog_step *step, const doc_node *node,
                               prog_operand *operands, prog_operand count, prog_operand index) {
    uint32_t hidden = compiler->hidden;
    prog_operand many[MANY_OPERANDS] = {{0}};
    uint32_t as = operands[SPAWN_AS].slot;
    many[MANY_LIST].slot = prog_hidden_slots(compiler, 2);
    many[MANY_TASK].slot = many[MANY_LIST].slot + 1;
    step_rounds rounds = step_open_rounds(compiler, &count_operation, node, count, index);
    many[MANY_LIMIT].slot = rounds.limit;
    many[MANY_BEGUN].slot = rounds.begun;
    (void)prog_emit(compiler, &many_operation, node, many, MANY_OPERANDS);
    step_begin_round(compiler, node, &rounds);
    operands[SPAWN_AS].slot = many[MANY_TASK].slot;
    (void)prog_emit(compiler, &step->operation, node, operands, SPAWN_OPERANDS);
    (void)prog_emit(compiler, &keep_operation, node, many, MANY_OPERANDS);
    step_end_round(compiler, node, &rounds);
    (void)prog_emit(compiler, &give_operation, node,
                    (prog_operand[]){{.slot = as}, many[MANY_LIST]}, 2);
    compiler->hidden = hidden;
}

static void compile_spawn(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand operands[PROG_STEP_MEMBERS];
    doc_node member;
    if (!prog_compile_members(compiler, step, node, operands))
        return;
    bool eager = operands[SPAWN_EAGER].flag;
    operands[SPAWN_EAGER].choice = !doc_node_member(node, "eager_start", &member)
                                       ? CAD_EAGER_DEFAULT
                                   : eager ? CAD_EAGER_ON
                                           : CAD_EAGER_OFF;
    prog_operand count = operands[SPAWN_MEMBER_COUNT], index = operands[SPAWN_MEMBER_INDEX];
    if (count.expression == NULL && doc_node_member(node, "index", &member))
        (void)doc_node_key_fault(&member, "\"index\" counts the tasks of a \"count\"");
    operands[SPAWN_GROUP].slot = PROG_NO_SLOT;
    if (compiler->group != PROG_NO_BLOCK)
        operands[SPAWN_GROUP].slot =
            compiler->program->blocks[compiler->group].slot + PROG_SLOT_SAVED;
    if (count.expression != NULL)
        compile_spawn_many(compiler, step, node, operands, count, index);
    else
        (void)prog_emit(compiler, &step->operation, node, operands, SPAWN_OPERANDS);
}

const prog_step step_spawn = {
    .operation = {"spawn", begin_spawn, NULL},
    .family = PROG_FAMILY_TASKS,
    .members = {{NULL, PROG_MEMBER_SPAWN, PROG_REQUIRED, 0, NULL},
                {"args", PROG_MEMBER_ARGUMENTS, PROG_OPTIONAL, 0, "values, by parameter"},
                {"name", PROG_MEMBER_TEXT, PROG_OPTIONAL, 0,
                 "default: the coroutine's name and a number, `worker-1`"},
                {"as", PROG_MEMBER_VARIABLE, PROG_OPTIONAL, 0,
                 "the task; with `count` the list of them"},
                {"eager_start", PROG_MEMBER_FLAG, PROG_OPTIONAL, 0,
                 "whether it starts at once, inside this step, and runs until it first waits; "
                 "default: as `eager_tasks` says"},
                {"count", PROG_MEMBER_COUNT, PROG_OPTIONAL, 0, "how many tasks; default: one"},
                {"index", PROG_MEMBER_VARIABLE, PROG_OPTIONAL, 0,
                 "with `count`: a variable that counts them from 0, for `args` and `name`"}},
    .python = "asyncio.create_task, TaskGroup.create_task",
    .summary = "Creates a task that runs a coroutine, from the loop's next iteration on. Inside a "
               "`task_group` it belongs to the group.",
    .example = "[{\"spawn\": \"double\", \"args\": {\"n\": 4}, \"as\": \"t\"},"
               " {\"await\": \"t\", \"as\": \"x\"}, {\"print\": \"{x}\"}]",
    .compile = compile_spawn,
};

/* --- cancel, uncancel ------------------------------------------------------------------------ */

static int cancel_one(run_job *job, expr_value value, const char *message) {
    cad_future *future;
    if (expr_is_reference(value) && expr_to_kind(value) == PROG_KIND_HANDLE) {
        if (message != NULL)
            return prog_raise(CAD_ETYPE, "Handle.cancel() takes no message");
        run_callback_cancel(expr_to_pointer(value));
        return 0;
    }
    int error = run_value_future(job, value, RUN_LACKS_METHOD, "cancel", &future);
    return error != 0 ? error : cad_future_cancel(future, message);
}

/* `for t in tasks: t.cancel()` */
static int cancel_all(run_job *job, const expr_list *list, const char *message) {
    int error = 0;
    for (uint32_t i = 0; i < list->sequence.length && error >= 0; i++)
        error = cancel_one(job, list->items[i], message);
    return error;
}

static int begin_cancel(run_job *job, const prog_instruction *in) {
    const char *message = NULL;
    expr_value value = EXPR_NONE;
    int error = 0;
    /* The message first: making it can change what a name stands for, but not the other way. */
    if (in->operands[1].text != NULL) {
        error = run_say(job, in->operands[1].text);
        message = job->machine->text.data;
    }
    if (error == 0)
        error = run_take(job, in->operands[0].target, &value);
    if (error == 0)
        error = expr_is_list(value) ? cancel_all(job, expr_to_list(value), message)
                                    : cancel_one(job, value, message);
    expr_value_unref(value);
    return error;
}

const prog_step step_cancel = {
    .operation = {"cancel", begin_cancel, NULL},
    .family = PROG_FAMILY_TASKS,
    .wakes = PROG_IS(PROG_FUTURE),
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_AWAITABLE | PROG_IS(PROG_HANDLE),
                 NULL},
                {"message", PROG_MEMBER_TEXT, PROG_OPTIONAL, 0, "of the CancelledError"}},
    .python = "Task.cancel, Future.cancel, Handle.cancel",
    .summary =
        "Requests the cancellation of a task or future, or calls a callback off; or, with an "
        "expression that gives a list, of each in it.",
    .example = "[{\"spawn\": \"double\", \"args\": {\"n\": 4}, \"as\": \"t\"},"
               " {\"cancel\": \"t\"}, {\"wait\": [\"t\"]}, {\"print\": \"{cancelled(t)}\"}]",
};

static int begin_uncancel(run_job *job, const prog_instruction *in) {
    expr_value value;
    int error = run_take(job, in->operands[0].target, &value);
    if (error == 0 && expr_is_reference(value) && expr_to_kind(value) == PROG_KIND_FUTURE)
        (void)cad_task_uncancel(expr_to_pointer(value));
    else if (error == 0)
        error = run_raise_type(job, RUN_LACKS_METHOD, value, "uncancel");
    expr_value_unref(value);
    return error;
}

const prog_step step_uncancel = {
    .operation = {"uncancel", begin_uncancel, NULL},
    .family = PROG_FAMILY_TASKS,
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_IS(PROG_TASK), NULL}},
    .python = "Task.uncancel",
    .summary = "Takes one request for cancellation back; `cancelling(t)` counts them.",
    .example = "[{\"spawn\": \"double\", \"args\": {\"n\": 4}, \"as\": \"t\"}, {\"cancel\": \"t\"},"
               " {\"uncancel\": \"t\"}, {\"print\": \"{cancelling(t)}\"}]",
};

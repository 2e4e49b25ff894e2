/* Tasks, what combines them, and callbacks. */
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/number.h"
#include "program/compile.h"
#include "program/exceptions.h"
#include "run/callback.h"
#include "run/interpreter.h"
#include "run/names.h"
#include "run/timeout.h"
#include "run/values.h"
#include "steps/control.h"

#define AWAITABLE PROG_AWAITABLE

/* A scope of the engine's in a hidden slot: to value.c an aligned pointer is one of those that are
 * not counted. What was in the slot before, a sequence's text for example, is dropped. */
static void store_pointer(run_job *job, uint32_t slot, void *pointer) {
    run_store(job, slot, (expr_value)(uintptr_t)pointer);
}

static void *stored_pointer(const run_job *job, uint32_t slot) {
    return (void *)(uintptr_t)job->top->locals[slot];
}

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
            task.group = stored_pointer(job, in->operands[SPAWN_GROUP].slot);
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

/* --- await, shield --------------------------------------------------------------------------- */

static int begin_await(run_job *job, const prog_instruction *in) {
    cad_future *future;
    int error = run_find_future(job, in->operands[0].target, RUN_LACKS_AWAIT, "await", &future);
    if (error != 0)
        return error;
    /* The variable may lose the task while this one waits for it. */
    expr_value kept = expr_reference(PROG_KIND_FUTURE, cad_future_ref(future));
    run_store(job, job->top->body->scratch, kept);
    return cad_await(future, &job->item);
}

/* The value is borrowed from the future, which is in the scratch slot. */
static int finish_await(run_job *job, const prog_instruction *in, int result) {
    expr_value value = result < 0 ? EXPR_NONE : expr_value_ref(job->held);
    job->held = EXPR_NONE;
    run_store(job, job->top->body->scratch, EXPR_NONE);
    if (result < 0)
        return result;
    run_store(job, in->operands[1].slot, value);
    return 0;
}

/* A step that keeps something in the scratch slot. */
static void compile_waiting(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand operands[PROG_STEP_MEMBERS];
    prog_need_scratch(compiler);
    if (prog_compile_members(compiler, step, node, operands))
        (void)prog_emit(compiler, &step->operation, node, operands, PROG_OPERANDS);
}

const prog_step step_await = {
    .operation = {"await", begin_await, finish_await},
    .family = PROG_FAMILY_TASKS,
    .waiting = PROG_MAY_WAIT,
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, AWAITABLE, NULL},
                {"as", PROG_MEMBER_PARTS, PROG_OPTIONAL, 0, "its result"}},
    .python = "await task",
    .summary = "Waits for a task or a future; its exception is raised here.",
    .example = "[{\"spawn\": \"double\", \"args\": {\"n\": 4}, \"as\": \"t\"},"
               " {\"await\": \"t\", \"as\": \"x\"}, {\"print\": \"{x}\"}]",
    .compile = compile_waiting,
};

static int begin_shield(run_job *job, const prog_instruction *in) {
    cad_future *inner;
    int error = run_find_future(job, in->operands[0].target, RUN_LACKS_FUTURE, "", &inner);
    run_futures *futures = error == 0 ? run_futures_new(2) : NULL;
    if (futures == NULL)
        return error != 0 ? error : CAD_ENOMEM;
    /* Both: the shield's result is that of the task, which might go first. */
    futures->items[futures->count++] = cad_future_ref(inner);
    run_store(job, job->top->body->scratch, expr_reference(PROG_KIND_FUTURES, futures));
    error = cad_shield(inner, &futures->items[1]);
    if (error != 0)
        return error;
    futures->count = 2;
    return cad_await(futures->items[1], &job->item);
}

const prog_step step_shield = {
    .operation = {"shield", begin_shield, finish_await},
    .family = PROG_FAMILY_TASKS,
    .waiting = PROG_MAY_WAIT,
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, AWAITABLE, NULL},
                {"as", PROG_MEMBER_PARTS, PROG_OPTIONAL, 0, "its result"}},
    .python = "await asyncio.shield(task)",
    .summary = "Waits for a task, which goes on when the wait is cancelled.",
    .example = "[{\"spawn\": \"double\", \"args\": {\"n\": 4}, \"as\": \"t\"},"
               " {\"shield\": \"t\", \"as\": \"x\"}, {\"print\": \"{x}\"}]",
    .compile = compile_waiting,
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
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, AWAITABLE | PROG_IS(PROG_HANDLE), NULL},
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

/* --- gather ---------------------------------------------------------------------------------- */

enum { GATHER_WHAT, GATHER_EXCEPTIONS, GATHER_AS };

static int begin_gather(run_job *job, const prog_instruction *in) {
    run_futures *futures;
    int error =
        run_find_futures(job, in->operands[GATHER_WHAT].targets, RUN_GATHER, false, &futures);
    if (error != 0)
        return error;
    run_store(job, job->top->body->scratch, expr_reference(PROG_KIND_FUTURES, futures));
    cad_future *outer;
    error = cad_gather(job->machine->loop, futures->items, futures->count,
                       in->operands[GATHER_EXCEPTIONS].flag, &outer);
    if (error != 0)
        return error;
    futures->items[futures->count++] = outer; /* there is room for it */
    return cad_await(outer, NULL);
}

/* What a child of gather() gives: its value, or its exception as a text. */
static int child_value(const run_job *job, cad_future *future, expr_value *value) {
    cad_exception *failure;
    void *result = NULL;
    int code = cad_future_exception(future, &failure);
    if (code == 0)
        code = cad_future_result(future, &result);
    *value = expr_value_ref(expr_value_unpack(result));
    if (code == 0)
        return 0;
    const cad_exception *exception =
        cad_future_cancelled(future) ? cad_future_cancel_exception(future) : failure;
    base_buffer *text = &job->machine->text;
    base_buffer_clear(text);
    int error = prog_error_show(job->machine->program, code, exception, text);
    return error != 0 ? error : expr_string_new(text->data, text->length, value);
}

/* The last of the futures is that of gather() itself. */
static int list_children(run_job *job, const run_futures *futures, expr_value *list) {
    uint32_t count = futures->count - 1;
    int error = expr_list_blank(count, list);
    for (uint32_t i = 0; i < count && error == 0; i++) {
        expr_value value;
        error = child_value(job, futures->items[i], &value);
        if (error == 0)
            expr_list_put(*list, i, value);
    }
    return error;
}

/* As zip() has it: as many as there are both variables and children; or all of them in one. */
static int store_children(run_job *job, const run_futures *futures, const prog_slots *slots) {
    int error = 0;
    if (slots != NULL && slots->whole) {
        expr_value list = EXPR_NONE;
        error = list_children(job, futures, &list);
        run_store(job, error == 0 ? slots->items[0] : PROG_NO_SLOT, list);
        return error;
    }
    for (uint32_t i = 0; slots != NULL && i < slots->count && i + 1 < futures->count; i++) {
        expr_value value;
        error = child_value(job, futures->items[i], &value);
        if (error != 0)
            break;
        run_store(job, slots->items[i], value);
    }
    return error;
}

static int finish_gather(run_job *job, const prog_instruction *in, int result) {
    uint32_t scratch = job->top->body->scratch;
    if (result == 0)
        result = store_children(job, expr_to_pointer(job->top->locals[scratch]),
                                in->operands[GATHER_AS].slots);
    run_store(job, scratch, EXPR_NONE);
    return result;
}

static void compile_gather(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    doc_node tasks, variables;
    compile_waiting(compiler, step, node);
    if (!doc_node_member(node, "gather", &tasks) || doc_node_type(&tasks) != DOC_ARRAY ||
        !doc_node_member(node, "as", &variables) || doc_node_type(&variables) != DOC_ARRAY)
        return;
    size_t results = doc_node_count(&tasks), names = doc_node_count(&variables);
    if (names != results)
        (void)doc_node_fault(&variables,
                             "%zu variable%s for %zu result%s; a name alone takes all, as a list",
                             names, base_plural(names), results, base_plural(results));
}

const prog_step step_gather = {
    .operation = {"gather", begin_gather, finish_gather},
    .family = PROG_FAMILY_TASKS,
    .waiting = PROG_MAY_WAIT,
    .members = {{NULL, PROG_MEMBER_TARGETS, PROG_REQUIRED, AWAITABLE, NULL},
                {"return_exceptions", PROG_MEMBER_FLAG, PROG_OPTIONAL, 0,
                 "exceptions are results, as the text `Name: message`; default false"},
                {"as", PROG_MEMBER_VARIABLES, PROG_OPTIONAL, 0,
                 "their results, in order: a list for one variable, or a variable for each"}},
    .python = "await asyncio.gather(...)",
    .summary = "Waits for all of them; the first exception is raised here.",
    .example = "[{\"spawn\": \"double\", \"args\": {\"n\": 1}, \"as\": \"t\"},"
               " {\"spawn\": \"double\", \"args\": {\"n\": 2}, \"as\": \"u\"},"
               " {\"gather\": [\"t\", \"u\"], \"as\": [\"x\", \"y\"]}, {\"print\": \"{x} {y}\"}]",
    .compile = compile_gather,
};

/* --- as_completed ---------------------------------------------------------------------------- */

enum { EACH_WHAT, EACH_AS, EACH_TASK, EACH_TIMEOUT, EACH_SLOT, EACH_EXIT, EACH_OPERANDS };

/* The hidden slots: the iterator, the futures, how many are left. */
enum { EACH_LEFT = 2, EACH_SLOTS };

static int begin_as_completed(run_job *job, const prog_instruction *in) {
    uint32_t slot = in->operands[EACH_SLOT].slot;
    run_futures *futures;
    int64_t timeout_ns;
    int error = run_find_futures(job, in->operands[EACH_WHAT].targets, RUN_EACH, false, &futures);
    if (error != 0)
        return error;
    run_store(job, slot + PROG_SLOT_FUTURES, expr_reference(PROG_KIND_FUTURES, futures));
    run_store(job, slot + EACH_LEFT, expr_number(futures->count));
    error = run_evaluate_limit(job, in->operands[EACH_TIMEOUT].expression, &timeout_ns);
    if (error != 0)
        return error;
    cad_as_completed *iterator;
    error = cad_as_completed_new(job->machine->loop, futures->items, futures->count, timeout_ns,
                                 &iterator);
    if (error == 0)
        store_pointer(job, slot + PROG_SLOT_SCOPE, iterator);
    return error;
}

static void end_as_completed(run_job *job, uint32_t slot) {
    cad_as_completed_free(stored_pointer(job, slot + PROG_SLOT_SCOPE));
    run_store(job, slot + PROG_SLOT_SCOPE, EXPR_NONE);
    run_store(job, slot + PROG_SLOT_FUTURES, EXPR_NONE);
}

static int leave_as_completed(run_job *job, const prog_block *block, run_completion *completion) {
    (void)completion;
    end_as_completed(job, block->slot);
    return 0;
}

static int begin_next(run_job *job, const prog_instruction *in,
                      int (*next)(cad_as_completed *iterator, void **out)) {
    uint32_t slot = in->operands[EACH_SLOT].slot;
    expr_value *locals = job->top->locals;
    double left = expr_to_double(locals[slot + EACH_LEFT]);
    if (left == 0) {
        job->top->pc = in->operands[EACH_EXIT].pc;
        return PROG_CALLED;
    }
    locals[slot + EACH_LEFT] = expr_number(left - 1);
    return next(stored_pointer(job, slot + PROG_SLOT_SCOPE), &job->item);
}

static int begin_each(run_job *job, const prog_instruction *in) {
    return begin_next(job, in, cad_as_completed_next);
}

static int begin_each_task(run_job *job, const prog_instruction *in) {
    return begin_next(job, in, cad_as_completed_next_future);
}

/* The value is borrowed from a future, which is in a hidden slot. */
static int finish_each(run_job *job, const prog_instruction *in, int result) {
    expr_value value = result < 0 ? EXPR_NONE : expr_value_ref(job->held);
    job->held = EXPR_NONE;
    if (result < 0)
        return result;
    run_store(job, in->operands[EACH_AS].slot, value);
    return 0;
}

/* `async for t in as_completed(...)`, and `x = await t` where the step wants both: t is done. */
static int finish_each_task(run_job *job, const prog_instruction *in, int result) {
    cad_future *future = job->item;
    void *value = NULL;
    job->held = EXPR_NONE;
    if (result < 0)
        return result;
    run_store(job, in->operands[EACH_TASK].slot,
              expr_reference(PROG_KIND_FUTURE, cad_future_ref(future)));
    if (in->operands[EACH_AS].slot == PROG_NO_SLOT)
        return 0;
    result = cad_future_result(future, &value);
    if (result == 0)
        run_store(job, in->operands[EACH_AS].slot, expr_value_ref(expr_value_unpack(value)));
    return result;
}

static const prog_operation each_operation = {"as_completed", begin_each, finish_each};
static const prog_operation each_task_operation = {"as_completed", begin_each_task,
                                                   finish_each_task};

static int begin_end_each(run_job *job, const prog_instruction *in) {
    end_as_completed(job, in->operands[EACH_SLOT].slot);
    return 0;
}

static const prog_operation end_each_operation = {"as_completed", begin_end_each, NULL};

static void compile_as_completed(prog_compiler *compiler, const prog_step *step,
                                 const doc_node *node) {
    prog_operand operands[PROG_STEP_MEMBERS];
    doc_node steps;
    (void)prog_compile_members(compiler, step, node, operands);
    operands[EACH_SLOT].slot = compiler->hidden; /* the block's first */
    operands[EACH_EXIT].pc = PROG_NO_PC;
    (void)prog_emit(compiler, &step->operation, node, operands, EACH_OPERANDS);
    uint32_t block = prog_open_block(compiler, leave_as_completed, node, EACH_SLOTS);
    bool task = operands[EACH_TASK].slot != PROG_NO_SLOT;
    uint32_t each = prog_emit(compiler, task ? &each_task_operation : &each_operation, node,
                              operands, EACH_OPERANDS);
    prog_loop outer = prog_open_loop(compiler, each);
    prog_emit_parts(compiler, node);
    if (doc_node_member(node, "do", &steps))
        prog_compile_steps(compiler, &steps);
    step_emit_jump(compiler, node, each);
    prog_close_block(compiler, block);
    prog_lead_here(compiler, each, EACH_EXIT);
    prog_close_loop(compiler, outer);
    (void)prog_emit(compiler, &end_each_operation, node, operands, EACH_OPERANDS);
}

const prog_step step_as_completed = {
    .operation = {"as_completed", begin_as_completed, NULL},
    .family = PROG_FAMILY_TASKS,
    .waiting = PROG_MAY_WAIT,
    .members = {{NULL, PROG_MEMBER_TARGETS, PROG_REQUIRED, AWAITABLE, NULL},
                {"as", PROG_MEMBER_PARTS, PROG_OPTIONAL, 0, "a result"},
                {"task", PROG_MEMBER_VARIABLE, PROG_OPTIONAL, 0,
                 "the task or future that is done; without `as` its failure is not raised here"},
                {"timeout", PROG_MEMBER_LIMIT, PROG_OPTIONAL, 0,
                 "seconds, for all of them; then it is a TimeoutError; default: no limit"},
                {"do", PROG_MEMBER_STEPS, PROG_REQUIRED, 0, NULL}},
    .python = "for next in asyncio.as_completed(...): await next; async for task in "
              "asyncio.as_completed(...)",
    .summary = "Runs the steps once for each result, in the order of completion.",
    .example = "[{\"spawn\": \"double\", \"args\": {\"n\": 1}, \"as\": \"t\"},"
               " {\"spawn\": \"double\", \"args\": {\"n\": 2}, \"as\": \"u\"},"
               " {\"as_completed\": [\"t\", \"u\"], \"as\": \"x\","
               " \"do\": [{\"print\": \"{x}\"}]}]",
    .compile = compile_as_completed,
};

/* --- timeout, reschedule --------------------------------------------------------------------- */

enum { TIMEOUT_LIMIT, TIMEOUT_SLOT, TIMEOUT_AS, TIMEOUT_OPERANDS };

/* Gives it to the variable. */
static int hold_timeout(run_job *job, const prog_instruction *in, cad_timeout *scope) {
    run_timeout *timeout = run_timeout_new(scope);
    if (timeout == NULL)
        return CAD_ENOMEM;
    run_store(job, in->operands[TIMEOUT_SLOT].slot, expr_reference(PROG_KIND_TIMEOUT, timeout));
    run_store(job, in->operands[TIMEOUT_AS].slot,
              expr_reference(PROG_KIND_TIMEOUT, run_timeout_ref(timeout)));
    return 0;
}

static int enter_timeout(run_job *job, const prog_instruction *in,
                         int (*enter)(int64_t limit_ns, cad_timeout **scope)) {
    int64_t limit_ns;
    cad_timeout *scope;
    int error = run_evaluate_limit(job, in->operands[TIMEOUT_LIMIT].expression, &limit_ns);
    if (error == 0)
        error = enter(limit_ns, &scope);
    if (error != 0)
        return error;
    store_pointer(job, in->operands[TIMEOUT_SLOT].slot, scope);
    return in->operands[TIMEOUT_AS].slot != PROG_NO_SLOT ? hold_timeout(job, in, scope) : 0;
}

static int begin_timeout(run_job *job, const prog_instruction *in) {
    return enter_timeout(job, in, cad_timeout_enter);
}

static int begin_timeout_at(run_job *job, const prog_instruction *in) {
    return enter_timeout(job, in, cad_timeout_enter_at);
}

static int end_timeout(run_job *job, uint32_t slot, int error) {
    expr_value held = job->top->locals[slot];
    cad_timeout *scope = run_timeout_scope(held);
    job->top->locals[slot] = EXPR_NONE;
    if (expr_is_reference(held)) {
        run_timeout_leave(expr_to_pointer(held));
        expr_value_unref(held);
    }
    return cad_timeout_leave(scope, error);
}

/* The error with which a timeout leaves its block: that of the block, or its own. */
static int leave_timeout(run_job *job, const prog_block *block, run_completion *completion) {
    int code = completion->code < 0 ? completion->code : 0;
    if (code != 0)
        (void)cad_raise_exception(code, cad_exception_ref(completion->exception));
    int error = end_timeout(job, block->slot, code);
    if (error != code)
        run_replace_completion(job, completion, error);
    return 0;
}

static int begin_end_timeout(run_job *job, const prog_instruction *in) {
    return end_timeout(job, in->operands[TIMEOUT_SLOT].slot, 0);
}

static const prog_operation end_timeout_operation = {"timeout", begin_end_timeout, NULL};

static void compile_timeout(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand operands[PROG_STEP_MEMBERS];
    doc_node steps;
    uint32_t outer = compiler->timeout, hidden = compiler->hidden;
    (void)prog_compile_members(compiler, step, node, operands);
    operands[TIMEOUT_SLOT].slot = compiler->lasting++; /* in the place of the steps */
    (void)prog_emit(compiler, &step->operation, node, operands, TIMEOUT_OPERANDS);
    uint32_t block = prog_open_block(compiler, leave_timeout, node, 0);
    if (block == PROG_NO_BLOCK)
        return;
    compiler->program->blocks[block].slot = operands[TIMEOUT_SLOT].slot;
    compiler->program->blocks[block].limits = true;
    compiler->timeout = block;
    if (doc_node_member(node, "do", &steps))
        prog_compile_steps(compiler, &steps);
    compiler->timeout = outer;
    prog_close_block(compiler, block);
    compiler->hidden = hidden;
    (void)prog_emit(compiler, &end_timeout_operation, node, operands, TIMEOUT_OPERANDS);
}

const prog_step step_timeout = {
    .operation = {"timeout", begin_timeout, NULL},
    .family = PROG_FAMILY_TASKS,
    .waiting = PROG_MAY_WAIT,
    .lasting = true,
    .members = {{NULL, PROG_MEMBER_LIMIT, PROG_REQUIRED, 0, NULL},
                {"do", PROG_MEMBER_STEPS, PROG_REQUIRED, 0, NULL},
                {"as", PROG_MEMBER_VARIABLE, PROG_OPTIONAL, 0,
                 "the timeout, for `expired`, `when`, and `reschedule` from other blocks"}},
    .python = "async with asyncio.timeout(delay)",
    .summary = "Cancels the steps when the time is up: TimeoutError after the block. `null`: no "
               "limit yet.",
    .example = "[{\"try\": [{\"timeout\": 1, \"do\": [{\"sleep\": 5}]}],"
               " \"except\": {\"TimeoutError\": [{\"log\": \"too late\"}]}}]",
    .compile = compile_timeout,
};

const prog_step step_timeout_at = {
    .operation = {"timeout_at", begin_timeout_at, NULL},
    .family = PROG_FAMILY_TASKS,
    .waiting = PROG_MAY_WAIT,
    .lasting = true,
    .members = {{NULL, PROG_MEMBER_LIMIT, PROG_REQUIRED, 0, NULL},
                {"do", PROG_MEMBER_STEPS, PROG_REQUIRED, 0, NULL},
                {"as", PROG_MEMBER_VARIABLE, PROG_OPTIONAL, 0,
                 "the timeout, for `expired`, `when`, and `reschedule` from other blocks"}},
    .python = "async with asyncio.timeout_at(when)",
    .summary = "As `timeout`, with a time of the loop's, in seconds since its start.",
    .example = "[{\"sleep\": 1}, {\"try\": [{\"timeout_at\": 1.5, \"do\": [{\"sleep\": 5}]}],"
               " \"except\": {\"TimeoutError\": [{\"log\": \"too late\"}]}}]",
    .compile = compile_timeout,
};

/* Operand 2: the innermost timeout around the step. Only one that is open at the moment counts: a
 * callback can run when it is not. */
static cad_timeout *innermost_timeout(const run_job *job, const prog_instruction *in) {
    const prog_program *program = job->machine->program;
    cad_timeout *scope = NULL;
    for (uint32_t i = in->operands[2].block; i != PROG_NO_BLOCK && scope == NULL;
         i = program->blocks[i].parent)
        if (program->blocks[i].leave == leave_timeout)
            scope = run_timeout_scope(job->top->locals[program->blocks[i].slot]);
    return scope;
}

static int open_scope(const run_timeout *timeout, cad_timeout **scope) {
    *scope = timeout->scope;
    if (timeout->scope != NULL)
        return 0;
    return prog_raise(CAD_ERUNTIME, timeout->expired ? "Cannot change state of expired Timeout"
                                                     : "Cannot change state of finished Timeout");
}

/* Operand 1: the one that the step names. */
static int named_timeout(run_job *job, const prog_instruction *in, cad_timeout **scope) {
    expr_value value;
    int error = run_take(job, in->operands[1].target, &value);
    if (error != 0)
        return error;
    if (!expr_is_reference(value) || expr_to_kind(value) != PROG_KIND_TIMEOUT)
        error = run_raise_type(job, RUN_LACKS_METHOD, value, "reschedule");
    else
        error = open_scope(expr_to_pointer(value), scope);
    expr_value_unref(value);
    return error;
}

static int begin_reschedule(run_job *job, const prog_instruction *in) {
    int64_t limit_ns;
    cad_timeout *scope = NULL;
    int error = run_evaluate_limit(job, in->operands[0].expression, &limit_ns);
    if (error == 0 && in->operands[1].target != NULL)
        error = named_timeout(job, in, &scope);
    else if (error == 0 && (scope = innermost_timeout(job, in)) == NULL)
        error = prog_raise(CAD_ERUNTIME, "reschedule: the timeout has been left");
    return error != 0
               ? error
               : cad_timeout_reschedule(scope, cad_loop_deadline(job->machine->loop, limit_ns));
}

static void compile_reschedule(prog_compiler *compiler, const prog_step *step,
                               const doc_node *node) {
    prog_operand operands[PROG_STEP_MEMBERS];
    if (!prog_compile_members(compiler, step, node, operands))
        return;
    operands[2].block = compiler->timeout;
    if (operands[1].target == NULL && compiler->timeout == PROG_NO_BLOCK)
        (void)doc_node_fault(node, "\"reschedule\" is for the steps of a \"timeout\"; elsewhere "
                                   "\"scope\" says which, as its \"as\" names it");
    else
        (void)prog_emit(compiler, &step->operation, node, operands, 3);
}

const prog_step step_reschedule = {
    .operation = {"reschedule", begin_reschedule, NULL},
    .family = PROG_FAMILY_TASKS,
    .members = {{NULL, PROG_MEMBER_LIMIT, PROG_REQUIRED, 0, NULL},
                {"scope", PROG_MEMBER_TARGET, PROG_OPTIONAL, PROG_IS(PROG_TIMEOUT),
                 "which; default: the innermost `timeout` around the step"}},
    .python = "Timeout.reschedule",
    .summary = "The deadline of a `timeout` becomes so much from now, or none for `null`.",
    .example = "[{\"timeout\": 1, \"do\": [{\"reschedule\": 10}, {\"sleep\": 5}]},"
               " {\"log\": \"in time\"}]",
    .compile = compile_reschedule,
};

/* --- task_group ------------------------------------------------------------------------------ */

/* Operand 0: the block. */
static prog_block *group_block(const run_job *job, const prog_instruction *in) {
    return &job->machine->program->blocks[in->operands[0].block];
}

static int begin_task_group(run_job *job, const prog_instruction *in) {
    cad_task_group *group;
    int error = cad_task_group_enter(&group);
    if (error == 0)
        store_pointer(job, group_block(job, in)->slot + PROG_SLOT_SAVED, group);
    return error;
}

/* The block is left with what it has in its slots: in order, or by an error or a return. */
static int begin_end_group(run_job *job, const prog_instruction *in) {
    uint32_t slot = group_block(job, in)->slot;
    cad_task_group *group = stored_pointer(job, slot + PROG_SLOT_SAVED);
    int error = run_raise_kept(job, slot);
    job->machine->origin = PROG_NO_PC; /* the engine says with what the group is left */
    return cad_task_group_leave(group, error);
}

static int finish_end_group(run_job *job, const prog_instruction *in, int result) {
    uint32_t slot = group_block(job, in)->slot;
    job->top->locals[slot + PROG_SLOT_SAVED] = EXPR_NONE;
    if (result == 0)
        return run_take_up_completion(job, slot);
    run_drop_completion(job, slot);
    return result;
}

/* To the instruction that leaves the group, which goes on with it. */
static int leave_task_group(run_job *job, const prog_block *block, run_completion *completion) {
    run_keep_completion(job, block->slot, completion);
    job->top->pc = block->pc;
    return 1;
}

static const prog_operation end_group_operation = {"task_group", begin_end_group, finish_end_group};

static int begin_end_group_in_order(run_job *job, const prog_instruction *in) {
    run_keep_completion(job, group_block(job, in)->slot, NULL);
    return 0;
}

static const prog_operation in_order_operation = {"task_group", begin_end_group_in_order, NULL};

static void compile_task_group(prog_compiler *compiler, const prog_step *step,
                               const doc_node *node) {
    doc_node steps;
    prog_operand operands[PROG_STEP_MEMBERS];
    uint32_t outer = compiler->group;
    (void)prog_compile_members(compiler, step, node, operands);
    uint32_t enter = prog_emit(compiler, &step->operation, node, NULL, 0);
    uint32_t block = prog_open_block(compiler, leave_task_group, node, 3);
    if (compiler->no_memory)
        return;
    operands[0].block = compiler->group = block;
    compiler->program->code[enter].operands[0].block = block;
    if (doc_node_member(node, "task_group", &steps))
        prog_compile_steps(compiler, &steps);
    compiler->group = outer;
    prog_close_block(compiler, block);
    (void)prog_emit(compiler, &in_order_operation, node, operands, 1);
    if (compiler->no_memory)
        return;
    compiler->program->blocks[block].pc = prog_here(compiler);
    (void)prog_emit(compiler, &end_group_operation, node, operands, 1);
}

const prog_step step_task_group = {
    .operation = {"task_group", begin_task_group, NULL},
    .family = PROG_FAMILY_TASKS,
    .waiting = PROG_MAY_WAIT,
    .members = {{NULL, PROG_MEMBER_STEPS, PROG_REQUIRED, 0, NULL}},
    .python = "async with asyncio.TaskGroup()",
    .summary = "Waits, at the end of the steps, for the tasks that they spawned; if one fails, the "
               "others are cancelled, and an ExceptionGroup is raised.",
    .example = "[{\"task_group\": [{\"spawn\": \"double\", \"args\": {\"n\": 1}},"
               " {\"spawn\": \"double\", \"args\": {\"n\": 2}}]}, {\"print\": \"both are done\"}]",
    .compile = compile_task_group,
};

/* --- Callbacks ------------------------------------------------------------------------------- */

/* The operands of all three: when, the steps, the variable for the handle. */
enum { CALL_WHEN, CALL_STEPS, CALL_AS, CALL_OPERANDS };

static int schedule(run_job *job, const prog_instruction *in, int64_t when_ns) {
    uint32_t slot = in->operands[CALL_AS].slot;
    run_callback *callback;
    int error = run_callback_new(job, in->operands[CALL_STEPS].pc, when_ns, &callback);
    if (error == 0)
        run_store(job, slot, expr_reference(PROG_KIND_HANDLE, callback));
    return error;
}

static int begin_call_soon(run_job *job, const prog_instruction *in) {
    return schedule(job, in, RUN_SOON);
}

static int begin_call_later(run_job *job, const prog_instruction *in) {
    int64_t delay_ns;
    int error = run_evaluate_duration(job, in->operands[CALL_WHEN].expression, &delay_ns);
    return error != 0 ? error : schedule(job, in, cad_loop_deadline(job->machine->loop, delay_ns));
}

static int begin_call_at(run_job *job, const prog_instruction *in) {
    int64_t when_ns;
    int error = run_evaluate_duration(job, in->operands[CALL_WHEN].expression, &when_ns);
    return error != 0 ? error : schedule(job, in, when_ns);
}

static void compile_call(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand members[PROG_STEP_MEMBERS], operands[CALL_OPERANDS] = {{0}};
    bool soon = step->members[0].kind == PROG_MEMBER_CALLBACK;
    doc_node steps;
    (void)prog_compile_members(compiler, step, node, members);
    if (!doc_node_member(node, soon ? step->operation.name : "do", &steps))
        return;
    if (!soon)
        operands[CALL_WHEN] = members[0];
    operands[CALL_STEPS].pc = PROG_NO_PC;
    operands[CALL_AS] = members[soon ? 1 : 2];
    uint32_t call = prog_emit(compiler, &step->operation, node, operands, CALL_OPERANDS);
    prog_compile_later(compiler, &steps, call, CALL_STEPS);
}

const prog_step step_call_soon = {
    .operation = {"call_soon", begin_call_soon, NULL},
    .family = PROG_FAMILY_TASKS,
    .members = {{NULL, PROG_MEMBER_CALLBACK, PROG_REQUIRED, 0, NULL},
                {"as", PROG_MEMBER_VARIABLE, PROG_OPTIONAL, 0, "a handle, which `cancel` takes"}},
    .python = "loop.call_soon",
    .summary = "Runs steps that never wait in the loop's next iteration. They see the task's "
               "variables as these are then.",
    .example = "[{\"call_soon\": [{\"print\": \"second\"}]}, {\"print\": \"first\"},"
               " {\"sleep\": 0}]",
    .compile = compile_call,
};

const prog_step step_call_later = {
    .operation = {"call_later", begin_call_later, NULL},
    .family = PROG_FAMILY_TASKS,
    .members = {{NULL, PROG_MEMBER_DURATION, PROG_REQUIRED, 0, NULL},
                {"do", PROG_MEMBER_CALLBACK, PROG_REQUIRED, 0, NULL},
                {"as", PROG_MEMBER_VARIABLE, PROG_OPTIONAL, 0, "a handle, which `cancel` takes"}},
    .python = "loop.call_later",
    .summary = "As `call_soon`, after a delay.",
    .example = "[{\"call_later\": 1, \"do\": [{\"log\": \"later\"}]}, {\"sleep\": 2}]",
    .compile = compile_call,
};

const prog_step step_call_at = {
    .operation = {"call_at", begin_call_at, NULL},
    .family = PROG_FAMILY_TASKS,
    .members = {{NULL, PROG_MEMBER_DURATION, PROG_REQUIRED, 0, NULL},
                {"do", PROG_MEMBER_CALLBACK, PROG_REQUIRED, 0, NULL},
                {"as", PROG_MEMBER_VARIABLE, PROG_OPTIONAL, 0, "a handle, which `cancel` takes"}},
    .python = "loop.call_at",
    .summary = "As `call_soon`, at a time of the loop's, in seconds since its start.",
    .example = "[{\"call_at\": \"now() + 1\", \"do\": [{\"log\": \"then\"}]}, {\"sleep\": 2}]",
    .compile = compile_call,
};

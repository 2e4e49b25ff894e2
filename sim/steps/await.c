/* Waiting for tasks and futures: for one, for all of several, for one after the other. */
#include "base/buffer.h"
#include "base/number.h"
#include "program/compile.h"
#include "program/exceptions.h"
#include "run/interpreter.h"
#include "run/names.h"
#include "run/values.h"
#include "steps/control.h"
#include "steps/pointer.h"

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
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_AWAITABLE, NULL},
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
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_AWAITABLE, NULL},
                {"as", PROG_MEMBER_PARTS, PROG_OPTIONAL, 0, "its result"}},
    .python = "await asyncio.shield(task)",
    .summary = "Waits for a task, which goes on when the wait is cancelled.",
    .example = "[{\"spawn\": \"double\", \"args\": {\"n\": 4}, \"as\": \"t\"},"
               " {\"shield\": \"t\", \"as\": \"x\"}, {\"print\": \"{x}\"}]",
    .compile = compile_waiting,
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
    .members = {{NULL, PROG_MEMBER_TARGETS, PROG_REQUIRED, PROG_AWAITABLE, NULL},
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
        step_store_pointer(job, slot + PROG_SLOT_SCOPE, iterator);
    return error;
}

static void end_as_completed(run_job *job, uint32_t slot) {
    cad_as_completed_free(step_stored_pointer(job, slot + PROG_SLOT_SCOPE));
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
    return next(step_stored_pointer(job, slot + PROG_SLOT_SCOPE), &job->item);
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
    .members = {{NULL, PROG_MEMBER_TARGETS, PROG_REQUIRED, PROG_AWAITABLE, NULL},
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

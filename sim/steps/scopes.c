/* Steps with a scope around them: a limit of time, a group of tasks. */
#include "program/compile.h"
#include "program/exceptions.h"
#include "run/interpreter.h"
#include "run/names.h"
#include "run/timeout.h"
#include "run/values.h"
#include "steps/pointer.h"

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
    step_store_pointer(job, in->operands[TIMEOUT_SLOT].slot, scope);
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
        step_store_pointer(job, group_block(job, in)->slot + PROG_SLOT_SAVED, group);
    return error;
}

/* The block is left with what it has in its slots: in order, or by an error or a return. */
static int begin_end_group(run_job *job, const prog_instruction *in) {
    uint32_t slot = group_block(job, in)->slot;
    cad_task_group *group = step_stored_pointer(job, slot + PROG_SLOT_SAVED);
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

/* try: which branch takes an exception, and what runs on the way out. */
#include <string.h>

#include "base/buffer.h"
#include "program/compile.h"
#include "program/exceptions.h"
#include "run/interpreter.h"
#include "steps/control.h"

/* The layout:
 *
 *         guarded { watched { steps } jump to done
 *                   branch { steps, leave } jump to done ... }
 *   done: leave in order
 *         finally { steps } end
 *
 * What stands before braces is a block, and leave_... is how an error or a return leaves it. Where
 * there is no `finally`, `guarded` and what comes after it are not there. */

static const prog_handler *find_handler(const prog_program *program, const prog_block *block,
                                        int code) {
    if (code >= 0)
        return NULL;
    for (size_t i = 0; i < block->handler_count; i++)
        if (prog_catches(program, block->handlers[i].exception, code))
            return &block->handlers[i];
    return NULL;
}

static int enter_branch(run_job *job, const prog_handler *handler, run_completion *completion) {
    run_machine *machine = job->machine;
    const prog_block *block = &machine->program->blocks[handler->block];
    expr_value *locals = job->top->locals;
    expr_value text;
    base_buffer_clear(&machine->text);
    int error = prog_error_text(completion->code, completion->exception, &machine->text);
    if (error == 0)
        error = expr_string_new(machine->text.data, machine->text.length, &text);
    if (error != 0)
        return error;
    run_keep_completion(job, block->slot, completion);
    run_store(job, block->slot + PROG_SLOT_SAVED, locals[block->error]);
    locals[block->error] = EXPR_NONE;
    run_store(job, block->error, text);
    job->top->pc = handler->pc;
    return 0;
}

static int leave_watched(run_job *job, const prog_block *block, run_completion *completion) {
    const prog_handler *handler = find_handler(job->machine->program, block, completion->code);
    if (handler == NULL)
        return 0;
    int error = enter_branch(job, handler, completion);
    return error != 0 ? error : 1;
}

/* Gives `error` back what it was before. */
static void end_branch(run_job *job, const prog_block *block) {
    expr_value *locals = job->top->locals;
    expr_value saved = locals[block->slot + PROG_SLOT_SAVED];
    locals[block->slot + PROG_SLOT_SAVED] = EXPR_NONE;
    run_store(job, block->error, saved == EXPR_UNSET ? EXPR_NONE : saved);
    run_drop_completion(job, block->slot);
}

static int leave_branch(run_job *job, const prog_block *block, run_completion *completion) {
    (void)completion;
    end_branch(job, block);
    return 0;
}

/* To the steps of `finally`, which go on with it. */
static int leave_guarded(run_job *job, const prog_block *block, run_completion *completion) {
    run_keep_completion(job, block->slot, completion);
    job->top->pc = block->pc;
    return 1;
}

/* What they were to go on with is forgotten. */
static int leave_finally(run_job *job, const prog_block *block, run_completion *completion) {
    (void)completion;
    run_drop_completion(job, block->slot);
    return 0;
}

/* Hands a completion over to `finally`: there is nothing to do after it. Operand 0: its slots. */
static int begin_in_order(run_job *job, const prog_instruction *in) {
    run_keep_completion(job, in->operands[0].slot, NULL);
    return 0;
}

static const prog_operation in_order_operation = {"finally", begin_in_order, NULL};

/* After the steps of `finally`: goes on with what led there. */
static int begin_end_finally(run_job *job, const prog_instruction *in) {
    return run_take_up_completion(job, in->operands[0].slot);
}

static const prog_operation end_finally_operation = {"end finally", begin_end_finally, NULL};

/* After a branch. Operand 0: its block. */
static int begin_leave_branch(run_job *job, const prog_instruction *in) {
    end_branch(job, &job->machine->program->blocks[in->operands[0].block]);
    return 0;
}

static const prog_operation leave_branch_operation = {"end except", begin_leave_branch, NULL};

static uint32_t branch_exception(prog_compiler *compiler, const doc_node *branch) {
    const char *name = doc_node_key(branch);
    if (strcmp(name, "*") == 0)
        return PROG_ANY_EXCEPTION;
    if (expr_is_name(name, strlen(name)))
        return prog_compile_exception(compiler, name);
    (void)doc_node_key_fault(branch, "\"%s\" cannot be the name of an exception", name);
    return PROG_ANY_EXCEPTION;
}

static uint32_t compile_branch(prog_compiler *compiler, const doc_node *branch,
                               prog_handler *handler) {
    uint32_t outer = compiler->except;
    uint32_t block = prog_open_block(compiler, leave_branch, branch, 3);
    if (compiler->no_memory)
        return 0;
    handler->exception = branch_exception(compiler, branch);
    prog_note_caught(compiler, branch, handler->exception);
    handler->block = compiler->except = block;
    handler->pc = prog_here(compiler);
    compiler->program->blocks[block].error =
        base_symbols_find(&compiler->body->variables, "error", strlen("error"));
    prog_compile_steps(compiler, branch);
    prog_close_block(compiler, block);
    compiler->except = outer;
    (void)prog_emit(compiler, &leave_branch_operation, branch, &(prog_operand){.block = block}, 1);
    return step_emit_jump(compiler, branch, PROG_NO_PC);
}

/* The branches follow the watched steps; each ends with a jump, whose numbers go to `jumps`. */
static void compile_branches(prog_compiler *compiler, const doc_node *branches, uint32_t watched,
                             uint32_t *jumps) {
    size_t count = doc_node_count(branches);
    prog_handler *handlers = prog_compiler_alloc(compiler, count * sizeof *handlers);
    doc_node branch;
    size_t i = 0;
    if (handlers == NULL)
        return;
    for (bool more = doc_node_first(branches, &branch); more && !compiler->no_memory;
         more = doc_node_next(&branch), i++)
        jumps[i] = compile_branch(compiler, &branch, &handlers[i]);
    if (compiler->no_memory)
        return;
    compiler->program->blocks[watched].handlers = handlers;
    compiler->program->blocks[watched].handler_count = count;
}

static void compile_watched(prog_compiler *compiler, const doc_node *node) {
    doc_node steps, branches;
    bool has_branches =
        doc_node_member(node, "except", &branches) && doc_node_type(&branches) == DOC_OBJECT;
    uint32_t watched = prog_open_block(compiler, leave_watched, node, 0);
    if (doc_node_member(node, "try", &steps))
        prog_compile_steps(compiler, &steps);
    prog_close_block(compiler, watched);
    if (!has_branches || compiler->no_memory)
        return;
    size_t count = doc_node_count(&branches);
    uint32_t *jumps = prog_compiler_alloc(compiler, (count + 1) * sizeof *jumps);
    if (jumps == NULL)
        return;
    jumps[count] = step_emit_jump(compiler, node, PROG_NO_PC);
    compile_branches(compiler, &branches, watched, jumps);
    for (size_t i = 0; i <= count; i++)
        prog_lead_here(compiler, jumps[i], 0);
}

static void compile_try(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand members[PROG_STEP_MEMBERS];
    doc_node steps;
    (void)prog_compile_members(compiler, step, node, members);
    if (!doc_node_member(node, "finally", &steps)) {
        if (!doc_node_member(node, "except", &steps))
            (void)doc_node_fault(node, "a try needs \"except\" or \"finally\"");
        compile_watched(compiler, node);
        return;
    }
    uint32_t slot = compiler->hidden; /* of both blocks: the second takes over from the first */
    uint32_t guarded = prog_open_block(compiler, leave_guarded, node, 2);
    compile_watched(compiler, node);
    prog_close_block(compiler, guarded);
    (void)prog_emit(compiler, &in_order_operation, node, &(prog_operand){.slot = slot}, 1);
    uint32_t block = prog_open_block(compiler, leave_finally, &steps, 2);
    if (!compiler->no_memory)
        compiler->program->blocks[guarded].pc = prog_here(compiler);
    prog_compile_steps(compiler, &steps);
    prog_close_block(compiler, block);
    (void)prog_emit(compiler, &end_finally_operation, &steps, &(prog_operand){.slot = slot}, 1);
}

const prog_step step_try = {
    .operation = {"try", NULL, NULL},
    .family = PROG_FAMILY_CONTROL,
    .members = {{NULL, PROG_MEMBER_STEPS, PROG_REQUIRED, 0, NULL},
                {"except", PROG_MEMBER_HANDLERS, PROG_OPTIONAL, 0,
                 "steps by the name of an exception; the first that fits it, or one that it is a "
                 "subclass of, runs. `*` takes any exception but CancelledError. The variable "
                 "`error` is its message meanwhile"},
                {"finally", PROG_MEMBER_STEPS, PROG_OPTIONAL, 0,
                 "steps that run on every way out"}},
    .python = "try, except, finally",
    .summary = "Handles exceptions, and cleans up.",
    .example = "[{\"try\": [{\"raise\": \"ValueError\", \"message\": \"too small\"}],"
               " \"except\": {\"ValueError\": [{\"print\": \"caught: {error}\"}]},"
               " \"finally\": [{\"print\": \"cleaned up\"}]}]",
    .compile = compile_try,
};

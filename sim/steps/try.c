/* try: which branch takes an exception, and what runs on the way out. */
#include <string.h>

#include "base/buffer.h"
#include "program/compile.h"
#include "program/exceptions.h"
#include "program/groups.h"
#include "run/interpreter.h"
#include "steps/control.h"

/* The layout of one with `except`:
 *
 *         guarded { watched { steps } jump to done
 *                   branch { steps, leave } jump to done ... }
 *   done: leave in order
 *         finally { steps } end
 *
 * What stands before braces is a block, and leave_... is how an error or a return leaves it. Where
 * there is no `finally`, `guarded` and what comes after it are not there. With `except*` each
 * branch gets its part of the exception, or is passed by:
 *
 *         star { steps } jump to done
 *         branch: take a part, or jump to next
 *         starred { steps, leave }
 *   next: branch: ...
 *         raise what is left, and what the branches raised
 *   done: */

static const prog_handler *find_handler(const prog_program *program, const prog_block *block,
                                        int code) {
    if (code >= 0)
        return NULL;
    for (size_t i = 0; i < block->handler_count; i++)
        if (prog_catches(program, block->handlers[i].exception, code))
            return &block->handlers[i];
    return NULL;
}

/* An exception to hold on to, where there was only its code. CAD_ENOMEM. */
static int need_exception(run_completion *completion) {
    if (completion->exception == NULL)
        completion->exception = cad_exception_new(completion->code, NULL);
    return completion->exception != NULL ? 0 : CAD_ENOMEM;
}

/* What the exception carries, where the branch can ask for it. */
static int store_carried(run_job *job, const prog_block *block, const run_completion *completion) {
    if (block->partial != PROG_NO_SLOT && completion->code == CAD_EINCOMPLETE) {
        size_t size;
        const char *partial = cad_exception_partial(completion->exception, &size);
        expr_value text;
        if (expr_string_new(partial, size, &text) != 0)
            return CAD_ENOMEM;
        run_store(job, block->partial, text);
    }
    if (block->consumed != PROG_NO_SLOT && completion->code == CAD_ELIMITOVERRUN)
        run_store(job, block->consumed,
                  expr_number((double)cad_exception_consumed(completion->exception)));
    return 0;
}

/* The variables of a branch get their values, and the completion is kept. */
static int begin_branch(run_job *job, const prog_block *block, run_completion *completion) {
    run_machine *machine = job->machine;
    expr_value *locals = job->top->locals;
    expr_value text;
    base_buffer_clear(&machine->text);
    int error = prog_error_text(completion->code, completion->exception, &machine->text);
    if (error == 0 && block->exception != PROG_NO_SLOT)
        error = need_exception(completion);
    if (error == 0)
        error = store_carried(job, block, completion);
    if (error == 0)
        error = expr_string_new(machine->text.data, machine->text.length, &text);
    if (error != 0)
        return error;
    if (block->exception != PROG_NO_SLOT)
        run_store(job, block->exception,
                  expr_reference(PROG_KIND_EXCEPTION, cad_exception_ref(completion->exception)));
    run_keep_completion(job, block->slot, completion);
    run_store(job, block->slot + PROG_SLOT_SAVED, locals[block->error]);
    locals[block->error] = EXPR_NONE;
    run_store(job, block->error, text);
    return 0;
}

static int enter_branch(run_job *job, const prog_handler *handler, run_completion *completion) {
    int error = begin_branch(job, &job->machine->program->blocks[handler->block], completion);
    if (error == 0)
        job->top->pc = handler->pc;
    return error;
}

static int leave_watched(run_job *job, const prog_block *block, run_completion *completion) {
    const prog_handler *handler = find_handler(job->machine->program, block, completion->code);
    if (handler == NULL)
        return 0;
    int error = enter_branch(job, handler, completion);
    return error != 0 ? error : 1;
}

/* Gives `error` back what it was before; the variable that held the exception is no more. */
static void end_branch(run_job *job, const prog_block *block) {
    expr_value *locals = job->top->locals;
    if (block->exception != PROG_NO_SLOT)
        run_store(job, block->exception, EXPR_UNSET);
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
    return prog_check_exception(branch, name) ? prog_compile_exception(compiler, name)
                                              : PROG_ANY_EXCEPTION;
}

/* PROG_NO_SLOT: the body has no such variable. */
static uint32_t slot_of(const prog_compiler *compiler, const char *name) {
    uint32_t slot = base_symbols_find(&compiler->body->variables, name, strlen(name));
    return slot != BASE_NO_SYMBOL ? slot : PROG_NO_SLOT;
}

/* Opens the block of a branch, and gives it its variables. */
static uint32_t open_branch(prog_compiler *compiler, prog_leave *leave, const doc_node *branch,
                            uint32_t exception) {
    uint32_t block = prog_open_block(compiler, leave, branch, 3);
    if (compiler->no_memory)
        return PROG_NO_BLOCK;
    compiler->program->blocks[block].error = slot_of(compiler, "error");
    compiler->program->blocks[block].partial = slot_of(compiler, "partial");
    compiler->program->blocks[block].consumed = slot_of(compiler, "consumed");
    compiler->program->blocks[block].exception = exception;
    return block;
}

/* Its steps, up to its end in order. */
static void compile_branch_steps(prog_compiler *compiler, const doc_node *branch, uint32_t block) {
    uint32_t outer = compiler->except;
    compiler->except = block;
    prog_compile_steps(compiler, branch);
    prog_close_block(compiler, block);
    compiler->except = outer;
    (void)prog_emit(compiler, &leave_branch_operation, branch, &(prog_operand){.block = block}, 1);
}

static uint32_t compile_branch(prog_compiler *compiler, const doc_node *branch, uint32_t exception,
                               prog_branches *before, prog_handler *handler) {
    uint32_t block = open_branch(compiler, leave_branch, branch, exception);
    if (compiler->no_memory)
        return 0;
    handler->exception = branch_exception(compiler, branch);
    prog_note_caught(compiler, branch, handler->exception, before);
    handler->block = block;
    handler->pc = prog_here(compiler);
    compile_branch_steps(compiler, branch, block);
    return step_emit_jump(compiler, branch, PROG_NO_PC);
}

/* The branches follow the watched steps; each ends with a jump, whose numbers go to `jumps`. */
static void compile_branches(prog_compiler *compiler, const doc_node *branches, uint32_t exception,
                             uint32_t watched, uint32_t *jumps) {
    size_t count = doc_node_count(branches);
    prog_handler *handlers = prog_compiler_alloc(compiler, count * sizeof *handlers);
    prog_branches before = {0};
    doc_node branch;
    size_t i = 0;
    if (handlers == NULL)
        return;
    for (bool more = doc_node_first(branches, &branch); more && !compiler->no_memory;
         more = doc_node_next(&branch), i++)
        jumps[i] = compile_branch(compiler, &branch, exception, &before, &handlers[i]);
    if (compiler->no_memory)
        return;
    compiler->program->blocks[watched].handlers = handlers;
    compiler->program->blocks[watched].handler_count = count;
}

static void compile_watched(prog_compiler *compiler, const doc_node *node, uint32_t exception) {
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
    compile_branches(compiler, &branches, exception, watched, jumps);
    for (size_t i = 0; i <= count; i++)
        prog_lead_here(compiler, jumps[i], 0);
}

/* --- except* --------------------------------------------------------------------------------- */

/* The hidden slots of one: the completion that it handles, in the first two as everywhere; what no
 * branch has taken yet; of what the branches raised, what is new and what was theirs, each as a
 * group that is never shown; and where the error to be raised began. The slots of a branch come
 * right behind. */
enum { STAR_REST = 2, STAR_RAISED, STAR_AGAIN, STAR_AT, STAR_SLOTS };

/* Operands of the instruction before a branch, and of the last one. */
enum { STAR_SLOT, STAR_TYPE, STAR_BRANCH, STAR_NEXT, STAR_OPERANDS };

static cad_exception *slot_exception(const run_job *job, uint32_t slot) {
    expr_value value = job->top->locals[slot];
    return value != EXPR_NONE ? expr_to_pointer(value) : NULL;
}

/* Takes over the reference. */
static void store_exception(run_job *job, uint32_t slot, cad_exception *exception) {
    run_store(job, slot,
              exception != NULL ? expr_reference(PROG_KIND_EXCEPTION, exception) : EXPR_NONE);
}

/* An error of groups.h, as a step's. */
static int raise_nested(int error) {
    return error == CAD_ESTACK ? prog_raise(error, "maximum recursion depth exceeded") : error;
}

static int leave_star(run_job *job, const prog_block *block, run_completion *completion) {
    if (completion->code >= 0)
        return 0;
    int error = need_exception(completion);
    if (error != 0)
        return error;
    store_exception(job, block->slot + STAR_REST, cad_exception_ref(completion->exception));
    store_exception(job, block->slot + STAR_RAISED, NULL);
    store_exception(job, block->slot + STAR_AGAIN, NULL);
    run_store(job, block->slot + STAR_AT, expr_number(completion->at));
    run_keep_completion(job, block->slot, completion);
    job->top->pc = block->pc;
    return 1;
}

/* Before a branch: its part, or past it. */
static int begin_starred(run_job *job, const prog_instruction *in) {
    const prog_program *program = job->machine->program;
    uint32_t slot = in->operands[STAR_SLOT].slot;
    cad_exception *whole = slot_exception(job, slot + STAR_REST), *match = NULL, *rest = NULL;
    int error = whole != NULL ? prog_group_split(program, whole, in->operands[STAR_TYPE].choice,
                                                 &match, &rest)
                              : 0;
    if (error != 0)
        return raise_nested(error);
    store_exception(job, slot + STAR_REST, rest);
    if (match == NULL) {
        job->top->pc = in->operands[STAR_NEXT].pc;
        return 0;
    }
    run_completion completion = {.code = cad_exception_code(match),
                                 .at = (uint32_t)expr_to_double(job->top->locals[slot + STAR_AT]),
                                 .exception = match};
    error = begin_branch(job, &program->blocks[in->operands[STAR_BRANCH].block], &completion);
    if (error != 0)
        cad_exception_unref(match);
    return error;
}

static const prog_operation starred_operation = {"except*", begin_starred, NULL};

/* A branch that raises leaves the others their turns. */
static int leave_starred(run_job *job, const prog_block *block, run_completion *completion) {
    uint32_t star = block->slot - STAR_SLOTS;
    int error = need_exception(completion);
    if (error != 0)
        return error;
    bool again = completion->exception == slot_exception(job, block->slot + PROG_SLOT_WHAT);
    uint32_t slot = star + (again ? STAR_AGAIN : STAR_RAISED);
    cad_exception *group = cad_exception_ref(slot_exception(job, slot));
    if (!again && group == NULL)
        run_store(job, star + STAR_AT, expr_number(completion->at));
    error = prog_group_add(&group, completion->exception);
    store_exception(job, slot, group);
    if (error != 0)
        return error;
    end_branch(job, block);
    cad_exception_unref(completion->exception);
    job->top->pc = block->pc;
    return 1;
}

/* What is left and what the branches raised again, as it was before it was split; a reference;
 * NULL: nothing. Of an exception that was no group it is the one that there is. */
static int left_over(run_job *job, uint32_t slot, cad_exception **part) {
    cad_exception *whole = slot_exception(job, slot + PROG_SLOT_WHAT);
    cad_exception *rest = slot_exception(job, slot + STAR_REST);
    cad_exception *again = cad_exception_ref(slot_exception(job, slot + STAR_AGAIN));
    int error = rest != NULL ? prog_group_add(&again, rest) : 0;
    *part = NULL;
    if (error == 0 && again != NULL && prog_is_group(whole))
        error = prog_group_project(whole, again, part);
    else if (error == 0 && again != NULL)
        *part = cad_exception_ref(cad_exception_at(again, 0));
    cad_exception_unref(again);
    return error;
}

/* Python's PrepReraiseStar(): that, behind what is new; where both are one exception, it itself. */
static int to_be_raised(run_job *job, uint32_t slot, cad_exception **out) {
    cad_exception *raised = cad_exception_ref(slot_exception(job, slot + STAR_RAISED)), *part;
    int error = left_over(job, slot, &part);
    if (error == 0 && part != NULL)
        error = prog_group_add(&raised, part);
    cad_exception_unref(part);
    bool one = error == 0 && raised != NULL && cad_exception_count(raised) == 1;
    *out = error == 0 ? cad_exception_ref(one ? cad_exception_at(raised, 0) : raised) : NULL;
    cad_exception_unref(raised);
    return error;
}

static int begin_end_star(run_job *job, const prog_instruction *in) {
    uint32_t slot = in->operands[STAR_SLOT].slot;
    cad_exception *exception;
    int error = to_be_raised(job, slot, &exception);
    for (uint32_t i = STAR_REST; i <= STAR_AGAIN; i++)
        store_exception(job, slot + i, NULL);
    run_drop_completion(job, slot);
    if (error != 0)
        return raise_nested(error);
    if (exception == NULL)
        return 0;
    job->machine->origin = (uint32_t)expr_to_double(job->top->locals[slot + STAR_AT]);
    return cad_raise_exception(cad_exception_code(exception), exception);
}

static const prog_operation end_star_operation = {"end except*", begin_end_star, NULL};

static uint32_t starred_exception(prog_compiler *compiler, const doc_node *branch,
                                  prog_branches *before) {
    uint32_t exception = branch_exception(compiler, branch);
    if (exception == PROG_EXCEPTION_GROUP || exception == PROG_EXCEPTION_BASE_GROUP)
        (void)doc_node_key_fault(branch,
                                 "\"except*\" looks at the members of a group; \"%s\" itself is "
                                 "for \"except\"",
                                 doc_node_key(branch));
    prog_note_caught(compiler, branch, exception, before);
    return exception != PROG_ANY_EXCEPTION ? exception : PROG_EXCEPTION;
}

static void compile_starred(prog_compiler *compiler, const doc_node *branch, uint32_t exception,
                            uint32_t slot, prog_branches *before) {
    prog_operand operands[STAR_OPERANDS] = {{0}};
    prog_loop loop = compiler->loop;
    bool outer = compiler->except_star;
    operands[STAR_SLOT].slot = slot;
    operands[STAR_TYPE].choice = starred_exception(compiler, branch, before);
    operands[STAR_NEXT].pc = PROG_NO_PC;
    uint32_t test = prog_emit(compiler, &starred_operation, branch, operands, STAR_OPERANDS);
    uint32_t block = open_branch(compiler, leave_starred, branch, exception);
    if (compiler->no_memory)
        return;
    compiler->program->code[test].operands[STAR_BRANCH].block = block;
    compiler->loop.again = PROG_NO_PC;
    compiler->except_star = true;
    compile_branch_steps(compiler, branch, block);
    compiler->except_star = outer;
    compiler->loop = loop;
    prog_lead_here(compiler, test, STAR_NEXT);
    if (!compiler->no_memory)
        compiler->program->blocks[block].pc = prog_here(compiler);
}

static void compile_star(prog_compiler *compiler, const doc_node *node, const doc_node *branches,
                         uint32_t exception) {
    doc_node steps, branch;
    prog_branches before = {0};
    uint32_t star = prog_open_block(compiler, leave_star, node, STAR_SLOTS);
    if (doc_node_member(node, "try", &steps))
        prog_compile_steps(compiler, &steps);
    prog_close_block(compiler, star);
    uint32_t jump = step_emit_jump(compiler, node, PROG_NO_PC);
    uint32_t slot = prog_hidden_slots(compiler, STAR_SLOTS); /* the same as the block had */
    if (!compiler->no_memory)
        compiler->program->blocks[star].pc = prog_here(compiler);
    for (bool more = doc_node_first(branches, &branch); more && !compiler->no_memory;
         more = doc_node_next(&branch))
        compile_starred(compiler, &branch, exception, slot, &before);
    (void)prog_emit(compiler, &end_star_operation, node, &(prog_operand){.slot = slot}, 1);
    prog_lead_here(compiler, jump, 0);
    compiler->hidden = slot;
}

/* --- The step -------------------------------------------------------------------------------- */

enum { TRY_STEPS, TRY_EXCEPT, TRY_STAR, TRY_AS, TRY_FINALLY };

/* All but `finally`. */
static void compile_handled(prog_compiler *compiler, const doc_node *node, uint32_t exception) {
    doc_node branches, other;
    if (!doc_node_member(node, "except*", &branches)) {
        compile_watched(compiler, node, exception);
        return;
    }
    if (doc_node_member(node, "except", &other))
        (void)doc_node_key_fault(&branches, "a try has \"except\" or \"except*\", not both");
    else if (doc_node_type(&branches) == DOC_OBJECT)
        compile_star(compiler, node, &branches, exception);
}

static void compile_try(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand members[PROG_STEP_MEMBERS];
    doc_node steps;
    (void)prog_compile_members(compiler, step, node, members);
    uint32_t exception = members[TRY_AS].slot;
    if (!doc_node_member(node, "finally", &steps)) {
        if (!doc_node_member(node, "except", &steps) && !doc_node_member(node, "except*", &steps))
            (void)doc_node_fault(node, "a try needs \"except\", \"except*\" or \"finally\"");
        compile_handled(compiler, node, exception);
        return;
    }
    uint32_t slot = compiler->hidden; /* of both blocks: the second takes over from the first */
    uint32_t guarded = prog_open_block(compiler, leave_guarded, node, 2);
    compile_handled(compiler, node, exception);
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
                {"except*", PROG_MEMBER_HANDLERS, PROG_OPTIONAL, 0,
                 "the same for the members of an ExceptionGroup, in place of `except`: each branch "
                 "runs that fits some of those that are left, and has them as a group; the rest is "
                 "raised again"},
                {"as", PROG_MEMBER_VARIABLE, PROG_OPTIONAL, 0,
                 "the exception itself, in the branches: for `type`, `exceptions`"},
                {"finally", PROG_MEMBER_STEPS, PROG_OPTIONAL, 0,
                 "steps that run on every way out"}},
    .python = "try, except, except*, finally",
    .summary = "Handles exceptions, and cleans up.",
    .example = "[{\"try\": [{\"raise\": \"ValueError\", \"message\": \"too small\"}],"
               " \"except\": {\"ValueError\": [{\"print\": \"caught: {error}\"}]},"
               " \"finally\": [{\"print\": \"cleaned up\"}]}]",
    .compile = compile_try,
};

/* Variables, and what decides which step comes next. */
#include <string.h>

#include "scenario/compile.h"
#include "scenario/interpreter.h"
#include "scenario/machine.h"

/* --- let, assign ----------------------------------------------------------------------------- */

static int begin_let(sim_job *job, const sim_instruction *in) {
    const sim_bindings *bindings = in->operands[0].bindings;
    for (uint32_t i = 0; i < bindings->count; i++) {
        sim_value value;
        int error = sim_evaluate(job, bindings->items[i].expression, &value);
        if (error != 0)
            return error;
        sim_store(job, bindings->items[i].slot, value);
    }
    return 0;
}

static int begin_assign(sim_job *job, const sim_instruction *in) {
    const sim_bindings *bindings = in->operands[0].bindings;
    sim_value *globals = job->machine->globals;
    for (uint32_t i = 0; i < bindings->count; i++) {
        sim_value value;
        int error = sim_evaluate(job, bindings->items[i].expression, &value);
        if (error != 0)
            return error;
        sim_value_unref(globals[bindings->items[i].slot]);
        globals[bindings->items[i].slot] = value;
    }
    return 0;
}

const sim_step sim_step_let = {
    .operation = {"let", begin_let, NULL},
    .family = SIM_FAMILY_CONTROL,
    .members = {{NULL, SIM_MEMBER_BINDINGS, SIM_REQUIRED, 0, NULL}},
    .summary = "Sets variables of the task to expressions, in order.",
    .example = "[{\"let\": {\"x\": 2, \"y\": \"x * 21\"}}, {\"print\": \"{y}\"}]",
};

const sim_step sim_step_assign = {
    .operation = {"assign", begin_assign, NULL},
    .family = SIM_FAMILY_CONTROL,
    .members = {{NULL, SIM_MEMBER_ASSIGNMENTS, SIM_REQUIRED, 0, NULL}},
    .summary = "Sets variables of the scenario, which all tasks share. They are declared in "
               "`vars`.",
    .example = "[{\"assign\": {\"count\": \"count + 1\"}}, {\"print\": \"{count}\"}]",
};

/* --- Jumps ----------------------------------------------------------------------------------- */

static int begin_jump(sim_job *job, const sim_instruction *in) {
    job->top->pc = in->operands[0].pc;
    return 0;
}

static const sim_operation jump_operation = {"jump", begin_jump, NULL};

uint32_t sim_emit_jump(sim_compiler *compiler, const sim_node *node, uint32_t pc) {
    return sim_emit(compiler, &jump_operation, node, &(sim_operand){.pc = pc}, 1);
}

/* Goes on with the next instruction where the condition holds, else with operand 1. */
static int begin_unless(sim_job *job, const sim_instruction *in) {
    sim_value value;
    int error = sim_evaluate(job, in->operands[0].expression, &value);
    if (error != 0)
        return error;
    if (!sim_value_truth(value))
        job->top->pc = in->operands[1].pc;
    sim_value_unref(value);
    return 0;
}

/* --- if, while ------------------------------------------------------------------------------- */

static void compile_if(sim_compiler *compiler, const sim_step *step, const sim_node *node) {
    sim_operand operands[SIM_STEP_MEMBERS];
    sim_node steps;
    (void)sim_compile_members(compiler, step, node, operands);
    operands[1].pc = SIM_NO_PC;
    uint32_t test = sim_emit(compiler, &step->operation, node, operands, 2);
    if (sim_node_member(node, "then", &steps))
        sim_compile_steps(compiler, &steps);
    if (!sim_node_member(node, "else", &steps)) {
        sim_lead_here(compiler, test, 1);
        return;
    }
    uint32_t jump = sim_emit_jump(compiler, node, SIM_NO_PC);
    sim_lead_here(compiler, test, 1);
    sim_compile_steps(compiler, &steps);
    sim_lead_here(compiler, jump, 0);
}

const sim_step sim_step_if = {
    .operation = {"if", begin_unless, NULL},
    .family = SIM_FAMILY_CONTROL,
    .members = {{NULL, SIM_MEMBER_CONDITION, SIM_REQUIRED, 0, NULL},
                {"then", SIM_MEMBER_STEPS, SIM_OPTIONAL, 0, "where the condition holds"},
                {"else", SIM_MEMBER_STEPS, SIM_OPTIONAL, 0, "where it does not"}},
    .summary = "Chooses between steps.",
    .example = "[{\"if\": \"2 > 1\", \"then\": [{\"print\": \"so it is\"}],"
               " \"else\": [{\"print\": \"never\"}]}]",
    .compile = compile_if,
};

static void compile_while(sim_compiler *compiler, const sim_step *step, const sim_node *node) {
    sim_operand operands[SIM_STEP_MEMBERS];
    sim_node steps;
    (void)sim_compile_members(compiler, step, node, operands);
    operands[1].pc = SIM_NO_PC;
    uint32_t test = sim_emit(compiler, &step->operation, node, operands, 2);
    if (sim_node_member(node, "do", &steps))
        sim_compile_steps(compiler, &steps);
    (void)sim_emit_jump(compiler, node, test);
    sim_lead_here(compiler, test, 1);
}

const sim_step sim_step_while = {
    .operation = {"while", begin_unless, NULL},
    .family = SIM_FAMILY_CONTROL,
    .members = {{NULL, SIM_MEMBER_CONDITION, SIM_REQUIRED, 0, NULL},
                {"do", SIM_MEMBER_STEPS, SIM_REQUIRED, 0, NULL}},
    .summary = "Repeats steps as long as the condition holds.",
    .example = "[{\"let\": {\"n\": 3}}, {\"while\": \"n > 0\", \"do\": [{\"print\": \"{n}\"},"
               " {\"let\": {\"n\": \"n - 1\"}}]}]",
    .compile = compile_while,
};

/* --- repeat ---------------------------------------------------------------------------------- */

/* Operands of both instructions: the number, the variable that counts, where to go on after the
 * last round, and two hidden slots: the rounds begun, and the number. */
enum { REPEAT_COUNT, REPEAT_INDEX, REPEAT_EXIT, REPEAT_BEGUN, REPEAT_LIMIT, REPEAT_OPERANDS };

static int begin_repeat(sim_job *job, const sim_instruction *in) {
    int64_t limit = INT64_MAX;
    if (in->operands[REPEAT_COUNT].expression != NULL) {
        int error =
            sim_evaluate_whole(job, in->operands[REPEAT_COUNT].expression, "repeat", &limit);
        if (error != 0)
            return error;
    }
    sim_store(job, in->operands[REPEAT_BEGUN].slot, sim_number(0));
    sim_store(job, in->operands[REPEAT_LIMIT].slot, sim_number((double)limit));
    return 0;
}

static int begin_round(sim_job *job, const sim_instruction *in) {
    sim_frame *frame = job->top;
    sim_value *begun = &frame->locals[in->operands[REPEAT_BEGUN].slot];
    double round = sim_to_double(*begun);
    if (!(round < sim_to_double(frame->locals[in->operands[REPEAT_LIMIT].slot]))) {
        frame->pc = in->operands[REPEAT_EXIT].pc;
        return 0;
    }
    *begun = sim_number(round + 1);
    if (in->operands[REPEAT_INDEX].slot != SIM_NO_SLOT)
        sim_store(job, in->operands[REPEAT_INDEX].slot, sim_number(round));
    return 0;
}

static const sim_operation round_operation = {"round", begin_round, NULL};

static void compile_repeat(sim_compiler *compiler, const sim_step *step, const sim_node *node) {
    sim_operand members[SIM_STEP_MEMBERS], operands[REPEAT_OPERANDS] = {{0}};
    sim_node steps;
    (void)sim_compile_members(compiler, step, node, members);
    bool counts = members[0].expression != NULL || members[2].slot != SIM_NO_SLOT;
    uint32_t hidden = compiler->hidden, top = 0;
    if (counts) {
        uint32_t slots = sim_hidden_slots(compiler, 2);
        operands[REPEAT_COUNT] = members[0];
        operands[REPEAT_INDEX] = members[2];
        operands[REPEAT_EXIT].pc = SIM_NO_PC;
        operands[REPEAT_BEGUN].slot = slots;
        operands[REPEAT_LIMIT].slot = slots + 1;
        (void)sim_emit(compiler, &step->operation, node, operands, REPEAT_OPERANDS);
        top = sim_emit(compiler, &round_operation, node, operands, REPEAT_OPERANDS);
    } else {
        top = sim_here(compiler);
    }
    if (sim_node_member(node, "do", &steps))
        sim_compile_steps(compiler, &steps);
    (void)sim_emit_jump(compiler, node, top);
    if (counts)
        sim_lead_here(compiler, top, REPEAT_EXIT);
    compiler->hidden = hidden;
}

const sim_step sim_step_repeat = {
    .operation = {"repeat", begin_repeat, NULL},
    .family = SIM_FAMILY_CONTROL,
    .members = {{NULL, SIM_MEMBER_REPEAT, SIM_REQUIRED, 0, NULL},
                {"do", SIM_MEMBER_STEPS, SIM_REQUIRED, 0, NULL},
                {"index", SIM_MEMBER_VARIABLE, SIM_OPTIONAL, 0, "a variable that counts from 0"}},
    .summary = "Repeats steps a number of times, or `\"forever\"`.",
    .example = "[{\"repeat\": 3, \"index\": \"k\", \"do\": [{\"print\": \"round {k}\"}]}]",
    .compile = compile_repeat,
};

/* --- try ------------------------------------------------------------------------------------- */

/* The layout:
 *
 *         GUARDED { TRY { steps } jump to done
 *                   EXCEPT { branch, leave } jump to done ... }
 *   done: leave in order
 *         FINALLY { steps } end
 *
 * Where there is no `finally`, GUARDED and what comes after it are not there. */

/* Hands a completion over to `finally`: there is nothing to do after it. Operand 0: its slots. */
static int begin_in_order(sim_job *job, const sim_instruction *in) {
    sim_keep_completion(job, in->operands[0].slot, NULL);
    return 0;
}

static const sim_operation in_order_operation = {"finally", begin_in_order, NULL};

/* After the steps of `finally`: goes on with what led there. */
static int begin_end_finally(sim_job *job, const sim_instruction *in) {
    return sim_take_up_completion(job, in->operands[0].slot);
}

static const sim_operation end_finally_operation = {"end finally", begin_end_finally, NULL};

/* After a branch. Operand 0: its block. */
static int begin_leave_branch(sim_job *job, const sim_instruction *in) {
    sim_leave_branch(job, &job->machine->program->blocks[in->operands[0].block]);
    return 0;
}

static const sim_operation leave_branch_operation = {"end except", begin_leave_branch, NULL};

static uint32_t branch_exception(sim_compiler *compiler, const sim_node *branch) {
    const char *name = sim_node_key(branch);
    if (strcmp(name, "*") == 0)
        return SIM_ANY_EXCEPTION;
    if (sim_is_name(name, strlen(name)))
        return sim_compile_exception(compiler, name);
    (void)sim_node_key_fault(branch, "\"%s\" cannot be the name of an exception", name);
    return SIM_ANY_EXCEPTION;
}

static uint32_t compile_branch(sim_compiler *compiler, const sim_node *branch,
                               sim_handler *handler) {
    uint32_t outer = compiler->except;
    uint32_t block = sim_open_block(compiler, SIM_BLOCK_EXCEPT, branch, 3);
    if (compiler->no_memory)
        return 0;
    handler->exception = branch_exception(compiler, branch);
    sim_note_caught(compiler, branch, handler->exception);
    handler->block = compiler->except = block;
    handler->pc = sim_here(compiler);
    compiler->program->blocks[block].error =
        sim_symbols_find(&compiler->body->variables, "error", strlen("error"));
    sim_compile_steps(compiler, branch);
    sim_close_block(compiler, block);
    compiler->except = outer;
    (void)sim_emit(compiler, &leave_branch_operation, branch, &(sim_operand){.block = block}, 1);
    return sim_emit_jump(compiler, branch, SIM_NO_PC);
}

/* The branches follow the watched steps; each ends with a jump, whose numbers go to `jumps`. */
static void compile_branches(sim_compiler *compiler, const sim_node *branches, uint32_t watched,
                             uint32_t *jumps) {
    size_t count = sim_node_count(branches);
    sim_handler *handlers = sim_compiler_alloc(compiler, count * sizeof *handlers);
    sim_node branch;
    size_t i = 0;
    if (handlers == NULL)
        return;
    for (bool more = sim_node_first(branches, &branch); more && !compiler->no_memory;
         more = sim_node_next(&branch), i++)
        jumps[i] = compile_branch(compiler, &branch, &handlers[i]);
    if (compiler->no_memory)
        return;
    compiler->program->blocks[watched].handlers = handlers;
    compiler->program->blocks[watched].handler_count = count;
}

static void compile_watched(sim_compiler *compiler, const sim_node *node) {
    sim_node steps, branches;
    bool has_branches =
        sim_node_member(node, "except", &branches) && sim_node_type(&branches) == SIM_OBJECT;
    uint32_t watched = sim_open_block(compiler, SIM_BLOCK_TRY, node, 0);
    if (sim_node_member(node, "try", &steps))
        sim_compile_steps(compiler, &steps);
    sim_close_block(compiler, watched);
    if (!has_branches || compiler->no_memory)
        return;
    size_t count = sim_node_count(&branches);
    uint32_t *jumps = sim_compiler_alloc(compiler, (count + 1) * sizeof *jumps);
    if (jumps == NULL)
        return;
    jumps[count] = sim_emit_jump(compiler, node, SIM_NO_PC);
    compile_branches(compiler, &branches, watched, jumps);
    for (size_t i = 0; i <= count; i++)
        sim_lead_here(compiler, jumps[i], 0);
}

static void compile_try(sim_compiler *compiler, const sim_step *step, const sim_node *node) {
    sim_operand members[SIM_STEP_MEMBERS];
    sim_node steps;
    (void)sim_compile_members(compiler, step, node, members);
    if (!sim_node_member(node, "finally", &steps)) {
        if (!sim_node_member(node, "except", &steps))
            (void)sim_node_fault(node, "a try needs \"except\" or \"finally\"");
        compile_watched(compiler, node);
        return;
    }
    uint32_t slot = compiler->hidden; /* of both blocks: the second takes over from the first */
    uint32_t guarded = sim_open_block(compiler, SIM_BLOCK_GUARDED, node, 2);
    compile_watched(compiler, node);
    sim_close_block(compiler, guarded);
    (void)sim_emit(compiler, &in_order_operation, node, &(sim_operand){.slot = slot}, 1);
    uint32_t block = sim_open_block(compiler, SIM_BLOCK_FINALLY, &steps, 2);
    if (!compiler->no_memory)
        compiler->program->blocks[guarded].pc = sim_here(compiler);
    sim_compile_steps(compiler, &steps);
    sim_close_block(compiler, block);
    (void)sim_emit(compiler, &end_finally_operation, &steps, &(sim_operand){.slot = slot}, 1);
}

const sim_step sim_step_try = {
    .operation = {"try", NULL, NULL},
    .family = SIM_FAMILY_CONTROL,
    .members = {{NULL, SIM_MEMBER_STEPS, SIM_REQUIRED, 0, NULL},
                {"except", SIM_MEMBER_HANDLERS, SIM_OPTIONAL, 0,
                 "steps by the name of an exception; the first that fits it, or one that it is a "
                 "subclass of, runs. `*` takes any exception but CancelledError. The variable "
                 "`error` is its message meanwhile"},
                {"finally", SIM_MEMBER_STEPS, SIM_OPTIONAL, 0, "steps that run on every way out"}},
    .python = "try, except, finally",
    .summary = "Handles exceptions, and cleans up.",
    .example = "[{\"try\": [{\"raise\": \"ValueError\", \"message\": \"too small\"}],"
               " \"except\": {\"ValueError\": [{\"print\": \"caught: {error}\"}]},"
               " \"finally\": [{\"print\": \"cleaned up\"}]}]",
    .compile = compile_try,
};

/* --- raise, return, call --------------------------------------------------------------------- */

static int raise_message(sim_job *job, int code, const sim_text *message) {
    if (message == NULL)
        return sim_raise(code, NULL);
    int error = sim_say(job, message);
    return error != 0 ? error : sim_raise(code, job->machine->text.data);
}

static int begin_raise(sim_job *job, const sim_instruction *in) {
    return raise_message(job, in->operands[0].code, in->operands[1].text);
}

static int begin_reraise(sim_job *job, const sim_instruction *in) {
    return sim_raise_again(job, &job->machine->program->blocks[in->operands[0].block]);
}

static const sim_operation reraise_operation = {"raise", begin_reraise, NULL};

static void compile_raise(sim_compiler *compiler, const sim_step *step, const sim_node *node) {
    sim_operand operands[SIM_STEP_MEMBERS];
    sim_node what, message;
    if (!sim_compile_members(compiler, step, node, operands) ||
        !sim_node_member(node, "raise", &what))
        return;
    if (sim_node_type(&what) != SIM_BOOLEAN) {
        (void)sim_emit(compiler, &step->operation, node, operands, 2);
        return;
    }
    if (sim_node_member(node, "message", &message))
        (void)sim_node_key_fault(&message, "an exception that is raised again keeps its message");
    if (compiler->except == SIM_NO_BLOCK)
        (void)sim_node_fault(&what, "there is no exception to raise again: this is no branch of "
                                    "an \"except\"");
    else
        (void)sim_emit(compiler, &reraise_operation, node,
                       &(sim_operand){.block = compiler->except}, 1);
}

const sim_step sim_step_raise = {
    .operation = {"raise", begin_raise, NULL},
    .family = SIM_FAMILY_CONTROL,
    .members = {{NULL, SIM_MEMBER_RAISE, SIM_REQUIRED, 0, NULL},
                {"message", SIM_MEMBER_TEXT, SIM_OPTIONAL, 0, NULL}},
    .python = "raise",
    .summary = "Raises an exception: one of Python's by its name, or, by any other name, one of "
               "the scenario's own. In a branch of `except`, `true` raises the same one again.",
    .example = "[{\"try\": [{\"raise\": \"Overheated\", \"message\": \"{90 + 5} degrees\"}],"
               " \"except\": {\"Overheated\": [{\"print\": \"{error}\"}]}}]",
    .compile = compile_raise,
};

static int begin_return(sim_job *job, const sim_instruction *in) {
    sim_value value = SIM_NONE;
    int error = sim_evaluate_text(job, in->operands[0].text, &value);
    if (error != 0)
        return error;
    job->held = value;
    return SIM_RETURN;
}

const sim_step sim_step_return = {
    .operation = {"return", begin_return, NULL},
    .family = SIM_FAMILY_CONTROL,
    .waiting = SIM_ENDS_COROUTINE,
    .members = {{NULL, SIM_MEMBER_VALUE, SIM_REQUIRED, 0, NULL}},
    .python = "return",
    .summary = "Ends the coroutine with a value.",
    .example = "[{\"print\": \"this\"}, {\"return\": 42}, {\"print\": \"never this\"}]",
};

static int begin_call(sim_job *job, const sim_instruction *in) {
    int error = sim_job_call(job, in->operands[0].body, in->operands[1].arguments);
    return error != 0 ? error : SIM_CALLED;
}

/* When the coroutine has ended: job->held is its value. */
static int finish_call(sim_job *job, const sim_instruction *in, int result) {
    if (result < 0)
        return result;
    sim_value value = job->held;
    job->held = SIM_NONE;
    sim_store(job, in->operands[2].slot, value);
    return 0;
}

const sim_step sim_step_call = {
    .operation = {"call", begin_call, finish_call},
    .family = SIM_FAMILY_CONTROL,
    .waiting = SIM_MAY_WAIT,
    .members = {{NULL, SIM_MEMBER_COROUTINE, SIM_REQUIRED, 0, NULL},
                {"args", SIM_MEMBER_ARGUMENTS, SIM_OPTIONAL, 0, "values, by parameter"},
                {"as", SIM_MEMBER_VARIABLE, SIM_OPTIONAL, 0, "what it returns"}},
    .python = "await worker(...)",
    .summary = "Runs a coroutine inside the task.",
    .example = "[{\"call\": \"double\", \"args\": {\"n\": 21}, \"as\": \"x\"},"
               " {\"print\": \"{x}\"}]",
};

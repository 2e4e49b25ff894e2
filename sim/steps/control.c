/* Variables, and what decides which step comes next. */
#include "steps/control.h"

#include <string.h>

#include "program/compile.h"
#include "program/exceptions.h"
#include "program/shape.h"
#include "run/details.h"
#include "run/interpreter.h"
#include "run/values.h"

/* What leads out of a branch of `except*`, which Python does not allow. */
static void fault_in_star(const doc_node *node, const char *verb) {
    (void)doc_node_fault(node, "\"%s\" cannot stand in a branch of \"except*\", as in Python",
                         verb);
}

/* --- let, assign ----------------------------------------------------------------------------- */

static int begin_unpack(run_job *job, const prog_instruction *in) {
    expr_value *slot = &job->top->locals[in->operands[0].slot], value = *slot;
    *slot = EXPR_NONE;
    int error = run_unpack(job, value, in->operands[1].slots, run_store);
    expr_value_unref(value);
    return error;
}

const prog_operation step_unpack_operation = {"unpack", begin_unpack, NULL};

static void store_global(run_job *job, uint32_t slot, expr_value value) {
    expr_value *globals = job->machine->globals;
    expr_value_unref(globals[slot]);
    globals[slot] = value;
    run_tell_global(job->machine, slot);
}

static int begin_let(run_job *job, const prog_instruction *in) {
    return run_bind(job, in->operands[0].bindings, run_store);
}

static int begin_assign(run_job *job, const prog_instruction *in) {
    return run_bind(job, in->operands[0].bindings, store_global);
}

const prog_step step_let = {
    .operation = {"let", begin_let, NULL},
    .family = PROG_FAMILY_CONTROL,
    .members = {{NULL, PROG_MEMBER_BINDINGS, PROG_REQUIRED, 0, NULL}},
    .summary = "Sets variables of the task to expressions, in order.",
    .example = "[{\"let\": {\"x\": 2, \"y\": \"x * 21\"}}, {\"print\": \"{y}\"}]",
};

const prog_step step_assign = {
    .operation = {"assign", begin_assign, NULL},
    .family = PROG_FAMILY_CONTROL,
    .members = {{NULL, PROG_MEMBER_ASSIGNMENTS, PROG_REQUIRED, 0, NULL}},
    .summary = "Sets variables of the scenario, which all tasks share. They are declared in "
               "`vars`.",
    .example = "[{\"assign\": {\"count\": \"count + 1\"}}, {\"print\": \"{count}\"}]",
};

/* --- Jumps ----------------------------------------------------------------------------------- */

static int begin_jump(run_job *job, const prog_instruction *in) {
    job->top->pc = in->operands[0].pc;
    return 0;
}

static const prog_operation jump_operation = {"jump", begin_jump, NULL};

uint32_t step_emit_jump(prog_compiler *compiler, const doc_node *node, uint32_t pc) {
    return prog_emit(compiler, &jump_operation, node, &(prog_operand){.pc = pc}, 1);
}

/* Goes on with operand 1 where the condition, operand 0, is `truth`, else with the next one. */
static inline int jump_on(run_job *job, const prog_instruction *in, bool truth) {
    expr_value value;
    int error = run_evaluate(job, in->operands[0].expression, &value);
    if (error != 0)
        return error;
    if (expr_value_truth(value) == truth)
        job->top->pc = in->operands[1].pc;
    expr_value_unref(value);
    return 0;
}

static int begin_unless(run_job *job, const prog_instruction *in) {
    return jump_on(job, in, false);
}

/* --- if, while ------------------------------------------------------------------------------- */

static void compile_if(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand operands[PROG_STEP_MEMBERS];
    doc_node steps;
    (void)prog_compile_members(compiler, step, node, operands);
    if (!doc_node_member(node, "then", &steps) && !doc_node_member(node, "else", &steps))
        prog_fault_missing(node, step, "then");
    operands[1].pc = PROG_NO_PC;
    uint32_t test = prog_emit(compiler, &step->operation, node, operands, 2);
    if (doc_node_member(node, "then", &steps))
        prog_compile_steps(compiler, &steps);
    if (!doc_node_member(node, "else", &steps)) {
        prog_lead_here(compiler, test, 1);
        return;
    }
    uint32_t jump = step_emit_jump(compiler, node, PROG_NO_PC);
    prog_lead_here(compiler, test, 1);
    prog_compile_steps(compiler, &steps);
    prog_lead_here(compiler, jump, 0);
}

const prog_step step_if = {
    .operation = {"if", begin_unless, NULL},
    .family = PROG_FAMILY_CONTROL,
    .members = {{NULL, PROG_MEMBER_CONDITION, PROG_REQUIRED, 0, NULL},
                {"then", PROG_MEMBER_STEPS, PROG_OPTIONAL, 0, "where the condition holds"},
                {"else", PROG_MEMBER_STEPS, PROG_OPTIONAL, 0, "where it does not"}},
    .summary = "Chooses between steps.",
    .example = "[{\"if\": \"2 > 1\", \"then\": [{\"print\": \"so it is\"}],"
               " \"else\": [{\"print\": \"never\"}]}]",
    .compile = compile_if,
};

static int begin_while_again(run_job *job, const prog_instruction *in) {
    return jump_on(job, in, true);
}

static const prog_operation while_again_operation = {"while", begin_while_again, NULL};

/* The condition stands at both ends, so that a round takes no jump besides. */
static void compile_while(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand operands[PROG_STEP_MEMBERS];
    doc_node steps;
    (void)prog_compile_members(compiler, step, node, operands);
    operands[1].pc = PROG_NO_PC;
    uint32_t test = prog_emit(compiler, &step->operation, node, operands, 2);
    prog_loop outer = prog_open_loop(compiler, test);
    if (doc_node_member(node, "do", &steps))
        prog_compile_steps(compiler, &steps);
    operands[1].pc = test + 1;
    (void)prog_emit(compiler, &while_again_operation, node, operands, 2);
    prog_lead_here(compiler, test, 1);
    prog_close_loop(compiler, outer);
}

const prog_step step_while = {
    .operation = {"while", begin_unless, NULL},
    .family = PROG_FAMILY_CONTROL,
    .members = {{NULL, PROG_MEMBER_CONDITION, PROG_REQUIRED, 0, NULL},
                {"do", PROG_MEMBER_STEPS, PROG_REQUIRED, 0, NULL}},
    .summary = "Repeats steps as long as the condition holds.",
    .example = "[{\"let\": {\"n\": 3}}, {\"while\": \"n > 0\", \"do\": [{\"print\": \"{n}\"},"
               " {\"let\": {\"n\": \"n - 1\"}}]}]",
    .compile = compile_while,
};

/* --- repeat ---------------------------------------------------------------------------------- */

/* Operands of the first instruction: the number, and two hidden slots; of the two that begin a
 * round, before its steps and behind them: the variable that counts, where else to go on - after
 * the last round, and with the next one's steps -, and the same slots. */
enum { ROUNDS_COUNT, ROUNDS_BEGUN, ROUNDS_LIMIT, ROUNDS_OPERANDS };
enum { ROUND_INDEX, ROUND_ELSE, ROUND_BEGUN, ROUND_LIMIT, ROUND_OPERANDS };

int step_begin_rounds(run_job *job, const prog_instruction *in) {
    int64_t limit = INT64_MAX;
    if (in->operands[ROUNDS_COUNT].expression != NULL) {
        int error = run_evaluate_whole(job, in->operands[ROUNDS_COUNT].expression,
                                       in->operation->name, &limit);
        if (error != 0)
            return error;
    }
    run_store(job, in->operands[ROUNDS_BEGUN].slot, expr_number(0));
    run_store(job, in->operands[ROUNDS_LIMIT].slot, expr_number((double)limit));
    return 0;
}

/* One more round, or false. Both numbers are as they were stored here: plain. */
static inline bool count_round(run_job *job, const prog_instruction *in) {
    expr_value *locals = job->top->locals;
    double round = expr_plain_double(locals[in->operands[ROUND_BEGUN].slot]);
    if (!(round < expr_plain_double(locals[in->operands[ROUND_LIMIT].slot])))
        return false;
    locals[in->operands[ROUND_BEGUN].slot] = expr_number(round + 1);
    if (in->operands[ROUND_INDEX].slot != PROG_NO_SLOT)
        run_store(job, in->operands[ROUND_INDEX].slot, expr_number(round));
    return true;
}

static int begin_round(run_job *job, const prog_instruction *in) {
    if (!count_round(job, in))
        job->top->pc = in->operands[ROUND_ELSE].pc;
    return 0;
}

static int begin_round_again(run_job *job, const prog_instruction *in) {
    if (count_round(job, in))
        job->top->pc = in->operands[ROUND_ELSE].pc;
    return 0;
}

static const prog_operation round_operation = {"round", begin_round, NULL};
static const prog_operation round_again_operation = {"round", begin_round_again, NULL};

step_rounds step_open_rounds(prog_compiler *compiler, const prog_operation *operation,
                             const doc_node *node, prog_operand count, prog_operand index) {
    uint32_t slots = prog_hidden_slots(compiler, 2);
    prog_operand operands[ROUNDS_OPERANDS] = {[ROUNDS_COUNT] = count,
                                              [ROUNDS_BEGUN] = {.slot = slots},
                                              [ROUNDS_LIMIT] = {.slot = slots + 1}};
    (void)prog_emit(compiler, operation, node, operands, ROUNDS_OPERANDS);
    return (step_rounds){.begun = slots, .limit = slots + 1, .index = index};
}

static uint32_t emit_round(prog_compiler *compiler, const prog_operation *operation,
                           const doc_node *node, const step_rounds *rounds, uint32_t pc) {
    prog_operand operands[ROUND_OPERANDS] = {[ROUND_INDEX] = rounds->index,
                                             [ROUND_ELSE] = {.pc = pc},
                                             [ROUND_BEGUN] = {.slot = rounds->begun},
                                             [ROUND_LIMIT] = {.slot = rounds->limit}};
    return prog_emit(compiler, operation, node, operands, ROUND_OPERANDS);
}

void step_begin_round(prog_compiler *compiler, const doc_node *node, step_rounds *rounds) {
    rounds->top = emit_round(compiler, &round_operation, node, rounds, PROG_NO_PC);
}

void step_end_round(prog_compiler *compiler, const doc_node *node, const step_rounds *rounds) {
    (void)emit_round(compiler, &round_again_operation, node, rounds, rounds->top + 1);
    prog_lead_here(compiler, rounds->top, ROUND_ELSE);
}

static void compile_repeat(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand members[PROG_STEP_MEMBERS];
    uint32_t hidden = compiler->hidden;
    (void)prog_compile_members(compiler, step, node, members);
    bool counts = members[0].expression != NULL || members[2].slot != PROG_NO_SLOT;
    step_rounds rounds = {.top = prog_here(compiler)};
    if (counts) {
        rounds = step_open_rounds(compiler, &step->operation, node, members[0], members[2]);
        step_begin_round(compiler, node, &rounds);
    }
    doc_node steps;
    prog_loop outer = prog_open_loop(compiler, rounds.top);
    if (doc_node_member(node, "do", &steps))
        prog_compile_steps(compiler, &steps);
    if (counts)
        step_end_round(compiler, node, &rounds);
    else
        (void)step_emit_jump(compiler, node, rounds.top);
    prog_close_loop(compiler, outer);
    compiler->hidden = hidden;
}

const prog_step step_repeat = {
    .operation = {"repeat", step_begin_rounds, NULL},
    .family = PROG_FAMILY_CONTROL,
    .members = {{NULL, PROG_MEMBER_REPEAT, PROG_REQUIRED, 0, NULL},
                {"do", PROG_MEMBER_STEPS, PROG_REQUIRED, 0, NULL},
                {"index", PROG_MEMBER_VARIABLE, PROG_OPTIONAL, 0, "a variable that counts from 0"}},
    .summary = "Repeats steps a number of times, or `\"forever\"`.",
    .example = "[{\"repeat\": 3, \"index\": \"k\", \"do\": [{\"print\": \"round {k}\"}]}]",
    .compile = compile_repeat,
};

/* --- for ------------------------------------------------------------------------------------- */

/* Operands of both instructions: the variable, what it goes through, where to go on after the last
 * round, and two hidden slots: the list, and the rounds begun. */
enum { FOR_VARIABLE, FOR_ITEMS, FOR_EXIT, FOR_LIST, FOR_BEGUN, FOR_OPERANDS };

static int begin_for(run_job *job, const prog_instruction *in) {
    expr_value list;
    int error = run_evaluate_items(job, in->operands[FOR_ITEMS].expression, &list);
    if (error != 0)
        return error;
    run_store(job, in->operands[FOR_LIST].slot, list);
    run_store(job, in->operands[FOR_BEGUN].slot, expr_number(0));
    return 0;
}

static int begin_item(run_job *job, const prog_instruction *in) {
    run_frame *frame = job->top;
    expr_value *begun = &frame->locals[in->operands[FOR_BEGUN].slot];
    const expr_list *list = expr_to_list(frame->locals[in->operands[FOR_LIST].slot]);
    size_t round = (size_t)expr_to_double(*begun);
    if (round == list->sequence.length) {
        frame->pc = in->operands[FOR_EXIT].pc;
        run_store(job, in->operands[FOR_LIST].slot, EXPR_NONE);
        return 0;
    }
    *begun = expr_number((double)(round + 1));
    run_store(job, in->operands[FOR_VARIABLE].slot, expr_value_ref(list->items[round]));
    return 0;
}

static const prog_operation item_operation = {"item", begin_item, NULL};

/* As Python has it, the variable and the list are in one text. */
static bool says_all_at_once(const doc_node *node) {
    doc_node variable, list;
    const char *text, *in;
    if (doc_node_member(node, "in", &list) || !doc_node_member(node, "for", &variable) ||
        doc_node_type(&variable) != DOC_STRING)
        return false;
    (void)doc_node_string(&variable, &text);
    in = strstr(text, " in ");
    if (in == NULL)
        return false;
    (void)doc_node_fault(&variable,
                         "the list has a member of its own: {\"for\": \"%.*s\", \"in\": \"%s\", "
                         "\"do\": [...]}",
                         (int)(in - text), text, in + 4);
    return true;
}

static void compile_for(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand operands[PROG_STEP_MEMBERS];
    doc_node steps;
    if (says_all_at_once(node))
        return;
    uint32_t hidden = compiler->hidden;
    (void)prog_compile_members(compiler, step, node, operands);
    operands[FOR_EXIT].pc = PROG_NO_PC;
    operands[FOR_LIST].slot = prog_hidden_slots(compiler, 2);
    operands[FOR_BEGUN].slot = operands[FOR_LIST].slot + 1;
    (void)prog_emit(compiler, &step->operation, node, operands, FOR_OPERANDS);
    uint32_t top = prog_emit(compiler, &item_operation, node, operands, FOR_OPERANDS);
    prog_loop outer = prog_open_loop(compiler, top);
    prog_emit_parts(compiler, node);
    if (doc_node_member(node, "do", &steps))
        prog_compile_steps(compiler, &steps);
    (void)step_emit_jump(compiler, node, top);
    prog_lead_here(compiler, top, FOR_EXIT);
    prog_close_loop(compiler, outer);
    compiler->hidden = hidden;
}

const prog_step step_for = {
    .operation = {"for", begin_for, NULL},
    .family = PROG_FAMILY_CONTROL,
    .members = {{NULL, PROG_MEMBER_PARTS, PROG_REQUIRED, 0, NULL},
                {"in", PROG_MEMBER_ITEMS, PROG_REQUIRED, 0,
                 "a text is gone through by its characters"},
                {"do", PROG_MEMBER_STEPS, PROG_REQUIRED, 0, NULL}},
    .python = "for",
    .summary = "Runs steps once for each item; the variable holds it meanwhile, and the last one "
               "afterwards. Several variables take an item apart.",
    .example = "[{\"for\": \"x\", \"in\": \"[3, 'two', (1,)]\", \"do\": [{\"print\": \"{x}\"}]}]",
    .compile = compile_for,
};

/* --- break, continue ------------------------------------------------------------------------- */

/* Operands: enum prog_jump. */
static int begin_leave_loop(run_job *job, const prog_instruction *in) {
    job->held = expr_number((double)(in - job->machine->program->code));
    return PROG_JUMP;
}

/* To `target`, out of the blocks that stand in the loop around the step; the number of the
 * instruction. */
static uint32_t emit_leave(prog_compiler *compiler, const prog_step *step, const doc_node *node,
                           uint32_t target) {
    prog_operand operands[] = {
        [PROG_JUMP_TO] = {.pc = target}, [PROG_JUMP_BLOCK] = {.block = compiler->loop.block}};
    if (compiler->block == compiler->loop.block)
        return step_emit_jump(compiler, node, target);
    return prog_emit(compiler, &step->operation, node, operands, 2);
}

static bool check_in_loop(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand members[PROG_STEP_MEMBERS];
    if (!prog_compile_members(compiler, step, node, members))
        return false;
    if (compiler->loop.again == PROG_NO_PC && compiler->except_star)
        fault_in_star(node, step->operation.name);
    else if (compiler->loop.again == PROG_NO_PC)
        (void)doc_node_fault(node,
                             "\"%s\" is for the steps of a loop: \"for\", \"while\", \"repeat\" "
                             "or \"as_completed\"",
                             step->operation.name);
    return compiler->loop.again != PROG_NO_PC;
}

static void compile_break(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    if (check_in_loop(compiler, step, node))
        compiler->loop.breaks = emit_leave(compiler, step, node, compiler->loop.breaks);
}

static void compile_continue(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    if (check_in_loop(compiler, step, node))
        (void)emit_leave(compiler, step, node, compiler->loop.again);
}

const prog_step step_break = {
    .operation = {"break", begin_leave_loop, NULL},
    .family = PROG_FAMILY_CONTROL,
    .members = {{NULL, PROG_MEMBER_TRUE, PROG_REQUIRED, 0, NULL}},
    .python = "break",
    .summary = "Leaves the innermost loop, and the blocks inside it: `with` releases, `finally` "
               "runs, a `task_group` waits.",
    .example = "[{\"for\": \"x\", \"in\": \"range(10)\", \"do\": [{\"if\": \"x == 2\","
               " \"then\": [{\"break\": true}]}, {\"print\": \"{x}\"}]}]",
    .compile = compile_break,
};

const prog_step step_continue = {
    .operation = {"continue", begin_leave_loop, NULL},
    .family = PROG_FAMILY_CONTROL,
    .members = {{NULL, PROG_MEMBER_TRUE, PROG_REQUIRED, 0, NULL}},
    .python = "continue",
    .summary = "Goes on with the next round of the innermost loop, out of the blocks inside it.",
    .example = "[{\"for\": \"x\", \"in\": \"range(4)\", \"do\": [{\"if\": \"x % 2\","
               " \"then\": [{\"continue\": true}]}, {\"print\": \"{x}\"}]}]",
    .compile = compile_continue,
};

/* --- raise, return, call --------------------------------------------------------------------- */

static int raise_message(run_job *job, int code, const expr_text *message) {
    if (message == NULL)
        return prog_raise(code, NULL);
    int error = run_say(job, message);
    return error != 0 ? error : prog_raise(code, job->machine->text.data);
}

static int begin_raise(run_job *job, const prog_instruction *in) {
    return raise_message(job, in->operands[0].code, in->operands[1].text);
}

static int begin_reraise(run_job *job, const prog_instruction *in) {
    return run_raise_kept(job, job->machine->program->blocks[in->operands[0].block].slot);
}

static const prog_operation reraise_operation = {"raise", begin_reraise, NULL};

static void compile_raise(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand operands[PROG_STEP_MEMBERS];
    doc_node what, message;
    if (!prog_compile_members(compiler, step, node, operands) ||
        !doc_node_member(node, "raise", &what))
        return;
    if (doc_node_type(&what) != DOC_BOOLEAN) {
        (void)prog_emit(compiler, &step->operation, node, operands, 2);
        return;
    }
    if (doc_node_member(node, "message", &message))
        (void)doc_node_key_fault(&message, "an exception that is raised again keeps its message");
    if (compiler->except == PROG_NO_BLOCK)
        (void)doc_node_fault(&what, "there is no exception to raise again: this is no branch of "
                                    "an \"except\"");
    else
        (void)prog_emit(compiler, &reraise_operation, node,
                        &(prog_operand){.block = compiler->except}, 1);
}

const prog_step step_raise = {
    .operation = {"raise", begin_raise, NULL},
    .family = PROG_FAMILY_CONTROL,
    .members = {{NULL, PROG_MEMBER_RAISE, PROG_REQUIRED, 0, NULL},
                {"message", PROG_MEMBER_TEXT, PROG_OPTIONAL, 0, NULL}},
    .python = "raise",
    .summary = "Raises an exception: one of Python's by its name, or, by any other name, one of "
               "the scenario's own. One whose name is all but one of Python's is a fault, "
               "unless an `except` or `expect` names it. In a branch of `except`, `true` raises "
               "the same one again.",
    .example = "[{\"try\": [{\"raise\": \"Overheated\", \"message\": \"{90 + 5} degrees\"}],"
               " \"except\": {\"Overheated\": [{\"print\": \"{error}\"}]}}]",
    .compile = compile_raise,
};

static int begin_return(run_job *job, const prog_instruction *in) {
    expr_value value = EXPR_NONE;
    int error = run_evaluate_text(job, in->operands[0].text, &value);
    if (error != 0)
        return error;
    job->held = value;
    return PROG_RETURN;
}

static void compile_return(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand operands[PROG_STEP_MEMBERS];
    if (compiler->except_star)
        fault_in_star(node, "return");
    if (prog_compile_members(compiler, step, node, operands))
        (void)prog_emit(compiler, &step->operation, node, operands, 1);
}

const prog_step step_return = {
    .operation = {"return", begin_return, NULL},
    .family = PROG_FAMILY_CONTROL,
    .waiting = PROG_ENDS_COROUTINE,
    .members = {{NULL, PROG_MEMBER_VALUE, PROG_REQUIRED, 0, NULL}},
    .python = "return",
    .summary = "Ends the coroutine with a value.",
    .example = "[{\"print\": \"this\"}, {\"return\": 42}, {\"print\": \"never this\"}]",
    .compile = compile_return,
};

static int begin_call(run_job *job, const prog_instruction *in) {
    int error = run_job_call(job, in->operands[0].body, in->operands[1].arguments);
    return error != 0 ? error : PROG_CALLED;
}

/* When the coroutine has ended: job->held is its value. */
static int finish_call(run_job *job, const prog_instruction *in, int result) {
    if (result < 0)
        return result;
    expr_value value = job->held;
    job->held = EXPR_NONE;
    run_store(job, in->operands[2].slot, value);
    return 0;
}

const prog_step step_call = {
    .operation = {"call", begin_call, finish_call},
    .family = PROG_FAMILY_CONTROL,
    .waiting = PROG_MAY_WAIT,
    .members = {{NULL, PROG_MEMBER_COROUTINE, PROG_REQUIRED, 0, NULL},
                {"args", PROG_MEMBER_ARGUMENTS, PROG_OPTIONAL, 0, "values, by parameter"},
                {"as", PROG_MEMBER_PARTS, PROG_OPTIONAL, 0, "what it returns"}},
    .python = "await worker(...)",
    .summary = "Runs a coroutine inside the task.",
    .example = "[{\"call\": \"double\", \"args\": {\"n\": 21}, \"as\": \"x\"},"
               " {\"print\": \"{x}\"}]",
};

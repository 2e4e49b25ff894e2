#include "scenario/compile.h"

#include <string.h>

#include "scenario/alloc.h"

static void out_of_memory(sim_compiler *compiler) {
    compiler->no_memory = true;
}

/* --- Instructions ---------------------------------------------------------------------------- */

uint32_t sim_here(const sim_compiler *compiler) {
    return compiler->program->code_count;
}

uint32_t sim_emit(sim_compiler *compiler, const sim_operation *operation, const sim_node *node,
                  const sim_operand *operands, size_t count) {
    sim_program *program = compiler->program;
    sim_instruction *code =
        sim_grow(program->code, program->code_count, &compiler->code_capacity, sizeof *code);
    if (code == NULL) {
        out_of_memory(compiler);
        return 0;
    }
    program->code = code;
    sim_instruction *in = &code[program->code_count];
    *in = (sim_instruction){.operation = operation,
                            .block = compiler->block,
                            .place = node != NULL ? sim_node_offset(node) : SIM_NOWHERE};
    if (count > 0)
        memcpy(in->operands, operands, count * sizeof *operands);
    return program->code_count++;
}

void sim_lead_here(sim_compiler *compiler, uint32_t instruction, size_t operand) {
    if (!compiler->no_memory)
        compiler->program->code[instruction].operands[operand].pc = sim_here(compiler);
}

/* --- Blocks and hidden slots ----------------------------------------------------------------- */

uint32_t sim_hidden_slots(sim_compiler *compiler, uint32_t count) {
    uint32_t first = compiler->hidden;
    compiler->hidden += count;
    if (compiler->body->slots < compiler->hidden)
        compiler->body->slots = compiler->hidden;
    return first;
}

void sim_need_scratch(sim_compiler *compiler) {
    compiler->body->scratch = 0;
}

uint32_t sim_open_block(sim_compiler *compiler, enum sim_block_kind kind, const sim_node *node,
                        uint32_t slots) {
    sim_program *program = compiler->program;
    sim_block *blocks =
        sim_grow(program->blocks, program->block_count, &compiler->block_capacity, sizeof *blocks);
    if (blocks == NULL) {
        out_of_memory(compiler);
        return SIM_NO_BLOCK;
    }
    program->blocks = blocks;
    blocks[program->block_count] = (sim_block){.kind = kind,
                                               .parent = compiler->block,
                                               .slot = sim_hidden_slots(compiler, slots),
                                               .pc = SIM_NO_PC,
                                               .place = sim_node_offset(node)};
    compiler->block = program->block_count;
    return program->block_count++;
}

void sim_close_block(sim_compiler *compiler, uint32_t block) {
    if (compiler->no_memory)
        return;
    compiler->block = compiler->program->blocks[block].parent;
    compiler->hidden = compiler->program->blocks[block].slot;
}

/* --- The members of a step ------------------------------------------------------------------- */

/* A constant that can only fail when the step runs is a fault now. */
static bool check_constant(const sim_node *node, const sim_expression *expression,
                           enum sim_member_kind kind, const char *name) {
    sim_value value;
    if (expression == NULL)
        return false;
    if (!sim_expression_constant(expression, &value))
        return true;
    sim_error error = {0};
    int64_t whole;
    if (kind == SIM_MEMBER_COUNT || kind == SIM_MEMBER_REPEAT)
        (void)sim_value_whole(value, name, &whole, &error);
    else if (kind == SIM_MEMBER_DURATION || value != SIM_NONE)
        (void)sim_value_nanoseconds(value, &whole, &error);
    if (error.code != 0)
        (void)sim_node_fault(node, "%s", error.message);
    return error.code == 0;
}

enum { NEAR_FOREVER = 2 };

static bool compile_number(sim_compiler *compiler, const sim_node *node, const sim_member *member,
                           const char *name, sim_operand *operand) {
    if (member->kind == SIM_MEMBER_LIMIT && sim_node_type(node) == SIM_NULL)
        return true;
    if (member->kind == SIM_MEMBER_REPEAT && sim_node_type(node) == SIM_STRING) {
        const char *text, forever[] = "forever";
        (void)sim_node_string(node, &text);
        unsigned distance =
            sim_edit_distance(text, strlen(text), forever, sizeof forever - 1, NEAR_FOREVER);
        if (distance > 0 && distance <= NEAR_FOREVER)
            (void)sim_node_fault(node, "unknown name \"%s\"; did you mean \"forever\"?", text);
        if (distance <= NEAR_FOREVER)
            return distance == 0;
    }
    operand->expression = sim_compile_expression(compiler, node);
    return check_constant(node, operand->expression, member->kind, name);
}

static bool compile_targets(sim_compiler *compiler, const sim_node *node, const sim_member *member,
                            const char *verb, sim_operand *operand) {
    if (sim_node_array(node) != 0)
        return false;
    size_t count = sim_node_count(node);
    sim_targets *targets =
        sim_compiler_alloc(compiler, sizeof *targets + count * sizeof targets->items[0]);
    if (targets == NULL)
        return false;
    bool fine = true;
    sim_node item;
    for (bool more = sim_node_first(node, &item); more; more = sim_node_next(&item))
        fine &= sim_compile_target(compiler, &item, verb, member->accepts,
                                   &targets->items[targets->count++]);
    operand->targets = targets;
    return fine;
}

static bool compile_target(sim_compiler *compiler, const sim_node *node, const sim_member *member,
                           const char *verb, sim_operand *operand) {
    sim_target *target = sim_compiler_alloc(compiler, sizeof *target);
    operand->target = target;
    return target != NULL && sim_compile_target(compiler, node, verb, member->accepts, target);
}

static bool compile_variables(sim_compiler *compiler, const sim_node *node, sim_operand *operand) {
    if (sim_node_array(node) != 0)
        return false;
    sim_slots *slots =
        sim_compiler_alloc(compiler, sizeof *slots + sim_node_count(node) * sizeof slots->items[0]);
    if (slots == NULL)
        return false;
    sim_node item;
    bool fine = true;
    for (bool more = sim_node_first(node, &item); more; more = sim_node_next(&item)) {
        uint32_t slot = sim_compile_variable(compiler, &item);
        fine &= slot != SIM_NO_SLOT;
        slots->items[slots->count++] = slot;
    }
    operand->slots = slots;
    return fine;
}

static bool compile_exception(sim_compiler *compiler, const sim_node *node, sim_operand *operand) {
    const char *name;
    if (sim_node_string(node, &name) != 0)
        return false;
    if (!sim_is_name(name, strlen(name))) {
        (void)sim_node_fault(node, "\"%s\" cannot be the name of an exception", name);
        return false;
    }
    uint32_t exception = sim_compile_exception(compiler, name);
    if (compiler->no_memory)
        return false;
    operand->code = compiler->program->exceptions[exception].code;
    sim_note_raised(compiler, name);
    return true;
}

static bool compile_true(const sim_node *node) {
    bool value = false;
    if (sim_node_boolean(node, &value) != 0)
        return false;
    if (!value)
        (void)sim_node_fault(node, "expected true");
    return value;
}

static bool compile_return_when(const sim_node *node, sim_operand *operand) {
    static const char *const names[] = {"ALL_COMPLETED", "FIRST_COMPLETED", "FIRST_EXCEPTION"};
    size_t index;
    if (sim_node_choice(node, "condition", names, sizeof names / sizeof *names, &index) != 0)
        return false;
    operand->choice = (uint32_t)index; /* enum cad_return_when */
    return true;
}

/* A member that is there. What is left to a verb's own compile(), steps above all, is only
 * checked to be there. */
static bool compile_member(sim_compiler *compiler, const sim_step *step, const sim_member *member,
                           const sim_node *node, sim_operand *operands, sim_operand *operand) {
    const char *verb = step->operation.name;
    const char *name = member->name != NULL ? member->name : verb;
    switch (member->kind) {
    case SIM_MEMBER_DURATION:
    case SIM_MEMBER_LIMIT:
    case SIM_MEMBER_COUNT:
    case SIM_MEMBER_REPEAT:
        return compile_number(compiler, node, member, name, operand);
    case SIM_MEMBER_CONDITION:
        operand->expression = sim_compile_expression(compiler, node);
        return operand->expression != NULL;
    case SIM_MEMBER_TEXT:
    case SIM_MEMBER_VALUE:
        operand->text = sim_compile_text(compiler, node);
        return operand->text != NULL;
    case SIM_MEMBER_TARGET:
        return compile_target(compiler, node, member, verb, operand);
    case SIM_MEMBER_TARGETS:
        return compile_targets(compiler, node, member, verb, operand);
    case SIM_MEMBER_WAIT:
        return sim_node_type(node) == SIM_ARRAY
                   ? compile_targets(compiler, node, &(sim_member){.accepts = SIM_AWAITABLE}, verb,
                                     operand)
                   : compile_target(compiler, node, member, verb, operand);
    case SIM_MEMBER_VARIABLE:
        operand->slot = sim_compile_variable(compiler, node);
        return operand->slot != SIM_NO_SLOT;
    case SIM_MEMBER_VARIABLES:
        return compile_variables(compiler, node, operand);
    case SIM_MEMBER_BINDINGS:
    case SIM_MEMBER_ASSIGNMENTS:
        operand->bindings =
            sim_compile_bindings(compiler, node, member->kind == SIM_MEMBER_ASSIGNMENTS);
        return operand->bindings != NULL;
    case SIM_MEMBER_COROUTINE:
    case SIM_MEMBER_SPAWN:
        operand->body = sim_compile_coroutine(compiler, node);
        return operand->body != NULL;
    case SIM_MEMBER_ARGUMENTS: /* after their coroutine, which is the verb's own value */
        if (operands[0].body == NULL)
            return false;
        operand->arguments = sim_compile_arguments(compiler, operands[0].body, node, node);
        return operand->arguments != NULL;
    case SIM_MEMBER_EXCEPTION:
        return compile_exception(compiler, node, operand);
    case SIM_MEMBER_RAISE:
        return sim_node_type(node) == SIM_BOOLEAN ? compile_true(node)
                                                  : compile_exception(compiler, node, operand);
    case SIM_MEMBER_HANDLERS:
        return sim_node_object(node) == 0;
    case SIM_MEMBER_STEPS:
    case SIM_MEMBER_CALLBACK:
        return sim_node_array(node) == 0;
    case SIM_MEMBER_TRUE:
        return compile_true(node);
    case SIM_MEMBER_FLAG:
        return sim_node_boolean(node, &operand->flag) == 0;
    case SIM_MEMBER_RETURN_WHEN:
        return compile_return_when(node, operand);
    case SIM_MEMBER_NONE:
        break;
    }
    return false;
}

static bool leave_out(sim_compiler *compiler, const sim_step *step, const sim_member *member,
                      const sim_node *node, const sim_operand *operands, sim_operand *operand) {
    if (member->kind == SIM_MEMBER_ARGUMENTS && operands[0].body != NULL)
        operand->arguments = sim_compile_arguments(compiler, operands[0].body, NULL, node);
    if (!member->required)
        return true;
    (void)sim_node_fault(node, "missing member \"%s\" of step \"%s\"", member->name,
                         step->operation.name);
    return false;
}

bool sim_compile_members(sim_compiler *compiler, const sim_step *step, const sim_node *node,
                         sim_operand operands[SIM_STEP_MEMBERS]) {
    bool fine = true;
    for (size_t i = 0; step->members[i].kind != SIM_MEMBER_NONE; i++) {
        const sim_member *member = &step->members[i];
        const char *name = member->name != NULL ? member->name : step->operation.name;
        sim_node value;
        memset(&operands[i], 0, sizeof operands[i]);
        if (member->kind == SIM_MEMBER_VARIABLE)
            operands[i].slot = SIM_NO_SLOT;
        if (sim_node_member(node, name, &value))
            fine &= compile_member(compiler, step, member, &value, operands, &operands[i]);
        else
            fine &= leave_out(compiler, step, member, node, operands, &operands[i]);
    }
    return fine && !compiler->no_memory;
}

/* --- Steps ----------------------------------------------------------------------------------- */

/* True where every other verb among the members is an argument of `step`, as `timeout` is one of
 * `wait`. */
static bool explains_all(const sim_step *step, const sim_node *node) {
    sim_node member;
    size_t place;
    for (bool more = sim_node_first(node, &member); more; more = sim_node_next(&member)) {
        const char *key = sim_node_key(&member);
        if (sim_step_find(key) != NULL && sim_step_member(step, key, &place) == NULL)
            return false;
    }
    return true;
}

/* No verb among the members: says what was probably meant. */
static void fault_no_verb(const sim_node *node) {
    sim_node member, unknown = *node;
    sim_suggestion best = {0};
    for (bool more = sim_node_first(node, &member); more; more = sim_node_next(&member)) {
        const char *key = sim_node_key(&member);
        if (sim_step_later(key) != NULL) {
            (void)sim_node_key_fault(&member, "step \"%s\" is not supported yet", key);
            return;
        }
        sim_suggestion suggestion;
        sim_suggestion_start(&suggestion, key, strlen(key));
        for (size_t i = 0; i < sim_step_count; i++)
            sim_suggestion_offer(&suggestion, sim_steps[i]->operation.name);
        if (unknown.item == node->item || (best.best == NULL && suggestion.best != NULL)) {
            unknown = member;
            best = suggestion;
        }
    }
    if (unknown.item == node->item)
        (void)sim_node_fault(node, "a step needs a verb, such as \"sleep\"");
    else
        (void)sim_node_key_unknown(&unknown, "step", sim_node_key(&unknown), &best);
}

/* The row of a step; NULL after a fault. */
static const sim_step *find_step(const sim_node *node) {
    const sim_step *first = NULL, *second = NULL;
    sim_node member, second_member = *node;
    if (sim_node_object(node) != 0)
        return NULL;
    for (bool more = sim_node_first(node, &member); more; more = sim_node_next(&member)) {
        const sim_step *step = sim_step_find(sim_node_key(&member));
        if (step == NULL)
            continue;
        if (explains_all(step, node))
            return step;
        if (first == NULL) {
            first = step;
        } else if (second == NULL) {
            second = step;
            second_member = member;
        }
    }
    if (second != NULL)
        (void)sim_node_key_fault(&second_member,
                                 "a step has one verb; this one has \"%s\" and \"%s\"",
                                 first->operation.name, second->operation.name);
    else
        fault_no_verb(node);
    return NULL;
}

static bool check_member_names(const sim_step *step, const sim_node *node) {
    bool fine = true;
    sim_node member;
    size_t place;
    for (bool more = sim_node_first(node, &member); more; more = sim_node_next(&member)) {
        const char *key = sim_node_key(&member);
        if (sim_step_member(step, key, &place) != NULL)
            continue;
        sim_suggestion suggestion;
        sim_suggestion_start(&suggestion, key, strlen(key));
        for (size_t i = 1; step->members[i].kind != SIM_MEMBER_NONE; i++)
            sim_suggestion_offer(&suggestion, step->members[i].name);
        fine = false;
        (void)sim_node_key_unknown(&member, "member", key, &suggestion);
    }
    return fine;
}

static void compile_step(sim_compiler *compiler, const sim_node *node) {
    const sim_step *step = find_step(node);
    if (step == NULL)
        return;
    (void)check_member_names(step, node);
    if (compiler->never_waits != NULL && step->waiting != SIM_NEVER_WAITS)
        (void)sim_node_fault(node, "\"%s\" %s, and cannot stand in %s", step->operation.name,
                             step->waiting == SIM_MAY_WAIT ? "may wait" : "is for coroutines",
                             compiler->never_waits);
    if (step->compile != NULL) {
        step->compile(compiler, step, node);
        return;
    }
    sim_operand operands[SIM_STEP_MEMBERS];
    if (sim_compile_members(compiler, step, node, operands)) {
        size_t count = 0;
        while (step->members[count].kind != SIM_MEMBER_NONE)
            count++;
        (void)sim_emit(compiler, &step->operation, node, operands, count);
    }
}

void sim_compile_steps(sim_compiler *compiler, const sim_node *steps) {
    sim_node step;
    if (sim_node_array(steps) != 0)
        return;
    for (bool more = sim_node_first(steps, &step); more && !compiler->no_memory;
         more = sim_node_next(&step))
        compile_step(compiler, &step);
}

/* --- Bodies ---------------------------------------------------------------------------------- */

static int end_body(struct sim_job *job, const sim_instruction *in) {
    (void)job;
    (void)in;
    return SIM_RETURN;
}

/* At the end of every list of steps that runs on its own. */
static const sim_operation end_operation = {"end", end_body, NULL};

void sim_compile_later(sim_compiler *compiler, const sim_node *steps, uint32_t instruction,
                       uint32_t operand) {
    sim_pending *pending = sim_grow(compiler->pending, compiler->pending_count,
                                    &compiler->pending_capacity, sizeof *pending);
    if (pending == NULL) {
        out_of_memory(compiler);
        return;
    }
    compiler->pending = pending;
    pending[compiler->pending_count++] =
        (sim_pending){*steps, instruction, operand, compiler->timeout};
}

/* Callbacks come after everything else: they run between the steps of the coroutine, and so need
 * hidden slots that none of its steps uses. Among themselves they can share them, because a
 * callback never waits. */
static void compile_callbacks(sim_compiler *compiler) {
    uint32_t hidden = compiler->body->slots;
    for (size_t i = 0; i < compiler->pending_count && !compiler->no_memory; i++) {
        sim_pending pending = compiler->pending[i];
        compiler->body->shared = true;
        compiler->hidden = hidden;
        compiler->never_waits = "a callback";
        compiler->timeout = pending.timeout;
        sim_lead_here(compiler, pending.instruction, pending.operand);
        sim_compile_steps(compiler, &pending.steps);
        (void)sim_emit(compiler, &end_operation, &pending.steps, NULL, 0);
    }
    compiler->pending_count = 0;
}

void sim_compile_body(sim_compiler *compiler, sim_body *body, const sim_node *steps,
                      const char *never_waits) {
    compiler->body = body;
    compiler->never_waits = never_waits;
    compiler->block = compiler->group = compiler->timeout = compiler->except = SIM_NO_BLOCK;
    compiler->lasting = (uint32_t)body->variables.count;
    compiler->hidden = body->slots = compiler->lasting + body->lasting;
    body->scratch = SIM_NO_SLOT;
    body->entry = sim_here(compiler);
    sim_compile_steps(compiler, steps);
    (void)sim_emit(compiler, &end_operation, steps, NULL, 0);
    if (body->scratch != SIM_NO_SLOT)
        body->scratch = body->slots++;
    compile_callbacks(compiler);
    compiler->body = NULL;
}

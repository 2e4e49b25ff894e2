/* Steps become instructions: the verb of each is found, and its row compiles it. */
#include "program/compile.h"

#include <string.h>

#include "base/memory.h"

/* --- Steps ----------------------------------------------------------------------------------- */

/* True where every other verb among the members is an argument of `step`, as `timeout` is one of
 * `wait`. */
static bool explains_all(const prog_language *language, const prog_step *step,
                         const doc_node *node) {
    doc_node member;
    size_t place;
    for (bool more = doc_node_first(node, &member); more; more = doc_node_next(&member)) {
        const char *key = doc_node_key(&member);
        if (prog_language_step(language, key) != NULL &&
            prog_step_member(step, key, &place) == NULL)
            return false;
    }
    return true;
}

/* Whether it stands beside the verb of some step, as `as` and `value` do. */
static bool is_argument(const prog_language *language, const char *key) {
    size_t place;
    for (size_t i = 0; i < language->step_count; i++)
        if (prog_step_member(language->steps[i], key, &place) != NULL && place > 0)
            return true;
    return false;
}

/* The member that was meant for the verb: the first that stands beside no verb; the first of all
 * where each could. False: there is no member. */
static bool find_unknown_verb(const prog_language *language, const doc_node *node,
                              doc_node *unknown) {
    doc_node member;
    bool found = doc_node_first(node, unknown);
    for (bool more = doc_node_first(node, &member); more; more = doc_node_next(&member)) {
        if (is_argument(language, doc_node_key(&member)))
            continue;
        *unknown = member;
        break;
    }
    return found;
}

static bool is_known(const base_symbols *names, const char *name) {
    return base_symbols_find(names, name, strlen(name)) != BASE_NO_SYMBOL;
}

/* No verb among the members: says what was probably meant. */
static void fault_no_verb(const prog_compiler *compiler, const doc_node *node) {
    const prog_language *language = compiler->language;
    doc_node unknown;
    char buffer[64];
    if (!find_unknown_verb(language, node, &unknown)) {
        (void)doc_node_fault(node, "a step needs a verb, such as \"sleep\"");
        return;
    }
    const char *key = doc_node_key(&unknown);
    const char *advice = prog_language_advice(language, key, buffer);
    base_suggestion suggestion;
    base_suggestion_start(&suggestion, key, strlen(key));
    for (size_t i = 0; i < language->step_count; i++)
        base_suggestion_offer(&suggestion, language->steps[i]->operation.name);
    if (is_known(&compiler->program->coroutine_names, key))
        (void)doc_node_key_fault(&unknown,
                                 "unknown step \"%s\"; {\"call\": \"%s\"} runs the coroutine, and "
                                 "{\"spawn\": \"%s\"} makes a task of it",
                                 key, key, key);
    else if (advice != NULL)
        (void)doc_node_key_fault(&unknown, "unknown step \"%s\"; %s", key, advice);
    else if (is_known(&compiler->program->object_names, key))
        (void)doc_node_key_fault(
            &unknown,
            "unknown step \"%s\", which is an object: what is done with it comes "
            "first, as in {\"VERB\": \"%s\"}",
            key, key);
    else if (is_known(&compiler->program->global_names, key))
        (void)doc_node_key_fault(&unknown,
                                 "unknown step \"%s\", which is a variable: {\"assign\": {\"%s\": "
                                 "VALUE}} sets it",
                                 key, key);
    else if (suggestion.best != NULL)
        (void)doc_node_key_unknown(&unknown, "step", key, &suggestion);
    else
        (void)doc_node_key_fault(&unknown,
                                 "unknown step \"%s\"; docs/scenarios.md has them all, as has "
                                 "cadran-scenario(5)",
                                 key);
}

/* Two verbs are among the members. In asyncio several calls take a timeout, here but few. */
static void fault_two_verbs(const prog_language *language, const doc_node *node, const char *first,
                            const char *second, const doc_node *at) {
    static const char timeout[] = "timeout";
    doc_node other;
    size_t place;
    bool takes = strcmp(first, timeout) == 0 || strcmp(second, timeout) == 0;
    const char *verb = strcmp(first, timeout) == 0 ? second : first;
    const prog_step *step = prog_language_step(language, verb);
    /* Whose are the steps? */
    bool has_steps = doc_node_member(node, "do", &other);
    bool clear = !has_steps || prog_step_member(step, "do", &place) != NULL;
    /* asyncio.wait_for(), not a condition's. */
    bool awaits = strcmp(verb, "wait_for") == 0 && !doc_node_member(node, "until", &other);
    if (takes && clear && step->waiting == PROG_NEVER_WAITS)
        (void)doc_node_key_fault(at, "\"%s\" never waits, and so has no \"timeout\"", verb);
    else if (takes && clear)
        (void)doc_node_key_fault(at,
                                 "\"%s\" has no \"timeout\"; put the step into a timeout: "
                                 "{\"timeout\": ..., \"do\": [{\"%s\": ...}]}",
                                 verb, awaits ? "await" : verb);
    else
        (void)doc_node_key_fault(at, "a step has one verb; this one has \"%s\" and \"%s\"", first,
                                 second);
}

/* The row of a step; NULL after a fault. */
static const prog_step *find_step(const prog_compiler *compiler, const doc_node *node) {
    const prog_language *language = compiler->language;
    const prog_step *first = NULL, *second = NULL;
    doc_node member, second_member = *node;
    if (doc_node_object(node, "{\"sleep\": 1}") != 0)
        return NULL;
    for (bool more = doc_node_first(node, &member); more; more = doc_node_next(&member)) {
        const prog_step *step = prog_language_step(language, doc_node_key(&member));
        if (step == NULL)
            continue;
        if (explains_all(language, step, node))
            return step;
        if (first == NULL) {
            first = step;
        } else if (second == NULL) {
            second = step;
            second_member = member;
        }
    }
    if (second != NULL)
        fault_two_verbs(language, node, first->operation.name, second->operation.name,
                        &second_member);
    else
        fault_no_verb(compiler, node);
    return NULL;
}

/* What people call members of a kind. */
static const char *const *words_for(enum prog_member_kind kind) {
    static const char *const of_steps[] = {"do", "then", "body", "steps", NULL};
    static const char *const of_values[] = {"value", "item", "result", "data", NULL};
    static const char *const of_times[] = {"duration", "time", "seconds", "for", NULL};
    static const char *const of_conditions[] = {"predicate", "condition", "while", "when", NULL};
    static const char *const of_counts[] = {"count", "times", "number", NULL};
    static const char *const of_variables[] = {"into",  "to",     "var", "variable",
                                               "store", "result", NULL};
    static const char *const of_nothing[] = {NULL};
    switch (kind) {
    case PROG_MEMBER_STEPS:
    case PROG_MEMBER_CALLBACK:
        return of_steps;
    case PROG_MEMBER_VALUE:
        return of_values;
    case PROG_MEMBER_DURATION:
        return of_times;
    case PROG_MEMBER_CONDITION:
        return of_conditions;
    case PROG_MEMBER_COUNT:
        return of_counts;
    case PROG_MEMBER_VARIABLE:
    case PROG_MEMBER_VARIABLES:
    case PROG_MEMBER_PARTS:
        return of_variables;
    default:
        return of_nothing;
    }
}

/* The member that somebody called by another word; NULL: none. */
static const char *member_meant(const prog_step *step, const char *key) {
    for (size_t i = 1; step->members[i].kind != PROG_MEMBER_NONE; i++)
        for (const char *const *word = words_for(step->members[i].kind); *word != NULL; word++)
            if (strcmp(*word, key) == 0)
                return step->members[i].name;
    return NULL;
}

/* Whether it is a parameter of the coroutine that the step names. */
static bool is_parameter(const prog_program *program, const prog_step *step, const doc_node *node,
                         const char *key) {
    doc_node verb;
    const char *name;
    uint32_t index = BASE_NO_SYMBOL;
    if (doc_node_member(node, step->operation.name, &verb) && doc_node_type(&verb) == DOC_STRING &&
        doc_node_string(&verb, &name) == 0)
        index = base_symbols_find(&program->coroutine_names, name, strlen(name));
    return index != BASE_NO_SYMBOL &&
           base_symbols_find(&program->coroutines[index]->variables, key, strlen(key)) <
               program->coroutines[index]->parameters;
}

/* A member that the step does not have, and no other word for one that it has. */
static void fault_member(const prog_compiler *compiler, const prog_step *step, const doc_node *node,
                         const doc_node *member) {
    const char *names[PROG_STEP_MEMBERS], *key = doc_node_key(member);
    size_t count = 0;
    char buffer[64];
    const char *advice = prog_language_advice(compiler->language, key, buffer);
    if (is_parameter(compiler->program, step, node, key))
        advice = "arguments stand in \"args\"";
    for (size_t i = 0; step->members[i].kind != PROG_MEMBER_NONE; i++)
        if (step->members[i].name != NULL)
            names[count++] = step->members[i].name;
    static const char of_a_step[] = "the step is";
    if (advice != NULL && strncmp(advice, of_a_step, sizeof of_a_step - 1) != 0)
        (void)doc_node_key_fault(member, "unknown member \"%s\"; %s", key, advice);
    else if (count == 0)
        (void)doc_node_key_fault(member, "unknown member \"%s\": nothing stands beside \"%s\"", key,
                                 step->operation.name);
    else
        (void)doc_node_key_expected(member, "member", key, names, count);
}

static void check_member_names(const prog_compiler *compiler, const prog_step *step,
                               const doc_node *node) {
    doc_node member;
    size_t place;
    for (bool more = doc_node_first(node, &member); more; more = doc_node_next(&member)) {
        const char *key = doc_node_key(&member);
        if (prog_step_member(step, key, &place) != NULL)
            continue;
        base_suggestion suggestion;
        base_suggestion_start(&suggestion, key, strlen(key));
        for (size_t i = 1; step->members[i].kind != PROG_MEMBER_NONE; i++)
            base_suggestion_offer(&suggestion, step->members[i].name);
        if (suggestion.best == NULL)
            suggestion.best = member_meant(step, key);
        if (suggestion.best != NULL)
            (void)doc_node_key_unknown(&member, "member", key, &suggestion);
        else
            fault_member(compiler, step, node, &member);
    }
}

static void note_outside(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_program *program = compiler->program;
    prog_outside *outside = base_grown(program->outside, program->outside_count,
                                       &compiler->outside_capacity, sizeof *outside);
    if (outside == NULL) {
        compiler->no_memory = true;
        return;
    }
    program->outside = outside;
    outside[program->outside_count++] =
        (prog_outside){.step = step, .place = doc_node_offset(node)};
}

/* One instruction, an operand for each member in order. */
static void compile_plain(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand operands[PROG_STEP_MEMBERS];
    if (prog_compile_members(compiler, step, node, operands)) {
        size_t count = 0;
        while (step->members[count].kind != PROG_MEMBER_NONE)
            count++;
        (void)prog_emit(compiler, &step->operation, node, operands, count);
    }
}

static bool may_not_stand(const prog_compiler *compiler, const prog_step *step) {
    if (compiler->never_waits == NULL)
        return false;
    return step->waiting == PROG_MAY_WAIT ||
           (step->waiting == PROG_ENDS_COROUTINE && !compiler->returns);
}

static void compile_step(prog_compiler *compiler, const doc_node *node) {
    const prog_step *step = find_step(compiler, node);
    if (step == NULL)
        return;
    check_member_names(compiler, step, node);
    if (may_not_stand(compiler, step))
        (void)doc_node_fault(node, "\"%s\" %s, and cannot stand in %s", step->operation.name,
                             step->waiting == PROG_MAY_WAIT ? "may wait" : "is for coroutines",
                             compiler->never_waits);
    if (step->family == PROG_FAMILY_OUTSIDE)
        note_outside(compiler, step, node);
    compiler->parts = NULL;
    uint32_t hidden = compiler->hidden;
    if (step->compile != NULL)
        step->compile(compiler, step, node);
    else
        compile_plain(compiler, step, node);
    prog_emit_parts(compiler, node);
    compiler->hidden = hidden;
}

void prog_compile_steps(prog_compiler *compiler, const doc_node *steps) {
    doc_node step;
    if (doc_node_array(steps, compiler->never_waits != NULL ? PROG_CALLBACK_EXAMPLE
                                                            : PROG_STEPS_EXAMPLE) != 0)
        return;
    for (bool more = doc_node_first(steps, &step); more && !compiler->no_memory;
         more = doc_node_next(&step))
        compile_step(compiler, &step);
}

/* --- Bodies ---------------------------------------------------------------------------------- */

static int end_body(struct run_job *job, const prog_instruction *in) {
    (void)job;
    (void)in;
    return PROG_RETURN;
}

/* At the end of every list of steps that runs on its own. */
static const prog_operation end_operation = {"end", end_body, NULL};

void prog_compile_later(prog_compiler *compiler, const doc_node *steps, uint32_t instruction,
                        uint32_t operand) {
    prog_pending *pending = base_grown(compiler->pending, compiler->pending_count,
                                       &compiler->pending_capacity, sizeof *pending);
    if (pending == NULL) {
        compiler->no_memory = true;
        return;
    }
    compiler->pending = pending;
    pending[compiler->pending_count++] =
        (prog_pending){*steps, instruction, operand, compiler->timeout};
}

/* Callbacks come after everything else: they run between the steps of the coroutine, and so need
 * hidden slots that none of its steps uses. Among themselves they can share them, because a
 * callback never waits. */
static void compile_callbacks(prog_compiler *compiler) {
    uint32_t hidden = compiler->body->slots;
    for (size_t i = 0; i < compiler->pending_count && !compiler->no_memory; i++) {
        prog_pending pending = compiler->pending[i];
        compiler->body->shared = true;
        compiler->hidden = hidden;
        compiler->never_waits = "a callback";
        compiler->returns = false;
        compiler->timeout = pending.timeout;
        compiler->loop = PROG_NO_LOOP;
        prog_lead_here(compiler, pending.instruction, pending.operand);
        prog_compile_steps(compiler, &pending.steps);
        (void)prog_emit(compiler, &end_operation, &pending.steps, NULL, 0);
    }
    compiler->pending_count = 0;
}

/* What is compiled from now on is the body's. */
static void begin_body(prog_compiler *compiler, prog_body *body, const char *never_waits) {
    compiler->body = body;
    compiler->never_waits = never_waits;
    compiler->returns = false;
    compiler->block = compiler->group = compiler->timeout = compiler->except = PROG_NO_BLOCK;
    compiler->loop = PROG_NO_LOOP;
    compiler->except_star = false;
    compiler->lasting = (uint32_t)body->variables.count;
    compiler->hidden = body->slots = compiler->lasting + body->lasting;
    body->scratch = PROG_NO_SLOT;
    body->entry = prog_here(compiler);
}

static void finish_body(prog_compiler *compiler) {
    prog_body *body = compiler->body;
    if (body->scratch != PROG_NO_SLOT)
        body->scratch = body->slots++;
    compile_callbacks(compiler);
    body->end = prog_here(compiler);
    compiler->body = NULL;
}

void prog_compile_body(prog_compiler *compiler, prog_body *body, const doc_node *steps,
                       const char *never_waits) {
    begin_body(compiler, body, never_waits);
    prog_compile_steps(compiler, steps);
    (void)prog_emit(compiler, &end_operation, steps, NULL, 0);
    finish_body(compiler);
}

/* One event may come in the middle of another's steps - a write that rises above the high water
 * mark -, and so each has hidden slots that no other uses. */
void prog_compile_protocol(prog_compiler *compiler, prog_protocol *protocol, const doc_node *node) {
    doc_node steps;
    begin_body(compiler, protocol->body, "a protocol");
    for (int event = 0; event < PROG_EVENTS && !compiler->no_memory; event++) {
        protocol->handlers[event] = PROG_NO_PC;
        if (!doc_node_member(node, prog_event_names[event], &steps))
            continue;
        compiler->hidden = protocol->body->slots;
        compiler->returns = true;
        protocol->handlers[event] = prog_here(compiler);
        prog_compile_steps(compiler, &steps);
        (void)prog_emit(compiler, &end_operation, &steps, NULL, 0);
    }
    finish_body(compiler);
}

/* Steps become instructions: one flat array, with the blocks around each. */
#include "program/compile.h"

#include <assert.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "program/flow.h"
#include "program/objects.h"
#include "program/shape.h"
#include "program/signals.h"

static void out_of_memory(prog_compiler *compiler) {
    compiler->no_memory = true;
}

/* --- Instructions ---------------------------------------------------------------------------- */

uint32_t prog_here(const prog_compiler *compiler) {
    return compiler->program->code_count;
}

uint32_t prog_emit(prog_compiler *compiler, const prog_operation *operation, const doc_node *node,
                   const prog_operand *operands, size_t count) {
    prog_program *program = compiler->program;
    prog_instruction *code =
        base_grown(program->code, program->code_count, &compiler->code_capacity, sizeof *code);
    if (code == NULL) {
        out_of_memory(compiler);
        return 0;
    }
    program->code = code;
    prog_instruction *in = &code[program->code_count];
    *in = (prog_instruction){.operation = operation,
                             .block = compiler->block,
                             .place = node != NULL ? doc_node_offset(node) : DOC_NOWHERE};
    assert(count <= PROG_OPERANDS);
    if (count > 0)
        memcpy(in->operands, operands, count * sizeof *operands);
    return program->code_count++;
}

void prog_lead_here(prog_compiler *compiler, uint32_t instruction, size_t operand) {
    if (!compiler->no_memory)
        compiler->program->code[instruction].operands[operand].pc = prog_here(compiler);
}

/* --- Blocks and hidden slots ----------------------------------------------------------------- */

uint32_t prog_hidden_slots(prog_compiler *compiler, uint32_t count) {
    uint32_t first = compiler->hidden;
    compiler->hidden += count;
    if (compiler->body->slots < compiler->hidden)
        compiler->body->slots = compiler->hidden;
    return first;
}

void prog_need_scratch(prog_compiler *compiler) {
    compiler->body->scratch = 0;
}

uint32_t prog_open_block(prog_compiler *compiler, prog_leave *leave, const doc_node *node,
                         uint32_t slots) {
    prog_program *program = compiler->program;
    prog_block *blocks = base_grown(program->blocks, program->block_count,
                                    &compiler->block_capacity, sizeof *blocks);
    if (blocks == NULL) {
        out_of_memory(compiler);
        return PROG_NO_BLOCK;
    }
    program->blocks = blocks;
    blocks[program->block_count] = (prog_block){.leave = leave,
                                                .parent = compiler->block,
                                                .slot = prog_hidden_slots(compiler, slots),
                                                .pc = PROG_NO_PC,
                                                .place = doc_node_offset(node)};
    compiler->block = program->block_count;
    return program->block_count++;
}

void prog_close_block(prog_compiler *compiler, uint32_t block) {
    if (compiler->no_memory)
        return;
    compiler->block = compiler->program->blocks[block].parent;
    compiler->hidden = compiler->program->blocks[block].slot;
}

/* --- Loops ----------------------------------------------------------------------------------- */

static const prog_loop no_loop = {PROG_NO_BLOCK, PROG_NO_PC, PROG_NO_PC};

prog_loop prog_open_loop(prog_compiler *compiler, uint32_t again) {
    prog_loop outer = compiler->loop;
    compiler->loop = (prog_loop){compiler->block, again, PROG_NO_PC};
    return outer;
}

void prog_close_loop(prog_compiler *compiler, prog_loop outer) {
    uint32_t at = compiler->loop.breaks;
    prog_note_round(compiler, compiler->loop.again);
    while (at != PROG_NO_PC && !compiler->no_memory) {
        uint32_t before = compiler->program->code[at].operands[PROG_JUMP_TO].pc;
        prog_lead_here(compiler, at, PROG_JUMP_TO);
        at = before;
    }
    compiler->loop = outer;
}

/* --- The members of a step ------------------------------------------------------------------- */

/* A constant that can only fail when the step runs is a fault now. */
static bool check_constant(const doc_node *node, const expr_expression *expression,
                           enum prog_member_kind kind, const char *name) {
    expr_value value;
    if (expression == NULL)
        return false;
    if (!expr_constant(expression, &value))
        return true;
    expr_error error = {0};
    int64_t whole;
    if (kind == PROG_MEMBER_COUNT || kind == PROG_MEMBER_PORT || kind == PROG_MEMBER_REPEAT)
        (void)expr_value_whole(value, name, &whole, &error);
    else if (kind == PROG_MEMBER_DURATION || value != EXPR_NONE)
        (void)expr_value_nanoseconds(value, &whole, &error);
    if (error.code != 0)
        (void)doc_node_fault(node, "%s", error.message);
    return error.code == 0;
}

/* What is no number and no expression. `true` counts as 1 in expressions; as a number of its own it
 * is a mistake. */
static bool fault_number(const doc_node *node, enum prog_member_kind kind, const char *name) {
    enum doc_type type = doc_node_type(node);
    bool truth = false;
    if (type == DOC_BOOLEAN)
        (void)doc_node_boolean(node, &truth);
    (void)doc_node_fault(node, "\"%s\" takes %s, not %s", name,
                         kind == PROG_MEMBER_REPEAT  ? "how often, or \"forever\""
                         : kind == PROG_MEMBER_COUNT ? "how many"
                         : kind == PROG_MEMBER_PORT  ? "a port"
                                                     : "a time, such as 1.5 or \"200ms\"",
                         type != DOC_BOOLEAN ? doc_type_name(type)
                         : truth             ? "true"
                                             : "false");
    return false;
}

/* What a list of steps looks like. */
#define STEPS "[{\"sleep\": 1}]"

/* Whether a text is no expression, but a host with its port: "127.0.0.1:80", "example.org". */
static bool is_address(const char *text) {
    static const char of_names[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:[]";
    const char *dot = strchr(text, '.'), *colon = strrchr(text, ':');
    if (text[strspn(text, of_names)] != '\0')
        return false;
    bool has_port =
        colon != NULL && colon[1] != '\0' && colon[strspn(colon, ":0123456789")] == '\0';
    bool is_host = dot != NULL && /* two dots, or a letter behind the first */
                   (strchr(dot + 1, '.') != NULL || (dot[1] | 32) >= 'a');
    return has_port || is_host;
}

static bool fault_address(const doc_node *node, const char *name) {
    (void)doc_node_fault(node,
                         "\"%s\" takes a port alone; its host is a member of the step: "
                         "\"%s\": 80, \"host\": \"127.0.0.1\"",
                         name, name);
    return false;
}

static bool compile_number(prog_compiler *compiler, const doc_node *node, const prog_member *member,
                           const char *name, prog_operand *operand) {
    if (member->kind == PROG_MEMBER_LIMIT && doc_node_type(node) == DOC_NULL)
        return true;
    if (member->kind == PROG_MEMBER_REPEAT) {
        static const char *const others[] = {"always", "ever", "infinite", "infinity", "inf", NULL};
        enum prog_word word = prog_compile_word(node, "forever", others);
        if (word != PROG_WORD_OTHER)
            return word == PROG_WORD_IT;
    }
    if (doc_node_type(node) != DOC_NUMBER && doc_node_type(node) != DOC_STRING)
        return fault_number(node, member->kind, name);
    const char *text;
    if (member->kind == PROG_MEMBER_PORT && doc_node_type(node) == DOC_STRING &&
        doc_node_string(node, &text) == 0 && is_address(text))
        return fault_address(node, name);
    operand->expression = prog_compile_expression(compiler, node);
    return check_constant(node, operand->expression, member->kind, name);
}

/* A task's name where a list of them is wanted: its value is one task. */
static bool names_one(prog_compiler *compiler, const doc_node *node, const char *name) {
    const char *text;
    (void)doc_node_string(node, &text);
    if (!prog_is_task_name(compiler, text, strlen(text)) ||
        base_symbols_find(&compiler->body->variables, text, strlen(text)) != BASE_NO_SYMBOL ||
        base_symbols_find(&compiler->program->global_names, text, strlen(text)) != BASE_NO_SYMBOL)
        return false;
    (void)doc_node_fault(node, "\"%s\" takes a list, such as [\"%s\"]; \"%s\" is a task", name,
                         text, text);
    return true;
}

static bool compile_targets(prog_compiler *compiler, const doc_node *node,
                            const prog_member *member, const char *verb, prog_operand *operand) {
    bool expression = doc_node_type(node) == DOC_STRING;
    if (!expression && doc_node_array(node, "[\"a\", \"b\"]") != 0)
        return false;
    size_t count = expression ? 0 : doc_node_count(node);
    prog_targets *targets =
        prog_compiler_alloc(compiler, sizeof *targets + count * sizeof targets->items[0]);
    if (targets == NULL)
        return false;
    operand->targets = targets;
    if (expression && names_one(compiler, node, member->name != NULL ? member->name : verb))
        return false;
    if (expression) {
        targets->list = prog_compile_expression(compiler, node);
        return targets->list != NULL;
    }
    bool fine = true;
    doc_node item;
    for (bool more = doc_node_first(node, &item); more; more = doc_node_next(&item))
        fine &= prog_compile_target(compiler, &item, verb, member->accepts,
                                    &targets->items[targets->count++]);
    return fine;
}

static bool compile_target(prog_compiler *compiler, const doc_node *node, const prog_member *member,
                           const char *verb, bool waits, prog_operand *operand) {
    prog_target *target = prog_compiler_alloc(compiler, sizeof *target);
    operand->target = target;
    if (target == NULL || !prog_compile_target(compiler, node, verb, member->accepts, target))
        return false;
    target->kept = waits && (member->accepts & PROG_AWAITABLE) == 0 &&
                   (target->slot != PROG_NO_SLOT || target->object == NULL);
    if (target->kept)
        prog_need_scratch(compiler);
    return true;
}

static bool compile_variables(prog_compiler *compiler, const doc_node *node,
                              prog_operand *operand) {
    bool whole = doc_node_type(node) == DOC_STRING;
    if (!whole && doc_node_array(node, "[\"x\", \"y\"]") != 0)
        return false;
    size_t count = whole ? 1 : doc_node_count(node);
    prog_slots *slots =
        prog_compiler_alloc(compiler, sizeof *slots + count * sizeof slots->items[0]);
    if (slots == NULL)
        return false;
    operand->slots = slots;
    slots->whole = whole;
    if (whole) {
        slots->items[slots->count++] = prog_compile_variable(compiler, node);
        return slots->items[0] != PROG_NO_SLOT;
    }
    doc_node item;
    bool fine = true;
    for (bool more = doc_node_first(node, &item); more; more = doc_node_next(&item)) {
        uint32_t slot = prog_compile_variable(compiler, &item);
        fine &= slot != PROG_NO_SLOT;
        slots->items[slots->count++] = slot;
    }
    return fine;
}

static bool compile_parts(prog_compiler *compiler, const doc_node *node, prog_operand *operand) {
    prog_operand slots;
    if (doc_node_type(node) != DOC_ARRAY) {
        operand->slot = prog_compile_variable(compiler, node);
        return operand->slot != PROG_NO_SLOT;
    }
    if (!compile_variables(compiler, node, &slots))
        return false;
    compiler->parts = slots.slots;
    compiler->whole = operand->slot = prog_hidden_slots(compiler, 1);
    return true;
}

void prog_emit_parts(prog_compiler *compiler, const doc_node *node) {
    prog_operand operands[] = {{.slot = compiler->whole}, {.slots = compiler->parts}};
    if (compiler->parts == NULL)
        return;
    compiler->parts = NULL;
    (void)prog_emit(compiler, compiler->language->unpack, node, operands, 2);
}

static bool compile_exception(prog_compiler *compiler, const doc_node *node,
                              prog_operand *operand) {
    const char *name;
    if (doc_node_string_like(node, "\"ValueError\"", &name) != 0)
        return false;
    if (!prog_check_exception(node, name))
        return false;
    uint32_t exception = prog_compile_exception(compiler, name);
    if (compiler->no_memory)
        return false;
    operand->code = compiler->program->exceptions[exception].code;
    prog_note_raised(compiler, node, exception);
    return true;
}

static bool compile_true(const doc_node *node) {
    bool value = false;
    if (doc_node_type(node) != DOC_BOOLEAN)
        (void)doc_node_fault(node, "expected true, found %s", doc_type_name(doc_node_type(node)));
    else if (doc_node_boolean(node, &value) == 0 && !value)
        (void)doc_node_fault(node, "expected true");
    return value;
}

static bool compile_choice(const doc_node *node, const prog_member *member, prog_operand *operand) {
    static const struct {
        const char *name;
        enum cad_stdio as;
    } choices[] = {{"pipe", CAD_STDIO_PIPE},
                   {"null", CAD_STDIO_NULL},
                   {"inherit", CAD_STDIO_INHERIT},
                   {"stdout", CAD_STDIO_STDOUT}};
    static const char *const outputs[] = {"stdout", "stderr"};
    const char *names[sizeof choices / sizeof *choices];
    size_t count = member->kind == PROG_MEMBER_STDIN    ? 2
                   : member->kind == PROG_MEMBER_STDOUT ? 3
                                                        : 4;
    bool output = member->kind == PROG_MEMBER_OUTPUT;
    size_t index = 0;
    for (size_t i = 0; i < count; i++)
        names[i] = choices[i].name;
    if (doc_node_choice(node, member->name, output ? outputs : names, output ? 2 : count, &index) !=
        0)
        return false;
    operand->choice = output ? (uint32_t)index : (uint32_t)choices[index].as;
    return true;
}

/* A list of texts, or an object of them. */
static bool compile_texts(prog_compiler *compiler, const doc_node *node, bool named,
                          prog_operand *operand) {
    if (named ? doc_node_object(node, "{\"NAME\": \"value\"}") != 0
              : doc_node_array(node, "[\"cat\", \"file\"]") != 0)
        return false;
    size_t count = doc_node_count(node);
    prog_texts *texts = prog_compiler_alloc(compiler, sizeof *texts + count * sizeof *texts->items);
    operand->texts = texts;
    doc_node item;
    for (bool more = texts != NULL && doc_node_first(node, &item); more;
         more = doc_node_next(&item)) {
        struct prog_text *text = &texts->items[texts->count++];
        text->name = named ? doc_node_key(&item) : NULL;
        text->text = prog_compile_text(compiler, &item);
        if (text->text == NULL)
            return false;
    }
    return texts != NULL;
}

static bool compile_argv(prog_compiler *compiler, const doc_node *node, prog_operand *operand) {
    if (!compile_texts(compiler, node, false, operand))
        return false;
    if (operand->texts->count == 0)
        (void)doc_node_fault(node, "a program is named first, then its arguments");
    return operand->texts->count > 0;
}

static bool compile_return_when(const doc_node *node, prog_operand *operand) {
    static const char *const names[] = {[CAD_ALL_COMPLETED] = "ALL_COMPLETED",
                                        [CAD_FIRST_COMPLETED] = "FIRST_COMPLETED",
                                        [CAD_FIRST_EXCEPTION] = "FIRST_EXCEPTION"};
    size_t index;
    if (doc_node_choice(node, "condition", names, sizeof names / sizeof *names, &index) != 0)
        return false;
    operand->choice = (uint32_t)index; /* enum cad_return_when */
    return true;
}

/* How many of a coroutine's first parameters the step gives itself. */
static uint32_t given_to(const prog_step *step) {
    return step->members[0].kind == PROG_MEMBER_SERVE ? 1 : 0;
}

static bool compile_serve(prog_compiler *compiler, const doc_node *node, const char *what,
                          prog_operand *operand) {
    operand->body = prog_compile_coroutine(compiler, node);
    if (operand->body == NULL || operand->body->parameters > 0)
        return operand->body != NULL;
    (void)doc_node_fault(node, "coroutine \"%s\" needs a parameter, for %s", operand->body->name,
                         what);
    operand->body = NULL;
    return false;
}

/* A member that is there. What is left to a verb's own compile(), steps above all, is only
 * checked to be there. */
static bool compile_member(prog_compiler *compiler, const prog_step *step,
                           const prog_member *member, const doc_node *node, prog_operand *operands,
                           prog_operand *operand) {
    const char *verb = step->operation.name;
    const char *name = member->name != NULL ? member->name : verb;
    bool waits = step->waiting == PROG_MAY_WAIT || step->waiting == PROG_WAITS_FOR_SOME;
    switch (member->kind) {
    case PROG_MEMBER_DURATION:
    case PROG_MEMBER_LIMIT:
    case PROG_MEMBER_COUNT:
    case PROG_MEMBER_PORT:
    case PROG_MEMBER_REPEAT:
        return compile_number(compiler, node, member, name, operand);
    case PROG_MEMBER_CONDITION:
    case PROG_MEMBER_ITEMS:
        if (member->kind == PROG_MEMBER_ITEMS && doc_node_type(node) != DOC_STRING &&
            doc_node_array(node, "[1, 2] or \"range(3)\"") != 0)
            return false;
        operand->expression = prog_compile_expression(compiler, node);
        return operand->expression != NULL;
    case PROG_MEMBER_TEXT:
    case PROG_MEMBER_VALUE:
        operand->text = prog_compile_text(compiler, node);
        return operand->text != NULL;
    case PROG_MEMBER_TARGET:
        return compile_target(compiler, node, member, verb, waits, operand) &&
               prog_note_waker(compiler, step, operand->target);
    case PROG_MEMBER_TARGETS:
        return compile_targets(compiler, node, member, verb, operand);
    case PROG_MEMBER_WAIT:
        return doc_node_type(node) == DOC_ARRAY
                   ? compile_targets(compiler, node, &(prog_member){.accepts = PROG_AWAITABLE},
                                     verb, operand)
                   : compile_target(compiler, node, member, verb, waits, operand) &&
                         prog_note_waker(compiler, step, operand->target);
    case PROG_MEMBER_OBJECT:
        operand->object = prog_compile_object(compiler, node);
        return operand->object != NULL;
    case PROG_MEMBER_VARIABLE:
        operand->slot = prog_compile_variable(compiler, node);
        return operand->slot != PROG_NO_SLOT;
    case PROG_MEMBER_VARIABLES:
        return compile_variables(compiler, node, operand);
    case PROG_MEMBER_PARTS:
        return compile_parts(compiler, node, operand);
    case PROG_MEMBER_BINDINGS:
    case PROG_MEMBER_ASSIGNMENTS:
        operand->bindings =
            prog_compile_bindings(compiler, node, member->kind == PROG_MEMBER_ASSIGNMENTS);
        return operand->bindings != NULL;
    case PROG_MEMBER_COROUTINE:
    case PROG_MEMBER_SPAWN:
        operand->body = prog_compile_coroutine(compiler, node);
        return operand->body != NULL;
    case PROG_MEMBER_SERVE:
        return compile_serve(compiler, node, "the connection", operand);
    case PROG_MEMBER_SIMULATE:
        return compile_serve(compiler, node, "its pipes", operand);
    case PROG_MEMBER_PROTOCOL:
        operand->body = prog_compile_protocol_name(compiler, node);
        return operand->body != NULL;
    case PROG_MEMBER_ARGUMENTS: /* after whose they are, which is the verb's own value */
        if (operands[0].body == NULL)
            return false;
        operand->arguments =
            prog_compile_arguments(compiler, operands[0].body, given_to(step), node, node);
        return operand->arguments != NULL &&
               prog_note_start(compiler, operands[0].body, operand->arguments);
    case PROG_MEMBER_EXCEPTION:
        return compile_exception(compiler, node, operand);
    case PROG_MEMBER_RAISE:
        return doc_node_type(node) == DOC_BOOLEAN ? compile_true(node)
                                                  : compile_exception(compiler, node, operand);
    case PROG_MEMBER_HANDLERS:
        return doc_node_object(node, "{\"ValueError\": [...]}") == 0;
    case PROG_MEMBER_STEPS:
    case PROG_MEMBER_CALLBACK:
        return doc_node_array(node, STEPS) == 0;
    case PROG_MEMBER_TRUE:
        return compile_true(node);
    case PROG_MEMBER_FLAG:
        return doc_node_boolean(node, &operand->flag) == 0;
    case PROG_MEMBER_RETURN_WHEN:
        return compile_return_when(node, operand);
    case PROG_MEMBER_HANDLED_SIGNAL:
    case PROG_MEMBER_SIGNAL:
        operand->number = prog_signal_number(node, member->kind == PROG_MEMBER_HANDLED_SIGNAL);
        return operand->number != 0;
    case PROG_MEMBER_ARGV:
        return compile_argv(compiler, node, operand);
    case PROG_MEMBER_ENV:
        return compile_texts(compiler, node, true, operand);
    case PROG_MEMBER_STDIN:
    case PROG_MEMBER_STDOUT:
    case PROG_MEMBER_STDERR:
    case PROG_MEMBER_OUTPUT:
        return compile_choice(node, member, operand);
    case PROG_MEMBER_NONE:
        break;
    }
    return false;
}

static bool leave_out(prog_compiler *compiler, const prog_step *step, const prog_member *member,
                      const doc_node *node, const prog_operand *operands, prog_operand *operand) {
    if (member->kind == PROG_MEMBER_ARGUMENTS && operands[0].body != NULL) {
        operand->arguments =
            prog_compile_arguments(compiler, operands[0].body, given_to(step), NULL, node);
        if (operand->arguments != NULL)
            (void)prog_note_start(compiler, operands[0].body, operand->arguments);
    }
    if (!member->required)
        return true;
    prog_fault_missing(node, step, member->name);
    return false;
}

bool prog_compile_members(prog_compiler *compiler, const prog_step *step, const doc_node *node,
                          prog_operand operands[PROG_STEP_MEMBERS]) {
    bool fine = true;
    for (size_t i = 0; step->members[i].kind != PROG_MEMBER_NONE; i++) {
        const prog_member *member = &step->members[i];
        const char *name = member->name != NULL ? member->name : step->operation.name;
        doc_node value;
        memset(&operands[i], 0, sizeof operands[i]);
        if (member->kind == PROG_MEMBER_VARIABLE || member->kind == PROG_MEMBER_PARTS)
            operands[i].slot = PROG_NO_SLOT;
        if (doc_node_member(node, name, &value))
            fine &= compile_member(compiler, step, member, &value, operands, &operands[i]);
        else
            fine &= leave_out(compiler, step, member, node, operands, &operands[i]);
    }
    return fine && !compiler->no_memory;
}

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
    if (base_symbols_find(&compiler->program->coroutine_names, key, strlen(key)) != BASE_NO_SYMBOL)
        (void)doc_node_key_fault(&unknown,
                                 "unknown step \"%s\"; {\"call\": \"%s\"} runs the coroutine, and "
                                 "{\"spawn\": \"%s\"} makes a task of it",
                                 key, key, key);
    else if (advice != NULL)
        (void)doc_node_key_fault(&unknown, "unknown step \"%s\"; %s", key, advice);
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
        out_of_memory(compiler);
        return;
    }
    program->outside = outside;
    outside[program->outside_count++] = (prog_outside){step, doc_node_offset(node), NULL, NULL};
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
    if (doc_node_array(steps, STEPS) != 0)
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
        out_of_memory(compiler);
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
        compiler->loop = no_loop;
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
    compiler->loop = no_loop;
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

/* The members of a step become operands: each kind of member is checked in its own way. */
#include "program/members.h"

#include <string.h>

#include "program/emit.h"
#include "program/flow.h"
#include "program/objects.h"
#include "program/operands.h"
#include "program/raising.h"
#include "program/scope.h"
#include "program/shape.h"
#include "program/signals.h"

/* What a member of a number takes, in words. */
static const char *what_it_takes(enum prog_member_kind kind) {
    return kind == PROG_MEMBER_REPEAT  ? "how often, or \"forever\""
           : kind == PROG_MEMBER_COUNT ? "how many"
           : kind == PROG_MEMBER_PORT  ? "a port"
                                       : "a time, such as 1.5 or \"200ms\"";
}

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
    bool nothing = kind == PROG_MEMBER_LIMIT && value == EXPR_NONE;
    if (!expr_is_number(value) && !expr_is_boolean(value) && !nothing) {
        (void)doc_node_fault(node, "\"%s\" takes %s, and this is always %s", name,
                             what_it_takes(kind), expr_value_type_name(value));
        return false;
    }
    if (kind == PROG_MEMBER_COUNT || kind == PROG_MEMBER_PORT || kind == PROG_MEMBER_REPEAT)
        (void)expr_value_whole(value, name, &whole, &error);
    else if (!nothing)
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
    (void)doc_node_fault(node, "\"%s\" takes %s, not %s", name, what_it_takes(kind),
                         type != DOC_BOOLEAN ? doc_type_name(type)
                         : truth             ? "true"
                                             : "false");
    return false;
}

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
        return doc_node_array(node, PROG_STEPS_EXAMPLE) == 0;
    case PROG_MEMBER_CALLBACK:
        return doc_node_array(node, PROG_CALLBACK_EXAMPLE) == 0;
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

static const char *known_text(const expr_text *text) {
    expr_value value;
    return expr_text_constant(text, &value) && expr_is_string(value) ? expr_to_string(value)->text
                                                                     : NULL;
}

static int known_port(const expr_expression *expression) {
    expr_value value;
    expr_error error = {0};
    int64_t whole = PROG_ANY_PORT;
    if (expr_constant(expression, &value))
        (void)expr_value_whole(value, "port", &whole, &error);
    return whole >= 0 && whole <= UINT16_MAX ? (int)whole : PROG_ANY_PORT;
}

/* Where the step listens or connects, as far as it is no expression: whether it may is known before
 * the run. The last of program->outside is the step. */
static void note_where(prog_program *program, const prog_step *step, const prog_operand *operands) {
    prog_outside *outside = &program->outside[program->outside_count - 1];
    for (size_t i = 0; step->members[i].kind != PROG_MEMBER_NONE; i++) {
        const prog_member *member = &step->members[i];
        bool is_host = member->name != NULL && strcmp(member->name, "host") == 0;
        if (member->kind == PROG_MEMBER_PORT && operands[i].expression != NULL)
            outside->ports[outside->port_count++] = known_port(operands[i].expression);
        else if (is_host)
            outside->host = operands[i].text != NULL ? known_text(operands[i].text) : "127.0.0.1";
        else if (step->needs == PROG_NEEDS_UNIX && member->kind == PROG_MEMBER_TEXT)
            outside->what = known_text(operands[i].text);
    }
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
    fine = fine && !compiler->no_memory;
    if (fine && (step->needs == PROG_NEEDS_NET || step->needs == PROG_NEEDS_UNIX))
        note_where(compiler->program, step, operands);
    return fine;
}

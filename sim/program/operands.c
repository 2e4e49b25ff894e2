/* Coroutines, variables and arguments, as the members of steps name them. */
#include "program/operands.h"

#include <string.h>

#include "base/memory.h"
#include "program/scope.h"

prog_body *prog_compile_coroutine(prog_compiler *compiler, const doc_node *node) {
    const prog_program *program = compiler->program;
    const char *name;
    if (doc_node_string_like(node, "\"NAME\" of a coroutine", &name) != 0)
        return NULL;
    uint32_t index = base_symbols_find(&program->coroutine_names, name, strlen(name));
    if (index != BASE_NO_SYMBOL)
        return program->coroutines[index];
    base_suggestion suggestion;
    base_suggestion_start(&suggestion, name, strlen(name));
    if (prog_advises(compiler))
        base_symbols_suggest(&program->coroutine_names, &suggestion);
    size_t length = strcspn(name, "(");
    if (name[length] != '\0' &&
        base_symbols_find(&compiler->program->coroutine_names, name, length) != BASE_NO_SYMBOL)
        (void)doc_node_fault(node, "\"%s\": only the name stands here; arguments stand in \"args\"",
                             name);
    else if (suggestion.best == NULL && prog_is_task_name(compiler, name, strlen(name)))
        (void)doc_node_fault(node, "\"%s\" is a task, and no coroutine: \"await\" waits for it",
                             name);
    else if (suggestion.best != NULL)
        (void)doc_node_unknown(node, "coroutine", name, &suggestion);
    else
        (void)doc_node_fault(node,
                             "unknown coroutine \"%s\"; one is declared: \"coroutines\": {\"%s\": "
                             "{\"do\": [...]}}",
                             name, name);
    return NULL;
}

const prog_body *prog_compile_protocol_name(prog_compiler *compiler, const doc_node *node) {
    const prog_program *program = compiler->program;
    const char *name;
    if (doc_node_string_like(node, "\"NAME\" of a protocol", &name) != 0)
        return NULL;
    uint32_t index = base_symbols_find(&program->protocol_names, name, strlen(name));
    if (index != BASE_NO_SYMBOL)
        return program->protocols[index].body;
    base_suggestion suggestion;
    base_suggestion_start(&suggestion, name, strlen(name));
    if (prog_advises(compiler))
        base_symbols_suggest(&program->protocol_names, &suggestion);
    if (suggestion.best != NULL)
        (void)doc_node_unknown(node, "protocol", name, &suggestion);
    else
        (void)doc_node_fault(node,
                             "unknown protocol \"%s\"; one is declared: \"protocols\": {\"%s\": "
                             "{\"connection_made\": [...]}}",
                             name, name);
    return NULL;
}

/* --- Bindings -------------------------------------------------------------------------------- */

static uint32_t find_global(prog_compiler *compiler, const doc_node *member, const char *name) {
    const base_symbols *names = &compiler->program->global_names;
    uint32_t slot = base_symbols_find(names, name, strlen(name));
    if (slot != BASE_NO_SYMBOL)
        return slot;
    base_suggestion suggestion;
    base_suggestion_start(&suggestion, name, strlen(name));
    if (prog_advises(compiler))
        base_symbols_suggest(names, &suggestion);
    if (suggestion.best != NULL)
        (void)doc_node_key_unknown(member, "scenario variable", name, &suggestion);
    else
        (void)doc_node_key_fault(member,
                                 "unknown scenario variable \"%s\"; \"vars\" declares those, and "
                                 "\"let\" sets a variable of the task",
                                 name);
    return PROG_NO_SLOT;
}

static uint32_t find_local(prog_compiler *compiler, const doc_node *member, const char *name) {
    if (!prog_check_name(member, name) || !prog_check_hides(compiler, member, name))
        return PROG_NO_SLOT;
    return base_symbols_find(&compiler->body->variables, name, strlen(name));
}

static uint32_t find_slot(prog_compiler *compiler, const doc_node *member, const char *name,
                          bool global) {
    return global ? find_global(compiler, member, name) : find_local(compiler, member, name);
}

/* `{"a, b": "pair"}`; NULL after a fault. */
static const prog_slots *find_parts(prog_compiler *compiler, const doc_node *member, bool global) {
    const char *key = doc_node_key(member);
    char name[PROG_NAME_MAX];
    prog_slots *slots =
        prog_compiler_alloc(compiler, sizeof *slots + (strlen(key) + 1) * sizeof slots->items[0]);
    bool fine = slots != NULL;
    while (slots != NULL && prog_next_part(&key, name)) {
        uint32_t slot = find_slot(compiler, member, name, global);
        slots->items[slots->count++] = slot;
        fine &= slot != PROG_NO_SLOT;
    }
    return fine ? slots : NULL;
}

/* Of one name, or of several. */
static bool bind(prog_compiler *compiler, const doc_node *member, bool global,
                 prog_binding *binding) {
    const char *key = doc_node_key(member);
    binding->slot = PROG_NO_SLOT;
    if (strchr(key, ',') != NULL)
        binding->parts = find_parts(compiler, member, global);
    else
        binding->slot = find_slot(compiler, member, key, global);
    binding->expression = prog_compile_any(compiler, member);
    return (binding->slot != PROG_NO_SLOT || binding->parts != NULL) && binding->expression != NULL;
}

const prog_bindings *prog_compile_bindings(prog_compiler *compiler, const doc_node *node,
                                           bool global) {
    if (doc_node_object(node, "{\"x\": 1}") != 0)
        return NULL;
    size_t count = doc_node_count(node);
    prog_bindings *bindings =
        prog_compiler_alloc(compiler, sizeof *bindings + count * sizeof bindings->items[0]);
    if (bindings == NULL)
        return NULL;
    bool fine = true;
    doc_node member;
    for (bool more = doc_node_first(node, &member); more; more = doc_node_next(&member)) {
        fine &= bind(compiler, &member, global, &bindings->items[bindings->count++]);
    }
    return fine ? bindings : NULL;
}

/* A fault for each parameter that gets no argument. */
static bool check_arguments(const prog_body *body, uint32_t given, const doc_node *args,
                            const doc_node *at) {
    bool fine = true;
    doc_node member;
    for (uint32_t i = given; i < body->parameters; i++) {
        const char *name = base_symbols_name(&body->variables, i);
        if (args != NULL && doc_node_member(args, name, &member))
            continue;
        fine = false;
        (void)doc_node_fault(at, "%s \"%s\" needs the argument \"%s\"",
                             body->protocol != NULL ? "protocol" : "coroutine", body->name, name);
    }
    return fine;
}

/* --- Objects that are passed as text --------------------------------------------------------- */

/* What the coroutine does with it is known when all of them are compiled. */
static void note_passed(prog_compiler *compiler, const prog_body *body, uint32_t slot,
                        const doc_node *argument) {
    const base_symbols *objects = &compiler->program->object_names;
    const char *name;
    if (doc_node_type(argument) != DOC_STRING || doc_node_string(argument, &name) != 0 ||
        base_symbols_find(objects, name, strlen(name)) == BASE_NO_SYMBOL)
        return;
    prog_passed *passed = base_grown(compiler->passed, compiler->passed_count,
                                     &compiler->passed_capacity, sizeof *passed);
    if (passed == NULL) {
        compiler->no_memory = true;
        return;
    }
    compiler->passed = passed;
    passed[compiler->passed_count++] = (prog_passed){*argument, body, slot};
}

void prog_check_passed(prog_compiler *compiler) {
    for (size_t i = 0; i < compiler->passed_count; i++) {
        const prog_passed *passed = &compiler->passed[i];
        uint64_t objects = passed->body->as_objects & ~passed->body->changed;
        const char *name;
        if (passed->slot < 64 && (objects >> passed->slot & 1) != 0 &&
            doc_node_string(&passed->argument, &name) == 0)
            (void)doc_node_fault(&passed->argument,
                                 "\"%s\" is a text, and \"%s\" takes an object as \"%s\"; "
                                 "\"{%s}\" passes the object",
                                 name, passed->body->name,
                                 base_symbols_name(&passed->body->variables, passed->slot), name);
    }
}

/* --- Arguments ------------------------------------------------------------------------------- */

/* An argument that the body has no parameter for. */
static void fault_argument(const doc_node *member, const prog_body *body, uint32_t given) {
    enum { MOST = 16 };
    const char *names[MOST], *name = doc_node_key(member);
    size_t count = 0;
    base_suggestion suggestion;
    base_suggestion_start(&suggestion, name, strlen(name));
    for (uint32_t i = given; i < body->parameters; i++) {
        const char *parameter = base_symbols_name(&body->variables, i);
        base_suggestion_offer(&suggestion, parameter);
        if (count < MOST)
            names[count++] = parameter;
    }
    if (suggestion.best != NULL)
        (void)doc_node_key_unknown(member, "argument", name, &suggestion);
    else
        (void)doc_node_key_expected(member, "argument", name, names, count);
}

const prog_arguments *prog_compile_arguments(prog_compiler *compiler, const prog_body *body,
                                             uint32_t given, const doc_node *args,
                                             const doc_node *at) {
    if (args != NULL && doc_node_object(args, "{\"x\": 1}") != 0)
        return NULL;
    prog_arguments *arguments = prog_compiler_alloc(
        compiler, sizeof *arguments + body->parameters * sizeof arguments->items[0]);
    bool fine = check_arguments(body, given, args, at) && arguments != NULL;
    doc_node member;
    if (args == NULL || arguments == NULL)
        return fine ? arguments : NULL;
    for (bool more = doc_node_first(args, &member); more; more = doc_node_next(&member)) {
        const char *name = doc_node_key(&member);
        uint32_t slot = base_symbols_find(&body->variables, name, strlen(name));
        if (slot >= given && slot < body->parameters && arguments->count < body->parameters) {
            expr_text *value = prog_compile_text(compiler, &member);
            arguments->items[arguments->count++] = (prog_argument){slot, value};
            fine &= value != NULL;
            note_passed(compiler, body, slot, &member);
            continue;
        }
        fine = false;
        fault_argument(&member, body, given);
    }
    return fine ? arguments : NULL;
}

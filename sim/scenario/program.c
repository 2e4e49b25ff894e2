#include "scenario/program.h"

#include <stdarg.h>
#include <string.h>

#include "scenario/alloc.h"
#include "scenario/compile.h"
#include "scenario/exceptions.h"
#include "scenario/functions.h"

/* --- Memory ---------------------------------------------------------------------------------- */

struct sim_arena {
    struct sim_arena *next;
    max_align_t bytes[];
};

struct sim_owned {
    struct sim_owned *next;
    sim_expression *expression;
    sim_text *text;
};

void *sim_compiler_alloc(sim_compiler *compiler, size_t size) {
    struct sim_arena *piece = sim_zalloc(1, sizeof *piece + size);
    if (piece == NULL) {
        compiler->no_memory = true;
        return NULL;
    }
    piece->next = compiler->program->arena;
    compiler->program->arena = piece;
    return piece->bytes;
}

static bool own(sim_compiler *compiler, sim_expression *expression, sim_text *text) {
    struct sim_owned *owned = sim_compiler_alloc(compiler, sizeof *owned);
    if (owned == NULL)
        return false;
    *owned = (struct sim_owned){compiler->program->owned, expression, text};
    compiler->program->owned = owned;
    return true;
}

static sim_expression *own_expression(sim_compiler *compiler, sim_expression *expression) {
    if (own(compiler, expression, NULL)) {
        compiler->program->draws |= sim_expression_draws(expression);
        return expression;
    }
    sim_expression_free(expression);
    return NULL;
}

sim_expression *sim_compile_expression(sim_compiler *compiler, const sim_node *node) {
    sim_expression *expression;
    int error = sim_expression_from_node(node, &compiler->scope, &expression);
    compiler->no_memory |= error == CAD_ENOMEM;
    return error == 0 ? own_expression(compiler, expression) : NULL;
}

sim_expression *sim_compile_constant(sim_compiler *compiler, double number) {
    sim_expression *expression;
    if (sim_expression_from_value(sim_number(number), &expression) == 0)
        return own_expression(compiler, expression);
    compiler->no_memory = true;
    return NULL;
}

sim_text *sim_compile_text(sim_compiler *compiler, const sim_node *node) {
    sim_text *text;
    int error = sim_text_from_node(node, &compiler->scope, &text);
    compiler->no_memory |= error == CAD_ENOMEM;
    if (error != 0)
        return NULL;
    if (own(compiler, NULL, text)) {
        compiler->program->draws |= sim_text_draws(text);
        return text;
    }
    sim_text_free(text);
    return NULL;
}

/* --- What steps refer to --------------------------------------------------------------------- */

sim_body *sim_compile_coroutine(sim_compiler *compiler, const sim_node *node) {
    const sim_program *program = compiler->program;
    const char *name;
    if (sim_node_string(node, &name) != 0)
        return NULL;
    uint32_t index = sim_symbols_find(&program->coroutine_names, name, strlen(name));
    if (index != SIM_NO_SYMBOL)
        return program->coroutines[index];
    sim_suggestion suggestion;
    sim_suggestion_start(&suggestion, name, strlen(name));
    sim_symbols_suggest(&program->coroutine_names, &suggestion);
    (void)sim_node_unknown(node, "coroutine", name, &suggestion);
    return NULL;
}

static uint32_t find_global(sim_compiler *compiler, const sim_node *member) {
    const sim_symbols *names = &compiler->program->global_names;
    const char *name = sim_node_key(member);
    uint32_t slot = sim_symbols_find(names, name, strlen(name));
    if (slot != SIM_NO_SYMBOL)
        return slot;
    sim_suggestion suggestion;
    sim_suggestion_start(&suggestion, name, strlen(name));
    sim_symbols_suggest(names, &suggestion);
    (void)sim_node_key_unknown(member, "scenario variable", name, &suggestion);
    return SIM_NO_SLOT;
}

static uint32_t find_local(sim_compiler *compiler, const sim_node *member) {
    const char *name = sim_node_key(member);
    if (!sim_check_name(compiler, member, name))
        return SIM_NO_SLOT;
    return sim_symbols_find(&compiler->body->variables, name, strlen(name));
}

const sim_bindings *sim_compile_bindings(sim_compiler *compiler, const sim_node *node,
                                         bool global) {
    if (sim_node_object(node) != 0)
        return NULL;
    size_t count = sim_node_count(node);
    sim_bindings *bindings =
        sim_compiler_alloc(compiler, sizeof *bindings + count * sizeof bindings->items[0]);
    if (bindings == NULL)
        return NULL;
    bool fine = true;
    sim_node member;
    for (bool more = sim_node_first(node, &member); more; more = sim_node_next(&member)) {
        sim_binding *binding = &bindings->items[bindings->count++];
        binding->slot = global ? find_global(compiler, &member) : find_local(compiler, &member);
        binding->expression = sim_compile_expression(compiler, &member);
        fine &= binding->slot != SIM_NO_SLOT && binding->expression != NULL;
    }
    return fine ? bindings : NULL;
}

/* A fault for each parameter that gets no argument. */
static bool check_arguments(const sim_body *body, const sim_node *args, const sim_node *at) {
    bool fine = true;
    sim_node member;
    for (uint32_t i = 0; i < body->parameters; i++) {
        const char *name = sim_symbols_name(&body->variables, i);
        if (args != NULL && sim_node_member(args, name, &member))
            continue;
        fine = false;
        (void)sim_node_fault(at, "coroutine \"%s\" needs the argument \"%s\"", body->name, name);
    }
    return fine;
}

const sim_arguments *sim_compile_arguments(sim_compiler *compiler, const sim_body *body,
                                           const sim_node *args, const sim_node *at) {
    if (args != NULL && sim_node_object(args) != 0)
        return NULL;
    sim_arguments *arguments = sim_compiler_alloc(
        compiler, sizeof *arguments + body->parameters * sizeof arguments->items[0]);
    bool fine = check_arguments(body, args, at) && arguments != NULL;
    sim_node member;
    if (args == NULL || arguments == NULL)
        return fine ? arguments : NULL;
    for (bool more = sim_node_first(args, &member); more; more = sim_node_next(&member)) {
        const char *name = sim_node_key(&member);
        uint32_t slot = sim_symbols_find(&body->variables, name, strlen(name));
        if (slot < body->parameters && arguments->count < body->parameters) {
            sim_text *value = sim_compile_text(compiler, &member);
            arguments->items[arguments->count++] = (sim_argument){slot, value};
            fine &= value != NULL;
            continue;
        }
        sim_suggestion suggestion;
        sim_suggestion_start(&suggestion, name, strlen(name));
        for (uint32_t i = 0; i < body->parameters; i++)
            sim_suggestion_offer(&suggestion, sim_symbols_name(&body->variables, i));
        fine = false;
        (void)sim_node_key_unknown(&member, "argument", name, &suggestion);
    }
    return fine ? arguments : NULL;
}

uint32_t sim_compile_exception(sim_compiler *compiler, const char *name) {
    sim_program *program = compiler->program;
    bool added;
    uint32_t index = sim_symbols_add(&program->exception_names, name, strlen(name), &added);
    if (index == SIM_NO_SYMBOL) {
        compiler->no_memory = true;
        return 0;
    }
    if (!added)
        return index;
    sim_exception_type *types =
        sim_grow(program->exceptions, index, &compiler->exception_capacity, sizeof *types);
    if (types == NULL) {
        compiler->no_memory = true;
        return 0;
    }
    program->exceptions = types;
    types[index] = (sim_exception_type){sim_symbols_name(&program->exception_names, index),
                                        SIM_EXCEPTION, SIM_EXCEPTION_CODE(index)};
    return index;
}

/* --- Exceptions that are only caught --------------------------------------------------------- */

void sim_note_raised(sim_compiler *compiler, const char *name) {
    if (sim_symbols_add(&compiler->raised, name, strlen(name), NULL) == SIM_NO_SYMBOL)
        compiler->no_memory = true;
}

void sim_note_caught(sim_compiler *compiler, const sim_node *branch, uint32_t exception) {
    if (exception < SIM_EXCEPTIONS_BUILT_IN || exception == SIM_ANY_EXCEPTION)
        return;
    sim_caught *caught = sim_grow(compiler->caught, compiler->caught_count,
                                  &compiler->caught_capacity, sizeof *caught);
    if (caught == NULL) {
        compiler->no_memory = true;
        return;
    }
    compiler->caught = caught;
    caught[compiler->caught_count++] = (sim_caught){*branch, exception};
}

void sim_check_caught(sim_compiler *compiler) {
    const sim_program *program = compiler->program;
    for (size_t i = 0; i < compiler->caught_count; i++) {
        const sim_caught *caught = &compiler->caught[i];
        const char *name = program->exceptions[caught->exception].name;
        sim_suggestion suggestion;
        if (sim_symbols_find(&compiler->raised, name, strlen(name)) != SIM_NO_SYMBOL)
            continue;
        sim_suggestion_start(&suggestion, name, strlen(name));
        for (uint32_t k = 0; k < SIM_EXCEPTIONS_BUILT_IN; k++)
            sim_suggestion_offer(&suggestion, program->exceptions[k].name);
        sim_symbols_suggest(&compiler->raised, &suggestion);
        if (suggestion.best != NULL)
            (void)sim_node_key_fault(&caught->branch, "nothing raises \"%s\"; did you mean \"%s\"?",
                                     name, suggestion.best);
    }
}

/* --- The end --------------------------------------------------------------------------------- */

static void free_body(sim_body *body) {
    if (body != NULL)
        sim_symbols_free(&body->variables);
}

void sim_program_free(sim_program *program) {
    if (program == NULL)
        return;
    for (struct sim_owned *owned = program->owned; owned != NULL; owned = owned->next) {
        sim_expression_free(owned->expression);
        sim_text_free(owned->text);
    }
    for (size_t i = 0; i < program->body_count; i++)
        free_body(&program->bodies[i]);
    sim_symbols_free(&program->global_names);
    sim_symbols_free(&program->object_names);
    sim_symbols_free(&program->coroutine_names);
    sim_symbols_free(&program->task_names);
    sim_symbols_free(&program->exception_names);
    sim_free(program->exceptions);
    sim_free(program->code);
    sim_free(program->blocks);
    while (program->arena != NULL) {
        struct sim_arena *next = program->arena->next;
        sim_free(program->arena);
        program->arena = next;
    }
    sim_document_free(program->document);
    sim_free(program);
}

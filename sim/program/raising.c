/* Exceptions by name in a document: who raises them, who takes them, and what was meant. */
#include "program/raising.h"

#include <string.h>

#include "base/memory.h"
#include "program/exceptions.h"

/* --- Names ----------------------------------------------------------------------------------- */

/* What Python, or one of its modules, calls by another name. */
static const char *other_name(const char *name) {
    static const char *const names[][2] = {
        {"IOError", "OSError"},  {"EnvironmentError", "OSError"}, {"socket.error", "OSError"},
        {"Empty", "QueueEmpty"}, {"Full", "QueueFull"},           {"timeout", "TimeoutError"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i][0], name) == 0)
            return names[i][1];
    return NULL;
}

/* `asyncio.TimeoutError` is TimeoutError, `queue.Empty` QueueEmpty. */
static const char *without_module(const char *name) {
    const char *last = strrchr(name, '.') + 1;
    const char *known = other_name(name);
    known = known != NULL ? known : other_name(last);
    return known != NULL ? known : last;
}

bool prog_check_exception(const doc_node *node, const char *name) {
    bool key = doc_node_key(node) == name;
    int (*fault)(const doc_node *, const char *, ...) = key ? doc_node_key_fault : doc_node_fault;
    const char *dot = strrchr(name, '.');
    if (expr_is_name(name, strlen(name)))
        return true;
    if (dot != NULL && expr_is_name(dot + 1, strlen(dot + 1)))
        (void)fault(node, "exceptions are named without their module: \"%s\"",
                    without_module(name));
    else if (strchr(name, '(') != NULL)
        (void)fault(node, "\"%s\": only the name stands here; what it says is its \"message\"",
                    name);
    else
        (void)fault(node, "\"%s\" cannot be the name of an exception", name);
    return false;
}

uint32_t prog_compile_exception(prog_compiler *compiler, const char *name) {
    prog_program *program = compiler->program;
    bool added;
    uint32_t index = base_symbols_add(&program->exception_names, name, strlen(name), &added);
    if (index == BASE_NO_SYMBOL) {
        compiler->no_memory = true;
        return 0;
    }
    if (!added)
        return index;
    prog_exception_type *types =
        base_grown(program->exceptions, index, &compiler->exception_capacity, sizeof *types);
    if (types == NULL) {
        compiler->no_memory = true;
        return 0;
    }
    program->exceptions = types;
    types[index] = (prog_exception_type){base_symbols_name(&program->exception_names, index),
                                         PROG_EXCEPTION, PROG_EXCEPTION_CODE(index)};
    return index;
}

/* --- Exceptions that are only caught --------------------------------------------------------- */

void prog_note_raised(prog_compiler *compiler, const char *name) {
    if (base_symbols_add(&compiler->raised, name, strlen(name), NULL) == BASE_NO_SYMBOL)
        compiler->no_memory = true;
}

/* What takes an exception before a branch that stands behind others; NULL: nothing. */
static const char *taken_by(const prog_compiler *compiler, uint32_t exception,
                            const prog_branches *before) {
    const prog_program *program = compiler->program;
    if (before->any && prog_is_kind_of(program, exception, PROG_ANY_EXCEPTION))
        return "*";
    for (uint32_t i = 0; i < PROG_EXCEPTIONS_BUILT_IN; i++)
        if ((before->built_in >> i & 1) != 0 && prog_is_kind_of(program, exception, i))
            return program->exceptions[i].name;
    return NULL;
}

static void check_order(prog_compiler *compiler, const doc_node *branch, uint32_t exception,
                        prog_branches *before) {
    bool any = strcmp(doc_node_key(branch), "*") == 0;
    if (exception == PROG_ANY_EXCEPTION && !any)
        return; /* its name has a fault */
    const char *taker = taken_by(compiler, any ? PROG_EXCEPTION : exception, before);
    if (taker != NULL)
        (void)doc_node_key_fault(branch,
                                 "this branch never runs: \"%s\" stands before it, and takes what "
                                 "would come here",
                                 taker);
    before->any |= any;
    if (!any && exception < PROG_EXCEPTIONS_BUILT_IN)
        before->built_in |= UINT64_C(1) << exception;
}

void prog_note_caught(prog_compiler *compiler, const doc_node *branch, uint32_t exception,
                      prog_branches *before) {
    check_order(compiler, branch, exception, before);
    if (exception < PROG_EXCEPTIONS_BUILT_IN || exception == PROG_ANY_EXCEPTION)
        return;
    prog_caught *caught = base_grown(compiler->caught, compiler->caught_count,
                                     &compiler->caught_capacity, sizeof *caught);
    if (caught == NULL) {
        compiler->no_memory = true;
        return;
    }
    compiler->caught = caught;
    caught[compiler->caught_count++] = (prog_caught){*branch, exception};
}

/* Python's `NameError`, for somebody who wrote `Name`; NULL: there is none. */
static const char *built_in_error(const prog_program *program, const char *name) {
    size_t length = strlen(name);
    for (uint32_t i = 0; i < PROG_EXCEPTIONS_BUILT_IN; i++) {
        const char *built_in = program->exceptions[i].name;
        if (strncmp(built_in, name, length) == 0 && strcmp(built_in + length, "Error") == 0)
            return built_in;
    }
    return NULL;
}

void prog_check_caught(prog_compiler *compiler) {
    const prog_program *program = compiler->program;
    for (size_t i = 0; i < compiler->caught_count; i++) {
        const prog_caught *caught = &compiler->caught[i];
        const char *name = program->exceptions[caught->exception].name;
        base_suggestion suggestion;
        if (base_symbols_find(&compiler->raised, name, strlen(name)) != BASE_NO_SYMBOL)
            continue;
        base_suggestion_start(&suggestion, name, strlen(name));
        for (uint32_t k = 0; k < PROG_EXCEPTIONS_BUILT_IN; k++)
            base_suggestion_offer(&suggestion, program->exceptions[k].name);
        base_symbols_suggest(&compiler->raised, &suggestion);
        if (other_name(name) != NULL)
            suggestion.best = other_name(name);
        if (suggestion.best == NULL)
            suggestion.best = built_in_error(program, name);
        if (suggestion.best != NULL)
            (void)doc_node_key_fault(&caught->branch, "nothing raises \"%s\"; did you mean \"%s\"?",
                                     name, suggestion.best);
        else
            (void)doc_node_key_fault(&caught->branch,
                                     "this branch never runs: nothing raises \"%s\"", name);
    }
}

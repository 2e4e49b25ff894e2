/* Exceptions by name in a document: who raises them, who takes them, and what was meant. */
#include "program/raising.h"

#include <limits.h>
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
    else if (strchr(name, ',') != NULL && name[strcspn(name, "\"':")] == '\0')
        (void)fault(node, "\"%s\": each exception has a branch of its own", name);
    else if (name[strcspn(name, "(:")] != '\0')
        (void)fault(node, "\"%s\": only the name stands here; what it says is its \"message\"",
                    name);
    else if (strstr(name, " as ") != NULL)
        (void)fault(node, "\"%s\": only the name stands here; \"as\" is a member of the \"try\"",
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

/* --- Exceptions that are only caught, or only raised ------------------------------------------ */

/* Notes one that is not Python's. */
static void note_named(prog_compiler *compiler, const doc_node *node, uint32_t exception,
                       bool raised) {
    prog_named *named = base_grown(compiler->named, compiler->named_count,
                                   &compiler->named_capacity, sizeof *named);
    if (named == NULL) {
        compiler->no_memory = true;
        return;
    }
    compiler->named = named;
    named[compiler->named_count++] = (prog_named){*node, exception, raised};
}

void prog_note_raised(prog_compiler *compiler, const doc_node *node, uint32_t exception) {
    const char *name = compiler->program->exceptions[exception].name;
    if (exception < PROG_EXCEPTIONS_BUILT_IN)
        return;
    if (base_symbols_add(&compiler->raised, name, strlen(name), NULL) == BASE_NO_SYMBOL)
        compiler->no_memory = true;
    note_named(compiler, node, exception, true);
}

void prog_note_taken(prog_compiler *compiler, const char *name) {
    if (base_symbols_add(&compiler->taken, name, strlen(name), NULL) == BASE_NO_SYMBOL)
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
    prog_note_taken(compiler, compiler->program->exceptions[exception].name);
    note_named(compiler, branch, exception, false);
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

/* A built-in exception that is called nearly so, or by another name; NULL: none. `distance` is how
 * many letters of the name may be other ones. */
static const char *near_built_in(const prog_program *program, const char *name, unsigned distance) {
    base_suggestion suggestion;
    base_suggestion_start(&suggestion, name, strlen(name));
    for (uint32_t i = 0; i < PROG_EXCEPTIONS_BUILT_IN; i++)
        base_suggestion_offer(&suggestion, program->exceptions[i].name);
    if (other_name(name) != NULL)
        return other_name(name);
    return suggestion.best != NULL && suggestion.distance <= distance
               ? suggestion.best
               : built_in_error(program, name);
}

/* What people call the branch that takes all the others. */
static bool is_word_for_all(const char *name) {
    static const char *const words[] = {"all", "any", "default", "else", "other", "_"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], name) == 0)
            return true;
    return false;
}

/* Of what a branch takes there must be something that raises it. */
static void check_caught(prog_compiler *compiler, const doc_node *branch, const char *name) {
    base_suggestion suggestion;
    if (base_symbols_find(&compiler->raised, name, strlen(name)) != BASE_NO_SYMBOL)
        return;
    const char *meant = near_built_in(compiler->program, name, UINT_MAX);
    base_suggestion_start(&suggestion, name, strlen(name));
    base_symbols_suggest(&compiler->raised, &suggestion);
    if (meant == NULL)
        meant = suggestion.best;
    if (is_word_for_all(name))
        (void)doc_node_key_fault(branch, "nothing raises \"%s\"; \"*\" takes whatever is raised",
                                 name);
    else if (meant != NULL)
        (void)doc_node_key_fault(branch, "nothing raises \"%s\"; did you mean \"%s\"?", name,
                                 meant);
    else
        (void)doc_node_key_fault(branch, "this branch never runs: nothing raises \"%s\"", name);
}

/* An exception of the scenario's own needs no declaration. One whose name is all but one of
 * Python's, and that nothing takes by it, is more likely a slip; names of few letters are near to
 * one another by chance. */
static void check_raised(prog_compiler *compiler, const doc_node *node, const char *name) {
    size_t length = strlen(name);
    if (base_symbols_find(&compiler->taken, name, length) != BASE_NO_SYMBOL)
        return;
    const char *meant = near_built_in(compiler->program, name, length < 10 ? 1 : 2);
    if (meant != NULL)
        (void)doc_node_fault(
            node,
            "unknown exception \"%s\"; did you mean \"%s\"? (one of the scenario's own so "
            "called needs an \"except\", or an \"expect\", that names it)",
            name, meant);
}

void prog_check_named(prog_compiler *compiler) {
    for (size_t i = 0; i < compiler->named_count; i++) {
        const prog_named *named = &compiler->named[i];
        const char *name = compiler->program->exceptions[named->exception].name;
        if (named->raised)
            check_raised(compiler, &named->at, name);
        else
            check_caught(compiler, &named->at, name);
    }
}

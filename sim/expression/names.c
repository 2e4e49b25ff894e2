/* What the names in an expression mean, and its calls: with what to say of those that nobody knows.
 */
#include "expression/compiler.h"

#include <assert.h>
#include <string.h>

#include "base/number.h"

/* --- Names ----------------------------------------------------------------------------------- */

static const expr_function *find_in(const expr_function *functions, size_t count, const char *name,
                                    size_t length) {
    for (size_t i = 0; i < count; i++) {
        if (strlen(functions[i].name) == length && memcmp(functions[i].name, name, length) == 0)
            return &functions[i];
    }
    return NULL;
}

const expr_function *expr_find_function(const expr_scope *scope, const char *name, size_t length) {
    const expr_function *found = NULL;
    if (scope != NULL) /* a scope's own takes the place of one that is built in */
        found = find_in(scope->functions, scope->function_count, name, length);
    return found != NULL ? found
                         : find_in(expr_builtin_functions, expr_builtin_count, name, length);
}

static void suggest_functions(const expr_scope *scope, base_suggestion *suggestion) {
    for (size_t i = 0; i < expr_builtin_count; i++)
        base_suggestion_offer(suggestion, expr_builtin_functions[i].name);
    for (size_t i = 0; i < scope->function_count; i++)
        base_suggestion_offer(suggestion, scope->functions[i].name);
}

static bool unknown(expr_compiler *c, const char *what, const expr_token *token,
                    const base_suggestion *suggestion) {
    const char *name = c->lexer.text + token->offset;
    const char *other =
        c->scope->explain != NULL ? c->scope->explain(c->scope, name, token->length) : NULL;
    if (other != NULL)
        return expr_fault(c, token->offset, token->length, "\"%.*s\" %s", expr_shown(token->length),
                          name, other);
    if (suggestion->best == NULL)
        return expr_fault(c, token->offset, token->length, "unknown %s \"%.*s\"", what,
                          expr_shown(token->length), name);
    return expr_fault(c, token->offset, token->length, "unknown %s \"%.*s\"; did you mean \"%s\"?",
                      what, expr_shown(token->length), name, suggestion->best);
}

static bool is_explained(const expr_compiler *c, const expr_token *token) {
    const char *name = c->lexer.text + token->offset;
    return c->scope->explain != NULL && c->scope->explain(c->scope, name, token->length) != NULL;
}

static bool unknown_name(expr_compiler *c, const expr_token *token) {
    static const char *const constants[] = {"True", "False", "None"};
    const char *name = c->lexer.text + token->offset;
    base_suggestion suggestion;
    base_suggestion_start(&suggestion, name, token->length);
    c->scope->suggest(c->scope, &suggestion);
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        base_suggestion_offer(&suggestion, constants[i]);
    if (token->length == 4 && memcmp(name, "null", 4) == 0) /* as JSON has it */
        suggestion.best = "None";
    if (suggestion.best == NULL && !is_explained(c, token) && expr_is_unit(name, token->length))
        return expr_fault(c, token->offset, token->length,
                          "unknown name \"%.*s\"; a unit stands right behind a number: 1%.*s",
                          expr_shown(token->length), name, expr_shown(token->length), name);
    bool alone = token->length == c->lexer.length && c->scope->takes_text;
    if (alone && suggestion.best == NULL && !is_explained(c, token))
        return expr_fault(c, token->offset, token->length,
                          "unknown name \"%.*s\"; a text has quotes of its own: \"'%.*s'\"",
                          expr_shown(token->length), name, expr_shown(token->length), name);
    return unknown(c, "name", token, &suggestion);
}

/* The instruction that loads what a name means. */
static bool load_of(expr_compiler *c, const expr_name *name, expr_instruction *load) {
    static const enum expr_opcode opcodes[] = {
        [EXPR_NAME_LOCAL] = EXPR_OP_LOCAL,
        [EXPR_NAME_GLOBAL] = EXPR_OP_GLOBAL,
        [EXPR_NAME_CONSTANT] = EXPR_OP_CONSTANT,
        [EXPR_NAME_LATE] = EXPR_OP_LATE,
    };
    size_t operand = name->slot;
    if (name->kind == EXPR_NAME_CONSTANT &&
        !expr_add_constant(c, expr_value_ref(name->value), &operand))
        return false;
    assert(operand <= EXPR_OPERAND_MAX);
    *load = expr_instruction_make(opcodes[name->kind], (uint32_t)operand);
    return true;
}

/* Notes what happens when a load finds no value. */
static bool note_unset(expr_compiler *c, const expr_token *token, expr_instruction load) {
    const char *text = c->lexer.text + token->offset;
    expr_unset unset = {.load = load, .instead = expr_instruction_make(EXPR_OP_RETURN, 0)};
    expr_name behind;
    expr_value name;
    size_t index;
    for (size_t i = 0; i < c->unset_count; i++) {
        if (c->unset[i].load == load)
            return true;
    }
    if (expr_opcode_of(load) == EXPR_OP_LOCAL) {
        int error = c->scope->resolve(c->scope, text, token->length, true, &behind);
        if (error == CAD_ENOMEM)
            return expr_no_memory(c);
        if (error == 0 && !load_of(c, &behind, &unset.instead))
            return false;
    }
    if (expr_string_new(text, token->length, &name) != 0)
        return expr_no_memory(c);
    if (!expr_add_constant(c, name, &index))
        return false;
    unset.name = (uint32_t)index;
    expr_unset *list = base_grown(c->unset, c->unset_count, &c->unset_capacity, sizeof *list);
    if (list == NULL)
        return expr_no_memory(c);
    c->unset = list;
    list[c->unset_count++] = unset;
    return true;
}

bool expr_emit_name(expr_compiler *c, const expr_token *token) {
    const char *text = c->lexer.text + token->offset;
    expr_instruction load;
    c->last_name = (expr_name){.kind = EXPR_NAME_CONSTANT, .value = EXPR_NONE};
    int error = c->scope->resolve(c->scope, text, token->length, false, &c->last_name);
    if (error == CAD_ENOMEM)
        return expr_no_memory(c);
    if (error != 0) {
        const expr_function *function = expr_find_function(c->scope, text, token->length);
        if (function != NULL && function->expects != NULL)
            (void)expr_fault(c, token->offset, token->length,
                             "\"%.*s\" is a function, and is followed by \"(\", then by %s",
                             expr_shown(token->length), text, function->expects);
        else if (function != NULL)
            (void)expr_fault(c, token->offset, token->length,
                             "\"%.*s\" is a function, and is followed by \"(\"",
                             expr_shown(token->length), text);
        else
            (void)unknown_name(c, token);
        return expr_emit_constant(c, EXPR_NONE);
    }
    if (!load_of(c, &c->last_name, &load))
        return false;
    if (c->last_name.kind != EXPR_NAME_CONSTANT && !note_unset(c, token, load))
        return false;
    return expr_emit_part(c, expr_opcode_of(load), expr_operand_of(load), 1, token->offset,
                          token->offset + token->length);
}

/* --- Calls ----------------------------------------------------------------------------------- */

/* What to say of another language's function; NULL: nothing. */
static const char *foreign_function(const expr_scope *scope, const char *name, size_t length) {
    for (const expr_foreign *row = scope->foreign; row != NULL && row->word != NULL; row++)
        if (strlen(row->word) == length && memcmp(row->word, name, length) == 0)
            return row->advice;
    return NULL;
}

bool expr_unknown_function(expr_compiler *c, const expr_token *name) {
    const char *text = c->lexer.text + name->offset;
    expr_name meaning;
    if (c->scope->resolve(c->scope, text, name->length, false, &meaning) == 0)
        return expr_fault(c, name->offset, name->length, "\"%.*s\" is no function",
                          expr_shown(name->length), text);
    base_suggestion suggestion;
    base_suggestion_start(&suggestion, text, name->length);
    suggest_functions(c->scope, &suggestion);
    const char *advice = foreign_function(c->scope, text, name->length);
    if (advice != NULL)
        return expr_fault(c, name->offset, name->length, "unknown function \"%.*s\"; %s",
                          expr_shown(name->length), text, advice);
    return unknown(c, "function", name, &suggestion);
}

void expr_check_argument_count(expr_compiler *c, const expr_function *function,
                               const expr_token *name, size_t count) {
    size_t least = function->least;
    size_t most = function->most;
    const char *bound = least == most ? "" : count < least ? "at least " : "at most ";
    size_t number = count < least ? least : most;
    if (count >= least && count <= most)
        return;
    (void)expr_fault(c, name->offset, name->length, "%s() takes %s%zu argument%s, found %zu",
                     function->name, bound, number, base_plural(number), count);
}

/* Where a function takes an object: of a name in quotes it is said that it has none. */
static void fault_constant(expr_compiler *c, const expr_function *function, size_t offset,
                           size_t length) {
    const char *name = c->lexer.text + offset + 1;
    size_t size = length > 2 ? length - 2 : 0; /* without quotes, if it is a text */
    expr_name meaning;
    if (expr_is_name(name, size) && c->scope->resolve(c->scope, name, size, false, &meaning) == 0)
        (void)expr_fault(c, offset, length, "%s() takes %s, and this is a text: write %s(%.*s)",
                         function->name, function->expects, function->name, expr_shown(size), name);
    else
        (void)expr_fault(c, offset, length, "%s() takes %s", function->name, function->expects);
}

void expr_check_first_argument(expr_compiler *c, const expr_function *function, size_t start,
                               size_t offset, size_t length) {
    if (function->accepts == 0 || c->code_count != start + 1 || c->faults > 0)
        return;
    enum expr_opcode opcode = expr_opcode_of(c->code[start]);
    bool constant = opcode == EXPR_OP_CONSTANT && !expr_is_reference(expr_constant_at(c, 0));
    bool name = opcode <= EXPR_OP_LATE && opcode >= EXPR_OP_CONSTANT && !constant;
    if (constant)
        fault_constant(c, function, offset, length);
    else if (name && c->last_name.what != 0 && (c->last_name.what & function->accepts) == 0)
        (void)expr_fault(c, offset, length, "%s() takes %s; this is %s %s", function->name,
                         function->expects, c->last_name.article, c->last_name.label);
}

bool expr_emit_call(expr_compiler *c, const expr_function *function, size_t count, size_t from) {
    size_t index = 0;
    while (index < c->function_count && c->functions[index] != function)
        index++;
    if (index == c->function_count) {
        const expr_function **functions =
            base_grown(c->functions, c->function_count, &c->function_capacity, sizeof *functions);
        if (functions == NULL)
            return expr_no_memory(c);
        c->functions = functions;
        functions[c->function_count++] = function;
    }
    if (function >= &expr_builtin_functions[expr_builtin_first_draw] &&
        function < &expr_builtin_functions[expr_builtin_count])
        c->draws = true;
    return expr_emit_part(c, EXPR_OP_CALL, index << 8 | count, 1 - (int)count, from, c->end);
}

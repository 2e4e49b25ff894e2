/* The compiler of expressions: Python's grammar by recursive descent, each rule a function. */
#include "expression/expression.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "expression/code.h"
#include "expression/token.h"

/* A list is made of so many values at a time. */
#define LIST_PIECE 32

typedef struct compiler {
    expr_lexer lexer;
    expr_token token; /* the next one */
    size_t end;       /* of the one before */
    uint32_t string;  /* doc_node_offset() of what is compiled; DOC_NOWHERE */
    const expr_scope *scope;
    expr_fault_report *report;
    void *context;
    size_t faults;
    bool out_of_memory;
    unsigned depth; /* of the rules inside one another */
    int height;     /* of the stack here */
    size_t
        barrier; /* jumps may lead here, so what is before cannot be computed with what follows */

    expr_instruction *code;
    expr_part *parts; /* by instruction */
    size_t code_count;
    size_t code_capacity;
    size_t part_capacity;
    expr_value *constants;
    size_t constant_count;
    size_t constant_capacity;
    const expr_function **functions;
    size_t function_count;
    size_t function_capacity;
    expr_unset *unset;
    size_t unset_count;
    size_t unset_capacity;
    bool draws;
    expr_name last_name; /* what the last name read means */
} compiler;

/* The rules return false when compiling cannot go on: a fault of syntax has been reported, or
 * memory has run out. A fault of meaning (an unknown name) is reported, and compiling goes on. */
static bool parse_choice(compiler *c);

/* --- Faults ---------------------------------------------------------------------------------- */

__attribute__((format(printf, 4, 5))) static bool fault(compiler *c, size_t offset, size_t length,
                                                        const char *format, ...) {
    char message[320];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    c->faults++;
    c->report(c->context, offset, length, message);
    return false;
}

static bool fault_here(compiler *c, const char *message) {
    return fault(c, c->token.offset, c->token.length, "%s", message);
}

/* The text of a token, cut to what a message can show. */
static int shown(size_t length) {
    return length < 60 ? (int)length : 60;
}

/* What an expression that ends too early was meant to be; "": nothing is known. */
static const char *hint_of_end(const char *text, size_t length) {
    while (length > 0 && text[length - 1] == ' ')
        length--;
    if (length > 1 && text[length - 1] == '%')
        return "; a share such as 5% is a number, 0.05";
    if (length > 2 &&
        (memcmp(text + length - 2, "++", 2) == 0 || memcmp(text + length - 2, "--", 2) == 0))
        return "; an expression changes nothing: the step \"let\" does, to \"x + 1\"";
    return "";
}

static bool expected(compiler *c, const char *what) {
    const char *text = c->lexer.text + c->token.offset;
    if (c->token.kind == EXPR_TOKEN_END)
        return fault(c, c->token.offset, 0, "expected %s, but the expression ends here%s", what,
                     hint_of_end(c->lexer.text, c->lexer.length));
    if (c->token.kind == EXPR_TOKEN_TEXT)
        return fault(c, c->token.offset, c->token.length, "expected %s, found text", what);
    return fault(c, c->token.offset, c->token.length, "expected %s, found \"%.*s\"", what,
                 shown(c->token.length), text);
}

/* --- Emitting code --------------------------------------------------------------------------- */

static bool no_memory(compiler *c) {
    c->out_of_memory = true;
    return false;
}

/* `change` is what the instruction does to the height of the stack; from `from` to `to` stands
 * what it computes. */
static bool emit_part(compiler *c, enum expr_opcode opcode, size_t operand, int change, size_t from,
                      size_t to) {
    if (!base_grow(&c->code, &c->code_capacity, c->code_count, sizeof *c->code) ||
        !base_grow(&c->parts, &c->part_capacity, c->code_count, sizeof *c->parts))
        return no_memory(c);
    assert(operand <= EXPR_OPERAND_MAX); /* the length of an expression is limited */
    c->parts[c->code_count] = (expr_part){c->string, (uint32_t)from, (uint32_t)(to - from)};
    c->code[c->code_count++] = expr_instruction_make(opcode, (uint32_t)operand);
    c->height += change;
    if (c->height > EXPR_STACK_SIZE)
        return fault_here(c, "the expression needs too many values at once");
    return true;
}

/* One that computes nothing that could fail. */
static bool emit(compiler *c, enum expr_opcode opcode, size_t operand, int change) {
    return emit_part(c, opcode, operand, change, 0, 0);
}

static bool emit_operator(compiler *c, enum expr_operator operator, size_t from, size_t to) {
    return emit_part(c, (enum expr_opcode) operator, 0, -1, from, to);
}

/* The last instruction is the right operand, a number, and becomes a part of the operator's. */
static bool emit_operator_by_constant(compiler *c, enum expr_operator operator, size_t from,
                                      size_t to) {
    uint32_t constant = expr_operand_of(c->code[--c->code_count]);
    c->height--;
    return emit_part(c, (enum expr_opcode)((int)operator| EXPR_OP_BY_CONSTANT), constant, 0, from,
                     to);
}

/* Takes over the reference. */
static bool add_constant(compiler *c, expr_value value, size_t *index) {
    expr_value *constants =
        base_grown(c->constants, c->constant_count, &c->constant_capacity, sizeof *constants);
    if (constants == NULL) {
        expr_value_unref(value);
        return no_memory(c);
    }
    c->constants = constants;
    *index = c->constant_count;
    constants[c->constant_count++] = value;
    return true;
}

/* Takes over the reference. */
static bool emit_constant(compiler *c, expr_value value) {
    size_t index;
    return add_constant(c, value, &index) && emit(c, EXPR_OP_CONSTANT, index, 1);
}

/* A jump whose target is not known yet; patch() sets it. */
static bool emit_jump(compiler *c, enum expr_opcode opcode, int change, size_t *jump) {
    *jump = c->code_count;
    return emit(c, opcode, 0, change);
}

/* The jump leads to what is emitted next. */
static void patch(compiler *c, size_t jump) {
    size_t distance = c->code_count - jump - 1;
    c->code[jump] = expr_instruction_make(expr_opcode_of(c->code[jump]), (uint32_t)distance);
    c->barrier = c->code_count;
}

/* Of the last `count` instructions: whether all are constants, and nothing jumps between them. */
static bool are_constants(const compiler *c, size_t count) {
    if (c->code_count < c->barrier + count)
        return false;
    for (size_t i = c->code_count - count; i < c->code_count; i++) {
        if (expr_opcode_of(c->code[i]) != EXPR_OP_CONSTANT)
            return false;
    }
    return true;
}

/* The value of the last instruction but `back`, which is a constant. */
static expr_value constant_at(const compiler *c, size_t back) {
    return c->constants[expr_operand_of(c->code[c->code_count - 1 - back])];
}

/* Replaces the last `count` constants by one. Their values stay in the table, unused, where other
 * instructions can refer to them. */
static bool replace_constants(compiler *c, size_t count, expr_value value) {
    c->code_count -= count;
    c->height -= (int)count;
    return emit_constant(c, value);
}

/* What can be computed now is; what would be an error is left for when it runs, if it does. */
static bool emit_binary(compiler *c, enum expr_operator operator, size_t from, size_t to) {
    expr_error error;
    expr_value result;
    if (are_constants(c, 2) && expr_is_number(constant_at(c, 1)) &&
        expr_is_number(constant_at(c, 0)) &&
        expr_value_binary(operator, constant_at(c, 1), constant_at(c, 0), &result, &error) == 0)
        return replace_constants(c, 2, result);
    if (are_constants(c, 1) && expr_is_number(constant_at(c, 0)))
        return emit_operator_by_constant(c, operator, from, to);
    return emit_operator(c, operator, from, to);
}

static bool emit_unary(compiler *c, enum expr_opcode opcode, size_t from) {
    expr_error error;
    expr_value result;
    if (opcode == EXPR_OP_NEGATE && are_constants(c, 1) &&
        expr_value_negate(constant_at(c, 0), &result, &error) == 0)
        return replace_constants(c, 1, result);
    return emit_part(c, opcode, 0, 0, from, c->end);
}

/* --- Tokens ---------------------------------------------------------------------------------- */

static bool advance(compiler *c) {
    c->end = c->token.offset + c->token.length;
    c->token = expr_lexer_next(&c->lexer);
    if (c->token.kind != EXPR_TOKEN_FAULT)
        return true;
    if (c->lexer.out_of_memory)
        return no_memory(c);
    return fault(c, c->lexer.fault_offset, c->lexer.fault_length, "%s", c->lexer.message);
}

static bool at(const compiler *c, const char *word) {
    return expr_token_is(&c->lexer, &c->token, word);
}

/* Enters a rule that can contain itself. */
static bool enter(compiler *c) {
    if (++c->depth > EXPR_MAX_DEPTH)
        return fault_here(c, "the expression is nested too deeply");
    return true;
}

/* --- Names ----------------------------------------------------------------------------------- */

static const expr_function *find_in(const expr_function *functions, size_t count, const char *name,
                                    size_t length) {
    for (size_t i = 0; i < count; i++) {
        if (strlen(functions[i].name) == length && memcmp(functions[i].name, name, length) == 0)
            return &functions[i];
    }
    return NULL;
}

static const expr_function *find_function(const expr_scope *scope, const char *name,
                                          size_t length) {
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

static bool unknown(compiler *c, const char *what, const expr_token *token,
                    const base_suggestion *suggestion) {
    const char *name = c->lexer.text + token->offset;
    const char *other =
        c->scope->explain != NULL ? c->scope->explain(c->scope, name, token->length) : NULL;
    if (other != NULL)
        return fault(c, token->offset, token->length, "\"%.*s\" %s", shown(token->length), name,
                     other);
    if (suggestion->best == NULL)
        return fault(c, token->offset, token->length, "unknown %s \"%.*s\"", what,
                     shown(token->length), name);
    return fault(c, token->offset, token->length, "unknown %s \"%.*s\"; did you mean \"%s\"?", what,
                 shown(token->length), name, suggestion->best);
}

static bool is_explained(const compiler *c, const expr_token *token) {
    const char *name = c->lexer.text + token->offset;
    return c->scope->explain != NULL && c->scope->explain(c->scope, name, token->length) != NULL;
}

static bool unknown_name(compiler *c, const expr_token *token) {
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
        return fault(c, token->offset, token->length,
                     "unknown name \"%.*s\"; a unit stands right behind a number: 1%.*s",
                     shown(token->length), name, shown(token->length), name);
    bool alone = token->length == c->lexer.length && c->scope->takes_text;
    if (alone && suggestion.best == NULL && !is_explained(c, token))
        return fault(c, token->offset, token->length,
                     "unknown name \"%.*s\"; a text has quotes of its own: \"'%.*s'\"",
                     shown(token->length), name, shown(token->length), name);
    return unknown(c, "name", token, &suggestion);
}

/* The instruction that loads what a name means. */
static bool load_of(compiler *c, const expr_name *name, expr_instruction *load) {
    static const enum expr_opcode opcodes[] = {
        [EXPR_NAME_LOCAL] = EXPR_OP_LOCAL,
        [EXPR_NAME_GLOBAL] = EXPR_OP_GLOBAL,
        [EXPR_NAME_CONSTANT] = EXPR_OP_CONSTANT,
        [EXPR_NAME_LATE] = EXPR_OP_LATE,
    };
    size_t operand = name->slot;
    if (name->kind == EXPR_NAME_CONSTANT && !add_constant(c, expr_value_ref(name->value), &operand))
        return false;
    assert(operand <= EXPR_OPERAND_MAX);
    *load = expr_instruction_make(opcodes[name->kind], (uint32_t)operand);
    return true;
}

/* Notes what happens when a load finds no value. */
static bool note_unset(compiler *c, const expr_token *token, expr_instruction load) {
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
            return no_memory(c);
        if (error == 0 && !load_of(c, &behind, &unset.instead))
            return false;
    }
    if (expr_string_new(text, token->length, &name) != 0)
        return no_memory(c);
    if (!add_constant(c, name, &index))
        return false;
    unset.name = (uint32_t)index;
    expr_unset *list = base_grown(c->unset, c->unset_count, &c->unset_capacity, sizeof *list);
    if (list == NULL)
        return no_memory(c);
    c->unset = list;
    list[c->unset_count++] = unset;
    return true;
}

static bool emit_name(compiler *c, const expr_token *token) {
    const char *text = c->lexer.text + token->offset;
    expr_instruction load;
    c->last_name = (expr_name){.kind = EXPR_NAME_CONSTANT, .value = EXPR_NONE};
    int error = c->scope->resolve(c->scope, text, token->length, false, &c->last_name);
    if (error == CAD_ENOMEM)
        return no_memory(c);
    if (error != 0) {
        const expr_function *function = find_function(c->scope, text, token->length);
        if (function != NULL && function->expects != NULL)
            (void)fault(c, token->offset, token->length,
                        "\"%.*s\" is a function, and is followed by \"(\", then by %s",
                        shown(token->length), text, function->expects);
        else if (function != NULL)
            (void)fault(c, token->offset, token->length,
                        "\"%.*s\" is a function, and is followed by \"(\"", shown(token->length),
                        text);
        else
            (void)unknown_name(c, token);
        return emit_constant(c, EXPR_NONE);
    }
    if (!load_of(c, &c->last_name, &load))
        return false;
    if (c->last_name.kind != EXPR_NAME_CONSTANT && !note_unset(c, token, load))
        return false;
    return emit_part(c, expr_opcode_of(load), expr_operand_of(load), 1, token->offset,
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

static bool unknown_function(compiler *c, const expr_token *name) {
    const char *text = c->lexer.text + name->offset;
    expr_name meaning;
    if (c->scope->resolve(c->scope, text, name->length, false, &meaning) == 0)
        return fault(c, name->offset, name->length, "\"%.*s\" is no function", shown(name->length),
                     text);
    base_suggestion suggestion;
    base_suggestion_start(&suggestion, text, name->length);
    suggest_functions(c->scope, &suggestion);
    const char *advice = foreign_function(c->scope, text, name->length);
    if (advice != NULL)
        return fault(c, name->offset, name->length, "unknown function \"%.*s\"; %s",
                     shown(name->length), text, advice);
    return unknown(c, "function", name, &suggestion);
}

static void check_argument_count(compiler *c, const expr_function *function, const expr_token *name,
                                 size_t count) {
    size_t least = function->least;
    size_t most = function->most;
    const char *bound = least == most ? "" : count < least ? "at least " : "at most ";
    size_t number = count < least ? least : most;
    if (count >= least && count <= most)
        return;
    (void)fault(c, name->offset, name->length, "%s() takes %s%zu argument%s, found %zu",
                function->name, bound, number, base_plural(number), count);
}

/* Where a function takes an object: of a name in quotes it is said that it has none. */
static void fault_constant(compiler *c, const expr_function *function, size_t offset,
                           size_t length) {
    const char *name = c->lexer.text + offset + 1;
    size_t size = length > 2 ? length - 2 : 0; /* without quotes, if it is a text */
    expr_name meaning;
    if (expr_is_name(name, size) && c->scope->resolve(c->scope, name, size, false, &meaning) == 0)
        (void)fault(c, offset, length, "%s() takes %s, and this is a text: write %s(%.*s)",
                    function->name, function->expects, function->name, shown(size), name);
    else
        (void)fault(c, offset, length, "%s() takes %s", function->name, function->expects);
}

/* Whether the first argument, whose code begins at `start`, can be what the function takes. What
 * is known only when it runs is left to the function. */
static void check_first_argument(compiler *c, const expr_function *function, size_t start,
                                 size_t offset, size_t length) {
    if (function->accepts == 0 || c->code_count != start + 1 || c->faults > 0)
        return;
    enum expr_opcode opcode = expr_opcode_of(c->code[start]);
    bool constant = opcode == EXPR_OP_CONSTANT && !expr_is_reference(constant_at(c, 0));
    bool name = opcode <= EXPR_OP_LATE && opcode >= EXPR_OP_CONSTANT && !constant;
    if (constant)
        fault_constant(c, function, offset, length);
    else if (name && c->last_name.what != 0 && (c->last_name.what & function->accepts) == 0)
        (void)fault(c, offset, length, "%s() takes %s; this is %s %s", function->name,
                    function->expects, c->last_name.article, c->last_name.label);
}

/* After "(": arguments, and ")". */
static bool parse_arguments(compiler *c, const expr_function *function, size_t *count) {
    *count = 0;
    while (!at(c, ")")) {
        size_t start = c->code_count;
        size_t offset = c->token.offset;
        if (!parse_choice(c))
            return false;
        size_t end = c->token.offset;
        while (end > offset && strchr(" \t\r\n\f", c->lexer.text[end - 1]) != NULL)
            end--;
        if (++*count == 1 && function != NULL)
            check_first_argument(c, function, start, offset, end - offset);
        if (*count > EXPR_FUNCTION_MAX_ARGUMENTS)
            return fault_here(c, "a function takes at most 64 arguments");
        if (at(c, ")"))
            break;
        if (!at(c, ","))
            return expected(c, "\",\" or \")\"");
        if (!advance(c))
            return false;
    }
    return advance(c);
}

static bool emit_call(compiler *c, const expr_function *function, size_t count, size_t from) {
    size_t index = 0;
    while (index < c->function_count && c->functions[index] != function)
        index++;
    if (index == c->function_count) {
        const expr_function **functions =
            base_grown(c->functions, c->function_count, &c->function_capacity, sizeof *functions);
        if (functions == NULL)
            return no_memory(c);
        c->functions = functions;
        functions[c->function_count++] = function;
    }
    if (function >= &expr_builtin_functions[expr_builtin_first_draw] &&
        function < &expr_builtin_functions[expr_builtin_count])
        c->draws = true;
    return emit_part(c, EXPR_OP_CALL, index << 8 | count, 1 - (int)count, from, c->end);
}

/* name ( arguments ), at the "(". */
static bool parse_call(compiler *c, const expr_token *name) {
    const char *text = c->lexer.text + name->offset;
    const expr_function *function = find_function(c->scope, text, name->length);
    size_t count;
    if (function == NULL)
        (void)unknown_function(c, name);
    if (!advance(c) || !parse_arguments(c, function, &count))
        return false;
    if (function == NULL) {
        /* Nothing of this will run; only the height has to be right. */
        c->height -= (int)count;
        return emit_constant(c, EXPR_NONE);
    }
    check_argument_count(c, function, name, count);
    return emit_call(c, function, count, name->offset);
}

/* --- The rules, from the inside out ------------------------------------------------------------
 */

static bool parse_text(compiler *c) {
    base_buffer text = {0};
    expr_value value;
    bool right = true;
    /* Pieces of text beside one another are one. */
    while (right && c->token.kind == EXPR_TOKEN_TEXT) {
        if (base_buffer_append(&text, c->lexer.string.data, c->lexer.string.length) != 0)
            right = no_memory(c);
        else
            right = advance(c);
    }
    if (right && expr_string_new(text.data, text.length, &value) != 0)
        right = no_memory(c);
    base_buffer_free(&text);
    return right && emit_constant(c, value);
}

/* Makes a list or a tuple of the last `count` values, and adds it to the one below, where `more`.
 */
static bool emit_list(compiler *c, enum expr_opcode opcode, size_t count, bool more) {
    enum expr_sequence_kind kind = opcode == EXPR_OP_TUPLE ? EXPR_TUPLE : EXPR_LIST;
    expr_value items[LIST_PIECE], list;
    bool made;
    if (are_constants(c, count)) {
        for (size_t i = 0; i < count; i++)
            items[i] = constant_at(c, count - 1 - i);
        if (expr_list_new(kind, items, count, &list) != 0)
            return no_memory(c);
        made = replace_constants(c, count, list);
    } else {
        made = emit(c, opcode, count, 1 - (int)count);
    }
    return made && (!more || emit(c, EXPR_OP_ADD, 0, -1));
}

/* For one more value. A long list is made of pieces, so that the stack need not hold all of it. */
static bool make_room(compiler *c, enum expr_opcode opcode, size_t *count, bool *more) {
    if (*count < LIST_PIECE)
        return true;
    bool made = emit_list(c, opcode, *count, *more);
    *more = true;
    *count = 0;
    return made;
}

/* Items, of which `count` have been read, and the sign that closes them. */
static bool parse_items(compiler *c, enum expr_opcode opcode, size_t count, size_t open,
                        const char *close) {
    bool more = false;
    while (!at(c, close)) {
        if (!make_room(c, opcode, &count, &more) || !parse_choice(c))
            return false;
        count++;
        if (at(c, close))
            break;
        if (at(c, "for"))
            return fault_here(c, "the language has no comprehensions; \"for\" is a step");
        if (c->token.kind == EXPR_TOKEN_END)
            return fault(c, open, 1, "this \"%c\" is not closed", c->lexer.text[open]);
        if (!at(c, ","))
            return expected(c, close[0] == ']' ? "an operator, \",\" or \"]\""
                                               : "an operator, \",\" or \")\"");
        if (!advance(c))
            return false;
    }
    return emit_list(c, opcode, count, more) && advance(c);
}

static bool parse_brackets(compiler *c) {
    size_t open = c->token.offset;
    return advance(c) && parse_items(c, EXPR_OP_LIST, 0, open, "]");
}

static bool parse_parentheses(compiler *c) {
    size_t open = c->token.offset;
    if (!advance(c))
        return false;
    if (at(c, ")"))
        return parse_items(c, EXPR_OP_TUPLE, 0, open, ")");
    if (!parse_choice(c))
        return false;
    if (at(c, ","))
        return advance(c) && parse_items(c, EXPR_OP_TUPLE, 1, open, ")");
    if (c->token.kind == EXPR_TOKEN_END)
        return fault(c, open, 1, "this \"(\" is not closed");
    if (!at(c, ")"))
        return expected(c, "an operator or \")\"");
    return advance(c);
}

/* A bound of a slice, which may be left out. */
static bool parse_bound(compiler *c) {
    return at(c, ":") || at(c, "]") ? emit_constant(c, EXPR_NONE) : parse_choice(c);
}

/* [index], [from:to] or [from:to:step], at the "[", of what begins at `from`. */
static bool parse_subscript(compiler *c, size_t from) {
    size_t open = c->token.offset;
    if (!advance(c))
        return false;
    if (at(c, "]"))
        return fault(c, open, c->token.offset + 1 - open, "there is nothing between the brackets");
    if (!parse_bound(c))
        return false;
    bool slice = at(c, ":");
    if (slice && (!advance(c) || !parse_bound(c)))
        return false;
    if (slice && at(c, ":") && !advance(c))
        return false;
    if (slice && !parse_bound(c))
        return false;
    if (c->token.kind == EXPR_TOKEN_END)
        return fault(c, open, 1, "this \"[\" is not closed");
    if (!at(c, "]"))
        return expected(c, "an operator or \"]\"");
    return advance(c) && (slice ? emit_part(c, EXPR_OP_SLICE, 0, -3, from, c->end)
                                : emit_part(c, EXPR_OP_ITEM, 0, -1, from, c->end));
}

/* A word of Python's that cannot stand where a value is expected. */
static bool refuse_keyword(compiler *c, const expr_token *token) {
    c->token = *token;
    if (at(c, "lambda") || at(c, "for") || at(c, "await") || at(c, "yield"))
        return fault(c, token->offset, token->length, "the language has no \"%.*s\"",
                     (int)token->length, c->lexer.text + token->offset);
    return expected(c, "a value");
}

/* `f'...'`, `r'...'`: letters right before a text. */
static bool refuse_prefix(compiler *c, const expr_token *letters) {
    const char *text = c->lexer.text + letters->offset;
    bool formatted =
        memchr(text, 'f', letters->length) != NULL || memchr(text, 'F', letters->length) != NULL;
    if (letters->length <= 2 && formatted)
        return fault(
            c, letters->offset, letters->length,
            "there are no f-strings in an expression: \"+\" and str() make a text of parts, "
            "as in \"'job' + str(i)\"; where a text stands, \"job{i}\" needs no f");
    return fault(c, letters->offset, letters->length, "text has no letters before its quotes");
}

static bool parse_name(compiler *c) {
    expr_token name = c->token;
    const char *text = c->lexer.text + name.offset;
    expr_value constant = at(c, "True") ? EXPR_TRUE : at(c, "False") ? EXPR_FALSE : EXPR_NONE;
    bool is_constant = constant != EXPR_NONE || at(c, "None");
    if (!is_constant && expr_is_keyword(text, name.length))
        return refuse_keyword(c, &name);
    if (!advance(c))
        return false;
    if (c->token.kind == EXPR_TOKEN_TEXT && c->token.offset == name.offset + name.length)
        return refuse_prefix(c, &name);
    if (is_constant)
        return emit_constant(c, constant);
    if (at(c, "("))
        return parse_call(c, &name);
    return emit_name(c, &name);
}

static bool parse_atom(compiler *c) {
    if (c->token.kind == EXPR_TOKEN_NUMBER)
        return emit_constant(c, c->token.floats ? expr_float(c->token.number)
                                                : expr_number(c->token.number)) &&
               advance(c);
    if (c->token.kind == EXPR_TOKEN_TEXT)
        return parse_text(c);
    if (c->token.kind == EXPR_TOKEN_NAME)
        return parse_name(c);
    if (at(c, "("))
        return parse_parentheses(c);
    if (at(c, "["))
        return parse_brackets(c);
    return expected(c, "a value");
}

/* - + and **, whose left side binds tighter than a sign before it and whose right side does not. */
static bool parse_factor(compiler *c) {
    if (!enter(c))
        return false;
    bool right;
    size_t from = c->token.offset;
    if (at(c, "-") || at(c, "+")) {
        enum expr_opcode opcode = at(c, "-") ? EXPR_OP_NEGATE : EXPR_OP_POSITIVE;
        right = advance(c) && parse_factor(c) && emit_unary(c, opcode, from);
    } else {
        right = parse_atom(c);
        while (right && at(c, "["))
            right = parse_subscript(c, from);
        if (right && at(c, "("))
            right = fault_here(c, "only a function's name is followed by \"(\"");
        if (right && at(c, "**"))
            right = advance(c) && parse_factor(c) && emit_binary(c, EXPR_POWER, from, c->end);
    }
    c->depth--;
    return right;
}

typedef struct sign {
    const char *text;
    enum expr_operator operator;
} sign;

static const sign *find_sign(const compiler *c, const sign *signs, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (at(c, signs[i].text))
            return &signs[i];
    }
    return NULL;
}

static bool parse_term(compiler *c) {
    static const sign signs[] = {
        {"*", EXPR_MULTIPLY}, {"/", EXPR_DIVIDE}, {"//", EXPR_FLOOR_DIVIDE}, {"%", EXPR_MODULO}};
    const sign *found;
    size_t from = c->token.offset;
    bool right = parse_factor(c);
    while (right && (found = find_sign(c, signs, sizeof signs / sizeof *signs)) != NULL)
        right = advance(c) && parse_factor(c) && emit_binary(c, found->operator, from, c->end);
    return right;
}

static bool parse_sum(compiler *c) {
    static const sign signs[] = {{"+", EXPR_ADD}, {"-", EXPR_SUBTRACT}};
    const sign *found;
    size_t from = c->token.offset;
    bool right = parse_term(c);
    while (right && (found = find_sign(c, signs, sizeof signs / sizeof *signs)) != NULL)
        right = advance(c) && parse_term(c) && emit_binary(c, found->operator, from, c->end);
    return right;
}

/* Reads a comparison's operator; *found is false when there is none. */
static bool parse_comparator(compiler *c, enum expr_operator *operator, bool * found) {
    static const sign signs[] = {
        {"<", EXPR_LESS},    {"<=", EXPR_LESS_EQUAL},
        {">", EXPR_GREATER}, {">=", EXPR_GREATER_EQUAL},
        {"==", EXPR_EQUAL},  {"!=", EXPR_NOT_EQUAL},
        {"in", EXPR_IN},     {"is", PROG_IS},
    };
    const sign *first = find_sign(c, signs, sizeof signs / sizeof *signs);
    *found = first != NULL || at(c, "not");
    if (!*found)
        return true;
    if (!advance(c))
        return false;
    if (first == NULL) {
        *operator= EXPR_NOT_IN;
        return at(c, "in") ? advance(c) : expected(c, "\"in\" after \"not\"");
    }
    *operator= first->operator;
    if (first->operator== PROG_IS && at(c, "not")) {
        *operator= EXPR_IS_NOT;
        return advance(c);
    }
    return true;
}

/* a < b < c is a < b and b < c, with b computed once. */
static bool parse_comparison(compiler *c) {
    enum expr_operator operator, next;
    bool found, more;
    size_t from = c->token.offset, right, end;
    if (!parse_sum(c) || !parse_comparator(c, &operator, & found))
        return false;
    if (!found)
        return true;
    size_t last_jump = SIZE_MAX;
    size_t count = 0;
    for (;; operator= next, from = right) {
        right = c->token.offset;
        if (!parse_sum(c))
            return false;
        end = c->end;
        if (!parse_comparator(c, &next, &more))
            return false;
        if (!more)
            break;
        size_t jump;
        if (!emit(c, EXPR_OP_TUCK, 0, 1) || !emit_operator(c, operator, from, end) ||
            !emit_jump(c, EXPR_OP_AND, -1, &jump))
            return false;
        /* The jumps of one chain lead to the same place; until that is known, each holds how far
         * back the one before it is. */
        c->code[jump] = expr_instruction_make(
            EXPR_OP_AND, last_jump == SIZE_MAX ? 0 : (uint32_t)(jump - last_jump));
        last_jump = jump;
        count++;
    }
    if (last_jump == SIZE_MAX)
        return emit_binary(c, operator, from, end);
    size_t over;
    if (!emit_operator(c, operator, from, end) || !emit_jump(c, EXPR_OP_JUMP, 0, &over))
        return false;
    for (size_t jump = last_jump, back; count > 0; count--, jump -= back) {
        back = expr_operand_of(c->code[jump]);
        patch(c, jump);
    }
    /* Here the second operand is still under the result. */
    if (!emit(c, EXPR_OP_DROP_SECOND, 0, 0))
        return false;
    patch(c, over);
    return true;
}

static bool parse_not(compiler *c) {
    if (!at(c, "not"))
        return parse_comparison(c);
    if (!enter(c))
        return false;
    bool right = advance(c) && parse_not(c) && emit(c, EXPR_OP_NOT, 0, 0);
    c->depth--;
    return right;
}

/* a and b and c, a or b or c: the first operand that decides is the value. Each jump leads past
 * the next operand, to the jump after it, which it then takes as well. */
static bool parse_and(compiler *c) {
    bool right = parse_not(c);
    while (right && at(c, "and")) {
        size_t jump;
        right = advance(c) && emit_jump(c, EXPR_OP_AND, -1, &jump) && parse_not(c);
        if (right)
            patch(c, jump);
    }
    return right;
}

static bool parse_or(compiler *c) {
    bool right = parse_and(c);
    while (right && at(c, "or")) {
        size_t jump;
        right = advance(c) && emit_jump(c, EXPR_OP_OR, -1, &jump) && parse_and(c);
        if (right)
            patch(c, jump);
    }
    return right;
}

/* Exchanges two neighbouring pieces of an array, in bytes [0, middle) and [middle, end). */
static bool exchange_bytes(void *array, size_t middle, size_t end) {
    char *bytes = array, *saved = base_alloc(middle);
    if (saved == NULL)
        return false;
    memcpy(saved, bytes, middle);
    memmove(bytes, bytes + middle, end - middle);
    memcpy(bytes + (end - middle), saved, middle);
    base_free(saved);
    return true;
}

/* Exchanges two neighbouring pieces of code, [from, middle) and [middle, to). */
static bool exchange(compiler *c, size_t from, size_t middle, size_t to) {
    size_t code = sizeof *c->code, part = sizeof *c->parts;
    return (exchange_bytes(c->code + from, (middle - from) * code, (to - from) * code) &&
            exchange_bytes(c->parts + from, (middle - from) * part, (to - from) * part)) ||
           no_memory(c);
}

/* a if b else c. The condition comes second, and is computed first. */
static bool parse_choice_inside(compiler *c) {
    size_t start = c->code_count;
    size_t jump, over;
    if (!parse_or(c))
        return false;
    if (!at(c, "if"))
        return true;
    size_t middle = c->code_count;
    if (!advance(c) || !parse_or(c))
        return false;
    if (!at(c, "else"))
        return expected(c, "\"else\"");
    if (!emit_jump(c, EXPR_OP_JUMP_IF_FALSE, -1, &jump))
        return false;
    size_t condition = c->code_count - middle;
    if (!exchange(c, start, middle, c->code_count) || !emit_jump(c, EXPR_OP_JUMP, -1, &over))
        return false;
    patch(c, start + condition - 1);
    c->height--; /* one of the two values, not both */
    if (!advance(c) || !parse_choice(c))
        return false;
    patch(c, over);
    return true;
}

static bool parse_choice(compiler *c) {
    bool right = enter(c) && parse_choice_inside(c);
    c->depth--;
    return right;
}

/* `1:30`, or `0:00:30`. */
static bool is_clock(const expr_lexer *lexer) {
    size_t i = 0; /* the text need not end in '\0' */
    while (i < lexer->length &&
           memchr("0123456789:.", lexer->text[i], strlen("0123456789:.")) != NULL)
        i++;
    return i == lexer->length;
}

/* `second`, `minutes`, `sec`: as no unit is written. */
static bool is_word_of_time(const compiler *c) {
    static const char *const words[] = {"sec", "second", "msec",  "milli",
                                        "min", "hour",   "micro", "day"};
    const char *name = c->lexer.text + c->token.offset;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (c->token.length >= strlen(words[i]) && memcmp(name, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

/* What cannot follow an expression, in words for those that people write there. */
static bool fault_rest(compiler *c) {
    if (at(c, ")"))
        return fault_here(c, "this \")\" closes nothing");
    if (at(c, "]"))
        return fault_here(c, "this \"]\" closes nothing");
    if (at(c, ","))
        return fault_here(
            c, "a list stands between brackets, a tuple between parentheses, and decimals "
               "behind a point");
    if (at(c, ":") && c->lexer.length > 0 && is_clock(&c->lexer))
        return fault_here(c, "a time has units: 1min + 30s");
    if (at(c, ":"))
        return fault_here(
            c, c->scope->takes_text
                   ? "\":\" has no meaning here; a text has quotes of its own: \"'text'\""
                   : "\":\" has no meaning here; for so many decimals write round(x, 2)");
    if (c->token.kind == EXPR_TOKEN_NAME && is_word_of_time(c))
        return fault_here(
            c, "a unit stands right behind its number, and is one of ns, us, ms, s, min, h: "
               "5s");
    if (c->token.kind == EXPR_TOKEN_NAME &&
        expr_is_unit(c->lexer.text + c->token.offset, c->token.length))
        return fault_here(c, "a unit stands right behind its number, without a space: 5ms");
    return expected(c, "an operator");
}

static bool parse_all(compiler *c) {
    if (c->lexer.length > EXPR_MAX_BYTES)
        return fault(c, 0, 0, "the expression is longer than %zu bytes", EXPR_MAX_BYTES);
    if (!advance(c))
        return false;
    if (c->token.kind == EXPR_TOKEN_END)
        return fault(c, 0, 0, "the expression is empty");
    return parse_choice(c) && (c->token.kind == EXPR_TOKEN_END || fault_rest(c));
}

/* --- The expression -------------------------------------------------------------------------- */

static void release(compiler *c) {
    for (size_t i = 0; i < c->constant_count; i++)
        expr_value_unref(c->constants[i]);
    base_free(c->constants);
    base_free(c->functions);
    base_free(c->unset);
    base_free(c->code);
    base_free(c->parts);
    base_buffer_free(&c->lexer.string);
}

/* Copies an array to *end, and moves that on. */
static void *copy(char **end, const void *array, size_t size) {
    void *copied = *end;
    if (size > 0)
        memcpy(copied, array, size);
    *end += size;
    return copied;
}

/* Copies the tables into one piece of memory. */
static expr_expression *assemble(const compiler *c) {
    size_t constants = c->constant_count * sizeof *c->constants;
    size_t functions = c->function_count * sizeof *c->functions;
    size_t unset = c->unset_count * sizeof *c->unset;
    size_t parts = c->code_count * sizeof *c->parts;
    size_t code = c->code_count * sizeof *c->code;
    expr_expression *made = base_alloc(sizeof *made + constants + functions + unset + parts + code);
    if (made == NULL)
        return NULL;
    char *end = (char *)(made + 1);
    *made = (expr_expression){
        .constants = copy(&end, c->constants, constants),
        .functions = copy(&end, c->functions, functions),
        .unset = copy(&end, c->unset, unset),
        .parts = copy(&end, c->parts, parts),
        .code = copy(&end, c->code, code),
        .code_count = (uint32_t)c->code_count,
        .constant_count = (uint32_t)c->constant_count,
        .function_count = (uint32_t)c->function_count,
        .unset_count = (uint32_t)c->unset_count,
        .draws = c->draws,
    };
    for (size_t i = 0; i < c->constant_count; i++)
        (void)expr_value_ref(c->constants[i]);
    return made;
}

/* What has been emitted as an expression, where it is `right`; as expr_compile() has it. */
static int finish(compiler *c, bool right, expr_expression **expression) {
    *expression = NULL;
    if (right && emit_part(c, EXPR_OP_RETURN, 0, 0, 0, c->lexer.length) && c->faults == 0)
        *expression = assemble(c);
    release(c);
    if (c->faults > 0)
        return CAD_EINVAL;
    return *expression != NULL ? 0 : CAD_ENOMEM;
}

int expr_compile(const char *text, size_t length, const expr_scope *scope,
                 expr_fault_report *report, void *context, expr_expression **expression) {
    compiler c = {
        .lexer = {.text = text, .length = length},
        .string = DOC_NOWHERE,
        .scope = scope,
        .report = report,
        .context = context,
    };
    return finish(&c, parse_all(&c), expression);
}

int expr_from_value(expr_value value, expr_expression **expression) {
    compiler c = {.string = DOC_NOWHERE};
    return finish(&c, emit_constant(&c, expr_value_ref(value)), expression);
}

static void report_to_node(void *context, size_t offset, size_t length, const char *message) {
    const doc_node *node = context;
    (void)doc_node_string_fault(node, 0, strlen(node->item->text), offset, length, message);
}

expr_value expr_number_of(const doc_node *node) {
    double number = node->item->number;
    return node->item->floats ? expr_float(number) : expr_number(number);
}

static bool emit_node(compiler *c, const doc_node *node, bool inside);

/* An array is a list of what could stand there by itself. */
static bool emit_array(compiler *c, const doc_node *array) {
    doc_node item;
    size_t count = 0;
    bool more = false;
    for (bool next = doc_node_first(array, &item); next; next = doc_node_next(&item)) {
        if (!make_room(c, EXPR_OP_LIST, &count, &more) || !emit_node(c, &item, true))
            return false;
        count++;
    }
    return emit_list(c, EXPR_OP_LIST, count, more);
}

/* `inside` an array. */
static bool emit_node(compiler *c, const doc_node *node, bool inside) {
    enum doc_type type = doc_node_type(node);
    const char *text = node->item->text;
    switch (type) {
    case DOC_NUMBER:
        return emit_constant(c, expr_number_of(node));
    case DOC_BOOLEAN:
        return emit_constant(c, expr_boolean(node->item->truth));
    case DOC_STRING: {
        doc_node copy = *node;
        base_buffer string = c->lexer.string;
        c->lexer = (expr_lexer){.text = text, .length = strlen(text), .string = string};
        c->context = &copy;
        c->string = doc_node_offset(node);
        return parse_all(c);
    }
    case DOC_ARRAY:
        return emit_array(c, node);
    default:
        break;
    }
    if (inside && type == DOC_NULL)
        return emit_constant(c, EXPR_NONE);
    c->faults++;
    (void)doc_node_fault(node, "expected a number or an expression, found %s%s",
                         doc_type_name(type),
                         type == DOC_NULL ? "; nothing is \"None\""
                                          : "; a value of several parts is a list, [1, 2]");
    return false;
}

int expr_from_node(const doc_node *node, const expr_scope *scope, expr_expression **expression) {
    compiler c = {.scope = scope, .report = report_to_node, .string = DOC_NOWHERE};
    return finish(&c, emit_node(&c, node, false), expression);
}

void expr_set_place(expr_expression *expression, const doc_node *string, size_t start) {
    for (uint32_t i = 0; i < expression->code_count; i++) {
        expression->parts[i].string = doc_node_offset(string);
        expression->parts[i].at += (uint32_t)start;
    }
}

const expr_part *expr_whole(const expr_expression *expression) {
    return &expression->parts[expression->code_count - 1];
}

void expr_free(expr_expression *expression) {
    if (expression == NULL)
        return;
    for (uint32_t i = 0; i < expression->constant_count; i++)
        expr_value_unref(expression->constants[i]);
    base_free(expression);
}

bool expr_constant(const expr_expression *expression, expr_value *value) {
    if (expr_opcode_of(expression->code[0]) != EXPR_OP_CONSTANT ||
        expr_opcode_of(expression->code[1]) != EXPR_OP_RETURN)
        return false;
    *value = expression->constants[expr_operand_of(expression->code[0])];
    return true;
}

bool expr_draws(const expr_expression *expression) {
    return expression->draws;
}

bool expr_reads_only(const expr_expression *expression, uint32_t slot) {
    for (const expr_instruction *at = expression->code; expr_opcode_of(*at) != EXPR_OP_RETURN;
         at++) {
        enum expr_opcode opcode = expr_opcode_of(*at);
        bool other = opcode == EXPR_OP_LOCAL && expr_operand_of(*at) != slot;
        if (other || opcode == EXPR_OP_GLOBAL || opcode == EXPR_OP_LATE || opcode == EXPR_OP_CALL)
            return false;
    }
    return true;
}

bool expr_is_variable(const expr_expression *expression, uint32_t slot) {
    return expr_opcode_of(expression->code[0]) == EXPR_OP_LOCAL &&
           expr_operand_of(expression->code[0]) == slot &&
           expr_opcode_of(expression->code[1]) == EXPR_OP_RETURN;
}

bool expr_reads_text(const expr_expression *expression, const expr_value *locals, uint32_t *slot) {
    for (const expr_instruction *at = expression->code; expr_opcode_of(*at) != EXPR_OP_RETURN;
         at++) {
        *slot = expr_operand_of(*at);
        if (expr_opcode_of(*at) == EXPR_OP_LOCAL && locals[*slot] != EXPR_UNSET &&
            expr_is_string(locals[*slot]))
            return true;
    }
    return false;
}

bool expr_indexes(const expr_expression *expression, uint32_t *slot, int64_t *index) {
    const expr_instruction *code = expression->code;
    expr_error error;
    if (expr_opcode_of(code[0]) != EXPR_OP_GLOBAL || expr_opcode_of(code[1]) != EXPR_OP_CONSTANT ||
        expr_opcode_of(code[2]) != EXPR_OP_ITEM || expr_opcode_of(code[3]) != EXPR_OP_RETURN)
        return false;
    *slot = expr_operand_of(code[0]);
    expr_value value = expression->constants[expr_operand_of(code[1])];
    return expr_is_number(value) && expr_value_whole(value, "index", index, &error) == 0;
}

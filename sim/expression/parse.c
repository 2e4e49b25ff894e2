/* Python's grammar of expressions by recursive descent, each rule a function, from the inside out.
 * The rules return false when compiling cannot go on: a fault of syntax has been reported, or
 * memory has run out. A fault of meaning (an unknown name) is reported, and compiling goes on. */
#include "expression/compiler.h"

#include <string.h>

/* The rule that all others stand in. */
static bool parse_choice(expr_compiler *c);

/* --- Tokens ---------------------------------------------------------------------------------- */

static bool advance(expr_compiler *c) {
    c->end = c->token.offset + c->token.length;
    c->token = expr_lexer_next(&c->lexer);
    if (c->token.kind != EXPR_TOKEN_FAULT)
        return true;
    if (c->lexer.out_of_memory)
        return expr_no_memory(c);
    return expr_fault(c, c->lexer.fault_offset, c->lexer.fault_length, "%s", c->lexer.message);
}

static bool at(const expr_compiler *c, const char *word) {
    return expr_token_is(&c->lexer, &c->token, word);
}

/* Enters a rule that can contain itself. */
static bool enter(expr_compiler *c) {
    if (++c->depth > EXPR_MAX_DEPTH)
        return expr_fault_here(c, "the expression is nested too deeply");
    return true;
}

/* --- The rules, from the inside out ----------------------------------------------------------- */

static bool parse_text(expr_compiler *c) {
    base_buffer text = {0};
    expr_value value;
    bool right = true;
    /* Pieces of text beside one another are one. */
    while (right && c->token.kind == EXPR_TOKEN_TEXT) {
        if (base_buffer_append(&text, c->lexer.string.data, c->lexer.string.length) != 0)
            right = expr_no_memory(c);
        else
            right = advance(c);
    }
    if (right && expr_string_new(text.data, text.length, &value) != 0)
        right = expr_no_memory(c);
    base_buffer_free(&text);
    return right && expr_emit_constant(c, value);
}

/* Items, of which `count` have been read, and the sign that closes them. */
static bool parse_items(expr_compiler *c, enum expr_opcode opcode, size_t count, size_t open,
                        const char *close) {
    bool more = false;
    while (!at(c, close)) {
        if (!expr_make_room(c, opcode, &count, &more) || !parse_choice(c))
            return false;
        count++;
        if (at(c, close))
            break;
        if (at(c, "for"))
            return expr_fault_here(c, "the language has no comprehensions; \"for\" is a step");
        if (c->token.kind == EXPR_TOKEN_END)
            return expr_fault(c, open, 1, "this \"%c\" is not closed", c->lexer.text[open]);
        if (!at(c, ","))
            return expr_expected(c, close[0] == ']' ? "an operator, \",\" or \"]\""
                                                    : "an operator, \",\" or \")\"");
        if (!advance(c))
            return false;
    }
    return expr_emit_list(c, opcode, count, more) && advance(c);
}

static bool parse_brackets(expr_compiler *c) {
    size_t open = c->token.offset;
    return advance(c) && parse_items(c, EXPR_OP_LIST, 0, open, "]");
}

static bool parse_parentheses(expr_compiler *c) {
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
        return expr_fault(c, open, 1, "this \"(\" is not closed");
    if (!at(c, ")"))
        return expr_expected(c, "an operator or \")\"");
    return advance(c);
}

/* A bound of a slice, which may be left out. */
static bool parse_bound(expr_compiler *c) {
    return at(c, ":") || at(c, "]") ? expr_emit_constant(c, EXPR_NONE) : parse_choice(c);
}

/* [index], [from:to] or [from:to:step], at the "[", of what begins at `from`. */
static bool parse_subscript(expr_compiler *c, size_t from) {
    size_t open = c->token.offset;
    if (!advance(c))
        return false;
    if (at(c, "]"))
        return expr_fault(c, open, c->token.offset + 1 - open,
                          "there is nothing between the brackets");
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
        return expr_fault(c, open, 1, "this \"[\" is not closed");
    if (!at(c, "]"))
        return expr_expected(c, "an operator or \"]\"");
    return advance(c) && (slice ? expr_emit_part(c, EXPR_OP_SLICE, 0, -3, from, c->end)
                                : expr_emit_part(c, EXPR_OP_ITEM, 0, -1, from, c->end));
}

/* A word of Python's that cannot stand where a value is expected. */
static bool refuse_keyword(expr_compiler *c, const expr_token *token) {
    c->token = *token;
    if (at(c, "lambda") || at(c, "for") || at(c, "await") || at(c, "yield"))
        return expr_fault(c, token->offset, token->length, "the language has no \"%.*s\"",
                          (int)token->length, c->lexer.text + token->offset);
    return expr_expected(c, "a value");
}

/* `f'...'`, `r'...'`: letters right before a text. */
static bool refuse_prefix(expr_compiler *c, const expr_token *letters) {
    const char *text = c->lexer.text + letters->offset;
    bool formatted =
        memchr(text, 'f', letters->length) != NULL || memchr(text, 'F', letters->length) != NULL;
    if (letters->length <= 2 && formatted)
        return expr_fault(
            c, letters->offset, letters->length,
            "there are no f-strings in an expression: \"+\" and str() make a text of parts, "
            "as in \"'job' + str(i)\"; where a text stands, \"job{i}\" needs no f");
    return expr_fault(c, letters->offset, letters->length, "text has no letters before its quotes");
}

/* After "(": arguments, and ")". */
static bool parse_arguments(expr_compiler *c, const expr_function *function, size_t *count) {
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
            expr_check_first_argument(c, function, start, offset, end - offset);
        if (*count > EXPR_FUNCTION_MAX_ARGUMENTS)
            return expr_fault_here(c, "a function takes at most 64 arguments");
        if (at(c, ")"))
            break;
        if (!at(c, ","))
            return expr_expected(c, "\",\" or \")\"");
        if (!advance(c))
            return false;
    }
    return advance(c);
}

/* name ( arguments ), at the "(". */
static bool parse_call(expr_compiler *c, const expr_token *name) {
    const char *text = c->lexer.text + name->offset;
    const expr_function *function = expr_find_function(c->scope, text, name->length);
    size_t count;
    if (function == NULL)
        (void)expr_unknown_function(c, name);
    if (!advance(c) || !parse_arguments(c, function, &count))
        return false;
    if (function == NULL) {
        /* Nothing of this will run; only the height has to be right. */
        c->height -= (int)count;
        return expr_emit_constant(c, EXPR_NONE);
    }
    expr_check_argument_count(c, function, name, count);
    return expr_emit_call(c, function, count, name->offset);
}

static bool parse_name(expr_compiler *c) {
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
        return expr_emit_constant(c, constant);
    if (at(c, "("))
        return parse_call(c, &name);
    return expr_emit_name(c, &name);
}

static bool parse_atom(expr_compiler *c) {
    if (c->token.kind == EXPR_TOKEN_NUMBER)
        return expr_emit_constant(c, c->token.floats ? expr_float(c->token.number)
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
    return expr_expected(c, "a value");
}

/* - + and **, whose left side binds tighter than a sign before it and whose right side does not. */
static bool parse_factor(expr_compiler *c) {
    if (!enter(c))
        return false;
    bool right;
    size_t from = c->token.offset;
    if (at(c, "-") || at(c, "+")) {
        enum expr_opcode opcode = at(c, "-") ? EXPR_OP_NEGATE : EXPR_OP_POSITIVE;
        right = advance(c) && parse_factor(c) && expr_emit_unary(c, opcode, from);
    } else {
        right = parse_atom(c);
        while (right && at(c, "["))
            right = parse_subscript(c, from);
        if (right && at(c, "("))
            right = expr_fault_here(c, "only a function's name is followed by \"(\"");
        if (right && at(c, "**"))
            right = advance(c) && parse_factor(c) && expr_emit_binary(c, EXPR_POWER, from, c->end);
    }
    c->depth--;
    return right;
}

typedef struct sign {
    const char *text;
    enum expr_operator operation;
} sign;

static const sign *find_sign(const expr_compiler *c, const sign *signs, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (at(c, signs[i].text))
            return &signs[i];
    }
    return NULL;
}

static bool parse_term(expr_compiler *c) {
    static const sign signs[] = {
        {"*", EXPR_MULTIPLY}, {"/", EXPR_DIVIDE}, {"//", EXPR_FLOOR_DIVIDE}, {"%", EXPR_MODULO}};
    const sign *found;
    size_t from = c->token.offset;
    bool right = parse_factor(c);
    while (right && (found = find_sign(c, signs, sizeof signs / sizeof *signs)) != NULL)
        right =
            advance(c) && parse_factor(c) && expr_emit_binary(c, found->operation, from, c->end);
    return right;
}

static bool parse_sum(expr_compiler *c) {
    static const sign signs[] = {{"+", EXPR_ADD}, {"-", EXPR_SUBTRACT}};
    const sign *found;
    size_t from = c->token.offset;
    bool right = parse_term(c);
    while (right && (found = find_sign(c, signs, sizeof signs / sizeof *signs)) != NULL)
        right = advance(c) && parse_term(c) && expr_emit_binary(c, found->operation, from, c->end);
    return right;
}

/* Reads a comparison's operator; *found is false when there is none. */
static bool parse_comparator(expr_compiler *c, enum expr_operator *operation, bool *found) {
    static const sign signs[] = {
        {"<", EXPR_LESS},    {"<=", EXPR_LESS_EQUAL},
        {">", EXPR_GREATER}, {">=", EXPR_GREATER_EQUAL},
        {"==", EXPR_EQUAL},  {"!=", EXPR_NOT_EQUAL},
        {"in", EXPR_IN},     {"is", EXPR_IS},
    };
    const sign *first = find_sign(c, signs, sizeof signs / sizeof *signs);
    *found = first != NULL || at(c, "not");
    if (!*found)
        return true;
    if (!advance(c))
        return false;
    if (first == NULL) {
        *operation = EXPR_NOT_IN;
        return at(c, "in") ? advance(c) : expr_expected(c, "\"in\" after \"not\"");
    }
    *operation = first->operation;
    if (first->operation == EXPR_IS && at(c, "not")) {
        *operation = EXPR_IS_NOT;
        return advance(c);
    }
    return true;
}

/* a < b < c is a < b and b < c, with b computed once. */
static bool parse_comparison(expr_compiler *c) {
    enum expr_operator operation, next;
    bool found, more;
    size_t from = c->token.offset, right, end;
    if (!parse_sum(c) || !parse_comparator(c, &operation, &found))
        return false;
    if (!found)
        return true;
    size_t last_jump = SIZE_MAX;
    size_t count = 0;
    for (;; operation = next, from = right) {
        right = c->token.offset;
        if (!parse_sum(c))
            return false;
        end = c->end;
        if (!parse_comparator(c, &next, &more))
            return false;
        if (!more)
            break;
        size_t jump;
        if (!expr_emit(c, EXPR_OP_TUCK, 0, 1) || !expr_emit_operator(c, operation, from, end) ||
            !expr_emit_jump(c, EXPR_OP_AND, -1, &jump))
            return false;
        /* The jumps of one chain lead to the same place; until that is known, each holds how far
         * back the one before it is. */
        c->code[jump] = expr_instruction_make(
            EXPR_OP_AND, last_jump == SIZE_MAX ? 0 : (uint32_t)(jump - last_jump));
        last_jump = jump;
        count++;
    }
    if (last_jump == SIZE_MAX)
        return expr_emit_binary(c, operation, from, end);
    size_t over;
    if (!expr_emit_operator(c, operation, from, end) || !expr_emit_jump(c, EXPR_OP_JUMP, 0, &over))
        return false;
    for (size_t jump = last_jump, back; count > 0; count--, jump -= back) {
        back = expr_operand_of(c->code[jump]);
        expr_patch(c, jump);
    }
    /* Here the second operand is still under the result. */
    if (!expr_emit(c, EXPR_OP_DROP_SECOND, 0, 0))
        return false;
    expr_patch(c, over);
    return true;
}

static bool parse_not(expr_compiler *c) {
    if (!at(c, "not"))
        return parse_comparison(c);
    if (!enter(c))
        return false;
    bool right = advance(c) && parse_not(c) && expr_emit(c, EXPR_OP_NOT, 0, 0);
    c->depth--;
    return right;
}

/* a and b and c, a or b or c: the first operand that decides is the value. Each jump leads past
 * the next operand, to the jump after it, which it then takes as well. */
static bool parse_and(expr_compiler *c) {
    bool right = parse_not(c);
    while (right && at(c, "and")) {
        size_t jump;
        right = advance(c) && expr_emit_jump(c, EXPR_OP_AND, -1, &jump) && parse_not(c);
        if (right)
            expr_patch(c, jump);
    }
    return right;
}

static bool parse_or(expr_compiler *c) {
    bool right = parse_and(c);
    while (right && at(c, "or")) {
        size_t jump;
        right = advance(c) && expr_emit_jump(c, EXPR_OP_OR, -1, &jump) && parse_and(c);
        if (right)
            expr_patch(c, jump);
    }
    return right;
}

/* a if b else c. The condition comes second, and is computed first. */
static bool parse_choice_inside(expr_compiler *c) {
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
        return expr_expected(c, "\"else\"");
    if (!expr_emit_jump(c, EXPR_OP_JUMP_IF_FALSE, -1, &jump))
        return false;
    size_t condition = c->code_count - middle;
    if (!expr_exchange(c, start, middle, c->code_count) ||
        !expr_emit_jump(c, EXPR_OP_JUMP, -1, &over))
        return false;
    expr_patch(c, start + condition - 1);
    c->height--; /* one of the two values, not both */
    if (!advance(c) || !parse_choice(c))
        return false;
    expr_patch(c, over);
    return true;
}

static bool parse_choice(expr_compiler *c) {
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
static bool is_word_of_time(const expr_compiler *c) {
    static const char *const words[] = {"sec", "second", "msec",  "milli",
                                        "min", "hour",   "micro", "day"};
    const char *name = c->lexer.text + c->token.offset;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (c->token.length >= strlen(words[i]) && memcmp(name, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

/* What cannot follow an expression, in words for those that people write there. */
static bool fault_rest(expr_compiler *c) {
    if (at(c, ")"))
        return expr_fault_here(c, "this \")\" closes nothing");
    if (at(c, "]"))
        return expr_fault_here(c, "this \"]\" closes nothing");
    if (at(c, ","))
        return expr_fault_here(
            c, "a list stands between brackets, a tuple between parentheses, and decimals "
               "behind a point");
    if (at(c, ":") && c->lexer.length > 0 && is_clock(&c->lexer))
        return expr_fault_here(c, "a time has units: 1min + 30s");
    if (at(c, ":"))
        return expr_fault_here(
            c, c->scope->takes_text
                   ? "\":\" has no meaning here; a text has quotes of its own: \"'text'\""
                   : "\":\" has no meaning here; for so many decimals write round(x, 2)");
    if (c->token.kind == EXPR_TOKEN_NAME && is_word_of_time(c))
        return expr_fault_here(
            c, "a unit stands right behind its number, and is one of ns, us, ms, s, min, h: "
               "5s");
    if (c->token.kind == EXPR_TOKEN_NAME &&
        expr_is_unit(c->lexer.text + c->token.offset, c->token.length))
        return expr_fault_here(c, "a unit stands right behind its number, without a space: 5ms");
    return expr_expected(c, "an operator");
}

bool expr_parse_all(expr_compiler *c) {
    if (c->lexer.length > EXPR_MAX_BYTES)
        return expr_fault(c, 0, 0, "the expression is longer than %zu bytes", EXPR_MAX_BYTES);
    if (!advance(c))
        return false;
    if (c->token.kind == EXPR_TOKEN_END)
        return expr_fault(c, 0, 0, "the expression is empty");
    return parse_choice(c) && (c->token.kind == EXPR_TOKEN_END || fault_rest(c));
}

/* The code of an expression as it comes out of the compiler's rules: instructions, constants,
 * jumps. What can be computed before the run is. */
#include "expression/compiler.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A list is made of so many values at a time. */
#define LIST_PIECE 32

/* --- Faults ---------------------------------------------------------------------------------- */

bool expr_fault(expr_compiler *c, size_t offset, size_t length, const char *format, ...) {
    char message[320];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    c->faults++;
    c->report(c->context, offset, length, message);
    return false;
}

bool expr_fault_here(expr_compiler *c, const char *message) {
    return expr_fault(c, c->token.offset, c->token.length, "%s", message);
}

int expr_shown(size_t length) {
    return length < 60 ? (int)length : 60;
}

/* What a word that stands in the place of an operator was meant to be: "8 jobs", "1h 30min"; "":
 * nothing is known. */
static const char *hint_of_word(const expr_compiler *c, const char *expected) {
    const char *text = c->lexer.text + c->token.offset;
    size_t before = c->token.offset;
    while (before > 0 && c->lexer.text[before - 1] == ' ')
        before--;
    if (before == 0 || strcmp(expected, "an operator") != 0)
        return "";
    if (c->token.kind == EXPR_TOKEN_NUMBER && isalpha((unsigned char)c->lexer.text[before - 1]) &&
        isalpha((unsigned char)text[c->token.length - 1]))
        return "; a time of two units is a sum, such as 1h + 30min";
    if (c->token.kind == EXPR_TOKEN_NAME && isdigit((unsigned char)c->lexer.text[before - 1]))
        return "; a number has no word behind it: leave it out";
    return "";
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

bool expr_expected(expr_compiler *c, const char *what) {
    const char *text = c->lexer.text + c->token.offset;
    if (c->token.kind == EXPR_TOKEN_END)
        return expr_fault(c, c->token.offset, 0, "expected %s, but the expression ends here%s",
                          what, hint_of_end(c->lexer.text, c->lexer.length));
    if (c->token.kind == EXPR_TOKEN_TEXT)
        return expr_fault(c, c->token.offset, c->token.length, "expected %s, found text", what);
    bool choice = c->token.length == 2 && memcmp(text, "if", 2) == 0;
    return expr_fault(c, c->token.offset, c->token.length, "expected %s, found \"%.*s\"%s", what,
                      expr_shown(c->token.length), text,
                      choice ? "; a choice is written \"a if condition else b\""
                             : hint_of_word(c, what));
}

/* --- Emitting code --------------------------------------------------------------------------- */

bool expr_no_memory(expr_compiler *c) {
    c->out_of_memory = true;
    return false;
}

bool expr_emit_part(expr_compiler *c, enum expr_opcode opcode, size_t operand, int change,
                    size_t from, size_t to) {
    if (!base_grow(&c->code, &c->code_capacity, c->code_count, sizeof *c->code) ||
        !base_grow(&c->parts, &c->part_capacity, c->code_count, sizeof *c->parts))
        return expr_no_memory(c);
    assert(operand <= EXPR_OPERAND_MAX); /* the length of an expression is limited */
    c->parts[c->code_count] = (expr_part){c->string, (uint32_t)from, (uint32_t)(to - from)};
    c->code[c->code_count++] = expr_instruction_make(opcode, (uint32_t)operand);
    c->height += change;
    if (c->height > EXPR_STACK_SIZE)
        return expr_fault_here(c, "the expression needs too many values at once");
    return true;
}

bool expr_emit(expr_compiler *c, enum expr_opcode opcode, size_t operand, int change) {
    return expr_emit_part(c, opcode, operand, change, 0, 0);
}

bool expr_emit_operator(expr_compiler *c, enum expr_operator operation, size_t from, size_t to) {
    return expr_emit_part(c, (enum expr_opcode)operation, 0, -1, from, to);
}

/* The last instruction is the right operand, a number, and becomes a part of the operator's. */
static bool emit_operator_by_constant(expr_compiler *c, enum expr_operator operation, size_t from,
                                      size_t to) {
    uint32_t constant = expr_operand_of(c->code[--c->code_count]);
    c->height--;
    return expr_emit_part(c, (enum expr_opcode)((int)operation | EXPR_OP_BY_CONSTANT), constant, 0,
                          from, to);
}

bool expr_add_constant(expr_compiler *c, expr_value value, size_t *index) {
    expr_value *constants =
        base_grown(c->constants, c->constant_count, &c->constant_capacity, sizeof *constants);
    if (constants == NULL) {
        expr_value_unref(value);
        return expr_no_memory(c);
    }
    c->constants = constants;
    *index = c->constant_count;
    constants[c->constant_count++] = value;
    return true;
}

bool expr_emit_constant(expr_compiler *c, expr_value value) {
    size_t index;
    return expr_add_constant(c, value, &index) && expr_emit(c, EXPR_OP_CONSTANT, index, 1);
}

bool expr_emit_jump(expr_compiler *c, enum expr_opcode opcode, int change, size_t *jump) {
    *jump = c->code_count;
    return expr_emit(c, opcode, 0, change);
}

void expr_patch(expr_compiler *c, size_t jump) {
    size_t distance = c->code_count - jump - 1;
    c->code[jump] = expr_instruction_make(expr_opcode_of(c->code[jump]), (uint32_t)distance);
    c->barrier = c->code_count;
}

/* Of the last `count` instructions: whether all are constants, and nothing jumps between them. */
static bool are_constants(const expr_compiler *c, size_t count) {
    if (c->code_count < c->barrier + count)
        return false;
    for (size_t i = c->code_count - count; i < c->code_count; i++) {
        if (expr_opcode_of(c->code[i]) != EXPR_OP_CONSTANT)
            return false;
    }
    return true;
}

expr_value expr_constant_at(const expr_compiler *c, size_t back) {
    return c->constants[expr_operand_of(c->code[c->code_count - 1 - back])];
}

/* Replaces the last `count` constants by one. Their values stay in the table, unused, where other
 * instructions can refer to them. */
static bool replace_constants(expr_compiler *c, size_t count, expr_value value) {
    c->code_count -= count;
    c->height -= (int)count;
    return expr_emit_constant(c, value);
}

bool expr_emit_binary(expr_compiler *c, enum expr_operator operation, size_t from, size_t to) {
    expr_error error;
    expr_value result;
    if (are_constants(c, 2) && expr_is_number(expr_constant_at(c, 1)) &&
        expr_is_number(expr_constant_at(c, 0)) &&
        expr_value_binary(operation, expr_constant_at(c, 1), expr_constant_at(c, 0), &result,
                          &error) == 0)
        return replace_constants(c, 2, result);
    if (are_constants(c, 1) && expr_is_number(expr_constant_at(c, 0)))
        return emit_operator_by_constant(c, operation, from, to);
    return expr_emit_operator(c, operation, from, to);
}

bool expr_emit_unary(expr_compiler *c, enum expr_opcode opcode, size_t from) {
    expr_error error;
    expr_value result;
    if (opcode == EXPR_OP_NEGATE && are_constants(c, 1) &&
        expr_value_negate(expr_constant_at(c, 0), &result, &error) == 0)
        return replace_constants(c, 1, result);
    return expr_emit_part(c, opcode, 0, 0, from, c->end);
}

/* --- Lists ----------------------------------------------------------------------------------- */

bool expr_emit_list(expr_compiler *c, enum expr_opcode opcode, size_t count, bool more) {
    enum expr_sequence_kind kind = opcode == EXPR_OP_TUPLE ? EXPR_TUPLE : EXPR_LIST;
    expr_value items[LIST_PIECE], list;
    bool made;
    if (are_constants(c, count)) {
        for (size_t i = 0; i < count; i++)
            items[i] = expr_constant_at(c, count - 1 - i);
        if (expr_list_new(kind, items, count, &list) != 0)
            return expr_no_memory(c);
        made = replace_constants(c, count, list);
    } else {
        made = expr_emit(c, opcode, count, 1 - (int)count);
    }
    return made && (!more || expr_emit(c, EXPR_OP_ADD, 0, -1));
}

bool expr_make_room(expr_compiler *c, enum expr_opcode opcode, size_t *count, bool *more) {
    if (*count < LIST_PIECE)
        return true;
    bool made = expr_emit_list(c, opcode, *count, *more);
    *more = true;
    *count = 0;
    return made;
}

/* --- Order ----------------------------------------------------------------------------------- */

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

bool expr_exchange(expr_compiler *c, size_t from, size_t middle, size_t to) {
    size_t code = sizeof *c->code, part = sizeof *c->parts;
    return (exchange_bytes(c->code + from, (middle - from) * code, (to - from) * code) &&
            exchange_bytes(c->parts + from, (middle - from) * part, (to - from) * part)) ||
           expr_no_memory(c);
}

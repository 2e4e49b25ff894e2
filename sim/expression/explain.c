/* What Python's words leave out of an error in an expression: the values that it was about, and
 * what to do where the words alone leave one stuck. */
#include "expression/code.h"

#include <string.h>

enum { VALUE_SHOWN = 40, NAMES_SHOWN = 4 };

/* --- Values ---------------------------------------------------------------------------------- */

/* Appends what is seen of a value, cut between two characters. */
static void append_value(expr_value value, base_buffer *note) {
    base_buffer text = {0};
    int error = expr_is_string(value)
                    ? expr_repr_text(expr_to_string(value)->text,
                                     expr_to_string(value)->sequence.length, &text)
                    : expr_value_show(value, &text);
    size_t length = text.length;
    if (length > VALUE_SHOWN)
        for (length = VALUE_SHOWN; ((unsigned char)text.data[length] & 0xc0) == 0x80;)
            length--;
    if (error == 0)
        (void)base_buffer_format(note, "%.*s%s", (int)length, text.data,
                                 length < text.length ? "..." : "");
    base_buffer_free(&text);
}

static bool is_within(const expr_part *part, const expr_part *whole) {
    return part->string == whole->string && part->at >= whole->at &&
           part->at + part->length <= whole->at + whole->length;
}

/* The value that a variable has; EXPR_UNSET: it has none, or the load is of something else. */
static expr_value value_of(expr_instruction load, const expr_env *env) {
    switch (expr_opcode_of(load)) {
    case EXPR_OP_LOCAL:
        return env->locals[expr_operand_of(load)];
    case EXPR_OP_GLOBAL:
        return env->world->globals[expr_operand_of(load)];
    default:
        return EXPR_UNSET;
    }
}

static bool stands_before(const expr_expression *expression, size_t at, const expr_part *whole) {
    for (size_t i = 0; i < at; i++)
        if (expression->code[i] == expression->code[at] && is_within(&expression->parts[i], whole))
            return true;
    return false;
}

/* `xs is [1, 2], n is 3`: the variables in a part. */
static void append_values(const expr_expression *expression, const expr_part *whole,
                          const expr_env *env, base_buffer *note) {
    int count = 0;
    for (size_t i = 0; i < expression->code_count && count < NAMES_SHOWN; i++) {
        expr_value value = value_of(expression->code[i], env);
        if (value == EXPR_UNSET || !is_within(&expression->parts[i], whole) ||
            stands_before(expression, i, whole))
            continue;
        const expr_unset *load = expr_find_unset(expression, expression->code[i]);
        const expr_string *name = expr_to_string(expression->constants[load->name]);
        (void)base_buffer_format(note, "%s%s is ", count++ > 0 ? ", " : "", name->text);
        append_value(value, note);
    }
}

/* --- Advice ---------------------------------------------------------------------------------- */

static bool is_any(const expr_value *operands, size_t count, bool (*is)(expr_value value)) {
    for (size_t i = 0; i < count; i++)
        if (is(operands[i]))
            return true;
    return false;
}

static bool is_none(expr_value value) {
    return value == EXPR_NONE;
}

static bool is_reference(expr_value value) {
    return expr_is_reference(value);
}

static bool is_text(expr_value value) {
    return expr_is_string(value);
}

static bool is_number(expr_value value) {
    return expr_is_number(value) || expr_is_boolean(value);
}

/* Of operands of the wrong type. */
static const char *advise_types(enum expr_opcode opcode, const expr_value *operands, size_t count) {
    if (is_any(operands, count, is_none))
        return "None comes of a coroutine without \"return\", a \"put\" or a future without a "
               "value";
    if (is_any(operands, count, is_reference))
        return "a task, a future or an object is no value; \"await\" with \"as\" gives a result, "
               "qsize(q) how many items a queue holds";
    if (!is_any(operands, count, is_text) || !is_any(operands, count, is_number))
        return NULL;
    if (opcode == EXPR_OP_ADD)
        return "str() makes a text of a number, int() a number of a text; an argument that is no "
               "text stands in braces, as in \"{3}\"";
    return "int() makes a number of a text; an argument that is no text stands in "
           "braces, as in \"{3}\"";
}

static void append_index(const expr_value *operands, base_buffer *note) {
    size_t count = expr_is_string(operands[0]) ? 0 : expr_to_list(operands[0])->sequence.length;
    if (expr_is_string(operands[0]))
        return;
    if (count == 0)
        (void)base_buffer_format(note, "; the list is empty");
    else
        (void)base_buffer_format(note, "; the last of %zu has the index %zu", count, count - 1);
}

static const char *advise(const expr_expression *expression, size_t at, const expr_value *top,
                          const expr_error *error) {
    enum expr_opcode opcode = expr_operation_of(expression->code[at]);
    if (error->code == EXPR_ENAME && opcode == EXPR_OP_LATE)
        return "no task of that name has begun yet";
    if (error->code == EXPR_ENAME)
        return "no step on the way here has given it a value";
    if (error->code != CAD_ETYPE)
        return NULL;
    if (opcode <= EXPR_OP_LAST_BINARY || opcode == EXPR_OP_ITEM)
        return advise_types(opcode, top - 2, 2);
    if (opcode == EXPR_OP_CALL) {
        size_t count = expr_operand_of(expression->code[at]) & 0xff;
        return advise_types(opcode, top - count, count);
    }
    return opcode == EXPR_OP_NEGATE || opcode == EXPR_OP_POSITIVE ? advise_types(opcode, top - 1, 1)
                                                                  : NULL;
}

void expr_explain(const expr_expression *expression, size_t at, const expr_env *env,
                  const expr_value *top, expr_error *error) {
    base_buffer note = {0};
    error->part = &expression->parts[at];
    if (error->code == CAD_ENOMEM)
        return;
    const char *advice = advise(expression, at, top, error);
    append_values(expression, error->part, env, &note);
    if (error->code == EXPR_EINDEX && expr_opcode_of(expression->code[at]) == EXPR_OP_ITEM)
        append_index(top - 2, &note);
    if (advice != NULL)
        (void)base_buffer_format(&note, "%s%s", note.length > 0 ? "\n" : "", advice);
    if (note.data != NULL)
        expr_error_note(error, note.data);
    base_buffer_free(&note);
}

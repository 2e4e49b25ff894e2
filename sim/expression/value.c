/* Values, and Python's operators on them. */
#include "expression/value.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/number.h"
#include "expression/sequence.h"

/* Whole numbers beyond this are no longer told apart by a double: 2^53 may have been 2^53 + 1. */
#define EXACT 9007199254740991.0 /* 2^53 - 1 */

static const expr_reference_kind *reference_kinds;
static size_t reference_kind_count;

/* --- Errors ---------------------------------------------------------------------------------- */

/* Ends a text that fills its buffer with "...", between two characters. */
static void cut(char *text, size_t size) {
    size_t at = size - 4;
    while (((unsigned char)text[at] & 0xc0) == 0x80)
        at--;
    memcpy(text + at, "...", 4);
}

int expr_error_set(expr_error *error, int code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    error->code = code;
    error->part = NULL;
    error->note[0] = '\0';
    if (length >= (int)sizeof error->message)
        cut(error->message, sizeof error->message);
    return code;
}

void expr_error_note(expr_error *error, const char *note) {
    if (snprintf(error->note, sizeof error->note, "%s", note) >= (int)sizeof error->note)
        cut(error->note, sizeof error->note);
}

int expr_error_memory(expr_error *error) {
    return expr_error_set(error, CAD_ENOMEM, "out of memory");
}

/* --- References ------------------------------------------------------------------------------ */

void expr_reference_kinds(const expr_reference_kind *kinds, size_t count) {
    assert(count <= EXPR_REFERENCE_KINDS);
    reference_kinds = kinds;
    reference_kind_count = count;
}

static const expr_reference_kind *kind_of(expr_value value) {
    static const expr_reference_kind unknown = {0};
    unsigned kind = expr_to_kind(value);
    return kind < reference_kind_count ? &reference_kinds[kind] : &unknown;
}

void expr_value_ref_counted(expr_value value) {
    if (expr_is_sequence(value)) {
        assert(expr_sequence_of(value)->references < UINT32_MAX);
        expr_sequence_of(value)->references++;
        return;
    }
    const expr_reference_kind *kind = kind_of(value);
    if (kind->ref != NULL)
        kind->ref(expr_to_pointer(value));
}

void expr_value_unref_counted(expr_value value) {
    if (expr_is_sequence(value)) {
        assert(expr_sequence_of(value)->references > 0);
        if (--expr_sequence_of(value)->references == 0)
            expr_sequence_free(expr_sequence_of(value));
        return;
    }
    const expr_reference_kind *kind = kind_of(value);
    if (kind->unref != NULL)
        kind->unref(expr_to_pointer(value));
}

/* --- What values are ------------------------------------------------------------------------- */

static bool is_whole(double number) {
    return number == floor(number) && !isinf(number);
}

/* Of a number or a boolean. */
static bool is_float(expr_value value) {
    return expr_is_number(value) && (!expr_is_plain(value) || !is_whole(expr_plain_double(value)));
}

const char *expr_value_type_name(expr_value value) {
    assert(value != EXPR_UNSET);
    if (expr_is_number(value))
        return is_float(value) ? "float" : "int";
    if (expr_is_sequence(value))
        return expr_sequence_name(expr_to_sequence(value));
    if (expr_is_boolean(value))
        return "bool";
    if (!expr_is_reference(value))
        return "NoneType";
    const expr_reference_kind *kind = kind_of(value);
    return kind->type_name != NULL ? kind->type_name(expr_to_pointer(value)) : "object";
}

bool expr_value_truth(expr_value value) {
    if (expr_is_number(value))
        return expr_to_double(value) != 0;
    if (expr_is_sequence(value))
        return expr_to_sequence(value)->length != 0;
    return value != EXPR_NONE && value != EXPR_FALSE && value != EXPR_UNSET;
}

/* A number or a boolean as a double; false for other values. */
static bool to_numeric(expr_value value, double *number) {
    if (expr_is_number(value))
        *number = expr_to_double(value);
    else if (expr_is_boolean(value))
        *number = value == EXPR_TRUE;
    else
        return false;
    return true;
}

bool expr_value_integer(expr_value value, double *integer) {
    return to_numeric(value, integer) && !is_float(value);
}

/* `depth` of lists inside one another, here and below. */
static int equal(expr_value a, expr_value b, unsigned depth);

/* The first place where they differ, or the length of the shorter one. The same value is equal to
 * itself there, as Python has it: also nan. 0 or CAD_ESTACK. */
static int find_difference(const expr_list *a, const expr_list *b, unsigned depth,
                           uint32_t *place) {
    uint32_t common =
        a->sequence.length < b->sequence.length ? a->sequence.length : b->sequence.length;
    *place = 0;
    if (depth == EXPR_NESTING_MAX)
        return CAD_ESTACK;
    for (; *place < common; ++*place) {
        expr_value x = a->items[*place], y = b->items[*place];
        int same = x == y ? 1 : equal(x, y, depth + 1);
        if (same != 1)
            return same;
    }
    return 0;
}

static int equal(expr_value a, expr_value b, unsigned depth) {
    double x, y;
    uint32_t place;
    if (to_numeric(a, &x) && to_numeric(b, &y))
        return x == y;
    if (!expr_is_sequence(a) || !expr_is_sequence(b))
        return a == b;
    const expr_sequence *first = expr_to_sequence(a), *second = expr_to_sequence(b);
    if (first->kind != second->kind || first->length != second->length)
        return 0;
    if (first->kind == EXPR_STRING)
        return expr_string_order(expr_to_string(a), expr_to_string(b)) == 0;
    int error = find_difference(expr_to_list(a), expr_to_list(b), depth, &place);
    return error != 0 ? error : place == first->length;
}

int expr_value_equal(expr_value a, expr_value b) {
    return equal(a, b, 0);
}

/* Python's str() of what is no sequence. */
static int show_plain(expr_value value, base_buffer *buffer) {
    if (expr_is_number(value))
        return base_buffer_append_number(buffer, expr_to_double(value));
    if (expr_is_boolean(value))
        return value == EXPR_TRUE ? base_buffer_append(buffer, "True", 4)
                                  : base_buffer_append(buffer, "False", 5);
    if (!expr_is_reference(value))
        return base_buffer_append(buffer, "None", 4);
    const expr_reference_kind *kind = kind_of(value);
    if (kind->show != NULL)
        return kind->show(expr_to_pointer(value), buffer);
    return base_buffer_format(buffer, "<%s>", expr_value_type_name(value));
}

static int show_list(const expr_list *list, base_buffer *buffer, unsigned depth) {
    bool tuple = list->sequence.kind == EXPR_TUPLE;
    int error = base_buffer_append(buffer, tuple ? "(" : "[", 1);
    if (depth == EXPR_NESTING_MAX)
        return CAD_ESTACK;
    for (uint32_t i = 0; i < list->sequence.length && error == 0; i++) {
        expr_value item = list->items[i];
        if (i > 0)
            error = base_buffer_append(buffer, ", ", 2);
        if (error != 0)
            break;
        if (expr_is_string(item))
            error = expr_repr_text(expr_to_string(item)->text,
                                   expr_to_string(item)->sequence.length, buffer);
        else if (expr_is_list(item))
            error = show_list(expr_to_list(item), buffer, depth + 1);
        else if (expr_is_reference(item) && kind_of(item)->repr != NULL)
            error = kind_of(item)->repr(expr_to_pointer(item), buffer);
        else
            error = show_plain(item, buffer);
    }
    if (error != 0)
        return error;
    if (!tuple)
        return base_buffer_append(buffer, "]", 1);
    return list->sequence.length == 1 ? base_buffer_append(buffer, ",)", 2)
                                      : base_buffer_append(buffer, ")", 1);
}

int expr_value_show(expr_value value, base_buffer *buffer) {
    if (expr_is_string(value)) {
        const expr_string *string = expr_to_string(value);
        return base_buffer_append(buffer, string->text, string->sequence.length);
    }
    return expr_is_list(value) ? show_list(expr_to_list(value), buffer, 0)
                               : show_plain(value, buffer);
}

/* --- Arithmetic ------------------------------------------------------------------------------ */

static const char *const symbols[] = {
    [EXPR_ADD] = "+",
    [EXPR_SUBTRACT] = "-",
    [EXPR_MULTIPLY] = "*",
    [EXPR_DIVIDE] = "/",
    [EXPR_FLOOR_DIVIDE] = "//",
    [EXPR_MODULO] = "%",
    [EXPR_POWER] = "** or pow()",
    [EXPR_LESS] = "<",
    [EXPR_LESS_EQUAL] = "<=",
    [EXPR_GREATER] = ">",
    [EXPR_GREATER_EQUAL] = ">=",
};

/* Python has different words for ints and floats. */
static int division_by_zero(enum expr_operator operation, bool floats, expr_error *error) {
    const char *message = floats ? "float division by zero" : "division by zero";
    if (operation == EXPR_FLOOR_DIVIDE)
        message = floats ? "float floor division by zero" : "integer division or modulo by zero";
    else if (operation == EXPR_MODULO)
        message = floats ? "float modulo by zero" : "integer modulo by zero";
    return expr_error_set(error, CAD_EZERODIVISION, "%s", message);
}

static int power(double a, double b, double *result, expr_error *error) {
    if (a == 0 && b < 0)
        return expr_error_set(error, CAD_EZERODIVISION, "0.0 cannot be raised to a negative power");
    if (a < 0 && b != floor(b))
        return expr_error_set(error, CAD_EINVAL,
                              "a negative number cannot be raised to a fractional power");
    *result = base_number_power(a, b);
    if (isinf(*result) && !isinf(a) && !isinf(b))
        return expr_error_set(error, CAD_EOVERFLOW, "the result of ** is too large");
    return 0;
}

/* Whether the result is one: a float with anything is, and so is a quotient. */
static bool gives_float(enum expr_operator operation, bool floats, double b) {
    return floats || operation == EXPR_DIVIDE || (operation == EXPR_POWER && b < 0);
}

/* `floats`: one of them is. */
static int arithmetic(enum expr_operator operation, double a, double b, bool floats,
                      expr_value *result, expr_error *error) {
    double number = 0;
    int code = 0;
    if (b == 0 &&
        (operation == EXPR_DIVIDE || operation == EXPR_FLOOR_DIVIDE || operation == EXPR_MODULO))
        return division_by_zero(operation, floats, error);
    switch (operation) {
    case EXPR_ADD:
        number = a + b;
        break;
    case EXPR_SUBTRACT:
        number = a - b;
        break;
    case EXPR_MULTIPLY:
        number = a * b;
        break;
    case EXPR_DIVIDE:
        number = a / b;
        break;
    case EXPR_FLOOR_DIVIDE:
        number = base_number_floor_divide(a, b);
        break;
    case EXPR_MODULO:
        number = base_number_modulo(a, b);
        break;
    default:
        assert(operation == EXPR_POWER);
        code = power(a, b, &number, error);
        break;
    }
    *result = gives_float(operation, floats, b) ? expr_float(number) : expr_number(number);
    return code;
}

static int unsupported(enum expr_operator operation, expr_value a, expr_value b,
                       expr_error *error) {
    return expr_error_set(error, CAD_ETYPE, "unsupported operand type(s) for %s: '%s' and '%s'",
                          symbols[operation], expr_value_type_name(a), expr_value_type_name(b));
}

/* Arithmetic where at least one operand is no number. */
static int other_arithmetic(enum expr_operator operation, expr_value a, expr_value b,
                            expr_value *result, expr_error *error) {
    if (operation == EXPR_ADD && expr_is_sequence(a))
        return expr_sequence_concatenate(a, b, result, error);
    if (operation == EXPR_MULTIPLY && (expr_is_sequence(a) || expr_is_sequence(b)))
        return expr_is_sequence(a) ? expr_sequence_repeat(a, b, result, error)
                                   : expr_sequence_repeat(b, a, result, error);
    return unsupported(operation, a, b, error);
}

int expr_value_negate(expr_value a, expr_value *result, expr_error *error) {
    double number;
    *result = EXPR_NONE;
    if (!to_numeric(a, &number))
        return expr_error_set(error, CAD_ETYPE, "bad operand type for unary -: '%s'",
                              expr_value_type_name(a));
    *result = is_float(a) ? expr_float(-number) : expr_number(-number);
    return 0;
}

/* --- Comparison ------------------------------------------------------------------------------ */

static bool holds(enum expr_operator operation, int order) {
    switch (operation) {
    case EXPR_LESS:
        return order < 0;
    case EXPR_LESS_EQUAL:
        return order <= 0;
    case EXPR_GREATER:
        return order > 0;
    default:
        assert(operation == EXPR_GREATER_EQUAL);
        return order >= 0;
    }
}

static int unordered(enum expr_operator operation, expr_value a, expr_value b, expr_error *error) {
    return expr_error_set(error, CAD_ETYPE, "'%s' not supported between instances of '%s' and '%s'",
                          symbols[operation], expr_value_type_name(a), expr_value_type_name(b));
}

static int too_deep(expr_error *error) {
    return expr_error_set(error, CAD_ESTACK, "maximum recursion depth exceeded in comparison");
}

/* Two that are no lists. */
static int compare_plain(enum expr_operator operation, expr_value a, expr_value b, bool *result,
                         expr_error *error) {
    double x, y;
    if (to_numeric(a, &x) && to_numeric(b, &y)) {
        /* With nan, none holds. */
        *result = x == x && y == y && holds(operation, (x > y) - (x < y));
        return 0;
    }
    if (!expr_is_string(a) || !expr_is_string(b))
        return unordered(operation, a, b, error);
    *result = holds(operation, expr_string_order(expr_to_string(a), expr_to_string(b)));
    return 0;
}

/* Lists are ordered as what stands where they first differ, or else as their lengths are. */
static int compare(enum expr_operator operation, expr_value a, expr_value b, bool *result,
                   expr_error *error) {
    for (unsigned depth = 0; expr_is_list(a) && expr_is_list(b); depth++) {
        const expr_list *x = expr_to_list(a), *y = expr_to_list(b);
        uint32_t place;
        if (x->sequence.kind != y->sequence.kind)
            return unordered(operation, a, b, error);
        if (find_difference(x, y, depth, &place) != 0)
            return too_deep(error);
        if (place == x->sequence.length || place == y->sequence.length) {
            *result = holds(operation, (x->sequence.length > y->sequence.length) -
                                           (x->sequence.length < y->sequence.length));
            return 0;
        }
        a = x->items[place];
        b = y->items[place];
    }
    return compare_plain(operation, a, b, result, error);
}

/* x in list. */
static int list_contains(const expr_list *list, expr_value x, bool *found, expr_error *error) {
    *found = false;
    for (uint32_t i = 0; i < list->sequence.length && !*found; i++) {
        int same = x == list->items[i] ? 1 : equal(x, list->items[i], 0);
        if (same < 0)
            return too_deep(error);
        *found = same == 1;
    }
    return 0;
}

static int check_contains(expr_value a, expr_value b, bool *found, expr_error *error) {
    if (expr_is_list(b))
        return list_contains(expr_to_list(b), a, found, error);
    if (!expr_is_string(b))
        return expr_error_set(error, CAD_ETYPE, "argument of type '%s' is not iterable",
                              expr_value_type_name(b));
    if (!expr_is_string(a))
        return expr_error_set(error, CAD_ETYPE,
                              "'in <string>' requires string as left operand, not %s",
                              expr_value_type_name(a));
    *found = expr_string_contains(expr_to_string(b), expr_to_string(a));
    return 0;
}

/* a is b. Numbers and strings have no identity of their own here: they are the same when they are
 * of one type and equal. */
static bool is_same(expr_value a, expr_value b) {
    bool by_value = expr_is_number(a) ? expr_is_number(b) && is_float(a) == is_float(b)
                                      : expr_is_string(a) && expr_is_string(b);
    return a == b || (by_value && equal(a, b, 0));
}

int expr_value_binary(enum expr_operator operation, expr_value a, expr_value b, expr_value *result,
                      expr_error *error) {
    double x, y;
    bool found = false;
    int code;
    *result = EXPR_NONE;
    switch (operation) {
    case EXPR_EQUAL:
    case EXPR_NOT_EQUAL:
        code = equal(a, b, 0);
        if (code < 0)
            return too_deep(error);
        *result = expr_boolean(code == (operation == EXPR_EQUAL));
        return 0;
    case EXPR_IS:
    case EXPR_IS_NOT:
        *result = expr_boolean(is_same(a, b) == (operation == EXPR_IS));
        return 0;
    case EXPR_IN:
    case EXPR_NOT_IN:
        code = check_contains(a, b, &found, error);
        *result = code == 0 ? expr_boolean(found == (operation == EXPR_IN)) : EXPR_NONE;
        return code;
    case EXPR_LESS:
    case EXPR_LESS_EQUAL:
    case EXPR_GREATER:
    case EXPR_GREATER_EQUAL:
        code = compare(operation, a, b, &found, error);
        *result = code == 0 ? expr_boolean(found) : EXPR_NONE;
        return code;
    default:
        if (to_numeric(a, &x) && to_numeric(b, &y))
            return arithmetic(operation, x, y, is_float(a) || is_float(b), result, error);
        return other_arithmetic(operation, a, b, result, error);
    }
}

int expr_value_less(expr_value a, expr_value b, expr_error *error) {
    bool result = false;
    int code = compare(EXPR_LESS, a, b, &result, error);
    return code != 0 ? code : result;
}

/* --- Values as C numbers --------------------------------------------------------------------- */

int expr_value_double(expr_value value, double *number, expr_error *error) {
    if (to_numeric(value, number))
        return 0;
    return expr_error_set(error, CAD_ETYPE, "must be real number, not %s",
                          expr_value_type_name(value));
}

int expr_value_nanoseconds(expr_value value, int64_t *nanoseconds, expr_error *error) {
    double seconds = 0;
    int code = expr_value_double(value, &seconds, error);
    if (code != 0)
        return code;
    if (isnan(seconds))
        return expr_error_set(error, CAD_EINVAL, "a time cannot be nan");
    double rounded = rint(seconds * 1e9);
    if (fabs(rounded) >= 9223372036854775808.0)
        return expr_error_set(error, CAD_EOVERFLOW, "a time cannot be beyond 292 years");
    *nanoseconds = (int64_t)rounded;
    return 0;
}

int expr_value_whole(expr_value value, const char *what, int64_t *whole, expr_error *error) {
    double number;
    if (!to_numeric(value, &number))
        return expr_error_set(error, CAD_ETYPE, "%s must be a whole number, not %s", what,
                              expr_value_type_name(value));
    char text[BASE_NUMBER_TEXT];
    base_number_format(number, text);
    if (!is_whole(number))
        return expr_error_set(error, CAD_EINVAL, "%s must be a whole number, not %s", what, text);
    if (fabs(number) > EXACT)
        return expr_error_set(
            error, CAD_EINVAL,
            "%s must be between -%.0f and %.0f (2^53 - 1), where whole numbers are "
            "exact, not %s",
            what, EXACT, EXACT, text);
    *whole = (int64_t)number;
    return 0;
}

/* Values, and Python's operators on them. */
#include "expression/value.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/number.h"

/* Whole numbers beyond this are no longer told apart by a double. */
#define EXACT INT64_C(9007199254740992) /* 2^53 */

static const expr_reference_kind *reference_kinds;
static size_t reference_kind_count;

/* --- Errors ---------------------------------------------------------------------------------- */

int expr_error_set(expr_error *error, int code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    error->code = code;
    if (length >= (int)sizeof error->message) {
        size_t at = sizeof error->message - 4;
        while (((unsigned char)error->message[at] & 0xc0) == 0x80)
            at--;
        memcpy(error->message + at, "...", 4);
    }
    return code;
}

int expr_error_memory(expr_error *error) {
    return expr_error_set(error, CAD_ENOMEM, "out of memory");
}

/* --- Strings and references ------------------------------------------------------------------ */

/* A string of `length` bytes that are still to be filled in. */
static expr_string *allocate_string(size_t length) {
    if (length > EXPR_STRING_MAX_BYTES)
        return NULL;
    expr_string *string = base_alloc(sizeof *string + length + 1);
    if (string == NULL)
        return NULL;
    string->references = 1;
    string->length = (uint32_t)length;
    string->text[length] = '\0';
    return string;
}

static expr_value from_string(const expr_string *string) {
    return (uint64_t)(uintptr_t)string + EXPR_VALUE_STRING_TAG;
}

int expr_string_new(const char *text, size_t length, expr_value *value) {
    expr_string *string = allocate_string(length);
    if (string == NULL)
        return CAD_ENOMEM;
    if (length != 0)
        memcpy(string->text, text, length);
    *value = from_string(string);
    return 0;
}

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
    if (expr_is_string(value)) {
        expr_string *string = (expr_string *)(uintptr_t)(value - EXPR_VALUE_STRING_TAG);
        assert(string->references < UINT32_MAX);
        string->references++;
        return;
    }
    const expr_reference_kind *kind = kind_of(value);
    if (kind->ref != NULL)
        kind->ref(expr_to_pointer(value));
}

void expr_value_unref_counted(expr_value value) {
    if (expr_is_string(value)) {
        expr_string *string = (expr_string *)(uintptr_t)(value - EXPR_VALUE_STRING_TAG);
        assert(string->references > 0);
        if (--string->references == 0)
            base_free(string);
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

const char *expr_value_type_name(expr_value value) {
    assert(value != EXPR_UNSET);
    if (expr_is_number(value))
        return is_whole(expr_to_double(value)) ? "int" : "float";
    if (expr_is_string(value))
        return "str";
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
    if (expr_is_string(value))
        return expr_to_string(value)->length != 0;
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

static int compare_strings(const expr_string *a, const expr_string *b) {
    size_t common = a->length < b->length ? a->length : b->length;
    /* The order of UTF-8's bytes is that of the code points. */
    int order = memcmp(a->text, b->text, common);
    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

bool expr_value_equal(expr_value a, expr_value b) {
    double x, y;
    if (to_numeric(a, &x) && to_numeric(b, &y))
        return x == y;
    if (expr_is_string(a) && expr_is_string(b))
        return compare_strings(expr_to_string(a), expr_to_string(b)) == 0;
    return a == b;
}

int expr_value_show(expr_value value, base_buffer *buffer) {
    char text[BASE_NUMBER_TEXT];
    if (expr_is_number(value))
        return base_buffer_append(buffer, text, base_number_format(expr_to_double(value), text));
    if (expr_is_string(value)) {
        const expr_string *string = expr_to_string(value);
        return base_buffer_append(buffer, string->text, string->length);
    }
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
static int division_by_zero(enum expr_operator operator, double a, expr_error *error) {
    bool whole = is_whole(a);
    const char *message = whole ? "division by zero" : "float division by zero";
    if (operator== EXPR_FLOOR_DIVIDE)
        message = whole ? "integer division or modulo by zero" : "float floor division by zero";
    else if (operator== EXPR_MODULO)
        message = whole ? "integer modulo by zero" : "float modulo";
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

static int arithmetic(enum expr_operator operator, double a, double b, expr_value *result,
                      expr_error *error) {
    double number = 0;
    int code = 0;
    if (b == 0 &&
        (operator== EXPR_DIVIDE || operator== EXPR_FLOOR_DIVIDE || operator== EXPR_MODULO))
        return division_by_zero(operator, a, error);
    switch (operator) {
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
        assert(operator== EXPR_POWER);
        code = power(a, b, &number, error);
        break;
    }
    *result = expr_number(number);
    return code;
}

static int concatenate(const expr_string *a, const expr_string *b, expr_value *result,
                       expr_error *error) {
    expr_string *string = allocate_string((size_t)a->length + b->length);
    if (string == NULL)
        return expr_error_memory(error);
    memcpy(string->text, a->text, a->length);
    memcpy(string->text + a->length, b->text, b->length);
    *result = from_string(string);
    return 0;
}

static int repeat(const expr_string *text, double times, expr_value *result, expr_error *error) {
    if (!is_whole(times))
        return expr_error_set(error, CAD_ETYPE,
                              "can't multiply sequence by non-int of type 'float'");
    if (times < 0 || text->length == 0)
        times = 0;
    if (times * (double)text->length > (double)EXPR_STRING_MAX_BYTES)
        return expr_error_memory(error);
    expr_string *string = allocate_string((size_t)times * text->length);
    if (string == NULL)
        return expr_error_memory(error);
    for (size_t at = 0; at < string->length; at += text->length)
        memcpy(string->text + at, text->text, text->length);
    *result = from_string(string);
    return 0;
}

static int unsupported(enum expr_operator operator, expr_value a, expr_value b, expr_error *error) {
    return expr_error_set(error, CAD_ETYPE, "unsupported operand type(s) for %s: '%s' and '%s'",
                         symbols[operator], expr_value_type_name(a), expr_value_type_name(b));
}

/* Arithmetic where at least one operand is no number. */
static int other_arithmetic(enum expr_operator operator, expr_value a, expr_value b,
                            expr_value *result, expr_error *error) {
    double times;
    bool text_a = expr_is_string(a);
    bool text_b = expr_is_string(b);
    if (operator== EXPR_ADD && text_a) {
        if (!text_b)
            return expr_error_set(error, CAD_ETYPE, "can only concatenate str (not \"%s\") to str",
                                  expr_value_type_name(b));
        return concatenate(expr_to_string(a), expr_to_string(b), result, error);
    }
    if (operator== EXPR_MULTIPLY &&(text_a || text_b)) {
        expr_value other = text_a ? b : a;
        if (!to_numeric(other, &times))
            return expr_error_set(error, CAD_ETYPE,
                                  "can't multiply sequence by non-int of type '%s'",
                                  expr_value_type_name(other));
        return repeat(expr_to_string(text_a ? a : b), times, result, error);
    }
    return unsupported(operator, a, b, error);
}

int expr_value_negate(expr_value a, expr_value *result, expr_error *error) {
    double number;
    *result = EXPR_NONE;
    if (!to_numeric(a, &number))
        return expr_error_set(error, CAD_ETYPE, "bad operand type for unary -: '%s'",
                              expr_value_type_name(a));
    *result = expr_number(-number);
    return 0;
}

/* --- Comparison ------------------------------------------------------------------------------ */

static bool holds(enum expr_operator operator, int order) {
    switch (operator) {
    case EXPR_LESS:
        return order < 0;
    case EXPR_LESS_EQUAL:
        return order <= 0;
    case EXPR_GREATER:
        return order > 0;
    default:
        assert(operator== EXPR_GREATER_EQUAL);
        return order >= 0;
    }
}

static int compare(enum expr_operator operator, expr_value a, expr_value b, expr_value *result,
                   expr_error *error) {
    double x, y;
    if (to_numeric(a, &x) && to_numeric(b, &y)) {
        /* With nan, none holds. */
        *result = expr_boolean(x == x && y == y && holds(operator,(x > y) - (x < y)));
        return 0;
    }
    if (expr_is_string(a) && expr_is_string(b)) {
        *result =
            expr_boolean(holds(operator, compare_strings(expr_to_string(a), expr_to_string(b))));
        return 0;
    }
    return expr_error_set(error, CAD_ETYPE, "'%s' not supported between instances of '%s' and '%s'",
                         symbols[operator], expr_value_type_name(a), expr_value_type_name(b));
}

static bool contains(const expr_string *text, const expr_string *part) {
    if (part->length == 0)
        return true;
    const char *at = text->text;
    const char *end = text->text + text->length;
    while ((size_t)(end - at) >= part->length) {
        at = memchr(at, part->text[0], (size_t)(end - at) - part->length + 1);
        if (at == NULL)
            return false;
        if (memcmp(at, part->text, part->length) == 0)
            return true;
        at++;
    }
    return false;
}

static int check_contains(expr_value a, expr_value b, bool *found, expr_error *error) {
    if (!expr_is_string(b))
        return expr_error_set(error, CAD_ETYPE, "argument of type '%s' is not iterable",
                              expr_value_type_name(b));
    if (!expr_is_string(a))
        return expr_error_set(error, CAD_ETYPE,
                              "'in <string>' requires string as left operand, not %s",
                              expr_value_type_name(a));
    *found = contains(expr_to_string(b), expr_to_string(a));
    return 0;
}

/* a is b. Numbers and strings have no identity of their own here: they are the same when they are
 * of one type and equal. */
static bool is_same(expr_value a, expr_value b) {
    return a == b || (expr_is_number(a) && expr_is_number(b) && expr_value_equal(a, b)) ||
           (expr_is_string(a) && expr_value_equal(a, b));
}

int expr_value_binary(enum expr_operator operator, expr_value a, expr_value b, expr_value *result,
                      expr_error *error) {
    double x, y;
    bool found = false;
    int code;
    *result = EXPR_NONE;
    switch (operator) {
    case EXPR_EQUAL:
    case EXPR_NOT_EQUAL:
        *result = expr_boolean(expr_value_equal(a, b) == (operator== EXPR_EQUAL));
        return 0;
    case PROG_IS:
    case EXPR_IS_NOT:
        *result = expr_boolean(is_same(a, b) == (operator== PROG_IS));
        return 0;
    case EXPR_IN:
    case EXPR_NOT_IN:
        code = check_contains(a, b, &found, error);
        *result = code == 0 ? expr_boolean(found == (operator== EXPR_IN)) : EXPR_NONE;
        return code;
    case EXPR_LESS:
    case EXPR_LESS_EQUAL:
    case EXPR_GREATER:
    case EXPR_GREATER_EQUAL:
        return compare(operator, a, b, result, error);
    default:
        if (to_numeric(a, &x) && to_numeric(b, &y))
            return arithmetic(operator, x, y, result, error);
        return other_arithmetic(operator, a, b, result, error);
    }
}

int expr_value_less(expr_value a, expr_value b, expr_error *error) {
    expr_value result = EXPR_FALSE;
    int code = compare(EXPR_LESS, a, b, &result, error);
    return code != 0 ? code : result == EXPR_TRUE;
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
    if (!is_whole(number) || fabs(number) > (double)EXACT) {
        char text[BASE_NUMBER_TEXT];
        base_number_format(number, text);
        return expr_error_set(error, CAD_EINVAL, "%s must be a whole number, not %s", what, text);
    }
    *whole = (int64_t)number;
    return 0;
}

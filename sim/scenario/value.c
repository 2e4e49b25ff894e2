#include "scenario/value.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "scenario/number.h"

/* Whole numbers beyond this are no longer told apart by a double. */
#define EXACT INT64_C(9007199254740992) /* 2^53 */

static const sim_reference_kind *reference_kinds;
static size_t reference_kind_count;

/* --- Errors ---------------------------------------------------------------------------------- */

int sim_error_set(sim_error *error, int code, const char *format, ...) {
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

int sim_error_memory(sim_error *error) {
    return sim_error_set(error, CAD_ENOMEM, "out of memory");
}

/* --- Strings and references ------------------------------------------------------------------ */

/* A string of `length` bytes that are still to be filled in. */
static sim_string *allocate_string(size_t length) {
    if (length > SIM_STRING_MAX_BYTES)
        return NULL;
    sim_string *string = sim_alloc(sizeof *string + length + 1);
    if (string == NULL)
        return NULL;
    string->references = 1;
    string->length = (uint32_t)length;
    string->text[length] = '\0';
    return string;
}

static sim_value from_string(const sim_string *string) {
    return (uint64_t)(uintptr_t)string + SIM_VALUE_STRING_TAG;
}

int sim_string_new(const char *text, size_t length, sim_value *value) {
    sim_string *string = allocate_string(length);
    if (string == NULL)
        return CAD_ENOMEM;
    if (length != 0)
        memcpy(string->text, text, length);
    *value = from_string(string);
    return 0;
}

void sim_reference_kinds(const sim_reference_kind *kinds, size_t count) {
    assert(count <= SIM_REFERENCE_KINDS);
    reference_kinds = kinds;
    reference_kind_count = count;
}

static const sim_reference_kind *kind_of(sim_value value) {
    static const sim_reference_kind unknown = {0};
    unsigned kind = sim_to_kind(value);
    return kind < reference_kind_count ? &reference_kinds[kind] : &unknown;
}

void sim_value_ref_counted(sim_value value) {
    if (sim_is_string(value)) {
        sim_string *string = (sim_string *)(uintptr_t)(value - SIM_VALUE_STRING_TAG);
        assert(string->references < UINT32_MAX);
        string->references++;
        return;
    }
    const sim_reference_kind *kind = kind_of(value);
    if (kind->ref != NULL)
        kind->ref(sim_to_pointer(value));
}

void sim_value_unref_counted(sim_value value) {
    if (sim_is_string(value)) {
        sim_string *string = (sim_string *)(uintptr_t)(value - SIM_VALUE_STRING_TAG);
        assert(string->references > 0);
        if (--string->references == 0)
            sim_free(string);
        return;
    }
    const sim_reference_kind *kind = kind_of(value);
    if (kind->unref != NULL)
        kind->unref(sim_to_pointer(value));
}

/* --- What values are ------------------------------------------------------------------------- */

static bool is_whole(double number) {
    return number == floor(number) && !isinf(number);
}

const char *sim_value_type_name(sim_value value) {
    assert(value != SIM_UNSET);
    if (sim_is_number(value))
        return is_whole(sim_to_double(value)) ? "int" : "float";
    if (sim_is_string(value))
        return "str";
    if (sim_is_boolean(value))
        return "bool";
    if (!sim_is_reference(value))
        return "NoneType";
    const sim_reference_kind *kind = kind_of(value);
    return kind->type_name != NULL ? kind->type_name(sim_to_pointer(value)) : "object";
}

bool sim_value_truth(sim_value value) {
    if (sim_is_number(value))
        return sim_to_double(value) != 0;
    if (sim_is_string(value))
        return sim_to_string(value)->length != 0;
    return value != SIM_NONE && value != SIM_FALSE && value != SIM_UNSET;
}

/* A number or a boolean as a double; false for other values. */
static bool to_numeric(sim_value value, double *number) {
    if (sim_is_number(value))
        *number = sim_to_double(value);
    else if (sim_is_boolean(value))
        *number = value == SIM_TRUE;
    else
        return false;
    return true;
}

static int compare_strings(const sim_string *a, const sim_string *b) {
    size_t common = a->length < b->length ? a->length : b->length;
    /* The order of UTF-8's bytes is that of the code points. */
    int order = memcmp(a->text, b->text, common);
    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

bool sim_value_equal(sim_value a, sim_value b) {
    double x, y;
    if (to_numeric(a, &x) && to_numeric(b, &y))
        return x == y;
    if (sim_is_string(a) && sim_is_string(b))
        return compare_strings(sim_to_string(a), sim_to_string(b)) == 0;
    return a == b;
}

int sim_value_show(sim_value value, sim_buffer *buffer) {
    char text[SIM_NUMBER_TEXT];
    if (sim_is_number(value))
        return sim_buffer_append(buffer, text, sim_number_format(sim_to_double(value), text));
    if (sim_is_string(value)) {
        const sim_string *string = sim_to_string(value);
        return sim_buffer_append(buffer, string->text, string->length);
    }
    if (sim_is_boolean(value))
        return value == SIM_TRUE ? sim_buffer_append(buffer, "True", 4)
                                 : sim_buffer_append(buffer, "False", 5);
    if (!sim_is_reference(value))
        return sim_buffer_append(buffer, "None", 4);
    const sim_reference_kind *kind = kind_of(value);
    if (kind->show != NULL)
        return kind->show(sim_to_pointer(value), buffer);
    return sim_buffer_format(buffer, "<%s>", sim_value_type_name(value));
}

/* --- Arithmetic ------------------------------------------------------------------------------ */

static const char *const symbols[] = {
    [SIM_ADD] = "+",
    [SIM_SUBTRACT] = "-",
    [SIM_MULTIPLY] = "*",
    [SIM_DIVIDE] = "/",
    [SIM_FLOOR_DIVIDE] = "//",
    [SIM_MODULO] = "%",
    [SIM_POWER] = "** or pow()",
    [SIM_LESS] = "<",
    [SIM_LESS_EQUAL] = "<=",
    [SIM_GREATER] = ">",
    [SIM_GREATER_EQUAL] = ">=",
};

/* Python has different words for ints and floats. */
static int division_by_zero(enum sim_operator operator, double a, sim_error *error) {
    bool whole = is_whole(a);
    const char *message = whole ? "division by zero" : "float division by zero";
    if (operator== SIM_FLOOR_DIVIDE)
        message = whole ? "integer division or modulo by zero" : "float floor division by zero";
    else if (operator== SIM_MODULO)
        message = whole ? "integer modulo by zero" : "float modulo";
    return sim_error_set(error, CAD_EZERODIVISION, "%s", message);
}

static int power(double a, double b, double *result, sim_error *error) {
    if (a == 0 && b < 0)
        return sim_error_set(error, CAD_EZERODIVISION, "0.0 cannot be raised to a negative power");
    if (a < 0 && b != floor(b))
        return sim_error_set(error, CAD_EINVAL,
                             "a negative number cannot be raised to a fractional power");
    *result = sim_number_power(a, b);
    if (isinf(*result) && !isinf(a) && !isinf(b))
        return sim_error_set(error, CAD_EOVERFLOW, "the result of ** is too large");
    return 0;
}

static int arithmetic(enum sim_operator operator, double a, double b, sim_value *result,
                      sim_error *error) {
    double number = 0;
    int code = 0;
    if (b == 0 && (operator== SIM_DIVIDE || operator== SIM_FLOOR_DIVIDE || operator== SIM_MODULO))
        return division_by_zero(operator, a, error);
    switch (operator) {
    case SIM_ADD:
        number = a + b;
        break;
    case SIM_SUBTRACT:
        number = a - b;
        break;
    case SIM_MULTIPLY:
        number = a * b;
        break;
    case SIM_DIVIDE:
        number = a / b;
        break;
    case SIM_FLOOR_DIVIDE:
        number = sim_number_floor_divide(a, b);
        break;
    case SIM_MODULO:
        number = sim_number_modulo(a, b);
        break;
    default:
        assert(operator== SIM_POWER);
        code = power(a, b, &number, error);
        break;
    }
    *result = sim_number(number);
    return code;
}

static int concatenate(const sim_string *a, const sim_string *b, sim_value *result,
                       sim_error *error) {
    sim_string *string = allocate_string((size_t)a->length + b->length);
    if (string == NULL)
        return sim_error_memory(error);
    memcpy(string->text, a->text, a->length);
    memcpy(string->text + a->length, b->text, b->length);
    *result = from_string(string);
    return 0;
}

static int repeat(const sim_string *text, double times, sim_value *result, sim_error *error) {
    if (!is_whole(times))
        return sim_error_set(error, CAD_ETYPE,
                             "can't multiply sequence by non-int of type 'float'");
    if (times < 0 || text->length == 0)
        times = 0;
    if (times * (double)text->length > (double)SIM_STRING_MAX_BYTES)
        return sim_error_memory(error);
    sim_string *string = allocate_string((size_t)times * text->length);
    if (string == NULL)
        return sim_error_memory(error);
    for (size_t at = 0; at < string->length; at += text->length)
        memcpy(string->text + at, text->text, text->length);
    *result = from_string(string);
    return 0;
}

static int unsupported(enum sim_operator operator, sim_value a, sim_value b, sim_error *error) {
    return sim_error_set(error, CAD_ETYPE, "unsupported operand type(s) for %s: '%s' and '%s'",
                         symbols[operator], sim_value_type_name(a), sim_value_type_name(b));
}

/* Arithmetic where at least one operand is no number. */
static int other_arithmetic(enum sim_operator operator, sim_value a, sim_value b, sim_value *result,
                            sim_error *error) {
    double times;
    bool text_a = sim_is_string(a);
    bool text_b = sim_is_string(b);
    if (operator== SIM_ADD && text_a) {
        if (!text_b)
            return sim_error_set(error, CAD_ETYPE, "can only concatenate str (not \"%s\") to str",
                                 sim_value_type_name(b));
        return concatenate(sim_to_string(a), sim_to_string(b), result, error);
    }
    if (operator== SIM_MULTIPLY &&(text_a || text_b)) {
        sim_value other = text_a ? b : a;
        if (!to_numeric(other, &times))
            return sim_error_set(error, CAD_ETYPE,
                                 "can't multiply sequence by non-int of type '%s'",
                                 sim_value_type_name(other));
        return repeat(sim_to_string(text_a ? a : b), times, result, error);
    }
    return unsupported(operator, a, b, error);
}

int sim_value_negate(sim_value a, sim_value *result, sim_error *error) {
    double number;
    *result = SIM_NONE;
    if (!to_numeric(a, &number))
        return sim_error_set(error, CAD_ETYPE, "bad operand type for unary -: '%s'",
                             sim_value_type_name(a));
    *result = sim_number(-number);
    return 0;
}

/* --- Comparison ------------------------------------------------------------------------------ */

static bool holds(enum sim_operator operator, int order) {
    switch (operator) {
    case SIM_LESS:
        return order < 0;
    case SIM_LESS_EQUAL:
        return order <= 0;
    case SIM_GREATER:
        return order > 0;
    default:
        assert(operator== SIM_GREATER_EQUAL);
        return order >= 0;
    }
}

static int compare(enum sim_operator operator, sim_value a, sim_value b, sim_value *result,
                   sim_error *error) {
    double x, y;
    if (to_numeric(a, &x) && to_numeric(b, &y)) {
        /* With nan, none holds. */
        *result = sim_boolean(x == x && y == y && holds(operator,(x > y) - (x < y)));
        return 0;
    }
    if (sim_is_string(a) && sim_is_string(b)) {
        *result = sim_boolean(holds(operator, compare_strings(sim_to_string(a), sim_to_string(b))));
        return 0;
    }
    return sim_error_set(error, CAD_ETYPE, "'%s' not supported between instances of '%s' and '%s'",
                         symbols[operator], sim_value_type_name(a), sim_value_type_name(b));
}

static bool contains(const sim_string *text, const sim_string *part) {
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

static int check_contains(sim_value a, sim_value b, bool *found, sim_error *error) {
    if (!sim_is_string(b))
        return sim_error_set(error, CAD_ETYPE, "argument of type '%s' is not iterable",
                             sim_value_type_name(b));
    if (!sim_is_string(a))
        return sim_error_set(error, CAD_ETYPE,
                             "'in <string>' requires string as left operand, not %s",
                             sim_value_type_name(a));
    *found = contains(sim_to_string(b), sim_to_string(a));
    return 0;
}

/* a is b. Numbers and strings have no identity of their own here: they are the same when they are
 * of one type and equal. */
static bool is_same(sim_value a, sim_value b) {
    return a == b || (sim_is_number(a) && sim_is_number(b) && sim_value_equal(a, b)) ||
           (sim_is_string(a) && sim_value_equal(a, b));
}

int sim_value_binary(enum sim_operator operator, sim_value a, sim_value b, sim_value *result,
                     sim_error *error) {
    double x, y;
    bool found = false;
    int code;
    *result = SIM_NONE;
    switch (operator) {
    case SIM_EQUAL:
    case SIM_NOT_EQUAL:
        *result = sim_boolean(sim_value_equal(a, b) == (operator== SIM_EQUAL));
        return 0;
    case SIM_IS:
    case SIM_IS_NOT:
        *result = sim_boolean(is_same(a, b) == (operator== SIM_IS));
        return 0;
    case SIM_IN:
    case SIM_NOT_IN:
        code = check_contains(a, b, &found, error);
        *result = code == 0 ? sim_boolean(found == (operator== SIM_IN)) : SIM_NONE;
        return code;
    case SIM_LESS:
    case SIM_LESS_EQUAL:
    case SIM_GREATER:
    case SIM_GREATER_EQUAL:
        return compare(operator, a, b, result, error);
    default:
        if (to_numeric(a, &x) && to_numeric(b, &y))
            return arithmetic(operator, x, y, result, error);
        return other_arithmetic(operator, a, b, result, error);
    }
}

int sim_value_less(sim_value a, sim_value b, sim_error *error) {
    sim_value result = SIM_FALSE;
    int code = compare(SIM_LESS, a, b, &result, error);
    return code != 0 ? code : result == SIM_TRUE;
}

/* --- Values as C numbers --------------------------------------------------------------------- */

int sim_value_double(sim_value value, double *number, sim_error *error) {
    if (to_numeric(value, number))
        return 0;
    return sim_error_set(error, CAD_ETYPE, "must be real number, not %s",
                         sim_value_type_name(value));
}

int sim_value_nanoseconds(sim_value value, int64_t *nanoseconds, sim_error *error) {
    double seconds = 0;
    int code = sim_value_double(value, &seconds, error);
    if (code != 0)
        return code;
    if (isnan(seconds))
        return sim_error_set(error, CAD_EINVAL, "a time cannot be nan");
    double rounded = rint(seconds * 1e9);
    if (fabs(rounded) >= 9223372036854775808.0)
        return sim_error_set(error, CAD_EOVERFLOW, "a time cannot be beyond 292 years");
    *nanoseconds = (int64_t)rounded;
    return 0;
}

int sim_value_whole(sim_value value, const char *what, int64_t *whole, sim_error *error) {
    double number;
    if (!to_numeric(value, &number))
        return sim_error_set(error, CAD_ETYPE, "%s must be a whole number, not %s", what,
                             sim_value_type_name(value));
    if (!is_whole(number) || fabs(number) > (double)EXACT) {
        char text[SIM_NUMBER_TEXT];
        sim_number_format(number, text);
        return sim_error_set(error, CAD_EINVAL, "%s must be a whole number, not %s", what, text);
    }
    *whole = (int64_t)number;
    return 0;
}

/* The functions that need nothing but their arguments: arithmetic, and random draws. */
#include "expression/code.h"

#include <assert.h>
#include <math.h>

#include "base/number.h"

/* The least (or the greatest) of the arguments, or of the items of a single one: the first of
 * several that are equal. */
static int extreme(enum expr_operator operation, const expr_value *values, size_t count,
                   expr_value *result, expr_error *error) {
    size_t best = 0;
    for (size_t i = 1; i < count; i++) {
        expr_value better;
        int code = expr_value_binary(operation, values[i], values[best], &better, error);
        if (code != 0)
            return code;
        if (better == EXPR_TRUE)
            best = i;
    }
    *result = expr_value_ref(values[best]);
    return 0;
}

static int extreme_of(enum expr_operator operation, const expr_value *arguments, size_t count,
                      expr_value *result, expr_error *error) {
    expr_value items;
    if (count > 1)
        return extreme(operation, arguments, count, result, error);
    int code = expr_value_items(arguments[0], &items, error);
    if (code != 0)
        return code;
    const expr_list *list = expr_to_list(items);
    if (list->sequence.length == 0)
        code = expr_error_set(error, CAD_EINVAL, "%s() iterable argument is empty",
                              operation == EXPR_LESS ? "min" : "max");
    else
        code = extreme(operation, list->items, list->sequence.length, result, error);
    expr_value_unref(items);
    return code;
}

static int call_min(const expr_env *env, const expr_value *arguments, size_t count,
                    expr_value *result, expr_error *error) {
    (void)env;
    return extreme_of(EXPR_LESS, arguments, count, result, error);
}

static int call_max(const expr_env *env, const expr_value *arguments, size_t count,
                    expr_value *result, expr_error *error) {
    (void)env;
    return extreme_of(EXPR_GREATER, arguments, count, result, error);
}

static int call_len(const expr_env *env, const expr_value *arguments, size_t count,
                    expr_value *result, expr_error *error) {
    size_t length;
    (void)env;
    (void)count;
    int code = expr_value_length(arguments[0], &length, error);
    if (code == 0)
        *result = expr_number((double)length);
    return code;
}

/* The bounds of a range: from 0 where there is one argument, by 1 where there are two. */
static int range_bounds(const expr_value *arguments, size_t count, double bounds[3],
                        expr_error *error) {
    bounds[0] = 0;
    bounds[2] = 1;
    for (size_t i = 0; i < count; i++) {
        if (!expr_value_integer(arguments[i], &bounds[count == 1 ? 1 : i]))
            return expr_error_set(error, CAD_ETYPE,
                                  "'%s' object cannot be interpreted as an integer",
                                  expr_value_type_name(arguments[i]));
    }
    if (bounds[2] == 0)
        return expr_error_set(error, CAD_EINVAL, "range() arg 3 must not be zero");
    return 0;
}

/* A list: the language has no ranges beside. */
static int call_range(const expr_env *env, const expr_value *arguments, size_t count,
                      expr_value *result, expr_error *error) {
    double bounds[3];
    (void)env;
    int code = range_bounds(arguments, count, bounds, error);
    if (code != 0)
        return code;
    double length = ceil((bounds[1] - bounds[0]) / bounds[2]);
    if (!(length > 0))
        length = 0;
    if (length > (double)EXPR_LIST_MAX_ITEMS)
        return expr_error_memory(error);
    expr_value *items = base_alloc((size_t)length * sizeof *items);
    if (items == NULL)
        return expr_error_memory(error);
    for (size_t i = 0; i < (size_t)length; i++)
        items[i] = expr_number(bounds[0] + (double)i * bounds[2]);
    code = expr_list_new(EXPR_LIST, items, (size_t)length, result);
    base_free(items);
    return code == 0 ? 0 : expr_error_memory(error);
}

static int call_abs(const expr_env *env, const expr_value *arguments, size_t count,
                    expr_value *result, expr_error *error) {
    double number;
    (void)env;
    (void)count;
    if (expr_value_double(arguments[0], &number, error) != 0)
        return expr_error_set(error, CAD_ETYPE, "bad operand type for abs(): '%s'",
                              expr_value_type_name(arguments[0]));
    double integer;
    bool whole = expr_value_integer(arguments[0], &integer);
    *result = whole ? expr_number(fabs(number)) : expr_float(fabs(number));
    return 0;
}

static int to_int(double number, expr_value *result, expr_error *error) {
    if (isnan(number))
        return expr_error_set(error, CAD_EINVAL, "cannot convert float NaN to integer");
    if (isinf(number))
        return expr_error_set(error, CAD_EOVERFLOW, "cannot convert float infinity to integer");
    *result = expr_number(number);
    return 0;
}

static int call_floor(const expr_env *env, const expr_value *arguments, size_t count,
                      expr_value *result, expr_error *error) {
    double number;
    (void)env;
    (void)count;
    int code = expr_value_double(arguments[0], &number, error);
    return code != 0 ? code : to_int(floor(number), result, error);
}

static int call_ceil(const expr_env *env, const expr_value *arguments, size_t count,
                     expr_value *result, expr_error *error) {
    double number;
    (void)env;
    (void)count;
    int code = expr_value_double(arguments[0], &number, error);
    return code != 0 ? code : to_int(ceil(number), result, error);
}

static int call_round(const expr_env *env, const expr_value *arguments, size_t count,
                      expr_value *result, expr_error *error) {
    double number, digits;
    (void)env;
    if (expr_value_double(arguments[0], &number, error) != 0)
        return expr_error_set(error, CAD_ETYPE, "type %s doesn't define __round__ method",
                              expr_value_type_name(arguments[0]));
    if (count == 1 || arguments[1] == EXPR_NONE)
        return to_int(rint(number), result, error);
    if (expr_value_double(arguments[1], &digits, error) != 0 || digits != floor(digits) ||
        isinf(digits))
        return expr_error_set(error, CAD_ETYPE, "'%s' object cannot be interpreted as an integer",
                              expr_value_type_name(arguments[1]));
    if (digits > 1000)
        digits = 1000; /* as good as all of them */
    if (digits < -1000)
        digits = -1000;
    double rounded = isfinite(number) ? base_number_round(number, (int)digits) : number;
    if (isinf(rounded) && !isinf(number))
        return expr_error_set(error, CAD_EOVERFLOW, "rounded value too large to represent");
    double integer;
    bool whole = expr_value_integer(arguments[0], &integer);
    *result = whole ? expr_number(rounded) : expr_float(rounded);
    return 0;
}

/* --- Random draws ---------------------------------------------------------------------------- */

/* The two, or fewer, numbers that a draw takes; without end none can be drawn. */
static int parameters(const char *function, const expr_value *arguments, size_t count,
                      double *numbers, expr_error *error) {
    char text[BASE_NUMBER_TEXT];
    for (size_t i = 0; i < count; i++) {
        int code = expr_value_double(arguments[i], &numbers[i], error);
        if (code != 0)
            return code;
        if (isfinite(numbers[i]))
            continue;
        base_number_format(numbers[i], text);
        return expr_error_set(error, CAD_EINVAL, "%s() takes finite numbers, not %s", function,
                              text);
    }
    return 0;
}

static int call_uniform(const expr_env *env, const expr_value *arguments, size_t count,
                        expr_value *result, expr_error *error) {
    double range[2];
    int code = parameters("uniform", arguments, count, range, error);
    if (code == 0)
        *result = expr_float(expr_random_uniform(env->random, range[0], range[1]));
    return code;
}

static int call_normal(const expr_env *env, const expr_value *arguments, size_t count,
                       expr_value *result, expr_error *error) {
    double numbers[2];
    int code = parameters("normal", arguments, count, numbers, error);
    if (code == 0 && numbers[1] < 0)
        code = expr_error_set(error, CAD_EINVAL,
                              "the standard deviation of normal() cannot be negative");
    if (code == 0)
        *result = expr_float(expr_random_normal(env->random, numbers[0], numbers[1]));
    return code;
}

static int call_exponential(const expr_env *env, const expr_value *arguments, size_t count,
                            expr_value *result, expr_error *error) {
    double mean;
    int code = parameters("exponential", arguments, count, &mean, error);
    if (code == 0 && mean < 0)
        code = expr_error_set(error, CAD_EINVAL, "the mean of exponential() cannot be negative");
    if (code == 0)
        *result = expr_float(expr_random_exponential(env->random, mean));
    return code;
}

static int call_randint(const expr_env *env, const expr_value *arguments, size_t count,
                        expr_value *result, expr_error *error) {
    int64_t a, b;
    (void)count;
    int code = expr_value_whole(arguments[0], "the first number of randint()", &a, error);
    if (code == 0)
        code = expr_value_whole(arguments[1], "the second number of randint()", &b, error);
    if (code == 0 && a > b)
        code = expr_error_set(error, CAD_EINVAL, "empty range in randint(%lld, %lld)", (long long)a,
                              (long long)b);
    if (code == 0)
        *result = expr_number((double)expr_random_integer(env->random, a, b));
    return code;
}

static int call_str(const expr_env *env, const expr_value *arguments, size_t count,
                    expr_value *result, expr_error *error) {
    base_buffer text = {0};
    (void)env;
    (void)count;
    int code = expr_value_show(arguments[0], &text);
    if (code == 0)
        code = expr_string_new(text.data != NULL ? text.data : "", text.length, result);
    base_buffer_free(&text);
    if (code == CAD_ESTACK)
        return expr_error_set(error, code, "maximum recursion depth exceeded");
    return code != 0 ? expr_error_memory(error) : 0;
}

const expr_function expr_builtin_functions[] = {
    {"min", 1, EXPR_FUNCTION_MAX_ARGUMENTS, 0, NULL, call_min},
    {"max", 1, EXPR_FUNCTION_MAX_ARGUMENTS, 0, NULL, call_max},
    {"abs", 1, 1, 0, NULL, call_abs},
    {"round", 1, 2, 0, NULL, call_round},
    {"floor", 1, 1, 0, NULL, call_floor},
    {"ceil", 1, 1, 0, NULL, call_ceil},
    {"len", 1, 1, 0, NULL, call_len},
    {"range", 1, 3, 0, NULL, call_range},
    {"str", 1, 1, 0, NULL, call_str},
    {"uniform", 2, 2, 0, NULL, call_uniform},
    {"normal", 2, 2, 0, NULL, call_normal},
    {"exponential", 1, 1, 0, NULL, call_exponential},
    {"randint", 2, 2, 0, NULL, call_randint},
};
const size_t expr_builtin_count = sizeof expr_builtin_functions / sizeof *expr_builtin_functions;
const size_t expr_builtin_first_draw = 9;

#include "scenario/code.h"

#include <assert.h>
#include <math.h>

#include "scenario/number.h"

/* The least (or the greatest) of the arguments: the first of several that are equal. */
static int extreme(enum sim_operator operator, const sim_value * arguments, size_t count,
                   sim_value *result, sim_error *error) {
    size_t best = 0;
    for (size_t i = 1; i < count; i++) {
        sim_value better;
        int code = sim_value_binary(operator, arguments[i], arguments[best], &better, error);
        if (code != 0)
            return code;
        if (better == SIM_TRUE)
            best = i;
    }
    *result = sim_value_ref(arguments[best]);
    return 0;
}

static int call_min(const sim_env *env, const sim_value *arguments, size_t count, sim_value *result,
                    sim_error *error) {
    (void)env;
    return extreme(SIM_LESS, arguments, count, result, error);
}

static int call_max(const sim_env *env, const sim_value *arguments, size_t count, sim_value *result,
                    sim_error *error) {
    (void)env;
    return extreme(SIM_GREATER, arguments, count, result, error);
}

static int call_abs(const sim_env *env, const sim_value *arguments, size_t count, sim_value *result,
                    sim_error *error) {
    double number;
    (void)env;
    (void)count;
    if (sim_value_double(arguments[0], &number, error) != 0)
        return sim_error_set(error, CAD_ETYPE, "bad operand type for abs(): '%s'",
                             sim_value_type_name(arguments[0]));
    *result = sim_number(fabs(number));
    return 0;
}

static int to_int(double number, sim_value *result, sim_error *error) {
    if (isnan(number))
        return sim_error_set(error, CAD_EINVAL, "cannot convert float NaN to integer");
    if (isinf(number))
        return sim_error_set(error, CAD_EOVERFLOW, "cannot convert float infinity to integer");
    *result = sim_number(number);
    return 0;
}

static int call_floor(const sim_env *env, const sim_value *arguments, size_t count,
                      sim_value *result, sim_error *error) {
    double number;
    (void)env;
    (void)count;
    int code = sim_value_double(arguments[0], &number, error);
    return code != 0 ? code : to_int(floor(number), result, error);
}

static int call_ceil(const sim_env *env, const sim_value *arguments, size_t count,
                     sim_value *result, sim_error *error) {
    double number;
    (void)env;
    (void)count;
    int code = sim_value_double(arguments[0], &number, error);
    return code != 0 ? code : to_int(ceil(number), result, error);
}

static int call_round(const sim_env *env, const sim_value *arguments, size_t count,
                      sim_value *result, sim_error *error) {
    double number, digits;
    (void)env;
    if (sim_value_double(arguments[0], &number, error) != 0)
        return sim_error_set(error, CAD_ETYPE, "type %s doesn't define __round__ method",
                             sim_value_type_name(arguments[0]));
    if (count == 1 || arguments[1] == SIM_NONE)
        return to_int(rint(number), result, error);
    if (sim_value_double(arguments[1], &digits, error) != 0 || digits != floor(digits) ||
        isinf(digits))
        return sim_error_set(error, CAD_ETYPE, "'%s' object cannot be interpreted as an integer",
                             sim_value_type_name(arguments[1]));
    if (digits > 1000)
        digits = 1000; /* as good as all of them */
    if (digits < -1000)
        digits = -1000;
    double rounded = isfinite(number) ? sim_number_round(number, (int)digits) : number;
    if (isinf(rounded) && !isinf(number))
        return sim_error_set(error, CAD_EOVERFLOW, "rounded value too large to represent");
    *result = sim_number(rounded);
    return 0;
}

/* --- Random draws ---------------------------------------------------------------------------- */

/* The two, or fewer, numbers that a draw takes. */
static int parameters(const sim_value *arguments, size_t count, double *numbers, sim_error *error) {
    int code = 0;
    for (size_t i = 0; i < count && code == 0; i++)
        code = sim_value_double(arguments[i], &numbers[i], error);
    return code;
}

static int call_uniform(const sim_env *env, const sim_value *arguments, size_t count,
                        sim_value *result, sim_error *error) {
    double range[2];
    int code = parameters(arguments, count, range, error);
    if (code == 0)
        *result = sim_number(sim_random_uniform(env->random, range[0], range[1]));
    return code;
}

static int call_normal(const sim_env *env, const sim_value *arguments, size_t count,
                       sim_value *result, sim_error *error) {
    double numbers[2];
    int code = parameters(arguments, count, numbers, error);
    if (code == 0 && numbers[1] < 0)
        code = sim_error_set(error, CAD_EINVAL,
                             "the standard deviation of normal() cannot be negative");
    if (code == 0)
        *result = sim_number(sim_random_normal(env->random, numbers[0], numbers[1]));
    return code;
}

static int call_exponential(const sim_env *env, const sim_value *arguments, size_t count,
                            sim_value *result, sim_error *error) {
    double mean;
    int code = parameters(arguments, count, &mean, error);
    if (code == 0 && mean < 0)
        code = sim_error_set(error, CAD_EINVAL, "the mean of exponential() cannot be negative");
    if (code == 0)
        *result = sim_number(sim_random_exponential(env->random, mean));
    return code;
}

static int call_randint(const sim_env *env, const sim_value *arguments, size_t count,
                        sim_value *result, sim_error *error) {
    int64_t a, b;
    (void)count;
    int code = sim_value_whole(arguments[0], "the first number of randint()", &a, error);
    if (code == 0)
        code = sim_value_whole(arguments[1], "the second number of randint()", &b, error);
    if (code == 0 && a > b)
        code = sim_error_set(error, CAD_EINVAL, "empty range in randint(%lld, %lld)", (long long)a,
                             (long long)b);
    if (code == 0)
        *result = sim_number((double)sim_random_integer(env->random, a, b));
    return code;
}

const sim_function sim_builtin_functions[] = {
    {"min", 2, SIM_FUNCTION_MAX_ARGUMENTS, 0, NULL, call_min},
    {"max", 2, SIM_FUNCTION_MAX_ARGUMENTS, 0, NULL, call_max},
    {"abs", 1, 1, 0, NULL, call_abs},
    {"round", 1, 2, 0, NULL, call_round},
    {"floor", 1, 1, 0, NULL, call_floor},
    {"ceil", 1, 1, 0, NULL, call_ceil},
    {"uniform", 2, 2, 0, NULL, call_uniform},
    {"normal", 2, 2, 0, NULL, call_normal},
    {"exponential", 1, 1, 0, NULL, call_exponential},
    {"randint", 2, 2, 0, NULL, call_randint},
};
const size_t sim_builtin_count = sizeof sim_builtin_functions / sizeof *sim_builtin_functions;
const size_t sim_builtin_first_draw = 6;

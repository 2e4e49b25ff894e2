/* Expressions: what Python makes of them, how they are refused, and what names mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limit.h"
#include "base/memory.h"
#include "cadran.h"
#include "expression/expression.h"
#include "run/process.h"
#include "support/memory_test.h"

/* --- A scope: task variables, scenario variables, an object, a name known late ---------------- */

enum { QUEUE = 1, LOCK = 2 };
enum { I, X, Y, S, T, N, Z, MAYBE, COUNT, LONELY, LOCALS };
enum { GLOBAL_COUNT, GLOBAL_LATER, GLOBALS };

static struct thing {
    const char *type;
    int references;
    double size;
} queue = {"Queue", 1, 3}, lock = {"Lock", 1, 0};

static const char *thing_type(const void *pointer) {
    return ((const struct thing *)pointer)->type;
}

static void thing_ref(void *pointer) {
    ((struct thing *)pointer)->references++;
}

static void thing_unref(void *pointer) {
    ((struct thing *)pointer)->references--;
}

static const expr_reference_kind kinds[] = {{thing_type, thing_ref, thing_unref, NULL, NULL}};

static const char *const local_names[] = {"i", "x", "y",     "s",     "t",
                                          "n", "z", "maybe", "count", "lonely"};
static const char *const global_names[] = {"count", "later"};

static bool same(const char *known, const char *name, size_t length) {
    return strlen(known) == length && memcmp(known, name, length) == 0;
}

static int resolve(const expr_scope *scope, const char *name, size_t length, bool behind,
                   expr_name *found) {
    (void)scope;
    *found = (expr_name){0};
    for (uint32_t i = 0; i < LOCALS && !behind; i++) {
        if (same(local_names[i], name, length)) {
            found->kind = EXPR_NAME_LOCAL;
            found->slot = i;
            return 0;
        }
    }
    for (uint32_t i = 0; i < GLOBALS; i++) {
        if (same(global_names[i], name, length)) {
            found->kind = EXPR_NAME_GLOBAL;
            found->slot = i;
            return 0;
        }
    }
    bool is_queue = same("queue", name, length) || same("maybe", name, length);
    if (is_queue || same("lock", name, length)) {
        found->kind = EXPR_NAME_CONSTANT;
        found->value = expr_reference(0, is_queue ? &queue : &lock);
        found->what = is_queue ? QUEUE : LOCK;
        found->article = "a";
        found->label = is_queue ? "queue" : "lock";
        return 0;
    }
    if (same("job3", name, length) || same("job4", name, length)) {
        found->kind = EXPR_NAME_LATE;
        found->slot = name[3] == '3' ? 3 : 4;
        return 0;
    }
    return CAD_EKEY;
}

static void suggest(const expr_scope *scope, base_suggestion *suggestion) {
    (void)scope;
    for (size_t i = 0; i < LOCALS; i++)
        base_suggestion_offer(suggestion, local_names[i]);
    for (size_t i = 0; i < GLOBALS; i++)
        base_suggestion_offer(suggestion, global_names[i]);
    base_suggestion_offer(suggestion, "duration");
}

static int call_qsize(const expr_env *env, const expr_value *arguments, size_t count,
                      expr_value *result, expr_error *error) {
    (void)env;
    (void)count;
    if (!expr_is_reference(arguments[0]) || expr_to_pointer(arguments[0]) != &queue)
        return expr_error_set(error, CAD_ETYPE, "qsize() takes a queue");
    *result = expr_number(((struct thing *)expr_to_pointer(arguments[0]))->size);
    return 0;
}

static int call_now(const expr_env *env, const expr_value *arguments, size_t count,
                    expr_value *result, expr_error *error) {
    (void)arguments;
    (void)count;
    (void)error;
    *result = expr_number(*(const double *)env->world->context);
    return 0;
}

static int late(const expr_env *env, uint32_t slot, expr_value *value, expr_error *error) {
    (void)env;
    (void)error;
    if (slot == 4)
        return CAD_EKEY;
    *value = expr_number(33);
    return 0;
}

static const expr_function functions[] = {
    {"qsize", 1, 1, QUEUE, "a queue", call_qsize},
    {"now", 0, 0, 0, NULL, call_now},
};

static const expr_scope scope = {
    .resolve = resolve,
    .suggest = suggest,
    .functions = functions,
    .function_count = sizeof functions / sizeof *functions,
};

static expr_value locals[LOCALS];
static expr_value globals[GLOBALS];
static expr_random stream;
static double loop_time = 2.5;
static const expr_world world = {.globals = globals, .context = &loop_time, .late = late};
static expr_env env = {.world = &world, .locals = locals, .random = &stream};

static int setup(void **state) {
    (void)state;
    memory_start(base_set_allocator);
    run_process_start(BASE_UNLIMITED);
    expr_reference_kinds(kinds, 1);
    expr_random_start(&stream, 0, 0);
    locals[I] = expr_number(7);
    locals[X] = expr_number(2.5);
    locals[Y] = expr_number(-3);
    locals[T] = EXPR_TRUE;
    locals[N] = EXPR_NONE;
    locals[Z] = expr_number(100);
    locals[MAYBE] = locals[COUNT] = locals[LONELY] = EXPR_UNSET;
    globals[GLOBAL_COUNT] = expr_number(5);
    globals[GLOBAL_LATER] = EXPR_UNSET;
    return expr_string_new("abc", 3, &locals[S]);
}

/* Nothing that was allocated, and no reference that was taken, remains. */
static int teardown(void **state) {
    (void)state;
    expr_value_unref(locals[S]);
    assert_int_equal(memory_live(), 0);
    assert_int_equal(queue.references, 1);
    assert_int_equal(lock.references, 1);
    return 0;
}

/* --- What they give -------------------------------------------------------------------------- */

/* The faults of the last expression that was compiled, a line each: `offset+length: message`. */
static char faults[2000];

static void report(void *context, size_t offset, size_t length, const char *message) {
    size_t used = strlen(faults);
    (void)context;
    snprintf(faults + used, sizeof faults - used, "%s%zu+%zu: %s", used > 0 ? "\n" : "", offset,
             length, message);
}

static int compile(const char *text, expr_expression **expression) {
    faults[0] = '\0';
    return expr_compile(text, strlen(text), &scope, report, NULL, expression);
}

/* What printing the value shows; or "!Name: message" of the error. */
static const char *evaluate(const char *text) {
    static char shown[400];
    expr_expression *expression;
    base_buffer buffer = {0};
    expr_value value;
    expr_error error;
    if (compile(text, &expression) != 0)
        return faults;
    int code = expr_evaluate(expression, &env, &value, &error);
    if (code != 0) {
        assert_int_equal(code, error.code);
        snprintf(shown, sizeof shown, "!%s: %s",
                 code == EXPR_ENAME    ? "NameError"
                 : code == EXPR_EINDEX ? "IndexError"
                                       : cad_error_name(code),
                 error.message);
    } else {
        assert_int_equal(expr_value_show(value, &buffer), 0);
        snprintf(shown, sizeof shown, "%s", buffer.data);
    }
    base_buffer_free(&buffer);
    expr_value_unref(value);
    expr_free(expression);
    return shown;
}

typedef struct pair {
    const char *text;
    const char *result;
} pair;

static void test_expression__gives_what_python_gives(void **state) {
    static const pair cases[] = {
#include "data/expression_cases.h"
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char result[400];
        snprintf(result, sizeof result, "%s", evaluate(cases[i].text));
        if (result[0] == '!')
            *strchr(result, ':') = '\0'; /* the messages are another test's */
        if (strcmp(result, cases[i].result) != 0)
            fail_msg("%s\n  gives   %s\n  Python: %s", cases[i].text, result, cases[i].result);
    }
}

static void expect(const pair *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const char *result = evaluate(cases[i].text);
        if (strcmp(result, cases[i].result) != 0)
            fail_msg("%s\n  gives    %s\n  expected %s", cases[i].text, result, cases[i].result);
    }
}
#define EXPECT(cases) expect(cases, sizeof cases / sizeof *cases)

static void test_expression__errors_have_python_s_words(void **state) {
    static const pair cases[] = {
        {"1 / 0", "!ZeroDivisionError: division by zero"},
        {"1.5 / 0", "!ZeroDivisionError: float division by zero"},
        {"1 // 0", "!ZeroDivisionError: integer division or modulo by zero"},
        {"1.5 // 0", "!ZeroDivisionError: float floor division by zero"},
        {"1 % 0", "!ZeroDivisionError: integer modulo by zero"},
        {"1.5 % 0", "!ZeroDivisionError: float modulo by zero"},
        {"0 ** -1", "!ZeroDivisionError: 0.0 cannot be raised to a negative power"},
        {"(-8) ** 0.5", "!ValueError: a negative number cannot be raised to a fractional power"},
        {"10 ** 400", "!OverflowError: the result of ** is too large"},
        {"1 + 'a'", "!TypeError: unsupported operand type(s) for +: 'int' and 'str'"},
        {"'a' + 1", "!TypeError: can only concatenate str (not \"int\") to str"},
        {"'a' + 1.5", "!TypeError: can only concatenate str (not \"float\") to str"},
        {"'a' - 'b'", "!TypeError: unsupported operand type(s) for -: 'str' and 'str'"},
        {"None ** 2",
         "!TypeError: unsupported operand type(s) for ** or pow(): 'NoneType' and 'int'"},
        {"'a' * None", "!TypeError: can't multiply sequence by non-int of type 'NoneType'"},
        {"'a' * 1.5", "!TypeError: can't multiply sequence by non-int of type 'float'"},
        {"'a' < 1", "!TypeError: '<' not supported between instances of 'str' and 'int'"},
        {"None >= 1.5",
         "!TypeError: '>=' not supported between instances of 'NoneType' and 'float'"},
        {"queue < lock", "!TypeError: '<' not supported between instances of 'Queue' and 'Lock'"},
        {"max(1, 'a')", "!TypeError: '>' not supported between instances of 'str' and 'int'"},
        {"-'a'", "!TypeError: bad operand type for unary -: 'str'"},
        {"+queue", "!TypeError: bad operand type for unary +: 'Queue'"},
        {"abs('a')", "!TypeError: bad operand type for abs(): 'str'"},
        {"floor('a')", "!TypeError: must be real number, not str"},
        {"round(None)", "!TypeError: type NoneType doesn't define __round__ method"},
        {"round(1, 1.5)", "!TypeError: 'float' object cannot be interpreted as an integer"},
        {"round(1e300 * 1e300)", "!OverflowError: cannot convert float infinity to integer"},
        {"floor(1e300*1e300 - 1e300*1e300)", "!ValueError: cannot convert float NaN to integer"},
        {"round(1.7e308, -308)", "!OverflowError: rounded value too large to represent"},
        {"1 in 'a'", "!TypeError: 'in <string>' requires string as left operand, not int"},
        {"'a' in 1", "!TypeError: argument of type 'int' is not iterable"},
        {"'a' * 10 ** 9", "!MemoryError: out of memory"},
        {"'a' * 3.0", "!TypeError: can't multiply sequence by non-int of type 'float'"},
        {"6 / 2 + 'a'", "!TypeError: unsupported operand type(s) for +: 'float' and 'str'"},
        {"'a' + (0.5 + 0.5)", "!TypeError: can only concatenate str (not \"float\") to str"},
        {"[1][2.0 - 2]", "!TypeError: list indices must be integers or slices, not float"},
        {"len(4 * 250ms)", "!TypeError: object of type 'float' has no len()"},
        {"-(2 ** -1 * 2) < 'a'", "!TypeError: '<' not supported between instances of 'float' and "
                                 "'str'"},
        {"abs(-2.0) + 'a'", "!TypeError: unsupported operand type(s) for +: 'float' and 'str'"},
        {"round(2.0) + 'a'", "!TypeError: unsupported operand type(s) for +: 'int' and 'str'"},
        {"3.0 // 0", "!ZeroDivisionError: float floor division by zero"},
        {"1 / 0.0", "!ZeroDivisionError: float division by zero"},
        {"[1][1]", "!IndexError: list index out of range"},
        {"(1,)[-2]", "!IndexError: tuple index out of range"},
        {"s[3]", "!IndexError: string index out of range"},
        {"s['a']", "!TypeError: string indices must be integers, not 'str'"},
        {"[1][2 ** 70]", "!IndexError: cannot fit 'int' into an index-sized integer"},
        {"[1] * 2 ** 70", "!OverflowError: cannot fit 'int' into an index-sized integer"},
        {"i[0]", "!TypeError: 'int' object is not subscriptable"},
        {"[1][::0]", "!ValueError: slice step cannot be zero"},
        {"[1][:'a']",
         "!TypeError: slice indices must be integers or None or have an __index__ method"},
        {"[1] + (1,)", "!TypeError: can only concatenate list (not \"tuple\") to list"},
        {"[1, 'a'] < [1, 2]", "!TypeError: '<' not supported between instances of 'str' and 'int'"},
        {"[1] < (1,)", "!TypeError: '<' not supported between instances of 'list' and 'tuple'"},
        {"1 in i", "!TypeError: argument of type 'int' is not iterable"},
        {"max(())", "!ValueError: max() iterable argument is empty"},
        {"min(1)", "!TypeError: 'int' object is not iterable"},
        {"range(1.5)", "!TypeError: 'float' object cannot be interpreted as an integer"},
        {"range(1, 2, 0)", "!ValueError: range() arg 3 must not be zero"},
        {"randint(1, 2.5)",
         "!ValueError: the second number of randint() must be a whole number, not 2.5"},
        {"randint(1, 2 ** 60)",
         "!ValueError: the second number of randint() must be between -9007199254740991 and "
         "9007199254740991 (2^53 - 1), where whole numbers are exact, not 1.152921504606847e+18"},
        {"uniform(0, 1e300 * 1e300)", "!ValueError: uniform() takes finite numbers, not inf"},
        {"exponential(1e300 * 1e300 - 1e300 * 1e300)",
         "!ValueError: exponential() takes finite numbers, not nan"},
        {"normal(-1e300 * 1e300, 1)", "!ValueError: normal() takes finite numbers, not -inf"},
        {"randint(5, 4)", "!ValueError: empty range in randint(5, 4)"},
        {"normal(0, -1)", "!ValueError: the standard deviation of normal() cannot be negative"},
        {"exponential(-1)", "!ValueError: the mean of exponential() cannot be negative"},
        {"uniform('a', 1)", "!TypeError: must be real number, not str"},
        {"qsize(n)", "!TypeError: qsize() takes a queue"},
    };
    (void)state;
    EXPECT(cases);
}

static void test_expression__takes_more_than_the_reference_where_it_is_plain(void **state) {
    static const pair cases[] = {
        {"1_000ms", "1"},
        {".5s", "0.5"},
        {"1e3ms", "1"},
        {"\"10s\" + '5ms'", "10s5ms"},
        {"1\n+\t2", "3"},
        {" ( 1 ) ", "1"},
        {"'\\0' == '\\x00'", "True"},
    };
    (void)state;
    EXPECT(cases);
}

/* --- Names ----------------------------------------------------------------------------------- */

static void test_expression__names_mean_what_the_scope_says(void **state) {
    static const pair cases[] = {
        {"count", "5"},
        {"count + i", "12"},
        {"qsize(queue)", "3"},
        {"qsize(queue) <= count", "True"},
        {"now() * 2", "5"},
        {"job3", "33"},
        {"queue == queue", "True"},
        {"queue is lock", "False"},
        {"queue", "<Queue>"},
    };
    (void)state;
    EXPECT(cases);
}

static void test_expression__a_variable_without_a_value_gives_way(void **state) {
    static const pair unset[] = {
        {"maybe", "<Queue>"},
        {"count", "5"},
        {"1 + count + count", "11"},
        {"lonely", "!NameError: unknown name 'lonely'"},
        {"later + 1", "!NameError: unknown name 'later'"},
        {"job4", "!NameError: unknown name 'job4'"},
        {"1 if t else lonely", "1"},
        {"s + lonely", "!NameError: unknown name 'lonely'"},
    };
    static const pair set[] = {{"maybe", "1"}, {"count", "2"}, {"lonely", "3"}};
    (void)state;
    EXPECT(unset);
    locals[MAYBE] = expr_number(1);
    locals[COUNT] = expr_number(2);
    locals[LONELY] = expr_number(3);
    EXPECT(set);
}

static void test_expression__knows_names_and_functions(void **state) {
    static const char *const names[] = {"a", "_", "a1", "Time", "h\xc3\xb6he"};
    static const char *const others[] = {"",     "1a",     "a-b",          "a b",           "and",
                                         "None", "lambda", "\xe2\x80\x9c", "a\342\210\222b"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_true(expr_is_name(names[i], strlen(names[i])));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(expr_is_name(others[i], strlen(others[i])));
}

/* --- Faults ---------------------------------------------------------------------------------- */

static void test_expression__faults_say_where_and_what(void **state) {
    static const pair cases[] = {
        {"", "0+0: the expression is empty"},
        {"  ", "0+0: the expression is empty"},
        {"1 +", "3+0: expected a value, but the expression ends here"},
        {"1 + * 2", "4+1: expected a value, found \"*\""},
        {"(1 + 2", "0+1: this \"(\" is not closed"},
        {"1 + 2)", "5+1: this \")\" closes nothing"},
        {"1, 2", "1+1: a list stands between brackets, a tuple between parentheses, and decimals "
                 "behind a point"},
        {"(1, 2", "0+1: this \"(\" is not closed"},
        {"[1, 2", "0+1: this \"[\" is not closed"},
        {"[1 2]", "3+1: expected an operator, \",\" or \"]\", found \"2\""},
        {"(1, 2]", "5+1: expected an operator, \",\" or \")\", found \"]\""},
        {"[1]]", "3+1: this \"]\" closes nothing"},
        {"[,]", "1+1: expected a value, found \",\""},
        {"[x for x in s]", "3+3: the language has no comprehensions; \"for\" is a step"},
        {"s[]", "1+2: there is nothing between the brackets"},
        {"s[1", "1+1: this \"[\" is not closed"},
        {"s[1, 2]", "3+1: expected an operator or \"]\", found \",\""},
        {"s[1:2:3:4]", "7+1: expected an operator or \"]\", found \":\""},
        {"1 2", "2+1: expected an operator, found \"2\""},
        {"i 'a'", "2+3: expected an operator, found text"},
        {"min(1 2)", "6+1: expected \",\" or \")\", found \"2\""},
        {"min(1, 2", "8+0: expected \",\" or \")\", but the expression ends here"},
        {"i = 3", "2+1: to compare, write \"==\"; an expression assigns nothing"},
        {"i := 3",
         "2+2: an expression assigns nothing; there are the steps \"let\" and \"assign\" for that"},
        {"i && x", "2+2: \"and\" is written in letters"},
        {"i || x", "2+2: \"or\" is written in letters"},
        {"!i", "0+1: \"not\" is written in letters"},
        {"i ? 1 : 2", "2+1: a choice is written \"a if condition else b\""},
        {"i ^ 2", "2+1: the language has no operations on bits; a power is written \"**\""},
        {"s.x",
         "1+1: the language has no attributes: what is known of an object is a function, qsize(q)"},
        {"x:.2f", "1+1: \":\" has no meaning here; for so many decimals write round(x, 2)"},
        {"\xe2\x80\x9c"
         "a\xe2\x80\x9d",
         "0+3: text stands between straight quotes"},
        {"1 \xe2\x88\x92 2", "2+3: this is no minus sign; write \"-\""},
        {"i \xe2\x89\xa4 2", "2+3: write \"<=\""},
        {"i @ 2", "2+1: \"@\" has no meaning in an expression"},
        {"i \x01", "2+1: the character 0x01 has no meaning in an expression"},
        {"5 sec",
         "2+3: a unit stands right behind its number, and is one of ns, us, ms, s, min, h: 5s"},
        {"5sec", "1+3: unknown unit \"sec\"; did you mean \"s\"?"},
        {"5mn", "1+2: unknown unit \"mn\"; did you mean \"ms\"?"},
        {"5\xc2\xb5s", "1+3: unknown unit \"\xc2\xb5s\"; did you mean \"us\"?"},
        {"007", "0+3: a number does not begin with zeros"},
        {"1.2.3", "0+4: \"1.2.\" is no number"},
        {"1__0", "0+4: \"1__0\" is no number"},
        {"0x", "0+2: \"0x\" is no number"},
        {"0b12", "0+4: \"0b12\" is no number"},
        {"'abc", "0+1: the text that begins here is not closed"},
        {"'\\q'", "1+2: \"\\q\" means nothing; a backslash itself is written \"\\\\\""},
        {"'\\x4'", "1+2: \\x is followed by 2 hexadecimal digits of a character"},
        {"'\\ud800'", "1+2: \\u is followed by 4 hexadecimal digits of a character"},
        {"f'{x}'", "0+1: there are no f-strings in an expression: \"+\" and str() make a text of "
                   "parts, as in "
                   "\"'job' + str(i)\"; where a text stands, \"job{i}\" needs no f"},
        {"b'x'", "0+1: text has no letters before its quotes"},
        {"lambda: 1", "0+6: the language has no \"lambda\""},
        {"1 + if",
         "4+2: expected a value, found \"if\"; a choice is written \"a if condition else b\""},
        {"8 jobs",
         "2+4: expected an operator, found \"jobs\"; a number has no word behind it: leave it out"},
        {"min(8 jobs)", "6+4: expected \",\" or \")\", found \"jobs\""},
        {"1 if t", "6+0: expected \"else\", but the expression ends here"},
        {"1 not 2", "6+1: expected \"in\" after \"not\", found \"2\""},
        {"duratoin * 2", "0+8: unknown name \"duratoin\"; did you mean \"duration\"?"},
        {"foo + bar", "0+3: unknown name \"foo\"\n6+3: unknown name \"bar\""},
        {"qsiz(queue)", "0+4: unknown function \"qsiz\"; did you mean \"qsize\"?"},
        {"i(3)", "0+1: \"i\" is no function"},
        {"(i)(3)", "3+1: only a function's name is followed by \"(\""},
        {"min + 1", "0+3: \"min\" is a function, and is followed by \"(\""},
        {"min()", "0+3: min() takes at least 1 argument, found 0"},
        {"abs()", "0+3: abs() takes 1 argument, found 0"},
        {"round(1, 2, 3)", "0+5: round() takes at most 2 arguments, found 3"},
        {"now(1)", "0+3: now() takes 0 arguments, found 1"},
        {"qsize(lock)", "6+4: qsize() takes a queue; this is a lock"},
        {"qsize(3)", "6+1: qsize() takes a queue"},
        {"qsize( lock )", "7+4: qsize() takes a queue; this is a lock"},
        {"foo(1, bar)", "0+3: unknown function \"foo\"\n7+3: unknown name \"bar\""},
    };
    (void)state;
    EXPECT(cases);
}

/* A text of one piece repeated, with another before and one after. */
static char *repeated(const char *before, const char *piece, size_t count, const char *after) {
    size_t length = strlen(piece);
    char *text = malloc(strlen(before) + length * count + strlen(after) + 1);
    assert_non_null(text);
    char *at = stpcpy(text, before);
    for (size_t i = 0; i < count; i++)
        at = stpcpy(at, piece);
    stpcpy(at, after);
    return text;
}

static void expect_refused(char *text, const char *message) {
    assert_string_equal(evaluate(text) == faults ? strchr(faults, ' ') + 1 : "", message);
    free(text);
}

static void test_expression__limits_are_faults(void **state) {
    (void)state;
    expect_refused(repeated("", "(", 5000, "1"), "the expression is nested too deeply");
    expect_refused(repeated("", "-", 5000, "1"), "the expression is nested too deeply");
    expect_refused(repeated("", "not ", 5000, "1"), "the expression is nested too deeply");
    expect_refused(repeated("", "2**", 5000, "1"), "the expression is nested too deeply");
    expect_refused(repeated("", "1 if t else ", 5000, "1"), "the expression is nested too deeply");
    expect_refused(repeated("", "min(1,", 5000, "1"), "the expression is nested too deeply");
    expect_refused(repeated("", "min(i,i,i,i,i,i,", 60, "1"),
                   "the expression needs too many values at once");
    expect_refused(repeated("min(", "1,", 100, "1)"), "a function takes at most 64 arguments");
    expect_refused(repeated("", "1 + ", 20000, "1"), "the expression is longer than 65536 bytes");
}

static void test_expression__what_is_long_but_flat_is_no_trouble(void **state) {
    (void)state;
    char *sum = repeated("i", " + i", 10000, "");
    assert_string_equal(evaluate(sum), "70007");
    free(sum);
    char *chain = repeated("i", " <= i", 5000, " < 7");
    assert_string_equal(evaluate(chain), "False");
    free(chain);
    char *parentheses = repeated("", "(", 90, "1");
    char *closed = repeated(parentheses, ")", 90, "");
    assert_string_equal(evaluate(closed), "1");
    free(parentheses);
    free(closed);
}

/* --- What is known of them ------------------------------------------------------------------- */

static bool is_constant(const char *text) {
    expr_expression *expression;
    expr_value value;
    assert_int_equal(compile(text, &expression), 0);
    bool constant = expr_constant(expression, &value);
    expr_free(expression);
    return constant;
}

static bool draws(const char *text) {
    expr_expression *expression;
    assert_int_equal(compile(text, &expression), 0);
    bool random = expr_draws(expression);
    expr_free(expression);
    return random;
}

static void test_expression__tells_what_is_constant_and_what_draws(void **state) {
    (void)state;
    assert_true(is_constant("3"));
    assert_true(is_constant("2 * 60 - -1"));
    assert_true(is_constant("250ms"));
    assert_true(is_constant("'a'"));
    assert_true(is_constant("2 < 3"));
    assert_false(is_constant("i"));
    assert_false(is_constant("1 / 0")); /* an error when it runs, and only then */
    assert_false(is_constant("1 if i else 2"));
    assert_true(draws("1 + uniform(0, 1)"));
    assert_true(draws("randint(1, 6) if t else normal(0, 1)"));
    assert_true(draws("exponential(1)"));
    assert_false(draws("min(1, ceil(x)) + now()"));
}

static void test_expression__draws_from_the_stream_it_is_given(void **state) {
    (void)state;
    expr_random other;
    char expected[64];
    expr_random_start(&stream, 42, 7);
    expr_random_start(&other, 42, 7);
    for (int i = 0; i < 100; i++) {
        snprintf(expected, sizeof expected, "%lld", (long long)expr_random_integer(&other, 1, 6));
        assert_string_equal(evaluate("randint(1, 6)"), expected);
    }
}

/* A list may be longer than the stack of values. */
static void test_expression__long_lists(void **state) {
    enum { ITEMS = 1000 };
    char *text = repeated("len([", "i, ", ITEMS, "] + [1] * 7)");
    (void)state;
    assert_string_equal(evaluate(text), "1007");
    free(text);
    text = repeated("(", "1, ", ITEMS, ")[-1]");
    assert_string_equal(evaluate(text), "1");
    free(text);
}

/* --- From a document ------------------------------------------------------------------------- */

static void test_expression__from_a_document(void **state) {
    static const char text[] = "{\"delay\": 1.5, \"flag\": true, \"while\": \"i < 10\",\n"
                               " \"bad\": \"caf\\u00e9 + \\\"x\\\" + duratoin\", \"object\": {},\n"
                               " \"list\": [1, \"i + 1\", [null, \"s\"], []],\n"
                               " \"wrong\": [0, \"duratoin\", [{}]]}";
    static const char *const good[] = {"delay", "1.5",  "flag", "True",
                                       "while", "True", "list", "[1, 8, [None, 'abc'], []]"};
    static const char *const wrong[] = {"bad", "object", "wrong"};
    doc_document *document;
    expr_expression *expression;
    base_buffer buffer = {0};
    expr_value value;
    expr_error error;
    doc_node member;
    (void)state;
    assert_int_equal(doc_parse("s.json", text, strlen(text), &document), 0);
    doc_node root = doc_root(document);
    for (size_t i = 0; i < sizeof good / sizeof *good; i += 2) {
        assert_true(doc_node_member(&root, good[i], &member));
        assert_int_equal(expr_from_node(&member, &scope, &expression), 0);
        assert_int_equal(expr_evaluate(expression, &env, &value, &error), 0);
        base_buffer_clear(&buffer);
        assert_int_equal(expr_value_show(value, &buffer), 0);
        assert_string_equal(buffer.data, good[i + 1]);
        expr_value_unref(value);
        expr_free(expression);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_true(doc_node_member(&root, wrong[i], &member));
        assert_int_equal(expr_from_node(&member, &scope, &expression), CAD_EINVAL);
        assert_null(expression);
    }
    base_buffer_clear(&buffer);
    assert_int_equal(doc_format_faults(document, &buffer), 0);
    assert_string_equal(buffer.data,
                        "s.json:2:10: /bad: unknown name \"caf\xc3\xa9\"\n"
                        "    caf\xc3\xa9 + \"x\" + duratoin\n"
                        "    ^~~~\n"
                        "s.json:2:30: /bad: unknown name \"duratoin\"; did you mean \"duration\"?\n"
                        "    caf\xc3\xa9 + \"x\" + duratoin\n"
                        "                 ^~~~~~~~\n"
                        "s.json:2:51: /object: expected a number or an expression, found an "
                        "object; a value of several parts is a list, [1, 2]\n"
                        "s.json:4:16: /wrong/1: unknown name \"duratoin\"; did you mean "
                        "\"duration\"?\n"
                        "    duratoin\n"
                        "    ^~~~~~~~\n"
                        "s.json:4:28: /wrong/2/0: expected a number or an expression, found an "
                        "object; a value of several parts is a list, [1, 2]\n");
    base_buffer_free(&buffer);
    doc_free(document);
}

/* --- Memory ---------------------------------------------------------------------------------- */

static void test_expression__survives_each_allocation_that_fails(void **state) {
    static const char text[] =
        "'x' in s + 'a' * i * len([s, (i,), s[:2]][1:]) if i < 8 < count else (s + 'y' in s or "
        "qsize(queue) + min(lonely, 1) + job3 + count)";
    (void)state;
    locals[LONELY] = expr_number(1);
    size_t before = memory_live();
    size_t n = 1;
    for (; memory_fail(n); n++) {
        expr_expression *expression;
        expr_value value = EXPR_NONE;
        expr_error error;
        int code = compile(text, &expression);
        if (code == 0)
            code = expr_evaluate(expression, &env, &value, &error);
        assert_int_equal(code, memory_failed() ? CAD_ENOMEM : 0);
        expr_value_unref(value);
        expr_free(expression);
        assert_int_equal(memory_live(), before);
    }
    assert_true(n > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_expression__gives_what_python_gives, setup, teardown),
        cmocka_unit_test_setup_teardown(test_expression__errors_have_python_s_words, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_expression__takes_more_than_the_reference_where_it_is_plain, setup, teardown),
        cmocka_unit_test_setup_teardown(test_expression__names_mean_what_the_scope_says, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_expression__a_variable_without_a_value_gives_way,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_expression__knows_names_and_functions, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_expression__faults_say_where_and_what, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_expression__limits_are_faults, setup, teardown),
        cmocka_unit_test_setup_teardown(test_expression__what_is_long_but_flat_is_no_trouble, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_expression__tells_what_is_constant_and_what_draws,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_expression__draws_from_the_stream_it_is_given, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_expression__long_lists, setup, teardown),
        cmocka_unit_test_setup_teardown(test_expression__from_a_document, setup, teardown),
        cmocka_unit_test_setup_teardown(test_expression__survives_each_allocation_that_fails, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

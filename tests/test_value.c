/* Values: what they are, how they are counted, printed, compared and computed with; and numbers. */
#include <float.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limit.h"
#include "base/memory.h"
#include "base/number.h"
#include "cadran.h"
#include "expression/value.h"
#include "run/process.h"
#include "support/memory_test.h"

/* Aligned as allocated memory is: a reference has its kind in the low bits. */
static struct thing { _Alignas(8) int references; } thing, other;

static const char *type_name(const void *pointer) {
    (void)pointer;
    return "Task";
}

static void ref(void *pointer) {
    ((struct thing *)pointer)->references++;
}

static void unref(void *pointer) {
    ((struct thing *)pointer)->references--;
}

static int show_thing(const void *pointer, base_buffer *buffer) {
    return base_buffer_format(buffer, "<Task %d>", ((const struct thing *)pointer)->references);
}

static const expr_reference_kind kinds[] = {
    {NULL, NULL, NULL, NULL, NULL},
    {type_name, ref, unref, show_thing, NULL},
};

static int setup(void **state) {
    (void)state;
    memory_start(base_set_allocator);
    run_process_start(BASE_UNLIMITED);
    thing.references = other.references = 1;
    expr_reference_kinds(kinds, 2);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    assert_int_equal(memory_live(), 0);
    return 0;
}

static expr_value string(const char *text) {
    expr_value value;
    assert_int_equal(expr_string_new(text, strlen(text), &value), 0);
    return value;
}

/* What printing the value shows. */
static const char *show(expr_value value) {
    static char shown[200];
    base_buffer buffer = {0};
    assert_int_equal(expr_value_show(value, &buffer), 0);
    snprintf(shown, sizeof shown, "%s", buffer.data);
    base_buffer_free(&buffer);
    return shown;
}

/* --- What they are --------------------------------------------------------------------------- */

static void test_value__each_double_comes_back(void **state) {
    static const double numbers[] = {
        0.0,     -0.0,   1,       -1,       0.1,       DBL_MAX, -DBL_MAX,
        DBL_MIN, 5e-324, -5e-324, HUGE_VAL, -HUGE_VAL, 1e308,   4503599627370497.5};
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        expr_value value = expr_number(numbers[i]);
        double back = expr_to_double(value);
        assert_true(expr_is_number(value));
        assert_false(expr_is_string(value) || expr_is_boolean(value) || expr_is_reference(value));
        assert_memory_equal(&back, &numbers[i], sizeof back);
    }
    /* Whatever bits a nan has, it is a number, and not taken for anything else. */
    for (uint64_t payload = 1; payload != 0; payload <<= 1) {
        uint64_t bits = payload | UINT64_C(0xfff0000000000000);
        double nan;
        memcpy(&nan, &bits, sizeof nan);
        if (nan == nan)
            continue;
        assert_true(expr_is_number(expr_number(nan)));
        assert_true(isnan(expr_to_double(expr_number(nan))));
    }
}

static void test_value__whole_floats_are_no_ints(void **state) {
    static const double whole[] = {0, 1, -1, 3, 0x1p50 - 1, -0x1p50};
    static const double others[] = {0x1p50, -0x1p50 - 1, 1e300, 0.5, HUGE_VAL, -HUGE_VAL};
    (void)state;
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        expr_value value = expr_float(whole[i]);
        assert_true(expr_is_number(value) && !expr_is_plain(value));
        assert_true(expr_to_double(value) == whole[i]);
        assert_string_equal(expr_value_type_name(value), "float");
        assert_string_equal(expr_value_type_name(expr_number(whole[i])), "int");
        assert_int_equal(expr_value_equal(value, expr_number(whole[i])), 1);
        assert_false(expr_is_counted(value) || expr_is_reference(value) || expr_is_sequence(value));
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_true(expr_float(others[i]) == expr_number(others[i]));
    assert_string_equal(show(expr_float(3)), "3");
}

static void test_value__kinds_are_told_apart(void **state) {
    (void)state;
    expr_value text = string("a");
    expr_value task = expr_reference(1, &thing);
    const expr_value values[] = {expr_number(0), text, task, EXPR_TRUE, EXPR_FALSE, EXPR_NONE};
    static const char *const names[] = {"int", "str", "Task", "bool", "bool", "NoneType"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        assert_int_equal(expr_is_number(values[i]), i == 0);
        assert_int_equal(expr_is_string(values[i]), i == 1);
        assert_int_equal(expr_is_reference(values[i]), i == 2);
        assert_int_equal(expr_is_boolean(values[i]), i == 3 || i == 4);
        assert_string_equal(expr_value_type_name(values[i]), names[i]);
    }
    assert_string_equal(expr_value_type_name(expr_number(1.5)), "float");
    assert_string_equal(expr_value_type_name(expr_number(HUGE_VAL)), "float");
    assert_int_equal(expr_to_kind(task), 1);
    assert_ptr_equal(expr_to_pointer(task), &thing);
    assert_string_equal(expr_value_type_name(expr_reference(0, &thing)), "object");
    assert_string_equal(expr_value_type_name(expr_reference(5, &thing)), "object");
    expr_value_unref(text);
}

static void test_value__travel_as_pointers(void **state) {
    (void)state;
    expr_value text = string("a");
    const expr_value values[] = {expr_number(1.5), text, EXPR_TRUE, EXPR_NONE,
                                 expr_reference(2, &thing)};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        assert_true(expr_value_unpack(expr_value_pack(values[i])) == values[i]);
    assert_true(expr_value_unpack(NULL) == EXPR_NONE);
    expr_value_unref(text);
}

static void test_value__strings_and_references_are_counted(void **state) {
    (void)state;
    expr_value text = string("abc");
    assert_int_equal(memory_live(), 1);
    assert_true(expr_value_ref(text) == text);
    expr_value_unref(text);
    assert_string_equal(expr_to_string(text)->text, "abc");
    expr_value_unref(text);
    assert_int_equal(memory_live(), 0);

    expr_value task = expr_reference(1, &thing);
    assert_int_equal(thing.references, 1);
    expr_value_ref(task);
    assert_int_equal(thing.references, 2);
    expr_value_unref(task);
    expr_value_unref(task);
    assert_int_equal(thing.references, 0);
    expr_value_ref(expr_reference(0, &thing)); /* a kind without functions is not counted */
    expr_value_unref(expr_reference(0, &thing));
    assert_int_equal(thing.references, 0);
    expr_value_unref(expr_value_ref(expr_number(1)));
    expr_value_unref(expr_value_ref(EXPR_NONE));
}

static void test_value__a_string_can_hold_anything(void **state) {
    expr_value value;
    (void)state;
    assert_int_equal(expr_string_new("a\0b", 3, &value), 0);
    assert_int_equal(expr_to_string(value)->sequence.length, 3);
    assert_memory_equal(expr_to_string(value)->text, "a\0b", 4);
    expr_value_unref(value);
    assert_int_equal(expr_string_new(NULL, 0, &value), 0);
    assert_int_equal(expr_to_string(value)->sequence.length, 0);
    expr_value_unref(value);
    assert_int_equal(expr_string_new("", EXPR_STRING_MAX_BYTES + 1, &value), CAD_ENOMEM);
}

/* --- Printing -------------------------------------------------------------------------------- */

static void test_value__numbers_print_as_python_prints_them(void **state) {
    static const struct {
        double number;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "0"},
        {1, "1"},
        {-17, "-17"},
        {1e15, "1000000000000000"},
        {9999999999999998, "9999999999999998"},
        {1e16, "1e+16"},
        {-1e16, "-1e+16"},
        {123456789012345680, "1.2345678901234568e+17"},
        {1e22, "1e+22"},
        {1e23, "1e+23"},
        {0.1, "0.1"},
        {0.5, "0.5"},
        {-2.5, "-2.5"},
        {1.0 / 3, "0.3333333333333333"},
        {2.0 / 3, "0.6666666666666666"},
        {0.1 + 0.2, "0.30000000000000004"},
        {100.0 / 3, "33.333333333333336"},
        {3e-9, "3e-09"},
        {3 * 1e-9, "3.0000000000000004e-09"},
        {0.001, "0.001"},
        {0.0001, "0.0001"},
        {0.00001, "1e-05"},
        {0.00012345, "0.00012345"},
        {1.5e-7, "1.5e-07"},
        {123456.789, "123456.789"},
        {2251799813685249.5, "2251799813685249.5"},
        {DBL_MAX, "1.7976931348623157e+308"},
        {DBL_MIN, "2.2250738585072014e-308"},
        {5e-324, "5e-324"},
        {1e-323, "1e-323"},
        {HUGE_VAL, "inf"},
        {-HUGE_VAL, "-inf"},
        {0x1p-44, "5.684341886080802e-14"},
        {0x1p-1000, "9.332636185032189e-302"},
        {0x1p1000, "1.0715086071862673e+301"},
        {9007199254740993.0, "9007199254740992"},
        {0x1.fffffffffffffp-1, "0.9999999999999999"},
        {1 + DBL_EPSILON, "1.0000000000000002"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(show(expr_number(cases[i].number)), cases[i].text);
    assert_string_equal(show(expr_number(HUGE_VAL - HUGE_VAL)), "nan");
}

static void test_value__others_print_as_python_prints_them(void **state) {
    (void)state;
    expr_value text = string("it's {x}");
    assert_string_equal(show(text), "it's {x}");
    assert_string_equal(show(EXPR_TRUE), "True");
    assert_string_equal(show(EXPR_FALSE), "False");
    assert_string_equal(show(EXPR_NONE), "None");
    assert_string_equal(show(expr_reference(1, &thing)), "<Task 1>");
    assert_string_equal(show(expr_reference(0, &thing)), "<object>");
    expr_value_unref(text);
}

/* Every number that is printed is the one that is read, and no shorter one is. */
static void test_value__printing_is_shortest_and_reads_back(void **state) {
    uint64_t seed = 1;
    char text[BASE_NUMBER_TEXT];
    (void)state;
    for (int i = 0; i < 100000; i++) {
        double number;
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint64_t bits = i % 2 ? seed >> 1 : UINT64_C(0x3ff0000000000000) + (seed >> 12);
        if (bits >> 52 == 0x7ff)
            continue;
        memcpy(&number, &bits, sizeof number);
        size_t length = base_number_format(number, text);
        assert_int_equal(length, strlen(text));
        assert_true(length < BASE_NUMBER_TEXT);
        assert_true(strtod(text, NULL) == number);
        int digits = 0;
        char *mark = strpbrk(text, "e");
        for (const char *c = text; *c != '\0' && c != mark; c++)
            digits += *c >= '0' && *c <= '9' && (digits > 0 || *c != '0');
        if (digits > 1 && number != floor(number)) {
            char shorter[40];
            snprintf(shorter, sizeof shorter, "%.*e", digits - 2, number);
            assert_true(strtod(shorter, NULL) != number);
        }
    }
}

/* Where the decimal point is a comma, values print and read as everywhere. */
static void test_value__the_locale_makes_no_difference(void **state) {
    (void)state;
    if (setlocale(LC_NUMERIC, "de_DE.UTF-8") == NULL &&
        setlocale(LC_NUMERIC, "fr_FR.UTF-8") == NULL)
        skip();
    assert_string_equal(show(expr_number(1.0 / 3)), "0.3333333333333333");
    assert_string_equal(show(expr_number(2.5)), "2.5");
    assert_true(base_number_read("1.2345678901234567", 18, -16) == 1.2345678901234567);
    assert_true(base_number_round(2.6789012345, 4) == 2.6789);
    setlocale(LC_NUMERIC, "C");
}

/* --- Numbers --------------------------------------------------------------------------------- */

static void test_value__decimals_are_read_exactly(void **state) {
    (void)state;
    assert_true(base_number_read("1", 1, 0) == 1);
    assert_true(base_number_read("15", 2, -1) == 1.5);
    assert_true(base_number_read("1_000.5", 7, -1) == 1000.5);
    assert_true(base_number_read("0", 1, 400) == 0);
    assert_true(base_number_read("000", 3, -400) == 0);
    assert_true(base_number_read("17976931348623157", 17, 292) == DBL_MAX);
    assert_true(isinf(base_number_read("1", 1, 309)));
    assert_true(isinf(base_number_read("1", 1, 2000000)));
    assert_true(base_number_read("1", 1, -400) == 0);
    assert_true(base_number_read("49406564584124654", 17, -340) == 5e-324);
    assert_true(base_number_read("9007199254740993", 16, 0) == 9007199254740992); /* to even */
    assert_true(base_number_read("9007199254740995", 16, 0) == 9007199254740996);
    /* Just above the middle between two doubles, by a digit far behind. */
    char digits[1001];
    memset(digits, '0', 1000);
    memcpy(digits, "9007199254740993", 16);
    digits[999] = '1';
    assert_true(base_number_read(digits, 1000, -984) == 9007199254740994);
    digits[999] = '0';
    assert_true(base_number_read(digits, 1000, -984) == 9007199254740992);
}

static void test_value__powers(void **state) {
    static const struct {
        double a, b, power;
    } cases[] = {
        {2, 10, 1024},
        {2, -1, 0.5},
        {-2, 3, -8},
        {-2, 2, 4},
        {-2, -3, -0.125},
        {10, 22, 1e22},
        {10, 23, 1e23},
        {10, 308, 1e308},
        {10, -5, 1e-5},
        {3, 40, 12157665459056928801.0},
        {7, 22, 3909821048582988049.0},
        {0, 5, 0},
        {0, 0, 1},
        {5, 0, 1},
        {1, 1e300, 1},
        {2, 0.5, 1.4142135623730951},
        {8, 1.0 / 3, 2},
        {2, 1.5, 2.8284271247461903},
        {10, 0.30102999566398120, 2},
        {1.0000001, 1e7, 2.7182816941320818},
        {2, 1023, 0x1p1023},
        {2, 1024, HUGE_VAL},
        {2, -1074, 5e-324},
        {2, -1075, 0},
        {0.5, 1074, 5e-324},
        {1.5, 1e10, HUGE_VAL},
        {0.5, 1e10, 0},
        {2, 1e300, HUGE_VAL},
        {0.5, 1e300, 0},
        {HUGE_VAL, 2, HUGE_VAL},
        {-HUGE_VAL, 3, -HUGE_VAL},
        {HUGE_VAL, -1, 0},
        {2, HUGE_VAL, HUGE_VAL},
        {0.5, HUGE_VAL, 0},
        {-1, HUGE_VAL, 1},
        {1e-300, 0.5, 1e-150},
        {1e200, 1.5, 9.999999999999999e299},
        {0.1, 2.5, 0.0031622776601683798},
        {1e-308, 1.001, 4.920395356814893e-309},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double power = base_number_power(cases[i].a, cases[i].b);
        if (power != cases[i].power)
            fail_msg("%.17g ** %.17g: %.17g, expected %.17g", cases[i].a, cases[i].b, power,
                     cases[i].power);
    }
    assert_true(isnan(base_number_power(HUGE_VAL - HUGE_VAL, 2)));
}

static void test_value__logarithm(void **state) {
    (void)state;
    assert_true(base_number_log(1) == 0);
    assert_true(base_number_log(2) == 0.69314718055994531);
    assert_true(base_number_log(10) == 2.302585092994046);
    assert_true(base_number_log(0.5) == -0.69314718055994531);
    assert_true(isinf(base_number_log(HUGE_VAL)));
    for (double x = 5e-324; x < 1e308; x *= 1.7) {
        double expected = log(x);
        assert_true(fabs(base_number_log(x) - expected) <= fabs(expected) * 2.3e-16);
    }
    for (double x = 0.5; x < 1.5; x += 1.0 / 4099) {
        double expected = log(x);
        assert_true(fabs(base_number_log(x) - expected) <= fabs(expected) * 2.3e-16);
    }
}

static void test_value__rounding_to_digits(void **state) {
    static const struct {
        double number;
        int digits;
        double rounded;
    } cases[] = {
        {2.5, 0, 2},       {3.5, 0, 4},
        {-2.5, 0, -2},     {2.675, 2, 2.67},
        {0.125, 2, 0.12},  {0.375, 2, 0.38},
        {1.005, 2, 1.0},   {1234.5678, 3, 1234.568},
        {1e-7, 3, 0},      {15, -1, 20},
        {25, -1, 20},      {-25, -1, -20},
        {5, -1, 0},        {6, -1, 10},
        {14.999, -1, 10},  {50, -2, 0},
        {51, -2, 100},     {1.2018e34, -32, 1.2e34},
        {123, -5, 0},      {1e300, 5, 1e300},
        {0.1, 400, 0.1},   {0.1, 323, 0.1},
        {5e-324, 323, 0},  {1.7e308, -308, HUGE_VAL},
        {5e24, -25, 1e25}, {5e22, -23, 0},
        {5e23, -24, 0},    {5e307, -308, 1e308},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double rounded = base_number_round(cases[i].number, cases[i].digits);
        if (rounded != cases[i].rounded)
            fail_msg("round(%.17g, %d): %.17g, expected %.17g", cases[i].number, cases[i].digits,
                     rounded, cases[i].rounded);
    }
}

/* --- What Python does with values ------------------------------------------------------------ */

static void test_value__truth(void **state) {
    (void)state;
    expr_value empty = string("");
    expr_value text = string("0");
    assert_false(expr_value_truth(expr_number(0)) || expr_value_truth(expr_number(-0.0)));
    assert_false(expr_value_truth(empty) || expr_value_truth(EXPR_NONE) ||
                 expr_value_truth(EXPR_FALSE));
    assert_true(expr_value_truth(expr_number(0.1)) && expr_value_truth(text));
    assert_true(expr_value_truth(expr_number(HUGE_VAL - HUGE_VAL)));
    assert_true(expr_value_truth(EXPR_TRUE) && expr_value_truth(expr_reference(1, &thing)));
    expr_value_unref(empty);
    expr_value_unref(text);
}

static void test_value__equality(void **state) {
    (void)state;
    expr_value a = string("a"), another = string("a"), b = string("b");
    assert_true(expr_value_equal(expr_number(1), EXPR_TRUE));
    assert_true(expr_value_equal(EXPR_FALSE, expr_number(-0.0)));
    assert_true(expr_value_equal(a, another));
    assert_false(expr_value_equal(a, b));
    assert_false(expr_value_equal(a, expr_number(1)));
    assert_false(expr_value_equal(EXPR_NONE, EXPR_FALSE));
    assert_true(expr_value_equal(EXPR_NONE, EXPR_NONE));
    assert_true(expr_value_equal(expr_reference(1, &thing), expr_reference(1, &thing)));
    assert_false(expr_value_equal(expr_reference(1, &thing), expr_reference(1, &other)));
    expr_value nan = expr_number(HUGE_VAL - HUGE_VAL);
    assert_false(expr_value_equal(nan, nan));
    expr_value_unref(a);
    expr_value_unref(another);
    expr_value_unref(b);
}

static void test_value__order_for_priority_queues(void **state) {
    expr_error error;
    (void)state;
    expr_value a = string("a"), ab = string("ab"), e = string("\xc3\xa9"), z = string("z");
    assert_int_equal(expr_value_less(expr_number(1), expr_number(2), &error), 1);
    assert_int_equal(expr_value_less(expr_number(2), expr_number(2), &error), 0);
    assert_int_equal(expr_value_less(EXPR_FALSE, expr_number(0.5), &error), 1);
    assert_int_equal(expr_value_less(a, ab, &error), 1);
    assert_int_equal(expr_value_less(ab, a, &error), 0);
    assert_int_equal(expr_value_less(z, e, &error), 1);
    assert_int_equal(expr_value_less(a, expr_number(1), &error), CAD_ETYPE);
    assert_string_equal(error.message, "'<' not supported between instances of 'str' and 'int'");
    assert_int_equal(expr_value_less(expr_reference(1, &thing), EXPR_NONE, &error), CAD_ETYPE);
    assert_string_equal(error.message,
                        "'<' not supported between instances of 'Task' and 'NoneType'");
    expr_value_unref(a);
    expr_value_unref(ab);
    expr_value_unref(e);
    expr_value_unref(z);
}

static void test_value__long_messages_are_cut_between_characters(void **state) {
    char name[600];
    expr_error error;
    (void)state;
    for (size_t i = 0; i < sizeof name - 2; i += 2)
        memcpy(name + i, "\xc3\xa9", 2);
    name[sizeof name - 2] = '\0';
    assert_int_equal(expr_error_set(&error, CAD_EINVAL, "%s", name), CAD_EINVAL);
    size_t length = strlen(error.message);
    assert_true(length < sizeof error.message);
    assert_string_equal(error.message + length - 3, "...");
    assert_int_equal((length - 3) % 2, 0);
}

/* --- Values as C numbers --------------------------------------------------------------------- */

static void test_value__seconds_are_rounded_to_nanoseconds(void **state) {
    static const struct {
        double seconds;
        int64_t ns;
    } cases[] = {
        {0, 0},
        {1, 1000000000},
        {0.25, 250000000},
        {-1.5, -1500000000},
        {1e-9, 1},
        {4e-10, 0},
        {6e-10, 1},
        {0.1, 100000000},
        {0.3, 300000000},
        {1e9, INT64_C(1000000000000000000)},
        {9223372036.0, INT64_C(9223372036000000000)},
    };
    int64_t ns;
    expr_error error;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(expr_value_nanoseconds(expr_number(cases[i].seconds), &ns, &error), 0);
        assert_true(ns == cases[i].ns);
    }
    assert_int_equal(expr_value_nanoseconds(EXPR_TRUE, &ns, &error), 0);
    assert_true(ns == CAD_SECOND);
    assert_int_equal(expr_value_nanoseconds(expr_number(1e10), &ns, &error), CAD_EOVERFLOW);
    assert_int_equal(expr_value_nanoseconds(expr_number(-HUGE_VAL), &ns, &error), CAD_EOVERFLOW);
    assert_int_equal(expr_value_nanoseconds(expr_number(HUGE_VAL - HUGE_VAL), &ns, &error),
                     CAD_EINVAL);
    assert_int_equal(expr_value_nanoseconds(EXPR_NONE, &ns, &error), CAD_ETYPE);
    assert_string_equal(error.message, "must be real number, not NoneType");
}

static void test_value__whole_numbers(void **state) {
    int64_t whole;
    expr_error error;
    (void)state;
    assert_int_equal(expr_value_whole(expr_number(-3), "count", &whole, &error), 0);
    assert_int_equal(whole, -3);
    assert_int_equal(expr_value_whole(EXPR_TRUE, "count", &whole, &error), 0);
    assert_int_equal(whole, 1);
    assert_int_equal(expr_value_whole(expr_float(4), "count", &whole, &error), 0);
    assert_int_equal(expr_value_whole(expr_number(0x1p53 - 1), "count", &whole, &error), 0);
    assert_int_equal(expr_value_whole(expr_number(0x1p53), "count", &whole, &error), CAD_EINVAL);
    assert_string_equal(error.message, "count must be between -9007199254740991 and "
                                       "9007199254740991 (2^53 - 1), where whole numbers are "
                                       "exact, not 9007199254740992");
    assert_int_equal(expr_value_whole(expr_number(2.5), "count", &whole, &error), CAD_EINVAL);
    assert_string_equal(error.message, "count must be a whole number, not 2.5");
    assert_int_equal(expr_value_whole(expr_number(HUGE_VAL), "count", &whole, &error), CAD_EINVAL);
    assert_string_equal(error.message, "count must be a whole number, not inf");
    assert_int_equal(expr_value_whole(EXPR_NONE, "count", &whole, &error), CAD_ETYPE);
    assert_string_equal(error.message, "count must be a whole number, not NoneType");
}

/* --- Lists ----------------------------------------------------------------------------------- */

/* Takes over the items' references. */
static expr_value list(enum expr_sequence_kind kind, const expr_value *items, size_t count) {
    expr_value value;
    assert_int_equal(expr_list_new(kind, items, count, &value), 0);
    for (size_t i = 0; i < count; i++)
        expr_value_unref(items[i]);
    return value;
}

/* [[[...]]] */
static expr_value nested(unsigned depth) {
    expr_value value = list(EXPR_LIST, NULL, 0);
    while (depth-- > 0)
        value = list(EXPR_LIST, &value, 1);
    return value;
}

static void test_value__lists_print_as_python_prints_them(void **state) {
    (void)state;
    expr_value inner = list(EXPR_TUPLE, &(expr_value){expr_number(0.5)}, 1);
    expr_value items[] = {expr_number(1), string("it's"), inner, EXPR_NONE};
    expr_value value = list(EXPR_LIST, items, 4);
    assert_string_equal(show(value), "[1, \"it's\", (0.5,), None]");
    assert_true(expr_is_list(value) && expr_is_sequence(value) && expr_is_counted(value));
    assert_false(expr_is_string(value) || expr_is_reference(value) || expr_is_number(value));
    assert_string_equal(expr_value_type_name(value), "list");
    assert_string_equal(expr_value_type_name(expr_to_list(value)->items[2]), "tuple");
    expr_value_unref(value);
}

/* Far deeper than the C stack is: given back, and neither printed nor compared. */
static void test_value__deep_lists_are_a_recursion_error(void **state) {
    base_buffer buffer = {0};
    expr_value a = nested(1000000), b = nested(1000000), result;
    expr_error error;
    (void)state;
    assert_int_equal(expr_value_show(a, &buffer), CAD_ESTACK);
    assert_int_equal(expr_value_equal(a, b), CAD_ESTACK);
    assert_int_equal(expr_value_less(a, b, &error), CAD_ESTACK);
    assert_string_equal(error.message, "maximum recursion depth exceeded in comparison");
    assert_int_equal(expr_value_binary(EXPR_EQUAL, a, b, &result, &error), CAD_ESTACK);
    assert_int_equal(expr_value_binary(EXPR_IN, a, b, &result, &error), CAD_ESTACK);
    assert_int_equal(result, EXPR_NONE);
    assert_int_equal(expr_value_equal(a, a), 1);
    expr_value_unref(a);
    expr_value_unref(b);
    a = nested(EXPR_NESTING_MAX - 1);
    b = nested(EXPR_NESTING_MAX - 1);
    assert_int_equal(expr_value_show(a, &buffer), 0);
    assert_int_equal(expr_value_equal(a, b), 1);
    assert_int_equal(expr_value_less(a, b, &error), 0);
    expr_value_unref(a);
    expr_value_unref(b);
    base_buffer_free(&buffer);
}

static void test_value__lists_have_a_largest_size(void **state) {
    expr_value two = list(EXPR_LIST, (expr_value[]){EXPR_NONE, EXPR_NONE}, 2), result;
    expr_error error;
    double times[] = {(double)EXPR_LIST_MAX_ITEMS, 1e15, 1e300};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        int code = expr_value_binary(EXPR_MULTIPLY, two, expr_number(times[i]), &result, &error);
        assert_int_equal(code, i < 2 ? CAD_ENOMEM : CAD_EOVERFLOW);
    }
    expr_value_unref(two);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_value__each_double_comes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_value__whole_floats_are_no_ints, setup, teardown),
        cmocka_unit_test_setup_teardown(test_value__kinds_are_told_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(test_value__travel_as_pointers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_value__strings_and_references_are_counted, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_value__a_string_can_hold_anything, setup, teardown),
        cmocka_unit_test_setup_teardown(test_value__numbers_print_as_python_prints_them, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_value__others_print_as_python_prints_them, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_value__printing_is_shortest_and_reads_back, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_value__the_locale_makes_no_difference, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_value__decimals_are_read_exactly, setup, teardown),
        cmocka_unit_test_setup_teardown(test_value__powers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_value__logarithm, setup, teardown),
        cmocka_unit_test_setup_teardown(test_value__rounding_to_digits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_value__truth, setup, teardown),
        cmocka_unit_test_setup_teardown(test_value__equality, setup, teardown),
        cmocka_unit_test_setup_teardown(test_value__order_for_priority_queues, setup, teardown),
        cmocka_unit_test_setup_teardown(test_value__long_messages_are_cut_between_characters, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_value__seconds_are_rounded_to_nanoseconds, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_value__whole_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_value__lists_print_as_python_prints_them, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_value__deep_lists_are_a_recursion_error, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_value__lists_have_a_largest_size, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

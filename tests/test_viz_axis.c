#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "axis.h"

#include <string.h>

#define US INT64_C(1000)
#define MS INT64_C(1000000)
#define SECOND INT64_C(1000000000)

static void check_exact(int64_t ns, const char *wanted) {
    char text[VIZ_TIME_SIZE];
    assert_int_equal(viz_format_exact(ns, text), strlen(wanted));
    assert_string_equal(text, wanted);
}

static void test_axis__exact_times_keep_every_digit_that_matters(void **state) {
    (void)state;
    check_exact(0, "0 s");
    check_exact(1, "1 ns");
    check_exact(999, "999 ns");
    check_exact(1500, "1.5 \xC2\xB5s");
    check_exact(250 * MS, "250 ms");
    check_exact(SECOND, "1 s");
    check_exact(SECOND + 250 * US, "1.00025 s");
    check_exact(SECOND + 1, "1.000000001 s");
    check_exact(12345 * SECOND, "12,345 s");
    check_exact(-1500 * MS, "-1.5 s");
    check_exact(-INT64_MAX, "-9,223,372,036.854775807 s");
}

static void check_duration(int64_t ns, const char *wanted) {
    char text[VIZ_TIME_SIZE];
    assert_int_equal(viz_format_duration(ns, text), strlen(wanted));
    assert_string_equal(text, wanted);
}

static void test_axis__durations_have_three_digits(void **state) {
    (void)state;
    check_duration(0, "0 s");
    check_duration(7, "7 ns");
    check_duration(13249 * US, "13.2 ms");
    check_duration(999950 * US, "1 s"); /* rounding takes it into the next unit */
    check_duration(2 * SECOND + 345678, "2 s");
    check_duration(80 * SECOND, "80 s");
    check_duration(200 * SECOND, "200 s");
    check_duration(920 * SECOND, "15 min 20 s");
    check_duration(7500 * SECOND, "2 h 5 min");
    check_duration(90000 * SECOND, "1 d 1 h");
    check_duration(600 * SECOND, "10 min");
}

static void check_within(int64_t ns, int64_t length_ns, const char *wanted) {
    char text[VIZ_TIME_SIZE];
    assert_int_equal(viz_format_within(ns, length_ns, text), strlen(wanted));
    assert_string_equal(text, wanted);
}

static void test_axis__moments_of_a_stretch_have_the_digits_that_it_shows(void **state) {
    (void)state;
    check_within(1017257615, 2 * SECOND, "1.017 s");
    check_within(1017257615, 2 * MS, "1.017257 s");
    check_within(1017257615, 10, "1.017257615 s");
    check_within(500354655, 2 * SECOND, "500 ms");
    check_within(2 * SECOND, 2 * SECOND, "2 s");
    check_within(0, SECOND, "0 s");
}

static void test_axis__counts_have_commas(void **state) {
    (void)state;
    char text[VIZ_TIME_SIZE];
    static const struct {
        uint64_t number;
        const char *text;
    } cases[] = {{0, "0"}, {999, "999"}, {1000, "1,000"}, {1234567, "1,234,567"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        viz_format_count(cases[i].number, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void check_label(const struct viz_axis *axis, int64_t ns, const char *wanted) {
    char text[VIZ_TIME_SIZE];
    viz_axis_label(axis, ns, text);
    assert_string_equal(text, wanted);
}

static void test_axis__steps_are_round_and_labels_in_one_unit(void **state) {
    (void)state;
    struct viz_axis axis;
    viz_axis_make(&axis, 5e9, 5e9, 1000, 90);
    assert_int_equal(axis.step_ns, SECOND / 2);
    assert_int_equal(axis.step_ns % axis.minor_ns, 0);
    check_label(&axis, 0, "0");
    check_label(&axis, SECOND / 2, "0.5 s");
    check_label(&axis, 3 * SECOND, "3 s");
    viz_axis_make(&axis, 0.9e9, 0.9e9, 1000, 90);
    check_label(&axis, 300 * MS, "300 ms");
    viz_axis_make(&axis, 1.2e9, 0.2e9, 1000, 90);
    check_label(&axis, SECOND, "1 s");
    check_label(&axis, SECOND + 20 * MS, "1.02 s");
    check_label(&axis, SECOND + 100 * MS, "1.10 s");
}

static void test_axis__labels_stand_apart_at_every_zoom(void **state) {
    (void)state;
    for (double length = 20; length < 1e18; length *= 1.37) {
        struct viz_axis axis;
        viz_axis_make(&axis, length, length, 1200, 96);
        double pixels = (double)axis.step_ns / length * 1200;
        assert_true(pixels >= 96 || axis.step_ns == 10000 * 86400 * SECOND);
        /* The steps of a clock are further apart than those of a ruler. */
        assert_true(pixels < 96 * 3.01 || axis.step_ns == 1);
        assert_true(axis.minor_ns == 0 || axis.step_ns % axis.minor_ns == 0);
    }
}

static void test_axis__deep_inside_labels_count_from_a_base(void **state) {
    (void)state;
    struct viz_axis axis;
    viz_axis_make(&axis, 1.0002e9, 500e3, 1000, 90);
    assert_int_equal(axis.step_ns, 50 * US);
    assert_int_equal(axis.base_ns, MS);
    check_label(&axis, SECOND + 50 * US, "+50 \xC2\xB5s");
    check_label(&axis, SECOND, "1.000 s");
    check_label(&axis, SECOND + MS, "1.001 s");
    assert_true(viz_axis_is_base(&axis, SECOND));
    assert_false(viz_axis_is_base(&axis, SECOND + 50 * US));
    char text[VIZ_TIME_SIZE];
    viz_axis_base_label(&axis, SECOND + 999 * US, text);
    assert_string_equal(text, "1.000 s");
}

static void test_axis__long_runs_count_in_minutes_and_hours(void **state) {
    (void)state;
    struct viz_axis axis;
    viz_axis_make(&axis, 1200e9, 1200e9, 1000, 90);
    assert_int_equal(axis.step_ns, 120 * SECOND);
    check_label(&axis, 120 * SECOND, "2:00");
    check_label(&axis, 660 * SECOND, "11:00");
    viz_axis_make(&axis, 40000e9, 40000e9, 1000, 90);
    assert_int_equal(axis.step_ns, 3600 * SECOND);
    check_label(&axis, 7200 * SECOND, "2:00:00");
    viz_axis_make(&axis, 700e9, 1e9, 1000, 90);
    check_label(&axis, 699 * SECOND + 500 * MS, "11:39.5");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_axis__exact_times_keep_every_digit_that_matters),
        cmocka_unit_test(test_axis__durations_have_three_digits),
        cmocka_unit_test(test_axis__moments_of_a_stretch_have_the_digits_that_it_shows),
        cmocka_unit_test(test_axis__counts_have_commas),
        cmocka_unit_test(test_axis__steps_are_round_and_labels_in_one_unit),
        cmocka_unit_test(test_axis__labels_stand_apart_at_every_zoom),
        cmocka_unit_test(test_axis__deep_inside_labels_count_from_a_base),
        cmocka_unit_test(test_axis__long_runs_count_in_minutes_and_hours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

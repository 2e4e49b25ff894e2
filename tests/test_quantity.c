/* Times and sizes, as people write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/quantity.h"

#define SECOND INT64_C(1000000000)

static void test_quantity__times_have_units(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t ns;
    } good[] = {{"2", 2 * SECOND},
                {"0", 0},
                {"1.5s", 3 * SECOND / 2},
                {"250ms", SECOND / 4},
                {"10us", 10000},
                {"7ns", 7},
                {"2min", 120 * SECOND},
                {"1h", 3600 * SECOND},
                {".5", SECOND / 2},
                {"1e-3", 1000000},
                {"1.5e3", 1500 * SECOND},
                {"0.123456789123", 123456789},
                {"3\xC2\xB5s", 3000},
                {"0.0000000001", 0},
                {"00000000000000000000002.5", 5 * SECOND / 2},
                {"100000h", 360000000 * SECOND},
                {"4.6e9", 4600000000 * SECOND},
                {"0e99999", 0}};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int64_t ns = -1;
        assert_true(base_time_read(good[i].text, &ns));
        assert_int_equal(ns, good[i].ns);
    }
    static const char *const bad[] = {"",
                                      "s",
                                      "-1",
                                      "1 s",
                                      "1sec",
                                      "nan",
                                      "inf",
                                      "0x10",
                                      "1e300",
                                      "146.2e9",
                                      "4.7e9",
                                      ".",
                                      "1.2.3",
                                      "1e",
                                      "99999999999999999999h",
                                      "1e99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int64_t ns;
        assert_false(base_time_read(bad[i], &ns));
    }
}

static void test_quantity__times_are_told_exactly(void **state) {
    (void)state;
    static const struct {
        int64_t ns;
        const char *small, *seconds;
    } times[] = {{0, "0 s", "0 s"},
                 {1, "1 ns", "0.000000001 s"},
                 {-999, "-999 ns", "-0.000000999 s"},
                 {1000, "1 us", "0.000001 s"},
                 {12500, "12.5 us", "0.0000125 s"},
                 {-250000000, "-250 ms", "-0.25 s"},
                 {1000000000, "1 s", "1 s"},
                 {1050000000, "1.05 s", "1.05 s"},
                 {INT64_MAX, "9223372036.854775807 s", "9223372036.854775807 s"},
                 {INT64_MIN, "-9223372036.854775808 s", "-9223372036.854775808 s"}};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        char text[BASE_TIME_TEXT];
        base_time_write(times[i].ns, true, text);
        assert_string_equal(text, times[i].small);
        base_time_write(times[i].ns, false, text);
        assert_string_equal(text, times[i].seconds);
    }
}

static void test_quantity__counts_are_whole(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t number;
    } good[] = {{"0", 0},
                {"-12", -12},
                {"2e9", 2000000000},
                {"-1e3", -1000},
                {"0e99999999999999999999", 0},
                {"9223372036854775807", INT64_MAX},
                {"-9223372036854775808", INT64_MIN}};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int64_t number = 99;
        assert_true(base_whole_read(good[i].text, &number));
        assert_true(number == good[i].number);
    }
    static const char *const bad[] = {"",    "-",   " 1",  "+1",   "1.5",
                                      "1.0", "x",   "1e",  "1e-3", "1e19",
                                      "2*3", "10 ", "--1", "0x10", "9223372036854775808"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int64_t number;
        assert_false(base_whole_read(bad[i], &number));
    }
}

static void test_quantity__sizes_have_units(void **state) {
    (void)state;
    uint64_t bytes;
    assert_true(base_size_read("1", &bytes) && bytes == 1);
    assert_true(base_size_read("512M", &bytes) && bytes == UINT64_C(512) << 20);
    assert_true(base_size_read("4G", &bytes) && bytes == UINT64_C(4) << 30);
    static const char *const bad[] = {
        "", "0", "-1", "M", "1 M", "1m", "1MB", "x", "1.5M", "99999999999999999999", "99999999T"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(base_size_read(bad[i], &bytes));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantity__times_have_units),
        cmocka_unit_test(test_quantity__times_are_told_exactly),
        cmocka_unit_test(test_quantity__counts_are_whole),
        cmocka_unit_test(test_quantity__sizes_have_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

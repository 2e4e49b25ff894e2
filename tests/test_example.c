/* The example programs, as a reader runs them: what they print is what the scenarios print. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <signal.h>
#include <time.h>

#include "support/child.h"

/* Set by the build: EXAMPLE_WINDOW and EXAMPLE_TICKS, the programs; CASES, the folder of what
 * CPython prints; EMULATOR, what runs them where they are another processor's, or "". */

/* What the case has its scenario print: all but the last line, which is the outcome. */
static void read_expected(const char *name, char *text, size_t size) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s.expected", CASES, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t length = fread(text, 1, size - 1, file);
    fclose(file);
    text[length] = '\0';
    char *outcome = strstr(text, "outcome ");
    assert_non_null(outcome);
    assert_true(outcome == text || outcome[-1] == '\n');
    *outcome = '\0';
}

static void start(child *self, char *program, char *argument) {
    char *const argv[] = {EMULATOR, program, argument, NULL};
    child_exec(self, EMULATOR[0] != '\0' ? argv : argv + 1);
}

static void assert_prints_case(char *program, const char *name) {
    char expected[8192];
    child self;
    read_expected(name, expected, sizeof expected);
    start(&self, program, "--virtual");
    child_wait(&self);
    assert_string_equal(self.output, expected);
    assert_true(child_exited(&self, 0));
}

static void test_example__window_prints_what_the_scenario_prints(void **state) {
    (void)state;
    assert_prints_case(EXAMPLE_WINDOW, "seed-window");
}

static void test_example__ticks_prints_what_the_scenario_prints(void **state) {
    (void)state;
    assert_prints_case(EXAMPLE_TICKS, "seed-ticks");
}

static void test_example__ticks_says_bye_at_an_interrupt(void **state) {
    (void)state;
    child self;
    start(&self, EXAMPLE_TICKS, NULL);
    assert_true(child_read_until(&self, "got tick2\n"));
    assert_int_equal(kill(self.pid, SIGINT), 0);
    child_wait(&self);
    assert_string_equal(self.output, "got tick1\ngot tick2\nbye\n");
    assert_true(child_exited(&self, 0));
}

static double seconds(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A line without its time; *at is the time. Returns the next line. */
static char *read_line(char *line, char *what, double *at) {
    int whole, thousandths, used = 0;
    char *end = strchr(line, '\n');
    assert_non_null(end);
    *end = '\0';
    if (sscanf(line, "%ds + %dms %n", &whole, &thousandths, &used) != 2)
        whole = thousandths = used = 0;
    *at = whole + thousandths / 1000.0;
    strcpy(what, line + used);
    return end + 1;
}

static void test_example__window_under_the_real_clock(void **state) {
    (void)state;
    char expected[8192];
    child self;
    read_expected("seed-window", expected, sizeof expected);
    double begin = seconds();
    start(&self, EXAMPLE_WINDOW, NULL);
    child_wait(&self);
    double took = seconds() - begin;
    assert_true(child_exited(&self, 0));
    assert_true(took >= 5.0 && took < 10.0);
    char *line = self.output, *expected_line = expected;
    while (*expected_line != '\0') {
        char what[128], expected_what[128];
        double at, expected_at;
        line = read_line(line, what, &at);
        expected_line = read_line(expected_line, expected_what, &expected_at);
        assert_string_equal(what, expected_what);
        assert_true(at >= expected_at && at < expected_at + 1);
    }
    assert_string_equal(line, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_example__window_prints_what_the_scenario_prints),
        cmocka_unit_test(test_example__ticks_prints_what_the_scenario_prints),
        cmocka_unit_test(test_example__ticks_says_bye_at_an_interrupt),
        cmocka_unit_test(test_example__window_under_the_real_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

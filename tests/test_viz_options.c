#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cadran.h"
#include "options.h"

#include <string.h>

#define SECOND INT64_C(1000000000)

static void test_options__sizes_have_limits(void **state) {
    (void)state;
    int w = 0;
    int h = 0;
    assert_true(viz_parse_size("1600x900", &w, &h));
    assert_int_equal(w, 1600);
    assert_int_equal(h, 900);
    assert_true(viz_parse_size("64x16384", &w, &h));
    static const char *const bad[] = {
        "",          "1600",      "1600x",  "x900",      "63x900",
        "900x16385", "1600x900x", "-5x900", "1600x 900", "99999999999999999999x900"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(viz_parse_size(bad[i], &w, &h));
}

static int parse(const char *const *arguments, struct viz_options *options, char *message) {
    char *argv[16] = {"cadran-view"};
    int argc = 1;
    for (; arguments[argc - 1] != NULL; argc++)
        argv[argc] = (char *)(uintptr_t)arguments[argc - 1];
    return viz_options_parse(argc, argv, options, message);
}

static void test_options__all_are_read(void **state) {
    (void)state;
    struct viz_options options;
    char message[BASE_OPTIONS_MESSAGE];
    static const char *const all[] = {"--png",   "a.png",  "t.json",  "--size", "800x500",
                                      "--theme", "light",  "--scale", "1.5",    "--from=1",
                                      "--to",    "2500ms", "--font",  "f.ttf",  NULL};
    assert_int_equal(parse(all, &options, message), 0);
    assert_string_equal(options.png, "a.png");
    assert_string_equal(options.trace, "t.json");
    assert_string_equal(options.font, "f.ttf");
    assert_int_equal(options.width, 800);
    assert_int_equal(options.height, 500);
    assert_int_equal(options.theme, VIZ_LIGHT);
    assert_true(options.scale == 1.5 && options.has_from && options.has_to);
    assert_int_equal(options.from_ns, SECOND);
    assert_int_equal(options.to_ns, 5 * SECOND / 2);
    static const char *const help[] = {"--help", NULL};
    assert_int_equal(parse(help, &options, message), 0);
    assert_true(options.help);
}

static void test_options__faults_are_named(void **state) {
    (void)state;
    static const struct {
        const char *arguments[4];
        const char *named;
    } cases[] = {
        {{NULL}, "no trace is named"},
        {{"a", "b", "c", NULL}, "one trace is shown, or two"},
        {{"--group=name", "a", "b", NULL}, "--group is for one trace, not for two"},
        {{"--filter=x", "a", "b", NULL}, "--filter is for one trace, not for two"},
        {{"--pin=x", "a", "b", NULL}, "--pin is for one trace, not for two"},
        {{"--table", "a", "b", NULL}, "--table is for one trace, not for two"},
        {{"--at=1", "a", "b", NULL}, "--at is for one trace, not for two"},
        {{"--step=1", "a", "b", NULL}, "--step is for one trace, not for two"},
        {{"--size", "12", "a", NULL}, "--size wants WIDTHxHEIGHT"},
        {{"--theme", "blue", "a", NULL}, "--theme wants dark or light, not \"blue\""},
        {{"--from", "x", "a", NULL}, "--from wants a time"},
        {{"--scale", "0", "a", NULL}, "--scale wants a number from"},
        {{"--from=2", "--to=1", "a", NULL}, "--from must be before --to"},
        {{"--png=x", "--follow", "a", NULL}, "--follow is for a window"},
        {{"--step", "0", "a", NULL}, "--step wants"},
        {{"--show=new", "a", NULL}, "--show is for two traces, and one is named"},
        {{"--level=causes", "a", NULL}, "--level is for two traces, and one is named"},
        {{"--differences=time", "a", NULL}, "--differences is for two traces"},
        {{"--tolerance=5ms", "a", NULL}, "--tolerance is for two traces"},
        {{"--png=x", "--interval=1", "a", NULL}, "--interval is of the table: give --table"},
        {{"--png=x", "--png=y", "a", NULL},
         "--png is given twice, \"x\" and \"y\", and one file is written"},
        {{"--colour", "a", NULL}, "unknown option \"--colour\"; see cadran-view --help"},
        {{"a", "--png", NULL}, "a value is missing after \"--png\""}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct viz_options options;
        char message[BASE_OPTIONS_MESSAGE] = "";
        assert_int_equal(parse(cases[i].arguments, &options, message), CAD_EINVAL);
        if (strstr(message, cases[i].named) == NULL)
            print_error("%s\n", message);
        assert_non_null(strstr(message, cases[i].named));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options__sizes_have_limits),
        cmocka_unit_test(test_options__all_are_read),
        cmocka_unit_test(test_options__faults_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The table of kinds of events: each is found by what its line says, and by nothing else. */
#include "trace/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct trace_string string(const char *text) {
    return (struct trace_string){text, strlen(text)};
}

static const char *category_of(const struct trace_kind_row *row) {
    return row->phase == 'M' ? "" : trace_categories[row->category];
}

static void test_trace_event__a_line_says_its_kind(void **state) {
    (void)state;
    for (int kind = TRACE_UNKNOWN + 1; kind < TRACE_KIND_COUNT; kind++) {
        const struct trace_kind_row *row = &trace_kinds[kind];
        const char *name = row->name != NULL ? row->name : "something";
        assert_int_equal(trace_kind_find(row->phase, string(category_of(row)), string(name)), kind);
    }
}

static void test_trace_event__a_stranger_has_no_kind(void **state) {
    (void)state;
    assert_int_equal(trace_kind_find('B', string("gossip"), string("wait")), TRACE_UNKNOWN);
    assert_int_equal(trace_kind_find('X', string("wait"), string("wait")), TRACE_UNKNOWN);
    assert_int_equal(trace_kind_find('i', string("wake"), string("sleeps")), TRACE_UNKNOWN);
    assert_int_equal(trace_kind_find('M', string(""), string("gossip")), TRACE_UNKNOWN);
}

static void test_trace_event__each_argument_has_a_key_of_its_own(void **state) {
    (void)state;
    for (int i = 0; i < TRACE_ARG_COUNT; i++)
        for (int other = 0; other < i; other++)
            assert_string_not_equal(trace_arguments[i].key, trace_arguments[other].key);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trace_event__a_line_says_its_kind),
        cmocka_unit_test(test_trace_event__a_stranger_has_no_kind),
        cmocka_unit_test(test_trace_event__each_argument_has_a_key_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

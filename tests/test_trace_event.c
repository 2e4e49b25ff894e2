/* The table of kinds of events: each is found by what its line says, and by nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "trace/event.h"
#include "trace/field_words.h"
#include "trace/kinds.h"

/* As the reader finds it. What it has scanned has padding behind it. */
static enum trace_kind find(char phase, const char *category, const char *name) {
    char texts[2][TRACE_SCAN_PADDING] = {""};
    struct trace_kind_index index;
    (void)snprintf(texts[0], sizeof texts[0], "%s", category);
    (void)snprintf(texts[1], sizeof texts[1], "%s", name);
    trace_kind_index_init(&index);
    const struct trace_raw_event raw = {
        .phase = phase, .category = {texts[0], strlen(category)}, .name = {texts[1], strlen(name)}};
    return trace_kind_index_find(&index, &raw).kind;
}

static const char *category_of(const struct trace_kind_row *row) {
    return row->phase == 'M' ? "" : trace_categories[row->category];
}

static void test_trace_event__a_line_says_its_kind(void **state) {
    (void)state;
    for (int kind = TRACE_UNKNOWN + 1; kind < TRACE_KIND_COUNT; kind++) {
        const struct trace_kind_row *row = &trace_kinds[kind];
        const char *name = row->name != NULL ? row->name : "something";
        assert_int_equal(find(row->phase, category_of(row), name), kind);
    }
}

static void test_trace_event__a_stranger_has_no_kind(void **state) {
    (void)state;
    assert_int_equal(find('B', "gossip", "wait"), TRACE_UNKNOWN);
    assert_int_equal(find('X', "wait", "wait"), TRACE_UNKNOWN);
    assert_int_equal(find('i', "wake", "sleeps"), TRACE_UNKNOWN);
    assert_int_equal(find('M', "", "gossip"), TRACE_UNKNOWN);
}

static void test_trace_event__each_argument_has_a_key_of_its_own(void **state) {
    (void)state;
    for (int i = 0; i < TRACE_ARG_COUNT; i++)
        for (int other = 0; other < i; other++)
            assert_string_not_equal(trace_arguments[i].key, trace_arguments[other].key);
}

/* The row that ends what this one begins; NULL: there is none. */
static const struct trace_kind_row *end_of(const struct trace_kind_row *begin) {
    for (int kind = TRACE_UNKNOWN + 1; kind < TRACE_KIND_COUNT; kind++) {
        const struct trace_kind_row *row = &trace_kinds[kind];
        bool named_alike = (row->name == NULL) == (begin->name == NULL) &&
                           (row->name == NULL || strcmp(row->name, begin->name) == 0);
        if (row->phase == 'E' && row->category == begin->category && named_alike)
            return row;
    }
    return NULL;
}

static void test_trace_event__what_begins_has_an_end(void **state) {
    (void)state;
    int begins = 0, ends = 0;
    for (int kind = TRACE_UNKNOWN + 1; kind < TRACE_KIND_COUNT; kind++) {
        const struct trace_kind_row *row = &trace_kinds[kind];
        ends += row->phase == 'E';
        if (row->phase != 'B')
            continue;
        begins++;
        const struct trace_kind_row *end = end_of(row);
        assert_non_null(end);
        assert_int_equal(end->place, row->place);
        assert_int_equal(end->effect, row->effect);
        /* What is open when the run ends is ended with an outcome. */
        assert_true((end->arguments & TRACE_A(OUTCOME)) != 0);
    }
    assert_int_equal(begins, ends);
}

static void check_words(const char *key, int64_t number, int64_t most, const char *value,
                        const char *phrase) {
    char text[TRACE_FIELD_WORDS];
    trace_field_value(key, number, text);
    assert_string_equal(text, value);
    trace_field_phrase(key, number, most, text, sizeof text);
    assert_string_equal(text, phrase);
}

static void test_trace_event__numbers_of_objects_have_words(void **state) {
    (void)state;
    char name[16];
    trace_field_name("shut_down", name, sizeof name);
    assert_string_equal(name, "shut down");
    check_words("order", 0, 0, "first in, first out", "order first in, first out");
    check_words("shut_down", 0, 0, "no", "");
    check_words("shut_down", 1, 0, "yes", "shut down");
    check_words("set", 0, 0, "no", "not set");
    check_words("waiters", 0, 0, "0", "nobody waits");
    check_words("waiters", 2, 0, "2", "2 wait");
    check_words("getters", 1, 0, "1", "1 waits to get");
    check_words("size", 0, 4, "0", "empty");
    check_words("size", 3, 4, "3", "3 of 4");
    check_words("size", 4, 4, "4", "full: 4 of 4");
    check_words("size", 7, 0, "7", "7 items");
    check_words("value", 0, 0, "0", "value 0");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trace_event__a_line_says_its_kind),
        cmocka_unit_test(test_trace_event__a_stranger_has_no_kind),
        cmocka_unit_test(test_trace_event__numbers_of_objects_have_words),
        cmocka_unit_test(test_trace_event__each_argument_has_a_key_of_its_own),
        cmocka_unit_test(test_trace_event__what_begins_has_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The table of kinds of events: each is found by what its line says, and by nothing else, and the
 * documentation has it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/event.h"

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

/* --- The tables of docs/trace-format.md ------------------------------------------------------- */

static const char *type_name(enum trace_type type) {
    static const char *const names[] = {
        [TRACE_TYPE_TEXT] = "text",
        [TRACE_TYPE_INTEGER] = "whole number",
        [TRACE_TYPE_TIME] = "time",
        [TRACE_TYPE_TRACK] = "track",
        [TRACE_TYPE_TASK] = "text, and with `_tid` behind the key the track",
        [TRACE_TYPE_OBJECT] = "whole number",
        [TRACE_TYPE_STATE] = "keys and whole numbers",
        [TRACE_TYPE_TEXTS] = "an object of texts",
    };
    return names[type];
}

static void print_arguments(FILE *file, uint64_t set) {
    const char *comma = "";
    for (int i = 0; i < TRACE_ARG_COUNT; i++) {
        if ((set >> i & 1) == 0)
            continue;
        fprintf(file, i == TRACE_ARG_STATE ? "%sits state" : "%s`%s`", comma,
                trace_arguments[i].key);
        comma = ", ";
    }
    fputs(" | ", file);
}

static void print_kind(FILE *file, const struct trace_kind_row *row) {
    static const char *const places[] = {[TRACE_ON_NONE] = "",
                                         [TRACE_ON_LOOP] = "loop",
                                         [TRACE_ON_TASK] = "task",
                                         [TRACE_ON_ANY] = "task or loop"};
    fprintf(file, "| `%c` ", row->phase);
    fprintf(file, row->phase == 'M' ? "| " : "| `%s` ", category_of(row));
    fprintf(file, row->name == NULL ? "| " : "| `%s` ", row->name);
    fprintf(file, "| %s | ", places[row->place]);
    print_arguments(file, row->required);
    print_arguments(file, row->arguments & ~row->required);
    fprintf(file, "%s%s |\n", row->mark == TRACE_DETAIL ? "*detail*: " : "", row->meaning);
}

static void print_tables(FILE *file) {
    fputs("| ph | cat | name | track | has | may have | meaning |\n"
          "| --- | --- | --- | --- | --- | --- | --- |\n",
          file);
    for (int kind = TRACE_UNKNOWN + 1; kind < TRACE_KIND_COUNT; kind++)
        print_kind(file, &trace_kinds[kind]);
    fputs("\n| argument | type | meaning |\n| --- | --- | --- |\n", file);
    for (int i = 0; i < TRACE_ARG_COUNT; i++)
        if (i != TRACE_ARG_STATE)
            fprintf(file, "| `%s` | %s | %s |\n", trace_arguments[i].key,
                    type_name(trace_arguments[i].type), trace_arguments[i].meaning);
}

static char *read_document(void) {
    const char *path = getenv("CADRAN_TRACE_FORMAT");
    FILE *file = path != NULL ? fopen(path, "rb") : NULL;
    if (file == NULL)
        return NULL;
    enum { SIZE = 1 << 20 };
    char *text = malloc(SIZE);
    assert_non_null(text);
    text[fread(text, 1, SIZE - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void test_trace_event__the_documentation_has_the_tables(void **state) {
    (void)state;
    char *tables;
    size_t size;
    char *document = read_document();
    if (document == NULL)
        skip();
    FILE *file = open_memstream(&tables, &size);
    assert_non_null(file);
    print_tables(file);
    fclose(file);
    bool found = strstr(document, tables) != NULL;
    if (!found)
        fprintf(stderr, "docs/trace-format.md does not have these tables:\n%s", tables);
    free(tables);
    free(document);
    assert_true(found);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trace_event__a_line_says_its_kind),
        cmocka_unit_test(test_trace_event__a_stranger_has_no_kind),
        cmocka_unit_test(test_trace_event__each_argument_has_a_key_of_its_own),
        cmocka_unit_test(test_trace_event__what_begins_has_an_end),
        cmocka_unit_test(test_trace_event__the_documentation_has_the_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

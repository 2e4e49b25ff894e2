/* Faults: their order, how they are printed, and near names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/limit.h"
#include "base/memory.h"
#include "cadran.h"
#include "document/fault.h"
#include "run/process.h"
#include "support/memory_test.h"

static doc_faults faults;
static base_buffer buffer;

static int setup(void **state) {
    (void)state;
    memory_start(base_set_allocator);
    run_process_start(BASE_UNLIMITED);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    doc_faults_free(&faults);
    base_buffer_free(&buffer);
    assert_int_equal(memory_live(), 0);
    return 0;
}

static const char *format(const char *text) {
    base_buffer_clear(&buffer);
    assert_int_equal(doc_faults_format(&faults, "s.json", text, true, &buffer), 0);
    return buffer.data != NULL ? buffer.data : "";
}

static void add(uint32_t offset, const char *message) {
    assert_int_equal(doc_faults_add(&faults, offset, NULL, message), CAD_EINVAL);
}

/* --- The list -------------------------------------------------------------------------------- */

static void test_fault__none_is_nothing(void **state) {
    (void)state;
    assert_int_equal(doc_faults_status(&faults), 0);
    assert_string_equal(format("{}"), "");
}

static void test_fault__are_printed_in_the_order_of_their_places(void **state) {
    (void)state;
    add(8, "second");
    add(16, "fourth");
    add(8, "third");
    add(1, "first");
    add(DOC_NOWHERE, "of the whole");
    assert_int_equal(doc_faults_status(&faults), CAD_EINVAL);
    assert_string_equal(format("{\"a\" : [1, 2], \"b\": 3}"), "s.json:1:2: /a: first\n"
                                                              "s.json:1:9: /a/0: second\n"
                                                              "s.json:1:9: /a/0: third\n"
                                                              "s.json:1:17: /b: fourth\n"
                                                              "s.json: of the whole\n");
}

static void test_fault__noticed_twice_counts_once(void **state) {
    (void)state;
    add(1, "first");
    add(0, "other");
    add(1, "second");
    add(1, "first");
    assert_string_equal(format("[1]"), "s.json:1:1: other\n"
                                       "s.json:1:2: /0: first\n"
                                       "s.json:1:2: /0: second\n");
    assert_string_equal(format("[1]"), buffer.data); /* printing changes nothing */
}

static void test_fault__beyond_the_first_hundred_are_counted(void **state) {
    char message[20];
    (void)state;
    for (int i = 20000; i > 0; i--) {
        snprintf(message, sizeof message, "fault %d", i);
        add(0, message);
    }
    const char *printed = format("[1]");
    assert_non_null(strstr(printed, "s.json: and 19900 more\n"));
    size_t lines = 0;
    for (const char *c = printed; *c != '\0'; c++)
        lines += *c == '\n';
    assert_int_equal(lines, DOC_FAULTS_PRINTED + 1);
}

/* --- Excerpts -------------------------------------------------------------------------------- */

static void add_excerpt(const char *text, size_t at, size_t marked) {
    doc_excerpt excerpt = {text, strlen(text), at, marked};
    (void)doc_faults_add(&faults, 1, &excerpt, "wrong");
}

static void test_fault__a_part_of_an_expression_is_marked(void **state) {
    (void)state;
    add_excerpt("a + bc", 4, 2);
    assert_string_equal(format("[\"a + bc\"]"), "s.json:1:2: /0: wrong\n"
                                                "    a + bc\n"
                                                "        ^~\n");
}

static void test_fault__the_mark_counts_characters(void **state) {
    (void)state;
    add_excerpt("\xc3\xa9\t\xe2\x82\xac + b", 2, 4); /* the tab and the euro sign */
    assert_string_equal(format("[0]"), "s.json:1:2: /0: wrong\n"
                                       "    \xc3\xa9 \xe2\x82\xac + b\n"
                                       "     ^~\n");
}

static void test_fault__the_mark_can_stand_after_the_end(void **state) {
    (void)state;
    add_excerpt("1 +", 3, 0);
    assert_string_equal(format("[0]"), "s.json:1:2: /0: wrong\n"
                                       "    1 +\n"
                                       "       ^\n");
}

static void test_fault__of_a_long_expression_the_part_around_the_mark_is_shown(void **state) {
    char text[401];
    (void)state;
    for (size_t i = 0; i < 400; i++)
        text[i] = (char)('0' + i / 10 % 10);
    text[400] = '\0';
    add_excerpt(text, 200, 3);
    assert_string_equal(
        format("[0]"),
        "s.json:1:2: /0: wrong\n"
        "    ...555555556666666666777777777788888888889999999999000000000011111111112222222222"
        "333333333344444444...\n"
        "                                                       ^~~\n");
}

/* --- Near names ------------------------------------------------------------------------------ */

static void test_fault__distance_counts_slips(void **state) {
    static const struct {
        const char *a;
        const char *b;
        unsigned distance;
    } cases[] = {
        {"sleep", "sleep", 0},   {"Sleep", "sLEEP", 0},  {"slepe", "sleep", 1},
        {"slee", "sleep", 1},    {"sleeep", "sleep", 1}, {"slerp", "sleep", 1},
        {"lseep", "sleep", 1},   {"", "abc", 3},         {"ab", "ba", 1},
        {"abcd", "badc", 2},     {"ca", "abc", 3},       {"kitten", "sitting", 3},
        {"abcdef", "uvwxyz", 5}, {"a", "abcdefgh", 5},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *a = cases[i].a, *b = cases[i].b;
        unsigned forth = base_edit_distance(a, strlen(a), b, strlen(b), 4);
        unsigned back = base_edit_distance(b, strlen(b), a, strlen(a), 4);
        if (forth != cases[i].distance || back != cases[i].distance)
            fail_msg("%s, %s: %u and %u, expected %u", a, b, forth, back, cases[i].distance);
    }
}

static const char *near(const char *wanted) {
    static const char *const names[] = {"put",    "get",     "sleep", "sequence", "spawn", "await",
                                        "cancel", "acquire", "as",    "x",        "X1"};
    base_suggestion suggestion;
    base_suggestion_start(&suggestion, wanted, strlen(wanted));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        base_suggestion_offer(&suggestion, names[i]);
    return suggestion.best != NULL ? suggestion.best : "(none)";
}

static void test_fault__near_names_are_suggested(void **state) {
    (void)state;
    assert_string_equal(near("slepe"), "sleep");
    assert_string_equal(near("Sleep"), "sleep");
    assert_string_equal(near("SEQUENCE"), "sequence");
    assert_string_equal(near("sequnece"), "sequence");
    assert_string_equal(near("pu"), "put");
    assert_string_equal(near("canel"), "cancel");
    assert_string_equal(near("aquire"), "acquire");
    assert_string_equal(near("X"), "x");
    assert_string_equal(near("y"), "(none)");
    assert_string_equal(near("zz"), "(none)");
    assert_string_equal(near("wait_for"), "(none)");
    assert_string_equal(near(""), "(none)");
    assert_string_equal(near("a_name_that_is_longer_than_all_that_anybody_compares_with_others_"),
                        "(none)");
}

/* --- Memory ---------------------------------------------------------------------------------- */

static void test_fault__survives_each_allocation_that_fails(void **state) {
    static const doc_excerpt excerpt = {"a + b", 5, 4, 1};
    (void)state;
    size_t n = 1;
    for (; memory_fail(n); n++) {
        for (uint32_t i = 0; i < 20; i++)
            (void)doc_faults_add(&faults, i, &excerpt, i % 2 ? "odd" : "even");
        int error = doc_faults_status(&faults);
        assert_int_equal(error, memory_failed() ? CAD_ENOMEM : CAD_EINVAL);
        if (error == CAD_EINVAL) {
            error = doc_faults_format(&faults, "s.json", "[1, 2, 3, 4, 5, 6]", true, &buffer);
            assert_int_equal(error, memory_failed() ? CAD_ENOMEM : 0);
        }
        doc_faults_free(&faults);
        base_buffer_free(&buffer);
        assert_int_equal(memory_live(), 0);
    }
    assert_true(n > 40);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_fault__none_is_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_fault__are_printed_in_the_order_of_their_places, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_fault__noticed_twice_counts_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_fault__beyond_the_first_hundred_are_counted, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_fault__a_part_of_an_expression_is_marked, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_fault__the_mark_counts_characters, setup, teardown),
        cmocka_unit_test_setup_teardown(test_fault__the_mark_can_stand_after_the_end, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_fault__of_a_long_expression_the_part_around_the_mark_is_shown, setup, teardown),
        cmocka_unit_test_setup_teardown(test_fault__distance_counts_slips, setup, teardown),
        cmocka_unit_test_setup_teardown(test_fault__near_names_are_suggested, setup, teardown),
        cmocka_unit_test_setup_teardown(test_fault__survives_each_allocation_that_fails, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

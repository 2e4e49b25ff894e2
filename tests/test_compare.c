/* Two traces side by side, from C: what a result has, and that no allocation that fails is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "cadran.h"
#include "compare/compare.h"
#include "support/memory_test.h"
#include "trace/state.h"

#define FILE_A DATA "/compare-a.trace.json"
#define FILE_B DATA "/compare-b.trace.json"

static const struct cmp_source both[CMP_SIDES] = {{.path = FILE_A}, {.path = FILE_B}};
static const struct cmp_settings strict = {.level = CMP_LEVEL_BYTES};

static struct cmp_result *compare(const struct cmp_source sources[CMP_SIDES],
                                  const struct cmp_settings *settings) {
    struct cmp_result *result;
    char message[CMP_MESSAGE_SIZE];
    assert_int_equal(cmp_compare(sources, settings, &result, message), 0);
    return result;
}

/* --- Settings ------------------------------------------------------------------------------- */

static void test_compare__reads_tolerances(void **state) {
    struct cmp_tolerance tolerance;
    (void)state;
    assert_true(cmp_tolerance_read("5ms", &tolerance));
    assert_int_equal(tolerance.time_ns, 5 * CAD_SECOND / 1000);
    assert_true(cmp_tolerance_read("2.5%", &tolerance));
    assert_int_equal(tolerance.time_ns, 0);
    assert_true(tolerance.share == 0.025);
    static const char *const wrong[] = {"", "%", "-1%", "x", "5ms%", "nan%", "1e9%"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(cmp_tolerance_read(wrong[i], &tolerance));
}

/* --- Results -------------------------------------------------------------------------------- */

static void test_compare__of_equal_files_reads_what_is_asked_for(void **state) {
    const struct cmp_source same[CMP_SIDES] = {{.path = FILE_A}, {.path = FILE_A}};
    struct cmp_settings settings = strict;
    (void)state;
    struct cmp_result *result = compare(same, &settings);
    assert_true(cmp_same(result));
    assert_int_equal(cmp_level(result), CMP_LEVEL_BYTES);
    assert_int_equal(cmp_task_count(result), 0);
    cmp_free(result);
    settings.read_equal = true;
    result = compare(same, &settings);
    assert_int_equal(cmp_level(result), CMP_LEVEL_BYTES);
    assert_int_equal(cmp_difference_count(result), 0);
    assert_int_equal(cmp_task_count(result), 5);
    assert_int_equal(cmp_effect(result)->makespan_ns[CMP_B], 2 * CAD_SECOND);
    cmp_free(result);
}

static uint32_t find_task(const struct cmp_result *result, int side, const char *name) {
    for (uint32_t i = 0; i < cmp_task_count(result); i++) {
        const struct cmp_thing *task = cmp_task_at(result, i);
        if (task->number[side] != 0 && strcmp(cmp_text(result, task->name[side]), name) == 0)
            return i;
    }
    return CMP_NOBODY;
}

static void test_compare__knows_who_is_who(void **state) {
    (void)state;
    struct cmp_result *result = compare(both, &strict);
    uint32_t left = find_task(result, CMP_A, "left");
    assert_int_equal(left, find_task(result, CMP_B, "right"));
    assert_true(cmp_is_renamed(cmp_task_at(result, left)));
    uint32_t job = find_task(result, CMP_A, "job1");
    assert_int_equal(job, find_task(result, CMP_B, "job1"));
    for (int side = 0; side < CMP_SIDES; side++)
        assert_int_equal(
            cmp_find_task(result, side, (int64_t)cmp_task_at(result, job)->number[side]), job);
    assert_int_equal(cmp_task_at(result, find_task(result, CMP_A, "gone"))->number[CMP_B], 0);
    uint32_t child = find_task(result, CMP_B, "w-1");
    assert_int_equal(cmp_task_at(result, child)->creator, find_task(result, CMP_B, "came"));
    assert_int_equal(cmp_object_count(result), 2);
    cmp_free(result);
}

static void test_compare__each_difference_has_a_root_before_it(void **state) {
    (void)state;
    struct cmp_result *result = compare(both, &strict);
    size_t roots = 0, consequences = 0;
    assert_false(cmp_same(result));
    for (uint32_t i = 0; i < cmp_difference_count(result); i++) {
        const struct cmp_difference *difference = cmp_difference_at(result, i);
        assert_true(difference->root <= i);
        assert_true(cmp_is_root(result, difference->root));
        roots += difference->root == i;
        consequences += difference->consequences;
        assert_true(difference->event[CMP_A].ordinal != 0 || difference->event[CMP_B].ordinal != 0);
    }
    assert_int_equal(roots, cmp_root_count(result));
    assert_int_equal(roots + consequences, cmp_difference_count(result));
    cmp_free(result);
}

static void test_compare__the_state_is_that_before_the_event(void **state) {
    char message[CMP_MESSAGE_SIZE];
    (void)state;
    struct cmp_result *result = compare(both, &strict);
    for (uint32_t i = 0; i < cmp_difference_count(result); i++) {
        for (int side = 0; side < CMP_SIDES; side++) {
            struct trace_state *before;
            assert_int_equal(cmp_state_before(result, i, side, &before, message), 0);
            uint64_t ordinal = cmp_difference_at(result, i)->event[side].ordinal;
            if (ordinal != 0 && ordinal == cmp_difference_at(result, i)->before[side])
                assert_int_equal(trace_state_now(before)->ordinal, ordinal - 1);
            trace_state_free(before);
        }
    }
    cmp_free(result);
}

/* --- Text ----------------------------------------------------------------------------------- */

static void test_compare__text_keeps_to_its_page(void **state) {
    struct cmp_layout layout = {.width = 50, .lines = 12};
    base_buffer text = {0};
    char message[CMP_MESSAGE_SIZE];
    size_t lines = 0;
    (void)state;
    struct cmp_result *result = compare(both, &strict);
    assert_int_equal(cmp_print_text(result, &layout, &text, message), 0);
    for (const char *at = text.data; at < text.data + text.length; lines++) {
        const char *end = memchr(at, '\n', (size_t)(text.data + text.length - at));
        assert_non_null(end);
        assert_true(end - at <= 50);
        at = end + 1;
    }
    assert_int_equal(lines, 12);
    assert_non_null(strstr(text.data, "more lines"));
    base_buffer_free(&text);
    cmp_free(result);
}

/* --- Memory --------------------------------------------------------------------------------- */

static int work(void) {
    const struct cmp_layout layout = {.width = 80, .all = true};
    struct cmp_result *result;
    base_buffer text = {0};
    doc_writer writer = {.text = {0}};
    char message[CMP_MESSAGE_SIZE] = "";
    int error = cmp_compare(both, &strict, &result, message);
    if (error == 0)
        error = cmp_print_text(result, &layout, &text, message);
    if (error == 0)
        error = cmp_print_markdown(result, &text, message);
    if (error == 0)
        error = cmp_write_json(result, &writer, NULL, message);
    if (error == 0 && doc_write_failed(&writer))
        error = CAD_ENOMEM;
    else if (error != 0)
        assert_string_not_equal(message, "");
    base_buffer_free(&text);
    base_buffer_free(&writer.text);
    cmp_free(result);
    return error;
}

static void test_compare__survives_every_failed_allocation(void **state) {
    (void)state;
    memory_start(base_set_allocator);
    for (size_t n = 1; memory_fail(n); n++) {
        int error = work();
        assert_int_equal(error, memory_failed() ? CAD_ENOMEM : 0);
        assert_int_equal(memory_live(), 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compare__reads_tolerances),
        cmocka_unit_test(test_compare__of_equal_files_reads_what_is_asked_for),
        cmocka_unit_test(test_compare__knows_who_is_who),
        cmocka_unit_test(test_compare__each_difference_has_a_root_before_it),
        cmocka_unit_test(test_compare__the_state_is_that_before_the_event),
        cmocka_unit_test(test_compare__text_keeps_to_its_page),
        cmocka_unit_test(test_compare__survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

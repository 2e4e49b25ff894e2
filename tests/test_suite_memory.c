/* The tests of scenarios (sim/suite), where each of their allocations fails in turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limit.h"
#include "base/memory.h"
#include "cadran.h"
#include "run/process.h"
#include "steps/language.h"
#include "suite/accept.h"
#include "suite/answer.h"
#include "suite/judge.h"
#include "support/memory_test.h"

static char folder[] = "/tmp/cadran-suite-XXXXXX";

static const suite_found scenario = {.path = (char[]){"s.json"}, .shown = (char[]){"s.json"}};

static void write_scenario(int seconds) {
    FILE *file = fopen("s.json", "w");
    assert_non_null(file);
    fprintf(file,
            "{\"cadran\":1,\"objects\":{\"q\":{\"type\":\"queue\",\"maxsize\":1}},\"tasks\":["
            "{\"name\":\"a\",\"do\":[{\"sleep\":%d},{\"put\":\"q\"}]},"
            "{\"name\":\"b\",\"do\":[{\"get\":\"q\"},{\"print\":\"got\"}]}],"
            "\"expect\":{\"makespan\":1,\"table\":[\"| 0-1 |\"]}}",
            seconds);
    assert_int_equal(fclose(file), 0);
}

static int judge(suite_stage *stage, unsigned repeat, suite_result *result) {
    const suite_rules rules = {
        .language = &step_language, .writes = true, .repeat = repeat, .width = 100};
    *result = (suite_result){0};
    return suite_judge(stage, &rules, &scenario, result);
}

/* A golden, and then another version of the scenario. */
static int set_up(void **state) {
    static suite_stage stage; /* which lives as long as the process */
    suite_result result;
    (void)state;
    memory_start(base_set_allocator);
    run_process_start(BASE_UNLIMITED);
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    write_scenario(1);
    assert_int_equal(judge(&stage, 1, &result), 0);
    assert_int_equal(result.reasons, UINT32_C(1) << SUITE_MISSING | UINT32_C(1) << SUITE_UNMET);
    assert_int_equal(suite_accept("s.json"), 0);
    suite_result_free(&result);
    write_scenario(2);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    return system("rm -r \"$PWD\"") == 0 ? 0 : -1;
}

static void test_suite_memory__a_scenario_is_judged(void **state) {
    static suite_stage stage; /* which lives as long as the process */
    suite_result result;
    (void)state;
    assert_int_equal(judge(&stage, 2, &result), 0);
    assert_int_equal(result.reasons, UINT32_C(1) << SUITE_DIFFERS | UINT32_C(1) << SUITE_UNMET);
    suite_result_free(&result);
    size_t live = memory_live();
    for (size_t n = 1; memory_fail(n); n++) {
        int error = judge(&stage, 2, &result);
        assert_true(error == 0 || (error == CAD_ENOMEM && memory_failed()));
        suite_result_free(&result);
        assert_int_equal(memory_live(), live);
    }
}

static void test_suite_memory__a_result_goes_its_way(void **state) {
    (void)state;
    size_t live = memory_live();
    for (size_t n = 1; memory_fail(n); n++) {
        suite_result result = {0}, other = {0};
        base_buffer bytes = {0};
        int error = suite_fail(&result, SUITE_UNMET, "%s", "a sentence \x01");
        enum suite_worker state_of = suite_give(&result, error, &bytes);
        const suite_answer answer = {
            .end = SUITE_ANSWERED, .text = bytes.data, .length = bytes.length};
        error = suite_take(&answer, CAD_SECOND, &other);
        assert_true(error == 0 || error == CAD_ENOMEM);
        if (!memory_failed()) {
            assert_int_equal(state_of, SUITE_WORKER_GOES_ON);
            assert_string_equal(suite_text(&other.sentence), "a sentence \\u0001");
        }
        suite_result_free(&other);
        base_buffer_free(&bytes);
        assert_int_equal(memory_live(), live);
    }
}

static void test_suite_memory__scenarios_are_found(void **state) {
    static const char *const names[] = {".", "s.trace.json"};
    (void)state;
    size_t live = memory_live();
    for (size_t n = 1; memory_fail(n); n++) {
        suite_list list = {0};
        char *culprit;
        int error = suite_find(names, 2, &list, &culprit);
        assert_int_equal(error, memory_failed() ? CAD_ENOMEM : 0);
        assert_true(error != 0 || list.count == 1);
        suite_list_free(&list);
        base_free(culprit);
        assert_int_equal(memory_live(), live);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_suite_memory__a_scenario_is_judged),
        cmocka_unit_test(test_suite_memory__a_result_goes_its_way),
        cmocka_unit_test(test_suite_memory__scenarios_are_found),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

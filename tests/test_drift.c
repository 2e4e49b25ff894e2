/* How far reality is from a model: what the machine adds to a time, and what judges. The rest is
 * for cli/test_compare.py, whose traces are those of real programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "cadran.h"
#include "drift/drift.h"
#include "support/memory_test.h"

#define MS CAD_MILLISECOND

static int setup(void **state) {
    (void)state;
    memory_start(base_set_allocator);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    assert_int_equal(memory_live(), 0);
    return 0;
}

/* --- Lateness -------------------------------------------------------------------------------- */

/* A look: when it was due, when it was, the processor time by then; and how much of its lateness is
 * the loop's own. */
struct look {
    int64_t due_ms, now_ms, processor_ms, own_ms;
};

static void check_looks(const struct look *looks, size_t count) {
    struct drift_lateness lateness;
    drift_lateness_init(&lateness);
    for (size_t i = 0; i < count; i++) {
        drift_lateness_add(&lateness, looks[i].due_ms * MS, looks[i].now_ms * MS,
                           looks[i].processor_ms * MS);
        assert_int_equal(lateness.looks[i].own_ns, looks[i].own_ms * MS);
    }
    drift_lateness_free(&lateness);
}

#define CHECK_LOOKS(...)                                                                           \
    do {                                                                                           \
        static const struct look looks[] = {__VA_ARGS__};                                          \
        check_looks(looks, sizeof looks / sizeof *looks);                                          \
    } while (0)

static void test_drift__who_rests_is_late_by_the_machine(void **state) {
    (void)state;
    CHECK_LOOKS({0, 3, 1, 0}, {100, 120, 2, 0}, {200, 200, 3, 0});
}

static void test_drift__work_makes_late_what_comes_before_it_is_done(void **state) {
    (void)state;
    CHECK_LOOKS({0, 0, 0, 0}, {10, 40, 40, 30}, {20, 40, 40, 20}, {60, 60, 41, 0});
}

/* Of work for 15 ms that took 40 the machine had the rest. */
static void test_drift__work_that_was_interrupted(void **state) {
    (void)state;
    CHECK_LOOKS({0, 0, 0, 0}, {10, 40, 15, 5}, {12, 41, 16, 4});
}

static void test_drift__nobody_is_later_by_his_own_work_than_he_is(void **state) {
    (void)state;
    CHECK_LOOKS({0, 0, 0, 0}, {10, 12, 50, 2});
}

static void test_drift__what_the_machine_added_is_taken_off(void **state) {
    (void)state;
    struct drift_lateness lateness;
    drift_lateness_init(&lateness);
    assert_int_equal(drift_unhindered(&lateness, 5 * MS), 5 * MS);
    drift_lateness_add(&lateness, 10 * MS, 30 * MS, 0);      /* 20 late, of which none its own */
    drift_lateness_add(&lateness, 10 * MS, 50 * MS, 8 * MS); /* 8 of the 20 since then were */
    assert_int_equal(drift_unhindered(&lateness, 29 * MS), 29 * MS);
    assert_int_equal(drift_unhindered(&lateness, 30 * MS), 10 * MS);
    assert_int_equal(drift_unhindered(&lateness, 33 * MS), 13 * MS);
    assert_int_equal(drift_unhindered(&lateness, 45 * MS), 18 * MS); /* no more than it had */
    assert_int_equal(drift_unhindered(&lateness, 50 * MS), 18 * MS);
    assert_int_equal(drift_unhindered(&lateness, 52 * MS), 20 * MS);
    drift_lateness_free(&lateness);
}

/* --- Verdicts -------------------------------------------------------------------------------- */

/* A task whose span takes so many milliseconds after so many of sleep. */
#define TRACE(sleep, end)                                                                          \
    "[{\"ph\":\"M\",\"pid\":1,\"name\":\"cadran\",\"args\":{\"trace\":2,\"scenario\":\"s\","       \
    "\"clock\":\"virtual\",\"seed\":0}},\n"                                                        \
    "{\"ph\":\"M\",\"pid\":1,\"tid\":1,\"name\":\"thread_name\",\"args\":{\"name\":\"loop\"}},\n"  \
    "{\"ph\":\"B\",\"ts\":0.000,\"pid\":1,\"tid\":1,\"cat\":\"loop\",\"name\":\"s\"},\n"           \
    "{\"ph\":\"M\",\"pid\":1,\"tid\":2,\"name\":\"thread_name\",\"args\":{\"name\":\"job\"}},\n"   \
    "{\"ph\":\"B\",\"ts\":0.000,\"pid\":1,\"tid\":2,\"cat\":\"task\",\"name\":\"job\"},\n"         \
    "{\"ph\":\"B\",\"ts\":" #sleep                                                                 \
    "000.000,\"pid\":1,\"tid\":2,\"cat\":\"span\",\"name\":\"work\"},\n"                           \
    "{\"ph\":\"E\",\"ts\":" #end                                                                   \
    "000.000,\"pid\":1,\"tid\":2,\"cat\":\"span\",\"name\":\"work\",\"args\":{}},\n"               \
    "{\"ph\":\"E\",\"ts\":" #end "000.000,\"pid\":1,\"tid\":2,\"cat\":\"task\",\"name\":\"job\","  \
    "\"args\":{\"outcome\":\"returned\"}},\n"                                                      \
    "{\"ph\":\"E\",\"ts\":" #end "000.000,\"pid\":1,\"tid\":1,\"cat\":\"loop\",\"name\":\"s\","    \
    "\"args\":{\"outcome\":\"complete\"}}\n]\n"

/* What is said of a real run, whose loop was as late as the looks say. */
static struct drift_result judged(const char *model, const char *real, const struct look *looks,
                                  size_t count) {
    const struct drift_settings settings = {.tolerance = {.time_ns = DRIFT_TOLERANCE_NS}};
    const struct cmp_source sources[CMP_SIDES] = {{.data = model, .size = strlen(model)},
                                                  {.data = real, .size = strlen(real)}};
    char message[CMP_MESSAGE_SIZE];
    struct drift_lateness lateness;
    struct drift *drift;
    drift_lateness_init(&lateness);
    for (size_t i = 0; i < count; i++)
        drift_lateness_add(&lateness, looks[i].due_ms * MS, looks[i].now_ms * MS,
                           looks[i].processor_ms * MS);
    assert_int_equal(drift_new(&settings, &drift), 0);
    assert_int_equal(drift_add(drift, sources, count > 0 ? &lateness : NULL, message), 0);
    const struct drift_result *result = drift_conclude(drift);
    assert_non_null(result);
    struct drift_result copy = *result;
    drift_free(drift);
    drift_lateness_free(&lateness);
    return copy;
}

static void test_drift__what_is_off_differs(void **state) {
    (void)state;
    struct drift_result result = judged(TRACE(100, 200), TRACE(100, 240), NULL, 0);
    assert_int_equal(result.verdict, DRIFT_DIFFERS);
    assert_false(result.late.known);
    assert_int_equal(judged(TRACE(100, 200), TRACE(140, 240), NULL, 0).verdict, DRIFT_HOLDS);
}

/* The same run, whose loop was 40 ms late by then. */
static void test_drift__what_the_machine_added_is_not_the_models(void **state) {
    static const struct look late[] = {{0, 0, 0, 0}, {100, 100, 0, 0}, {200, 240, 0, 0}};
    (void)state;
    struct drift_result result = judged(TRACE(100, 200), TRACE(100, 240), late, 3);
    assert_int_equal(result.verdict, DRIFT_HOLDS);
    assert_true(result.late.known);
    assert_int_equal(result.late.machine.worst_ns, 40 * MS);
    assert_int_equal(result.late.own.worst_ns, 0);
    assert_int_equal(result.makespan.most_ns, 240 * MS);
}

/* It was late by its own work, which the model knows nothing of. */
static void test_drift__own_work_is_the_models(void **state) {
    static const struct look late[] = {{0, 0, 0, 0}, {100, 100, 0, 0}, {200, 240, 140, 0}};
    (void)state;
    assert_int_equal(judged(TRACE(100, 200), TRACE(100, 240), late, 3).verdict, DRIFT_DIFFERS);
}

static void test_drift__a_busy_machine_is_no_judge(void **state) {
    static const struct look late[] = {{0, 50, 0, 0}, {100, 150, 0, 0}, {200, 300, 140, 0}};
    (void)state;
    assert_int_equal(judged(TRACE(100, 200), TRACE(150, 300), late, 3).verdict, DRIFT_BUSY);
}

/* --- Memory ---------------------------------------------------------------------------------- */

/* All that a run goes through. 0 or CAD_ENOMEM. */
static int drift_printed(void) {
    static const struct look late[] = {{0, 0, 0, 0}, {100, 100, 0, 0}, {200, 240, 140, 0}};
    const struct drift_settings settings = {.tolerance = {.time_ns = DRIFT_TOLERANCE_NS}};
    static const char model[] = TRACE(100, 200), real[] = TRACE(100, 240);
    const struct cmp_source sources[CMP_SIDES] = {{.data = model, .size = strlen(model)},
                                                  {.data = real, .size = strlen(real)}};
    char message[CMP_MESSAGE_SIZE];
    struct drift_lateness lateness;
    struct drift *drift;
    base_buffer text = {0};
    doc_writer writer = {0};
    drift_lateness_init(&lateness);
    for (size_t i = 0; i < sizeof late / sizeof *late; i++)
        drift_lateness_add(&lateness, late[i].due_ms * MS, late[i].now_ms * MS,
                           late[i].processor_ms * MS);
    int error = drift_new(&settings, &drift);
    if (error == 0)
        error = drift_add(drift, sources, &lateness, message);
    const struct drift_result *result = error == 0 ? drift_conclude(drift) : NULL;
    if (error == 0 && result == NULL)
        error = CAD_ENOMEM;
    if (error == 0)
        error = drift_print_text(result, &text);
    if (error == 0)
        error = drift_print_suggestions(result, &text);
    if (error == 0)
        drift_print_json(result, &writer);
    if (error == 0 && doc_write_failed(&writer))
        error = CAD_ENOMEM;
    base_buffer_free(&text);
    base_buffer_free(&writer.text);
    drift_free(drift);
    drift_lateness_free(&lateness);
    return error;
}

static void test_drift__memory_that_runs_out(void **state) {
    (void)state;
    for (size_t n = 1; memory_fail(n); n++) {
        int error = drift_printed();
        assert_int_equal(error, memory_failed() ? CAD_ENOMEM : 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_drift__who_rests_is_late_by_the_machine, teardown),
        cmocka_unit_test_teardown(test_drift__work_makes_late_what_comes_before_it_is_done,
                                  teardown),
        cmocka_unit_test_teardown(test_drift__work_that_was_interrupted, teardown),
        cmocka_unit_test_teardown(test_drift__nobody_is_later_by_his_own_work_than_he_is, teardown),
        cmocka_unit_test_teardown(test_drift__what_the_machine_added_is_taken_off, teardown),
        cmocka_unit_test_teardown(test_drift__what_is_off_differs, teardown),
        cmocka_unit_test_teardown(test_drift__what_the_machine_added_is_not_the_models, teardown),
        cmocka_unit_test_teardown(test_drift__own_work_is_the_models, teardown),
        cmocka_unit_test_teardown(test_drift__a_busy_machine_is_no_judge, teardown),
        cmocka_unit_test_teardown(test_drift__memory_that_runs_out, teardown),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}

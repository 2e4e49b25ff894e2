/* Why a run went as it did: each allocation that fails is survived, and traces that no run writes.
 */
#include "base/memory.h"
#include "cadran.h"
#include "support/files_test.h"
#include "support/memory_test.h"
#include "trace/reader.h"
#include "why/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int answer(struct why_run *run, enum why_topic topic, uint32_t index, int64_t time_ns) {
    const struct why_question question = {.topic = topic, .index = index, .time_ns = time_ns};
    base_buffer text = {0};
    doc_writer writer = {.text = {0}};
    int error = why_print(run, &question, &text);
    if (error == 0)
        error = why_write_json(run, &question, &writer);
    if (error == 0)
        error = writer.error;
    base_buffer_free(&text);
    base_buffer_free(&writer.text);
    return error;
}

/* Everything that can be asked of a run; 0 or CAD_ENOMEM. */
static int ask_all(struct why_run *run) {
    int error = answer(run, WHY_ABOUT_RUN, WHY_NONE, WHY_NO_TIME);
    if (error == 0)
        error = answer(run, WHY_ABOUT_PATH, WHY_NONE, WHY_NO_TIME);
    for (uint32_t i = 0; i < run->task_count && error == 0; i++) {
        error = answer(run, WHY_ABOUT_TASK, i, WHY_NO_TIME);
        for (int64_t part = 0; part <= 4 && error == 0; part++)
            error = answer(run, WHY_ABOUT_TASK, i, run->end_ns / 4 * part);
    }
    for (uint32_t i = 0; i < run->object_count && error == 0; i++)
        error = answer(run, WHY_ABOUT_OBJECT, i, run->end_ns / 2);
    return error;
}

static int explain(const char *trace, size_t size) {
    struct why_collector *collector = why_collector_new();
    char message[TRACE_MESSAGE_SIZE];
    bool complete;
    if (collector == NULL)
        return CAD_ENOMEM;
    int error = trace_read_events_memory("test", trace, size, why_collector_consumer(collector),
                                         &complete, message);
    if (error == 0)
        error = ask_all(why_collector_run(collector));
    why_collector_free(collector);
    return error;
}

static const char *const names[] = {"window",       "dining-philosophers", "thundering-herd",
                                    "blocked-loop", "window-lock",         "lost-notify"};

static char *read_scenario(size_t index, size_t *size) {
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s.trace.json", SCENARIOS, names[index]);
    return files_read(path, size);
}

/* What another program wrote keeps no rules, so that a way back through it may come to no end. */
static void test_no_other_programs_trace(void **state) {
    static const char foreign[] =
        "[{\"ph\":\"B\",\"ts\":0,\"pid\":1,\"tid\":2,\"cat\":\"task\",\"name\":\"a\"},"
        "{\"ph\":\"X\",\"ts\":0,\"dur\":1e308,\"pid\":1,\"tid\":2,\"cat\":\"wait\",\"name\":\"w\"}"
        "]";
    (void)state;
    assert_int_equal(explain(foreign, sizeof foreign - 1), CAD_EINVAL);
}

static void test_all_questions(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t size;
        char *trace = read_scenario(i, &size);
        assert_int_equal(explain(trace, size), 0);
        free(trace);
    }
}

/* A trace may end after any of its lines. */
static void test_cut_anywhere(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t size;
        char *trace = read_scenario(i, &size);
        size_t step = i < 2 ? 1 : 7, line = 0;
        for (const char *at = trace; (at = strchr(at, '\n')) != NULL; at++)
            if (line++ % step == 0)
                assert_int_equal(explain(trace, (size_t)(at - trace) + 1), 0);
        free(trace);
    }
}

/* The questions of a run take many allocations: of those that read each fails, and of the answers
 * every seventh. */
static void test_no_memory(void **state) {
    (void)state;
    size_t size;
    char *trace = read_scenario(1, &size);
    memory_start(base_set_allocator);
    for (size_t n = 1; memory_fail(n); n += n < 200 ? 1 : 7) {
        int error = explain(trace, size);
        assert_int_equal(error, memory_failed() ? CAD_ENOMEM : 0);
    }
    assert_int_equal(memory_live(), 0);
    free(trace);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_other_programs_trace), cmocka_unit_test(test_all_questions),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_no_memory), /* the last: it takes over the allocator */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

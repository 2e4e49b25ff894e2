/* Statistics: each allocation that fails is survived; what no trace of the tree has. */
#include "base/memory.h"
#include "cadran.h"
#include "statistics/statistics.h"
#include "support/memory_test.h"
#include "trace/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WORDS(text) WORDS_(text)
#define WORDS_(text) #text
#define HEAD                                                                                       \
    "[{\"ph\":\"M\",\"pid\":1,\"name\":\"cadran\",\"args\":{\"trace\":2,\"scenario\":\"s\","       \
    "\"clock\":\"virtual\",\"seed\":0}},\n"                                                        \
    "{\"ph\":\"B\",\"ts\":0.000,\"pid\":1,\"tid\":1,\"cat\":\"loop\",\"name\":\"s\"},\n"
#define TASK(time, tid, name)                                                                      \
    "{\"ph\":\"M\",\"pid\":1,\"tid\":" #tid ",\"name\":\"thread_name\",\"args\":{\"name\":\"" name \
    "\"}},\n"                                                                                      \
    "{\"ph\":\"B\",\"ts\":" #time ",\"pid\":1,\"tid\":" #tid ",\"cat\":\"task\",\"name\":\"" name  \
    "\"},\n"
#define EVENT(ph, time, tid, cat, name, args)                                                      \
    "{\"ph\":\"" ph "\",\"ts\":" WORDS(time) ",\"pid\":1,\"tid\":" #tid ",\"cat\":\"" cat          \
                                             "\",\"name\":\"" name "\",\"args\":" args "},\n"
#define COUNTER(time, id, name, args)                                                              \
    "{\"ph\":\"C\",\"ts\":" #time ",\"pid\":1,\"tid\":1,\"cat\":\"object\",\"name\":\"" name       \
    "\",\"id\":" #id ",\"args\":" args "},\n"
#define TAIL(time)                                                                                 \
    "{\"ph\":\"E\",\"ts\":" WORDS(time) ",\"pid\":1,\"tid\":1,\"cat\":\"loop\",\"name\":\"s\","    \
                                        "\"args\":{\"outcome\":\"complete\"}}\n]\n"

/* A lock that two share, each inside a span. */
static const char shared[] = HEAD EVENT("i", 0.000, 1, "object", "l",
                                        "{\"object\":1,\"type\":\"lock\"}")
    COUNTER(0.000, 1, "l", "{\"locked\":0,\"owner\":0,\"waiters\":0}") TASK(0.000, 2, "a")
        TASK(0.000, 3, "b") COUNTER(0.000, 1, "l", "{\"locked\":1,\"owner\":2,\"waiters\":1}")
            EVENT("B", 0.000, 2, "span", "work", "{}") EVENT("B", 0.000, 3, "span", "work", "{}")
                EVENT("B", 0.000, 3, "wait", "acquire l", "{\"object\":1,\"type\":\"lock\"}")
                    EVENT("E", 1.001, 2, "span", "work", "{}") EVENT("E", 1.001, 2, "task", "a",
                                                                     "{\"outcome\":\"returned\"}")
                        EVENT("E", 1.001, 3, "wait", "acquire l", "{}")
                            COUNTER(1.001, 1, "l", "{\"locked\":0,\"owner\":0,\"waiters\":0}")
                                COUNTER(1.001, 1, "l", "{\"locked\":1,\"owner\":3,\"waiters\":0}")
                                    EVENT("E", 3.002, 3, "span", "work", "{}")
                                        EVENT("E", 3.002, 3, "task", "b",
                                              "{\"outcome\":\"failed\",\"error\":\"KeyError\"}")
                                            TAIL(3.002);

static int collect(const char *trace, struct stat_collector **collector) {
    char message[TRACE_MESSAGE_SIZE];
    bool complete;
    *collector = stat_collector_new();
    if (*collector == NULL)
        return CAD_ENOMEM;
    return trace_read_events_memory("test", trace, strlen(trace),
                                    stat_collector_consumer(*collector), &complete, message);
}

static int write_all(const struct stat_run *run) {
    char *text = NULL;
    size_t size;
    doc_writer writer = {0};
    FILE *file = open_memstream(&text, &size);
    assert_non_null(file);
    int error = stat_write_text(run, file);
    assert_int_equal(fclose(file), 0);
    free(text);
    stat_write_json(run, &writer, NULL);
    base_buffer_free(&writer.text);
    return error != 0 ? error : writer.error;
}

static void test_a_shared_lock(void **state) {
    (void)state;
    struct stat_collector *collector;
    assert_int_equal(collect(shared, &collector), 0);
    const struct stat_run *run = stat_collector_run(collector);
    assert_int_equal(run->end_ns, 3002);
    assert_int_equal(run->parts_ns[STAT_WORKING], 1001 + 2001);
    assert_int_equal(run->parts_ns[STAT_WAITING], 1001);
    assert_int_equal(run->life_ns, 1001 + 3002);
    assert_int_equal(run->at_work_peak, 1);
    const struct stat_object *lock = &run->objects[0];
    assert_int_equal(lock->full_ns, 3002);
    assert_int_equal(lock->served, 2);
    assert_int_equal(lock->contended_ns, 1001);
    assert_string_equal(stat_text(run, run->tasks[lock->longest.task].name), "b");
    assert_string_equal(stat_text(run, run->tasks[1].error), "KeyError");
    stat_collector_free(collector);
}

/* Lives that are longer together than 64 bits hold; numbers at the ends of what there is. */
#define LATE 2305843009213000.000
#define LATE_NS INT64_C(2305843009213000000)
#define RETURNED(tid, name) EVENT("E", LATE, tid, "task", name, "{\"outcome\":\"returned\"}")

static void test_large_numbers(void **state) {
    (void)state;
    static const char trace[] = HEAD TASK(0.000, 2, "a") TASK(0.000, 3, "b") TASK(0.000, 4, "c")
        TASK(0.000, 5, "d") TASK(0.000, 6, "e")
            EVENT("i", 0.000, 1, "object", "q",
                  "{\"object\":1,\"type\":\"queue\",\"maxsize\":-9223372036854775808,"
                  "\"order\":0}")
                COUNTER(0.000, 1, "q", "{\"size\":9223372036854775807,\"getters\":0}")
                    COUNTER(1.000, 1, "q", "{\"size\":-9223372036854775808,\"getters\":0}")
                        RETURNED(2, "a") RETURNED(3, "b") RETURNED(4, "c") RETURNED(5, "d")
                            RETURNED(6, "e") TAIL(LATE);
    struct stat_collector *collector;
    assert_int_equal(collect(trace, &collector), 0);
    const struct stat_run *run = stat_collector_run(collector);
    assert_int_equal(run->life_ns, INT64_MAX);
    assert_int_equal(run->tasks[1].parts_ns[STAT_READY], LATE_NS);
    assert_true(run->objects[0].served == UINT64_MAX);
    assert_int_equal(write_all(run), 0);
    stat_collector_free(collector);
}

static void test_no_memory(void **state) {
    (void)state;
    memory_start(base_set_allocator);
    for (size_t n = 1; memory_fail(n); n++) {
        struct stat_collector *collector;
        int error = collect(shared, &collector);
        if (error == 0)
            error = write_all(stat_collector_run(collector));
        assert_int_equal(error, memory_failed() ? CAD_ENOMEM : 0);
        stat_collector_free(collector);
    }
    assert_int_equal(memory_live(), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_shared_lock), cmocka_unit_test(test_large_numbers),
        cmocka_unit_test(test_no_memory), /* the last: it takes over the allocator */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

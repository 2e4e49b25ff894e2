/* Pages: each allocation that fails is survived. What is in them tests/page/ looks at. */
#include "base/memory.h"
#include "cadran.h"
#include "page/page.h"
#include "support/memory_test.h"
#include "trace/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A span with a wait in it, a wake, a mark, and an object. */
static const char trace_text_of_two[] =
    "[{\"ph\":\"M\",\"pid\":1,\"name\":\"cadran\",\"args\":{\"trace\":2,\"scenario\":\"s\","
    "\"clock\":\"virtual\",\"seed\":0}},\n"
    "{\"ph\":\"B\",\"ts\":0,\"pid\":1,\"tid\":1,\"cat\":\"loop\",\"name\":\"s\"},\n"
    "{\"ph\":\"i\",\"ts\":0,\"pid\":1,\"tid\":1,\"cat\":\"object\",\"name\":\"l\","
    "\"args\":{\"object\":1,\"type\":\"lock\"}},\n"
    "{\"ph\":\"C\",\"ts\":0,\"pid\":1,\"tid\":1,\"cat\":\"object\",\"name\":\"l\",\"id\":1,"
    "\"args\":{\"locked\":1,\"owner\":2,\"waiters\":1}},\n"
    "{\"ph\":\"M\",\"pid\":1,\"tid\":2,\"name\":\"thread_name\",\"args\":{\"name\":\"a\"}},\n"
    "{\"ph\":\"B\",\"ts\":0,\"pid\":1,\"tid\":2,\"cat\":\"task\",\"name\":\"a\"},\n"
    "{\"ph\":\"M\",\"pid\":1,\"tid\":3,\"name\":\"thread_name\",\"args\":{\"name\":\"b\"}},\n"
    "{\"ph\":\"B\",\"ts\":0,\"pid\":1,\"tid\":3,\"cat\":\"task\",\"name\":\"b\"},\n"
    "{\"ph\":\"B\",\"ts\":0,\"pid\":1,\"tid\":3,\"cat\":\"span\",\"name\":\"work\"},\n"
    "{\"ph\":\"B\",\"ts\":0,\"pid\":1,\"tid\":3,\"cat\":\"wait\",\"name\":\"acquire l\","
    "\"args\":{\"object\":1,\"type\":\"lock\",\"owner\":\"a\",\"owner_tid\":2}},\n"
    "{\"ph\":\"i\",\"ts\":1,\"pid\":1,\"tid\":2,\"cat\":\"print\",\"name\":\"line\"},\n"
    "{\"ph\":\"s\",\"ts\":1,\"pid\":1,\"tid\":2,\"cat\":\"wake\",\"name\":\"wake\",\"id\":1},\n"
    "{\"ph\":\"f\",\"ts\":1,\"pid\":1,\"tid\":3,\"cat\":\"wake\",\"name\":\"wake\",\"id\":1,\"bp\":"
    "\"e\"},\n"
    "{\"ph\":\"E\",\"ts\":1,\"pid\":1,\"tid\":3,\"cat\":\"wait\",\"name\":\"acquire l\"},\n"
    "{\"ph\":\"E\",\"ts\":1,\"pid\":1,\"tid\":2,\"cat\":\"task\",\"name\":\"a\","
    "\"args\":{\"outcome\":\"failed\",\"error\":\"E\\u202e\"}},\n"
    "{\"ph\":\"E\",\"ts\":2,\"pid\":1,\"tid\":3,\"cat\":\"span\",\"name\":\"work\",\"args\":{}},\n"
    "{\"ph\":\"E\",\"ts\":2,\"pid\":1,\"tid\":3,\"cat\":\"task\",\"name\":\"b\","
    "\"args\":{\"outcome\":\"returned\"}},\n"
    "{\"ph\":\"E\",\"ts\":2,\"pid\":1,\"tid\":1,\"cat\":\"loop\",\"name\":\"s\","
    "\"args\":{\"outcome\":\"complete\"}}\n]\n";

static int write_page(const struct page_run *run) {
    char *text = NULL;
    size_t size;
    struct page *page = page_new("two", 1);
    if (page == NULL)
        return CAD_ENOMEM;
    FILE *file = open_memstream(&text, &size);
    assert_non_null(file);
    int error = page_add_run(page, "two", "text", run, NULL);
    if (error == 0)
        error = page_write(page, file);
    assert_int_equal(fclose(file), 0);
    if (error == 0)
        assert_non_null(strstr(text, "\"work\""));
    free(text);
    page_free(page);
    return error;
}

static void test_no_memory(void **state) {
    (void)state;
    char message[TRACE_MESSAGE_SIZE];
    bool complete;
    size_t size = strlen(trace_text_of_two);
    memory_start(base_set_allocator);
    struct page_run run = {.name = "trace"};
    struct trace_model *trace;
    struct stat_collector *collector = stat_collector_new();
    assert_int_equal(trace_read_memory("t", trace_text_of_two, size, &trace, message), 0);
    assert_int_equal(trace_read_events_memory("t", trace_text_of_two, size,
                                              stat_collector_consumer(collector), &complete,
                                              message),
                     0);
    run.trace = trace;
    run.statistics = stat_collector_run(collector);
    for (size_t n = 1; memory_fail(n); n++) {
        int error = write_page(&run);
        assert_int_equal(error, memory_failed() ? CAD_ENOMEM : 0);
    }
    trace_model_free(trace);
    stat_collector_free(collector);
    assert_int_equal(memory_live(), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

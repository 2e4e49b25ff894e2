/* What a stream tells of runs of the engine, as it is written to a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digits.h"
#include "base/memory.h"
#include "cadran.h"
#include "loop.h"
#include "support/files_test.h"
#include "support/memory_test.h"
#include "trace/reader.h"
#include "trace/stream.h"

enum { JOBS = 8, WIDTH = 4 };

static char directory[64];
static char path[96];

static const struct trace_header header = {
    .scenario = "window", .clock = "virtual", .until_ns = CAD_NEVER};

/* --- A run to be traced ------------------------------------------------------------------- */

struct run {
    cad_loop *loop;
    int64_t second_ns; /* how long a second takes */
    cad_queue *window;
    struct trace_stream *stream;
    int next; /* number of the next job to start */
};

static struct run run;

static void say(const char *format, int number) {
    char line[64];
    snprintf(line, sizeof line, format, number);
    trace_stream_print(run.stream, cad_loop_time(run.loop), cad_current_task(), line);
}

static int job(void *arg) {
    (void)arg;
    int number = run.next++;
    char text[64];
    snprintf(text, sizeof text, "job%d - duration %d", number, number % 3 + 1);
    int error = cad_queue_put(run.window, NULL);
    if (error != 0)
        return error;
    trace_stream_span_begin(run.stream, cad_loop_time(run.loop), cad_current_task(), text);
    say(">>> job%d", number);
    error = cad_sleep((number % 3 + 1) * run.second_ns);
    if (error != 0)
        return error;
    say("<<< job%d", number);
    trace_stream_span_end(run.stream, cad_loop_time(run.loop), cad_current_task());
    return cad_queue_get(run.window, NULL);
}

static void stop_it(void *arg) {
    cad_loop_stop(arg);
}

/* The window, traced to `to`, and stopped at stop_ns unless that is 0. Returns what closing the
 * trace returned. */
static int trace_run(cad_driver *driver, int64_t second_ns, const char *to, int64_t stop_ns,
                     const char *outcome, char *failure) {
    run = (struct run){.second_ns = second_ns};
    assert_int_equal(cad_loop_new(driver, &run.loop), 0);
    int error = trace_stream_open(to, &header, &run.stream);
    if (error != 0) {
        cad_loop_free(run.loop);
        return error;
    }
    trace_stream_attach(run.stream, run.loop);
    run.window = cad_queue_new(run.loop, WIDTH);
    assert_int_equal(cad_set_name(run.window, "window"), 0);
    for (int i = 0; i < JOBS; i++) {
        char name[16];
        snprintf(name, sizeof name, "job%d", i);
        cad_task_options options = {.name = name};
        assert_int_equal(cad_task_create(run.loop, job, NULL, &options, NULL), 0);
    }
    if (stop_ns != 0)
        assert_int_equal(cad_call_at(run.loop, stop_ns, stop_it, run.loop, NULL), 0);
    assert_int_equal(cad_loop_run(run.loop), stop_ns != 0 ? CAD_ESTOPPED : 0);
    error = trace_stream_close(run.stream, cad_loop_time(run.loop), outcome);
    if (failure != NULL) {
        const char *text = trace_stream_failure(run.stream);
        snprintf(failure, 256, "%s", text == NULL ? "" : text);
    }
    cad_loop_free(run.loop);
    trace_stream_free(run.stream);
    return error;
}

static int trace_window(const char *to, int64_t stop_ns, const char *outcome, char *failure) {
    return trace_run(cad_virtual_driver(), CAD_SECOND, to, stop_ns, outcome, failure);
}

/* A loop with tasks that never run, to call its sink with. */
struct bench {
    cad_loop *loop;
    cad_task *tasks[3];
    struct trace_stream *stream;
    const cad_trace_sink *sink;
};

static int nothing(void *arg) {
    (void)arg;
    return 0;
}

static void set_up_bench(struct bench *bench, const struct trace_header *head,
                         const char *const names[3]) {
    assert_int_equal(cad_loop_new(cad_virtual_driver(), &bench->loop), 0);
    assert_int_equal(trace_stream_open(path, head, &bench->stream), 0);
    trace_stream_attach(bench->stream, bench->loop);
    bench->sink = bench->loop->trace->sink;
    for (int i = 0; i < 3; i++) {
        cad_task_options options = {.name = names[i]};
        assert_int_equal(cad_task_create(bench->loop, nothing, NULL, &options, &bench->tasks[i]),
                         0);
    }
}

static int tear_down_bench(struct bench *bench, int64_t now_ns, const char *outcome) {
    int error = trace_stream_close(bench->stream, now_ns, outcome);
    trace_stream_free(bench->stream);
    for (int i = 0; i < 3; i++)
        cad_future_unref(bench->tasks[i]);
    cad_loop_free(bench->loop);
    return error;
}

static struct trace_model *read_trace(const char *from) {
    struct trace_model *trace;
    char message[TRACE_MESSAGE_SIZE];
    int error = trace_read(from, &trace, message);
    if (error != 0)
        print_error("%s\n", message);
    assert_int_equal(error, 0);
    return trace;
}

static void assert_line(const char *text, const char *line) {
    const char *found = strstr(text, line);
    if (found == NULL)
        print_error("no line %s in\n%s", line, text);
    assert_non_null(found);
    assert_true(found == text || found[-1] == '\n');
    const char *end = found + strlen(line);
    assert_true(strncmp(end, ",\n", 2) == 0 || strncmp(end, "\n]\n", 3) == 0);
}

/* --- Shape ---------------------------------------------------------------------------------- */

static void test_trace_stream__writes_the_window_line_by_line(void **state) {
    (void)state;
    size_t size;
    assert_int_equal(trace_window(path, 0, "complete", NULL), 0);
    char *text = files_read(path, &size);
    assert_memory_equal(text, "[{\"", 3);
    assert_string_equal(text + size - 3, "\n]\n");
    assert_line(text + 1, "{\"ph\":\"M\",\"pid\":1,\"name\":\"cadran\",\"args\":{\"trace\":2,"
                          "\"scenario\":\"window\",\"clock\":\"virtual\",\"seed\":0}}");
    static const char *const lines[] = {
        "{\"ph\":\"M\",\"pid\":1,\"name\":\"process_name\",\"args\":{\"name\":\"window\"}}",
        "{\"ph\":\"M\",\"pid\":1,\"tid\":1,\"name\":\"thread_name\",\"args\":{\"name\":\"loop\"}}",
        "{\"ph\":\"B\",\"ts\":0.000,\"pid\":1,\"tid\":1,\"cat\":\"loop\",\"name\":\"window\"}",
        "{\"ph\":\"M\",\"pid\":1,\"tid\":2,\"name\":\"thread_name\",\"args\":{\"name\":\"job0\"}}",
        "{\"ph\":\"M\",\"pid\":1,\"tid\":2,\"name\":\"thread_sort_index\","
        "\"args\":{\"sort_index\":2}}",
        "{\"ph\":\"B\",\"ts\":0.000,\"pid\":1,\"tid\":2,\"cat\":\"task\",\"name\":\"job0\"}",
        "{\"ph\":\"i\",\"ts\":0.000,\"pid\":1,\"tid\":1,\"cat\":\"object\",\"name\":\"window\","
        "\"s\":\"t\",\"args\":{\"object\":1,\"type\":\"queue\",\"maxsize\":4,\"order\":0}}",
        "{\"ph\":\"C\",\"ts\":0.000,\"pid\":1,\"tid\":1,\"cat\":\"object\",\"name\":\"window\","
        "\"id\":\"1\",\"args\":{\"size\":0,\"getters\":0,\"putters\":0}}",
        "{\"ph\":\"B\",\"ts\":0.000,\"pid\":1,\"tid\":2,\"cat\":\"span\","
        "\"name\":\"job0 - duration 1\"}",
        "{\"ph\":\"C\",\"ts\":0.000,\"pid\":1,\"tid\":1,\"cat\":\"span\",\"name\":\"spans\","
        "\"args\":{\"open\":1}}",
        "{\"ph\":\"i\",\"ts\":0.000,\"pid\":1,\"tid\":2,\"cat\":\"print\",\"name\":\">>> job0\","
        "\"s\":\"t\"}",
        "{\"ph\":\"B\",\"ts\":0.000,\"pid\":1,\"tid\":2,\"cat\":\"wait\",\"name\":\"sleep\","
        "\"args\":{\"until\":1000000.000}}",
        "{\"ph\":\"E\",\"ts\":1000000.000,\"pid\":1,\"tid\":2,\"cat\":\"wait\",\"name\":\"sleep\"}",
        "{\"ph\":\"E\",\"ts\":1000000.000,\"pid\":1,\"tid\":2,\"cat\":\"span\","
        "\"name\":\"job0 - duration 1\",\"args\":{}}",
        "{\"ph\":\"i\",\"ts\":1000000.000,\"pid\":1,\"tid\":2,\"cat\":\"wake\",\"name\":\"wakes\","
        "\"s\":\"t\",\"args\":{\"object\":1}}",
        "{\"ph\":\"s\",\"ts\":1000000.000,\"pid\":1,\"tid\":2,\"cat\":\"wake\",\"name\":\"wake\","
        "\"id\":1}",
        "{\"ph\":\"i\",\"ts\":1000000.000,\"pid\":1,\"tid\":6,\"cat\":\"wake\",\"name\":\"woken\","
        "\"s\":\"t\"}",
        "{\"ph\":\"f\",\"ts\":1000000.000,\"pid\":1,\"tid\":6,\"cat\":\"wake\",\"name\":\"wake\","
        "\"id\":1,\"bp\":\"e\"}",
        "{\"ph\":\"E\",\"ts\":1000000.000,\"pid\":1,\"tid\":6,\"cat\":\"wait\","
        "\"name\":\"put window\"}",
        "{\"ph\":\"E\",\"ts\":5000000.000,\"pid\":1,\"tid\":9,\"cat\":\"task\",\"name\":\"job7\","
        "\"args\":{\"outcome\":\"returned\"}}",
        "{\"ph\":\"E\",\"ts\":5000000.000,\"pid\":1,\"tid\":1,\"cat\":\"loop\",\"name\":\"window\","
        "\"args\":{\"outcome\":\"complete\"}}",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_line(text, lines[i]);
    free(text);
}

static void test_trace_stream__what_it_writes_the_reader_takes(void **state) {
    (void)state;
    assert_int_equal(trace_window(path, 0, "complete", NULL), 0);
    struct trace_model *trace = read_trace(path);
    assert_true(trace->complete);
    assert_int_equal(trace->warning_count, 0);
    assert_int_equal(trace->track_count, JOBS + 1);
    assert_int_equal(trace->end_ns, 5 * CAD_SECOND);
    assert_int_equal(trace->max_open_spans, WIDTH);
    assert_string_equal(trace_text(trace, trace->outcome), "complete");
    /* Four puts that waited, eight sleeps. */
    assert_int_equal(trace->wake_count, 4);
    assert_int_equal(trace->instant_count, 2 * JOBS);
    for (size_t i = 0; i < trace->wake_count; i++)
        assert_int_equal(trace->slices[trace->wakes[i].wait].category, TRACE_CATEGORY_WAIT);
    for (size_t i = 1; i < trace->track_count; i++)
        assert_int_equal(trace->tracks[i].outcome, TRACE_OUTCOME_RETURNED);
    trace_model_free(trace);
}

static void test_trace_stream__a_real_run_keeps_the_rules(void **state) {
    (void)state;
    assert_int_equal(trace_run(cad_uv_driver(), 5 * CAD_MILLISECOND, path, 0, "complete", NULL), 0);
    struct trace_model *trace = read_trace(path);
    assert_true(trace->complete);
    assert_int_equal(trace->wake_count, 4);
    assert_int_equal(trace->max_open_spans, WIDTH);
    assert_true(trace->end_ns >= 25 * CAD_MILLISECOND);
    for (size_t i = 1; i < trace->track_count; i++)
        assert_int_equal(trace->tracks[i].outcome, TRACE_OUTCOME_RETURNED);
    trace_model_free(trace);
    /* And one that is stopped in the middle, with whatever is open then. */
    for (int64_t stop_ns = CAD_MILLISECOND; stop_ns < 20 * CAD_MILLISECOND;
         stop_ns += 3 * CAD_MILLISECOND) {
        assert_int_equal(
            trace_run(cad_uv_driver(), 5 * CAD_MILLISECOND, path, stop_ns, "stopped", NULL), 0);
        trace = read_trace(path);
        assert_true(trace->complete);
        trace_model_free(trace);
    }
}

static void test_trace_stream__two_runs_are_the_same_bytes(void **state) {
    (void)state;
    size_t first_size;
    size_t second_size;
    assert_int_equal(trace_window(path, 0, "complete", NULL), 0);
    char *first = files_read(path, &first_size);
    assert_int_equal(trace_window(path, 0, "complete", NULL), 0);
    char *second = files_read(path, &second_size);
    assert_int_equal(first_size, second_size);
    assert_memory_equal(first, second, first_size);
    free(first);
    free(second);
}

static void test_trace_stream__head_says_what_the_run_was_given(void **state) {
    (void)state;
    static const struct trace_override overrides[] = {{"jobs", "100"}, {"na\"me", "a\\b"}};
    const struct trace_header full = {
        .scenario = "s",
        .clock = "real",
        .seed = INT64_MIN,
        .overrides = overrides,
        .override_count = 2,
        .until_ns = 3500000001,
        .started = "2024-01-02T03:04:05Z",
        .host = "here",
    };
    struct bench bench;
    size_t size;
    set_up_bench(&bench, &full, (const char *const[]){"a", "b", "c"});
    assert_int_equal(tear_down_bench(&bench, 0, NULL), 0);
    char *text = files_read(path, &size);
    assert_line(text + 1,
                "{\"ph\":\"M\",\"pid\":1,\"name\":\"cadran\",\"args\":{\"trace\":2,"
                "\"scenario\":\"s\",\"clock\":\"real\",\"seed\":-9223372036854775808,"
                "\"set\":{\"jobs\":\"100\",\"na\\\"me\":\"a\\\\b\"},\"until\":3500000.001,"
                "\"started\":\"2024-01-02T03:04:05Z\",\"host\":\"here\"}}");
    /* Without an outcome there is none. */
    assert_line(text, "{\"ph\":\"E\",\"ts\":0.000,\"pid\":1,\"tid\":1,\"cat\":\"loop\","
                      "\"name\":\"s\"}");
    free(text);
}

/* --- Texts and times -------------------------------------------------------------------------- */

static void test_trace_stream__escapes_every_text(void **state) {
    (void)state;
    struct bench bench;
    size_t size;
    set_up_bench(&bench, &header, (const char *const[]){"q\"u\\o", "b\x01\n\t\x7f", "\xff\xc3"});
    trace_stream_print(bench.stream, 0, bench.tasks[0], "caf\xc3\xa9 \xe2\x82 \xed\xa0\x80 \"");
    assert_int_equal(tear_down_bench(&bench, 0, "complete"), 0);
    char *text = files_read(path, &size);
    assert_line(text, "{\"ph\":\"B\",\"ts\":0.000,\"pid\":1,\"tid\":2,\"cat\":\"task\","
                      "\"name\":\"q\\\"u\\\\o\"}");
    assert_line(text, "{\"ph\":\"B\",\"ts\":0.000,\"pid\":1,\"tid\":3,\"cat\":\"task\","
                      "\"name\":\"b\\u0001\\n\\t\x7f\"}");
    assert_line(text, "{\"ph\":\"B\",\"ts\":0.000,\"pid\":1,\"tid\":4,\"cat\":\"task\","
                      "\"name\":\"\xef\xbf\xbd\xef\xbf\xbd\"}");
    assert_non_null(strstr(text, "\"caf\xc3\xa9 \xef\xbf\xbd\xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd"
                                 "\xef\xbf\xbd \\\"\""));
    struct trace_model *trace = read_trace(path);
    assert_string_equal(trace_text(trace, trace->tracks[1].name), "q\"u\\o");
    assert_string_equal(trace_text(trace, trace->tracks[2].name), "b\x01\n\t\x7f");
    trace_model_free(trace);
    free(text);
}

static void test_trace_stream__a_line_may_be_longer_than_the_buffer(void **state) {
    (void)state;
    enum { LENGTH = 1000003 };
    struct bench bench;
    char *line = malloc(LENGTH + 1);
    assert_non_null(line);
    /* Three bytes a character, so that pieces end in the middle of one. */
    for (size_t i = 0; i < LENGTH; i++)
        line[i] = i < LENGTH - 1 ? "\xe2\x82\xac"[i % 3] : '"';
    line[LENGTH] = '\0';
    set_up_bench(&bench, &header, (const char *const[]){"a", "b", "c"});
    trace_stream_print(bench.stream, 0, NULL, line);
    assert_int_equal(tear_down_bench(&bench, 0, "complete"), 0);
    struct trace_model *trace = read_trace(path);
    assert_int_equal(trace->instant_count, 1);
    assert_string_equal(trace_text(trace, trace->instants[0].name), line);
    trace_model_free(trace);
    free(line);
}

/* Lines of all lengths, through every buffer and back to the first, so that buffers end at every
 * place of an event. */
static void test_trace_stream__no_byte_is_lost_between_buffers(void **state) {
    (void)state;
    enum { LINES = 8000, LONGEST = 700 };
    static char line[LONGEST + 1];
    struct bench bench;
    size_t size, length = 0;
    char *expected = malloc((size_t)LINES * (LONGEST + 100));
    assert_non_null(expected);
    set_up_bench(&bench, &header, (const char *const[]){"a", "b", "c"});
    for (int i = 0; i < LINES; i++) {
        size_t count = (size_t)i * 37 % LONGEST;
        memset(line, 'a' + i % 26, count);
        line[count] = '\0';
        trace_stream_print(bench.stream, i, NULL, line);
        length += (size_t)sprintf(expected + length,
                                  ",\n{\"ph\":\"i\",\"ts\":%d.%03d,\"pid\":1,\"tid\":1,"
                                  "\"cat\":\"print\",\"name\":\"%s\",\"s\":\"t\"}",
                                  i / 1000, i % 1000, line);
    }
    assert_int_equal(tear_down_bench(&bench, LINES, "complete"), 0);
    char *text = files_read(path, &size);
    const char *first = strstr(text, ",\n{\"ph\":\"i\"");
    assert_non_null(first);
    assert_true((size_t)(text + size - first) > length);
    assert_memory_equal(first, expected, length);
    assert_memory_equal(first + length, ",\n{\"ph\":\"E\"", strlen(",\n{\"ph\":\"E\""));
    free(text);
    free(expected);
}

static void test_trace_stream__a_task_may_have_a_name_of_any_length(void **state) {
    (void)state;
    static const size_t lengths[] = {1,   3,   4,   7,   8,   9,    15,   31,   32,     33,
                                     126, 127, 128, 129, 511, 1000, 3071, 3072, 200000, 300000};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct bench bench;
        char *name = malloc(lengths[i] + 1);
        assert_non_null(name);
        memset(name, 'n', lengths[i]);
        name[lengths[i] - 1] = i % 2 == 0 ? '"' : 'n'; /* or nothing to escape */
        name[lengths[i]] = '\0';
        set_up_bench(&bench, &header, (const char *const[]){name, "b", "c"});
        void *context = bench.sink->context;
        cad_wait_info wait = {.verb = "await",
                              .task = bench.tasks[0],
                              .until_ns = CAD_NEVER,
                              .object = bench.tasks[0]};
        bench.sink->cancel(context, 0, bench.tasks[1], bench.tasks[0], NULL);
        bench.sink->wait_begin(context, 1, bench.tasks[1], &wait);
        bench.sink->task_end(context, 2, bench.tasks[0], 0, NULL);
        bench.sink->wake(context, 3, bench.tasks[1], NULL);
        assert_int_equal(tear_down_bench(&bench, 4, "complete"), 0);
        struct trace_model *trace = read_trace(path);
        assert_string_equal(trace_text(trace, trace->tracks[1].name), name);
        trace_model_free(trace);
        free(name);
    }
}

/* --- Names that are remembered ------------------------------------------------------------- */

static void wait_once(const struct bench *bench, int64_t now_ns, const char *verb,
                      const void *object) {
    cad_wait_info wait = {.verb = verb, .object = object, .until_ns = CAD_NEVER};
    cad_object_info info;
    cad_object_describe(object, &info);
    wait.object_id = info.id;
    bench->sink->wait_begin(bench->sink->context, now_ns, bench->tasks[0], &wait);
    bench->sink->wake(bench->sink->context, now_ns + 1, bench->tasks[0], NULL);
}

static void span_once(const struct bench *bench, int64_t now_ns, const char *name) {
    trace_stream_span_begin(bench->stream, now_ns, bench->tasks[0], name);
    trace_stream_span_end(bench->stream, now_ns + 1, bench->tasks[0]);
}

/* The next two lines of that category, but for counters, are begin and end of a slice with this
 * name; returns what follows. */
static const char *assert_slice(const char *text, const char *category, const char *escaped_name) {
    static const char counter[] = "\"cat\":\"span\",\"name\":\"spans\"";
    char begin[32], name[96];
    snprintf(begin, sizeof begin, "\"cat\":\"%s\"", category);
    snprintf(name, sizeof name, "%s,\"name\":\"%s\"", begin, escaped_name);
    for (int i = 0; i < 2;) {
        text = strstr(text, begin);
        assert_non_null(text);
        if (strncmp(text, counter, sizeof counter - 1) == 0) {
            text += sizeof counter - 1;
            continue;
        }
        assert_memory_equal(text, name, strlen(name));
        text += strlen(name);
        i++;
    }
    return text;
}

static void test_trace_stream__an_address_may_come_to_hold_another_text(void **state) {
    (void)state;
    static const struct {
        const char *name, *written;
    } spans[] = {{"put", "put"}, {"get", "get"},     {"a\"b", "a\\\"b"}, {"a\\\"b", "a\\\\\\\"b"},
                 {"ge", "ge"},   {"get a", "get a"}, {"", ""},           {"put", "put"}};
    static const char *const names[] = {"one", "two", "twofold", "t\x01", "one"};
    static const char *const written[] = {"put one", "put two", "put twofold", "put t\\u0001",
                                          "put one"};
    struct bench bench;
    char name[16];
    size_t size;
    set_up_bench(&bench, &header, (const char *const[]){"a", "b", "c"});
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        snprintf(name, sizeof name, "%s", spans[i].name);
        span_once(&bench, (int64_t)i, name);
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        /* The next one gets the memory of the one before. */
        cad_queue *queue = cad_queue_new(bench.loop, 1);
        assert_non_null(queue);
        assert_int_equal(cad_set_name(queue, names[i]), 0);
        wait_once(&bench, 10 + (int64_t)i, "put", queue);
        cad_queue_free(queue);
    }
    assert_int_equal(tear_down_bench(&bench, 20, "complete"), 0);
    char *text = files_read(path, &size);
    const char *at = text;
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++)
        at = assert_slice(at, "span", spans[i].written);
    for (size_t i = 0; i < sizeof written / sizeof written[0]; i++)
        at = assert_slice(at, "wait", written[i]);
    free(text);
}

/* More than are kept without a use, so that names are freed between two uses of the same texts. */
static void test_trace_stream__a_name_that_was_freed_comes_again(void **state) {
    (void)state;
    enum { NAMES = 5000 };
    struct bench bench;
    char name[16], expected[16];
    size_t size;
    set_up_bench(&bench, &header, (const char *const[]){"a", "b", "c"});
    for (int i = 0; i < NAMES; i++) {
        snprintf(name, sizeof name, "span%d", i % 2 == 0 ? 0 : i);
        span_once(&bench, i, name);
    }
    assert_int_equal(tear_down_bench(&bench, NAMES, "complete"), 0);
    char *text = files_read(path, &size);
    const char *at = text;
    for (int i = 0; i < NAMES; i++) {
        snprintf(expected, sizeof expected, "span%d", i % 2 == 0 ? 0 : i);
        at = assert_slice(at, "span", expected);
    }
    free(text);
}

/* --- States that are told again --------------------------------------------------------------- */

static void tell_state(const struct bench *bench, uint64_t id, const char *name, int64_t size,
                       int64_t putters) {
    const cad_object_info info = {
        .type = "queue",
        .name = name,
        .id = id,
        .count = 2,
        .fields = {{.key = "size", .value = size}, {.key = "putters", .value = putters}}};
    bench->sink->object(bench->sink->context, 0, &info, bench->tasks[0]);
}

static const char *assert_state(const char *text, uint64_t id, const char *name, int64_t size,
                                int64_t putters) {
    char expected[256];
    text = strstr(text, "{\"ph\":\"C\"");
    assert_non_null(text);
    int length = snprintf(expected, sizeof expected,
                          "{\"ph\":\"C\",\"ts\":0.000,\"pid\":1,\"tid\":2,\"cat\":\"object\","
                          "\"name\":\"%s\",\"id\":\"%" PRIu64 "\",\"args\":{"
                          "\"size\":%" PRId64 ",\"putters\":%" PRId64 "}}\n",
                          name, id, size, putters);
    expected[length - 1] = ',';
    assert_memory_equal(text, expected, (size_t)length);
    return text + length;
}

/* Numbers that become longer and shorter, one of them or both; of several objects, some of which
 * share a place where such lines are kept; by names that are short, long, or to be escaped. */
static void test_trace_stream__a_state_is_written_like_the_first_one(void **state) {
    (void)state;
    static const int64_t values[] = {0,   1,   9,    9,     10,    11, 9,  100,       99,
                                     100, 101, 9999, 10000, 12345, -1, -2, INT64_MAX, 0};
    static const struct {
        const char *name, *written;
        uint64_t id;
    } objects[] = {{"q", "q", 7},
                   {"queue of thirty-two bytes, plain", "queue of thirty-two bytes, plain", 7 + 64},
                   {"queue of thirty-three bytes: plain", "queue of thirty-three bytes: plain", 8},
                   {"a\"b", "a\\\"b", 9}};
    enum {
        VALUES = sizeof values / sizeof values[0],
        OBJECTS = sizeof objects / sizeof objects[0]
    };
    struct bench bench;
    size_t size;
    set_up_bench(&bench, &header, (const char *const[]){"a", "b", "c"});
    for (size_t o = 0; o < OBJECTS; o++)
        for (size_t i = 0; i < 2 * VALUES; i++)
            tell_state(&bench, objects[o].id, objects[o].name, values[i / 2],
                       values[(i + 1) / 2 % VALUES]);
    for (size_t i = 0; i < VALUES; i++) /* one after the other */
        for (size_t o = 0; o < OBJECTS; o++)
            tell_state(&bench, objects[o].id, objects[o].name, values[i], 0);
    assert_int_equal(tear_down_bench(&bench, 0, "complete"), 0);
    char *text = files_read(path, &size);
    const char *at = text;
    for (size_t o = 0; o < OBJECTS; o++)
        for (size_t i = 0; i < 2 * VALUES; i++)
            at = assert_state(at, objects[o].id, objects[o].written, values[i / 2],
                              values[(i + 1) / 2 % VALUES]);
    for (size_t i = 0; i < VALUES; i++)
        for (size_t o = 0; o < OBJECTS; o++)
            at = assert_state(at, objects[o].id, objects[o].written, values[i], 0);
    free(text);
}

static void test_trace_stream__a_state_has_the_name_that_the_object_has_now(void **state) {
    (void)state;
    static const char *const names[] = {"first", "second", "a", "second"};
    struct bench bench;
    size_t size;
    set_up_bench(&bench, &header, (const char *const[]){"a", "b", "c"});
    cad_object_info info = {.type = "queue", .id = 5};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        info.name = names[i];
        bench.sink->object_name(bench.sink->context, 0, &info, NULL);
        for (int64_t number = 1; number <= 3; number++)
            tell_state(&bench, info.id, names[i], number, 0);
    }
    assert_int_equal(tear_down_bench(&bench, 0, "complete"), 0);
    char *text = files_read(path, &size);
    const char *at = text;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        for (int64_t number = 1; number <= 3; number++)
            at = assert_state(at, info.id, names[i], number, 0);
    free(text);
}

/* --- Numbers ------------------------------------------------------------------------------ */

static void assert_number(int64_t value) {
    char expected[32], text[BASE_DIGITS_ROOM];
    snprintf(expected, sizeof expected, "%" PRId64, value);
    *base_put_int(text, value) = '\0';
    assert_string_equal(text, expected);
    snprintf(expected, sizeof expected, "%" PRIu64, (uint64_t)value);
    *base_put_uint(text, (uint64_t)value) = '\0';
    assert_string_equal(text, expected);
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    snprintf(expected, sizeof expected, "%s%" PRIu64 ".%03d", value < 0 ? "-" : "",
             magnitude / 1000, (int)(magnitude % 1000));
    *base_put_time(text, value) = '\0';
    assert_string_equal(text, expected);
}

static void test_trace_stream__writes_every_number(void **state) {
    (void)state;
    for (int64_t i = 0; i < 20000; i++) {
        /* All groups of three digits, in each place. */
        assert_number(i);
        assert_number(i * 1000);
        assert_number(i * 1000000);
        assert_number(i * 1000000000);
        assert_number(99990000 + i);
    }
    for (int64_t power = 1; power <= INT64_MAX / 10; power *= 10)
        for (int64_t i = -2; i <= 2; i++) {
            assert_number(power * 10 + i);
            assert_number(-power * 10 + i);
        }
    assert_number(INT64_MAX);
    assert_number(INT64_MIN);
    assert_number(-1); /* UINT64_MAX */
}

static void test_trace_stream__times_are_exact_and_never_go_back(void **state) {
    (void)state;
    static const struct {
        int64_t given_ns;
        const char *written;
    } times[] = {
        {1, "\"ts\":0.001,"},
        {999, "\"ts\":0.999,"},
        {1000, "\"ts\":1.000,"},
        {12345678901, "\"ts\":12345678.901,"},
        {12345678900, "\"ts\":12345678.901,"}, /* late news */
        {INT64_MAX / 8 + 10, "\"ts\":1152921504606846.985,"},
    };
    struct bench bench;
    size_t size;
    set_up_bench(&bench, &header, (const char *const[]){"a", "b", "c"});
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        trace_stream_print(bench.stream, times[i].given_ns, NULL, "x");
    assert_int_equal(tear_down_bench(&bench, INT64_MAX / 8 + 10, "complete"), 0);
    char *text = files_read(path, &size);
    const char *at = strstr(text, "{\"ph\":\"i\"");
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        assert_non_null(at);
        assert_memory_equal(at + strlen("{\"ph\":\"i\","), times[i].written,
                            strlen(times[i].written));
        at = strstr(at + 1, "{\"ph\":\"i\"");
    }
    free(text);
}

/* --- What the events say ---------------------------------------------------------------------- */

static int fail_with_message(void *arg) {
    (void)arg;
    return cad_raise(CAD_EINVAL, "width must be \"positive\"");
}

static int fail_on_its_own(void *arg) {
    (void)arg;
    return CAD_EUSER - 1;
}

static int wait_for_ever(void *arg) {
    return cad_lock_acquire(arg);
}

static int hold(void *arg) {
    int error = cad_lock_acquire(arg);
    return error != 0 ? error : cad_sleep(CAD_SECOND);
}

static int cancel(void *arg) {
    int error = cad_sleep(CAD_SECOND / 2);
    if (error == 0)
        cad_future_cancel(arg, "enough");
    return error;
}

static const char *own_name(void *context, int code) {
    assert_string_equal(context, "context");
    return code == CAD_EUSER - 1 ? "MyError" : NULL;
}

static void test_trace_stream__says_how_tasks_end_and_why_they_wait(void **state) {
    (void)state;
    cad_loop *loop;
    cad_task *waiter;
    struct trace_stream *stream;
    size_t size;
    assert_int_equal(cad_loop_new(cad_virtual_driver(), &loop), 0);
    assert_int_equal(trace_stream_open(path, &header, &stream), 0);
    trace_stream_set_error_names(stream, own_name, "context");
    trace_stream_attach(stream, loop);
    cad_lock *lock = cad_lock_new(loop);
    assert_int_equal(cad_set_name(lock, "door"), 0);
    struct {
        cad_coroutine *fn;
        void *arg;
        const char *name;
        cad_task **task;
    } tasks[] = {
        {fail_with_message, NULL, "fails", NULL},
        {fail_on_its_own, NULL, "own", NULL},
        {hold, lock, "holder", NULL},
        {wait_for_ever, lock, "waiter", &waiter},
    };
    for (size_t i = 0; i < sizeof tasks / sizeof tasks[0]; i++) {
        cad_task_options options = {.name = tasks[i].name};
        assert_int_equal(cad_task_create(loop, tasks[i].fn, tasks[i].arg, &options, tasks[i].task),
                         0);
    }
    cad_task_options options = {.name = "canceller"};
    assert_int_equal(cad_task_create(loop, cancel, waiter, &options, NULL), 0);
    assert_int_equal(cad_loop_run(loop), 0);
    trace_stream_error(stream, cad_loop_time(loop), waiter, "ValueError", "m", "/tasks/0");
    trace_stream_signal(stream, cad_loop_time(loop), NULL, "SIGINT");
    trace_stream_fault(stream, cad_loop_time(loop), "partition", NULL);
    assert_int_equal(trace_stream_close(stream, cad_loop_time(loop), "failed"), 0);
    trace_stream_free(stream);
    cad_future_unref(waiter);
    cad_loop_free(loop);

    char *text = files_read(path, &size);
    assert_line(text,
                "{\"ph\":\"E\",\"ts\":0.000,\"pid\":1,\"tid\":2,\"cat\":\"task\","
                "\"name\":\"fails\",\"args\":{\"outcome\":\"failed\",\"error\":\"ValueError\","
                "\"message\":\"width must be \\\"positive\\\"\"}}");
    assert_line(text, "{\"ph\":\"E\",\"ts\":0.000,\"pid\":1,\"tid\":3,\"cat\":\"task\","
                      "\"name\":\"own\",\"args\":{\"outcome\":\"failed\",\"error\":\"MyError\"}}");
    assert_line(text, "{\"ph\":\"B\",\"ts\":0.000,\"pid\":1,\"tid\":5,\"cat\":\"wait\","
                      "\"name\":\"acquire door\",\"args\":{\"object\":1,\"type\":\"lock\","
                      "\"owner\":\"holder\",\"owner_tid\":4}}");
    assert_line(text, "{\"ph\":\"i\",\"ts\":500000.000,\"pid\":1,\"tid\":5,\"cat\":\"cancel\","
                      "\"name\":\"cancel\",\"s\":\"t\",\"args\":{\"by\":\"canceller\","
                      "\"by_tid\":6,\"message\":\"enough\"}}");
    assert_line(text, "{\"ph\":\"s\",\"ts\":500000.000,\"pid\":1,\"tid\":6,\"cat\":\"wake\","
                      "\"name\":\"wake\",\"id\":1}");
    assert_line(text, "{\"ph\":\"E\",\"ts\":500000.000,\"pid\":1,\"tid\":5,\"cat\":\"task\","
                      "\"name\":\"waiter\",\"args\":{\"outcome\":\"cancelled\","
                      "\"message\":\"enough\"}}");
    assert_line(text, "{\"ph\":\"i\",\"ts\":1000000.000,\"pid\":1,\"tid\":5,\"cat\":\"error\","
                      "\"name\":\"ValueError\",\"s\":\"t\",\"args\":{\"message\":\"m\","
                      "\"where\":\"/tasks/0\"}}");
    assert_line(text, "{\"ph\":\"i\",\"ts\":1000000.000,\"pid\":1,\"tid\":1,\"cat\":\"signal\","
                      "\"name\":\"SIGINT\",\"s\":\"t\"}");
    /* The owner is told by its track. */
    assert_non_null(
        strstr(text, "\"cat\":\"object\",\"name\":\"door\",\"id\":\"1\",\"args\":{\"locked\":1,"
                     "\"owner\":4,\"waiters\":0}}"));
    free(text);
    struct trace_model *trace = read_trace(path);
    assert_int_equal(trace->tracks[1].outcome, TRACE_OUTCOME_FAILED);
    assert_int_equal(trace->tracks[4].outcome, TRACE_OUTCOME_CANCELLED);
    trace_model_free(trace);
}

static int compute(void *arg) {
    struct trace_stream *stream = arg;
    cad_compute(CAD_SECOND);
    /* What the scenario says meanwhile does not hide since when the loop is busy. */
    trace_stream_print(stream, cad_loop_time(cad_running_loop()), cad_current_task(), "half");
    cad_compute(CAD_SECOND);
    return cad_sleep(CAD_SECOND);
}

static void test_trace_stream__ready_and_run_have_their_slices(void **state) {
    (void)state;
    cad_loop *loop;
    struct trace_stream *stream;
    assert_int_equal(cad_loop_new(cad_virtual_driver(), &loop), 0);
    assert_int_equal(trace_stream_open(path, &header, &stream), 0);
    trace_stream_attach(stream, loop);
    for (int i = 0; i < 2; i++) {
        cad_task_options options = {.name = i == 0 ? "first" : "second"};
        assert_int_equal(cad_task_create(loop, compute, stream, &options, NULL), 0);
    }
    assert_int_equal(cad_loop_run(loop), 0);
    assert_int_equal(trace_stream_close(stream, cad_loop_time(loop), "complete"), 0);
    trace_stream_free(stream);
    cad_loop_free(loop);

    struct trace_model *trace = read_trace(path);
    const struct trace_track *loop_track = &trace->tracks[0];
    assert_int_equal(loop_track->slice_count, 3);
    const struct trace_slice *runs = &trace->slices[loop_track->first_slice + 1];
    assert_int_equal(runs[0].category, TRACE_CATEGORY_RUN);
    assert_string_equal(trace_text(trace, runs[0].name), "first");
    assert_int_equal(runs[0].begin_ns, 0);
    assert_int_equal(runs[0].end_ns, 2 * CAD_SECOND);
    assert_string_equal(trace_text(trace, runs[1].name), "second");
    assert_int_equal(runs[1].begin_ns, 2 * CAD_SECOND);
    assert_int_equal(runs[1].end_ns, 4 * CAD_SECOND);
    /* The second task was ready while the first kept the loop busy. */
    const struct trace_slice *ready = &trace->slices[trace->tracks[2].first_slice + 1];
    assert_int_equal(ready->category, TRACE_CATEGORY_READY);
    assert_int_equal(ready->begin_ns, 0);
    assert_int_equal(ready->end_ns, 2 * CAD_SECOND);
    trace_model_free(trace);
}

/* --- Ends ------------------------------------------------------------------------------------- */

static void test_trace_stream__closes_what_a_stopped_run_leaves_open(void **state) {
    (void)state;
    assert_int_equal(trace_window(path, 1500 * CAD_MILLISECOND, "stopped", NULL), 0);
    struct trace_model *trace = read_trace(path);
    assert_true(trace->complete);
    assert_string_equal(trace_text(trace, trace->outcome), "stopped");
    assert_int_equal(trace->end_ns, 1500 * CAD_MILLISECOND);
    size_t pending = 0;
    for (size_t i = 0; i < trace->slice_count; i++) {
        assert_int_equal(trace->slices[i].flags & TRACE_SLICE_OPEN, 0);
        if (trace->slices[i].flags & TRACE_SLICE_PENDING) {
            assert_int_equal(trace->slices[i].end_ns, trace->end_ns);
            pending++;
        }
    }
    /* Jobs 1, 2, 4 and 5 sleep in their spans: task, span, wait. Jobs 6 and 7 wait. */
    assert_int_equal(pending, 4 * 3 + 2 * 2);
    assert_int_equal(trace->tracks[1].outcome, TRACE_OUTCOME_RETURNED);
    assert_int_equal(trace->tracks[2].outcome, TRACE_OUTCOME_PENDING);
    assert_int_equal(trace_counter_at(&trace->counters[trace->open_spans], trace->end_ns), 0);
    trace_model_free(trace);
}

static void test_trace_stream__free_without_close_leaves_a_cut_trace(void **state) {
    (void)state;
    struct bench bench;
    set_up_bench(&bench, &header, (const char *const[]){"a", "b", "c"});
    trace_stream_span_begin(bench.stream, 5, bench.tasks[0], "s");
    trace_stream_print(bench.stream, 6, NULL, "time moves on");
    trace_stream_free(bench.stream);
    for (int i = 0; i < 3; i++)
        cad_future_unref(bench.tasks[i]);
    cad_loop_free(bench.loop);
    struct trace_model *trace = read_trace(path);
    assert_false(trace->complete);
    assert_int_equal(trace->warning_count, 1);
    assert_int_equal(trace->slice_count, 5);
    trace_model_free(trace);
}

/* --- Failures --------------------------------------------------------------------------------- */

static void test_trace_stream__says_why_it_cannot_open_the_file(void **state) {
    (void)state;
    struct trace_stream *stream;
    errno = 0;
    assert_int_equal(trace_stream_open("/nonexistent/trace.json", &header, &stream), CAD_ESYSTEM);
    assert_int_equal(errno, ENOENT);
    assert_null(stream);
}

static int failures;

static void count_failure(void *arg) {
    assert_ptr_equal(arg, &failures);
    failures++;
}

static void test_trace_stream__remembers_that_the_disk_is_full(void **state) {
    (void)state;
    char failure[256];
    if (access("/dev/full", W_OK) != 0)
        skip();
    errno = 0;
    assert_int_equal(trace_window("/dev/full", 0, "complete", failure), CAD_ESYSTEM);
    assert_string_equal(failure, "/dev/full: No space left on device");

    /* Told at once, and once only, when the buffer is full. */
    struct trace_stream *stream;
    cad_loop *loop;
    failures = 0;
    assert_int_equal(cad_loop_new(cad_virtual_driver(), &loop), 0);
    assert_int_equal(trace_stream_open("/dev/full", &header, &stream), 0);
    trace_stream_on_failure(stream, count_failure, &failures);
    trace_stream_attach(stream, loop);
    for (int i = 0; i < 20000; i++) {
        trace_stream_print(stream, i, NULL, "a line that is so and so long");
        assert_int_equal(failures != 0, trace_stream_failure(stream) != NULL);
    }
    assert_int_equal(failures, 1);
    assert_int_equal(trace_stream_close(stream, 20000, "complete"), CAD_ESYSTEM);
    assert_int_equal(errno, ENOSPC);
    assert_int_equal(failures, 1);
    trace_stream_free(stream);
    cad_loop_free(loop);
}

static void test_trace_stream__a_closed_pipe_does_not_kill(void **state) {
    (void)state;
    char pipe_path[96];
    struct trace_stream *stream;
    cad_loop *loop;
    snprintf(pipe_path, sizeof pipe_path, "%s/pipe", directory);
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    assert_ptr_not_equal(signal(SIGPIPE, SIG_DFL), SIG_ERR);
    int reader = open(pipe_path, O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    assert_int_equal(trace_stream_open(pipe_path, &header, &stream), 0);
    close(reader);
    assert_int_equal(cad_loop_new(cad_virtual_driver(), &loop), 0);
    trace_stream_attach(stream, loop);
    for (int i = 0; i < 20000; i++)
        trace_stream_print(stream, i, NULL, "a line that is so and so long");
    assert_int_equal(trace_stream_close(stream, 20000, "complete"), CAD_ESYSTEM);
    assert_int_equal(errno, EPIPE);
    trace_stream_free(stream);
    cad_loop_free(loop);
    unlink(pipe_path);
}

/* --- Threads -------------------------------------------------------------------------------- */

static bool no_threads;

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *arg);

/* In place of pthread_create(), by the linker. */
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *arg) {
    return no_threads ? EAGAIN : __real_pthread_create(thread, attributes, start, arg);
}

/* A trace of many buffers, of a live stream with what is there after a pause. */
static char *trace_lines(bool live, size_t *size) {
    struct trace_header head = header;
    struct bench bench;
    char line[64];
    head.live = live;
    set_up_bench(&bench, &head, (const char *const[]){"a", "b", "c"});
    for (int i = 0; i < 20000; i++) {
        snprintf(line, sizeof line, "line %d", i * 37);
        trace_stream_print(bench.stream, i, NULL, line);
        if (live && no_threads && i % 1000 == 999) {
            bench.loop->wait_hooks->before_wait(bench.loop->wait_hooks, i); /* it would sleep */
            char *there = files_read(path, size);
            assert_non_null(strstr(there, line));
            free(there);
        }
    }
    assert_int_equal(tear_down_bench(&bench, 20000, "complete"), 0);
    return files_read(path, size);
}

static void test_trace_stream__needs_no_thread(void **state) {
    (void)state;
    for (int live = 0; live <= 1; live++) {
        size_t size, other_size;
        char *text = trace_lines(live, &size);
        no_threads = true;
        char *other = trace_lines(live, &other_size);
        no_threads = false;
        assert_int_equal(size, other_size);
        assert_memory_equal(text, other, size);
        free(text);
        free(other);
    }
}

/* Fails the allocation with this number, and all after it. */
static void test_trace_stream__survives_every_allocation_failure(void **state) {
    (void)state;
    memory_start(base_set_allocator);
    bool done = false;
    for (size_t allowed = 0; !done; allowed++) {
        assert_true(allowed < 1000);
        char failure[256] = "";
        memory_allow(allowed);
        int error = trace_window(path, 0, "complete", failure);
        memory_allow(SIZE_MAX);
        done = error == 0;
        if (done)
            continue;
        assert_int_equal(error, CAD_ENOMEM);
        if (failure[0] == '\0')
            continue; /* not even opened */
        assert_non_null(strstr(failure, "out of memory"));
        struct trace_model *trace = read_trace(path);
        assert_false(trace->complete);
        trace_model_free(trace);
    }
    base_set_allocator(NULL, NULL);
}

/* --- Memory ----------------------------------------------------------------------------------- */

static size_t live_bytes_max;
static size_t live_bytes;

static void *counting_realloc(void *context, void *pointer, size_t size) {
    (void)context;
    size_t *block = pointer == NULL ? NULL : (size_t *)pointer - 2;
    if (block != NULL)
        live_bytes -= block[0];
    if (size == 0) {
        free(block);
        return NULL;
    }
    block = realloc(block, size + 2 * sizeof(size_t));
    assert_non_null(block);
    block[0] = size;
    live_bytes += size;
    if (live_bytes > live_bytes_max)
        live_bytes_max = live_bytes;
    return block + 2;
}

static void test_trace_stream__takes_no_more_memory_for_a_longer_trace(void **state) {
    (void)state;
    struct bench bench;
    live_bytes = live_bytes_max = 0;
    base_set_allocator(counting_realloc, NULL);
    set_up_bench(&bench, &header, (const char *const[]){"a", "b", "c"});
    size_t after_a_tenth = 0;
    for (int i = 0; i < 100000; i++) {
        char name[32];
        snprintf(name, sizeof name, "span %06d", i);
        trace_stream_span_begin(bench.stream, i, bench.tasks[0], name);
        trace_stream_span_end(bench.stream, i + 1, bench.tasks[0]);
        if (i == 10000)
            after_a_tenth = live_bytes_max;
    }
    assert_int_equal(live_bytes_max, after_a_tenth);
    assert_int_equal(tear_down_bench(&bench, 100000, "complete"), 0);
    base_set_allocator(NULL, NULL);
    assert_int_equal(live_bytes, 0);
    struct trace_model *trace = read_trace(path);
    assert_int_equal(trace->max_open_spans, 1);
    trace_model_free(trace);
}

static int make_directory(void **state) {
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/cadran-trace-XXXXXX");
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/trace.json", directory);
    return 0;
}

static int remove_directory(void **state) {
    (void)state;
    unlink(path);
    return rmdir(directory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trace_stream__writes_the_window_line_by_line),
        cmocka_unit_test(test_trace_stream__what_it_writes_the_reader_takes),
        cmocka_unit_test(test_trace_stream__a_real_run_keeps_the_rules),
        cmocka_unit_test(test_trace_stream__two_runs_are_the_same_bytes),
        cmocka_unit_test(test_trace_stream__head_says_what_the_run_was_given),
        cmocka_unit_test(test_trace_stream__escapes_every_text),
        cmocka_unit_test(test_trace_stream__a_line_may_be_longer_than_the_buffer),
        cmocka_unit_test(test_trace_stream__no_byte_is_lost_between_buffers),
        cmocka_unit_test(test_trace_stream__a_task_may_have_a_name_of_any_length),
        cmocka_unit_test(test_trace_stream__an_address_may_come_to_hold_another_text),
        cmocka_unit_test(test_trace_stream__a_name_that_was_freed_comes_again),
        cmocka_unit_test(test_trace_stream__a_state_is_written_like_the_first_one),
        cmocka_unit_test(test_trace_stream__a_state_has_the_name_that_the_object_has_now),
        cmocka_unit_test(test_trace_stream__writes_every_number),
        cmocka_unit_test(test_trace_stream__times_are_exact_and_never_go_back),
        cmocka_unit_test(test_trace_stream__says_how_tasks_end_and_why_they_wait),
        cmocka_unit_test(test_trace_stream__ready_and_run_have_their_slices),
        cmocka_unit_test(test_trace_stream__closes_what_a_stopped_run_leaves_open),
        cmocka_unit_test(test_trace_stream__free_without_close_leaves_a_cut_trace),
        cmocka_unit_test(test_trace_stream__says_why_it_cannot_open_the_file),
        cmocka_unit_test(test_trace_stream__remembers_that_the_disk_is_full),
        cmocka_unit_test(test_trace_stream__a_closed_pipe_does_not_kill),
        cmocka_unit_test(test_trace_stream__needs_no_thread),
        cmocka_unit_test(test_trace_stream__survives_every_allocation_failure),
        cmocka_unit_test(test_trace_stream__takes_no_more_memory_for_a_longer_trace),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}

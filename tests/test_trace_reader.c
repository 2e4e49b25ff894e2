/* Reading traces (sim/trace/reader.c) and asking the model (sim/trace/model.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "cadran.h"
#include "support/memory_test.h"
#include "trace/reader.h"

#define HEAD                                                                                       \
    "[{\"ph\":\"M\",\"pid\":1,\"name\":\"cadran\",\"args\":{\"trace\":2,\"scenario\":\"s\","       \
    "\"clock\":\"virtual\",\"seed\":7}},\n"                                                        \
    "{\"ph\":\"M\",\"pid\":1,\"tid\":1,\"name\":\"thread_name\",\"args\":{\"name\":\"loop\"}},\n"  \
    "{\"ph\":\"M\",\"pid\":1,\"tid\":2,\"name\":\"thread_name\",\"args\":{\"name\":\"a\"}},\n"     \
    "{\"ph\":\"M\",\"pid\":1,\"tid\":3,\"name\":\"thread_name\",\"args\":{\"name\":\"b\"}}"

/* Lines of a trace of ours, without what is the same in all. */
#define TASK_BEGIN(tid, name)                                                                      \
    ",\n{\"ph\":\"B\",\"ts\":0.000,\"pid\":1,\"tid\":" #tid ",\"cat\":\"task\",\"name\":\"" name   \
    "\"}"
#define TASK_END(ts, tid, name) SLICE_ARGS("E", ts, tid, "task", name, "\"outcome\":\"returned\"")
#define SLICE(ph, ts, tid, cat, name)                                                              \
    ",\n{\"ph\":\"" ph "\",\"ts\":" ts ",\"pid\":1,\"tid\":" #tid ",\"cat\":\"" cat                \
    "\",\"name\":\"" name "\"}"
#define SLICE_ARGS(ph, ts, tid, cat, name, args)                                                   \
    ",\n{\"ph\":\"" ph "\",\"ts\":" ts ",\"pid\":1,\"tid\":" #tid ",\"cat\":\"" cat                \
    "\",\"name\":\"" name "\",\"args\":{" args "}}"
#define WAKE_BEGIN(ts, tid, id)                                                                    \
    ",\n{\"ph\":\"s\",\"ts\":" ts ",\"pid\":1,\"tid\":" #tid                                       \
    ",\"cat\":\"wake\",\"name\":\"wake\",\"id\":" #id "}"
#define WAKE_END(ts, tid, id)                                                                      \
    ",\n{\"ph\":\"f\",\"ts\":" ts ",\"pid\":1,\"tid\":" #tid                                       \
    ",\"cat\":\"wake\",\"name\":\"wake\",\"id\":" #id ",\"bp\":\"e\"}"
#define TAIL "\n]\n"

/* Two tasks: a puts into a full queue and is woken by b; b sleeps and works. */
static const char whole[] = HEAD TASK_BEGIN(2, "a") TASK_BEGIN(3, "b") SLICE_ARGS(
    "B", "0.000", 2, "wait", "put q", "\"object\":1,\"type\":\"queue\",\"size\":4,\"maxsize\":4")
    SLICE("B", "0.000", 3, "span", "work") SLICE_ARGS("C", "0.000", 1, "object", "spans",
                                                      "\"open\":1")
        SLICE_ARGS("B", "0.000", 3, "wait", "sleep", "\"until\":1500000.000")
            WAKE_BEGIN("1500000.000", 1, 1) WAKE_END("1500000.000", 3, 1) SLICE(
                "E", "1500000.000", 3, "wait", "sleep") SLICE("E", "1500000.000", 3, "span", "work")
                SLICE_ARGS("C", "1500000.000", 1, "object", "spans", "\"open\":0")
                    WAKE_BEGIN("1500000.000", 3, 2) WAKE_END("1500000.000", 2, 2)
                        SLICE("E", "1500000.000", 2, "wait", "put q")
                            SLICE("i", "1500000.001", 2, "print", "hello \\u0022world\\u0022")
                                SLICE_ARGS("E", "2000000.000", 2, "task", "a",
                                           "\"outcome\":\"returned\"")
                                    SLICE_ARGS("E", "2000000.000", 3, "task", "b",
                                               "\"outcome\":\"failed\",\"error\":\"KeyError\"")
                                        TAIL;

static char message[TRACE_MESSAGE_SIZE];

static struct trace_model *read_text(const char *text) {
    struct trace_model *trace;
    int error = trace_read_memory("t.json", text, strlen(text), &trace, message);
    if (error != 0)
        print_error("%s\n", message);
    assert_int_equal(error, 0);
    return trace;
}

/* A consumer of events that looks at the last one. */
struct last_event {
    struct trace_consumer consumer;
    uint64_t line;
    uint64_t count;
};

static int take_last(struct trace_consumer *consumer, const struct trace_event *event) {
    struct last_event *last = (struct last_event *)consumer;
    last->line = event->line;
    last->count++;
    return 0;
}

static int read_events(const char *text, struct last_event *last) {
    bool complete;
    *last = (struct last_event){.consumer = {.take = take_last}};
    int error =
        trace_read_events_memory("t.json", text, strlen(text), &last->consumer, &complete, message);
    assert_true(error == 0 || !complete);
    return error;
}

/* By whoever reads it, in the same words. */
static void assert_refused(const char *text, const char *expected) {
    struct trace_model *trace;
    struct last_event last;
    int error = trace_read_memory("t.json", text, strlen(text), &trace, message);
    if (error == 0)
        print_error("not refused: %s\nin\n%s\n", expected, text);
    assert_int_equal(error, CAD_EINVAL);
    assert_null(trace);
    assert_string_equal(message, expected);
    assert_int_equal(read_events(text, &last), CAD_EINVAL);
    assert_string_equal(message, expected);
}

static const struct trace_slice *slice_of(const struct trace_model *trace, uint32_t track,
                                          uint32_t index) {
    assert_true(index < trace->tracks[track].slice_count);
    return &trace->slices[trace->tracks[track].first_slice + index];
}

static void assert_slice(const struct trace_model *trace, const struct trace_slice *slice,
                         const char *category, const char *name, int64_t begin_ns, int64_t end_ns,
                         int depth) {
    assert_string_equal(trace_category_text(trace, slice->category), category);
    assert_string_equal(trace_text(trace, slice->name), name);
    assert_int_equal(slice->begin_ns, begin_ns);
    assert_int_equal(slice->end_ns, end_ns);
    assert_int_equal(slice->depth, depth);
}

/* --- Traces of ours --------------------------------------------------------------------------- */

static void test_trace_reader__reads_a_trace_of_ours(void **state) {
    (void)state;
    struct trace_model *trace = read_text(whole);
    assert_int_equal(trace->version, TRACE_VERSION);
    assert_string_equal(trace_text(trace, trace->scenario), "s");
    assert_string_equal(trace_text(trace, trace->clock), "virtual");
    assert_int_equal(trace->seed, 7);
    assert_true(trace->complete);
    assert_int_equal(trace->end_ns, 2000000000);
    assert_int_equal(trace->warning_count, 0);
    assert_int_equal(trace->remark_count, 0);

    assert_int_equal(trace->track_count, 3);
    assert_int_equal(trace->tracks[0].kind, TRACE_TRACK_LOOP);
    assert_int_equal(trace->tracks[0].slice_count, 0);
    assert_string_equal(trace_text(trace, trace->tracks[1].name), "a");
    assert_int_equal(trace->tracks[1].kind, TRACE_TRACK_TASK);
    assert_int_equal(trace->tracks[1].outcome, TRACE_OUTCOME_RETURNED);
    assert_int_equal(trace->tracks[1].depth, 2);
    assert_int_equal(trace->tracks[2].outcome, TRACE_OUTCOME_FAILED);
    assert_int_equal(trace->tracks[2].depth, 3);
    assert_int_equal(trace->tracks[2].end_ns, 2000000000);

    assert_slice(trace, slice_of(trace, 1, 0), "task", "a", 0, 2000000000, 0);
    assert_slice(trace, slice_of(trace, 1, 1), "wait", "put q", 0, 1500000000, 1);
    assert_slice(trace, slice_of(trace, 2, 0), "task", "b", 0, 2000000000, 0);
    assert_slice(trace, slice_of(trace, 2, 1), "span", "work", 0, 1500000000, 1);
    assert_slice(trace, slice_of(trace, 2, 2), "wait", "sleep", 0, 1500000000, 2);
    assert_ptr_equal(&trace->slices[slice_of(trace, 2, 2)->parent], slice_of(trace, 2, 1));

    assert_int_equal(trace->wake_count, 2);
    assert_int_equal(trace->wakes[0].from_track, 0);
    assert_int_equal(trace->wakes[1].from_track, 2);
    assert_int_equal(trace->wakes[1].to_track, 1);
    assert_int_equal(trace->wakes[1].to_ns, 1500000000);
    assert_ptr_equal(&trace->slices[trace->wakes[1].wait], slice_of(trace, 1, 1));
    assert_int_equal(slice_of(trace, 1, 1)->wake, 1);

    assert_int_equal(trace->instant_count, 1);
    assert_string_equal(trace_text(trace, trace->instants[0].name), "hello \"world\"");
    assert_int_equal(trace->instants[0].time_ns, 1500000001);
    assert_int_equal(trace->tracks[1].instant_count, 1);
    assert_int_equal(trace->track_instants[trace->tracks[1].first_instant], 0);
    assert_int_equal(trace->max_open_spans, 1);
    trace_model_free(trace);
}

static void test_trace_reader__reads_any_seed(void **state) {
    (void)state;
    static const int64_t seeds[] = {INT64_MIN, -1, INT64_MAX};
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        char text[256];
        snprintf(text, sizeof text,
                 "[{\"ph\":\"M\",\"pid\":1,\"name\":\"cadran\",\"args\":{\"trace\":2,"
                 "\"scenario\":\"s\",\"clock\":\"virtual\",\"seed\":%lld}}]",
                 (long long)seeds[i]);
        struct trace_model *trace = read_text(text);
        assert_true(trace->seed == seeds[i]);
        trace_model_free(trace);
    }
}

static void test_trace_reader__reads_arguments(void **state) {
    (void)state;
    char text[16];
    double number;
    struct trace_model *trace = read_text(whole);
    uint32_t args = slice_of(trace, 1, 1)->args;
    struct trace_args left = trace_args_of(trace, args);
    struct trace_arg arg;
    assert_true(trace_args_next(&left, &arg));
    assert_memory_equal(arg.key, "object", arg.key_length);
    assert_true(trace_args_next(&left, &arg));
    assert_memory_equal(arg.key, "type", arg.key_length);
    assert_int_equal(trace_arg_decode(&arg, text, sizeof text), 5);
    assert_string_equal(text, "queue");
    assert_int_equal(trace_arg_decode(&arg, text, 4), 3);
    assert_string_equal(text, "que");
    assert_true(trace_args_next(&left, &arg));
    assert_true(trace_args_next(&left, &arg));
    assert_false(trace_args_next(&left, &arg));

    assert_true(trace_arg_number(trace, args, "maxsize", &number));
    assert_true(number == 4);
    assert_false(trace_arg_number(trace, args, "max", &number));
    assert_false(trace_arg_number(trace, args, "type", &number));
    assert_true(trace_arg_text(trace, slice_of(trace, 2, 0)->end_args, "error", text, 16));
    assert_string_equal(text, "KeyError");
    assert_false(trace_arg_text(trace, 0, "error", text, 16));
    trace_model_free(trace);
}

static void test_trace_reader__finds_what_a_time_shows(void **state) {
    (void)state;
    struct trace_model *trace = read_text(
        HEAD TASK_BEGIN(2, "a") SLICE("B", "1.000", 2, "span", "x")
            SLICE("E", "2.000", 2, "span", "x") SLICE("B", "4.000", 2, "span", "y")
                SLICE("B", "4.000", 2, "wait", "sleep") SLICE("E", "5.000", 2, "wait", "sleep")
                    SLICE("E", "6.000", 2, "span", "y") TASK_END("8.000", 2, "a") TAIL);
    uint32_t track = trace_find_track(trace, 1, 2);
    assert_int_equal(track, 1);
    assert_int_equal(trace_find_track(trace, 1, 9), TRACE_NO_INDEX);
    static const struct {
        int64_t time_ns;
        uint32_t from; /* the first that begins then or later */
    } cases[] = {
        {-1, 0},   {0, 0},    {500, 1},  {1000, 1}, {1500, 2}, {2000, 2}, {3000, 2},
        {4000, 2}, {4500, 4}, {5500, 4}, {6001, 4}, {8000, 4}, {8001, 4},
    };
    uint32_t first = trace->tracks[track].first_slice;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(trace_slice_from(trace, track, cases[i].time_ns), first + cases[i].from);
    assert_int_equal(trace_slice_from(trace, 0, 0), trace->tracks[0].first_slice);
    trace_model_free(trace);
}

/* Numbers that a table of tracks could have trouble with: far apart, by powers of two. */
static void test_trace_reader__finds_tracks_whose_numbers_are_far_apart(void **state) {
    (void)state;
    enum { TRACKS = 2000, STEP = 4096, LINE = 128 };
    char *text = malloc((size_t)2 * TRACKS * LINE + 2);
    assert_non_null(text);
    size_t length = (size_t)sprintf(text, "[");
    for (int i = 0; i < 2 * TRACKS; i++)
        length += (size_t)sprintf(text + length,
                                  "%s{\"ph\":\"i\",\"ts\":%d.000,\"pid\":1,\"tid\":%d,"
                                  "\"cat\":\"c\",\"name\":\"n\"}",
                                  i == 0 ? "" : ",\n", i, (i % TRACKS + 1) * STEP);
    strcpy(text + length, "]");
    struct trace_model *trace = read_text(text);
    assert_int_equal(trace->track_count, TRACKS);
    assert_int_equal(trace->instant_count, 2 * TRACKS);
    trace_model_free(trace);
    free(text);
}

static void test_trace_reader__keeps_what_counters_change(void **state) {
    (void)state;
    struct trace_model *trace = read_text(
        HEAD SLICE_ARGS("C", "1.000", 1, "object", "q", "\"size\":1,\"putters\":0")
            SLICE_ARGS("C", "2.000", 1, "object", "q", "\"size\":2,\"putters\":0")
                SLICE_ARGS("C", "2.000", 1, "object", "q", "\"size\":9,\"putters\":0")
                    SLICE_ARGS("C", "2.000", 1, "object", "q", "\"size\":1,\"putters\":0")
                        SLICE_ARGS("C", "3.000", 1, "object", "q", "\"size\":-4,\"x\":25") TAIL);
    assert_int_equal(trace->counter_count, 3);
    const struct trace_counter *size = &trace->counters[0];
    assert_string_equal(trace_text(trace, size->name), "q");
    assert_string_equal(trace_text(trace, size->key), "size");
    assert_int_equal(size->sample_count, 5); /* what holds for an instant, too */
    assert_true(size->min == -4 && size->max == 9);
    assert_true(trace_counter_at(size, 999) == 0);
    assert_true(trace_counter_at(size, 1000) == 1);
    assert_true(trace_counter_at(size, 2500) == 1);
    assert_true(trace_counter_at(size, 3000) == -4);
    assert_int_equal(trace->counters[1].sample_count, 1);
    assert_true(trace_counter_at(&trace->counters[2], 5000) == 25);
    assert_int_equal(trace->open_spans, TRACE_NO_INDEX);
    trace_model_free(trace);
}

/* Pretty-printed, by way of which no line is as our writer gives it. */
static char *loosen(const char *text) {
    char *loose = malloc(4 * strlen(text) + 1);
    assert_non_null(loose);
    char *to = loose;
    bool quoted = false;
    for (; *text != '\0'; text++) {
        if (*text == '"')
            quoted = !quoted;
        *to++ = *text;
        if (!quoted && strchr("{},:[]", *text) != NULL)
            to += sprintf(to, "%s", *text == ',' ? "\r\n\t" : " ");
    }
    *to = '\0';
    return loose;
}

static void assert_same_slices(const struct trace_model *a, const struct trace_model *b) {
    assert_int_equal(a->event_count, b->event_count);
    assert_int_equal(a->track_count, b->track_count);
    assert_int_equal(a->wake_count, b->wake_count);
    assert_int_equal(a->instant_count, b->instant_count);
    assert_int_equal(a->slice_count, b->slice_count);
    for (size_t i = 0; i < a->slice_count; i++) {
        const struct trace_slice *left = &a->slices[i];
        assert_slice(b, &b->slices[i], trace_category_text(a, left->category),
                     trace_text(a, left->name), left->begin_ns, left->end_ns, left->depth);
    }
}

static void test_trace_reader__the_form_of_the_json_does_not_matter(void **state) {
    (void)state;
    char *loose = loosen(whole);
    struct trace_model *tight_trace = read_text(whole);
    struct trace_model *loose_trace = read_text(loose);
    assert_int_equal(loose_trace->version, TRACE_VERSION);
    assert_same_slices(tight_trace, loose_trace);
    trace_model_free(loose_trace);

    /* And as the object that some tools save it as. */
    size_t size = strlen(whole) + 100;
    char *object = malloc(size);
    assert_non_null(object);
    snprintf(object, size, "\xEF\xBB\xBF{\"displayTimeUnit\":\"ms\",\"traceEvents\":%.*s,\"x\":{}}",
             (int)strlen(whole) - 1, whole);
    struct trace_model *object_trace = read_text(object);
    assert_int_equal(object_trace->version, TRACE_VERSION);
    assert_same_slices(tight_trace, object_trace);
    trace_model_free(object_trace);
    trace_model_free(tight_trace);
    free(object);
    free(loose);
}

static void test_trace_reader__events_may_lie_across_its_buffers(void **state) {
    (void)state;
    /* Lines of every length near some hundred, over several buffers' lengths. */
    enum { LINES = 6000, LINE_MAX_LENGTH = 400 };
    size_t capacity = sizeof HEAD + sizeof TAIL + LINES * (size_t)LINE_MAX_LENGTH;
    char *text = malloc(capacity);
    assert_non_null(text);
    char *at = text + sprintf(text, "%s", HEAD);
    for (int i = 0; i < LINES; i++)
        at += sprintf(at,
                      ",\n{\"ph\":\"i\",\"ts\":%d.000,\"pid\":1,\"tid\":1,\"cat\":\"print\","
                      "\"name\":\"%0*d\",\"s\":\"t\"}",
                      i, 1 + i % 300, i);
    sprintf(at, TAIL);
    struct trace_model *trace = read_text(text);
    assert_int_equal(trace->instant_count, LINES);
    for (int i = 0; i < LINES; i++) {
        assert_int_equal(trace->instants[i].time_ns, i * 1000);
        assert_int_equal(strtol(trace_text(trace, trace->instants[i].name), NULL, 10), i);
    }
    trace_model_free(trace);
    free(text);
}

/* --- Cut short -------------------------------------------------------------------------------- */

static void test_trace_reader__a_trace_may_be_cut_at_any_byte(void **state) {
    (void)state;
    char *texts[] = {strdup(whole), loosen(whole)};
    for (size_t t = 0; t < 2; t++) {
        size_t size = strlen(texts[t]);
        size_t end = (size_t)(strrchr(texts[t], ']') - texts[t]);
        uint64_t events = 0;
        for (size_t length = 1; length <= size; length++) {
            struct trace_model *trace;
            char expected[64];
            int error = trace_read_memory("t.json", texts[t], length, &trace, message);
            if (error != 0)
                print_error("cut at byte %zu: %s\n", length, message);
            assert_int_equal(error, 0);
            assert_int_equal(trace->complete, length > end);
            assert_int_equal(trace->warning_count, length <= end);
            snprintf(expected, sizeof expected, "cut short at byte %zu: ", length);
            if (length <= end)
                assert_non_null(strstr(trace->warnings[0], expected));
            assert_true(trace->event_count >= events);
            events = trace->event_count;
            for (size_t i = 0; i < trace->slice_count; i++)
                assert_true(trace->slices[i].begin_ns <= trace->slices[i].end_ns);
            trace_model_free(trace);
        }
        assert_int_equal(events, 21);
        free(texts[t]);
    }
}

static void test_trace_reader__says_what_was_open_where_it_was_cut(void **state) {
    (void)state;
    const char *cut = strstr(whole, ",\n{\"ph\":\"E\",\"ts\":1500000.000,\"pid\":1,\"tid\":3");
    struct trace_model *trace;
    assert_int_equal(
        trace_read_memory("t.json", whole, (size_t)(cut + 20 - whole), &trace, message), 0);
    char expected[96];
    snprintf(expected, sizeof expected,
             "t.json:13: cut short at byte %zu: this is what its first 12 events tell",
             (size_t)(cut + 20 - whole));
    assert_string_equal(trace->warnings[0], expected);
    assert_int_equal(trace->end_ns, 1500000000);
    /* The tasks, a's wait, b's span and wait. */
    for (size_t i = 0; i < trace->slice_count; i++) {
        assert_int_equal(trace->slices[i].flags, TRACE_SLICE_OPEN);
        assert_int_equal(trace->slices[i].end_ns, 1500000000);
    }
    assert_int_equal(trace->slice_count, 5);
    assert_int_equal(trace->tracks[1].outcome, TRACE_OUTCOME_UNKNOWN);
    trace_model_free(trace);
}

/* --- Refusals --------------------------------------------------------------------------------- */

static void test_trace_reader__refuses_a_trace_that_breaks_a_rule(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *refusal;
    } cases[] = {
        {HEAD TASK_BEGIN(2, "a") SLICE("B", "2.000", 2, "span", "x")
             SLICE("E", "1.999", 2, "span", "x") TAIL,
         "t.json:7: time goes back, from 2.000 to 1.999"},
        {HEAD TASK_BEGIN(2, "a") SLICE("E", "0.000", 2, "span", "x") TAIL,
         "t.json:6: an end of span \"x\", but task \"a\" is the innermost open slice of track "
         "\"a\""},
        /* A name that is written as what the open one stands for is another one. */
        {HEAD TASK_BEGIN(2, "a") SLICE("B", "0.000", 2, "span", "x\\\\n")
             SLICE("E", "0.000", 2, "span", "x\\n") TAIL,
         "t.json:7: an end of span \"x\\n\", but span \"x\\n\" is the innermost open slice of "
         "track \"a\""},
        {HEAD TASK_END("0.000", 2, "a") TAIL,
         "t.json:5: an end of task \"a\", but nothing is open on track \"a\""},
        {HEAD TASK_BEGIN(2, "a") SLICE("B", "0.000", 2, "wait", "put q")
             SLICE("B", "0.000", 2, "wait", "get q") TAIL,
         "t.json:7: task \"a\" begins to wait while it waits for \"put q\""},
        {HEAD TASK_BEGIN(2, "a") SLICE("B", "0.000", 2, "wait", "put q")
             SLICE("B", "0.000", 2, "span", "x") TAIL,
         "t.json:7: task \"a\" does something while it does not run (wait \"put q\" is open)"},
        {HEAD TASK_BEGIN(2, "a") TASK_END("0.000", 2, "a") TASK_BEGIN(2, "a") TAIL,
         "t.json:7: task \"a\" begins twice"},
        {HEAD SLICE("B", "0.000", 2, "wait", "sleep") TAIL,
         "t.json:5: a wait slice outside of a task, on track \"a\""},
        {HEAD SLICE("B", "0.000", 1, "task", "a") TAIL, "t.json:5: a task on the loop's track"},
        {HEAD SLICE("B", "0.000", 2, "run", "a") TAIL, "t.json:5: a run slice on track \"a\""},
        {HEAD TASK_BEGIN(2, "a") TAIL,
         "t.json:5: the trace ends, but task \"a\" of track \"a\" is still open"},
        {HEAD TASK_BEGIN(2, "a") WAKE_BEGIN("0.000", 1, 1) TAIL,
         "t.json:6: wake 1 never ends (\"f\")"},
        {HEAD TASK_BEGIN(2, "a") WAKE_END("0.000", 2, 1) TAIL,
         "t.json:6: wake 1 ends (\"f\"), but has not begun (\"s\")"},
        {HEAD TASK_BEGIN(2, "a") WAKE_BEGIN("0.000", 1, 1) WAKE_END("0.000", 2, 1) TAIL,
         "t.json:7: wake 1 of task \"a\", which does not wait"},
        {HEAD TASK_BEGIN(2, "a") SLICE("B", "0.000", 2, "wait", "sleep") WAKE_BEGIN("0.000", 1, 2)
             WAKE_END("0.000", 2, 2) WAKE_BEGIN("0.000", 1, 2) TAIL,
         "t.json:9: wake 2 after wake 2: the ids of wakes must rise"},
        {HEAD TASK_BEGIN(2, "a") SLICE("B", "0.000", 2, "wait", "sleep") WAKE_BEGIN("0.000", 1, 1)
             WAKE_END("0.000", 2, 1) WAKE_BEGIN("0.000", 1, 2) WAKE_END("0.000", 2, 2) TAIL,
         "t.json:10: wake 2 of task \"a\", which does not wait"},
        {HEAD TASK_BEGIN(2, "a") SLICE("B", "0.000", 2, "wait", "sleep")
             WAKE_BEGIN("0.000", 1, 1) ",\n{\"ph\":\"f\",\"ts\":0.000,\"pid\":1,\"tid\":2,\"cat\":"
                                       "\"wake\",\"name\":\"wake\","
                                       "\"id\":1}" TAIL,
         "t.json:8: wake 1 ends without \"bp\":\"e\""},
        {HEAD ",\n{\"ph\":\"s\",\"ts\":0.000,\"pid\":1,\"tid\":2,\"cat\":\"w\",\"name\":\"wake\","
              "\"id\":1}" TAIL,
         "t.json:5: a wake's category is \"wake\", not \"w\""},
        {HEAD ",\n{\"ph\":\"s\",\"ts\":0.000,\"pid\":1,\"tid\":2,\"cat\":\"wake\",\"name\":\"w\","
              "\"id\":1}" TAIL,
         "t.json:5: a wake's name is \"wake\", not \"w\""},
        {HEAD SLICE("i", "0.000", 1, "cancel", "cancel") TAIL,
         "t.json:5: a cancel event outside of a task, on track \"loop\""},
        {HEAD SLICE("C", "0.000", 2, "span", "spans") TAIL,
         "t.json:5: a span counter on track \"a\""},
        {HEAD SLICE("s", "0.000", 2, "wake", "wake") TAIL,
         "t.json:5: a wake without an id above 0"},
        {HEAD ",\n{\"ph\":\"C\",\"ts\":0.000,\"pid\":1,\"tid\":1,\"cat\":\"object\",\"name\":\"q\","
              "\"id\":\"q\",\"args\":{\"size\":0}}" TAIL,
         "t.json:5: an object's \"id\" is not a number"},
        {HEAD SLICE("X", "0.000", 2, "span", "x") TAIL,
         "t.json:5: an event with \"ph\":\"X\", which a trace of ours does not have"},
        {HEAD SLICE("i", "0.000", 0, "print", "x") TAIL,
         "t.json:5: an event whose \"pid\" or \"tid\" is not a number above 0"},
        {HEAD ",\n{\"ph\":\"i\",\"pid\":1,\"tid\":1,\"cat\":\"print\",\"name\":\"x\"}" TAIL,
         "t.json:5: an event without a time (\"ts\")"},
        {HEAD ",\n{\"ph\":\"i\",\"ts\":1,\"pid\":1,\"tid\":1,\"cat\":\"print\"}" TAIL,
         "t.json:5: an event without a name"},
        {HEAD
         ",\n{\"ph\":\"i\",\"ts\":\"1\",\"pid\":1,\"tid\":1,\"cat\":\"print\",\"name\":\"x\"}" TAIL,
         "t.json:5: an event with a text where a number is to be, or a number where a text is to "
         "be"},
        {"[{\"ph\":\"M\",\"pid\":1,\"name\":\"cadran\",\"args\":{\"trace\":3}}]",
         "t.json:1: version 3 of the trace format; this program reads version 2: use a newer "
         "one"},
        {"[{\"ph\":\"M\",\"pid\":1,\"name\":\"cadran\",\"args\":{\"trace\":1}}]",
         "t.json:1: version 1 of the trace format; this program reads version 2: record the run "
         "again"},
        {HEAD TASK_BEGIN(2, "a") SLICE("E", "0.000", 2, "task", "a") TAIL,
         "t.json:6: \"E\" of task \"a\" without its argument \"outcome\""},
        {HEAD TASK_BEGIN(2, "a") SLICE_ARGS("E", "0.000", 2, "task", "a", "\"outcome\":1") TAIL,
         "t.json:6: the argument \"outcome\" of \"E\" of task \"a\" is no text"},
        {HEAD TASK_BEGIN(2, "a") SLICE_ARGS("B", "0.000", 2, "wait", "sleep", "\"until\":\"1\"")
             TAIL,
         "t.json:6: the argument \"until\" of \"B\" of wait \"sleep\" is no time"},
        {HEAD TASK_BEGIN(2, "a") TASK_END("0.000", 2, "a") SLICE("B", "0.000", 2, "span", "x") TAIL,
         "t.json:7: a span slice outside of a task, on track \"a\""},
        {HEAD SLICE_ARGS("B", "0.000", 2, "task", "a", "\"by\":\"b\"") TAIL,
         "t.json:5: the argument \"by\" of \"B\" of task \"a\" is no task: a name, and its track "
         "with \"_tid\" behind the key"},
        {HEAD SLICE("C", "0.000", 1, "span", "spans") TAIL,
         "t.json:5: \"C\" of span \"spans\" without a value"},
        {HEAD SLICE_ARGS("C", "0.000", 1, "span", "spans", "\"open\":0.5") TAIL,
         "t.json:5: \"C\" of span \"spans\" with a value that is no whole number"},
        {HEAD ",\n{\"ph\":\"M\",\"pid\":1,\"tid\":4,\"name\":\"thread_name\"}" TAIL,
         "t.json:5: \"M\" of metadata \"thread_name\" without its argument \"name\""},
        {"[{\"ph\":\"M\",\"pid\":1,\"name\":\"cadran\",\"args\":{\"trace\":0.5}}]",
         "t.json:1: the header's \"trace\" is no version"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_refused(cases[i].text, cases[i].refusal);
        /* Whatever its form, the trace is the same. */
        struct trace_model *trace;
        char *loose = loosen(cases[i].text);
        assert_int_equal(trace_read_memory("t.json", loose, strlen(loose), &trace, message),
                         CAD_EINVAL);
        free(loose);
    }
}

/* So many tasks that begin and end at once, from this track on; room for them is LINES_MAX each. */
enum { MANY_TASKS = 1000, LINES_MAX = 400 };

static size_t put_tasks(char *text, int first, int count) {
    size_t length = 0;
    for (int tid = first; tid < first + count; tid++)
        length += (size_t)sprintf(
            text + length,
            ",\n{\"ph\":\"M\",\"pid\":1,\"tid\":%d,\"name\":\"thread_name\",\"args\":{\"name\":"
            "\"n%d\"}},\n"
            "{\"ph\":\"B\",\"ts\":0.000,\"pid\":1,\"tid\":%d,\"cat\":\"task\",\"name\":\"n\"},"
            "\n"
            "{\"ph\":\"E\",\"ts\":0.000,\"pid\":1,\"tid\":%d,\"cat\":\"task\",\"name\":\"n\","
            "\"args\":{\"outcome\":\"returned\"}}",
            tid, tid, tid, tid);
    return length;
}

/* Of very many tasks the names of those that have ended last are known. */
static void test_trace_reader__a_track_has_its_name_for_a_while_after_its_task(void **state) {
    (void)state;
    char *text = malloc((size_t)MANY_TASKS * LINES_MAX);
    assert_non_null(text);
    struct last_event last;
    for (int late = 0; late <= 1; late++) {
        size_t length = (size_t)sprintf(text, "%s", HEAD);
        length += put_tasks(text + length, 4, MANY_TASKS);
        sprintf(
            text + length,
            ",\n{\"ph\":\"B\",\"ts\":0.000,\"pid\":1,\"tid\":%d,\"cat\":\"span\",\"name\":\"x\"}]",
            late ? 4 : 3 + MANY_TASKS);
        assert_int_equal(read_events(text, &last), CAD_EINVAL);
        assert_non_null(strstr(message, late ? "on track \"thread 4\"" : "on track \"n1003\""));
    }
    free(text);
}

/* A slice that begins on a track behind its task, and is open while very many others end. */
static void test_trace_reader__a_track_is_known_while_anything_is_open_on_it(void **state) {
    (void)state;
    static const struct {
        const char *end, *refusal;
    } ends[] = {
        {SLICE("E", "1.000", 4, "gc", "pause") TAIL, NULL},
        {SLICE("E", "1.000", 4, "gc", "pause") SLICE("E", "1.000", 4, "gc", "pause") TAIL,
         "nothing is open on track \"n4\""},
        {SLICE("E", "1.000", 4, "gc", "other") TAIL, "slice of track \"n4\""},
        {TAIL, "track \"n4\""},
    };
    char *text = malloc((size_t)MANY_TASKS * LINES_MAX);
    assert_non_null(text);
    struct last_event last;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        size_t length = (size_t)sprintf(text, "%s", HEAD);
        length += put_tasks(text + length, 4, 1);
        length += (size_t)sprintf(text + length, "%s", SLICE("B", "0.000", 4, "gc", "pause"));
        length += put_tasks(text + length, 5, MANY_TASKS - 10);
        strcpy(text + length, ends[i].end);
        assert_int_equal(read_events(text, &last), ends[i].refusal == NULL ? 0 : CAD_EINVAL);
        if (ends[i].refusal != NULL)
            assert_non_null(strstr(message, ends[i].refusal));
    }
    free(text);
}

/* Whatever row the table has: an event of it on a track that is not its own is refused, and on its
 * own it is none that is refused for that. */
static void test_trace_reader__each_kind_stands_where_the_table_says(void **state) {
    (void)state;
    for (int kind = TRACE_UNKNOWN + 1; kind < TRACE_KIND_COUNT; kind++) {
        const struct trace_kind_row *row = &trace_kinds[kind];
        if (row->phase == 'M' || row->phase == 'E')
            continue;
        const char *category = trace_categories[row->category];
        for (int tid = 1; tid <= 2; tid++) {
            char text[1024];
            struct last_event last;
            snprintf(text, sizeof text,
                     HEAD TASK_BEGIN(2, "t") ",\n{\"ph\":\"%c\",\"ts\":0.000,\"pid\":1,\"tid\":%d,"
                                             "\"cat\":\"%s\",\"name\":\"%s\",\"id\":1}",
                     row->phase, tid, category, row->name != NULL ? row->name : "n");
            int error = read_events(text, &last);
            bool astray = (row->place == TRACE_ON_LOOP && tid != 1) ||
                          row->place == TRACE_ON_LANE || (row->place == TRACE_ON_TASK && tid == 1);
            if (astray) {
                assert_int_equal(error, CAD_EINVAL);
                assert_non_null(strstr(message, "t.json:6: a "));
                assert_non_null(strstr(message, category));
                assert_non_null(strstr(message, " track"));
            } else {
                assert_null(strstr(message, " track"));
            }
        }
    }
}

#define LANE "1000000003"
#define LANE_BEGIN                                                                                 \
    ",\n{\"ph\":\"B\",\"ts\":0.000,\"pid\":1,\"tid\":" LANE                                        \
    ",\"cat\":\"lane\",\"name\":\"connection\",\"args\":{\"object\":3}}"
#define LANE_END                                                                                   \
    ",\n{\"ph\":\"E\",\"ts\":0.000,\"pid\":1,\"tid\":" LANE                                        \
    ",\"cat\":\"lane\",\"name\":\"connection\"}"

/* A lane is there once, has a track of its own, behind all tasks, and no task has it. */
static void test_trace_reader__lanes_of_connections(void **state) {
    (void)state;
    static const struct {
        const char *text, *refusal;
    } cases[] = {
        {HEAD LANE_BEGIN LANE_END TAIL, NULL},
        {HEAD LANE_BEGIN
         ",\n{\"ph\":\"i\",\"ts\":0.000,\"pid\":1,\"tid\":" LANE
         ",\"cat\":\"data\",\"name\":\"sent\",\"args\":{\"bytes\":3}}" LANE_END TAIL,
         NULL},
        {HEAD LANE_BEGIN ",\n{\"ph\":\"i\",\"ts\":0.000,\"pid\":1,\"tid\":" LANE
                         ",\"cat\":\"data\",\"name\":\"sent\"}" LANE_END TAIL,
         "without its argument \"bytes\""},
        {HEAD LANE_BEGIN LANE_END LANE_BEGIN LANE_END TAIL, "lane \"connection\" begins twice"},
        {HEAD LANE_BEGIN TAIL, "lane \"connection\" of track \"thread " LANE "\" is still open"},
        {HEAD TASK_BEGIN(1000000003, "t") TASK_END("0.000", 1000000003, "t") TAIL,
         "a task on a lane's track"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct last_event last;
        assert_int_equal(read_events(cases[i].text, &last),
                         cases[i].refusal == NULL ? 0 : CAD_EINVAL);
        if (cases[i].refusal != NULL)
            assert_non_null(strstr(message, cases[i].refusal));
    }
}

/* A consumer has got all up to the event that breaks a rule, and not that one. */
static void test_trace_reader__events_come_only_as_far_as_they_keep_the_rules(void **state) {
    (void)state;
    struct last_event last;
    assert_int_equal(read_events(whole, &last), 0);
    assert_int_equal(last.count, 21);
    assert_int_equal(read_events(HEAD TASK_BEGIN(2, "a") SLICE("E", "0.000", 2, "span", "x")
                                     TASK_END("0.000", 2, "a") TAIL,
                                 &last),
                     CAD_EINVAL);
    assert_int_equal(last.count, 5);
    assert_int_equal(last.line, 5);
}

/* An end is that of its begin, however its name is written. */
static void test_trace_reader__an_end_may_be_written_otherwise(void **state) {
    (void)state;
    struct last_event last;
    trace_model_free(
        read_text(HEAD TASK_BEGIN(2, "\\u0061b") SLICE("E", "0.000", 2, "t\\u0061sk", "ab") TAIL));
    assert_int_equal(read_events(HEAD TASK_BEGIN(2, "\\u0061b")
                                     SLICE("E", "0.000", 2, "t\\u0061sk", "ab") TAIL,
                                 &last),
                     0);
}

static void test_trace_reader__refuses_what_is_no_json(void **state) {
    (void)state;
    assert_refused("hello", "t.json:1: not a trace: a Trace Event file is JSON, and begins with "
                            "'[' or '{'");
    assert_refused("\n\n\x1f", "t.json:3: not a trace: a Trace Event file is JSON, and begins with "
                               "'[' or '{'");
    assert_refused("[1]", "t.json:1: not JSON: '1' where an event, which begins with '{', should "
                          "be");
    assert_refused("[\n{\"ph\":\"i\",\n\"ts\":01}]", "t.json:3: not JSON: unexpected '1'");
    assert_refused("[{\"ph\":\"\x01\"}]", "t.json:1: not JSON: unexpected 0x01");
    assert_refused("[{\"ph\":\"\\x\"}]", "t.json:1: not JSON: unexpected '\\'");
    assert_refused("[{} {}]", "t.json:1: not JSON: '{' where ',' or ']' should be");
    assert_refused("[]\nx", "t.json:2: not JSON: 'x' where the end of the file should be");
    assert_refused("{\"traceEvents\" []}", "t.json:1: not JSON: '[' where ':' should be");
    assert_refused("{\"a\":1 \"b\":2}", "t.json:1: not JSON: '\"' where ',' or '}' should be");
    assert_refused("{1:2}", "t.json:1: not JSON: '1' where a name in quotes should be");
}

static void test_trace_reader__refuses_what_is_too_deep_or_too_large(void **state) {
    (void)state;
    char deep[TRACE_EVENT_DEPTH_MAX + sizeof HEAD + 64];
    char *at = deep + sprintf(deep, "%s", HEAD ",\n{\"args\":");
    memset(at, '[', TRACE_EVENT_DEPTH_MAX);
    at[TRACE_EVENT_DEPTH_MAX] = '\0';
    assert_refused(deep, "t.json:5: there are no events with values inside more than 64 arrays and "
                         "objects in a trace of ours, but here");

    size_t size = 2 * TRACE_EVENT_SIZE_MAX;
    char *large = malloc(size + 1);
    assert_non_null(large);
    memset(large, 'x', size);
    large[sprintf(large, "%s", HEAD ",\n{\"name\":\"")] = 'x';
    large[size] = '\0';
    assert_refused(
        large, "t.json:5: there are no events of more than 16 MiB in a trace of ours, but here");
    free(large);
}

static void test_trace_reader__messages_carry_no_control_characters(void **state) {
    (void)state;
    assert_refused(HEAD TASK_BEGIN(2, "a\\u001b[31m\\n\xff") TAIL,
                   "t.json:5: the trace ends, but task \"a?[31m?\xef\xbf\xbd\" of track \"a\" is "
                   "still open");
}

static void test_trace_reader__says_which_file_cannot_be_read(void **state) {
    (void)state;
    struct trace_model *trace;
    assert_int_equal(trace_read("/nonexistent/t.json", &trace, message), CAD_ESYSTEM);
    assert_string_equal(message, "/nonexistent/t.json: No such file or directory");
    assert_null(trace);
    assert_int_equal(trace_read("/", &trace, message), CAD_ESYSTEM);
    assert_string_equal(message, "/: Is a directory");
}

/* --- Other programs' traces ------------------------------------------------------------------- */

static void test_trace_reader__nests_complete_events_in_any_order(void **state) {
    (void)state;
    struct trace_model *trace = read_text(
        "[{\"ph\":\"X\",\"ts\":3,\"dur\":1.5,\"pid\":7,\"tid\":9,\"name\":\"inner\",\"cat\":\"c\"},"
        "{\"ph\":\"X\",\"ts\":2,\"dur\":8,\"pid\":7,\"tid\":9,\"name\":\"outer\"},"
        "{\"ph\":\"X\",\"ts\":3e0,\"dur\":0.25,\"pid\":7,\"tid\":9,\"name\":\"innermost\"},"
        "{\"ph\":\"X\",\"ts\":9,\"dur\":4,\"pid\":7,\"tid\":9,\"name\":\"overlap\"},"
        "{\"ph\":\"X\",\"ts\":1,\"dur\":1,\"pid\":7,\"tid\":8,\"name\":\"other\","
        "\"args\":{\"k\":\"v\"}},"
        "{\"ph\":\"M\",\"pid\":7,\"tid\":8,\"name\":\"thread_name\",\"args\":{\"name\":\"T\"}},"
        "{\"ph\":\"M\",\"pid\":7,\"tid\":8,\"name\":\"thread_sort_index\","
        "\"args\":{\"sort_index\":-5}},"
        "{\"ph\":\"M\",\"pid\":7,\"name\":\"process_name\",\"args\":{\"name\":\"P\"}},]");
    assert_int_equal(trace->version, 0);
    assert_true(trace->complete);
    assert_int_equal(trace->begin_ns, 1000);
    assert_int_equal(trace->end_ns, 13000);
    assert_int_equal(trace->remark_count, 0);
    assert_string_equal(trace_text(trace, trace->processes[0].name), "P");
    assert_int_equal(trace->track_count, 2);
    assert_string_equal(trace_text(trace, trace->tracks[0].name), "T");
    assert_string_equal(trace_text(trace, trace->tracks[1].name), "thread 9");
    assert_slice(trace, slice_of(trace, 0, 0), "other", "other", 1000, 2000, 0);
    assert_string_equal(trace_text(trace, slice_of(trace, 0, 0)->args), "{\"k\":\"v\"}");
    assert_slice(trace, slice_of(trace, 1, 0), "other", "outer", 2000, 10000, 0);
    assert_slice(trace, slice_of(trace, 1, 1), "c", "inner", 3000, 4500, 1);
    assert_slice(trace, slice_of(trace, 1, 2), "other", "innermost", 3000, 3250, 2);
    assert_slice(trace, slice_of(trace, 1, 3), "other", "overlap", 9000, 13000, 1);
    trace_model_free(trace);
}

static void test_trace_reader__a_foreign_trace_may_be_cut_at_any_byte(void **state) {
    (void)state;
    static const char text[] =
        "{\"metadata\": {\"x\": [1, 2.5e3, true, null]}, \"traceEvents\": [\n"
        "  {\"ph\": \"X\", \"ts\": 3, \"dur\": 1, \"pid\": 7, \"tid\": 9, \"name\": \"a\\n\"},\n"
        "  {\"ph\": \"B\", \"ts\": 4, \"pid\": 7, \"tid\": 9, \"name\": \"b\"}\n"
        "], \"more\": -1 }";
    for (size_t length = 1; length < sizeof text; length++) {
        struct trace_model *trace;
        assert_int_equal(trace_read_memory("t.json", text, length, &trace, message), 0);
        assert_int_equal(trace->complete, length == sizeof text - 1);
        trace_model_free(trace);
    }
}

/* --- Memory ----------------------------------------------------------------------------------- */

static void test_trace_reader__survives_every_allocation_failure(void **state) {
    (void)state;
    memory_start(base_set_allocator);
    static const char foreign[] =
        "[{\"ph\":\"s\",\"ts\":1,\"pid\":\"p\",\"tid\":1,\"name\":\"n\\n\",\"id\":1},"
        "{\"ph\":\"f\",\"ts\":2,\"pid\":\"p\",\"tid\":\"t\",\"name\":\"n\\n\",\"id\":1},"
        "{\"ph\":\"b\",\"ts\":2,\"pid\":1,\"name\":\"n\",\"id\":1,\"cat\":\"q\"},"
        "{\"ph\":\"b\",\"ts\":3,\"pid\":1,\"name\":\"m\",\"id\":1,\"cat\":\"q\"},"
        "{\"ph\":\"e\",\"ts\":4,\"pid\":1,\"name\":\"n\",\"id\":1,\"cat\":\"q\"},"
        "{\"ph\":\"e\",\"ts\":5,\"pid\":1,\"name\":\"m\",\"id\":1,\"cat\":\"q\"},"
        "{\"ph\":\"S\",\"ts\":3,\"pid\":1,\"name\":\"n\",\"id\":1},"
        "{\"ph\":\"T\",\"ts\":3,\"pid\":1,\"name\":\"n\",\"id\":1,\"args\":{\"step\":\"s\"}},"
        "{\"ph\":\"X\",\"ts\":2,\"pid\":1,\"tid\":9,\"name\":\"n\",\"bind_id\":1,\"flow_out\":1},"
        "{\"ph\":\"M\",\"pid\":1,\"name\":\"other\"},"
        "{\"ph\":\"C\",\"ts\":2,\"pid\":1,\"name\":\"n\",\"id\":1,\"args\":{\"\xc3\xa9\":1}},"
        "{\"ph\":\"X\",\"ts\":2,\"dur\":1,\"pid\":1,\"tid\":-4,\"name\":\"n\"},"
        "{\"ph\":\"M\",\"pid\":1,\"tid\":-4,\"name\":\"thread_sort_index\","
        "\"args\":{\"sort_index\":-1}},"
        "{\"ph\":\"i\",\"ts\":2,\"pid\":1,\"tid\":1,\"name\":\"n\"},{\"ph\":\"P\"}";
    const char *texts[] = {whole, foreign};
    for (size_t t = 0; t < 2; t++) {
        int error = CAD_ENOMEM;
        for (size_t allowed = 0; error != 0; allowed++) {
            struct trace_model *trace;
            assert_true(allowed < 1000);
            memory_allow(allowed);
            error = trace_read_memory("t.json", texts[t], strlen(texts[t]), &trace, message);
            if (error != 0) {
                assert_int_equal(error, CAD_ENOMEM);
                assert_null(trace);
                assert_string_equal(message, "t.json: not enough memory to read it");
            }
            trace_model_free(trace);
            memory_allow(SIZE_MAX);
        }
    }
    base_set_allocator(NULL, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trace_reader__reads_a_trace_of_ours),
        cmocka_unit_test(test_trace_reader__reads_any_seed),
        cmocka_unit_test(test_trace_reader__reads_arguments),
        cmocka_unit_test(test_trace_reader__finds_what_a_time_shows),
        cmocka_unit_test(test_trace_reader__finds_tracks_whose_numbers_are_far_apart),
        cmocka_unit_test(test_trace_reader__keeps_what_counters_change),
        cmocka_unit_test(test_trace_reader__the_form_of_the_json_does_not_matter),
        cmocka_unit_test(test_trace_reader__events_may_lie_across_its_buffers),
        cmocka_unit_test(test_trace_reader__a_trace_may_be_cut_at_any_byte),
        cmocka_unit_test(test_trace_reader__says_what_was_open_where_it_was_cut),
        cmocka_unit_test(test_trace_reader__refuses_a_trace_that_breaks_a_rule),
        cmocka_unit_test(test_trace_reader__a_track_has_its_name_for_a_while_after_its_task),
        cmocka_unit_test(test_trace_reader__each_kind_stands_where_the_table_says),
        cmocka_unit_test(test_trace_reader__lanes_of_connections),
        cmocka_unit_test(test_trace_reader__a_track_is_known_while_anything_is_open_on_it),
        cmocka_unit_test(test_trace_reader__events_come_only_as_far_as_they_keep_the_rules),
        cmocka_unit_test(test_trace_reader__an_end_may_be_written_otherwise),
        cmocka_unit_test(test_trace_reader__refuses_what_is_no_json),
        cmocka_unit_test(test_trace_reader__refuses_what_is_too_deep_or_too_large),
        cmocka_unit_test(test_trace_reader__messages_carry_no_control_characters),
        cmocka_unit_test(test_trace_reader__says_which_file_cannot_be_read),
        cmocka_unit_test(test_trace_reader__nests_complete_events_in_any_order),
        cmocka_unit_test(test_trace_reader__a_foreign_trace_may_be_cut_at_any_byte),
        cmocka_unit_test(test_trace_reader__survives_every_allocation_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Reading a trace event by event (sim/trace/decode.c, reader.c): what the format's page says of a
 * line, told back by the table of kinds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cadran.h"
#include "support/memory_test.h"
#include "trace/event.h"
#include "trace/reader.h"

static char message[TRACE_MESSAGE_SIZE];

/* --- One event of each kind ------------------------------------------------------------------- */

/* What all texts are here, and how that is written. */
#define TEXT "a \"\\\n\xc3\xa9\xf0\x9f\x98\x80 z"
#define ESCAPED "a \\\"\\\\\\n\xc3\xa9\\ud83d\\ude00 z"

struct line {
    char text[4096];
    size_t length;
};

static void put(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct line *line, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t room = sizeof line->text - line->length;
    int length = vsnprintf(line->text + line->length, room, format, arguments);
    va_end(arguments);
    assert_true(length >= 0 && (size_t)length < room);
    line->length += (size_t)length;
}

/* A number for each argument, some of them at the ends of what there is. */
static int64_t number_of(int argument) {
    static const int64_t numbers[] = {INT64_MAX, 0, 17, INT64_MIN, -1};
    if (trace_arguments[argument].type == TRACE_TYPE_TIME)
        return 1234567890 + argument;
    return numbers[argument % 5] - (argument % 5 == 2 ? argument : 0);
}

static void put_argument(struct line *line, int argument) {
    const char *key = trace_arguments[argument].key;
    int64_t number = number_of(argument);
    switch (trace_arguments[argument].type) {
    case TRACE_TYPE_TEXT:
        put(line, "\"%s\":\"%s\",", key, ESCAPED);
        break;
    case TRACE_TYPE_TIME:
        put(line, "\"%s\":%" PRId64 ".%03d,", key, number / 1000, (int)(number % 1000));
        break;
    case TRACE_TYPE_TASK:
        put(line, "\"%s\":\"%s\",\"%s_tid\":%" PRId64 ",", key, ESCAPED, key, number);
        break;
    case TRACE_TYPE_STATE:
        put(line, "\"waiters\":3,\"owner_\":-4,");
        break;
    case TRACE_TYPE_TEXTS:
        put(line, "\"%s\":{\"width\":\"%s\",\"\":\"\"},", key, ESCAPED);
        break;
    default:
        put(line, "\"%s\":%" PRId64 ",", key, number);
    }
}

static void put_event(struct line *line, enum trace_kind kind, const char *name) {
    const struct trace_kind_row *row = &trace_kinds[kind];
    put(line, "{\"ph\":\"%c\",", row->phase);
    if (row->phase != 'M')
        put(line, "\"ts\":%d.%03d,", kind, kind);
    put(line, "\"pid\":1,");
    if (row->place != TRACE_ON_NONE)
        put(line, "\"tid\":%d,", kind + 1);
    if (row->phase != 'M')
        put(line, "\"cat\":\"%s\",", trace_categories[row->category]);
    put(line, "\"name\":\"%s\",\"id\":%d,\"args\":{", row->name != NULL ? row->name : name, kind);
    for (int argument = 0; argument < TRACE_ARG_COUNT; argument++)
        if ((row->arguments >> argument & 1) != 0)
            put_argument(line, argument);
    line->length -= line->text[line->length - 1] == ',';
    put(line, "}}");
}

static void assert_text(struct trace_string text, const char *expected) {
    assert_int_equal(text.length, strlen(expected));
    assert_memory_equal(text.text, expected, text.length);
}

static void assert_argument(const struct trace_event *event, int argument) {
    const struct trace_argument *found = &event->args[argument];
    enum trace_type type = trace_arguments[argument].type;
    assert_true(trace_has(event, (enum trace_argument_index)argument));
    if (type == TRACE_TYPE_TEXT || type == TRACE_TYPE_TASK)
        assert_text(found->text, TEXT);
    if (type == TRACE_TYPE_STATE || type == TRACE_TYPE_TEXTS) {
        assert_int_equal(event->field_count, 2);
        assert_text(event->fields[0].key, type == TRACE_TYPE_STATE ? "waiters" : "width");
        assert_text(event->fields[1].key, type == TRACE_TYPE_STATE ? "owner_" : "");
        assert_int_equal(event->fields[1].number, type == TRACE_TYPE_STATE ? -4 : 0);
        if (type == TRACE_TYPE_TEXTS)
            assert_text(event->fields[0].text, TEXT);
    } else if (type != TRACE_TYPE_TEXT) {
        assert_true(found->number == number_of(argument));
    }
}

/* --- A consumer ------------------------------------------------------------------------------- */

struct reading {
    struct trace_consumer consumer;
    uint64_t count;
    uint64_t fail_at; /* this one; 0: none */
    int end_error;
    bool ended;
    bool complete;
    const char *name; /* of those whose name differs */
    void (*look)(struct reading *reading, const struct trace_event *event);
};

static int take(struct trace_consumer *consumer, const struct trace_event *event) {
    struct reading *reading = (struct reading *)consumer;
    assert_false(reading->ended);
    assert_int_equal(event->ordinal, ++reading->count);
    if (reading->look != NULL)
        reading->look(reading, event);
    return reading->count == reading->fail_at ? -99 : 0;
}

static int end(struct trace_consumer *consumer, bool complete) {
    struct reading *reading = (struct reading *)consumer;
    assert_false(reading->ended);
    reading->ended = true;
    reading->complete = complete;
    return reading->end_error;
}

static const char *failure(const struct trace_consumer *consumer) {
    (void)consumer;
    return "enough";
}

static struct reading new_reading(void (*look)(struct reading *, const struct trace_event *)) {
    return (struct reading){
        .consumer = {.take = take, .end = end, .failure = failure}, .name = TEXT, .look = look};
}

/* All kinds in the order of the table, the first one last: nothing is held to rules where a trace
 * does not begin with that. */
static enum trace_kind kind_of(uint64_t ordinal) {
    return (enum trace_kind)(ordinal % (TRACE_KIND_COUNT - 1) + 1);
}

static void look_at_kind(struct reading *reading, const struct trace_event *event) {
    enum trace_kind kind = kind_of(reading->count);
    const struct trace_kind_row *row = &trace_kinds[kind];
    assert_int_equal(event->kind, kind);
    assert_int_equal(event->phase, row->phase);
    assert_int_equal(event->line, reading->count);
    assert_int_equal(event->pid, 1);
    assert_int_equal(event->tid, row->place == TRACE_ON_NONE ? 0 : kind + 1);
    assert_int_equal(event->id, kind);
    if (row->phase != 'M') {
        assert_int_equal(event->time_ns, kind * 1001);
        assert_text(event->category, trace_categories[row->category]);
    }
    assert_text(event->name, row->name != NULL ? row->name : reading->name);
    assert_true(event->present == row->arguments);
    for (int argument = 0; argument < TRACE_ARG_COUNT; argument++)
        if ((row->arguments >> argument & 1) != 0)
            assert_argument(event, argument);
}

static void test_trace_decode__each_kind_is_read_as_the_table_says(void **state) {
    (void)state;
    static char text[TRACE_KIND_COUNT * 2048];
    size_t length = 0;
    for (uint64_t ordinal = 1; ordinal < TRACE_KIND_COUNT; ordinal++) {
        struct line line = {.length = 0};
        put_event(&line, kind_of(ordinal), ESCAPED);
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%s",
                                   length == 0 ? "[" : ",\n", line.text);
        assert_true(length < sizeof text);
    }
    struct reading reading = new_reading(look_at_kind);
    bool complete;
    assert_int_equal(
        trace_read_events_memory("t", text, length, &reading.consumer, &complete, message), 0);
    assert_int_equal(reading.count, TRACE_KIND_COUNT - 1);
    assert_true(reading.ended);
    assert_false(complete || reading.complete);
    assert_non_null(strstr(message, "t:"));
    assert_non_null(strstr(message, ": cut short at byte "));
}

/* --- What the table does not have ------------------------------------------------------------- */

static void look_at_odd(struct reading *reading, const struct trace_event *event) {
    switch (reading->count) {
    case 1: /* another program's */
        assert_int_equal(event->kind, TRACE_UNKNOWN);
        assert_int_equal(event->phase, 'X');
        assert_text(event->name, "x");
        assert_text(event->category, "c\xef\xbf\xbd");
        assert_text(event->source, "{\"a\": [1]}");
        assert_int_equal(event->time_ns, 1500);
        break;
    case 2: /* arguments that it does not have, or of another type, are left to the text */
        assert_int_equal(event->kind, TRACE_TASK_END);
        assert_true(event->present == TRACE_A(OUTCOME));
        assert_text(event->args[TRACE_ARG_OUTCOME].text, "failed");
        assert_int_equal(event->time_ns, 2000);
        break;
    case 3:
        assert_int_equal(event->kind, TRACE_STATE);
        assert_int_equal(event->field_count, 1);
        assert_text(event->fields[0].key, "size");
        assert_int_equal(event->fields[0].number, 3);
        break;
    case 4: /* metadata is of the time before it */
        assert_int_equal(event->kind, TRACE_UNKNOWN);
        assert_int_equal(event->time_ns, 3000);
        assert_null(event->source.text);
        break;
    default:
        fail();
    }
    assert_int_equal(event->line, reading->count + 1);
}

static void test_trace_decode__what_is_not_in_the_table_is_not_lost(void **state) {
    (void)state;
    static const char text[] =
        "{\"traceEvents\": [\n"
        "{\"name\":\"x\",\"ph\":\"X\",\"ts\":1.5,\"cat\":\"c\xff\",\"args\":{\"a\": [1]}},\n"
        "{\"name\":\"a\",\"cat\":\"task\",\"ph\":\"E\",\"ts\":\"2\",\"pid\":1,\"tid\":2,"
        "\"args\": { \"outcome\" : \"failed\", \"error\" : 1, \"more\" : {}, \"by_tid\":1}},\n"
        "{\"name\":\"q\",\"cat\":\"object\",\"ph\":\"C\",\"ts\":3,\"args\":{\"size\":3,\"s\":\"x\","
        "\"f\":1.5,\"l\":9223372036854775808}},\n"
        "{\"ph\":\"M\",\"name\":\"other\"}\n"
        "]}\n";
    struct reading reading = new_reading(look_at_odd);
    bool complete;
    assert_int_equal(
        trace_read_events_memory("t", text, sizeof text - 1, &reading.consumer, &complete, message),
        0);
    assert_int_equal(reading.count, 4);
    assert_true(complete && reading.complete);
    assert_string_equal(message, "");
}

/* --- Ends ------------------------------------------------------------------------------------- */

static const char three[] = "[{\"ph\":\"i\"},{\"ph\":\"i\"},{\"ph\":\"i\"}]";

static void test_trace_decode__a_consumer_may_have_enough(void **state) {
    (void)state;
    struct reading reading = new_reading(NULL);
    bool complete;
    reading.fail_at = 2;
    assert_int_equal(trace_read_events_memory("t", three, sizeof three - 1, &reading.consumer,
                                              &complete, message),
                     -99);
    assert_int_equal(reading.count, 2);
    assert_true(reading.ended);
    assert_false(complete);
    assert_string_equal(message, "enough");

    reading = new_reading(NULL);
    reading.end_error = CAD_ENOMEM;
    assert_int_equal(trace_read_events_memory("t", three, sizeof three - 1, &reading.consumer,
                                              &complete, message),
                     CAD_ENOMEM);
    assert_int_equal(reading.count, 3);
    assert_string_equal(message, "enough");
}

static void test_trace_decode__what_is_no_trace_is_refused(void **state) {
    (void)state;
    struct reading reading = new_reading(NULL);
    bool complete;
    assert_int_equal(trace_read_events_memory("t", "[{\"ph\":\"i\"},\nx", 15, &reading.consumer,
                                              &complete, message),
                     CAD_EINVAL);
    assert_true(reading.ended);
    assert_string_equal(message, "t:2: not JSON: 'x' where an event, which begins with '{', should "
                                 "be");
    assert_int_equal(trace_read_events("/nonexistent", &reading.consumer, &complete, message),
                     CAD_ESYSTEM);
    assert_string_equal(message, "/nonexistent: No such file or directory");
}

/* --- Memory ----------------------------------------------------------------------------------- */

static size_t used, most_used;

/* Counts, with the size before each block. */
static void *counting_realloc(void *context, void *pointer, size_t size) {
    (void)context;
    size_t *block = pointer == NULL ? NULL : (size_t *)pointer - 2;
    used += size - (block == NULL ? 0 : *block);
    if (used > most_used)
        most_used = used;
    if (size == 0) {
        free(block);
        return NULL;
    }
    block = realloc(block, size + 2 * sizeof *block);
    assert_non_null(block);
    *block = size;
    return block + 2;
}

static void test_trace_decode__nothing_but_the_event_at_hand_is_kept(void **state) {
    (void)state;
    enum { EVENTS = 200000, LINE = 200 };
    char *text = malloc((size_t)EVENTS * LINE);
    assert_non_null(text);
    size_t length = 0;
    for (int i = 0; i < EVENTS; i++)
        length += (size_t)sprintf(text + length,
                                  "%s{\"ph\":\"E\",\"ts\":%d.000,\"pid\":1,\"tid\":%d,\"cat\":"
                                  "\"task\",\"name\":\"%d\\n\",\"args\":{\"outcome\":\"%d\\n\"}}",
                                  i == 0 ? "[" : ",\n", i, i + 1, i, i);
    struct reading reading = new_reading(NULL);
    bool complete;
    used = most_used = 0;
    base_set_allocator(counting_realloc, NULL);
    assert_int_equal(
        trace_read_events_memory("t", text, length, &reading.consumer, &complete, message), 0);
    base_set_allocator(NULL, NULL);
    assert_int_equal(reading.count, EVENTS);
    assert_int_equal(used, 0);
    assert_true(most_used < 1 << 20);
    free(text);
}

static void test_trace_decode__survives_every_allocation_failure(void **state) {
    (void)state;
    memory_start(base_set_allocator);
    static const char text[] =
        "[{\"ph\":\"C\",\"ts\":1,\"cat\":\"object\",\"name\":\"\\n\",\"args\":{\"size\":1}}]";
    int error = CAD_ENOMEM;
    for (size_t allowed = 0; error != 0; allowed++) {
        struct reading reading = new_reading(NULL);
        bool complete;
        assert_true(allowed < 100);
        memory_allow(allowed);
        error = trace_read_events_memory("t", text, sizeof text - 1, &reading.consumer, &complete,
                                         message);
        memory_allow(SIZE_MAX);
        if (error != 0) {
            assert_int_equal(error, CAD_ENOMEM);
            assert_string_equal(message, "t: not enough memory to read it");
        }
    }
    base_set_allocator(NULL, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trace_decode__each_kind_is_read_as_the_table_says),
        cmocka_unit_test(test_trace_decode__what_is_not_in_the_table_is_not_lost),
        cmocka_unit_test(test_trace_decode__a_consumer_may_have_enough),
        cmocka_unit_test(test_trace_decode__what_is_no_trace_is_refused),
        cmocka_unit_test(test_trace_decode__nothing_but_the_event_at_hand_is_kept),
        cmocka_unit_test(test_trace_decode__survives_every_allocation_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

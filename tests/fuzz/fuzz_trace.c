/* libFuzzer on all that reads a trace: reader, event by event and into a model, and table.
 *
 * Beside crashes it looks for models that break their word (model.h), and for traces whose
 * beginning is refused although the whole is not: cut at any byte, a trace must be readable. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cadran.h"
#include "table/table.h"
#include "trace/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static FILE *nowhere;

/* Not assert(): it must hold in every build. */
#define HOLDS(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "does not hold: %s (line %d)\n", #condition, __LINE__);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static void check_text(const struct trace_model *trace, uint32_t text) {
    const char *bytes = trace_text(trace, text);
    HOLDS(strlen(bytes) == trace_text_length(trace, text));
    HOLDS(text == 0 || bytes[0] != '\0');
    HOLDS(trace_find_text(trace, bytes) == text);
}

static void check_args(const struct trace_model *trace, uint32_t args) {
    struct trace_args left = trace_args_of(trace, args);
    struct trace_arg arg;
    char buffer[32];
    check_text(trace, args);
    while (trace_args_next(&left, &arg))
        HOLDS(trace_arg_decode(&arg, buffer, sizeof buffer) == strlen(buffer));
    HOLDS(args == 0 || *left.at == '}' || strchr(left.at, '}') != NULL);
}

static void check_slices(const struct trace_model *trace, uint32_t index) {
    const struct trace_track *track = &trace->tracks[index];
    HOLDS(track->process < trace->process_count);
    HOLDS(track->first_slice + (size_t)track->slice_count <= trace->slice_count);
    HOLDS(track->first_instant + (size_t)track->instant_count <= trace->instant_count);
    check_text(trace, track->name);
    for (uint32_t i = track->first_slice; i < track->first_slice + track->slice_count; i++) {
        const struct trace_slice *slice = &trace->slices[i];
        HOLDS(slice->begin_ns <= slice->end_ns);
        HOLDS(slice->depth < track->depth);
        HOLDS(slice->begin_ns >= track->begin_ns && slice->end_ns <= track->end_ns);
        HOLDS(i == track->first_slice || trace->slices[i - 1].begin_ns <= slice->begin_ns);
        HOLDS((slice->parent == TRACE_NO_INDEX) == (slice->depth == 0));
        if (slice->parent != TRACE_NO_INDEX) {
            HOLDS(slice->parent >= track->first_slice && slice->parent < i);
            HOLDS(trace->slices[slice->parent].depth + 1 == slice->depth);
            HOLDS(trace->version == 0 || trace->slices[slice->parent].end_ns >= slice->end_ns);
        }
        HOLDS(slice->wake == TRACE_NO_INDEX || slice->wake < trace->wake_count);
        HOLDS(trace_category_text(trace, slice->category)[0] != '\0');
        check_text(trace, slice->name);
        check_args(trace, slice->args);
        check_args(trace, slice->end_args);
        HOLDS(trace_slice_from(trace, index, slice->begin_ns) <= i);
    }
}

static void check_rest(const struct trace_model *trace) {
    for (size_t i = 0; i < trace->wake_count; i++) {
        HOLDS(trace->wakes[i].from_track < trace->track_count);
        HOLDS(trace->wakes[i].to_track < trace->track_count);
        HOLDS(trace->wakes[i].from_ns <= trace->wakes[i].to_ns);
        HOLDS(i == 0 || trace->wakes[i - 1].to_ns <= trace->wakes[i].to_ns);
        if (trace->wakes[i].wait != TRACE_NO_INDEX)
            HOLDS(trace->slices[trace->wakes[i].wait].wake == i);
    }
    for (size_t i = 0; i < trace->instant_count; i++) {
        HOLDS(trace->instants[i].track < trace->track_count);
        HOLDS(i == 0 || trace->instants[i - 1].time_ns <= trace->instants[i].time_ns);
        HOLDS(trace->instants[trace->track_instants[i]].track < trace->track_count);
        check_text(trace, trace->instants[i].name);
        check_args(trace, trace->instants[i].args);
    }
    for (size_t i = 0; i < trace->counter_count; i++) {
        const struct trace_counter *counter = &trace->counters[i];
        HOLDS(counter->process < trace->process_count && counter->sample_count > 0);
        for (size_t k = 1; k < counter->sample_count; k++) {
            HOLDS(counter->samples[k - 1].time_ns <= counter->samples[k].time_ns);
            HOLDS(counter->samples[k - 1].value != counter->samples[k].value);
        }
        size_t last = counter->sample_count - 1;
        HOLDS(trace_counter_at(counter, counter->samples[last].time_ns) ==
              counter->samples[last].value);
    }
}

static void print_tables(const struct trace_model *trace) {
    static const int64_t steps[] = {1, CAD_MILLISECOND, CAD_SECOND, INT64_MAX / 8};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct table_options options = {.step_ns = steps[i],
                                        .tolerance_ns = TABLE_TOLERANCE_DEFAULT};
        struct table *table;
        bool lives;
        HOLDS(table_new(&options, &table) == 0);
        HOLDS(table_fill(table, trace, &lives) == 0);
        if (table_row_count(table) < 100)
            for (int format = TABLE_MARKDOWN; format <= TABLE_JSON; format++)
                HOLDS(table_print(table, nowhere, (enum table_format)format, i % 2 == 0,
                                  table_whole(table)) == 0);
        table_free(table);
    }
}

/* --- Event by event --------------------------------------------------------------------------- */

struct events {
    struct trace_consumer consumer;
    uint64_t count;
    bool ended;
    bool complete;
};

/* All of it can be read, and is UTF-8. */
static void check_string(struct trace_string string) {
    for (size_t at = 0; at < string.length;) {
        size_t size = base_utf8_length((const unsigned char *)string.text + at, string.length - at);
        HOLDS(size > 0);
        at += size;
    }
}

static int take(struct trace_consumer *consumer, const struct trace_event *event) {
    struct events *events = (struct events *)consumer;
    HOLDS(event->ordinal > events->count && !events->ended);
    events->count = event->ordinal;
    HOLDS(event->kind < TRACE_KIND_COUNT);
    HOLDS((event->present & ~trace_kinds[event->kind].arguments) == 0);
    HOLDS(event->kind == TRACE_UNKNOWN || event->phase == trace_kinds[event->kind].phase);
    check_string(event->name);
    check_string(event->category);
    for (int i = 0; i < TRACE_ARG_COUNT; i++)
        if (trace_has(event, (enum trace_argument_index)i) &&
            trace_arguments[i].type != TRACE_TYPE_STATE &&
            trace_arguments[i].type != TRACE_TYPE_TEXTS)
            check_string(event->args[i].text);
    for (size_t i = 0; i < event->field_count; i++) {
        check_string(event->fields[i].key);
        check_string(event->fields[i].text);
    }
    return 0;
}

static int end(struct trace_consumer *consumer, bool complete) {
    ((struct events *)consumer)->ended = true;
    ((struct events *)consumer)->complete = complete;
    return 0;
}

/* What can be read into a model can be read event by event, and they are as many. */
static void check_events(const char *text, size_t size, const struct trace_model *trace) {
    struct events events = {.consumer = {.take = take, .end = end}};
    char message[TRACE_MESSAGE_SIZE];
    bool complete;
    int error = trace_read_events_memory("fuzz", text, size, &events.consumer, &complete, message);
    HOLDS(events.ended && events.complete == complete);
    HOLDS(error == 0 || message[0] != '\0');
    if (trace == NULL)
        return;
    HOLDS(error == 0 && events.count <= trace->event_count && complete == trace->complete);
}

/* Whether the beginning of a trace is read, where the whole of it is, unless it is no more than
 * space, packed or not. */
static void check_cut(const char *text, size_t size) {
    struct trace_model *trace;
    char message[TRACE_MESSAGE_SIZE];
    if (trace_read_memory("cut", text, size, &trace, message) != 0) {
        HOLDS(strstr(message, "there is nothing in it") != NULL);
        return;
    }
    HOLDS(trace->complete || trace->warning_count > 0);
    trace_model_free(trace);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct trace_model *trace;
    char message[TRACE_MESSAGE_SIZE];
    if (nowhere == NULL)
        nowhere = fopen("/dev/null", "w");
    HOLDS(nowhere != NULL);
    if (trace_read_memory("fuzz", (const char *)data, size, &trace, message) != 0) {
        HOLDS(trace == NULL && message[0] != '\0');
        check_events((const char *)data, size, NULL);
        return 0;
    }
    check_events((const char *)data, size, trace);
    for (uint32_t i = 0; i < trace->track_count; i++)
        check_slices(trace, i);
    check_rest(trace);
    print_tables(trace);
    trace_model_free(trace);
    for (size_t i = 1; i < 8; i++)
        check_cut((const char *)data, size * i / 8);
    return 0;
}

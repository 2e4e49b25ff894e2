/* Makes a model of events: what all traces share, ours and other programs'. */
#include "trace/build.h"

#include "base/memory.h"
#include "base/strings.h"
#include "base/text.h"
#include "cadran.h"
#include "trace/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CATEGORIES_MAX = UINT8_MAX };

/* A pid or tid that is written as a text gets a number that no whole number in a trace has. */
static const int64_t text_ids = INT64_MIN / 2;

/* --- Messages ---------------------------------------------------------------------------- */

/* What a file says goes to a terminal: no control characters, and no bytes that are no text. */
static void clean(char *text) {
    size_t left = strlen(text);
    while (left > 0) {
        size_t size = base_utf8_length((const unsigned char *)text, left);
        if (size == 0 || (unsigned char)*text < 32 || *text == 127) {
            *text = '?';
            size = 1;
        }
        text += size;
        left -= size;
    }
}

static void format_message(const struct trace_builder *builder, uint64_t line, char *message,
                           const char *format, va_list arguments)
    __attribute__((format(printf, 4, 0)));

static void format_message(const struct trace_builder *builder, uint64_t line, char *message,
                           const char *format, va_list arguments) {
    int length = snprintf(message, TRACE_MESSAGE_SIZE, "%.200s:%llu: ", builder->file,
                          (unsigned long long)line);
    vsnprintf(message + length, TRACE_MESSAGE_SIZE - (size_t)length, format, arguments);
    clean(message);
}

int trace_build_refuse(struct trace_builder *builder, uint64_t line, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    format_message(builder, line, builder->message, format, arguments);
    va_end(arguments);
    return CAD_EINVAL;
}

int trace_build_warn(struct trace_builder *builder, uint64_t line, const char *format, ...) {
    char text[TRACE_MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    format_message(builder, line, text, format, arguments);
    va_end(arguments);

    struct trace_model *trace = builder->trace;
    size_t size = strlen(text) + 1;
    char *copy = base_alloc(size);
    if (copy == NULL || !base_grow(&trace->warnings, &builder->warning_capacity,
                                   trace->warning_count, sizeof *trace->warnings)) {
        base_free(copy);
        return CAD_ENOMEM;
    }
    memcpy(copy, text, size);
    trace->warnings[trace->warning_count++] = copy;
    return 0;
}

int trace_build_remark(struct trace_builder *builder, uint64_t line, const char *what) {
    struct trace_model *trace = builder->trace;
    uint32_t text = base_strings_add(trace->strings, what, strlen(what));
    if (text == TRACE_NO_INDEX)
        return CAD_ENOMEM;
    for (size_t i = 0; i < trace->remark_count; i++) {
        struct trace_remark *remark = &trace->remarks[i];
        if (remark->what == text) {
            remark->count++;
            remark->line = line < remark->line ? line : remark->line;
            return 0;
        }
    }
    if (!base_grow(&trace->remarks, &builder->remark_capacity, trace->remark_count,
                   sizeof *trace->remarks))
        return CAD_ENOMEM;
    trace->remarks[trace->remark_count++] = (struct trace_remark){text, 1, line};
    return 0;
}

int trace_build_leave_out(struct trace_builder *builder, uint64_t line, const char *what) {
    char text[TRACE_MESSAGE_SIZE];
    snprintf(text, sizeof text, "%s are left out", what);
    return trace_build_remark(builder, line, text);
}

static int warn_of_remarks(struct trace_builder *builder) {
    const struct trace_model *trace = builder->trace;
    int error = 0;
    for (size_t i = 0; i < trace->remark_count && error == 0; i++) {
        const struct trace_remark *remark = &trace->remarks[i];
        error =
            trace_build_warn(builder, remark->line, "%s: %llu of them",
                             trace_text(trace, remark->what), (unsigned long long)remark->count);
    }
    return error;
}

static int too_many(struct trace_builder *builder, const char *what) {
    return trace_build_refuse(builder, builder->line, "more than 4294967294 %s", what);
}

/* --- Texts -------------------------------------------------------------------------------- */

static bool grow_scratch(struct trace_builder *builder, size_t size) {
    if (size <= builder->scratch_size)
        return true;
    char *scratch = base_realloc(builder->scratch, 2 * size);
    if (scratch == NULL)
        return false;
    builder->scratch = scratch;
    builder->scratch_size = 2 * size;
    return true;
}

static bool is_ascii(struct trace_raw text) {
    uint64_t bytes, all = 0;
    size_t i = 0;
    for (; i + sizeof bytes <= text.length; i += sizeof bytes) {
        memcpy(&bytes, text.text + i, sizeof bytes);
        all |= bytes;
    }
    for (; i < text.length; i++)
        all |= (unsigned char)text.text[i];
    return (all & UINT64_C(0x8080808080808080)) == 0;
}

uint32_t trace_build_text(struct trace_builder *builder, struct trace_raw text) {
    if (text.length == 0)
        return 0;
    if (base_is_plain(text.text, text.length))
        return base_strings_add(builder->trace->strings, text.text, text.length);
    if (!grow_scratch(builder, 3 * text.length))
        return TRACE_NO_INDEX;
    size_t length = trace_scan_decode(text, builder->scratch, builder->scratch_size);
    return base_strings_add(builder->trace->strings, builder->scratch, length);
}

uint32_t trace_build_text_like(struct trace_builder *builder, struct trace_raw text,
                               uint32_t likely) {
    const struct base_strings *strings = builder->trace->strings;
    if (base_strings_length(strings, likely) == text.length &&
        memcmp(base_strings_text(strings, likely), text.text, text.length) == 0 &&
        base_is_plain(text.text, text.length))
        return likely;
    return trace_build_text(builder, text);
}

uint32_t trace_build_args(struct trace_builder *builder, struct trace_raw args) {
    if (args.length <= 2)
        return 0;
    if (is_ascii(args))
        return base_strings_add(builder->trace->strings, args.text, args.length);
    if (!grow_scratch(builder, 3 * args.length))
        return TRACE_NO_INDEX;
    size_t length = trace_scan_clean(args, builder->scratch, builder->scratch_size);
    return base_strings_add(builder->trace->strings, builder->scratch, length);
}

int trace_build_category(struct trace_builder *builder, struct trace_raw text, int first) {
    struct trace_model *trace = builder->trace;
    for (int i = first; i < (int)trace->category_count; i++) {
        uint32_t known = trace->categories[i];
        if (base_strings_length(trace->strings, known) == text.length &&
            memcmp(base_strings_text(trace->strings, known), text.text, text.length) == 0)
            return i;
    }
    if (text.length == 0 || trace->category_count == CATEGORIES_MAX)
        return TRACE_CATEGORY_OTHER;
    uint32_t number = trace_build_text(builder, text);
    if (number == TRACE_NO_INDEX)
        return CAD_ENOMEM;
    /* One that is written with escapes is found only now. */
    for (int i = first; i < (int)trace->category_count; i++)
        if (trace->categories[i] == number)
            return i;
    trace->categories[trace->category_count] = number;
    return (int)trace->category_count++;
}

/* --- Processes and tracks ------------------------------------------------------------------ */

/* A name for what has none: "thread 12". */
static uint32_t default_name(struct trace_builder *builder, const char *what, int64_t number) {
    if (number < text_ids + UINT32_MAX)
        return (uint32_t)(number - text_ids);
    char text[64];
    int length = snprintf(text, sizeof text, "%s %lld", what, (long long)number);
    return base_strings_add(builder->trace->strings, text, (size_t)length);
}

static bool number_of(struct trace_builder *builder, int64_t number, struct trace_raw text,
                      int64_t *result) {
    *result = number;
    if (text.text == NULL)
        return true;
    uint32_t name = trace_build_text(builder, text);
    *result = text_ids + name;
    return name != TRACE_NO_INDEX;
}

bool trace_build_tid(struct trace_builder *builder, const struct trace_raw_event *event,
                     int64_t *tid) {
    return number_of(builder, event->tid, event->tid_text, tid);
}

static uint32_t find_or_add_process(struct trace_builder *builder,
                                    const struct trace_raw_event *event) {
    struct trace_model *trace = builder->trace;
    int64_t pid;
    if (!number_of(builder, event->pid, event->pid_text, &pid))
        return TRACE_NO_INDEX;
    uint32_t process = base_map_get(&builder->processes, (uint64_t)pid);
    if (process != TRACE_NO_INDEX)
        return process;
    if (trace->process_count >= TRACE_NO_INDEX - 1 ||
        !base_grow(&trace->processes, &builder->process_capacity, trace->process_count,
                   sizeof *trace->processes))
        return TRACE_NO_INDEX;
    uint32_t name = default_name(builder, "process", pid);
    process = (uint32_t)trace->process_count;
    if (name == TRACE_NO_INDEX || !base_map_put(&builder->processes, (uint64_t)pid, process))
        return TRACE_NO_INDEX;
    trace->processes[trace->process_count++] = (struct trace_process){.pid = pid, .name = name};
    return process;
}

/* Most traces have one. */
uint32_t trace_build_process(struct trace_builder *builder, const struct trace_raw_event *event) {
    const struct trace_model *trace = builder->trace;
    bool is_first = trace->process_count > 0 && event->pid_text.text == NULL &&
                    trace->processes[0].pid == event->pid;
    return is_first ? 0 : find_or_add_process(builder, event);
}

static size_t track_home(const struct trace_builder *builder, uint32_t process, int64_t tid,
                         enum trace_track_kind kind) {
    /* Neighbours, which tasks that are created together are, stay in one line of the cache. */
    enum { NEIGHBOURS = 16 };
    uint64_t hash = (uint64_t)tid / NEIGHBOURS * UINT64_C(0x9E3779B97F4A7C15);
    hash ^= ((uint64_t)process << 1 | (kind == TRACE_TRACK_ASYNC)) * UINT64_C(0xC2B2AE3D27D4EB4F);
    hash = (hash >> 32) * NEIGHBOURS + (uint64_t)tid % NEIGHBOURS;
    return (size_t)hash & (builder->track_slot_count - 1);
}

static bool track_is(const struct trace_track *track, uint32_t process, int64_t tid,
                     enum trace_track_kind kind) {
    return track->tid == tid && track->process == process &&
           (track->kind == TRACE_TRACK_ASYNC) == (kind == TRACE_TRACK_ASYNC);
}

static size_t find_track_slot(const struct trace_builder *builder, uint32_t process, int64_t tid,
                              enum trace_track_kind kind) {
    size_t slot = track_home(builder, process, tid, kind);
    while (builder->track_slots[slot] != 0 &&
           !track_is(&builder->trace->tracks[builder->track_slots[slot] - 1], process, tid, kind))
        slot = (slot + 1) & (builder->track_slot_count - 1);
    return slot;
}

static bool grow_track_slots(struct trace_builder *builder) {
    const struct trace_model *trace = builder->trace;
    if (4 * (trace->track_count + 1) <= 3 * builder->track_slot_count)
        return true;
    size_t count = builder->track_slot_count == 0 ? 64 : 2 * builder->track_slot_count;
    uint32_t *slots = base_zalloc(count, sizeof *slots);
    if (slots == NULL)
        return false;
    base_free(builder->track_slots);
    builder->track_slots = slots;
    builder->track_slot_count = count;
    for (size_t i = 0; i < trace->track_count; i++) {
        const struct trace_track *track = &trace->tracks[i];
        slots[find_track_slot(builder, track->process, track->tid, track->kind)] = (uint32_t)i + 1;
    }
    return true;
}

/* `name` 0: it has none yet. */
static uint32_t add_track(struct trace_builder *builder, uint32_t process, int64_t tid,
                          enum trace_track_kind kind, uint32_t name) {
    struct trace_model *trace = builder->trace;
    if (trace->track_count >= TRACE_NO_INDEX - 1 || !grow_track_slots(builder) ||
        !base_grow(&trace->tracks, &builder->track_capacity, trace->track_count,
                   sizeof *trace->tracks) ||
        !base_grow(&builder->lanes, &builder->lane_capacity, trace->track_count,
                   sizeof *builder->lanes))
        return TRACE_NO_INDEX;
    if (name == 0)
        name = default_name(builder, "thread", tid);
    if (name == TRACE_NO_INDEX)
        return TRACE_NO_INDEX;
    uint32_t track = (uint32_t)trace->track_count++;
    trace->tracks[track] =
        (struct trace_track){.tid = tid, .process = process, .name = name, .kind = (uint8_t)kind};
    builder->lanes[track] = (struct trace_lane){.open = TRACE_NO_INDEX, .point = TRACE_NO_INDEX};
    builder->track_slots[find_track_slot(builder, process, tid, kind)] = track + 1;
    return track;
}

uint32_t trace_build_track(struct trace_builder *builder, uint32_t process, int64_t tid,
                           enum trace_track_kind kind, uint32_t name) {
    const struct trace_model *trace = builder->trace;
    if (trace->track_count > 0 && track_is(&trace->tracks[builder->last_track], process, tid, kind))
        return builder->last_track;
    uint32_t track = TRACE_NO_INDEX;
    if (builder->track_slot_count > 0)
        track = builder->track_slots[find_track_slot(builder, process, tid, kind)] - 1;
    if (track == TRACE_NO_INDEX)
        track = add_track(builder, process, tid, kind, name);
    if (track != TRACE_NO_INDEX)
        builder->last_track = track;
    return track;
}

/* --- Slices, wakes, instants, counters ------------------------------------------------------- */

int trace_build_slice(struct trace_builder *builder, uint32_t track,
                      const struct trace_slice *slice) {
    struct trace_model *trace = builder->trace;
    if (trace->slice_count >= TRACE_NO_INDEX - 1)
        return too_many(builder, "slices");
    if (!base_grow(&trace->slices, &builder->slice_capacity, trace->slice_count,
                   sizeof *trace->slices) ||
        !base_grow(&builder->slice_tracks, &builder->slice_track_capacity, trace->slice_count,
                   sizeof *builder->slice_tracks))
        return CAD_ENOMEM;
    builder->slice_tracks[trace->slice_count] = track;
    trace->slices[trace->slice_count++] = *slice;
    return 0;
}

int trace_build_wake(struct trace_builder *builder, const struct trace_wake *wake) {
    struct trace_model *trace = builder->trace;
    if (trace->wake_count >= TRACE_NO_INDEX - 1)
        return too_many(builder, "wakes");
    if (!base_grow(&trace->wakes, &builder->wake_capacity, trace->wake_count, sizeof *trace->wakes))
        return CAD_ENOMEM;
    trace->wakes[trace->wake_count++] = *wake;
    return 0;
}

int trace_build_declaration(struct trace_builder *builder,
                            const struct trace_declaration *declaration) {
    struct trace_model *trace = builder->trace;
    if (!base_grow(&trace->declarations, &builder->declaration_capacity, trace->declaration_count,
                   sizeof *trace->declarations))
        return CAD_ENOMEM;
    trace->declarations[trace->declaration_count++] = *declaration;
    return 0;
}

int trace_build_instant(struct trace_builder *builder, const struct trace_instant *instant) {
    struct trace_model *trace = builder->trace;
    if (trace->instant_count >= TRACE_NO_INDEX - 1)
        return too_many(builder, "instants");
    if (!base_grow(&trace->instants, &builder->instant_capacity, trace->instant_count,
                   sizeof *trace->instants))
        return CAD_ENOMEM;
    trace->instants[trace->instant_count++] = *instant;
    return 0;
}

/* Of equal neighbours the first one stays. A value that holds for no more than an instant is one,
 * too. */
static int add_sample(struct trace_builder *builder, uint32_t index, int64_t time_ns,
                      double value) {
    struct trace_counter *counter = &builder->trace->counters[index];
    if (counter->sample_count == 0 || value < counter->min)
        counter->min = value;
    if (counter->sample_count == 0 || value > counter->max)
        counter->max = value;
    size_t count = counter->sample_count;
    if (count == 0 || counter->samples[count - 1].value != value) {
        if (!base_grow(&counter->samples, &builder->sample_capacities[index], count,
                       sizeof *counter->samples))
            return CAD_ENOMEM;
        counter->samples[count++] = (struct trace_sample){time_ns, value};
    }
    counter->sample_count = count;
    return 0;
}

/* Whether counter `index` is there, and is that of this name and key. */
static bool counter_is(const struct trace_model *trace, size_t index, uint32_t process,
                       int64_t object, uint32_t name, uint32_t key) {
    return index < trace->counter_count && trace->counters[index].name == name &&
           trace->counters[index].process == process && trace->counters[index].object == object &&
           trace->counters[index].key == key;
}

/* Counters of one name follow each other when they were first seen in one event, and later events
 * name them in the same order: `guess` is then right. */
static uint32_t find_counter(struct trace_builder *builder, uint32_t guess, uint32_t process,
                             int64_t object, uint32_t name, uint32_t key) {
    struct trace_model *trace = builder->trace;
    if (counter_is(trace, guess, process, object, name, key))
        return guess;
    uint64_t id = ((uint64_t)name << 32 | key) ^
                  ((uint64_t)process + ((uint64_t)object << 32)) * UINT64_C(0xD6E8FEB86659FD93);
    uint32_t found;
    while ((found = base_map_get(&builder->counters, id)) != TRACE_NO_INDEX) {
        if (counter_is(trace, found, process, object, name, key))
            return found;
        id++;
    }
    if (trace->counter_count >= TRACE_NO_INDEX - 1 ||
        !base_grow(&trace->counters, &builder->counter_capacity, trace->counter_count,
                   sizeof *trace->counters) ||
        !base_grow(&builder->sample_capacities, &builder->sample_capacities_capacity,
                   trace->counter_count, sizeof *builder->sample_capacities) ||
        !base_map_put(&builder->counters, id, (uint32_t)trace->counter_count))
        return TRACE_NO_INDEX;
    builder->sample_capacities[trace->counter_count] = 0;
    trace->counters[trace->counter_count] =
        (struct trace_counter){.process = process, .object = object, .name = name, .key = key};
    return (uint32_t)trace->counter_count++;
}

/* 0; 1 where it is no number, or an error. Some programs write numbers as texts. */
static int take_counter_value(struct trace_builder *builder, struct trace_raw value,
                              double *number) {
    struct trace_raw numeral;
    if (trace_scan_number(value, number))
        return 0;
    if (builder->own)
        return 1;
    if (trace_scan_numeral(value, &numeral) && trace_scan_number(numeral, number))
        return 0;
    int error = trace_build_leave_out(builder, builder->line,
                                      "values of counters (ph C) that are no numbers");
    return error == 0 ? 1 : error;
}

int trace_build_counters(struct trace_builder *builder, uint32_t process, int64_t object,
                         uint32_t name, struct trace_members members, int64_t time_ns) {
    struct trace_raw key;
    struct trace_raw value;
    struct trace_model *trace = builder->trace;
    uint32_t guess = builder->first_counter;
    bool first = true;
    while (trace_members_next(&members, &key, &value)) {
        double number;
        int error = take_counter_value(builder, value, &number);
        if (error < 0)
            return error;
        if (error > 0)
            continue;
        uint32_t likely = guess < trace->counter_count ? trace->counters[guess].key : 0;
        uint32_t key_text = trace_build_text_like(builder, key, likely);
        if (key_text == TRACE_NO_INDEX)
            return CAD_ENOMEM;
        uint32_t counter = find_counter(builder, guess, process, object, name, key_text);
        if (counter == TRACE_NO_INDEX)
            return CAD_ENOMEM;
        error = add_sample(builder, counter, time_ns, number);
        if (error != 0)
            return error;
        if (first)
            builder->first_counter = counter;
        first = false;
        guess = counter + 1;
    }
    return 0;
}

/* --- Metadata --------------------------------------------------------------------------------- */

uint32_t trace_build_text_member(struct trace_builder *builder, struct trace_raw args,
                                 const char *name) {
    struct trace_raw value;
    if (!trace_raw_member(args, name, &value) || value.text[0] != '"')
        return 0;
    return trace_build_text(builder, (struct trace_raw){value.text + 1, value.length - 2});
}

/* A name in metadata, which some programs write as a number. */
static uint32_t name_in(struct trace_builder *builder, struct trace_raw value) {
    if (value.text[0] == '"')
        value = (struct trace_raw){value.text + 1, value.length - 2};
    return trace_build_text(builder, value);
}

int trace_build_metadata(struct trace_builder *builder, const struct trace_raw_event *event) {
    struct trace_raw value;
    bool process_wide = trace_raw_is(event->name, "process_name") ||
                        trace_raw_is(event->name, "process_sort_index");
    if (!process_wide && !trace_raw_is(event->name, "thread_name") &&
        !trace_raw_is(event->name, "thread_sort_index"))
        return builder->own ? 0
                            : trace_build_leave_out(builder, builder->line,
                                                    "metadata (ph M) other than names and order");

    bool named = trace_raw_argument(event, "name", &value) && !trace_raw_is(value, "null");
    uint32_t name = named ? name_in(builder, value) : 0;
    uint32_t process = trace_build_process(builder, event);
    int64_t tid;
    if (name == TRACE_NO_INDEX || process == TRACE_NO_INDEX ||
        !trace_build_tid(builder, event, &tid))
        return CAD_ENOMEM;
    uint32_t track = 0;
    if (!process_wide && (track = trace_build_track(builder, process, tid, TRACE_TRACK_THREAD,
                                                    name)) == TRACE_NO_INDEX)
        return CAD_ENOMEM;

    struct trace_model *trace = builder->trace;
    if (named)
        *(process_wide ? &trace->processes[process].name : &trace->tracks[track].name) = name;
    int64_t index;
    struct trace_raw numeral;
    if (trace_raw_argument(event, "sort_index", &value) && trace_scan_numeral(value, &numeral) &&
        trace_scan_whole(numeral, &index))
        *(process_wide ? &trace->processes[process].sort_index : &trace->tracks[track].sort_index) =
            index;
    return 0;
}

/* --- The life of a builder -------------------------------------------------------------------- */

int trace_build_start(struct trace_builder *builder, const char *file, char *message) {
    static const char *const texts[TRACE_CATEGORY_COUNT] = {
#define TRACE_X(constant, text) text,
        TRACE_CATEGORIES(TRACE_X)
#undef TRACE_X
    };
    *builder = (struct trace_builder){.file = file, .message = message};
    struct trace_model *trace = base_zalloc(1, sizeof *trace);
    if (trace == NULL)
        return CAD_ENOMEM;
    builder->trace = trace;
    trace->open_spans = TRACE_NO_INDEX;
    trace->strings = base_strings_new();
    trace->categories = base_zalloc(CATEGORIES_MAX, sizeof *trace->categories);
    if (trace->strings == NULL || trace->categories == NULL)
        return CAD_ENOMEM;
    for (; trace->category_count < TRACE_CATEGORY_COUNT; trace->category_count++) {
        const char *text = texts[trace->category_count];
        uint32_t number = base_strings_add(trace->strings, text, strlen(text));
        if (number == TRACE_NO_INDEX)
            return CAD_ENOMEM;
        trace->categories[trace->category_count] = number;
    }
    return 0;
}

int trace_build_header(struct trace_builder *builder, const struct trace_raw_event *event) {
    struct trace_model *trace = builder->trace;
    struct trace_raw value;
    int64_t version;
    if (event->phase != 'M' || !trace_raw_is(event->name, "cadran") ||
        !trace_raw_member(event->args, "trace", &value))
        return 0;
    if (!trace_scan_whole(value, &version) || version < 1)
        return trace_build_refuse(builder, builder->line, "the header's \"trace\" is no version");
    if (version != TRACE_VERSION)
        return trace_build_refuse(builder, builder->line,
                                  "version %lld of the trace format; this program reads version "
                                  "%d: %s",
                                  (long long)version, TRACE_VERSION,
                                  version > TRACE_VERSION ? "use a newer one"
                                                          : "record the run again");
    builder->own = true;
    trace->version = (uint32_t)version;
    trace->header = trace_build_args(builder, event->args);
    trace->scenario = trace_build_text_member(builder, event->args, "scenario");
    trace->clock = trace_build_text_member(builder, event->args, "clock");
    if (trace_raw_member(event->args, "seed", &value))
        (void)trace_scan_integer(value, &trace->seed);
    if (trace->header == TRACE_NO_INDEX || trace->scenario == TRACE_NO_INDEX ||
        trace->clock == TRACE_NO_INDEX)
        return CAD_ENOMEM;
    return 0;
}

int trace_build_event(struct trace_builder *builder, const struct trace_rules *rules,
                      struct trace_found_kind found, const struct trace_raw_event *event) {
    return builder->own ? trace_own_event(builder, rules, found, event)
                        : trace_foreign_event(builder, event);
}

int trace_build_unread(struct trace_builder *builder, const char *what) {
    builder->trace->event_count++;
    if (builder->own)
        return trace_build_refuse(builder, builder->line,
                                  "there are no %s in a trace of ours, but here", what);
    return trace_build_leave_out(builder, builder->line, what);
}

static void find_open_spans(struct trace_model *trace) {
    uint32_t name = trace_find_text(trace, TRACE_SPANS_NAME);
    uint32_t key = trace_find_text(trace, TRACE_SPANS_KEY);
    for (size_t i = 0; i < trace->counter_count; i++) {
        if (trace->counters[i].name != name || trace->counters[i].key != key)
            continue;
        trace->open_spans = (uint32_t)i;
        trace->max_open_spans = (uint32_t)trace->counters[i].max;
        return;
    }
}

int trace_build_finish(struct trace_builder *builder, bool complete, struct trace_model **trace) {
    builder->trace->complete = complete;
    int error = 0;
    if (builder->own)
        trace_own_finish(builder);
    else
        error = trace_foreign_finish(builder);
    if (error == 0)
        error = trace_arrange(builder);
    if (error == 0)
        error = warn_of_remarks(builder);
    if (error != 0)
        return error;
    if (builder->own)
        find_open_spans(builder->trace);
    *trace = builder->trace;
    builder->trace = NULL;
    return 0;
}

void trace_build_drop(struct trace_builder *builder) {
    trace_model_free(builder->trace);
    base_free(builder->sample_capacities);
    base_free(builder->lanes);
    base_free(builder->slice_tracks);
    base_map_free(&builder->processes);
    base_free(builder->track_slots);
    base_map_free(&builder->counters);
    base_map_free(&builder->half_wakes);
    base_free(builder->scratch);
    base_free(builder->foreign);
    base_map_free(&builder->async_tracks);
    *builder = (struct trace_builder){0};
}

#include "trace/build.h"

#include "cadran.h"
#include "trace/memory.h"
#include "trace/reader.h"
#include "trace/strings.h"
#include "trace/text.h"

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
        size_t size = sim_trace_utf8_length((const unsigned char *)text, left);
        if (size == 0 || (unsigned char)*text < 32 || *text == 127) {
            *text = '?';
            size = 1;
        }
        text += size;
        left -= size;
    }
}

static void format_message(const struct sim_builder *builder, uint64_t line, char *message,
                           const char *format, va_list arguments)
    __attribute__((format(printf, 4, 0)));

static void format_message(const struct sim_builder *builder, uint64_t line, char *message,
                           const char *format, va_list arguments) {
    int length = snprintf(message, SIM_TRACE_MESSAGE_SIZE, "%.200s:%llu: ", builder->file,
                          (unsigned long long)line);
    vsnprintf(message + length, SIM_TRACE_MESSAGE_SIZE - (size_t)length, format, arguments);
    clean(message);
}

int sim_build_refuse(struct sim_builder *builder, uint64_t line, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    format_message(builder, line, builder->message, format, arguments);
    va_end(arguments);
    return CAD_EINVAL;
}

int sim_build_warn(struct sim_builder *builder, uint64_t line, const char *format, ...) {
    char text[SIM_TRACE_MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    format_message(builder, line, text, format, arguments);
    va_end(arguments);

    struct sim_trace *trace = builder->trace;
    size_t size = strlen(text) + 1;
    char *copy = sim_trace_alloc(size);
    if (copy == NULL || !sim_trace_grow(&trace->warnings, &builder->warning_capacity,
                                        trace->warning_count, sizeof *trace->warnings)) {
        sim_trace_release(copy);
        return CAD_ENOMEM;
    }
    memcpy(copy, text, size);
    trace->warnings[trace->warning_count++] = copy;
    return 0;
}

int sim_build_leave_out(struct sim_builder *builder, const char *what) {
    struct sim_trace *trace = builder->trace;
    uint32_t text = sim_strings_add(trace->strings, what, strlen(what));
    if (text == SIM_NO_INDEX)
        return CAD_ENOMEM;
    for (size_t i = 0; i < trace->left_out_count; i++) {
        if (trace->left_out[i].what == text) {
            trace->left_out[i].count++;
            return 0;
        }
    }
    if (!sim_trace_grow(&trace->left_out, &builder->left_out_capacity, trace->left_out_count,
                        sizeof *trace->left_out))
        return CAD_ENOMEM;
    trace->left_out[trace->left_out_count++] = (struct sim_left_out){text, 1};
    return 0;
}

static int too_many(struct sim_builder *builder, const char *what) {
    return sim_build_refuse(builder, builder->line, "more than 4294967294 %s", what);
}

/* --- Texts -------------------------------------------------------------------------------- */

static bool grow_scratch(struct sim_builder *builder, size_t size) {
    if (size <= builder->scratch_size)
        return true;
    char *scratch = sim_trace_realloc(builder->scratch, 2 * size);
    if (scratch == NULL)
        return false;
    builder->scratch = scratch;
    builder->scratch_size = 2 * size;
    return true;
}

static bool is_ascii(struct sim_raw text) {
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

static bool has_escapes(struct sim_raw text) {
    return memchr(text.text, '\\', text.length) != NULL;
}

uint32_t sim_build_text(struct sim_builder *builder, struct sim_raw text) {
    if (text.length == 0)
        return 0;
    if (is_ascii(text) && !has_escapes(text))
        return sim_strings_add(builder->trace->strings, text.text, text.length);
    if (!grow_scratch(builder, 3 * text.length))
        return SIM_NO_INDEX;
    size_t length = sim_scan_decode(text, builder->scratch, builder->scratch_size);
    return sim_strings_add(builder->trace->strings, builder->scratch, length);
}

uint32_t sim_build_text_like(struct sim_builder *builder, struct sim_raw text, uint32_t likely) {
    const struct sim_strings *strings = builder->trace->strings;
    if (sim_strings_length(strings, likely) == text.length &&
        memcmp(sim_strings_text(strings, likely), text.text, text.length) == 0 &&
        !has_escapes(text))
        return likely;
    return sim_build_text(builder, text);
}

uint32_t sim_build_args(struct sim_builder *builder, struct sim_raw args) {
    if (args.length <= 2)
        return 0;
    if (is_ascii(args))
        return sim_strings_add(builder->trace->strings, args.text, args.length);
    if (!grow_scratch(builder, 3 * args.length))
        return SIM_NO_INDEX;
    size_t length = sim_scan_clean(args, builder->scratch, builder->scratch_size);
    return sim_strings_add(builder->trace->strings, builder->scratch, length);
}

int sim_build_category(struct sim_builder *builder, struct sim_raw text, int first) {
    struct sim_trace *trace = builder->trace;
    for (int i = first; i < (int)trace->category_count; i++) {
        uint32_t known = trace->categories[i];
        if (sim_strings_length(trace->strings, known) == text.length &&
            memcmp(sim_strings_text(trace->strings, known), text.text, text.length) == 0)
            return i;
    }
    if (text.length == 0 || trace->category_count == CATEGORIES_MAX)
        return SIM_CATEGORY_OTHER;
    uint32_t number = sim_build_text(builder, text);
    if (number == SIM_NO_INDEX)
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
static uint32_t default_name(struct sim_builder *builder, const char *what, int64_t number) {
    if (number < text_ids + UINT32_MAX)
        return (uint32_t)(number - text_ids);
    char text[64];
    int length = snprintf(text, sizeof text, "%s %lld", what, (long long)number);
    return sim_strings_add(builder->trace->strings, text, (size_t)length);
}

static bool number_of(struct sim_builder *builder, int64_t number, struct sim_raw text,
                      int64_t *result) {
    *result = number;
    if (text.text == NULL)
        return true;
    uint32_t name = sim_build_text(builder, text);
    *result = text_ids + name;
    return name != SIM_NO_INDEX;
}

bool sim_build_tid(struct sim_builder *builder, const struct sim_event *event, int64_t *tid) {
    return number_of(builder, event->tid, event->tid_text, tid);
}

uint32_t sim_build_process(struct sim_builder *builder, const struct sim_event *event) {
    struct sim_trace *trace = builder->trace;
    int64_t pid;
    if (!number_of(builder, event->pid, event->pid_text, &pid))
        return SIM_NO_INDEX;
    if (trace->process_count > 0 && trace->processes[0].pid == pid)
        return 0;
    uint32_t process = sim_map_get(&builder->processes, (uint64_t)pid);
    if (process != SIM_NO_INDEX)
        return process;
    if (trace->process_count >= SIM_NO_INDEX - 1 ||
        !sim_trace_grow(&trace->processes, &builder->process_capacity, trace->process_count,
                        sizeof *trace->processes))
        return SIM_NO_INDEX;
    uint32_t name = default_name(builder, "process", pid);
    process = (uint32_t)trace->process_count;
    if (name == SIM_NO_INDEX || !sim_map_put(&builder->processes, (uint64_t)pid, process))
        return SIM_NO_INDEX;
    trace->processes[trace->process_count++] = (struct sim_process){.pid = pid, .name = name};
    return process;
}

static size_t track_home(const struct sim_builder *builder, uint32_t process, int64_t tid,
                         enum sim_track_kind kind) {
    /* Neighbours, which tasks that are created together are, stay in one line of the cache. */
    enum { NEIGHBOURS = 16 };
    uint64_t hash = (uint64_t)tid / NEIGHBOURS * UINT64_C(0x9E3779B97F4A7C15);
    hash ^= ((uint64_t)process << 1 | (kind == SIM_TRACK_ASYNC)) * UINT64_C(0xC2B2AE3D27D4EB4F);
    hash = (hash >> 32) * NEIGHBOURS + (uint64_t)tid % NEIGHBOURS;
    return (size_t)hash & (builder->track_slot_count - 1);
}

static bool track_is(const struct sim_track *track, uint32_t process, int64_t tid,
                     enum sim_track_kind kind) {
    return track->tid == tid && track->process == process &&
           (track->kind == SIM_TRACK_ASYNC) == (kind == SIM_TRACK_ASYNC);
}

static size_t find_track_slot(const struct sim_builder *builder, uint32_t process, int64_t tid,
                              enum sim_track_kind kind) {
    size_t slot = track_home(builder, process, tid, kind);
    while (builder->track_slots[slot] != 0 &&
           !track_is(&builder->trace->tracks[builder->track_slots[slot] - 1], process, tid, kind))
        slot = (slot + 1) & (builder->track_slot_count - 1);
    return slot;
}

static bool grow_track_slots(struct sim_builder *builder) {
    const struct sim_trace *trace = builder->trace;
    if (4 * (trace->track_count + 1) <= 3 * builder->track_slot_count)
        return true;
    size_t count = builder->track_slot_count == 0 ? 64 : 2 * builder->track_slot_count;
    uint32_t *slots = sim_trace_calloc(count, sizeof *slots);
    if (slots == NULL)
        return false;
    sim_trace_release(builder->track_slots);
    builder->track_slots = slots;
    builder->track_slot_count = count;
    for (size_t i = 0; i < trace->track_count; i++) {
        const struct sim_track *track = &trace->tracks[i];
        slots[find_track_slot(builder, track->process, track->tid, track->kind)] = (uint32_t)i + 1;
    }
    return true;
}

/* `name` 0: it has none yet. */
static uint32_t add_track(struct sim_builder *builder, uint32_t process, int64_t tid,
                          enum sim_track_kind kind, uint32_t name) {
    struct sim_trace *trace = builder->trace;
    if (trace->track_count >= SIM_NO_INDEX - 1 || !grow_track_slots(builder) ||
        !sim_trace_grow(&trace->tracks, &builder->track_capacity, trace->track_count,
                        sizeof *trace->tracks) ||
        !sim_trace_grow(&builder->lanes, &builder->lane_capacity, trace->track_count,
                        sizeof *builder->lanes))
        return SIM_NO_INDEX;
    if (name == 0)
        name = default_name(builder, "thread", tid);
    if (name == SIM_NO_INDEX)
        return SIM_NO_INDEX;
    uint32_t track = (uint32_t)trace->track_count++;
    trace->tracks[track] =
        (struct sim_track){.tid = tid, .process = process, .name = name, .kind = (uint8_t)kind};
    builder->lanes[track] = (struct sim_lane){.open = SIM_NO_INDEX};
    builder->track_slots[find_track_slot(builder, process, tid, kind)] = track + 1;
    return track;
}

static uint32_t find_or_add_track(struct sim_builder *builder, uint32_t process, int64_t tid,
                                  enum sim_track_kind kind, uint32_t name) {
    const struct sim_trace *trace = builder->trace;
    if (trace->track_count > 0 && track_is(&trace->tracks[builder->last_track], process, tid, kind))
        return builder->last_track;
    uint32_t track = SIM_NO_INDEX;
    if (builder->track_slot_count > 0)
        track = builder->track_slots[find_track_slot(builder, process, tid, kind)] - 1;
    if (track == SIM_NO_INDEX)
        track = add_track(builder, process, tid, kind, name);
    if (track != SIM_NO_INDEX)
        builder->last_track = track;
    return track;
}

uint32_t sim_build_track(struct sim_builder *builder, uint32_t process, int64_t tid,
                         enum sim_track_kind kind) {
    return find_or_add_track(builder, process, tid, kind, 0);
}

/* --- Slices, wakes, instants, counters ------------------------------------------------------- */

int sim_build_slice(struct sim_builder *builder, uint32_t track, const struct sim_slice *slice) {
    struct sim_trace *trace = builder->trace;
    if (trace->slice_count >= SIM_NO_INDEX - 1)
        return too_many(builder, "slices");
    if (!sim_trace_grow(&trace->slices, &builder->slice_capacity, trace->slice_count,
                        sizeof *trace->slices) ||
        !sim_trace_grow(&builder->slice_tracks, &builder->slice_track_capacity, trace->slice_count,
                        sizeof *builder->slice_tracks))
        return CAD_ENOMEM;
    builder->slice_tracks[trace->slice_count] = track;
    trace->slices[trace->slice_count++] = *slice;
    return 0;
}

int sim_build_wake(struct sim_builder *builder, const struct sim_wake *wake) {
    struct sim_trace *trace = builder->trace;
    if (trace->wake_count >= SIM_NO_INDEX - 1)
        return too_many(builder, "wakes");
    if (!sim_trace_grow(&trace->wakes, &builder->wake_capacity, trace->wake_count,
                        sizeof *trace->wakes))
        return CAD_ENOMEM;
    trace->wakes[trace->wake_count++] = *wake;
    return 0;
}

int sim_build_instant(struct sim_builder *builder, const struct sim_instant *instant) {
    struct sim_trace *trace = builder->trace;
    if (trace->instant_count >= SIM_NO_INDEX - 1)
        return too_many(builder, "instants");
    if (!sim_trace_grow(&trace->instants, &builder->instant_capacity, trace->instant_count,
                        sizeof *trace->instants))
        return CAD_ENOMEM;
    trace->instants[trace->instant_count++] = *instant;
    return 0;
}

/* Of several values at one time the last one stays, and of equal neighbours the first. */
static int add_sample(struct sim_builder *builder, uint32_t index, int64_t time_ns, double value) {
    struct sim_counter *counter = &builder->trace->counters[index];
    if (counter->sample_count == 0 || value < counter->min)
        counter->min = value;
    if (counter->sample_count == 0 || value > counter->max)
        counter->max = value;
    size_t count = counter->sample_count;
    if (count > 0 && counter->samples[count - 1].time_ns == time_ns)
        count--;
    if (count == 0 || counter->samples[count - 1].value != value) {
        if (!sim_trace_grow(&counter->samples, &builder->sample_capacities[index], count,
                            sizeof *counter->samples))
            return CAD_ENOMEM;
        counter->samples[count++] = (struct sim_sample){time_ns, value};
    }
    counter->sample_count = count;
    return 0;
}

/* Whether counter `index` is there, and is that of this name and key. */
static bool counter_is(const struct sim_trace *trace, size_t index, uint32_t process, uint32_t name,
                       uint32_t key) {
    return index < trace->counter_count && trace->counters[index].name == name &&
           trace->counters[index].process == process && trace->counters[index].key == key;
}

/* Counters of one name follow each other when they were first seen in one event, and later events
 * name them in the same order: `guess` is then right. */
static uint32_t find_counter(struct sim_builder *builder, uint32_t guess, uint32_t process,
                             uint32_t name, uint32_t key) {
    struct sim_trace *trace = builder->trace;
    if (counter_is(trace, guess, process, name, key))
        return guess;
    uint64_t id = ((uint64_t)name << 32 | key) ^ (uint64_t)process * UINT64_C(0xD6E8FEB86659FD93);
    uint32_t found;
    while ((found = sim_map_get(&builder->counters, id)) != SIM_NO_INDEX) {
        if (counter_is(trace, found, process, name, key))
            return found;
        id++;
    }
    if (trace->counter_count >= SIM_NO_INDEX - 1 ||
        !sim_trace_grow(&trace->counters, &builder->counter_capacity, trace->counter_count,
                        sizeof *trace->counters) ||
        !sim_trace_grow(&builder->sample_capacities, &builder->sample_capacities_capacity,
                        trace->counter_count, sizeof *builder->sample_capacities) ||
        !sim_map_put(&builder->counters, id, (uint32_t)trace->counter_count))
        return SIM_NO_INDEX;
    builder->sample_capacities[trace->counter_count] = 0;
    trace->counters[trace->counter_count] =
        (struct sim_counter){.process = process, .name = name, .key = key};
    return (uint32_t)trace->counter_count++;
}

int sim_build_counters(struct sim_builder *builder, uint32_t process, uint32_t name,
                       struct sim_raw args, int64_t time_ns) {
    struct sim_raw key;
    struct sim_raw value;
    struct sim_trace *trace = builder->trace;
    uint32_t guess = builder->first_counter;
    bool first = true;
    const char *at = args.text;
    while (at != NULL && sim_scan_member(&at, args.text + args.length, &key, &value)) {
        double number;
        if (!sim_scan_number(value, &number))
            continue;
        uint32_t likely = guess < trace->counter_count ? trace->counters[guess].key : 0;
        uint32_t key_text = sim_build_text_like(builder, key, likely);
        if (key_text == SIM_NO_INDEX)
            return CAD_ENOMEM;
        uint32_t counter = find_counter(builder, guess, process, name, key_text);
        if (counter == SIM_NO_INDEX)
            return CAD_ENOMEM;
        int error = add_sample(builder, counter, time_ns, number);
        if (error != 0)
            return error;
        if (first)
            builder->first_counter = counter;
        first = false;
        guess = counter + 1;
    }
    return 0;
}

/* --- Metadata ----------------------------------------------------------------------------------
 */

bool sim_raw_member(struct sim_raw args, const char *name, struct sim_raw *value) {
    struct sim_raw key;
    const char *at = args.text;
    while (at != NULL && sim_scan_member(&at, args.text + args.length, &key, value))
        if (sim_raw_is(key, name))
            return true;
    return false;
}

uint32_t sim_build_text_member(struct sim_builder *builder, struct sim_raw args, const char *name) {
    struct sim_raw value;
    if (!sim_raw_member(args, name, &value) || value.text[0] != '"')
        return 0;
    return sim_build_text(builder, (struct sim_raw){value.text + 1, value.length - 2});
}

int sim_build_metadata(struct sim_builder *builder, const struct sim_event *event) {
    struct sim_raw value;
    bool process_wide =
        sim_raw_is(event->name, "process_name") || sim_raw_is(event->name, "process_sort_index");
    if (!process_wide && !sim_raw_is(event->name, "thread_name") &&
        !sim_raw_is(event->name, "thread_sort_index"))
        return 0;

    bool named = sim_raw_member(event->args, "name", &value);
    uint32_t name = named ? sim_build_text_member(builder, event->args, "name") : 0;
    uint32_t process = sim_build_process(builder, event);
    int64_t tid;
    if (name == SIM_NO_INDEX || process == SIM_NO_INDEX || !sim_build_tid(builder, event, &tid))
        return CAD_ENOMEM;
    uint32_t track = 0;
    if (!process_wide &&
        (track = find_or_add_track(builder, process, tid, SIM_TRACK_THREAD, name)) == SIM_NO_INDEX)
        return CAD_ENOMEM;

    struct sim_trace *trace = builder->trace;
    if (named)
        *(process_wide ? &trace->processes[process].name : &trace->tracks[track].name) = name;
    int64_t index;
    if (sim_raw_member(event->args, "sort_index", &value) && sim_scan_whole(value, &index))
        *(process_wide ? &trace->processes[process].sort_index : &trace->tracks[track].sort_index) =
            index;
    return 0;
}

/* --- The life of a builder ----------------------------------------------------------------------
 */

int sim_build_start(struct sim_builder *builder, const char *file, char *message) {
    static const char *const texts[SIM_CATEGORY_COUNT] = {
#define SIM_X(constant, text) text,
        SIM_CATEGORIES(SIM_X)
#undef SIM_X
    };
    *builder = (struct sim_builder){.file = file, .message = message};
    struct sim_trace *trace = sim_trace_calloc(1, sizeof *trace);
    if (trace == NULL)
        return CAD_ENOMEM;
    builder->trace = trace;
    trace->open_spans = SIM_NO_INDEX;
    trace->strings = sim_strings_new();
    trace->categories = sim_trace_calloc(CATEGORIES_MAX, sizeof *trace->categories);
    if (trace->strings == NULL || trace->categories == NULL)
        return CAD_ENOMEM;
    for (; trace->category_count < SIM_CATEGORY_COUNT; trace->category_count++) {
        const char *text = texts[trace->category_count];
        uint32_t number = sim_strings_add(trace->strings, text, strlen(text));
        if (number == SIM_NO_INDEX)
            return CAD_ENOMEM;
        trace->categories[trace->category_count] = number;
    }
    return 0;
}

/* The header line: whose trace it is, and of which version. */
static int take_header(struct sim_builder *builder, const struct sim_event *event) {
    struct sim_trace *trace = builder->trace;
    struct sim_raw value;
    int64_t version;
    if (event->phase != 'M' || !sim_raw_is(event->name, "cadran") ||
        !sim_raw_member(event->args, "trace", &value))
        return 0;
    if (!sim_scan_whole(value, &version) || version < 1)
        return sim_build_refuse(builder, builder->line, "the header's \"trace\" is no version");
    if (version > SIM_TRACE_VERSION)
        return sim_build_refuse(builder, builder->line,
                                "version %lld of the trace format; this program reads versions up "
                                "to %d: use a newer one",
                                (long long)version, SIM_TRACE_VERSION);
    builder->own = true;
    trace->version = (uint32_t)version;
    trace->header = sim_build_args(builder, event->args);
    trace->scenario = sim_build_text_member(builder, event->args, "scenario");
    trace->clock = sim_build_text_member(builder, event->args, "clock");
    if (sim_raw_member(event->args, "seed", &value))
        (void)sim_scan_whole(value, &trace->seed);
    if (trace->header == SIM_NO_INDEX || trace->scenario == SIM_NO_INDEX ||
        trace->clock == SIM_NO_INDEX)
        return CAD_ENOMEM;
    return 0;
}

int sim_build_event(struct sim_builder *builder, const struct sim_event *event) {
    int error = 0;
    if (!builder->started) {
        builder->started = true;
        error = take_header(builder, event);
    }
    if (error == 0)
        error = builder->own ? sim_own_event(builder, event) : sim_foreign_event(builder, event);
    builder->trace->event_count++;
    return error;
}

static void find_open_spans(struct sim_trace *trace) {
    uint32_t name = sim_trace_find_text(trace, SIM_TRACE_SPANS_NAME);
    uint32_t key = sim_trace_find_text(trace, SIM_TRACE_SPANS_KEY);
    for (size_t i = 0; i < trace->counter_count; i++) {
        if (trace->counters[i].name != name || trace->counters[i].key != key)
            continue;
        trace->open_spans = (uint32_t)i;
        trace->max_open_spans = (uint32_t)trace->counters[i].max;
        return;
    }
}

int sim_build_finish(struct sim_builder *builder, bool complete, struct sim_trace **trace) {
    builder->trace->complete = complete;
    int error = builder->own ? sim_own_finish(builder) : sim_foreign_finish(builder);
    if (error == 0)
        error = sim_arrange(builder);
    if (error != 0)
        return error;
    if (builder->own)
        find_open_spans(builder->trace);
    *trace = builder->trace;
    builder->trace = NULL;
    return 0;
}

void sim_build_drop(struct sim_builder *builder) {
    sim_trace_free(builder->trace);
    sim_trace_release(builder->sample_capacities);
    sim_trace_release(builder->lanes);
    sim_trace_release(builder->slice_tracks);
    sim_map_free(&builder->processes);
    sim_trace_release(builder->track_slots);
    sim_map_free(&builder->counters);
    sim_trace_release(builder->scratch);
    sim_trace_release(builder->half_wakes);
    sim_map_free(&builder->half_wakes_by_id);
    sim_trace_release(builder->foreign);
    *builder = (struct sim_builder){0};
}

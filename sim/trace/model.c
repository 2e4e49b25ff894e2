/* What a model is asked once it is there, and its end. */
#include "trace/model.h"

#include "base/memory.h"
#include "base/strings.h"
#include "trace/scan.h"

#include <string.h>

void trace_model_free(struct trace_model *trace) {
    if (trace == NULL)
        return;
    for (size_t i = 0; i < trace->counter_count; i++)
        base_free(trace->counters[i].samples);
    for (size_t i = 0; i < trace->warning_count; i++)
        base_free(trace->warnings[i]);
    base_free(trace->processes);
    base_free(trace->tracks);
    base_free(trace->slices);
    base_free(trace->wakes);
    base_free(trace->instants);
    base_free(trace->track_instants);
    base_free(trace->declarations);
    base_free(trace->counters);
    base_free(trace->warnings);
    base_free(trace->remarks);
    base_free(trace->categories);
    base_strings_free(trace->strings);
    base_free(trace);
}

const char *trace_text(const struct trace_model *trace, uint32_t text) {
    return base_strings_text(trace->strings, text);
}

size_t trace_text_length(const struct trace_model *trace, uint32_t text) {
    return base_strings_length(trace->strings, text);
}

uint32_t trace_find_text(const struct trace_model *trace, const char *text) {
    return base_strings_find(trace->strings, text, strlen(text));
}

const char *trace_category_text(const struct trace_model *trace, uint8_t category) {
    return category < trace->category_count ? trace_text(trace, trace->categories[category]) : "";
}

size_t trace_model_memory(const struct trace_model *trace) {
    size_t bytes = sizeof *trace + base_strings_memory(trace->strings);
    bytes += trace->process_count * sizeof *trace->processes;
    bytes += trace->track_count * sizeof *trace->tracks;
    bytes += trace->slice_count * sizeof *trace->slices;
    bytes += trace->wake_count * sizeof *trace->wakes;
    bytes += trace->declaration_count * sizeof *trace->declarations;
    bytes += trace->instant_count * (sizeof *trace->instants + sizeof *trace->track_instants);
    bytes += trace->counter_count * sizeof *trace->counters;
    for (size_t i = 0; i < trace->counter_count; i++)
        bytes += trace->counters[i].sample_count * sizeof *trace->counters[i].samples;
    bytes += trace->remark_count * sizeof *trace->remarks;
    bytes += trace->category_count * sizeof *trace->categories;
    return bytes;
}

/* Of a trace of ours the tracks of a process are in the order of their numbers. */
static uint32_t bisect_tracks(const struct trace_model *trace, int64_t tid) {
    size_t low = 0, high = trace->track_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (trace->tracks[middle].tid < tid)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)low;
}

uint32_t trace_find_track(const struct trace_model *trace, int64_t pid, int64_t tid) {
    uint32_t likely = bisect_tracks(trace, tid);
    if (likely < trace->track_count && trace->tracks[likely].tid == tid &&
        trace->processes[trace->tracks[likely].process].pid == pid)
        return likely;
    for (size_t i = 0; i < trace->track_count; i++) {
        const struct trace_track *track = &trace->tracks[i];
        if (track->tid == tid && trace->processes[track->process].pid == pid)
            return (uint32_t)i;
    }
    return TRACE_NO_INDEX;
}

uint32_t trace_slice_from(const struct trace_model *trace, uint32_t track, int64_t time_ns) {
    uint32_t low = trace->tracks[track].first_slice;
    uint32_t high = low + trace->tracks[track].slice_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (trace->slices[middle].begin_ns < time_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t trace_samples_until(const struct trace_counter *counter, int64_t time_ns) {
    size_t low = 0;
    size_t high = counter->sample_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (counter->samples[middle].time_ns <= time_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

double trace_counter_at(const struct trace_counter *counter, int64_t time_ns) {
    size_t until = trace_samples_until(counter, time_ns);
    return until == 0 ? 0 : counter->samples[until - 1].value;
}

/* --- Arguments ------------------------------------------------------------------------------- */

struct trace_args trace_args_of(const struct trace_model *trace, uint32_t args) {
    const char *text = trace_text(trace, args);
    return (struct trace_args){text, text + trace_text_length(trace, args)};
}

bool trace_args_next(struct trace_args *left, struct trace_arg *arg) {
    struct trace_raw key;
    struct trace_raw value;
    if (!trace_scan_member(&left->at, left->end, &key, &value))
        return false;
    *arg = (struct trace_arg){key.text, key.length, value.text, value.length};
    return true;
}

size_t trace_arg_decode(const struct trace_arg *arg, char *buffer, size_t size) {
    size_t length;
    if (arg->value_length >= 2 && arg->value[0] == '"')
        length = trace_scan_decode((struct trace_raw){arg->value + 1, arg->value_length - 2},
                                   buffer, size - 1);
    else
        length =
            trace_scan_clean((struct trace_raw){arg->value, arg->value_length}, buffer, size - 1);
    buffer[length] = '\0';
    return length;
}

static bool find_arg(const struct trace_model *trace, uint32_t args, const char *key,
                     struct trace_arg *arg) {
    struct trace_args left = trace_args_of(trace, args);
    size_t length = strlen(key);
    while (trace_args_next(&left, arg))
        if (arg->key_length == length && memcmp(arg->key, key, length) == 0)
            return true;
    return false;
}

bool trace_arg_text(const struct trace_model *trace, uint32_t args, const char *key, char *buffer,
                    size_t size) {
    struct trace_arg arg;
    if (!find_arg(trace, args, key, &arg))
        return false;
    trace_arg_decode(&arg, buffer, size);
    return true;
}

bool trace_arg_number(const struct trace_model *trace, uint32_t args, const char *key,
                      double *number) {
    struct trace_arg arg;
    return find_arg(trace, args, key, &arg) &&
           trace_scan_number((struct trace_raw){arg.value, arg.value_length}, number);
}

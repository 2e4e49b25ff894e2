/* Puts what has come into order, once a model has all its events. */
#include "trace/build.h"

#include "base/memory.h"
#include "cadran.h"

#include <stdlib.h>
#include <string.h>

/* What a track is sorted by. */
struct place {
    int64_t process_sort_index;
    int64_t sort_index;
    uint32_t process;
    uint32_t track;
};

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int compare_places(const void *left, const void *right) {
    const struct place *a = left;
    const struct place *b = right;
    int order = COMPARE(a->process_sort_index, b->process_sort_index);
    if (order == 0)
        order = COMPARE(a->process, b->process);
    if (order == 0)
        order = COMPARE(a->sort_index, b->sort_index);
    return order != 0 ? order : COMPARE(a->track, b->track);
}

static struct place place_of(const struct trace_model *trace, uint32_t track) {
    const struct trace_track *lane = &trace->tracks[track];
    return (struct place){trace->processes[lane->process].sort_index, lane->sort_index,
                          lane->process, track};
}

static bool in_order(const struct trace_model *trace) {
    for (uint32_t i = 1; i < trace->track_count; i++) {
        struct place before = place_of(trace, i - 1);
        struct place after = place_of(trace, i);
        if (compare_places(&before, &after) > 0)
            return false;
    }
    return true;
}

static void renumber_tracks(struct trace_builder *builder, const uint32_t *numbers) {
    struct trace_model *trace = builder->trace;
    for (size_t i = 0; i < trace->slice_count; i++)
        builder->slice_tracks[i] = numbers[builder->slice_tracks[i]];
    for (size_t i = 0; i < trace->wake_count; i++) {
        trace->wakes[i].from_track = numbers[trace->wakes[i].from_track];
        trace->wakes[i].to_track = numbers[trace->wakes[i].to_track];
    }
    for (size_t i = 0; i < trace->instant_count; i++)
        trace->instants[i].track = numbers[trace->instants[i].track];
}

/* By process, sort index, appearance: which is how a trace of ours comes. */
static int arrange_tracks(struct trace_builder *builder) {
    struct trace_model *trace = builder->trace;
    size_t count = trace->track_count;
    if (in_order(trace))
        return 0;
    struct place *places = base_zalloc(count, sizeof *places);
    uint32_t *numbers = base_zalloc(count, sizeof *numbers);
    struct trace_track *tracks = base_zalloc(count, sizeof *tracks);
    if (places == NULL || numbers == NULL || tracks == NULL) {
        base_free(places);
        base_free(numbers);
        base_free(tracks);
        return CAD_ENOMEM;
    }
    for (uint32_t i = 0; i < count; i++)
        places[i] = place_of(trace, i);
    qsort(places, count, sizeof *places, compare_places);
    for (uint32_t i = 0; i < count; i++) {
        tracks[i] = trace->tracks[places[i].track];
        numbers[places[i].track] = i;
    }
    base_free(trace->tracks);
    trace->tracks = tracks;
    renumber_tracks(builder, numbers);
    base_free(places);
    base_free(numbers);
    return 0;
}

/* Sorts the slices by track, in the order in which they came. */
static int arrange_slices(struct trace_builder *builder) {
    struct trace_model *trace = builder->trace;
    if (trace->slice_count == 0)
        return 0;
    for (size_t i = 0; i < trace->slice_count; i++)
        trace->tracks[builder->slice_tracks[i]].slice_count++;
    uint32_t next = 0;
    for (size_t i = 0; i < trace->track_count; i++) {
        trace->tracks[i].first_slice = next;
        next += trace->tracks[i].slice_count;
        trace->tracks[i].slice_count = 0;
    }
    struct trace_slice *slices = base_alloc(trace->slice_count * sizeof *slices);
    if (slices == NULL)
        return CAD_ENOMEM;

    /* Where each slice goes, in the place of its track's number, which is known there. */
    uint32_t *numbers = builder->slice_tracks;
    for (size_t i = 0; i < trace->slice_count; i++) {
        struct trace_track *track = &trace->tracks[numbers[i]];
        const struct trace_slice *slice = &trace->slices[i];
        if (track->slice_count == 0 || slice->begin_ns < track->begin_ns)
            track->begin_ns = slice->begin_ns;
        if (track->slice_count == 0 || slice->end_ns > track->end_ns)
            track->end_ns = slice->end_ns;
        if (slice->depth >= track->depth)
            track->depth = (uint16_t)(slice->depth + 1);
        numbers[i] = track->first_slice + track->slice_count++;
    }
    for (size_t i = 0; i < trace->slice_count; i++) {
        struct trace_slice *slice = &slices[numbers[i]];
        *slice = trace->slices[i];
        if (slice->parent != TRACE_NO_INDEX)
            slice->parent = numbers[slice->parent];
    }
    for (size_t i = 0; i < trace->wake_count; i++) {
        struct trace_wake *wake = &trace->wakes[i];
        if (wake->wait != TRACE_NO_INDEX)
            wake->wait = numbers[wake->wait];
        if (wake->from_slice != TRACE_NO_INDEX)
            wake->from_slice = numbers[wake->from_slice];
    }
    base_free(trace->slices);
    trace->slices = slices;
    return 0;
}

static int arrange_instants(struct trace_builder *builder) {
    struct trace_model *trace = builder->trace;
    if (trace->instant_count == 0)
        return 0;
    trace->track_instants = base_alloc(trace->instant_count * sizeof *trace->track_instants);
    if (trace->track_instants == NULL)
        return CAD_ENOMEM;
    for (size_t i = 0; i < trace->instant_count; i++) {
        struct trace_track *track = &trace->tracks[trace->instants[i].track];
        if (track->slice_count == 0 && track->instant_count == 0)
            track->begin_ns = trace->instants[i].time_ns;
        if (track->slice_count == 0)
            track->end_ns = trace->instants[i].time_ns;
        track->instant_count++;
    }
    uint32_t next = 0;
    for (size_t i = 0; i < trace->track_count; i++) {
        trace->tracks[i].first_instant = next;
        next += trace->tracks[i].instant_count;
        trace->tracks[i].instant_count = 0;
    }
    for (uint32_t i = 0; i < trace->instant_count; i++) {
        struct trace_track *track = &trace->tracks[trace->instants[i].track];
        trace->track_instants[track->first_instant + track->instant_count++] = i;
    }
    return 0;
}

/* Gives back what a growing array has too much; it may stay where there is no memory for that. */
static void trim(void *array, size_t count, size_t size) {
    void *memory;
    memcpy(&memory, array, sizeof memory);
    if (count == 0)
        return;
    memory = base_realloc(memory, count * size);
    if (memory != NULL)
        memcpy(array, &memory, sizeof memory);
}

int trace_arrange(struct trace_builder *builder) {
    struct trace_model *trace = builder->trace;
    int error = arrange_tracks(builder);
    if (error == 0)
        error = arrange_slices(builder);
    if (error == 0)
        error = arrange_instants(builder);
    if (error != 0)
        return error;
    trim(&trace->tracks, trace->track_count, sizeof *trace->tracks);
    trim(&trace->wakes, trace->wake_count, sizeof *trace->wakes);
    trim(&trace->instants, trace->instant_count, sizeof *trace->instants);
    for (size_t i = 0; i < trace->counter_count; i++)
        trim(&trace->counters[i].samples, trace->counters[i].sample_count,
             sizeof *trace->counters[i].samples);
    return 0;
}

/* Other programs' slices on their tracks. Those of a thread are stacked; of the asynchronous ones
 * of an id those that cross others get tracks of their own. */
#include "trace/foreign.h"

#include "base/memory.h"
#include "base/strings.h"
#include "cadran.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 10000, CROSSING_TRACKS_MAX = 64 };

struct placing {
    struct trace_builder *builder;
    uint32_t *events;                /* of each slice of the model, which event it was */
    struct base_map crossing_tracks; /* of a track, the one for what crosses its slices */
};

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

/* --- The order -------------------------------------------------------------------------------- */

/* Slices first, by track and time. */
static int compare_places(const void *left, const void *right) {
    const struct trace_foreign_event *a = left;
    const struct trace_foreign_event *b = right;
    int order = COMPARE(trace_foreign_is_slice(b), trace_foreign_is_slice(a));
    if (order == 0)
        order = COMPARE(a->track, b->track);
    if (order == 0)
        order = COMPARE(a->ts_ns, b->ts_ns);
    return order != 0 ? order : COMPARE(a->order, b->order);
}

static int compare_reach(const void *left, const void *right) {
    const struct trace_foreign_event *a = left;
    const struct trace_foreign_event *b = right;
    int order = COMPARE(b->reach_ns, a->reach_ns);
    return order != 0 ? order : COMPARE(a->order, b->order);
}

/* Slices of one track that begin together: outer ones before those inside. The file has begins in
 * that order, whatever their ends, and they keep it: of two that follow each other the first may
 * have no length. "Complete" events are in the file when they end, or anyhow, so their ends tell;
 * one comes before a begin if it is longer than that and all begins after it. */
static void order_run(struct trace_foreign_event *run, size_t count) {
    int64_t reach_ns = INT64_MIN;
    for (size_t i = count; i > 0; i--) {
        struct trace_foreign_event *event = &run[i - 1];
        event->reach_ns = event->end_ns;
        if (!trace_foreign_begins(event))
            continue;
        if (event->end_ns > reach_ns)
            reach_ns = event->end_ns;
        event->reach_ns = reach_ns;
    }
    qsort(run, count, sizeof *run, compare_reach);
}

/* Returns how many slices there are. */
static size_t order_slices(struct trace_builder *builder) {
    struct trace_foreign_event *events = builder->foreign;
    size_t count = 0;
    qsort(events, builder->foreign_count, sizeof *events, compare_places);
    while (count < builder->foreign_count && trace_foreign_is_slice(&events[count])) {
        size_t first = count++;
        while (count < builder->foreign_count && trace_foreign_is_slice(&events[count]) &&
               events[count].track == events[first].track &&
               events[count].ts_ns == events[first].ts_ns)
            count++;
        if (count - first > 1)
            order_run(&events[first], count - first);
    }
    return count;
}

/* --- The place -------------------------------------------------------------------------------- */

/* Whether a slice has ended before the next one begins. Of begins and ends the file's order says
 * so; of others that begin and end together one is inside the other. */
static bool is_over(const struct trace_foreign_event *event,
                    const struct trace_foreign_event *next) {
    if (trace_foreign_begins(event) && trace_foreign_begins(next))
        return event->end_at < next->order;
    return event->end_ns < next->ts_ns ||
           (event->end_ns == next->ts_ns && event->ts_ns != next->ts_ns);
}

/* The innermost slice of a track that is not over. */
static uint32_t innermost(struct placing *placing, uint32_t track,
                          const struct trace_foreign_event *next) {
    struct trace_builder *builder = placing->builder;
    struct trace_lane *lane = &builder->lanes[track];
    while (lane->open != TRACE_NO_INDEX &&
           is_over(&builder->foreign[placing->events[lane->open]], next))
        lane->open = builder->trace->slices[lane->open].parent;
    return lane->open;
}

/* The next track for what crosses the slices of a track; like it, but for its name. */
static uint32_t crossing_track(struct placing *placing, uint32_t track, uint32_t name) {
    struct trace_builder *builder = placing->builder;
    uint32_t next = base_map_get(&placing->crossing_tracks, track);
    if (next != TRACE_NO_INDEX)
        return next;
    struct trace_track like = builder->trace->tracks[track];
    /* Its number is that of a text that no other track has. */
    char key[32];
    int length = snprintf(key, sizeof key, "\ncrossing %lu", (unsigned long)track);
    uint32_t number = base_strings_add(builder->trace->strings, key, (size_t)length);
    if (number == TRACE_NO_INDEX)
        return TRACE_NO_INDEX;
    next = trace_build_track(builder, like.process, number, TRACE_TRACK_ASYNC, name);
    if (next == TRACE_NO_INDEX || !base_map_put(&placing->crossing_tracks, track, next))
        return TRACE_NO_INDEX;
    return next;
}

/* Whether it goes on after the slice that it would be inside of. */
static bool crosses(const struct placing *placing, uint32_t open,
                    const struct trace_foreign_event *event) {
    return open != TRACE_NO_INDEX && placing->builder->trace->slices[open].end_ns < event->end_ns;
}

/* Finds its track, and the slice that is open there. */
static int find_place(struct placing *placing, const struct trace_foreign_event *event,
                      uint32_t *track, uint32_t *open) {
    struct trace_builder *builder = placing->builder;
    *track = event->track;
    *open = innermost(placing, *track, event);
    if (!crosses(placing, *open, event))
        return 0;
    if (event->phase == 'B')
        return trace_build_remark(builder, event->line,
                                  "slices (ph B, E) that cross another of their thread are shown "
                                  "inside it");
    if (builder->trace->tracks[*track].kind != TRACE_TRACK_ASYNC)
        return 0;
    for (int i = 0; i < CROSSING_TRACKS_MAX && crosses(placing, *open, event); i++) {
        *track = crossing_track(placing, *track, event->name);
        if (*track == TRACE_NO_INDEX)
            return CAD_ENOMEM;
        *open = innermost(placing, *track, event);
    }
    return trace_build_remark(builder, event->line,
                              "asynchronous slices that cross another of their id are on tracks of "
                              "their own");
}

static int place(struct placing *placing, uint32_t index) {
    struct trace_builder *builder = placing->builder;
    struct trace_model *trace = builder->trace;
    const struct trace_foreign_event *event = &builder->foreign[index];
    uint32_t track, open;
    int error = find_place(placing, event, &track, &open);
    if (error != 0)
        return error;
    if (open != TRACE_NO_INDEX && trace->slices[open].depth >= DEPTH_MAX)
        return trace_build_leave_out(builder, event->line, "slices inside more than 10000 others");
    struct trace_slice slice = {
        .begin_ns = event->ts_ns,
        .end_ns = event->end_ns,
        .name = event->name,
        .args = event->args,
        .end_args = event->end_args,
        .parent = open,
        .wake = TRACE_NO_INDEX,
        .depth = open == TRACE_NO_INDEX ? 0 : (uint16_t)(trace->slices[open].depth + 1),
        .category = event->category,
        .flags = event->open ? TRACE_SLICE_OPEN : 0,
    };
    builder->lanes[track].open = (uint32_t)trace->slice_count;
    placing->events[trace->slice_count] = index;
    return trace_build_slice(builder, track, &slice);
}

int trace_foreign_place(struct trace_builder *builder) {
    struct placing placing = {.builder = builder};
    if (builder->foreign_count == 0)
        return 0;
    size_t count = order_slices(builder);
    if (count == 0)
        return 0;
    placing.events = base_alloc(count * sizeof *placing.events);
    if (placing.events == NULL)
        return CAD_ENOMEM;
    for (size_t i = 0; i < builder->trace->track_count; i++)
        builder->lanes[i].open = TRACE_NO_INDEX;
    int error = 0;
    for (uint32_t i = 0; i < count && error == 0; i++)
        error = place(&placing, i);
    base_map_free(&placing.crossing_tracks);
    base_free(placing.events);
    return error;
}

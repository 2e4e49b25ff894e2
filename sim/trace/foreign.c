/* Other programs' traces. Their events come in any order (a "complete" event when it ends, often
 * one thread after the other), and many kinds of them have no place in the model. So all are kept
 * until the last has come, then sorted by time, and what does not fit is counted, not refused. */
#include "trace/build.h"

#include "base/memory.h"
#include "base/strings.h"
#include "cadran.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 10000 };

struct trace_foreign_event {
    int64_t ts_ns;
    int64_t end_ns;
    uint32_t order; /* in the file */
    uint32_t track; /* of a counter: the process */
    uint32_t name;
    uint32_t args;
    uint32_t end_args;
    uint32_t link; /* of a flow event: its key; of a begin: the slice around it */
    uint8_t category;
    char phase;
    bool open; /* a begin whose end has not come */
};

/* What cannot be shown, by "ph". */
static const char *unknown_phase(char phase) {
    switch (phase) {
    case 'S':
    case 'T':
    case 'p':
    case 'F':
        return "asynchronous events in the old form (ph S, T, p, F)";
    case 'P':
        return "samples (ph P)";
    case 'N':
    case 'O':
    case 'D':
        return "objects (ph N, O, D)";
    case 'v':
    case 'V':
        return "memory dumps (ph v, V)";
    case 'R':
        return "marks (ph R)";
    case 'c':
        return "clock synchronisation (ph c)";
    case '(':
    case ')':
        return "contexts (ph (, ))";
    default:
        return "events with no or another ph";
    }
}

/* --- Taking events ---------------------------------------------------------------------------- */

/* The text by which events belong together: category, id and, of a flow, name. */
static uint32_t key_of(struct trace_builder *builder, const struct trace_raw_event *event,
                       bool with_name) {
    struct trace_raw parts[] = {event->category, event->scope, event->id, event->name};
    size_t count = with_name ? 4 : 3;
    size_t length = 0;
    for (size_t i = 0; i < count; i++)
        length += parts[i].length + 1;
    char *key = base_alloc(length);
    if (key == NULL)
        return TRACE_NO_INDEX;
    char *at = key;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].length > 0)
            memcpy(at, parts[i].text, parts[i].length);
        at += parts[i].length;
        *at++ = '\n'; /* which no string of JSON has inside */
    }
    uint32_t number = base_strings_add(builder->trace->strings, key, length);
    base_free(key);
    return number;
}

/* A track of its own for the asynchronous events of one id. */
static uint32_t async_track(struct trace_builder *builder, const struct trace_raw_event *event,
                            uint32_t process, uint32_t name) {
    uint32_t key = key_of(builder, event, false);
    if (key == TRACE_NO_INDEX)
        return TRACE_NO_INDEX;
    size_t before = builder->trace->track_count;
    uint32_t track = trace_build_track(builder, process, key, TRACE_TRACK_ASYNC);
    if (track != TRACE_NO_INDEX && track == before)
        builder->trace->tracks[track].name = name;
    return track;
}

/* A counter's id is a part of its name. */
static uint32_t counter_name(struct trace_builder *builder, const struct trace_raw_event *event,
                             uint32_t name) {
    if (event->id.text == NULL)
        return name;
    const char *text = trace_text(builder->trace, name);
    size_t size = strlen(text) + event->id.length + 2;
    char *joined = base_alloc(size);
    if (joined == NULL)
        return TRACE_NO_INDEX;
    int length = snprintf(joined, size, "%s %.*s", text, (int)event->id.length, event->id.text);
    uint32_t number = base_strings_add(builder->trace->strings, joined, (size_t)length);
    base_free(joined);
    return number;
}

static int take(struct trace_builder *builder, const struct trace_raw_event *event) {
    uint32_t process = trace_build_process(builder, event);
    uint32_t name = trace_build_text(builder, event->name);
    int category = trace_build_category(builder, event->category, TRACE_CATEGORY_COUNT);
    uint32_t track = TRACE_NO_INDEX;
    uint32_t link = TRACE_NO_INDEX;
    if (process == TRACE_NO_INDEX || name == TRACE_NO_INDEX || category < 0)
        return CAD_ENOMEM;
    if (event->phase == 'C') {
        name = counter_name(builder, event, name);
        track = process;
    } else if (strchr("ben", event->phase) != NULL) {
        track = async_track(builder, event, process, name);
    } else {
        int64_t tid;
        if (trace_build_tid(builder, event, &tid))
            track = trace_build_track(builder, process, tid, TRACE_TRACK_THREAD);
    }
    bool flow = strchr("stf", event->phase) != NULL;
    if (flow)
        link = key_of(builder, event, true);
    uint32_t args = trace_build_args(builder, event->args);
    if (name == TRACE_NO_INDEX || track == TRACE_NO_INDEX || args == TRACE_NO_INDEX ||
        (flow && link == TRACE_NO_INDEX))
        return CAD_ENOMEM;
    if (builder->foreign_count >= TRACE_NO_INDEX - 1)
        return trace_build_refuse(builder, builder->line, "more than 4294967294 events");
    if (!base_grow(&builder->foreign, &builder->foreign_capacity, builder->foreign_count,
                   sizeof *builder->foreign))
        return CAD_ENOMEM;
    int64_t duration_ns = event->phase == 'X' && event->has_duration ? event->duration_ns : 0;
    builder->foreign[builder->foreign_count] = (struct trace_foreign_event){
        .ts_ns = event->ts_ns,
        .end_ns = event->ts_ns + duration_ns,
        .order = (uint32_t)builder->foreign_count,
        .track = track,
        .name = name,
        .args = args,
        .link = link,
        .category = (uint8_t)category,
        .phase = event->phase,
    };
    builder->foreign_count++;
    return 0;
}

int trace_foreign_event(struct trace_builder *builder, const struct trace_raw_event *event) {
    if (event->phase == 'M')
        return trace_build_metadata(builder, event);
    if (event->phase == '\0' || strchr("BEXiICbenstf", event->phase) == NULL)
        return trace_build_leave_out(builder, unknown_phase(event->phase));
    if (!event->has_ts)
        return trace_build_leave_out(builder,
                                     "events without a time (ts), or with one out of range");
    if (event->odd)
        return trace_build_leave_out(builder, "events whose cat, ph or scope is not a text");
    return take(builder, event);
}

/* --- In the order of time --------------------------------------------------------------------- */

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int compare_times(const void *left, const void *right) {
    const struct trace_foreign_event *a = left;
    const struct trace_foreign_event *b = right;
    int order = COMPARE(a->ts_ns, b->ts_ns);
    return order != 0 ? order : COMPARE(a->order, b->order);
}

/* A step or the end of a flow: a wake from where it was last. */
static int go_on_flow(struct trace_builder *builder, struct base_map *flows, uint32_t index) {
    const struct trace_foreign_event *event = &builder->foreign[index];
    uint32_t last = base_map_get(flows, event->link);
    if (last == TRACE_NO_INDEX)
        return trace_build_leave_out(builder, "flows' steps and ends without a begin");
    struct trace_wake wake = {
        .from_ns = builder->foreign[last].ts_ns,
        .to_ns = event->ts_ns,
        .from_track = builder->foreign[last].track,
        .to_track = event->track,
        .wait = TRACE_NO_INDEX,
        .name = event->name,
    };
    base_map_remove(flows, event->link);
    if (event->phase == 't' && !base_map_put(flows, event->link, index))
        return CAD_ENOMEM;
    return trace_build_wake(builder, &wake);
}

static int end_slice(struct trace_builder *builder, const struct trace_foreign_event *end) {
    struct trace_lane *lane = &builder->lanes[end->track];
    if (lane->open == TRACE_NO_INDEX)
        return trace_build_leave_out(builder, "ends without a begin");
    struct trace_foreign_event *begin = &builder->foreign[lane->open];
    begin->end_ns = end->ts_ns;
    begin->end_args = end->args;
    begin->open = false;
    lane->open = begin->link;
    return 0;
}

/* Matches begins and ends, and puts everything but slices into the model. */
static int replay(struct trace_builder *builder, struct base_map *flows) {
    int error = 0;
    for (uint32_t i = 0; i < builder->foreign_count && error == 0; i++) {
        struct trace_foreign_event *event = &builder->foreign[i];
        switch (event->phase) {
        case 'B':
        case 'b':
            event->link = builder->lanes[event->track].open;
            event->open = true;
            builder->lanes[event->track].open = i;
            break;
        case 'E':
        case 'e':
            error = end_slice(builder, event);
            break;
        case 's':
            error = base_map_put(flows, event->link, i) ? 0 : CAD_ENOMEM;
            break;
        case 't':
        case 'f':
            error = go_on_flow(builder, flows, i);
            break;
        case 'C': {
            const char *text = trace_text(builder->trace, event->args);
            struct trace_raw args = {text, strlen(text)};
            error = trace_build_counters(builder, event->track, event->name, args, event->ts_ns);
            break;
        }
        case 'X':
            break;
        default:
            error =
                trace_build_instant(builder, &(struct trace_instant){.time_ns = event->ts_ns,
                                                                     .track = event->track,
                                                                     .name = event->name,
                                                                     .args = event->args,
                                                                     .category = event->category});
            break;
        }
    }
    return error;
}

/* --- Slices --------------------------------------------------------------------------------------
 */

static bool is_slice(const struct trace_foreign_event *event) {
    return strchr("BbX", event->phase) != NULL;
}

/* Slices first, and of these outer ones before those inside. */
static int compare_slices(const void *left, const void *right) {
    const struct trace_foreign_event *a = left;
    const struct trace_foreign_event *b = right;
    int order = COMPARE(is_slice(b), is_slice(a));
    if (order == 0)
        order = COMPARE(a->track, b->track);
    if (order == 0)
        order = COMPARE(a->ts_ns, b->ts_ns);
    if (order == 0)
        order = COMPARE(b->end_ns, a->end_ns);
    return order != 0 ? order : COMPARE(a->order, b->order);
}

/* Whether a slice has ended before `next` begins. Two that begin and end together nest. */
static bool is_over(const struct trace_slice *slice, const struct trace_foreign_event *next) {
    return slice->end_ns < next->ts_ns ||
           (slice->end_ns == next->ts_ns && slice->begin_ns != next->ts_ns);
}

/* Adds a slice under what is still open; `open` is the slice that was added before on its track. */
static int add_slice(struct trace_builder *builder, const struct trace_foreign_event *event,
                     uint32_t open) {
    struct trace_model *trace = builder->trace;
    while (open != TRACE_NO_INDEX && is_over(&trace->slices[open], event))
        open = trace->slices[open].parent;
    if (open != TRACE_NO_INDEX && trace->slices[open].depth >= DEPTH_MAX)
        return trace_build_leave_out(builder, "slices inside more than 10000 others");
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
    return trace_build_slice(builder, event->track, &slice);
}

static int add_slices(struct trace_builder *builder) {
    struct trace_foreign_event *events = builder->foreign;
    struct trace_model *trace = builder->trace;
    int error = 0;
    uint32_t track = TRACE_NO_INDEX;
    for (size_t i = 0; i < builder->foreign_count && error == 0 && is_slice(&events[i]); i++) {
        uint32_t last = TRACE_NO_INDEX;
        if (events[i].track == track && trace->slice_count > 0)
            last = (uint32_t)trace->slice_count - 1;
        track = events[i].track;
        if (last != TRACE_NO_INDEX && builder->slice_tracks[last] != track)
            last = TRACE_NO_INDEX;
        error = add_slice(builder, &events[i], last);
    }
    return error;
}

static void find_ends(struct trace_builder *builder) {
    struct trace_model *trace = builder->trace;
    for (size_t i = 0; i < builder->foreign_count; i++) {
        const struct trace_foreign_event *event = &builder->foreign[i];
        if (i == 0 || event->ts_ns < trace->begin_ns)
            trace->begin_ns = event->ts_ns;
        if (i == 0 || event->end_ns > trace->end_ns)
            trace->end_ns = event->end_ns;
    }
    for (size_t i = 0; i < builder->foreign_count; i++)
        if (builder->foreign[i].open)
            builder->foreign[i].end_ns = trace->end_ns;
}

int trace_foreign_finish(struct trace_builder *builder) {
    if (builder->foreign_count == 0)
        return 0;
    struct base_map flows = {0};
    qsort(builder->foreign, builder->foreign_count, sizeof *builder->foreign, compare_times);
    int error = replay(builder, &flows);
    base_map_free(&flows);
    if (error != 0)
        return error;
    find_ends(builder);
    qsort(builder->foreign, builder->foreign_count, sizeof *builder->foreign, compare_slices);
    return add_slices(builder);
}

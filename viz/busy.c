/* The turns of the loop, sorted by the tasks whose they are: counted first, then put in place. */
#include "busy.h"

#include "base/memory.h"
#include "cadran.h"

/* The track of the task whose turn a slice is; TRACE_NO_INDEX: a callback's, or no turn. */
static uint32_t task_of(const struct trace_model *trace, const struct trace_track *loop,
                        const struct trace_slice *slice) {
    double tid;
    if (slice->category != TRACE_CATEGORY_RUN || slice->end_ns <= slice->begin_ns ||
        !trace_arg_number(trace, slice->args, "task_tid", &tid))
        return TRACE_NO_INDEX;
    return trace_find_track(trace, trace->processes[loop->process].pid, (int64_t)tid);
}

/* Adds each turn of a loop to the place of its task's next one, or, at first, counts them there. */
static void take_loop(struct viz_busy *busy, const struct trace_model *trace,
                      const struct trace_track *loop, uint32_t *places, bool count) {
    for (uint32_t i = loop->first_slice; i < loop->first_slice + loop->slice_count; i++) {
        uint32_t track = task_of(trace, loop, &trace->slices[i]);
        if (track == TRACE_NO_INDEX)
            continue;
        if (!count)
            busy->slices[places[track]] = i;
        places[track]++;
    }
}

static void take_loops(struct viz_busy *busy, const struct trace_model *trace, uint32_t *places,
                       bool count) {
    for (size_t i = 0; i < trace->track_count; i++)
        if (trace->tracks[i].kind == TRACE_TRACK_LOOP)
            take_loop(busy, trace, &trace->tracks[i], places, count);
}

int viz_busy_find(struct viz_busy *busy, const struct trace_model *trace) {
    uint32_t *places = base_zalloc(trace->track_count + 1, sizeof *places);
    *busy = (struct viz_busy){.first = base_zalloc(trace->track_count + 1, sizeof *busy->first)};
    if (places == NULL || busy->first == NULL) {
        base_free(places);
        return CAD_ENOMEM;
    }
    take_loops(busy, trace, places, true);
    uint32_t count = 0;
    for (size_t i = 0; i <= trace->track_count; i++) {
        busy->first[i] = count;
        count += places[i];
        places[i] = busy->first[i];
    }
    busy->slices = base_zalloc(count + 1, sizeof *busy->slices);
    if (busy->slices != NULL)
        take_loops(busy, trace, places, false);
    base_free(places);
    return busy->slices != NULL ? 0 : CAD_ENOMEM;
}

void viz_busy_free(struct viz_busy *busy) {
    base_free(busy->slices);
    base_free(busy->first);
    *busy = (struct viz_busy){0};
}

struct viz_busy_walk viz_busy_begin(const struct viz_busy *busy, const struct trace_model *trace,
                                    uint32_t track) {
    return (struct viz_busy_walk){.busy = busy,
                                  .trace = trace,
                                  .at = busy->first[track],
                                  .end = busy->first[track + 1],
                                  .from_ns = INT64_MIN};
}

bool viz_busy_next(struct viz_busy_walk *walk, int64_t until_ns, struct viz_busy_piece *piece) {
    while (walk->at < walk->end) {
        uint32_t index = walk->busy->slices[walk->at];
        const struct trace_slice *slice = &walk->trace->slices[index];
        if (slice->begin_ns >= until_ns)
            return false;
        *piece = (struct viz_busy_piece){
            .slice = index,
            .begin_ns = slice->begin_ns > walk->from_ns ? slice->begin_ns : walk->from_ns,
            .end_ns = slice->end_ns < until_ns ? slice->end_ns : until_ns};
        if (slice->end_ns > until_ns) {
            bool there = piece->end_ns > piece->begin_ns;
            walk->from_ns = until_ns > walk->from_ns ? until_ns : walk->from_ns;
            return there;
        }
        walk->at++;
        if (piece->end_ns > piece->begin_ns)
            return true;
    }
    return false;
}

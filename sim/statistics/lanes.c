/* What became of each lane: a connection, an end of a pipe, a program. */
#include "statistics/lanes.h"

#include <string.h>

#include "base/memory.h"
#include "cadran.h"
#include "trace/keep.h"

static int begin_lane(struct stat_lanes *lanes, struct stat_run *run,
                      const struct stat_lane_event *told) {
    uint32_t number = (uint32_t)run->lane_count;
    const struct trace_event *event = told->event;
    struct stat_lane begun = {
        .tid = event->tid,
        .by = trace_has(event, TRACE_ARG_BY) ? event->args[TRACE_ARG_BY].number : 0,
        .object = told->object,
        .begin_ns = told->now_ns,
        .end_ns = told->now_ns,
        .open = true};
    if (number == STAT_NO_INDEX || !trace_keep_text(run->strings, event->name, &begun.what) ||
        !base_grow(&run->lanes, &lanes->capacity, number, sizeof *run->lanes) ||
        !base_map_put(&lanes->by_tid, (uint64_t)begun.tid, number))
        return CAD_ENOMEM;
    run->lanes[number] = begun;
    run->lane_count++;
    return 0;
}

/* A program that has ended has a result, which a trace leaves out where it is 0. */
static int end_lane(struct stat_run *run, struct stat_lane *lane,
                    const struct stat_lane_event *told) {
    const struct trace_event *event = told->event;
    lane->open = false;
    lane->end_ns = told->now_ns;
    if (trace_has(event, TRACE_ARG_RESULT))
        lane->result = event->args[TRACE_ARG_RESULT].number;
    lane->has_result = lane->object != STAT_NO_INDEX && !trace_has(event, TRACE_ARG_OUTCOME) &&
                       strcmp(stat_text(run, run->objects[lane->object].type), "process") == 0;
    return trace_keep_argument(run->strings, event, TRACE_ARG_OUTCOME, &lane->outcome) &&
                   trace_keep_argument(run->strings, event, TRACE_ARG_ERROR, &lane->error)
               ? 0
               : CAD_ENOMEM;
}

static void add_bytes(struct stat_lane *lane, const struct trace_event *event) {
    static const char received[] = "received";
    bool came = event->name.length == sizeof received - 1 &&
                memcmp(event->name.text, received, sizeof received - 1) == 0;
    *(came ? &lane->received : &lane->sent) += (uint64_t)event->args[TRACE_ARG_SIZE].number;
}

int stat_lanes_take(struct stat_lanes *lanes, struct stat_run *run,
                    const struct stat_lane_event *told) {
    if (told->event->kind == TRACE_LANE_BEGIN)
        return begin_lane(lanes, run, told);
    uint32_t number = base_map_get(&lanes->by_tid, (uint64_t)told->event->tid);
    if (number == STAT_NO_INDEX)
        return 0;
    if (told->event->kind == TRACE_LANE_END)
        return end_lane(run, &run->lanes[number], told);
    if (told->within)
        add_bytes(&run->lanes[number], told->event);
    return 0;
}

void stat_lanes_end(struct stat_run *run, int64_t now_ns) {
    for (size_t i = 0; i < run->lane_count; i++)
        if (run->lanes[i].open)
            run->lanes[i].end_ns = now_ns;
}

void stat_lanes_free(struct stat_lanes *lanes) {
    base_map_free(&lanes->by_tid);
}

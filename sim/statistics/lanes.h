/* lanes.h - connections, ends of pipes and programs of a run: how long each was there, what came
 * and went on it, and how it ended. Private to the collector. */
#ifndef STATISTICS_LANES_H
#define STATISTICS_LANES_H

#include "base/map.h"
#include "statistics/statistics.h"

struct stat_lanes {
    size_t capacity;        /* of stat_run.lanes */
    struct base_map by_tid; /* their indices */
};

/* An event of a lane's track, and what the collector knows of it. */
struct stat_lane_event {
    const struct trace_event *event;
    int64_t now_ns;  /* its time, cut to what counts */
    bool within;     /* it counts */
    uint32_t object; /* that it names, by index */
};

/* 0 or CAD_ENOMEM. */
int stat_lanes_take(struct stat_lanes *lanes, struct stat_run *run,
                    const struct stat_lane_event *told);
/* What is open where a trace was cut short ends there. */
void stat_lanes_end(struct stat_run *run, int64_t now_ns);
void stat_lanes_free(struct stat_lanes *lanes);

#endif

/* busy.h - which of the turns on the loop's lane are whose: a task that keeps the loop busy does so
 * on its own lane, too, where no span of it says that it works.
 */
#ifndef VIZ_BUSY_H
#define VIZ_BUSY_H

#include "trace/model.h"

#include <stdint.h>

/* Turns that took time, track by track, each track's by their begin. */
struct viz_busy {
    uint32_t *slices; /* into trace_model.slices */
    uint32_t *first;  /* by track: where its turns begin; one more ends the last one's */
};

/* 0, or CAD_ENOMEM: then, too, it is to be freed. */
int viz_busy_find(struct viz_busy *busy, const struct trace_model *trace);
void viz_busy_free(struct viz_busy *busy);

/* A piece of a turn, between two times of the trace. */
struct viz_busy_piece {
    uint32_t slice;
    int64_t begin_ns;
    int64_t end_ns;
};

/* Goes through what a track's turns leave between its bars: set to the track's first turn, it gives
 * piece after piece that lies between `from_ns` and `until_ns`, and false where there is no more.
 */
struct viz_busy_walk {
    const struct viz_busy *busy;
    const struct trace_model *trace;
    uint32_t at, end; /* into busy->slices */
    int64_t from_ns;  /* up to here bars have been */
};

struct viz_busy_walk viz_busy_begin(const struct viz_busy *busy, const struct trace_model *trace,
                                    uint32_t track);
bool viz_busy_next(struct viz_busy_walk *walk, int64_t until_ns, struct viz_busy_piece *piece);

#endif

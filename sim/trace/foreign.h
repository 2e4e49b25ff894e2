/* trace/foreign.h - another program's events between being taken and being in the model. Private
 * to foreign.c, which takes them, foreign_pair.c, which finds what belongs together, and
 * foreign_place.c, which puts slices on tracks.
 */
#ifndef TRACE_FOREIGN_H
#define TRACE_FOREIGN_H

#include "trace/build.h"

/* Phases that no file has. Flows by "bind_id" are no events of their own, but members of others,
 * and get one each. */
enum {
    TRACE_FOREIGN_NOTHING = '\0', /* left out after all */
    TRACE_FLOW_OUT = '>',
    TRACE_FLOW_IN = '<',
    TRACE_FLOW_STEP = '=', /* in and out again */
};

/* One event. Others are named by their place in the order of time (builder->foreign, between
 * trace_foreign_pair() and trace_foreign_place()); TRACE_NO_INDEX: none. */
struct trace_foreign_event {
    int64_t ts_ns;
    int64_t end_ns;   /* of a slice; of a flow's begin: where its arrow begins */
    int64_t reach_ns; /* what it is sorted by among the slices of its track that begin with it */
    uint32_t order;   /* in the file; then, in the order of time */
    uint32_t line;
    uint32_t track; /* of a counter: the process */
    uint32_t name;
    uint32_t args;
    uint32_t end_args;
    uint32_t link;   /* of a flow: its key; of a begin: what was open on the track */
    uint32_t same;   /* of a begin: what was open of its name on the track; of a flow's end that
                        waits:   the one that waits there, too */
    uint32_t end_at; /* of a begin: its end */
    uint32_t step; /* of a begin: the last step inside (ph T, p); of a flow's end that waits: where
                      the flow was last */
    uint8_t category;
    char phase;
    bool binds_next; /* a flow's end: it belongs to what begins next on its track */
    bool open;       /* a begin whose end has not come, a flow's end whose slice has not */
};

/* Whether it is the begin of a slice, whose end is another event. */
static inline bool trace_foreign_begins(const struct trace_foreign_event *event) {
    return event->phase == 'B' || event->phase == 'b' || event->phase == 'S';
}

/* Whether it becomes a slice. */
static inline bool trace_foreign_is_slice(const struct trace_foreign_event *event) {
    return trace_foreign_begins(event) || event->phase == 'X' || event->phase == 'T' ||
           event->phase == 'p';
}

/* Sorts the events by time, matches begins and ends, and puts everything but slices into the
 * model. 0, CAD_EINVAL or CAD_ENOMEM, as all of these. */
int trace_foreign_pair(struct trace_builder *builder);

/* Puts the slices into the model. */
int trace_foreign_place(struct trace_builder *builder);

#endif

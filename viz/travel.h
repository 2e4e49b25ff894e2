/* travel.h - where in a run the playhead stands: an event of the trace, and how one comes from
 * there to others.
 *
 * A step is an event, not a time: under the virtual clock many happen at one. The events are the
 * timeline's (trace/timeline.h), which has the state of the run at each of them; what the panel
 * says of that is tab_state.h.
 */
#ifndef VIZ_TRAVEL_H
#define VIZ_TRAVEL_H

#include "model.h"
#include "trace/timeline.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which events are listed. */
enum viz_events {
    VIZ_EVENTS_ALL,
    VIZ_EVENTS_OF_SELECTED,
    VIZ_EVENTS_OF_OBJECTS,
    VIZ_EVENTS_OF_TURNS,
    VIZ_EVENTS_TOLD, /* output, and what went wrong */
    VIZ_EVENTS_COUNT
};

struct viz_travel {
    struct trace_timeline *timeline; /* borrowed; NULL: it is not there, or not yet */
    uint64_t ordinal;                /* of the event; 0: there is no playhead */
    int64_t time_ns;                 /* of it, as the trace has it */
    int64_t line_ns;      /* where the playhead is drawn: there, or, while it plays, behind */
    int64_t patience_ns;  /* while it plays: how long instants may take */
    uint64_t first, last; /* ordinals of the first and the last event of that time */
    uint64_t iteration;   /* of the loop; 0: none yet, or not told */
    bool detailed;        /* the trace tells turns */
    struct trace_subject chosen; /* the value that is followed; of no kind: none */

    enum viz_events filter;

    struct trace_subject *values; /* those that the panel shows, in its order */
    size_t value_count;
    size_t value_capacity;
};

/* The lane of a track of the first process, and the track of what is selected: TRACE_NO_INDEX and 0
 * where there is none. */
uint32_t viz_lane_of_tid(const struct viz_model *model, int64_t tid);
int64_t viz_tid_of(const struct viz_model *model, struct viz_id id);

/* The state of the run at the playhead's event; it is there until the timeline is asked again.
 * NULL: there is no playhead, or no memory. */
const struct trace_state *viz_travel_state(const struct viz_travel *travel);

/* By what one goes on. */
enum viz_stride {
    VIZ_STRIDE_EVENT,
    VIZ_STRIDE_TURN,      /* to the end of a turn; to the last event of a time without details */
    VIZ_STRIDE_ITERATION, /* of the loop */
    VIZ_STRIDE_TASK,      /* to what changes what a task is doing */
    VIZ_STRIDE_VALUE,     /* to what changes the chosen value */
    VIZ_STRIDE_ALL,       /* to the first event, or the last */
};

/* Where the playhead is to be put. */
struct viz_moment {
    bool given;
    bool timed;      /* at a time of the trace, and at the event of that number among those then */
    int64_t time_ns; /* after the model's origin */
    uint64_t number; /* 0: the last; not timed: the number of an event of the trace */
};

/* Takes the playhead away, or frees what belongs to it. */
void viz_travel_leave(struct viz_travel *travel);
void viz_travel_free(struct viz_travel *travel);

/* Puts the playhead on an event, or the nearest there is; on the last that is not later than a
 * time. 0 or CAD_ENOMEM. */
int viz_travel_go(struct viz_travel *travel, uint64_t ordinal);
int viz_travel_go_to_moment(struct viz_travel *travel, const struct viz_moment *moment,
                            int64_t origin_ns);
int viz_travel_go_to_time(struct viz_travel *travel, int64_t time_ns);

/* Whether the playhead, which has gone there, is where was asked for; else says in `fault` that the
 * trace has no such moment, in the words of the options. */
enum { VIZ_TRAVEL_FAULT = 160 };
bool viz_travel_has(const struct viz_travel *travel, const struct viz_moment *moment,
                    int64_t origin_ns, char fault[VIZ_TRAVEL_FAULT]);

/* Goes on, to what is `behind` the playhead in the run, or back; `task` is the track of
 * VIZ_STRIDE_TASK. Where there is nothing more it stays. 0 or CAD_ENOMEM. */
int viz_travel_step(struct viz_travel *travel, enum viz_stride stride, bool behind, int64_t task);

/* Chooses the value after the chosen one, or before it. */
void viz_travel_choose(struct viz_travel *travel, int step);

/* Adds a value to those that are shown; its index. UINT32_MAX: no memory. */
uint32_t viz_travel_add_value(struct viz_travel *travel, struct trace_subject subject);
bool viz_travel_is_chosen(const struct viz_travel *travel, struct trace_subject subject);

#endif

/* actions_travel.h - what keys and mouse do to the playhead: rows of viz_actions call these.
 */
#ifndef VIZ_ACTIONS_TRAVEL_H
#define VIZ_ACTIONS_TRAVEL_H

#include "actions.h"

/* Back where dx is below 0, else on. The first of them puts the playhead where one looks. */
unsigned viz_go_by_event(struct viz_state *state, const struct viz_amount *amount);
unsigned viz_go_by_turn(struct viz_state *state, const struct viz_amount *amount);
unsigned viz_go_by_iteration(struct viz_state *state, const struct viz_amount *amount);
unsigned viz_go_by_task(struct viz_state *state, const struct viz_amount *amount);
unsigned viz_go_by_value(struct viz_state *state, const struct viz_amount *amount);
unsigned viz_go_to_first_or_last(struct viz_state *state, const struct viz_amount *amount);
unsigned viz_choose_value(struct viz_state *state, const struct viz_amount *amount);
/* The list of events, each time with the next filter. */
unsigned viz_filter_events(struct viz_state *state, const struct viz_amount *amount);
/* To the time at the pointer. */
unsigned viz_drag_playhead(struct viz_state *state, const struct viz_amount *amount);

/* The timeline is there, and the playhead goes where it was asked for. False where the trace has no
 * such moment, which `fault` then says. */
bool viz_start_travel(struct viz_state *state, struct trace_timeline *timeline,
                      const struct viz_moment *moment, char fault[VIZ_TRAVEL_FAULT]);

/* To an event; and to a time of the trace. */
unsigned viz_go_to_event(struct viz_state *state, uint64_t ordinal);
unsigned viz_go_to_time(struct viz_state *state, int64_t time_ns);

#endif

/* actions_lanes.h - actions on which lanes are shown, in which order, and folded into which groups.
 */
#ifndef VIZ_ACTIONS_LANES_H
#define VIZ_ACTIONS_LANES_H

#include "actions.h"

unsigned viz_next_grouping(struct viz_state *state, const struct viz_amount *amount);
unsigned viz_next_ordering(struct viz_state *state, const struct viz_amount *amount);
/* Folds the group that is pointed at or selected, or unfolds it; the second all of them. */
unsigned viz_act_fold(struct viz_state *state, const struct viz_amount *amount);
unsigned viz_act_fold_all(struct viz_state *state, const struct viz_amount *amount);
/* Pins the lane that is pointed at or selected, or no longer. */
unsigned viz_act_pin(struct viz_state *state, const struct viz_amount *amount);
/* What is searched for becomes the filter; where nothing is, the filter is dropped. */
unsigned viz_act_filter(struct viz_state *state, const struct viz_amount *amount);
/* All lanes, as they are in the trace; pins stay. */
unsigned viz_show_all_lanes(struct viz_state *state, const struct viz_amount *amount);

/* A group's head, or what was chosen, is clicked. */
unsigned viz_turn_group(struct viz_state *state, uint32_t group);
unsigned viz_drop_chosen(struct viz_state *state, enum viz_chosen chosen);

/* The lane that has the next place of its own below another (`step` 1), or above it (-1): the first
 * in view where there is no other. TRACE_NO_INDEX: none. */
uint32_t viz_lane_beside(const struct viz_state *state, uint32_t lane, int step);

#endif

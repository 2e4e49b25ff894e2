/* actions_range.h - actions on what is chosen of the time: a range and its statistics, marks with
 * notes.
 */
#ifndef VIZ_ACTIONS_RANGE_H
#define VIZ_ACTIONS_RANGE_H

#include "actions.h"

/* The mouse goes along the range; its edges keep to those of bars. */
unsigned viz_drag_range(struct viz_state *state, const struct viz_amount *amount);
/* What is selected, or in view, becomes the range. */
unsigned viz_choose_range(struct viz_state *state, const struct viz_amount *amount);
/* The range begins, or ends, where one looks. */
unsigned viz_set_edge(struct viz_state *state, const struct viz_amount *amount);
/* Zooms to it; false where there is none. */
bool viz_zoom_to_range(struct viz_state *state);

/* Marks where one looks, or the range; a mark that is there gets another note. */
unsigned viz_act_mark(struct viz_state *state, const struct viz_amount *amount);
/* Removes the mark where one looks. */
unsigned viz_act_unmark(struct viz_state *state, const struct viz_amount *amount);
unsigned viz_go_to_mark(struct viz_state *state, const struct viz_amount *amount);
/* Lists them. */
unsigned viz_list_marks(struct viz_state *state, const struct viz_amount *amount);

#endif

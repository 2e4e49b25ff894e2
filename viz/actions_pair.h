/* actions_pair.h - what keys do where two runs are shown: rows of viz_actions refer to these. */
#ifndef VIZ_ACTIONS_PAIR_H
#define VIZ_ACTIONS_PAIR_H

#include "actions.h"

/* The difference before (amount->dx below 0) or after the one that is told of; with dy, the root.
 */
unsigned viz_act_next_change(struct viz_state *state, const struct viz_amount *amount);
/* Shows the next part of the two. */
unsigned viz_act_next_shown(struct viz_state *state, const struct viz_amount *amount);
/* Lets other differences count. */
unsigned viz_act_next_differing(struct viz_state *state, const struct viz_amount *amount);

#endif

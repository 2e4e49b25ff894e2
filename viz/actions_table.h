/* actions_table.h - what keys and mouse do where the table is shown. */
#ifndef VIZ_ACTIONS_TABLE_H
#define VIZ_ACTIONS_TABLE_H

#include "actions.h"

/* The lanes, or the table; what one looks at is in view there, too. */
unsigned viz_toggle_table(struct viz_state *state, const struct viz_amount *amount);
/* By columns and rows; by the wheel; by pages. */
unsigned viz_move_table(struct viz_state *state, const struct viz_amount *amount);
unsigned viz_wheel_table(struct viz_state *state, const struct viz_amount *amount);
unsigned viz_page_table(struct viz_state *state, const struct viz_amount *amount);
/* Finer or coarser rows; those that suit the run. */
unsigned viz_step_table(struct viz_state *state, const struct viz_amount *amount);
unsigned viz_fit_table(struct viz_state *state, const struct viz_amount *amount);
/* The first row, or the last. */
unsigned viz_end_table(struct viz_state *state, const struct viz_amount *amount);

#endif

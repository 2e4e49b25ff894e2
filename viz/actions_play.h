/* actions_play.h - the playhead goes on by itself.
 *
 * It goes on in time, at a speed, and within an instant from turn to turn: for that there is a
 * share of the time that passes, so that a dense run does not take for ever. Where nothing happens
 * for long the gap is cut short. Who has a clock calls viz_play_on() again and again.
 */
#ifndef VIZ_ACTIONS_PLAY_H
#define VIZ_ACTIONS_PLAY_H

#include "actions.h"

/* Begins to play, or ends that. At the end it begins anew. */
unsigned viz_toggle_play(struct viz_state *state, const struct viz_amount *amount);
/* Half as fast, or twice as fast. */
unsigned viz_change_speed(struct viz_state *state, const struct viz_amount *amount);

/* So much time has passed. VIZ_REDRAW where something is to be seen of that. */
unsigned viz_play_on(struct viz_state *state, int64_t passed_ns);

#endif

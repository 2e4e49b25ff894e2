/* input.h - mouse and keyboard, as they come from whoever knows events: which action they are.
 *
 * A press of the mouse is a click, a drag or the second half of a double click only when more has
 * come; that is kept here. Every function returns VIZ_... flags (actions.h); after VIZ_REDRAW the
 * state has been placed, and is to be laid out again. Coordinates are pixels of the picture.
 */
#ifndef VIZ_INPUT_H
#define VIZ_INPUT_H

#include "actions.h"

/* Starts as zeros. */
struct viz_input {
    const char *drag; /* which one goes on: an input's name; NULL: none */
    bool pressed;     /* and neither a click nor a drag yet */
    int press_x;
    int press_y;
    int last_x;
    int last_y;
};

/* A key, by its name, or a sign that was typed. */
unsigned viz_input_key(struct viz_state *state, const char *name);
/* True while what is typed is text, for viz_input_text(), and keys that type are none. */
bool viz_input_is_text(const struct viz_state *state);
unsigned viz_input_text(struct viz_state *state, const char *text);

unsigned viz_input_press(struct viz_input *input, struct viz_state *state, int x, int y, bool twice,
                         bool shift);
unsigned viz_input_move(struct viz_input *input, struct viz_state *state, int x, int y);
unsigned viz_input_release(struct viz_input *input, struct viz_state *state);
/* The pointer has left the picture. */
unsigned viz_input_leave(struct viz_state *state);

/* The wheel, in steps; `name` is "wheel" with what is held. Two fingers: "pinch". */
unsigned viz_input_turn(struct viz_state *state, const char *name, double dx, double dy);

#endif

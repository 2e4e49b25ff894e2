/* events.h - what SDL's events of mouse and keyboard are called here. */
#ifndef VIZ_EVENTS_H
#define VIZ_EVENTS_H

#include "input.h"

#include <SDL.h>

/* Lets an event act on a state that has been placed; `pixel_ratio` is how many pixels of the
 * picture a unit of the mouse has. Returns VIZ_... flags, as the functions of input.h. */
unsigned viz_event(struct viz_input *input, struct viz_state *state, double pixel_ratio,
                   const SDL_Event *event);

#endif

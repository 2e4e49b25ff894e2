/* input.h - what events of mouse and keyboard do to what is shown. The keys are listed in help.c,
 * and in docs/viewer.md. */
#ifndef VIZ_INPUT_H
#define VIZ_INPUT_H

#include "canvas.h"

enum {
    VIZ_REDRAW = 1, /* something that can be seen has changed */
    VIZ_QUIT = 2,
};

enum viz_drag { VIZ_DRAG_NONE, VIZ_DRAG_PRESSED, VIZ_DRAG_MOVING, VIZ_DRAG_RANGE, VIZ_DRAG_MAP };

/* What is going on between events. Starts as zeros, with pixel_ratio set. */
struct viz_input {
    double pixel_ratio; /* pixels of the picture for a unit of the mouse */
    enum viz_drag drag;
    int press_x;
    int press_y;
    int last_x;
    int last_y;
};

/* Lets an event act on a canvas that has been placed. Returns VIZ_... flags; after VIZ_REDRAW the
 * canvas is to be placed and painted again. */
unsigned viz_input_event(struct viz_input *input, struct viz_canvas *canvas,
                         const SDL_Event *event);

#endif

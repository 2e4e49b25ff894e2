/* state.h - what is shown and how: all that keys and mouse change, and what follows from it.
 *
 * It knows neither windows nor fonts: who shows it says how texts are measured (measure.h) and
 * paints its scene.
 */
#ifndef VIZ_STATE_H
#define VIZ_STATE_H

#include "layout.h"
#include "palette.h"

struct viz_state {
    struct viz_model *model; /* borrowed */
    struct viz_measure measure;
    double scale; /* pixels for a unit of the design */
    enum viz_theme theme;
    struct viz_view view;
    struct viz_ui ui;
    struct viz_frame frame; /* where everything is; made by viz_state_place() */
    struct viz_scene scene; /* the last picture; made by viz_state_lay_out() */
};

/* All of a model; measure and scale are the caller's to set before anything is placed. */
void viz_state_open(struct viz_state *state, struct viz_model *model);
void viz_state_close(struct viz_state *state);

/* Places everything in a picture of this size, and brings the view within its bounds. */
void viz_state_place(struct viz_state *state, int width, int height);

/* Shows all of the trace: its time, and rows as high as suits. */
void viz_state_fit(struct viz_state *state);

/* Finds again what the pointer is on, after it or the picture has moved. True where that is
 * something else now. */
bool viz_state_point(struct viz_state *state);

/* Makes the picture. 0 or CAD_ENOMEM. */
int viz_state_lay_out(struct viz_state *state);

#endif

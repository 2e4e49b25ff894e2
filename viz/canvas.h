/* canvas.h - a state of the view as pixels: the one way in which both the window and the
 * PNG are made.
 */
#ifndef VIZ_CANVAS_H
#define VIZ_CANVAS_H

#include "draw.h"
#include "state.h"

/* The owner changes the state, and calls viz_canvas_paint() again. */
struct viz_canvas {
    struct viz_state state;
    bool whole; /* nothing was missing in what was painted last */

    struct viz_typesetter *typesetter; /* private, as all below */
    struct viz_drawer *drawer;
    char *font_file;
};

/* A canvas that shows all of the model, which outlives it. `font_file` may be
 * NULL; see viz_typesetter_new().
 * 0, CAD_ESYSTEM (no font) or CAD_ENOMEM, with a message; the canvas is then empty. */
int viz_canvas_open(struct viz_canvas *canvas, struct viz_model *model, const char *font_file,
                    double scale, char message[VIZ_MESSAGE_SIZE]);
void viz_canvas_close(struct viz_canvas *canvas);

/* Another scale: the window went to another display. As viz_canvas_open(). */
int viz_canvas_rescale(struct viz_canvas *canvas, double scale, char message[VIZ_MESSAGE_SIZE]);

/* Lays out what has been placed, and paints it into a raster of that size. 0 or CAD_ENOMEM; where
 * only a part could not be drawn it is 0, and the picture not `whole`. */
int viz_canvas_paint(struct viz_canvas *canvas, const struct viz_raster *raster);

#endif

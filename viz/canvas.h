/* canvas.h - a picture of a trace on an SDL renderer, from view to pixels: the one way in which
 * both the window and the PNG are made.
 */
#ifndef VIZ_CANVAS_H
#define VIZ_CANVAS_H

#include "draw.h"
#include "layout.h"

/* What is shown, and how. The owner changes it, and calls viz_canvas_paint() again. */
struct viz_canvas {
    struct viz_model *model; /* borrowed */
    struct viz_view view;
    struct viz_ui ui;
    enum viz_theme theme;
    struct viz_frame frame; /* where everything is; made by viz_canvas_place() */

    SDL_Renderer *renderer; /* private, as all below */
    struct viz_typesetter *typesetter;
    struct viz_drawer *drawer;
    struct viz_measure measure;
    struct viz_scene scene;
    char *font_file;
    double scale;
};

/* A canvas on a renderer, both of which outlive it, that shows all of the model. `font_file` may be
 * NULL; see viz_typesetter_new().
 * 0, CAD_ESYSTEM (no font) or CAD_ENOMEM, with a message; the canvas is then empty. */
int viz_canvas_open(struct viz_canvas *canvas, struct viz_model *model, SDL_Renderer *renderer,
                    const char *font_file, double scale, char message[VIZ_MESSAGE_SIZE]);
void viz_canvas_close(struct viz_canvas *canvas);

/* Another scale: the window went to another display. As viz_canvas_open(). */
int viz_canvas_rescale(struct viz_canvas *canvas, double scale, char message[VIZ_MESSAGE_SIZE]);

/* Places everything in a picture of this size, and brings the view within its bounds. */
void viz_canvas_place(struct viz_canvas *canvas, int width, int height);

/* All of the trace: its time, and rows as high as suits. */
void viz_canvas_fit(struct viz_canvas *canvas);

/* Lays out and paints; does not present. 0 or CAD_ENOMEM. */
int viz_canvas_paint(struct viz_canvas *canvas);

#endif

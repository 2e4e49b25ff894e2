/* Fonts and a drawer for a state. */
#include "canvas.h"

#include "cadran.h"

#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int open_fonts(struct viz_canvas *canvas, double scale, char message[VIZ_MESSAGE_SIZE]) {
    int error = viz_typesetter_new(canvas->font_file, scale, &canvas->typesetter, message);
    if (error != 0)
        return error;
    canvas->state.scale = scale;
    viz_typesetter_measure(canvas->typesetter, &canvas->state.measure);
    canvas->drawer = viz_drawer_new(canvas->typesetter);
    if (canvas->drawer != NULL)
        return 0;
    snprintf(message, VIZ_MESSAGE_SIZE, "out of memory");
    return CAD_ENOMEM;
}

static void close_fonts(struct viz_canvas *canvas) {
    viz_drawer_free(canvas->drawer);
    viz_typesetter_free(canvas->typesetter);
    canvas->drawer = NULL;
    canvas->typesetter = NULL;
}

int viz_canvas_open(struct viz_canvas *canvas, struct viz_model *model, const char *font_file,
                    double scale, char message[VIZ_MESSAGE_SIZE]) {
    *canvas = (struct viz_canvas){.whole = false};
    viz_state_open(&canvas->state, model);
    int error = 0;
    if (font_file != NULL) {
        canvas->font_file = malloc(strlen(font_file) + 1);
        error = canvas->font_file != NULL ? 0 : CAD_ENOMEM;
        snprintf(message, VIZ_MESSAGE_SIZE, "out of memory");
    }
    if (error == 0 && font_file != NULL)
        memcpy(canvas->font_file, font_file, strlen(font_file) + 1);
    if (error == 0)
        error = open_fonts(canvas, scale, message);
    if (error != 0)
        viz_canvas_close(canvas);
    return error;
}

void viz_canvas_close(struct viz_canvas *canvas) {
    close_fonts(canvas);
    viz_state_close(&canvas->state);
    free(canvas->font_file);
    canvas->font_file = NULL;
}

int viz_canvas_rescale(struct viz_canvas *canvas, double scale, char message[VIZ_MESSAGE_SIZE]) {
    close_fonts(canvas);
    return open_fonts(canvas, scale, message);
}

int viz_canvas_paint(struct viz_canvas *canvas, const struct viz_raster *raster) {
    int error = viz_state_lay_out(&canvas->state);
    canvas->whole = viz_draw(canvas->drawer, &canvas->state.scene, canvas->state.theme, raster);
    viz_typesetter_tidy(canvas->typesetter);
    return error;
}

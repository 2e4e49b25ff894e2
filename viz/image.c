/* Pictures as files: draw.c draws, libpng writes; or svg.c does both. */
#include "image.h"

#include "actions_travel.h"
#include "saved.h"
#include "svg.h"

#include "base/replace.h"
#include "cadran.h"

#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(char message[VIZ_MESSAGE_SIZE], int error, const char *what, const char *why) {
    snprintf(message, VIZ_MESSAGE_SIZE, "%.300s: %.180s", what, why);
    return error;
}

/* Writes rows of red, green and blue. */
static int write_file(const char *path, const uint8_t *pixels, int width, int height,
                      char message[VIZ_MESSAGE_SIZE]) {
    struct base_replacement file;
    int flaw = base_replace_open(&file, path);
    if (flaw != 0)
        return fail(message, CAD_ESYSTEM, path, strerror(flaw));
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)width,
                       .height = (png_uint_32)height,
                       .format = PNG_FORMAT_RGB};
    errno = 0;
    bool written = png_image_write_to_stdio(&image, file.stream, 0, pixels, width * 3, NULL) != 0;
    flaw = written ? base_replace_finish(&file) : errno;
    base_replace_drop(&file);
    if (!written || flaw != 0)
        return fail(message, CAD_ESYSTEM, path, flaw != 0 ? strerror(flaw) : image.message);
    return 0;
}

int viz_png_save(const struct viz_raster *raster, const char *path,
                 char message[VIZ_MESSAGE_SIZE]) {
    size_t width = (size_t)raster->width;
    uint8_t *bytes = malloc(width * (size_t)raster->height * 3);
    if (bytes == NULL)
        return fail(message, CAD_ENOMEM, path, "out of memory");
    uint8_t *to = bytes;
    for (size_t y = 0; y < (size_t)raster->height; y++)
        for (size_t x = 0; x < width; x++) {
            uint32_t pixel = raster->pixels[y * raster->stride + x];
            *to++ = pixel >> 16 & 0xFF;
            *to++ = pixel >> 8 & 0xFF;
            *to++ = pixel & 0xFF;
        }
    int error = write_file(path, bytes, raster->width, raster->height, message);
    free(bytes);
    return error;
}

/* Brings what the options ask for into view; false where the trace lacks it, which is then said. */
static bool place(struct viz_state *state, const struct viz_image_options *options,
                  char message[VIZ_MESSAGE_SIZE]) {
    char fault[VIZ_TRAVEL_FAULT];
    state->theme = options->theme;
    state->ui.objects = options->objects;
    viz_state_show_first(state, options->shown, options->differing);
    bool has = viz_start_travel(state, options->timeline, &options->moment, fault);
    viz_state_place(state, options->width, options->height);
    if (!has)
        snprintf(message, VIZ_MESSAGE_SIZE, "%s", fault);
    return has;
}

/* A stretch of time that is asked for comes before that of a saved view. */
static void place_time(struct viz_state *state, const struct viz_image_options *options) {
    if (options->all_time)
        return;
    viz_view_show(&state->view, &state->frame.extent, options->from_ns, options->to_ns);
    viz_state_place(state, options->width, options->height);
}

/* The same with all that is asked for; CAD_EINVAL where the trace has it not. */
static int begin(struct viz_state *state, const struct viz_image_options *options,
                 char message[VIZ_MESSAGE_SIZE]) {
    char lacking[VIZ_LACKS_SIZE];
    if (!place(state, options, message))
        return CAD_EINVAL;
    if (options->view != NULL) {
        char fault[VIZ_SAVED_MESSAGE];
        int error = viz_saved_read(state, options->view, fault);
        if (error != 0) {
            snprintf(message, VIZ_MESSAGE_SIZE, "%.500s", fault);
            return error;
        }
    }
    place_time(state, options);
    if (viz_start_lacks_task(state->model, &options->start, lacking)) {
        snprintf(message, VIZ_MESSAGE_SIZE, "%s", lacking);
        return CAD_EINVAL;
    }
    int error = viz_state_begin(state, &options->start);
    if (error == CAD_EINVAL && options->start.table && state->ui.table == NULL)
        return fail(message, error, "--table",
                    "that would be too many rows: choose a longer --interval");
    if (error == CAD_EINVAL)
        return fail(message, error, "the trace", "it has no longest way");
    return error != 0 ? fail(message, error, "drawing the picture", "out of memory") : 0;
}

static int draw(struct viz_model *model, const struct viz_image_options *options,
                const struct viz_raster *raster, char message[VIZ_MESSAGE_SIZE]) {
    struct viz_canvas canvas;
    int error = viz_canvas_open(&canvas, model, options->font_file, options->scale, message);
    if (error != 0)
        return error;
    error = begin(&canvas.state, options, message);
    if (error == 0 && ((error = viz_canvas_paint(&canvas, raster)) != 0 || !canvas.whole))
        error = fail(message, CAD_ENOMEM, "drawing the picture", "out of memory");
    viz_canvas_close(&canvas);
    return error;
}

int viz_png_write(struct viz_model *model, const struct viz_image_options *options,
                  const char *path, char message[VIZ_MESSAGE_SIZE]) {
    size_t stride = (size_t)options->width;
    struct viz_raster raster = {malloc(stride * (size_t)options->height * sizeof *raster.pixels),
                                options->width, options->height, stride};
    if (raster.pixels == NULL)
        return fail(message, CAD_ENOMEM, "the picture", "out of memory");
    int error = draw(model, options, &raster, message);
    if (error == 0)
        error = viz_png_save(&raster, path, message);
    free(raster.pixels);
    return error;
}

/* --- SVG ---------------------------------------------------------------------------------- */

/* Whole or not at all, but for standard output. */
static int write_svg(const struct viz_svg *svg, const char *path, char message[VIZ_MESSAGE_SIZE]) {
    errno = 0;
    if (strcmp(path, "-") == 0) {
        bool whole = viz_svg_write(svg, stdout);
        bool written = fflush(stdout) == 0 && !ferror(stdout);
        if (!whole)
            return fail(message, CAD_ENOMEM, "drawing the picture", "out of memory");
        return written ? 0 : fail(message, CAD_ESYSTEM, "standard output", strerror(errno));
    }
    struct base_replacement file;
    int flaw = base_replace_open(&file, path);
    if (flaw != 0)
        return fail(message, CAD_ESYSTEM, path, strerror(flaw));
    bool whole = viz_svg_write(svg, file.stream);
    flaw = whole ? base_replace_finish(&file) : 0;
    base_replace_drop(&file);
    if (!whole)
        return fail(message, CAD_ENOMEM, "drawing the picture", "out of memory");
    return flaw == 0 ? 0 : fail(message, CAD_ESYSTEM, path, strerror(flaw));
}

int viz_svg_save(struct viz_model *model, const struct viz_image_options *options, const char *path,
                 char message[VIZ_MESSAGE_SIZE]) {
    struct viz_typesetter *typesetter;
    struct viz_state state;
    int error = viz_typesetter_new(options->font_file, options->scale, &typesetter, message);
    if (error != 0)
        return error;
    viz_state_open(&state, model);
    state.scale = options->scale;
    viz_typesetter_measure(typesetter, &state.measure);
    error = begin(&state, options, message);
    if (error == 0 && (error = viz_state_lay_out(&state)) != 0)
        fail(message, error, "drawing the picture", "out of memory");
    const struct viz_svg svg = {.scene = &state.scene,
                                .model = model,
                                .arrangement = state.frame.arrangement,
                                .theme = options->theme,
                                .adapts = options->adapts};
    if (error == 0)
        error = write_svg(&svg, path, message);
    viz_state_close(&state);
    viz_typesetter_free(typesetter);
    return error;
}

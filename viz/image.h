/* image.h - a picture of a trace as a file, PNG or SVG, made without any display. */
#ifndef VIZ_IMAGE_H
#define VIZ_IMAGE_H

#include "canvas.h"

/* What to draw. */
struct viz_image_options {
    int width;
    int height;
    double scale;
    enum viz_theme theme;
    bool adapts;           /* of SVG: see struct viz_svg */
    const char *font_file; /* NULL: see viz_typesetter_new() */
    bool all_time;         /* else from from_ns to to_ns, in the trace's own time */
    double from_ns;
    double to_ns;
    enum viz_shown shown;         /* of two runs, as the next */
    enum viz_differing differing; /* VIZ_DIFFERING_COUNT: what suits them */
    struct viz_start start;
    const char *view;                /* the file of a saved view; NULL: none */
    bool objects;                    /* have rows */
    struct trace_timeline *timeline; /* NULL: there is no playhead */
    struct viz_moment moment;
};

/* Draws a model into a file. The same model and options make the same bytes.
 * 0; CAD_ESYSTEM or CAD_ENOMEM, with a message that names what failed. */
int viz_png_write(struct viz_model *model, const struct viz_image_options *options,
                  const char *path, char message[VIZ_MESSAGE_SIZE]);

/* The same picture as SVG. A path "-" is standard output. */
int viz_svg_save(struct viz_model *model, const struct viz_image_options *options, const char *path,
                 char message[VIZ_MESSAGE_SIZE]);

/* A raster as a PNG file; as above. */
int viz_png_save(const struct viz_raster *raster, const char *path, char message[VIZ_MESSAGE_SIZE]);

#endif

/* measure.h - the fonts of a picture as the layout knows them: how wide a text is, how high a line.
 *
 * The program asks the typesetter; a test brings its own.
 */
#ifndef VIZ_MEASURE_H
#define VIZ_MEASURE_H

#include <stdbool.h>
#include <stddef.h>

enum viz_font {
    VIZ_FONT_TITLE, /* the trace's name */
    VIZ_FONT_VALUE, /* the figures in the header */
    VIZ_FONT_NAME,  /* names of lanes, labels of spans, the first line of a tooltip */
    VIZ_FONT_BODY,  /* other text */
    VIZ_FONT_SMALL, /* labels of waits, the axis */
    VIZ_FONT_COUNT
};

/* All in pixels but the weight. */
struct viz_type {
    int height; /* of a line */
    int ascent; /* from the top of a line to its baseline */
    int size;   /* of the em: CSS's font-size */
    int weight; /* CSS's font-weight: 400 is regular, 600 semibold */
};

struct viz_measure {
    /* The width in pixels of `length` bytes of UTF-8 text. */
    int (*width)(void *context, enum viz_font font, const char *text, size_t length);
    void *context;
    const char *family; /* "Inter"; lives as long as the measure */
    struct viz_type types[VIZ_FONT_COUNT];
};

/* The width of a whole text. */
int viz_width(const struct viz_measure *measure, enum viz_font font, const char *text);

/* Copies a text that is to be at most `width` pixels wide: whole, or shortened with an ellipsis
 * at its end, or, with `middle`, inside, so that a number at the end survives. Returns the width
 * in pixels; 0, and no text, where not even three letters and the ellipsis fit. */
int viz_elide(const struct viz_measure *measure, enum viz_font font, const char *text, int width,
              bool middle, char *out, size_t size);

#endif

/* scene.h - a picture as a list of primitives: what the layout makes and draw.h paints.
 *
 * Coordinates are whole pixels of the picture. Colours are roles (palette.h). Primitives are
 * painted in their order.
 */
#ifndef VIZ_SCENE_H
#define VIZ_SCENE_H

#include "palette.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum viz_font {
    VIZ_FONT_TITLE, /* the trace's name */
    VIZ_FONT_VALUE, /* the figures in the header */
    VIZ_FONT_NAME,  /* names of lanes, labels of spans, the first line of a tooltip */
    VIZ_FONT_BODY,  /* other text */
    VIZ_FONT_SMALL, /* labels of waits, the axis */
    VIZ_FONT_COUNT
};

enum viz_prim_kind {
    VIZ_FILL,        /* a rectangle, its corners rounded by `radius` */
    VIZ_STROKE,      /* the outline of one, `line` pixels wide, inside it */
    VIZ_HATCH,       /* diagonal lines in a rectangle */
    VIZ_TEXT_AT,     /* text; x and y are the top left of its line */
    VIZ_ARROW_RIGHT, /* a triangle as large as the rectangle */
    VIZ_ARROW_DOWN,
    VIZ_DIAMOND,
    VIZ_DOT,
    VIZ_CROSS,
    VIZ_DENSITY, /* the scene's density, stretched over the rectangle */
    VIZ_CLIP     /* from here on nothing is painted outside the rectangle */
};

struct viz_rect {
    int x, y, w, h;
};

struct viz_prim {
    uint8_t kind; /* enum viz_prim_kind */
    uint8_t role; /* enum viz_role */
    uint8_t alpha;
    uint8_t font; /* of a text */
    uint8_t radius;
    uint8_t line; /* of a stroke */
    struct viz_rect at;
    uint32_t text; /* into viz_scene.text, ended by a 0 */
};

struct viz_density;

struct viz_scene {
    struct viz_prim *prims;
    size_t count;
    char *text;
    size_t text_length;
    const struct viz_density *density; /* borrowed */
    int error;                         /* 0; CAD_ENOMEM: something did not fit, and is missing */

    size_t capacity; /* private, as the next */
    size_t text_capacity;
};

/* How wide texts are and how high their lines. The program asks the fonts; a test knows. */
struct viz_measure {
    /* The width in pixels of `length` bytes of UTF-8 text. */
    int (*width)(void *context, enum viz_font font, const char *text, size_t length);
    void *context;
    int height[VIZ_FONT_COUNT]; /* of a line */
};

/* Empties a scene, keeping its memory. A scene starts as zeros. */
void viz_scene_clear(struct viz_scene *scene);
void viz_scene_free(struct viz_scene *scene);

/* These add a primitive. Where memory runs out they set scene->error and do nothing. What is
 * empty is not added. */
void viz_fill(struct viz_scene *scene, int role, struct viz_rect at);
void viz_fill_alpha(struct viz_scene *scene, int role, int alpha, struct viz_rect at);
void viz_round(struct viz_scene *scene, int role, int alpha, int radius, struct viz_rect at);
void viz_stroke(struct viz_scene *scene, int role, int alpha, int radius, int line,
                struct viz_rect at);
void viz_shape(struct viz_scene *scene, enum viz_prim_kind kind, int role, int alpha,
               struct viz_rect at);
void viz_clip(struct viz_scene *scene, struct viz_rect at);
/* A text in a line as high as its font's, whose top left is at (x, y). */
void viz_text(struct viz_scene *scene, enum viz_font font, int role, int x, int y,
              const char *text);

/* Copies a text that is to be at most `width` pixels wide: whole, or shortened with an ellipsis
 * at its end, or, with `middle`, inside, so that a number at the end survives. Returns the width
 * in pixels; 0, and no text, where not even three letters and the ellipsis fit. */
int viz_elide(const struct viz_measure *measure, enum viz_font font, const char *text, int width,
              bool middle, char *out, size_t size);

#endif

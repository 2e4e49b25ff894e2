/* scene.h - a picture as a list of primitives: what the layout makes and a renderer paints.
 *
 * A renderer needs nothing but the scene and the palette: draw.c is the one for the screen, and
 * svg.c the one for SVG. Coordinates are whole pixels of the picture. Colours are roles
 * (palette.h). Primitives are painted in their order; each says within which rectangle, and what
 * it shows.
 */
#ifndef VIZ_SCENE_H
#define VIZ_SCENE_H

#include "density.h"
#include "group_cells.h"
#include "identity.h"
#include "measure.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum viz_prim_kind {
    VIZ_FILL,        /* a rectangle, its corners rounded by `radius` */
    VIZ_STROKE,      /* the outline of one, `line` pixels wide, inside it */
    VIZ_HATCH,       /* lines upwards to the right, one every `period` pixels from the top left */
    VIZ_TEXT_AT,     /* text, as large as its rectangle in the scene's own font */
    VIZ_ARROW_RIGHT, /* a triangle as large as the rectangle */
    VIZ_DIAMOND,
    VIZ_DOT,
    VIZ_CROSS,   /* the diagonals, `line` pixels wide */
    VIZ_DENSITY, /* one of the scene's densities, stretched over the rectangle; its roles count */
    VIZ_PRIM_KIND_COUNT
};

/* How much of a hatch's period its line takes, along a row of pixels. */
#define VIZ_HATCH_PART 0.22

/* Which point of its rectangle a text stays at, should it be set in another font. */
enum viz_align { VIZ_LEFT, VIZ_CENTRE, VIZ_RIGHT };

struct viz_rect {
    int x, y, w, h;
};

static inline bool viz_contains(const struct viz_rect *rect, int x, int y) {
    return x >= rect->x && x < rect->x + rect->w && y >= rect->y && y < rect->y + rect->h;
}

/* Densities of a scene. */
enum { VIZ_DENSITIES = 2 };

struct viz_prim {
    uint8_t kind; /* enum viz_prim_kind */
    uint8_t role; /* enum viz_role */
    uint8_t alpha;
    uint8_t font;  /* of a text: enum viz_font */
    uint8_t align; /* of a text: enum viz_align */
    uint8_t radius;
    uint8_t line;   /* of a stroke or a cross */
    uint8_t period; /* of a hatch */
    struct viz_rect at;
    uint32_t text; /* into viz_scene.text, ended by a 0; of a density: into viz_scene.densities */
    uint32_t clip; /* into viz_scene.clips: nothing of it is painted outside */
    struct viz_id shows;
};

struct viz_scene {
    int width;
    int height;
    struct viz_prim *prims;
    size_t count;
    struct viz_rect *clips;
    size_t clip_count;
    char *text;
    size_t text_length;
    const struct viz_measure *measure; /* what its texts are set in; borrowed, as the next */
    const struct viz_density *densities[VIZ_DENSITIES];
    int density_count;
    int error; /* 0; CAD_ENOMEM: something did not fit, and is missing */

    /* The lanes' density, which the layout makes and keeps here from picture to picture. */
    struct viz_density dense;
    struct viz_density_source dense_source;
    struct viz_group_cells groups[VIZ_GROUPS_KEPT]; /* what folded groups show, likewise */

    size_t capacity; /* private, as all below */
    size_t clip_capacity;
    size_t text_capacity;
    uint32_t clip;
    struct viz_id shows;
    int strength;
};

/* Begins a picture of this size, keeping the memory of the one before. A scene starts as zeros. */
void viz_scene_begin(struct viz_scene *scene, int width, int height,
                     const struct viz_measure *measure);
void viz_scene_free(struct viz_scene *scene);

/* What is added from here on is painted inside the rectangle only; NULL: the whole picture. */
void viz_clip(struct viz_scene *scene, const struct viz_rect *at);
/* What is added from here on shows this. */
void viz_shows(struct viz_scene *scene, enum viz_id_kind kind, size_t index);
void viz_shows_id(struct viz_scene *scene, struct viz_id id);

/* What is added from here on has so much of its opacity, of 255. */
void viz_fade(struct viz_scene *scene, int strength);

/* These add a primitive. Where memory runs out they set scene->error and do nothing. What is
 * empty is not added. */
void viz_fill(struct viz_scene *scene, int role, struct viz_rect at);
void viz_fill_alpha(struct viz_scene *scene, int role, int alpha, struct viz_rect at);
void viz_round(struct viz_scene *scene, int role, int alpha, int radius, struct viz_rect at);
void viz_stroke(struct viz_scene *scene, int role, int alpha, int radius, int line,
                struct viz_rect at);
void viz_hatch(struct viz_scene *scene, int role, int alpha, int period, struct viz_rect at);
void viz_cross(struct viz_scene *scene, int role, int line, struct viz_rect at);
/* Any other shape, which its rectangle says all about. */
void viz_shape(struct viz_scene *scene, enum viz_prim_kind kind, int role, struct viz_rect at);
/* A density, which the scene borrows. */
void viz_add_density(struct viz_scene *scene, const struct viz_density *density,
                     struct viz_rect at);
/* A text in a line as high as its font's, whose top left is at (x, y). */
void viz_text(struct viz_scene *scene, enum viz_font font, int role, int x, int y,
              const char *text);
/* The same at the left, in the middle or at the right of `width` pixels from x on. */
void viz_text_aligned(struct viz_scene *scene, enum viz_font font, int role, enum viz_align align,
                      int x, int y, int width, const char *text);

/* What the topmost of the primitives that show something shows at a point. */
struct viz_id viz_scene_at(const struct viz_scene *scene, int x, int y);

#endif

/* raster.h - pixels in memory, and what is painted into them: rectangles, and stencils.
 *
 * A pixel is 0xAARRGGBB; what has been painted is opaque. Nothing here is of SDL: the pixels may be
 * a window's, or a picture's.
 */
#ifndef VIZ_RASTER_H
#define VIZ_RASTER_H

#include "scene.h"

struct viz_raster {
    uint32_t *pixels;
    int width;
    int height;
    size_t stride; /* pixels from one row to the next */
};

/* A shape or a text, to be coloured: how much of each pixel it covers, of 255; and what of it has
 * colours of its own, as emoji have, multiplied by how much these cover. Either may be NULL. */
struct viz_stencil {
    int w;
    int h;
    uint8_t *coverage;
    uint32_t *colours;
};

/* Some colour, as opaque as that, of 255. */
struct viz_paint {
    uint32_t colour; /* 0xFFRRGGBB */
    uint8_t alpha;
};

static inline struct viz_rect viz_common_rect(struct viz_rect a, struct viz_rect b) {
    int left = a.x > b.x ? a.x : b.x;
    int top = a.y > b.y ? a.y : b.y;
    int right = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w;
    int bottom = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;
    return (struct viz_rect){left, top, right > left ? right - left : 0,
                             bottom > top ? bottom - top : 0};
}

/* Each byte of a pixel by so much of 255, rounded down. */
static inline uint32_t viz_pixel_scale(uint32_t pixel, uint32_t by) {
    /* Two bytes at a time: x / 255 is (x + 1 + x / 256) / 256 for what two bytes' product can be.
     */
    uint32_t low = (pixel & 0xFF00FF) * by;
    uint32_t high = (pixel >> 8 & 0xFF00FF) * by;
    low = (low + 0x10001 + (low >> 8 & 0xFF00FF)) >> 8 & 0xFF00FF;
    high = (high + 0x10001 + (high >> 8 & 0xFF00FF)) & 0xFF00FF00;
    return low | high;
}

/* A pixel that has been multiplied by its alpha, over another. */
static inline uint32_t viz_pixel_over(uint32_t below, uint32_t pixel) {
    return pixel + viz_pixel_scale(below, 255 - (pixel >> 24));
}

/* These paint inside of `clip` only, which lies within the raster. */
void viz_raster_fill(const struct viz_raster *raster, struct viz_rect clip, struct viz_rect at,
                     struct viz_paint paint);
/* The part of a stencil that `from` says, with its top left at (x, y). */
void viz_raster_stencil(const struct viz_raster *raster, struct viz_rect clip, int x, int y,
                        const struct viz_stencil *stencil, struct viz_rect from,
                        struct viz_paint paint);
/* So many pixels of a row that are one pixel multiplied by its alpha. */
void viz_raster_run(const struct viz_raster *raster, struct viz_rect clip, int x, int y, int count,
                    uint32_t pixel);
/* A row of pixels multiplied by their alpha. */
void viz_raster_row(const struct viz_raster *raster, struct viz_rect clip, int x, int y, int count,
                    const uint32_t *row, uint8_t alpha);

#endif

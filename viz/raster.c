/* Rows of pixels: filled, blended, or seen through a stencil. Loops are such that a compiler makes
 * several pixels a step of them. */
#include "raster.h"

#include <string.h>

static uint32_t *row_at(const struct viz_raster *raster, int x, int y) {
    return raster->pixels + (size_t)y * raster->stride + x;
}

/* --- Rectangles ----------------------------------------------------------------------------- */

static void fill_row(uint32_t *to, int count, uint32_t colour) {
    for (int i = 0; i < count; i++)
        to[i] = colour;
}

/* A byte by so much of 255, rounded down: as viz_pixel_scale(). */
static uint8_t part_of(uint8_t byte, uint8_t by) {
    uint16_t product = (uint16_t)(byte * by);
    return (uint8_t)((uint16_t)(product + 1 + (product >> 8)) >> 8);
}

/* Four pixels at a time, byte by byte, whatever the order of the bytes. */
static void blend_row(uint32_t *to, int count, uint32_t pixel) {
    enum { BLOCK = 4 };
    uint8_t added[BLOCK * sizeof pixel];
    uint8_t rest = (uint8_t)(255 - (pixel >> 24));
    for (size_t i = 0; i < BLOCK; i++)
        memcpy(added + i * sizeof pixel, &pixel, sizeof pixel);
    int i = 0;
    for (; i + BLOCK <= count; i += BLOCK) {
        uint8_t *bytes = (uint8_t *)(to + i);
        for (size_t k = 0; k < sizeof added; k++)
            bytes[k] = (uint8_t)(added[k] + part_of(bytes[k], rest));
    }
    for (; i < count; i++)
        to[i] = viz_pixel_over(to[i], pixel);
}

void viz_raster_fill(const struct viz_raster *raster, struct viz_rect clip, struct viz_rect at,
                     struct viz_paint paint) {
    struct viz_rect seen = viz_common_rect(clip, at);
    uint32_t pixel = viz_pixel_scale(paint.colour, paint.alpha);
    for (int y = seen.y; y < seen.y + seen.h && seen.w > 0; y++) {
        uint32_t *to = row_at(raster, seen.x, y);
        if (paint.alpha == 255)
            fill_row(to, seen.w, paint.colour);
        else
            blend_row(to, seen.w, pixel);
    }
}

/* --- Stencils ------------------------------------------------------------------------------- */

static void cover_row(uint32_t *to, int count, const uint8_t *coverage, struct viz_paint paint) {
    for (int i = 0; i < count; i++) {
        uint32_t alpha = (uint32_t)coverage[i] * paint.alpha / 255;
        if (alpha == 255)
            to[i] = paint.colour;
        else if (alpha != 0)
            to[i] = viz_pixel_over(to[i], viz_pixel_scale(paint.colour, alpha));
    }
}

/* As blend_row(), where each pixel has a colour of its own: what is transparent changes nothing, no
 * need to ask. What is added, and by how much what is below counts, is made for a block at a time.
 */
static void colour_row(uint32_t *to, int count, const uint32_t *colours, uint8_t alpha) {
    enum { BLOCK = 32 };
    uint32_t added[BLOCK];
    uint32_t rests[BLOCK];
    int i = 0;
    for (; i + BLOCK <= count; i += BLOCK) {
        memcpy(added, colours + i, sizeof added);
        for (int k = 0; alpha != 255 && k < BLOCK; k++)
            added[k] = viz_pixel_scale(added[k], alpha);
        for (int k = 0; k < BLOCK; k++)
            rests[k] = (255 - (added[k] >> 24)) * 0x01010101U;
        uint8_t *bytes = (uint8_t *)(to + i);
        const uint8_t *add = (const uint8_t *)added;
        const uint8_t *rest = (const uint8_t *)rests;
        for (size_t k = 0; k < sizeof added; k++)
            bytes[k] = (uint8_t)(add[k] + part_of(bytes[k], rest[k]));
    }
    for (; i < count; i++)
        to[i] = viz_pixel_over(to[i], viz_pixel_scale(colours[i], alpha));
}

void viz_raster_stencil(const struct viz_raster *raster, struct viz_rect clip, int x, int y,
                        const struct viz_stencil *stencil, struct viz_rect from,
                        struct viz_paint paint) {
    struct viz_rect seen = viz_common_rect(clip, (struct viz_rect){x, y, from.w, from.h});
    for (int row = seen.y; row < seen.y + seen.h && seen.w > 0; row++) {
        size_t at = (size_t)(row - y + from.y) * (size_t)stencil->w + (size_t)(seen.x - x + from.x);
        uint32_t *to = row_at(raster, seen.x, row);
        if (stencil->coverage != NULL)
            cover_row(to, seen.w, stencil->coverage + at, paint);
        if (stencil->colours != NULL)
            colour_row(to, seen.w, stencil->colours + at, paint.alpha);
    }
}

void viz_raster_run(const struct viz_raster *raster, struct viz_rect clip, int x, int y, int count,
                    uint32_t pixel) {
    struct viz_rect seen = viz_common_rect(clip, (struct viz_rect){x, y, count, 1});
    if (seen.w <= 0 || seen.h <= 0)
        return;
    if (pixel >> 24 == 255)
        fill_row(row_at(raster, seen.x, y), seen.w, pixel);
    else
        blend_row(row_at(raster, seen.x, y), seen.w, pixel);
}

void viz_raster_row(const struct viz_raster *raster, struct viz_rect clip, int x, int y, int count,
                    const uint32_t *row, uint8_t alpha) {
    struct viz_rect seen = viz_common_rect(clip, (struct viz_rect){x, y, count, 1});
    if (seen.w > 0 && seen.h > 0)
        colour_row(row_at(raster, seen.x, y), seen.w, row + (seen.x - x), alpha);
}

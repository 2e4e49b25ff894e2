/* density.h - how time is spent where there is no room to draw it bar by bar: rows of cells,
 * stretched over a part of the picture. A cell is a mixture of colours by shares of time, as a
 * far-off picture is of its points.
 */
#ifndef VIZ_DENSITY_H
#define VIZ_DENSITY_H

#include <stddef.h>
#include <stdint.h>

enum { VIZ_DENSITY_LEVELS = 9 };

struct viz_density {
    int columns;
    int rows;
    int levels;
    uint8_t roles[VIZ_DENSITY_LEVELS]; /* of the levels: enum viz_role */
    /* Level by level, row by row: how opaque the level is, of 255, over those before it. */
    uint8_t *cells;
    unsigned changes; /* it was filled so many times */
};

/* What the cells of a density were made from: they are made again when that is another. */
struct viz_density_source {
    const void *model;
    size_t bars;
    int colouring;
    unsigned arranged; /* how often the lanes were arranged; 0: they are not */
    double begin_ns;
    double length_ns;
    double first_row;
    double row_px;
    int width;
    int height;
};

/* A row of pixels of a level that is stretched over w x h of them: how opaque each is. Where rows
 * are high enough to be told apart, a hair between them is not. 0 <= y < h. */
void viz_density_row(const struct viz_density *density, int level, int w, int h, int y,
                     uint8_t *alphas);

/* Makes a cell from shares of 1, by level, which together are 1 at most: levels are painted over
 * each other, so what is covered in part must be stronger. `stride` is from level to level. */
void viz_density_mix(const float *shares, int levels, uint8_t *cell, size_t stride);

#endif

/* density.h - how time is spent where there is no room to draw it bar by bar: rows of cells,
 * stretched over a part of the picture. A cell is a mixture of colours by shares of time, as a
 * far-off picture is of its points.
 */
#ifndef VIZ_DENSITY_H
#define VIZ_DENSITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VIZ_DENSITY_LEVELS = 9 };

struct viz_density {
    int columns;
    int rows;
    int levels;
    uint8_t roles[VIZ_DENSITY_LEVELS]; /* of the levels: enum viz_role */
    /* Row by row, cell by cell, level by level: how opaque the level is, of 255, over those before
     * it. */
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

/* The levels of a cell. */
static inline uint8_t *viz_density_cell(const struct viz_density *density, int x, int y) {
    size_t at = (size_t)y * (size_t)density->columns + (size_t)x;
    return density->cells + at * (size_t)density->levels;
}

/* The rows of cells, from the one up to the other, that a row of `h` pixels shows; 0 <= y < h.
 * False where it shows none: where rows are high enough to be told apart, in a hair between them.
 */
bool viz_density_rows(const struct viz_density *density, int h, int y, int *from, int *to);

/* A row of pixels of a level that is stretched over w x h of them: how opaque each is. As
 * above. */
void viz_density_row(const struct viz_density *density, int level, int w, int h, int y,
                     uint8_t *alphas);

/* Makes a cell from shares of 1, by level, which together are 1 at most: levels are painted over
 * each other, so what is covered in part must be stronger. */
void viz_density_mix(const float *shares, int levels, uint8_t *cell);

#endif

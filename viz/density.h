/* density.h - how time is spent where there is no room to draw it bar by bar: rows of cells,
 * stretched over a part of the picture. A cell is a mixture of colours by shares of time, as a
 * far-off picture is of its points.
 */
#ifndef VIZ_DENSITY_H
#define VIZ_DENSITY_H

#include "edges.h"

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
    /* Row by row, viz_edges_words() each: where a run of equal cells begins, and the row does
     * (edges.h); only there cells are filled. NULL: all are. */
    uint64_t *edges;
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

/* The edges of a row of cells; NULL: each is one. */
static inline uint64_t *viz_density_edges(const struct viz_density *density, int y) {
    size_t words = viz_edges_words(density->columns);
    return density->edges != NULL ? density->edges + (size_t)y * words : NULL;
}

/* The levels of a cell that is filled. */
static inline uint8_t *viz_density_edge(const struct viz_density *density, int x, int y) {
    size_t at = (size_t)y * (size_t)density->columns + (size_t)x;
    return density->cells + at * (size_t)density->levels;
}

/* The levels of any cell. */
static inline const uint8_t *viz_density_cell(const struct viz_density *density, int x, int y) {
    const uint64_t *edges = viz_density_edges(density, y);
    return viz_density_edge(density, edges != NULL ? viz_edges_last(edges, x) : x, y);
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

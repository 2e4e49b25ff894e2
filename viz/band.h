/* band.h - how the time of some rows is spent, cell by cell: a stretch of time cut into equal
 * cells, and in each of them the rows' time by what they do.
 */
#ifndef VIZ_BAND_H
#define VIZ_BAND_H

#include "model.h"

/* The levels: spans by their colour, what runs, sleeps, and above them what waits or is ready. */
enum { VIZ_BAND_RUNS = VIZ_COLOUR_COUNT, VIZ_BAND_SLEEPS, VIZ_BAND_WAITS, VIZ_BAND_LEVELS };

/* Where cells are drawn they are so many pixels wide. */
enum { VIZ_BAND_CELL_PX = 2 };

struct viz_band {
    int columns;
    double begin_ns;
    double cell_ns;
    /* Of a cell's length, by column: added up over the rows; whole once they are settled, at the
     * edges. */
    float (*shares)[VIZ_BAND_LEVELS];
    uint64_t *edges;                 /* cells that may differ from the one before (edges.h) */
    double cells_a_ns;               /* private, as the next */
    float (*rises)[VIZ_BAND_LEVELS]; /* by how much more cells are covered whole from here on */
    float *inside;                   /* what is waited for inside spans, and is no work */
    float *inside_rises;
};

/* Makes room for so many cells; false where memory runs out. viz_band_close() is due anyhow. */
bool viz_band_open(struct viz_band *band, int columns, double begin_ns, double cell_ns);
void viz_band_close(struct viz_band *band);
/* Empties the cells. */
void viz_band_clear(struct viz_band *band);
/* Adds the bars of a row. It costs as much as there are in view, but no more than some for each
 * cell. */
void viz_band_add_row(struct viz_band *band, const struct viz_model *model,
                      const struct viz_row *row);
/* Adds what a lane does: its first row, and what it waits for within the rows below that. */
void viz_band_add_lane(struct viz_band *band, const struct viz_model *model, uint32_t lane);
/* All rows have been added, none is from here on: the shares become whole, and what is waited for
 * inside spans becomes waiting. The first cell is an edge; a cell that is none is as the one
 * before, and what `shares` has of it is nothing. */
void viz_band_settle(struct viz_band *band);
/* Gives each cell of a settled band its shares: all are edges then. */
void viz_band_spread(struct viz_band *band);

#endif

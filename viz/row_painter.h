/* row_painter.h - private to the layout: what the painters of a row share. */
#ifndef VIZ_ROW_PAINTER_H
#define VIZ_ROW_PAINTER_H

#include "painter.h"

/* Neighbouring cells that look the same: one mark for bars that are too short to be drawn one by
 * one. */
struct viz_run {
    int x0;
    int x1;                      /* x0: there is none */
    int heights[VIZ_LOOK_COUNT]; /* of its levels; -1: less than can be drawn */
    int colour;                  /* of its work: 0 to VIZ_COLOUR_COUNT - 1 */
    uint32_t first;              /* into viz_model.bars */
    uint32_t count;
    bool alone; /* it is of one cell, which is */
};

/* A unit of pixels of a row, and the bars that end in it. */
struct viz_cell {
    int x;
    uint32_t first; /* into viz_model.bars */
    uint32_t count;
    bool alone; /* nothing else is near that it could be taken for */
};

/* Columns, from the one up to the other. */
struct viz_columns {
    int left, right;
};

struct viz_row_painter {
    struct viz_painter *painter;
    uint32_t place; /* of the picture */
    const struct viz_row *row;
    int left; /* the columns that can be seen */
    int right;
    int unit;    /* the least width of a bar */
    int height;  /* of a span */
    bool labels; /* the labels are painted, not the bars: they come last, above the wakes */
    int named;   /* the column up to which there are names of this row beside its bars */
    struct viz_columns rings; /* what the arrows of a deadlock's circles take; empty: nothing */
    struct viz_run run;
    uint32_t in_cell; /* bars in the cell before */
};

/* Paints what has been gathered in rows->run, and begins anew. */
void viz_flush_run(struct viz_row_painter *rows);
/* Adds a cell to the run. Its levels are the shares of the cell's time, all to the nanosecond - but
 * where it is alone those of its bars' own time: a mark a unit wide is no claim about the pixels
 * around it. What takes some time is seen. */
void viz_add_cell(struct viz_row_painter *rows, const struct viz_cell *cell);

/* A wait that nobody can end any more. */
bool viz_is_stuck(const struct viz_painter *painter, const struct viz_bar *bar);

/* Whether rows are high enough for names (layout_labels.c). */
bool viz_has_label_room(const struct viz_row_painter *rows);
/* Names a bar, whose shape is in `rect`: inside where the name fits, or where a good part of it
 * does; else beside, up to column `room` (layout_labels.c). */
void viz_paint_label(struct viz_row_painter *rows, const struct viz_bar *bar, struct viz_rect rect,
                     int room);
/* Says beside the cross of a task that failed with which exception (layout_labels.c). */
void viz_paint_failure(struct viz_row_painter *rows);

#endif

/* layout_group_marks.h - private to the layout: what must be seen of a folded group's lanes. */
#ifndef VIZ_LAYOUT_GROUP_MARKS_H
#define VIZ_LAYOUT_GROUP_MARKS_H

#include "group_cells.h"
#include "painter.h"

/* Over the cells of a group, in the rectangle of these: a cross where tasks failed, with their
 * number where they are several; and, behind the end of a deadlock, how many nobody can wake. */
void viz_paint_group_marks(struct viz_painter *painter, uint32_t group,
                           const struct viz_group_cells *cells, struct viz_rect at);

/* The number of these at the right of a group's name; returns the column where it begins. */
int viz_paint_group_alert(struct viz_painter *painter, uint32_t group, int right, int y);

#endif

/* view.h - which part of a trace is shown: a stretch of time, and the rows from one on.
 *
 * Times are nanoseconds after the model's origin, as doubles: exact to the nanosecond for the
 * first 104 days, and finer than that deep inside a zoom. Rows are counted from the top.
 */
#ifndef VIZ_VIEW_H
#define VIZ_VIEW_H

#include <stdbool.h>

/* The shortest stretch that a view shows. */
#define VIZ_LENGTH_MIN_NS 20.0

struct viz_view {
    double begin_ns;
    double length_ns;
    double first_row; /* rows hidden above */
    double row_units; /* the height of a row, in units of the design; 0: all rows are seen */
};

/* What there is to show. */
struct viz_extent {
    double end_ns; /* the trace goes from 0 to here; may be 0 */
    double tail;   /* room to show after the end, as a part of the whole; 0: a little */
    double rows;
    double visible_rows; /* how many fit */
};

/* Everything, from the first row on, with a little air on both sides. */
void viz_view_fit(struct viz_view *view, const struct viz_extent *extent);

/* True where all of the time there is can be seen. */
bool viz_view_shows_all_time(const struct viz_view *view, const struct viz_extent *extent);

/* Shows `factor` times as much time; what is at `anchor` (0: the left edge, 1: the right one)
 * stays there. */
void viz_view_zoom(struct viz_view *view, const struct viz_extent *extent, double anchor,
                   double factor);

/* Moves by so much of what is visible: 1 is a page to the right. */
void viz_view_pan(struct viz_view *view, const struct viz_extent *extent, double pages);

/* Moves by rows; positive shows what is below. */
void viz_view_scroll(struct viz_view *view, const struct viz_extent *extent, double rows);

/* Shows from one time to another, in either order, but no less than VIZ_LENGTH_MIN_NS. */
void viz_view_show(struct viz_view *view, const struct viz_extent *extent, double from_ns,
                   double to_ns);

/* Scrolls and pans as little as needed to see a row and a stretch of time. */
void viz_view_reveal(struct viz_view *view, const struct viz_extent *extent, double row,
                     double from_ns, double to_ns);

/* Back to what can be shown, after the extent has changed. */
void viz_view_clamp(struct viz_view *view, const struct viz_extent *extent);

#endif

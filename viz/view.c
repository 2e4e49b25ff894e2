/* The arithmetic of panning, zooming and scrolling. */
#include "view.h"

#include <math.h>

/* Air around the whole trace, as parts of its length: the end needs room for a label. */
#define AIR_LEFT 0.012
#define AIR_RIGHT 0.028

/* A trace without length is shown as if it took this long. */
#define LENGTH_OF_NOTHING_NS 1e9

static double total_of(const struct viz_extent *extent) {
    return extent->end_ns > 0 ? fmax(extent->end_ns, VIZ_LENGTH_MIN_NS) : LENGTH_OF_NOTHING_NS;
}

void viz_view_fit(struct viz_view *view, const struct viz_extent *extent) {
    double total = total_of(extent);
    view->begin_ns = -AIR_LEFT * total;
    view->length_ns = total * (1 + AIR_LEFT + fmax(extent->tail, AIR_RIGHT));
    view->first_row = 0;
}

bool viz_view_shows_all_time(const struct viz_view *view, const struct viz_extent *extent) {
    return view->begin_ns <= 0 && view->begin_ns + view->length_ns >= extent->end_ns;
}

void viz_view_clamp(struct viz_view *view, const struct viz_extent *extent) {
    struct viz_view all;
    viz_view_fit(&all, extent);
    view->length_ns = fmin(fmax(view->length_ns, VIZ_LENGTH_MIN_NS), all.length_ns);
    /* Up to a third of the window may be empty, so that what is at either end can be looked at in
     * the middle - but not when everything is shown. */
    double slack = fmin(view->length_ns / 3, all.length_ns - view->length_ns);
    double least = all.begin_ns - slack;
    double most = all.begin_ns + all.length_ns - view->length_ns + slack;
    view->begin_ns = fmin(fmax(view->begin_ns, least), most);
    double last = fmax(0, extent->rows - extent->visible_rows);
    view->first_row = fmin(fmax(view->first_row, 0), last);
}

void viz_view_zoom(struct viz_view *view, const struct viz_extent *extent, double anchor,
                   double factor) {
    double at = view->begin_ns + anchor * view->length_ns;
    view->length_ns *= factor;
    struct viz_view all;
    viz_view_fit(&all, extent);
    view->length_ns = fmin(fmax(view->length_ns, VIZ_LENGTH_MIN_NS), all.length_ns);
    view->begin_ns = at - anchor * view->length_ns;
    viz_view_clamp(view, extent);
}

void viz_view_pan(struct viz_view *view, const struct viz_extent *extent, double pages) {
    view->begin_ns += pages * view->length_ns;
    viz_view_clamp(view, extent);
}

void viz_view_scroll(struct viz_view *view, const struct viz_extent *extent, double rows) {
    view->first_row += rows;
    viz_view_clamp(view, extent);
}

void viz_view_show(struct viz_view *view, const struct viz_extent *extent, double from_ns,
                   double to_ns) {
    double low = fmin(from_ns, to_ns);
    double length = fabs(to_ns - from_ns);
    if (length < VIZ_LENGTH_MIN_NS) {
        low -= (VIZ_LENGTH_MIN_NS - length) / 2;
        length = VIZ_LENGTH_MIN_NS;
    }
    view->begin_ns = low;
    view->length_ns = length;
    viz_view_clamp(view, extent);
}

void viz_view_reveal(struct viz_view *view, const struct viz_extent *extent, double row,
                     double from_ns, double to_ns) {
    if (row < view->first_row)
        view->first_row = row;
    else if (row + 1 > view->first_row + extent->visible_rows)
        view->first_row = row + 1 - extent->visible_rows;
    double margin = view->length_ns * 0.05;
    if (from_ns < view->begin_ns || from_ns > view->begin_ns + view->length_ns)
        view->begin_ns = from_ns - margin;
    else if (to_ns > view->begin_ns + view->length_ns)
        view->begin_ns = fmin(from_ns - margin, to_ns + margin - view->length_ns);
    viz_view_clamp(view, extent);
}

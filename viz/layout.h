/* layout.h - from a model and a view to a picture: where everything is, and what is at a point.
 *
 * Pure functions: no window, no fonts, no clock. The same layout serves the window, the PNG and
 * the tests. What it costs depends on what can be seen, not on the length of the trace.
 */
#ifndef VIZ_LAYOUT_H
#define VIZ_LAYOUT_H

#include "model.h"
#include "scene.h"
#include "view.h"

#include <stdbool.h>
#include <stdint.h>

enum viz_target_kind {
    VIZ_AT_NOTHING,
    VIZ_AT_LANE,    /* a lane, or its name */
    VIZ_AT_BAR,     /* a slice of a lane */
    VIZ_AT_INSTANT, /* a printed line, a signal, ... */
};

/* What the pointer is on, or what was selected. */
struct viz_target {
    enum viz_target_kind kind;
    uint32_t lane;    /* TRACE_NO_INDEX: an instant that concerns the whole program */
    uint32_t row;     /* into viz_model.rows; of a bar or a lane */
    uint32_t bar;     /* into viz_model.bars */
    uint32_t instant; /* into trace_model.instants */
};

/* Which wakes are drawn. Those of what is under the pointer or selected always are. */
enum viz_wakes {
    VIZ_WAKES_FEW, /* where there are few in view, between tasks */
    VIZ_WAKES_ALL, /* all in view, up to a limit */
    VIZ_WAKES_OFF,
    VIZ_WAKES_COUNT
};

/* What the picture depends on beside model and view. */
struct viz_ui {
    bool interactive; /* a window: hints for keys, a scroll bar */
    bool pointer;     /* the pointer is in the picture, at x, y */
    int x;
    int y;
    struct viz_target hover;
    struct viz_target selected;
    bool help;
    enum viz_wakes wakes;
    uint32_t counter; /* which one the strip shows; TRACE_NO_INDEX: no strip */
    bool ranging;     /* a stretch of time is being marked */
    double range_from_ns;
    double range_to_ns;
};

/* Where the parts of the picture are. A part that has no room has no height. */
struct viz_frame {
    int width;
    int height;
    double scale;
    bool compact; /* little room: less air, fewer words */
    struct viz_rect header;
    struct viz_rect strip;
    struct viz_rect axis;
    struct viz_rect lanes; /* the bars: right of the names */
    struct viz_rect names;
    struct viz_rect minimap;
    struct viz_rect footer;
    double row_px;
    struct viz_extent extent;
};

/* The counter that the strip shows at first: the open spans, or the first that changes;
 * TRACE_NO_INDEX where none does. */
uint32_t viz_first_counter(const struct viz_model *model);
/* The next one after it that is worth a strip; after the last the first again. */
uint32_t viz_next_counter(const struct viz_model *model, uint32_t counter);

/* What there is to show of a model, before anything is placed. */
struct viz_extent viz_extent_of(const struct viz_model *model);

/* Places the parts in a picture of width x height pixels, and brings the view within what there
 * is to show. `scale` is how many pixels a unit of the design has: 2 on a fine display. */
void viz_frame_make(struct viz_frame *frame, const struct viz_model *model, struct viz_view *view,
                    const struct viz_ui *ui, const struct viz_measure *measure, int width,
                    int height, double scale);

/* Pixels for a length of the design. */
int viz_px(const struct viz_frame *frame, double units);

/* The time at a column of the picture, and the column of a time; neither is limited to what can
 * be seen. */
double viz_time_at(const struct viz_frame *frame, const struct viz_view *view, double x);
double viz_x_of(const struct viz_frame *frame, const struct viz_view *view, double time_ns);

/* What is at a point. Bars too short to be hit exactly are found from a few pixels away. */
struct viz_target viz_target_at(const struct viz_model *model, const struct viz_view *view,
                                const struct viz_frame *frame, int x, int y);

/* The bar after (step 1) or before (step -1) one in its lane; the same where there is none. */
struct viz_target viz_target_next(const struct viz_model *model, const struct viz_target *target,
                                  int step);

bool viz_same_target(const struct viz_target *a, const struct viz_target *b);

/* Fills a scene, which is cleared first; scene->error says whether all of it fitted. */
void viz_layout(struct viz_scene *scene, const struct viz_model *model, const struct viz_view *view,
                const struct viz_frame *frame, const struct viz_ui *ui,
                const struct viz_measure *measure);

#endif

/* layout.h - from a model and a view to a picture: where everything is, and what is at a point.
 *
 * Pure functions: no window, no fonts, no clock. The same layout serves the window, the PNG and
 * the tests. What it costs depends on what can be seen, not on the length of the trace.
 */
#ifndef VIZ_LAYOUT_H
#define VIZ_LAYOUT_H

#include "bookmarks.h"
#include "choice.h"
#include "model.h"
#include "notice.h"
#include "pair.h"
#include "panel.h"
#include "range.h"
#include "reasons.h"
#include "scene.h"
#include "tabular.h"
#include "travel.h"
#include "view.h"

#include <stdbool.h>
#include <stdint.h>

/* Which wakes are drawn. Those of what is under the pointer or selected always are. */
enum viz_wakes {
    VIZ_WAKES_FEW, /* where there are few in view, between tasks */
    VIZ_WAKES_ALL, /* all in view, up to a limit */
    VIZ_WAKES_OFF,
    VIZ_WAKES_COUNT
};

/* The list of keys, which may cover the picture. */
enum { VIZ_INPUTS_SIZE = 96 };
struct viz_help {
    size_t count;
    /* A line of it: what to press, and what that does. */
    void (*line)(size_t index, char inputs[VIZ_INPUTS_SIZE], const char **text);
};

/* How high rows can be made, and at least be made low, in units of the design. */
#define VIZ_ROW_MOST 96
#define VIZ_ROW_LOW 3
/* Rows of less cannot be read; of the other height, comfortably. */
#define VIZ_ROW_LEGIBLE 16
#define VIZ_ROW_READABLE 28

/* What the picture depends on beside model and view. */
struct viz_ui {
    bool interactive;     /* a window: hints for keys, a scroll bar */
    const char *headline; /* the run in a line, in the header; NULL: none */
    bool pointer;         /* the pointer is in the picture, at x, y */
    int x;
    int y;
    struct viz_id hover;
    struct viz_id selected;
    const struct viz_help *help;     /* NULL: it is not shown */
    const struct viz_search *search; /* NULL: nothing is searched for */
    const struct viz_choice *choice; /* of lanes; NULL: all, as they are */
    enum viz_wakes wakes;
    uint32_t counter;                  /* which one the strip shows; TRACE_NO_INDEX: no strip */
    const struct viz_panel *panel;     /* at the right; NULL: it is not shown */
    int panel_scroll;                  /* pixels of it that are hidden above */
    int tab;                           /* into viz_tabs */
    const struct why_path *way;        /* the longest way, drawn; NULL: it is not */
    const struct viz_reasons *reasons; /* where it is drawn */
    const struct viz_travel *travel;   /* where the playhead stands; NULL: there is none */
    const struct viz_notice *notice;   /* over the picture; NULL: nothing */
    struct viz_tabular *table;         /* in the place of the lanes; NULL: these are shown */
    bool playing;                      /* the playhead goes on by itself, */
    double speed;                      /* so many times as fast as the run; 0: as suits */
    bool objects;                      /* their rows are shown */
    size_t first_object;               /* of them: the one that is shown first */
    enum viz_shown shown;              /* of two runs, as the next two */
    enum viz_differing differing;
    uint32_t change; /* which difference is told of: into viz_pair.changes; CMP_NOBODY */
    const struct viz_range *range;         /* that was chosen; NULL or not given: none */
    const struct viz_bookmarks *bookmarks; /* NULL: none */
    size_t noting;                         /* whose note is typed, plus 1; 0: none's */
    bool ranging; /* a range is being chosen, which goes from here to there */
    double range_from_ns;
    double range_to_ns;
};

/* What is said of what was chosen, each with a way to drop it. */
enum viz_chosen { VIZ_CHOSEN_FILTER, VIZ_CHOSEN_GROUPING, VIZ_CHOSEN_ORDERING, VIZ_CHOSEN_COUNT };

/* Where the parts of the picture are. A part that has no room has no height. */
struct viz_frame {
    int width;
    int height;
    double scale;
    bool compact; /* little room: less air, fewer words */
    struct viz_rect header;
    struct viz_rect strip;
    struct viz_rect axis;
    struct viz_rect instant; /* the one of the playhead, spread out; no height: there is none */
    struct viz_rect lanes;   /* the bars: right of the names */
    struct viz_rect names;
    struct viz_rect objects; /* rows of primitives below the lanes; no height: none are shown */
    struct viz_rect minimap;
    struct viz_rect footer;
    struct viz_rect panel;  /* right of the chart, in narrow pictures below it; no width: none */
    int bottom;             /* of the chart, above what stands below it */
    struct viz_rect chosen; /* what was chosen, in words; no height: nothing was */
    struct viz_rect pins;   /* the bars of lanes that stay at the top; no height: none do */
    const struct viz_arrangement *arrangement; /* of the lanes; NULL: as the model has them */
    const struct viz_arrangement *pinned;      /* of the pins; NULL: there are none */
    struct viz_rect table; /* over strip, axis and lanes; no height: these are shown */
    struct viz_rect cells; /* of it */
    double row_px;
    double fitting_px; /* the height at which all rows are seen */
    bool ghosts;       /* below its bars a row has room for those of the run before */
    int gutter;        /* the right part of the names, which says how lanes differ */
    struct viz_extent extent;
};

/* The counter that the strip shows at first: the open spans, or the first that changes;
 * TRACE_NO_INDEX where none does. */
uint32_t viz_first_counter(const struct viz_model *model);
/* The next one after it that is worth a strip; after the last the first again. */
uint32_t viz_next_counter(const struct viz_model *model, uint32_t counter);

/* What there is to show of a model, before anything is placed. */
struct viz_extent viz_extent_of(const struct viz_model *model, const struct viz_ui *ui);

/* Places the parts in a picture of width x height pixels, and brings the view within what there
 * is to show. `scale` is how many pixels a unit of the design has: 2 on a fine display. */
void viz_frame_make(struct viz_frame *frame, const struct viz_model *model, struct viz_view *view,
                    const struct viz_ui *ui, const struct viz_measure *measure, int width,
                    int height, double scale);

/* The same frame as if the pins were all the lanes. A view of it begins at its first row. */
struct viz_frame viz_frame_of_pins(const struct viz_frame *frame);

/* The nearest whole number, halves away from 0: as lround(), where that would be called very often.
 */
static inline int viz_nearest(double number) {
    return (int)(number < 0 ? number - 0.5 : number + 0.5);
}

/* Pixels for a length of the design. */
int viz_px(const struct viz_frame *frame, double units);

/* The time at a column of the picture, and the column of a time; neither is limited to what can
 * be seen. */
double viz_time_at(const struct viz_frame *frame, const struct viz_view *view, double x);
double viz_x_of(const struct viz_frame *frame, const struct viz_view *view, double time_ns);

/* Fills a scene, which is begun anew; scene->error says whether all of it fitted. The scene refers
 * to the model and to the measure. */
void viz_layout(struct viz_scene *scene, const struct viz_model *model, const struct viz_view *view,
                const struct viz_frame *frame, const struct viz_ui *ui,
                const struct viz_measure *measure);

#endif

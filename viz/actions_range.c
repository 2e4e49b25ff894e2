/* What keys and mouse make of a range and of marks. */
#include "actions_range.h"

#include "hit.h"
#include "tab_range.h"

#include <math.h>

/* A range of fewer units of the design was not meant; an edge of a bar that is so near is; so is a
 * mark. */
#define RANGE_LEAST 4
#define SNAP 7

static double units_ns(const struct viz_state *state, double units) {
    return units * state->frame.scale / state->frame.lanes.w * state->view.length_ns;
}

/* --- Where one looks ------------------------------------------------------------------------ */

/* A time, or the edge of the bar that the pointer is on, if that is near. */
static double snapped(const struct viz_state *state, double time_ns) {
    double reach = units_ns(state, SNAP);
    if (state->ui.hover.kind != VIZ_ID_BAR)
        return time_ns;
    const struct viz_bar *bar = &state->model->bars[state->ui.hover.index];
    double begin = fabs((double)bar->begin_ns - time_ns);
    double end = fabs((double)bar->end_ns - time_ns);
    if (fmin(begin, end) > reach)
        return time_ns;
    return (double)(begin <= end ? bar->begin_ns : bar->end_ns);
}

/* The playhead; else the pointer; else where the selected bar begins (`end`: ends); else the middle
 * of what is in view. */
static double looked_at(const struct viz_state *state, bool end) {
    const struct viz_ui *ui = &state->ui;
    const struct viz_rect *lanes = &state->frame.lanes;
    double time_ns = state->view.begin_ns + state->view.length_ns / 2;
    if (state->travel.ordinal != 0)
        time_ns = (double)(state->travel.time_ns - state->model->origin_ns);
    else if (ui->pointer && ui->x >= lanes->x && ui->x < lanes->x + lanes->w)
        time_ns = snapped(state, viz_time_at(&state->frame, &state->view, ui->x));
    else if (ui->selected.kind == VIZ_ID_BAR)
        time_ns = (double)(end ? state->model->bars[ui->selected.index].end_ns
                               : state->model->bars[ui->selected.index].begin_ns);
    return fmin(fmax(time_ns, 0), (double)state->model->end_ns);
}

/* --- Ranges --------------------------------------------------------------------------------- */

static unsigned choose(struct viz_state *state, double from_ns, double to_ns) {
    viz_range_set(&state->range, state->model, from_ns, to_ns);
    viz_state_open_tab(state, viz_tab_range);
    return VIZ_REDRAW;
}

unsigned viz_drag_range(struct viz_state *state, const struct viz_amount *amount) {
    struct viz_ui *ui = &state->ui;
    double time_ns = snapped(state, viz_time_at(&state->frame, &state->view, ui->x));
    if (amount->phase == VIZ_BEGIN)
        ui->range_from_ns = time_ns;
    if (amount->phase != VIZ_END)
        ui->range_to_ns = time_ns;
    ui->ranging = amount->phase != VIZ_END;
    if (ui->ranging)
        return VIZ_REDRAW;
    if (fabs(ui->range_to_ns - ui->range_from_ns) >= units_ns(state, RANGE_LEAST))
        return choose(state, ui->range_from_ns, ui->range_to_ns);
    viz_range_drop(&state->range);
    return VIZ_REDRAW;
}

unsigned viz_choose_range(struct viz_state *state, const struct viz_amount *amount) {
    const struct viz_view *view = &state->view;
    (void)amount;
    if (state->ui.selected.kind == VIZ_ID_BAR) {
        const struct viz_bar *bar = &state->model->bars[state->ui.selected.index];
        return choose(state, (double)bar->begin_ns, (double)bar->end_ns);
    }
    return choose(state, view->begin_ns, view->begin_ns + view->length_ns);
}

unsigned viz_set_edge(struct viz_state *state, const struct viz_amount *amount) {
    const struct viz_range *range = &state->range;
    bool end = amount->dx > 0;
    double at_ns = looked_at(state, end);
    double from_ns = range->given ? (double)range->from_ns : 0;
    double to_ns = range->given ? (double)range->to_ns : (double)state->model->end_ns;
    return choose(state, end ? fmin(from_ns, at_ns) : at_ns, end ? at_ns : fmax(to_ns, at_ns));
}

bool viz_zoom_to_range(struct viz_state *state) {
    const struct viz_range *range = &state->range;
    if (!range->given)
        return false;
    viz_state_remember(state);
    viz_view_show(&state->view, &state->frame.extent, (double)range->from_ns, (double)range->to_ns);
    return true;
}

/* --- Marks ---------------------------------------------------------------------------------- */

unsigned viz_act_mark(struct viz_state *state, const struct viz_amount *amount) {
    const struct viz_range *range = &state->range;
    double at_ns = looked_at(state, false);
    (void)amount;
    double reach = units_ns(state, SNAP);
    size_t at = viz_bookmark_near(&state->bookmarks, range->given ? (double)range->from_ns : at_ns,
                                  range->given ? 0 : reach);
    if (at == VIZ_NO_BOOKMARK && range->given)
        at = viz_bookmark_add(&state->bookmarks, range->from_ns, range->to_ns, "");
    else if (at == VIZ_NO_BOOKMARK)
        at = viz_bookmark_add(&state->bookmarks, llround(at_ns), llround(at_ns), "");
    state->ui.noting = at == VIZ_NO_BOOKMARK ? 0 : at + 1;
    return VIZ_REDRAW;
}

unsigned viz_act_unmark(struct viz_state *state, const struct viz_amount *amount) {
    const struct viz_range *range = &state->range;
    (void)amount;
    size_t at =
        viz_bookmark_near(&state->bookmarks, looked_at(state, false), units_ns(state, 2 * SNAP));
    if (at == VIZ_NO_BOOKMARK && range->given)
        at = viz_bookmark_near(&state->bookmarks, (double)range->from_ns, 0);
    if (at != VIZ_NO_BOOKMARK)
        viz_bookmark_remove(&state->bookmarks, at);
    state->ui.noting = 0;
    return VIZ_REDRAW;
}

/* From mark to mark: after the one that was gone to last, else from the middle of the view on. */
unsigned viz_go_to_mark(struct viz_state *state, const struct viz_amount *amount) {
    struct viz_view *view = &state->view;
    double middle_ns = view->begin_ns + view->length_ns / 2;
    bool at_last = state->bookmark_view_ns == view->begin_ns;
    double from_ns = at_last ? (double)state->bookmark_ns : middle_ns;
    size_t at = viz_bookmark_beside(&state->bookmarks, from_ns, amount->dx > 0);
    if (at == VIZ_NO_BOOKMARK)
        return VIZ_REDRAW;
    viz_state_remember(state);
    state->bookmark_ns = state->bookmarks.list[at].from_ns;
    view->begin_ns = (double)state->bookmark_ns - view->length_ns / 2;
    viz_view_clamp(view, &state->frame.extent);
    state->bookmark_view_ns = view->begin_ns;
    return VIZ_REDRAW;
}

unsigned viz_list_marks(struct viz_state *state, const struct viz_amount *amount) {
    (void)amount;
    viz_state_open_tab(state, viz_tab_marks);
    return VIZ_REDRAW;
}

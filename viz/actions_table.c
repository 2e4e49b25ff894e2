/* Moving about in the table, and between it and the lanes. */
#include "actions_table.h"

#include <math.h>

#define WHEEL_ROWS 3

/* What the lanes have at the left and at the top comes to the top and to the left. */
static void look_there(struct viz_state *state) {
    struct viz_tabular *tabular = &state->tabular;
    const struct viz_model *model = state->model;
    tabular->row = floor(fmax(state->view.begin_ns, 0) / (double)tabular->step_ns);
    tabular->column = 0;
    if (model->row_count > 0) {
        double row = fmin(state->view.first_row, (double)model->row_count - 1);
        uint32_t column = viz_tabular_column(tabular, model->rows[(uint32_t)row].lane);
        tabular->column = column != TRACE_NO_INDEX ? column : 0;
    }
}

/* And back. */
static void look_back(struct viz_state *state) {
    const struct viz_tabular *tabular = &state->tabular;
    struct viz_view *view = &state->view;
    if (viz_view_shows_all_time(view, &state->frame.extent))
        return;
    view->begin_ns = tabular->row * (double)tabular->step_ns;
    viz_view_clamp(view, &state->frame.extent);
}

unsigned viz_toggle_table(struct viz_state *state, const struct viz_amount *amount) {
    (void)amount;
    if (state->ui.table != NULL) {
        look_back(state);
        (void)viz_state_show_table(state, false, 0);
    } else if (viz_state_show_table(state, true, state->tabular.step_ns) == 0) {
        look_there(state);
        state->tabular.followed = (struct viz_id){.kind = VIZ_ID_NOTHING};
        state->tabular.followed_event = 0;
    }
    return VIZ_REDRAW;
}

/* A drag says by how much of the lanes' width and by how many lanes, keys by a tenth of them: both
 * are pixels here. */
unsigned viz_move_table(struct viz_state *state, const struct viz_amount *amount) {
    struct viz_tabular *tabular = &state->tabular;
    const struct viz_frame *frame = &state->frame;
    if (amount->phase == VIZ_ONCE) {
        viz_tabular_move(tabular, amount->dx, amount->dy);
        return VIZ_REDRAW;
    }
    double column_px = frame->cells.w / tabular->visible_columns;
    double row_px = frame->cells.h / tabular->visible_rows;
    viz_tabular_move(tabular, amount->dx * frame->lanes.w / column_px,
                     amount->dy * frame->row_px / row_px);
    return VIZ_REDRAW;
}

unsigned viz_wheel_table(struct viz_state *state, const struct viz_amount *amount) {
    viz_tabular_move(&state->tabular, WHEEL_ROWS * amount->dx, -WHEEL_ROWS * amount->dy);
    return VIZ_REDRAW;
}

unsigned viz_page_table(struct viz_state *state, const struct viz_amount *amount) {
    double page = fmax(1, floor(state->tabular.visible_rows));
    viz_tabular_move(&state->tabular, 0, amount->dy * page);
    return VIZ_REDRAW;
}

unsigned viz_step_table(struct viz_state *state, const struct viz_amount *amount) {
    int64_t step_ns = viz_tabular_other_step(state->tabular.step_ns, amount->dy > 0);
    if (step_ns < 2 * state->model->end_ns || amount->dy > 0)
        (void)viz_state_show_table(state, true, step_ns);
    return VIZ_REDRAW;
}

unsigned viz_fit_table(struct viz_state *state, const struct viz_amount *amount) {
    (void)amount;
    (void)viz_state_show_table(state, true, 0);
    return VIZ_REDRAW;
}

unsigned viz_end_table(struct viz_state *state, const struct viz_amount *amount) {
    viz_tabular_move(&state->tabular, 0, amount->dx < 0 ? -INFINITY : INFINITY);
    return VIZ_REDRAW;
}

/* Going through the differences of two runs. */
#include "actions_pair.h"

#include "pair.h"

static void reveal_change(struct viz_state *state) {
    double row;
    int64_t time_ns;
    viz_change_place(state->model->pair, state->model, state->ui.change, &row, &time_ns);
    viz_view_reveal(&state->view, &state->frame.extent, row, (double)time_ns, (double)time_ns);
}

unsigned viz_act_next_change(struct viz_state *state, const struct viz_amount *amount) {
    struct viz_ui *ui = &state->ui;
    ui->change = viz_next_change(state->model->pair, ui->change, amount->dx < 0 ? -1 : 1,
                                 amount->dy != 0, ui->differing);
    if (ui->change != CMP_NOBODY)
        reveal_change(state);
    return VIZ_REDRAW;
}

unsigned viz_act_next_shown(struct viz_state *state, const struct viz_amount *amount) {
    (void)amount;
    enum viz_shown next = (enum viz_shown)((state->ui.shown + 1) % VIZ_SHOWN_COUNT);
    (void)viz_state_show(state, next);
    return VIZ_REDRAW;
}

/* What is told of is to be among those that count. */
unsigned viz_act_next_differing(struct viz_state *state, const struct viz_amount *amount) {
    struct viz_ui *ui = &state->ui;
    const struct viz_pair *pair = state->model->pair;
    (void)amount;
    ui->differing = (enum viz_differing)((ui->differing + 1) % VIZ_DIFFERING_COUNT);
    if (ui->change != CMP_NOBODY && viz_is_differing(&pair->changes[ui->change], ui->differing))
        return VIZ_REDRAW;
    ui->change = viz_first_change(pair, ui->differing);
    return VIZ_REDRAW;
}

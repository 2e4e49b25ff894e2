/* The playhead's moves, and what they bring into view. */
#include "actions_travel.h"

#include "tab_events.h"
#include "tab_state.h"
#include "tabs.h"
#include "travel.h"

#include <math.h>

/* The panel says the state where the playhead is put, or lists the events there. */
static void open_state(struct viz_state *state) {
    bool listed = state->ui.panel != NULL && viz_tabs[state->ui.tab].write == viz_tab_events;
    viz_state_open_tab(state, listed ? viz_tab_events : viz_tab_state);
}

/* The playhead has moved: its time is in view. */
static unsigned settle(struct viz_state *state) {
    double at_ns = (double)(state->travel.time_ns - state->model->origin_ns);
    if (state->travel.ordinal == 0)
        return VIZ_REDRAW;
    viz_view_reveal(&state->view, &state->frame.extent, state->view.first_row, at_ns, at_ns);
    return VIZ_REDRAW;
}

unsigned viz_go_to_event(struct viz_state *state, uint64_t ordinal) {
    bool anew = state->travel.ordinal == 0;
    (void)viz_travel_go(&state->travel, ordinal);
    if (anew)
        open_state(state);
    return settle(state);
}

unsigned viz_go_to_time(struct viz_state *state, int64_t time_ns) {
    bool anew = state->travel.ordinal == 0;
    (void)viz_travel_go_to_time(&state->travel, time_ns);
    if (anew)
        open_state(state);
    return VIZ_REDRAW;
}

bool viz_start_travel(struct viz_state *state, struct trace_timeline *timeline,
                      const struct viz_moment *moment, char fault[VIZ_TRAVEL_FAULT]) {
    int64_t origin_ns = state->model->origin_ns;
    state->travel.timeline = timeline;
    if (!moment->given || timeline == NULL)
        return true;
    (void)viz_travel_go_to_moment(&state->travel, moment, origin_ns);
    open_state(state);
    return viz_travel_has(&state->travel, moment, origin_ns, fault);
}

/* Where one looks: where the selected bar begins, else the first moment that can be seen. */
static int64_t looked_at(const struct viz_state *state) {
    double at_ns = fmax(state->view.begin_ns, 0);
    if (state->ui.selected.kind == VIZ_ID_BAR)
        at_ns = (double)state->model->bars[state->ui.selected.index].begin_ns;
    return (int64_t)at_ns + state->model->origin_ns;
}

static unsigned go(struct viz_state *state, enum viz_stride stride,
                   const struct viz_amount *amount) {
    if (state->travel.ordinal == 0) {
        (void)viz_go_to_time(state, looked_at(state));
        return settle(state);
    }
    int64_t task = viz_tid_of(state->model, state->ui.selected);
    (void)viz_travel_step(&state->travel, stride, amount->dx > 0, task);
    return settle(state);
}

unsigned viz_go_by_event(struct viz_state *state, const struct viz_amount *amount) {
    return go(state, VIZ_STRIDE_EVENT, amount);
}

unsigned viz_go_by_turn(struct viz_state *state, const struct viz_amount *amount) {
    return go(state, VIZ_STRIDE_TURN, amount);
}

unsigned viz_go_by_iteration(struct viz_state *state, const struct viz_amount *amount) {
    return go(state, VIZ_STRIDE_ITERATION, amount);
}

unsigned viz_go_by_task(struct viz_state *state, const struct viz_amount *amount) {
    return go(state, VIZ_STRIDE_TASK, amount);
}

unsigned viz_go_by_value(struct viz_state *state, const struct viz_amount *amount) {
    return go(state, VIZ_STRIDE_VALUE, amount);
}

unsigned viz_go_to_first_or_last(struct viz_state *state, const struct viz_amount *amount) {
    if (state->travel.ordinal == 0)
        (void)viz_go_to_time(state, looked_at(state));
    return go(state, VIZ_STRIDE_ALL, amount);
}

unsigned viz_choose_value(struct viz_state *state, const struct viz_amount *amount) {
    if (state->travel.ordinal == 0)
        return go(state, VIZ_STRIDE_EVENT, amount);
    viz_state_open_tab(state, viz_tab_state);
    viz_travel_choose(&state->travel, amount->dx > 0 ? 1 : -1);
    return VIZ_REDRAW;
}

unsigned viz_filter_events(struct viz_state *state, const struct viz_amount *amount) {
    bool listed = state->ui.panel != NULL && viz_tabs[state->ui.tab].write == viz_tab_events;
    int step = amount->dx > 0 ? 1 : VIZ_EVENTS_COUNT - 1;
    if (state->travel.ordinal == 0)
        (void)viz_go_to_time(state, looked_at(state));
    if (listed)
        state->travel.filter =
            (enum viz_events)(((int)state->travel.filter + step) % VIZ_EVENTS_COUNT);
    viz_state_open_tab(state, viz_tab_events);
    return VIZ_REDRAW;
}

unsigned viz_drag_playhead(struct viz_state *state, const struct viz_amount *amount) {
    if (amount->phase == VIZ_END)
        return VIZ_REDRAW;
    double at_ns = viz_time_at(&state->frame, &state->view, state->ui.x);
    return viz_go_to_time(state, llround(fmax(at_ns, 0)) + state->model->origin_ns);
}

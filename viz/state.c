/* The state of the view: a model, a part of it, and the picture that they make. */
#include "state.h"

#include "hit.h"
#include "tabs.h"

void viz_state_open(struct viz_state *state, struct viz_model *model) {
    *state = (struct viz_state){.model = model};
    state->ui.counter = viz_first_counter(model);
    viz_state_fit(state);
}

void viz_state_close(struct viz_state *state) {
    viz_scene_free(&state->scene);
    viz_panel_free(&state->panel);
    viz_history_free(&state->history);
}

void viz_state_place(struct viz_state *state, int width, int height) {
    viz_frame_make(&state->frame, state->model, &state->view, &state->ui, &state->measure, width,
                   height, state->scale);
}

void viz_state_fit(struct viz_state *state) {
    struct viz_extent extent = viz_extent_of(state->model);
    viz_view_fit(&state->view, &extent);
    state->view.row_units = 0;
}

/* --- The panel, and what was shown before --------------------------------------------------- */

void viz_state_open_panel(struct viz_state *state, bool open) {
    state->ui.panel = open ? &state->panel : NULL;
    state->ui.panel_scroll = 0;
    viz_state_write_panel(state);
}

void viz_state_write_panel(struct viz_state *state) {
    const struct viz_subject subject = {.model = state->model, .selected = state->ui.selected};
    viz_panel_clear(&state->panel);
    if (state->ui.panel != NULL)
        viz_tabs[state->ui.tab].write(&state->panel, &subject);
}

static struct viz_place place_of(const struct viz_state *state) {
    return (struct viz_place){.view = state->view, .selected = state->ui.selected};
}

void viz_state_remember(struct viz_state *state) {
    viz_history_add(&state->history, place_of(state));
}

bool viz_state_go_back(struct viz_state *state, bool forward) {
    struct viz_place place = place_of(state);
    if (!viz_history_step(&state->history, forward, &place))
        return false;
    state->view = place.view;
    state->ui.selected = place.selected;
    state->ui.panel_scroll = 0;
    return true;
}

/* --- The picture ---------------------------------------------------------------------------- */

bool viz_state_point(struct viz_state *state) {
    struct viz_id before = state->ui.hover;
    state->ui.hover = (struct viz_id){.kind = VIZ_ID_NOTHING};
    if (state->ui.pointer)
        state->ui.hover = viz_hit(state->model, &state->view, &state->frame, &state->scene,
                                  state->ui.x, state->ui.y);
    return !viz_same_id(before, state->ui.hover);
}

int viz_state_lay_out(struct viz_state *state) {
    /* What is drawn depends on what the pointer is on, and that, where the model does not say it,
     * on what was drawn: where the picture has moved under the pointer it is made once more. */
    viz_state_write_panel(state);
    for (int made = 0; made < 2; made++) {
        viz_layout(&state->scene, state->model, &state->view, &state->frame, &state->ui,
                   &state->measure);
        if (!viz_state_point(state))
            break;
    }
    return state->scene.error != 0 ? state->scene.error : state->panel.error;
}

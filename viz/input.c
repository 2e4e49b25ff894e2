/* From presses and moves of the mouse to clicks and drags. */
#include "input.h"

#include <stdlib.h>
#include <string.h>

/* How far the mouse moves before a press becomes a drag, in units of the design. */
#define DRAG_FROM 4

/* After an action everything has its new place, and something else may be under the pointer. */
static unsigned settle(struct viz_state *state, unsigned flags) {
    if (flags & VIZ_REDRAW) {
        viz_state_place(state, state->frame.width, state->frame.height);
        viz_state_point(state);
    }
    return flags;
}

bool viz_input_is_text(const struct viz_state *state) {
    return state->search.typing || state->ui.noting != 0;
}

unsigned viz_input_text(struct viz_state *state, const char *text) {
    if (state->ui.noting != 0)
        viz_note_type(&state->bookmarks.list[state->ui.noting - 1], text);
    else
        (void)viz_search_type(&state->search, state->model, text);
    return settle(state, VIZ_REDRAW);
}

/* While a note is typed; false: the key is none of it. */
static bool note_key(struct viz_state *state, const char *name) {
    bool erases = strcmp(name, "Backspace") == 0;
    bool ends = strcmp(name, "Return") == 0 || strcmp(name, "Escape") == 0;
    if (state->ui.noting == 0 || !(erases || ends))
        return false;
    if (erases)
        viz_note_erase(&state->bookmarks.list[state->ui.noting - 1]);
    else
        state->ui.noting = 0;
    return true;
}

unsigned viz_input_key(struct viz_state *state, const char *name) {
    if (note_key(state, name))
        return settle(state, VIZ_REDRAW);
    if (viz_input_is_text(state) && strcmp(name, "Backspace") == 0) {
        (void)viz_search_erase(&state->search, state->model);
        return settle(state, VIZ_REDRAW);
    }
    return settle(state, viz_act(state, name, NULL));
}

unsigned viz_input_turn(struct viz_state *state, const char *name, double dx, double dy) {
    struct viz_amount amount = {VIZ_ONCE, dx, dy};
    return settle(state, viz_act(state, name, &amount));
}

unsigned viz_input_leave(struct viz_state *state) {
    state->ui.pointer = false;
    return settle(state, VIZ_REDRAW);
}

static unsigned drag(struct viz_input *input, struct viz_state *state, enum viz_phase phase, int dx,
                     int dy) {
    struct viz_amount amount = {phase, (double)-dx / state->frame.lanes.w,
                                -dy / state->frame.row_px};
    return viz_act(state, input->drag, &amount);
}

/* Which drag a press begins at once: elsewhere it may become a click. */
static const char *drag_at(const struct viz_frame *frame, int x, int y, bool shift) {
    if (frame->table.h > 0)
        return NULL;
    bool chart = x >= frame->lanes.x && y >= frame->strip.y && y < frame->lanes.y + frame->lanes.h;
    if (viz_contains(&frame->minimap, x, y))
        return "drag on the map";
    if (viz_contains(&frame->axis, x, y) && !shift)
        return "drag on the axis";
    return chart && shift ? "Shift+drag" : NULL;
}

unsigned viz_input_press(struct viz_input *input, struct viz_state *state, int x, int y, bool twice,
                         bool shift) {
    state->ui.x = x;
    state->ui.y = y;
    if (state->ui.help != NULL)
        return settle(state, viz_act(state, "click on the list", NULL));
    input->press_x = input->last_x = x;
    input->press_y = input->last_y = y;
    input->drag = drag_at(&state->frame, x, y, shift);
    input->pressed = input->drag == NULL && !twice;
    unsigned flags = VIZ_REDRAW;
    if (input->drag != NULL)
        flags = drag(input, state, VIZ_BEGIN, 0, 0);
    else if (twice)
        flags = viz_act(state, "double click", NULL);
    return settle(state, flags);
}

unsigned viz_input_move(struct viz_input *input, struct viz_state *state, int x, int y) {
    state->ui.x = x;
    state->ui.y = y;
    unsigned flags = viz_act(state, "pointing", NULL);
    int moved = abs(x - input->press_x) + abs(y - input->press_y);
    if (input->pressed && moved >= viz_px(&state->frame, DRAG_FROM)) {
        input->pressed = false;
        input->drag = "drag";
    }
    if (input->drag != NULL)
        flags |= drag(input, state, VIZ_MOVE, x - input->last_x, y - input->last_y);
    input->last_x = x;
    input->last_y = y;
    return settle(state, flags);
}

unsigned viz_input_release(struct viz_input *input, struct viz_state *state) {
    unsigned flags = 0;
    if (input->pressed)
        flags = viz_act(state, "click", NULL);
    else if (input->drag != NULL)
        flags = drag(input, state, VIZ_END, 0, 0);
    input->pressed = false;
    input->drag = NULL;
    return settle(state, flags);
}

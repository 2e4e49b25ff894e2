/* The actions, and the table of what starts them. */
#include "actions.h"

#include "actions_lanes.h"
#include "actions_pair.h"
#include "actions_play.h"
#include "actions_range.h"
#include "actions_table.h"
#include "actions_travel.h"
#include "hit.h"
#include "layout_side.h"
#include "tabs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ZOOM_STEP 1.25
#define PAN_STEP 0.1
#define WHEEL_ROWS 3
#define PANEL_ROW 18 /* a line of the panel, in units of the design */

/* --- Moving ------------------------------------------------------------------------------- */

static unsigned move(struct viz_state *state, const struct viz_amount *amount) {
    viz_view_pan(&state->view, &state->frame.extent, amount->dx);
    viz_view_scroll(&state->view, &state->frame.extent, amount->dy);
    return VIZ_REDRAW;
}

static unsigned pan_by_wheel(struct viz_state *state, const struct viz_amount *amount) {
    viz_view_pan(&state->view, &state->frame.extent, PAN_STEP * (amount->dx - amount->dy));
    return VIZ_REDRAW;
}

static bool is_on_panel(const struct viz_state *state) {
    return state->ui.pointer && viz_contains(&state->frame.panel, state->ui.x, state->ui.y);
}

static unsigned scroll_panel(struct viz_state *state, double rows) {
    int most = viz_panel_overflow(&state->frame, &state->measure, &state->panel);
    int scroll = state->ui.panel_scroll + (int)lround(rows * viz_px(&state->frame, PANEL_ROW));
    state->ui.panel_scroll = scroll < 0 ? 0 : scroll > most ? most : scroll;
    return VIZ_REDRAW;
}

static unsigned scroll_by_wheel(struct viz_state *state, const struct viz_amount *amount) {
    const struct viz_extent *extent = &state->frame.extent;
    if (is_on_panel(state))
        return scroll_panel(state, -WHEEL_ROWS * amount->dy);
    if (extent->rows <= extent->visible_rows + 0.01)
        return pan_by_wheel(state, amount);
    viz_view_pan(&state->view, extent, PAN_STEP * amount->dx);
    viz_view_scroll(&state->view, extent, -WHEEL_ROWS * amount->dy);
    return VIZ_REDRAW;
}

static unsigned scroll_pages(struct viz_state *state, const struct viz_amount *amount) {
    const struct viz_extent *extent = &state->frame.extent;
    viz_view_scroll(&state->view, extent, amount->dy * floor(extent->visible_rows));
    return VIZ_REDRAW;
}

/* The first moment a little inside the left edge, or the last one inside the right. */
static unsigned go_to_end(struct viz_state *state, const struct viz_amount *amount) {
    struct viz_view *view = &state->view;
    const struct viz_extent *extent = &state->frame.extent;
    double pages = amount->dx < 0 ? -(view->begin_ns / view->length_ns + 0.02)
                                  : (extent->end_ns - view->begin_ns) / view->length_ns - 0.97;
    viz_view_pan(view, extent, pages);
    return VIZ_REDRAW;
}

/* Shows what is at the pointer's place on the map, in the middle. */
static unsigned go_to_map(struct viz_state *state, const struct viz_amount *amount) {
    if (amount->phase == VIZ_END)
        return VIZ_REDRAW;
    const struct viz_rect *map = &state->frame.minimap;
    const struct viz_extent *extent = &state->frame.extent;
    struct viz_view *view = &state->view;
    double time = (double)(state->ui.x - map->x) / map->w;
    double row = (double)(state->ui.y - map->y) / map->h;
    view->begin_ns = time * extent->end_ns - view->length_ns / 2;
    view->first_row = row * extent->rows - extent->visible_rows / 2;
    viz_view_clamp(view, extent);
    return VIZ_REDRAW;
}

/* --- Zooming ------------------------------------------------------------------------------ */

/* Where zooming holds on to: the pointer's place in the chart, else the middle. */
static double anchor_of(const struct viz_state *state) {
    const struct viz_rect *lanes = &state->frame.lanes;
    if (!state->ui.pointer || state->ui.x < lanes->x || state->ui.x >= lanes->x + lanes->w)
        return 0.5;
    return (double)(state->ui.x - lanes->x) / lanes->w;
}

static unsigned zoom(struct viz_state *state, const struct viz_amount *amount) {
    viz_view_zoom(&state->view, &state->frame.extent, anchor_of(state),
                  pow(1 / ZOOM_STEP, amount->dy));
    return VIZ_REDRAW;
}

/* Rows that are too low to be read become high enough, around one of them. */
static void make_readable(struct viz_state *state, double place) {
    struct viz_frame *frame = &state->frame;
    if (frame->row_px >= VIZ_ROW_LEGIBLE * frame->scale)
        return;
    state->view.row_units = VIZ_ROW_READABLE;
    viz_state_place(state, frame->width, frame->height);
    state->view.first_row = place - frame->extent.visible_rows / 2;
    viz_view_clamp(&state->view, &frame->extent);
}

static unsigned zoom_to_bar(struct viz_state *state, const struct viz_amount *amount) {
    (void)amount;
    bool hovered = state->ui.hover.kind != VIZ_ID_NOTHING;
    struct viz_id id = hovered ? state->ui.hover : state->ui.selected;
    uint32_t lane = viz_lane_of(state->model, id);
    if (lane == TRACE_NO_INDEX)
        return VIZ_REDRAW;
    bool is_bar = id.kind == VIZ_ID_BAR;
    viz_state_uncover(state, lane);
    uint32_t row =
        is_bar ? viz_row_of_bar(state->model, id.index) : state->model->lanes[lane].first_row;
    make_readable(state, viz_place_of_row(state->frame.arrangement, row));
    if (!is_bar)
        return VIZ_REDRAW;
    const struct viz_bar *bar = &state->model->bars[id.index];
    double length = (double)(bar->end_ns - bar->begin_ns);
    double air = length > 0 ? length * 0.15 : VIZ_LENGTH_MIN_NS * 5;
    viz_view_show(&state->view, &state->frame.extent, (double)bar->begin_ns - air,
                  (double)bar->end_ns + air);
    return VIZ_REDRAW;
}

static unsigned fit(struct viz_state *state, const struct viz_amount *amount) {
    (void)amount;
    viz_state_fit(state);
    return VIZ_REDRAW;
}

/* Higher or lower rows; what is in the middle stays there. */
static unsigned scale_rows(struct viz_state *state, const struct viz_amount *amount) {
    struct viz_extent *extent = &state->frame.extent;
    const struct viz_frame *frame = &state->frame;
    double middle = state->view.first_row + fmin(extent->visible_rows, extent->rows) / 2;
    double low = fmin(frame->fitting_px / frame->scale, VIZ_ROW_LOW);
    double units = frame->row_px / frame->scale * pow(ZOOM_STEP, amount->dy);
    state->view.row_units = fmin(fmax(units, low), VIZ_ROW_MOST);
    viz_state_place(state, frame->width, frame->height);
    state->view.first_row = middle - extent->visible_rows / 2;
    viz_view_clamp(&state->view, extent);
    return VIZ_REDRAW;
}

/* --- Selecting ---------------------------------------------------------------------------- */

/* The pointer has moved: what it is on is found after every action. */
static unsigned point(struct viz_state *state, const struct viz_amount *amount) {
    (void)amount;
    state->ui.pointer = true;
    return VIZ_REDRAW;
}

static void drop_selection(struct viz_state *state) {
    state->ui.selected = (struct viz_id){.kind = VIZ_ID_NOTHING};
}

/* Selects, and brings it into view. */
static void go_to(struct viz_state *state, struct viz_id id) {
    viz_state_remember(state);
    state->ui.selected = id;
    state->ui.panel_scroll = 0;
    double row;
    double from_ns;
    double to_ns;
    if (!viz_place_of(state->model, id, &row, &from_ns, &to_ns))
        return;
    viz_state_uncover(state, state->model->rows[(uint32_t)row].lane);
    row = viz_place_of_row(state->frame.arrangement, (uint32_t)row);
    if (id.kind == VIZ_ID_LANE) /* it is on the screen wherever one is */
        from_ns = to_ns = state->view.begin_ns + state->view.length_ns / 2;
    viz_view_reveal(&state->view, &state->frame.extent, row, from_ns, to_ns);
}

static unsigned follow_link(struct viz_state *state, uint32_t index) {
    struct viz_link link = state->panel.links[index];
    const struct viz_view *view = &state->view;
    if (link.to.kind == VIZ_ID_STEP)
        return viz_go_to_event(state, link.to.index);
    if (link.to.kind == VIZ_ID_VALUE) {
        state->travel.chosen = state->travel.values[link.to.index];
        return VIZ_REDRAW;
    }
    go_to(state, link.to.kind != VIZ_ID_NOTHING ? link.to : state->ui.selected);
    if (link.timed)
        viz_view_reveal(&state->view, &state->frame.extent, view->first_row, (double)link.time_ns,
                        (double)link.time_ns);
    return VIZ_REDRAW;
}

static unsigned show_tab(struct viz_state *state, int tab) {
    state->ui.tab = tab;
    viz_state_open_panel(state, true);
    return VIZ_REDRAW;
}

/* What happened can be selected, and the panel says what it is. What is clicked a second time is
 * dropped. */
static unsigned select_hovered(struct viz_state *state, const struct viz_amount *amount) {
    (void)amount;
    struct viz_id id = state->ui.hover;
    bool happened = id.kind == VIZ_ID_LANE || id.kind == VIZ_ID_BAR || id.kind == VIZ_ID_INSTANT ||
                    id.kind == VIZ_ID_WAKE || id.kind == VIZ_ID_OBJECT;
    if (id.kind == VIZ_ID_LINK)
        return follow_link(state, id.index);
    if (id.kind == VIZ_ID_TAB)
        return show_tab(state, (int)id.index);
    if (id.kind == VIZ_ID_STEP)
        return viz_go_to_event(state, id.index);
    if (id.kind == VIZ_ID_GROUP)
        return viz_turn_group(state, id.index);
    if (id.kind == VIZ_ID_CHOSEN)
        return viz_drop_chosen(state, (enum viz_chosen)id.index);
    if (id.kind == VIZ_ID_BOOKMARK)
        return viz_list_marks(state, amount);
    if (id.kind == VIZ_ID_PANEL)
        return VIZ_REDRAW;
    viz_state_remember(state);
    if (!happened || viz_same_id(id, state->ui.selected)) {
        drop_selection(state);
        return VIZ_REDRAW;
    }
    state->ui.selected = id;
    viz_state_open_panel(state, true);
    return VIZ_REDRAW;
}

static unsigned toggle_panel(struct viz_state *state, const struct viz_amount *amount) {
    (void)amount;
    viz_state_open_panel(state, state->ui.panel == NULL);
    return VIZ_REDRAW;
}

static unsigned next_tab(struct viz_state *state, const struct viz_amount *amount) {
    (void)amount;
    return show_tab(state, (state->ui.tab + 1) % viz_tab_count);
}

/* To what led to what is selected, or to what that led to. */
static unsigned go_to_cause(struct viz_state *state, const struct viz_amount *amount) {
    struct viz_reasons *reasons = &state->reasons;
    if (!viz_reasons_read(reasons))
        return VIZ_REDRAW;
    struct viz_id id = amount->dx < 0
                           ? viz_cause_of(state->model, reasons->run, state->ui.selected)
                           : viz_effect_of(state->model, reasons->run, state->ui.selected);
    if (id.kind != VIZ_ID_NOTHING && !viz_same_id(id, state->ui.selected))
        go_to(state, id);
    return VIZ_REDRAW;
}

static unsigned go_to_lane(struct viz_state *state, const struct viz_amount *amount) {
    uint32_t lane = viz_lane_of(state->model, state->ui.selected);
    lane = viz_lane_beside(state, lane, amount->dy < 0 ? -1 : 1);
    if (lane != TRACE_NO_INDEX)
        go_to(state, (struct viz_id){.kind = VIZ_ID_LANE, .index = lane});
    return VIZ_REDRAW;
}

/* Of two keys each shows its way, or takes it away where it is shown. */
static unsigned show_way(struct viz_state *state, const struct viz_amount *amount) {
    bool to_selected = amount->dx > 0;
    bool other = state->ui.way != (to_selected ? &state->way : &state->reasons.way);
    (void)viz_state_show_way(state, state->ui.way == NULL || other, to_selected);
    return VIZ_REDRAW;
}

static unsigned go_through_history(struct viz_state *state, const struct viz_amount *amount) {
    (void)viz_state_go_back(state, amount->dx > 0);
    return VIZ_REDRAW;
}

static unsigned copy_panel(struct viz_state *state, const struct viz_amount *amount) {
    (void)amount;
    if (state->ui.panel == NULL)
        viz_state_open_panel(state, true);
    return VIZ_REDRAW | VIZ_COPY;
}

static unsigned select_next(struct viz_state *state, const struct viz_amount *amount) {
    const struct viz_model *model = state->model;
    struct viz_id *selected = &state->ui.selected;
    if (model->row_count == 0)
        return 0;
    if (viz_lane_of(model, *selected) == TRACE_NO_INDEX) {
        const struct viz_arrangement *arrangement = state->frame.arrangement;
        double places = (double)viz_place_count(model, arrangement);
        if (places == 0)
            return VIZ_REDRAW;
        uint32_t place = (uint32_t)fmin(state->view.first_row, places - 1);
        struct viz_slot slot = viz_slot_at(arrangement, place);
        uint32_t lane = viz_lane_at(model, arrangement, place);
        uint32_t row = slot.group == VIZ_NO_GROUP ? slot.row : model->lanes[lane].first_row;
        *selected = (struct viz_id){
            .kind = VIZ_ID_LANE, .index = lane, .more = row - model->lanes[lane].first_row};
    }
    *selected = viz_next_bar(model, *selected, amount->dx < 0 ? -1 : 1);
    if (selected->kind != VIZ_ID_BAR)
        return VIZ_REDRAW;
    const struct viz_bar *bar = &model->bars[selected->index];
    uint32_t row = viz_row_of_bar(model, selected->index);
    viz_state_uncover(state, model->rows[row].lane);
    viz_view_reveal(&state->view, &state->frame.extent,
                    viz_place_of_row(state->frame.arrangement, row), (double)bar->begin_ns,
                    (double)bar->end_ns);
    return VIZ_REDRAW;
}

/* --- How things are shown ----------------------------------------------------------------- */

static unsigned next_wakes(struct viz_state *state, const struct viz_amount *amount) {
    (void)amount;
    state->ui.wakes = (enum viz_wakes)((state->ui.wakes + 1) % VIZ_WAKES_COUNT);
    return VIZ_REDRAW;
}

static unsigned next_colouring(struct viz_state *state, const struct viz_amount *amount) {
    (void)amount;
    viz_model_colour(state->model,
                     (enum viz_colouring)((state->model->colouring + 1) % VIZ_COLOURING_COUNT));
    return VIZ_REDRAW;
}

static unsigned next_counter(struct viz_state *state, const struct viz_amount *amount) {
    (void)amount;
    state->ui.counter = viz_next_counter(state->model, state->ui.counter);
    return VIZ_REDRAW;
}

static unsigned toggle_objects(struct viz_state *state, const struct viz_amount *amount) {
    (void)amount;
    state->ui.objects = !state->ui.objects;
    return VIZ_REDRAW;
}

/* Those that have no room come to the top, a row a press. */
static unsigned scroll_objects(struct viz_state *state, const struct viz_amount *amount) {
    size_t count = state->model->object_count;
    if (count == 0)
        return VIZ_REDRAW;
    size_t by = amount->dx > 0 ? 1 : count - 1;
    state->ui.first_object = (state->ui.first_object + by) % count;
    state->ui.objects = true;
    return VIZ_REDRAW;
}

static unsigned change_theme(struct viz_state *state, const struct viz_amount *amount) {
    (void)amount;
    state->theme = state->theme == VIZ_DARK ? VIZ_LIGHT : VIZ_DARK;
    return VIZ_REDRAW;
}

/* Below the table, which it lists. */
static unsigned toggle_help(struct viz_state *state, const struct viz_amount *amount);

/* What is typed goes into the field from now on. */
static unsigned open_search(struct viz_state *state, const struct viz_amount *amount) {
    (void)amount;
    state->search.typing = true;
    state->ui.search = &state->search;
    return VIZ_REDRAW;
}

static unsigned go_to_found(struct viz_state *state, const struct viz_amount *amount) {
    struct viz_id id = viz_search_next(&state->search, amount->dx > 0);
    state->search.typing = false;
    if (state->ui.search == NULL)
        (void)viz_zoom_to_range(state);
    if (id.kind != VIZ_ID_NOTHING)
        go_to(state, id);
    return VIZ_REDRAW;
}

static unsigned close_or_drop(struct viz_state *state, const struct viz_amount *amount) {
    (void)amount;
    if (state->ui.search != NULL) {
        viz_search_clear(&state->search);
        state->ui.search = NULL;
        return VIZ_REDRAW;
    }
    if (state->ui.help == NULL && state->range.given) {
        viz_range_drop(&state->range);
        return VIZ_REDRAW;
    }
    if (state->ui.help == NULL) {
        (void)viz_state_show_way(state, false, false);
        drop_selection(state);
        viz_travel_leave(&state->travel);
        viz_state_open_panel(state, false);
    }
    state->ui.help = NULL;
    return VIZ_REDRAW;
}

static unsigned reload(struct viz_state *state, const struct viz_amount *amount) {
    (void)state;
    (void)amount;
    return VIZ_REDRAW | VIZ_RELOAD;
}

static unsigned save_view(struct viz_state *state, const struct viz_amount *amount) {
    (void)state;
    (void)amount;
    return VIZ_REDRAW | VIZ_SAVE;
}

static unsigned quit(struct viz_state *state, const struct viz_amount *amount) {
    (void)state;
    (void)amount;
    return VIZ_QUIT;
}

/* --- The table ---------------------------------------------------------------------------- */

const struct viz_action viz_actions[] = {
    {"difference",
     "of two runs: the difference before, the one after; with Shift the root",
     viz_act_next_change,
     {{.input = "P", .dx = -1, .when = VIZ_WHILE_TWO},
      {.input = "N", .dx = 1, .when = VIZ_WHILE_TWO},
      {.input = "Shift+P", .dx = -1, .dy = 1, .when = VIZ_WHILE_TWO},
      {.input = "Shift+N", .dx = 1, .dy = 1, .when = VIZ_WHILE_TWO}}},
    {"shown",
     "of two runs: both, the lanes that differ, the new one, the old one",
     viz_act_next_shown,
     {{.input = "D", .when = VIZ_WHILE_TWO}}},
    {"differing",
     "of two runs: all differences, those of order, those of time",
     viz_act_next_differing,
     {{.input = "E", .when = VIZ_WHILE_TWO}}},
    {"speed",
     "while it plays: half as fast, twice as fast",
     viz_change_speed,
     {{.input = "-", .dy = -1, .when = VIZ_WHILE_PLAYING},
      {.input = "+", .dy = 1, .when = VIZ_WHILE_PLAYING},
      {.input = "=", .dy = 1, .when = VIZ_WHILE_PLAYING, .also = true}}},
    {"table",
     "the job-sequencing table, and the lanes again",
     viz_toggle_table,
     {{.input = "Tab"}}},
    {"table-move",
     "of the table: move",
     viz_move_table,
     {{.input = "drag", .when = VIZ_WHILE_TABLE},
      {.input = "Left", .dx = -1, .when = VIZ_WHILE_TABLE},
      {.input = "Right", .dx = 1, .when = VIZ_WHILE_TABLE},
      {.input = "Up", .dy = -1, .when = VIZ_WHILE_TABLE},
      {.input = "Down", .dy = 1, .when = VIZ_WHILE_TABLE}}},
    {"table-scroll",
     "of the table: move by rows",
     viz_wheel_table,
     {{.input = "wheel", .when = VIZ_WHILE_TABLE},
      {.input = "Shift+wheel", .when = VIZ_WHILE_TABLE, .also = true}}},
    {"table-pages",
     "of the table: a page of rows",
     viz_page_table,
     {{.input = "PageUp", .dy = -1, .when = VIZ_WHILE_TABLE},
      {.input = "PageDown", .dy = 1, .when = VIZ_WHILE_TABLE}}},
    {"table-ends",
     "of the table: the first row, the last",
     viz_end_table,
     {{.input = "Home", .dx = -1, .when = VIZ_WHILE_TABLE},
      {.input = "End", .dx = 1, .when = VIZ_WHILE_TABLE}}},
    {"table-step",
     "of the table: longer intervals, shorter ones",
     viz_step_table,
     {{.input = "[", .dy = -1, .when = VIZ_WHILE_TABLE},
      {.input = "]", .dy = 1, .when = VIZ_WHILE_TABLE},
      {.input = "-", .dy = -1, .when = VIZ_WHILE_TABLE},
      {.input = "+", .dy = 1, .when = VIZ_WHILE_TABLE},
      {.input = "=", .dy = 1, .when = VIZ_WHILE_TABLE, .also = true}}},
    {"table-fit",
     "of the table: the interval that suits",
     viz_fit_table,
     {{.input = "F", .when = VIZ_WHILE_TABLE}, {.input = "0", .when = VIZ_WHILE_TABLE}}},
    {"move",
     "move; up and down scroll the lanes",
     move,
     {{.input = "drag"},
      {.input = "Left", .dx = -PAN_STEP},
      {.input = "Right", .dx = PAN_STEP},
      {.input = "Up", .dy = -1},
      {.input = "Down", .dy = 1}}},
    {"scroll",
     "scroll the lanes, or move in time where all lanes fit",
     scroll_by_wheel,
     {{.input = "wheel"}}},
    {"pan", "move in time", pan_by_wheel, {{.input = "Shift+wheel"}}},
    {"zoom",
     "zoom at the pointer",
     zoom,
     {{.input = "Ctrl+wheel"},
      {.input = "pinch"},
      {.input = "+", .dy = 1},
      {.input = "=", .dy = 1, .also = true}, /* + without Shift on many keyboards */
      {.input = "Ctrl++", .dy = 1, .also = true},
      {.input = "Ctrl+=", .dy = 1, .also = true},
      {.input = "-", .dy = -1},
      {.input = "Ctrl+-", .dy = -1, .also = true}}},
    {"range",
     "choose a range of time, whose statistics the panel has; its edges keep to those of bars",
     viz_drag_range,
     {{.input = "Shift+drag"}}},
    {"range-of",
     "... that of the selected bar, or what is in view",
     viz_choose_range,
     {{.input = "S"}}},
    {"range-edge",
     "... it begins where one looks, it ends there",
     viz_set_edge,
     {{.input = "A"}, {.input = "Shift+A", .dx = 1}}},
    {"mark", "mark a moment, or the range, and write a note on it", viz_act_mark, {{.input = "M"}}},
    {"unmark", "remove the mark where one looks", viz_act_unmark, {{.input = "Shift+M"}}},
    {"next-mark",
     "to the mark before, to the next one",
     viz_go_to_mark,
     {{.input = "Alt+Left", .dx = -1}, {.input = "Alt+Right", .dx = 1}}},
    {"marks", "list marks", viz_list_marks, {{.input = "Ctrl+M"}}},
    {"save",
     "save the view beside the trace: lanes, marks, range, what is in view",
     save_view,
     {{.input = "Ctrl+S"}}},
    {"zoom-bar",
     "zoom to a bar, and rows to where they can be read",
     zoom_to_bar,
     {{.input = "double click"}, {.input = "Z"}}},
    {"fit",
     "fit: all of the time, all lanes",
     fit,
     {{.input = "F"}, {.input = "0"}, {.input = "Ctrl+0", .also = true}}},
    {"rows",
     "lower and higher rows",
     scale_rows,
     {{.input = "[", .dy = -1}, {.input = "]", .dy = 1}}},
    {"ends",
     "first and last moment",
     go_to_end,
     {{.input = "Home", .dx = -1}, {.input = "End", .dx = 1}}},
    {"pages",
     "a page of lanes",
     scroll_pages,
     {{.input = "PageUp", .dy = -1}, {.input = "PageDown", .dy = 1}}},
    {"map", "go to a place of the map", go_to_map, {{.input = "drag on the map"}}},
    {"point",
     "details: from, to, how long, who woke it, what it waited for",
     point,
     {{.input = "pointing"}}},
    {"select",
     "select: the panel says what it is, and who woke whom; follow a link",
     select_hovered,
     {{.input = "click"}}},
    {"step",
     "the bar before, the bar after",
     select_next,
     {{.input = "P", .dx = -1}, {.input = "N", .dx = 1}}},
    {"panel", "the panel: what is selected, and why it was so", toggle_panel, {{.input = "I"}}},
    {"tab", "the panel's next tab", next_tab, {{.input = "Shift+I"}}},
    {"history",
     "back to what was shown and selected before, and forward again",
     go_through_history,
     {{.input = "Backspace", .dx = -1}, {.input = "Shift+Backspace", .dx = 1}}},
    {"cause",
     "to what led to what is selected, and to what that led to",
     go_to_cause,
     {{.input = "<", .dx = -1}, {.input = ">", .dx = 1}}},
    {"lane",
     "the lane below, the lane above",
     go_to_lane,
     {{.input = "J", .dy = 1}, {.input = "K", .dy = -1}}},
    {"way",
     "the longest way through the run; the way to what is selected",
     show_way,
     {{.input = "Y"}, {.input = "Shift+Y", .dx = 1}}},
    {"copy", "copy what the panel says", copy_panel, {{.input = "Ctrl+C"}}},
    {"event",
     "the playhead an event back, an event on; the panel has the state there",
     viz_go_by_event,
     {{.input = ",", .dx = -1}, {.input = ".", .dx = 1}}},
    {"turn",
     "... a turn of the loop back, a turn on",
     viz_go_by_turn,
     {{.input = "Ctrl+Left", .dx = -1}, {.input = "Ctrl+Right", .dx = 1}}},
    {"iteration",
     "... an iteration of the loop",
     viz_go_by_iteration,
     {{.input = "Ctrl+PageUp", .dx = -1},
      {.input = "Ctrl+PageDown", .dx = 1},
      {.input = "Ctrl+,", .dx = -1, .also = true},
      {.input = "Ctrl+.", .dx = 1, .also = true}}},
    {"task-step",
     "... to what the selected task did before, and does next",
     viz_go_by_task,
     {{.input = "Shift+Left", .dx = -1}, {.input = "Shift+Right", .dx = 1}}},
    {"first-event",
     "... to the first event of the run, to the last",
     viz_go_to_first_or_last,
     {{.input = "Ctrl+Home", .dx = -1}, {.input = "Ctrl+End", .dx = 1}}},
    {"play", "... goes on by itself, up to the end", viz_toggle_play, {{.input = "Space"}}},
    {"playhead", "... to a time", viz_drag_playhead, {{.input = "drag on the axis"}}},
    {"events",
     "list the events at the playhead; again: the next filter, the one before",
     viz_filter_events,
     {{.input = "L", .dx = 1}, {.input = "Shift+L", .dx = -1}}},
    {"value",
     "choose a value of the state: the next, the one before",
     viz_choose_value,
     {{.input = "E", .dx = 1}, {.input = "Shift+E", .dx = -1}}},
    {"changed",
     "the playhead to who set the chosen value last, and to who will next",
     viz_go_by_value,
     {{.input = "U", .dx = -1}, {.input = "Shift+U", .dx = 1}}},
    {"search",
     "search: words, wait:window, by:job3, name:job*, state:failed, >1s",
     open_search,
     {{.input = "/"}, {.input = "Ctrl+F", .also = true}}},
    {"found",
     "... what was found next, and before; without a search zoom to the range",
     go_to_found,
     {{.input = "Return", .dx = 1}, {.input = "Shift+Return", .dx = -1}}},
    {"filter",
     "... only lanes on which that is found; without a search all again",
     viz_act_filter,
     {{.input = "Ctrl+Return"}}},
    {"all-lanes",
     "all lanes, as they are in the trace: no filter, groups, order",
     viz_show_all_lanes,
     {{.input = "Shift+F"}}},
    {"groups",
     "groups of lanes: by name, by who made them, by first work, none",
     viz_next_grouping,
     {{.input = "G", .dx = 1}, {.input = "Shift+G", .dx = -1}}},
    {"fold",
     "fold a group, or unfold it, as a click on its head does",
     viz_act_fold,
     {{.input = "X"}}},
    {"fold-all", "... all groups", viz_act_fold_all, {{.input = "Shift+X"}}},
    {"order",
     "order of lanes: trace, start, name, duration, waiting, working, longest way",
     viz_next_ordering,
     {{.input = "R", .dx = 1}, {.input = "Shift+R", .dx = -1}}},
    {"pin", "keep a lane at the top, or no longer", viz_act_pin, {{.input = "B"}}},
    {"wakes", "wakes: where they are few, all, none", next_wakes, {{.input = "W"}}},
    {"colour", "colour by duration, name, task", next_colouring, {{.input = "C"}}},
    {"object", "the strip shows the next object's number", next_counter, {{.input = "O"}}},
    {"objects",
     "objects as rows below the lanes: what they hold, who waits, whose they are",
     toggle_objects,
     {{.input = "Shift+O"}}},
    {"next-object",
     "... the object before, the next one to the top of them",
     scroll_objects,
     {{.input = "Alt+O", .dx = 1}, {.input = "Alt+Shift+O", .dx = -1}}},
    {"theme", "dark or light", change_theme, {{.input = "T"}}},
    {"help", "list keys and mouse", toggle_help, {{.input = "?"}, {.input = "H"}, {.input = "F1"}}},
    {"close",
     "close the list, end the search, drop the range, then close the panel, and drop selection and "
     "playhead",
     close_or_drop,
     {{.input = "Escape"}, {.input = "click on the list", .also = true}}},
    {"reload",
     "read the file again; a file that is dropped here is opened",
     reload,
     {{.input = "F5"}, {.input = "Ctrl+R"}}},
    {"quit", "quit", quit, {{.input = "Q"}, {.input = "Ctrl+W"}}},
};

enum { ACTION_COUNT = sizeof viz_actions / sizeof viz_actions[0] };

const size_t viz_action_count = ACTION_COUNT;

static void help_line(size_t index, char inputs[VIZ_INPUTS_SIZE], const char **text) {
    viz_action_inputs(&viz_actions[index], inputs);
    *text = viz_actions[index].help;
}

static unsigned toggle_help(struct viz_state *state, const struct viz_amount *amount) {
    static const struct viz_help help = {ACTION_COUNT, help_line};
    (void)amount;
    state->ui.help = state->ui.help == NULL ? &help : NULL;
    return VIZ_REDRAW;
}

bool viz_is_meant(const struct viz_state *state, enum viz_when_meant when) {
    switch (when) {
    case VIZ_WHILE_TWO:
        return state->model->pair != NULL;
    case VIZ_WHILE_TABLE:
        return state->ui.table != NULL;
    case VIZ_WHILE_PLAYING:
        return state->ui.playing;
    case VIZ_ALWAYS:
        break;
    }
    return true;
}

unsigned viz_act(struct viz_state *state, const char *input, const struct viz_amount *amount) {
    for (size_t i = 0; i < viz_action_count; i++) {
        const struct viz_action *action = &viz_actions[i];
        for (int k = 0; k < VIZ_TRIGGERS_MAX && action->triggers[k].input != NULL; k++) {
            const struct viz_trigger *trigger = &action->triggers[k];
            struct viz_amount own = {VIZ_ONCE, trigger->dx, trigger->dy};
            if (!viz_is_meant(state, trigger->when))
                continue;
            if (strcmp(trigger->input, input) == 0)
                return action->act(state, amount != NULL ? amount : &own);
        }
    }
    return 0;
}

void viz_action_inputs(const struct viz_action *action, char out[VIZ_INPUTS_SIZE]) {
    size_t length = 0;
    out[0] = '\0';
    for (int k = 0; k < VIZ_TRIGGERS_MAX && action->triggers[k].input != NULL; k++) {
        if (action->triggers[k].also)
            continue;
        int more = snprintf(out + length, VIZ_INPUTS_SIZE - length, "%s%s", length > 0 ? ", " : "",
                            action->triggers[k].input);
        length += (size_t)more;
    }
}

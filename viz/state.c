/* The state of the view: a model, a part of it, and the picture that they make. */
#include "state.h"

#include "axis.h"
#include "hit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Between a real run and a simulated one times always differ: there order counts. What is told of
 * first is the first root. */
static void begin_pair(struct viz_state *state) {
    const struct viz_pair *pair = state->model->pair;
    const struct trace_model *before = pair->models[CMP_A]->trace;
    const struct trace_model *after = pair->models[CMP_B]->trace;
    bool alike = strcmp(trace_text(before, before->clock), trace_text(after, after->clock)) == 0;
    state->ui.differing = alike ? VIZ_DIFFERING_ANYHOW : VIZ_DIFFERING_ORDER;
    state->ui.change = viz_first_change(pair, state->ui.differing);
}

void viz_state_open(struct viz_state *state, struct viz_model *model) {
    *state = (struct viz_state){.model = model, .reasons = {.path = model->path}};
    state->ui.counter = viz_first_counter(model);
    state->ui.travel = &state->travel;
    state->ui.choice = &state->choice;
    state->ui.range = &state->range;
    state->ui.bookmarks = &state->bookmarks;
    state->bookmark_view_ns = NAN;
    state->ui.change = CMP_NOBODY;
    if (model->pair != NULL)
        begin_pair(state);
    viz_state_fit(state);
}

void viz_state_close(struct viz_state *state) {
    viz_scene_free(&state->scene);
    viz_search_clear(&state->search);
    viz_range_drop(&state->range);
    viz_bookmarks_free(&state->bookmarks);
    viz_choice_free(&state->choice);
    viz_panel_free(&state->panel);
    viz_history_free(&state->history);
    why_path_free(&state->way);
    viz_reasons_free(&state->reasons);
    viz_travel_free(&state->travel);
    viz_tabular_free(&state->tabular);
}

/* The table follows the selection and the playhead, where these have moved. */
static void follow_in_table(struct viz_state *state) {
    struct viz_tabular *tabular = &state->tabular;
    const struct viz_travel *travel = &state->travel;
    struct viz_id selected = state->ui.selected;
    uint32_t lane = viz_lane_of(state->model, selected);
    uint32_t column = lane != TRACE_NO_INDEX ? viz_tabular_column(tabular, lane) : TRACE_NO_INDEX;
    double step_ns = (double)tabular->step_ns;
    if (column != TRACE_NO_INDEX && !viz_same_id(selected, tabular->followed)) {
        viz_tabular_reveal_column(tabular, column);
        if (selected.kind == VIZ_ID_BAR)
            viz_tabular_reveal_row(tabular,
                                   (double)state->model->bars[selected.index].begin_ns / step_ns);
    }
    if (travel->ordinal != tabular->followed_event && travel->ordinal != 0)
        viz_tabular_reveal_row(
            tabular, floor((double)(travel->time_ns - state->model->origin_ns) / step_ns));
    tabular->followed = selected;
    tabular->followed_event = travel->ordinal;
}

void viz_state_place(struct viz_state *state, int width, int height) {
    if (state->ui.table != NULL)
        follow_in_table(state);
    viz_frame_make(&state->frame, state->model, &state->view, &state->ui, &state->measure, width,
                   height, state->scale);
}

void viz_state_fit(struct viz_state *state) {
    struct viz_extent extent = viz_extent_of(state->model, &state->ui);
    viz_view_fit(&state->view, &extent);
    state->view.row_units = 0;
}

bool viz_state_show(struct viz_state *state, enum viz_shown shown) {
    struct viz_model *model = viz_pair_model(state->model->pair, shown);
    if (model == NULL)
        return false;
    viz_model_colour(model, state->model->colouring);
    state->model = model;
    state->ui.shown = shown;
    state->ui.hover = state->ui.selected = (struct viz_id){.kind = VIZ_ID_NOTHING};
    state->ui.counter = viz_first_counter(model);
    state->ui.table = NULL;
    viz_history_free(&state->history);
    viz_state_write_panel(state);
    return true;
}

void viz_state_show_first(struct viz_state *state, enum viz_shown shown,
                          enum viz_differing differing) {
    if (state->model->pair == NULL)
        return;
    if (differing != VIZ_DIFFERING_COUNT) {
        state->ui.differing = differing;
        state->ui.change = viz_first_change(state->model->pair, differing);
    }
    if (shown != VIZ_SHOWN_BOTH && viz_state_show(state, shown))
        viz_state_fit(state);
}

/* Lanes are those that they were as long as none comes before them; all else has other numbers. */
static void forget_things(struct viz_state *state, bool same_file) {
    struct viz_ui *ui = &state->ui;
    bool keeps = same_file && ui->selected.kind == VIZ_ID_LANE &&
                 ui->selected.index < state->model->lane_count;
    if (!keeps)
        ui->selected = (struct viz_id){.kind = VIZ_ID_NOTHING};
    ui->hover = (struct viz_id){.kind = VIZ_ID_NOTHING};
    ui->first_object = 0;
    if (ui->table != NULL && viz_state_show_table(state, true, state->tabular.step_ns) != 0)
        ui->table = NULL;
    ui->way = NULL;
    ui->reasons = NULL;
    ui->headline = NULL;
    why_path_free(&state->way);
    viz_reasons_free(&state->reasons);
    state->reasons.path = state->model->path;
    viz_history_free(&state->history);
    state->history = (struct viz_history){.count = 0};
    if (ui->counter == TRACE_NO_INDEX || ui->counter >= state->model->trace->counter_count)
        ui->counter = viz_first_counter(state->model);
    if (ui->search != NULL) /* once more, in this model */
        (void)viz_search_type(&state->search, state->model, "");
    viz_scene_begin(&state->scene, state->frame.width, state->frame.height, &state->measure);
}

void viz_state_replace(struct viz_state *state, struct viz_model *model, bool same_file) {
    struct viz_view *view = &state->view;
    double end_ns = (double)state->model->end_ns;
    bool nothing = state->model->row_count == 0;
    bool all = viz_view_shows_all_time(view, &state->frame.extent);
    bool at_end = view->begin_ns + view->length_ns >= end_ns;
    state->model = model;
    forget_things(state, same_file);
    if (!same_file) {
        viz_travel_leave(&state->travel);
        viz_choice_free(&state->choice);
        viz_range_drop(&state->range);
        viz_bookmarks_free(&state->bookmarks);
        state->ui.noting = 0;
    }
    viz_range_forget(&state->range);
    viz_choice_keep(&state->choice, model->lane_count);
    (void)viz_state_arrange(state);
    if (nothing || !same_file || all)
        viz_state_fit(state);
    else if (at_end)
        view->begin_ns += (double)model->end_ns - end_ns;
    viz_state_place(state, state->frame.width, state->frame.height);
    viz_state_write_panel(state);
}

/* --- Which lanes ---------------------------------------------------------------------------- */

int viz_state_arrange(struct viz_state *state) {
    if (state->model->pair != NULL)
        return 0;
    int error = viz_choice_apply(&state->choice, state->model, &state->reasons);
    state->ui.hover = (struct viz_id){.kind = VIZ_ID_NOTHING};
    viz_state_place(state, state->frame.width, state->frame.height);
    return error;
}

void viz_state_uncover(struct viz_state *state, uint32_t lane) {
    struct viz_choice *choice = &state->choice;
    const struct viz_arrangement *arrangement = viz_arrangement_of(choice);
    if (arrangement == NULL)
        return;
    uint32_t group = arrangement->group_of[lane];
    bool hidden = arrangement->places[state->model->lanes[lane].first_row] == TRACE_NO_INDEX;
    if (hidden)
        choice->filter[0] = '\0';
    else if (group == VIZ_NO_GROUP || !arrangement->groups[group].folded ||
             viz_fold(&choice->folds, viz_group_name(arrangement, group), false) != 0)
        return;
    (void)viz_state_arrange(state);
    if (hidden) /* its group may be folded, which is known only now */
        viz_state_uncover(state, lane);
}

/* --- The panel, and what was shown before --------------------------------------------------- */

void viz_state_open_panel(struct viz_state *state, bool open) {
    state->ui.panel = open ? &state->panel : NULL;
    state->ui.panel_scroll = 0;
    viz_state_write_panel(state);
}

void viz_state_open_tab(struct viz_state *state,
                        void (*write)(struct viz_panel *panel, const struct viz_subject *subject)) {
    int tab = 0;
    while (viz_tabs[tab].write != write)
        tab++;
    state->ui.tab = tab;
    viz_state_open_panel(state, true);
}

void viz_state_write_panel(struct viz_state *state) {
    const struct viz_subject subject = {.model = state->model,
                                        .selected = state->ui.selected,
                                        .reasons = &state->reasons,
                                        .range = &state->range,
                                        .bookmarks = &state->bookmarks,
                                        .travel = &state->travel};
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

/* --- The longest way ------------------------------------------------------------------------ */

/* To the end of a wait, or the beginning of a span, or a task's end. */
static int find_way_to(struct viz_state *state, const struct why_run *run) {
    struct viz_id id = state->ui.selected;
    uint32_t wait = WHY_NONE, span = WHY_NONE, task = WHY_NONE;
    if (id.kind == VIZ_ID_BAR) {
        wait = viz_wait_of_bar(state->model, run, id.index);
        span = viz_span_of_bar(state->model, run, id.index);
    } else if (id.kind == VIZ_ID_LANE) {
        task = viz_task_of_lane(state->model, run, id.index);
    }
    if (wait != WHY_NONE)
        return why_find_path_at(run, run->waits[wait].task, run->waits[wait].end_ns, &state->way);
    if (span != WHY_NONE)
        return why_find_path_to(run, run->spans[span].task, run->spans[span].begin_ordinal,
                                run->spans[span].begin_ns, &state->way);
    return task == WHY_NONE ? 0
                            : why_find_path_to(run, task, run->end_ordinal + 1,
                                               run->tasks[task].end_ns, &state->way);
}

bool viz_state_show_way(struct viz_state *state, bool shown, bool to_selected) {
    state->ui.way = NULL;
    state->ui.reasons = NULL;
    if (!shown || !viz_reasons_read(&state->reasons))
        return !shown;
    why_path_free(&state->way);
    if (to_selected && find_way_to(state, state->reasons.run) != 0)
        return false;
    state->ui.reasons = &state->reasons;
    state->ui.way = to_selected ? &state->way : &state->reasons.way;
    return state->ui.way->count > 0;
}

int viz_state_show_table(struct viz_state *state, bool shown, int64_t step_ns) {
    int error = shown ? viz_tabular_make(&state->tabular, state->model, step_ns) : 0;
    if (error == 0)
        state->ui.table = shown ? &state->tabular : NULL;
    return error;
}

/* The first task that is asked for and is no lane's name; NULL. */
static const char *missing_task(const struct viz_model *model, const struct viz_start *start) {
    if (start->task != NULL && viz_find_lane(model, start->task) == TRACE_NO_INDEX)
        return start->task;
    for (size_t i = 0; i < start->lanes.pin_count; i++)
        if (viz_find_lane(model, start->lanes.pins[i]) == TRACE_NO_INDEX)
            return start->lanes.pins[i];
    return NULL;
}

bool viz_start_lacks_task(const struct viz_model *model, const struct viz_start *start,
                          char fault[VIZ_LACKS_SIZE]) {
    const char *missing = missing_task(model, start);
    const char *near = missing != NULL ? viz_near_lane(model, missing) : NULL;
    if (missing != NULL)
        (void)snprintf(fault, VIZ_LACKS_SIZE,
                       "%.100s: the trace has no task of that name%s%.100s%s", missing,
                       near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                       near != NULL ? "\"?" : "");
    return missing != NULL;
}

bool viz_is_beyond(const struct viz_model *model, double from_ns, char fault[VIZ_BEYOND_SIZE]) {
    char end[VIZ_TIME_SIZE];
    if (from_ns <= (double)model->end_ns)
        return false;
    viz_format_exact(model->end_ns, end);
    (void)snprintf(fault, VIZ_BEYOND_SIZE, "--from is beyond the end of the trace, %s", end);
    return true;
}

/* Chooses the lanes that are asked for; what is not stays, as a saved view has it. 0 or CAD_ENOMEM.
 */
static int begin_lanes(struct viz_state *state, const struct viz_start_lanes *lanes) {
    struct viz_choice *choice = &state->choice;
    int error = 0;
    if (lanes->filter != NULL)
        (void)viz_choice_filter(choice, lanes->filter);
    if (lanes->grouping != VIZ_GROUPING_NONE)
        choice->grouping = lanes->grouping;
    if (lanes->ordering != VIZ_ORDERING_TRACE)
        choice->ordering = lanes->ordering;
    if (lanes->unfold)
        viz_fold_all(&choice->folds, false);
    for (size_t i = 0; i < lanes->pin_count && error == 0; i++) {
        uint32_t lane = viz_find_lane(state->model, lanes->pins[i]);
        if (lane != TRACE_NO_INDEX && !viz_is_pinned(choice, lane))
            error = viz_choice_pin(choice, lane);
    }
    int arranged = viz_state_arrange(state);
    return error != 0 ? error : arranged;
}

int viz_state_begin(struct viz_state *state, const struct viz_start *start) {
    int error = begin_lanes(state, &start->lanes);
    uint32_t lane = start->task == NULL ? TRACE_NO_INDEX : viz_find_lane(state->model, start->task);
    if (lane != TRACE_NO_INDEX)
        state->ui.selected = (struct viz_id){.kind = VIZ_ID_LANE, .index = lane};
    if (start->panel || start->task != NULL)
        viz_state_open_panel(state, true);
    if (error == 0 && start->table)
        error = viz_state_show_table(state, true, start->step_ns);
    bool shown = !start->way || viz_state_show_way(state, true, false);
    viz_state_place(state, state->frame.width, state->frame.height);
    bool found = shown && (start->task == NULL || lane != TRACE_NO_INDEX);
    return error != 0 ? error : found ? 0 : CAD_EINVAL;
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

/* As soon as it can be had. */
static void find_headline(struct viz_state *state) {
    if (state->ui.headline == NULL && viz_has_headline(state->model, &state->reasons) &&
        viz_write_headline(&state->reasons, state->headline))
        state->ui.headline = state->headline;
}

int viz_state_lay_out(struct viz_state *state) {
    /* What is drawn depends on what the pointer is on, and that, where the model does not say it,
     * on what was drawn: where the picture has moved under the pointer it is made once more. */
    viz_state_write_panel(state);
    find_headline(state);
    for (int made = 0; made < 2; made++) {
        viz_layout(&state->scene, state->model, &state->view, &state->frame, &state->ui,
                   &state->measure);
        if (!viz_state_point(state))
            break;
    }
    return state->scene.error != 0 ? state->scene.error : state->panel.error;
}

/* What keys and mouse make of the lanes that are shown. */
#include "actions_lanes.h"

#include <math.h>

/* All lanes are in view again, where they were before. */
static unsigned arrange(struct viz_state *state) {
    (void)viz_state_arrange(state);
    return VIZ_REDRAW;
}

unsigned viz_next_grouping(struct viz_state *state, const struct viz_amount *amount) {
    if (state->model->pair != NULL)
        return VIZ_REDRAW; /* of two, D says which lanes are shown */
    int step = amount->dx < 0 ? VIZ_GROUPING_COUNT - 1 : 1;
    struct viz_choice *choice = &state->choice;
    choice->grouping = (enum viz_grouping)(((int)choice->grouping + step) % VIZ_GROUPING_COUNT);
    viz_fold_all(&choice->folds, true);
    return arrange(state);
}

unsigned viz_next_ordering(struct viz_state *state, const struct viz_amount *amount) {
    if (state->model->pair != NULL)
        return VIZ_REDRAW;
    int step = amount->dx < 0 ? VIZ_ORDERING_COUNT - 1 : 1;
    struct viz_choice *choice = &state->choice;
    choice->ordering = (enum viz_ordering)(((int)choice->ordering + step) % VIZ_ORDERING_COUNT);
    return arrange(state);
}

/* --- Folding -------------------------------------------------------------------------------- */

unsigned viz_turn_group(struct viz_state *state, uint32_t group) {
    const struct viz_arrangement *arrangement = &state->choice.arrangement;
    bool folded = arrangement->groups[group].folded;
    (void)viz_fold(&state->choice.folds, viz_group_name(arrangement, group), !folded);
    return arrange(state);
}

/* The group that is pointed at or selected, itself or by one of its lanes; VIZ_NO_GROUP. */
static uint32_t meant_group(const struct viz_state *state) {
    struct viz_id hover = state->ui.hover;
    const struct viz_arrangement *arrangement = viz_arrangement_of(&state->choice);
    if (arrangement == NULL)
        return VIZ_NO_GROUP;
    if (hover.kind == VIZ_ID_GROUP)
        return hover.index;
    uint32_t lane = viz_lane_of(state->model, hover);
    if (lane == TRACE_NO_INDEX)
        lane = viz_lane_of(state->model, state->ui.selected);
    return lane != TRACE_NO_INDEX ? arrangement->group_of[lane] : VIZ_NO_GROUP;
}

unsigned viz_act_fold(struct viz_state *state, const struct viz_amount *amount) {
    uint32_t group = meant_group(state);
    (void)amount;
    return group != VIZ_NO_GROUP ? viz_turn_group(state, group) : VIZ_REDRAW;
}

unsigned viz_act_fold_all(struct viz_state *state, const struct viz_amount *amount) {
    const struct viz_arrangement *arrangement = viz_arrangement_of(&state->choice);
    bool open = false;
    (void)amount;
    for (size_t i = 0; arrangement != NULL && i < arrangement->group_count; i++)
        open = open || !arrangement->groups[i].folded;
    viz_fold_all(&state->choice.folds, open);
    return arrange(state);
}

/* --- Pins and the filter -------------------------------------------------------------------- */

unsigned viz_act_pin(struct viz_state *state, const struct viz_amount *amount) {
    uint32_t lane = viz_lane_of(state->model, state->ui.hover);
    (void)amount;
    if (lane == TRACE_NO_INDEX)
        lane = viz_lane_of(state->model, state->ui.selected);
    if (lane == TRACE_NO_INDEX || state->model->pair != NULL)
        return VIZ_REDRAW;
    (void)viz_choice_pin(&state->choice, lane);
    return arrange(state);
}

unsigned viz_act_filter(struct viz_state *state, const struct viz_amount *amount) {
    bool searched = state->ui.search != NULL && state->search.text[0] != '\0';
    (void)amount;
    if (state->model->pair != NULL)
        return VIZ_REDRAW;
    if (viz_choice_filter(&state->choice, searched ? state->search.text : "") != NULL)
        return VIZ_REDRAW; /* the field says what is wrong with it */
    viz_search_clear(&state->search);
    state->ui.search = NULL;
    return arrange(state);
}

unsigned viz_show_all_lanes(struct viz_state *state, const struct viz_amount *amount) {
    (void)amount;
    state->choice.filter[0] = '\0';
    state->choice.grouping = VIZ_GROUPING_NONE;
    state->choice.ordering = VIZ_ORDERING_TRACE;
    return arrange(state);
}

unsigned viz_drop_chosen(struct viz_state *state, enum viz_chosen chosen) {
    if (chosen == VIZ_CHOSEN_FILTER)
        state->choice.filter[0] = '\0';
    else if (chosen == VIZ_CHOSEN_GROUPING)
        state->choice.grouping = VIZ_GROUPING_NONE;
    else
        state->choice.ordering = VIZ_ORDERING_TRACE;
    return arrange(state);
}

/* --- From lane to lane ---------------------------------------------------------------------- */

uint32_t viz_lane_beside(const struct viz_state *state, uint32_t lane, int step) {
    const struct viz_model *model = state->model;
    const struct viz_arrangement *arrangement = state->frame.arrangement;
    int64_t count = (int64_t)viz_place_count(model, arrangement);
    uint32_t place = lane != TRACE_NO_INDEX
                         ? viz_place_of_row(arrangement, model->lanes[lane].first_row)
                         : TRACE_NO_INDEX;
    int64_t at = place != TRACE_NO_INDEX ? (int64_t)place + step : 0;
    for (; at >= 0 && at < count; at += place != TRACE_NO_INDEX ? step : 1) {
        struct viz_slot slot = viz_slot_at(arrangement, (uint32_t)at);
        if (slot.group == VIZ_NO_GROUP &&
            slot.row == model->lanes[model->rows[slot.row].lane].first_row)
            return model->rows[slot.row].lane;
    }
    return lane;
}

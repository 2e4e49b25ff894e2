/* From what is wanted to places: lanes in their order, the lanes of a group together where its
 * first one stands, and a head before them.
 *
 * A unit is what stays together: a group, or a lane that is in none. Units are numbered as their
 * first lanes come; a counting sort by these numbers keeps the lanes of each in their order. */
#include "arrange.h"

#include "cadran.h"
#include "map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is known while an arrangement is made. */
struct arranger {
    struct viz_arrangement *out;
    const struct viz_model *model;
    const struct viz_wanted *wanted;
    uint32_t *key;     /* by lane: its group's name */
    uint32_t *members; /* by key: lanes that are shown */
    uint32_t *unit;    /* by key: its number; TRACE_NO_INDEX: none yet */
    uint32_t *unit_of; /* by lane that is shown, in the order that is wanted */
    uint32_t *begins;  /* by unit: how many lanes come before it */
    size_t unit_count;
};

static void *numbers(size_t count) {
    return calloc(count + 1, sizeof(uint32_t));
}

static void release(struct arranger *arranger) {
    free(arranger->key);
    free(arranger->members);
    free(arranger->unit);
    free(arranger->unit_of);
    free(arranger->begins);
}

void viz_arrangement_free(struct viz_arrangement *arrangement) {
    unsigned changes = arrangement->changes;
    free(arrangement->slots);
    free(arrangement->places);
    free(arrangement->lanes);
    free(arrangement->group_of);
    free(arrangement->groups);
    free(arrangement->map.cells);
    base_strings_free(arrangement->names);
    *arrangement = (struct viz_arrangement){.changes = changes};
}

const char *viz_group_name(const struct viz_arrangement *arrangement, uint32_t group) {
    return base_strings_text(arrangement->names, arrangement->groups[group].name);
}

void viz_group_title(const struct viz_arrangement *arrangement, uint32_t group, char *out,
                     size_t size) {
    static const char *const nameless[VIZ_GROUPING_COUNT] = {[VIZ_GROUPING_NAME] = "no name",
                                                             [VIZ_GROUPING_PARENT] = "made by none",
                                                             [VIZ_GROUPING_WORK] = "no work"};
    const char *name = viz_group_name(arrangement, group);
    bool parent = arrangement->grouping == VIZ_GROUPING_PARENT;
    if (name[0] == '\0')
        snprintf(out, size, "%s", nameless[arrangement->grouping]);
    else
        snprintf(out, size, "%s%.200s", parent ? "by " : "", name);
}

/* --- Units ---------------------------------------------------------------------------------- */

static bool is_shown(const struct arranger *arranger, uint32_t lane) {
    return arranger->wanted->shown == NULL || arranger->wanted->shown[lane];
}

static uint32_t lane_in_order(const struct arranger *arranger, size_t i) {
    return arranger->wanted->order != NULL ? arranger->wanted->order[i] : (uint32_t)i;
}

/* The group's name of each lane, and how many lanes each name has. */
static int find_keys(struct arranger *arranger) {
    const struct viz_model *model = arranger->model;
    if (arranger->wanted->grouping == VIZ_GROUPING_NONE)
        return 0;
    for (uint32_t lane = 0; lane < model->lane_count; lane++) {
        uint32_t key =
            viz_group_of_lane(model, lane, arranger->wanted->grouping, arranger->out->names);
        if (key == UINT32_MAX)
            return CAD_ENOMEM;
        arranger->key[lane] = key;
    }
    size_t keys = base_strings_count(arranger->out->names);
    arranger->members = numbers(keys);
    arranger->unit = numbers(keys);
    if (arranger->members == NULL || arranger->unit == NULL)
        return CAD_ENOMEM;
    memset(arranger->unit, 0xFF, keys * sizeof *arranger->unit);
    for (uint32_t lane = 0; lane < model->lane_count; lane++)
        arranger->members[arranger->key[lane]] += is_shown(arranger, lane);
    return 0;
}

static bool is_grouped(const struct arranger *arranger, uint32_t lane) {
    return arranger->members != NULL && arranger->members[arranger->key[lane]] > 1;
}

/* Gives the lanes that are shown their units. */
static void find_units(struct arranger *arranger) {
    size_t count = 0;
    for (size_t i = 0; i < arranger->model->lane_count; i++) {
        uint32_t lane = lane_in_order(arranger, i);
        if (!is_shown(arranger, lane))
            continue;
        uint32_t unit = (uint32_t)arranger->unit_count;
        if (is_grouped(arranger, lane)) {
            uint32_t *known = &arranger->unit[arranger->key[lane]];
            arranger->out->group_count += *known == TRACE_NO_INDEX;
            *known = *known == TRACE_NO_INDEX ? unit : *known;
            unit = *known;
        }
        arranger->unit_count += unit == arranger->unit_count;
        arranger->unit_of[count++] = unit;
        arranger->begins[unit + 1]++;
    }
    arranger->out->lane_count = count;
    for (size_t i = 0; i < arranger->unit_count; i++)
        arranger->begins[i + 1] += arranger->begins[i];
}

static void sort_lanes(struct arranger *arranger) {
    size_t count = 0;
    for (size_t i = 0; i < arranger->model->lane_count; i++) {
        uint32_t lane = lane_in_order(arranger, i);
        if (is_shown(arranger, lane))
            arranger->out->lanes[arranger->begins[arranger->unit_of[count++]]++] = lane;
    }
}

/* --- Places --------------------------------------------------------------------------------- */

static void add_rows(struct viz_arrangement *out, const struct viz_model *model, uint32_t lane) {
    const struct viz_lane *found = &model->lanes[lane];
    for (uint32_t row = found->first_row; row < found->first_row + found->row_count; row++) {
        out->places[row] = (uint32_t)out->count;
        out->slots[out->count++] = (struct viz_slot){.row = row, .group = VIZ_NO_GROUP};
    }
}

static void fold_rows(struct viz_arrangement *out, const struct viz_model *model, uint32_t lane,
                      uint32_t place) {
    const struct viz_lane *found = &model->lanes[lane];
    for (uint32_t row = found->first_row; row < found->first_row + found->row_count; row++)
        out->places[row] = place;
}

/* The head of a group whose first lane is lanes[at]; returns whether it is folded. */
static bool add_head(struct arranger *arranger, size_t at) {
    struct viz_arrangement *out = arranger->out;
    uint32_t key = arranger->key[out->lanes[at]];
    uint32_t index = (uint32_t)out->group_count++;
    out->groups[index] = (struct viz_group){
        .name = key,
        .first = (uint32_t)at,
        .count = arranger->members[key],
        .place = (uint32_t)out->count,
        .folded = viz_is_folded(arranger->wanted->folds, base_strings_text(out->names, key))};
    out->slots[out->count++] = (struct viz_slot){.row = TRACE_NO_INDEX, .group = index};
    if (base_strings_length(out->names, key) >
        base_strings_length(out->names, out->groups[out->widest].name))
        out->widest = index;
    return out->groups[index].folded;
}

static void add_places(struct arranger *arranger) {
    struct viz_arrangement *out = arranger->out;
    out->group_count = 0;
    for (size_t i = 0; i < out->lane_count;) {
        bool grouped = is_grouped(arranger, out->lanes[i]);
        bool folded = grouped && add_head(arranger, i);
        uint32_t group = grouped ? (uint32_t)out->group_count - 1 : VIZ_NO_GROUP;
        size_t end = i + (grouped ? out->groups[group].count : 1);
        for (; i < end; i++) {
            out->group_of[out->lanes[i]] = group;
            if (folded)
                fold_rows(out, arranger->model, out->lanes[i], out->groups[group].place);
            else
                add_rows(out, arranger->model, out->lanes[i]);
        }
    }
}

/* What a folded group must not hide. */
static void count_ends(struct viz_arrangement *out, const struct viz_model *model) {
    for (size_t i = 0; i < out->group_count; i++) {
        struct viz_group *group = &out->groups[i];
        for (uint32_t k = 0; k < group->count; k++) {
            uint32_t track = model->lanes[out->lanes[group->first + k]].track;
            uint8_t outcome = model->trace->tracks[track].outcome;
            group->failed += outcome == TRACE_OUTCOME_FAILED;
            group->stuck += outcome == TRACE_OUTCOME_PENDING && model->deadlocked;
        }
        out->alerts = out->alerts || group->failed + group->stuck > 0;
    }
}

/* --- The whole ------------------------------------------------------------------------------ */

static int begin(struct viz_arrangement *out, const struct viz_model *model, size_t lanes,
                 size_t slots) {
    viz_arrangement_free(out);
    out->changes++;
    out->names = base_strings_new();
    out->lanes = numbers(lanes);
    out->group_of = numbers(model->lane_count);
    out->places = numbers(model->row_count);
    out->slots = calloc(slots + 1, sizeof *out->slots);
    if (out->names == NULL || out->lanes == NULL || out->group_of == NULL || out->places == NULL ||
        out->slots == NULL)
        return CAD_ENOMEM;
    memset(out->group_of, 0xFF, model->lane_count * sizeof *out->group_of);
    memset(out->places, 0xFF, model->row_count * sizeof *out->places);
    return 0;
}

static int arrange(struct arranger *arranger) {
    struct viz_arrangement *out = arranger->out;
    size_t lanes = arranger->model->lane_count;
    int error = begin(out, arranger->model, lanes, arranger->model->row_count + lanes);
    out->grouping = arranger->wanted->grouping;
    arranger->key = numbers(lanes);
    arranger->unit_of = numbers(lanes);
    arranger->begins = numbers(lanes + 1);
    if (error != 0 || arranger->key == NULL || arranger->unit_of == NULL ||
        arranger->begins == NULL || find_keys(arranger) != 0)
        return CAD_ENOMEM;
    find_units(arranger);
    sort_lanes(arranger);
    out->groups = calloc(out->group_count + 1, sizeof *out->groups);
    if (out->groups == NULL)
        return CAD_ENOMEM;
    add_places(arranger);
    count_ends(out, arranger->model);
    return viz_map_make(&out->map, arranger->model, out);
}

int viz_arrange(struct viz_arrangement *arrangement, const struct viz_model *model,
                const struct viz_wanted *wanted) {
    struct arranger arranger = {.out = arrangement, .model = model, .wanted = wanted};
    int error = arrange(&arranger);
    release(&arranger);
    if (error != 0)
        viz_arrangement_free(arrangement);
    return error;
}

int viz_arrange_some(struct viz_arrangement *arrangement, const struct viz_model *model,
                     const uint32_t *lanes, size_t count) {
    size_t rows = 0;
    for (size_t i = 0; i < count; i++)
        rows += model->lanes[lanes[i]].row_count;
    if (begin(arrangement, model, count, rows) != 0) {
        viz_arrangement_free(arrangement);
        return CAD_ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        arrangement->lanes[i] = lanes[i];
        add_rows(arrangement, model, lanes[i]);
    }
    arrangement->lane_count = count;
    return 0;
}

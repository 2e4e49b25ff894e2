/* Where the differences of two runs are in the models of both. */
#include "pair.h"

#include "cadran.h"

#include <stdlib.h>
#include <string.h>

static void *array_of(size_t count, size_t size) {
    return calloc(count > 0 ? count : 1, size);
}

static const struct trace_model *trace_of(const struct viz_pair *pair, int side) {
    return pair->models[side]->trace;
}

/* --- Tasks -------------------------------------------------------------------------------- */

static int find_tasks(struct viz_pair *pair) {
    pair->task_count = cmp_task_count(pair->result);
    pair->tasks = array_of(pair->task_count, sizeof *pair->tasks);
    if (pair->tasks == NULL)
        return CAD_ENOMEM;
    for (size_t i = 0; i < pair->task_count; i++)
        pair->tasks[i].track[CMP_A] = pair->tasks[i].track[CMP_B] = TRACE_NO_INDEX;
    for (int side = 0; side < CMP_SIDES; side++) {
        const struct trace_model *trace = trace_of(pair, side);
        pair->task_of_track[side] = array_of(trace->track_count, sizeof(uint32_t));
        if (pair->task_of_track[side] == NULL)
            return CAD_ENOMEM;
        for (uint32_t i = 0; i < trace->track_count; i++) {
            int64_t tid = trace->tracks[i].tid;
            uint32_t task = tid == TRACE_LOOP_TID ? 0 : cmp_find_task(pair->result, side, tid);
            pair->task_of_track[side][i] = task;
            if (task != CMP_NOBODY)
                pair->tasks[task].track[side] = i;
        }
    }
    return 0;
}

/* Lanes that stand below all others. */
static int find_gone(struct viz_pair *pair) {
    const struct viz_model *old = pair->models[CMP_A];
    pair->gone = array_of(old->lane_count, sizeof *pair->gone);
    if (pair->gone == NULL)
        return CAD_ENOMEM;
    for (size_t i = 0; i < old->lane_count; i++) {
        uint32_t task = pair->task_of_track[CMP_A][old->lanes[i].track];
        uint32_t track = task == CMP_NOBODY ? TRACE_NO_INDEX : pair->tasks[task].track[CMP_B];
        if (track == TRACE_NO_INDEX || pair->models[CMP_B]->lane_of_track[track] == TRACE_NO_INDEX)
            pair->gone[pair->gone_count++] = old->lanes[i].track;
    }
    return 0;
}

/* --- Changes ------------------------------------------------------------------------------ */

static uint8_t sign_of(enum cmp_kind kind) {
    switch (kind) {
    case CMP_LATER:
    case CMP_LONGER:
        return VIZ_SIGN_LATER;
    case CMP_EARLIER:
    case CMP_SHORTER:
        return VIZ_SIGN_EARLIER;
    case CMP_NEW:
        return VIZ_SIGN_NEW;
    case CMP_MISSING:
        return VIZ_SIGN_GONE;
    case CMP_STATE:
    case CMP_OUTCOME:
    case CMP_TEXT:
        return VIZ_SIGN_OTHER;
    default:
        return VIZ_SIGN_ORDER;
    }
}

/* The slice that an event begins or ends. When it began is known of both. */
static uint32_t slice_of(const struct viz_pair *pair, int side, const struct cmp_event *event) {
    const struct trace_model *trace = trace_of(pair, side);
    uint32_t track = pair->tasks[event->task].track[side];
    bool is_bar = event->kind == TRACE_SPAN_BEGIN || event->kind == TRACE_SPAN_END ||
                  event->kind == TRACE_WAIT_BEGIN || event->kind == TRACE_WAIT_END;
    if (event->ordinal == 0 || !is_bar || track == TRACE_NO_INDEX)
        return TRACE_NO_INDEX;
    int64_t begin_ns = event->begin_ns == CMP_NO_TIME ? event->time_ns : event->begin_ns;
    const char *name = cmp_text(pair->result, event->name);
    uint32_t end = trace->tracks[track].first_slice + trace->tracks[track].slice_count;
    for (uint32_t i = trace_slice_from(trace, track, begin_ns);
         i < end && trace->slices[i].begin_ns == begin_ns; i++) {
        const struct trace_slice *slice = &trace->slices[i];
        if (slice->category == trace_kinds[event->kind].category &&
            (name[0] == '\0' || strcmp(trace_text(trace, slice->name), name) == 0))
            return i;
    }
    return TRACE_NO_INDEX;
}

static bool is_timed(enum cmp_kind kind) {
    return kind == CMP_LATER || kind == CMP_EARLIER || kind == CMP_LONGER || kind == CMP_SHORTER;
}

static void place_change(struct viz_pair *pair, uint32_t index) {
    const struct cmp_difference *difference = cmp_difference_at(pair->result, index);
    struct viz_change *change = &pair->changes[index];
    change->task = difference->event[cmp_side_of(difference)].task;
    change->root = difference->root == index;
    change->timed = is_timed(difference->kind);
    for (int side = 0; side < CMP_SIDES; side++) {
        const struct cmp_event *event = &difference->event[side];
        change->time_ns[side] = event->ordinal != 0 ? event->time_ns : CMP_NO_TIME;
        change->slice[side] = slice_of(pair, side, event);
        if (change->slice[side] == TRACE_NO_INDEX)
            continue;
        uint32_t *first = &pair->change_of_slice[side][change->timed][change->slice[side]];
        if (*first == CMP_NOBODY || (change->root && !pair->changes[*first].root))
            *first = index;
    }
    change->sign = sign_of(difference->kind);
}

/* What changes are sorted by. */
struct key {
    uint32_t task;
    uint32_t index;
    int64_t time_ns;
};

static int compare_keys(const void *left, const void *right) {
    const struct key *a = left;
    const struct key *b = right;
    if (a->task != b->task)
        return a->task < b->task ? -1 : 1;
    if (a->time_ns != b->time_ns)
        return a->time_ns < b->time_ns ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

static int sort_by_task(struct viz_pair *pair) {
    struct key *keys = array_of(pair->change_count, sizeof *keys);
    if (keys == NULL)
        return CAD_ENOMEM;
    for (uint32_t i = 0; i < pair->change_count; i++) {
        const struct viz_change *change = &pair->changes[i];
        keys[i] = (struct key){change->task, i, viz_change_time(change)};
        pair->tasks[change->task].signs[change->root][change->timed] |= change->sign;
    }
    qsort(keys, pair->change_count, sizeof *keys, compare_keys);
    for (uint32_t i = 0; i < pair->change_count; i++) {
        struct viz_pair_task *task = &pair->tasks[keys[i].task];
        if (task->count++ == 0)
            task->first = i;
        pair->by_task[i] = keys[i].index;
    }
    free(keys);
    return 0;
}

static int place_changes(struct viz_pair *pair) {
    pair->change_count = cmp_difference_count(pair->result);
    pair->changes = array_of(pair->change_count, sizeof *pair->changes);
    pair->by_task = array_of(pair->change_count, sizeof *pair->by_task);
    if (pair->changes == NULL || pair->by_task == NULL)
        return CAD_ENOMEM;
    for (int side = 0; side < CMP_SIDES; side++) {
        size_t count = trace_of(pair, side)->slice_count;
        for (int timed = 0; timed < 2; timed++) {
            uint32_t *of = array_of(count, sizeof *of);
            pair->change_of_slice[side][timed] = of;
            if (of == NULL)
                return CAD_ENOMEM;
            for (size_t i = 0; i < count; i++)
                of[i] = CMP_NOBODY;
        }
    }
    for (uint32_t i = 0; i < pair->change_count; i++)
        place_change(pair, i);
    return sort_by_task(pair);
}

/* --- The pair ----------------------------------------------------------------------------- */

int viz_pair_new(const struct cmp_result *result, struct viz_model *old_run,
                 struct viz_model *new_run, struct viz_pair **out) {
    struct viz_pair *pair = calloc(1, sizeof *pair);
    *out = NULL;
    if (pair == NULL)
        return CAD_ENOMEM;
    pair->result = result;
    pair->models[CMP_A] = old_run;
    pair->models[CMP_B] = new_run;
    int error = find_tasks(pair);
    if (error == 0)
        error = find_gone(pair);
    if (error == 0)
        error = place_changes(pair);
    if (error != 0) {
        viz_pair_free(pair);
        return error;
    }
    old_run->pair = new_run->pair = pair;
    viz_model_colour(old_run, new_run->colouring);
    viz_model_colour(new_run, new_run->colouring);
    *out = pair;
    return 0;
}

void viz_pair_free(struct viz_pair *pair) {
    if (pair == NULL)
        return;
    for (int side = 0; side < CMP_SIDES; side++) {
        free(pair->task_of_track[side]);
        free(pair->change_of_slice[side][0]);
        free(pair->change_of_slice[side][1]);
    }
    viz_model_free(pair->differing);
    free(pair->tasks);
    free(pair->changes);
    free(pair->by_task);
    free(pair->gone);
    free(pair);
}

/* The new run's lanes whose task differs. */
static int make_differing(struct viz_pair *pair) {
    const struct viz_model *whole = pair->models[CMP_B];
    const struct trace_model *trace = whole->trace;
    bool *shown = array_of(trace->track_count, sizeof *shown);
    if (shown == NULL)
        return CAD_ENOMEM;
    for (size_t i = 0; i < trace->track_count; i++) {
        uint32_t task = pair->task_of_track[CMP_B][i];
        shown[i] = task != CMP_NOBODY && pair->tasks[task].count > 0;
    }
    int error = viz_model_new_of(trace, whole->file_name, shown, &pair->differing);
    free(shown);
    if (error != 0)
        return error;
    pair->differing->pair = pair;
    viz_model_colour(pair->differing, whole->colouring);
    return 0;
}

struct viz_model *viz_pair_model(struct viz_pair *pair, enum viz_shown shown) {
    if (shown == VIZ_SHOWN_DIFFERENCES && pair->differing == NULL)
        (void)make_differing(pair);
    return shown == VIZ_SHOWN_DIFFERENCES ? pair->differing
                                          : pair->models[shown == VIZ_SHOWN_OLD ? CMP_A : CMP_B];
}

/* --- Looking up --------------------------------------------------------------------------- */

uint32_t viz_next_change(const struct viz_pair *pair, uint32_t change, int step, bool roots,
                         enum viz_differing differing) {
    int64_t count = (int64_t)pair->change_count;
    int64_t at = change != CMP_NOBODY ? (int64_t)change + step : step > 0 ? 0 : count - 1;
    for (; at >= 0 && at < count; at += step) {
        const struct viz_change *found = &pair->changes[at];
        if (viz_is_differing(found, differing) && (found->root || !roots))
            return (uint32_t)at;
    }
    return change;
}

unsigned viz_signs_of(const struct viz_pair *pair, uint32_t task, bool roots,
                      enum viz_differing differing) {
    const struct viz_pair_task *of = &pair->tasks[task];
    unsigned signs = 0;
    if (differing != VIZ_DIFFERING_TIME)
        signs |= of->signs[1][0] | (roots ? 0U : of->signs[0][0]);
    if (differing != VIZ_DIFFERING_ORDER)
        signs |= of->signs[1][1] | (roots ? 0U : of->signs[0][1]);
    return signs;
}

const struct viz_change *viz_change_of(const struct viz_pair *pair, int side, uint32_t slice,
                                       enum viz_differing differing) {
    const struct viz_change *of[2] = {NULL, NULL};
    for (int timed = 0; timed < 2; timed++) {
        uint32_t index = pair->change_of_slice[side][timed][slice];
        if (index != CMP_NOBODY && viz_is_differing(&pair->changes[index], differing))
            of[timed] = &pair->changes[index];
    }
    if (of[0] == NULL || (of[1] != NULL && of[1]->root && !of[0]->root))
        return of[1];
    return of[0];
}

uint32_t viz_change_from(const struct viz_pair *pair, uint32_t task, int64_t time_ns) {
    uint32_t low = pair->tasks[task].first;
    uint32_t high = low + pair->tasks[task].count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (viz_change_time(&pair->changes[pair->by_task[middle]]) < time_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void viz_change_place(const struct viz_pair *pair, const struct viz_model *model, uint32_t index,
                      double *row, int64_t *time_ns) {
    const struct viz_change *change = &pair->changes[index];
    int side = model == pair->models[CMP_A] ? CMP_A : CMP_B;
    uint32_t track = pair->tasks[change->task].track[side];
    uint32_t lane = track != TRACE_NO_INDEX ? model->lane_of_track[track] : TRACE_NO_INDEX;
    *time_ns =
        change->time_ns[side] != CMP_NO_TIME ? change->time_ns[side] : viz_change_time(change);
    *row = lane != TRACE_NO_INDEX ? model->lanes[lane].first_row : 0;
    for (size_t i = 0; lane == TRACE_NO_INDEX && side == CMP_B && i < pair->gone_count; i++)
        if (pair->gone[i] == pair->tasks[change->task].track[CMP_A])
            *row = (double)(model->row_count + i);
}

/* The end of a comparison: what is one difference and was found as two is put together, roots are
 * counted, and the level is found at which the two runs are the same. */
#include "compare/match.h"

#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "cadran.h"

#include <string.h>

/* --- Another thing in the same place -------------------------------------------------------- */

/* What one side has alone, of the kinds of which another one in its place is a change of it. */
static bool may_be_changed(const struct cmp_difference *difference) {
    enum trace_kind kind = difference->event[cmp_side_of(difference)].kind;
    bool single = difference->kind == CMP_MISSING || difference->kind == CMP_NEW;
    return single && (kind == TRACE_WAIT_BEGIN || kind == TRACE_WAIT_END ||
                      kind == TRACE_SPAN_BEGIN || kind == TRACE_SPAN_END);
}

/* The task, the place in it, and the kind. */
static uint64_t place_of(const struct cmp_result *result, uint32_t number) {
    const struct cmp_difference *difference = &result->differences[number];
    const struct cmp_event *event = &difference->event[cmp_side_of(difference)];
    return base_mix(base_mix((uint64_t)event->task << 32 | result->places[number], 0), event->kind);
}

/* The later of the two is a part of the earlier from now on, and is marked with it as its root. */
static void put_together(struct cmp_result *result, uint32_t into, uint32_t number) {
    struct cmp_difference *kept = &result->differences[into];
    struct cmp_difference *gone = &result->differences[number];
    int side = cmp_side_of(gone);
    kept->event[side] = gone->event[side];
    enum trace_kind kind = kept->event[side].kind;
    bool waits = kind == TRACE_WAIT_BEGIN || kind == TRACE_WAIT_END;
    kept->kind = waits ? CMP_WAITS : CMP_TEXT;
    gone->kind = CMP_KIND_COUNT;
    gone->root = into;
}

static int find_changed(struct cmp_result *result) {
    struct cmp_queues lines[CMP_SIDES];
    memset(lines, 0, sizeof lines);
    int error = 0;
    for (uint32_t i = 0; i < result->count && error == 0; i++) {
        if (!may_be_changed(&result->differences[i]))
            continue;
        int side = cmp_side_of(&result->differences[i]);
        uint32_t other = cmp_queues_pop(&lines[!side], place_of(result, i));
        if (other != UINT32_MAX)
            put_together(result, other, i);
        else if (!cmp_queues_push(&lines[side], place_of(result, i), i))
            error = CAD_ENOMEM;
    }
    cmp_queues_free(&lines[CMP_A]);
    cmp_queues_free(&lines[CMP_B]);
    return error;
}

/* Takes out what has become a part of another. A root is always before what follows from it. */
static int drop_parts(struct cmp_result *result) {
    uint32_t *now = base_alloc(result->count * sizeof *now); /* the new number of each */
    if (now == NULL)
        return CAD_ENOMEM;
    uint32_t count = 0;
    for (uint32_t i = 0; i < result->count; i++) {
        struct cmp_difference *difference = &result->differences[i];
        uint32_t root = difference->root == i ? count : now[difference->root];
        if (difference->kind == CMP_KIND_COUNT) {
            now[i] = result->differences[root].root;
            continue;
        }
        now[i] = root;
        result->differences[count] = *difference;
        result->differences[count++].root = root;
    }
    result->count = count;
    base_free(now);
    return 0;
}

/* --- A wait before its root ------------------------------------------------------------------ */

static bool is_single(const struct cmp_difference *difference) {
    return difference->kind == CMP_NEW || difference->kind == CMP_MISSING;
}

/* The side that has it at all, or sooner; CMP_SIDES: neither does. */
static int sooner_of(const struct cmp_difference *difference) {
    int64_t a_ns = difference->event[CMP_A].time_ns, b_ns = difference->event[CMP_B].time_ns;
    if (is_single(difference))
        return cmp_side_of(difference);
    return a_ns == b_ns ? CMP_SIDES : a_ns < b_ns ? CMP_A : CMP_B;
}

/* For each task and side the last difference that it has there; and the last of those that are not
 * told before each end of a task: it leaves its spans, and wakes, by no object, who awaits it. */
struct latest {
    struct base_map any, but_leaving;
};

static bool may_be_leaving(const struct cmp_event *event) {
    return event->kind == TRACE_SPAN_END ||
           (event->kind == TRACE_WAKES && event->object == CMP_NOBODY);
}

/* Whether that difference is the first thing that its task does on that side alone at that moment;
 * from now on it is the last. 0 or CAD_ENOMEM. */
static int find_first(const struct cmp_result *result, struct latest *latest, int side,
                      uint32_t number, bool *first) {
    const struct cmp_event *event = &result->differences[number].event[side];
    uint64_t key = (uint64_t)event->task << 1 | (uint64_t)side;
    const struct base_map *behind =
        event->kind == TRACE_TASK_END ? &latest->but_leaving : &latest->any;
    uint32_t before = base_map_get(behind, key);
    *first =
        before == UINT32_MAX || result->differences[before].event[side].time_ns != event->time_ns;
    bool kept = base_map_put(&latest->any, key, number) &&
                (may_be_leaving(event) || base_map_put(&latest->but_leaving, key, number));
    return kept ? 0 : CAD_ENOMEM;
}

/* Whether a root, which `side` has later, depends on a wait that this side has sooner, or alone:
 * its task does nothing before that is over, and it begins at the moment at which the root was
 * found. */
static bool depends_on(const struct cmp_difference *root, const struct cmp_difference *sooner,
                       int side) {
    const struct cmp_event *event = &sooner->event[side], *other = &root->event[!side];
    return !is_single(root) && !cmp_is_other_end(root) && sooner_of(root) == !side &&
           event->kind == TRACE_WAIT_BEGIN && event->task == root->event[side].task &&
           event->ordinal < root->event[side].ordinal && event->time_ns == other->time_ns;
}

/* Whether a root is what comes of the end of something that both have, at the same times, and that
 * was longer or shorter: of the task's own work, which keeps the loop busy and whose end is told
 * behind what it does; of a wait that the loop ends, and which says who waits. */
static bool comes_of(const struct cmp_difference *root, const struct cmp_difference *end) {
    if (end->kind != CMP_LONGER && end->kind != CMP_SHORTER)
        return false;
    for (int side = 0; side < CMP_SIDES; side++)
        if (root->event[side].ordinal == 0 || root->event[side].time_ns != end->event[side].time_ns)
            return false;
    const struct cmp_event *effect = &root->event[CMP_B], *cause = &end->event[CMP_B];
    if (cause->kind == TRACE_RUN_END)
        return effect->task == cause->task && cmp_is_of_time(root->kind) &&
               effect->kind != TRACE_WAIT_END;
    return cause->kind == TRACE_WAIT_END && effect->kind == TRACE_STATE && effect->task == 0 &&
           effect->object == cause->object;
}

/* The same of an end of a task that is another one; of what one side has alone in its place, the
 * other side. */
static int sooner_than(const struct cmp_difference *root, const struct cmp_difference *sooner) {
    return cmp_is_other_end(sooner) && is_single(root) ? !cmp_side_of(root) : sooner_of(sooner);
}

/* The task that did it. */
static uint32_t doer_of(const struct cmp_event *event) {
    bool by_other = event->kind == TRACE_TASK_BEGIN || event->kind == TRACE_CANCEL;
    return by_other ? event->other : event->task;
}

/* Whether a task fails, or is cancelled, in the place of a root that the other side has alone: it
 * was that end which kept the task from it. Where it only returns, what it did not do is the root.
 * `first`: it does nothing before; one that fails may leave blocks before it ends. */
static bool ends_instead(const struct cmp_result *result, const struct cmp_difference *root,
                         const struct cmp_difference *end, int side, bool first) {
    const struct cmp_event *event = &end->event[side], *other = &root->event[!side];
    if (!cmp_is_other_end(end) || !is_single(root) || other->ordinal == 0 ||
        doer_of(other) != event->task || other->time_ns != event->time_ns)
        return false;
    const char *how = cmp_text(result, event->words);
    return strncmp(how, "failed", strlen("failed")) == 0 || (first && strcmp(how, "returned") != 0);
}

static void change_places(struct cmp_difference *root, struct cmp_difference *sooner, int side) {
    struct cmp_difference cause = *sooner, effect = *root;
    memcpy(cause.before, effect.before, sizeof cause.before);
    if (cause.before[side] > cause.event[side].ordinal)
        cause.before[side] = cause.event[side].ordinal;
    *root = cause;
    *sooner = effect;
}

/* A wait may have been looked at before its turn (match.c), and follow from another one, with which
 * the other side's task began instead: the two change places. Where that side's task did something
 * else before, it is what it did that made the difference. So do two of which the cause is told
 * behind what comes of it: an end of a task is. */
static int turn_roots(struct cmp_result *result) {
    struct latest latest = {0};
    int error = 0;
    for (uint32_t i = 0; i < result->count && error == 0; i++) {
        struct cmp_difference *sooner = &result->differences[i];
        struct cmp_difference *root = &result->differences[sooner->root];
        int side = sooner_than(root, sooner);
        bool first = false;
        if (side < CMP_SIDES)
            error = find_first(result, &latest, side, i, &first);
        bool before = (first && depends_on(root, sooner, side)) ||
                      (side < CMP_SIDES && ends_instead(result, root, sooner, side, first));
        if (root != sooner && (before || comes_of(root, sooner)))
            change_places(root, sooner, side < CMP_SIDES ? side : CMP_B);
    }
    base_map_free(&latest.any);
    base_map_free(&latest.but_leaving);
    return error;
}

/* --- Counting ------------------------------------------------------------------------------- */

static void count_thing(struct cmp_table *table, uint32_t index) {
    if (index != CMP_NOBODY)
        table->things[index].differences++;
}

static int count_all(struct cmp_result *result) {
    for (uint32_t i = 0; i < result->count; i++) {
        const struct cmp_difference *difference = &result->differences[i];
        const struct cmp_event *event = &difference->event[cmp_side_of(difference)];
        count_thing(&result->things.tasks, event->task);
        count_thing(&result->things.objects, event->object);
        if (difference->root != i) {
            result->differences[difference->root].consequences++;
            continue;
        }
        if (!base_grow(&result->roots, &result->root_capacity, result->root_count,
                       sizeof *result->roots))
            return CAD_ENOMEM;
        result->roots[result->root_count++] = i;
    }
    return 0;
}

/* --- The level ------------------------------------------------------------------------------ */

static enum cmp_level find_level(const struct cmp_result *result) {
    for (size_t i = 0; i < result->count; i++)
        if (!cmp_is_of_time(result->differences[i].kind))
            return CMP_LEVEL_NOTHING;
    return result->count > 0 || result->swaps > 0 ? CMP_LEVEL_CAUSES : CMP_LEVEL_ORDER;
}

static void find_effect(struct cmp_match *match) {
    struct cmp_result *result = match->result;
    for (int side = 0; side < CMP_SIDES; side++) {
        const struct cmp_history *history = &match->history[side];
        double length_ns = (double)history->time_ns;
        result->effect.makespan_ns[side] = history->time_ns;
        result->effect.max_spans[side] = history->max_spans;
        result->effect.mean_spans[side] = length_ns > 0 ? history->span_time / length_ns : 0;
    }
}

int cmp_finish(struct cmp_match *match) {
    struct cmp_result *result = match->result;
    int error = find_changed(result);
    if (error == 0 && result->count > 0)
        error = drop_parts(result);
    if (error == 0)
        error = turn_roots(result);
    if (error == 0)
        error = count_all(result);
    result->level = find_level(result);
    find_effect(match);
    base_free(result->places);
    result->places = NULL;
    return error;
}

/* Waits that one run has more than the other.
 *
 * Events are found by counting: the second sleep of a task is the second one of the other run.
 * Where a step `sleep` was put before others that does not hold. That one run has a sleep more is
 * seen at the moment at which it begins: the task does nothing behind it there, while in the other
 * run it does something more and then begins to sleep, for another time. So the two are parted: the
 * one has no partner, and the other gets the next that comes. */
#include "compare/match.h"

#include "base/memory.h"
#include "cadran.h"

/* Of one moment. */
struct doings {
    int64_t now_ns;
    struct base_map alone[CMP_SIDES]; /* tasks that do something that the other side does not */
};

static int find_alone(struct cmp_match *match, struct doings *doings, int side) {
    const struct cmp_history *history = &match->history[side];
    int error = 0;
    for (uint64_t n = history->number; error == 0 && n < cmp_behind_last(history); n++) {
        const struct cmp_record *record = cmp_record_at(history, n);
        if (record->time_ns != doings->now_ns)
            break;
        uint32_t task = cmp_doer(record);
        if (task == 0 || record->done || cmp_has_partner_at(match, side, record, doings->now_ns))
            continue;
        if (!base_map_put(&doings->alone[side], task, 1))
            error = CAD_ENOMEM;
    }
    return error;
}

/* Whether both end by themselves, after another time. */
static bool differ_in_length(const struct cmp_match *match, const struct cmp_record *a,
                             const struct cmp_record *b) {
    if (a->until_ns == CMP_NO_TIME || b->until_ns == CMP_NO_TIME)
        return false;
    int64_t more_ns = (b->until_ns - b->time_ns) - (a->until_ns - a->time_ns);
    return (more_ns < 0 ? -more_ns : more_ns) > cmp_allowed(match, a->time_ns);
}

/* The side on which a wait of both is one more; CMP_SIDES: on none. */
static int side_with_more(const struct cmp_match *match, const struct doings *doings,
                          const struct cmp_record *a, const struct cmp_record *b) {
    bool alone[CMP_SIDES];
    for (int side = 0; side < CMP_SIDES; side++)
        alone[side] = base_map_get(&doings->alone[side], a->task) != UINT32_MAX;
    if (alone[CMP_A] == alone[CMP_B] || !differ_in_length(match, a, b))
        return CMP_SIDES;
    return alone[CMP_A] ? CMP_B : CMP_A;
}

/* Parts two. The one that is more has no partner; nor has its end, when it comes. */
static int part(struct cmp_match *match, struct cmp_record *a, struct cmp_record *b, int more) {
    struct cmp_record *extra = more == CMP_A ? a : b;
    uint64_t number = more == CMP_A ? b->partner : a->partner;
    a->partner = b->partner = CMP_NO_RECORD;
    a->parted = b->parted = true;
    extra->extra = true;
    return base_map_put(&match->walk[more].extra, number, 1) ? 0 : CAD_ENOMEM;
}

static int part_all(struct cmp_match *match, const struct doings *doings) {
    const struct cmp_history *history = &match->history[CMP_A];
    int error = 0;
    for (uint64_t n = history->number; error == 0 && n < cmp_behind_last(history); n++) {
        struct cmp_record *a = cmp_record_at(history, n);
        if (a->time_ns != doings->now_ns)
            break;
        if (a->kind != TRACE_WAIT_BEGIN || a->done ||
            !cmp_has_partner_at(match, CMP_A, a, doings->now_ns))
            continue;
        struct cmp_record *b = cmp_record_at(&match->history[CMP_B], a->partner);
        int more = side_with_more(match, doings, a, b);
        if (more < CMP_SIDES)
            error = part(match, a, b, more);
    }
    return error;
}

int cmp_part_waits(struct cmp_match *match, int64_t now_ns) {
    struct doings doings = {.now_ns = now_ns};
    int error = find_alone(match, &doings, CMP_A);
    if (error == 0)
        error = find_alone(match, &doings, CMP_B);
    if (error == 0 && (doings.alone[CMP_A].count > 0 || doings.alone[CMP_B].count > 0))
        error = part_all(match, &doings);
    base_map_free(&doings.alone[CMP_A]);
    base_map_free(&doings.alone[CMP_B]);
    return error;
}

bool cmp_is_extra(const struct cmp_match *match, int side, const struct cmp_record *record) {
    const struct base_map *extra = &match->walk[side].extra;
    return extra->count > 0 && record->kind == TRACE_WAIT_END &&
           base_map_get(extra, record->begin) != UINT32_MAX;
}

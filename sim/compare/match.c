/* Goes through two runs side by side, and finds for each event of one that of the other.
 *
 * While the two keep step the first records of both rows are the same event: they are compared and
 * dropped, and nothing is kept. Where they are not, all records of that moment are looked at
 * together: each asks for its partner on the other side, the first of its class that has none, and
 * who finds none by the end of the moment is a difference. Its partner may come later yet; it is
 * then found among those that are late. */
#include "compare/match.h"

#include "base/memory.h"
#include "base/text.h"
#include "cadran.h"
#include "trace/reader.h"

#include <string.h>

static struct cmp_record *first_of(const struct cmp_history *history) {
    return history->count == 0 ? NULL : &history->records[history->first];
}

/* --- Steps that are out of step -------------------------------------------------------------- */

/* A task that was out of step is in step again when so much of what it does has been the same. */
enum { IN_STEP_AGAIN = 64 };

/* Whether it is what its task did itself, and has a place among its steps: an end follows its
 * begin, and what others did to the task stands where they did it. */
static bool is_step(const struct cmp_record *record) {
    switch (record->kind) {
    case TRACE_SPAN_BEGIN:
    case TRACE_WAIT_BEGIN:
    case TRACE_WAKES:
    case TRACE_PRINT:
    case TRACE_ERROR:
    case TRACE_OBJECT:
    case TRACE_STATE:
    case TRACE_OPERATION:
    case TRACE_VARIABLE:
        return record->task != 0;
    default:
        return false;
    }
}

/* How long a wait is that ends by itself; as far as a tolerance tells two apart. */
static uint64_t length_of(const struct cmp_match *match, const struct cmp_record *record) {
    if (record->kind != TRACE_WAIT_BEGIN || record->until_ns == CMP_NO_TIME)
        return UINT64_MAX;
    int64_t length_ns = record->until_ns - record->time_ns;
    int64_t allowed_ns = cmp_allowed(match, length_ns);
    return (uint64_t)length_ns / (allowed_ns > 0 ? (uint64_t)allowed_ns : 1);
}

static uint64_t said_by(const struct cmp_match *match, const struct cmp_record *record) {
    return base_mix(base_mix(base_mix(record->said, 0), record->other), length_of(match, record));
}

/* Both records of a pair have been compared. */
static void follow_steps(struct cmp_match *match, struct cmp_record *a, struct cmp_record *b,
                         bool in_step) {
    struct cmp_carrier *task = &match->result->things.tasks.carriers[a->task];
    if (a->difference != 0 || length_of(match, a) != length_of(match, b)) {
        task->out_of_step = true;
        task->in_step = 0;
    } else if (task->out_of_step && in_step && ++task->in_step == IN_STEP_AGAIN) {
        task->out_of_step = false;
    }
    a->in_step = b->in_step = !task->out_of_step;
}

/* One has no partner where it stands. */
static void fall_out_of_step(struct cmp_match *match, const struct cmp_record *record) {
    struct cmp_carrier *task = &match->result->things.tasks.carriers[record->task];
    task->out_of_step = true;
    task->in_step = 0;
}

/* Drops the first records of a row. What a task did from where it is out of step is kept. */
static int drop(struct cmp_match *match, int side, size_t count) {
    struct cmp_history *history = &match->history[side];
    bool kept = true;
    for (uint64_t n = history->number; match->keeps_steps && n < history->number + count; n++) {
        const struct cmp_record *record = cmp_record_at(history, n);
        if (!record->in_step && is_step(record))
            kept = kept && cmp_align_keep(&match->result->alignment, side,
                                          (struct cmp_step){.what = record->class,
                                                            .said = said_by(match, record),
                                                            .ordinal = record->ordinal,
                                                            .time_ns = record->time_ns,
                                                            .task = record->task,
                                                            .object = record->object,
                                                            .kind = (enum trace_kind)record->kind});
    }
    cmp_history_drop(history, count);
    return kept ? 0 : CAD_ENOMEM;
}

/* --- Order of operations on one object ------------------------------------------------------ */

/* Whether events of this kind are what tasks do to an object, in an order that counts. */
static bool is_operation(const struct cmp_record *record) {
    return record->object != CMP_NOBODY &&
           (record->kind == TRACE_WAIT_BEGIN || record->kind == TRACE_WAKES ||
            record->kind == TRACE_OPERATION || (record->kind == TRACE_STATE && record->task != 0));
}

static uint64_t class_of_operation(const struct cmp_record *record) {
    return base_mix((uint64_t)record->kind << 32 | record->object, 2);
}

/* Of those records of one moment that come to an object in another order, the first is marked with
 * who comes before it on the other side. */
static int mark_order(struct cmp_match *match, int64_t now_ns) {
    struct cmp_history *a = &match->history[CMP_A], *b = &match->history[CMP_B];
    struct base_map last = {0}; /* of each object, the record of A whose partner is the last */
    int error = 0;
    for (uint64_t n = a->number; error == 0 && n < cmp_behind_last(a); n++) {
        struct cmp_record *record = cmp_record_at(a, n);
        if (record->time_ns != now_ns)
            break;
        if (record->done || !is_operation(record) || record->partner == CMP_NO_RECORD ||
            record->compared || cmp_record_at(b, record->partner)->time_ns != now_ns)
            continue;
        uint32_t before = base_map_get(&last, class_of_operation(record));
        struct cmp_record *jumped = before == UINT32_MAX ? NULL : cmp_record_at(a, before);
        if (jumped != NULL && jumped->partner > record->partner) {
            if (jumped->jumped == CMP_NOBODY && jumped->task != record->task)
                jumped->jumped = record->task;
        } else if (!base_map_put(&last, class_of_operation(record), (uint32_t)n)) {
            error = CAD_ENOMEM;
        }
    }
    base_map_free(&last);
    return error;
}

/* One that is a pair's has moved to another place among those that come to its object: that is the
 * difference, more than the time at which it does. */
static void note_jump(struct cmp_match *match, const struct cmp_jump *jump, int behind,
                      uint32_t task, uint32_t difference) {
    struct cmp_difference *differences = match->result->differences;
    uint32_t number = difference != 0 ? difference : jump->difference[!behind];
    if (number == 0 || !cmp_is_of_time(differences[number - 1].kind))
        return;
    uint32_t first[CMP_SIDES];
    first[behind] = task;
    first[!behind] = jump->task[!behind];
    cmp_note_order(match->result, number - 1, first[CMP_A], first[CMP_B]);
}

/* A pair, by its ordinals, out of step or not. */
static int follow_order(struct cmp_match *match, const struct cmp_record *record,
                        const uint64_t ordinals[CMP_SIDES], bool in_step) {
    if (!is_operation(record) || (in_step && match->jump_count == 0))
        return 0;
    uint64_t class = class_of_operation(record);
    uint32_t index = base_map_get(&match->jumps_by_class, class);
    if (index == UINT32_MAX) {
        if (in_step)
            return 0;
        if (!base_grow(&match->jumps, &match->jump_capacity, match->jump_count,
                       sizeof *match->jumps) ||
            !base_map_put(&match->jumps_by_class, class, (uint32_t)match->jump_count))
            return CAD_ENOMEM;
        index = (uint32_t)match->jump_count++;
        match->jumps[index] = (struct cmp_jump){0};
    }
    struct cmp_jump *jump = &match->jumps[index];
    for (int side = 0; side < CMP_SIDES; side++) {
        /* The last one on this side is before it on the other. */
        if (ordinals[side] < jump->ordinal[side] && ordinals[!side] > jump->ordinal[!side])
            note_jump(match, jump, side, record->task, record->difference);
    }
    for (int side = 0; side < CMP_SIDES && !in_step; side++) {
        if (ordinals[side] > jump->ordinal[side]) {
            jump->ordinal[side] = ordinals[side];
            jump->task[side] = record->task;
            jump->difference[side] = record->difference;
        }
    }
    return 0;
}

/* --- Partners ------------------------------------------------------------------------------- */

/* The other side has its event after all. */
static int note_late(struct cmp_match *match, uint32_t late, int side,
                     const struct cmp_record *record) {
    int error = cmp_note_late(match, late, side, record);
    const struct cmp_event *event = match->result->differences[late].event;
    const uint64_t ordinals[CMP_SIDES] = {event[CMP_A].ordinal, event[CMP_B].ordinal};
    return error == 0 ? follow_order(match, record, ordinals, false) : error;
}

/* One record asks for its partner among those of the other side that have none. */
static int find_partner(struct cmp_match *match, int side, uint64_t number) {
    struct cmp_walk *walk = &match->walk[side], *other = &match->walk[!side];
    struct cmp_record *record = cmp_record_at(&match->history[side], number);
    if (record->alone)
        return 0;
    uint32_t late = cmp_queues_pop(&other->late, record->class);
    if (late != UINT32_MAX) {
        record->compared = true;
        record->difference = late + 1;
        return note_late(match, late, side, record);
    }
    uint32_t found = cmp_queues_pop(&other->window, record->class);
    if (found == UINT32_MAX)
        return cmp_queues_push(&walk->window, record->class, (uint32_t)number) ? 0 : CAD_ENOMEM;
    record->partner = found;
    cmp_record_at(&match->history[!side], found)->partner = number;
    return 0;
}

/* All records up to a time do. */
static int find_partners(struct cmp_match *match, int side, int64_t until_ns) {
    struct cmp_history *history = &match->history[side];
    struct cmp_walk *walk = &match->walk[side];
    int error = 0;
    if (walk->indexed < history->number)
        walk->indexed = history->number;
    while (error == 0 && walk->indexed < cmp_behind_last(history) &&
           cmp_record_at(history, walk->indexed)->time_ns <= until_ns)
        error = find_partner(match, side, walk->indexed++);
    return error;
}

/* --- One record after the other ------------------------------------------------------------- */

/* What a record is, or is touched by, goes on to what depends on it. */
static void carry(struct cmp_match *match, int side, const struct cmp_record *record) {
    if (match->result->count == 0)
        return;
    uint32_t cause = record->difference;
    if (cause == 0)
        cause = cmp_cause_of(match, side, record);
    if (cause != 0)
        cmp_touch(match, side, record, cause, record->difference != 0);
}

/* Once for each pair. */
static int compare_pair(struct cmp_match *match, struct cmp_record *a, struct cmp_record *b,
                        bool in_step) {
    const uint64_t ordinals[CMP_SIDES] = {a->ordinal, b->ordinal};
    if (cmp_note_pair(match, a, b) == UINT32_MAX)
        return CAD_ENOMEM;
    if (match->keeps_steps)
        follow_steps(match, a, b, in_step);
    return follow_order(match, a, ordinals, in_step);
}

/* One that has no partner, so far. */
static int take_alone(struct cmp_match *match, int side, struct cmp_record *record) {
    struct cmp_walk *walk = &match->walk[side];
    uint32_t difference = cmp_note_single(match, side, record);
    if (!record->alone)
        (void)cmp_queues_pop(&walk->window, record->class);
    if (difference == UINT32_MAX ||
        (!record->alone && !cmp_queues_push(&walk->late, record->class, difference - 1)))
        return CAD_ENOMEM;
    record->difference = difference;
    return 0;
}

/* One whose partner is at another time, or is not there. */
static int take_single(struct cmp_match *match, int side, struct cmp_record *record) {
    int error = 0;
    fall_out_of_step(match, record);
    if (!record->compared && record->partner == CMP_NO_RECORD) {
        error = take_alone(match, side, record);
    } else if (!record->compared) {
        struct cmp_record *partner = cmp_record_at(&match->history[!side], record->partner);
        error = side == CMP_A ? compare_pair(match, record, partner, false)
                              : compare_pair(match, partner, record, false);
    }
    if (error == 0)
        carry(match, side, record);
    return error;
}

static int take_pair(struct cmp_match *match, struct cmp_record *a, struct cmp_record *b,
                     bool in_step) {
    int error = compare_pair(match, a, b, in_step);
    if (error != 0)
        return error;
    carry(match, CMP_A, a);
    carry(match, CMP_B, b);
    return 0;
}

/* --- A moment ------------------------------------------------------------------------------- */

struct moment {
    int64_t now_ns;
    uint64_t at[CMP_SIDES]; /* the records that are next */
    /* Of tasks that begin to wait and do not on the other side, the first record that has no
     * partner of this moment. */
    struct base_map waits[CMP_SIDES];
    uint64_t runs[CMP_SIDES]; /* the first that keeps the loop busy on one side alone; else none */
    bool swapped;
};

/* What a task does that does something at a moment on one side alone. */
enum { DOER_GOES_ON, DOER_STOPS };

/* The next record of a side at that moment; NULL: there is none more. */
static struct cmp_record *next_of(struct cmp_match *match, struct moment *moment, int side) {
    struct cmp_history *history = &match->history[side];
    for (; moment->at[side] < cmp_behind_last(history); moment->at[side]++) {
        struct cmp_record *record = cmp_record_at(history, moment->at[side]);
        if (record->time_ns != moment->now_ns)
            return NULL;
        if (!record->done) {
            match->walk[side].next = moment->at[side];
            return record;
        }
    }
    return NULL;
}

/* The first that a task does at a moment on one side alone. */
struct firsts {
    struct base_map any;   /* record, by task */
    struct base_map other; /* the same, but for changes of states */
};

static int note_first(struct firsts *firsts, const struct cmp_record *record, uint64_t number) {
    struct base_map *const maps[] = {&firsts->any, &firsts->other};
    for (int i = record->kind == TRACE_STATE ? 1 : 2; i > 0; i--) {
        bool known = base_map_get(maps[i - 1], cmp_doer(record)) != UINT32_MAX;
        if (!known && !base_map_put(maps[i - 1], cmp_doer(record), (uint32_t)number))
            return CAD_ENOMEM;
    }
    return 0;
}

/* What it does before it waits, as far as that does not come of the wait: by this the object is in
 * another state, which is told before. */
static uint32_t first_before(const struct cmp_history *history, const struct firsts *firsts,
                             const struct cmp_record *wait) {
    uint32_t number = base_map_get(&firsts->any, wait->task);
    const struct cmp_record *first = cmp_record_at(history, number);
    bool by_wait = first->kind == TRACE_STATE && first->object == wait->object;
    return by_wait ? base_map_get(&firsts->other, wait->task) : number;
}

/* The begin of a wait stands at the end of its moment (event.h). But what its task does on the
 * other side instead, it does because it does not wait. So it is with what keeps the loop busy, and
 * with all that comes later by that. */
static int find_waits(struct cmp_match *match, struct moment *moment, int side) {
    const struct cmp_history *history = &match->history[side];
    struct firsts firsts = {0};
    int error = 0;
    for (uint64_t n = history->number; error == 0 && n < cmp_behind_last(history); n++) {
        const struct cmp_record *record = cmp_record_at(history, n);
        if (record->time_ns != moment->now_ns)
            break;
        uint32_t task = cmp_doer(record);
        if (task == 0 || record->done || cmp_has_partner_at(match, side, record, moment->now_ns))
            continue;
        if (record->kind == TRACE_RUN_BEGIN && moment->runs[side] == CMP_NO_RECORD)
            moment->runs[side] = n;
        error = note_first(&firsts, record, n);
        if (error == 0 && record->kind == TRACE_WAIT_BEGIN &&
            !base_map_put(&moment->waits[side], task, first_before(history, &firsts, record)))
            error = CAD_ENOMEM;
    }
    base_map_free(&firsts.any);
    base_map_free(&firsts.other);
    return error;
}

/* One that is taken out of its turn. */
static int take_early(struct cmp_match *match, int side, uint64_t number) {
    struct cmp_record *record = cmp_record_at(&match->history[side], number);
    if (record->done)
        return 0;
    int error = take_single(match, side, record);
    record->done = true;
    return error;
}

/* The wait on the other side that a record without a partner is to be taken behind: of who did it,
 * or of whom it wakes. */
static int take_wait_of_task(struct cmp_match *match, const struct moment *moment, int side,
                             const struct cmp_record *record) {
    uint32_t number = base_map_get(&moment->waits[!side], cmp_doer(record));
    if (number == UINT32_MAX && record->kind == TRACE_WAKES)
        number = base_map_get(&moment->waits[!side], record->other);
    if (number == UINT32_MAX || cmp_cause_of(match, side, record) != 0)
        return 0;
    return take_early(match, !side, number);
}

/* The same of what keeps the loop busy there, so that it comes later to this. */
static int take_run(struct cmp_match *match, const struct moment *moment, int side,
                    const struct cmp_record *record) {
    uint64_t number = moment->runs[!side];
    if (number == CMP_NO_RECORD || cmp_cause_of(match, side, record) != 0)
        return 0;
    int error = take_early(match, !side, number);
    const struct cmp_record *run = cmp_record_at(&match->history[!side], number);
    uint32_t cause = error == 0 ? cmp_cause_of(match, !side, run) : 0;
    if (cause != 0)
        cmp_touch_busy(match, side, moment->now_ns, cause);
    return error;
}

/* A record of the moment that has no partner in it. */
static int take_single_now(struct cmp_match *match, const struct moment *moment, int side,
                           struct cmp_record *record) {
    int error = take_wait_of_task(match, moment, side, record);
    if (error == 0 && !record->done)
        error = take_run(match, moment, side, record);
    if (error == 0 && !record->done)
        error = take_single(match, side, record);
    record->done = true;
    return error;
}

/* Two unrelated events that come in another order. */
static int note_swap(struct cmp_match *match, struct moment *moment, const struct cmp_record *a,
                     const struct cmp_record *b) {
    if (moment->swapped || (a->task == b->task && a->task != 0))
        return 0; /* in one task: a begin that stands at the end of its moment */
    moment->swapped = true;
    return match->result->swaps++ > 0 ? 0 : cmp_note_swap(match, a, b);
}

static int take_next(struct cmp_match *match, struct moment *moment, struct cmp_record *a,
                     struct cmp_record *b) {
    if (a != NULL && !cmp_has_partner_at(match, CMP_A, a, moment->now_ns))
        return take_single_now(match, moment, CMP_A, a);
    if (b != NULL && !cmp_has_partner_at(match, CMP_B, b, moment->now_ns))
        return take_single_now(match, moment, CMP_B, b);
    struct cmp_record *partner = cmp_record_at(&match->history[CMP_B], a->partner);
    int error = partner == b ? 0 : note_swap(match, moment, a, b);
    if (error == 0)
        error = take_pair(match, a, partner, partner == b);
    a->done = partner->done = true;
    return error;
}

/* Whether a task goes on: it does nothing that the other side does not have at all, and does not
 * end otherwise than by itself. */
static bool goes_on(const struct cmp_history *history, const struct cmp_record *record) {
    static const char returned[] = "returned";
    struct trace_string how = cmp_record_words(history, record);
    return record->kind != TRACE_CANCEL && !record->alone &&
           (record->kind != TRACE_TASK_END ||
            (how.length == sizeof returned - 1 && memcmp(how.text, returned, how.length) == 0));
}

/* Finds what tasks do at the moment on one side alone: the tasks that go on, and those that do not.
 */
static int find_doers(struct cmp_match *match, const struct moment *moment, int side,
                      struct base_map *doers) {
    const struct cmp_history *history = &match->history[side];
    for (uint64_t n = history->number; n < cmp_behind_last(history); n++) {
        const struct cmp_record *record = cmp_record_at(history, n);
        if (record->time_ns != moment->now_ns)
            break;
        if (cmp_has_partner_at(match, side, record, moment->now_ns))
            continue;
        bool stops =
            !goes_on(history, record) || base_map_get(doers, record->task) == (uint32_t)DOER_STOPS;
        if (!base_map_put(doers, record->task, stops ? DOER_STOPS : DOER_GOES_ON))
            return CAD_ENOMEM;
    }
    return 0;
}

/* Whether a task sleeps, with which it does nothing else at that moment that the other side does
 * not, and goes on there without that sleep (align.h). */
static bool is_sleep_more(const struct cmp_match *match, const struct moment *moment, int side,
                          uint64_t number, const struct base_map *doers) {
    const struct cmp_record *record = cmp_record_at(&match->history[side], number);
    return record->alone && record->kind == TRACE_WAIT_BEGIN && !record->done &&
           record->object == CMP_NOBODY && record->awaited == CMP_NOBODY &&
           base_map_get(&moment->waits[side], record->task) == number &&
           base_map_get(doers, record->task) == (uint32_t)DOER_GOES_ON &&
           cmp_cause_of(match, side, record) == 0;
}

/* What those do on the other side who sleep more. */
static int take_instead(struct cmp_match *match, const struct moment *moment, int side,
                        const struct base_map *sleepers) {
    const struct cmp_history *history = &match->history[side];
    int error = 0;
    for (uint64_t n = history->number; error == 0 && n < cmp_behind_last(history); n++) {
        const struct cmp_record *record = cmp_record_at(history, n);
        if (record->time_ns != moment->now_ns)
            break;
        if (base_map_get(sleepers, cmp_doer(record)) != UINT32_MAX &&
            !cmp_has_partner_at(match, side, record, moment->now_ns))
            error = take_early(match, side, n);
    }
    return error;
}

/* A sleep that one side has more is a root, whatever else is told before it: all that others do at
 * that moment instead comes of what this task does on the other side, and not here. */
static int take_sleeps(struct cmp_match *match, const struct moment *moment, int side,
                       const struct base_map *doers) {
    const struct cmp_history *history = &match->history[side];
    struct base_map sleepers = {0};
    int error = 0;
    for (uint64_t n = history->number; error == 0 && n < cmp_behind_last(history); n++) {
        const struct cmp_record *record = cmp_record_at(history, n);
        if (record->time_ns != moment->now_ns)
            break;
        if (!is_sleep_more(match, moment, side, n, doers))
            continue;
        error = base_map_put(&sleepers, record->task, 1) ? take_early(match, side, n) : CAD_ENOMEM;
    }
    if (error == 0 && sleepers.count > 0)
        error = take_instead(match, moment, !side, &sleepers);
    base_map_free(&sleepers);
    return error;
}

/* Those of both sides. Without steps that have been aligned there are none. */
static int take_all_sleeps(struct cmp_match *match, const struct moment *moment) {
    int error = 0;
    for (int side = 0; side < CMP_SIDES && error == 0 && match->result->aligned; side++) {
        struct base_map doers = {0};
        error = find_doers(match, moment, !side, &doers);
        if (error == 0)
            error = take_sleeps(match, moment, side, &doers);
        base_map_free(&doers);
    }
    return error;
}

/* Both sides in one order: that of A, with what B has alone where it has that. So whatever is taken
 * comes behind all that it depends on, on either side. */
static int take_moment(struct cmp_match *match, int64_t now_ns) {
    struct moment moment = {.now_ns = now_ns,
                            .at = {match->history[CMP_A].number, match->history[CMP_B].number}};
    int error = find_waits(match, &moment, CMP_A);
    if (error == 0)
        error = find_waits(match, &moment, CMP_B);
    if (error == 0)
        error = take_all_sleeps(match, &moment);
    while (error == 0) {
        struct cmp_record *a = next_of(match, &moment, CMP_A);
        struct cmp_record *b = next_of(match, &moment, CMP_B);
        if (a == NULL && b == NULL)
            break;
        error = take_next(match, &moment, a, b);
    }
    base_map_free(&moment.waits[CMP_A]);
    base_map_free(&moment.waits[CMP_B]);
    return error;
}

static int drop_done(struct cmp_match *match, int side) {
    const struct cmp_history *history = &match->history[side];
    size_t count = 0;
    while (count < history->count && history->records[history->first + count].done)
        count++;
    return drop(match, side, count);
}

/* --- Both sides ------------------------------------------------------------------------------ */

/* The next piece of a side. 0, or as cmp_match_all(). */
static int read_more(struct cmp_history *history) {
    bool more = true;
    int error = trace_reading_go_on(history->reading, &more);
    if (error == 0 && !more) {
        trace_reading_close(history->reading);
        history->reading = NULL;
    }
    return error;
}

static int read_past(struct cmp_history *history, int64_t time_ns) {
    int error = 0;
    while (error == 0 && cmp_history_lacks(history, time_ns))
        error = read_more(history);
    return error;
}

static int read_first(struct cmp_history *history) {
    int error = 0;
    while (error == 0 && !cmp_history_is_ready(history))
        error = read_more(history);
    return error;
}

static bool waits_for_nobody(const struct cmp_match *match, int side,
                             const struct cmp_record *record) {
    const struct cmp_walk *walk = &match->walk[side];
    return (cmp_queues_empty(&walk->window) || !cmp_queues_has(&walk->window, record->class)) &&
           (cmp_queues_empty(&walk->late) || !cmp_queues_has(&walk->late, record->class));
}

/* Whether the first records of both are one event: *error where that cannot be told. */
static bool keep_step(struct cmp_match *match, int *error) {
    struct cmp_record *a = first_of(&match->history[CMP_A]);
    struct cmp_record *b = first_of(&match->history[CMP_B]);
    if (a == NULL || b == NULL || a->class != b->class || a->said != b->said ||
        match->history[CMP_A].number < match->walk[CMP_A].indexed ||
        match->history[CMP_B].number < match->walk[CMP_B].indexed ||
        !waits_for_nobody(match, CMP_A, a) || !waits_for_nobody(match, CMP_B, a))
        return false;
    *error = take_pair(match, a, b, true);
    for (int side = 0; side < CMP_SIDES && *error == 0; side++)
        *error = drop(match, side, 1);
    return true;
}

/* All that happens at the time of the first records. */
static int compare_moment(struct cmp_match *match) {
    const struct cmp_record *a = first_of(&match->history[CMP_A]);
    const struct cmp_record *b = first_of(&match->history[CMP_B]);
    int64_t now_ns = a == NULL                 ? b->time_ns
                     : b == NULL               ? a->time_ns
                     : a->time_ns < b->time_ns ? a->time_ns
                                               : b->time_ns;
    int64_t until_ns = now_ns + cmp_allowed(match, now_ns);
    int error = 0;
    for (int side = 0; side < CMP_SIDES && error == 0; side++)
        error = read_past(&match->history[side], until_ns);
    for (int side = 0; side < CMP_SIDES && error == 0; side++)
        error = find_partners(match, side, until_ns);
    if (error == 0)
        error = mark_order(match, now_ns);
    if (error == 0)
        error = take_moment(match, now_ns);
    for (int side = 0; side < CMP_SIDES && error == 0; side++)
        error = drop_done(match, side);
    return error;
}

int cmp_match_all(struct cmp_match *match) {
    int error = 0;
    for (;;) {
        for (int side = 0; side < CMP_SIDES && error == 0; side++)
            error = read_first(&match->history[side]);
        if (error != 0)
            return error;
        bool over = match->history[CMP_A].count == 0 && match->history[CMP_B].count == 0;
        if (over || (match->until_different && match->result->count > 0))
            return cmp_finish(match);
        if (!keep_step(match, &error))
            error = compare_moment(match);
    }
}

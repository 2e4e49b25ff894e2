/* Notes differences: how a pair differs, what one side has alone, and on what it depends. */
#include "compare/match.h"

#include "base/memory.h"
#include "cadran.h"

#include <string.h>

/* --- Making --------------------------------------------------------------------------------- */

static bool put_text(struct cmp_result *result, struct trace_string text, uint32_t *number) {
    *number = base_strings_add(result->things.strings, text.text, text.length);
    return *number != UINT32_MAX;
}

/* False: no memory. */
static bool put_event(struct cmp_match *match, int side, const struct cmp_record *record,
                      struct cmp_event *event) {
    const struct cmp_history *history = &match->history[side];
    *event = (struct cmp_event){.ordinal = record->ordinal,
                                .line = record->line,
                                .time_ns = record->time_ns,
                                .begin_ns = record->begin_ns,
                                .until_ns =
                                    record->kind == TRACE_WAIT_END ? record->until_ns : CMP_NO_TIME,
                                .kind = (enum trace_kind)record->kind,
                                .task = record->task,
                                .object = record->object,
                                .other = record->other};
    return put_text(match->result, cmp_record_name(history, record), &event->name) &&
           put_text(match->result, cmp_record_words(history, record), &event->words);
}

/* The event that is next, or is at hand. */
static uint64_t reached(const struct cmp_match *match, int side) {
    const struct cmp_history *history = &match->history[side];
    uint64_t next = match->walk[side].next;
    if (next < history->number)
        next = history->number;
    return next < cmp_behind_last(history) ? cmp_record_at(history, next)->ordinal
                                           : history->ordinal + 1;
}

/* A difference without events. Its number; UINT32_MAX: no memory. */
static uint32_t new_difference(struct cmp_match *match, enum cmp_kind kind,
                               const struct cmp_record *record, uint32_t cause) {
    struct cmp_result *result = match->result;
    if (!base_grow(&result->differences, &result->capacity, result->count,
                   sizeof *result->differences) ||
        !base_grow(&result->places, &result->place_capacity, result->count, sizeof *result->places))
        return UINT32_MAX;
    uint32_t number = (uint32_t)result->count++;
    result->places[number] = result->things.tasks.carriers[record->task].pairs;
    result->differences[number] =
        (struct cmp_difference){.kind = kind,
                                .root = cause == 0 ? number : result->differences[cause - 1].root,
                                .span = record->span,
                                .before = {reached(match, CMP_A), reached(match, CMP_B)}};
    return number;
}

/* --- How a pair differs --------------------------------------------------------------------- */

/* Whether two texts differ in their numbers alone, and in how things are called. */
static bool are_alike(const struct cmp_match *match, struct trace_string a, struct trace_string b) {
    const struct cmp_names *names = &match->result->renames.names;
    return cmp_hash_beside_numbers(names, CMP_A, a) == cmp_hash_beside_numbers(names, CMP_B, b);
}

/* A line that says when it is printed says something else when that is at another time. */
static bool says_the_time(const struct cmp_match *match, const struct cmp_record *a,
                          const struct cmp_record *b) {
    return a->kind == TRACE_PRINT && a->time_ns != b->time_ns &&
           are_alike(match, cmp_record_name(&match->history[CMP_A], a),
                     cmp_record_name(&match->history[CMP_B], b));
}

static enum cmp_kind kind_of_words(const struct cmp_record *record) {
    switch (record->kind) {
    case TRACE_TASK_END:
    case TRACE_WAIT_END:
    case TRACE_SPAN_END:
    case TRACE_LOOP_END:
    case TRACE_RUN_END:
    case TRACE_OPERATION:
        return CMP_OUTCOME;
    case TRACE_STATE:
    case TRACE_OBJECT:
        return CMP_STATE;
    default:
        return CMP_TEXT;
    }
}

static enum cmp_kind kind_of_other(const struct cmp_record *record) {
    return record->kind == TRACE_WAKES        ? CMP_WAKES
           : record->kind == TRACE_WAIT_BEGIN ? CMP_WAITS
                                              : CMP_WOKEN;
}

/* What ends, and has another length, is longer or shorter; everything else is later or earlier. */
static enum cmp_kind kind_of_time(int64_t a_ns, int64_t a_begin_ns, int64_t b_ns,
                                  int64_t b_begin_ns) {
    if (a_begin_ns != CMP_NO_TIME && b_begin_ns != CMP_NO_TIME) {
        int64_t a = a_ns - a_begin_ns, b = b_ns - b_begin_ns;
        if (a != b)
            return a < b ? CMP_LONGER : CMP_SHORTER;
    }
    return a_ns < b_ns ? CMP_LATER : CMP_EARLIER;
}

/* A wait that something else has ended may have had another limit; of one that begins that is seen
 * at its end. */
static bool until_alike(const struct cmp_match *match, const struct cmp_record *a,
                        const struct cmp_record *b) {
    if (a->kind != TRACE_WAIT_END || a->begin_ns == a->time_ns || b->begin_ns == b->time_ns)
        return true; /* one without length does not say */
    if (a->until_ns == CMP_NO_TIME || b->until_ns == CMP_NO_TIME)
        return a->until_ns == b->until_ns;
    if (a->time_ns >= a->until_ns && b->time_ns >= b->until_ns)
        return true; /* it is seen when they end */
    int64_t more_ns = (b->until_ns - b->begin_ns) - (a->until_ns - a->begin_ns);
    return (more_ns < 0 ? -more_ns : more_ns) <= cmp_allowed(match, a->until_ns);
}

/* CMP_KIND_COUNT: not at all. */
static enum cmp_kind kind_of_pair(struct cmp_match *match, const struct cmp_record *a,
                                  const struct cmp_record *b) {
    bool in_time = cmp_is_in_time(match, a, b);
    if (a->other != b->other)
        return kind_of_other(a);
    if (a->jumped != CMP_NOBODY && a->kind == TRACE_STATE)
        return CMP_ORDER; /* by which it says something else */
    if (a->said != b->said && !says_the_time(match, a, b))
        return kind_of_words(a);
    if (a->jumped != CMP_NOBODY)
        return CMP_ORDER;
    if (in_time)
        return until_alike(match, a, b) ? CMP_KIND_COUNT : CMP_WAITS;
    return kind_of_time(a->time_ns, a->begin_ns, b->time_ns, b->begin_ns);
}

void cmp_note_order(struct cmp_result *result, uint32_t number, uint32_t a, uint32_t b) {
    struct cmp_difference *difference = &result->differences[number];
    difference->kind = CMP_ORDER;
    difference->event[CMP_A].other = a;
    difference->event[CMP_B].other = b;
}

bool cmp_is_of_time(enum cmp_kind kind) {
    return kind == CMP_LATER || kind == CMP_EARLIER || kind == CMP_LONGER || kind == CMP_SHORTER;
}

/* 0 or CAD_ENOMEM. */
static int tell_pair(struct cmp_match *match, const struct cmp_record *a,
                     const struct cmp_record *b) {
    struct cmp_pairs *pairs = match->settings->pairs;
    struct cmp_event event[CMP_SIDES];
    if (pairs == NULL)
        return 0;
    if (!put_event(match, CMP_A, a, &event[CMP_A]) || !put_event(match, CMP_B, b, &event[CMP_B]))
        return CAD_ENOMEM;
    return pairs->pair(pairs, event);
}

uint32_t cmp_note_pair(struct cmp_match *match, struct cmp_record *a, struct cmp_record *b) {
    enum cmp_kind kind = kind_of_pair(match, a, b);
    struct cmp_result *result = match->result;
    result->things.tasks.carriers[a->task].pairs++;
    a->compared = b->compared = true;
    if (tell_pair(match, a, b) != 0)
        return UINT32_MAX;
    if (kind == CMP_KIND_COUNT)
        return 0;
    uint32_t cause = cmp_cause_of(match, CMP_A, a);
    if (cause == 0)
        cause = cmp_cause_of(match, CMP_B, b);
    uint32_t number = new_difference(match, kind, a, cause);
    if (number == UINT32_MAX ||
        !put_event(match, CMP_A, a, &result->differences[number].event[CMP_A]) ||
        !put_event(match, CMP_B, b, &result->differences[number].event[CMP_B]))
        return UINT32_MAX;
    if (kind == CMP_ORDER)
        cmp_note_order(result, number, a->task, a->jumped);
    a->difference = b->difference = number + 1;
    return number + 1;
}

/* --- What one side has alone ---------------------------------------------------------------- */

/* Nobody is woken who does not wait: that a task is not woken may be because of what it did. */
static uint32_t cause_of_single(const struct cmp_match *match, int side,
                                const struct cmp_record *record) {
    uint32_t cause = cmp_cause_of(match, side, record);
    bool wakes = record->kind == TRACE_WAKES && record->other != CMP_NOBODY;
    return cause == 0 && wakes ? match->result->things.tasks.carriers[record->other].cause : cause;
}

uint32_t cmp_note_single(struct cmp_match *match, int side, const struct cmp_record *record) {
    struct cmp_result *result = match->result;
    uint32_t number = new_difference(match, side == CMP_A ? CMP_MISSING : CMP_NEW, record,
                                     cause_of_single(match, side, record));
    if (number == UINT32_MAX ||
        !put_event(match, side, record, &result->differences[number].event[side]))
        return UINT32_MAX;
    return number + 1;
}

static bool say_the_same(const struct cmp_result *result, uint32_t a, uint32_t b) {
    const struct cmp_things *things = &result->things;
    return a == b || cmp_hash_said(things, CMP_A, 0, cmp_string(things, a)) ==
                         cmp_hash_said(things, CMP_B, 0, cmp_string(things, b));
}

int cmp_note_late(struct cmp_match *match, uint32_t number, int side,
                  const struct cmp_record *record) {
    struct cmp_difference *difference = &match->result->differences[number];
    if (!put_event(match, side, record, &difference->event[side]))
        return CAD_ENOMEM;
    const struct cmp_event *a = &difference->event[CMP_A], *b = &difference->event[CMP_B];
    difference->kind = kind_of_time(a->time_ns, a->begin_ns, b->time_ns, b->begin_ns);
    if (a->other != b->other)
        difference->kind = kind_of_other(record);
    else if (!say_the_same(match->result, a->words, b->words))
        difference->kind = kind_of_words(record);
    struct cmp_pairs *pairs = match->settings->pairs;
    return pairs != NULL ? pairs->pair(pairs, difference->event) : 0;
}

int cmp_note_swap(struct cmp_match *match, const struct cmp_record *a, const struct cmp_record *b) {
    struct cmp_difference *swap = &match->result->swap;
    *swap = (struct cmp_difference){.kind = CMP_ORDER, .root = CMP_NOBODY};
    return put_event(match, CMP_A, a, &swap->event[CMP_A]) &&
                   put_event(match, CMP_B, b, &swap->event[CMP_B])
               ? 0
               : CAD_ENOMEM;
}

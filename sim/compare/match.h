/* compare/match.h - goes through two histories side by side. Private to the comparison. */
#ifndef CMP_MATCH_H
#define CMP_MATCH_H

#include "compare/history.h"
#include "compare/queues.h"
#include "compare/result.h"

/* What of one side is on the way. */
struct cmp_walk {
    struct cmp_queues window; /* records that are there, without a partner */
    struct cmp_queues late;   /* differences without the other side's event */
    uint64_t next;            /* the record whose turn it is */
    uint64_t indexed;         /* the first record that has not been asked for its partner */
    int64_t instant_ns;       /* the time of the last record, ... */
    int64_t shift_ns;         /* its shift ... */
    uint32_t cause;           /* ... and what has touched one of that time, plus 1; 0: nothing */
    int64_t busy_ns;          /* the time to which the loop was kept busy last ... */
    uint32_t busy_cause;      /* ... by what a difference, plus 1, has touched; 0: it was not */
};

struct cmp_match {
    struct cmp_result *result;
    const struct cmp_settings *settings;
    bool until_different; /* it ends where something differs */
    bool keeps_steps;     /* of tasks that are out of step, to be aligned */
    struct cmp_history history[CMP_SIDES];
    struct cmp_walk walk[CMP_SIDES];
    /* Of the pairs that came out of step to an object, by what they do to it: the last one on each
     * side. */
    struct cmp_jump {
        uint64_t ordinal[CMP_SIDES];
        uint32_t task[CMP_SIDES];
        uint32_t difference[CMP_SIDES]; /* plus 1; 0: it has none */
    } * jumps;
    size_t jump_count, jump_capacity;
    struct base_map jumps_by_class;
};

/* Compares the two histories, which are read for that. 0; CAD_ENOMEM; or as
 * trace_reading_go_on(). */
int cmp_match_all(struct cmp_match *match);

/* Whether a task did it to another one. */
static inline bool cmp_has_maker(const struct cmp_record *record) {
    return record->kind == TRACE_TASK_BEGIN || record->kind == TRACE_CANCEL;
}
/* The task that did it; 0: the loop, or that is not known. */
static inline uint32_t cmp_doer(const struct cmp_record *record) {
    if (!cmp_has_maker(record))
        return record->task;
    return record->other == CMP_NOBODY ? 0 : record->other;
}

/* Whether its partner is of that moment, and comes still. */
static inline bool cmp_has_partner_at(const struct cmp_match *match, int side,
                                      const struct cmp_record *record, int64_t now_ns) {
    return !record->compared && record->partner != CMP_NO_RECORD &&
           cmp_record_at(&match->history[!side], record->partner)->time_ns == now_ns;
}

/* --- causes.c ------------------------------------------------------------------------------- */

/* The difference, plus 1, that an event depends on by what happened before it; 0: on none. */
uint32_t cmp_cause_of(const struct cmp_match *match, int side, const struct cmp_record *record);

/* What is touched by a record that a difference, plus 1, is or has touched. `both`: on who made it
 * the difference falls back, too. */
void cmp_touch(struct cmp_match *match, int side, const struct cmp_record *record, uint32_t cause,
               bool both);

/* The loop has been kept busy to that time by what a difference, plus 1, has touched: by that all
 * is late that happens then. */
void cmp_touch_busy(struct cmp_match *match, int side, int64_t time_ns, uint32_t cause);

/* By how much an event of that time may be earlier or later. */
int64_t cmp_allowed(const struct cmp_match *match, int64_t time_ns);
/* Whether B's event is at the time of A's, as far as that is asked for. */
bool cmp_is_in_time(struct cmp_match *match, const struct cmp_record *a,
                    const struct cmp_record *b);

/* --- note.c --------------------------------------------------------------------------------- */

/* A pair has been found: whether and how it differs is noted, once. Its difference, plus 1; 0:
 * none; UINT32_MAX: no memory. */
uint32_t cmp_note_pair(struct cmp_match *match, struct cmp_record *a, struct cmp_record *b);
/* A pair comes to its object in another order: who comes first in A, and who does in B. */
void cmp_note_order(struct cmp_result *result, uint32_t difference, uint32_t a, uint32_t b);
/* Whether it says that something is at another time, and nothing else. */
bool cmp_is_of_time(enum cmp_kind kind);
/* What one side has alone, so far. */
uint32_t cmp_note_single(struct cmp_match *match, int side, const struct cmp_record *record);
/* The other side has it after all. 0 or CAD_ENOMEM. */
int cmp_note_late(struct cmp_match *match, uint32_t difference, int side,
                  const struct cmp_record *record);

/* The first two unrelated events that come in another order. 0 or CAD_ENOMEM. */
int cmp_note_swap(struct cmp_match *match, const struct cmp_record *a, const struct cmp_record *b);

/* --- finish.c ------------------------------------------------------------------------------- */

/* All has been compared: what belongs together is put together, roots are counted, the level is
 * found. 0 or CAD_ENOMEM. */
int cmp_finish(struct cmp_match *match);

#endif

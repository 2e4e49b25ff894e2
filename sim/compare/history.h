/* compare/history.h - one run as a row of records: its events, each with its identity. Private to
 * the comparison.
 *
 * Two events of the two runs that have the same class and are the n-th of it in their runs are the
 * same event. A record that has been dealt with leaves the row at its beginning; those that are
 * there wait for the other side.
 */
#ifndef CMP_HISTORY_H
#define CMP_HISTORY_H

#include "base/buffer.h"
#include "base/map.h"
#include "compare/align.h"
#include "compare/things.h"
#include "trace/event.h"

/* No record: the numbers of records begin at 1. */
enum { CMP_NO_RECORD = 0 };

struct cmp_record {
    uint64_t class; /* task, kind, what it is about */
    uint64_t said;  /* a hash of all that it says beside that, its time, and `other` */
    uint64_t ordinal, line;
    uint64_t partner; /* the number of the other side's record; CMP_NO_RECORD */
    int64_t time_ns, begin_ns, span_begin_ns;
    int64_t until_ns; /* of a wait: when it ends by itself, or would have; CMP_NO_TIME */
    uint64_t text;    /* where its name and its words lie, one behind the other */
    uint32_t name_length, words_length;
    uint32_t task, object, other;
    uint32_t awaited;    /* the task that a wait is for; CMP_NOBODY */
    uint32_t span;       /* text: the innermost open one */
    uint32_t jumped;     /* the task that comes before it to its object in B, and not in A */
    uint32_t difference; /* plus 1; 0: it has none */
    uint8_t kind;        /* enum trace_kind */
    bool compared;       /* with its partner, which may be gone */
    bool done;           /* it has been dealt with, before it was the first */
    bool alone;          /* the other side has none for it, and will have none (align.h) */
    bool in_step;        /* it has been compared while its task was in step on both sides */
};

/* A task that is alive. */
struct cmp_alive {
    uint32_t task;
    uint32_t span; /* its innermost open span; 0: none */
    /* The wait that it is in, or the last one without length: */
    uint64_t wait_class;
    int64_t wait_ns, until_ns;
    uint32_t wait_object, awaited, waker;
    uint32_t wait_name; /* text: of a wait for no object that somebody ends, "await job1"; else 0 */
    uint64_t point;     /* the record of its end, if it had no length */
    int64_t cancel_ns;  /* when it was asked to cancel last; CMP_NO_TIME: never */
    bool waits, alone;  /* as a record is */
};

struct cmp_open_span {
    uint64_t class;
    int64_t begin_ns;
    uint32_t name; /* text */
    uint32_t outer;
    bool alone; /* as a record is */
};

struct trace_reading;

struct cmp_history {
    struct trace_consumer consumer;
    struct trace_reading *reading; /* NULL: all is there */
    int side;
    struct cmp_things *things;

    struct cmp_record *records; /* those that are there */
    size_t first, count, capacity;
    uint64_t number; /* of the first */
    base_buffer texts;
    uint64_t texts_begin; /* where the buffer begins, of all texts ever */

    struct base_map alive; /* by track */
    uint64_t last_track;   /* the one that was asked for last, and its task; 0: none was */
    uint32_t last_alive;
    struct cmp_alive *tasks;
    size_t task_count, task_capacity;
    uint32_t free_task;          /* plus 1 */
    struct cmp_open_span *spans; /* [0] is not used */
    size_t span_count, span_capacity;
    uint32_t free_span;

    uint64_t *states; /* of each object what its last state said, where details are left out */
    size_t state_count, state_capacity;

    const struct cmp_steps *steps; /* that have been aligned; NULL: none have */
    size_t step;                   /* the one that is next */

    uint64_t wake;    /* the record of the last one */
    uint32_t running; /* who keeps the loop busy, and since when */
    int64_t running_ns;

    bool leaves_runs;    /* of the real clock: each turn keeps the loop busy */
    bool leaves_details; /* the other side has none */
    /* What it came to. */
    int64_t time_ns, spans_since_ns;
    uint64_t ordinal; /* of the last event */
    uint64_t open_spans, max_spans;
    double span_time; /* added up over all spans, ns */
};

/* Takes the events of a side. The things are shared by both, and there as long as the history. */
void cmp_history_init(struct cmp_history *history, int side, struct cmp_things *things);
void cmp_history_free(struct cmp_history *history);

/* Whether some of that time may be still to come. */
static inline bool cmp_history_lacks(const struct cmp_history *history, int64_t time_ns) {
    return history->reading != NULL && history->time_ns <= time_ns;
}

/* What a record says of a wake is known so many events later. */
enum { CMP_SETTLED = 8 };

/* Whether there is a record, of which all is known, or there will be none. */
static inline bool cmp_history_is_ready(const struct cmp_history *history) {
    return history->reading == NULL ||
           (history->count > 0 &&
            history->records[history->first].ordinal + CMP_SETTLED <= history->ordinal);
}

/* Drops what is done with at the beginning of the row. */
void cmp_history_drop(struct cmp_history *history, size_t count);

/* What a record says: its name, and what it says beside that. */
struct trace_string cmp_record_name(const struct cmp_history *history,
                                    const struct cmp_record *record);
struct trace_string cmp_record_words(const struct cmp_history *history,
                                     const struct cmp_record *record);

/* Of a record that is there. */
static inline struct cmp_record *cmp_record_at(const struct cmp_history *history, uint64_t number) {
    return &history->records[history->first + (number - history->number)];
}
static inline uint64_t cmp_behind_last(const struct cmp_history *history) {
    return history->number + history->count;
}

#endif

/* drift/pairs.h - the events that the model and a run both have. Private to the layer.
 */
#ifndef DRIFT_PAIRS_H
#define DRIFT_PAIRS_H

#include "compare/compare.h"
#include "drift/lateness.h"
#include "trace/event.h"

struct drift_pair {
    uint64_t place[CMP_SIDES];        /* which event of its trace it is */
    int64_t time_ns[CMP_SIDES];       /* as the traces have it */
    int64_t begin_ns[CMP_SIDES];      /* of the end of a span or wait, when it began */
    int64_t model_ns, model_begin_ns; /* the run's, without what the computer added */
    enum trace_kind kind;
    bool
        is_point; /* of a begin: it ends at once, so that where the trace has it is where it ends */
    uint32_t task, object, other; /* as cmp_event has them */
    uint32_t name;                /* a text of the comparison */
};

/* Takes them from a comparison. */
struct drift_pairs {
    struct cmp_pairs taker;
    const struct drift_lateness *lateness; /* of the run; NULL: it is not known */
    struct drift_pair *list;
    size_t count, capacity;
};

void drift_pairs_init(struct drift_pairs *pairs, const struct drift_lateness *lateness);
void drift_pairs_free(struct drift_pairs *pairs);

/* Puts them in the model's order. */
void drift_pairs_sort(struct drift_pairs *pairs);

/* Whether events of a kind are what the model is about: not the states that follow from them, nor
 * what only a real loop has. */
bool drift_is_of_model(enum trace_kind kind);

/* Whether a wait, by its name, is one whose length a scenario says: a sleep, work in a thread. Any
 * other ends when somebody else ends it. */
bool drift_is_duration(const char *wait);

#endif

/* pair.h - two runs side by side: the model of each, and what differs, where it is in both.
 *
 * The new run is the one that is drawn as ever; the old one is drawn below it, lane by lane, as a
 * ghost. Which task is which, and what differs, says the comparison (compare/compare.h): side CMP_A
 * is the old run, CMP_B the new one. A lane that only the old run has stands below all others.
 */
#ifndef VIZ_PAIR_H
#define VIZ_PAIR_H

#include "compare/compare.h"
#include "model.h"

#include <stdbool.h>
#include <stdint.h>

/* Which of the two is drawn. */
enum viz_shown {
    VIZ_SHOWN_BOTH,
    VIZ_SHOWN_DIFFERENCES, /* both, and of the lanes those alone that differ */
    VIZ_SHOWN_NEW,
    VIZ_SHOWN_OLD,
    VIZ_SHOWN_COUNT
};

/* Which differences count. */
enum viz_differing {
    VIZ_DIFFERING_ANYHOW,
    VIZ_DIFFERING_ORDER, /* who waits for what, wakes whom, does what */
    VIZ_DIFFERING_TIME,
    VIZ_DIFFERING_COUNT
};

/* Signs of a lane, in the gutter beside its name: bits. */
enum {
    VIZ_SIGN_LATER = 1,
    VIZ_SIGN_EARLIER = 2,
    VIZ_SIGN_NEW = 4,    /* something is there in the new run alone */
    VIZ_SIGN_GONE = 8,   /* ... in the old one alone */
    VIZ_SIGN_ORDER = 16, /* it waits for another thing, wakes or is woken by another task, ... */
    VIZ_SIGN_OTHER = 32, /* it says something else, or ends in another way */
    VIZ_SIGN_COUNT = 6
};

/* A difference of the comparison, by the same index, and where it is. */
struct viz_change {
    uint32_t task;              /* into viz_pair.tasks */
    uint32_t slice[CMP_SIDES];  /* of the bar that it is about; TRACE_NO_INDEX */
    int64_t time_ns[CMP_SIDES]; /* CMP_NO_TIME: that run does not have it */
    uint8_t sign;               /* one of the above */
    bool timed;                 /* it differs in time alone */
    bool root;
};

/* A task of either run, by its index in the comparison. */
struct viz_pair_task {
    uint32_t track[CMP_SIDES]; /* TRACE_NO_INDEX: it is in the other run alone */
    uint32_t first;            /* its changes: into viz_pair.by_task */
    uint32_t count;
    uint8_t signs[2][2]; /* of its changes: [1] of roots; [1] in time alone */
};

struct viz_pair {
    const struct cmp_result *result;
    struct viz_model *models[CMP_SIDES];
    struct viz_model *differing; /* the new run's lanes that differ; NULL: not made yet */
    struct viz_pair_task *tasks;
    size_t task_count;
    uint32_t *task_of_track[CMP_SIDES]; /* CMP_NOBODY: none */
    struct viz_change *changes;
    size_t change_count;
    uint32_t *by_task; /* all changes, task by task, in the order of time */
    /* The first that a slice is about, a root if there is one: [1] in time alone; CMP_NOBODY. */
    uint32_t *change_of_slice[CMP_SIDES][2];
    uint32_t *gone; /* tracks of the old run's lanes that the new one does not have */
    size_t gone_count;
};

/* Makes a pair of two models and what was found when their traces were compared. It borrows all of
 * them, and they refer to it from now on (viz_model.pair). 0 or CAD_ENOMEM. */
int viz_pair_new(const struct cmp_result *result, struct viz_model *old_run,
                 struct viz_model *new_run, struct viz_pair **pair);
void viz_pair_free(struct viz_pair *pair); /* takes NULL */

/* The model to draw where so much is shown; NULL: out of memory. */
struct viz_model *viz_pair_model(struct viz_pair *pair, enum viz_shown shown);
static inline bool viz_has_ghosts(enum viz_shown shown) {
    return shown == VIZ_SHOWN_BOTH || shown == VIZ_SHOWN_DIFFERENCES;
}

/* Whether a change is of those that count. */
static inline bool viz_is_differing(const struct viz_change *change, enum viz_differing differing) {
    return differing == VIZ_DIFFERING_ANYHOW || (differing == VIZ_DIFFERING_TIME) == change->timed;
}

/* The change before (step -1) or after (1) one, of those that count; with `roots`, the next root.
 * CMP_NOBODY in its place: the first, or the last. The same where there is none. */
uint32_t viz_next_change(const struct viz_pair *pair, uint32_t change, int step, bool roots,
                         enum viz_differing differing);

/* What is told of first: the first root of those that count, else the first of them. */
static inline uint32_t viz_first_change(const struct viz_pair *pair, enum viz_differing differing) {
    uint32_t root = viz_next_change(pair, CMP_NOBODY, 1, true, differing);
    return root != CMP_NOBODY ? root : viz_next_change(pair, CMP_NOBODY, 1, false, differing);
}

/* The signs of a task: of all changes that count, or of the roots among them. */
unsigned viz_signs_of(const struct viz_pair *pair, uint32_t task, bool roots,
                      enum viz_differing differing);

/* The change that a slice of a side is about, of those that count; NULL. */
const struct viz_change *viz_change_of(const struct viz_pair *pair, int side, uint32_t slice,
                                       enum viz_differing differing);

/* The first of a task's changes, by its place in by_task, at or after a time: that of the new run,
 * where that has it. */
uint32_t viz_change_from(const struct viz_pair *pair, uint32_t task, int64_t time_ns);
static inline int64_t viz_change_time(const struct viz_change *change) {
    int side = change->time_ns[CMP_B] != CMP_NO_TIME ? CMP_B : CMP_A;
    return change->time_ns[side];
}

/* Where a change is among the lanes of a model that is shown: a row, and a time. */
void viz_change_place(const struct viz_pair *pair, const struct viz_model *model, uint32_t change,
                      double *row, int64_t *time_ns);

#endif

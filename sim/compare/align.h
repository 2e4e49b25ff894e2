/* compare/align.h - which step of a task in one run is which in the other. Private to the
 * comparison.
 *
 * Counting is a first guess: the second sleep of a task is the second one of the other run. Where a
 * step was put before others, or taken away, that does not hold. So what a task did from where it
 * is out of step is kept while the two runs are compared, and is then put side by side: as many
 * steps as can be are paired in the order in which the task took them, and of the ways to do that
 * the one in which most of them say the same. Where that is not what counting gave, the runs are
 * compared again by these pairs.
 */
#ifndef CMP_ALIGN_H
#define CMP_ALIGN_H

#include "compare/compare.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a task did: something that begins, or takes no time. */
struct cmp_step {
    uint64_t what;    /* the same where one can be the other at all: a hash */
    uint64_t said;    /* and where it says and asks for the same, too */
    uint64_t ordinal; /* of its event */
    int64_t time_ns;
    uint32_t task;
    uint32_t object; /* that it is about; CMP_NOBODY */
    uint32_t pair;   /* the number of the pair that it is one of; CMP_NO_PAIR: of none */
    uint32_t nth;    /* of what its task did at that moment */
    enum trace_kind kind;
};

enum { CMP_NO_PAIR = 0 };

/* All zero: nothing is known. */
struct cmp_alignment {
    struct cmp_steps {
        struct cmp_step *list; /* by ordinal */
        size_t count, capacity;
    } steps[CMP_SIDES];
    bool begins_late[CMP_SIDES]; /* where a wait stands behind what it made of its object, and does
                                    not on the other side */
};

/* Keeps a step, which is behind all others of its side. False: no memory. */
bool cmp_align_keep(struct cmp_alignment *alignment, int side, struct cmp_step step);

/* Finds the pairs. `task_count`: tasks are below it. *otherwise: some are not those that counting
 * gives. 0 or CAD_ENOMEM. */
int cmp_align(struct cmp_alignment *alignment, size_t task_count, bool *otherwise);

void cmp_align_free(struct cmp_alignment *alignment);

#endif

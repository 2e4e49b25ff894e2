/* compare/result.h - what a comparison has found, while it is found. Private to the comparison.
 */
#ifndef CMP_RESULT_H
#define CMP_RESULT_H

#include "compare/align.h"
#include "compare/compare.h"
#include "compare/things.h"

struct cmp_result {
    struct cmp_source sources[CMP_SIDES];
    char *names[CMP_SIDES];
    char *warnings[CMP_SIDES];
    char *kept[CMP_SIDES]; /* what was read of standard input */
    enum cmp_level asked, level;
    struct cmp_tolerance tolerance; /* for all */
    bool bytes_equal;

    struct cmp_things things;
    struct cmp_renames renames;
    struct cmp_alignment alignment; /* of what is out of step, once that is known */
    bool aligned;
    struct cmp_difference *differences;
    uint32_t *places; /* of each: after how many compared events of its task it stands */
    size_t count, capacity, place_capacity;
    uint32_t *roots;
    size_t root_count, root_capacity;

    uint64_t swaps;
    struct cmp_difference swap; /* the first one */

    struct cmp_effect effect;
    int64_t seeds[CMP_SIDES];
    bool own[CMP_SIDES]; /* a trace of cadran, as its first event says */
    bool detailed[CMP_SIDES], real[CMP_SIDES];
};

/* Whether a task that both have ends in another way. */
static inline bool cmp_is_other_end(const struct cmp_difference *difference) {
    return difference->kind == CMP_OUTCOME && difference->event[CMP_A].kind == TRACE_TASK_END;
}

#endif

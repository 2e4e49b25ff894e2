/* compare/likeness.h - which things of two runs are alike, by what happens to them. Private to the
 * comparison.
 */
#ifndef CMP_LIKENESS_H
#define CMP_LIKENESS_H

#include "compare/result.h"

/* A thing is a task, or, behind all tasks, an object: the number of tasks plus its index. */
static inline size_t cmp_thing_count(const struct cmp_result *result) {
    return result->things.tasks.count + result->things.objects.count;
}
static inline const struct cmp_thing *cmp_thing_at(const struct cmp_result *result,
                                                   uint32_t thing) {
    size_t tasks = result->things.tasks.count;
    return thing < tasks ? &result->things.tasks.things[thing]
                         : &result->things.objects.things[thing - tasks];
}

/* Whether one side alone has it. */
static inline bool cmp_is_alone(const struct cmp_thing *thing, int side) {
    return thing->number[side] != 0 && thing->number[!side] == 0;
}

/* What happens to a thing, with all that it says; or without what the program calls it: the names
 * of its spans, and what it prints. */
enum cmp_likeness_set { CMP_LIKENESS_WHOLE, CMP_LIKENESS_SHAPE, CMP_LIKENESS_SETS };

/* What is known of the things that one side alone has. */
struct cmp_likeness {
    uint64_t *colours; /* two that have the same one did the same, whatever they are called */
    uint64_t *features[CMP_LIKENESS_SETS]; /* what happens to each, sorted */
    size_t *begins; /* where each thing's begin, and, behind the last, where they end */
};

/* Reads both traces once more. As cmp_compare(); what is there is to be freed in any case. */
int cmp_likeness_find(const struct cmp_result *result, struct cmp_likeness *likeness,
                      char message[CMP_MESSAGE_SIZE]);
void cmp_likeness_free(struct cmp_likeness *likeness);

/* How many things happen to a thing. */
static inline size_t cmp_likeness_features(const struct cmp_likeness *likeness, uint32_t thing) {
    return likeness->begins[thing + 1] - likeness->begins[thing];
}

/* How much of what happens to either happens to both: from 0 to 1. */
double cmp_likeness_of(const struct cmp_likeness *likeness, enum cmp_likeness_set set, uint32_t a,
                       uint32_t b);

#endif

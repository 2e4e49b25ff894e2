/* drift/rows.h - spans and waits by their names, and how long they were. Private to the layer.
 */
#ifndef DRIFT_ROWS_H
#define DRIFT_ROWS_H

#include "base/map.h"
#include "base/strings.h"
#include "drift/measure.h"
#include "drift/pairs.h"

/* Of one length as it was predicted, all that were to have it. */
struct drift_length {
    int64_t predicted_ns; /* without the waits for others in it */
    double sum_ns;        /* of the real ones */
    uint64_t count;
};

/* What a row is made of. */
struct drift_group {
    uint32_t name; /* text */
    bool is_wait;
    bool is_duration; /* a scenario says how long it is, in one of a few lengths */
    int64_t least_ns, most_ns;
    uint64_t beyond;
    struct drift_samples real, model;
    struct drift_length *lengths;
    size_t length_count, length_capacity;
};

struct drift_rows {
    struct base_strings *strings;
    struct base_map by_name; /* of spans 2n, of waits 2n + 1, by their texts */
    struct drift_group *groups;
    size_t count, capacity;
};

bool drift_rows_init(struct drift_rows *rows); /* false: no memory; to be freed in any case */
void drift_rows_free(struct drift_rows *rows);

/* Adds what a run has, whose pairs are in the model's order. 0 or CAD_ENOMEM. */
int drift_rows_add(struct drift_rows *rows, const struct cmp_result *compared,
                   const struct drift_pairs *pairs, const struct cmp_tolerance *tolerance);

/* The rows themselves. They are the caller's, to be freed with base_free(); NULL: no memory. */
struct drift_row *drift_rows_make(struct drift_rows *rows);

/* What would have predicted the lengths that are off by more than the tolerance; likewise. *count:
 * how many these are. */
struct drift_suggestion *drift_suggest(const struct drift_rows *rows,
                                       const struct cmp_tolerance *tolerance, size_t *count);

#endif

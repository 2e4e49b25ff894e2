/* drift/measure.h - numbers that are collected, and what they come to. Private to the layer.
 */
#ifndef DRIFT_MEASURE_H
#define DRIFT_MEASURE_H

#include "drift/drift.h"

/* All zero: none. */
struct drift_samples {
    int64_t *values;
    size_t count, capacity;
};

/* False: no memory. */
bool drift_samples_add(struct drift_samples *samples, int64_t value);
void drift_samples_free(struct drift_samples *samples);

/* What they come to; it puts them in another order. */
struct drift_measure drift_measure(struct drift_samples *samples);

/* By how much a length may be off. */
int64_t drift_allowed(const struct cmp_tolerance *tolerance, int64_t length_ns);

#endif

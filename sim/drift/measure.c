/* Mean, 95th percentile and worst of what was collected. */
#include "drift/measure.h"

#include <stdlib.h>

#include "base/memory.h"

bool drift_samples_add(struct drift_samples *samples, int64_t value) {
    if (!base_grow(&samples->values, &samples->capacity, samples->count, sizeof *samples->values))
        return false;
    samples->values[samples->count++] = value;
    return true;
}

void drift_samples_free(struct drift_samples *samples) {
    base_free(samples->values);
}

static int64_t size_of(int64_t value) {
    return value < 0 ? -value : value;
}

static int by_size(const void *left, const void *right) {
    int64_t one = size_of(*(const int64_t *)left), other = size_of(*(const int64_t *)right);
    return (one > other) - (one < other);
}

struct drift_measure drift_measure(struct drift_samples *samples) {
    size_t count = samples->count;
    struct drift_measure measure = {.count = count};
    double sum = 0;
    if (count == 0)
        return measure;
    qsort(samples->values, count, sizeof *samples->values, by_size);
    for (size_t i = 0; i < count; i++)
        sum += (double)samples->values[i];
    measure.mean_ns = sum / (double)count;
    measure.p95_ns = size_of(samples->values[(count * 95 + 99) / 100 - 1]); /* nearest rank */
    measure.worst_ns = samples->values[count - 1];
    return measure;
}

int64_t drift_allowed(const struct cmp_tolerance *tolerance, int64_t length_ns) {
    int64_t part_ns = (int64_t)(tolerance->share * (double)length_ns);
    return part_ns > tolerance->time_ns ? part_ns : tolerance->time_ns;
}

/* Counters over time: the least and the largest value of every so many samples are kept, so that a
 * stretch of any length is looked up in few steps. */
#include "counters.h"

#include "cadran.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { BLOCK = 64 };

/* Of the samples of a block. */
struct viz_range {
    double least;
    double most;
};

static int compare_objects(const void *a, const void *b) {
    const struct viz_counter_of *left = a, *right = b;
    if (left->object != right->object)
        return left->object < right->object ? -1 : 1;
    return left->counter < right->counter ? -1 : left->counter > right->counter;
}

static int sort_by_object(struct viz_model *model) {
    size_t count = model->trace->counter_count;
    struct viz_counter_of *sorted = malloc((count + 1) * sizeof *sorted);
    model->counters_by_object = sorted;
    if (sorted == NULL)
        return CAD_ENOMEM;
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = (struct viz_counter_of){model->trace->counters[i].object, i};
    qsort(sorted, count, sizeof *sorted, compare_objects);
    return 0;
}

size_t viz_counters_of(const struct viz_model *model, int64_t object,
                       const struct viz_counter_of **counters) {
    const struct viz_counter_of *sorted = model->counters_by_object;
    size_t low = 0, high = model->trace->counter_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted[middle].object < object)
            low = middle + 1;
        else
            high = middle;
    }
    size_t end = low;
    while (end < model->trace->counter_count && sorted[end].object == object)
        end++;
    *counters = sorted + low;
    return end - low;
}

int viz_counters_make(struct viz_model *model) {
    size_t count = model->trace->counter_count;
    if (sort_by_object(model) != 0)
        return CAD_ENOMEM;
    model->counter_ranges = calloc(count > 0 ? count : 1, sizeof *model->counter_ranges);
    if (model->counter_ranges == NULL)
        return CAD_ENOMEM;
    for (uint32_t i = 0; i < count; i++) {
        const struct trace_counter *counter = viz_counter(model, i);
        struct viz_range *ranges = malloc((counter->sample_count / BLOCK + 1) * sizeof *ranges);
        if (ranges == NULL)
            return CAD_ENOMEM;
        model->counter_ranges[i] = ranges;
        for (size_t k = 0; k < counter->sample_count; k++) {
            double value = counter->samples[k].value;
            struct viz_range *range = &ranges[k / BLOCK];
            range->least = k % BLOCK == 0 ? value : fmin(range->least, value);
            range->most = k % BLOCK == 0 ? value : fmax(range->most, value);
        }
    }
    return 0;
}

void viz_counters_free(struct viz_model *model) {
    for (size_t i = 0; model->counter_ranges != NULL && i < model->trace->counter_count; i++)
        free(model->counter_ranges[i]);
    free(model->counter_ranges);
    free(model->counters_by_object);
}

const struct trace_counter *viz_counter(const struct viz_model *model, uint32_t counter) {
    const struct trace_model *trace = model->trace;
    return counter == trace->open_spans ? &model->at_work : &trace->counters[counter];
}

void viz_counter_name(const struct viz_model *model, uint32_t index, char *out, size_t size) {
    const struct trace_model *trace = model->trace;
    const struct trace_counter *counter = &trace->counters[index];
    char name[256];
    snprintf(name, sizeof name, "%.120s %.120s", trace_text(trace, counter->name),
             trace_text(trace, counter->key));
    viz_copy_text(out, size, index == trace->open_spans ? "At work" : name);
}

void viz_counter_range(const struct viz_model *model, uint32_t index, int64_t from_ns,
                       int64_t to_ns, double *least, double *most) {
    const struct trace_counter *counter = viz_counter(model, index);
    const struct viz_range *ranges = model->counter_ranges[index];
    int64_t from = from_ns + model->origin_ns;
    size_t at = trace_samples_until(counter, from - 1);
    size_t end = trace_samples_until(counter, to_ns + model->origin_ns);
    /* What held before counts only if nothing changes at the very beginning. */
    bool changes = at < end && counter->samples[at].time_ns == from;
    *least = *most = changes  ? counter->samples[at].value
                     : at > 0 ? counter->samples[at - 1].value
                              : 0;
    while (at < end) {
        bool whole = at % BLOCK == 0 && at + BLOCK <= end;
        const double *value = &counter->samples[at].value;
        *least = fmin(*least, whole ? ranges[at / BLOCK].least : *value);
        *most = fmax(*most, whole ? ranges[at / BLOCK].most : *value);
        at += whole ? BLOCK : 1;
    }
}

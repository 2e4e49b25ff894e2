/* counters.h - the numbers of a trace over time. */
#ifndef VIZ_COUNTERS_H
#define VIZ_COUNTERS_H

#include "model.h"

/* A counter of the trace by its index. In the place of that of the open spans stands how many tasks
 * are at work. */
const struct trace_counter *viz_counter(const struct viz_model *model, uint32_t counter);
/* "At work", or "window size". Cut when it does not fit. */
void viz_counter_name(const struct viz_model *model, uint32_t counter, char *out, size_t size);
/* Its least and its largest value between two times, both included; what it is for no more than an
 * instant counts, too. */
void viz_counter_range(const struct viz_model *model, uint32_t counter, int64_t from_ns,
                       int64_t to_ns, double *least, double *most);

/* That a counter is of an object. */
struct viz_counter_of {
    int64_t object;
    uint32_t counter; /* its index */
};

/* The counters of an object, in the order of the trace: how many, and where they stand, one behind
 * the other. */
size_t viz_counters_of(const struct viz_model *model, int64_t object,
                       const struct viz_counter_of **counters);

/* Gets a model's counters ready to be looked up. 0, or CAD_ENOMEM: then, too, they are to be freed.
 */
int viz_counters_make(struct viz_model *model);
void viz_counters_free(struct viz_model *model);

#endif

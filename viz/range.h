/* range.h - a stretch of time that was chosen, and its statistics (statistics/statistics.h): those
 * of the run, of what lies within it.
 *
 * They are read from the trace when they are first asked for, as reasons are.
 */
#ifndef VIZ_RANGE_H
#define VIZ_RANGE_H

#include "model.h"

#include "statistics/statistics.h"

/* All zero: none was chosen. Times are after the model's origin. */
struct viz_range {
    bool given;
    int64_t from_ns;
    int64_t to_ns;
    bool tried; /* private, as the next */
    struct stat_collector *collector;
};

/* From one time to another, in either order; what lies outside of the trace is cut off. */
void viz_range_set(struct viz_range *range, const struct viz_model *model, double from_ns,
                   double to_ns);
/* The statistics, read from the model's file; NULL: another program's trace, or it cannot be read.
 * Where none was chosen, of the whole run. They live until the range is another. */
const struct stat_run *viz_range_statistics(struct viz_range *range, const struct viz_model *model);
/* What was read is of another file, or is old. */
void viz_range_forget(struct viz_range *range);
/* None is chosen any more. */
void viz_range_drop(struct viz_range *range);

#endif

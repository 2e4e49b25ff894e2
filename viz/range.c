/* A stretch of time, and what happened within it. */
#include "range.h"

#include "loading.h"

#include <math.h>
#include <string.h>

void viz_range_forget(struct viz_range *range) {
    stat_collector_free(range->collector);
    range->collector = NULL;
    range->tried = false;
}

void viz_range_drop(struct viz_range *range) {
    viz_range_forget(range);
    *range = (struct viz_range){.given = false};
}

void viz_range_set(struct viz_range *range, const struct viz_model *model, double from_ns,
                   double to_ns) {
    double end_ns = (double)model->end_ns;
    viz_range_forget(range);
    range->given = true;
    range->from_ns = llround(fmin(fmax(fmin(from_ns, to_ns), 0), end_ns));
    range->to_ns = llround(fmin(fmax(fmax(from_ns, to_ns), 0), end_ns));
}

/* Reads the trace again; false where that does not work. */
static bool read_trace(struct viz_range *range, const struct viz_model *model) {
    char message[TRACE_MESSAGE_SIZE];
    bool complete;
    range->collector = stat_collector_new();
    if (range->collector == NULL)
        return false;
    if (range->given)
        stat_collector_limit(range->collector, range->from_ns, range->to_ns);
    return trace_read_events(viz_path_again(model->path), stat_collector_consumer(range->collector),
                             &complete, message) == 0;
}

const struct stat_run *viz_range_statistics(struct viz_range *range,
                                            const struct viz_model *model) {
    if (!range->tried && model->trace->version > 0) {
        range->tried = true;
        if (!read_trace(range, model)) {
            stat_collector_free(range->collector);
            range->collector = NULL;
        }
    }
    return range->collector != NULL ? stat_collector_run(range->collector) : NULL;
}

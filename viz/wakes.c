/* Wakes, by time and by the track that they come from. */
#include "wakes.h"

#include "cadran.h"

#include <stdlib.h>

/* Sorted by counting, which keeps the order of time among those of one track. */
int viz_wakes_make(struct viz_model *model) {
    const struct trace_model *trace = model->trace;
    model->wakes = malloc((trace->wake_count + 1) * sizeof *model->wakes);
    model->wake_ends = calloc(trace->track_count + 1, sizeof *model->wake_ends);
    if (model->wakes == NULL || model->wake_ends == NULL)
        return CAD_ENOMEM;
    for (size_t i = 0; i < trace->wake_count; i++)
        model->wake_ends[trace->wakes[i].from_track]++;
    uint32_t sum = 0;
    for (size_t i = 0; i < trace->track_count; i++) { /* at first a track's end where they begin */
        uint32_t count = model->wake_ends[i];
        model->wake_ends[i] = sum;
        sum += count;
    }
    for (size_t i = 0; i < trace->wake_count; i++)
        model->wakes[model->wake_ends[trace->wakes[i].from_track]++] = (uint32_t)i;
    return 0;
}

size_t viz_wake_from(const struct viz_model *model, int64_t time_ns) {
    size_t low = 0;
    size_t high = model->trace->wake_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (model->trace->wakes[middle].from_ns < time_ns + model->origin_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Of the model's wakes[low] up to wakes[high], which are one track's: the first that begins at a
 * time or later. */
static uint32_t first_from(const struct viz_model *model, uint32_t low, uint32_t high,
                           int64_t time_ns) {
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (model->trace->wakes[model->wakes[middle]].from_ns < time_ns + model->origin_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Whether a slice is another one, or inside it. */
static bool is_within(const struct trace_model *trace, uint32_t slice, uint32_t outer) {
    while (slice != TRACE_NO_INDEX && slice != outer)
        slice = trace->slices[slice].parent;
    return slice == outer;
}

size_t viz_wakes_by(const struct viz_model *model, uint32_t index, uint32_t *wakes, size_t limit) {
    const struct trace_model *trace = model->trace;
    const struct viz_bar *bar = &model->bars[index];
    uint32_t track = model->lanes[model->rows[viz_row_of_bar(model, index)].lane].track;
    uint32_t begin = track > 0 ? model->wake_ends[track - 1] : 0;
    uint32_t at = first_from(model, begin, model->wake_ends[track], bar->begin_ns);
    uint32_t end = first_from(model, at, model->wake_ends[track], bar->end_ns + 1);
    bool said = trace->version > 0; /* within what they began */
    size_t count = 0;
    for (; at < end && (said || count < limit); at++) {
        if (said && !is_within(trace, trace->wakes[model->wakes[at]].from_slice, bar->slice))
            continue;
        if (count < limit)
            wakes[count] = model->wakes[at];
        count++;
    }
    return count + (end - at);
}

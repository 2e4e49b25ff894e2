/* What of a trace a page shows: which slices are bars, which tracks lanes, and how much of a large
 * run there is room for. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cadran.h"
#include "page/internal.h"

enum page_kind page_kind_of(const struct trace_model *trace, const struct trace_slice *slice) {
    switch (slice->category) {
    case TRACE_CATEGORY_LOOP:
    case TRACE_CATEGORY_TASK:
        return PAGE_NO_KIND;
    case TRACE_CATEGORY_WAIT:
        return strcmp(trace_text(trace, slice->name), "sleep") == 0 ? PAGE_SLEEP : PAGE_WAIT;
    case TRACE_CATEGORY_READY:
        return PAGE_READY;
    case TRACE_CATEGORY_RUN:
        return PAGE_RUN;
    case TRACE_CATEGORY_LANE:
        return PAGE_LANE;
    default:
        return PAGE_SPAN;
    }
}

bool page_is_mark(const struct trace_instant *instant) {
    switch (instant->category) {
    case TRACE_CATEGORY_PRINT:
    case TRACE_CATEGORY_SIGNAL:
    case TRACE_CATEGORY_CANCEL:
    case TRACE_CATEGORY_TIMEOUT:
    case TRACE_CATEGORY_ERROR:
    case TRACE_CATEGORY_FAULT:
    case TRACE_CATEGORY_DATA:
    case TRACE_CATEGORY_SPAN: /* without length, as the next */
    case TRACE_CATEGORY_WAIT:
        return true;
    default:
        return instant->category >= TRACE_CATEGORY_COUNT ||
               instant->category == TRACE_CATEGORY_OTHER;
    }
}

/* Whether a track has a lane: a task's, and another one where there is something to see on it. */
static bool has_lane(const struct trace_model *trace, const struct trace_track *track) {
    if (track->kind == TRACE_TRACK_TASK)
        return true;
    for (uint32_t i = 0; i < track->slice_count; i++)
        if (page_kind_of(trace, &trace->slices[track->first_slice + i]) != PAGE_NO_KIND)
            return true;
    for (uint32_t i = 0; i < track->instant_count; i++)
        if (page_is_mark(&trace->instants[trace->track_instants[track->first_instant + i]]))
            return true;
    return false;
}

/* --- How much there is ------------------------------------------------------------------------ */

/* Bars, and the life of a task. */
static bool is_item(const struct trace_model *trace, const struct trace_slice *slice) {
    return slice->category == TRACE_CATEGORY_TASK || page_kind_of(trace, slice) != PAGE_NO_KIND;
}

/* How many items of a track are in a stretch: those, and marks. */
static size_t count_of_track(const struct trace_model *trace, const struct trace_track *track,
                             const struct page_stretch *stretch) {
    size_t count = 0;
    for (uint32_t i = track->first_slice; i < track->first_slice + track->slice_count; i++) {
        const struct trace_slice *slice = &trace->slices[i];
        count += is_item(trace, slice) && page_overlaps(stretch, slice->begin_ns, slice->end_ns);
    }
    for (uint32_t i = track->first_instant; i < track->first_instant + track->instant_count; i++) {
        const struct trace_instant *instant = &trace->instants[trace->track_instants[i]];
        count +=
            page_is_mark(instant) && page_overlaps(stretch, instant->time_ns, instant->time_ns);
    }
    return count;
}

/* Of the tracks that are chosen: when items begin, and when they end, each sorted. What has begun
 * by a time, less what had ended before another, is what there is between them. */
struct times {
    int64_t *begins, *ends;
    size_t count;
};

static int compare_times(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static void add_item(struct times *times, int64_t begin_ns, int64_t end_ns) {
    times->begins[times->count] = begin_ns;
    times->ends[times->count++] = end_ns;
}

static void add_track(struct times *times, const struct trace_model *trace,
                      const struct trace_track *track) {
    for (uint32_t i = track->first_slice; i < track->first_slice + track->slice_count; i++)
        if (is_item(trace, &trace->slices[i]))
            add_item(times, trace->slices[i].begin_ns, trace->slices[i].end_ns);
    for (uint32_t i = track->first_instant; i < track->first_instant + track->instant_count; i++) {
        const struct trace_instant *instant = &trace->instants[trace->track_instants[i]];
        if (page_is_mark(instant))
            add_item(times, instant->time_ns, instant->time_ns);
    }
}

static int collect_times(struct times *times, const struct trace_model *trace, const bool *tracks) {
    size_t most = trace->slice_count + trace->instant_count + 1;
    times->begins = base_alloc(most * sizeof *times->begins);
    times->ends = base_alloc(most * sizeof *times->ends);
    if (times->begins == NULL || times->ends == NULL)
        return CAD_ENOMEM;
    for (size_t i = 0; i < trace->track_count; i++)
        if (tracks[i])
            add_track(times, trace, &trace->tracks[i]);
    qsort(times->begins, times->count, sizeof *times->begins, compare_times);
    qsort(times->ends, times->count, sizeof *times->ends, compare_times);
    return 0;
}

/* How many of the times are below one. */
static size_t count_below(const int64_t *times, size_t count, int64_t time_ns) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (times[middle] < time_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static size_t count_between(const struct times *times, const struct page_stretch *stretch) {
    return count_below(times->begins, times->count, stretch->to_ns + 1) -
           count_below(times->ends, times->count, stretch->from_ns);
}

/* --- The choice ------------------------------------------------------------------------------- */

/* How much has been chosen. */
struct chosen {
    size_t lanes, items;
};

/* Takes the tracks that are preferred, or the others, as long as there is room, and some in any
 * case. `preferred` may be NULL: none is. */
static void choose_tracks(struct page_choice *choice, const struct page *page,
                          const struct trace_model *trace, const bool *preferred, bool wanted,
                          struct chosen *chosen) {
    for (size_t i = 0; i < trace->track_count; i++) {
        const struct trace_track *track = &trace->tracks[i];
        if ((preferred != NULL && preferred[i]) != wanted)
            continue;
        size_t count = count_of_track(trace, track, &choice->stretch);
        if (count == 0 || !has_lane(trace, track))
            continue;
        if (chosen->items + count > page->items_max && chosen->lanes >= page->lanes_min)
            return;
        choice->tracks[i] = true;
        chosen->items += count;
        chosen->lanes++;
    }
}

/* The largest stretch within `all` that there is room for: so much before the anchor, and twice as
 * much after it. */
static struct page_stretch shrink(const struct times *times, size_t most,
                                  const struct page_stretch *all, int64_t anchor_ns) {
    struct page_stretch found = {anchor_ns, anchor_ns};
    int64_t before_ns = anchor_ns - all->from_ns, after_ns = all->to_ns - anchor_ns;
    int64_t low = 0, high = before_ns > after_ns ? before_ns : after_ns;
    while (low <= high) {
        int64_t half_ns = low + (high - low) / 2;
        struct page_stretch tried = {
            anchor_ns - (half_ns < before_ns ? half_ns : before_ns),
            half_ns < after_ns / 2 ? anchor_ns + 2 * half_ns : all->to_ns,
        };
        if (count_between(times, &tried) <= most) {
            found = tried;
            low = half_ns + 1;
        } else {
            high = half_ns - 1;
        }
    }
    return found;
}

int page_choose(struct page_choice *choice, const struct page *page,
                const struct trace_model *trace, struct page_stretch stretch, int64_t anchor_ns,
                const bool *preferred) {
    struct times times = {NULL, NULL, 0};
    struct chosen chosen = {0, 0};
    *choice = (struct page_choice){.stretch = stretch};
    choice->tracks = base_zalloc(trace->track_count + 1, sizeof *choice->tracks);
    if (choice->tracks == NULL)
        return CAD_ENOMEM;
    choose_tracks(choice, page, trace, preferred, true, &chosen);
    choose_tracks(choice, page, trace, preferred, false, &chosen);
    if (chosen.items <= page->items_max)
        return 0;
    if (anchor_ns < stretch.from_ns || anchor_ns > stretch.to_ns)
        anchor_ns = stretch.from_ns;
    int error = collect_times(&times, trace, choice->tracks);
    if (error == 0)
        choice->stretch = shrink(&times, page->items_max, &stretch, anchor_ns);
    base_free(times.begins);
    base_free(times.ends);
    return error;
}

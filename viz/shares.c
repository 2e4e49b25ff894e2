/* Sums of the bars' lengths, kept at every so many bars. */
#include "shares.h"

#include "cadran.h"

#include <math.h>
#include <stdlib.h>

/* Bars between two sums: a sum takes as much memory as two bars. */
enum { BLOCK = 32 };

/* Of all rows together, which may be more than fits: what counts is the difference of two, and that
 * of one row's bars does, whatever the sums have wrapped around to. */
struct viz_sums {
    uint64_t ns[VIZ_LOOK_COUNT];
};

static uint64_t length_of(const struct viz_bar *bar) {
    return (uint64_t)(bar->end_ns - bar->begin_ns);
}

int viz_shares_make(struct viz_model *model) {
    size_t blocks = model->bar_count / BLOCK + 1;
    model->sums = malloc(blocks * sizeof *model->sums);
    if (model->sums == NULL)
        return CAD_ENOMEM;
    struct viz_sums sums = {{0}};
    for (size_t i = 0; i < model->bar_count; i++) {
        if (i % BLOCK == 0)
            model->sums[i / BLOCK] = sums;
        const struct viz_bar *bar = &model->bars[i];
        sums.ns[bar->look] += length_of(bar);
    }
    if (model->bar_count % BLOCK == 0)
        model->sums[model->bar_count / BLOCK] = sums;
    return 0;
}

/* How long all bars before bars[at] took. */
static struct viz_sums sums_before(const struct viz_model *model, uint32_t at) {
    struct viz_sums sums = model->sums[at / BLOCK];
    for (uint32_t i = at - at % BLOCK; i < at; i++)
        sums.ns[model->bars[i].look] += length_of(&model->bars[i]);
    return sums;
}

struct viz_shares viz_shares_of_bars(const struct viz_model *model, uint32_t first,
                                     uint32_t count) {
    struct viz_shares shares = {{0}};
    if (count <= BLOCK) { /* the walk is shorter than to a sum and back */
        for (uint32_t i = first; i < first + count; i++)
            shares.ns[model->bars[i].look] += (double)length_of(&model->bars[i]);
        return shares;
    }
    struct viz_sums before = sums_before(model, first);
    struct viz_sums after = sums_before(model, first + count);
    for (int look = 0; look < VIZ_LOOK_COUNT; look++)
        shares.ns[look] = (double)(after.ns[look] - before.ns[look]);
    return shares;
}

/* The first of `count` bars from bars[first] on that begins at a time or later. Most often that is
 * one of the last ones. */
static uint32_t first_to_begin(const struct viz_model *model, uint32_t first, uint32_t count,
                               double time_ns) {
    uint32_t low = first + count;
    uint32_t high = low;
    for (uint32_t step = 1; low > first && (double)model->bars[low - 1].begin_ns >= time_ns;
         step *= 2) {
        high = low - 1;
        low = high - first > step ? high - step : first;
    }
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if ((double)model->bars[middle].begin_ns < time_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Of bars that follow each other: what lies between the two times. */
static struct viz_shares shares_between(const struct viz_model *model, uint32_t first,
                                        uint32_t count, double from_ns, double to_ns) {
    uint32_t end = first_to_begin(model, first, count, to_ns);
    uint32_t at = viz_bar_from(model, first, end - first, (int64_t)floor(from_ns));
    struct viz_shares shares = viz_shares_of_bars(model, at, end - at);
    /* What sticks out at either side: of the first ones to the left, of the last one to the right.
     */
    for (uint32_t i = at; i < end && (double)model->bars[i].begin_ns < from_ns; i++) {
        const struct viz_bar *bar = &model->bars[i];
        double cut_ns = from_ns < (double)bar->end_ns ? from_ns : (double)bar->end_ns;
        shares.ns[bar->look] -= cut_ns - (double)bar->begin_ns;
    }
    if (at < end && (double)model->bars[end - 1].end_ns > to_ns)
        shares.ns[model->bars[end - 1].look] -= (double)model->bars[end - 1].end_ns - to_ns;
    return shares;
}

struct viz_shares viz_shares_near(const struct viz_model *model, const struct viz_row *row,
                                  uint32_t first, uint32_t count, double from_ns, double to_ns) {
    uint32_t row_end = row->first_bar + row->bar_count;
    uint32_t from = first > row->first_bar ? first - 1 : first;
    uint32_t end = row_end - first > count ? first + count + 1 : row_end;
    struct viz_shares shares = shares_between(model, from, end - from, from_ns, to_ns);
    if (row->overlay_count == 0)
        return shares;
    struct viz_shares inside =
        shares_between(model, row->first_overlay, row->overlay_count, from_ns, to_ns);
    shares.ns[VIZ_LOOK_SPAN] -= inside.ns[VIZ_LOOK_WAIT];
    shares.ns[VIZ_LOOK_WAIT] += inside.ns[VIZ_LOOK_WAIT];
    return shares;
}

struct viz_shares viz_shares_of_row(const struct viz_model *model, const struct viz_row *row,
                                    double from_ns, double to_ns) {
    return viz_shares_near(model, row, row->first_bar, row->bar_count, from_ns, to_ns);
}

/* Bars, spread over the cells that they lie in. */
#include "band.h"

#include "palette.h"
#include "shares.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of a row with more bars for each cell than that, sums are looked up: it is the shorter way. */
enum { CROWDED = 64 };

bool viz_band_open(struct viz_band *band, int columns, double begin_ns, double cell_ns) {
    *band = (struct viz_band){.columns = columns, .begin_ns = begin_ns, .cell_ns = cell_ns};
    band->shares = calloc((size_t)columns + 1, sizeof *band->shares);
    band->inside = calloc((size_t)columns + 1, sizeof *band->inside);
    return band->shares != NULL && band->inside != NULL;
}

void viz_band_close(struct viz_band *band) {
    free(band->shares);
    free(band->inside);
    *band = (struct viz_band){.columns = 0};
}

void viz_band_clear(struct viz_band *band) {
    memset(band->shares, 0, (size_t)band->columns * sizeof *band->shares);
    memset(band->inside, 0, (size_t)band->columns * sizeof *band->inside);
}

static int level_of(const struct viz_bar *bar) {
    switch (bar->look) {
    case VIZ_LOOK_SPAN:
        return bar->colour;
    case VIZ_LOOK_RUN:
        return VIZ_BAND_RUNS;
    case VIZ_LOOK_SLEEP:
        return VIZ_BAND_SLEEPS;
    default:
        return VIZ_BAND_WAITS;
    }
}

/* Adds the part of a stretch that is in view, cell by cell. */
static void add_stretch(const struct viz_band *band, float *cells, size_t stride, double from_ns,
                        double to_ns) {
    double from = fmax((from_ns - band->begin_ns) / band->cell_ns, 0);
    double to = fmin((to_ns - band->begin_ns) / band->cell_ns, band->columns);
    int first = (int)from;
    int last = (int)to;
    if (to <= from)
        return;
    if (first == last) {
        cells[(size_t)first * stride] += (float)(to - from);
        return;
    }
    cells[(size_t)first * stride] += (float)(first + 1 - from);
    for (int x = first + 1; x < last; x++)
        cells[(size_t)x * stride] += 1;
    if (last < band->columns)
        cells[(size_t)last * stride] += (float)(to - last);
}

static void add_bars(struct viz_band *band, const struct viz_model *model, uint32_t from,
                     uint32_t end, bool inside) {
    double end_ns = band->begin_ns + band->columns * band->cell_ns;
    for (uint32_t i = from; i < end && (double)model->bars[i].begin_ns < end_ns; i++) {
        const struct viz_bar *bar = &model->bars[i];
        float *cells = inside ? band->inside : &band->shares[0][level_of(bar)];
        add_stretch(band, cells, inside ? 1 : VIZ_BAND_LEVELS, (double)bar->begin_ns,
                    (double)bar->end_ns);
    }
}

/* The colour of a span among the first bars from bars[at] on: neighbours are much alike. */
static int colour_from(const struct viz_model *model, uint32_t at, uint32_t end) {
    for (uint32_t i = at; i < end && i < at + CROWDED; i++)
        if (model->bars[i].look == VIZ_LOOK_SPAN)
            return model->bars[i].colour;
    return 0;
}

/* The same from sums, which know no colours. */
static void add_sums(struct viz_band *band, const struct viz_model *model,
                     const struct viz_row *row) {
    uint32_t end = row->first_bar + row->bar_count;
    for (int x = 0; x < band->columns; x++) {
        double from_ns = band->begin_ns + x * band->cell_ns;
        struct viz_shares shares = viz_shares_of_row(model, row, from_ns, from_ns + band->cell_ns);
        uint32_t at = viz_bar_from(model, row->first_bar, row->bar_count, (int64_t)from_ns);
        float *cell = band->shares[x];
        double waits =
            shares.ns[VIZ_LOOK_WAIT] + shares.ns[VIZ_LOOK_READY] + shares.ns[VIZ_LOOK_LANE];
        cell[colour_from(model, at, end)] += (float)(shares.ns[VIZ_LOOK_SPAN] / band->cell_ns);
        cell[VIZ_BAND_RUNS] += (float)(shares.ns[VIZ_LOOK_RUN] / band->cell_ns);
        cell[VIZ_BAND_SLEEPS] += (float)(shares.ns[VIZ_LOOK_SLEEP] / band->cell_ns);
        cell[VIZ_BAND_WAITS] += (float)(waits / band->cell_ns);
    }
}

/* Whether so many bars of a row are in view that sums are the shorter way. */
static bool is_crowded(const struct viz_band *band, const struct viz_model *model,
                       const struct viz_row *row, uint32_t first) {
    uint32_t crowd = (uint32_t)(CROWDED * band->columns);
    int64_t end_ns = (int64_t)ceil(band->begin_ns + band->columns * band->cell_ns);
    return row->bar_count > crowd &&
           viz_bar_from(model, row->first_bar, row->bar_count, end_ns) - first > crowd;
}

void viz_band_add_row(struct viz_band *band, const struct viz_model *model,
                      const struct viz_row *row) {
    int64_t begin_ns = (int64_t)floor(band->begin_ns);
    uint32_t first = viz_bar_from(model, row->first_bar, row->bar_count, begin_ns);
    if (is_crowded(band, model, row, first)) {
        add_sums(band, model, row);
        return;
    }
    add_bars(band, model, first, row->first_bar + row->bar_count, false);
    if (row->overlay_count > 0)
        add_bars(band, model, viz_bar_from(model, row->first_overlay, row->overlay_count, begin_ns),
                 row->first_overlay + row->overlay_count, true);
}

void viz_band_add_lane(struct viz_band *band, const struct viz_model *model, uint32_t lane) {
    const struct viz_row *row = &model->rows[model->lanes[lane].first_row];
    int64_t begin_ns = (int64_t)floor(band->begin_ns);
    viz_band_add_row(band, model, row);
    for (uint32_t i = 1; i < model->lanes[lane].row_count; i++) {
        uint32_t first = row[i].first_overlay;
        add_bars(band, model, viz_bar_from(model, first, row[i].overlay_count, begin_ns),
                 first + row[i].overlay_count, true);
    }
}

void viz_band_settle(struct viz_band *band) {
    for (int x = 0; x < band->columns; x++) {
        float *cell = band->shares[x];
        float work = 0;
        for (int k = 0; k < VIZ_COLOUR_COUNT; k++)
            work += cell[k];
        float inside = fminf(band->inside[x], work);
        for (int k = 0; k < VIZ_COLOUR_COUNT && inside > 0; k++)
            cell[k] *= (work - inside) / work;
        cell[VIZ_BAND_WAITS] += inside;
        band->inside[x] = 0;
    }
}

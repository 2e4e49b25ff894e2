/* Bars, spread over the cells that they lie in. */
#include "band.h"

#include "edges.h"
#include "palette.h"
#include "shares.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of a row with more bars for each cell than that, sums are looked up: it is the shorter way. */
enum { CROWDED = 64 };

bool viz_band_open(struct viz_band *band, int columns, double begin_ns, double cell_ns) {
    size_t cells = (size_t)columns + 2; /* what ends with the last falls behind it */
    *band = (struct viz_band){
        .columns = columns, .begin_ns = begin_ns, .cell_ns = cell_ns, .cells_a_ns = 1 / cell_ns};
    band->shares = calloc(cells, sizeof *band->shares);
    band->rises = calloc(cells, sizeof *band->rises);
    band->inside = calloc(cells, sizeof *band->inside);
    band->inside_rises = calloc(cells, sizeof *band->inside_rises);
    band->edges = calloc(viz_edges_words((int)cells), sizeof *band->edges);
    return band->edges != NULL && band->shares != NULL && band->rises != NULL &&
           band->inside != NULL && band->inside_rises != NULL;
}

void viz_band_close(struct viz_band *band) {
    free(band->shares);
    free(band->rises);
    free(band->inside);
    free(band->inside_rises);
    free(band->edges);
    *band = (struct viz_band){.columns = 0};
}

void viz_band_clear(struct viz_band *band) {
    int end = band->columns + 2;
    for (int x = viz_edges_next(band->edges, 0, end); x < end;
         x = viz_edges_next(band->edges, x + 1, end)) {
        memset(band->shares[x], 0, sizeof *band->shares);
        memset(band->rises[x], 0, sizeof *band->rises);
        band->inside[x] = 0;
        band->inside_rises[x] = 0;
    }
    memset(band->edges, 0, viz_edges_words(end) * sizeof *band->edges);
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

/* Adds the part of a stretch that is in view. What covers a cell in part goes there, and what
 * covers whole ones is a rise and a fall, summed at the end: so a bar costs the same at any length.
 * A cell covered in part is unlike both its neighbours. */
static void add_stretch(struct viz_band *band, float *cells, float *rises, size_t stride,
                        const struct viz_bar *bar) {
    double from = ((double)bar->begin_ns - band->begin_ns) * band->cells_a_ns;
    double to = ((double)bar->end_ns - band->begin_ns) * band->cells_a_ns;
    from = from > 0 ? from : 0;
    to = to < band->columns ? to : band->columns;
    if (to <= from)
        return;
    size_t first = (size_t)from;
    size_t last = (size_t)to;
    viz_edges_set(band->edges, first);
    viz_edges_set(band->edges, first + 1);
    if (first == last) {
        cells[first * stride] += (float)(to - from);
        return;
    }
    viz_edges_set(band->edges, last);
    viz_edges_set(band->edges, last + 1);
    cells[first * stride] += (float)((double)(first + 1) - from);
    cells[last * stride] += (float)(to - (double)last);
    rises[(first + 1) * stride] += 1;
    rises[last * stride] -= 1;
}

static void add_bars(struct viz_band *band, const struct viz_model *model, uint32_t from,
                     uint32_t end) {
    double end_ns = band->begin_ns + band->columns * band->cell_ns;
    for (uint32_t i = from; i < end && (double)model->bars[i].begin_ns < end_ns; i++) {
        int level = level_of(&model->bars[i]);
        add_stretch(band, &band->shares[0][level], &band->rises[0][level], VIZ_BAND_LEVELS,
                    &model->bars[i]);
    }
}

/* What is waited for inside the spans of a row. */
static void add_overlays(struct viz_band *band, const struct viz_model *model,
                         const struct viz_row *row) {
    double end_ns = band->begin_ns + band->columns * band->cell_ns;
    uint32_t end = row->first_overlay + row->overlay_count;
    uint32_t from =
        viz_bar_from(model, row->first_overlay, row->overlay_count, (int64_t)floor(band->begin_ns));
    for (uint32_t i = from; i < end && (double)model->bars[i].begin_ns < end_ns; i++)
        add_stretch(band, band->inside, band->inside_rises, 1, &model->bars[i]);
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
        viz_edges_set(band->edges, (size_t)x);
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
    add_bars(band, model, first, row->first_bar + row->bar_count);
    if (row->overlay_count > 0)
        add_overlays(band, model, row);
}

void viz_band_add_lane(struct viz_band *band, const struct viz_model *model, uint32_t lane) {
    const struct viz_row *row = &model->rows[model->lanes[lane].first_row];
    viz_band_add_row(band, model, row);
    for (uint32_t i = 1; i < model->lanes[lane].row_count; i++)
        add_overlays(band, model, &row[i]);
}

/* What is waited for inside spans is taken from their work, and waited for. */
static void set_apart(float *cell, float waited) {
    float work = 0;
    for (int k = 0; k < VIZ_COLOUR_COUNT; k++)
        work += cell[k];
    float inside = waited < work ? waited : work;
    for (int k = 0; k < VIZ_COLOUR_COUNT && inside > 0; k++)
        cell[k] *= (work - inside) / work;
    cell[VIZ_BAND_WAITS] += inside;
}

void viz_band_settle(struct viz_band *band) {
    float whole[VIZ_BAND_LEVELS] = {0};
    float inside = 0;
    viz_edges_set(band->edges, 0);
    for (int x = 0; x < band->columns; x = viz_edges_next(band->edges, x + 1, band->columns)) {
        float *cell = band->shares[x];
        for (int k = 0; k < VIZ_BAND_LEVELS; k++) { /* what covers it whole, and in part */
            whole[k] += band->rises[x][k];
            cell[k] += whole[k];
        }
        inside += band->inside_rises[x];
        if (band->inside[x] + inside > 0)
            set_apart(cell, band->inside[x] + inside);
    }
}

void viz_band_spread(struct viz_band *band) {
    int end = band->columns;
    for (int x = 0, next; x < end; x = next) {
        next = viz_edges_next(band->edges, x + 1, end);
        for (int i = x + 1; i < next; i++) {
            memcpy(band->shares[i], band->shares[x], sizeof *band->shares);
            viz_edges_set(band->edges, (size_t)i);
        }
    }
}

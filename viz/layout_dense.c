/* Lanes that are too low to be drawn one by one: a cell of pixels is a mixture of how the time
 * there is spent, over the rows that share it. Each bar in view is looked at once, and again only
 * when the view has changed. */
#include "painter.h"

#include "cadran.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Cells are so many pixels wide. */
enum { CELL = 2 };

/* The levels: spans by their colour, what runs, sleeps, and above them what waits or is ready. */
enum { RUNS = VIZ_COLOUR_COUNT, SLEEPS, WAITS, LEVELS };

/* A wait is hatched where there is room: from afar that is so much of its lines' colour. */
#define HATCHED 0.35F

/* So many rows in one cell are a crowd, of whose work the little there is would not be seen: its
 * colours are as strong as the square root of its share. */
enum { CROWD = 8 };

_Static_assert((int)LEVELS <= (int)VIZ_DENSITY_LEVELS, "a density has room for the levels");

static int level_of(const struct viz_bar *bar) {
    switch (bar->look) {
    case VIZ_LOOK_SPAN:
        return bar->colour;
    case VIZ_LOOK_RUN:
        return RUNS;
    case VIZ_LOOK_SLEEP:
        return SLEEPS;
    default:
        return WAITS;
    }
}

/* One row of cells while it is filled: shares by column and level, and what is waited for inside
 * spans, which is no work. */
struct band {
    int columns;
    double begin_ns;
    double cell_ns;
    float (*shares)[LEVELS];
    float *inside;
};

/* Adds the part of a stretch that is in view, cell by cell. */
static void add_stretch(const struct band *band, float *cells, size_t stride, double from_ns,
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

static void add_row(const struct band *band, const struct viz_model *model,
                    const struct viz_row *row) {
    double end_ns = band->begin_ns + band->columns * band->cell_ns;
    int64_t begin_ns = (int64_t)floor(band->begin_ns);
    uint32_t end = row->first_bar + row->bar_count;
    for (uint32_t i = viz_bar_from(model, row->first_bar, row->bar_count, begin_ns);
         i < end && (double)model->bars[i].begin_ns < end_ns; i++) {
        const struct viz_bar *bar = &model->bars[i];
        add_stretch(band, &band->shares[0][level_of(bar)], LEVELS, (double)bar->begin_ns,
                    (double)bar->end_ns);
    }
    end = row->first_overlay + row->overlay_count;
    for (uint32_t i = viz_bar_from(model, row->first_overlay, row->overlay_count, begin_ns);
         i < end && (double)model->bars[i].begin_ns < end_ns; i++)
        add_stretch(band, band->inside, 1, (double)model->bars[i].begin_ns,
                    (double)model->bars[i].end_ns);
}

/* The sums of some rows as cells of the density, each a share of the rows' time. */
static void finish_band(const struct band *band, uint32_t rows, struct viz_density *density,
                        int at) {
    size_t stride = (size_t)density->rows * (size_t)density->columns;
    uint8_t *cells = density->cells + (size_t)at * (size_t)density->columns;
    for (int x = 0; x < band->columns; x++) {
        float *shares = band->shares[x];
        float work = 0;
        for (int k = 0; k < VIZ_COLOUR_COUNT; k++)
            work += shares[k];
        float inside = fminf(band->inside[x], work);
        for (int k = 0; k < VIZ_COLOUR_COUNT && inside > 0; k++)
            shares[k] *= (work - inside) / work;
        shares[WAITS] += inside;
        for (int k = 0; k < LEVELS; k++)
            shares[k] /= (float)rows;
        shares[WAITS] *= HATCHED;
        float rest = (work - inside) / (float)rows;
        for (int k = 0; k < VIZ_COLOUR_COUNT && rows > (uint32_t)CROWD && rest > 0; k++)
            shares[k] *= sqrtf(rest) / rest;
        viz_density_mix(shares, LEVELS, cells + x, stride);
    }
}

static void fill(struct viz_density *density, const struct viz_painter *painter,
                 struct band *band) {
    const struct viz_model *model = painter->model;
    double first = painter->view->first_row;
    double seen = fmin(painter->frame->extent.visible_rows, (double)model->row_count - first);
    for (int at = 0; at < density->rows; at++) {
        uint32_t from = (uint32_t)(first + seen * at / density->rows);
        uint32_t to = (uint32_t)(first + seen * (at + 1) / density->rows);
        to = to > from ? to : from + 1;
        memset(band->shares, 0, (size_t)band->columns * sizeof *band->shares);
        memset(band->inside, 0, (size_t)band->columns * sizeof *band->inside);
        for (uint32_t i = from; i < to && i < model->row_count; i++)
            add_row(band, model, &model->rows[i]);
        finish_band(band, to - from, density, at);
    }
}

/* Begins a density of this size; false where memory runs out. */
static bool begin(struct viz_density *density, int columns, int rows) {
    size_t size = (size_t)LEVELS * (size_t)columns * (size_t)rows;
    if (size > (size_t)density->levels * (size_t)density->columns * (size_t)density->rows) {
        uint8_t *cells = realloc(density->cells, size);
        if (cells == NULL)
            return false;
        density->cells = cells;
    }
    density->columns = columns;
    density->rows = rows;
    density->levels = LEVELS;
    density->changes++;
    for (int k = 0; k < VIZ_COLOUR_COUNT; k++)
        density->roles[k] = (uint8_t)(VIZ_SPAN_FIRST + k);
    density->roles[RUNS] = VIZ_RUN;
    density->roles[SLEEPS] = VIZ_SLEEP;
    density->roles[WAITS] = VIZ_WAIT;
    return true;
}

/* Fills the scene's density anew; false where memory runs out. */
static bool make(struct viz_painter *painter, struct viz_rect at, double seen) {
    struct viz_density *density = &painter->scene->dense;
    struct band band = {.columns = (at.w + CELL - 1) / CELL,
                        .begin_ns = painter->view->begin_ns,
                        .cell_ns = painter->view->length_ns / at.w * (double)CELL};
    band.shares = malloc((size_t)band.columns * sizeof *band.shares);
    band.inside = malloc((size_t)band.columns * sizeof *band.inside);
    bool made = band.shares != NULL && band.inside != NULL &&
                begin(density, band.columns, seen < at.h ? (int)ceil(seen) : at.h);
    if (made)
        fill(density, painter, &band);
    free(band.shares);
    free(band.inside);
    return made;
}

static bool is_from(const struct viz_density_source *a, const struct viz_density_source *b) {
    return a->model == b->model && a->bars == b->bars && a->colouring == b->colouring &&
           a->begin_ns == b->begin_ns && a->length_ns == b->length_ns &&
           a->first_row == b->first_row && a->row_px == b->row_px && a->width == b->width &&
           a->height == b->height;
}

void viz_paint_dense(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_view *view = painter->view;
    struct viz_scene *scene = painter->scene;
    double seen = fmin(frame->extent.visible_rows, (double)painter->model->row_count);
    struct viz_rect at = frame->lanes;
    at.h = (int)fmin(at.h, ceil(seen * frame->row_px));
    struct viz_density_source source = {.model = painter->model,
                                        .bars = painter->model->bar_count,
                                        .colouring = (int)painter->model->colouring,
                                        .begin_ns = view->begin_ns,
                                        .length_ns = view->length_ns,
                                        .first_row = view->first_row,
                                        .row_px = frame->row_px,
                                        .width = at.w,
                                        .height = at.h};
    if (!is_from(&scene->dense_source, &source)) {
        scene->dense_source = source;
        if (!make(painter, at, seen)) {
            scene->dense_source.model = NULL;
            scene->error = CAD_ENOMEM;
            return;
        }
    }
    viz_add_density(scene, &scene->dense, at);
}

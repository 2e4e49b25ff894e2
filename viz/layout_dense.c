/* Lanes that are too low to be drawn one by one: a cell of pixels is a mixture of how the time
 * there is spent, over the rows that share it. Each bar in view is looked at once, and again only
 * when the view has changed. */
#include "band.h"
#include "painter.h"

#include "cadran.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = VIZ_BAND_LEVELS };

/* A wait is hatched where there is room: from afar that is so much of its lines' colour. */
#define HATCHED 0.35F

/* So many rows in one cell are a crowd, of whose work the little there is would not be seen: its
 * colours are as strong as the square root of its share. */
enum { CROWD = 8 };

_Static_assert((int)LEVELS <= (int)VIZ_DENSITY_LEVELS, "a density has room for the levels");

/* The sums of some rows as a cell of the density, each a share of the rows' time. */
static void mix(const float *sums, uint32_t rows, uint8_t *cell) {
    float shares[LEVELS];
    float part = 1 / (float)rows;
    float work = 0;
    for (int k = 0; k < LEVELS; k++)
        shares[k] = sums[k] * part;
    shares[VIZ_BAND_WAITS] *= HATCHED;
    for (int k = 0; k < VIZ_COLOUR_COUNT; k++)
        work += shares[k];
    for (int k = 0; k < VIZ_COLOUR_COUNT && rows > (uint32_t)CROWD && work > 0; k++)
        shares[k] *= sqrtf(work) / work;
    viz_density_mix(shares, LEVELS, cell);
}

/* The same of a row of cells, where they differ from those before. */
static void finish_band(struct viz_band *band, uint32_t rows, struct viz_density *density, int at) {
    viz_band_settle(band);
    memcpy(viz_density_edges(density, at), band->edges,
           viz_edges_words(band->columns) * sizeof *band->edges);
    for (int x = 0; x < band->columns; x = viz_edges_next(band->edges, x + 1, band->columns))
        mix(band->shares[x], rows, viz_density_edge(density, x, at));
}

/* What a place shows, and how many rows that is: all of a folded group's, and of a head none. */
static uint32_t add_place(struct viz_band *band, const struct viz_painter *painter,
                          uint32_t place) {
    const struct viz_model *model = painter->model;
    const struct viz_arrangement *arrangement = painter->frame->arrangement;
    struct viz_slot slot = viz_slot_at(arrangement, place);
    if (slot.group == VIZ_NO_GROUP) {
        viz_band_add_row(band, model, &model->rows[slot.row]);
        return 1;
    }
    const struct viz_group *group = &arrangement->groups[slot.group];
    if (!group->folded)
        return 0;
    for (uint32_t i = 0; i < group->count; i++)
        viz_band_add_lane(band, model, arrangement->lanes[group->first + i]);
    return group->count;
}

static void fill(struct viz_density *density, const struct viz_painter *painter,
                 struct viz_band *band) {
    double places = (double)viz_place_count(painter->model, painter->frame->arrangement);
    double first = painter->view->first_row;
    double seen = fmin(painter->frame->extent.visible_rows, places - first);
    for (int at = 0; at < density->rows; at++) {
        uint32_t from = (uint32_t)(first + seen * at / density->rows);
        uint32_t to = (uint32_t)(first + seen * (at + 1) / density->rows);
        to = to > from ? to : from + 1;
        viz_band_clear(band);
        uint32_t rows = 0;
        for (uint32_t i = from; i < to && i < places; i++)
            rows += add_place(band, painter, i);
        finish_band(band, rows > 0 ? rows : 1, density, at);
    }
}

/* Room for so many rows of cells; false where memory runs out. */
static bool make_room(struct viz_density *density, int columns, int rows) {
    uint8_t *cells =
        realloc(density->cells, (size_t)LEVELS * (size_t)columns * (size_t)rows + LEVELS);
    if (cells != NULL)
        density->cells = cells;
    uint64_t *edges =
        realloc(density->edges, (size_t)(rows + 1) * viz_edges_words(columns) * sizeof *edges);
    if (edges != NULL)
        density->edges = edges;
    return cells != NULL && edges != NULL;
}

/* Begins a density of this size; false where memory runs out. */
static bool begin(struct viz_density *density, int columns, int rows) {
    if ((columns != density->columns || rows != density->rows) &&
        !make_room(density, columns, rows)) {
        density->columns = 0; /* it has room for nothing that is known */
        return false;
    }
    density->columns = columns;
    density->rows = rows;
    density->levels = LEVELS;
    density->changes++;
    for (int k = 0; k < VIZ_COLOUR_COUNT; k++)
        density->roles[k] = (uint8_t)(VIZ_SPAN_FIRST + k);
    density->roles[VIZ_BAND_RUNS] = VIZ_RUN;
    density->roles[VIZ_BAND_SLEEPS] = VIZ_SLEEP;
    density->roles[VIZ_BAND_WAITS] = VIZ_WAIT;
    return true;
}

/* Fills the scene's density anew; false where memory runs out. */
static bool make(struct viz_painter *painter, struct viz_rect at, double seen) {
    struct viz_density *density = &painter->scene->dense;
    struct viz_band band;
    int unit = viz_px(painter->frame, 1) > 1 ? viz_px(painter->frame, 1) : 1;
    int cell = VIZ_BAND_CELL_PX * unit;
    int rows = (at.h + unit - 1) / unit;
    bool made = viz_band_open(&band, (at.w + cell - 1) / cell, painter->view->begin_ns,
                              painter->view->length_ns / at.w * cell) &&
                begin(density, band.columns, seen < rows ? (int)ceil(seen) : rows);
    if (made)
        fill(density, painter, &band);
    viz_band_close(&band);
    return made;
}

static bool is_from(const struct viz_density_source *a, const struct viz_density_source *b) {
    return a->model == b->model && a->bars == b->bars && a->colouring == b->colouring &&
           a->arranged == b->arranged && a->begin_ns == b->begin_ns &&
           a->length_ns == b->length_ns && a->first_row == b->first_row && a->row_px == b->row_px &&
           a->width == b->width && a->height == b->height;
}

void viz_paint_dense(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_view *view = painter->view;
    struct viz_scene *scene = painter->scene;
    double places = (double)viz_place_count(painter->model, frame->arrangement);
    double seen = fmin(frame->extent.visible_rows, places);
    struct viz_rect at = frame->lanes;
    at.h = (int)fmin(at.h, ceil(seen * frame->row_px));
    struct viz_density_source source = {
        .model = painter->model,
        .bars = painter->model->bar_count,
        .arranged = frame->arrangement != NULL ? frame->arrangement->changes : 0,
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

/* From bars to the cells of the map: shares of time, weighted by what they are worth there. */
#include "map.h"

#include "cadran.h"
#include "palette.h"

#include <math.h>
#include <stdlib.h>

enum { COLUMNS = 512, ROWS_MAX = 48, STRIDE = COLUMNS + 1 };

/* While it is made: by row and column, what lies within a cell, and by how much whole cells rise
 * there. */
struct map {
    const struct viz_model *model;
    double scale; /* cells a nanosecond */
    size_t rows;
    float *part;
    float *step;
    uint32_t *counts; /* rows of the model, by row of the map */
};

/* Adds a stretch of a row of cells: what covers a cell in part goes there, and what covers whole
 * ones is a step up and a step down, summed at the end. So a bar costs the same at any length. */
static void add_stretch(float *part, float *step, double from, double to, float weight) {
    int first = (int)from;
    int last = (int)to;
    if (first >= COLUMNS)
        first = COLUMNS - 1;
    if (last >= COLUMNS)
        last = COLUMNS - 1;
    if (first == last) {
        part[first] += weight * (float)fmax(to - from, 0.02);
        return;
    }
    part[first] += weight * (float)(first + 1 - from);
    part[last] += weight * (float)(to - last);
    step[first + 1] += weight;
    step[last] -= weight;
}

static void add_row(struct map *map, size_t at, const struct viz_row *row) {
    static const float weights[VIZ_LOOK_COUNT] = {
        [VIZ_LOOK_SPAN] = 1.0F,   [VIZ_LOOK_SLEEP] = 0.45F, [VIZ_LOOK_WAIT] = 0.12F,
        [VIZ_LOOK_READY] = 0.12F, [VIZ_LOOK_RUN] = 1.0F,    [VIZ_LOOK_LANE] = 0.45F};
    map->counts[at]++;
    for (uint32_t k = row->first_bar; k < row->first_bar + row->bar_count; k++) {
        const struct viz_bar *bar = &map->model->bars[k];
        add_stretch(map->part + at * STRIDE, map->step + at * STRIDE,
                    (double)bar->begin_ns * map->scale, (double)bar->end_ns * map->scale,
                    weights[bar->look]);
    }
}

/* What is folded lies in one place. */
static void add_slot(struct map *map, size_t at, const struct viz_arrangement *arrangement,
                     struct viz_slot slot) {
    if (slot.group == VIZ_NO_GROUP) {
        add_row(map, at, &map->model->rows[slot.row]);
        return;
    }
    const struct viz_group *group = &arrangement->groups[slot.group];
    for (uint32_t i = 0; group->folded && i < group->count; i++) {
        const struct viz_lane *lane = &map->model->lanes[arrangement->lanes[group->first + i]];
        add_row(map, at, &map->model->rows[lane->first_row]);
    }
}

static void fill_cells(const struct map *map, uint8_t *cells) {
    for (size_t r = 0; r < map->rows; r++) {
        double whole = 0;
        for (size_t c = 0; c < COLUMNS; c++) {
            whole += (double)map->step[r * STRIDE + c];
            double share = (whole + (double)map->part[r * STRIDE + c]) /
                           (map->counts[r] > 0 ? (double)map->counts[r] : 1);
            /* The square root lets the little that happens somewhere be seen. */
            double level = share > 1e-4 ? 24 + 231 * sqrt(fmin(share, 1)) : 0;
            cells[r * COLUMNS + c] = (uint8_t)level;
        }
    }
}

int viz_map_make(struct viz_density *density, const struct viz_model *model,
                 const struct viz_arrangement *arrangement) {
    size_t places = viz_place_count(model, arrangement);
    struct map map = {.model = model,
                      .scale = (double)COLUMNS / (model->end_ns > 0 ? (double)model->end_ns : 1.0),
                      .rows = places < ROWS_MAX ? places : ROWS_MAX};
    size_t cells = map.rows * STRIDE + 1;
    map.part = calloc(cells, sizeof *map.part);
    map.step = calloc(cells, sizeof *map.step);
    map.counts = calloc(map.rows + 1, sizeof *map.counts);
    uint8_t *made = calloc(cells, 1);
    bool room = map.part != NULL && map.step != NULL && map.counts != NULL && made != NULL;
    for (size_t i = 0; room && i < places; i++)
        add_slot(&map, i * map.rows / places, arrangement, viz_slot_at(arrangement, (uint32_t)i));
    if (room) {
        fill_cells(&map, made);
        free(density->cells);
        *density = (struct viz_density){.columns = COLUMNS,
                                        .rows = (int)map.rows,
                                        .levels = 1,
                                        .roles = {VIZ_STRIP},
                                        .cells = made,
                                        .changes = density->changes + 1};
    } else {
        free(made);
    }
    free(map.part);
    free(map.step);
    free(map.counts);
    return room ? 0 : CAD_ENOMEM;
}

/* The cells of groups, a place for each of the last ones that were asked for. */
#include "group_cells.h"

#include <stdlib.h>
#include <string.h>

static bool is_from(const struct viz_density_source *a, const struct viz_density_source *b) {
    return a->model == b->model && a->bars == b->bars && a->colouring == b->colouring &&
           a->arranged == b->arranged && a->begin_ns == b->begin_ns &&
           a->length_ns == b->length_ns && a->width == b->width;
}

/* All of a group's lanes, each cell a share of their time. */
static void fill(struct viz_band *band, const struct viz_model *model,
                 const struct viz_arrangement *arrangement, const struct viz_group *group) {
    for (uint32_t i = 0; i < group->count; i++)
        viz_band_add_lane(band, model, arrangement->lanes[group->first + i]);
    viz_band_settle(band);
    viz_band_spread(band);
    for (int x = 0; x < band->columns; x++)
        for (int level = 0; level < VIZ_BAND_LEVELS; level++)
            band->shares[x][level] /= (float)group->count;
}

static void count_failures(struct viz_group_cells *cells, const struct viz_model *model,
                           const struct viz_arrangement *arrangement,
                           const struct viz_group *group) {
    for (uint32_t i = 0; i < group->count && group->failed > 0; i++) {
        const struct viz_lane *lane = &model->lanes[arrangement->lanes[group->first + i]];
        double cell = ((double)lane->end_ns - cells->band.begin_ns) / cells->band.cell_ns;
        if (model->trace->tracks[lane->track].outcome == TRACE_OUTCOME_FAILED && cell >= 0 &&
            cell < cells->band.columns)
            cells->failures[(int)cell]++;
    }
}

static void close_cells(struct viz_group_cells *cells) {
    viz_band_close(&cells->band);
    free(cells->failures);
    cells->failures = NULL;
}

const struct viz_group_cells *
viz_group_cells(struct viz_group_cells *kept, const struct viz_arrangement *arrangement,
                uint32_t group, const struct viz_density_source *source, int columns) {
    struct viz_group_cells *place = &kept[group % VIZ_GROUPS_KEPT];
    if (place->failures != NULL && place->group == group && is_from(&place->source, source))
        return place;
    close_cells(place);
    place->failures = calloc((size_t)columns + 1, sizeof *place->failures);
    if (!viz_band_open(&place->band, columns, source->begin_ns, source->length_ns / columns) ||
        place->failures == NULL) {
        close_cells(place);
        return NULL;
    }
    place->source = *source;
    place->group = group;
    fill(&place->band, source->model, arrangement, &arrangement->groups[group]);
    count_failures(place, source->model, arrangement, &arrangement->groups[group]);
    return place;
}

void viz_group_cells_free(struct viz_group_cells *kept) {
    for (int i = 0; i < VIZ_GROUPS_KEPT; i++)
        close_cells(&kept[i]);
    memset(kept, 0, VIZ_GROUPS_KEPT * sizeof *kept);
}

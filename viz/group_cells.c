/* The cells of groups, a place for each of the last ones that were asked for. */
#include "group_cells.h"

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
    for (int x = 0; x < band->columns; x++)
        for (int level = 0; level < VIZ_BAND_LEVELS; level++)
            band->shares[x][level] /= (float)group->count;
}

const struct viz_band *viz_group_cells(struct viz_group_cells *kept,
                                       const struct viz_arrangement *arrangement, uint32_t group,
                                       const struct viz_density_source *source, int columns) {
    struct viz_group_cells *place = &kept[group % VIZ_GROUPS_KEPT];
    if (place->band.shares != NULL && place->group == group && is_from(&place->source, source))
        return &place->band;
    viz_band_close(&place->band);
    if (!viz_band_open(&place->band, columns, source->begin_ns, source->length_ns / columns)) {
        viz_band_close(&place->band);
        return NULL;
    }
    place->source = *source;
    place->group = group;
    fill(&place->band, source->model, arrangement, &arrangement->groups[group]);
    return &place->band;
}

void viz_group_cells_free(struct viz_group_cells *kept) {
    for (int i = 0; i < VIZ_GROUPS_KEPT; i++)
        viz_band_close(&kept[i].band);
    memset(kept, 0, VIZ_GROUPS_KEPT * sizeof *kept);
}

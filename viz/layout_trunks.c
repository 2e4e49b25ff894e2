/* Labels above arrows: where the trunk of one runs through a name, the name gets a ground of its
 * own, or the two could not be read. Trunks are found in the scene, where they have just been put,
 * and kept in the order of their columns, so that a name asks for those of its own columns alone.
 */
#include "painter.h"

#include <stdlib.h>

/* More are not told from one another, and their names have no ground. */
enum { TRUNKS_MOST = 512 };

struct viz_trunks {
    struct viz_rect at[TRUNKS_MOST];
    size_t count;
};

static int by_column(const void *left, const void *right) {
    const struct viz_rect *a = left, *b = right;
    return (a->x > b->x) - (a->x < b->x);
}

/* The upright lines of arrows among what is in the scene from `first` on. */
static void find_trunks(struct viz_trunks *trunks, const struct viz_scene *scene, size_t first) {
    trunks->count = 0;
    for (size_t i = first; i < scene->count && trunks->count < TRUNKS_MOST; i++) {
        const struct viz_prim *prim = &scene->prims[i];
        if (prim->kind == VIZ_FILL && prim->shows.kind == VIZ_ID_WAKE && prim->at.h > prim->at.w)
            trunks->at[trunks->count++] = prim->at;
    }
    qsort(trunks->at, trunks->count, sizeof trunks->at[0], by_column);
}

/* The first trunk at a column or right of it. */
static size_t trunk_from(const struct viz_trunks *trunks, int x) {
    size_t from = 0, to = trunks->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (trunks->at[middle].x < x)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

bool viz_is_crossed(const struct viz_painter *painter, const struct viz_rect *at) {
    const struct viz_trunks *trunks = painter->trunks;
    for (size_t i = trunk_from(trunks, at->x); i < trunks->count; i++) {
        const struct viz_rect *trunk = &trunks->at[i];
        if (trunk->x >= at->x + at->w)
            return false;
        if (trunk->y < at->y + at->h && at->y < trunk->y + trunk->h)
            return true;
    }
    return false;
}

void viz_paint_wakes_and_labels(struct viz_painter *painter) {
    struct viz_trunks trunks;
    size_t first = painter->scene->count;
    viz_paint_wakes(painter);
    find_trunks(&trunks, painter->scene, first);
    painter->trunks = &trunks;
    viz_paint_labels(painter);
    painter->trunks = NULL;
}

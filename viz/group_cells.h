/* group_cells.h - what folded groups show, kept from picture to picture: it is made anew when the
 * view, the lanes or their colours have changed, and not when the pointer has moved.
 */
#ifndef VIZ_GROUP_CELLS_H
#define VIZ_GROUP_CELLS_H

#include "arrange.h"
#include "band.h"

enum { VIZ_GROUPS_KEPT = 64 };

/* All zero: nothing is kept. */
struct viz_group_cells {
    struct viz_density_source source;
    uint32_t group;
    struct viz_band band; /* shares of its lanes' time, which together are 1 at most */
    uint32_t *failures;   /* of its tasks, by the cell in which they ended */
};

/* The cells of a group. NULL: no memory. `kept` has VIZ_GROUPS_KEPT places. */
const struct viz_group_cells *viz_group_cells(struct viz_group_cells *kept,
                                              const struct viz_arrangement *arrangement,
                                              uint32_t group,
                                              const struct viz_density_source *source, int columns);
void viz_group_cells_free(struct viz_group_cells *kept);

#endif

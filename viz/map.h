/* map.h - all of a trace in little: a row of cells for a few lanes, for the map at the bottom.
 */
#ifndef VIZ_MAP_H
#define VIZ_MAP_H

#include "arrange.h"

/* Fills a density with the rows of a model as they are arranged; NULL: as the model has them. Each
 * bar is looked at once. What the density has is freed. 0, or CAD_ENOMEM. */
int viz_map_make(struct viz_density *density, const struct viz_model *model,
                 const struct viz_arrangement *arrangement);

#endif

/* hit.h - what is at a point of the picture, and what is next to it. */
#ifndef VIZ_HIT_H
#define VIZ_HIT_H

#include "layout.h"

/* What is at a point: a bar, a mark or a lane by the model, where those too short to be hit exactly
 * are found from a few pixels away; else, what the scene shows there. */
struct viz_id viz_hit(const struct viz_model *model, const struct viz_view *view,
                      const struct viz_frame *frame, const struct viz_scene *scene, int x, int y);

/* Where a thing is: its row, and its stretch of time. False where it is nowhere in the lanes. */
bool viz_place_of(const struct viz_model *model, struct viz_id id, double *row, double *from_ns,
                  double *to_ns);

/* The bar after (step 1) or before (step -1) what is meant, in its row; the same where there is
 * none. */
struct viz_id viz_next_bar(const struct viz_model *model, struct viz_id id, int step);

#endif

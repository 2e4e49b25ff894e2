/* wakes.h - which wakes there are from a time on, and which of them a bar caused.
 *
 * The trace has them in the order of time. The model keeps those of each track apart, so that one
 * bar's are found without a look at all that others caused meanwhile.
 */
#ifndef VIZ_WAKES_H
#define VIZ_WAKES_H

#include "model.h"

/* Sorts the wakes of a model by who caused them. 0, or CAD_ENOMEM. */
int viz_wakes_make(struct viz_model *model);

/* The first wake that begins at or after a time. */
size_t viz_wake_from(const struct viz_model *model, int64_t time_ns);
/* The wakes that a bar caused: those between its begin and its end in the order of the events.
 * Where a trace does not say within what its wakes began, those of the lane from the one time to
 * the other. Up to `limit` of them go into wakes[]. Returns how many there are. */
size_t viz_wakes_by(const struct viz_model *model, uint32_t bar, uint32_t *wakes, size_t limit);

#endif

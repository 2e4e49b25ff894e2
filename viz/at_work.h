/* at_work.h - when tasks are at work, and how many of them are.
 *
 * A task is at work while it has a span open, and neither waits for somebody else nor for its turn.
 * Spans inside spans count once, and time that passes inside a span is its work: as `cadran export`
 * counts, too.
 */
#ifndef VIZ_AT_WORK_H
#define VIZ_AT_WORK_H

#include "model.h"

/* Fills model->at_work, and each lane's work_ns. 0, or CAD_ENOMEM. */
int viz_find_work(struct viz_model *model);

#endif

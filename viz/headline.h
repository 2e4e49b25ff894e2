/* headline.h - a run in a line, for the header: what made it as long as it is, and what its tasks
 * waited for most. */
#ifndef VIZ_HEADLINE_H
#define VIZ_HEADLINE_H

#include "reasons.h"

enum { VIZ_HEADLINE_SIZE = 512 };

/* Whether it can be said of a model at once: of a whole run, and of a file that can be read
 * again while nobody notices; of others once their reasons have been read for something else. */
bool viz_has_headline(const struct viz_model *model, const struct viz_reasons *reasons);

/* "5 s = job2 3 s + job7 2 s; 19 % of the tasks' time is waiting for queue window"; "2 tasks wait
 * for one another since 1 s: ...". False where there is nothing to be said: of another program's
 * trace, of a run that was stopped from outside. */
bool viz_write_headline(struct viz_reasons *reasons, char out[VIZ_HEADLINE_SIZE]);

#endif

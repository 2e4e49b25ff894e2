/* history.h - where one has been: views and selections, to go back to and forward again.
 */
#ifndef VIZ_HISTORY_H
#define VIZ_HISTORY_H

#include "identity.h"
#include "view.h"

#include <stddef.h>

/* As far as one can go back. */
enum { VIZ_HISTORY_MAX = 256 };

struct viz_place {
    struct viz_view view;
    struct viz_id selected;
};

/* All zero: nowhere. */
struct viz_history {
    struct viz_place *places; /* those before the present one, and, from `at` on, those after it */
    size_t count;
    size_t at;
};

/* The present place is left for another: it is the last before that, and nothing is after it.
 * Where there is no memory, or no room, the oldest are forgotten. */
void viz_history_add(struct viz_history *history, struct viz_place place);
/* Puts the present place into the history, and takes out the one before it, or after it. False
 * where there is none. */
bool viz_history_step(struct viz_history *history, bool forward, struct viz_place *place);
void viz_history_free(struct viz_history *history);

#endif

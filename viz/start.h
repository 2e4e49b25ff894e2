/* start.h - what is asked for at first, beside a stretch of time.
 */
#ifndef VIZ_START_H
#define VIZ_START_H

#include "groups.h"
#include "order.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VIZ_START_PINS = 32 };

/* Of the lanes; all zero: all of them, as they are. Texts are the command line's. */
struct viz_start_lanes {
    const char *filter; /* NULL: none */
    enum viz_grouping grouping;
    bool unfold;
    enum viz_ordering ordering;
    const char *pins[VIZ_START_PINS]; /* tasks */
    size_t pin_count;
};

struct viz_start {
    bool way;         /* the longest way is drawn */
    bool table;       /* the table is shown, */
    int64_t step_ns;  /* with rows of that length; 0: as suits */
    bool panel;       /* the panel is open */
    const char *task; /* ... and says of the task of that name; NULL: of the run */
    struct viz_start_lanes lanes;
};

/* Whether the trace ends before a stretch of time begins that is asked for; then says so. */
enum { VIZ_BEYOND_SIZE = 128 };
struct viz_model;
bool viz_is_beyond(const struct viz_model *model, double from_ns, char fault[VIZ_BEYOND_SIZE]);

#endif

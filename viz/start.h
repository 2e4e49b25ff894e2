/* start.h - what is asked for at first, beside a stretch of time. */
#ifndef VIZ_START_H
#define VIZ_START_H

#include <stdbool.h>
#include <stdint.h>

struct viz_start {
    bool way;         /* the longest way is drawn */
    bool table;       /* the table is shown, */
    int64_t step_ns;  /* with rows of that length; 0: as suits */
    bool panel;       /* the panel is open */
    const char *task; /* ... and says of the task of that name; NULL: of the run */
};

#endif

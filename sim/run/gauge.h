/* run/gauge.h - how much a run has done, counted down to the next look at its limits (limits.h).
 */
#ifndef RUN_GAUGE_H
#define RUN_GAUGE_H

#include <stddef.h>
#include <stdint.h>

/* How much was done, against the limits. Instructions are counted down, and looked at when none
 * is left. */
struct run_gauge {
    uint64_t fuel;        /* instructions until the next look */
    uint64_t given;       /* at the last one */
    uint64_t steps;       /* all that were done before the last look */
    uint64_t still_steps; /* likewise, since the clock last moved */
    int64_t still_ns;     /* when that was */
    uint64_t turns;       /* how often a job was gone on with */
    uint64_t still_turn;
    uint64_t items; /* of long values that were gone through, since the last look for them */
};

/* The next instruction looks at the limits, and so at what has come meanwhile. */
static inline void run_gauge_look_soon(struct run_gauge *gauge) {
    gauge->given -= gauge->fuel;
    gauge->fuel = 0;
}

/* An instruction has gone through so many items of long values: after many of them it is time for a
 * look. */
static inline void run_gauge_costs(struct run_gauge *gauge, size_t items) {
    enum { LOOK_EVERY_ITEMS = 1 << 22 };
    gauge->items += items;
    if (gauge->items < LOOK_EVERY_ITEMS)
        return;
    gauge->items = 0;
    run_gauge_look_soon(gauge);
}

#endif

/* drift/lateness.h - how late a loop was, look by look at its clock, and why.
 *
 * A loop is late where it runs something after the time at which that was to run. It has two
 * reasons. One is work of its own: what the tasks do between their waits takes time, which a
 * scenario says takes none. The other is the computer, which had others to serve. The processor
 * time of the loop's thread tells the two apart: own work is how late the loop would have been on a
 * computer that has nothing else to do, as a queue with one server would be.
 */
#ifndef DRIFT_LATENESS_H
#define DRIFT_LATENESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cadran.h"

struct drift_look {
    int64_t due_ns;       /* the loop's time */
    int64_t now_ns;       /* what time it really was */
    int64_t processor_ns; /* that the loop's thread had had by then */
    int64_t own_ns;       /* how late work of its own alone would have made it */
};

/* Those of one run. */
struct drift_lateness {
    cad_clock_hook hook; /* to be added to the loop, on whose thread it is called */
    struct drift_look *looks;
    size_t count, capacity;
    bool no_memory; /* there would be more */
};

void drift_lateness_init(struct drift_lateness *lateness);
void drift_lateness_free(struct drift_lateness *lateness);

/* A look more, in the order of time. */
void drift_lateness_add(struct drift_lateness *lateness, int64_t due_ns, int64_t now_ns,
                        int64_t processor_ns);

/* The most by which the computer, and no work of its own, made the loop late. */
int64_t drift_worst_lateness(const struct drift_lateness *lateness);

/* What time it would have been at a time of the real clock, had the computer had nothing else to
 * do. That time itself where nobody looked before it. */
int64_t drift_unhindered(const struct drift_lateness *lateness, int64_t time_ns);

#endif

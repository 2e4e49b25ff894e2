/* shown.h - whether what a program shows of a state is what the engine has said of it. Who watches
 * a run (watch.h) asks for it where the test has it: shown_nothing.c, viz/shown.c.
 */
#ifndef SHOWN_H
#define SHOWN_H

#include "trace/timeline.h"

#include <stdbool.h>

/* The engine's state after a turn, in the words of probe.h. */
struct shown_moment {
    uint64_t ordinal;
    char *words;
};

/* Says on standard error what differs. */
bool shown_compare(const char *file, struct trace_timeline *timeline,
                   const struct shown_moment *moments, size_t count);

#endif

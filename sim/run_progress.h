/* run_progress.h - where a long silent run is: one line on a terminal, which goes when there is
 * something to say.
 */
#ifndef SIM_RUN_PROGRESS_H
#define SIM_RUN_PROGRESS_H

#include <stdio.h>

#include "scenario/machine.h"

typedef struct sim_terminal {
    sim_progress progress; /* for sim_machine_options */
    FILE *file;
    int64_t spoken_ns;    /* when something was last said, by the monotonic clock */
    int64_t drawn_ns;     /* when the line was last drawn */
    uint64_t drawn_steps; /* what it said then */
    bool drawn;           /* it is there */
} sim_terminal;

/* Begins to watch a run; `file` is a terminal. Nothing is drawn in the first second, nor in a
 * second in which something was said. */
void sim_terminal_start(sim_terminal *terminal, FILE *file);

#endif

/* run_progress.h - where a long silent run is: one line on a terminal, which goes when there is
 * something to say.
 */
#ifndef CLI_RUN_PROGRESS_H
#define CLI_RUN_PROGRESS_H

#include <stdio.h>

#include "run/settings.h"

typedef struct cli_terminal {
    run_progress progress; /* for run_machine_options */
    FILE *file;
    int64_t spoken_ns;    /* when something was last said, by the monotonic clock */
    int64_t drawn_ns;     /* when the line was last drawn */
    uint64_t drawn_steps; /* what it said then */
    bool drawn;           /* it is there */
} cli_terminal;

/* Begins to watch a run; `file` is a terminal. Nothing is drawn in the first second, nor in a
 * second in which something was said. */
void cli_terminal_start(cli_terminal *terminal, FILE *file);

#endif

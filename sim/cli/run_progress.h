/* run_progress.h - where a long run is: after some seconds it is said once who is alive, and what
 * ends the run; on a terminal there is also a line, which goes when there is something to say.
 */
#ifndef CLI_RUN_PROGRESS_H
#define CLI_RUN_PROGRESS_H

#include <stdio.h>

#include "run/lines.h"
#include "run/settings.h"

typedef struct cli_terminal {
    run_progress progress; /* for run_machine_options */
    FILE *file;
    run_lines *lines;     /* what the tasks have printed stands before what is said */
    bool draws;           /* the file is a terminal */
    bool told;            /* that the run goes on */
    int64_t began_ns;     /* by the monotonic clock */
    int64_t spoken_ns;    /* when something was last said, by the monotonic clock */
    int64_t drawn_ns;     /* when the line was last drawn */
    uint64_t drawn_steps; /* what it said then */
    bool drawn;           /* it is there */
} cli_terminal;

/* Begins to watch a run under the virtual clock, and says on `file` how far it is. On a terminal
 * nothing is drawn in the first second, nor in a second in which something was said. */
void cli_terminal_start(cli_terminal *terminal, FILE *file, run_lines *lines);

#endif

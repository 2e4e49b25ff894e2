/* run.h - `cadran run`: loads a scenario, runs it, and says how it went.
 */
#ifndef SIM_RUN_H
#define SIM_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenario/machine.h"

/* The exit statuses of all commands. */
enum sim_status {
    SIM_STATUS_EXPECTED = 0,
    SIM_STATUS_UNEXPECTED = 1,
    SIM_STATUS_USAGE = 2,       /* bad usage or bad input: nothing was run */
    SIM_STATUS_ENVIRONMENT = 3, /* a file could not be written whole, no memory */
};

typedef struct sim_run_options {
    const char *path;        /* of the scenario; "-": standard input */
    const char *trace_path;  /* NULL: no trace is kept */
    const char *report_path; /* NULL: no report */
    bool table;              /* print the sequencing table on standard error */
    uint64_t max_memory;     /* bytes; SIM_UNLIMITED */
    sim_machine_options
        machine; /* clock, seed, variables, end and limits; the rest is sim_run()'s */
} sim_run_options;

/* What the options are where the command line says nothing. */
void sim_run_defaults(sim_run_options *options);

/* Does all of it; messages go to standard error. Only once in a program: it sets the allocator and
 * handles SIGINT. Returns an enum sim_status. */
int sim_run(const sim_run_options *options);

#endif

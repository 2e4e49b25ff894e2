/* run.h - `cadran run`: loads a scenario, runs it, and says how it went.
 */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run/settings.h"

/* The exit statuses of all commands. */
enum cli_status {
    CLI_STATUS_EXPECTED = 0,
    CLI_STATUS_UNEXPECTED = 1,
    CLI_STATUS_USAGE = 2,       /* bad usage or bad input: nothing was run */
    CLI_STATUS_ENVIRONMENT = 3, /* a file could not be written whole, no memory */
};

typedef struct cli_run_options {
    const char *path;        /* of the scenario; "-": standard input */
    const char *trace_path;  /* NULL: no trace is kept */
    const char *report_path; /* NULL: no report */
    bool detail;             /* the trace tells all that happens, not only what people look at */
    bool raw;                /* to a terminal, too, what tasks print goes as it is */
    bool table;              /* print the sequencing table on standard error */
    uint64_t max_memory;     /* bytes; BASE_UNLIMITED */
    run_machine_options
        machine; /* clock, seed, variables, end and limits; the rest is cli_run()'s */
} cli_run_options;

/* What the options are where the command line says nothing. */
void cli_run_defaults(cli_run_options *options);

/* Does all of it; messages go to standard error. Only once in a program: it sets the allocator and
 * handles SIGINT. Returns an enum cli_status. */
int cli_run(const cli_run_options *options);

#endif

/* run.h - `cadran run`: loads a scenario, runs it, and says how it went.
 */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/command.h"
#include "run/settings.h"

typedef struct cli_run_options {
    const char *path;        /* of the scenario that is run; "-": standard input */
    const char *trace_path;  /* NULL: no trace is kept */
    const char *report_path; /* NULL: no report */
    bool view;               /* the viewer follows the trace */
    bool detail;             /* the trace tells all that happens, not only what people look at */
    bool raw;                /* to a terminal, too, what tasks print goes as it is */
    bool table;              /* print the sequencing table on standard error */
    bool quiet;              /* of a run that is as expected the outcome is not printed */
    uint64_t max_memory;     /* bytes; BASE_UNLIMITED */
    run_machine_options
        machine; /* clock, seed, variables, end and limits; the rest is cli_run()'s */
} cli_run_options;

/* What the options are where the command line says nothing. */
void cli_run_defaults(cli_run_options *options);

/* Runs scenarios, one after the other, up to one that a signal ends; messages go to standard error.
 * Only once in a program: it sets the allocator and handles SIGINT. Returns the worst enum
 * cli_status. */
int cli_run(const cli_run_options *options, const char *const *paths, size_t count);

/* Says what is wrong with scenarios, without running them: all that can be known before a run, and
 * with `quiet` nothing of those that are fine. As cli_run(). */
int cli_check(const char *const *paths, size_t count, bool quiet);

#endif

/* suite/trial.h - runs a scenario, with its trace in memory, and says what is wrong with the run.
 */
#ifndef SUITE_TRIAL_H
#define SUITE_TRIAL_H

#include <stdbool.h>
#include <stdio.h>

#include "program/language.h"
#include "program/program.h"
#include "run/lines.h"
#include "suite/result.h"

/* What is kept from one run to the next in a process; zeroed, but for what is chosen, it is new. It
 * lives as long as the process; one that could not be made is not to be used again. */
typedef struct suite_stage {
    bool real;            /* the clock */
    bool traces;          /* also of a scenario of which no golden is kept there is a trace */
    run_lines nowhere;    /* where the tasks print */
    int trace[2];         /* files without a name, for the traces of two runs */
    int64_t tolerance_ns; /* of the last run: how far off its times may be under the real clock */
    int64_t late_ns; /* of all runs of a scenario: the most by which the computer made one late */
    bool ready;
} suite_stage;

/* A scenario that is run. */
typedef struct suite_trial {
    suite_stage *stage;
    const char *path;
    const prog_program *program;
    suite_result *result; /* what is wrong goes there */
    FILE *report;         /* what is said of the run; NULL: it is of no interest */
} suite_trial;

/* What to do after a first run, whose trace is the stage's first. 0 or CAD_ENOMEM. */
typedef int suite_then(const suite_trial *trial, void *context);

/* Loads a scenario, runs it, holds it against its `expect`, and goes on with then(), unless it
 * could not be run. *result is new. After run_process_start(). 0 or CAD_ENOMEM. */
int suite_try(suite_stage *stage, const prog_language *language, const char *path,
              suite_result *result, suite_then *then, void *context);

/* For then(): runs it again; the trace goes to the stage's number. With a report it is held against
 * its `expect`, too. 0 or CAD_ENOMEM. */
int suite_trial_run(const suite_trial *trial, int number);

/* A file could not be read or written, for this reason (errno). 0 or CAD_ENOMEM. */
int suite_note_file(const suite_trial *trial, const char *path, int reason);

#endif

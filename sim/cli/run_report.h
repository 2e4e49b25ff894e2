/* run_report.h - what became of a run, as a JSON object (--report).
 */
#ifndef CLI_RUN_REPORT_H
#define CLI_RUN_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/replace.h"
#include "program/program.h"
#include "run/result.h"

/* What a report is made of. */
typedef struct cli_report {
    const prog_program *program;
    bool real; /* the clock */
    const run_result *result;
    size_t unmet; /* expectations */
    int status;   /* of the program, as it will be */
} cli_report;

/* " (--max-steps)": the option that sets a limit. */
const char *cli_limit_option(enum run_limit limit);

/* Opens the file, before the run, so that none is lost for a wrong path; one that is there stays
 * until the report is whole. False after a message. base_replace_drop() is its end. */
bool cli_open_report(struct base_replacement *file, const char *path);

/* Writes the report, and puts it in its place. False after a message. */
bool cli_write_report(const cli_report *report, const char *path, struct base_replacement *file);

#endif

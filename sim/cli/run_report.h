/* run_report.h - what became of a run, as a JSON object (--report).
 */
#ifndef CLI_RUN_REPORT_H
#define CLI_RUN_REPORT_H

#include <stdio.h>

#include "run/machine.h"

/* " (--max-steps)": the option that sets a limit. */
const char *cli_limit_option(enum run_limit limit);

/* Opens the file, before the run, so that none is lost for a wrong path. NULL after a message. */
FILE *cli_open_report(const char *path);

/* Writes the report and closes the file, whatever happens. False after a message. */
bool cli_write_report(const run_machine *machine, const char *path, FILE *file, size_t unmet,
                      int status);

#endif

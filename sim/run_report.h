/* run_report.h - what became of a run, as a JSON object (--report).
 */
#ifndef SIM_RUN_REPORT_H
#define SIM_RUN_REPORT_H

#include <stdio.h>

#include "scenario/machine.h"

/* Opens the file, before the run, so that none is lost for a wrong path. NULL after a message. */
FILE *sim_open_report(const char *path);

/* Writes the report and closes the file, whatever happens. False after a message. */
bool sim_write_report(const sim_machine *machine, const char *path, FILE *file, size_t unmet,
                      int status);

#endif

/* run_report.h - what became of a run, as a JSON object (--report).
 */
#ifndef SIM_RUN_REPORT_H
#define SIM_RUN_REPORT_H

#include "scenario/machine.h"

/* Writes the file. False after a message. */
bool sim_write_report(const sim_machine *machine, const char *path, size_t unmet, int status);

#endif

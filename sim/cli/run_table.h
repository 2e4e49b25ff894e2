/* run_table.h - the sequencing table at the end of a run: printed, and compared with what the
 * document expects. It is the table of the run's trace.
 */
#ifndef CLI_RUN_TABLE_H
#define CLI_RUN_TABLE_H

#include "run/machine.h"

/* Makes a path for a trace that nobody keeps. False after a message. */
bool cli_temporary_trace(char *path, size_t size);

/* Prints the table on standard error, if `print`, and adds the rows that are not as expected to
 * *unmet, with a message each. False after a message when there is no table. */
bool cli_conclude_table(const run_machine *machine, const char *trace_path, bool print,
                        size_t *unmet);

#endif

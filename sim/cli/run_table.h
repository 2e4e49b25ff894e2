/* run_table.h - the sequencing table at the end of a run: printed, and compared with what the
 * document expects.
 */
#ifndef CLI_RUN_TABLE_H
#define CLI_RUN_TABLE_H

#include "program/program.h"
#include "table/collect.h"

/* Of a run of the program under the `real` clock or not: prints the table of what was collected on
 * standard error, if `printed`, and adds the rows that are not as expected to *unmet, with a
 * message each. False after a message when there is no table. */
bool cli_conclude_table(const prog_program *program, const struct table_collector *collector,
                        bool real, bool printed, size_t *unmet);

#endif

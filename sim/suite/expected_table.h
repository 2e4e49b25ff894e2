/* suite/expected_table.h - the sequencing table at the end of a run: printed, and compared with
 * what the document expects.
 */
#ifndef SUITE_EXPECTED_TABLE_H
#define SUITE_EXPECTED_TABLE_H

#include "program/program.h"
#include "table/collect.h"

/* Of a run of the program under the `real` clock or not: says on `report`, which may be NULL, the
 * table of what was collected, if `printed`, and the row that is not as expected, which it adds to
 * *unmet. False, with *message as the reason, when there is no table. */
bool suite_conclude_table(const prog_program *program, const struct table_collector *collector,
                          bool real, bool printed, FILE *report, size_t *unmet,
                          const char **message);

#endif

/* expect.h - what a document expects of its runs, and whether a run met it.
 */
#ifndef RUN_EXPECT_H
#define RUN_EXPECT_H

#include <stdio.h>

#include "run/machine.h"

/* Remembers how the tasks that `expect` names have ended. */
void run_note_tasks(run_machine *machine);

/* Remembers which of the document's invariants does not hold now. */
void run_check_invariants(run_machine *machine);

/* After the run: says on `report`, which may be NULL, each expectation that was not met; returns
 * how many these are. What is expected of the sequencing table is left to who has the table. */
size_t run_check_expectations(const run_machine *machine, FILE *report);

#endif

/* expect.h - what a document expects of its runs, and whether a run met it.
 */
#ifndef RUN_EXPECT_H
#define RUN_EXPECT_H

#include "run/machine.h"

/* Remembers how the tasks that `expect` names have ended. */
void run_note_tasks(run_machine *machine);

/* Remembers which of the document's invariants does not hold now. */
void run_check_invariants(run_machine *machine);

#endif

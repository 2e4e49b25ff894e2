/* run/details.h - what a trace with details is told of variables: their values, as print shows
 * them, whenever they change. A task's are those of the innermost coroutine that it is in; what a
 * callback does to them is not told.
 */
#ifndef RUN_DETAILS_H
#define RUN_DETAILS_H

#include "run/job.h"

/* Those of the scenario, when its trace begins. */
void run_tell_globals(run_machine *machine);

/* One of the scenario has a new value. */
void run_tell_global(run_machine *machine, uint32_t number);

/* The coroutine's variables begin to be those of the task, or no longer are. */
void run_tell_frame(run_machine *machine, const cad_task *task, const run_frame *frame, bool gone);

#endif

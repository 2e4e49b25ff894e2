/* closing.h - what a trace is told of the tasks that have not ended when the run does.
 */
#ifndef RUN_CLOSING_H
#define RUN_CLOSING_H

#include "run/survey.h"

/* Ends them in the trace, each with why it waits. Places are by the scenario's name, so that a
 * trace is the same wherever the document lies. */
void run_close_tasks(run_machine *machine, const run_survey *survey);

#endif

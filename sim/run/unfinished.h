/* unfinished.h - what is said of the tasks that have not ended when the run does.
 */
#ifndef RUN_UNFINISHED_H
#define RUN_UNFINISHED_H

#include "run/survey.h"

/* Keeps who waits for what, and for whom, in the machine's result; says so, but to who has
 * interrupted the run himself. */
void run_report_unfinished(run_machine *machine, const run_survey *survey,
                           enum run_outcome outcome);

#endif

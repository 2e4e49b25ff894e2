/* survey.h - who waits for what when a run ends first: looked at once, while tasks and objects are
 * as they were, and told of task by task.
 */
#ifndef RUN_SURVEY_H
#define RUN_SURVEY_H

#include "run/machine.h"

typedef struct run_survey run_survey;

/* Looks at all tasks that have not ended. `deadlock`: nothing can wake them. Takes time and memory
 * in proportion to tasks, and to what they hold. NULL: no memory. */
run_survey *run_survey_new(run_machine *machine, bool deadlock);
void run_survey_free(run_survey *survey); /* takes NULL */

/* The tasks, in the order of their creation. */
uint32_t run_survey_count(const run_survey *survey);
const cad_task *run_survey_task(const run_survey *survey, uint32_t number);

/* Of a task that stands in a circle, the task there that it waits for; else NULL. */
const cad_task *run_survey_next(const run_survey *survey, uint32_t number);

/* What a task waits for. False: no memory; there is nothing to clear then. */
bool run_survey_describe(const run_survey *survey, uint32_t number, run_wait *wait);

/* What is kept for reports, of all tasks. Where memory runs out, less is; what is kept is whole. */
void run_survey_keep(const run_survey *survey, run_waits *waits);

#endif

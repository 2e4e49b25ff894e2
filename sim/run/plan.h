/* plan.h - the tasks that a document creates before the loop starts, or at a time of its own.
 *
 * asyncio's scenario first makes up all of them - names, variables - then runs setup, then
 * creates them. A million of them should not be held twice; so where setup cannot be seen by
 * them, each is created as soon as it is made up.
 */
#ifndef RUN_PLAN_H
#define RUN_PLAN_H

#include "run/job.h"

/* Each returns 0; CAD_ENOMEM; PROG_HALT; or an error in a task's variables or name, which has been
 * reported. */

/* Makes up all tasks, for run_plan_create(). */
int run_plan_all(run_machine *machine);
/* Creates them. */
int run_plan_create(run_machine *machine);
/* Both in one. */
int run_plan_and_create(run_machine *machine);

/* Frees those that were not created. */
void run_plan_drop(run_machine *machine);

#endif

/* plan.h - the tasks that a document creates before the loop starts, or at a time of its own.
 *
 * asyncio's scenario first makes up all of them - names, variables - then runs setup, then
 * creates them. A million of them should not be held twice; so where setup cannot be seen by
 * them, each is created as soon as it is made up.
 */
#ifndef SIM_SCENARIO_PLAN_H
#define SIM_SCENARIO_PLAN_H

#include "scenario/machine.h"

/* Each returns 0; CAD_ENOMEM; SIM_HALT; or an error in a task's variables or name, which has been
 * reported. */

/* Makes up all tasks, for sim_plan_create(). */
int sim_plan_all(sim_machine *machine);
/* Creates them. */
int sim_plan_create(sim_machine *machine);
/* Both in one. */
int sim_plan_and_create(sim_machine *machine);

/* Frees those that were not created. */
void sim_plan_drop(sim_machine *machine);

#endif

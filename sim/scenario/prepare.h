/* prepare.h - what is evaluated once, before a run: variables, sizes, counts, times.
 *
 * What is wrong with them becomes a fault of the document.
 */
#ifndef SIM_SCENARIO_PREPARE_H
#define SIM_SCENARIO_PREPARE_H

#include "scenario/machine.h"

/* machine->globals. Each of these returns 0, CAD_EINVAL after faults, or CAD_ENOMEM. */
int sim_prepare_variables(sim_machine *machine);

/* machine->objects, each as soon as its size is known, because the next may ask for it. */
int sim_prepare_objects(sim_machine *machine);

/* The numbers and times of the tasks, the end, the signals, the workers. */
int sim_prepare_settings(sim_machine *machine);

#endif

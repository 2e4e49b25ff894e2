/* prepare.h - what is evaluated once, before a run: variables, sizes, counts, times.
 *
 * What is wrong with them becomes a fault of the document.
 */
#ifndef RUN_PREPARE_H
#define RUN_PREPARE_H

#include "run/machine.h"

/* machine->globals. Each of these returns 0, CAD_EINVAL after faults, or CAD_ENOMEM. */
int run_prepare_variables(run_machine *machine);

/* machine->objects, each as soon as its size is known, because the next may ask for it. */
int run_prepare_objects(run_machine *machine);

/* The numbers and times of the tasks, the end, the signals, the workers. */
int run_prepare_settings(run_machine *machine);

#endif

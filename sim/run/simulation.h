/* simulation.h - the loop of a run, and the driver under it.
 *
 * The driver is the engine's own, real or virtual, behind one that looks at the run whenever the
 * loop is about to wait: has SIGINT come, is a limit of time reached, is there a line to write.
 */
#ifndef RUN_SIMULATION_H
#define RUN_SIMULATION_H

#include "run/machine.h"

/* Makes machine->loop, with its trace. 0, CAD_ENOMEM, or CAD_ESYSTEM when the real clock cannot be
 * had. */
int run_simulation_start(run_machine *machine);

#endif

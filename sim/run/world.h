/* run/world.h - what a run may do outside itself.
 */
#ifndef RUN_WORLD_H
#define RUN_WORLD_H

#include "run/machine.h"

/* Before the run: a step that needs the real world, under a clock that has none, is a fault of the
 * document; the first of them is. Under the real clock it is one that the command line gives no
 * leave for; all of them are. 0, CAD_EINVAL or CAD_ENOMEM. */
int run_check_world(run_machine *machine);

#endif

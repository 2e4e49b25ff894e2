/* main_task.h - the run of a program that has a main task, as asyncio.run() carries it out.
 *
 * The run is over when that task has ended. Then the tasks that remain are cancelled, and the run
 * goes on until they have ended, too.
 */
#ifndef RUN_MAIN_TASK_H
#define RUN_MAIN_TASK_H

#include "run/machine.h"

/* Runs machine->main, then ends what it left. Returns what cad_loop_run() does: 0 where the main
 * task has ended, by itself or by an exception, which has been reported; CAD_EINTERRUPTED where an
 * interrupt ended it. */
int run_main_task(run_machine *machine);

/* SIGINT has come. True where the main task has been asked to cancel for it, and the run goes on;
 * false where it ends the run. */
bool run_main_takes_interrupt(run_machine *machine);

#endif

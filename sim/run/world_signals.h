/* run/world_signals.h - the signals of a run: those of the document, and handlers.
 */
#ifndef RUN_WORLD_SIGNALS_H
#define RUN_WORLD_SIGNALS_H

#include "run/job.h"

/* Starts the timers of the document's `signals`. 0 or CAD_ENOMEM. */
int run_signals_start(run_machine *machine);

/* loop.add_signal_handler(): the steps at `pc` run with the variables of the job whenever the
 * signal comes. 0, or an error that was raised. */
int run_signal_handle(run_job *job, int number, uint32_t pc);
/* loop.remove_signal_handler() */
bool run_signal_unhandle(run_machine *machine, int number);
/* Removes them all. */
void run_signals_drop(run_machine *machine);

#endif

/* limits.h - how much a run may do, and where it is.
 */
#ifndef RUN_LIMITS_H
#define RUN_LIMITS_H

#include "run/job.h"

/* Looks at the limits when the fuel is used up by a job that runs. False where the run ends. */
bool run_machine_refuel(const run_job *job);

/* The run has no more time: it ends, as one that its limit stops. Returns PROG_HALT. */
int run_machine_time_limit(run_machine *machine);

/* Keeps the loop busy for that long, or up to the end of the run's time, which then ends it: 0 or
 * PROG_HALT. */
int run_compute(const run_job *job, int64_t duration_ns);

#endif

/* limits.h - how much a run may do, and where it is.
 */
#ifndef RUN_LIMITS_H
#define RUN_LIMITS_H

#include "run/job.h"

/* Looks at the limits when the fuel is used up by a job that runs. False where the run ends. */
bool run_machine_refuel(const run_job *job);

#endif

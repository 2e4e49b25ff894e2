/* workers.h - what workers do for a scenario: they wait, as blocking work would.
 */
#ifndef RUN_WORKERS_H
#define RUN_WORKERS_H

#include <stdint.h>

/* On a worker: waits that long, or until an interrupt. */
void run_work(int64_t duration_ns);

/* An interrupt, which all runs of the process get: ends the work that is under way. */
void run_end_work(void);

#endif

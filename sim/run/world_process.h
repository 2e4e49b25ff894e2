/* run/world_process.h - programs that a run starts.
 */
#ifndef RUN_WORLD_PROCESS_H
#define RUN_WORLD_PROCESS_H

#include "run/job.h"

/* Starts a program, as the value of a process. 0, or an error that was raised. */
int run_exec(run_job *job, const prog_exec *exec, expr_value *process);

/* A stream of a process: 0, 1, 2. ValueError where that is no pipe. 0, or an error that was raised.
 */
int run_process_stream(const run_instance *instance, unsigned number, cad_stream **stream);

#endif

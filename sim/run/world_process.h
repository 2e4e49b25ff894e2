/* run/world_process.h - programs that a run starts.
 */
#ifndef RUN_WORLD_PROCESS_H
#define RUN_WORLD_PROCESS_H

#include "run/job.h"

/* Starts a program, as the value of a process. 0, or an error that was raised. */
int run_exec(run_job *job, const prog_exec *exec, expr_value *process);

/* Whether the command line gives leave for a program: run_leave.programs. */
bool run_may_exec(const run_leave *leave, const char *program);

/* Whether a step may set a variable for it. Where any program may be started any variable may be
 * set; where only some may, those that change nothing but words and widths, and
 * run_leave.variables. */
bool run_may_set(const run_leave *leave, const char *variable);

/* A stream of a process: 0, 1, 2. ValueError where that is no pipe. 0, or an error that was raised.
 */
int run_process_stream(const run_instance *instance, unsigned number, cad_stream **stream);

#endif

/* output.h - what tasks print, and the spans that they open.
 */
#ifndef RUN_OUTPUT_H
#define RUN_OUTPUT_H

#include "run/job.h"

/* Prints machine->text as one line; with the time before it, and after that `mark`. */
int run_print(run_machine *machine);
int run_log(run_machine *machine, const char *mark);

/* A span of the running task, named machine->text, begins; its innermost one ends. */
void run_span_begin(run_job *job);
void run_span_end(run_job *job);

#endif

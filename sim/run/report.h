/* report.h - what is said about a run that does not go well, while it goes on.
 */
#ifndef RUN_REPORT_H
#define RUN_REPORT_H

#include "run/job.h"

/* Something is about to be said. */
static inline void run_speak(const run_machine *machine) {
    if (machine->options->progress != NULL)
        machine->options->progress->hide(machine->options->progress);
}

/* Remembers, and reports, an exception that nobody will handle. `how` stands before `who`:
 * "exception in"; `at` is an instruction. */
void run_note_failure(run_machine *machine, const cad_task *task, const char *how, const char *who,
                      int code, const cad_exception *exception, uint32_t at);
/* The same for a task that has ended. */
void run_note_task(run_machine *machine, cad_task *task, const char *how, int code,
                   const cad_exception *exception);
/* The engine's: a task or future has gone, and nobody asked for its exception. */
void run_note_unretrieved(cad_future *future, int code, const cad_exception *exception,
                          void *machine);
/* What a job ends with that is no task, and has nobody to tell. */
void run_note_end(run_machine *machine, const char *who, run_job *job, int result);
/* Remembers, and reports, which job a limit has caught, and at which step. */
void run_note_running(const run_job *job, uint32_t pc);
/* The running turn kept the loop busy for longer than options->slow_ns. `from` is the instruction
 * with which it began. */
void run_note_slow(run_machine *machine, uint32_t from, int64_t busy_ns);

/* Where to say it; NULL: nowhere. What was printed before comes before it, wherever both go. */
FILE *run_begin_report(const run_machine *machine);

#endif

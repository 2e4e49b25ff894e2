/* callback.h - what call_soon and its kin make.
 */
#ifndef RUN_CALLBACK_H
#define RUN_CALLBACK_H

#include "run/job.h"

/* A callback that is to be run, or was; and what a handle refers to. */
typedef struct run_callback {
    run_job job;
    cad_handle *handle;
    cad_task *task; /* whose random numbers it draws (run_drawer_ref()); may be NULL */
    uint32_t references;
    bool waiting;              /* to be run */
    struct run_callback *next; /* in run_machine.callbacks, until it has run */
    struct run_callback *previous;
} run_callback;

/* The task whose random numbers a job draws, a callback's too: what the job makes draws from them
 * when that task has long ended, and keeps it for that. A new reference; NULL: they are no task's.
 */
cad_task *run_drawer_ref(const run_job *job);

#define RUN_SOON INT64_MIN /* in the loop's next iteration */

/* call_soon and its kin: the steps at `pc` run at a loop time, with the variables of the job. The
 * caller gets a reference. */
int run_callback_new(run_job *job, uint32_t pc, int64_t when_ns, run_callback **callback);
void run_callback_cancel(run_callback *callback);
void run_callback_ref(run_callback *callback);
void run_callback_unref(run_callback *callback);
/* Drops those that are still to be run. */
void run_callbacks_drop(run_machine *machine);

#endif

/* job.h - a coroutine that runs: a task, a callback, setup or on_interrupt.
 */
#ifndef RUN_JOB_H
#define RUN_JOB_H

#include <stddef.h>

#include "run/machine.h"

/* A coroutine that runs. */
typedef struct run_frame {
    const prog_body *body;
    expr_value *locals; /* body->slots of them */
    uint32_t pc;        /* the next instruction */
    union {
        uint32_t depth;        /* of one inside another: how many calls deep */
        run_hold_number taken; /* of a task's outermost: the last that the task has taken */
    };
} run_frame;

typedef struct run_job {
    run_machine *machine;
    run_frame *top; /* the innermost coroutine; NULL before the start and after the end */
    union {
        expr_value held; /* what a step puts or gets meanwhile; in the end, the job's value */
        void *item;      /* the same, where the engine stores it */
    };
    run_draws *draws; /* NULL in a program that draws nothing */
    run_frame frame;  /* the outermost coroutine */
} run_job;

/* A coroutine inside another one. */
typedef struct run_call {
    run_frame *caller;
    run_frame frame;
    expr_value locals[];
} run_call;

static inline run_call *run_call_of(run_frame *frame) {
    return (run_call *)(void *)((char *)frame - offsetof(run_call, frame));
}

/* The coroutine that has called it; NULL: it is the outermost. */
static inline const run_frame *run_frame_caller(const run_job *job, const run_frame *frame) {
    return frame != &job->frame ? run_call_of((run_frame *)(uintptr_t)frame)->caller : NULL;
}

/* Tells the trace of a variable's new value (details.h). */
void run_tell_variable(run_job *job, uint32_t slot);

/* Gives a variable a value, whose reference is taken over; PROG_NO_SLOT drops it. */
static inline void run_store(run_job *job, uint32_t slot, expr_value value) {
    expr_value old = value;
    if (slot != PROG_NO_SLOT) {
        old = job->top->locals[slot];
        job->top->locals[slot] = value;
        if (job->machine->details != NULL)
            run_tell_variable(job, slot);
    }
    expr_value_unref(old);
}

/* machine->task_types. 0 or CAD_ENOMEM. */
int run_task_types(run_machine *machine);

/* A task to be created. */
typedef struct run_new_task {
    const char *name;  /* not looked at in a program that mentions no task by its name */
    bool name_is_kept; /* by the task; otherwise it is made again when it is asked for */
    const prog_body *body;
    expr_value *locals; /* its first variables; their references are taken over on success */
    uint32_t local_count;
    const run_draws *draws; /* NULL in a program that draws nothing */
    cad_task_group *group;
    enum cad_eager_start eager_start;
} run_new_task;

/* Creates a task and registers its name; one that starts eagerly runs its first turn meanwhile.
 * Where `task` is not NULL the caller gets a reference. Returns 0, an error that was raised, or
 * PROG_HALT. */
int run_task_new(run_machine *machine, const run_new_task *new_task, cad_task **task);

/* Goes on with a job, and looks at what its turn did: what run_job_go() returns. */
int run_take_turn(run_job *job, int result);

/* Runs a body that never waits, now; 0 or what it ended with. */
int run_body(run_machine *machine, const prog_body *body, const char *who);

#endif

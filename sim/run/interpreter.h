/* interpreter.h - goes through the instructions of a job, and out of blocks.
 */
#ifndef RUN_INTERPRETER_H
#define RUN_INTERPRETER_H

#include "run/job.h"

/* How control leaves an instruction other than by going on to the next one. */
typedef struct run_completion {
    int code;    /* an error, PROG_RETURN or PROG_JUMP; 0: it does go on */
    uint32_t at; /* the instruction where it began; with PROG_JUMP the one that jumps */
    cad_exception *exception; /* with an error; may be NULL; a reference */
    expr_value value;         /* with PROG_RETURN; a reference */
} run_completion;

/* A frame with its variables unset. `inside` is the room for them, which a body whose variables
 * are shared does not use. 0 or CAD_ENOMEM. */
int run_frame_start(run_frame *frame, const prog_body *body, expr_value *inside);
/* A frame that shares the variables of another one. */
void run_frame_share(run_frame *frame, const run_frame *with);
void run_frame_clear(run_frame *frame);
/* For a trace with details: the frame begins to be the task's innermost one, or no longer is; its
 * variables are told of (details.h). */
void run_frame_tell(run_machine *machine, const cad_task *task, const run_frame *frame, bool gone);
/* Whose innermost one it is, as a callback wants to know that shares its variables; NULL: nobody's.
 */
const cad_task *run_frame_owner(const run_frame *frame);

/* Goes through a job's instructions; `result` is that of the wait that it goes on from, or 0 at
 * the start. Returns CAD_PENDING, or what the job ended with. */
int run_job_go(run_job *job, int result);
/* The error of a task that has ended with one which nobody has asked for yet. */
int run_job_error(const run_job *job);
/* Frees what a job holds. */
void run_job_clear(run_job *job);

/* Runs a coroutine inside the job. */
int run_job_call(run_job *job, const prog_body *body, const prog_arguments *arguments);

/* Two hidden slots remember how a block is being left, until its steps on the way out are done.
 * NULL: in order. Takes over the completion's references. */
void run_keep_completion(run_job *job, uint32_t slot, const run_completion *completion);
/* Goes on with it: returns what an instruction's begin() returns. */
int run_take_up_completion(run_job *job, uint32_t slot);
void run_drop_completion(run_job *job, uint32_t slot);
/* Raises an error that is kept, which stays kept; 0 where it is none. */
int run_raise_kept(run_job *job, uint32_t slot);

/* An error on the way out of a block, if it is one, takes the place of how it was being left. */
void run_replace_completion(run_job *job, run_completion *completion, int error);

#endif

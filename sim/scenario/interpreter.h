/* interpreter.h - what the blocks and the control steps share with the interpreter.
 */
#ifndef SIM_SCENARIO_INTERPRETER_H
#define SIM_SCENARIO_INTERPRETER_H

#include "scenario/machine.h"

/* How control leaves an instruction other than by going on to the next one. */
typedef struct sim_completion {
    int code;                 /* an error, or SIM_RETURN; 0: it does go on */
    uint32_t at;              /* the instruction where it began */
    cad_exception *exception; /* with an error; may be NULL; a reference */
    sim_value value;          /* with SIM_RETURN; a reference */
} sim_completion;

/* A frame with its variables unset. `inside` is the room for them, which a body whose variables
 * are shared does not use. 0 or CAD_ENOMEM. */
int sim_frame_start(sim_frame *frame, const sim_body *body, sim_value *inside);
/* A frame that shares the variables of another one. */
void sim_frame_share(sim_frame *frame, const sim_frame *with);
void sim_frame_clear(sim_frame *frame);

/* Runs a coroutine inside the job. */
int sim_job_call(sim_job *job, const sim_body *body, const sim_arguments *arguments);

/* Two hidden slots remember how a block is being left, until its steps on the way out are done.
 * NULL: in order. Takes over the completion's references. */
void sim_keep_completion(sim_job *job, uint32_t slot, const sim_completion *completion);
/* Goes on with it: returns what an instruction's begin() returns. */
int sim_take_up_completion(sim_job *job, uint32_t slot);
void sim_drop_completion(sim_job *job, uint32_t slot);
/* Raises an error that is kept, which stays kept; 0 where it is none. */
int sim_raise_kept(sim_job *job, uint32_t slot);

/* In a branch of `except`. */
int sim_raise_again(sim_job *job, const sim_block *block);
void sim_leave_branch(sim_job *job, const sim_block *block);

/* The way out of the blocks of other steps; `slot` is the block's first. */
int sim_leave_with(sim_job *job, uint32_t slot);
int sim_leave_timeout(sim_job *job, uint32_t slot, int error);
void sim_leave_as_completed(sim_job *job, uint32_t slot);

#endif

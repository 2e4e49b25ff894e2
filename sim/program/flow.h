/* flow.h - what is noted of steps while they are compiled, so that a report can tell who could
 * still have ended a wait: see prog_flow.
 */
#ifndef PROGRAM_FLOW_H
#define PROGRAM_FLOW_H

#include "program/compiler.h"
#include "program/step.h"

/* Each notes it of the instruction that is emitted next, where there is something to note. False:
 * no memory, which is noted, too. */
bool prog_note_waker(prog_compiler *compiler, const prog_step *step, const prog_target *target);
bool prog_note_start(prog_compiler *compiler, const prog_body *body,
                     const prog_arguments *arguments);

/* `slot`: how often the wait has begun again. */
void prog_note_retry(prog_compiler *compiler, uint32_t slot);

/* What was compiled from the instruction `from` on is done again and again. */
void prog_note_round(prog_compiler *compiler, uint32_t from);

#endif

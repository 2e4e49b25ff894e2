/* members.h - what stands in a step besides its verb, as operands of an instruction.
 */
#ifndef PROGRAM_MEMBERS_H
#define PROGRAM_MEMBERS_H

#include "program/compiler.h"
#include "program/step.h"

/* What a list of steps looks like, for messages. */
#define PROG_STEPS_EXAMPLE "[{\"sleep\": 1}]"
#define PROG_CALLBACK_EXAMPLE "[{\"print\": \"x\"}]" /* ... where no step may wait */

/* Compiles the members of a step into operands, which are all absent before. Returns false after
 * a fault. */
bool prog_compile_members(prog_compiler *compiler, const prog_step *step, const doc_node *node,
                          prog_operand operands[PROG_STEP_MEMBERS]);

/* Where the step has a list of variables that take a value (PROG_MEMBER_PARTS): takes it apart
 * here. At the latest it is done behind the step. */
void prog_emit_parts(prog_compiler *compiler, const doc_node *node);

#endif

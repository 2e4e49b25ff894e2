/* world_data.h - steps that send data.
 */
#ifndef STEPS_WORLD_DATA_H
#define STEPS_WORLD_DATA_H

#include "program/compile.h"

/* prog_step.compile: one instruction, an operand for each member; of "data" and "size" one is
 * given. */
void step_compile_data(prog_compiler *compiler, const prog_step *step, const doc_node *node);

#endif

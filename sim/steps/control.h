/* control.h - jumps, for the steps that repeat.
 */
#ifndef STEPS_CONTROL_H
#define STEPS_CONTROL_H

#include "program/compile.h"

/* Appends a jump to `pc`, operand 0; returns the instruction's number. */
uint32_t step_emit_jump(prog_compiler *compiler, const doc_node *node, uint32_t pc);

#endif

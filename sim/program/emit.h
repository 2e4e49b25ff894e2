/* emit.h - the instructions of a program, as its compiler appends them.
 */
#ifndef PROGRAM_EMIT_H
#define PROGRAM_EMIT_H

#include "program/compiler.h"
#include "program/step.h"

/* Appends an instruction of the step at `node`; returns its number. */
uint32_t prog_emit(prog_compiler *compiler, const prog_operation *operation, const doc_node *node,
                   const prog_operand *operands, size_t count);
/* The number of the next instruction. */
uint32_t prog_here(const prog_compiler *compiler);
/* Makes operand `operand` of an instruction lead to the next one. */
void prog_lead_here(prog_compiler *compiler, uint32_t instruction, size_t operand);

/* Opens a block around what is compiled from now on, which is left by `leave`, with `slots` hidden
 * slots of its own. */
uint32_t prog_open_block(prog_compiler *compiler, prog_leave *leave, const doc_node *node,
                         uint32_t slots);
/* Ends it. Its hidden slots are free for others from now on. */
void prog_close_block(prog_compiler *compiler, uint32_t block);
uint32_t prog_hidden_slots(prog_compiler *compiler, uint32_t count);
/* The body gets a slot (prog_body.scratch) where a step can keep what it waits for. */
void prog_need_scratch(prog_compiler *compiler);

/* What is compiled from now on are the steps of a loop, whose next round begins at `again`. Returns
 * the loop around it. */
prog_loop prog_open_loop(prog_compiler *compiler, uint32_t again);
/* Ends it: who breaks out of it goes on with the next instruction. */
void prog_close_loop(prog_compiler *compiler, prog_loop outer);

#endif

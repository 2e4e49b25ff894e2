/* compile.h - steps become instructions; for those, too, who compile a verb of their own (see
 * prog_step).
 */
#ifndef PROGRAM_COMPILE_H
#define PROGRAM_COMPILE_H

#include "program/operands.h"
#include "program/raising.h"
#include "program/scope.h"
#include "program/step.h"

/* Compiles the steps of a body, from its entry to the instruction that ends it. */
void prog_compile_body(prog_compiler *compiler, prog_body *body, const doc_node *steps,
                       const char *never_waits);

/* The same of what a protocol does at each of its events: `node` is its part of the document. */
void prog_compile_protocol(prog_compiler *compiler, prog_protocol *protocol, const doc_node *node);

void prog_compile_steps(prog_compiler *compiler, const doc_node *steps);

/* Appends an instruction of the step at `node`; returns its number. */
uint32_t prog_emit(prog_compiler *compiler, const prog_operation *operation, const doc_node *node,
                   const prog_operand *operands, size_t count);
/* The number of the next instruction. */
uint32_t prog_here(const prog_compiler *compiler);
/* Makes operand `operand` of an instruction lead to the next one. */
void prog_lead_here(prog_compiler *compiler, uint32_t instruction, size_t operand);

/* Where the step has a list of variables that take a value (PROG_MEMBER_PARTS): takes it apart
 * here. At the latest it is done behind the step. */
void prog_emit_parts(prog_compiler *compiler, const doc_node *node);

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

/* Compiles the members of a step into operands, which are all absent before. Returns false after
 * a fault. */
bool prog_compile_members(prog_compiler *compiler, const prog_step *step, const doc_node *node,
                          prog_operand operands[PROG_STEP_MEMBERS]);

/* Compiles steps that run later: their place becomes that operand. */
void prog_compile_later(prog_compiler *compiler, const doc_node *steps, uint32_t instruction,
                        uint32_t operand);

#endif

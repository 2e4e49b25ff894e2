/* compile.h - steps become instructions; for those, too, who compile a verb of their own (see
 * prog_step).
 */
#ifndef PROGRAM_COMPILE_H
#define PROGRAM_COMPILE_H

#include "program/emit.h"
#include "program/members.h"
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

/* Compiles steps that run later: their place becomes that operand. */
void prog_compile_later(prog_compiler *compiler, const doc_node *steps, uint32_t instruction,
                        uint32_t operand);

#endif

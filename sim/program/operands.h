/* operands.h - what the members of a step refer to.
 */
#ifndef PROGRAM_OPERANDS_H
#define PROGRAM_OPERANDS_H

#include "program/compiler.h"

/* The coroutine that a node names; NULL after a fault. */
prog_body *prog_compile_coroutine(prog_compiler *compiler, const doc_node *node);

/* The body of the protocol that a node names; NULL after a fault. */
const prog_body *prog_compile_protocol_name(prog_compiler *compiler, const doc_node *node);

/* `let` and `assign`. */
const prog_bindings *prog_compile_bindings(prog_compiler *compiler, const doc_node *node,
                                           bool global);
/* The arguments of a call of `body`; args NULL: there are none. `at` is where it is called. */
const prog_arguments *prog_compile_arguments(prog_compiler *compiler, const prog_body *body,
                                             uint32_t given, const doc_node *args,
                                             const doc_node *at);
/* When all steps are compiled: a fault for each object that is passed as text to a coroutine which
 * does with it what only an object can. */
void prog_check_passed(prog_compiler *compiler);

#endif

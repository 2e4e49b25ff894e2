/* raising.h - which exceptions a document raises, and which of them something takes.
 */
#ifndef PROGRAM_RAISING_H
#define PROGRAM_RAISING_H

#include "program/compiler.h"

/* False after a fault: it cannot be the name of an exception. */
bool prog_check_exception(const doc_node *node, const char *name);

/* The number of an exception by its Python name, which is made known; `name` must stay. */
uint32_t prog_compile_exception(prog_compiler *compiler, const char *name);

/* The branches of a try that stand before one; zeroed, there are none. */
typedef struct prog_branches {
    uint64_t built_in; /* a bit each, by number */
    bool any;          /* "*" */
} prog_branches;

/* Notes that a branch takes it: a fault where those before take all that would come there. */
void prog_note_caught(prog_compiler *compiler, const doc_node *branch, uint32_t exception,
                      prog_branches *before);
/* Notes that the step with this node raises it; that something takes it by this name. */
void prog_note_raised(prog_compiler *compiler, const doc_node *node, uint32_t exception);
void prog_note_taken(prog_compiler *compiler, const char *name);

/* When all is compiled: a fault for each branch that takes what nothing raises, and for each name
 * that is raised, taken by nothing, and nearly one of Python's. */
void prog_check_named(prog_compiler *compiler);

#endif

/* scope.h - what names mean where they stand in the document.
 */
#ifndef PROGRAM_SCOPE_H
#define PROGRAM_SCOPE_H

#include "program/compiler.h"

/* The slot of the variable that a node names; PROG_NO_SLOT after a fault. */
uint32_t prog_compile_variable(prog_compiler *compiler, const doc_node *node);

/* Prepares compiler->scope. */
void prog_scope_start(prog_compiler *compiler);

/* False after a fault, where `name`, a node's key or its value, cannot be that of a variable. */
bool prog_check_name(const doc_node *node, const char *name);

/* A name of one of the types `accepts`. `verb` is for the fault. */
bool prog_compile_target(prog_compiler *compiler, const doc_node *node, const char *verb,
                         uint32_t accepts, prog_target *target);

/* True where a task can have the name. */
bool prog_is_task_name(const prog_compiler *compiler, const char *name, size_t length);

/* Declares what a list of steps sets, and the names that its spawns give. */
void prog_declare_steps(prog_compiler *compiler, prog_body *body, const doc_node *steps);
void prog_declare_variable(prog_compiler *compiler, prog_body *body, const char *name);
void prog_declare_pattern(prog_compiler *compiler, const char *pattern);
/* The same of a row of `tasks`, of which there are `count` at most, told apart by `index`, which
 * nothing else is called. */
void prog_declare_row(prog_compiler *compiler, const char *pattern, const char *index,
                      int64_t count);
/* Offers the names that tasks can have. */
/* Whether a fault is still given a name that is near: of thousands only the first are printed, and
 * each is held against every name that there is. */
bool prog_advises(const prog_compiler *compiler);

void prog_suggest_tasks(const prog_compiler *compiler, base_suggestion *suggestion);

/* The names of a key such as `a, b`, one after the other; false behind the last. One that is longer
 * is cut, and no name. */
enum { PROG_NAME_MAX = 256 };
bool prog_next_part(const char **key, char name[PROG_NAME_MAX]);

/* Declares the variable of a key, or those of `a, b`. */
void prog_declare_key(prog_compiler *compiler, prog_body *body, const char *key);

/* Whether a variable that a step sets hides no scenario variable and no object which a parameter or
 * the task's own `let` does not hide; a fault otherwise. The key of a `let` may hide an object. */
bool prog_check_hides(const prog_compiler *compiler, const doc_node *node, const char *name);

#endif

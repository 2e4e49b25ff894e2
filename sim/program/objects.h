/* objects.h - the primitives that a document declares.
 */
#ifndef PROGRAM_OBJECTS_H
#define PROGRAM_OBJECTS_H

#include "program/compiler.h"

/* `objects`. */
void prog_load_objects(prog_compiler *compiler, const doc_node *root);

/* One that a step makes; NULL after a fault. */
const prog_object *prog_compile_object(prog_compiler *compiler, const doc_node *node);

#endif

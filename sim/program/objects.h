/* objects.h - the primitives that a document declares.
 */
#ifndef PROGRAM_OBJECTS_H
#define PROGRAM_OBJECTS_H

#include "program/compiler.h"

/* `objects`. */
void prog_load_objects(prog_compiler *compiler, const doc_node *root);

#endif

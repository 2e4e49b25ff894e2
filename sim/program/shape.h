/* shape.h - what a step looks like, by its row of the table.
 */
#ifndef PROGRAM_SHAPE_H
#define PROGRAM_SHAPE_H

#include "document/document.h"
#include "program/step.h"

/* A fault of a step at `node` that lacks the member `name`, with what a whole one looks like. */
void prog_fault_missing(const doc_node *node, const prog_step *step, const char *name);

#endif

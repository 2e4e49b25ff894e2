/* expect.h - what a document expects of its runs.
 */
#ifndef PROGRAM_EXPECT_H
#define PROGRAM_EXPECT_H

#include "program/compiler.h"

/* `expect`, when everything else is known. */
void prog_load_expect(prog_compiler *compiler, const doc_node *root);

#endif

/* load.h - from a document to a program.
 */
#ifndef PROGRAM_LOAD_H
#define PROGRAM_LOAD_H

#include "program/language.h"
#include "program/program.h"

/* Loads, checks and compiles a document of a language (steps/language.h). Returns
 *   0           *program is whole
 *   CAD_EINVAL  faults: in program->document
 *   CAD_ESYSTEM the computer fails to read the file: the fault is in program->document
 *   CAD_ENOMEM  *program is NULL
 * Except in the last case the caller owns *program. */
int prog_load(const char *path, const prog_language *language, prog_program **program);
/* The same for a document that is in memory; takes it over. */
int prog_compile(doc_document *document, const prog_language *language, prog_program **program);

#endif

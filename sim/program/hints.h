/* hints.h - what to say to who gives a step something else than it takes: which step takes that.
 * Each hint begins with "; ", to stand behind the fault; "": there is none.
 */
#ifndef PROGRAM_HINTS_H
#define PROGRAM_HINTS_H

#include "document/document.h"
#include "program/language.h"
#include "program/program.h"

/* The step `verb` names a thing of that type: `await` a queue. */
const char *prog_hint_of_type(const char *verb, enum prog_object_type type);

/* What stands in the step is no name: a number, a list, a step. */
const char *prog_hint_of_value(const prog_language *language, const char *verb,
                               const doc_node *node);

/* It is an expression that gives a number. */
const char *prog_hint_of_number(const char *verb);

/* The step takes one, and names a list of that type, which "count" made. */
const char *prog_hint_of_list(enum prog_object_type type);

#endif

/* language.h - what a document can say beyond what program/ knows itself: the verbs, and the
 * functions that ask a run. Handed to who loads a document, because they do what they do with a
 * run, which program/ knows nothing of.
 */
#ifndef PROGRAM_LANGUAGE_H
#define PROGRAM_LANGUAGE_H

#include "expression/expression.h"
#include "program/step.h"

typedef struct prog_language {
    const prog_step *const *steps; /* by family, in the order of the reference */
    size_t step_count;
    const char *const *later; /* verbs of the language that this version does not run */
    size_t later_count;
    const expr_function *functions; /* up to one without a name */
} prog_language;

/* NULL: no such verb. */
const prog_step *prog_language_step(const prog_language *language, const char *verb);

/* Whether it is a verb that this version does not run. */
bool prog_language_later(const prog_language *language, const char *verb);

#endif

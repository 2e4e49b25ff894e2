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
    const prog_operation *unpack;   /* takes the value in slot 0 apart, and gives it to slots 1 */
    const expr_foreign *foreign;    /* of verbs; up to one without a word; likewise: */
    const expr_function *functions; /* up to one without a name */
    const expr_foreign *foreign_functions;
} prog_language;

/* NULL: no such verb. */
const prog_step *prog_language_step(const prog_language *language, const char *verb);

/* What to say of a word that is no verb: by its own row, or that of what it is without `await`, a
 * module and parentheses, which may be a verb. NULL: nothing. `buffer` is for the advice. */
const char *prog_language_advice(const prog_language *language, const char *word, char buffer[64]);

#endif

/* sequence.h - strings, lists and tuples, for value.c, which knows what else there is.
 */
#ifndef EXPRESSION_SEQUENCE_H
#define EXPRESSION_SEQUENCE_H

#include "expression/value.h"

/* To be counted, or filled in. */
static inline expr_sequence *expr_sequence_of(expr_value value) {
    return (expr_sequence *)(uintptr_t)(value - EXPR_VALUE_SEQUENCE_TAG);
}

/* Of one that nobody has any more. */
void expr_sequence_free(expr_sequence *sequence);

/* "str", "list" or "tuple". */
const char *expr_sequence_name(const expr_sequence *sequence);

/* Below 0, 0 or above 0, as memcmp() has it. */
int expr_string_order(const expr_string *a, const expr_string *b);

/* part in text. */
bool expr_string_contains(const expr_string *text, const expr_string *part);

/* a + b and a * times, where a is a sequence. CAD_ETYPE, CAD_EOVERFLOW, CAD_ENOMEM. */
int expr_sequence_concatenate(expr_value a, expr_value b, expr_value *result, expr_error *error);
int expr_sequence_repeat(expr_value a, expr_value times, expr_value *result, expr_error *error);

#endif

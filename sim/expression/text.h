/* text.h - text with {expressions} inside, compiled once.
 *
 * `{{` and `}}` stand for braces, and so does a `}` that closes nothing. A string that is one
 * {expression} and nothing else keeps the type of its value.
 */
#ifndef EXPRESSION_TEXT_H
#define EXPRESSION_TEXT_H

#include "expression/expression.h"

typedef struct expr_text expr_text;

/* As expr_compile(); the offsets reported are those of `text`, and `start` and `length`
 * bound the expression that is wrong (the whole text when it is the braces). */
typedef void expr_text_report(void *context, size_t start, size_t length, size_t at, size_t marked,
                              const char *message);
int expr_text_compile(const char *text, size_t length, const expr_scope *scope,
                      expr_text_report *report, void *context, expr_text **result);

/* A value from the document: a string is text, a number, a boolean or null itself, an array a list
 * of such values. */
int expr_text_from_node(const doc_node *node, const expr_scope *scope, expr_text **text);

/* One that always gives `value`, whatever braces are in it; takes a reference of its own. */
int expr_text_from_value(expr_value value, expr_text **text);

void expr_text_free(expr_text *text); /* takes NULL */

/* Where it is always the same: true, and the value, borrowed. */
bool expr_text_constant(const expr_text *text, expr_value *value);

/* Whether it draws random numbers. */
bool expr_text_draws(const expr_text *text);

/* Whether all that its value depends on is the task variable in `slot`. */
bool expr_text_reads_only(const expr_text *text, uint32_t slot);

/* Whether it is put together of what stands there and of that variable as it is: then it cannot
 * fail, but for want of memory. */
bool expr_text_shows_only(const expr_text *text, uint32_t slot);

/* The value: of one {expression} its value, of everything else a string. 0 and *result; or the
 * code of *error, and *result is None. */
int expr_text_evaluate(const expr_text *text, const expr_env *env, expr_value *result,
                       expr_error *error);

/* Appends what printing the value shows, without making a string of it. On an error the buffer is
 * as it was. */
int expr_text_append(const expr_text *text, const expr_env *env, base_buffer *buffer,
                     expr_error *error);

#endif

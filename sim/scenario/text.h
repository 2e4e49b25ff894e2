/* text.h - text with {expressions} inside, compiled once.
 *
 * `{{` and `}}` stand for braces, and so does a `}` that closes nothing. A string that is one
 * {expression} and nothing else keeps the type of its value.
 */
#ifndef SIM_SCENARIO_TEXT_H
#define SIM_SCENARIO_TEXT_H

#include "scenario/expression.h"

typedef struct sim_text sim_text;

/* As sim_expression_compile(); the offsets reported are those of `text`, and `start` and `length`
 * bound the expression that is wrong (the whole text when it is the braces). */
typedef void sim_text_report(void *context, size_t start, size_t length, size_t at, size_t marked,
                             const char *message);
int sim_text_compile(const char *text, size_t length, const sim_scope *scope,
                     sim_text_report *report, void *context, sim_text **result);

/* A value from the document: a string is text, a number, a boolean or null itself. */
int sim_text_from_node(const sim_node *node, const sim_scope *scope, sim_text **text);

/* One that always gives `value`, whatever braces are in it; takes a reference of its own. */
int sim_text_from_value(sim_value value, sim_text **text);

void sim_text_free(sim_text *text); /* takes NULL */

/* Where it is always the same: true, and the value, borrowed. */
bool sim_text_constant(const sim_text *text, sim_value *value);

/* Whether it draws random numbers. */
bool sim_text_draws(const sim_text *text);

/* Whether all that its value depends on is the task variable in `slot`. */
bool sim_text_reads_only(const sim_text *text, uint32_t slot);

/* The value: of one {expression} its value, of everything else a string. 0 and *result; or the
 * code of *error, and *result is None. */
int sim_text_evaluate(const sim_text *text, const sim_env *env, sim_value *result,
                      sim_error *error);

/* Appends what printing the value shows, without making a string of it. On an error the buffer is
 * as it was. */
int sim_text_append(const sim_text *text, const sim_env *env, sim_buffer *buffer, sim_error *error);

#endif

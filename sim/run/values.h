/* values.h - the values of expressions and texts, for the steps of a job.
 *
 * Those that return an int return 0 or an error, and have then raised it.
 */
#ifndef RUN_VALUES_H
#define RUN_VALUES_H

#include "run/job.h"

/* Before any of these, once machine->globals is there. */
void run_values_begin(run_machine *machine);

/* The value of an expression; a reference of the caller's. */
int run_evaluate(run_job *job, const expr_expression *expression, expr_value *value);
/* The same as whole nanoseconds; where None is CAD_NEVER, and so is NULL; or as a whole number
 * named `what`. */
int run_evaluate_duration(run_job *job, const expr_expression *expression, int64_t *nanoseconds);
int run_evaluate_limit(run_job *job, const expr_expression *expression, int64_t *nanoseconds);
int run_evaluate_whole(run_job *job, const expr_expression *expression, const char *what,
                       int64_t *whole);
/* The list that its value is, or gives (expr_value_items()); a reference of the caller's. */
int run_evaluate_items(run_job *job, const expr_expression *expression, expr_value *list);
/* The value of a text; NULL is None. */
int run_evaluate_text(run_job *job, const expr_text *text, expr_value *value);
/* An expression outside all tasks; nothing is raised. */
int run_evaluate_globally(run_machine *machine, const expr_expression *expression,
                          expr_value *value);
/* Each argument in its slot of `locals`; on an error some of them. */
int run_evaluate_arguments(run_job *job, const prog_arguments *arguments, expr_value *locals);
/* What printing it shows, in machine->text, or in a buffer, whose contents it replaces. */
int run_say(run_job *job, const expr_text *text);
int run_say_into(run_job *job, const expr_text *text, base_buffer *buffer);

/* Gives a slot a value, whose reference it takes over. */
typedef void run_storing(run_job *job, uint32_t slot, expr_value value);

/* Gives each of several slots a part of a value, as Python unpacks it. 0, CAD_ETYPE, CAD_EINVAL or
 * CAD_ENOMEM, raised. */
int run_unpack(run_job *job, expr_value value, const prog_slots *slots, run_storing *store);

/* Evaluates expressions, and gives their variables the values, one after the other. */
int run_bind(run_job *job, const prog_bindings *bindings, run_storing *store);

#endif

/* functions.h - the functions of expressions that ask a run: now(), qsize(q), done(t), ...
 *
 * The env's context is the run_machine.
 */
#ifndef STEPS_FUNCTIONS_H
#define STEPS_FUNCTIONS_H

#include "expression/expression.h"

extern const expr_function step_functions[];
extern const size_t step_function_count;

#endif

/* functions.h - the functions of expressions that ask a run: now(), qsize(q), done(t), ...
 *
 * The env's context is the run_machine.
 */
#ifndef STEPS_FUNCTIONS_H
#define STEPS_FUNCTIONS_H

#include "expression/expression.h"

/* Up to one without a name. */
extern const expr_function step_functions[];

#endif

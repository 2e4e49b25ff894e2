/* functions.h - the functions of expressions that ask a run: now(), qsize(q), done(t), ...
 *
 * The env's context is the sim_machine.
 */
#ifndef SIM_SCENARIO_FUNCTIONS_H
#define SIM_SCENARIO_FUNCTIONS_H

#include "scenario/expression.h"

extern const sim_function sim_functions[];
extern const size_t sim_function_count;

#endif

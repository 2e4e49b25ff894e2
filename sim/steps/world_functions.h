/* world_functions.h - what expressions ask of texts that are data, and of what is outside; rows of
 * step_functions.
 */
#ifndef STEPS_WORLD_FUNCTIONS_H
#define STEPS_WORLD_FUNCTIONS_H

#include "expression/expression.h"

#define STEP_FUNCTION(name)                                                                        \
    int name(const expr_env *env, const expr_value *arguments, size_t count, expr_value *result,   \
             expr_error *error)
STEP_FUNCTION(step_len);
STEP_FUNCTION(step_strip);
STEP_FUNCTION(step_int);
STEP_FUNCTION(step_returncode);
STEP_FUNCTION(step_pid);
STEP_FUNCTION(step_at_eof);
STEP_FUNCTION(step_is_closing);
STEP_FUNCTION(step_is_reading);
STEP_FUNCTION(step_buffered);
STEP_FUNCTION(step_port);
STEP_FUNCTION(step_is_serving);
#undef STEP_FUNCTION

#endif

/* compare/report_state.h - the state of a run in lines. Private to the comparison.
 */
#ifndef CMP_REPORT_STATE_H
#define CMP_REPORT_STATE_H

#include "compare/compare.h"

struct trace_state;

/* Appends lines, each with a '\0' at its end: first the object and the tasks that a difference is
 * about; then, where `all`, everything else, or as much of it as one looks at. 0 or CAD_ENOMEM. */
int cmp_put_state(const struct cmp_result *result, const struct cmp_difference *difference,
                  int side, const struct trace_state *state, bool all, base_buffer *out);

#endif

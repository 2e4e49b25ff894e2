/* compare/renames.h - tasks that have another name, or another creator, and are the same.
 * Private to the comparison.
 */
#ifndef CMP_RENAMES_H
#define CMP_RENAMES_H

#include "compare/result.h"

/* After a comparison in which each side has tasks that the other has not: finds those that are the
 * same, and adds them to result->renames. *found: whether there are any, so that it is worth to
 * compare once more. As cmp_compare(). */
int cmp_find_renames(struct cmp_result *result, bool *found, char message[CMP_MESSAGE_SIZE]);

#endif

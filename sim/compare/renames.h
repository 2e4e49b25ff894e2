/* compare/renames.h - tasks and objects that have another name, or another creator, and are the
 * same. Private to the comparison.
 */
#ifndef CMP_RENAMES_H
#define CMP_RENAMES_H

#include "compare/result.h"

/* After a comparison: whether both sides have tasks, or objects, that the other has not. */
bool cmp_has_strangers(const struct cmp_result *result);

/* Finds those that are the same, or so much alike that they must be, and adds them to
 * result->renames. *found: whether there are any, so that it is worth to compare once more. As
 * cmp_compare(). */
int cmp_find_renames(struct cmp_result *result, bool *found, char message[CMP_MESSAGE_SIZE]);

/* What would be renamed if both were the same run: then the first thing that one made is the first
 * of the other, and so on. *possible: whether they made as many. The renames are to be freed in any
 * case. 0 or CAD_ENOMEM. */
int cmp_suppose_same(const struct cmp_result *result, struct cmp_renames *renames, bool *possible);

#endif

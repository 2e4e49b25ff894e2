/* groups.h - exception groups, taken apart and put together as Python's except* does.
 *
 * Groups are never changed: a part of one is a group of its own, with the same message and the
 * members that are left. Those that return an int return 0, CAD_ENOMEM, or CAD_ESTACK where groups
 * are nested too deeply.
 */
#ifndef PROGRAM_GROUPS_H
#define PROGRAM_GROUPS_H

#include "program/program.h"

bool prog_is_group(const cad_exception *exception);

/* BaseExceptionGroup.split(): what a branch for `type` (as prog_catches() has it) takes of an
 * exception, and what it leaves; NULL: nothing. One that is no group and fits is taken as the only
 * member of a group without a message. Both are references of the caller's. */
int prog_group_split(const prog_program *program, cad_exception *whole, uint32_t type,
                     cad_exception **match, cad_exception **rest);

/* The part of `whole` that has the same members as the groups in `parts`, which were split from it;
 * a reference. */
int prog_group_project(cad_exception *whole, const cad_exception *parts, cad_exception **part);

/* Adds a member to a group without a message, which is made where *group is NULL, and takes the
 * place of *group; takes a reference of its own. */
int prog_group_add(cad_exception **group, cad_exception *member);

#endif

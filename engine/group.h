/* group.h - task groups, for whoever makes a task in one.
 */
#ifndef CADRAN_GROUP_H
#define CADRAN_GROUP_H

#include "cadran.h"

/* TaskGroup.create_task(), before and after the task starts: whether the group takes one
 * (CAD_ERUNTIME, CAD_ENOMEM), with room for it; and takes it in, which may have ended already. Room
 * that is not used is given back with cad__free(). */
typedef struct cad__group_member cad__group_member;
int cad__task_group_prepare(cad_task_group *group, cad__group_member **room);
void cad__task_group_add(cad_task_group *group, cad__group_member *room, cad_task *task);

#endif

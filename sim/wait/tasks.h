/* wait/tasks.h - the tasks of a loop that have not ended, by number.
 */
#ifndef WAIT_TASKS_H
#define WAIT_TASKS_H

#include <stdbool.h>
#include <stdint.h>

#include "cadran.h"

/* All of them, in the order of their creation, in which their ids rise; so few that twice as many
 * numbers are below WAIT_NO_NODE (circles.h). *tasks was NULL, and is the caller's, for
 * base_free(), also on failure. False: no memory. */
bool wait_list_tasks(cad_loop *loop, const cad_task ***tasks, uint32_t *count);

/* The number of the task with that id, as cad_task_id() gives it; WAIT_NO_NODE: it has ended. */
uint32_t wait_number_of(const cad_task *const *tasks, uint32_t count, uint64_t id);

#endif

/* The tasks of a loop, numbered as nodes of a graph. */
#include "wait/tasks.h"

#include "base/memory.h"
#include "wait/circles.h"

bool wait_list_tasks(cad_loop *loop, const cad_task ***tasks, uint32_t *count) {
    size_t capacity = 0, listed = 0;
    for (cad_task *task = cad_loop_first_task(loop); task != NULL;
         task = cad_loop_next_task(loop, task)) {
        if (listed >= WAIT_NO_NODE / 2 || !base_grow(tasks, &capacity, listed, sizeof **tasks))
            return false;
        (*tasks)[listed++] = task;
    }
    *count = (uint32_t)listed;
    return true;
}

uint32_t wait_number_of(const cad_task *const *tasks, uint32_t count, uint64_t id) {
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (cad_task_id(tasks[middle]) < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && cad_task_id(tasks[low]) == id ? low : WAIT_NO_NODE;
}

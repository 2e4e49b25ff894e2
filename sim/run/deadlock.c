/* Who waits for whom: each task to the one that it waits for, and on, until a walk comes back to
 * itself. */
#include "run/deadlock.h"

#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"

static void free_stuck(run_stuck *stuck) {
    base_free(stuck->task);
    base_free(stuck->object);
    base_free(stuck->holder);
}

static void free_list(run_stuck_list *list) {
    for (size_t i = 0; i < list->count; i++)
        free_stuck(&list->items[i]);
    base_free(list->items);
    *list = (run_stuck_list){0};
}

static char *copy(const char *text) {
    return base_strndup(text, strlen(text));
}

/* --- Waits ----------------------------------------------------------------------------------- */

/* False where there is no memory for it. */
static bool describe(const cad_task *task, const cad_wait_info *wait, run_stuck *stuck) {
    cad_object_info info = {0};
    *stuck = (run_stuck){.verb = wait->verb, .since_ns = wait->since_ns};
    if (wait->task != NULL) {
        info.type = "task";
        info.name = cad_task_name(wait->task);
    } else if (wait->object != NULL) {
        cad_object_describe(wait->object, &info);
    }
    stuck->type = info.type;
    if (info.type != NULL && (stuck->object = copy(info.name)) == NULL)
        return false;
    /* A name may be made anew whenever one is asked for: one at a time. */
    if ((stuck->task = copy(cad_task_name(task))) == NULL)
        return false;
    if (wait->task != NULL || wait->holder == NULL)
        return true;
    stuck->holder_ended = cad_future_done(wait->holder);
    return (stuck->holder = copy(cad_task_name(wait->holder))) != NULL;
}

static bool keep(run_stuck_list *list, const cad_task *task, const cad_wait_info *wait) {
    run_stuck *items = base_grown(list->items, list->count, &list->capacity, sizeof *items);
    if (items == NULL)
        return false;
    list->items = items;
    if (describe(task, wait, &items[list->count])) {
        list->count++;
        return true;
    }
    free_stuck(&items[list->count]);
    return false;
}

static void find_tasks(run_deadlock *deadlock, cad_loop *loop) {
    bool fits = true;
    cad_wait_info wait;
    for (cad_task *task = cad_loop_first_task(loop); task != NULL;
         task = cad_loop_next_task(loop, task)) {
        if (!cad_task_waiting(task, &wait))
            continue;
        deadlock->task_count++;
        fits =
            fits && deadlock->tasks.count < RUN_STUCK_KEPT && keep(&deadlock->tasks, task, &wait);
    }
}

/* --- Cycles ---------------------------------------------------------------------------------- */

/* Who a task waits for; NULL: nobody in particular. */
static const cad_task *next_of(const cad_task *task) {
    cad_wait_info wait;
    if (!cad_task_waiting(task, &wait))
        return NULL;
    return wait.task != NULL ? wait.task : wait.holder;
}

static void keep_cycle(run_deadlock *deadlock, const cad_task *first) {
    run_stuck_list *cycle = &deadlock->cycles[deadlock->cycle_count];
    const cad_task *task = first;
    cad_wait_info wait;
    do {
        if (!cad_task_waiting(task, &wait) || !keep(cycle, task, &wait)) {
            free_list(cycle);
            return;
        }
        task = next_of(task);
    } while (task != first);
    deadlock->cycle_count++;
}

/* Follows each task to whom it waits for, and on; a walk that comes back to itself is a cycle.
 * `marks` says, by task, which walk has been there. */
static void find_cycles(run_deadlock *deadlock, cad_loop *loop, uint32_t *marks) {
    uint32_t walk = 0;
    for (cad_task *from = cad_loop_first_task(loop);
         from != NULL && deadlock->cycle_count < RUN_CYCLES_KEPT;
         from = cad_loop_next_task(loop, from)) {
        const cad_task *task = from;
        walk++;
        while (task != NULL && marks[cad_task_id(task)] == 0) {
            marks[cad_task_id(task)] = walk;
            task = next_of(task);
        }
        if (task != NULL && marks[cad_task_id(task)] == walk)
            keep_cycle(deadlock, task);
    }
}

void run_deadlock_find(run_deadlock *deadlock, cad_loop *loop, uint64_t created) {
    find_tasks(deadlock, loop);
    uint32_t *marks = base_zalloc((size_t)created + 1, sizeof *marks);
    if (marks != NULL)
        find_cycles(deadlock, loop, marks);
    base_free(marks);
}

void run_deadlock_free(run_deadlock *deadlock) {
    free_list(&deadlock->tasks);
    for (size_t i = 0; i < RUN_CYCLES_KEPT; i++)
        free_list(&deadlock->cycles[i]);
    *deadlock = (run_deadlock){0};
}

/* holds.h - who has taken what, and where, as far as neither the engine nor the blocks of `with`
 * tell it: what was acquired step by step, and the items of queues that are joined.
 *
 * Something is taken by a task at a step, and given back by whoever does so: by the same task if it
 * can be, else by another one. Who gives back more than was taken has put something in (a semaphore
 * that is a signal): the next who takes it holds nothing.
 */
#ifndef RUN_HOLDS_H
#define RUN_HOLDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "cadran.h"

#define RUN_NO_HOLD UINT32_MAX

/* One that was taken. */
typedef struct run_hold {
    uint64_t task; /* cad_task_id() */
    char *name;    /* of a task that has ended; NULL: it has not, or there was no memory */
    int code;      /* ... and with what: 0 or an error */
    bool ended;
    uint32_t pc;     /* the instruction that took it */
    uint32_t object; /* in run_holds.objects */
    uint32_t next_of_object, previous_of_object;
    uint32_t next_of_task, previous_of_task; /* while the task has not ended */
} run_hold;

typedef struct run_held_object {
    uint32_t first, last; /* in the order of taking */
    uint64_t surplus;     /* given back beyond what was taken, and not yet taken */
} run_held_object;

/* Zeroed: nothing is held. */
typedef struct run_holds {
    run_hold *items;
    size_t used, capacity; /* of items, those that are free included */
    uint32_t free;         /* the first of these, plus 1; 0: none */
    size_t count;          /* that are held */
    run_held_object *objects;
    size_t object_count, object_capacity;
    struct base_map by_object; /* in objects, by address */
    struct base_map by_task;   /* the last that a task has taken, by its number */
} run_holds;

/* A task has taken one. Where there is no memory nobody will know. */
void run_holds_take(run_holds *holds, const void *object, uint64_t task, uint32_t pc);
/* One was given back; `task` is 0 where no task does it. */
void run_holds_give(run_holds *holds, const void *object, uint64_t task);
/* A task has ended with `code`; what it has taken it holds for good. */
void run_holds_end(run_holds *holds, const cad_task *task, int code);

/* What is known of an object; NULL: nothing was ever taken or given back. */
const run_held_object *run_holds_of(const run_holds *holds, const void *object);

void run_holds_free(run_holds *holds);

#endif

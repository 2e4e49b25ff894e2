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

#include "cadran.h"

/* The number of a record; 0: none. */
typedef uint32_t run_hold_number;

/* What an object keeps of it. Zeroed: nobody holds it. */
typedef struct run_held {
    run_hold_number first, last; /* in the order of taking */
    uint64_t surplus;            /* given back beyond what was taken, and not yet taken */
} run_held;

/* One that was taken, or several, one right after the other. */
typedef struct run_hold {
    uint64_t task; /* cad_task_id(); 0: a callback, which is in no list of a task's */
    char *name;    /* of a task that has ended; NULL: it has not, or there was no memory */
    int code;      /* ... and with what: 0 or an error */
    bool ended;
    uint32_t pc;    /* the instruction that took it */
    uint64_t units; /* how many it took; 0: it has given them back */
    run_held *object;
    run_hold_number next_of_object, previous_of_object;
    run_hold_number *of_task; /* the last that the task has taken; NULL: it has ended, or is none */
    run_hold_number next_of_task, previous_of_task;
} run_hold;

/* Zeroed: nothing is held. */
typedef struct run_holds {
    run_hold *items;       /* by number */
    size_t used, capacity; /* of items, those that are free included, and the one that is none */
    run_hold_number free;  /* the first of these, whose next_of_object is the next */
} run_holds;

/* Who takes or gives; zeroed where no task does. */
typedef struct run_holder {
    uint64_t task;            /* cad_task_id() */
    run_hold_number *of_task; /* what the task keeps of it: 0 at first */
} run_holder;

/* One was taken. Where there is no memory nobody will know. */
void run_holds_take(run_holds *holds, run_held *object, run_holder holder, uint32_t pc);
/* One was given back. */
void run_holds_give(run_holds *holds, run_held *object, run_holder holder);
/* A task has ended with `code`; what it has taken it holds for good. */
void run_holds_end(run_holds *holds, run_hold_number *of_task, const cad_task *task, int code);

/* An object is freed. */
void run_holds_forget(run_holds *holds, run_held *object);

/* Nothing is known any more, whatever objects and tasks keep. */
void run_holds_free(run_holds *holds);

#endif

/* deadlock.h - who waits for what, and for whom, when nothing can wake the tasks that remain.
 */
#ifndef RUN_DEADLOCK_H
#define RUN_DEADLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cadran.h"

/* A task's wait. */
typedef struct run_stuck {
    char *task;
    const char *verb;  /* asyncio's word: "acquire", "await", ... */
    const char *type;  /* of what it waits for: "lock", "task"; NULL: for nothing with a name */
    char *object;      /* its name; NULL likewise */
    char *holder;      /* the task that holds it; NULL: none does */
    bool holder_ended; /* ... and has ended, so that it never lets go */
    int64_t since_ns;
} run_stuck;

typedef struct run_stuck_list {
    run_stuck *items;
    size_t count, capacity;
} run_stuck_list;

enum { RUN_STUCK_KEPT = 50, RUN_CYCLES_KEPT = 5 };

/* Zeroed: no deadlock. */
typedef struct run_deadlock {
    uint64_t task_count;  /* of tasks that wait, in all */
    run_stuck_list tasks; /* the first of them */
    run_stuck_list
        cycles[RUN_CYCLES_KEPT]; /* each waits for the next one, the last for the first */
    size_t cycle_count;
} run_deadlock;

/* Looks at all tasks of the loop, of which `created` were created in all. Where memory runs out,
 * less is kept; what is kept is whole. */
void run_deadlock_find(run_deadlock *deadlock, cad_loop *loop, uint64_t created);

void run_deadlock_free(run_deadlock *deadlock);

#endif

/* waits.h - what a task waits for, as it is told when a run ends first: who has that, where, and
 * the circle that it stands in.
 */
#ifndef RUN_WAITS_H
#define RUN_WAITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "program/kinds.h"

/* What those are to a wait who are named with it. */
enum run_relation {
    RUN_NOBODY,  /* nobody is */
    RUN_HOLDERS, /* they hold the object */
    RUN_TAKERS,  /* they have taken items from the queue that is joined, and are not done with them
                  */
    RUN_AWAITED, /* they are awaited */
    RUN_MIGHT_WAKE, /* nobody has it, but they may come to a step that would, where a variable of
                       theirs holds it */
    RUN_WAKERS, /* nobody has it, but they may come to a step that would end the wait; where there
                 * are none, nobody does any more */
};

/* A task, or a future that is awaited. */
typedef struct run_party {
    char *name;       /* `job1`, `future f` */
    bool ended;       /* the task has, and never gives back what it has taken */
    char *error;      /* ... with this exception; NULL: with none */
    uint64_t units;   /* how often it has taken it */
    const char *step; /* the verb with which it took it; NULL: not known */
    uint32_t place;   /* ... and where; a byte offset in the document */
} run_party;

enum { RUN_PARTIES_KEPT = 5, RUN_STEPS_KEPT = 3 };

/* Those that live, and those that have ended: the first of them. */
typedef struct run_parties {
    run_party items[RUN_PARTIES_KEPT];
    size_t kept;
    uint64_t count; /* in all */
    uint64_t units; /* that they have taken, in all */
} run_parties;

/* A step of the document's that would end a wait. */
typedef struct run_deed_step {
    const char *step;
    uint32_t place;
} run_deed_step;

/* How a task stands that has not ended. */
enum run_standing {
    RUN_WAITS,
    RUN_SLEEPS,
    RUN_READY,  /* its turn would have come */
    RUN_HALTED, /* in the middle of its turn, when the run was */
    RUN_NOT_BEGUN,
};

typedef struct run_wait {
    enum run_standing standing;
    char *task;
    const char *verb; /* asyncio's word: "acquire", "await", ...; NULL: it does not wait */
    const char *step; /* the document's, at which it stands: "with"; NULL: at none */
    uint32_t place;   /* ... and where; a byte offset in the document */
    const char *type; /* of what it waits for: "lock", "task"; NULL: for nothing of a kind */
    char *object;     /* its name; NULL: it has none that the document knows */
    char *owner;      /* of a condition's own lock: the condition's name; NULL */
    char *state;      /* how that is: "full: 2 of 2"; NULL: there is nothing to say */
    enum run_relation relation;
    run_parties living, ended;
    const prog_deed *deed; /* of RUN_WAKERS and RUN_MIGHT_WAKE: `which nobody sets any more` */
    run_deed_step steps[RUN_STEPS_KEPT];
    size_t step_count; /* those where no task comes any more: the first of them ... */
    size_t more_steps; /* ... and how many more there are */
    uint64_t of;       /* how many there are: units of a semaphore, members of a gather */
    uint64_t done;     /* of the members, those that are */
    char *lost;        /* the wake that would have ended it, and what became of that; NULL */
    uint64_t notified; /* of one that is for a condition to hold: how often that did not */
    int64_t since_ns;  /* when the wait began */
    int64_t until_ns;  /* when it ends by itself; CAD_NEVER */
    uint32_t circle;   /* the number of the one that it stands in, from 1; 0: it stands in none */
    uint32_t circle_size; /* how many do */
    bool on_ring;         /* it is one of those that lead back to the first by as few as can be */
    uint32_t behind;      /* of the one that it waits for, without standing in it; 0: none */
    char *next;           /* who it waits for in that circle; NULL */
    struct run_wait *members; /* the futures among `living` that are awaited: who could set them */
    size_t member_count;
} run_wait;

typedef struct run_wait_list {
    run_wait *items;
    size_t count, capacity;
    uint64_t left_out; /* how many more there are */
} run_wait_list;

/* Tasks that stand and wait alike. */
typedef struct run_wait_group {
    run_wait wait; /* of the first */
    uint64_t count;
    char *names[RUN_PARTIES_KEPT]; /* of the first ones */
    size_t kept;
    char *last;
    bool in_row; /* `worker-2`, `worker-3`, ...: the last says which there are */
} run_wait_group;

typedef struct run_wait_groups {
    run_wait_group *items;
    size_t count, capacity;
    uint64_t left_out; /* how many tasks are in none of these */
} run_wait_groups;

enum { RUN_WAITS_KEPT = 50, RUN_RING_KEPT = 20, RUN_CIRCLES_KEPT = 5 };

/* Zeroed: every task has ended. */
typedef struct run_waits {
    uint64_t task_count;                   /* of tasks that have not ended, in all */
    run_wait_list tasks;                   /* the first of them */
    run_wait_groups groups;                /* all of them, by how they stand */
    run_wait_list rings[RUN_CIRCLES_KEPT]; /* each waits for the next one, the last for the first */
    size_t ring_count;
    uint64_t more_rings;
} run_waits;

/* In words, what it waits for and who has that: "lock a, held by job1". 0 or CAD_ENOMEM. */
int run_wait_words(const run_wait *wait, base_buffer *buffer);

void run_wait_clear(run_wait *wait);
void run_waits_clear(run_waits *waits);

#endif

/* task.h - tasks, and the wait that is a part of each.
 */
#ifndef CADRAN_TASK_H
#define CADRAN_TASK_H

#include <assert.h>

#include "future.h"

/* An operation that can wait. */
typedef struct cad__operation {
    const char *verb; /* asyncio's word */
    /* Begins or continues the operation of the task: 0 or a result of its own, an error, or
     * CAD_PENDING after one of cad__park(), cad__wait_future(), cad__yield(). The first poll
     * finds wait.phase 0. Later ones find wait.error: 0 when the wait was won, CAD_ECANCELLED
     * when it was ended by a cancel, whether or not it had been won before (wait.state). */
    int (*poll)(cad_task *task);
    /* The task is dropped in the middle of it; NULL: nothing to give back. */
    void (*drop)(cad_task *task);
    /* The lock that the task waits for in the middle of it; NULL: never one. */
    cad_lock *(*lock)(const cad_task *task);
    bool tells;        /* poll() itself tells the trace of the result */
    bool item_follows; /* wait.item is an object that follows what is waited for */
} cad__operation;

/* Tasks that wait, first come first. */
struct cad__waiters {
    cad__link list; /* of cad__wait.link */
    size_t count;   /* of those neither woken nor cancelled yet */
};

enum cad__wait_state {
    CAD__WAIT_NONE,      /* not waiting, or waiting for its turn only */
    CAD__WAIT_PARKED,    /* among an object's waiters */
    CAD__WAIT_SLEEPING,  /* parked with its timer running */
    CAD__WAIT_FUTURE,    /* awaits a future, whose cancel() a cancel goes to */
    CAD__WAIT_WON,       /* was parked, and woken */
    CAD__WAIT_CANCELLED, /* was parked, and cancelled */
};

/* What a task waits for: one thing at a time, so there is one of these in each task, and an
 * operation keeps here whatever it must remember between two polls. That is a few words, and not
 * the same ones for all: each union below has a row for each that needs it, and an operation uses
 * one of each at most. A coroutine that has not begun waits for nothing yet, and has what it is to
 * run here. */
typedef struct cad__wait {
    const cad__operation *operation; /* NULL: none in progress */
    void *object;                    /* the primitive or future that it is about */
    cad__link link;                  /* among the object's waiters */
    union {
        cad__waiters *waiters;    /* while it is parked there */
        cad_exception *cancelled; /* in CAD__WAIT_CANCELLED: what it is cancelled with */
    };
    union {
        void *item;                  /* put: the item; others: a block or scope of their own */
        int64_t deadline_ns;         /* sleep */
        size_t index;                /* a barrier's: the place among the parties */
        int (*predicate)(void *arg); /* a condition's wait_for() */
        cad_coroutine *fn;           /* before the first step: what is to run */
    };
    union {
        void **out; /* where the caller wants the value; NULL: nowhere */
        void *arg;  /* of `predicate`, of `fn` */
    };
    union {
        int64_t since_ns;  /* loop time at which the wait began, for reports */
        size_t stack_size; /* before the first step: of the coroutine's stack */
    };
    /* Side by side, so that one store begins an operation, and two a wait in it: */
    int32_t error;
    uint8_t state;
    bool keep;     /* keeps its place among the waiters until the task runs */
    uint8_t phase; /* the operation's own: how far it has come */
    uint8_t inner; /* the same of the operation inside it */
} cad__wait;

struct cad__coroutine;

struct cad__task {
    cad_future future;
    cad__timer timer; /* its place in the ready queue; its timer while it sleeps */
    cad__wait wait;
    union {
        struct cad__coroutine *coroutine; /* NULL before the first step and after the last */
        const cad_step_type *step;
    };
    cad_exception *cancel_exception; /* of the last cancel() that found no wait to end */
    cad_exception *raised;           /* with the last error returned to it */
};

extern const cad__type cad__task_type;

static inline cad__task *cad__task_of(const cad_future *future) {
    assert(future->object.type == &cad__task_type);
    return CAD__CONTAINER(future, cad__task, future);
}

/* A coroutine has returned. */
void cad__task_end(cad__task *task, int code);

/* Whose turn it is, and the result with which it goes on. */
typedef struct cad__turn {
    cad__task *task;
    int result;
} cad__turn;

/* The turn of the running coroutine is over: it waits, or has ended. Where the next in the ready
 * queue is a coroutine too, its turn begins here and now: then one switch does, where two would by
 * way of the loop's stack. Its `task` is NULL where the loop has to go on. */
cad__turn cad__task_next(cad_loop *loop);
/* Whether it waits, through tasks that await one another, for a task that waits for it itself, or
 * for another such circle: then a cancel has no end to go to. */
bool cad__task_in_circle(const cad_future *future);

/* The parts of a task's cancel(). It goes down the chain of tasks that await one another, in a
 * loop, because who cancels may be a coroutine with a small stack, and the chain long. Notes the
 * request in each; returns the last one, whose wait is to be ended; NULL: it is done, or waits in a
 * circle. */
cad__task *cad__task_cancel_down(cad_future *future, cad_exception *exception);
/* Where it has no wait that could be ended: its next step raises it. */
void cad__task_must_cancel(cad__task *task, cad_exception *exception);
/* The future that it awaits; NULL when it waits for anything else, or not at all. */
cad_future *cad__task_awaits(const cad__task *task);

/* The task that an entry of the kinds TASK, TIMER and END is a part of. */
CAD__INLINE cad__task *cad__entry_owner(const cad__entry *entry) {
    return CAD__CONTAINER(entry, cad__task, timer.entry);
}

/* Fetches the task that an entry of the ready queue, or a timer, is a part of. Most are. */
CAD__INLINE void cad__task_fetch(const cad__entry *entry) {
    cad__fetch((uintptr_t)entry - offsetof(cad__task, timer.entry), sizeof(cad__task));
}

static inline const cad_task *cad__task_or_null(const cad_future *future) {
    return future->object.type == &cad__task_type ? future : NULL;
}

/* The running task; and the wait that it is about to begin. */
#define cad__current() cad__current_at(__FILE__, __LINE__, __func__)
#define cad__current_wait() cad__current_wait_at(__FILE__, __LINE__, __func__)

CAD__INLINE cad_task *cad__current_at(const char *file, int line, const char *function) {
    cad_task *current = cad__running->current;
    CAD__ASSERT_AT(file, line, function, current != NULL, "called outside a task");
    return current;
}

CAD__INLINE cad__wait *cad__current_wait_at(const char *file, int line, const char *function) {
    cad__wait *wait = &cad__task_of(cad__current_at(file, line, function))->wait;
    CAD__ASSERT_AT(file, line, function, wait->operation == NULL,
                   "a step begins an operation while another is pending");
    return wait;
}

#endif

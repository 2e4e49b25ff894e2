/* waiter.h - the contract under every blocking operation: park, wake, cancel.
 *
 * A task calls an operation (cad_queue_get, say). cad__begin() polls it; the poll finds the queue
 * empty, puts the task among the queue's waiters with cad__park(), and returns CAD_PENDING. A put
 * later calls cad__wake(), which appends the task to the ready queue. When its turn comes, the loop
 * polls the operation again, and hands the result to the task: as the return value of
 * cad_queue_get() in a coroutine, as the argument of the next step in a step machine.
 */
#ifndef CADRAN_WAITER_H
#define CADRAN_WAITER_H

#include "exception.h"
#include "task.h"

/* The first task of a list of waiters, NULL when it is empty. */
static inline cad_task *cad__first_waiter(const cad__waiters *waiters) {
    if (cad__list_empty(&waiters->list))
        return NULL;
    return &CAD__CONTAINER(waiters->list.next, cad__task, wait.link)->future;
}

static inline void cad__waiters_init(cad__waiters *waiters) {
    cad__list_init(&waiters->list);
    waiters->count = 0;
}

/* Starts an operation on `object`. `wait` is cad__current_wait(), into which the caller has put
 * what the operation's poll finds there (item, out). Returns what the public call returns. */
int cad__begin(cad__wait *wait, const cad__operation *operation, void *object);

/* For polls. Parks the task at the end of `waiters`; CAD_PENDING. The wake, or a cancel, takes it
 * from there. */
int cad__park(cad_task *task, cad__waiters *waiters);
/* The same, but the task keeps its place until its poll calls cad__leave(). */
int cad__park_keeping(cad_task *task, cad__waiters *waiters);
void cad__leave(cad_task *task);
/* Parks it until its timer fires. CAD_PENDING or CAD_ENOMEM. */
int cad__park_until(cad_task *task, int64_t deadline_ns);
/* Waits for a future, which must outlive the wait; CAD_PENDING. */
int cad__wait_future(cad_task *task, cad_future *future);
/* Lets the others run once; CAD_PENDING. */
int cad__yield(cad_task *task);

/* Ends a parked task's wait: the task is appended to the ready queue. */
void cad__wake(cad_task *task);
/* What a cancel does first: ends the wait, or hands the cancel on to the future awaited, whose
 * result it returns. 0 when there is nothing to end: the task runs, or is about to. `exception` is
 * borrowed. */
int cad__wait_cancel(cad__task *task, cad_exception *exception);
/* Goes on with the operation in progress, when the task's turn has come: its result, or
 * CAD_PENDING. The loop is the task's. */
int cad__wait_resume(cad_loop *loop, cad__task *task);
/* What a parked task waits for, and in which line of it; NULL: for nothing that is an object. For
 * the trace. */
cad__object *cad__parked_at(const cad__task *task, const char **line);
/* Takes the task out of everything that it waits in. */
void cad__wait_drop(cad__task *task);

/* Takes the first task from the list and wakes it; false when there is none. */
bool cad__wake_first(cad__waiters *waiters);
void cad__wake_all(cad__waiters *waiters);

#endif

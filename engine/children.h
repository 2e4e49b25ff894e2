/* children.h - programs that a process has started, for drivers whose loops hear of their ends.
 *
 * SIGCHLD says that some child has ended, and not which: each driver that has some asks for its
 * own, by their numbers, so that children of others are left alone. libuv would do as much, but it
 * takes SIGCHLD for itself, and a program may have a handler for it.
 */
#ifndef CADRAN_CHILDREN_H
#define CADRAN_CHILDREN_H

#include <stdatomic.h>
#include <sys/types.h>

#include "signals.h"

/* A driver's. */
typedef struct cad__children {
    cad__link running; /* cad__child */
    cad__link left; /* cad__group: those whose program has ended, and has left children of ours */
    cad__listener listener;
    bool listens;
    atomic_bool some_ended;
    cad_driver *driver; /* which is woken when some have */
} cad__children;

/* A group that a program has begun. */
typedef struct cad__group {
    cad__link link;
    pid_t id;
} cad__group;

/* A driver's part of a request of the kind CAD_REQUEST_PROCESS. */
typedef struct cad__child {
    cad__link link;
    cad_request *request;
    cad__children *children;
    cad__group *group; /* NULL: it has begun none */
} cad__child;

void cad__children_init(cad__children *children, cad_driver *driver);
/* All requests are over. What programs have left in their groups is killed, and reaped, where it
 * has become ours: as it does in a process that takes orphans in (PR_SET_CHILD_SUBREAPER). */
void cad__children_free(cad__children *children);
/* A driver's submit() and cancel() of that kind. The latter kills it, and waits for its end, which
 * then is a matter of a moment; one that may not be killed is left alone. */
int cad__child_submit(cad__children *children, cad_request *request);
void cad__child_cancel(cad_request *request);
/* Completes the requests of those that have ended. On the loop's thread. */
void cad__children_reap(cad__children *children);

#endif

/* lock.h - a lock's inside, for the condition that waits for one in the middle of its own wait. */
#ifndef CADRAN_LOCK_H
#define CADRAN_LOCK_H

#include "waiter.h"

struct cad_lock {
    cad__object object;
    cad__waiters waiters;
    cad_task *owner; /* who acquired it, for reports; a reference */
    bool locked;
};

/* Makes a lock that is a part of another object. */
void cad__lock_init(cad_lock *lock, cad_loop *loop);

/* The two halves of acquire, for the polls of operations that contain one: 0, or CAD_PENDING,
 * after which cad__lock_resume() gives 0 or CAD_ECANCELLED. */
int cad__lock_begin(cad_lock *lock, cad_task *task);
int cad__lock_resume(cad_lock *lock, cad_task *task);

#endif

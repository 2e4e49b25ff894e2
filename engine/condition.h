/* condition.h - a condition's inside, for the barrier, which is made of one. */
#ifndef CADRAN_CONDITION_H
#define CADRAN_CONDITION_H

#include "lock.h"

struct cad_condition {
    cad__object object;
    cad_lock *lock;
    bool own_lock;
    cad__waiters waiters;
    cad__lost lost; /* the last notify */
};

/* Condition.wait() as a part of another operation. *phase is 0 at the start, and this
 * function's from then on. */
int cad__condition_poll(cad_condition *condition, cad_task *task, uint8_t *phase);

#endif

/* condition.h - a condition's inside, for the barrier, which is made of one. */
#ifndef CADRAN_CONDITION_H
#define CADRAN_CONDITION_H

#include "lock.h"

struct cad_condition {
    cad__object object;
    cad_lock *lock;
    bool own_lock;
    bool lost; /* the last notify was of use to nobody */
    cad__waiters waiters;
    int64_t lost_ns; /* when that was */
    char *lost_to;   /* the name of the task that it went to; NULL: to none, or no memory */
};

/* Condition.wait() as a part of another operation. *phase is 0 at the start, and this
 * function's from then on. */
int cad__condition_poll(cad_condition *condition, cad_task *task, uint8_t *phase);

#endif

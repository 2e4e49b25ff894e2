/* timer.h - the timers of a loop.
 */
#ifndef CADRAN_TIMER_H
#define CADRAN_TIMER_H

#include "cadran.h"
#include "compiler.h"
#include "link.h"

#define CAD__TIMER_NONE UINT32_MAX

/* See timer.c. The first three members are what each iteration looks at. */
typedef struct cad__timers {
    int64_t first_ns; /* the first deadline; CAD_NEVER without timers */
    struct cad__timer_slot {
        int64_t deadline_ns;
        uint64_t order; /* among equal deadlines the first created is first: a sequence, and in the
                           low half the number */
    } * slots;          /* a 4-ary heap; slots[0] is the first to fire, and not cancelled */
    size_t count;
    union cad__timer_entry {
        cad__timer *timer;  /* NULL: cancelled, and its slot is still there */
        uint32_t next_free; /* of a number that is in no slot */
    } * table;              /* by number */
    size_t capacity;        /* of either */
    void *block;            /* that both are in */
    size_t cancelled;       /* slots of timers that are cancelled */
    uint32_t used;          /* numbers that were ever taken */
    uint32_t free_number;   /* the first free one of these; or CAD__TIMER_NONE */
    uint32_t next_sequence;
} cad__timers;

void cad__timers_init(cad__timers *timers);
void cad__timers_clear(cad__timers *timers);
/* 0 or CAD_ENOMEM. */
CAD__APART int cad__timer_start(cad_loop *loop, cad__timer *timer, int64_t deadline_ns);
/* Stops it, or takes it out of the ready queue; does nothing when it is in neither. */
void cad__timer_cancel(cad_loop *loop, cad__timer *timer);
/* Appends the entries of all timers due at `now_ns` to the ready queue. */
CAD__APART void cad__timers_fire(cad_loop *loop, int64_t now_ns);

#endif

/* ready.h - the ready queue: what joins it, and what a coroutine takes from it.
 */
#ifndef CADRAN_READY_H
#define CADRAN_READY_H

#include "trace.h"

/* For a coroutine whose turn is over: takes the entry that is next, if it can run on a coroutine's
 * stack; begins the next iteration where that needs nothing from outside. NULL: the loop has to go
 * on. */
cad__entry *cad__loop_take(cad_loop *loop);

/* Appends to the ready queue. */
static inline void cad__ready(cad_loop *loop, cad__entry *entry) {
    if (__builtin_expect(loop->tells_details, 0))
        cad__trace_ready(loop, entry); /* which appends it, so that nothing is left to do here */
    else
        cad__append(&loop->ready, &entry->link);
}

#endif

/* interrupt.h - signals, as the loop sees them.
 */
#ifndef CADRAN_INTERRUPT_H
#define CADRAN_INTERRUPT_H

#include "compiler.h"
#include "loop.h"

/* Signals for which there are handlers: whether some have come; makes them ready; and whether
 * there is a handler for one, which may be asked in a signal handler. */
static inline bool cad__signals_pending(const cad_loop *loop) {
    return atomic_load_explicit(&loop->signals_came, memory_order_relaxed);
}
CAD__APART void cad__signals_collect(cad_loop *loop);
bool cad__signal_is_handled(const cad_loop *loop, int number);

/* cad_loop_run() returns: what has interrupted it is past. */
void cad__interrupt_heeded(cad_loop *loop);

#endif

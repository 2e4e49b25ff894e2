/* signals.h - the process's signals, for drivers whose loops hear of them.
 *
 * The first operation that waits for a signal takes it over, for all loops of the process; with the
 * last one it goes back to what it was.
 */
#ifndef CADRAN_SIGNALS_H
#define CADRAN_SIGNALS_H

#include "driver.h"

/* A driver's part of an operation of the kind CAD_OPERATION_SIGNAL. */
typedef struct cad__signal {
    cad__link link; /* among all that wait for one */
    cad_operation *operation;
} cad__signal;

/* A driver's submit() and cancel() of that kind: the operation is told its signal's number whenever
 * that comes, in the signal handler. CAD_ESYSTEM when there is no such signal, or none that can be
 * handled. */
int cad__signal_submit(cad_operation *operation);
void cad__signal_cancel(cad_operation *operation);

#endif

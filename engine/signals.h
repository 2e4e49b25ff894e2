/* signals.h - the process's signals, for drivers whose loops hear of them.
 *
 * The first request that waits for a signal takes it over, for all loops of the process; with the
 * last one it goes back to what it was.
 */
#ifndef CADRAN_SIGNALS_H
#define CADRAN_SIGNALS_H

#include "driver.h"

/* A driver's part of a request of the kind CAD_REQUEST_SIGNAL. */
typedef struct cad__signal {
    cad__link link; /* among all that wait for one */
    cad_request *request;
} cad__signal;

/* A driver's submit() and cancel() of that kind: the request is told its signal's number whenever
 * that comes, in the signal handler. CAD_ESYSTEM when there is no such signal, or none that can be
 * handled. */
int cad__signal_submit(cad_request *request);
void cad__signal_cancel(cad_request *request);

#endif

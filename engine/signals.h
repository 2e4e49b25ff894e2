/* signals.h - the process's signals, for drivers whose loops hear of them.
 *
 * The first one that listens for a signal takes it over, for all loops of the process; with the
 * last one it goes back to what it was.
 */
#ifndef CADRAN_SIGNALS_H
#define CADRAN_SIGNALS_H

#include "driver.h"

enum { CAD__SIGNALS = 65 }; /* the numbers of signals are below this, and above 0 */

/* Who listens for a signal. `number` and `came` are set before. */
typedef struct cad__listener {
    cad__link link; /* among all of the process */
    int number;
    void (*came)(struct cad__listener *listener, int number); /* in the signal handler */
} cad__listener;

/* From now on came() is called whenever the signal comes. CAD_ESYSTEM when there is no such signal,
 * or none that can be handled. */
int cad__signal_listen(cad__listener *listener);
/* It is not called any more. */
void cad__signal_unlisten(cad__listener *listener);

/* In a handler: the signal goes to who handled it before anybody listened; what was ignored then
 * ends the process. */
void cad__signal_pass_on(int number);

/* A driver's part of a request of the kind CAD_REQUEST_SIGNAL. */
typedef struct cad__signal {
    cad__listener listener;
    cad_request *request;
} cad__signal;

/* A driver's submit() and cancel() of that kind: the request is told its signal's number whenever
 * that comes, in the signal handler. */
int cad__signal_submit(cad_request *request);
void cad__signal_cancel(cad_request *request);

#endif

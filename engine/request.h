/* request.h - what a loop asks of its driver.
 */
#ifndef CADRAN_REQUEST_H
#define CADRAN_REQUEST_H

#include "driver.h"

/* Memory for a request, zeroed: `size` bytes, whose last member it is, and the driver's part
 * behind them. NULL: out of memory. cad__free() when it is over, or was never begun. */
void *cad__request_new(cad_loop *loop, size_t size, enum cad_request_kind kind);
/* Begins it: 0, and its done() will be called, or the driver's error. */
int cad__submit(cad_loop *loop, cad_request *request);
/* Whether it goes on by itself, as it is now, so that it is no deadlock to wait for its end. */
void cad__request_await(cad_request *request, bool awaited);
/* It is no longer wanted; its done() is called all the same, now or soon. */
void cad__cancel(cad_request *request);
/* Cancels all that is under way, and waits for its end. */
void cad__requests_end(cad_loop *loop);

#endif

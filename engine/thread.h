/* thread.h - calls from other threads, and the worker pool.
 */
#ifndef CADRAN_THREAD_H
#define CADRAN_THREAD_H

#include "cadran.h"

/* Calls from other threads, and the worker pool. */
int cad__threads_new(cad_loop *loop);
bool cad__threads_pending(cad_loop *loop); /* calls from other threads have come in */
void cad__threads_collect(cad_loop *loop); /* makes them ready */
void cad__threads_free(cad_loop *loop);

#endif

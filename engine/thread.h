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

/* cad_to_thread() without the wait: *done, a reference, is done when fn(arg) has returned. Then, or
 * when the loop goes before it was begun, drop(arg) is called on the loop's thread, once, also on
 * failure; it may be NULL. 0 or CAD_ENOMEM. */
int cad__thread_start(cad_loop *loop, void (*fn)(void *arg), void (*drop)(void *arg), void *arg,
                      int64_t virtual_ns, cad_future **done);

#endif

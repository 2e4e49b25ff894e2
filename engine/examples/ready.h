/* ready.h - a coroutine waits for a descriptor that is another library's. */
#ifndef READY_H
#define READY_H

#include <stdbool.h>

#include "cadran.h"

enum { READY_TO_READ = 1, READY_TO_WRITE = 2 };

static inline void has_become_ready(void *future) {
    if (!cad_future_done(future))
        (void)cad_future_set_result(future, NULL);
}

/* Waits until the descriptor can be read, or written, or either, as `directions` say. */
static inline int wait_ready(int descriptor, int directions) {
    cad_loop *loop = cad_running_loop();
    cad_future *ready = cad_future_new(loop);
    int error = ready != NULL ? 0 : CAD_ENOMEM;
    if (error == 0 && (directions & READY_TO_READ) != 0)
        error = cad_add_reader(loop, descriptor, has_become_ready, ready);
    if (error == 0 && (directions & READY_TO_WRITE) != 0)
        error = cad_add_writer(loop, descriptor, has_become_ready, ready);
    if (error == 0)
        error = cad_await(ready, NULL);
    (void)cad_remove_reader(loop, descriptor);
    (void)cad_remove_writer(loop, descriptor);
    cad_future_unref(ready);
    return error;
}

#endif

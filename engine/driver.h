/* driver.h - what a loop asks of the world under it.
 *
 * A driver says what time it is, waits, and carries out what happens outside the loop: work in
 * threads and interrupts. The loop, the primitives and the tasks are the same code over every
 * driver, and cannot tell which one it is.
 *
 * Not installed: the two drivers are what programs get, and what a driver is may change with them.
 */
#ifndef CADRAN_DRIVER_H
#define CADRAN_DRIVER_H

#include "cadran.h"

/* One piece of blocking work for a worker. Embedded in what belongs to the caller, which must
 * stay until done() has been called. */
typedef struct cad_work {
    void (*run)(struct cad_work *work);  /* on the worker */
    void (*done)(struct cad_work *work); /* on the loop's thread, when run() has returned */
    int64_t virtual_ns;                  /* how long it takes where time is simulated */
    void *reserved[8];                   /* the driver's */
} cad_work;

#define CAD_IN_PASSING INT64_MIN

struct cad_driver {
    cad_loop *loop; /* set by cad_loop_new() before any other call */

    /* How late wait() is without anybody's fault, at most: 0 where time is simulated. */
    int64_t tolerance_ns;

    /* Time stands still but in wait() and compute(); and wait() takes none of the real time and
     * little stack, so that coroutines may call it. */
    bool simulated;

    /* Called when the loop first runs: time is 0 now, and was 0 before. */
    void (*start)(cad_driver *driver);

    /* Nanoseconds since start(); never goes back. */
    int64_t (*now)(cad_driver *driver);

    /* Waits until the deadline has come or something has happened, whichever is first; does
     * not wait when the deadline has passed. CAD_NEVER: until something happens. CAD_IN_PASSING:
     * the loop has enough to do, and it need not even be looked whether something has happened,
     * if that is done once in a while. Returns 0, or CAD_EDEADLOCK when nothing can ever happen. */
    int (*wait)(cad_driver *driver, int64_t deadline_ns);

    /* Keeps the thread busy for as long. */
    void (*compute)(cad_driver *driver, int64_t duration_ns);

    /* Runs the work on a worker of its own. */
    int (*start_work)(cad_driver *driver, cad_work *work);

    /* Waits until all that was started has run; nothing is started any more. Called before free().
     * NULL: what is started runs on the loop's own thread. */
    void (*join)(cad_driver *driver);

    /* Makes wait() return soon; the one member that may be called from any thread. */
    void (*wake)(cad_driver *driver);

    void (*free)(cad_driver *driver);
};

#endif

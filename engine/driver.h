/* driver.h - the world under a loop, and what passes between the two.
 *
 * A driver says what time it is, waits, and carries out requests: operations of the world outside
 * the loop, such as work in a thread. The loop, the primitives and the tasks are the same code over
 * every driver, and cannot tell which one it is. What follows from what a driver says (that all is
 * deadlocked, that an interrupt ends the run) the loop decides.
 *
 * A request belongs to whoever submits it, and is one block of memory: what is the caller's own,
 * the cad_request, and right behind it what the driver needs for it. What becomes of a request
 * comes back by cad__complete(), and by no other way.
 *
 * This header and cadran.h are all that a driver needs: tests/test_driver_scripted.c has one that
 * plays a script. It is not installed: two drivers are what programs get, and what a driver is may
 * change with them.
 */
#ifndef CADRAN_DRIVER_H
#define CADRAN_DRIVER_H

#include "cadran.h"
#include "link.h"

/* --- Requests ---------------------------------------------------------------------------- */

enum cad_request_kind {
    CAD_REQUEST_WORK,    /* something that blocks, for a worker; ends with 0 */
    CAD_REQUEST_SIGNAL,  /* the process's signal: from now on it is heard of here */
    CAD_REQUEST_WATCH,   /* a descriptor: whenever it can be read or written it is told */
    CAD_REQUEST_PROCESS, /* a program, which is started now; ends with 0 when the process has */
    CAD_REQUEST_KINDS,
};

/* What a watch waits for, and what it is told. Failed: it is in error, or has ended in both
 * directions. */
enum { CAD_READABLE = 1, CAD_WRITABLE = 2, CAD_FAILED = 4 };

/* A program to be started. All of it is borrowed, for submit(). */
typedef struct cad_program {
    const char *path; /* of the file; as it is, or in `cwd` */
    const char *const *argv;
    const char *const *env; /* NULL: this process's */
    const char *cwd;        /* NULL: this process's */
    int descriptors[3]; /* that become its standard ones, all above 2; -1: it has this process's */
    bool stderr_to_stdout;
    bool process_group; /* it gets one of its own, and a cancel kills all of that */
} cad_program;

typedef struct cad_request {
    /* The caller's, set before it is submitted. */
    enum cad_request_kind kind;
    bool background; /* nobody waits for its end: a loop that has nothing else is deadlocked */
    /* What has become of it, told by cad__complete(): an error or 0, and it is over, and the memory
     * the caller's again; or a number above 0, and there is more to come. */
    void (*done)(struct cad_request *request, int result);
    union {
        struct {
            void (*run)(struct cad_request *request); /* on the worker */
            int64_t virtual_ns;                       /* how long it takes in simulated time */
        } work;
        struct {
            int number; /* done() is told it whenever the signal comes: see cad__complete() */
        } signal;
        struct {
            int descriptor;
            unsigned events; /* a set, of which done() is told what has come; change() tells the
                                driver that it is another one */
        } watch;
        struct {
            const cad_program *program;
            int pid;  /* the driver's, once it is submitted */
            int code; /* the driver's, at the end: what it exited with, or -N by signal N */
        } process;
    } of;
    /* The loop's. */
    cad_loop *loop;
    cad__link link;   /* among those under way */
    cad__timer timer; /* for cad__complete_at() */
    int result;       /* likewise */
    bool nominal;     /* it ends when the timer says so: what the driver says is kept until then */
    bool over;        /* the driver has said it */
} cad_request;

/* The driver's part of a request: cad_driver.part_size bytes, zeroed when it was made, aligned
 * as a cad_request is. */
static inline void *cad_request_part(cad_request *request) {
    return request + 1;
}

/* For drivers: this has become of a request. `result` is what its done() is told; 0 or an error
 * ends it, and it must not be touched after that. To be called on the loop's thread, out of wait()
 * or cancel(); a number above 0 also in a signal handler, on any thread. */
void cad__complete(cad_request *request, int result);

/* For drivers whose time is simulated: so it will have ended at a time of the loop's, in its turn
 * among what is due then. May be called out of submit(), too; cad__complete() takes it back. 0 or
 * CAD_ENOMEM. */
int cad__complete_at(cad_request *request, int64_t when_ns, int result);

/* The code for a number of errno's, raised with the system's words for it. */
int cad__system_error(int number);

/* deadline = from + delay, without overflow. */
static inline int64_t cad__deadline(int64_t from_ns, int64_t delay_ns) {
    return delay_ns > 0 && from_ns > CAD_NEVER - delay_ns ? CAD_NEVER : from_ns + delay_ns;
}

/* --- Drivers ------------------------------------------------------------------------------- */

struct cad_driver {
    cad_loop *loop; /* set by cad_loop_new() before any call */

    /* The signal that interrupts the loop from the start; 0: none does. */
    int interrupt;

    /* Time stands still but in wait() and compute(), and nothing happens but there: a loop that has
     * enough to do does not look. wait() takes none of the real time and little stack, so that
     * coroutines may call it. */
    bool simulated;

    /* Bytes of the driver's part of a request, by kind. */
    size_t part_size[CAD_REQUEST_KINDS];

    /* Called when the loop first runs: time is 0 now, and was 0 before. */
    void (*start)(cad_driver *driver);

    /* Nanoseconds since start(); never goes back. */
    int64_t (*now)(cad_driver *driver);

    /* Waits until the deadline has come or something has happened, whichever is first, and
     * completes what has; when it was the deadline, nothing. With one that has passed it only
     * looks. CAD_NEVER: until something happens; false where nothing ever can. True otherwise. */
    bool (*wait)(cad_driver *driver, int64_t deadline_ns);

    /* How much of the last `span_ns`, in which it did not wait(), the thread has worked, or waited
     * for something of its own accord; the rest of it waited for a processor. NULL: all of it. */
    int64_t (*worked)(cad_driver *driver, int64_t span_ns);

    /* Keeps the thread busy for as long. */
    void (*compute)(cad_driver *driver, int64_t duration_ns);

    /* Begins a request. 0; or an error, and it has never been one: done() will not be called.
     * CAD_ESYSTEM for a kind that the driver does not know. */
    int (*submit)(cad_driver *driver, cad_request *request);

    /* Nobody wants it any more: it is completed with CAD_ECANCELLED now or soon, or as if it had
     * not been cancelled, where it cannot be stopped. A process is killed, a descriptor can be
     * closed as soon as this returns. */
    void (*cancel)(cad_driver *driver, cad_request *request);

    /* The events of a watch that is under way are others. NULL where the driver knows none. */
    void (*change)(cad_driver *driver, cad_request *request);

    /* Makes wait() return soon, or the next one not wait at all; may be called on any thread, and
     * in a signal handler. */
    void (*wake)(cad_driver *driver);

    /* All requests are over. */
    void (*free)(cad_driver *driver);
};

#endif

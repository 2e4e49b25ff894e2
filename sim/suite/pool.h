/* suite/pool.h - many jobs in a few processes: one that crashes or hangs is lost alone.
 *
 * A worker is a copy of this process (fork) that does one job after the other, as long as there
 * are any; a process a job would cost more than most jobs do. When one dies, or takes too long, the
 * job that it was at has that for an answer, and a new worker takes its place.
 */
#ifndef SUITE_POOL_H
#define SUITE_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

enum suite_end {
    SUITE_ANSWERED, /* what the job has left is its answer */
    SUITE_CRASHED,  /* a signal ended the worker */
    SUITE_EXITED,   /* it ended by itself, in the middle of the job */
    SUITE_TOO_LONG, /* it was ended, as the job took longer than it may */
};

/* What has become of a job. */
typedef struct suite_answer {
    enum suite_end end;
    int number;       /* of the signal; of EXITED the exit status */
    const char *text; /* the answer; of others than ANSWERED the end of what the worker said on
                         standard error */
    size_t length;
} suite_answer;

enum suite_worker {
    SUITE_WORKER_GOES_ON,
    SUITE_WORKER_ENDS, /* it is not to be used any more, as after it has run out of memory */
};

typedef struct suite_pool {
    size_t jobs;      /* 0, 1, ... */
    unsigned workers; /* at least 1 */
    int64_t limit_ns; /* how long a job may take */
    void *context;    /* for the functions */
    /* In a worker: does the job, and appends its answer. */
    enum suite_worker (*work)(void *context, size_t job, base_buffer *answer);
    /* Here: a job is over; in whatever order they end. */
    void (*done)(void *context, size_t job, const suite_answer *answer);
    /* Here, when nothing has come for a tenth of a second; NULL: nothing. */
    void (*idle)(void *context);
} suite_pool;

/* Does all jobs. The process must have one thread. 0; CAD_ENOMEM, or CAD_ESYSTEM with errno where
 * there is no process to be had: then some jobs have no answer. No worker is left in any case. */
int suite_pool_run(const suite_pool *pool);

#endif

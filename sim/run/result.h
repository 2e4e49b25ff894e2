/* result.h - what became of a run: all that is left to say when it is over.
 */
#ifndef RUN_RESULT_H
#define RUN_RESULT_H

#include <stdint.h>

#include "program/program.h"
#include "run/waits.h"

/* Those that a document knows, by the same numbers; and one more. */
enum run_outcome {
    RUN_COMPLETE = PROG_COMPLETE,
    RUN_FAILED = PROG_FAILED,
    RUN_DEADLOCK = PROG_DEADLOCK,
    RUN_INTERRUPTED = PROG_INTERRUPTED,
    RUN_STOPPED = PROG_STOPPED,
    RUN_LIMIT = PROG_LIMIT,
    RUN_BROKEN = PROG_OUTCOMES, /* the environment failed: no memory, no trace */
};

/* "complete", ...; "broken" is no outcome of the language. */
const char *run_outcome_name(enum run_outcome outcome);

/* Which limit a run has come to. */
enum run_limit {
    RUN_LIMIT_NONE,
    RUN_LIMIT_STEPS,
    RUN_LIMIT_STILL,
    RUN_LIMIT_TASKS,
    RUN_LIMIT_TIME,
    RUN_LIMIT_MEMORY,
};

/* An exception that nobody retrieved, or that left a callback. */
typedef struct run_failure {
    char *who;                /* "task job1", "a callback" */
    char *raised_in;          /* the task that it comes from, where that is another one; NULL */
    char *what;               /* `ValueError: text` */
    char *note;               /* what Python's words leave out; NULL: nothing */
    uint32_t place;           /* where it was raised: a byte offset in the document; DOC_NOWHERE */
    const expr_part *part;    /* of an expression, which raised it; NULL. The program's */
    cad_exception *exception; /* with its members; NULL */
} run_failure;

/* In which task an exception was raised that ended one, and where, as `place` above; NULL: not
 * known. */
const char *run_raised_in(const cad_exception *exception, uint32_t *place);

#define RUN_FAILURES_KEPT 20
/* Of a group's members so many are told, over all its depths; the rest is counted. */
enum { RUN_MEMBERS_TOLD = 20, RUN_DEPTH_TOLD = 8 };

typedef struct run_result {
    enum run_outcome outcome;
    enum run_limit limit; /* where the outcome is LIMIT */
    int signal;           /* of run_machine_options.signals, which came; 0: none */
    char reason[160];     /* in words, where it is LIMIT or BROKEN; else "" */
    int64_t seed;
    int64_t end_ns;
    uint64_t steps;         /* instructions that were run */
    uint64_t task_count;    /* created in all */
    uint64_t pending_count; /* not ended when the run was over */
    uint64_t spans_most;    /* open at once */
    run_waits waits;        /* of these, who waited for what */
    char *running;          /* who ran when a limit of steps ended the run: "task job1" */
    uint32_t running_place; /* ... and at which step; a byte offset */
    uint64_t failure_count;
    run_failure failures[RUN_FAILURES_KEPT]; /* the first of them */
} run_result;

/* Frees what it holds. */
void run_result_clear(run_result *result);

#endif

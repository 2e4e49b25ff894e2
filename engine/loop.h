/* loop.h - a loop's inside, which its parts share.
 *
 * Each of them has a header of its own for what it does; what they keep is here, so that functions
 * can be inline where a benchmark would see the call. All of the engine runs on the thread that
 * runs the loop, but for what says otherwise.
 */
#ifndef CADRAN_LOOP_H
#define CADRAN_LOOP_H

#include <stdatomic.h>

#include "driver.h"
#include "object.h"
#include "pool.h"
#include "stack.h"
#include "timer.h"

/* Of so many lines of waiters a trace remembers whether it tells of them; a power of two. */
enum { CAD__TOLD_LINES = 16 };

/* As much is read from a descriptor at once. */
enum { CAD__BYTES = 64 * 1024 }; /* and one more, for a '\0' */

/* A loop's stacks, recycled among its coroutines without asking anybody (see stack.c for what is
 * shared by all loops). */
struct cad__stacks {
    cad__stack *free[CAD__STACK_CLASSES]; /* by size class, the last used one first */
    size_t kept;                          /* bytes of them all */
    size_t count;                         /* these and those in use */
};

/* What a loop bears before its time moves on by itself: see clock.c. */
typedef struct cad__patience {
    int64_t work_ns;     /* of a turn that takes long */
    int64_t restless_ns; /* of turns without an end */
    int64_t behind_ns;   /* of timers that are due */
} cad__patience;

struct cad_loop {
    /* What has its turn, and when. */
    cad_driver *driver;
    cad__link ready; /* what runs in the next iteration */
    cad__link batch; /* what is left of this one */
    cad__timers timers;

    /* What there is. */
    cad_task *current;     /* the task that runs */
    const cad_task *cause; /* on whose behalf a callback runs, for the trace */
    cad__link tasks;       /* that have not ended, by creation (cad__object.all) */
    cad__link objects;     /* everything else that is freed with the loop */
    cad__pool pool;        /* the memory of both */
    size_t live;           /* tasks whose end has not been noticed, and holds */
    bool complete;         /* it was 0: this iteration is the last, whatever it still creates */
    size_t holds;          /* of these, what cad_loop_hold() holds */
    bool eager_tasks;      /* how tasks start that leave it open */
    unsigned eager;        /* eager starts under way, each inside the one before */

    /* Its time: see clock.c. */
    int64_t due_ns;   /* the loop's time: that at which what runs now was to run */
    int64_t now_ns;   /* the driver's, when last looked at: never before due_ns */
    unsigned unseen;  /* turns of the loop's own since then */
    bool counts_work; /* turns are measured, from */
    int64_t turn_ns;  /* this time of the driver's */
    bool asleep;      /* the one that has the turn ends it now, at now_ns */
    bool nominal;     /* what is outside ends when it says that it will */
    const cad__patience *patience;
    unsigned restless; /* iterations since nothing was ready, on the loop's stack */
    int64_t rested_ns; /* when that was, by the driver's clock */
    unsigned turns;    /* iterations on coroutines' stacks since the last on the loop's */
    unsigned unlooked; /* iterations since the loop last looked outside */
    int64_t looked_ns; /* when that was */
    int64_t limit_ns;  /* its time goes no further; less than CAD_NEVER */

    /* Its runs. */
    bool started, stopping;
    int result;   /* of the last one */
    bool closing; /* everything goes: references no longer count */

    /* Signals. */
    atomic_int interrupted; /* 0; a signal's number, or CAD__INTERRUPTED: set in handlers, too */
    int signal;             /* of the last run: the signal that interrupted it */
    int64_t signal_ns;      /* signal handlers': when the one came that `interrupted` has */
    cad__link interrupts;   /* the signals that interrupt it */
    struct cad__signals *signals;  /* with handlers, since the first; NULL */
    atomic_bool signals_came;      /* for these; set from signal handlers, too */
    atomic_ullong signals_handled; /* bit n - 1: signal n has a handler, and interrupts nothing */

    /* The world outside. */
    cad__link requests;           /* under way */
    size_t awaited;               /* of these, what goes on by itself */
    struct cad__readers *readers; /* of other libraries, since the first; NULL */
    char *bytes;                  /* where transports read into, since the first; NULL */

    /* What the program has set, and what its calls have come to. */
    cad_wait_hook *wait_hooks;
    cad_clock_hook *clock_hooks;
    cad_exception_handler *handler;
    void *handler_arg;
    cad_task_namer *namer;
    void *namer_arg;
    uint64_t last_object, last_task; /* the numbers that were given last */
    cad_exception *raised;           /* with the last error returned outside tasks */

    /* Stacks and threads. */
    struct cad__stacks stacks;
    bool watches_overflow;
    cad__stack *signal_stack;     /* where overflows are handled, while it watches for them */
    struct cad__threads *threads; /* call_soon_threadsafe and the worker pool */
    unsigned workers;

    /* Who is told what happens. */
    struct cad__tracer {
        const cad_trace_sink *sink;
        int64_t last_ns;
        bool in_turn;            /* of an entry of ... */
        uint8_t turn;            /* ... this kind */
        bool run_open;           /* the sink knows that it runs */
        const cad_task *runs;    /* in this turn: a task, or NULL for a callback */
        uint64_t iterations;     /* since the sink listens */
        cad__object *fresh;      /* the first of the loop's objects that are to be told of; NULL */
        cad__object *changed;    /* what has changed and is to be told of; NULL */
        const cad_task *changer; /* who changed it; NULL: no task */
        cad__object *source;     /* what comes by its lane is why tasks are woken; NULL */
        struct cad__told_line {
            const cad__type *type;
            const char *line; /* a literal */
            bool told;        /* its length is a part of the state that the sink wants */
        } lines[CAD__TOLD_LINES];
    } tracer;
    struct cad__tracer *trace; /* NULL: nobody listens */
    bool tells_details;        /* somebody does, and asks for them */
};

#define CAD__INTERRUPTED (-1) /* by no signal */

/* The loop that runs on this thread. Where none does it is one without a task, not NULL: who wants
 * the running task looks once, not twice. */
extern _Thread_local cad_loop *cad__running __attribute__((tls_model("initial-exec")));

/* Sees to it that loop->bytes is there. 0 or CAD_ENOMEM. */
int cad__loop_bytes(cad_loop *loop);

/* Tells those who want to be told. */
CAD__APART void cad__before_wait(cad_loop *loop, int64_t until_ns);

#endif

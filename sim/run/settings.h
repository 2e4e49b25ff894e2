/* settings.h - what a run is to be like, beside its document.
 */
#ifndef RUN_SETTINGS_H
#define RUN_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "cadran.h"
#include "run/lines.h"

/* How far a run is. */
typedef struct run_so_far {
    cad_loop *loop; /* who looks may ask for its time, and interrupt it */
    uint64_t tasks; /* created in all */
    uint64_t steps; /* instructions that were run */
} run_so_far;

typedef struct run_override {
    const char *name;
    const char *value; /* an expression over the variables before it */
} run_override;

/* Who shows how far a run is. */
typedef struct run_progress {
    /* Called every few milliseconds. */
    void (*show)(struct run_progress *progress, const run_so_far *so_far);
    /* Called before something is said: a line printed, a report. */
    void (*hide)(struct run_progress *progress);
} run_progress;

/* What a run may do outside itself: what the command line gives it leave for. */
typedef struct run_leave {
    bool exec;             /* start programs */
    const char *programs;  /* which, "cat,sort"; NULL: all */
    bool env;              /* set any variable for them */
    const char *variables; /* which, beside harmless ones, "MODE,HOME"; NULL: none */
    bool net;              /* listen and connect */
    const char *hosts;     /* where, "HOST:PORT,HOST"; NULL: on this machine */
    bool anywhere;         /* ... at any address: who is only checked is not refused one */
    const char *folder;    /* where sockets may be files; NULL: nowhere */
} run_leave;

/* What the document leaves open. */
typedef struct run_machine_options {
    bool real; /* the clock */
    bool seed_given;
    bool until_given;
    int64_t seed;
    int64_t until_ns;
    run_override *overrides;
    size_t override_count;
    int64_t slow_ns;     /* who keeps the loop busy for longer is reported; CAD_NEVER: nobody */
    uint64_t max_steps;  /* instructions in all */
    uint64_t max_still;  /* instructions while the clock stands still */
    uint64_t max_tasks;  /* tasks in all */
    int64_t max_time_ns; /* loop time; CAD_NEVER */
    run_leave leave;
    run_lines *lines;       /* where the tasks print */
    const int *signals;     /* of the process, which interrupt it, up to a 0; NULL: none */
    FILE *report;           /* where what goes wrong is said; NULL: nowhere */
    run_progress *progress; /* NULL: nobody */
    cad_clock_hook *clock;  /* who wants to know how late its loop is; NULL: nobody */
} run_machine_options;

/* As long a run as no honest scenario takes. */
#define RUN_MAX_STEPS UINT64_C(10000000000)
#define RUN_MAX_STILL UINT64_C(500000000)
#define RUN_MAX_TASKS UINT64_C(1000000000)
#define RUN_MAX_TIME_NS (INT64_C(70) * 366 * 24 * 3600 * CAD_SECOND) /* a trace tells no later */

/* What the options are where nothing is said. */
#define RUN_MACHINE_DEFAULTS                                                                       \
    {                                                                                              \
        .slow_ns = CAD_NEVER, .max_steps = RUN_MAX_STEPS, .max_still = RUN_MAX_STILL,              \
        .max_tasks = RUN_MAX_TASKS, .max_time_ns = RUN_MAX_TIME_NS                                 \
    }

#endif

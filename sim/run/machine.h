/* machine.h - the state of one run: its loop, its objects, its jobs.
 *
 * A machine carries out one run of a program. A task of the scenario is a step machine of the
 * engine; its state is a run_job: where it is, and its variables; a few words, however large the
 * program is. A callback is a job, too, which never waits; so are setup and on_interrupt.
 */
#ifndef RUN_MACHINE_H
#define RUN_MACHINE_H

#include "base/map.h"
#include "program/program.h"
#include "program/step.h"
#include "run/draws.h"
#include "run/gauge.h"
#include "run/holds.h"
#include "run/result.h"
#include "run/settings.h"

struct trace_stream;
struct run_callback;

typedef struct run_machine run_machine;

/* An object, as it is in this run. Those that the document names one by one are there until its
 * end; those of a list, and those that a step has made, are counted, and linked with the others. */
typedef struct run_instance {
    prog_reference reference;
    void *primitive; /* cad_queue *, cad_lock *, ... */
    const prog_object *object;
    struct run_machine *machine;
    uint32_t references;
    struct run_instance *lock; /* that a condition was given when a step made it, and keeps; NULL */
    struct run_instance *next, **link; /* among run_machine.made */
    run_held held;
} run_instance;

/* A signal that the document sends. */
typedef struct run_due_signal {
    struct run_machine *machine;
    int64_t at_ns;
    int number;
} run_due_signal;

typedef struct run_signal_handler run_signal_handler;

/* parts.h's. */
typedef struct run_parts {
    const expr_part **items;
    size_t count, capacity;
    struct base_map numbers;
} run_parts;

struct run_machine {
    const prog_program *program;
    const run_machine_options *options;
    struct trace_stream *trace;   /* NULL: nobody wants one */
    struct trace_stream *details; /* the same, where it wants details; else NULL */
    const cad_task *callback_of;  /* for these: the task whose innermost coroutine the callback that
                                     runs shares its variables with; NULL */
    cad_task *drawer;             /* while a callback runs: whose random numbers it draws; NULL */
    cad_loop *loop;
    cad_wait_hook wait_hook;
    expr_value *globals;
    expr_world world;                        /* of all expressions */
    run_instance *objects;                   /* by prog_program.objects */
    run_instance *made;                      /* the counted ones */
    uint64_t made_counts[PROG_OBJECT_TYPES]; /* that steps have made, for their names */
    bool keeps_objects;        /* the loop frees them: tasks may still wait for them */
    expr_value *tasks;         /* by prog_program.task_names: the last one created with that name */
    cad_task *main;            /* the one with whose end the run is over; NULL: with that of all */
    unsigned creating;         /* tasks, each by the first turn of the one before */
    uint64_t *spawned;         /* by coroutine */
    expr_value *arguments;     /* of the task that is being created */
    cad_step_type *task_types; /* by body: what the engine is told of a task that runs it */
    struct run_callback *callbacks;
    cad_future *never; /* what a task awaits that must not go on */
    run_draws draws;   /* of vars, setup and on_interrupt */
    run_holds holds;   /* who has acquired what, for reports */
    base_symbols ordinals;
    uint64_t *ordinal_counts;
    size_t ordinal_capacity;
    base_buffer text;   /* a text that is only passing through: see run_say() */
    base_buffer line;   /* likewise, a line with its time */
    base_buffer detail; /* likewise, a value for the trace */
    run_parts parts;    /* of expressions, which have raised errors */
    uint32_t origin;    /* where the error began that is being raised again, an instruction or a
                           part; PROG_NO_PC */
    uint32_t busiest;   /* of the running turn: its longest `compute`; PROG_NO_PC ... */
    int64_t busiest_ns; /* ... and how long that is */
    int64_t zero_ns;    /* of `log` */
    int64_t until_ns;   /* CAD_NEVER: until every task has ended */
    bool until_came;
    bool main_runs;      /* the first interrupt cancels it */
    unsigned interrupts; /* that have come meanwhile */
    bool signal_traced;
    uint64_t excused; /* of result.failure_count: they do not make the run fail */
    unsigned threads;
    int64_t makespan_least_ns, makespan_most_ns, tolerance_ns; /* of prog_program.expect */
    int64_t max_concurrent;
    int64_t *counts;         /* by prog_program.tasks */
    uint64_t *first_ids;     /* likewise: cad_task_id() of the first task */
    expr_value *name_locals; /* what a task's name is made of when it is asked for */
    base_buffer name;        /* that name */
    uint64_t named;          /* cad_task_id() of the task whose name that is; 0: nobody's */
    run_due_signal *signals; /* by prog_program.signals */
    run_signal_handler *signal_handlers; /* a list */
    struct run_read *reads, *reads_free; /* under way; to be used again */
    struct run_service *services;        /* what servers do with their connections */
    struct run_handler *handlers;        /* of connections, that run */
    struct run_protocol *protocols;      /* of connections that are not lost */
    unsigned told;                       /* of their events, those that run inside an instruction */
    struct run_planned **plan; /* tasks that are still to be created, where setup comes between */
    size_t plan_count, plan_capacity;

    struct run_gauge gauge;
    uint64_t spans_open;
    base_buffer printed; /* all lines, where the document expects something of them */
    int64_t *broken_ns;  /* by prog_program.expect.always: when it first did not hold */
    const char **ends;   /* by prog_program.expect.tasks: how each ended; NULL: it never began */

    bool ending;   /* the loop has stopped; what on_interrupt runs is not interrupted again */
    bool stopping; /* the loop was told to stop for good ... */
    enum run_outcome stop_outcome; /* ... and why */
    bool out_of_memory;
    uint64_t memory_failures; /* base_memory_failures(), when it began */
    run_result result;
};

/* Shows how far it is, if somebody wants to see that. */
void run_machine_show(const run_machine *machine);

/* Ends the run as soon as the running callback returns. The first call counts. Returns PROG_HALT,
 * for a step to return. */
int run_machine_stop(run_machine *machine, enum run_outcome outcome, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same at a limit, whose number is in the reason. */
int run_machine_limit(run_machine *machine, enum run_limit limit, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for memory that has run out. */
int run_machine_no_memory(run_machine *machine);

/* A signal has come, now; told once. */
void run_machine_trace_signal(run_machine *machine, int number);

/* How many instructions were run so far. */
uint64_t run_machine_steps(const run_machine *machine);

#endif

/* machine.h - a run of a program: the loop, the objects and tasks, and the machine that goes
 * through the instructions.
 *
 *     sim_machine *machine;
 *     int error = sim_machine_new(program, &options, &machine);
 *     if (error == 0) {
 *         sim_machine_run(machine);
 *         ... machine->outcome, machine->end_ns ...
 *     }
 *     sim_machine_free(machine);
 *
 * A task of the scenario is a step machine of the engine. Its state is a sim_job: where it is,
 * and its variables; a few words, however much the program is. A callback is a job, too, which
 * never waits; so are setup and on_interrupt.
 */
#ifndef SIM_SCENARIO_MACHINE_H
#define SIM_SCENARIO_MACHINE_H

#include <signal.h>

#include "lines.h"
#include "program.h"
#include "random.h"
#include "steps.h"

struct sim_trace_writer;

typedef struct sim_machine sim_machine;

/* --- Jobs ---------------------------------------------------------------------------------- */

/* A coroutine that runs. */
typedef struct sim_frame {
    const sim_body *body;
    sim_value *locals; /* body->slots of them */
    uint32_t pc;       /* the next instruction */
    uint32_t depth;    /* how many calls deep */
} sim_frame;

/* What a task draws its random numbers from. */
typedef struct sim_draws {
    uint64_t identity;
    sim_random random;
} sim_draws;

typedef struct sim_job {
    sim_machine *machine;
    sim_frame *top; /* the innermost coroutine; NULL before the start and after the end */
    union {
        sim_value held; /* what a step puts or gets meanwhile; in the end, the task's value */
        void *item;     /* the same, where the engine stores it */
    };
    sim_draws *draws;  /* NULL in a program that draws nothing */
    sim_frame frame; /* the outermost coroutine */
} sim_job;

/* A callback that is to be run, or was; and what a handle refers to. */
typedef struct sim_callback {
    sim_job job;
    uint32_t references;
    cad_handle *handle;
    cad_task *task; /* the one that made it, kept for its random numbers; NULL: none */
    struct sim_callback *next, *previous; /* in sim_machine.callbacks */
} sim_callback;

/* Futures that a step waits for. */
typedef struct sim_futures {
    uint32_t references;
    uint32_t count;
    cad_future *items[];
} sim_futures;

/* How control leaves an instruction other than by going on to the next one. */
typedef struct sim_completion {
    int code;                 /* an error, or SIM_RETURN */
    uint32_t at;              /* the instruction where it began */
    cad_exception *exception; /* with an error; may be NULL; a reference */
    sim_value value;          /* with SIM_RETURN */
} sim_completion;

/* --- Machines ------------------------------------------------------------------------------ */

/* An object of the document, as it is in this run. */
typedef struct sim_instance {
    void *primitive; /* cad_queue *, cad_lock *, ... */
    sim_value value; /* of a future: what it was given */
} sim_instance;

typedef struct sim_override {
    const char *name;
    const char *value; /* an expression over the variables before */
} sim_override;

/* What the document leaves open. */
typedef struct sim_machine_options {
    bool real; /* the clock */
    bool seed_given;
    int64_t seed;
    const sim_override *overrides;
    size_t override_count;
    bool until_given;
    int64_t until_ns;
    int64_t slow_ns;      /* a task that keeps the loop busy for longer is reported; CAD_NEVER */
    uint64_t max_steps;   /* instructions in all */
    uint64_t max_still;   /* instructions while the clock stands still */
    uint64_t max_tasks;   /* tasks in all */
    uint64_t max_memory;  /* bytes */
    int64_t max_time_ns;  /* loop time */
    struct sim_trace_writer *writer; /* NULL: no trace */
    sim_lines *lines;                /* where the tasks print */
    const volatile sig_atomic_t *interrupt; /* not 0: SIGINT came; NULL: nobody watches */
} sim_machine_options;

enum sim_run_outcome {
    SIM_COMPLETE,
    SIM_FAILED,
    SIM_DEADLOCK,
    SIM_INTERRUPTED,
    SIM_STOPPED,
    SIM_LIMIT,
    SIM_BROKEN, /* the environment failed: no memory, no trace */
};

/* An exception that nobody retrieved, or that left a callback. */
typedef struct sim_failure {
    char *who;     /* the task's name; NULL: a callback */
    char *what;    /* `ValueError: text` */
    uint32_t at;   /* the instruction; SIM_NO_PC: not known */
} sim_failure;

#define SIM_FAILURES_KEPT 20

struct sim_machine {
    const sim_program *program;
    const sim_machine_options *options;
    cad_loop *loop;
    sim_value *globals;
    sim_instance *objects;
    sim_value *tasks;  /* by sim_program.task_names: the last one created with that name */
    uint64_t *spawned; /* by coroutine */
    sim_callback *callbacks;
    cad_future *never; /* what a task awaits that must not go on */
    sim_draws draws;   /* of vars, setup and on_interrupt */
    struct sim_ordinals *ordinals;
    sim_buffer text; /* for a text that is only passing through */
    int64_t zero_ns; /* of `log` */

    struct sim_gauge gauge; /* how much was done, against the limits */
    uint64_t task_count;
    uint64_t spans_open, spans_most;

    bool stopping; /* the loop was told to stop for good */
    enum sim_outcome_kind outcome;
    char reason[160]; /* why, where the outcome is LIMIT or BROKEN */
    int64_t end_ns;
    uint64_t failure_count;
    sim_failure failures[SIM_FAILURES_KEPT];
};

/* Checks what depends on the variables (sizes, counts, times) and makes a run that is ready to
 * begin. `program` and `options` must outlive it. Returns 0; CAD_EINVAL after faults, which are in
 * the program's document; CAD_ENOMEM; CAD_ESYSTEM when the real clock cannot be had. *machine is
 * NULL then. */
int sim_machine_new(const sim_program *program, const sim_machine_options *options,
                    sim_machine **machine);

/* Runs it to its end; machine->outcome says which. */
void sim_machine_run(sim_machine *machine);

void sim_machine_free(sim_machine *machine); /* takes NULL */

/* Ends the run as soon as the running callback returns. The first call counts. */
void sim_machine_stop(sim_machine *machine, enum sim_outcome_kind outcome, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* --- For the steps ------------------------------------------------------------------------- */
/* Those that return an int return 0 or an error, and have then raised it (cad_raise). */

int sim_raise(const sim_error *error);

/* The value of an expression; a reference of the caller's. */
int sim_evaluate(sim_job *job, const sim_expression *expression, sim_value *value);
/* The same as whole nanoseconds, or as a whole number named `what`. */
int sim_evaluate_duration(sim_job *job, const sim_expression *expression, int64_t *nanoseconds);
int sim_evaluate_whole(sim_job *job, const sim_expression *expression, const char *what,
                       int64_t *whole);
int sim_evaluate_text(sim_job *job, const sim_text *text, sim_value *value);
/* What printing it shows, in machine->text. */
int sim_say(sim_job *job, const sim_text *text);

/* What a name stands for; borrowed. CAD_EKEY when it stands for nothing. */
int sim_find(sim_job *job, const sim_target *target, sim_value *value);
/* The task or future that a name stands for; borrowed. CAD_ETYPE when it is something else. */
int sim_find_future(sim_job *job, const sim_target *target, cad_future **future);
/* The primitive that a name stands for, of one of the types `accepts`. */
int sim_find_object(sim_job *job, const sim_target *target, uint32_t accepts,
                    const sim_object **object, sim_instance **instance);

/* Gives a variable a value, whose reference is taken over; SIM_NO_SLOT drops it. */
void sim_store(sim_job *job, uint32_t slot, sim_value value);

/* Prints machine->text as one line. */
int sim_print(sim_job *job);

/* The same with the time before it: `2s + 013ms text`. */
int sim_log(sim_job *job, const char *mark);

void sim_span_begin(sim_job *job, const char *name);
void sim_span_end(sim_job *job);

/* --- Jobs ---------------------------------------------------------------------------------- */

/* A task to be created. */
typedef struct sim_new_task {
    const char *name;
    const sim_body *body;
    const sim_value *locals; /* its first variables; references are taken over on success */
    uint32_t local_count;
    const sim_draws *draws; /* NULL in a program that draws nothing */
    cad_task_group *group;
} sim_new_task;

/* Creates a task and registers its name. Where `task` is not NULL the caller gets a reference. */
int sim_task_new(sim_machine *machine, const sim_new_task *new_task, cad_task **task);

/* Goes through a job's instructions; `result` is that of the wait that it goes on from, or 0 at
 * the start. Returns CAD_PENDING, or what the job ended with. */
int sim_job_go(sim_job *job, int result);
/* Frees what a job holds. */
void sim_job_clear(sim_job *job);

/* A frame of `body` inside the job, which becomes its top; its locals are unset. */
int sim_job_call(sim_job *job, const sim_body *body);

/* Runs steps that never wait, now: setup and on_interrupt. */
int sim_run_body(sim_machine *machine, const sim_body *body);

/* call_soon and its kin: when_ns is a loop time, or -1: in the next iteration. The callback runs
 * from `pc`, with the variables of the job. The caller gets a reference where `made` is not NULL.
 */
int sim_callback_new(sim_job *job, uint32_t pc, int64_t when_ns, sim_callback **made);
void sim_callback_cancel(sim_callback *callback);
void sim_callback_unref(sim_callback *callback);

/* What a task of the scenario draws from. `ordinal` counts the tasks of this name. */
int sim_draws_start(sim_machine *machine, uint64_t parent, const char *name, sim_draws *draws);

#endif

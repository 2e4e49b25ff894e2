/* machine.h - a run of a program: the loop, the objects, the tasks, and what its steps use.
 *
 *     run_machine *machine;
 *     int error = run_machine_new(program, &options, &machine);
 *     if (error == 0) {
 *         run_machine_run(machine);
 *         ... machine->outcome, machine->end_ns ...
 *     }
 *     run_machine_free(machine);
 *
 * A task of the scenario is a step machine of the engine. Its state is a run_job: where it is,
 * and its variables; a few words, however large the program is. A callback is a job, too, which
 * never waits; so are setup and on_interrupt.
 */
#ifndef RUN_MACHINE_H
#define RUN_MACHINE_H

#include <signal.h>

#include "expression/random.h"
#include "program/program.h"
#include "program/step.h"
#include "run/deadlock.h"
#include "run/lines.h"

struct trace_stream;

typedef struct run_machine run_machine;

/* --- Jobs ---------------------------------------------------------------------------------- */

/* A coroutine that runs. */
typedef struct run_frame {
    const prog_body *body;
    expr_value *locals; /* body->slots of them */
    uint32_t pc;        /* the next instruction */
    uint32_t depth;     /* how many calls deep */
} run_frame;

/* What a task draws its random numbers from. */
typedef struct run_draws {
    uint64_t identity;
    expr_random random;
} run_draws;

typedef struct run_job {
    run_machine *machine;
    run_frame *top; /* the innermost coroutine; NULL before the start and after the end */
    union {
        expr_value held; /* what a step puts or gets meanwhile; in the end, the job's value */
        void *item;      /* the same, where the engine stores it */
    };
    run_draws *draws; /* NULL in a program that draws nothing */
    run_frame frame;  /* the outermost coroutine */
} run_job;

/* A callback that is to be run, or was; and what a handle refers to. */
typedef struct run_callback {
    run_job job;
    cad_handle *handle;
    cad_task *task; /* the one that made it, whose random numbers it draws; may be NULL */
    uint32_t references;
    bool waiting;              /* to be run */
    struct run_callback *next; /* in run_machine.callbacks, until it has run */
    struct run_callback *previous;
} run_callback;

/* Futures that a step waits for. */
typedef struct run_futures {
    uint32_t references;
    uint32_t count;
    cad_future *items[];
} run_futures;

/* --- Machines ------------------------------------------------------------------------------ */

/* An object of the document, as it is in this run. */
typedef struct run_instance {
    void *primitive;  /* cad_queue *, cad_lock *, ... */
    expr_value value; /* of a future: what it was given */
} run_instance;

typedef struct run_override {
    const char *name;
    const char *value; /* an expression over the variables before it */
} run_override;

/* Who shows how far a run is. */
typedef struct run_progress {
    /* Called every few milliseconds. */
    void (*show)(struct run_progress *progress, const run_machine *machine);
    /* Called before something is said: a line printed, a report. */
    void (*hide)(struct run_progress *progress);
} run_progress;

/* What the document leaves open. */
typedef struct run_machine_options {
    bool real; /* the clock */
    bool seed_given;
    bool until_given;
    int64_t seed;
    int64_t until_ns;
    const run_override *overrides;
    size_t override_count;
    int64_t slow_ns;     /* who keeps the loop busy for longer is reported; CAD_NEVER: nobody */
    uint64_t max_steps;  /* instructions in all */
    uint64_t max_still;  /* instructions while the clock stands still */
    uint64_t max_tasks;  /* tasks in all */
    int64_t max_time_ns; /* loop time; CAD_NEVER */
    run_lines *lines;    /* where the tasks print */
    const volatile sig_atomic_t *interrupt; /* not 0: SIGINT came; NULL: nobody watches */
    FILE *report;                           /* where what goes wrong is said; NULL: nowhere */
    run_progress *progress;                 /* NULL: nobody */
} run_machine_options;

/* As long a run as no honest scenario takes. */
#define RUN_MAX_STEPS UINT64_C(10000000000)
#define RUN_MAX_STILL UINT64_C(500000000)
#define RUN_MAX_TASKS UINT64_C(1000000000)
#define RUN_MAX_TIME_NS (INT64_C(100) * 366 * 24 * 3600 * CAD_SECOND)

enum run_outcome {
    RUN_COMPLETE,
    RUN_FAILED,
    RUN_DEADLOCK,
    RUN_INTERRUPTED,
    RUN_STOPPED,
    RUN_LIMIT,
    RUN_BROKEN, /* the environment failed: no memory, no trace */
};

/* "complete", ...; "broken" is no outcome of the language. */
const char *run_outcome_name(enum run_outcome outcome);

/* How much was done, against the limits. Instructions are counted down, and looked at when none
 * is left. */
struct run_gauge {
    uint64_t fuel;        /* instructions until the next look */
    uint64_t given;       /* at the last one */
    uint64_t steps;       /* all that were done before the last look */
    uint64_t still_steps; /* likewise, since the clock last moved */
    int64_t still_ns;     /* when that was */
    uint64_t turns;       /* how often a job was gone on with */
    uint64_t still_turn;
};

/* An exception that nobody retrieved, or that left a callback. */
typedef struct run_failure {
    char *who;      /* "task job1", "a callback" */
    char *what;     /* `ValueError: text` */
    uint32_t place; /* a byte offset in the document; DOC_NOWHERE */
} run_failure;

#define RUN_FAILURES_KEPT 20

struct run_machine {
    const prog_program *program;
    const run_machine_options *options;
    struct trace_stream *trace;   /* NULL: nobody wants one */
    struct trace_stream *details; /* the same, where it wants details; else NULL */
    const cad_task *callback_of;  /* for these: the task whose innermost coroutine the callback that
                                     runs shares its variables with; NULL */
    cad_loop *loop;
    expr_value *globals;
    run_instance *objects;
    expr_value *tasks;         /* by prog_program.task_names: the last one created with that name */
    uint64_t *spawned;         /* by coroutine */
    expr_value *arguments;     /* of the task that is being created */
    cad_step_type *task_types; /* by body: what the engine is told of a task that runs it */
    run_callback *callbacks;
    cad_future *never; /* what a task awaits that must not go on */
    int64_t seed;
    run_draws draws; /* of vars, setup and on_interrupt */
    base_symbols ordinals;
    uint64_t *ordinal_counts;
    size_t ordinal_capacity;
    base_buffer text;   /* a text that is only passing through: see run_say() */
    base_buffer line;   /* likewise, a line with its time */
    base_buffer detail; /* likewise, a value for the trace */
    uint32_t origin;    /* where the error began that is being raised again; PROG_NO_PC */
    uint32_t busiest;   /* of the running turn: its longest `compute`; PROG_NO_PC ... */
    int64_t busiest_ns; /* ... and how long that is */
    int64_t zero_ns;    /* of `log` */
    int64_t until_ns;   /* CAD_NEVER: until every task has ended */
    bool until_came;
    bool signal_traced;
    unsigned threads;
    int64_t makespan_least_ns, makespan_most_ns, tolerance_ns; /* of prog_program.expect */
    int64_t max_concurrent;
    int64_t *counts;           /* by prog_program.tasks */
    uint64_t *first_ids;       /* likewise: cad_task_id() of the first task */
    expr_value *name_locals;   /* what a task's name is made of when it is asked for */
    base_buffer name;          /* that name */
    uint64_t named;            /* cad_task_id() of the task whose name that is; 0: nobody's */
    int64_t *signals;          /* their times, by prog_program.signals */
    struct run_planned **plan; /* tasks that are still to be created, where setup comes between */
    size_t plan_count, plan_capacity;

    struct run_gauge gauge;
    uint64_t task_count, pending_count; /* created in all; not ended when the run was over */
    uint64_t spans_open, spans_most;
    base_buffer printed; /* all lines, where the document expects something of them */
    int64_t *broken_ns;  /* by prog_program.expect.always: when it first did not hold */
    const char **ends;   /* by prog_program.expect.tasks: how each ended; NULL: it never began */

    bool ending;   /* the loop has stopped; what on_interrupt runs is not interrupted again */
    bool stopping; /* the loop was told to stop for good ... */
    enum run_outcome stop_outcome; /* ... and why */
    bool out_of_memory;
    enum run_outcome outcome;
    char reason[160]; /* why, where the outcome is LIMIT or BROKEN */
    int64_t end_ns;
    run_deadlock deadlock;
    char *running;          /* who ran when a limit of steps ended the run: "task job1" ... */
    uint32_t running_place; /* ... and at which step */
    uint64_t failure_count;
    run_failure failures[RUN_FAILURES_KEPT];
};

/* Checks what depends on the variables (sizes, counts, times) and makes a run that is ready to
 * begin. `program` and `options` must outlive it. Returns 0; CAD_EINVAL after faults, which are in
 * the program's document; CAD_ENOMEM; CAD_ESYSTEM when the real clock cannot be had. *machine is
 * NULL then. */
int run_machine_new(const prog_program *program, const run_machine_options *options,
                    run_machine **machine);

/* Tells the run as events; before the run, which closes the stream. It must be there until the
 * machine is freed. */
void run_machine_trace(run_machine *machine, struct trace_stream *trace);

/* Runs it to its end; machine->outcome says which. The loop is gone then. Once. */
void run_machine_run(run_machine *machine);

void run_machine_free(run_machine *machine); /* takes NULL */

/* Ends the run as soon as the running callback returns. The first call counts. Returns PROG_HALT,
 * for a step to return. */
int run_machine_stop(run_machine *machine, enum run_outcome outcome, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for memory that has run out. */
int run_machine_no_memory(run_machine *machine);

/* How many instructions were run. */
uint64_t run_machine_steps(const run_machine *machine);

/* Looks at the limits when the fuel is used up by a job that runs. False where the run ends. */
bool run_machine_refuel(const run_job *job);

/* --- What steps use (use.c) ---------------------------------------------------------------- */
/* Those that return an int return 0 or an error, and have then raised it. */

/* cad_raise(), which tells when there is no memory for the message: CAD_ENOMEM then. */
int run_raise(int code, const char *message);

/* The value of an expression; a reference of the caller's. */
int run_evaluate(run_job *job, const expr_expression *expression, expr_value *value);
/* The same as whole nanoseconds; where None is CAD_NEVER, and so is NULL; or as a whole number
 * named `what`. */
int run_evaluate_duration(run_job *job, const expr_expression *expression, int64_t *nanoseconds);
int run_evaluate_limit(run_job *job, const expr_expression *expression, int64_t *nanoseconds);
int run_evaluate_whole(run_job *job, const expr_expression *expression, const char *what,
                       int64_t *whole);
/* The value of a text; NULL is None. */
int run_evaluate_text(run_job *job, const expr_text *text, expr_value *value);
/* An expression outside all tasks; nothing is raised. */
int run_evaluate_globally(run_machine *machine, const expr_expression *expression,
                          expr_value *value);
/* Each argument in its slot of `locals`; on an error some of them. */
int run_evaluate_arguments(run_job *job, const prog_arguments *arguments, expr_value *locals);
/* What printing it shows, in machine->text, or in a buffer, whose contents it replaces. */
int run_say(run_job *job, const expr_text *text);
int run_say_into(run_job *job, const expr_text *text, base_buffer *buffer);

/* What a name stands for; borrowed. CAD_EKEY when it stands for nothing. */
int run_find(run_job *job, const prog_target *target, expr_value *value);
/* What a value is not, in Python's words: it has no method `verb`; it cannot stand in an `await`
 * expression; it is no future. Raises AttributeError or TypeError. */
enum run_lack { RUN_LACKS_METHOD, RUN_LACKS_AWAIT, RUN_LACKS_FUTURE };
int run_raise_type(enum run_lack lack, expr_value value, const char *verb);
/* The task or future that a name stands for; borrowed. `lack` is what it is otherwise. */
int run_find_future(run_job *job, const prog_target *target, enum run_lack lack, const char *verb,
                    cad_future **future);
/* All of them, with room for one more; the caller's. `once`: each only once. */
int run_find_futures(run_job *job, const prog_targets *targets, bool once, run_futures **futures);
/* The object that operand 0 names, which is of one of the types `accepts`. */
int run_find_object(run_job *job, const prog_instruction *in, uint32_t accepts,
                    const prog_object **object, run_instance **instance);

/* Tells the trace of a variable's new value (details.h). */
void run_tell_variable(run_job *job, uint32_t slot);

/* Gives a variable a value, whose reference is taken over; PROG_NO_SLOT drops it. */
static inline void run_store(run_job *job, uint32_t slot, expr_value value) {
    expr_value old = value;
    if (slot != PROG_NO_SLOT) {
        old = job->top->locals[slot];
        job->top->locals[slot] = value;
        if (job->machine->details != NULL)
            run_tell_variable(job, slot);
    }
    expr_value_unref(old);
}

/* Prints machine->text as one line; with the time before it, and after that `mark`. */
int run_print(run_machine *machine);
int run_log(run_machine *machine, const char *mark);

/* A span of the running task, named machine->text, begins; its innermost one ends. */
void run_span_begin(run_job *job);
void run_span_end(run_job *job);

/* So much from now, in loop time; CAD_NEVER stays that. */
int64_t run_deadline(const run_machine *machine, int64_t delay_ns);

/* Makes the meaning of references known to value.c: run_process_start() does. */
void run_references_start(void);
run_futures *run_futures_new(size_t room); /* NULL: no memory */
bool run_is_task(const cad_future *future);

/* --- Jobs (job.c) --------------------------------------------------------------------------- */

/* A task to be created. */
typedef struct run_new_task {
    const char *name;
    bool name_is_kept; /* by the task; otherwise it is made again when it is asked for */
    const prog_body *body;
    expr_value *locals; /* its first variables; their references are taken over on success */
    uint32_t local_count;
    const run_draws *draws; /* NULL in a program that draws nothing */
    cad_task_group *group;
} run_new_task;

/* Creates a task and registers its name. Where `task` is not NULL the caller gets a reference.
 * Returns 0, an error that was raised, or PROG_HALT. */
int run_task_new(run_machine *machine, const run_new_task *new_task, cad_task **task);

/* Goes through a job's instructions; `result` is that of the wait that it goes on from, or 0 at
 * the start. Returns CAD_PENDING, or what the job ended with. */
int run_job_go(run_job *job, int result);
/* The error of a task that has ended with one which nobody has asked for yet. */
int run_job_error(const run_job *job);
/* Frees what a job holds. */
void run_job_clear(run_job *job);

/* Runs a body that never waits, now; 0 or what it ended with. */
int run_body(run_machine *machine, const prog_body *body, const char *who);

#define RUN_SOON INT64_MIN /* in the loop's next iteration */

/* call_soon and its kin: the steps at `pc` run at a loop time, with the variables of the job. The
 * caller gets a reference. */
int run_callback_new(run_job *job, uint32_t pc, int64_t when_ns, run_callback **callback);
void run_callback_cancel(run_callback *callback);
void run_callback_ref(run_callback *callback);
void run_callback_unref(run_callback *callback);
/* Drops those that are still to be run. */
void run_callbacks_drop(run_machine *machine);

/* The stream of a task called `name` that `parent` creates; counts the tasks of that name. */
int run_draws_start(run_machine *machine, uint64_t parent, const char *name, run_draws *draws);

/* machine->task_types. 0 or CAD_ENOMEM. */
int run_task_types(run_machine *machine);

/* Remembers how the tasks that `expect` names have ended. */
void run_note_tasks(run_machine *machine);

/* Remembers which of the document's invariants does not hold now. */
void run_check_invariants(run_machine *machine);

/* --- Reports (report.c) ---------------------------------------------------------------------- */

/* Something is about to be said. */
static inline void run_speak(const run_machine *machine) {
    if (machine->options->progress != NULL)
        machine->options->progress->hide(machine->options->progress);
}

/* Remembers, and reports, an exception that nobody will handle. `at` is an instruction. */
void run_note_failure(run_machine *machine, const cad_task *task, const char *who, int code,
                      const cad_exception *exception, uint32_t at);
/* The engine's: a task or future has gone, and nobody asked for its exception. */
void run_note_unretrieved(cad_future *future, int code, const cad_exception *exception,
                          void *machine);
/* Finds out who waits for what, and for whom; says so. */
void run_report_deadlock(run_machine *machine);
/* Remembers, and reports, which job a limit of steps has caught. */
void run_note_running(const run_job *job);
/* The running turn kept the loop busy for longer than options->slow_ns. `from` is the instruction
 * with which it began. */
void run_note_slow(run_machine *machine, uint32_t from, int64_t busy_ns);

#endif

/* machine.h - a run of a program: the loop, the objects, the tasks, and what its steps use.
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
 * and its variables; a few words, however large the program is. A callback is a job, too, which
 * never waits; so are setup and on_interrupt.
 */
#ifndef SIM_SCENARIO_MACHINE_H
#define SIM_SCENARIO_MACHINE_H

#include "scenario/deadlock.h"
#include "scenario/lines.h"
#include "scenario/program.h"
#include "scenario/random.h"
#include "scenario/steps.h"

struct trace_writer;

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
        sim_value held; /* what a step puts or gets meanwhile; in the end, the job's value */
        void *item;     /* the same, where the engine stores it */
    };
    sim_draws *draws; /* NULL in a program that draws nothing */
    sim_frame frame;  /* the outermost coroutine */
} sim_job;

/* A callback that is to be run, or was; and what a handle refers to. */
typedef struct sim_callback {
    sim_job job;
    cad_handle *handle;
    cad_task *task; /* the one that made it, whose random numbers it draws; may be NULL */
    uint32_t references;
    bool waiting;              /* to be run */
    struct sim_callback *next; /* in sim_machine.callbacks, until it has run */
    struct sim_callback *previous;
} sim_callback;

/* Futures that a step waits for. */
typedef struct sim_futures {
    uint32_t references;
    uint32_t count;
    cad_future *items[];
} sim_futures;

/* --- Machines ------------------------------------------------------------------------------ */

/* An object of the document, as it is in this run. */
typedef struct sim_instance {
    void *primitive; /* cad_queue *, cad_lock *, ... */
    sim_value value; /* of a future: what it was given */
} sim_instance;

typedef struct sim_override {
    const char *name;
    const char *value; /* an expression over the variables before it */
} sim_override;

/* Who shows how far a run is. */
typedef struct sim_progress {
    /* Called every few milliseconds. */
    void (*show)(struct sim_progress *progress, const sim_machine *machine);
    /* Called before something is said: a line printed, a report. */
    void (*hide)(struct sim_progress *progress);
} sim_progress;

#define SIM_UNLIMITED UINT64_MAX

/* What the document leaves open. */
typedef struct sim_machine_options {
    bool real; /* the clock */
    bool seed_given;
    bool until_given;
    int64_t seed;
    int64_t until_ns;
    const sim_override *overrides;
    size_t override_count;
    int64_t slow_ns;     /* who keeps the loop busy for longer is reported; CAD_NEVER: nobody */
    uint64_t max_steps;  /* instructions in all */
    uint64_t max_still;  /* instructions while the clock stands still */
    uint64_t max_tasks;  /* tasks in all */
    int64_t max_time_ns; /* loop time; CAD_NEVER */
    sim_lines *lines;    /* where the tasks print */
    const int *signals;  /* of the process, which interrupt it, up to a 0; NULL: none */
    const bool *memory_used_up; /* true: memory ended by a limit; NULL: there is none */
    FILE *report;               /* where what goes wrong is said; NULL: nowhere */
    sim_progress *progress;     /* NULL: nobody */
} sim_machine_options;

/* As long a run as no honest scenario takes. */
#define SIM_MAX_STEPS UINT64_C(10000000000)
#define SIM_MAX_STILL UINT64_C(500000000)
#define SIM_MAX_TASKS UINT64_C(1000000000)
#define SIM_MAX_TIME_NS (INT64_C(100) * 366 * 24 * 3600 * CAD_SECOND)

enum sim_outcome_kind {
    SIM_COMPLETE,
    SIM_FAILED,
    SIM_DEADLOCK,
    SIM_INTERRUPTED,
    SIM_STOPPED,
    SIM_LIMIT,
    SIM_BROKEN, /* the environment failed: no memory, no trace */
};

/* "complete", ...; "broken" is no outcome of the language. */
const char *sim_outcome_name(enum sim_outcome_kind outcome);

/* How much was done, against the limits. Instructions are counted down, and looked at when none
 * is left. */
struct sim_gauge {
    uint64_t fuel;        /* instructions until the next look */
    uint64_t given;       /* at the last one */
    uint64_t steps;       /* all that were done before the last look */
    uint64_t still_steps; /* likewise, since the clock last moved */
    int64_t still_ns;     /* when that was */
    uint64_t turns;       /* how often a job was gone on with */
    uint64_t still_turn;
};

/* An exception that nobody retrieved, or that left a callback. */
typedef struct sim_failure {
    char *who;      /* "task job1", "a callback" */
    char *what;     /* `ValueError: text` */
    uint32_t place; /* a byte offset in the document; SIM_NOWHERE */
} sim_failure;

#define SIM_FAILURES_KEPT 20

struct sim_machine {
    const sim_program *program;
    const sim_machine_options *options;
    struct trace_writer *writer; /* NULL: no trace */
    cad_loop *loop;
    cad_wait_hook wait_hook;
    sim_value *globals;
    sim_instance *objects;
    sim_value *tasks;     /* by sim_program.task_names: the last one created with that name */
    uint64_t *spawned;    /* by coroutine */
    sim_value *arguments; /* of the task that is being created */
    sim_callback *callbacks;
    cad_future *never; /* what a task awaits that must not go on */
    int64_t seed;
    sim_draws draws; /* of vars, setup and on_interrupt */
    sim_symbols ordinals;
    uint64_t *ordinal_counts;
    size_t ordinal_capacity;
    sim_buffer text;    /* a text that is only passing through: see sim_say() */
    sim_buffer line;    /* likewise, a line with its time */
    uint32_t origin;    /* where the error began that is being raised again; SIM_NO_PC */
    uint32_t busiest;   /* of the running turn: its longest `compute`; SIM_NO_PC ... */
    int64_t busiest_ns; /* ... and how long that is */
    int64_t zero_ns;    /* of `log` */
    int64_t until_ns;   /* CAD_NEVER: until every task has ended */
    bool until_came;
    int signal; /* of options->signals, the one that interrupted it; 0: none */
    bool signal_traced;
    unsigned threads;
    int64_t makespan_least_ns, makespan_most_ns, tolerance_ns; /* of sim_program.expect */
    int64_t max_concurrent;
    int64_t *counts;           /* by sim_program.tasks */
    uint64_t *first_ids;       /* likewise: cad_task_id() of the first task */
    sim_value *name_locals;    /* what a task's name is made of when it is asked for */
    sim_buffer name;           /* that name */
    uint64_t named;            /* cad_task_id() of the task whose name that is; 0: nobody's */
    int64_t *signals;          /* their times, by sim_program.signals */
    struct sim_planned **plan; /* tasks that are still to be created, where setup comes between */
    size_t plan_count, plan_capacity;

    struct sim_gauge gauge;
    uint64_t task_count, pending_count; /* created in all; not ended when the run was over */
    uint64_t spans_open, spans_most;
    sim_buffer printed; /* all lines, where the document expects something of them */
    int64_t *broken_ns; /* by sim_program.expect.always: when it first did not hold */
    const char **ends;  /* by sim_program.expect.tasks: how each ended; NULL: it never began */

    bool ending;   /* the loop has stopped; what on_interrupt runs is not interrupted again */
    bool stopping; /* the loop was told to stop for good ... */
    enum sim_outcome_kind stop_outcome; /* ... and why */
    bool out_of_memory;
    enum sim_outcome_kind outcome;
    char reason[160]; /* why, where the outcome is LIMIT or BROKEN */
    int64_t end_ns;
    sim_deadlock deadlock;
    char *running;          /* who ran when a limit of steps ended the run: "task job1" ... */
    uint32_t running_place; /* ... and at which step */
    uint64_t failure_count;
    sim_failure failures[SIM_FAILURES_KEPT];
};

/* Checks what depends on the variables (sizes, counts, times) and makes a run that is ready to
 * begin. `program` and `options` must outlive it. Returns 0; CAD_EINVAL after faults, which are in
 * the program's document; CAD_ENOMEM; CAD_ESYSTEM when the real clock cannot be had. *machine is
 * NULL then. */
int sim_machine_new(const sim_program *program, const sim_machine_options *options,
                    sim_machine **machine);

/* Writes the run's trace; before the run, which closes the writer. It must be there until the
 * machine is freed. */
void sim_machine_trace(sim_machine *machine, struct trace_writer *writer);

/* Runs it to its end; machine->outcome says which. The loop is gone then. Once. */
void sim_machine_run(sim_machine *machine);

void sim_machine_free(sim_machine *machine); /* takes NULL */

/* Ends the run as soon as the running callback returns. The first call counts. Returns SIM_HALT,
 * for a step to return. */
int sim_machine_stop(sim_machine *machine, enum sim_outcome_kind outcome, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for memory that has run out. */
int sim_machine_no_memory(sim_machine *machine);

/* How many instructions were run. */
uint64_t sim_machine_steps(const sim_machine *machine);

/* Looks at the limits when the fuel is used up by a job that runs. False where the run ends. */
bool sim_machine_refuel(const sim_job *job);

/* --- What steps use (use.c) ---------------------------------------------------------------- */
/* Those that return an int return 0 or an error, and have then raised it. */

/* cad_raise(), which tells when there is no memory for the message: CAD_ENOMEM then. */
int sim_raise(int code, const char *message);

/* The value of an expression; a reference of the caller's. */
int sim_evaluate(sim_job *job, const sim_expression *expression, sim_value *value);
/* The same as whole nanoseconds; where None is CAD_NEVER, and so is NULL; or as a whole number
 * named `what`. */
int sim_evaluate_duration(sim_job *job, const sim_expression *expression, int64_t *nanoseconds);
int sim_evaluate_limit(sim_job *job, const sim_expression *expression, int64_t *nanoseconds);
int sim_evaluate_whole(sim_job *job, const sim_expression *expression, const char *what,
                       int64_t *whole);
/* The value of a text; NULL is None. */
int sim_evaluate_text(sim_job *job, const sim_text *text, sim_value *value);
/* An expression outside all tasks; nothing is raised. */
int sim_evaluate_globally(sim_machine *machine, const sim_expression *expression, sim_value *value);
/* Each argument in its slot of `locals`; on an error some of them. */
int sim_evaluate_arguments(sim_job *job, const sim_arguments *arguments, sim_value *locals);
/* What printing it shows, in machine->text, or in a buffer, whose contents it replaces. */
int sim_say(sim_job *job, const sim_text *text);
int sim_say_into(sim_job *job, const sim_text *text, sim_buffer *buffer);

/* What a name stands for; borrowed. CAD_EKEY when it stands for nothing. */
int sim_find(sim_job *job, const sim_target *target, sim_value *value);
/* What a value is not, in Python's words: it has no method `verb`; it cannot stand in an `await`
 * expression; it is no future. Raises AttributeError or TypeError. */
enum sim_lack { SIM_LACKS_METHOD, SIM_LACKS_AWAIT, SIM_LACKS_FUTURE };
int sim_raise_type(enum sim_lack lack, sim_value value, const char *verb);
/* The task or future that a name stands for; borrowed. `lack` is what it is otherwise. */
int sim_find_future(sim_job *job, const sim_target *target, enum sim_lack lack, const char *verb,
                    cad_future **future);
/* All of them, with room for one more; the caller's. `once`: each only once. */
int sim_find_futures(sim_job *job, const sim_targets *targets, bool once, sim_futures **futures);
/* The object that operand 0 names, which is of one of the types `accepts`. */
int sim_find_object(sim_job *job, const sim_instruction *in, uint32_t accepts,
                    const sim_object **object, sim_instance **instance);

/* Gives a variable a value, whose reference is taken over; SIM_NO_SLOT drops it. */
static inline void sim_store(sim_job *job, uint32_t slot, sim_value value) {
    sim_value old = value;
    if (slot != SIM_NO_SLOT) {
        old = job->top->locals[slot];
        job->top->locals[slot] = value;
    }
    sim_value_unref(old);
}

/* Prints machine->text as one line; with the time before it, and after that `mark`. */
int sim_print(sim_machine *machine);
int sim_log(sim_machine *machine, const char *mark);

/* A span of the running task, named machine->text, begins; its innermost one ends. */
void sim_span_begin(sim_job *job);
void sim_span_end(sim_job *job);

/* So much from now, in loop time; CAD_NEVER stays that. */
int64_t sim_deadline(const sim_machine *machine, int64_t delay_ns);

/* Makes the meaning of references known to value.c; before the first value is made. */
void sim_references_start(void);
sim_futures *sim_futures_new(size_t room); /* NULL: no memory */
bool sim_is_task(const cad_future *future);

/* --- Jobs (job.c) --------------------------------------------------------------------------- */

/* A task to be created. */
typedef struct sim_new_task {
    const char *name;
    bool name_is_kept; /* by the task; otherwise it is made again when it is asked for */
    const sim_body *body;
    sim_value *locals; /* its first variables; their references are taken over on success */
    uint32_t local_count;
    const sim_draws *draws; /* NULL in a program that draws nothing */
    cad_task_group *group;
} sim_new_task;

/* Creates a task and registers its name. Where `task` is not NULL the caller gets a reference.
 * Returns 0, an error that was raised, or SIM_HALT. */
int sim_task_new(sim_machine *machine, const sim_new_task *new_task, cad_task **task);

/* Goes through a job's instructions; `result` is that of the wait that it goes on from, or 0 at
 * the start. Returns CAD_PENDING, or what the job ended with. */
int sim_job_go(sim_job *job, int result);
/* The error of a task that has ended with one which nobody has asked for yet. */
int sim_job_error(const sim_job *job);
/* Frees what a job holds. */
void sim_job_clear(sim_job *job);

/* Runs a body that never waits, now; 0 or what it ended with. */
int sim_run_body(sim_machine *machine, const sim_body *body, const char *who);

#define SIM_SOON INT64_MIN /* in the loop's next iteration */

/* call_soon and its kin: the steps at `pc` run at a loop time, with the variables of the job. The
 * caller gets a reference. */
int sim_callback_new(sim_job *job, uint32_t pc, int64_t when_ns, sim_callback **callback);
void sim_callback_cancel(sim_callback *callback);
void sim_callback_ref(sim_callback *callback);
void sim_callback_unref(sim_callback *callback);
/* Drops those that are still to be run. */
void sim_callbacks_drop(sim_machine *machine);

/* The stream of a task called `name` that `parent` creates; counts the tasks of that name. */
int sim_draws_start(sim_machine *machine, uint64_t parent, const char *name, sim_draws *draws);

/* The engine's, for a task that is created: its size and functions. */
void sim_body_finish(sim_program *program, sim_body *body);

/* Remembers how the tasks that `expect` names have ended. */
void sim_note_tasks(sim_machine *machine);

/* Remembers which of the document's invariants does not hold now. */
void sim_check_invariants(sim_machine *machine);

/* --- Reports (report.c) ---------------------------------------------------------------------- */

/* Something is about to be said. */
static inline void sim_speak(const sim_machine *machine) {
    if (machine->options->progress != NULL)
        machine->options->progress->hide(machine->options->progress);
}

/* Remembers, and reports, an exception that nobody will handle. `at` is an instruction. */
void sim_note_failure(sim_machine *machine, const cad_task *task, const char *who, int code,
                      const cad_exception *exception, uint32_t at);
/* The engine's: a task or future has gone, and nobody asked for its exception. */
void sim_note_unretrieved(cad_future *future, int code, const cad_exception *exception,
                          void *machine);
/* Finds out who waits for what, and for whom; says so. */
void sim_report_deadlock(sim_machine *machine);
/* Remembers, and reports, which job a limit of steps has caught. */
void sim_note_running(const sim_job *job);
/* The running turn kept the loop busy for longer than options->slow_ns. `from` is the instruction
 * with which it began. */
void sim_note_slow(sim_machine *machine, uint32_t from, int64_t busy_ns);

#endif

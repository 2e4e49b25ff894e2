/* program.h - a scenario as it runs: its document, checked and compiled once, never changed
 * after that.
 *
 *     prog_program *program;
 *     int error = prog_load("window.json", &step_language, &program);
 *     if (error != 0 && program != NULL)
 *         doc_print_faults(program->document, stderr);
 *     ... run_machine_new(program, ...) ...
 *     prog_free(program);
 *
 * Each list of steps becomes a stretch of instructions in one flat array; what a step needs (its
 * expressions, the slot of its variable, where to jump) is in the instruction's operands.
 * Variables are slots of an array, one array for each coroutine that runs.
 *
 * What stands around an instruction - a try, a with, a timeout, a task group - is its block. The
 * blocks are known when compiling, so that entering one costs nothing at run time: only when an
 * error, a return or a jump out of a loop leaves an instruction are its blocks looked at, from the
 * innermost one out.
 * What a block has to remember meanwhile (its scope, the error being handled) is in slots of the
 * coroutine, beside its variables.
 */
#ifndef PROGRAM_PROGRAM_H
#define PROGRAM_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/symbols.h"
#include "cadran.h"
#include "document/document.h"
#include "expression/expression.h"
#include "expression/text.h"

#define PROG_NO_SLOT UINT32_MAX
#define PROG_NO_BLOCK UINT32_MAX
#define PROG_NO_PC UINT32_MAX

/* A number or a time that the document gives. It is evaluated before the run, over the scenario's
 * variables; but for the `start` of a row of tasks, which is evaluated for each of them, when it is
 * made up, over its own variables, too. */
typedef struct prog_setting {
    expr_expression *value; /* NULL: not given */
    uint32_t place;
} prog_setting;

/* --- Objects ------------------------------------------------------------------------------- */

/* A row of prog_object_kinds each. */
enum prog_object_type {
    PROG_QUEUE,
    PROG_LOCK,
    PROG_EVENT,
    PROG_CONDITION,
    PROG_SEMAPHORE,
    PROG_BARRIER,
    PROG_FUTURE,
    PROG_TASK,   /* no object of the document; what a name can stand for, too */
    PROG_HANDLE, /* likewise */
    PROG_TIMEOUT,
    PROG_PROCESS, /* likewise, as all that stands for something outside */
    PROG_CONNECTION,
    PROG_SERVER,
    PROG_TRANSPORT,
    PROG_ENDPOINT,
    PROG_OBJECT_TYPES
};

enum prog_queue_order { PROG_FIFO, PROG_LIFO, PROG_PRIORITY };

/* What a reference to an object begins with. */
typedef struct prog_reference {
    bool counted; /* it is a struct run_instance, of the run */
} prog_reference;

typedef struct prog_object {
    prog_reference reference;
    const char *name;
    enum prog_object_type type;
    uint32_t index; /* in prog_program.objects */
    uint32_t place;
    enum prog_queue_order order;
    bool bounded;
    prog_setting size;  /* maxsize, value or parties */
    prog_setting count; /* not given: it is one object, and no list of them */
    uint32_t list;      /* of a list: where it is among the globals */
    bool passed;        /* an expression or a text names it: variables may hold it, too */
    const struct prog_object *lock;  /* a condition's, where it shares one; else NULL */
    const struct prog_target *given; /* the same of one that a step makes, where no document
                                        declares it: what gives the lock */
} prog_object;

/* What expr_reference() kinds mean here. */
enum prog_reference_kind {
    PROG_KIND_OBJECT, /* prog_reference *: a const prog_object, which lives as long as the program,
                       * or a struct run_instance, counted: of a list, or made at run time */
    PROG_KIND_FUTURE, /* cad_future *, counted */
    PROG_KIND_HANDLE, /* struct run_callback *, counted */
    PROG_KIND_EXCEPTION, /* cad_exception *, counted */
    PROG_KIND_TIMEOUT,   /* struct run_timeout *, counted */
    PROG_KIND_FUTURES,   /* struct run_futures *, counted; in hidden slots only */
};

/* --- Operands ------------------------------------------------------------------------------ */

/* A name that is looked up when the step runs: a variable, an object, a task; or an expression. */
typedef struct prog_target {
    const char *name;                  /* as it is written */
    const expr_expression *expression; /* NULL: it is a name */
    uint32_t slot;                     /* PROG_NO_SLOT: no variable has this name */
    const prog_object *object;         /* NULL: no object has this name */
    uint32_t task; /* in prog_program.task_names; BASE_NO_SYMBOL: no task can have it */
    bool kept;     /* in the scratch slot, as long as the step waits: it might be freed otherwise */
} prog_target;

typedef struct prog_targets {
    const expr_expression
        *list; /* of an expression that gives all of them; NULL: there are items */
    uint32_t count;
    prog_target items[];
} prog_targets;

/* `let` and `assign`: slots and their expressions, in order. */
typedef struct prog_slots {
    bool whole; /* there is one, which takes all the values */
    uint32_t count;
    uint32_t items[];
} prog_slots;

typedef struct prog_binding {
    uint32_t slot;
    const prog_slots *parts; /* of several, among which the value is taken apart; NULL: of one */
    expr_expression *expression;
} prog_binding;

typedef struct prog_bindings {
    uint32_t count;
    prog_binding items[];
} prog_bindings;

/* The arguments of a coroutine: slots of its own, and their values. */
typedef struct prog_argument {
    uint32_t slot;
    expr_text *value;
} prog_argument;

typedef struct prog_arguments {
    uint32_t count;
    prog_argument items[];
} prog_arguments;

/* Texts: the arguments of a program; or, by name, its environment. */
typedef struct prog_texts {
    uint32_t count;
    struct prog_text {
        const char *name; /* NULL: it has none */
        expr_text *text;
    } items[];
} prog_texts;

/* What a program is started with. */
typedef struct prog_exec {
    const prog_texts *arguments;
    const prog_texts *env; /* NULL: that of the run */
    expr_text *cwd;        /* NULL: where the run is */
    expr_expression *limit;
    uint32_t stdin_as, stdout_as, stderr_as; /* enum cad_stdio */
} prog_exec;

typedef struct prog_body prog_body;

/* What a server does with its connections, and where it listens: at a port, or at a path. */
typedef struct prog_serve {
    const prog_body *body;           /* a coroutine that runs for each, whose first parameter is the
                                        connection; or a protocol's, for each of its own */
    const prog_arguments *arguments; /* the others */
    expr_expression *port;           /* NULL: there is a path */
    expr_text *host;                 /* NULL: 127.0.0.1 */
    expr_text *path;
    expr_expression *limit;
} prog_serve;

/* What it is depends on the operation and on its place among the operands. */
typedef union prog_operand {
    expr_expression *expression; /* NULL: left out */
    expr_text *text;             /* NULL: left out */
    const prog_target *target;
    const prog_targets *targets;
    const prog_bindings *bindings;
    const prog_arguments *arguments;
    const prog_slots *slots; /* NULL: left out */
    const prog_texts *texts; /* NULL: left out */
    const prog_exec *exec;
    const prog_serve *serve;
    const prog_body *body;
    const prog_object *object;
    uint32_t slot;  /* PROG_NO_SLOT: left out */
    uint32_t pc;    /* where to go on, or where a callback begins */
    uint32_t block; /* PROG_NO_BLOCK: none */
    int32_t code;   /* an exception's */
    int number;     /* a signal's */
    uint32_t choice;
    bool flag;
} prog_operand;

/* --- Instructions -------------------------------------------------------------------------- */

#define PROG_OPERANDS 6

struct prog_operation;

typedef struct prog_instruction {
    const struct prog_operation *operation;
    uint32_t block; /* the innermost one around it */
    uint32_t place; /* of its step, a byte offset in the document */
    prog_operand operands[PROG_OPERANDS];
} prog_instruction;

struct prog_block;
struct run_job;
struct run_completion;

/* How a block is left, by an error, a return, a break or a continue: the step that opened it says
 * so. Returns 1 where that leads to other instructions, to which it has set the job; 0 where the
 * block is left, and the completion may be another one by now; or CAD_ENOMEM. */
typedef int prog_leave(struct run_job *job, const struct prog_block *block,
                       struct run_completion *completion);

#define PROG_ANY_EXCEPTION UINT32_MAX

typedef struct prog_handler {
    uint32_t exception; /* in prog_program.exceptions; PROG_ANY_EXCEPTION: "*" */
    uint32_t pc;
    uint32_t block; /* that of the branch */
} prog_handler;

/* The hidden slots that a block has, from `slot`. */
enum {
    /* A branch of `except`: the error that is being handled, and what `error` was before. What has
     * a `finally`, and a task group: how the block is being left, and with what. */
    PROG_SLOT_HOW = 0,   /* run_completion, packed */
    PROG_SLOT_WHAT = 1,  /* its exception or value */
    PROG_SLOT_SAVED = 2, /* `error` before; cad_task_group */
    /* `with`: the object. `timeout`: cad_timeout. `as_completed`: its iterator and its futures. */
    PROG_SLOT_SCOPE = 0,
    PROG_SLOT_FUTURES = 1,
};

typedef struct prog_block {
    prog_leave *leave;
    bool holds;  /* the object that is in its first hidden slot */
    bool limits; /* the time of what it is around, by the timeout that is there */
    uint32_t parent;
    uint32_t slot; /* its first hidden slot */
    uint32_t pc;   /* the steps of `finally`; what leaves a task group with an error */
    uint32_t place;
    uint32_t error;    /* of a branch of `except`: the slot of `error` */
    uint32_t partial;  /* likewise, of what an IncompleteReadError got; PROG_NO_SLOT: nobody asks */
    uint32_t consumed; /* likewise, of how far a LimitOverrunError went */
    uint32_t exception; /* likewise, of the variable that holds it; PROG_NO_SLOT: none does */
    const prog_handler *handlers; /* of what `except` watches: as they are tried */
    size_t handler_count;
} prog_block;

/* The steps of one coroutine or task, of setup, or of on_interrupt. */
struct prog_body {
    const char *name; /* a coroutine's; NULL for others */
    struct prog_program *program;
    uint32_t index;      /* a coroutine's, in prog_program.coroutines */
    uint32_t entry;      /* the first instruction ... */
    uint32_t end;        /* ... and the one behind the last, its callbacks included */
    uint32_t slots;      /* how many, hidden ones included */
    uint32_t parameters; /* the first of its slots */
    uint32_t given;      /* those it begins with: its parameters, or a task's index and own `let` */
    uint32_t lasting;    /* hidden slots that serve one step each, a timeout: a callback can look
                          * there when that has long been left */
    uint32_t scratch;    /* holds what a step waits for; PROG_NO_SLOT: no step needs that */
    bool shared;         /* it makes callbacks, which see its variables even after its end */
    const struct prog_protocol *protocol; /* whose it is; NULL: a coroutine's, a task's, ... */
    uint64_t
        as_objects;   /* bit i: a step names parameter i where an object stands; of the first 64 */
    uint64_t changed; /* ... a step sets it, too, so that it is not what was passed */
    base_symbols variables;
};

/* --- Protocols ----------------------------------------------------------------------------- */

/* What a transport or an endpoint calls; a row of prog_event_names each. */
enum prog_event {
    PROG_CONNECTION_MADE,
    PROG_DATA_RECEIVED,
    PROG_EOF_RECEIVED,
    PROG_CONNECTION_LOST,
    PROG_PAUSE_WRITING,
    PROG_RESUME_WRITING,
    PROG_DATAGRAM_RECEIVED,
    PROG_ERROR_RECEIVED,
    PROG_EVENTS,
};
extern const char *const prog_event_names[PROG_EVENTS];

/* Its events share the variables of its body, of which each connection has its own. */
typedef struct prog_protocol {
    prog_body *body;
    uint32_t handlers[PROG_EVENTS];          /* where each begins; PROG_NO_PC: there is none */
    uint32_t transport, data, sender, error; /* the variables that tell of an event */
} prog_protocol;

/* --- What a coroutine may come to ---------------------------------------------------------- */

/* An instruction that may end the waits of others for the object that it names. */
typedef struct prog_waker {
    uint32_t pc;
    const prog_target *target;
    const struct prog_step *step;
} prog_waker;

/* One that makes another body run: `call`, `spawn`. */
typedef struct prog_start {
    uint32_t pc;
    const prog_body *body;
    const prog_arguments *arguments;
} prog_start;

/* Instructions that are done again: from the one up to the other. */
typedef struct prog_round {
    uint32_t from, to;
} prog_round;

/* A wait that begins again for as long as a condition does not hold. */
typedef struct prog_retry {
    uint32_t pc;
    uint32_t slot; /* how often it has */
} prog_retry;

/* Each in the order of the instructions; of rounds, where they end. */
typedef struct prog_flow {
    prog_waker *wakers;
    size_t waker_count, waker_capacity;
    prog_start *starts;
    size_t start_count, start_capacity;
    prog_round *rounds;
    size_t round_count, round_capacity;
    prog_retry *retries;
    size_t retry_count, retry_capacity;
} prog_flow;

/* --- Exceptions ---------------------------------------------------------------------------- */

typedef struct prog_exception_type {
    const char *name;
    uint32_t parent; /* BASE_NO_SYMBOL: BaseException itself */
    int code;
} prog_exception_type;

/* --- The document -------------------------------------------------------------------------- */

/* A row of `tasks`. */
typedef struct prog_task_spec {
    const char *pattern; /* its name as written */
    expr_text *name;
    prog_setting count;
    uint32_t place;
    uint32_t index;    /* the slot of the index variable */
    bool indexed;      /* the name depends on nothing else, and so need not be kept; */
    bool name_is_sure; /* and making it cannot fail, so that it need not be tried */
    const prog_bindings *let;
    prog_setting start; /* not given: before the first iteration */
    bool main;          /* the run is over when it has ended */
    prog_body *body;
    const prog_body *call; /* NULL: the body is what runs */
    const prog_arguments *arguments;
} prog_task_spec;

typedef struct prog_signal {
    prog_setting at;
    int number; /* 0 after a fault */
} prog_signal;

/* A step that acts on the world outside. */
typedef struct prog_outside {
    const struct prog_step *step;
    uint32_t place;
    const char *what;      /* the program that it starts, or the path of its socket, where that is
                              known; NULL: it is not */
    const prog_texts *env; /* the variables that it sets for it; NULL: those of the run */
    const char *host;      /* where it listens or connects, likewise */
    int ports[2];          /* there; PROG_ANY_PORT: not known */
    size_t port_count;
} prog_outside;

enum { PROG_ANY_PORT = -1 };

/* A row of expect.order, or of expect.tasks. */
typedef struct prog_pair {
    const char *first;
    const char *second;
    uint32_t place;
} prog_pair;

typedef struct prog_invariant {
    expr_expression *condition;
    const char *text;
    uint32_t place;
} prog_invariant;

/* How a run ends, in the words of documents. */
enum prog_outcome {
    PROG_COMPLETE,
    PROG_FAILED,
    PROG_DEADLOCK,
    PROG_INTERRUPTED,
    PROG_STOPPED,
    PROG_LIMIT,
    PROG_OUTCOMES, /* how many there are; in prog_expect: none is given */
};
extern const char *const prog_outcome_names[PROG_OUTCOMES];

typedef struct prog_expect {
    bool given;
    enum prog_outcome outcome;
    uint32_t outcome_place;
    prog_setting makespan_least, makespan_most; /* equal where it is one number */
    prog_setting max_concurrent;
    prog_setting tolerance;
    const char **lines; /* NULL: not given */
    size_t line_count;
    uint32_t lines_place;
    prog_pair *order;
    size_t order_count;
    prog_invariant *always;
    size_t always_count;
    prog_pair *tasks; /* a name, and how it ends */
    size_t task_count;
    const char **table; /* rows; NULL: not given */
    size_t table_count;
    uint32_t table_place;
    bool golden; /* its trace is to be the one that is kept beside it */
    uint32_t golden_place;
} prog_expect;

/* Memory that lives as long as the program, and what else it owns: linked lists. */
struct prog_arena {
    struct prog_arena *next;
    max_align_t bytes[];
};

struct prog_owned {
    struct prog_owned *next;
    expr_expression *expression;
    expr_text *text;
};

typedef struct prog_program {
    doc_document *document;
    const char *name; /* "scenario" when the document has none */
    int64_t seed;
    prog_setting until; /* not given: until every task has ended */
    prog_setting threads;
    bool eager_tasks;

    prog_instruction *code;
    uint32_t code_count;
    prog_block *blocks;
    uint32_t block_count;

    base_symbols global_names; /* prog_program.variables, by name */
    prog_setting *variables;
    uint32_t global_count; /* with the lists of objects, which follow the variables */
    base_symbols object_names;
    prog_object *objects;
    base_symbols coroutine_names;
    prog_body **coroutines; /* by name */
    base_symbols protocol_names;
    prog_protocol *protocols; /* by name */
    base_symbols task_names;  /* names of tasks that the document mentions */
    base_symbols exception_names;
    prog_exception_type *exceptions;
    prog_task_spec *tasks;
    size_t task_count;
    prog_signal *signals;
    size_t signal_count;
    prog_body *bodies; /* all of them: coroutines, protocols, tasks, setup, on_interrupt */
    size_t body_count;
    prog_body *setup;        /* NULL: none */
    prog_body *on_interrupt; /* NULL: none */
    prog_expect expect;
    prog_flow flow;
    prog_outside *outside; /* in the order of compiling */
    size_t outside_count;
    bool setup_is_quiet; /* it changes nothing that a task's count, name or variables can see */
    bool draws;          /* somewhere a random number is drawn */
    bool joins;          /* somewhere a queue is joined */

    struct prog_arena *arena;
    struct prog_owned *owned;
} prog_program;

void prog_free(prog_program *program); /* takes NULL */

#endif

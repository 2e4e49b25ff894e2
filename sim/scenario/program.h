/* program.h - a scenario as it runs: its document, checked and compiled once, never changed
 * after that.
 *
 *     sim_program *program;
 *     int error = sim_program_load("window.json", &program);
 *     if (error != 0 && program != NULL)
 *         sim_document_print_faults(program->document, stderr);
 *     ... sim_machine_new(program, ...) ...
 *     sim_program_free(program);
 *
 * Each list of steps becomes a run of instructions in one flat array; what a step needs (its
 * expressions, the slot of its variable, where to jump) is in the instruction's operands.
 * Variables are slots of an array, one array for each coroutine that runs.
 *
 * What stands around an instruction - a try, a with, a timeout, a task group - is its block. The
 * blocks are known when compiling, so that entering one costs nothing at run time: only when an
 * error or a return leaves an instruction are its blocks looked at, from the innermost one out.
 * What a block has to remember meanwhile (its scope, the error being handled) is in slots of the
 * coroutine, beside its variables.
 */
#ifndef SIM_SCENARIO_PROGRAM_H
#define SIM_SCENARIO_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cadran.h"
#include "scenario/document.h"
#include "scenario/expression.h"
#include "scenario/symbols.h"
#include "scenario/text.h"

#define SIM_NO_SLOT UINT32_MAX
#define SIM_NO_BLOCK UINT32_MAX
#define SIM_NO_PC UINT32_MAX

/* An expression over the scenario's variables that is evaluated once, before the run. */
typedef struct sim_setting {
    sim_expression *value; /* NULL: not given */
    uint32_t place;
} sim_setting;

/* --- Objects ------------------------------------------------------------------------------- */

enum sim_object_type {
    SIM_QUEUE,
    SIM_LOCK,
    SIM_EVENT,
    SIM_CONDITION,
    SIM_SEMAPHORE,
    SIM_BARRIER,
    SIM_FUTURE,
    SIM_TASK,   /* no object of the document; what a name can stand for, too */
    SIM_HANDLE, /* likewise */
    SIM_OBJECT_TYPES
};

/* Sets of them, as sim_function.accepts and sim_target.accepts have it. */
#define SIM_IS(type) (UINT32_C(1) << (type))
#define SIM_AWAITABLE (SIM_IS(SIM_FUTURE) | SIM_IS(SIM_TASK))

enum sim_queue_order { SIM_FIFO, SIM_LIFO, SIM_PRIORITY };

typedef struct sim_object {
    const char *name;
    enum sim_object_type type;
    uint32_t index; /* in sim_program.objects */
    uint32_t place;
    enum sim_queue_order order;
    bool bounded;
    sim_setting size;              /* maxsize, value or parties */
    const struct sim_object *lock; /* a condition's, where it shares one; else NULL */
} sim_object;

/* What sim_reference() kinds mean here. */
enum sim_reference {
    SIM_KIND_OBJECT,    /* const sim_object *, lives as long as the program */
    SIM_KIND_FUTURE,    /* cad_future *, counted */
    SIM_KIND_HANDLE,    /* struct sim_callback *, counted */
    SIM_KIND_EXCEPTION, /* cad_exception *, counted; in hidden slots only */
    SIM_KIND_FUTURES,   /* struct sim_futures *, counted; in hidden slots only */
};

/* --- Operands ------------------------------------------------------------------------------ */

/* A name that is looked up when the step runs: a variable, an object, a task. */
typedef struct sim_target {
    const char *name;
    uint32_t slot;            /* SIM_NO_SLOT: no variable has this name */
    const sim_object *object; /* NULL: no object has this name */
    uint32_t task;            /* in sim_program.task_names; SIM_NO_SYMBOL: no task can have it */
} sim_target;

typedef struct sim_targets {
    uint32_t count;
    sim_target items[];
} sim_targets;

/* `let` and `assign`: slots and their expressions, in order. */
typedef struct sim_binding {
    uint32_t slot;
    sim_expression *expression;
} sim_binding;

typedef struct sim_bindings {
    uint32_t count;
    sim_binding items[];
} sim_bindings;

/* The arguments of a coroutine: slots of its own, and their values. */
typedef struct sim_argument {
    uint32_t slot;
    sim_text *value;
} sim_argument;

typedef struct sim_arguments {
    uint32_t count;
    sim_argument items[];
} sim_arguments;

typedef struct sim_slots {
    uint32_t count;
    uint32_t items[];
} sim_slots;

typedef struct sim_body sim_body;

/* What it is depends on the operation and on its place among the operands. */
typedef union sim_operand {
    sim_expression *expression; /* NULL: left out */
    sim_text *text;             /* NULL: left out */
    const sim_target *target;
    const sim_targets *targets;
    const sim_bindings *bindings;
    const sim_arguments *arguments;
    const sim_slots *slots; /* NULL: left out */
    const sim_body *body;
    uint32_t slot;  /* SIM_NO_SLOT: left out */
    uint32_t pc;    /* where to go on, or where a callback begins */
    uint32_t block; /* SIM_NO_BLOCK: none */
    int32_t code;   /* an exception's */
    uint32_t choice;
    bool flag;
} sim_operand;

/* --- Instructions -------------------------------------------------------------------------- */

#define SIM_OPERANDS 6

struct sim_operation;

typedef struct sim_instruction {
    const struct sim_operation *operation;
    uint32_t block; /* the innermost one around it */
    uint32_t place; /* of its step, a byte offset in the document */
    sim_operand operands[SIM_OPERANDS];
} sim_instruction;

enum sim_block_kind {
    SIM_BLOCK_TRY,     /* the steps that `except` watches */
    SIM_BLOCK_EXCEPT,  /* a branch of it */
    SIM_BLOCK_GUARDED, /* try and its branches, where there is a `finally` */
    SIM_BLOCK_FINALLY, /* its steps */
    SIM_BLOCK_WITH,
    SIM_BLOCK_SPAN,
    SIM_BLOCK_TIMEOUT,
    SIM_BLOCK_GROUP,
    SIM_BLOCK_AS_COMPLETED,
};

#define SIM_ANY_EXCEPTION UINT32_MAX

typedef struct sim_handler {
    uint32_t exception; /* in sim_program.exceptions; SIM_ANY_EXCEPTION: "*" */
    uint32_t pc;
    uint32_t block; /* the EXCEPT block that it begins */
} sim_handler;

/* The hidden slots that a block has, from `slot`. */
enum {
    /* EXCEPT: the error that is being handled, and what `error` was before. */
    /* GUARDED, GROUP: how the block is being left, and with what. */
    SIM_SLOT_HOW = 0,   /* sim_completion, packed */
    SIM_SLOT_WHAT = 1,  /* its exception or value */
    SIM_SLOT_SAVED = 2, /* EXCEPT: `error` before; GROUP: cad_task_group */
    /* WITH: the object. TIMEOUT: cad_timeout. AS_COMPLETED: cad_as_completed, its futures. */
    SIM_SLOT_SCOPE = 0,
    SIM_SLOT_FUTURES = 1,
};

typedef struct sim_block {
    enum sim_block_kind kind;
    uint32_t parent;
    uint32_t slot; /* its first hidden slot */
    uint32_t pc;   /* GUARDED: the steps of `finally`; GROUP: what leaves it with an error */
    uint32_t place;
    uint32_t error;              /* EXCEPT: the slot of the variable `error` */
    const sim_handler *handlers; /* TRY: in the order in which they are tried */
    size_t handler_count;
} sim_block;

/* The steps of one coroutine or task, of setup, or of on_interrupt. */
struct sim_body {
    const char *name; /* a coroutine's; NULL for others */
    struct sim_program *program;
    uint32_t index;      /* a coroutine's, in sim_program.coroutines */
    uint32_t entry;      /* the first instruction */
    uint32_t slots;      /* how many, hidden ones included */
    uint32_t parameters; /* the first of its slots */
    uint32_t lasting;    /* hidden slots that serve one step each, a timeout: a callback can look
                          * there when that has long been left */
    uint32_t scratch;    /* holds what a step waits for; SIM_NO_SLOT: no step needs that */
    bool shared;         /* it makes callbacks, which see its variables even after its end */
    sim_symbols variables;
    cad_step_type type;
};

/* --- Exceptions ---------------------------------------------------------------------------- */

typedef struct sim_exception_type {
    const char *name;
    uint32_t parent; /* SIM_NO_SYMBOL: BaseException itself */
    int code;
} sim_exception_type;

/* --- The document -------------------------------------------------------------------------- */

/* A row of `tasks`. */
typedef struct sim_task_spec {
    const char *pattern; /* its name as written */
    sim_text *name;
    sim_setting count;
    uint32_t place;
    uint32_t index; /* the slot of the index variable */
    bool indexed;   /* the name depends on nothing else, and so need not be kept */
    const sim_bindings *let;
    sim_setting start; /* not given: before the first iteration */
    sim_body *body;
    const sim_body *call; /* NULL: the body is what runs */
    const sim_arguments *arguments;
} sim_task_spec;

typedef struct sim_signal {
    sim_setting at;
    int number; /* SIGINT */
} sim_signal;

/* A row of expect.order, or of expect.tasks. */
typedef struct sim_pair {
    const char *first;
    const char *second;
    uint32_t place;
} sim_pair;

typedef struct sim_invariant {
    sim_expression *condition;
    const char *text;
    uint32_t place;
} sim_invariant;

typedef struct sim_expect {
    bool given;
    const char *outcome; /* NULL: not given */
    uint32_t outcome_place;
    sim_setting makespan_least, makespan_most; /* equal where it is one number */
    sim_setting max_concurrent;
    sim_setting tolerance;
    const char **lines; /* NULL: not given */
    size_t line_count;
    uint32_t lines_place;
    sim_pair *order;
    size_t order_count;
    sim_invariant *always;
    size_t always_count;
    sim_pair *tasks; /* a name, and how it ends */
    size_t task_count;
    const char **table; /* rows; NULL: not given */
    size_t table_count;
    uint32_t table_place;
} sim_expect;

typedef struct sim_program {
    sim_document *document;
    const char *name; /* "scenario" when the document has none */
    int64_t seed;
    sim_setting until; /* not given: until every task has ended */
    sim_setting threads;

    sim_instruction *code;
    uint32_t code_count;
    sim_block *blocks;
    uint32_t block_count;

    sim_symbols global_names; /* sim_program.variables, by name */
    sim_setting *variables;
    sim_symbols object_names;
    sim_object *objects;
    sim_symbols coroutine_names;
    sim_body **coroutines;  /* by name */
    sim_symbols task_names; /* names of tasks that the document mentions */
    sim_symbols exception_names;
    sim_exception_type *exceptions;
    sim_task_spec *tasks;
    size_t task_count;
    sim_signal *signals;
    size_t signal_count;
    sim_body *bodies; /* all of them: coroutines, tasks, setup, on_interrupt */
    size_t body_count;
    sim_body *setup;        /* NULL: none */
    sim_body *on_interrupt; /* NULL: none */
    sim_expect expect;
    bool setup_is_quiet; /* it changes nothing that a task's count, name or variables can see */
    bool draws;          /* somewhere a random number is drawn */

    struct sim_arena *arena;
    struct sim_owned *owned;
} sim_program;

/* Loads, checks and compiles a document. Returns
 *   0           *program is whole
 *   CAD_EINVAL  faults: in program->document
 *   CAD_ESYSTEM the file cannot be read: the fault is in program->document
 *   CAD_ENOMEM  *program is NULL
 * Except in the last case the caller owns *program. */
int sim_program_load(const char *path, sim_program **program);
/* The same for a document that is in memory; takes it over. */
int sim_program_compile(sim_document *document, sim_program **program);
void sim_program_free(sim_program *program); /* takes NULL */

/* The Python name of the exception with a code; never NULL. */
const char *sim_program_error_name(const sim_program *program, int code);
/* True where an exception with this code is caught by a branch for `exception`. */
bool sim_program_catches(const sim_program *program, uint32_t exception, int code);

/* Python's str(error), which of a KeyError is the repr of its message. Appends; 0 or CAD_ENOMEM.
 * `exception` may be NULL. */
int sim_error_text(int code, const cad_exception *exception, sim_buffer *buffer);
/* `Name: text`, or `Name` without one. */
int sim_error_show(const sim_program *program, int code, const cad_exception *exception,
                   sim_buffer *buffer);

#endif

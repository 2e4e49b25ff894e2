/* step.h - what a verb of the language is: a row of the table of steps.
 *
 * A row is all there is to know about a verb. The compiler checks a step's members by it and
 * turns them into the operands of an instruction; the schema, the reference page and the
 * suggestions for misspelled names are made from it. The rows themselves are in steps/.
 */
#ifndef PROGRAM_STEP_H
#define PROGRAM_STEP_H

#include "program/kinds.h"
#include "program/program.h"

struct run_job;
struct prog_compiler;

/* What an instruction does.
 *
 * begin() does it, or begins it. It returns
 *   0 or a positive result
 *   an error
 *   CAD_PENDING  an operation of the engine that it called did: the task waits
 *   PROG_CALLED   another coroutine runs in its place; job->held will be what that returns
 *   PROG_RETURN   the coroutine ends, with job->held as its value
 *   PROG_JUMP     blocks are left up to those of a loop: job->held is the number of the instruction
 *                whose operands (enum prog_jump) say which, and where it goes on
 *   PROG_HALT     the run ends here, after run_machine_stop()
 * finish() is given the result once there is one, or the error, and returns 0, an error or
 * PROG_RETURN or PROG_JUMP themselves. NULL: results mean nothing. */
typedef int prog_begin(struct run_job *job, const prog_instruction *in);
typedef int prog_finish(struct run_job *job, const prog_instruction *in, int result);

typedef struct prog_operation {
    const char *name;
    prog_begin *begin;
    prog_finish *finish;
} prog_operation;

#define PROG_JUMP (PROG_RETURN + 1)
#define PROG_RETURN (1 << 30) /* from here on control leaves the instruction */
#define PROG_CALLED (1 << 29)
#define PROG_HALT (1 << 28)

enum prog_jump { PROG_JUMP_TO, PROG_JUMP_BLOCK };

/* What the value of a member is, and with that which operand it becomes. */
enum prog_member_kind {
    PROG_MEMBER_NONE,        /* ends the list of members */
    PROG_MEMBER_DURATION,    /* an expression: seconds */
    PROG_MEMBER_LIMIT,       /* the same, or null: no limit */
    PROG_MEMBER_COUNT,       /* an expression: a whole number */
    PROG_MEMBER_PORT,        /* the same, of the network */
    PROG_MEMBER_REPEAT,      /* a count, or "forever" (then NULL) */
    PROG_MEMBER_CONDITION,   /* an expression: true or false */
    PROG_MEMBER_ITEMS,       /* an expression: a list, a tuple or a text */
    PROG_MEMBER_TEXT,        /* what is printed */
    PROG_MEMBER_VALUE,       /* text that may keep a value's type */
    PROG_MEMBER_TARGET,      /* a name of what prog_member.accepts says */
    PROG_MEMBER_TARGETS,     /* names of tasks and futures, or an expression: a list of them */
    PROG_MEMBER_WAIT,        /* a target, or a list of names of tasks and futures */
    PROG_MEMBER_OBJECT,      /* {"type": "lock"}: what an object is made of */
    PROG_MEMBER_VARIABLE,    /* the variable that takes the result */
    PROG_MEMBER_VARIABLES,   /* the same, or a list of variables for its parts */
    PROG_MEMBER_PARTS,       /* the same, of any value that can be taken apart: prog_emit_parts() */
    PROG_MEMBER_BINDINGS,    /* {"x": expression}: variables of the task */
    PROG_MEMBER_ASSIGNMENTS, /* {"x": expression}: variables of the scenario */
    PROG_MEMBER_COROUTINE,   /* the name of a coroutine */
    PROG_MEMBER_SPAWN,       /* the same, for a task of its own */
    PROG_MEMBER_SERVE,       /* the same, for each connection of a server */
    PROG_MEMBER_SIMULATE,    /* the same, in the place of a program */
    PROG_MEMBER_PROTOCOL,    /* the name of a protocol */
    PROG_MEMBER_ARGUMENTS,   /* {"n": value}: what a coroutine, or a protocol, is given */
    PROG_MEMBER_EXCEPTION,   /* the name of an exception */
    PROG_MEMBER_RAISE,       /* the same, or true: the one that is being handled */
    PROG_MEMBER_HANDLERS,    /* {"TimeoutError": steps} */
    PROG_MEMBER_STEPS,
    PROG_MEMBER_CALLBACK, /* steps that never wait */
    PROG_MEMBER_TRUE,     /* true, and nothing else */
    PROG_MEMBER_FLAG,     /* true or false */
    PROG_MEMBER_RETURN_WHEN,
    PROG_MEMBER_HANDLED_SIGNAL, /* the name of a signal that a program can handle */
    PROG_MEMBER_SIGNAL,         /* the name of any */
    PROG_MEMBER_ARGV,           /* a program and its arguments, each a text */
    PROG_MEMBER_ENV,            /* {"NAME": text} */
    PROG_MEMBER_STDIN,          /* what a program's standard input is; likewise: */
    PROG_MEMBER_STDOUT,
    PROG_MEMBER_STDERR,
    PROG_MEMBER_OUTPUT, /* which of a program's outputs */
};

enum { PROG_OPTIONAL = 0, PROG_REQUIRED = 1 };

#define PROG_STEP_MEMBERS 11 /* with the NONE at the end */

typedef struct prog_member {
    const char *name;
    enum prog_member_kind kind;
    bool required;
    uint32_t accepts;    /* a target's: a set of types (kinds.h) */
    const char *summary; /* for the reference; NULL: it goes without saying */
} prog_member;

enum prog_family {
    PROG_FAMILY_TIME,
    PROG_FAMILY_CONTROL,
    PROG_FAMILY_PRIMITIVES,
    PROG_FAMILY_TASKS,
    PROG_FAMILY_OUTSIDE, /* signals, processes, network */
    PROG_FAMILIES
};

enum prog_waiting {
    PROG_NEVER_WAITS,    /* may stand in setup, callbacks and handlers */
    PROG_MAY_WAIT,       /* only in coroutines */
    PROG_WAITS_FOR_SOME, /* may wait for some of its targets; elsewhere that is a RuntimeError */
    PROG_ENDS_COROUTINE, /* never waits, but has no meaning outside coroutines */
};

/* What a step needs the command line's leave for. */
enum prog_permission {
    PROG_NEEDS_NOTHING,
    PROG_NEEDS_EXEC, /* to start a program */
    PROG_NEEDS_NET,  /* to listen, or to connect, at a host and a port */
    PROG_NEEDS_UNIX, /* the same at a path */
};

typedef struct prog_step {
    prog_operation operation; /* its name is the verb */
    enum prog_family family;
    enum prog_waiting waiting;
    enum prog_permission needs;
    bool lasting;     /* it takes one of prog_body.lasting */
    uint32_t wakes;   /* the types (kinds.h) whose waiters it may wake, of what it takes ... */
    const char *line; /* ... and which of them (cad_wait_info.line); NULL: all */
    prog_member
        members[PROG_STEP_MEMBERS]; /* the first is the verb's own value; its name is NULL */
    const char *python;             /* the call that it stands for; NULL: none */
    const char *summary;            /* one sentence */
    const char *example;            /* a task's steps, as JSON */
    /* NULL: one instruction, an operand for each member in order. */
    void (*compile)(struct prog_compiler *compiler, const struct prog_step *step,
                    const doc_node *node);
} prog_step;

/* The member of a step with that name, and its place among the operands; NULL: none. The verb
 * names the first. */
const prog_member *prog_step_member(const prog_step *step, const char *name, size_t *place);

#endif

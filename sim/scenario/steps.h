/* steps.h - the table of steps: what each verb is called, what its members are, what it does.
 *
 * A row is all there is to know about a verb. The compiler checks a step's members by it and
 * turns them into the operands of an instruction; the schema, the reference page and the
 * suggestions for misspelled names are made from it.
 */
#ifndef SIM_SCENARIO_STEPS_H
#define SIM_SCENARIO_STEPS_H

#include "scenario/program.h"

struct sim_job;
struct sim_compiler;

/* What an instruction does.
 *
 * begin() does it, or begins it. It returns
 *   0 or a positive result
 *   an error
 *   CAD_PENDING  an operation of the engine that it called did: the task waits
 *   SIM_CALLED   another coroutine runs in its place; job->held will be what that returns
 *   SIM_RETURN   the coroutine ends, with job->held as its value
 *   SIM_HALT     the run ends here, after sim_machine_stop()
 * finish() is given the result once there is one, or the error, and returns 0, an error or
 * SIM_RETURN itself. NULL: results mean nothing. */
typedef int sim_begin(struct sim_job *job, const sim_instruction *in);
typedef int sim_finish(struct sim_job *job, const sim_instruction *in, int result);

typedef struct sim_operation {
    const char *name;
    sim_begin *begin;
    sim_finish *finish;
} sim_operation;

#define SIM_RETURN (1 << 30)
#define SIM_CALLED (1 << 29)
#define SIM_HALT (1 << 28)

/* What the value of a member is, and with that which operand it becomes. */
enum sim_member_kind {
    SIM_MEMBER_NONE,        /* ends the list of members */
    SIM_MEMBER_DURATION,    /* an expression: seconds */
    SIM_MEMBER_LIMIT,       /* the same, or null: no limit */
    SIM_MEMBER_COUNT,       /* an expression: a whole number */
    SIM_MEMBER_REPEAT,      /* the same, or "forever" (then NULL) */
    SIM_MEMBER_CONDITION,   /* an expression: true or false */
    SIM_MEMBER_TEXT,        /* what is printed */
    SIM_MEMBER_VALUE,       /* text that may keep a value's type */
    SIM_MEMBER_TARGET,      /* a name of what sim_member.accepts says */
    SIM_MEMBER_TARGETS,     /* a list of names of tasks and futures */
    SIM_MEMBER_WAIT,        /* a target, or targets */
    SIM_MEMBER_VARIABLE,    /* the variable that takes the result */
    SIM_MEMBER_VARIABLES,   /* a list of them */
    SIM_MEMBER_BINDINGS,    /* {"x": expression}: variables of the task */
    SIM_MEMBER_ASSIGNMENTS, /* {"x": expression}: variables of the scenario */
    SIM_MEMBER_COROUTINE,   /* the name of a coroutine */
    SIM_MEMBER_SPAWN,       /* the same, for a task of its own */
    SIM_MEMBER_ARGUMENTS,   /* {"n": value}: what a coroutine is given */
    SIM_MEMBER_EXCEPTION,   /* the name of an exception */
    SIM_MEMBER_RAISE,       /* the same, or true: the one that is being handled */
    SIM_MEMBER_HANDLERS,    /* {"TimeoutError": steps} */
    SIM_MEMBER_STEPS,
    SIM_MEMBER_CALLBACK, /* steps that never wait */
    SIM_MEMBER_TRUE,     /* true, and nothing else */
    SIM_MEMBER_FLAG,     /* true or false */
    SIM_MEMBER_RETURN_WHEN,
};

enum { SIM_OPTIONAL = 0, SIM_REQUIRED = 1 };

#define SIM_STEP_MEMBERS 7 /* with the NONE at the end */

typedef struct sim_member {
    const char *name;
    enum sim_member_kind kind;
    bool required;
    uint32_t accepts;    /* a target's: a set of SIM_IS() */
    const char *summary; /* for the reference; NULL: it goes without saying */
} sim_member;

enum sim_family {
    SIM_FAMILY_TIME,
    SIM_FAMILY_CONTROL,
    SIM_FAMILY_PRIMITIVES,
    SIM_FAMILY_TASKS,
    SIM_FAMILY_OUTSIDE, /* signals, processes, network */
    SIM_FAMILIES
};

enum sim_waiting {
    SIM_NEVER_WAITS,    /* may stand in setup, callbacks and handlers */
    SIM_MAY_WAIT,       /* only in coroutines */
    SIM_ENDS_COROUTINE, /* never waits, but has no meaning outside coroutines */
};

typedef struct sim_step {
    sim_operation operation; /* its name is the verb */
    enum sim_family family;
    enum sim_waiting waiting;
    bool lasting;                         /* it takes one of sim_body.lasting */
    sim_member members[SIM_STEP_MEMBERS]; /* the first is the verb's own value; its name is NULL */
    const char *python;                   /* the call that it stands for; NULL: none */
    const char *summary;                  /* one sentence */
    const char *example;                  /* a task's steps, as JSON */
    /* NULL: one instruction, an operand for each member in order. */
    void (*compile)(struct sim_compiler *compiler, const struct sim_step *step,
                    const sim_node *node);
} sim_step;

/* By family, in the order of the reference. */
extern const sim_step *const sim_steps[];
extern const size_t sim_step_count;

/* NULL: no such verb. */
const sim_step *sim_step_find(const char *verb);

/* The member of a step with that name, and its place among the operands; NULL: none. The verb
 * names the first. */
const sim_member *sim_step_member(const sim_step *step, const char *name, size_t *place);

/* Verbs of the language that this version does not run; NULL: it is not one of them. */
const char *sim_step_later(const char *verb);

#endif

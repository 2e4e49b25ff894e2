/* expression.h - Python's expressions, compiled once and evaluated often.
 *
 * What is taken: + - * / // % ** and unary + -, comparisons (chained as in Python), `is`, `in`,
 * `and or not`, `a if c else b`, parentheses, numbers with or without a unit (250ms is 0.25),
 * strings, True, False, None, names, and calls of functions. What a name means is the scope's
 * business; which functions there are beyond arithmetic, too.
 *
 * Evaluation is a small stack machine. It allocates nothing for numbers.
 */
#ifndef SIM_SCENARIO_EXPRESSION_H
#define SIM_SCENARIO_EXPRESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenario/document.h"
#include "scenario/fault.h"
#include "scenario/random.h"
#include "scenario/value.h"

#define SIM_EXPRESSION_MAX_BYTES ((size_t)65536)
#define SIM_EXPRESSION_MAX_DEPTH 200 /* rules inside one another: 100 parentheses */
#define SIM_FUNCTION_MAX_ARGUMENTS 64

/* --- What names mean ------------------------------------------------------------------------ */

enum sim_name_kind {
    SIM_NAME_LOCAL,    /* env->locals[slot], unless that is SIM_UNSET: then what stands behind */
    SIM_NAME_GLOBAL,   /* env->globals[slot] */
    SIM_NAME_CONSTANT, /* value, for good */
    SIM_NAME_LATE,     /* env->late(env, slot, ...), asked at each evaluation */
};

typedef struct sim_name {
    enum sim_name_kind kind;
    uint32_t slot;   /* below 2^24 */
    sim_value value; /* CONSTANT: borrowed; the expression takes a reference of its own */
    uint32_t what;   /* one bit: what it is, as sim_function.accepts has it; 0: known only later */
    const char *label; /* the same in words, "a lock"; NULL where `what` is 0 */
} sim_name;

typedef struct sim_env sim_env;
typedef struct sim_scope sim_scope;
typedef struct sim_function sim_function;

/* What an expression is compiled against. */
struct sim_scope {
    void *context; /* the scope's own */

    /* Looks a name up: 0, CAD_EKEY when there is none, or CAD_ENOMEM. For a name that is LOCAL it
     * is called a second time, with `behind` true: what the name means while the variable has no
     * value. */
    int (*resolve)(const sim_scope *scope, const char *name, size_t length, bool behind,
                   sim_name *found);

    /* Offers every name that resolve() knows. */
    void (*suggest)(const sim_scope *scope, sim_suggestion *suggestion);

    /* Beyond min, max, abs, round, floor, ceil, uniform, normal, exponential and randint. */
    const sim_function *functions;
    size_t function_count;
};

/* A row of the table of functions. */
struct sim_function {
    const char *name;
    uint8_t least; /* arguments */
    uint8_t most;
    uint32_t accepts;    /* what the first argument may be, a set of sim_name.what; 0: anything */
    const char *expects; /* the same in words, "a queue"; NULL where accepts is 0 */
    /* Arguments are borrowed. Returns 0, or fills in *error and returns its code. A name that is
     * not known to be wrong when compiling can be so here: check again. */
    int (*call)(const sim_env *env, const sim_value *arguments, size_t count, sim_value *result,
                sim_error *error);
};

/* The functions that need nothing but their arguments and a stream of random numbers. */
extern const sim_function sim_builtin_functions[];
extern const size_t sim_builtin_count;
/* Those from this row on draw. */
extern const size_t sim_builtin_first_draw;

/* True for the name of a function of the language, which no variable may have. `scope` may be
 * NULL: the built-in ones. */
bool sim_is_function(const sim_scope *scope, const char *name, size_t length);
/* True for a name that can stand in an expression: letters, digits, _; and no word of Python's. */
bool sim_is_name(const char *name, size_t length);

/* What an expression is evaluated in. */
struct sim_env {
    sim_value *locals;
    sim_value *globals;
    sim_random *random; /* may be NULL for an expression that does not draw */
    void *context;      /* for `late` and the functions */
    /* May be NULL when no name is LATE. CAD_EKEY when the name means nothing yet: the expression
     * makes that SIM_ENAME, and the message. */
    int (*late)(const sim_env *env, uint32_t slot, sim_value *value, sim_error *error);
};

/* --- Compiling ------------------------------------------------------------------------------ */

typedef struct sim_expression sim_expression;

/* Called for each fault: `length` bytes at `offset` of the text are wrong. */
typedef void sim_fault_report(void *context, size_t offset, size_t length, const char *message);

/* Returns 0, CAD_EINVAL after one report or more, or CAD_ENOMEM; *expression is NULL then. */
int sim_expression_compile(const char *text, size_t length, const sim_scope *scope,
                           sim_fault_report *report, void *context, sim_expression **expression);

/* An expression from the document: a number, a boolean, or a string that is an expression. What is
 * wrong becomes a fault of the document. */
int sim_expression_from_node(const sim_node *node, const sim_scope *scope,
                             sim_expression **expression);

/* One that always gives `value`; takes a reference of its own. */
int sim_expression_from_value(sim_value value, sim_expression **expression);

void sim_expression_free(sim_expression *expression); /* takes NULL */

/* Where the expression is always the same value: true, and the value, borrowed. */
bool sim_expression_constant(const sim_expression *expression, sim_value *value);

/* Whether it draws random numbers. */
bool sim_expression_draws(const sim_expression *expression);

/* Whether all that its value depends on is the task variable in `slot`. */
bool sim_expression_reads_only(const sim_expression *expression, uint32_t slot);

/* --- Evaluating ----------------------------------------------------------------------------- */

/* 0 and *result; or the code of *error, and *result is None. SIM_ENAME: a name has no value yet. */
int sim_expression_evaluate(const sim_expression *expression, const sim_env *env, sim_value *result,
                            sim_error *error);

#endif

/* expression.h - Python's expressions, compiled once and evaluated often.
 *
 * What is taken: + - * / // % ** and unary + -, comparisons (chained as in Python), `is`, `in`,
 * `and or not`, `a if c else b`, parentheses, numbers with or without a unit (250ms is 0.25),
 * strings, lists, tuples, their items and slices, True, False, None, names, and calls of functions.
 * What a name means is the scope's business; which functions there are beyond arithmetic, too.
 *
 * An expression becomes instructions that work on a stack of values. To evaluate it allocates
 * nothing for numbers.
 */
#ifndef EXPRESSION_EXPRESSION_H
#define EXPRESSION_EXPRESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "document/document.h"
#include "document/fault.h"
#include "expression/random.h"
#include "expression/value.h"

#define EXPR_MAX_BYTES ((size_t)65536)
#define EXPR_MAX_DEPTH 200 /* rules inside one another: 100 parentheses */
#define EXPR_FUNCTION_MAX_ARGUMENTS 64

/* --- What names mean ------------------------------------------------------------------------ */

enum expr_name_kind {
    EXPR_NAME_LOCAL,    /* env->locals[slot], unless that is EXPR_UNSET: then what stands behind */
    EXPR_NAME_GLOBAL,   /* world->globals[slot] */
    EXPR_NAME_CONSTANT, /* value, for good */
    EXPR_NAME_LATE,     /* world->late(env, slot, ...), asked at each evaluation */
};

typedef struct expr_name {
    enum expr_name_kind kind;
    uint32_t slot;       /* below 2^24 */
    expr_value value;    /* CONSTANT: borrowed; the expression takes a reference of its own */
    uint32_t what;       /* what it is, as expr_function.accepts has it; 0: known only later */
    const char *article; /* the same in words, "a" and "lock"; NULL where `what` is 0 */
    const char *label;
} expr_name;

typedef struct expr_env expr_env;
/* A word that people write who come from Python, or from elsewhere, and what to say of it. */
typedef struct expr_foreign {
    const char *word;   /* NULL: the end */
    const char *advice; /* what stands for it, or what to do */
} expr_foreign;

typedef struct expr_scope expr_scope;
typedef struct expr_function expr_function;

/* What an expression is compiled against. */
struct expr_scope {
    void *context; /* the scope's own */

    /* Looks a name up: 0, CAD_EKEY when there is none, or CAD_ENOMEM. For a name that is LOCAL it
     * is called a second time, with `behind` true: what the name means while the variable has no
     * value. */
    int (*resolve)(const expr_scope *scope, const char *name, size_t length, bool behind,
                   expr_name *found);

    /* Offers every name that resolve() knows. */
    void (*suggest)(const expr_scope *scope, base_suggestion *suggestion);

    /* What else a name that resolve() does not know is, to follow it in a message, "is a ...";
     * NULL: nothing. May be NULL. */
    const char *(*explain)(const expr_scope *scope, const char *name, size_t length);

    bool takes_text; /* what is compiled may just as well be a text */

    /* Beyond expr_builtin_functions. */
    const expr_function *functions;
    size_t function_count;

    const expr_foreign *foreign; /* functions of other languages; NULL: none are known */
};

/* A row of the table of functions. */
struct expr_function {
    const char *name;
    uint8_t least; /* arguments */
    uint8_t most;
    uint32_t accepts;    /* what the first argument may be, a set of expr_name.what; 0: anything */
    const char *expects; /* the same in words, "a queue"; NULL where accepts is 0 */
    /* Arguments are borrowed. Returns 0, or fills in *error and returns its code. A name that is
     * not known to be wrong when compiling can be so here: check again. */
    int (*call)(const expr_env *env, const expr_value *arguments, size_t count, expr_value *result,
                expr_error *error);
};

/* The functions that need nothing but their arguments and a stream of random numbers. */
extern const expr_function expr_builtin_functions[];
extern const size_t expr_builtin_count;
/* Those from this row on draw. */
extern const size_t expr_builtin_first_draw;

/* True for a name that can stand in an expression: letters, digits, _; and no word of Python's. */
bool expr_is_name(const char *name, size_t length);

/* What is the same for all that evaluate: so little of an env is made for each expression. */
typedef struct expr_world {
    expr_value *globals;
    void *context; /* for `late` and the functions */
    /* May be NULL when no name is LATE. CAD_EKEY when the name means nothing yet: the expression
     * makes that EXPR_ENAME, and the message. */
    int (*late)(const expr_env *env, uint32_t slot, expr_value *value, expr_error *error);
    /* Told of an operation on long values, which has taken a time that goes with so many items of
     * theirs. May be NULL. */
    void (*costs)(const expr_env *env, size_t items);
} expr_world;

/* What an expression is evaluated in. */
struct expr_env {
    const expr_world *world; /* may be NULL for one that knows its own variables alone */
    expr_value *locals;
    expr_random *random; /* may be NULL for an expression that does not draw */
};

/* --- Compiling ------------------------------------------------------------------------------ */

typedef struct expr_expression expr_expression;

/* A part of an expression: `length` bytes at `at` of a string of the document. */
typedef struct expr_part {
    uint32_t string; /* its doc_node_offset(); DOC_NOWHERE: it is in no document */
    uint32_t at, length;
} expr_part;

/* Called for each fault: `length` bytes at `offset` of the text are wrong. */
typedef void expr_fault_report(void *context, size_t offset, size_t length, const char *message);

/* Returns 0, CAD_EINVAL after one report or more, or CAD_ENOMEM; *expression is NULL then. */
int expr_compile(const char *text, size_t length, const expr_scope *scope,
                 expr_fault_report *report, void *context, expr_expression **expression);

/* An expression from the document: a number, a boolean, a string that is an expression, or an array
 * of such, which is a list. What is wrong becomes a fault of the document. */
int expr_from_node(const doc_node *node, const expr_scope *scope, expr_expression **expression);

/* The value of a number of the document. */
expr_value expr_number_of(const doc_node *node);

/* Tells where an expression stands that was compiled of a piece of text: at `start` of a string of
 * the document. */
void expr_set_place(expr_expression *expression, const doc_node *string, size_t start);

/* One that always gives `value`; takes a reference of its own. */
int expr_from_value(expr_value value, expr_expression **expression);

void expr_free(expr_expression *expression); /* takes NULL */

/* Where the expression is always the same value: true, and the value, borrowed. */
bool expr_constant(const expr_expression *expression, expr_value *value);

/* All of it, as a part. */
const expr_part *expr_whole(const expr_expression *expression);

/* Whether it draws random numbers. */
bool expr_draws(const expr_expression *expression);

/* Whether all that its value depends on is the task variable in `slot`. */
bool expr_reads_only(const expr_expression *expression, uint32_t slot);

/* Whether it is that variable, and nothing is done with it. */
bool expr_is_variable(const expr_expression *expression, uint32_t slot);

/* Whether it is `x[3]`, of a scenario variable: which one, and the index. */
bool expr_indexes(const expr_expression *expression, uint32_t *slot, int64_t *index);

/* The first task variable it reads whose value is a text now: true, and its slot. For messages. */
bool expr_reads_text(const expr_expression *expression, const expr_value *locals, uint32_t *slot);

/* --- Evaluating ----------------------------------------------------------------------------- */

/* 0 and *result; or the code of *error, and *result is None. EXPR_ENAME: a name has no value yet.
 */
int expr_evaluate(const expr_expression *expression, const expr_env *env, expr_value *result,
                  expr_error *error);

#endif

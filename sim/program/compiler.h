/* compiler.h - what is known while a document is compiled, and who owns what is made.
 *
 * What is wrong becomes a fault of the document, and compiling goes on: the program is thrown
 * away, but its other faults are found. Memory that runs out is noted in prog_compiler.no_memory;
 * from then on nothing that is compiled means anything.
 */
#ifndef PROGRAM_COMPILER_H
#define PROGRAM_COMPILER_H

#include "program/language.h"
#include "program/program.h"

/* Steps that run on their own later, with the variables of the body that they stand in. */
typedef struct prog_pending {
    doc_node steps;
    uint32_t instruction; /* whose operand ... */
    uint32_t operand;     /* ... takes the place where they begin */
    uint32_t timeout;
} prog_pending;

/* What names of tasks look like that an {expression} makes. */
typedef struct prog_pattern {
    const char *text; /* as written */
    const char
        *first;    /* of a row that its index alone tells apart: `job0`, of `job{i}`; else NULL */
    int64_t count; /* how many the row has, at most */
} prog_pattern;

/* An exception of the scenario's own, where a step raises it or a branch takes it. */
typedef struct prog_named {
    doc_node at;
    uint32_t exception;
    bool raised;
} prog_named;

/* The name of an object that a call passes as text. */
typedef struct prog_passed {
    doc_node argument;
    const prog_body *body; /* to whom ... */
    uint32_t slot;         /* ... as which parameter */
} prog_passed;

/* The loop whose steps are being compiled. */
typedef struct prog_loop {
    uint32_t block;  /* the innermost one around each of its rounds */
    uint32_t again;  /* where the next round begins; PROG_NO_PC: there is no loop */
    uint32_t breaks; /* the last instruction that leaves it, whose target is the one before, ... */
} prog_loop;

/* Around no loop. */
#define PROG_NO_LOOP ((prog_loop){PROG_NO_BLOCK, PROG_NO_PC, PROG_NO_PC})

typedef struct prog_compiler {
    prog_program *program;
    const prog_language *language;
    doc_document *document;
    expr_scope scope; /* its context is the compiler */
    bool no_memory;

    prog_body *body;   /* NULL: outside all steps, where there are only variables of the scenario */
    size_t variables;  /* how many of those are known here */
    bool before_tasks; /* what is being read is evaluated before there are tasks */
    uint32_t hidden;   /* the next hidden slot */
    uint32_t lasting;  /* the next one of prog_body.lasting */
    uint32_t block;    /* the innermost one around the step; likewise: */
    uint32_t group;
    uint32_t timeout;
    uint32_t except;
    prog_loop loop;
    const prog_slots
        *parts; /* of the step: among which the value in `whole` is taken apart; NULL */
    uint32_t whole;
    bool except_star;        /* the step stands in a branch of `except*` */
    const char *never_waits; /* "a callback", "setup"; NULL: in a coroutine */
    bool returns;            /* though it is no coroutine, it may end with a value: a protocol's */

    prog_pending *pending;
    size_t pending_count, pending_capacity;
    size_t code_capacity, block_capacity, exception_capacity;
    base_symbols task_names;     /* that tasks can have: those without an {expression} */
    base_symbols faulty_objects; /* those that are declared, but not rightly */
    base_symbols written_names;  /* of the rows of `tasks`, as they are written */
    const prog_task_spec *main;  /* the task marked so; NULL: none yet */
    prog_pattern *patterns;      /* the others */
    size_t pattern_count, pattern_capacity;
    prog_named *named;
    size_t named_count, named_capacity;
    prog_passed *passed;
    size_t passed_count, passed_capacity;
    size_t outside_capacity;
    uint64_t handled_signals; /* bit n: some step is a handler of signal n */
    base_symbols raised;      /* exceptions of the scenario's own that something raises */
    base_symbols taken;       /* and those that a branch, or `expect`, takes by name */
} prog_compiler;

/* Memory that lives as long as the program; zeroed; NULL is noted. */
void *prog_compiler_alloc(prog_compiler *compiler, size_t size);
/* An expression, or a text, of the document; NULL after a fault. */
expr_expression *prog_compile_expression(prog_compiler *compiler, const doc_node *node);
expr_text *prog_compile_text(prog_compiler *compiler, const doc_node *node);
/* The same, where a text could stand as well. */
expr_expression *prog_compile_any(prog_compiler *compiler, const doc_node *node);
/* An expression with a constant in place of a node. */
expr_expression *prog_compile_constant(prog_compiler *compiler, double number);

/* A number that is known before the run. */
void prog_compile_setting(prog_compiler *compiler, const doc_node *node, prog_setting *setting);

/* What stands where an expression or one word does: that word; a near one, or one of `others`,
 * which people write for it and which ends in NULL, a fault; or something else, such as an
 * expression. */
enum prog_word { PROG_WORD_IT, PROG_WORD_FAULT, PROG_WORD_OTHER };
enum prog_word prog_compile_word(const doc_node *node, const char *word, const char *const *others);

#endif

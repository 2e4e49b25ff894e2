/* compile.h - what compiles steps, for those who compile a verb of their own (see prog_step).
 *
 * What is wrong becomes a fault of the document, and compiling goes on: the program is thrown
 * away, but its other faults are found. Memory that runs out is noted in prog_compiler.no_memory;
 * from then on nothing that is compiled means anything.
 */
#ifndef PROGRAM_COMPILE_H
#define PROGRAM_COMPILE_H

#include "program/language.h"
#include "program/program.h"
#include "program/step.h"

/* Steps that run on their own later, with the variables of the body that they stand in. */
typedef struct prog_pending {
    doc_node steps;
    uint32_t instruction; /* whose operand ... */
    uint32_t operand;     /* ... takes the place where they begin */
    uint32_t timeout;
} prog_pending;

/* An exception of the scenario's own that a branch takes, and perhaps nothing raises. */
typedef struct prog_caught {
    doc_node branch;
    uint32_t exception;
} prog_caught;

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
    const char *never_waits; /* "a callback", "setup"; NULL: in a coroutine */

    prog_pending *pending;
    size_t pending_count, pending_capacity;
    size_t code_capacity, block_capacity, exception_capacity;
    base_symbols task_names;    /* that tasks can have: those without an {expression} */
    base_symbols written_names; /* of the rows of `tasks`, as they are written */
    const char **patterns;      /* the others, as written */
    size_t pattern_count, pattern_capacity;
    prog_caught *caught;
    size_t caught_count, caught_capacity;
    base_symbols raised; /* exceptions of the scenario's own that something raises */
} prog_compiler;

/* --- The program as a whole (program.c) ----------------------------------------------------- */

/* Memory that lives as long as the program; zeroed; NULL is noted. */
void *prog_compiler_alloc(prog_compiler *compiler, size_t size);
/* An expression, or a text, of the document; NULL after a fault. */
expr_expression *prog_compile_expression(prog_compiler *compiler, const doc_node *node);
expr_text *prog_compile_text(prog_compiler *compiler, const doc_node *node);
/* An expression with a constant in place of a node. */
expr_expression *prog_compile_constant(prog_compiler *compiler, double number);

/* The number of an exception by its Python name, which is made known; `name` must stay. */
uint32_t prog_compile_exception(prog_compiler *compiler, const char *name);

/* Notes that something raises it, or that a branch takes it. */
void prog_note_raised(prog_compiler *compiler, const char *name);
void prog_note_caught(prog_compiler *compiler, const doc_node *branch, uint32_t exception);
/* When all steps are compiled: a fault for each branch that takes what nothing raises, and whose
 * name is near to something that is raised. */
void prog_check_caught(prog_compiler *compiler);

/* The coroutine that a node names; NULL after a fault. */
prog_body *prog_compile_coroutine(prog_compiler *compiler, const doc_node *node);

/* `let` and `assign`. */
const prog_bindings *prog_compile_bindings(prog_compiler *compiler, const doc_node *node,
                                           bool global);
/* The arguments of a call of `body`; args NULL: there are none. `at` is where it is called. */
const prog_arguments *prog_compile_arguments(prog_compiler *compiler, const prog_body *body,
                                             const doc_node *args, const doc_node *at);

/* The slot of the variable that a node names; PROG_NO_SLOT after a fault. */
uint32_t prog_compile_variable(prog_compiler *compiler, const doc_node *node);

/* --- Names (scope.c) ------------------------------------------------------------------------ */

/* Prepares compiler->scope. */
void prog_scope_start(prog_compiler *compiler);

/* False after a fault, where `name`, a node's key or its value, cannot be that of a variable. */
bool prog_check_name(const prog_compiler *compiler, const doc_node *node, const char *name);

/* A name of one of the types `accepts`. `verb` is for the fault. */
bool prog_compile_target(prog_compiler *compiler, const doc_node *node, const char *verb,
                         uint32_t accepts, prog_target *target);

/* True where a task can have the name. */
bool prog_is_task_name(const prog_compiler *compiler, const char *name, size_t length);

/* Declares what a list of steps sets, and the names that its spawns give. */
void prog_declare_steps(prog_compiler *compiler, prog_body *body, const doc_node *steps);
void prog_declare_variable(prog_compiler *compiler, prog_body *body, const char *name);
void prog_declare_pattern(prog_compiler *compiler, const char *pattern);
/* Offers the names that tasks can have. */
void prog_suggest_tasks(const prog_compiler *compiler, base_suggestion *suggestion);

/* The words for what is not accepted, "a queue or a lock". */
void prog_describe_types(uint32_t types, base_buffer *buffer);
const char *prog_object_type_word(enum prog_object_type type); /* "a queue" */

/* --- Code (compile.c) ----------------------------------------------------------------------- */

/* Compiles the steps of a body, from its entry to the instruction that ends it. */
void prog_compile_body(prog_compiler *compiler, prog_body *body, const doc_node *steps,
                       const char *never_waits);

void prog_compile_steps(prog_compiler *compiler, const doc_node *steps);

/* Appends an instruction of the step at `node`; returns its number. */
uint32_t prog_emit(prog_compiler *compiler, const prog_operation *operation, const doc_node *node,
                   const prog_operand *operands, size_t count);
/* The number of the next instruction. */
uint32_t prog_here(const prog_compiler *compiler);
/* Makes operand `operand` of an instruction lead to the next one. */
void prog_lead_here(prog_compiler *compiler, uint32_t instruction, size_t operand);

/* Opens a block around what is compiled from now on, which is left by `leave`, with `slots` hidden
 * slots of its own. */
uint32_t prog_open_block(prog_compiler *compiler, prog_leave *leave, const doc_node *node,
                         uint32_t slots);
/* Ends it. Its hidden slots are free for others from now on. */
void prog_close_block(prog_compiler *compiler, uint32_t block);
uint32_t prog_hidden_slots(prog_compiler *compiler, uint32_t count);
/* The body gets a slot (prog_body.scratch) where a step can keep what it waits for. */
void prog_need_scratch(prog_compiler *compiler);

/* Compiles the members of a step into operands, which are all absent before. Returns false after
 * a fault. */
bool prog_compile_members(prog_compiler *compiler, const prog_step *step, const doc_node *node,
                          prog_operand operands[PROG_STEP_MEMBERS]);

/* Compiles steps that run later: their place becomes that operand. */
void prog_compile_later(prog_compiler *compiler, const doc_node *steps, uint32_t instruction,
                        uint32_t operand);

#endif

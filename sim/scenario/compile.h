/* compile.h - what compiles steps, for those who compile a verb of their own (see sim_step).
 *
 * What is wrong becomes a fault of the document, and compiling goes on: the program is thrown
 * away, but its other faults are found. Memory that runs out is noted in sim_compiler.no_memory;
 * from then on nothing that is compiled means anything.
 */
#ifndef SIM_SCENARIO_COMPILE_H
#define SIM_SCENARIO_COMPILE_H

#include "scenario/program.h"
#include "scenario/steps.h"

/* Steps that run on their own later, with the variables of the body that they stand in. */
typedef struct sim_pending {
    sim_node steps;
    uint32_t instruction; /* whose operand ... */
    uint32_t operand;     /* ... takes the place where they begin */
    uint32_t timeout;
} sim_pending;

/* An exception of the scenario's own that a branch takes, and perhaps nothing raises. */
typedef struct sim_caught {
    sim_node branch;
    uint32_t exception;
} sim_caught;

typedef struct sim_compiler {
    sim_program *program;
    sim_document *document;
    sim_scope scope; /* its context is the compiler */
    bool no_memory;

    sim_body *body;    /* NULL: outside all steps, where there are only variables of the scenario */
    size_t variables;  /* how many of those are known here */
    bool before_tasks; /* what is being read is evaluated before there are tasks */
    uint32_t hidden;   /* the next hidden slot */
    uint32_t lasting;  /* the next one of sim_body.lasting */
    uint32_t block;    /* the innermost one around the step; likewise: */
    uint32_t group;
    uint32_t timeout;
    uint32_t except;
    const char *never_waits; /* "a callback", "setup"; NULL: in a coroutine */

    sim_pending *pending;
    size_t pending_count, pending_capacity;
    size_t code_capacity, block_capacity, exception_capacity;
    sim_symbols task_names;    /* that tasks can have: those without an {expression} */
    sim_symbols written_names; /* of the rows of `tasks`, as they are written */
    const char **patterns;     /* the others, as written */
    size_t pattern_count, pattern_capacity;
    sim_caught *caught;
    size_t caught_count, caught_capacity;
    sim_symbols raised; /* exceptions of the scenario's own that something raises */
} sim_compiler;

/* --- The program as a whole (program.c) ----------------------------------------------------- */

/* Memory that lives as long as the program; zeroed; NULL is noted. */
void *sim_compiler_alloc(sim_compiler *compiler, size_t size);
/* An expression, or a text, of the document; NULL after a fault. */
sim_expression *sim_compile_expression(sim_compiler *compiler, const sim_node *node);
sim_text *sim_compile_text(sim_compiler *compiler, const sim_node *node);
/* An expression with a constant in place of a node. */
sim_expression *sim_compile_constant(sim_compiler *compiler, double number);

/* The number of an exception by its Python name, which is made known; `name` must stay. */
uint32_t sim_compile_exception(sim_compiler *compiler, const char *name);

/* Notes that something raises it, or that a branch takes it. */
void sim_note_raised(sim_compiler *compiler, const char *name);
void sim_note_caught(sim_compiler *compiler, const sim_node *branch, uint32_t exception);
/* When all steps are compiled: a fault for each branch that takes what nothing raises, and whose
 * name is near to something that is raised. */
void sim_check_caught(sim_compiler *compiler);

/* The coroutine that a node names; NULL after a fault. */
sim_body *sim_compile_coroutine(sim_compiler *compiler, const sim_node *node);

/* `let` and `assign`. */
const sim_bindings *sim_compile_bindings(sim_compiler *compiler, const sim_node *node, bool global);
/* The arguments of a call of `body`; args NULL: there are none. `at` is where it is called. */
const sim_arguments *sim_compile_arguments(sim_compiler *compiler, const sim_body *body,
                                           const sim_node *args, const sim_node *at);

/* The slot of the variable that a node names; SIM_NO_SLOT after a fault. */
uint32_t sim_compile_variable(sim_compiler *compiler, const sim_node *node);

/* --- Names (scope.c) ------------------------------------------------------------------------ */

/* Prepares compiler->scope. */
void sim_scope_start(sim_compiler *compiler);

/* False after a fault, where `name`, a node's key or its value, cannot be that of a variable. */
bool sim_check_name(const sim_compiler *compiler, const sim_node *node, const char *name);

/* A name of one of the types `accepts`. `verb` is for the fault. */
bool sim_compile_target(sim_compiler *compiler, const sim_node *node, const char *verb,
                        uint32_t accepts, sim_target *target);

/* True where a task can have the name. */
bool sim_is_task_name(const sim_compiler *compiler, const char *name, size_t length);

/* Declares what a list of steps sets, and the names that its spawns give. */
void sim_declare_steps(sim_compiler *compiler, sim_body *body, const sim_node *steps);
void sim_declare_variable(sim_compiler *compiler, sim_body *body, const char *name);
void sim_declare_pattern(sim_compiler *compiler, const char *pattern);
/* Offers the names that tasks can have. */
void sim_suggest_tasks(const sim_compiler *compiler, sim_suggestion *suggestion);

/* The words for what is not accepted, "a queue or a lock". */
void sim_describe_types(uint32_t types, sim_buffer *buffer);
const char *sim_object_type_word(enum sim_object_type type); /* "a queue" */

/* --- Code (compile.c) ----------------------------------------------------------------------- */

/* Compiles the steps of a body, from its entry to the instruction that ends it. */
void sim_compile_body(sim_compiler *compiler, sim_body *body, const sim_node *steps,
                      const char *never_waits);

void sim_compile_steps(sim_compiler *compiler, const sim_node *steps);

/* Appends an instruction of the step at `node`; returns its number. */
uint32_t sim_emit(sim_compiler *compiler, const sim_operation *operation, const sim_node *node,
                  const sim_operand *operands, size_t count);
/* A jump to `pc`. */
uint32_t sim_emit_jump(sim_compiler *compiler, const sim_node *node, uint32_t pc);
/* The number of the next instruction. */
uint32_t sim_here(const sim_compiler *compiler);
/* Makes operand `operand` of an instruction lead to the next one. */
void sim_lead_here(sim_compiler *compiler, uint32_t instruction, size_t operand);

/* Opens a block around what is compiled from now on, with `slots` hidden slots of its own. */
uint32_t sim_open_block(sim_compiler *compiler, enum sim_block_kind kind, const sim_node *node,
                        uint32_t slots);
/* Ends it. Its hidden slots are free for others from now on. */
void sim_close_block(sim_compiler *compiler, uint32_t block);
uint32_t sim_hidden_slots(sim_compiler *compiler, uint32_t count);
/* The body gets a slot (sim_body.scratch) where a step can keep what it waits for. */
void sim_need_scratch(sim_compiler *compiler);

/* Compiles the members of a step into operands, which are all absent before. Returns false after
 * a fault. */
bool sim_compile_members(sim_compiler *compiler, const sim_step *step, const sim_node *node,
                         sim_operand operands[SIM_STEP_MEMBERS]);

/* Compiles steps that run later: their place becomes that operand. */
void sim_compile_later(sim_compiler *compiler, const sim_node *steps, uint32_t instruction,
                       uint32_t operand);

#endif

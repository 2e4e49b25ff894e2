/* compiler.h - how an expression is compiled: the grammar (parse.c) asks what names mean (names.c)
 * and emits instructions (emit.c), in one pass over the text. Shared by these and by expression.c,
 * which begins and ends it.
 *
 * A function that returns a bool returns false when compiling cannot go on: a fault of syntax has
 * been reported, or memory has run out. A fault of meaning (an unknown name) is reported, and
 * compiling goes on, so that one look tells all of them. */
#ifndef EXPRESSION_COMPILER_H
#define EXPRESSION_COMPILER_H

#include "expression/code.h"
#include "expression/token.h"

typedef struct expr_compiler {
    expr_lexer lexer;
    expr_token token; /* the next one */
    size_t end;       /* of the one before */
    uint32_t string;  /* doc_node_offset() of what is compiled; DOC_NOWHERE */
    const expr_scope *scope;
    expr_fault_report *report;
    void *context;
    size_t faults;
    bool out_of_memory;
    unsigned depth; /* of the rules inside one another */
    int height;     /* of the stack here */
    /* Jumps may lead here, so what is before cannot be computed with what follows. */
    size_t barrier;

    expr_instruction *code;
    expr_part *parts; /* by instruction */
    size_t code_count;
    size_t code_capacity;
    size_t part_capacity;
    expr_value *constants;
    size_t constant_count;
    size_t constant_capacity;
    const expr_function **functions;
    size_t function_count;
    size_t function_capacity;
    expr_unset *unset;
    size_t unset_count;
    size_t unset_capacity;
    bool draws;
    expr_name last_name; /* what the last name read means */
} expr_compiler;

/* --- Faults ---------------------------------------------------------------------------------- */

/* Reports a fault at a part of the text; false. */
bool expr_fault(expr_compiler *c, size_t offset, size_t length, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same, at the next token. */
bool expr_fault_here(expr_compiler *c, const char *message);

/* Reports that `what` was expected in place of the next token; false. */
bool expr_expected(expr_compiler *c, const char *what);

/* How much of a token a message shows. */
int expr_shown(size_t length);

/* Notes that memory has run out; false. */
bool expr_no_memory(expr_compiler *c);

/* --- Emitting -------------------------------------------------------------------------------- */

/* Emits an instruction. `change` is what it does to the height of the stack; what it computes
 * stands from `from` to `to` in the text, which an error at that instruction shows. */
bool expr_emit_part(expr_compiler *c, enum expr_opcode opcode, size_t operand, int change,
                    size_t from, size_t to);

/* One that computes nothing that could fail. */
bool expr_emit(expr_compiler *c, enum expr_opcode opcode, size_t operand, int change);

/* A binary operator, whatever its operands are; expr_emit_binary() computes it now where it can,
 * and leaves what would be an error for when it runs, if it does. */
bool expr_emit_operator(expr_compiler *c, enum expr_operator operation, size_t from, size_t to);
bool expr_emit_binary(expr_compiler *c, enum expr_operator operation, size_t from, size_t to);

/* A sign before an operand, up to the last token read. */
bool expr_emit_unary(expr_compiler *c, enum expr_opcode opcode, size_t from);

/* A place in the table of constants for a value. Takes over the reference, also where it fails. */
bool expr_add_constant(expr_compiler *c, expr_value value, size_t *index);

/* An instruction that loads a value. Takes over the reference, also where it fails. */
bool expr_emit_constant(expr_compiler *c, expr_value value);

/* The value of the last instruction but `back`, which is a constant. Not referenced. */
expr_value expr_constant_at(const expr_compiler *c, size_t back);

/* A jump whose target is not known yet. expr_patch() leads it to what is emitted next. */
bool expr_emit_jump(expr_compiler *c, enum expr_opcode opcode, int change, size_t *jump);
void expr_patch(expr_compiler *c, size_t jump);

/* Exchanges two neighbouring pieces of code, [from, middle) and [middle, to). */
bool expr_exchange(expr_compiler *c, size_t from, size_t middle, size_t to);

/* Makes a list or a tuple (the opcode says which) of the last `count` values, and adds it to the
 * one below, where there is `more` of it. */
bool expr_emit_list(expr_compiler *c, enum expr_opcode opcode, size_t count, bool more);

/* Makes room for one more value of a list. A long one is made of pieces, so that the stack need not
 * hold all of it; `count` and `more` are for expr_emit_list() after the last value. */
bool expr_make_room(expr_compiler *c, enum expr_opcode opcode, size_t *count, bool *more);

/* --- Reading --------------------------------------------------------------------------------- */

/* The whole text: one expression. */
bool expr_parse_all(expr_compiler *c);

/* --- Names ----------------------------------------------------------------------------------- */

/* A name that stands for a value. */
bool expr_emit_name(expr_compiler *c, const expr_token *token);

/* The function of that name: the scope's own, or one that is built in; NULL: none. */
const expr_function *expr_find_function(const expr_scope *scope, const char *name, size_t length);

/* Reports that nobody knows a function, with what may be meant; false. */
bool expr_unknown_function(expr_compiler *c, const expr_token *name);

/* Reports a call with too few arguments or too many. */
void expr_check_argument_count(expr_compiler *c, const expr_function *function,
                               const expr_token *name, size_t count);

/* Reports a first argument, whose code begins at `start` and whose text at `offset`, that cannot be
 * what the function takes. What is known only when it runs is left to the function. */
void expr_check_first_argument(expr_compiler *c, const expr_function *function, size_t start,
                               size_t offset, size_t length);

/* The call itself, of the last `count` values; it begins at `from`. */
bool expr_emit_call(expr_compiler *c, const expr_function *function, size_t count, size_t from);

#endif

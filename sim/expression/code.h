/* code.h - what an expression is compiled to: instructions that work on a stack of values. Shared
 * by the compiler (compiler.h), the evaluator (evaluate.c) and the functions of the language
 * (builtin.c).
 */
#ifndef EXPRESSION_CODE_H
#define EXPRESSION_CODE_H

#include <assert.h>

#include "expression/expression.h"

/* An instruction is an opcode in the low 8 bits and an operand in the high 24. Jumps are relative
 * to the next instruction, and go forward only. */
typedef uint32_t expr_instruction;

#define EXPR_OPERAND_MAX 0xffffffu

enum expr_opcode {
    /* Binary operators: a b -> a <operator> b. The same numbers as enum expr_operator. */
    EXPR_OP_ADD = EXPR_ADD,
    EXPR_OP_SUBTRACT = EXPR_SUBTRACT,
    EXPR_OP_MULTIPLY = EXPR_MULTIPLY,
    EXPR_OP_DIVIDE = EXPR_DIVIDE,
    EXPR_OP_MODULO = EXPR_MODULO,
    EXPR_OP_LESS = EXPR_LESS,
    EXPR_OP_LESS_EQUAL = EXPR_LESS_EQUAL,
    EXPR_OP_GREATER = EXPR_GREATER,
    EXPR_OP_GREATER_EQUAL = EXPR_GREATER_EQUAL,
    EXPR_OP_EQUAL = EXPR_EQUAL,
    EXPR_OP_NOT_EQUAL = EXPR_NOT_EQUAL,
    EXPR_OP_LAST_BINARY = EXPR_IS_NOT,

    EXPR_OP_CONSTANT,      /* -> constants[operand] */
    EXPR_OP_LOCAL,         /* -> locals[operand], or what stands behind */
    EXPR_OP_GLOBAL,        /* -> globals[operand] */
    EXPR_OP_LATE,          /* -> what late(operand) says */
    EXPR_OP_NEGATE,        /* a -> -a */
    EXPR_OP_POSITIVE,      /* a -> +a */
    EXPR_OP_NOT,           /* a -> not a */
    EXPR_OP_JUMP,          /* */
    EXPR_OP_JUMP_IF_FALSE, /* a -> */
    EXPR_OP_AND,           /* a -> a, and jumps when it is false; else a -> */
    EXPR_OP_OR,            /* a -> a, and jumps when it is true; else a -> */
    EXPR_OP_TUCK,          /* a b -> b a b */
    EXPR_OP_DROP_SECOND,   /* a b -> b */
    EXPR_OP_CALL,          /* arguments -> result; operand: function << 8 | argument count */
    EXPR_OP_LIST,          /* items -> list; operand: how many */
    EXPR_OP_TUPLE,         /* the same */
    EXPR_OP_ITEM,          /* a index -> a[index] */
    EXPR_OP_SLICE,         /* a from to step -> a[from:to:step] */
    EXPR_OP_RETURN,

    /* Added to a binary operator whose right operand is a number, which many are:
     * a -> a <operator> constants[operand]. */
    EXPR_OP_BY_CONSTANT = 0x80,
};

static inline expr_instruction expr_instruction_make(enum expr_opcode opcode, uint32_t operand) {
    return (uint32_t)opcode | operand << 8;
}

static inline enum expr_opcode expr_opcode_of(expr_instruction instruction) {
    return (enum expr_opcode)(instruction & 0xff);
}

/* What is done with two values, however the right one is come by; else the opcode. */
static inline enum expr_opcode expr_operation_of(expr_instruction instruction) {
    return (enum expr_opcode)(instruction & 0xff & ~(uint32_t)EXPR_OP_BY_CONSTANT);
}

static inline uint32_t expr_operand_of(expr_instruction instruction) {
    return instruction >> 8;
}

/* Values on the stack, at most; the compiler refuses what would need more. */
#define EXPR_STACK_SIZE 256

/* What is needed of a name only when it has no value: for LOCAL, what to load instead. */
typedef struct expr_unset {
    expr_instruction load;    /* the instruction that finds no value */
    expr_instruction instead; /* RETURN: nothing stands behind the name */
    uint32_t name;            /* the constant that holds it */
} expr_unset;

/* All the arrays are in the same piece of memory as the struct. */
struct expr_expression {
    expr_value *constants;
    const expr_function **functions;
    const expr_unset *unset;
    expr_part *parts; /* by instruction: what it computes, with its operands */
    const expr_instruction *code;
    uint32_t code_count;
    uint32_t constant_count;
    uint32_t function_count;
    uint32_t unset_count;
    bool draws;
};

/* Fills in error->note: what the names in that part are, and on a line below what to do. `top` is
 * above the values that the instruction was to take; `at` is the instruction that failed. */
void expr_explain(const expr_expression *expression, size_t at, const expr_env *env,
                  const expr_value *top, expr_error *error);

/* What is known of a load that may find no value; the expression has one for each such load. */
static inline const expr_unset *expr_find_unset(const expr_expression *expression,
                                                expr_instruction load) {
    uint32_t i = 0;
    while (i < expression->unset_count && expression->unset[i].load != load)
        i++;
    assert(i < expression->unset_count);
    return &expression->unset[i];
}

#endif

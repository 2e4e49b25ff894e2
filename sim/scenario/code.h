/* code.h - what an expression is compiled to: the instructions of a stack machine. Shared by the
 * compiler (expression.c), the machine (evaluate.c) and the functions of the language (builtin.c).
 */
#ifndef SIM_SCENARIO_CODE_H
#define SIM_SCENARIO_CODE_H

#include "scenario/expression.h"

/* An instruction is an opcode in the low 8 bits and an operand in the high 24. Jumps are relative
 * to the next instruction, and go forward only. */
typedef uint32_t sim_instruction;

#define SIM_OPERAND_MAX 0xffffffu

enum sim_opcode {
    /* Binary operators: a b -> a <operator> b. The same numbers as enum sim_operator. */
    SIM_OP_ADD = SIM_ADD,
    SIM_OP_SUBTRACT = SIM_SUBTRACT,
    SIM_OP_MULTIPLY = SIM_MULTIPLY,
    SIM_OP_DIVIDE = SIM_DIVIDE,
    SIM_OP_MODULO = SIM_MODULO,
    SIM_OP_LESS = SIM_LESS,
    SIM_OP_LESS_EQUAL = SIM_LESS_EQUAL,
    SIM_OP_GREATER = SIM_GREATER,
    SIM_OP_GREATER_EQUAL = SIM_GREATER_EQUAL,
    SIM_OP_EQUAL = SIM_EQUAL,
    SIM_OP_NOT_EQUAL = SIM_NOT_EQUAL,
    SIM_OP_LAST_BINARY = SIM_IS_NOT,

    SIM_OP_CONSTANT,      /* -> constants[operand] */
    SIM_OP_LOCAL,         /* -> locals[operand], or what stands behind */
    SIM_OP_GLOBAL,        /* -> globals[operand] */
    SIM_OP_LATE,          /* -> what late(operand) says */
    SIM_OP_NEGATE,        /* a -> -a */
    SIM_OP_POSITIVE,      /* a -> +a */
    SIM_OP_NOT,           /* a -> not a */
    SIM_OP_JUMP,          /* */
    SIM_OP_JUMP_IF_FALSE, /* a -> */
    SIM_OP_AND,           /* a -> a, and jumps when it is false; else a -> */
    SIM_OP_OR,            /* a -> a, and jumps when it is true; else a -> */
    SIM_OP_TUCK,          /* a b -> b a b */
    SIM_OP_DROP_SECOND,   /* a b -> b */
    SIM_OP_CALL,          /* arguments -> result; operand: function << 8 | argument count */
    SIM_OP_RETURN,
};

static inline sim_instruction sim_instruction_make(enum sim_opcode opcode, uint32_t operand) {
    return (uint32_t)opcode | operand << 8;
}

static inline enum sim_opcode sim_opcode_of(sim_instruction instruction) {
    return (enum sim_opcode)(instruction & 0xff);
}

static inline uint32_t sim_operand_of(sim_instruction instruction) {
    return instruction >> 8;
}

/* Values on the machine's stack, at most; the compiler refuses what would need more. */
#define SIM_STACK_SIZE 256

/* What is needed of a name only when it has no value: for LOCAL, what to load instead. */
typedef struct sim_unset {
    sim_instruction load;    /* the instruction that finds no value */
    sim_instruction instead; /* RETURN: nothing stands behind the name */
    uint32_t name;           /* the constant that holds it */
} sim_unset;

/* All the arrays are in the same piece of memory as the struct. */
struct sim_expression {
    sim_value *constants;
    const sim_function **functions;
    const sim_unset *unset;
    const sim_instruction *code;
    uint32_t constant_count;
    uint32_t function_count;
    uint32_t unset_count;
    bool draws;
};

#endif

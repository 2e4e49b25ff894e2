#include "scenario/code.h"

#include <assert.h>

#include "scenario/number.h"

/* The instruction that stands in for a load that found no value. */
static const sim_unset *find_unset(const sim_expression *expression, sim_instruction load) {
    uint32_t i = 0;
    while (i < expression->unset_count && expression->unset[i].load != load)
        i++;
    assert(i < expression->unset_count);
    return &expression->unset[i];
}

static int no_value(const sim_expression *expression, const sim_unset *unset, sim_error *error) {
    const sim_string *name = sim_to_string(expression->constants[unset->name]);
    return sim_error_set(error, SIM_ENAME, "unknown name '%s'", name->text);
}

/* The value of a name, where that takes more than reading a slot. */
static int load(const sim_expression *expression, const sim_env *env, sim_instruction instruction,
                sim_value *value, sim_error *error) {
    const sim_unset *unset = NULL;
    sim_value found = SIM_UNSET;
    sim_instruction now = instruction;
    if (sim_opcode_of(instruction) == SIM_OP_LOCAL) {
        unset = find_unset(expression, instruction);
        now = unset->instead;
    }
    uint32_t operand = sim_operand_of(now);
    switch (sim_opcode_of(now)) {
    case SIM_OP_CONSTANT:
        found = sim_value_ref(expression->constants[operand]);
        break;
    case SIM_OP_GLOBAL:
        found = sim_value_ref(env->globals[operand]);
        break;
    case SIM_OP_LATE: {
        int code = env->late(env, operand, &found, error);
        if (code != 0 && code != CAD_EKEY)
            return code;
        if (code != 0)
            found = SIM_UNSET;
        break;
    }
    default:
        break;
    }
    if (found == SIM_UNSET)
        return no_value(expression, unset != NULL ? unset : find_unset(expression, instruction),
                        error);
    *value = found;
    return 0;
}

/* +a, which changes nothing but the type of a boolean. */
static int positive(sim_value a, sim_value *result, sim_error *error) {
    double number;
    if (sim_value_double(a, &number, error) != 0)
        return sim_error_set(error, CAD_ETYPE, "bad operand type for unary +: '%s'",
                             sim_value_type_name(a));
    *result = sim_number(number);
    return 0;
}

static int call(const sim_expression *expression, const sim_env *env, uint32_t operand,
                const sim_value *arguments, sim_value *result, sim_error *error) {
    const sim_function *function = expression->functions[operand >> 8];
    *result = SIM_NONE;
    return function->call(env, arguments, operand & 0xff, result, error);
}

/* Carries out an instruction that takes values from the stack and leaves one there, whatever
 * their types. On an error the stack is as it was. */
static int general(const sim_expression *expression, const sim_env *env,
                   sim_instruction instruction, sim_value **stack, sim_error *error) {
    sim_value *top = *stack;
    uint32_t operand = sim_operand_of(instruction);
    enum sim_opcode opcode = sim_opcode_of(instruction);
    sim_value result = SIM_NONE;
    size_t taken = 0;
    int code;
    switch (opcode) {
    case SIM_OP_LOCAL:
    case SIM_OP_GLOBAL:
    case SIM_OP_LATE:
        code = load(expression, env, instruction, &result, error);
        break;
    case SIM_OP_NEGATE:
        taken = 1;
        code = sim_value_negate(top[-1], &result, error);
        break;
    case SIM_OP_POSITIVE:
        taken = 1;
        code = positive(top[-1], &result, error);
        break;
    case SIM_OP_CALL:
        taken = operand & 0xff;
        code = call(expression, env, operand, top - taken, &result, error);
        break;
    default:
        assert(opcode <= SIM_OP_LAST_BINARY);
        taken = 2;
        code = sim_value_binary((enum sim_operator)opcode, top[-2], top[-1], &result, error);
        break;
    }
    if (code != 0)
        return code;
    while (taken-- > 0)
        sim_value_unref(*--top);
    *top++ = result;
    *stack = top;
    return 0;
}

static void drop(sim_value *from, sim_value *to) {
    while (to > from)
        sim_value_unref(*--to);
}

/* Instructions that only move values about, or replace the one on top. False: it is none. */
static bool rearrange(enum sim_opcode opcode, sim_value **stack) {
    sim_value *top = *stack;
    sim_value value;
    switch (opcode) {
    case SIM_OP_NOT:
        value = top[-1];
        top[-1] = sim_boolean(!sim_value_truth(value));
        sim_value_unref(value);
        return true;
    case SIM_OP_TUCK:
        value = top[-1];
        top[-1] = top[-2];
        top[-2] = value;
        top[0] = sim_value_ref(value);
        *stack = top + 1;
        return true;
    case SIM_OP_DROP_SECOND:
        sim_value_unref(top[-2]);
        top[-2] = top[-1];
        *stack = top - 1;
        return true;
    default:
        return false;
    }
}

/* The quick way of an operator on the numbers a and b, where the condition holds. */
#define ON_NUMBERS(opcode, condition, make)                                                        \
    case opcode:                                                                                   \
        if (sim_is_number(top[-2]) && sim_is_number(top[-1])) {                                    \
            double a = sim_to_double(top[-2]);                                                     \
            double b = sim_to_double(top[-1]);                                                     \
            if (condition) {                                                                       \
                top--;                                                                             \
                top[-1] = make;                                                                    \
                continue;                                                                          \
            }                                                                                      \
        }                                                                                          \
        break

int sim_expression_evaluate(const sim_expression *expression, const sim_env *env, sim_value *result,
                            sim_error *error) {
    sim_value stack[SIM_STACK_SIZE];
    sim_value *top = stack; /* above the last value */
    sim_value value;
    int code = 0;
    for (const sim_instruction *pc = expression->code; code == 0; pc++) {
        uint32_t operand = sim_operand_of(*pc);
        enum sim_opcode opcode = sim_opcode_of(*pc);
        switch (opcode) {
        case SIM_OP_CONSTANT:
            *top++ = sim_value_ref(expression->constants[operand]);
            continue;
        case SIM_OP_LOCAL:
        case SIM_OP_GLOBAL:
            value = (opcode == SIM_OP_LOCAL ? env->locals : env->globals)[operand];
            if (value == SIM_UNSET)
                break;
            *top++ = sim_value_ref(value);
            continue;
            ON_NUMBERS(SIM_OP_ADD, true, sim_number(a + b));
            ON_NUMBERS(SIM_OP_SUBTRACT, true, sim_number(a - b));
            ON_NUMBERS(SIM_OP_MULTIPLY, true, sim_number(a * b));
            ON_NUMBERS(SIM_OP_DIVIDE, b != 0, sim_number(a / b));
            ON_NUMBERS(SIM_OP_MODULO, b != 0, sim_number(sim_number_modulo(a, b)));
            ON_NUMBERS(SIM_OP_LESS, true, sim_boolean(a < b));
            ON_NUMBERS(SIM_OP_LESS_EQUAL, true, sim_boolean(a <= b));
            ON_NUMBERS(SIM_OP_GREATER, true, sim_boolean(a > b));
            ON_NUMBERS(SIM_OP_GREATER_EQUAL, true, sim_boolean(a >= b));
            ON_NUMBERS(SIM_OP_EQUAL, true, sim_boolean(a == b));
            ON_NUMBERS(SIM_OP_NOT_EQUAL, true, sim_boolean(a != b));
        case SIM_OP_JUMP:
            pc += operand;
            continue;
        case SIM_OP_JUMP_IF_FALSE:
            value = *--top;
            if (!sim_value_truth(value))
                pc += operand;
            sim_value_unref(value);
            continue;
        case SIM_OP_AND:
        case SIM_OP_OR:
            if (sim_value_truth(top[-1]) == (opcode == SIM_OP_OR))
                pc += operand;
            else
                sim_value_unref(*--top);
            continue;
        case SIM_OP_RETURN:
            *result = top[-1];
            return 0;
        default:
            if (rearrange(opcode, &top))
                continue;
            break;
        }
        code = general(expression, env, *pc, &top, error);
    }
    drop(stack, top);
    *result = SIM_NONE;
    return code;
}

/* The evaluator: goes through the instructions of an expression, with a stack of values. */
#include "expression/code.h"

#include <assert.h>

#include "base/number.h"

static int no_value(const expr_expression *expression, const expr_unset *unset, expr_error *error) {
    const expr_string *name = expr_to_string(expression->constants[unset->name]);
    return expr_error_set(error, EXPR_ENAME, "unknown name '%s'", name->text);
}

/* The value of a name, where that takes more than reading a slot. */
static int load(const expr_expression *expression, const expr_env *env,
                expr_instruction instruction, expr_value *value, expr_error *error) {
    const expr_unset *unset = NULL;
    expr_value found = EXPR_UNSET;
    expr_instruction now = instruction;
    if (expr_opcode_of(instruction) == EXPR_OP_LOCAL) {
        unset = expr_find_unset(expression, instruction);
        now = unset->instead;
    }
    uint32_t operand = expr_operand_of(now);
    switch (expr_opcode_of(now)) {
    case EXPR_OP_CONSTANT:
        found = expr_value_ref(expression->constants[operand]);
        break;
    case EXPR_OP_GLOBAL:
        found = expr_value_ref(env->world->globals[operand]);
        break;
    case EXPR_OP_LATE: {
        int code = env->world->late(env, operand, &found, error);
        if (code != 0 && code != CAD_EKEY)
            return code;
        if (code != 0)
            found = EXPR_UNSET;
        break;
    }
    default:
        break;
    }
    if (found == EXPR_UNSET)
        return no_value(expression,
                        unset != NULL ? unset : expr_find_unset(expression, instruction), error);
    *value = found;
    return 0;
}

/* +a, which changes nothing but the type of a boolean. */
static int positive(expr_value a, expr_value *result, expr_error *error) {
    double number;
    if (expr_value_double(a, &number, error) != 0)
        return expr_error_set(error, CAD_ETYPE, "bad operand type for unary +: '%s'",
                              expr_value_type_name(a));
    *result = expr_is_number(a) ? a : expr_number(number);
    return 0;
}

static int call(const expr_expression *expression, const expr_env *env, uint32_t operand,
                const expr_value *arguments, expr_value *result, expr_error *error) {
    const expr_function *function = expression->functions[operand >> 8];
    *result = EXPR_NONE;
    return function->call(env, arguments, operand & 0xff, result, error);
}

static int make_list(enum expr_opcode opcode, const expr_value *items, size_t count,
                     expr_value *result, expr_error *error) {
    enum expr_sequence_kind kind = opcode == EXPR_OP_TUPLE ? EXPR_TUPLE : EXPR_LIST;
    return expr_list_new(kind, items, count, result) == 0 ? 0 : expr_error_memory(error);
}

/* Values of fewer items are gone through in no time. */
enum { LONG = 1024 };

static size_t items_of(expr_value value) {
    return expr_is_sequence(value) ? expr_to_sequence(value)->length : 0;
}

/* Tells of what has made `result`, or has taken it up. */
static void tell_costs(const expr_env *env, const expr_value *taken, size_t count,
                       expr_value result) {
    size_t items = items_of(result);
    for (size_t i = 0; i < count; i++)
        items += items_of(taken[i]);
    if (items >= LONG && env->world != NULL && env->world->costs != NULL)
        env->world->costs(env, items);
}

/* Carries out an instruction that takes values from the stack and leaves one there, whatever
 * their types. On an error the stack is as it was. Apart, as it would take the registers of the
 * quick ways. */
static __attribute__((noinline)) int general(const expr_expression *expression, const expr_env *env,
                                             expr_instruction instruction, expr_value **stack,
                                             expr_error *error) {
    expr_value *top = *stack;
    uint32_t operand = expr_operand_of(instruction);
    enum expr_opcode opcode = expr_operation_of(instruction);
    expr_value result = EXPR_NONE;
    size_t taken = 0;
    int code;
    switch (opcode) {
    case EXPR_OP_LOCAL:
    case EXPR_OP_GLOBAL:
    case EXPR_OP_LATE:
        code = load(expression, env, instruction, &result, error);
        break;
    case EXPR_OP_NEGATE:
        taken = 1;
        code = expr_value_negate(top[-1], &result, error);
        break;
    case EXPR_OP_POSITIVE:
        taken = 1;
        code = positive(top[-1], &result, error);
        break;
    case EXPR_OP_CALL:
        taken = operand & 0xff;
        code = call(expression, env, operand, top - taken, &result, error);
        break;
    case EXPR_OP_LIST:
    case EXPR_OP_TUPLE:
        taken = operand;
        code = make_list(opcode, top - taken, taken, &result, error);
        break;
    case EXPR_OP_ITEM:
        taken = 2;
        code = expr_value_item(top[-2], top[-1], &result, error);
        break;
    case EXPR_OP_SLICE:
        taken = 4;
        code = expr_value_slice(top[-4], top - 3, &result, error);
        break;
    default:
        assert(opcode <= EXPR_OP_LAST_BINARY);
        taken = 2;
        code = expr_value_binary((enum expr_operator)opcode, top[-2], top[-1], &result, error);
        break;
    }
    if (code != 0)
        return code;
    if (taken > 0 && opcode != EXPR_OP_ITEM)
        tell_costs(env, top - taken, taken, result);
    while (taken-- > 0)
        expr_value_unref(*--top);
    *top++ = result;
    *stack = top;
    return 0;
}

static void drop(expr_value *from, expr_value *to) {
    while (to > from)
        expr_value_unref(*--to);
}

/* Instructions that only move values about, or replace the one on top. False: it is none. */
static bool rearrange(enum expr_opcode opcode, expr_value **stack) {
    expr_value *top = *stack;
    expr_value value;
    switch (opcode) {
    case EXPR_OP_NOT:
        value = top[-1];
        top[-1] = expr_boolean(!expr_value_truth(value));
        expr_value_unref(value);
        return true;
    case EXPR_OP_TUCK:
        value = top[-1];
        top[-1] = top[-2];
        top[-2] = value;
        top[0] = expr_value_ref(value);
        *stack = top + 1;
        return true;
    case EXPR_OP_DROP_SECOND:
        expr_value_unref(top[-2]);
        top[-2] = top[-1];
        *stack = top - 1;
        return true;
    default:
        return false;
    }
}

/* The quick way of an operator on two numbers, a at `at` and b, where the condition holds. */
#define QUICKLY(at, right, condition, make)                                                        \
    if (expr_is_plain(*(at)) && expr_is_plain(right)) {                                            \
        double a = expr_plain_double(*(at));                                                       \
        double b = expr_plain_double(right);                                                       \
        if (condition) {                                                                           \
            *(at) = make;                                                                          \
            top = (at) + 1;                                                                        \
            continue;                                                                              \
        }                                                                                          \
    }                                                                                              \
    break

#define ON_NUMBERS(opcode, condition, make)                                                        \
    case opcode:                                                                                   \
        QUICKLY(top - 2, top[-1], condition, make);                                                \
    case (opcode) | EXPR_OP_BY_CONSTANT:                                                           \
        QUICKLY(top - 1, expression->constants[operand], condition, make)

/* The result of numbers that are ints, or that is not whole, has the type that it shows. */
#define SHOWS_TYPE(result) (expr_are_whole_doubles(a, b) || !expr_is_whole_double(result))

int expr_evaluate(const expr_expression *expression, const expr_env *env, expr_value *result,
                  expr_error *error) {
    expr_value stack[EXPR_STACK_SIZE];
    expr_value *top = stack; /* above the last value */
    expr_value value;
    int code = 0;
    const expr_instruction *pc = expression->code;
    for (; code == 0; pc++) {
        uint32_t operand = expr_operand_of(*pc);
        uint32_t opcode = *pc & 0xff;
        switch (opcode) {
        case EXPR_OP_CONSTANT:
            *top++ = expr_value_ref(expression->constants[operand]);
            continue;
        case EXPR_OP_LOCAL:
        case EXPR_OP_GLOBAL:
            value = (opcode == EXPR_OP_LOCAL ? env->locals : env->world->globals)[operand];
            if (value == EXPR_UNSET)
                break;
            *top++ = expr_value_ref(value);
            continue;
            ON_NUMBERS(EXPR_OP_ADD, SHOWS_TYPE(a + b), expr_number(a + b));
            ON_NUMBERS(EXPR_OP_SUBTRACT, SHOWS_TYPE(a - b), expr_number(a - b));
            ON_NUMBERS(EXPR_OP_MULTIPLY, SHOWS_TYPE(a * b), expr_number(a * b));
            ON_NUMBERS(EXPR_OP_DIVIDE, b != 0, expr_float(a / b));
            ON_NUMBERS(EXPR_OP_MODULO, b != 0 && expr_are_whole_doubles(a, b),
                       expr_number(base_number_modulo(a, b)));
            ON_NUMBERS(EXPR_OP_LESS, true, expr_boolean(a < b));
            ON_NUMBERS(EXPR_OP_LESS_EQUAL, true, expr_boolean(a <= b));
            ON_NUMBERS(EXPR_OP_GREATER, true, expr_boolean(a > b));
            ON_NUMBERS(EXPR_OP_GREATER_EQUAL, true, expr_boolean(a >= b));
            ON_NUMBERS(EXPR_OP_EQUAL, true, expr_boolean(a == b));
            ON_NUMBERS(EXPR_OP_NOT_EQUAL, true, expr_boolean(a != b));
        case EXPR_OP_JUMP:
            pc += operand;
            continue;
        case EXPR_OP_JUMP_IF_FALSE:
            value = *--top;
            if (!expr_value_truth(value))
                pc += operand;
            expr_value_unref(value);
            continue;
        case EXPR_OP_AND:
        case EXPR_OP_OR:
            if (expr_value_truth(top[-1]) == (opcode == EXPR_OP_OR))
                pc += operand;
            else
                expr_value_unref(*--top);
            continue;
        case EXPR_OP_RETURN:
            *result = top[-1];
            return 0;
        default:
            if (rearrange((enum expr_opcode)opcode, &top))
                continue;
            break;
        }
        if ((opcode & EXPR_OP_BY_CONSTANT) != 0)
            *top++ = expression->constants[operand]; /* a number: nothing is counted */
        expr_value *left = top; /* whose address is taken, so that top's is not */
        code = general(expression, env, *pc, &left, error);
        top = left;
    }
    expr_explain(expression, (size_t)(pc - 1 - expression->code), env, top, error);
    drop(stack, top);
    *result = EXPR_NONE;
    return code;
}

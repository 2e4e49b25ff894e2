/* The steps on what is held: locks, semaphores, conditions. */
#include "program/compile.h"
#include "program/flow.h"
#include "program/kinds.h"
#include "run/interpreter.h"
#include "run/names.h"
#include "run/objects.h"
#include "run/values.h"

/* --- Locks, semaphores, conditions ----------------------------------------------------------- */

static int enter(const prog_object *object, const run_instance *instance) {
    return prog_object_kinds[object->type].enter(instance->primitive);
}

static int leave(const prog_object *object, const run_instance *instance) {
    const prog_object_kind *kind = &prog_object_kinds[object->type];
    return kind->leave != NULL ? kind->leave(instance->primitive) : 0;
}

static int begin_acquire(run_job *job, const prog_instruction *in) {
    const prog_object *object;
    run_instance *instance;
    int error = run_find_object(job, in, PROG_HOLDABLE, &object, &instance);
    return error != 0 ? error : enter(object, instance);
}

/* Gives `as`, in operand 1, the result True, as acquire() returns it. */
static int finish_acquire(run_job *job, const prog_instruction *in, int result) {
    if (result < 0)
        return result;
    run_note_taken(job, run_found_object(job, in), in);
    run_store(job, in->operands[1].slot, EXPR_TRUE);
    return 0;
}

const prog_step step_acquire = {
    .operation = {"acquire", begin_acquire, finish_acquire},
    .family = PROG_FAMILY_PRIMITIVES,
    .waiting = PROG_MAY_WAIT,
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_HOLDABLE, NULL},
                {"as", PROG_MEMBER_VARIABLE, PROG_OPTIONAL, 0, "True"}},
    .python = "Lock.acquire, Semaphore.acquire, Condition.acquire",
    .summary = "Takes a lock, a semaphore or a condition's lock; waits for its turn.",
    .example = "[{\"acquire\": \"lock\"}, {\"print\": \"mine\"}, {\"release\": \"lock\"}]",
};

static int begin_release(run_job *job, const prog_instruction *in) {
    const prog_object *object;
    run_instance *instance;
    int error = run_find_object(job, in, PROG_HOLDABLE, &object, &instance);
    if (error == 0)
        error = leave(object, instance);
    if (error == 0)
        run_note_given(job, instance);
    return error;
}

const prog_step step_release = {
    .operation = {"release", begin_release, NULL},
    .family = PROG_FAMILY_PRIMITIVES,
    .wakes = PROG_IS(PROG_SEMAPHORE),
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_HOLDABLE, NULL}},
    .python = "Lock.release, Semaphore.release, Condition.release",
    .summary = "Gives back what `acquire` took. RuntimeError for a lock that is not locked, "
               "ValueError for a bounded semaphore that is whole.",
    .example = "[{\"acquire\": \"semaphore\"}, {\"release\": \"semaphore\"}]",
};

/* Operand 1: the hidden slot that keeps the object for the way out. */
static int begin_with(run_job *job, const prog_instruction *in) {
    const prog_object *object;
    run_instance *instance;
    int error = run_find_object(job, in, PROG_ENTERABLE, &object, &instance);
    if (error != 0)
        return error;
    const void *reference = instance->reference.counted ? (const void *)instance : object;
    expr_value value = expr_value_ref(expr_reference(PROG_KIND_OBJECT, reference));
    run_store(job, in->operands[1].slot, value);
    return enter(object, instance);
}

static int let_go(run_job *job, uint32_t slot) {
    const run_instance *instance = run_object_of(job->machine, job->top->locals[slot]);
    int error = leave(instance->object, instance);
    run_store(job, slot, EXPR_NONE);
    return error;
}

static int leave_with(run_job *job, const prog_block *block, run_completion *completion) {
    run_replace_completion(job, completion, let_go(job, block->slot));
    return 0;
}

static int begin_end_with(run_job *job, const prog_instruction *in) {
    return let_go(job, in->operands[1].slot);
}

static const prog_operation end_with_operation = {"with", begin_end_with, NULL};

static void compile_with(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand operands[PROG_STEP_MEMBERS];
    doc_node steps;
    (void)prog_compile_members(compiler, step, node, operands);
    operands[1].slot = compiler->hidden; /* the block's first */
    (void)prog_emit(compiler, &step->operation, node, operands, 2);
    uint32_t block = prog_open_block(compiler, leave_with, node, 1);
    if (block != PROG_NO_BLOCK)
        compiler->program->blocks[block].holds = true;
    if (doc_node_member(node, "do", &steps))
        prog_compile_steps(compiler, &steps);
    prog_close_block(compiler, block);
    (void)prog_emit(compiler, &end_with_operation, node, operands, 2);
}

const prog_step step_with = {
    .operation = {"with", begin_with, NULL},
    .family = PROG_FAMILY_PRIMITIVES,
    .wakes = PROG_IS(PROG_BARRIER),
    .waiting = PROG_MAY_WAIT,
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_ENTERABLE, NULL},
                {"do", PROG_MEMBER_STEPS, PROG_REQUIRED, 0, NULL}},
    .python = "async with",
    .summary = "Holds a lock, a semaphore or a condition's lock during the steps, and releases it "
               "on every way out. At a barrier: waits on the way in.",
    .example = "[{\"with\": \"lock\", \"do\": [{\"print\": \"mine\"}]}]",
    .compile = compile_with,
};

/* --- Conditions ------------------------------------------------------------------------------ */

/* The loop that Condition.wait_for() is: test, wait, test again. */
enum { WAIT_FOR_WHAT, WAIT_FOR_UNTIL, WAIT_FOR_AS, WAIT_FOR_ROUNDS, WAIT_FOR_OPERANDS };

/* Whether the wait is over: then the value of `until` is what it gives. */
static int test_until(run_job *job, const prog_instruction *in, bool *holds) {
    expr_value value;
    *holds = false;
    int error = run_evaluate(job, in->operands[WAIT_FOR_UNTIL].expression, &value);
    if (error != 0)
        return error;
    *holds = expr_value_truth(value);
    if (*holds)
        run_store(job, in->operands[WAIT_FOR_AS].slot, value);
    else
        expr_value_unref(value);
    return 0;
}

/* Goes on with the wait, or behind it. */
static int begin_wait_for(run_job *job, const prog_instruction *in) {
    bool holds;
    int error = test_until(job, in, &holds);
    job->top->locals[in->operands[WAIT_FOR_ROUNDS].slot] = expr_number(0);
    if (error == 0 && holds)
        job->top->pc++;
    return error;
}

static int begin_wait_again(run_job *job, const prog_instruction *in) {
    run_instance *condition;
    int error = run_find_instance(job, in, PROG_CONDITION, &condition);
    return error != 0 ? error : cad_condition_wait(condition->primitive);
}

/* Once more, where it does not hold yet. */
static int finish_wait_again(run_job *job, const prog_instruction *in, int result) {
    bool holds;
    if (result != 0)
        return result;
    int error = test_until(job, in, &holds);
    if (error != 0 || holds)
        return error;
    expr_value *rounds = &job->top->locals[in->operands[WAIT_FOR_ROUNDS].slot];
    *rounds = expr_number(expr_to_double(*rounds) + 1);
    job->top->pc--;
    return 0;
}

static const prog_operation wait_again_operation = {"wait_for", begin_wait_again,
                                                    finish_wait_again};

static void compile_wait_for(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand operands[PROG_STEP_MEMBERS];
    if (!prog_compile_members(compiler, step, node, operands))
        return;
    uint32_t hidden = compiler->hidden;
    operands[WAIT_FOR_ROUNDS].slot = prog_hidden_slots(compiler, 1);
    (void)prog_emit(compiler, &step->operation, node, operands, WAIT_FOR_OPERANDS);
    prog_note_retry(compiler, operands[WAIT_FOR_ROUNDS].slot);
    (void)prog_emit(compiler, &wait_again_operation, node, operands, WAIT_FOR_OPERANDS);
    compiler->hidden = hidden;
}

const prog_step step_wait_for = {
    .operation = {"wait_for", begin_wait_for, NULL},
    .family = PROG_FAMILY_PRIMITIVES,
    .waiting = PROG_MAY_WAIT,
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_IS(PROG_CONDITION), NULL},
                {"until", PROG_MEMBER_CONDITION, PROG_REQUIRED, 0, "tested at each notification"},
                {"as", PROG_MEMBER_VARIABLE, PROG_OPTIONAL, 0, "the value of `until`"}},
    .python = "Condition.wait_for",
    .summary = "Waits until an expression holds. The condition must be held.",
    .example = "[{\"with\": \"condition\", \"do\": [{\"wait_for\": \"condition\", \"until\": "
               "\"1 < 2\"}]}, {\"print\": \"holds\"}]",
    .compile = compile_wait_for,
};

static int begin_notify(run_job *job, const prog_instruction *in) {
    run_instance *condition;
    int64_t n = 1;
    int error = run_find_instance(job, in, PROG_CONDITION, &condition);
    if (error == 0 && in->operands[1].expression != NULL)
        error = run_evaluate_whole(job, in->operands[1].expression, "n", &n);
    return error != 0 ? error : cad_condition_notify(condition->primitive, n > 0 ? (size_t)n : 0);
}

const prog_step step_notify = {
    .operation = {"notify", begin_notify, NULL},
    .family = PROG_FAMILY_PRIMITIVES,
    .wakes = PROG_IS(PROG_CONDITION),
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_IS(PROG_CONDITION), NULL},
                {"n", PROG_MEMBER_COUNT, PROG_OPTIONAL, 0, "default 1"}},
    .python = "Condition.notify",
    .summary = "Wakes so many of the tasks that wait for a condition, which must be held.",
    .example = "[{\"with\": \"condition\", \"do\": [{\"notify\": \"condition\"}]}]",
};

static int begin_notify_all(run_job *job, const prog_instruction *in) {
    run_instance *condition;
    int error = run_find_instance(job, in, PROG_CONDITION, &condition);
    return error != 0 ? error : cad_condition_notify_all(condition->primitive);
}

const prog_step step_notify_all = {
    .operation = {"notify_all", begin_notify_all, NULL},
    .family = PROG_FAMILY_PRIMITIVES,
    .wakes = PROG_IS(PROG_CONDITION),
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_IS(PROG_CONDITION), NULL}},
    .python = "Condition.notify_all",
    .summary = "Wakes all tasks that wait for a condition, which must be held.",
    .example = "[{\"with\": \"condition\", \"do\": [{\"notify_all\": \"condition\"}]}]",
};

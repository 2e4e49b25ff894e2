/* The steps on queues, locks, semaphores, events, conditions, barriers and futures. */
#include "scenario/compile.h"
#include "scenario/interpreter.h"
#include "scenario/machine.h"

#define HOLDABLE (SIM_IS(SIM_LOCK) | SIM_IS(SIM_SEMAPHORE) | SIM_IS(SIM_CONDITION))

/* The primitive that operand 0 names, which is of the one type `type`. */
static int find(sim_job *job, const sim_instruction *in, enum sim_object_type type,
                sim_instance **instance) {
    const sim_object *object;
    return sim_find_object(job, in, SIM_IS(type), &object, instance);
}

/* Gives `as`, in operand 1, the result True, as acquire() and Event.wait() return it. */
static int finish_true(sim_job *job, const sim_instruction *in, int result) {
    if (result < 0)
        return result;
    sim_store(job, in->operands[1].slot, SIM_TRUE);
    return 0;
}

/* --- Queues ---------------------------------------------------------------------------------- */

static int prepare_put(sim_job *job, const sim_instruction *in, sim_instance **queue) {
    int error = find(job, in, SIM_QUEUE, queue);
    if (error != 0)
        return error;
    return sim_evaluate_text(job, in->operands[1].text, &job->held);
}

static int begin_put(sim_job *job, const sim_instruction *in) {
    sim_instance *queue;
    int error = prepare_put(job, in, &queue);
    return error != 0 ? error : cad_queue_put(queue->primitive, sim_value_pack(job->held));
}

static int begin_put_nowait(sim_job *job, const sim_instruction *in) {
    sim_instance *queue;
    int error = prepare_put(job, in, &queue);
    return error != 0 ? error : cad_queue_put_nowait(queue->primitive, sim_value_pack(job->held));
}

/* The item is the queue's now, or nobody's. A priority queue that could not compare it has it all
 * the same, as Python's heap would. */
static int finish_put(sim_job *job, const sim_instruction *in, int result) {
    (void)in;
    if (result < 0 && result != CAD_ETYPE)
        sim_value_unref(job->held);
    job->held = SIM_NONE;
    return result;
}

const sim_step sim_step_put = {
    .operation = {"put", begin_put, finish_put},
    .family = SIM_FAMILY_PRIMITIVES,
    .waiting = SIM_MAY_WAIT,
    .members = {{NULL, SIM_MEMBER_TARGET, SIM_REQUIRED, SIM_IS(SIM_QUEUE), NULL},
                {"value", SIM_MEMBER_VALUE, SIM_OPTIONAL, 0, "default null"}},
    .python = "Queue.put",
    .summary = "Puts an item into a queue; waits while it is full.",
    .example = "[{\"put\": \"queue\", \"value\": \"tea\"}, {\"get\": \"queue\", \"as\": \"x\"},"
               " {\"print\": \"{x}\"}]",
};

const sim_step sim_step_put_nowait = {
    .operation = {"put_nowait", begin_put_nowait, finish_put},
    .family = SIM_FAMILY_PRIMITIVES,
    .members = {{NULL, SIM_MEMBER_TARGET, SIM_REQUIRED, SIM_IS(SIM_QUEUE), NULL},
                {"value", SIM_MEMBER_VALUE, SIM_OPTIONAL, 0, "default null"}},
    .python = "Queue.put_nowait",
    .summary = "Puts an item into a queue; QueueFull where there is no room.",
    .example = "[{\"put_nowait\": \"queue\", \"value\": 1}, {\"try\": [{\"put_nowait\": "
               "\"queue\"}], \"except\": {\"QueueFull\": [{\"print\": \"full\"}]}}]",
};

static int begin_get(sim_job *job, const sim_instruction *in) {
    sim_instance *queue;
    int error = find(job, in, SIM_QUEUE, &queue);
    return error != 0 ? error : cad_queue_get(queue->primitive, &job->item);
}

static int begin_get_nowait(sim_job *job, const sim_instruction *in) {
    sim_instance *queue;
    int error = find(job, in, SIM_QUEUE, &queue);
    return error != 0 ? error : cad_queue_get_nowait(queue->primitive, &job->item);
}

/* The item is the job's now; or lost, where a priority queue found what it could not compare. */
static int finish_get(sim_job *job, const sim_instruction *in, int result) {
    sim_value value = job->held;
    job->held = SIM_NONE;
    if (result < 0)
        sim_value_unref(value);
    else
        sim_store(job, in->operands[1].slot, value);
    return result;
}

const sim_step sim_step_get = {
    .operation = {"get", begin_get, finish_get},
    .family = SIM_FAMILY_PRIMITIVES,
    .waiting = SIM_MAY_WAIT,
    .members = {{NULL, SIM_MEMBER_TARGET, SIM_REQUIRED, SIM_IS(SIM_QUEUE), NULL},
                {"as", SIM_MEMBER_VARIABLE, SIM_OPTIONAL, 0, "the item"}},
    .python = "Queue.get",
    .summary = "Takes an item from a queue; waits while it is empty.",
    .example = "[{\"put\": \"queue\", \"value\": \"tea\"}, {\"get\": \"queue\", \"as\": \"x\"},"
               " {\"print\": \"{x}\"}]",
};

const sim_step sim_step_get_nowait = {
    .operation = {"get_nowait", begin_get_nowait, finish_get},
    .family = SIM_FAMILY_PRIMITIVES,
    .members = {{NULL, SIM_MEMBER_TARGET, SIM_REQUIRED, SIM_IS(SIM_QUEUE), NULL},
                {"as", SIM_MEMBER_VARIABLE, SIM_OPTIONAL, 0, "the item"}},
    .python = "Queue.get_nowait",
    .summary = "Takes an item from a queue; QueueEmpty where there is none.",
    .example = "[{\"try\": [{\"get_nowait\": \"queue\"}], \"except\": {\"QueueEmpty\": "
               "[{\"print\": \"empty\"}]}}]",
};

static int begin_task_done(sim_job *job, const sim_instruction *in) {
    sim_instance *queue;
    int error = find(job, in, SIM_QUEUE, &queue);
    return error != 0 ? error : cad_queue_task_done(queue->primitive);
}

const sim_step sim_step_task_done = {
    .operation = {"task_done", begin_task_done, NULL},
    .family = SIM_FAMILY_PRIMITIVES,
    .members = {{NULL, SIM_MEMBER_TARGET, SIM_REQUIRED, SIM_IS(SIM_QUEUE), NULL}},
    .python = "Queue.task_done",
    .summary = "Says that an item taken from a queue has been dealt with; `join` waits for that.",
    .example = "[{\"put\": \"queue\"}, {\"get\": \"queue\"}, {\"task_done\": \"queue\"},"
               " {\"join\": \"queue\"}]",
};

static int begin_join(sim_job *job, const sim_instruction *in) {
    sim_instance *queue;
    int error = find(job, in, SIM_QUEUE, &queue);
    return error != 0 ? error : cad_queue_join(queue->primitive);
}

const sim_step sim_step_join = {
    .operation = {"join", begin_join, NULL},
    .family = SIM_FAMILY_PRIMITIVES,
    .waiting = SIM_MAY_WAIT,
    .members = {{NULL, SIM_MEMBER_TARGET, SIM_REQUIRED, SIM_IS(SIM_QUEUE), NULL}},
    .python = "Queue.join",
    .summary = "Waits until every item that was put has been dealt with (`task_done`).",
    .example = "[{\"put\": \"queue\"}, {\"get\": \"queue\"}, {\"task_done\": \"queue\"},"
               " {\"join\": \"queue\"}]",
};

static void drop_item(void *item) {
    sim_value_unref(sim_value_unpack(item));
}

static int begin_shutdown(sim_job *job, const sim_instruction *in) {
    sim_instance *queue;
    int error = find(job, in, SIM_QUEUE, &queue);
    if (error == 0)
        cad_queue_shutdown(queue->primitive, in->operands[1].flag, drop_item);
    return error;
}

const sim_step sim_step_shutdown = {
    .operation = {"shutdown", begin_shutdown, NULL},
    .family = SIM_FAMILY_PRIMITIVES,
    .members = {{NULL, SIM_MEMBER_TARGET, SIM_REQUIRED, SIM_IS(SIM_QUEUE), NULL},
                {"immediate", SIM_MEMBER_FLAG, SIM_OPTIONAL, 0,
                 "drops the items that are in the queue; default false"}},
    .python = "Queue.shutdown",
    .summary =
        "Ends a queue, as CPython 3.13 does: QueueShutDown for each put from now on, and for "
        "each get once it is empty.",
    .example = "[{\"put\": \"queue\", \"value\": \"last\"}, {\"shutdown\": \"queue\"},"
               " {\"get\": \"queue\", \"as\": \"x\"}, {\"print\": \"{x}\"},"
               " {\"try\": [{\"get\": \"queue\"}],"
               " \"except\": {\"QueueShutDown\": [{\"print\": \"over\"}]}}]",
};

/* --- Locks, semaphores, conditions ----------------------------------------------------------- */

static int acquire(const sim_object *object, sim_instance *instance) {
    switch (object->type) {
    case SIM_LOCK:
        return cad_lock_acquire(instance->primitive);
    case SIM_SEMAPHORE:
        return cad_semaphore_acquire(instance->primitive);
    case SIM_CONDITION:
        return cad_lock_acquire(cad_condition_lock(instance->primitive));
    default:
        return cad_barrier_wait(instance->primitive); /* `with` alone lets it come here */
    }
}

static int release(const sim_object *object, sim_instance *instance) {
    switch (object->type) {
    case SIM_LOCK:
        return cad_lock_release(instance->primitive);
    case SIM_SEMAPHORE:
        return cad_semaphore_release(instance->primitive);
    case SIM_CONDITION:
        return cad_lock_release(cad_condition_lock(instance->primitive));
    default:
        return 0; /* a barrier is not held */
    }
}

static int begin_acquire(sim_job *job, const sim_instruction *in) {
    const sim_object *object;
    sim_instance *instance;
    int error = sim_find_object(job, in, HOLDABLE, &object, &instance);
    return error != 0 ? error : acquire(object, instance);
}

const sim_step sim_step_acquire = {
    .operation = {"acquire", begin_acquire, finish_true},
    .family = SIM_FAMILY_PRIMITIVES,
    .waiting = SIM_MAY_WAIT,
    .members = {{NULL, SIM_MEMBER_TARGET, SIM_REQUIRED, HOLDABLE, NULL},
                {"as", SIM_MEMBER_VARIABLE, SIM_OPTIONAL, 0, "True"}},
    .python = "Lock.acquire, Semaphore.acquire, Condition.acquire",
    .summary = "Takes a lock, a semaphore or a condition's lock; waits for its turn.",
    .example = "[{\"acquire\": \"lock\"}, {\"print\": \"mine\"}, {\"release\": \"lock\"}]",
};

static int begin_release(sim_job *job, const sim_instruction *in) {
    const sim_object *object;
    sim_instance *instance;
    int error = sim_find_object(job, in, HOLDABLE, &object, &instance);
    return error != 0 ? error : release(object, instance);
}

const sim_step sim_step_release = {
    .operation = {"release", begin_release, NULL},
    .family = SIM_FAMILY_PRIMITIVES,
    .members = {{NULL, SIM_MEMBER_TARGET, SIM_REQUIRED, HOLDABLE, NULL}},
    .python = "Lock.release, Semaphore.release, Condition.release",
    .summary = "Gives back what `acquire` took. RuntimeError for a lock that is not locked, "
               "ValueError for a bounded semaphore that is whole.",
    .example = "[{\"acquire\": \"semaphore\"}, {\"release\": \"semaphore\"}]",
};

/* Operand 1: the hidden slot that keeps the object for the way out. */
static int begin_with(sim_job *job, const sim_instruction *in) {
    const sim_object *object;
    sim_instance *instance;
    int error = sim_find_object(job, in, HOLDABLE | SIM_IS(SIM_BARRIER), &object, &instance);
    if (error != 0)
        return error;
    sim_store(job, in->operands[1].slot, sim_reference(SIM_KIND_OBJECT, object));
    return acquire(object, instance);
}

int sim_leave_with(sim_job *job, uint32_t slot) {
    const sim_object *object = sim_to_pointer(job->top->locals[slot]);
    sim_store(job, slot, SIM_NONE);
    return release(object, &job->machine->objects[object->index]);
}

static int begin_end_with(sim_job *job, const sim_instruction *in) {
    return sim_leave_with(job, in->operands[1].slot);
}

static const sim_operation end_with_operation = {"with", begin_end_with, NULL};

static void compile_with(sim_compiler *compiler, const sim_step *step, const sim_node *node) {
    sim_operand operands[SIM_STEP_MEMBERS];
    sim_node steps;
    (void)sim_compile_members(compiler, step, node, operands);
    operands[1].slot = compiler->hidden; /* the block's first */
    (void)sim_emit(compiler, &step->operation, node, operands, 2);
    uint32_t block = sim_open_block(compiler, SIM_BLOCK_WITH, node, 1);
    if (sim_node_member(node, "do", &steps))
        sim_compile_steps(compiler, &steps);
    sim_close_block(compiler, block);
    (void)sim_emit(compiler, &end_with_operation, node, operands, 2);
}

const sim_step sim_step_with = {
    .operation = {"with", begin_with, NULL},
    .family = SIM_FAMILY_PRIMITIVES,
    .waiting = SIM_MAY_WAIT,
    .members = {{NULL, SIM_MEMBER_TARGET, SIM_REQUIRED, HOLDABLE | SIM_IS(SIM_BARRIER), NULL},
                {"do", SIM_MEMBER_STEPS, SIM_REQUIRED, 0, NULL}},
    .python = "async with",
    .summary = "Holds a lock, a semaphore or a condition's lock during the steps, and releases it "
               "on every way out. At a barrier: waits on the way in.",
    .example = "[{\"with\": \"lock\", \"do\": [{\"print\": \"mine\"}]}]",
    .compile = compile_with,
};

/* --- Events ---------------------------------------------------------------------------------- */

static int begin_set(sim_job *job, const sim_instruction *in) {
    sim_instance *event;
    int error = find(job, in, SIM_EVENT, &event);
    if (error == 0)
        cad_event_set(event->primitive);
    return error;
}

const sim_step sim_step_set = {
    .operation = {"set", begin_set, NULL},
    .family = SIM_FAMILY_PRIMITIVES,
    .members = {{NULL, SIM_MEMBER_TARGET, SIM_REQUIRED, SIM_IS(SIM_EVENT), NULL}},
    .python = "Event.set",
    .summary = "Sets an event: whoever waits for it goes on.",
    .example = "[{\"set\": \"event\"}, {\"wait\": \"event\"}, {\"print\": \"set\"}]",
};

static int begin_clear(sim_job *job, const sim_instruction *in) {
    sim_instance *event;
    int error = find(job, in, SIM_EVENT, &event);
    if (error == 0)
        cad_event_clear(event->primitive);
    return error;
}

const sim_step sim_step_clear = {
    .operation = {"clear", begin_clear, NULL},
    .family = SIM_FAMILY_PRIMITIVES,
    .members = {{NULL, SIM_MEMBER_TARGET, SIM_REQUIRED, SIM_IS(SIM_EVENT), NULL}},
    .python = "Event.clear",
    .summary = "Clears an event: from now on, tasks wait for it again.",
    .example = "[{\"set\": \"event\"}, {\"clear\": \"event\"}, {\"print\": \"{is_set(event)}\"}]",
};

/* --- wait, in both its forms ------------------------------------------------------------------ */

#define WAITABLE (SIM_IS(SIM_EVENT) | SIM_IS(SIM_CONDITION) | SIM_IS(SIM_BARRIER))

enum { WAIT_WHAT, WAIT_AS, WAIT_RETURN_WHEN, WAIT_TIMEOUT, WAIT_OPERANDS };

static int begin_wait(sim_job *job, const sim_instruction *in) {
    const sim_object *object;
    sim_instance *instance;
    int error = sim_find_object(job, in, WAITABLE, &object, &instance);
    if (error != 0)
        return error;
    job->held = SIM_TRUE;
    if (object->type == SIM_EVENT)
        return cad_event_wait(instance->primitive);
    if (object->type == SIM_CONDITION)
        return cad_condition_wait(instance->primitive);
    job->held = SIM_NONE; /* the result is a place */
    return cad_barrier_wait(instance->primitive);
}

static int finish_wait(sim_job *job, const sim_instruction *in, int result) {
    sim_value value = job->held != SIM_NONE ? job->held : sim_number(result);
    job->held = SIM_NONE;
    if (result < 0)
        return result;
    sim_store(job, in->operands[WAIT_AS].slot, value);
    return 0;
}

static int begin_wait_many(sim_job *job, const sim_instruction *in) {
    const sim_expression *limit = in->operands[WAIT_TIMEOUT].expression;
    int64_t timeout_ns = CAD_NEVER;
    sim_futures *futures;
    int error = sim_find_futures(job, in->operands[WAIT_WHAT].targets, true, &futures);
    if (error != 0)
        return error;
    sim_store(job, job->top->body->scratch, sim_reference(SIM_KIND_FUTURES, futures));
    if (limit != NULL)
        error = sim_evaluate_limit(job, limit, &timeout_ns);
    if (error != 0)
        return error;
    enum cad_return_when when = (enum cad_return_when)in->operands[WAIT_RETURN_WHEN].choice;
    return cad_wait(futures->items, futures->count, when, timeout_ns);
}

static int finish_wait_many(sim_job *job, const sim_instruction *in, int result) {
    sim_store(job, job->top->body->scratch, SIM_NONE);
    if (result < 0)
        return result;
    sim_store(job, in->operands[WAIT_AS].slot, sim_number(result));
    return 0;
}

static const sim_operation wait_many_operation = {"wait", begin_wait_many, finish_wait_many};

static void compile_wait(sim_compiler *compiler, const sim_step *step, const sim_node *node) {
    static const char *const for_lists[] = {"return_when", "timeout"};
    sim_operand operands[SIM_STEP_MEMBERS];
    sim_node what, member;
    bool fine = sim_compile_members(compiler, step, node, operands);
    if (!sim_node_member(node, "wait", &what))
        return;
    if (sim_node_type(&what) == SIM_ARRAY) {
        sim_need_scratch(compiler);
        if (fine)
            (void)sim_emit(compiler, &wait_many_operation, node, operands, WAIT_OPERANDS);
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        if (!sim_node_member(node, for_lists[i], &member))
            continue;
        (void)sim_node_key_fault(&member, "\"%s\" is for a \"wait\" for a list of tasks%s",
                                 for_lists[i],
                                 i == 1 ? "; around this one, use a \"timeout\" step" : "");
        fine = false;
    }
    if (fine)
        (void)sim_emit(compiler, &step->operation, node, operands, 2);
}

const sim_step sim_step_wait = {
    .operation = {"wait", begin_wait, finish_wait},
    .family = SIM_FAMILY_PRIMITIVES,
    .waiting = SIM_MAY_WAIT,
    .members = {{NULL, SIM_MEMBER_WAIT, SIM_REQUIRED, WAITABLE, NULL},
                {"as", SIM_MEMBER_VARIABLE, SIM_OPTIONAL, 0,
                 "at a barrier the place among those that it lets through; for a list how many are "
                 "done; else True"},
                {"return_when", SIM_MEMBER_RETURN_WHEN, SIM_OPTIONAL, 0,
                 "for a list: when to go on; default ALL_COMPLETED"},
                {"timeout", SIM_MEMBER_LIMIT, SIM_OPTIONAL, 0,
                 "for a list: how long to wait at most; nothing is cancelled"}},
    .python = "Event.wait, Condition.wait, Barrier.wait, asyncio.wait",
    .summary = "Waits for an event, a condition or a barrier; or, with a list, for tasks and "
               "futures.",
    .example = "[{\"spawn\": \"double\", \"args\": {\"n\": 1}, \"as\": \"t\"},"
               " {\"wait\": [\"t\"], \"timeout\": 5, \"as\": \"n\"}, {\"print\": \"{n} done\"}]",
    .compile = compile_wait,
};

/* --- Conditions ------------------------------------------------------------------------------ */

/* The loop that Condition.wait_for() is: test, wait, test again. */
enum { WAIT_FOR_WHAT, WAIT_FOR_UNTIL, WAIT_FOR_AS, WAIT_FOR_EXIT, WAIT_FOR_OPERANDS };

static int begin_wait_for(sim_job *job, const sim_instruction *in) {
    sim_value value;
    int error = sim_evaluate(job, in->operands[WAIT_FOR_UNTIL].expression, &value);
    if (error != 0)
        return error;
    if (!sim_value_truth(value)) {
        sim_value_unref(value);
        return 0;
    }
    sim_store(job, in->operands[WAIT_FOR_AS].slot, value);
    job->top->pc = in->operands[WAIT_FOR_EXIT].pc;
    return 0;
}

static int begin_wait_again(sim_job *job, const sim_instruction *in) {
    sim_instance *condition;
    int error = find(job, in, SIM_CONDITION, &condition);
    return error != 0 ? error : cad_condition_wait(condition->primitive);
}

/* Back to the test, which is the instruction before. */
static int finish_wait_again(sim_job *job, const sim_instruction *in, int result) {
    (void)in;
    if (result == 0)
        job->top->pc -= 2;
    return result;
}

static const sim_operation wait_again_operation = {"wait_for", begin_wait_again, finish_wait_again};

static void compile_wait_for(sim_compiler *compiler, const sim_step *step, const sim_node *node) {
    sim_operand operands[SIM_STEP_MEMBERS];
    if (!sim_compile_members(compiler, step, node, operands))
        return;
    operands[WAIT_FOR_EXIT].pc = SIM_NO_PC;
    uint32_t test = sim_emit(compiler, &step->operation, node, operands, WAIT_FOR_OPERANDS);
    (void)sim_emit(compiler, &wait_again_operation, node, operands, 1);
    sim_lead_here(compiler, test, WAIT_FOR_EXIT);
}

const sim_step sim_step_wait_for = {
    .operation = {"wait_for", begin_wait_for, NULL},
    .family = SIM_FAMILY_PRIMITIVES,
    .waiting = SIM_MAY_WAIT,
    .members = {{NULL, SIM_MEMBER_TARGET, SIM_REQUIRED, SIM_IS(SIM_CONDITION), NULL},
                {"until", SIM_MEMBER_CONDITION, SIM_REQUIRED, 0, "tested at each notification"},
                {"as", SIM_MEMBER_VARIABLE, SIM_OPTIONAL, 0, "the value of `until`"}},
    .python = "Condition.wait_for",
    .summary = "Waits until an expression holds. The condition must be held.",
    .example = "[{\"with\": \"condition\", \"do\": [{\"wait_for\": \"condition\", \"until\": "
               "\"1 < 2\"}]}, {\"print\": \"holds\"}]",
    .compile = compile_wait_for,
};

static int begin_notify(sim_job *job, const sim_instruction *in) {
    sim_instance *condition;
    int64_t n = 1;
    int error = find(job, in, SIM_CONDITION, &condition);
    if (error == 0 && in->operands[1].expression != NULL)
        error = sim_evaluate_whole(job, in->operands[1].expression, "n", &n);
    return error != 0 ? error : cad_condition_notify(condition->primitive, n > 0 ? (size_t)n : 0);
}

const sim_step sim_step_notify = {
    .operation = {"notify", begin_notify, NULL},
    .family = SIM_FAMILY_PRIMITIVES,
    .members = {{NULL, SIM_MEMBER_TARGET, SIM_REQUIRED, SIM_IS(SIM_CONDITION), NULL},
                {"n", SIM_MEMBER_COUNT, SIM_OPTIONAL, 0, "default 1"}},
    .python = "Condition.notify",
    .summary = "Wakes so many of the tasks that wait for a condition, which must be held.",
    .example = "[{\"with\": \"condition\", \"do\": [{\"notify\": \"condition\"}]}]",
};

static int begin_notify_all(sim_job *job, const sim_instruction *in) {
    sim_instance *condition;
    int error = find(job, in, SIM_CONDITION, &condition);
    return error != 0 ? error : cad_condition_notify_all(condition->primitive);
}

const sim_step sim_step_notify_all = {
    .operation = {"notify_all", begin_notify_all, NULL},
    .family = SIM_FAMILY_PRIMITIVES,
    .members = {{NULL, SIM_MEMBER_TARGET, SIM_REQUIRED, SIM_IS(SIM_CONDITION), NULL}},
    .python = "Condition.notify_all",
    .summary = "Wakes all tasks that wait for a condition, which must be held.",
    .example = "[{\"with\": \"condition\", \"do\": [{\"notify_all\": \"condition\"}]}]",
};

/* --- Barriers -------------------------------------------------------------------------------- */

static int begin_reset(sim_job *job, const sim_instruction *in) {
    sim_instance *barrier;
    int error = find(job, in, SIM_BARRIER, &barrier);
    return error != 0 ? error : cad_barrier_reset(barrier->primitive);
}

const sim_step sim_step_reset = {
    .operation = {"reset", begin_reset, NULL},
    .family = SIM_FAMILY_PRIMITIVES,
    .waiting = SIM_MAY_WAIT,
    .members = {{NULL, SIM_MEMBER_TARGET, SIM_REQUIRED, SIM_IS(SIM_BARRIER), NULL}},
    .python = "Barrier.reset",
    .summary = "Makes a barrier as new; BrokenBarrierError for the tasks that wait at it.",
    .example = "[{\"reset\": \"barrier\"}, {\"print\": \"{n_waiting(barrier)}\"}]",
};

static int begin_abort(sim_job *job, const sim_instruction *in) {
    sim_instance *barrier;
    int error = find(job, in, SIM_BARRIER, &barrier);
    return error != 0 ? error : cad_barrier_abort(barrier->primitive);
}

const sim_step sim_step_abort = {
    .operation = {"abort", begin_abort, NULL},
    .family = SIM_FAMILY_PRIMITIVES,
    .waiting = SIM_MAY_WAIT,
    .members = {{NULL, SIM_MEMBER_TARGET, SIM_REQUIRED, SIM_IS(SIM_BARRIER), NULL}},
    .python = "Barrier.abort",
    .summary = "Breaks a barrier; BrokenBarrierError for the tasks that wait at it or will.",
    .example = "[{\"abort\": \"barrier\"}, {\"print\": \"{broken(barrier)}\"}]",
};

/* --- Futures --------------------------------------------------------------------------------- */

static int begin_set_result(sim_job *job, const sim_instruction *in) {
    sim_instance *future;
    sim_value value;
    int error = find(job, in, SIM_FUTURE, &future);
    if (error == 0)
        error = sim_evaluate_text(job, in->operands[1].text, &value);
    if (error != 0)
        return error;
    error = cad_future_set_result(future->primitive, sim_value_pack(value));
    if (error != 0)
        sim_value_unref(value);
    else
        future->value = value; /* keeps it as long as the future is there */
    return error;
}

const sim_step sim_step_set_result = {
    .operation = {"set_result", begin_set_result, NULL},
    .family = SIM_FAMILY_PRIMITIVES,
    .members = {{NULL, SIM_MEMBER_TARGET, SIM_REQUIRED, SIM_IS(SIM_FUTURE), NULL},
                {"value", SIM_MEMBER_VALUE, SIM_OPTIONAL, 0, "default null"}},
    .python = "Future.set_result",
    .summary = "Ends a future with a value; InvalidStateError where it is done already.",
    .example = "[{\"set_result\": \"future\", \"value\": 42},"
               " {\"await\": \"future\", \"as\": \"x\"}, {\"print\": \"{x}\"}]",
};

static int begin_set_exception(sim_job *job, const sim_instruction *in) {
    sim_instance *future;
    const char *message = NULL;
    int error = find(job, in, SIM_FUTURE, &future);
    if (error == 0 && in->operands[2].text != NULL) {
        error = sim_say(job, in->operands[2].text);
        message = job->machine->text.data;
    }
    if (error != 0)
        return error;
    cad_exception *exception = cad_exception_new(in->operands[1].code, message);
    if (exception == NULL)
        return CAD_ENOMEM;
    error = cad_future_set_exception(future->primitive, in->operands[1].code, exception);
    cad_exception_unref(exception);
    return error;
}

const sim_step sim_step_set_exception = {
    .operation = {"set_exception", begin_set_exception, NULL},
    .family = SIM_FAMILY_PRIMITIVES,
    .members = {{NULL, SIM_MEMBER_TARGET, SIM_REQUIRED, SIM_IS(SIM_FUTURE), NULL},
                {"exception", SIM_MEMBER_EXCEPTION, SIM_REQUIRED, 0, NULL},
                {"message", SIM_MEMBER_TEXT, SIM_OPTIONAL, 0, NULL}},
    .python = "Future.set_exception",
    .summary = "Ends a future with an exception; InvalidStateError where it is done already.",
    .example = "[{\"set_exception\": \"future\", \"exception\": \"ValueError\","
               " \"message\": \"no\"}, {\"try\": [{\"await\": \"future\"}],"
               " \"except\": {\"ValueError\": [{\"print\": \"{error}\"}]}}]",
};

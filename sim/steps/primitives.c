/* The steps on queues, locks, semaphores, events, conditions, barriers and futures. */
#include "program/compile.h"
#include "program/exceptions.h"
#include "program/flow.h"
#include "program/kinds.h"
#include "run/interpreter.h"
#include "run/names.h"
#include "run/objects.h"
#include "run/values.h"

/* --- Queues ---------------------------------------------------------------------------------- */

static int prepare_put(run_job *job, const prog_instruction *in, run_instance **queue) {
    int error = run_find_instance(job, in, PROG_QUEUE, queue);
    if (error != 0)
        return error;
    return run_evaluate_text(job, in->operands[1].text, &job->held);
}

static int begin_put(run_job *job, const prog_instruction *in) {
    run_instance *queue;
    int error = prepare_put(job, in, &queue);
    return error != 0 ? error : cad_queue_put(queue->primitive, expr_value_pack(job->held));
}

static int begin_put_nowait(run_job *job, const prog_instruction *in) {
    run_instance *queue;
    int error = prepare_put(job, in, &queue);
    return error != 0 ? error : cad_queue_put_nowait(queue->primitive, expr_value_pack(job->held));
}

/* The item is the queue's now, or nobody's. A priority queue that could not compare it has it all
 * the same, as Python's heap would. */
static int finish_put(run_job *job, const prog_instruction *in, int result) {
    (void)in;
    if (result < 0 && result != CAD_ETYPE)
        expr_value_unref(job->held);
    job->held = EXPR_NONE;
    return result;
}

const prog_step step_put = {
    .operation = {"put", begin_put, finish_put},
    .family = PROG_FAMILY_PRIMITIVES,
    .wakes = PROG_IS(PROG_QUEUE),
    .line = "getters",
    .waiting = PROG_MAY_WAIT,
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_IS(PROG_QUEUE), NULL},
                {"value", PROG_MEMBER_VALUE, PROG_OPTIONAL, 0, "default null"}},
    .python = "Queue.put",
    .summary = "Puts an item into a queue; waits while it is full.",
    .example = "[{\"put\": \"queue\", \"value\": \"tea\"}, {\"get\": \"queue\", \"as\": \"x\"},"
               " {\"print\": \"{x}\"}]",
};

const prog_step step_put_nowait = {
    .operation = {"put_nowait", begin_put_nowait, finish_put},
    .family = PROG_FAMILY_PRIMITIVES,
    .wakes = PROG_IS(PROG_QUEUE),
    .line = "getters",
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_IS(PROG_QUEUE), NULL},
                {"value", PROG_MEMBER_VALUE, PROG_OPTIONAL, 0, "default null"}},
    .python = "Queue.put_nowait",
    .summary = "Puts an item into a queue; QueueFull where there is no room.",
    .example = "[{\"put_nowait\": \"queue\", \"value\": 1}, {\"try\": [{\"put_nowait\": "
               "\"queue\"}], \"except\": {\"QueueFull\": [{\"print\": \"full\"}]}}]",
};

static int begin_get(run_job *job, const prog_instruction *in) {
    run_instance *queue;
    int error = run_find_instance(job, in, PROG_QUEUE, &queue);
    return error != 0 ? error : cad_queue_get(queue->primitive, &job->item);
}

/* Notes who has an item that a join waits for. */
static void note_item(run_job *job, const prog_instruction *in, run_instance *queue) {
    if (job->machine->program->joins)
        run_note_taken(job, queue, in);
}

static int begin_get_nowait(run_job *job, const prog_instruction *in) {
    run_instance *queue;
    int error = run_find_instance(job, in, PROG_QUEUE, &queue);
    if (error == 0)
        error = cad_queue_get_nowait(queue->primitive, &job->item);
    if (error == 0)
        note_item(job, in, queue);
    return error;
}

/* The item is the job's now; or lost, where a priority queue found what it could not compare. */
static int finish_get_nowait(run_job *job, const prog_instruction *in, int result) {
    expr_value value = job->held;
    job->held = EXPR_NONE;
    if (result < 0) {
        expr_value_unref(value);
        return result;
    }
    run_store(job, in->operands[1].slot, value);
    return result;
}

static int finish_get(run_job *job, const prog_instruction *in, int result) {
    if (result >= 0)
        note_item(job, in, run_found_object(job, in));
    return finish_get_nowait(job, in, result);
}

const prog_step step_get = {
    .operation = {"get", begin_get, finish_get},
    .family = PROG_FAMILY_PRIMITIVES,
    .wakes = PROG_IS(PROG_QUEUE),
    .line = "putters",
    .waiting = PROG_MAY_WAIT,
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_IS(PROG_QUEUE), NULL},
                {"as", PROG_MEMBER_PARTS, PROG_OPTIONAL, 0, "the item"}},
    .python = "Queue.get",
    .summary = "Takes an item from a queue; waits while it is empty.",
    .example = "[{\"put\": \"queue\", \"value\": \"tea\"}, {\"get\": \"queue\", \"as\": \"x\"},"
               " {\"print\": \"{x}\"}]",
};

const prog_step step_get_nowait = {
    .operation = {"get_nowait", begin_get_nowait, finish_get_nowait},
    .family = PROG_FAMILY_PRIMITIVES,
    .wakes = PROG_IS(PROG_QUEUE),
    .line = "putters",
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_IS(PROG_QUEUE), NULL},
                {"as", PROG_MEMBER_PARTS, PROG_OPTIONAL, 0, "the item"}},
    .python = "Queue.get_nowait",
    .summary = "Takes an item from a queue; QueueEmpty where there is none.",
    .example = "[{\"try\": [{\"get_nowait\": \"queue\"}], \"except\": {\"QueueEmpty\": "
               "[{\"print\": \"empty\"}]}}]",
};

static int begin_task_done(run_job *job, const prog_instruction *in) {
    run_instance *queue;
    int error = run_find_instance(job, in, PROG_QUEUE, &queue);
    if (error == 0)
        error = cad_queue_task_done(queue->primitive);
    if (error == 0 && job->machine->program->joins)
        run_note_given(job, queue);
    return error;
}

const prog_step step_task_done = {
    .operation = {"task_done", begin_task_done, NULL},
    .family = PROG_FAMILY_PRIMITIVES,
    .wakes = PROG_IS(PROG_QUEUE),
    .line = "joiners",
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_IS(PROG_QUEUE), NULL}},
    .python = "Queue.task_done",
    .summary = "Says that an item taken from a queue has been dealt with; `join` waits for that.",
    .example = "[{\"put\": \"queue\"}, {\"get\": \"queue\"}, {\"task_done\": \"queue\"},"
               " {\"join\": \"queue\"}]",
};

static int begin_join(run_job *job, const prog_instruction *in) {
    run_instance *queue;
    int error = run_find_instance(job, in, PROG_QUEUE, &queue);
    return error != 0 ? error : cad_queue_join(queue->primitive);
}

static void compile_join(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand operands[PROG_STEP_MEMBERS];
    compiler->program->joins = true;
    if (prog_compile_members(compiler, step, node, operands))
        (void)prog_emit(compiler, &step->operation, node, operands, 1);
}

const prog_step step_join = {
    .operation = {"join", begin_join, NULL},
    .family = PROG_FAMILY_PRIMITIVES,
    .waiting = PROG_MAY_WAIT,
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_IS(PROG_QUEUE), NULL}},
    .python = "Queue.join",
    .summary = "Waits until every item that was put has been dealt with (`task_done`).",
    .example = "[{\"put\": \"queue\"}, {\"get\": \"queue\"}, {\"task_done\": \"queue\"},"
               " {\"join\": \"queue\"}]",
    .compile = compile_join,
};

static void drop_item(void *item) {
    expr_value_unref(expr_value_unpack(item));
}

static int begin_shutdown(run_job *job, const prog_instruction *in) {
    run_instance *queue;
    int error = run_find_instance(job, in, PROG_QUEUE, &queue);
    if (error == 0)
        cad_queue_shutdown(queue->primitive, in->operands[1].flag, drop_item);
    return error;
}

const prog_step step_shutdown = {
    .operation = {"shutdown", begin_shutdown, NULL},
    .family = PROG_FAMILY_PRIMITIVES,
    .wakes = PROG_IS(PROG_QUEUE),
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_IS(PROG_QUEUE), NULL},
                {"immediate", PROG_MEMBER_FLAG, PROG_OPTIONAL, 0,
                 "drops the items that are in the queue; default false"}},
    .python = "Queue.shutdown",
    .summary = "Ends a queue: QueueShutDown for each put from now on, and for "
               "each get once it is empty.",
    .example = "[{\"put\": \"queue\", \"value\": \"last\"}, {\"shutdown\": \"queue\"},"
               " {\"get\": \"queue\", \"as\": \"x\"}, {\"print\": \"{x}\"},"
               " {\"try\": [{\"get\": \"queue\"}],"
               " \"except\": {\"QueueShutDown\": [{\"print\": \"over\"}]}}]",
};

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

/* --- Events ---------------------------------------------------------------------------------- */

static int begin_set(run_job *job, const prog_instruction *in) {
    run_instance *event;
    int error = run_find_instance(job, in, PROG_EVENT, &event);
    if (error == 0)
        cad_event_set(event->primitive);
    return error;
}

const prog_step step_set = {
    .operation = {"set", begin_set, NULL},
    .family = PROG_FAMILY_PRIMITIVES,
    .wakes = PROG_IS(PROG_EVENT),
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_IS(PROG_EVENT), NULL}},
    .python = "Event.set",
    .summary = "Sets an event: whoever waits for it goes on.",
    .example = "[{\"set\": \"event\"}, {\"wait\": \"event\"}, {\"print\": \"set\"}]",
};

static int begin_clear(run_job *job, const prog_instruction *in) {
    run_instance *event;
    int error = run_find_instance(job, in, PROG_EVENT, &event);
    if (error == 0)
        cad_event_clear(event->primitive);
    return error;
}

const prog_step step_clear = {
    .operation = {"clear", begin_clear, NULL},
    .family = PROG_FAMILY_PRIMITIVES,
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_IS(PROG_EVENT), NULL}},
    .python = "Event.clear",
    .summary = "Clears an event: from now on, tasks wait for it again.",
    .example = "[{\"set\": \"event\"}, {\"clear\": \"event\"}, {\"print\": \"{is_set(event)}\"}]",
};

/* --- wait, in both its forms ------------------------------------------------------------------ */

enum { WAIT_WHAT, WAIT_AS, WAIT_RETURN_WHEN, WAIT_TIMEOUT, WAIT_OPERANDS };

static int wait_for_one(run_job *job, const prog_object *object, run_instance *instance) {
    const prog_object_kind *kind = &prog_object_kinds[object->type];
    job->held = kind->wait_counts ? EXPR_NONE : EXPR_TRUE;
    return kind->wait(instance->primitive);
}

static int begin_wait(run_job *job, const prog_instruction *in) {
    const prog_object *object;
    run_instance *instance;
    int error = run_find_object(job, in, PROG_WAITABLE, &object, &instance);
    return error != 0 ? error : wait_for_one(job, object, instance);
}

static void store_waited(run_job *job, const prog_instruction *in, expr_value value) {
    const prog_slots *slots = in->operands[WAIT_AS].slots;
    run_store(job, slots != NULL ? slots->items[0] : PROG_NO_SLOT, value);
}

static int finish_wait(run_job *job, const prog_instruction *in, int result) {
    expr_value value = job->held != EXPR_NONE ? job->held : expr_number(result);
    job->held = EXPR_NONE;
    if (result < 0)
        return result;
    const run_instance *instance = run_found_object(job, in);
    int (*waited)(void *) = prog_object_kinds[instance->object->type].waited;
    if (waited != NULL)
        value = expr_number(waited(instance->primitive));
    store_waited(job, in, value);
    return 0;
}

/* Whether the step wants to know which are done, and not only how many. */
static bool wants_both(const prog_instruction *in) {
    const prog_slots *slots = in->operands[WAIT_AS].slots;
    return slots != NULL && !slots->whole;
}

/* Takes over the futures. */
static int wait_for_many(run_job *job, const prog_instruction *in, run_futures *futures) {
    const expr_expression *limit = in->operands[WAIT_TIMEOUT].expression;
    int64_t timeout_ns = CAD_NEVER;
    run_store(job, job->top->body->scratch, expr_reference(PROG_KIND_FUTURES, futures));
    int error = limit != NULL ? run_evaluate_limit(job, limit, &timeout_ns) : 0;
    if (error != 0)
        return error;
    enum cad_return_when when = (enum cad_return_when)in->operands[WAIT_RETURN_WHEN].choice;
    return cad_wait(futures->items, futures->count, when, timeout_ns);
}

static int begin_wait_many(run_job *job, const prog_instruction *in) {
    run_futures *futures;
    int error =
        run_find_futures(job, in->operands[WAIT_WHAT].targets, RUN_WAIT, wants_both(in), &futures);
    return error != 0 ? error : wait_for_many(job, in, futures);
}

/* Those of the futures that are done, or are not, as a list of what stood for them. */
static int select_futures(const run_futures *futures, bool done, expr_value *list) {
    const expr_value *values = expr_to_list(futures->values)->items;
    uint32_t count = 0, at = 0;
    for (uint32_t i = 0; i < futures->count; i++)
        count += cad_future_done(futures->items[i]) == done;
    int error = expr_list_blank(count, list);
    for (uint32_t i = 0; i < futures->count && error == 0; i++)
        if (cad_future_done(futures->items[i]) == done)
            expr_list_put(*list, at++, expr_value_ref(values[i]));
    return error;
}

static int store_both(run_job *job, const prog_instruction *in, const run_futures *futures) {
    const prog_slots *slots = in->operands[WAIT_AS].slots;
    expr_value done, pending;
    int error = select_futures(futures, true, &done);
    if (error != 0)
        return error;
    run_store(job, slots->items[0], done);
    error = select_futures(futures, false, &pending);
    if (error == 0)
        run_store(job, slots->items[1], pending);
    return error;
}

static int finish_wait_many(run_job *job, const prog_instruction *in, int result) {
    uint32_t scratch = job->top->body->scratch;
    if (result >= 0 && wants_both(in))
        result = store_both(job, in, expr_to_pointer(job->top->locals[scratch]));
    else if (result >= 0)
        store_waited(job, in, expr_number(result));
    run_store(job, scratch, EXPR_NONE);
    return result < 0 ? result : 0;
}

static const prog_operation wait_many_operation = {"wait", begin_wait_many, finish_wait_many};

/* What the name stands for is known only now: an object, or a list. */
static int begin_wait_found(run_job *job, const prog_instruction *in) {
    const prog_object *object = NULL;
    run_instance *instance = NULL;
    run_futures *futures = NULL;
    expr_value value;
    int error = run_take(job, in->operands[WAIT_WHAT].target, &value);
    bool future = expr_is_reference(value) && expr_to_kind(value) == PROG_KIND_FUTURE;
    if (error == 0 && (future || expr_is_list(value)))
        error = run_list_futures(job, value, RUN_WAIT, wants_both(in), &futures);
    else if (error == 0)
        error = run_value_object(job, value, "wait", PROG_WAITABLE, &object, &instance);
    if (error == 0 && futures == NULL)
        run_store(job, job->top->body->scratch, expr_value_ref(value));
    expr_value_unref(value);
    if (error != 0)
        return error;
    if (futures != NULL)
        return wait_for_many(job, in, futures);
    if (in->operands[WAIT_TIMEOUT].expression != NULL)
        return prog_raise(CAD_ETYPE, "wait() got an unexpected keyword argument 'timeout'");
    return wait_for_one(job, object, instance);
}

static int finish_wait_found(run_job *job, const prog_instruction *in, int result) {
    expr_value kept = job->top->locals[job->top->body->scratch];
    bool many = expr_is_reference(kept) && expr_to_kind(kept) == PROG_KIND_FUTURES;
    return many ? finish_wait_many(job, in, result) : finish_wait(job, in, result);
}

static const prog_operation wait_found_operation = {"wait", begin_wait_found, finish_wait_found};

/* What only a wait for several futures has. */
static bool check_wait_for_one(const doc_node *node) {
    static const char *const for_lists[] = {"return_when", "timeout"};
    doc_node member;
    bool fine = true;
    for (size_t i = 0; i < 2; i++) {
        if (!doc_node_member(node, for_lists[i], &member))
            continue;
        (void)doc_node_key_fault(&member, "\"%s\" is for a \"wait\" for a list of tasks%s",
                                 for_lists[i],
                                 i == 1 ? "; around this one, use a \"timeout\" step" : "");
        fine = false;
    }
    return fine;
}

/* Where there are two variables, or one. */
static bool check_wait_as(const doc_node *node, const prog_slots *slots, bool one) {
    doc_node as;
    if (slots == NULL || slots->whole || !doc_node_member(node, "as", &as))
        return true;
    if (one)
        (void)doc_node_fault(&as, "this \"wait\" gives one value; two are for a list of tasks");
    else if (slots->count != 2)
        (void)doc_node_fault(&as, "expected two variables, for those that are done and those that "
                                  "are pending");
    return !one && slots->count == 2;
}

static void compile_wait(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand operands[PROG_STEP_MEMBERS];
    doc_node what;
    bool fine = prog_compile_members(compiler, step, node, operands);
    if (!doc_node_member(node, "wait", &what))
        return;
    bool many = doc_node_type(&what) == DOC_ARRAY;
    const prog_target *target = many ? NULL : operands[WAIT_WHAT].target;
    bool one = target != NULL && target->slot == PROG_NO_SLOT && target->object != NULL;
    if (!one)
        prog_need_scratch(compiler);
    else if (!check_wait_for_one(node))
        return;
    if (fine && check_wait_as(node, operands[WAIT_AS].slots, one))
        (void)prog_emit(compiler,
                        many  ? &wait_many_operation
                        : one ? &step->operation
                              : &wait_found_operation,
                        node, operands, WAIT_OPERANDS);
}

const prog_step step_wait = {
    .operation = {"wait", begin_wait, finish_wait},
    .family = PROG_FAMILY_PRIMITIVES,
    .wakes = PROG_IS(PROG_BARRIER),
    .waiting = PROG_MAY_WAIT,
    .members = {{NULL, PROG_MEMBER_WAIT, PROG_REQUIRED, PROG_WAITABLE, NULL},
                {"as", PROG_MEMBER_VARIABLES, PROG_OPTIONAL, 0,
                 "at a barrier the place among those that it lets through; for a list how many are "
                 "done, or, with two variables, those that are done and those that are pending; "
                 "of a process its exit code; else True"},
                {"return_when", PROG_MEMBER_RETURN_WHEN, PROG_OPTIONAL, 0,
                 "for a list: when to go on; default ALL_COMPLETED"},
                {"timeout", PROG_MEMBER_LIMIT, PROG_OPTIONAL, 0,
                 "for a list: how long to wait at most; nothing is cancelled"}},
    .python = "Event.wait, Condition.wait, Barrier.wait, Process.wait, asyncio.wait",
    .summary =
        "Waits for an event, a condition, a barrier or a process; or, with a list of names or an "
        "expression that gives a list, for tasks and futures.",
    .example = "[{\"spawn\": \"double\", \"args\": {\"n\": 1}, \"as\": \"t\"},"
               " {\"wait\": [\"t\"], \"timeout\": 5, \"as\": \"n\"}, {\"print\": \"{n} done\"}]",
    .compile = compile_wait,
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

/* --- Barriers -------------------------------------------------------------------------------- */

static int begin_reset(run_job *job, const prog_instruction *in) {
    run_instance *barrier;
    int error = run_find_instance(job, in, PROG_BARRIER, &barrier);
    return error != 0 ? error : cad_barrier_reset(barrier->primitive);
}

const prog_step step_reset = {
    .operation = {"reset", begin_reset, NULL},
    .family = PROG_FAMILY_PRIMITIVES,
    .wakes = PROG_IS(PROG_BARRIER),
    .waiting = PROG_MAY_WAIT,
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_IS(PROG_BARRIER), NULL}},
    .python = "Barrier.reset",
    .summary = "Makes a barrier as new; BrokenBarrierError for the tasks that wait at it.",
    .example = "[{\"reset\": \"barrier\"}, {\"print\": \"{n_waiting(barrier)}\"}]",
};

#define ABORTABLE                                                                                  \
    (PROG_IS(PROG_BARRIER) | PROG_IS(PROG_CONNECTION) | PROG_IS(PROG_TRANSPORT) |                  \
     PROG_IS(PROG_ENDPOINT))

/* A barrier has a lock, for which it may have to wait: a callback cannot. */
static int abort_barrier(const run_machine *machine, cad_barrier *barrier) {
    if (cad_current_task() == NULL || machine->told > 0)
        return prog_raise(CAD_ERUNTIME, "abort() of a barrier may wait, and a callback cannot");
    return cad_barrier_abort(barrier);
}

static int begin_abort(run_job *job, const prog_instruction *in) {
    const prog_object *object;
    run_instance *instance;
    int error = run_find_object(job, in, ABORTABLE, &object, &instance);
    if (error != 0)
        return error;
    if (object->type == PROG_BARRIER)
        return abort_barrier(job->machine, instance->primitive);
    if (object->type == PROG_CONNECTION)
        cad_stream_abort(instance->primitive);
    else if (object->type == PROG_TRANSPORT)
        cad_transport_abort(instance->primitive);
    else
        cad_endpoint_abort(instance->primitive);
    return 0;
}

static void compile_abort(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand operands[PROG_STEP_MEMBERS];
    if (!prog_compile_members(compiler, step, node, operands))
        return;
    const prog_target *target = operands[0].target;
    if (compiler->never_waits != NULL && target->slot == PROG_NO_SLOT && target->object != NULL)
        (void)doc_node_fault(node, "\"abort\" of a barrier may wait, and cannot stand in %s",
                             compiler->never_waits);
    (void)prog_emit(compiler, &step->operation, node, operands, 1);
}

const prog_step step_abort = {
    .operation = {"abort", begin_abort, NULL},
    .family = PROG_FAMILY_PRIMITIVES,
    .wakes = PROG_IS(PROG_BARRIER),
    .waiting = PROG_WAITS_FOR_SOME,
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, ABORTABLE, NULL}},
    .python = "Barrier.abort, Transport.abort",
    .summary =
        "Breaks a barrier; BrokenBarrierError for the tasks that wait at it or will. Closes a "
        "connection, a transport or an endpoint at once; what is unsent is dropped.",
    .example = "[{\"abort\": \"barrier\"}, {\"print\": \"{broken(barrier)}\"}]",
    .compile = compile_abort,
};

/* --- Futures --------------------------------------------------------------------------------- */

static int begin_set_result(run_job *job, const prog_instruction *in) {
    cad_future *future;
    expr_value value;
    int error =
        run_find_future(job, in->operands[0].target, RUN_LACKS_METHOD, "set_result", &future);
    if (error == 0)
        error = run_evaluate_text(job, in->operands[1].text, &value);
    if (error != 0)
        return error;
    error = cad_future_set_result(future, expr_value_pack(value));
    if (error != 0)
        expr_value_unref(value);
    return error;
}

const prog_step step_set_result = {
    .operation = {"set_result", begin_set_result, NULL},
    .family = PROG_FAMILY_PRIMITIVES,
    .wakes = PROG_IS(PROG_FUTURE),
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_IS(PROG_FUTURE), NULL},
                {"value", PROG_MEMBER_VALUE, PROG_OPTIONAL, 0, "default null"}},
    .python = "Future.set_result",
    .summary = "Ends a future with a value; InvalidStateError where it is done already.",
    .example = "[{\"set_result\": \"future\", \"value\": 42},"
               " {\"await\": \"future\", \"as\": \"x\"}, {\"print\": \"{x}\"}]",
};

static int begin_set_exception(run_job *job, const prog_instruction *in) {
    cad_future *future;
    const char *message = NULL;
    int error =
        run_find_future(job, in->operands[0].target, RUN_LACKS_METHOD, "set_exception", &future);
    if (error == 0 && in->operands[2].text != NULL) {
        error = run_say(job, in->operands[2].text);
        message = job->machine->text.data;
    }
    if (error != 0)
        return error;
    cad_exception *exception = cad_exception_new(in->operands[1].code, message);
    if (exception == NULL)
        return CAD_ENOMEM;
    /* Whoever awaits the future is where it comes from, and there may be several. */
    error = cad_exception_set_origin(exception, "", 0);
    if (error == 0)
        error = cad_future_set_exception(future, in->operands[1].code, exception);
    cad_exception_unref(exception);
    return error;
}

const prog_step step_set_exception = {
    .operation = {"set_exception", begin_set_exception, NULL},
    .family = PROG_FAMILY_PRIMITIVES,
    .wakes = PROG_IS(PROG_FUTURE),
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_IS(PROG_FUTURE), NULL},
                {"exception", PROG_MEMBER_EXCEPTION, PROG_REQUIRED, 0, NULL},
                {"message", PROG_MEMBER_TEXT, PROG_OPTIONAL, 0, NULL}},
    .python = "Future.set_exception",
    .summary = "Ends a future with an exception; InvalidStateError where it is done already.",
    .example = "[{\"set_exception\": \"future\", \"exception\": \"ValueError\","
               " \"message\": \"no\"}, {\"try\": [{\"await\": \"future\"}],"
               " \"except\": {\"ValueError\": [{\"print\": \"{error}\"}]}}]",
};

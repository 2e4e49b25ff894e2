/* The steps on events and barriers, and `wait`, for one of them or for several tasks. */
#include "program/compile.h"
#include "program/exceptions.h"
#include "program/kinds.h"
#include "run/names.h"
#include "run/values.h"

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

/* Tasks, what combines them, and callbacks. */
#include <string.h>

#include "scenario/alloc.h"
#include "scenario/compile.h"
#include "scenario/interpreter.h"
#include "scenario/machine.h"

#define AWAITABLE SIM_AWAITABLE

/* A scope of the engine's in a hidden slot: to value.c an aligned pointer is one of those that are
 * not counted. What was in the slot before, a sequence's text for example, is dropped. */
static void store_pointer(sim_job *job, uint32_t slot, void *pointer) {
    sim_store(job, slot, (sim_value)(uintptr_t)pointer);
}

static void *stored_pointer(const sim_job *job, uint32_t slot) {
    return (void *)(uintptr_t)job->top->locals[slot];
}

/* --- spawn ----------------------------------------------------------------------------------- */

enum { SPAWN_BODY, SPAWN_ARGS, SPAWN_NAME, SPAWN_AS, SPAWN_GROUP, SPAWN_OPERANDS };

/* The name that the step gives, or `worker-1`, in machine->text. */
static int name_task(sim_job *job, const sim_instruction *in) {
    sim_machine *machine = job->machine;
    const sim_body *body = in->operands[SPAWN_BODY].body;
    uint64_t number = ++machine->spawned[body->index];
    if (in->operands[SPAWN_NAME].text != NULL)
        return sim_say(job, in->operands[SPAWN_NAME].text);
    sim_buffer_clear(&machine->text);
    int error = sim_buffer_append(&machine->text, body->name, strlen(body->name));
    if (error == 0)
        error = sim_buffer_append(&machine->text, "-", 1);
    return error != 0 ? error : sim_buffer_append_uint(&machine->text, number, 1);
}

static int begin_spawn(sim_job *job, const sim_instruction *in) {
    sim_machine *machine = job->machine;
    const sim_body *body = in->operands[SPAWN_BODY].body;
    sim_new_task task = {
        .body = body, .locals = machine->arguments, .local_count = body->parameters};
    sim_draws draws;
    cad_task *created;
    int error = name_task(job, in);
    if (error == 0)
        error = sim_evaluate_arguments(job, in->operands[SPAWN_ARGS].arguments, task.locals);
    if (error == 0 && job->draws != NULL)
        error = sim_draws_start(machine, job->draws->identity, body->name, &draws);
    if (error == 0) {
        task.name = machine->text.data;
        task.name_is_kept = true;
        task.draws = job->draws != NULL ? &draws : NULL;
        if (in->operands[SPAWN_GROUP].slot != SIM_NO_SLOT)
            task.group = stored_pointer(job, in->operands[SPAWN_GROUP].slot);
        error = sim_task_new(machine, &task, &created);
    }
    if (error == 0)
        sim_store(job, in->operands[SPAWN_AS].slot, sim_reference(SIM_KIND_FUTURE, created));
    for (uint32_t i = 0; i < body->parameters; i++) {
        if (error != 0)
            sim_value_unref(machine->arguments[i]);
        machine->arguments[i] = SIM_NONE;
    }
    return error;
}

static void compile_spawn(sim_compiler *compiler, const sim_step *step, const sim_node *node) {
    sim_operand operands[SIM_STEP_MEMBERS];
    if (!sim_compile_members(compiler, step, node, operands))
        return;
    operands[SPAWN_GROUP].slot = SIM_NO_SLOT;
    if (compiler->group != SIM_NO_BLOCK)
        operands[SPAWN_GROUP].slot =
            compiler->program->blocks[compiler->group].slot + SIM_SLOT_SAVED;
    (void)sim_emit(compiler, &step->operation, node, operands, SPAWN_OPERANDS);
}

const sim_step sim_step_spawn = {
    .operation = {"spawn", begin_spawn, NULL},
    .family = SIM_FAMILY_TASKS,
    .members = {{NULL, SIM_MEMBER_SPAWN, SIM_REQUIRED, 0, NULL},
                {"args", SIM_MEMBER_ARGUMENTS, SIM_OPTIONAL, 0, "values, by parameter"},
                {"name", SIM_MEMBER_TEXT, SIM_OPTIONAL, 0,
                 "default: the coroutine's name and a number, `worker-1`"},
                {"as", SIM_MEMBER_VARIABLE, SIM_OPTIONAL, 0, "the task"}},
    .python = "asyncio.create_task, TaskGroup.create_task",
    .summary = "Creates a task that runs a coroutine. Inside a `task_group` it belongs to the "
               "group.",
    .example = "[{\"spawn\": \"double\", \"args\": {\"n\": 4}, \"as\": \"t\"},"
               " {\"await\": \"t\", \"as\": \"x\"}, {\"print\": \"{x}\"}]",
    .compile = compile_spawn,
};

/* --- await, shield --------------------------------------------------------------------------- */

static int begin_await(sim_job *job, const sim_instruction *in) {
    cad_future *future;
    int error = sim_find_future(job, in->operands[0].target, SIM_LACKS_AWAIT, "await", &future);
    if (error != 0)
        return error;
    /* The variable may lose the task while this one waits for it. */
    sim_value kept = sim_reference(SIM_KIND_FUTURE, cad_future_ref(future));
    sim_store(job, job->top->body->scratch, kept);
    return cad_await(future, &job->item);
}

/* The value is borrowed from the future, which is in the scratch slot. */
static int finish_await(sim_job *job, const sim_instruction *in, int result) {
    sim_value value = result < 0 ? SIM_NONE : sim_value_ref(job->held);
    job->held = SIM_NONE;
    sim_store(job, job->top->body->scratch, SIM_NONE);
    if (result < 0)
        return result;
    sim_store(job, in->operands[1].slot, value);
    return 0;
}

/* A step that keeps something in the scratch slot. */
static void compile_waiting(sim_compiler *compiler, const sim_step *step, const sim_node *node) {
    sim_operand operands[SIM_STEP_MEMBERS];
    sim_need_scratch(compiler);
    if (sim_compile_members(compiler, step, node, operands))
        (void)sim_emit(compiler, &step->operation, node, operands, SIM_STEP_MEMBERS - 1);
}

const sim_step sim_step_await = {
    .operation = {"await", begin_await, finish_await},
    .family = SIM_FAMILY_TASKS,
    .waiting = SIM_MAY_WAIT,
    .members = {{NULL, SIM_MEMBER_TARGET, SIM_REQUIRED, AWAITABLE, NULL},
                {"as", SIM_MEMBER_VARIABLE, SIM_OPTIONAL, 0, "its result"}},
    .python = "await task",
    .summary = "Waits for a task or a future; its exception is raised here.",
    .example = "[{\"spawn\": \"double\", \"args\": {\"n\": 4}, \"as\": \"t\"},"
               " {\"await\": \"t\", \"as\": \"x\"}, {\"print\": \"{x}\"}]",
    .compile = compile_waiting,
};

static int begin_shield(sim_job *job, const sim_instruction *in) {
    cad_future *inner;
    int error = sim_find_future(job, in->operands[0].target, SIM_LACKS_FUTURE, "", &inner);
    sim_futures *futures = error == 0 ? sim_futures_new(2) : NULL;
    if (futures == NULL)
        return error != 0 ? error : CAD_ENOMEM;
    /* Both: the shield's result is that of the task, which might go first. */
    futures->items[futures->count++] = cad_future_ref(inner);
    sim_store(job, job->top->body->scratch, sim_reference(SIM_KIND_FUTURES, futures));
    error = cad_shield(inner, &futures->items[1]);
    if (error != 0)
        return error;
    futures->count = 2;
    return cad_await(futures->items[1], &job->item);
}

const sim_step sim_step_shield = {
    .operation = {"shield", begin_shield, finish_await},
    .family = SIM_FAMILY_TASKS,
    .waiting = SIM_MAY_WAIT,
    .members = {{NULL, SIM_MEMBER_TARGET, SIM_REQUIRED, AWAITABLE, NULL},
                {"as", SIM_MEMBER_VARIABLE, SIM_OPTIONAL, 0, "its result"}},
    .python = "await asyncio.shield(task)",
    .summary = "Waits for a task, which goes on when the wait is cancelled.",
    .example = "[{\"spawn\": \"double\", \"args\": {\"n\": 4}, \"as\": \"t\"},"
               " {\"shield\": \"t\", \"as\": \"x\"}, {\"print\": \"{x}\"}]",
    .compile = compile_waiting,
};

/* --- cancel, uncancel ------------------------------------------------------------------------ */

static int begin_cancel(sim_job *job, const sim_instruction *in) {
    const sim_target *target = in->operands[0].target;
    const char *message = NULL;
    sim_value value;
    cad_future *future;
    int error = 0;
    /* The message first: making it can change what a name stands for, but not the other way. */
    if (in->operands[1].text != NULL) {
        error = sim_say(job, in->operands[1].text);
        message = job->machine->text.data;
    }
    if (error == 0)
        error = sim_find(job, target, &value);
    if (error != 0)
        return error;
    if (sim_is_reference(value) && sim_to_kind(value) == SIM_KIND_HANDLE) {
        if (message != NULL)
            return sim_raise(CAD_ETYPE, "Handle.cancel() takes no message");
        sim_callback_cancel(sim_to_pointer(value));
        return 0;
    }
    error = sim_find_future(job, target, SIM_LACKS_METHOD, "cancel", &future);
    return error != 0 ? error : cad_future_cancel(future, message);
}

const sim_step sim_step_cancel = {
    .operation = {"cancel", begin_cancel, NULL},
    .family = SIM_FAMILY_TASKS,
    .members = {{NULL, SIM_MEMBER_TARGET, SIM_REQUIRED, AWAITABLE | SIM_IS(SIM_HANDLE), NULL},
                {"message", SIM_MEMBER_TEXT, SIM_OPTIONAL, 0, "of the CancelledError"}},
    .python = "Task.cancel, Future.cancel, Handle.cancel",
    .summary = "Requests the cancellation of a task or future, or calls a callback off.",
    .example = "[{\"spawn\": \"double\", \"args\": {\"n\": 4}, \"as\": \"t\"},"
               " {\"cancel\": \"t\"}, {\"wait\": [\"t\"]}, {\"print\": \"{cancelled(t)}\"}]",
};

static int begin_uncancel(sim_job *job, const sim_instruction *in) {
    sim_value value;
    int error = sim_find(job, in->operands[0].target, &value);
    if (error != 0)
        return error;
    if (!sim_is_reference(value) || sim_to_kind(value) != SIM_KIND_FUTURE)
        return sim_raise_type(SIM_LACKS_METHOD, value, "uncancel");
    (void)cad_task_uncancel(sim_to_pointer(value));
    return 0;
}

const sim_step sim_step_uncancel = {
    .operation = {"uncancel", begin_uncancel, NULL},
    .family = SIM_FAMILY_TASKS,
    .members = {{NULL, SIM_MEMBER_TARGET, SIM_REQUIRED, SIM_IS(SIM_TASK), NULL}},
    .python = "Task.uncancel",
    .summary = "Takes one request for cancellation back; `cancelling(t)` counts them.",
    .example = "[{\"spawn\": \"double\", \"args\": {\"n\": 4}, \"as\": \"t\"}, {\"cancel\": \"t\"},"
               " {\"uncancel\": \"t\"}, {\"print\": \"{cancelling(t)}\"}]",
};

/* --- gather ---------------------------------------------------------------------------------- */

enum { GATHER_WHAT, GATHER_EXCEPTIONS, GATHER_AS };

static int begin_gather(sim_job *job, const sim_instruction *in) {
    sim_futures *futures;
    int error = sim_find_futures(job, in->operands[GATHER_WHAT].targets, false, &futures);
    if (error != 0)
        return error;
    sim_store(job, job->top->body->scratch, sim_reference(SIM_KIND_FUTURES, futures));
    cad_future *outer;
    error = cad_gather(job->machine->loop, futures->items, futures->count,
                       in->operands[GATHER_EXCEPTIONS].flag, &outer);
    if (error != 0)
        return error;
    futures->items[futures->count++] = outer; /* there is room for it */
    return cad_await(outer, NULL);
}

/* What a child of gather() gives: its value, or its exception as a text. */
static int child_value(const sim_job *job, cad_future *future, sim_value *value) {
    cad_exception *exception;
    void *result = NULL;
    int code = cad_future_exception(future, &exception);
    if (code == 0)
        code = cad_future_result(future, &result);
    *value = sim_value_ref(sim_value_unpack(result));
    if (code == 0)
        return 0;
    /* A task that was cancelled has lost the message of its cancel(), as in asyncio. */
    if (code == CAD_ECANCELLED && sim_is_task(future))
        exception = NULL;
    sim_buffer *text = &job->machine->text;
    sim_buffer_clear(text);
    int error = sim_error_show(job->machine->program, code, exception, text);
    return error != 0 ? error : sim_string_new(text->data, text->length, value);
}

/* As zip() has it: as many as there are both variables and children. The last of the futures is
 * that of gather() itself. */
static int store_children(sim_job *job, const sim_futures *futures, const sim_slots *slots) {
    int error = 0;
    for (uint32_t i = 0; slots != NULL && i < slots->count && i + 1 < futures->count; i++) {
        sim_value value;
        error = child_value(job, futures->items[i], &value);
        if (error != 0)
            break;
        sim_store(job, slots->items[i], value);
    }
    return error;
}

static int finish_gather(sim_job *job, const sim_instruction *in, int result) {
    uint32_t scratch = job->top->body->scratch;
    if (result == 0)
        result = store_children(job, sim_to_pointer(job->top->locals[scratch]),
                                in->operands[GATHER_AS].slots);
    sim_store(job, scratch, SIM_NONE);
    return result;
}

const sim_step sim_step_gather = {
    .operation = {"gather", begin_gather, finish_gather},
    .family = SIM_FAMILY_TASKS,
    .waiting = SIM_MAY_WAIT,
    .members = {{NULL, SIM_MEMBER_TARGETS, SIM_REQUIRED, AWAITABLE, NULL},
                {"return_exceptions", SIM_MEMBER_FLAG, SIM_OPTIONAL, 0,
                 "exceptions are results, as the text `Name: message`; default false"},
                {"as", SIM_MEMBER_VARIABLES, SIM_OPTIONAL, 0, "their results, in order"}},
    .python = "await asyncio.gather(...)",
    .summary = "Waits for all of them; the first exception is raised here.",
    .example = "[{\"spawn\": \"double\", \"args\": {\"n\": 1}, \"as\": \"t\"},"
               " {\"spawn\": \"double\", \"args\": {\"n\": 2}, \"as\": \"u\"},"
               " {\"gather\": [\"t\", \"u\"], \"as\": [\"x\", \"y\"]}, {\"print\": \"{x} {y}\"}]",
    .compile = compile_waiting,
};

/* --- as_completed ---------------------------------------------------------------------------- */

enum { EACH_WHAT, EACH_AS, EACH_SLOT, EACH_EXIT, EACH_OPERANDS };

/* The hidden slots: the iterator, the futures, how many are left. */
enum { EACH_LEFT = 2, EACH_SLOTS };

static int begin_as_completed(sim_job *job, const sim_instruction *in) {
    uint32_t slot = in->operands[EACH_SLOT].slot;
    sim_futures *futures;
    int error = sim_find_futures(job, in->operands[EACH_WHAT].targets, true, &futures);
    if (error != 0)
        return error;
    sim_store(job, slot + SIM_SLOT_FUTURES, sim_reference(SIM_KIND_FUTURES, futures));
    sim_store(job, slot + EACH_LEFT, sim_number(futures->count));
    cad_as_completed *iterator;
    error = cad_as_completed_new(job->machine->loop, futures->items, futures->count, CAD_NEVER,
                                 &iterator);
    if (error == 0)
        store_pointer(job, slot + SIM_SLOT_SCOPE, iterator);
    return error;
}

void sim_leave_as_completed(sim_job *job, uint32_t slot) {
    cad_as_completed_free(stored_pointer(job, slot + SIM_SLOT_SCOPE));
    sim_store(job, slot + SIM_SLOT_SCOPE, SIM_NONE);
    sim_store(job, slot + SIM_SLOT_FUTURES, SIM_NONE);
}

static int begin_each(sim_job *job, const sim_instruction *in) {
    uint32_t slot = in->operands[EACH_SLOT].slot;
    sim_value *locals = job->top->locals;
    double left = sim_to_double(locals[slot + EACH_LEFT]);
    if (left == 0) {
        job->top->pc = in->operands[EACH_EXIT].pc;
        return SIM_CALLED;
    }
    locals[slot + EACH_LEFT] = sim_number(left - 1);
    return cad_as_completed_next(stored_pointer(job, slot + SIM_SLOT_SCOPE), &job->item);
}

/* The value is borrowed from a future, which is in a hidden slot. */
static int finish_each(sim_job *job, const sim_instruction *in, int result) {
    sim_value value = result < 0 ? SIM_NONE : sim_value_ref(job->held);
    job->held = SIM_NONE;
    if (result < 0)
        return result;
    sim_store(job, in->operands[EACH_AS].slot, value);
    return 0;
}

static const sim_operation each_operation = {"as_completed", begin_each, finish_each};

static int begin_end_each(sim_job *job, const sim_instruction *in) {
    sim_leave_as_completed(job, in->operands[EACH_SLOT].slot);
    return 0;
}

static const sim_operation end_each_operation = {"as_completed", begin_end_each, NULL};

static void compile_as_completed(sim_compiler *compiler, const sim_step *step,
                                 const sim_node *node) {
    sim_operand operands[SIM_STEP_MEMBERS];
    sim_node steps;
    (void)sim_compile_members(compiler, step, node, operands);
    operands[EACH_SLOT].slot = compiler->hidden; /* the block's first */
    operands[EACH_EXIT].pc = SIM_NO_PC;
    (void)sim_emit(compiler, &step->operation, node, operands, EACH_OPERANDS);
    uint32_t block = sim_open_block(compiler, SIM_BLOCK_AS_COMPLETED, node, EACH_SLOTS);
    uint32_t each = sim_emit(compiler, &each_operation, node, operands, EACH_OPERANDS);
    if (sim_node_member(node, "do", &steps))
        sim_compile_steps(compiler, &steps);
    sim_emit_jump(compiler, node, each);
    sim_close_block(compiler, block);
    sim_lead_here(compiler, each, EACH_EXIT);
    (void)sim_emit(compiler, &end_each_operation, node, operands, EACH_OPERANDS);
}

const sim_step sim_step_as_completed = {
    .operation = {"as_completed", begin_as_completed, NULL},
    .family = SIM_FAMILY_TASKS,
    .waiting = SIM_MAY_WAIT,
    .members = {{NULL, SIM_MEMBER_TARGETS, SIM_REQUIRED, AWAITABLE, NULL},
                {"as", SIM_MEMBER_VARIABLE, SIM_OPTIONAL, 0, "a result"},
                {"do", SIM_MEMBER_STEPS, SIM_REQUIRED, 0, NULL}},
    .python = "for next in asyncio.as_completed(...): await next",
    .summary = "Runs the steps once for each result, in the order of completion.",
    .example = "[{\"spawn\": \"double\", \"args\": {\"n\": 1}, \"as\": \"t\"},"
               " {\"spawn\": \"double\", \"args\": {\"n\": 2}, \"as\": \"u\"},"
               " {\"as_completed\": [\"t\", \"u\"], \"as\": \"x\","
               " \"do\": [{\"print\": \"{x}\"}]}]",
    .compile = compile_as_completed,
};

/* --- timeout, reschedule --------------------------------------------------------------------- */

enum { TIMEOUT_LIMIT, TIMEOUT_SLOT, TIMEOUT_OPERANDS };

static int enter_timeout(sim_job *job, const sim_instruction *in,
                         int (*enter)(int64_t limit_ns, cad_timeout **scope)) {
    int64_t limit_ns;
    cad_timeout *scope;
    int error = sim_evaluate_limit(job, in->operands[TIMEOUT_LIMIT].expression, &limit_ns);
    if (error == 0)
        error = enter(limit_ns, &scope);
    if (error == 0)
        store_pointer(job, in->operands[TIMEOUT_SLOT].slot, scope);
    return error;
}

static int begin_timeout(sim_job *job, const sim_instruction *in) {
    return enter_timeout(job, in, cad_timeout_enter);
}

static int begin_timeout_at(sim_job *job, const sim_instruction *in) {
    return enter_timeout(job, in, cad_timeout_enter_at);
}

int sim_leave_timeout(sim_job *job, uint32_t slot, int error) {
    cad_timeout *scope = stored_pointer(job, slot);
    job->top->locals[slot] = SIM_NONE;
    return cad_timeout_leave(scope, error);
}

static int begin_end_timeout(sim_job *job, const sim_instruction *in) {
    return sim_leave_timeout(job, in->operands[TIMEOUT_SLOT].slot, 0);
}

static const sim_operation end_timeout_operation = {"timeout", begin_end_timeout, NULL};

static void compile_timeout(sim_compiler *compiler, const sim_step *step, const sim_node *node) {
    sim_operand operands[SIM_STEP_MEMBERS];
    sim_node steps;
    uint32_t outer = compiler->timeout, hidden = compiler->hidden;
    (void)sim_compile_members(compiler, step, node, operands);
    operands[TIMEOUT_SLOT].slot = compiler->lasting++;
    (void)sim_emit(compiler, &step->operation, node, operands, TIMEOUT_OPERANDS);
    uint32_t block = sim_open_block(compiler, SIM_BLOCK_TIMEOUT, node, 0);
    if (block == SIM_NO_BLOCK)
        return;
    compiler->program->blocks[block].slot = operands[TIMEOUT_SLOT].slot;
    compiler->timeout = block;
    if (sim_node_member(node, "do", &steps))
        sim_compile_steps(compiler, &steps);
    compiler->timeout = outer;
    sim_close_block(compiler, block);
    compiler->hidden = hidden;
    (void)sim_emit(compiler, &end_timeout_operation, node, operands, TIMEOUT_OPERANDS);
}

const sim_step sim_step_timeout = {
    .operation = {"timeout", begin_timeout, NULL},
    .family = SIM_FAMILY_TASKS,
    .waiting = SIM_MAY_WAIT,
    .lasting = true,
    .members = {{NULL, SIM_MEMBER_LIMIT, SIM_REQUIRED, 0, NULL},
                {"do", SIM_MEMBER_STEPS, SIM_REQUIRED, 0, NULL}},
    .python = "async with asyncio.timeout(delay)",
    .summary = "Cancels the steps when the time is up: TimeoutError after the block. `null`: no "
               "limit yet.",
    .example = "[{\"try\": [{\"timeout\": 1, \"do\": [{\"sleep\": 5}]}],"
               " \"except\": {\"TimeoutError\": [{\"log\": \"too late\"}]}}]",
    .compile = compile_timeout,
};

const sim_step sim_step_timeout_at = {
    .operation = {"timeout_at", begin_timeout_at, NULL},
    .family = SIM_FAMILY_TASKS,
    .waiting = SIM_MAY_WAIT,
    .lasting = true,
    .members = {{NULL, SIM_MEMBER_LIMIT, SIM_REQUIRED, 0, NULL},
                {"do", SIM_MEMBER_STEPS, SIM_REQUIRED, 0, NULL}},
    .python = "async with asyncio.timeout_at(when)",
    .summary = "As `timeout`, with a time of the loop's, in seconds since its start.",
    .example = "[{\"sleep\": 1}, {\"try\": [{\"timeout_at\": 1.5, \"do\": [{\"sleep\": 5}]}],"
               " \"except\": {\"TimeoutError\": [{\"log\": \"too late\"}]}}]",
    .compile = compile_timeout,
};

/* Operand 1: the innermost timeout around the step. Only one that is open at the moment counts: a
 * callback can run when it is not. */
static int begin_reschedule(sim_job *job, const sim_instruction *in) {
    const sim_machine *machine = job->machine;
    int64_t limit_ns;
    int error = sim_evaluate_limit(job, in->operands[0].expression, &limit_ns);
    if (error != 0)
        return error;
    for (uint32_t i = in->operands[1].block; i != SIM_NO_BLOCK;) {
        const sim_block *block = &machine->program->blocks[i];
        cad_timeout *scope = NULL;
        if (block->kind == SIM_BLOCK_TIMEOUT)
            scope = stored_pointer(job, block->slot);
        if (scope != NULL)
            return cad_timeout_reschedule(scope, sim_deadline(machine, limit_ns));
        i = block->parent;
    }
    return sim_raise(CAD_ERUNTIME, "reschedule: the timeout has been left");
}

static void compile_reschedule(sim_compiler *compiler, const sim_step *step, const sim_node *node) {
    sim_operand operands[SIM_STEP_MEMBERS];
    if (!sim_compile_members(compiler, step, node, operands))
        return;
    operands[1].block = compiler->timeout;
    if (compiler->timeout == SIM_NO_BLOCK)
        (void)sim_node_fault(node, "\"reschedule\" is for the steps of a \"timeout\"");
    else
        (void)sim_emit(compiler, &step->operation, node, operands, 2);
}

const sim_step sim_step_reschedule = {
    .operation = {"reschedule", begin_reschedule, NULL},
    .family = SIM_FAMILY_TASKS,
    .members = {{NULL, SIM_MEMBER_LIMIT, SIM_REQUIRED, 0, NULL}},
    .python = "Timeout.reschedule",
    .summary = "In a `timeout` block: its deadline becomes so much from now, or none for `null`.",
    .example = "[{\"timeout\": 1, \"do\": [{\"reschedule\": 10}, {\"sleep\": 5}]},"
               " {\"log\": \"in time\"}]",
    .compile = compile_reschedule,
};

/* --- task_group ------------------------------------------------------------------------------ */

/* Operand 0: the block. */
static sim_block *group_block(const sim_job *job, const sim_instruction *in) {
    return &job->machine->program->blocks[in->operands[0].block];
}

static int begin_task_group(sim_job *job, const sim_instruction *in) {
    cad_task_group *group;
    int error = cad_task_group_enter(&group);
    if (error == 0)
        store_pointer(job, group_block(job, in)->slot + SIM_SLOT_SAVED, group);
    return error;
}

/* The block is left with what it has in its slots: in order, or by an error or a return. */
static int begin_end_group(sim_job *job, const sim_instruction *in) {
    uint32_t slot = group_block(job, in)->slot;
    cad_task_group *group = stored_pointer(job, slot + SIM_SLOT_SAVED);
    int error = sim_raise_kept(job, slot);
    job->machine->origin = SIM_NO_PC; /* the engine says with what the group is left */
    return cad_task_group_leave(group, error);
}

static int finish_end_group(sim_job *job, const sim_instruction *in, int result) {
    uint32_t slot = group_block(job, in)->slot;
    job->top->locals[slot + SIM_SLOT_SAVED] = SIM_NONE;
    if (result == 0)
        return sim_take_up_completion(job, slot);
    sim_drop_completion(job, slot);
    return result;
}

static const sim_operation end_group_operation = {"task_group", begin_end_group, finish_end_group};

static int begin_end_group_in_order(sim_job *job, const sim_instruction *in) {
    sim_keep_completion(job, group_block(job, in)->slot, NULL);
    return 0;
}

static const sim_operation in_order_operation = {"task_group", begin_end_group_in_order, NULL};

static void compile_task_group(sim_compiler *compiler, const sim_step *step, const sim_node *node) {
    sim_node steps;
    sim_operand operands[SIM_STEP_MEMBERS];
    uint32_t outer = compiler->group;
    (void)sim_compile_members(compiler, step, node, operands);
    uint32_t enter = sim_emit(compiler, &step->operation, node, NULL, 0);
    uint32_t block = sim_open_block(compiler, SIM_BLOCK_GROUP, node, 3);
    if (compiler->no_memory)
        return;
    operands[0].block = compiler->group = block;
    compiler->program->code[enter].operands[0].block = block;
    if (sim_node_member(node, "task_group", &steps))
        sim_compile_steps(compiler, &steps);
    compiler->group = outer;
    sim_close_block(compiler, block);
    (void)sim_emit(compiler, &in_order_operation, node, operands, 1);
    if (compiler->no_memory)
        return;
    compiler->program->blocks[block].pc = sim_here(compiler);
    (void)sim_emit(compiler, &end_group_operation, node, operands, 1);
}

const sim_step sim_step_task_group = {
    .operation = {"task_group", begin_task_group, NULL},
    .family = SIM_FAMILY_TASKS,
    .waiting = SIM_MAY_WAIT,
    .members = {{NULL, SIM_MEMBER_STEPS, SIM_REQUIRED, 0, NULL}},
    .python = "async with asyncio.TaskGroup()",
    .summary = "Waits, at the end of the steps, for the tasks that they spawned; if one fails, the "
               "others are cancelled, and an ExceptionGroup is raised.",
    .example = "[{\"task_group\": [{\"spawn\": \"double\", \"args\": {\"n\": 1}},"
               " {\"spawn\": \"double\", \"args\": {\"n\": 2}}]}, {\"print\": \"both are done\"}]",
    .compile = compile_task_group,
};

/* --- Callbacks ------------------------------------------------------------------------------- */

/* The operands of all three: when, the steps, the variable for the handle. */
enum { CALL_WHEN, CALL_STEPS, CALL_AS, CALL_OPERANDS };

static int schedule(sim_job *job, const sim_instruction *in, int64_t when_ns) {
    uint32_t slot = in->operands[CALL_AS].slot;
    sim_callback *callback;
    int error = sim_callback_new(job, in->operands[CALL_STEPS].pc, when_ns, &callback);
    if (error == 0)
        sim_store(job, slot, sim_reference(SIM_KIND_HANDLE, callback));
    return error;
}

static int begin_call_soon(sim_job *job, const sim_instruction *in) {
    return schedule(job, in, SIM_SOON);
}

static int begin_call_later(sim_job *job, const sim_instruction *in) {
    int64_t delay_ns;
    int error = sim_evaluate_duration(job, in->operands[CALL_WHEN].expression, &delay_ns);
    return error != 0 ? error : schedule(job, in, sim_deadline(job->machine, delay_ns));
}

static int begin_call_at(sim_job *job, const sim_instruction *in) {
    int64_t when_ns;
    int error = sim_evaluate_duration(job, in->operands[CALL_WHEN].expression, &when_ns);
    return error != 0 ? error : schedule(job, in, when_ns);
}

static void compile_call(sim_compiler *compiler, const sim_step *step, const sim_node *node) {
    sim_operand members[SIM_STEP_MEMBERS], operands[CALL_OPERANDS] = {{0}};
    bool soon = step->members[0].kind == SIM_MEMBER_CALLBACK;
    sim_node steps;
    (void)sim_compile_members(compiler, step, node, members);
    if (!sim_node_member(node, soon ? step->operation.name : "do", &steps))
        return;
    if (!soon)
        operands[CALL_WHEN] = members[0];
    operands[CALL_STEPS].pc = SIM_NO_PC;
    operands[CALL_AS] = members[soon ? 1 : 2];
    uint32_t call = sim_emit(compiler, &step->operation, node, operands, CALL_OPERANDS);
    sim_compile_later(compiler, &steps, call, CALL_STEPS);
}

const sim_step sim_step_call_soon = {
    .operation = {"call_soon", begin_call_soon, NULL},
    .family = SIM_FAMILY_TASKS,
    .members = {{NULL, SIM_MEMBER_CALLBACK, SIM_REQUIRED, 0, NULL},
                {"as", SIM_MEMBER_VARIABLE, SIM_OPTIONAL, 0, "a handle, which `cancel` takes"}},
    .python = "loop.call_soon",
    .summary = "Runs steps that never wait in the loop's next iteration. They see the task's "
               "variables as these are then.",
    .example = "[{\"call_soon\": [{\"print\": \"second\"}]}, {\"print\": \"first\"},"
               " {\"sleep\": 0}]",
    .compile = compile_call,
};

const sim_step sim_step_call_later = {
    .operation = {"call_later", begin_call_later, NULL},
    .family = SIM_FAMILY_TASKS,
    .members = {{NULL, SIM_MEMBER_DURATION, SIM_REQUIRED, 0, NULL},
                {"do", SIM_MEMBER_CALLBACK, SIM_REQUIRED, 0, NULL},
                {"as", SIM_MEMBER_VARIABLE, SIM_OPTIONAL, 0, "a handle, which `cancel` takes"}},
    .python = "loop.call_later",
    .summary = "As `call_soon`, after a delay.",
    .example = "[{\"call_later\": 1, \"do\": [{\"log\": \"later\"}]}, {\"sleep\": 2}]",
    .compile = compile_call,
};

const sim_step sim_step_call_at = {
    .operation = {"call_at", begin_call_at, NULL},
    .family = SIM_FAMILY_TASKS,
    .members = {{NULL, SIM_MEMBER_DURATION, SIM_REQUIRED, 0, NULL},
                {"do", SIM_MEMBER_CALLBACK, SIM_REQUIRED, 0, NULL},
                {"as", SIM_MEMBER_VARIABLE, SIM_OPTIONAL, 0, "a handle, which `cancel` takes"}},
    .python = "loop.call_at",
    .summary = "As `call_soon`, at a time of the loop's, in seconds since its start.",
    .example = "[{\"call_at\": \"now() + 1\", \"do\": [{\"log\": \"then\"}]}, {\"sleep\": 2}]",
    .compile = compile_call,
};

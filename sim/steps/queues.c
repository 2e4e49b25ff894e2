/* The steps on queues. */
#include "program/compile.h"
#include "program/exceptions.h"
#include "program/kinds.h"
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

static int begin_shutdown(run_job *job, const prog_instruction *in) {
    run_instance *queue;
    int error = run_find_instance(job, in, PROG_QUEUE, &queue);
    if (error == 0)
        cad_queue_shutdown(queue->primitive, in->operands[1].flag, run_drop_item);
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

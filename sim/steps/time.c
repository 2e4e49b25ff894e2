/* Time and output. */
#include <assert.h>

#include "program/compile.h"
#include "program/exceptions.h"
#include "run/interpreter.h"
#include "run/limits.h"
#include "run/output.h"
#include "run/values.h"
#include "run/workers.h"

/* --- sleep, compute, to_thread --------------------------------------------------------------- */

static int begin_sleep(run_job *job, const prog_instruction *in) {
    int64_t delay_ns;
    int error = run_evaluate_duration(job, in->operands[0].expression, &delay_ns);
    return error != 0 ? error : cad_sleep(delay_ns);
}

const prog_step step_sleep = {
    .operation = {"sleep", begin_sleep, NULL},
    .family = PROG_FAMILY_TIME,
    .waiting = PROG_MAY_WAIT,
    .members = {{NULL, PROG_MEMBER_DURATION, PROG_REQUIRED, 0, NULL}},
    .python = "asyncio.sleep",
    .summary = "Waits. 0 or less lets the others run once.",
    .example = "[{\"sleep\": \"250ms\"}, {\"log\": \"a quarter of a second later\"}]",
};

static int begin_compute(run_job *job, const prog_instruction *in) {
    int64_t duration_ns;
    int error = run_evaluate_duration(job, in->operands[0].expression, &duration_ns);
    if (error != 0)
        return error;
    if (duration_ns < 0)
        return prog_raise(CAD_EINVAL, "compute: a duration must not be negative");
    if (cad_running_loop() == NULL)
        return prog_raise(CAD_ERUNTIME, "compute: the loop is not running");
    if (duration_ns > job->machine->busiest_ns) {
        job->machine->busiest_ns = duration_ns;
        job->machine->busiest = job->top->pc - 1;
    }
    return run_compute(job, duration_ns);
}

const prog_step step_compute = {
    .operation = {"compute", begin_compute, NULL},
    .family = PROG_FAMILY_TIME,
    .members = {{NULL, PROG_MEMBER_DURATION, PROG_REQUIRED, 0, NULL}},
    .python = "time.sleep",
    .summary = "Keeps the loop busy: nothing else runs meanwhile.",
    .example = "[{\"compute\": \"100ms\"}, {\"log\": \"nothing else ran\"}]",
};

static_assert(sizeof(uintptr_t) >= sizeof(int64_t), "a duration travels as the pointer");

/* Runs on a worker. The duration is all it needs to know, so that nothing has to outlive a task
 * that stops waiting. */
static void work(void *arg) {
    run_work((int64_t)(uintptr_t)arg);
}

static void work_is_simulated(void *arg) {
    (void)arg;
}

static int begin_to_thread(run_job *job, const prog_instruction *in) {
    int64_t duration_ns;
    int error = run_evaluate_duration(job, in->operands[0].expression, &duration_ns);
    if (error != 0)
        return error;
    return cad_to_thread(job->machine->options->real ? work : work_is_simulated,
                         (void *)(uintptr_t)duration_ns, duration_ns);
}

const prog_step step_to_thread = {
    .operation = {"to_thread", begin_to_thread, NULL},
    .family = PROG_FAMILY_TIME,
    .waiting = PROG_MAY_WAIT,
    .members = {{NULL, PROG_MEMBER_DURATION, PROG_REQUIRED, 0, NULL}},
    .python = "asyncio.to_thread",
    .summary = "Waits for blocking work of that duration in the pool of workers (`threads`).",
    .example = "[{\"to_thread\": 0.5}, {\"log\": \"the worker is done\"}]",
};

/* --- print, start_timer, log ----------------------------------------------------------------- */

static int begin_print(run_job *job, const prog_instruction *in) {
    int error = run_say(job, in->operands[0].text);
    return error != 0 ? error : run_print(job->machine);
}

const prog_step step_print = {
    .operation = {"print", begin_print, NULL},
    .family = PROG_FAMILY_TIME,
    .members = {{NULL, PROG_MEMBER_TEXT, PROG_REQUIRED, 0, NULL}},
    .python = "print",
    .summary = "Prints one line on standard output.",
    .example = "[{\"print\": \"2 + 2 is {2 + 2}\"}]",
};

static int begin_start_timer(run_job *job, const prog_instruction *in) {
    run_machine *machine = job->machine;
    (void)in;
    base_buffer_clear(&machine->text);
    int error = base_buffer_format(&machine->text, "---------- zero");
    machine->zero_ns = cad_loop_time(machine->loop);
    return error != 0 ? error : run_print(machine);
}

const prog_step step_start_timer = {
    .operation = {"start_timer", begin_start_timer, NULL},
    .family = PROG_FAMILY_TIME,
    .members = {{NULL, PROG_MEMBER_TRUE, PROG_REQUIRED, 0, NULL}},
    .summary = "Prints `---------- zero`, and makes now the zero of `log`.",
    .example = "[{\"sleep\": 1}, {\"start_timer\": true}, {\"log\": \"from zero\"}]",
};

static int begin_log(run_job *job, const prog_instruction *in) {
    int error = run_say(job, in->operands[0].text);
    return error != 0 ? error : run_log(job->machine, "");
}

const prog_step step_log = {
    .operation = {"log", begin_log, NULL},
    .family = PROG_FAMILY_TIME,
    .members = {{NULL, PROG_MEMBER_TEXT, PROG_REQUIRED, 0, NULL}},
    .summary = "Prints the time since zero, milliseconds truncated, and the text.",
    .example = "[{\"sleep\": 2.0135}, {\"log\": \"two seconds and a little\"}]",
};

/* --- span, sequence -------------------------------------------------------------------------- */

static int begin_span(run_job *job, const prog_instruction *in) {
    int error = run_say(job, in->operands[0].text);
    if (error == 0)
        run_span_begin(job);
    return error;
}

static int begin_span_end(run_job *job, const prog_instruction *in) {
    (void)in;
    run_span_end(job);
    return 0;
}

/* The span ends with its steps, however they are left. */
static int leave_span(run_job *job, const prog_block *block, run_completion *completion) {
    (void)block;
    (void)completion;
    run_span_end(job);
    return 0;
}

static const prog_operation span_end_operation = {"end span", begin_span_end, NULL};

static void compile_span(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand operands[PROG_STEP_MEMBERS];
    doc_node steps;
    (void)prog_compile_members(compiler, step, node, operands);
    (void)prog_emit(compiler, &step->operation, node, operands, 1);
    uint32_t block = prog_open_block(compiler, leave_span, node, 0);
    if (doc_node_member(node, "do", &steps))
        prog_compile_steps(compiler, &steps);
    prog_close_block(compiler, block);
    (void)prog_emit(compiler, &span_end_operation, node, NULL, 0);
}

const prog_step step_span = {
    .operation = {"span", begin_span, NULL},
    .family = PROG_FAMILY_TIME,
    .waiting = PROG_MAY_WAIT,
    .members = {{NULL, PROG_MEMBER_TEXT, PROG_REQUIRED, 0, NULL},
                {"do", PROG_MEMBER_STEPS, PROG_REQUIRED, 0, NULL}},
    .summary = "Shows the steps as a named span of the task in the trace.",
    .example = "[{\"span\": \"upload\", \"do\": [{\"sleep\": 1}]}]",
    .compile = compile_span,
};

/* Operand 0: the text; 2: the hidden slot where it stays until the end. */
static int begin_sequence(run_job *job, const prog_instruction *in) {
    expr_value label;
    int error = run_say(job, in->operands[0].text);
    if (error == 0)
        error = expr_string_new(job->machine->text.data, job->machine->text.length, &label);
    if (error != 0)
        return error;
    run_store(job, in->operands[2].slot, label);
    error = run_log(job->machine, ">>> ");
    if (error == 0)
        run_span_begin(job);
    return error;
}

static int begin_sequence_end(run_job *job, const prog_instruction *in) {
    run_machine *machine = job->machine;
    expr_value *slot = &job->top->locals[in->operands[2].slot];
    const expr_string *label = expr_to_string(*slot);
    run_span_end(job);
    base_buffer_clear(&machine->text);
    int error = base_buffer_append(&machine->text, label->text, label->sequence.length);
    run_store(job, in->operands[2].slot, EXPR_NONE);
    return error != 0 ? error : run_log(machine, "<<< ");
}

static const prog_operation sequence_end_operation = {"end sequence", begin_sequence_end, NULL};

static void compile_sequence(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand operands[PROG_STEP_MEMBERS];
    doc_node delay;
    (void)prog_compile_members(compiler, step, node, operands);
    if (!doc_node_member(node, "delay", &delay))
        operands[1].expression = prog_compile_constant(compiler, 1);
    operands[2].slot = prog_hidden_slots(compiler, 1);
    (void)prog_emit(compiler, &step->operation, node, operands, 3);
    uint32_t block = prog_open_block(compiler, leave_span, node, 0);
    (void)prog_emit(compiler, &step_sleep.operation, node, &operands[1], 1);
    prog_close_block(compiler, block);
    (void)prog_emit(compiler, &sequence_end_operation, node, operands, 3);
    compiler->hidden = operands[2].slot;
}

const prog_step step_sequence = {
    .operation = {"sequence", begin_sequence, NULL},
    .family = PROG_FAMILY_TIME,
    .waiting = PROG_MAY_WAIT,
    .members = {{NULL, PROG_MEMBER_TEXT, PROG_REQUIRED, 0, NULL},
                {"delay", PROG_MEMBER_DURATION, PROG_OPTIONAL, 0, "default 1"}},
    .summary = "A job of the sequencing table: logs `>>> text`, sleeps for `delay` inside a span "
               "of that name, logs `<<< text`.",
    .example = "[{\"start_timer\": true}, {\"sequence\": \"job\", \"delay\": 2}]",
    .compile = compile_sequence,
};

/* Time and output. */
#include <assert.h>
#include <time.h>

#include "scenario/compile.h"
#include "scenario/machine.h"

/* --- sleep, compute, to_thread --------------------------------------------------------------- */

static int begin_sleep(sim_job *job, const sim_instruction *in) {
    int64_t delay_ns;
    int error = sim_evaluate_duration(job, in->operands[0].expression, &delay_ns);
    return error != 0 ? error : cad_sleep(delay_ns);
}

const sim_step sim_step_sleep = {
    .operation = {"sleep", begin_sleep, NULL},
    .family = SIM_FAMILY_TIME,
    .waiting = SIM_MAY_WAIT,
    .members = {{NULL, SIM_MEMBER_DURATION, SIM_REQUIRED, 0, NULL}},
    .python = "asyncio.sleep",
    .summary = "Waits. 0 or less lets the others run once.",
    .example = "[{\"sleep\": \"250ms\"}, {\"log\": \"a quarter of a second later\"}]",
};

static int begin_compute(sim_job *job, const sim_instruction *in) {
    int64_t duration_ns;
    int error = sim_evaluate_duration(job, in->operands[0].expression, &duration_ns);
    if (error != 0)
        return error;
    if (duration_ns < 0)
        return sim_raise(CAD_EINVAL, "compute: a duration must not be negative");
    if (cad_running_loop() == NULL)
        return sim_raise(CAD_ERUNTIME, "compute: the loop is not running");
    if (duration_ns > job->machine->busiest_ns) {
        job->machine->busiest_ns = duration_ns;
        job->machine->busiest = job->top->pc - 1;
    }
    cad_compute(duration_ns);
    return 0;
}

const sim_step sim_step_compute = {
    .operation = {"compute", begin_compute, NULL},
    .family = SIM_FAMILY_TIME,
    .members = {{NULL, SIM_MEMBER_DURATION, SIM_REQUIRED, 0, NULL}},
    .python = "time.sleep",
    .summary = "Keeps the loop busy: nothing else runs meanwhile.",
    .example = "[{\"compute\": \"100ms\"}, {\"log\": \"nothing else ran\"}]",
};

static_assert(sizeof(uintptr_t) >= sizeof(int64_t), "a duration travels as the pointer");

/* Runs on a worker. The duration is all it needs to know, so that nothing has to outlive a task
 * that stops waiting. */
static void work(void *arg) {
    int64_t duration_ns = (int64_t)(uintptr_t)arg;
    struct timespec left = {.tv_sec = (time_t)(duration_ns / CAD_SECOND),
                            .tv_nsec = (long)(duration_ns % CAD_SECOND)};
    while (duration_ns > 0 && nanosleep(&left, &left) != 0)
        continue;
}

static void work_is_simulated(void *arg) {
    (void)arg;
}

static int begin_to_thread(sim_job *job, const sim_instruction *in) {
    int64_t duration_ns;
    int error = sim_evaluate_duration(job, in->operands[0].expression, &duration_ns);
    if (error != 0)
        return error;
    return cad_to_thread(job->machine->options->real ? work : work_is_simulated,
                         (void *)(uintptr_t)duration_ns, duration_ns);
}

const sim_step sim_step_to_thread = {
    .operation = {"to_thread", begin_to_thread, NULL},
    .family = SIM_FAMILY_TIME,
    .waiting = SIM_MAY_WAIT,
    .members = {{NULL, SIM_MEMBER_DURATION, SIM_REQUIRED, 0, NULL}},
    .python = "asyncio.to_thread",
    .summary = "Waits for blocking work of that duration in the pool of workers (`threads`).",
    .example = "[{\"to_thread\": 0.5}, {\"log\": \"the worker is done\"}]",
};

/* --- print, start_timer, log ----------------------------------------------------------------- */

static int begin_print(sim_job *job, const sim_instruction *in) {
    int error = sim_say(job, in->operands[0].text);
    return error != 0 ? error : sim_print(job->machine);
}

const sim_step sim_step_print = {
    .operation = {"print", begin_print, NULL},
    .family = SIM_FAMILY_TIME,
    .members = {{NULL, SIM_MEMBER_TEXT, SIM_REQUIRED, 0, NULL}},
    .python = "print",
    .summary = "Prints one line on standard output.",
    .example = "[{\"print\": \"2 + 2 is {2 + 2}\"}]",
};

static int begin_start_timer(sim_job *job, const sim_instruction *in) {
    sim_machine *machine = job->machine;
    (void)in;
    sim_buffer_clear(&machine->text);
    int error = sim_buffer_format(&machine->text, "---------- zero");
    machine->zero_ns = cad_loop_time(machine->loop);
    return error != 0 ? error : sim_print(machine);
}

const sim_step sim_step_start_timer = {
    .operation = {"start_timer", begin_start_timer, NULL},
    .family = SIM_FAMILY_TIME,
    .members = {{NULL, SIM_MEMBER_TRUE, SIM_REQUIRED, 0, NULL}},
    .summary = "Prints `---------- zero`, and makes now the zero of `log`.",
    .example = "[{\"sleep\": 1}, {\"start_timer\": true}, {\"log\": \"from zero\"}]",
};

static int begin_log(sim_job *job, const sim_instruction *in) {
    int error = sim_say(job, in->operands[0].text);
    return error != 0 ? error : sim_log(job->machine, "");
}

const sim_step sim_step_log = {
    .operation = {"log", begin_log, NULL},
    .family = SIM_FAMILY_TIME,
    .members = {{NULL, SIM_MEMBER_TEXT, SIM_REQUIRED, 0, NULL}},
    .summary = "Prints the time since zero, milliseconds truncated, and the text.",
    .example = "[{\"sleep\": 2.0135}, {\"log\": \"two seconds and a little\"}]",
};

/* --- span, sequence -------------------------------------------------------------------------- */

static int begin_span(sim_job *job, const sim_instruction *in) {
    int error = sim_say(job, in->operands[0].text);
    if (error == 0)
        sim_span_begin(job);
    return error;
}

static int begin_span_end(sim_job *job, const sim_instruction *in) {
    (void)in;
    sim_span_end(job);
    return 0;
}

static const sim_operation span_end_operation = {"end span", begin_span_end, NULL};

static void compile_span(sim_compiler *compiler, const sim_step *step, const sim_node *node) {
    sim_operand operands[SIM_STEP_MEMBERS];
    sim_node steps;
    (void)sim_compile_members(compiler, step, node, operands);
    (void)sim_emit(compiler, &step->operation, node, operands, 1);
    uint32_t block = sim_open_block(compiler, SIM_BLOCK_SPAN, node, 0);
    if (sim_node_member(node, "do", &steps))
        sim_compile_steps(compiler, &steps);
    sim_close_block(compiler, block);
    (void)sim_emit(compiler, &span_end_operation, node, NULL, 0);
}

const sim_step sim_step_span = {
    .operation = {"span", begin_span, NULL},
    .family = SIM_FAMILY_TIME,
    .waiting = SIM_MAY_WAIT,
    .members = {{NULL, SIM_MEMBER_TEXT, SIM_REQUIRED, 0, NULL},
                {"do", SIM_MEMBER_STEPS, SIM_REQUIRED, 0, NULL}},
    .summary = "Shows the steps as a named span of the task in the trace.",
    .example = "[{\"span\": \"upload\", \"do\": [{\"sleep\": 1}]}]",
    .compile = compile_span,
};

/* Operand 0: the text; 2: the hidden slot where it stays until the end. */
static int begin_sequence(sim_job *job, const sim_instruction *in) {
    sim_value label;
    int error = sim_say(job, in->operands[0].text);
    if (error == 0)
        error = sim_string_new(job->machine->text.data, job->machine->text.length, &label);
    if (error != 0)
        return error;
    sim_store(job, in->operands[2].slot, label);
    error = sim_log(job->machine, ">>> ");
    if (error == 0)
        sim_span_begin(job);
    return error;
}

static int begin_sequence_end(sim_job *job, const sim_instruction *in) {
    sim_machine *machine = job->machine;
    sim_value *slot = &job->top->locals[in->operands[2].slot];
    const sim_string *label = sim_to_string(*slot);
    sim_span_end(job);
    sim_buffer_clear(&machine->text);
    int error = sim_buffer_append(&machine->text, label->text, label->length);
    sim_store(job, in->operands[2].slot, SIM_NONE);
    return error != 0 ? error : sim_log(machine, "<<< ");
}

static const sim_operation sequence_end_operation = {"end sequence", begin_sequence_end, NULL};

static void compile_sequence(sim_compiler *compiler, const sim_step *step, const sim_node *node) {
    sim_operand operands[SIM_STEP_MEMBERS];
    sim_node delay;
    (void)sim_compile_members(compiler, step, node, operands);
    if (!sim_node_member(node, "delay", &delay))
        operands[1].expression = sim_compile_constant(compiler, 1);
    operands[2].slot = sim_hidden_slots(compiler, 1);
    (void)sim_emit(compiler, &step->operation, node, operands, 3);
    uint32_t block = sim_open_block(compiler, SIM_BLOCK_SPAN, node, 0);
    (void)sim_emit(compiler, &sim_step_sleep.operation, node, &operands[1], 1);
    sim_close_block(compiler, block);
    (void)sim_emit(compiler, &sequence_end_operation, node, operands, 3);
    compiler->hidden = operands[2].slot;
}

const sim_step sim_step_sequence = {
    .operation = {"sequence", begin_sequence, NULL},
    .family = SIM_FAMILY_TIME,
    .waiting = SIM_MAY_WAIT,
    .members = {{NULL, SIM_MEMBER_TEXT, SIM_REQUIRED, 0, NULL},
                {"delay", SIM_MEMBER_DURATION, SIM_OPTIONAL, 0, "default 1"}},
    .summary = "A job of the sequencing table: logs `>>> text`, sleeps for `delay` inside a span "
               "of that name, logs `<<< text`.",
    .example = "[{\"start_timer\": true}, {\"sequence\": \"job\", \"delay\": 2}]",
    .compile = compile_sequence,
};

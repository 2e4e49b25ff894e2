/* Callbacks: steps that the loop runs later, between those of tasks. */
#include "program/compile.h"
#include "run/callback.h"
#include "run/values.h"

/* --- Callbacks ------------------------------------------------------------------------------- */

/* The operands of all three: when, the steps, the variable for the handle. */
enum { CALL_WHEN, CALL_STEPS, CALL_AS, CALL_OPERANDS };

static int schedule(run_job *job, const prog_instruction *in, int64_t when_ns) {
    uint32_t slot = in->operands[CALL_AS].slot;
    run_callback *callback;
    int error = run_callback_new(job, in->operands[CALL_STEPS].pc, when_ns, &callback);
    if (error == 0)
        run_store(job, slot, expr_reference(PROG_KIND_HANDLE, callback));
    return error;
}

static int begin_call_soon(run_job *job, const prog_instruction *in) {
    return schedule(job, in, RUN_SOON);
}

static int begin_call_later(run_job *job, const prog_instruction *in) {
    int64_t delay_ns;
    int error = run_evaluate_duration(job, in->operands[CALL_WHEN].expression, &delay_ns);
    return error != 0 ? error : schedule(job, in, cad_loop_deadline(job->machine->loop, delay_ns));
}

static int begin_call_at(run_job *job, const prog_instruction *in) {
    int64_t when_ns;
    int error = run_evaluate_duration(job, in->operands[CALL_WHEN].expression, &when_ns);
    return error != 0 ? error : schedule(job, in, when_ns);
}

static void compile_call(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand members[PROG_STEP_MEMBERS], operands[CALL_OPERANDS] = {{0}};
    bool soon = step->members[0].kind == PROG_MEMBER_CALLBACK;
    doc_node steps;
    (void)prog_compile_members(compiler, step, node, members);
    if (!doc_node_member(node, soon ? step->operation.name : "do", &steps))
        return;
    if (!soon)
        operands[CALL_WHEN] = members[0];
    operands[CALL_STEPS].pc = PROG_NO_PC;
    operands[CALL_AS] = members[soon ? 1 : 2];
    uint32_t call = prog_emit(compiler, &step->operation, node, operands, CALL_OPERANDS);
    prog_compile_later(compiler, &steps, call, CALL_STEPS);
}

const prog_step step_call_soon = {
    .operation = {"call_soon", begin_call_soon, NULL},
    .family = PROG_FAMILY_TASKS,
    .members = {{NULL, PROG_MEMBER_CALLBACK, PROG_REQUIRED, 0, NULL},
                {"as", PROG_MEMBER_VARIABLE, PROG_OPTIONAL, 0, "a handle, which `cancel` takes"}},
    .python = "loop.call_soon",
    .summary = "Runs steps that never wait in the loop's next iteration. They see the task's "
               "variables as these are then.",
    .example = "[{\"call_soon\": [{\"print\": \"second\"}]}, {\"print\": \"first\"},"
               " {\"sleep\": 0}]",
    .compile = compile_call,
};

const prog_step step_call_later = {
    .operation = {"call_later", begin_call_later, NULL},
    .family = PROG_FAMILY_TASKS,
    .members = {{NULL, PROG_MEMBER_DURATION, PROG_REQUIRED, 0, NULL},
                {"do", PROG_MEMBER_CALLBACK, PROG_REQUIRED, 0, NULL},
                {"as", PROG_MEMBER_VARIABLE, PROG_OPTIONAL, 0, "a handle, which `cancel` takes"}},
    .python = "loop.call_later",
    .summary = "As `call_soon`, after a delay.",
    .example = "[{\"call_later\": 1, \"do\": [{\"log\": \"later\"}]}, {\"sleep\": 2}]",
    .compile = compile_call,
};

const prog_step step_call_at = {
    .operation = {"call_at", begin_call_at, NULL},
    .family = PROG_FAMILY_TASKS,
    .members = {{NULL, PROG_MEMBER_DURATION, PROG_REQUIRED, 0, NULL},
                {"do", PROG_MEMBER_CALLBACK, PROG_REQUIRED, 0, NULL},
                {"as", PROG_MEMBER_VARIABLE, PROG_OPTIONAL, 0, "a handle, which `cancel` takes"}},
    .python = "loop.call_at",
    .summary = "As `call_soon`, at a time of the loop's, in seconds since its start.",
    .example = "[{\"call_at\": \"now() + 1\", \"do\": [{\"log\": \"then\"}]}, {\"sleep\": 2}]",
    .compile = compile_call,
};

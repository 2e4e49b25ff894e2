/* Signals. */
#include "run/world_signals.h"

#include <signal.h>

#include "program/compile.h"

enum { ON_SIGNAL, ON_STEPS, ON_OPERANDS };

static int begin_on_signal(run_job *job, const prog_instruction *in) {
    return run_signal_handle(job, in->operands[ON_SIGNAL].number, in->operands[ON_STEPS].pc);
}

static void compile_on_signal(prog_compiler *compiler, const prog_step *step,
                              const doc_node *node) {
    prog_operand members[PROG_STEP_MEMBERS], operands[ON_OPERANDS] = {{0}};
    doc_node steps;
    bool fine = prog_compile_members(compiler, step, node, members);
    if (!doc_node_member(node, "do", &steps))
        return;
    operands[ON_SIGNAL] = members[0];
    operands[ON_STEPS].pc = PROG_NO_PC;
    if (fine)
        compiler->handled_signals |= UINT64_C(1) << members[0].number;
    uint32_t on = prog_emit(compiler, &step->operation, node, operands, ON_OPERANDS);
    prog_compile_later(compiler, &steps, on, ON_STEPS);
}

const prog_step step_on_signal = {
    .operation = {"on_signal", begin_on_signal, NULL},
    .family = PROG_FAMILY_OUTSIDE,
    .members = {{NULL, PROG_MEMBER_HANDLED_SIGNAL, PROG_REQUIRED, 0, NULL},
                {"do", PROG_MEMBER_CALLBACK, PROG_REQUIRED, 0, NULL}},
    .python = "loop.add_signal_handler",
    .summary =
        "From now on the steps run in the loop, once for each time that the signal comes, in "
        "the order in which they come, with the variables of the coroutine that it stands "
        "in. It takes the place of an earlier handler.",
    .example = "[{\"on_signal\": \"SIGUSR1\", \"do\": [{\"print\": \"asked for\"}]},"
               " {\"raise_signal\": \"SIGUSR1\"}, {\"sleep\": \"50ms\"}, {\"print\": \"done\"}]",
    .compile = compile_on_signal,
};

static int begin_remove(run_job *job, const prog_instruction *in) {
    bool was = run_signal_unhandle(job->machine, in->operands[0].number);
    run_store(job, in->operands[1].slot, expr_boolean(was));
    return 0;
}

const prog_step step_remove_signal_handler = {
    .operation = {"remove_signal_handler", begin_remove, NULL},
    .family = PROG_FAMILY_OUTSIDE,
    .members = {{NULL, PROG_MEMBER_HANDLED_SIGNAL, PROG_REQUIRED, 0, NULL},
                {"as", PROG_MEMBER_VARIABLE, PROG_OPTIONAL, 0, "whether there was one"}},
    .python = "loop.remove_signal_handler",
    .summary = "The signal does again what it did before. What has come but was not handled yet no "
               "longer is.",
    .example = "[{\"on_signal\": \"SIGUSR1\", \"do\": [{\"print\": \"never\"}]},"
               " {\"remove_signal_handler\": \"SIGUSR1\", \"as\": \"was\"},"
               " {\"print\": \"{was}\"}]",
};

static int begin_raise(run_job *job, const prog_instruction *in) {
    (void)job;
    (void)raise(in->operands[0].number);
    return 0;
}

const prog_step step_raise_signal = {
    .operation = {"raise_signal", begin_raise, NULL},
    .family = PROG_FAMILY_OUTSIDE,
    .members = {{NULL, PROG_MEMBER_HANDLED_SIGNAL, PROG_REQUIRED, 0, NULL}},
    .python = "signal.raise_signal",
    .summary = "Sends a signal to the run's own process. Without a handler SIGINT ends the run as "
               "`interrupted`, and any other does what it does to a process.",
    .example = "[{\"on_signal\": \"SIGUSR2\", \"do\": [{\"print\": \"it came\"}]},"
               " {\"raise_signal\": \"SIGUSR2\"}, {\"sleep\": \"50ms\"}]",
};

/* What the steps that start a server have in common. */
#include "steps/world_serve.h"

#include "run/interpreter.h"

/* The operand of that name; one that was left out, where the step has no such member. */
static prog_operand operand_of(const prog_step *step, const prog_operand *members,
                               const char *name) {
    size_t place;
    return prog_step_member(step, name, &place) != NULL ? members[place]
                                                        : (prog_operand){.expression = NULL};
}

int step_begin_serve(run_job *job, const prog_instruction *in, step_serving *serve) {
    expr_value server;
    int error = serve(job, in->operands[STEP_SERVE_WHAT].serve, &server);
    if (error == 0)
        run_store(job, in->operands[STEP_SERVE_AS].slot, server);
    return error;
}

void step_compile_serve(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand members[PROG_STEP_MEMBERS], operands[STEP_SERVE_OPERANDS];
    if (!prog_compile_members(compiler, step, node, members))
        return;
    prog_serve *serve = prog_compiler_alloc(compiler, sizeof *serve);
    if (serve == NULL)
        return;
    *serve = (prog_serve){.body = members[0].body,
                          .arguments = operand_of(step, members, "args").arguments,
                          .port = operand_of(step, members, "port").expression,
                          .host = operand_of(step, members, "host").text,
                          .path = operand_of(step, members, "path").text,
                          .limit = operand_of(step, members, "limit").expression};
    operands[STEP_SERVE_WHAT].serve = serve;
    operands[STEP_SERVE_AS] = operand_of(step, members, "as");
    (void)prog_emit(compiler, &step->operation, node, operands, STEP_SERVE_OPERANDS);
}

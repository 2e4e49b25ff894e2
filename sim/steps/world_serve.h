/* world_serve.h - steps that start a server, and members that steps of the world share.
 */
#ifndef STEPS_WORLD_SERVE_H
#define STEPS_WORLD_SERVE_H

#include "program/compile.h"
#include "run/job.h"

/* Operands of an instruction that starts a server. */
enum { STEP_SERVE_WHAT, STEP_SERVE_AS, STEP_SERVE_OPERANDS };

/* prog_step.compile: the verb's value is who serves; of "args", "port", "host", "path", "limit" and
 * "as" the step has those that its row lists. */
void step_compile_serve(prog_compiler *compiler, const prog_step *step, const doc_node *node);

/* Starts it by `serve`, which makes the server's value: run_serve() or its like. */
typedef int step_serving(run_job *job, const prog_serve *serve, expr_value *server);
int step_begin_serve(run_job *job, const prog_instruction *in, step_serving *serve);

#define STEP_PORT_TO_SERVE                                                                         \
    { "port", PROG_MEMBER_PORT, PROG_REQUIRED, 0, "0: one that is free" }
#define STEP_PATH_TO_SERVE                                                                         \
    { "path", PROG_MEMBER_TEXT, PROG_REQUIRED, 0, "of the socket's file" }
#define STEP_AS_SERVER                                                                             \
    { "as", PROG_MEMBER_VARIABLE, PROG_OPTIONAL, 0, "the server" }
#define STEP_HOST                                                                                  \
    {                                                                                              \
        "host", PROG_MEMBER_TEXT, PROG_OPTIONAL, 0,                                                \
            "a numeric address, or `localhost`; default `127.0.0.1`, which that is"                \
    }

#endif

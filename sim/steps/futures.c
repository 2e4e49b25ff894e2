/* The steps that give a future its outcome. */
#include "program/compile.h"
#include "program/kinds.h"
#include "run/names.h"
#include "run/values.h"

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

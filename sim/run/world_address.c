/* Where a step says that it connects and listens, as far as the command line gives leave. */
#include "run/world_address.h"

#include <inttypes.h>

#include "base/buffer.h"
#include "program/exceptions.h"
#include "run/leave.h"
#include "run/values.h"

/* --- Refusals ----------------------------------------------------------------------------------
 */

/* `advice` is shown where the error ends the run, as a note. */
static int refuse(const char *format, const char *what, int64_t port, const char *advice) {
    base_buffer message = {0};
    int error = base_buffer_format(&message, format, what, port);
    if (error == 0)
        error = prog_raise(CAD_EPERMISSION, message.data);
    if (error == CAD_EPERMISSION && advice != NULL)
        (void)cad_exception_add_note(cad_error_exception(), advice);
    base_buffer_free(&message);
    return error;
}

static int refuse_address(const char *host, int64_t port) {
    return refuse("\"%s:%" PRId64 "\" is not what --allow-net allows", host, port,
                  run_host_advice(host));
}

/* --- Where ----------------------------------------------------------------------------------- */

static int evaluate_port(run_job *job, const expr_expression *port, int *number) {
    int64_t whole;
    int error = run_evaluate_whole(job, port, "port", &whole);
    if (error == 0 && (whole < 0 || whole > UINT16_MAX))
        return prog_raise(CAD_EOVERFLOW, "port must be 0-65535.");
    *number = (int)whole;
    return error;
}

static int say_host(run_job *job, const expr_text *host) {
    static const char here[] = "127.0.0.1";
    base_buffer *text = &job->machine->text;
    if (host != NULL)
        return run_say(job, host);
    base_buffer_clear(text);
    return base_buffer_append(text, here, sizeof here - 1);
}

static int check_address(run_job *job, int port) {
    const char *host = job->machine->text.data;
    return run_may_reach(&job->machine->options->leave, host, port) ? 0
                                                                    : refuse_address(host, port);
}

int run_evaluate_address(run_job *job, const expr_text *host, const expr_expression *port,
                         int *number) {
    int error = evaluate_port(job, port, number);
    if (error == 0)
        error = say_host(job, host);
    return error != 0 ? error : check_address(job, *number);
}

/* The host is evaluated once: what is drawn anew could be another one than that which was allowed.
 */
int run_evaluate_ends(run_job *job, const expr_text *host, const expr_expression *const ports[2],
                      int numbers[2]) {
    int error = 0;
    for (int i = 0; i < 2 && error == 0; i++)
        error = ports[i] != NULL ? evaluate_port(job, ports[i], &numbers[i]) : 0;
    if (error == 0)
        error = say_host(job, host);
    for (int i = 0; i < 2 && error == 0; i++)
        error = ports[i] != NULL ? check_address(job, numbers[i]) : 0;
    return error;
}

int run_evaluate_path(run_job *job, const expr_text *path) {
    int error = run_say(job, path);
    const char *text = job->machine->text.data;
    if (error == 0 && !run_may_use(&job->machine->options->leave, text))
        return refuse("\"%s\" is not in the folder that --allow-unix names", text, 0, NULL);
    return error;
}

int run_evaluate_place(run_job *job, const prog_serve *serve, int *port) {
    return serve->port != NULL ? run_evaluate_address(job, serve->host, serve->port, port)
                               : run_evaluate_path(job, serve->path);
}

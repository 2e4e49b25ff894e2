/* A program that has only the installed package: one task, one second of virtual time, and a trace.
 */
#include <cadran-trace.h>
#include <cadran.h>

#include <inttypes.h>
#include <stdio.h>

static int tick(void *arg) {
    (void)arg;
    int error = cad_sleep(CAD_SECOND);
    if (error == 0)
        printf("tick at %" PRId64 " ns\n", cad_loop_time(cad_running_loop()));
    return error;
}

int main(void) {
    cad_loop *loop;
    int error = cad_loop_new(cad_virtual_driver(), &loop);
    if (error == 0)
        error = cad_trace_open(loop, "tick.trace.json", NULL, NULL);
    if (error == 0)
        error = cad_task_create(loop, tick, NULL, &(cad_task_options){.name = "ticker"}, NULL);
    if (error == 0)
        error = cad_loop_run(loop);
    if (error != 0)
        fprintf(stderr, "consumer: %s\n", cad_error_text(error));
    cad_loop_free(loop);
    return error == 0 ? 0 : 1;
}

/* A first server: what comes is sent back, line by line, until Ctrl-C. */
#include <stdlib.h>

#include "cadran.h"

/* A task for each connection. */
static int echo(void *arg) {
    cad_stream *stream = arg;
    cad_bytes line = {0};
    int error;
    while ((error = cad_stream_readline(stream, &line)) == 0 && line.size > 0) {
        (void)cad_stream_write(stream, line.data, line.size);
        (void)cad_stream_drain(stream);
    }
    cad_bytes_free(&line);
    cad_stream_free(stream);
    return error;
}

static void connected(cad_stream *stream, void *loop) {
    if (cad_task_create(loop, echo, stream, NULL, NULL) != 0)
        cad_stream_free(stream);
}

int main(int argc, char **argv) {
    cad_loop *loop;
    cad_server *server;
    int error = cad_loop_new(cad_uv_driver(), &loop);
    const cad_server_options options = {.connected = connected, .arg = loop};
    if (error == 0)
        error =
            cad_start_server(loop, "127.0.0.1", argc > 1 ? atoi(argv[1]) : 8007, &options, &server);
    if (error == 0) {
        cad_loop_hold(loop); /* that a server listens does not keep it running */
        error = cad_loop_run(loop);
    }
    cad_loop_free(loop);
    return error != CAD_EINTERRUPTED;
}

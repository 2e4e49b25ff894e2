/* An echo server, a coroutine for each connection, until SIGTERM or an interrupt:
 *
 *     example-echo 8007 &
 *     echo hello | nc -N 127.0.0.1 8007
 *
 * Port 0 is one that is free; the first line that is printed says which it is. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "cadran.h"

static int echo(void *arg) {
    cad_stream *stream = arg;
    cad_bytes bytes = {0};
    int error;
    while ((error = cad_stream_read(stream, 65536, &bytes)) == 0 && bytes.size > 0) {
        error = cad_stream_write(stream, bytes.data, bytes.size);
        if (error == 0)
            error = cad_stream_drain(stream);
        if (error != 0)
            break;
    }
    cad_bytes_free(&bytes);
    cad_stream_free(stream); /* closes it, when all is sent */
    return error == CAD_ECONNRESET || error == CAD_EPIPE ? 0 : error;
}

static void connected(cad_stream *stream, void *loop) {
    if (cad_task_create(loop, echo, stream, NULL, NULL) != 0)
        cad_stream_free(stream);
}

static void asked_to_stop(void *event) {
    cad_event_set(event);
}

static int serve(void *port) {
    cad_loop *loop = cad_running_loop();
    const cad_server_options options = {.connected = connected, .arg = loop};
    cad_event *stopping = cad_event_new(loop);
    cad_server *server;
    int error = stopping != NULL ? 0 : CAD_ENOMEM;
    if (error == 0)
        error = cad_add_signal_handler(loop, SIGTERM, asked_to_stop, stopping);
    if (error == 0)
        error = cad_start_server(loop, "127.0.0.1", atoi(port), &options, &server);
    if (error != 0)
        return error;
    printf("%d\n", cad_server_port(server));
    (void)fflush(stdout);
    error = cad_event_wait(stopping);
    cad_server_close(server);
    return error;
}

int main(int argc, char **argv) {
    static char any[] = "0";
    cad_loop *loop;
    int error = cad_loop_new(cad_uv_driver(), &loop);
    if (error == 0)
        error = cad_task_create(loop, serve, argc > 1 ? argv[1] : any, NULL, NULL);
    if (error == 0)
        error = cad_loop_run(loop);
    cad_loop_free(loop);
    if (error != 0 && error != CAD_EINTERRUPTED)
        fprintf(stderr, "example-echo: %s\n", cad_error_text(error));
    return error == 0 || error == CAD_EINTERRUPTED ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* echo.c - an echo server, a coroutine for each connection, until SIGTERM or Ctrl-C:
 *
 *     example-echo 8007 &
 *     echo hello | nc -N 127.0.0.1 8007
 *
 * In Python:
 *
 *     async def echo(reader, writer):
 *         while data := await reader.read(65536):
 *             writer.write(data)
 *             await writer.drain()
 *         writer.close()
 */
#include "cadran.h"
#include "service.h"

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

static void connected(cad_stream *stream, void *arg) {
    (void)arg;
    if (cad_task_create(cad_running_loop(), echo, stream, NULL, NULL) != 0)
        cad_stream_free(stream);
}

int main(int argc, char **argv) {
    struct service service = {.name = "example-echo", .connected = connected};
    return run_service(&service, argc, argv);
}

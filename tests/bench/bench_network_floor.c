/* The network by raw libuv, and programs by posix_spawn(): what there is without this library. */
#include <netinet/in.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <uv.h>

#include "bench.h"
#include "other_side.h"

extern char **environ;

/* --- Servers ---------------------------------------------------------------------------------- */

struct server {
    struct bench_run *run;
    struct other_side other;
    uv_loop_t loop;
    uv_tcp_t listening;
    int64_t open, bytes;
};

static void lend_buffer(uv_handle_t *handle, size_t size, uv_buf_t *buffer) {
    static char block[OTHER_PIECE];
    (void)handle, (void)size;
    *buffer = uv_buf_init(block, sizeof block);
}

static void session_closed(uv_handle_t *handle) {
    struct server *server = handle->data;
    free(handle);
    if (--server->open > 0)
        return;
    bench_stop(server->run);
    uv_close((uv_handle_t *)&server->listening, NULL);
}

/* What could not be written at once: the request, with the bytes behind it. */
static void rest_written(uv_write_t *request, int status) {
    (void)status;
    free(request);
}

static void write_rest(uv_stream_t *stream, const char *data, size_t size) {
    uv_write_t *request = malloc(sizeof *request + size);
    if (request == NULL)
        return;
    uv_buf_t rest = uv_buf_init((char *)(request + 1), (unsigned)size);
    memcpy(rest.base, data, size);
    (void)uv_write(request, stream, &rest, 1, rest_written);
}

static void echo(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer) {
    struct server *server = stream->data;
    if (size < 0) {
        uv_close((uv_handle_t *)stream, session_closed);
        return;
    }
    server->bytes += size;
    uv_buf_t back = uv_buf_init(buffer->base, (unsigned)size);
    int sent = uv_try_write(stream, &back, 1);
    if (sent < 0)
        sent = 0;
    if (sent < size)
        write_rest(stream, buffer->base + sent, (size_t)(size - sent));
}

static void swallow(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer) {
    struct server *server = stream->data;
    (void)buffer;
    if (size < 0)
        uv_close((uv_handle_t *)stream, session_closed);
    else
        server->bytes += size;
}

static void connected(uv_stream_t *listening, int status) {
    struct server *server = listening->data;
    uv_tcp_t *session = malloc(sizeof *session);
    if (status != 0 || session == NULL || uv_tcp_init(&server->loop, session) != 0 ||
        uv_accept(listening, (uv_stream_t *)session) != 0) {
        (void)bench_fail("accept", "a connection is lost");
        return;
    }
    const struct bench_run *run = server->run;
    session->data = server;
    server->open++;
    (void)uv_tcp_nodelay(session, 1);
    (void)uv_read_start((uv_stream_t *)session, lend_buffer, run->context == NULL ? swallow : echo);
}

/* `context` of the run: NULL: what comes is dropped; else it is sent back. */
static int bench_server(struct bench_run *run) {
    struct server server = {.run = run};
    struct sockaddr_in here;
    int size = sizeof here;
    bool pours = run->context == NULL;
    if (other_side_start(&server.other, pours ? other_side_pour : other_side_echo, run->items,
                         run->parameter) != 0)
        return 1;
    (void)uv_loop_init(&server.loop);
    (void)uv_tcp_init(&server.loop, &server.listening);
    server.listening.data = &server;
    (void)uv_ip4_addr("127.0.0.1", 0, &here);
    if (uv_tcp_bind(&server.listening, (struct sockaddr *)&here, 0) != 0 ||
        uv_listen((uv_stream_t *)&server.listening, 100, connected) != 0 ||
        uv_tcp_getsockname(&server.listening, (struct sockaddr *)&here, &size) != 0)
        return bench_fail("listen", strerror(errno));
    bench_start(run);
    if (other_side_go(&server.other, ntohs(here.sin_port)) != 0)
        return 1;
    (void)uv_run(&server.loop, UV_RUN_DEFAULT);
    int64_t each = pours ? 1024 * 1024 : OTHER_BLOCK;
    if (uv_loop_close(&server.loop) != 0 || server.bytes != run->items * each)
        return bench_fail("server", "not all bytes have come");
    return other_side_wait(&server.other);
}

/* --- Programs --------------------------------------------------------------------------------- */

static int start_program(void) {
    static char path[] = "/bin/true";
    char *const argv[] = {path, NULL};
    pid_t pid;
    int error = posix_spawn(&pid, path, NULL, NULL, argv, environ);
    return error != 0 ? bench_fail("posix_spawn", strerror(error)) : 0;
}

/* As many at a time as the parameter says. */
static int bench_programs(struct bench_run *run) {
    int64_t started = 0, ended = 0;
    int code, status = 0;
    bench_start(run);
    for (; started < run->items && started < run->parameter && status == 0; started++)
        status = start_program();
    while (ended < run->items && status == 0) {
        if (wait(&code) < 0 || code != 0)
            return bench_fail("wait", "a program has failed");
        ended++;
        if (started < run->items) {
            status = start_program();
            started++;
        }
    }
    bench_stop(run);
    return status;
}

int main(int argc, char **argv) {
    static const struct bench benches[] = {
        {.name = "echo", .run = bench_server, .parameter = 10, .context = "back"},
        {.name = "pour", .run = bench_server, .parameter = 1},
        {.name = "programs", .run = bench_programs, .parameter = 8},
    };
    return bench_main(benches, sizeof benches / sizeof *benches, argc, argv);
}

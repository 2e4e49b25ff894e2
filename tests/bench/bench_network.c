/* The network and programs, by this library: servers by callbacks, and by streams in coroutines. */
#include "bench.h"
#include "cadran.h"
#include "other_side.h"

/* What a benchmark's server knows. */
struct server {
    struct bench_run *run;
    struct other_side other;
    cad_server *listening;
    cad_event *over; /* all connections are lost, or open */
    int64_t open, expected;
    int64_t bytes; /* that have come */
};

/* --- Connections by callbacks ----------------------------------------------------------------- */

struct session {
    struct server *server;
    cad_transport *transport;
};

static void *new_session(void *server) {
    struct session *self = malloc(sizeof *self);
    if (self != NULL)
        *self = (struct session){.server = server};
    return self;
}

static void made(void *arg, cad_transport *transport) {
    struct session *self = arg;
    self->transport = transport;
    self->server->open++;
}

static int echo_back(void *arg, const char *data, size_t size) {
    struct session *self = arg;
    self->server->bytes += (int64_t)size;
    return cad_transport_write(self->transport, data, size);
}

static void lost(void *arg, int error, cad_exception *exception) {
    struct session *self = arg;
    (void)error, (void)exception;
    if (--self->server->open == 0)
        cad_event_set(self->server->over);
    free(self);
}

static int greet(struct server *server) {
    if (++server->open == server->expected)
        cad_event_set(server->over);
    return 0;
}

static void made_and_greets(void *arg, cad_transport *transport) {
    struct session *self = arg;
    self->transport = transport;
    (void)cad_transport_write(transport, "x", 1);
    (void)greet(self->server);
}

static void ended(void *arg, int error, cad_exception *exception) {
    (void)error, (void)exception;
    free(arg);
}

static int listen_by_callbacks(struct server *self, const cad_protocol *protocol) {
    return cad_create_server(cad_running_loop(), "127.0.0.1", 0, protocol, new_session, self,
                             &self->listening);
}

/* --- Connections by streams ------------------------------------------------------------------- */

/* The server goes with each connection: one at a time is measured. */
static struct server *measured;

static int echo(void *arg) {
    cad_stream *stream = arg;
    cad_bytes bytes = {0};
    int error;
    while ((error = cad_stream_read(stream, OTHER_PIECE, &bytes)) == 0 && bytes.size > 0) {
        measured->bytes += (int64_t)bytes.size;
        error = cad_stream_write(stream, bytes.data, bytes.size);
        if (error == 0)
            error = cad_stream_drain(stream);
        if (error != 0)
            break;
    }
    cad_bytes_free(&bytes);
    cad_stream_free(stream);
    if (--measured->open == 0)
        cad_event_set(measured->over);
    return error;
}

static int swallow(void *arg) {
    cad_stream *stream = arg;
    cad_bytes bytes = {0};
    int error;
    while ((error = cad_stream_read(stream, OTHER_PIECE, &bytes)) == 0 && bytes.size > 0)
        measured->bytes += (int64_t)bytes.size;
    cad_bytes_free(&bytes);
    cad_stream_free(stream);
    cad_event_set(measured->over);
    return error;
}

static int greet_and_wait(void *arg) {
    cad_stream *stream = arg;
    cad_bytes bytes = {0};
    int error = cad_stream_write(stream, "x", 1);
    if (error == 0)
        error = greet(measured);
    if (error == 0)
        error = cad_stream_read(stream, OTHER_PIECE, &bytes);
    cad_bytes_free(&bytes);
    cad_stream_free(stream);
    return error == CAD_ECONNRESET ? 0 : error;
}

struct handler {
    cad_coroutine *coroutine;
};

static void connected(cad_stream *stream, void *arg) {
    const struct handler *handler = arg;
    if (handler->coroutine == echo)
        measured->open++;
    if (cad_task_create(cad_running_loop(), handler->coroutine, stream, NULL, NULL) != 0)
        cad_stream_free(stream);
}

static int listen_by_streams(struct server *self, struct handler *handler) {
    const cad_server_options options = {.connected = connected, .arg = handler};
    measured = self;
    return cad_start_server(cad_running_loop(), "127.0.0.1", 0, &options, &self->listening);
}

/* --- The benchmarks --------------------------------------------------------------------------- */

/* How a server listens, and what its other side does. */
struct kind {
    const cad_protocol *protocol; /* NULL: ... */
    cad_coroutine *coroutine;     /* ... streams */
    other_side_act *act;
    bool holds; /* the memory of connections that are open counts */
};

/* A task: the server, from its first connection to its last. */
static int serve(void *arg) {
    struct server *self = arg;
    const struct kind *kind = self->run->context;
    struct handler handler = {kind->coroutine};
    self->over = cad_event_new(cad_running_loop());
    int error = kind->protocol != NULL ? listen_by_callbacks(self, kind->protocol)
                                       : listen_by_streams(self, &handler);
    if (error != 0)
        return error;
    int64_t before = other_side_resident_bytes();
    bench_start(self->run);
    if (other_side_go(&self->other, cad_server_port(self->listening)) != 0)
        return CAD_ESYSTEM;
    error = cad_event_wait(self->over);
    if (error == 0 && kind->holds) /* their coroutines have begun to wait by then */
        error = cad_sleep(0);
    bench_stop(self->run);
    if (kind->holds)
        self->run->bytes = other_side_resident_bytes() - before;
    cad_server_close(self->listening);
    cad_server_abort_clients(self->listening);
    return error;
}

static int run_loop(cad_coroutine *coroutine, void *arg) {
    cad_loop *loop;
    cad_task *task = NULL;
    int error = cad_loop_new(cad_uv_driver(), &loop);
    if (error == 0)
        error = cad_task_create(loop, coroutine, arg, NULL, &task);
    if (error == 0)
        error = cad_loop_run(loop);
    if (error == 0)
        error = cad_future_result(task, NULL);
    cad_future_unref(task);
    cad_loop_free(loop);
    return error;
}

static int bench_server(struct bench_run *run) {
    const struct kind *kind = run->context;
    struct server server = {.run = run, .expected = run->items};
    other_side_more_descriptors();
    if (other_side_start(&server.other, kind->act, run->items, run->parameter) != 0)
        return 1;
    int error = run_loop(serve, &server);
    if (error != 0)
        return bench_fail("server", cad_error_text(error));
    int64_t expected = kind->act == other_side_echo   ? run->items * OTHER_BLOCK
                       : kind->act == other_side_pour ? run->items * 1024 * 1024
                                                      : 0;
    if (server.bytes != expected)
        return bench_fail("server", "not all bytes have come");
    return other_side_wait(&server.other);
}

/* --- Programs --------------------------------------------------------------------------------- */

static int run_program(void *window) {
    static const char *const argv[] = {"/bin/true", NULL};
    cad_process *process;
    int code = 0, error = cad_semaphore_acquire(window);
    if (error == 0)
        error = cad_create_subprocess_exec(cad_running_loop(), argv, NULL, &process);
    if (error != 0)
        return error;
    error = cad_process_wait(process, &code);
    cad_process_free(process);
    int released = cad_semaphore_release(window);
    return error != 0 ? error : code != 0 ? CAD_EUSER : released;
}

static int run_programs(void *arg) {
    struct bench_run *run = arg;
    cad_semaphore *window = cad_semaphore_new(cad_running_loop(), (size_t)run->parameter);
    cad_task_group *group;
    bench_start(run);
    int error = cad_task_group_enter(&group);
    if (error != 0)
        return error;
    const cad_task_options in_group = {.group = group};
    for (int64_t i = 0; i < run->items && error == 0; i++)
        error = cad_task_create(cad_running_loop(), run_program, window, &in_group, NULL);
    error = cad_task_group_leave(group, error);
    bench_stop(run);
    return error;
}

static int bench_programs(struct bench_run *run) {
    int error = run_loop(run_programs, run);
    return error != 0 ? bench_fail("programs", cad_error_text(error)) : 0;
}

int main(int argc, char **argv) {
    static const cad_protocol echoes = {
        .connection_made = made, .data_received = echo_back, .connection_lost = lost};
    static const cad_protocol holds = {.connection_made = made_and_greets,
                                       .connection_lost = ended};
    static const struct kind by_callbacks = {.protocol = &echoes, .act = other_side_echo};
    static const struct kind by_streams = {.coroutine = echo, .act = other_side_echo};
    static const struct kind held = {.protocol = &holds, .act = other_side_hold, .holds = true};
    static const struct kind held_by_coroutines = {
        .coroutine = greet_and_wait, .act = other_side_hold, .holds = true};
    static const struct kind poured = {.coroutine = swallow, .act = other_side_pour};
    static const struct bench benches[] = {
        {.name = "echo", .run = bench_server, .parameter = 10, .context = &by_callbacks},
        {.name = "echo-streams", .run = bench_server, .parameter = 10, .context = &by_streams},
        {.name = "hold", .run = bench_server, .parameter = 1, .context = &held},
        {.name = "hold-coroutines",
         .run = bench_server,
         .parameter = 1,
         .context = &held_by_coroutines},
        {.name = "pour", .run = bench_server, .parameter = 1, .context = &poured},
        {.name = "programs", .run = bench_programs, .parameter = 8},
    };
    return bench_main(benches, sizeof benches / sizeof *benches, argc, argv);
}

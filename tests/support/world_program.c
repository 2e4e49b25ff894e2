/* A program that uses all of the world outside, and minds no error of it. */
#include "world_program.h"

#include <sys/socket.h>

#include "cadran.h"

/* Leaves the part with an error that nobody minds here. */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        if ((call) != 0)                                                                           \
            return;                                                                                \
    } while (0)

static void made(void *self, cad_transport *transport) {
    *(cad_transport **)self = cad_transport_ref(transport);
}

static int echo(void *self, const char *data, size_t size) {
    return cad_transport_write(*(cad_transport **)self, data, size);
}

static void lost(void *self, int error, cad_exception *exception) {
    (void)error, (void)exception;
    cad_transport_unref(*(cad_transport **)self);
    (void)cad_realloc(self, 0);
}

static void *make_echo(void *arg) {
    (void)arg;
    return cad_realloc(NULL, sizeof(cad_transport *));
}

static const cad_protocol echoing = {
    .connection_made = made, .data_received = echo, .connection_lost = lost};

/* Says something, and hears it again. */
static void talk(cad_stream *stream) {
    static const char words[] = "hello";
    cad_bytes bytes = {0};
    if (cad_stream_write(stream, words, sizeof words) == 0 && cad_stream_drain(stream) == 0)
        (void)cad_stream_readexactly(stream, sizeof words, &bytes);
    cad_bytes_free(&bytes);
    cad_stream_close(stream);
    (void)cad_stream_wait_closed(stream);
    cad_stream_free(stream);
}

static void end(cad_server *server) {
    cad_server_close(server);
    cad_server_abort_clients(server);
    (void)cad_server_wait_closed(server);
    cad_server_free(server);
}

static void meet(void) {
    cad_server *server;
    cad_stream *stream;
    TRY(cad_create_server(cad_running_loop(), "127.0.0.1", 0, &echoing, make_echo, NULL, &server));
    if (cad_open_connection(NULL, cad_server_port(server), 0, &stream) == 0)
        talk(stream);
    end(server);
}

static void meet_at_a_path(void) {
    static const char path[] = "test_system_calls.sock";
    cad_server *server;
    cad_stream *stream;
    TRY(cad_create_unix_server(cad_running_loop(), path, &echoing, make_echo, NULL, &server));
    if (cad_open_unix_connection(path, 0, &stream) == 0)
        talk(stream);
    end(server);
}

static void came(void *event, const char *data, size_t size, const char *host, int sender) {
    (void)data, (void)size, (void)host, (void)sender;
    cad_event_set(event);
}

/* A datagram that is lost comes never. */
static void post(void) {
    static const cad_datagram_protocol inbox = {.datagram_received = came};
    static const cad_datagram_options any = {.local_host = "127.0.0.1"};
    cad_event *event = cad_event_new(cad_running_loop());
    cad_endpoint *endpoint;
    cad_timeout *scope;
    if (event == NULL)
        return;
    TRY(cad_create_datagram_endpoint(cad_running_loop(), &any, &inbox, event, &endpoint));
    int error = cad_endpoint_sendto(endpoint, "x", 1, "127.0.0.1", cad_endpoint_port(endpoint));
    if (error == 0 && cad_timeout_enter(20 * CAD_MILLISECOND, &scope) == 0)
        (void)cad_timeout_leave(scope, cad_event_wait(event));
    cad_endpoint_close(endpoint);
    cad_endpoint_unref(endpoint);
}

static void start_a_program(void) {
    static const cad_process_options piped = {
        .stdin_as = CAD_STDIO_PIPE, .stdout_as = CAD_STDIO_PIPE, .stderr_as = CAD_STDIO_NULL};
    cad_process *process;
    cad_bytes out = {0};
    TRY(cad_subprocess_exec(cad_running_loop(), (const char *const[]){"cat", NULL}, &piped,
                            &process));
    (void)cad_process_communicate(process, "hello", 5, &out, NULL);
    cad_bytes_free(&out);
    cad_process_free(process);
}

int world_program(void *arg) {
    cad_timeout *scope;
    (void)arg;
    if (cad_timeout_enter(10 * CAD_SECOND, &scope) != 0)
        return 0;
    meet();
    meet_at_a_path();
    post();
    start_a_program();
    return cad_timeout_leave(scope, 0);
}

/* A program that uses all of the world outside, and minds no error of it. */
#include "world_program.h"

#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cadran.h"

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
static bool talk(cad_stream *stream) {
    static const char words[] = "hello";
    cad_bytes bytes = {0};
    int error = cad_stream_write(stream, words, sizeof words);
    if (error == 0)
        error = cad_stream_drain(stream);
    if (error == 0)
        error = cad_stream_readexactly(stream, sizeof words, &bytes);
    cad_bytes_free(&bytes);
    cad_stream_write_eof(stream);
    cad_stream_close(stream);
    (void)cad_stream_wait_closed(stream);
    cad_stream_free(stream);
    return error == 0;
}

static void end(cad_server *server) {
    cad_server_close(server);
    cad_server_abort_clients(server);
    (void)cad_server_wait_closed(server);
    cad_server_free(server);
}

static bool meet(void) {
    cad_server *server;
    cad_stream *stream;
    if (cad_create_server(cad_running_loop(), "127.0.0.1", 0, &echoing, make_echo, NULL, &server) !=
        0)
        return false;
    bool fine = cad_open_connection(NULL, cad_server_port(server), 0, &stream) == 0 && talk(stream);
    end(server);
    return fine;
}

/* A socket that nobody listens at is in the way. */
static void leave_dead_socket(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (descriptor < 0)
        return;
    (void)bind(descriptor, (struct sockaddr *)&address, sizeof address);
    (void)close(descriptor);
}

static bool meet_at_a_path(void) {
    static const char path[] = "test_system_calls.sock";
    cad_server *server;
    cad_stream *stream;
    leave_dead_socket(path);
    if (cad_create_unix_server(cad_running_loop(), path, &echoing, make_echo, NULL, &server) != 0)
        return false;
    bool fine = cad_open_unix_connection(path, 0, &stream) == 0 && talk(stream);
    end(server);
    return fine;
}

static void came(void *event, const char *data, size_t size, const char *host, int sender) {
    (void)data, (void)size, (void)host, (void)sender;
    cad_event_set(event);
}

/* Of something that may be lost. */
static bool wait_a_little(cad_event *event) {
    cad_timeout *scope;
    return cad_timeout_enter(20 * CAD_MILLISECOND, &scope) == 0 &&
           cad_timeout_leave(scope, cad_event_wait(event)) == 0;
}

static bool post(void) {
    static const cad_datagram_protocol inbox = {.datagram_received = came};
    static const cad_datagram_options any = {.local_host = "127.0.0.1"};
    cad_event *event = cad_event_new(cad_running_loop());
    cad_endpoint *endpoint;
    if (event == NULL ||
        cad_create_datagram_endpoint(cad_running_loop(), &any, &inbox, event, &endpoint) != 0)
        return false;
    int error = cad_endpoint_sendto(endpoint, "x", 1, "127.0.0.1", cad_endpoint_port(endpoint));
    bool fine = error == 0 && wait_a_little(event);
    cad_endpoint_close(endpoint);
    cad_endpoint_unref(endpoint);
    return fine;
}

static bool talk_to_a_program(void) {
    static const cad_process_options piped = {
        .stdin_as = CAD_STDIO_PIPE, .stdout_as = CAD_STDIO_PIPE, .stderr_as = CAD_STDIO_NULL};
    cad_process *process;
    cad_bytes out = {0};
    if (cad_subprocess_exec(cad_running_loop(), (const char *const[]){"cat", NULL}, &piped,
                            &process) != 0)
        return false;
    bool fine = cad_process_communicate(process, "hello", 5, &out, NULL) == 0 && out.size == 5;
    cad_bytes_free(&out);
    cad_process_free(process);
    return fine;
}

static bool end_a_program(void) {
    static const cad_process_options quiet = {.stdout_as = CAD_STDIO_NULL};
    static const char *const argv[] = {"sleep", "60", NULL};
    cad_process *process;
    int code;
    if (cad_subprocess_exec(cad_running_loop(), argv, &quiet, &process) != 0)
        return false;
    bool fine = cad_process_terminate(process) == 0 && cad_process_wait(process, &code) == 0;
    cad_process_free(process);
    return fine && code == -SIGTERM;
}

static void signalled(void *event) {
    cad_event_set(event);
}

static bool hear_a_signal(void) {
    cad_event *event = cad_event_new(cad_running_loop());
    if (event == NULL || cad_add_signal_handler(cad_running_loop(), SIGUSR1, signalled, event) != 0)
        return false;
    bool fine = raise(SIGUSR1) == 0 && wait_a_little(event);
    (void)cad_remove_signal_handler(cad_running_loop(), SIGUSR1);
    return fine;
}

static bool look_up_a_host(void) {
    struct addrinfo *found;
    if (cad_getaddrinfo("127.0.0.1", "80", NULL, &found) != 0)
        return false;
    freeaddrinfo(found);
    return true;
}

int world_program(void *done) {
    static bool (*const parts[WORLD_PROGRAM_PARTS])(void) = {
        meet,          meet_at_a_path, post,          talk_to_a_program,
        end_a_program, hear_a_signal,  look_up_a_host};
    unsigned count = 0;
    cad_timeout *scope;
    if (cad_timeout_enter(10 * CAD_SECOND, &scope) != 0)
        return 0;
    for (size_t i = 0; i < WORLD_PROGRAM_PARTS; i++)
        count += parts[i]() ? 1 : 0;
    if (done != NULL)
        *(unsigned *)done += count;
    return cad_timeout_leave(scope, 0);
}

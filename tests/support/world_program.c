/* A program that uses all of the world outside, and minds no error of it. */
#include "world_program.h"

#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/uio.h>
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
    if (cad_create_subprocess_exec(cad_running_loop(), (const char *const[]){"cat", NULL}, &piped,
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
    if (cad_create_subprocess_exec(cad_running_loop(), argv, &quiet, &process) != 0)
        return false;
    bool fine = cad_process_terminate(process) == 0 && cad_process_wait(process, &code) == 0;
    cad_process_free(process);
    return fine && code == -SIGTERM;
}

static int heard(void *event, int number, const char *data, size_t size) {
    (void)number, (void)data, (void)size;
    cad_event_set(event);
    return 0;
}

static void over(void *event, int error, cad_exception *exception) {
    (void)error, (void)exception;
    cad_event_set(event);
}

/* What cannot be read is not heard. */
static void deaf(void *event, int number, int error, cad_exception *exception) {
    (void)number, (void)error, (void)exception;
    cad_event_set(event);
}

static bool listen_to_a_program(void) {
    static const cad_subprocess_protocol protocol = {
        .pipe_data_received = heard, .pipe_connection_lost = deaf, .connection_lost = over};
    static const cad_process_options piped = {.stdin_as = CAD_STDIO_PIPE,
                                              .stdout_as = CAD_STDIO_PIPE};
    cad_event *event = cad_event_new(cad_running_loop());
    cad_process *process;
    int code;
    if (event == NULL || cad_subprocess_exec(cad_running_loop(), (const char *const[]){"cat", NULL},
                                             &piped, &protocol, event, &process) != 0)
        return false;
    cad_transport *to = cad_process_pipe_transport(process, 0);
    bool fine = cad_transport_write(to, "hello", 5) == 0 && cad_event_wait(event) == 0;
    cad_process_close(process);
    fine = cad_process_wait(process, &code) == 0 && fine;
    cad_process_free(process);
    return fine;
}

static int read_on(void *event, const char *data, size_t size) {
    (void)data, (void)size;
    cad_event_set(event);
    return 0;
}

static bool listen_to_a_pipe(void) {
    static const cad_protocol reading = {.data_received = read_on, .connection_lost = over};
    static const cad_protocol writing;
    cad_event *event = cad_event_new(cad_running_loop());
    cad_transport *from, *to;
    int ends[2];
    if (event == NULL || pipe(ends) != 0)
        return false;
    if (cad_connect_read_pipe(cad_running_loop(), ends[0], &reading, event, &from) != 0) {
        (void)close(ends[1]);
        return false;
    }
    bool fine = cad_connect_write_pipe(cad_running_loop(), ends[1], &writing, NULL, &to) == 0;
    if (fine) {
        fine = cad_transport_write(to, "hello", 5) == 0 && cad_event_wait(event) == 0;
        cad_transport_close(to);
        cad_transport_unref(to);
    }
    cad_transport_close(from);
    cad_transport_unref(from);
    return fine && cad_sleep(0) == 0;
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

static bool look_up_an_address(void) {
    struct addrinfo *found;
    cad_name_info name;
    if (cad_getaddrinfo("127.0.0.1", "80", NULL, &found) != 0)
        return false;
    int error = cad_getnameinfo(found->ai_addr, found->ai_addrlen, NI_NUMERICHOST, &name);
    freeaddrinfo(found);
    return error == 0;
}

static bool watch_a_descriptor(void) {
    cad_event *event = cad_event_new(cad_running_loop());
    int ends[2];
    if (event == NULL || pipe(ends) != 0)
        return false;
    bool fine = cad_add_writer(cad_running_loop(), ends[1], signalled, event) == 0;
    fine = fine && cad_event_wait(event) == 0;
    (void)cad_remove_writer(cad_running_loop(), ends[1]);
    (void)close(ends[0]);
    (void)close(ends[1]);
    return fine;
}

/* Who connects is told something, in parts. */
static void answer(cad_stream *stream, void *arg) {
    static char hello[] = "hello";
    const struct iovec parts[] = {{hello, 3}, {hello + 3, sizeof hello - 3}};
    (void)arg;
    (void)cad_stream_writelines(stream, parts, 2);
    cad_stream_free(stream);
}

static bool hear_an_answer(void) {
    static const cad_server_options answering = {.connected = answer};
    cad_server *server;
    cad_stream *stream;
    if (cad_start_server(cad_running_loop(), "127.0.0.1", 0, &answering, &server) != 0)
        return false;
    cad_bytes bytes = {0};
    bool fine = cad_open_connection(NULL, cad_server_port(server), 0, &stream) == 0;
    if (fine) {
        fine = cad_stream_read(stream, CAD_ALL, &bytes) == 0 && bytes.size == sizeof "hello";
        cad_stream_free(stream);
    }
    cad_bytes_free(&bytes);
    end(server);
    return fine;
}

int world_program(void *done) {
    static bool (*const parts[WORLD_PROGRAM_PARTS])(void) = {meet,
                                                             meet_at_a_path,
                                                             post,
                                                             talk_to_a_program,
                                                             end_a_program,
                                                             hear_a_signal,
                                                             listen_to_a_program,
                                                             listen_to_a_pipe,
                                                             look_up_a_host,
                                                             look_up_an_address,
                                                             watch_a_descriptor,
                                                             hear_an_answer};
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

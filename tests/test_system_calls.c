/* Each system call that can fail, fails in turn, in a program that uses all of the world outside:
 * each run comes to its end, and leaves no descriptor, no child and no memory. The linker makes the
 * engine call what is here in place of the C library's functions. */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "support/world_test.h"

/* --- The calls ---------------------------------------------------------------------------------
 */

static bool counts;             /* while the program runs */
static unsigned calls, failing; /* how many there were, and which one fails; 0: none */
static const char *failed;      /* its name */

static bool fails(const char *name, int number) {
    if (!counts || ++calls != failing)
        return false;
    failed = name;
    errno = number;
    return true;
}

#define CALL(type, name, number, parameters, arguments)                                            \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters {                                                                \
        return fails(#name, number) ? -1 : __real_##name arguments;                                \
    }

CALL(int, socket, EMFILE, (int domain, int type, int protocol), (domain, type, protocol))
CALL(int, bind, EADDRINUSE, (int fd, const struct sockaddr *address, socklen_t length),
     (fd, address, length))
CALL(int, listen, EADDRINUSE, (int fd, int backlog), (fd, backlog))
CALL(int, connect, ENETUNREACH, (int fd, const struct sockaddr *address, socklen_t length),
     (fd, address, length))
CALL(int, accept4, ECONNABORTED, (int fd, struct sockaddr *address, socklen_t *length, int flags),
     (fd, address, length, flags))
CALL(int, getsockopt, ENOBUFS, (int fd, int level, int name, void *value, socklen_t *length),
     (fd, level, name, value, length))
CALL(int, fcntl, EMFILE, (int fd, int command, int value), (fd, command, value))
CALL(ssize_t, read, ECONNRESET, (int fd, void *buffer, size_t size), (fd, buffer, size))
CALL(ssize_t, send, ECONNRESET, (int fd, const void *data, size_t size, int flags),
     (fd, data, size, flags))
CALL(ssize_t, sendto, ENETUNREACH,
     (int fd, const void *data, size_t size, int flags, const struct sockaddr *address,
      socklen_t length),
     (fd, data, size, flags, address, length))
CALL(ssize_t, recvfrom, ECONNREFUSED,
     (int fd, void *buffer, size_t size, int flags, struct sockaddr *address, socklen_t *length),
     (fd, buffer, size, flags, address, length))
CALL(ssize_t, writev, EPIPE, (int fd, const struct iovec *parts, int count), (fd, parts, count))
CALL(int, pipe2, EMFILE, (int ends[2], int flags), (ends, flags))
CALL(int, open, EMFILE, (const char *path, int flags), (path, flags))

/* It returns its error. */
typedef const posix_spawn_file_actions_t actions;
typedef const posix_spawnattr_t attributes;
int __real_posix_spawn(pid_t *pid, const char *path, actions *with, attributes *how,
                       char *const argv[], char *const envp[]);
int __wrap_posix_spawn(pid_t *pid, const char *path, actions *with, attributes *how,
                       char *const argv[], char *const envp[]);
int __wrap_posix_spawn(pid_t *pid, const char *path, actions *with, attributes *how,
                       char *const argv[], char *const envp[]) {
    return fails("posix_spawn", EAGAIN) ? EAGAIN
                                        : __real_posix_spawn(pid, path, with, how, argv, envp);
}

/* --- The program -------------------------------------------------------------------------------
 */

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
    TRY(cad_create_server(world_loop, "127.0.0.1", 0, &echoing, make_echo, NULL, &server));
    if (cad_open_connection(NULL, cad_server_port(server), 0, &stream) == 0)
        talk(stream);
    end(server);
}

static void meet_at_a_path(void) {
    static const char path[] = "test_system_calls.sock";
    cad_server *server;
    cad_stream *stream;
    TRY(cad_create_unix_server(world_loop, path, &echoing, make_echo, NULL, &server));
    if (cad_open_unix_connection(path, 0, &stream) == 0)
        talk(stream);
    end(server);
    assert_int_not_equal(access(path, F_OK), 0);
}

static void came(void *event, const char *data, size_t size, const char *host, int sender) {
    (void)data, (void)size, (void)host, (void)sender;
    cad_event_set(event);
}

/* A datagram that is lost comes never. */
static void post(void) {
    static const cad_datagram_protocol inbox = {.datagram_received = came};
    static const cad_datagram_options any = {.local_host = "127.0.0.1"};
    cad_event *event = cad_event_new(world_loop);
    cad_endpoint *endpoint;
    cad_timeout *scope;
    TRY(cad_create_datagram_endpoint(world_loop, &any, &inbox, event, &endpoint));
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
    TRY(cad_subprocess_exec(world_loop, (const char *const[]){"cat", NULL}, &piped, &process));
    (void)cad_process_communicate(process, "hello", 5, &out, NULL);
    cad_bytes_free(&out);
    cad_process_free(process);
}

static int use_all(void *arg) {
    cad_timeout *scope;
    (void)arg;
    assert_int_equal(cad_timeout_enter(10 * CAD_SECOND, &scope), 0);
    meet();
    meet_at_a_path();
    post();
    start_a_program();
    assert_int_equal(cad_sleep(0), 0);
    return cad_timeout_leave(scope, 0);
}

/* Whether the call was there to fail. */
static bool run_failing(unsigned number) {
    void *state = NULL;
    assert_int_equal(world_test_setup(&state), 0);
    calls = 0;
    failing = number;
    failed = NULL;
    counts = true;
    world_run(use_all, NULL);
    counts = false;
    assert_int_equal(world_test_teardown(&state), 0);
    return failed != NULL;
}

static void test_system_calls__each_fails_in_turn(void **state) {
    unsigned number = 1;
    (void)state;
    while (run_failing(number))
        number++;
    assert_in_range(number, 40, 1000); /* all of them were there */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_system_calls__each_fails_in_turn),
    };
    return cmocka_run_group_tests(tests, world_test_begin, NULL);
}

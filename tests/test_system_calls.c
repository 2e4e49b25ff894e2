/* Each system call that can fail, fails in turn, in a program that uses all of the world outside:
 * each run comes to its end, and leaves no descriptor, no child and no memory. The linker makes the
 * engine call what is here in place of the C library's functions, and of libuv's, which stand for
 * the calls that it makes (of epoll, of threads). */
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <uv.h>

#include "support/world_program.h"
#include "support/world_test.h"

/* --- The calls -------------------------------------------------------------------------------- */

static bool counts;        /* while the program runs */
static bool interrupts;    /* what fails does so with EINTR, and where that can be */
static atomic_uint calls;  /* how many there were; a worker makes some */
static unsigned failing;   /* which one fails; 0: none */
static const char *failed; /* its name */
static pid_t unkilled;     /* whom a kill that failed was for; 0: nobody */

static bool fails(const char *name, int number) {
    if (!counts || (interrupts && number != EINTR) || atomic_fetch_add(&calls, 1) + 1 != failing)
        return false;
    failed = name;
    errno = number;
    return true;
}

#define WRAP(type, name, parameters)                                                               \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters

#define CALL(type, name, number, parameters, arguments)                                            \
    WRAP(type, name, parameters) {                                                                 \
        return fails(#name, number) ? -1 : __real_##name arguments;                                \
    }
/* One that a signal's handler can break off. */
#define SLOW_CALL(type, name, number, parameters, arguments)                                       \
    CALL(type, name, interrupts ? EINTR : number, parameters, arguments)
/* One that returns its error. */
#define RETURNING(name, number, parameters, arguments)                                             \
    WRAP(int, name, parameters) {                                                                  \
        return fails(#name, number) ? number : __real_##name arguments;                            \
    }

CALL(int, socket, EMFILE, (int domain, int type, int protocol), (domain, type, protocol))
CALL(int, bind, EADDRINUSE, (int fd, const struct sockaddr *address, socklen_t length),
     (fd, address, length))
CALL(int, listen, EADDRINUSE, (int fd, int backlog), (fd, backlog))
CALL(int, connect, ENETUNREACH, (int fd, const struct sockaddr *address, socklen_t length),
     (fd, address, length))
SLOW_CALL(int, accept4, ECONNABORTED,
          (int fd, struct sockaddr *address, socklen_t *length, int flags),
          (fd, address, length, flags))
CALL(int, getsockopt, ENOBUFS, (int fd, int level, int name, void *value, socklen_t *length),
     (fd, level, name, value, length))
CALL(int, fcntl, EMFILE, (int fd, int command, int value), (fd, command, value))
SLOW_CALL(ssize_t, read, ECONNRESET, (int fd, void *buffer, size_t size), (fd, buffer, size))
SLOW_CALL(ssize_t, send, ECONNRESET, (int fd, const void *data, size_t size, int flags),
          (fd, data, size, flags))
SLOW_CALL(ssize_t, sendto, ENETUNREACH,
          (int fd, const void *data, size_t size, int flags, const struct sockaddr *address,
           socklen_t length),
          (fd, data, size, flags, address, length))
SLOW_CALL(ssize_t, recvfrom, ECONNREFUSED,
          (int fd, void *buffer, size_t size, int flags, struct sockaddr *address,
           socklen_t *length),
          (fd, buffer, size, flags, address, length))
SLOW_CALL(ssize_t, writev, EPIPE, (int fd, const struct iovec *parts, int count),
          (fd, parts, count))
SLOW_CALL(ssize_t, sendmsg, ECONNRESET, (int fd, const struct msghdr *message, int flags),
          (fd, message, flags))
CALL(int, pipe2, EMFILE, (int ends[2], int flags), (ends, flags))
CALL(int, open, EMFILE, (const char *path, int flags), (path, flags))

CALL(int, setsockopt, ENOPROTOOPT,
     (int fd, int level, int name, const void *value, socklen_t length),
     (fd, level, name, value, length))
CALL(int, getsockname, ENOBUFS, (int fd, struct sockaddr *address, socklen_t *length),
     (fd, address, length))
CALL(int, getpeername, ENOTCONN, (int fd, struct sockaddr *address, socklen_t *length),
     (fd, address, length))
CALL(int, epoll_ctl, ENOSPC, (int epoll, int operation, int fd, struct epoll_event *event),
     (epoll, operation, fd, event))
CALL(int, shutdown, ENOTCONN, (int fd, int how), (fd, how))
CALL(int, stat, EACCES, (const char *path, struct stat *info), (path, info))
CALL(int, fstat, EOVERFLOW, (int fd, struct stat *info), (fd, info))
CALL(int, access, EACCES, (const char *path, int mode), (path, mode))
CALL(int, unlink, EPERM, (const char *path), (path))
CALL(int, sigaction, EINVAL, (int number, const struct sigaction *action, struct sigaction *before),
     (number, action, before))

/* Of a program that runs as somebody else. */
WRAP(int, kill, (pid_t pid, int number)) {
    if (!fails("kill", EPERM))
        return __real_kill(pid, number);
    unkilled = pid;
    return -1;
}

/* Somebody else has been told of the end. */
WRAP(pid_t, waitpid, (pid_t pid, int *status, int options)) {
    if (interrupts && fails("waitpid", EINTR))
        return -1;
    pid_t found = __real_waitpid(pid, status, options);
    return found > 0 && fails("waitpid", ECHILD) ? -1 : found;
}

typedef const posix_spawn_file_actions_t actions;
typedef const posix_spawnattr_t attributes;
RETURNING(posix_spawn, EAGAIN,
          (pid_t * pid, const char *path, actions *with, attributes *how, char *const argv[],
           char *const envp[]),
          (pid, path, with, how, argv, envp))
typedef posix_spawn_file_actions_t own_actions;
RETURNING(posix_spawn_file_actions_init, ENOMEM, (own_actions * with), (with))
RETURNING(posix_spawn_file_actions_adddup2, ENOMEM, (own_actions * with, int fd, int as),
          (with, fd, as))
RETURNING(posix_spawn_file_actions_addclosefrom_np, ENOMEM, (own_actions * with, int from),
          (with, from))
RETURNING(getnameinfo, EAI_AGAIN,
          (const struct sockaddr *address, socklen_t length, char *host, socklen_t host_size,
           char *service, socklen_t service_size, int flags),
          (address, length, host, host_size, service, service_size, flags))
RETURNING(getaddrinfo, EAI_AGAIN,
          (const char *host, const char *service, const struct addrinfo *hints,
           struct addrinfo **found),
          (host, service, hints, found))
RETURNING(uv_poll_init, UV_ENOSPC, (uv_loop_t * loop, uv_poll_t *handle, int fd),
          (loop, handle, fd))
RETURNING(uv_thread_create, UV_EAGAIN, (uv_thread_t * thread, uv_thread_cb entry, void *arg),
          (thread, entry, arg))
/* Of a loop that begins. */
CALL(int, pipe, EMFILE, (int ends[2]), (ends))
RETURNING(uv_loop_init, UV_EMFILE, (uv_loop_t * loop), (loop))
RETURNING(uv_async_init, UV_EMFILE, (uv_loop_t * loop, uv_async_t *handle, uv_async_cb woken),
          (loop, handle, woken))
RETURNING(uv_mutex_init, UV_EAGAIN, (uv_mutex_t * mutex), (mutex))
RETURNING(uv_cond_init, UV_EAGAIN, (uv_cond_t * condition), (condition))

/* --- The runs --------------------------------------------------------------------------------- */

static void begin_counting(unsigned number) {
    calls = 0;
    failing = number;
    failed = NULL;
    counts = true;
}

/* One that could not be killed goes on, until somebody does who may. */
static void kill_the_unkilled(void) {
    if (unkilled == 0)
        return;
    (void)kill(unkilled, SIGKILL);
    (void)waitpid(unkilled, NULL, 0);
    unkilled = 0;
}

/* How many parts of the program did what they should. */
static unsigned run_failing(unsigned number) {
    void *state = NULL;
    unsigned done = 0;
    assert_int_equal(world_test_setup(&state), 0);
    begin_counting(number);
    world_run(world_program, &done);
    counts = false;
    kill_the_unkilled();
    assert_int_equal(world_test_teardown(&state), 0);
    return done;
}

static void test_system_calls__each_fails_in_turn(void **state) {
    unsigned number = 0;
    (void)state;
    do
        (void)run_failing(++number);
    while (failed != NULL);
    assert_uint_in_range(number, 80, 1000); /* all of them were there */
}

/* Nobody notices. */
static void test_system_calls__each_is_interrupted_in_turn(void **state) {
    unsigned number = 0;
    (void)state;
    interrupts = true;
    do
        assert_int_equal(run_failing(++number), WORLD_PROGRAM_PARTS);
    while (failed != NULL);
    interrupts = false;
    assert_uint_in_range(number, 20, 1000);
}

/* The standard descriptors of a program that has none are given to nobody else. */
static void test_system_calls__each_fails_in_turn_where_standard_input_is_closed(void **state) {
    unsigned number = 0;
    int input = dup(STDIN_FILENO);
    (void)state;
    assert_true(input >= 0);
    (void)close(STDIN_FILENO);
    assert_int_equal(run_failing(0), WORLD_PROGRAM_PARTS);
    do
        (void)run_failing(++number);
    while (failed != NULL);
    assert_int_equal(dup2(input, STDIN_FILENO), STDIN_FILENO);
    (void)close(input);
}

/* Or it is made without. */
static void test_system_calls__a_loop_that_lacks_one_is_not_made(void **state) {
    int before = count_descriptors();
    unsigned number = 0, refused = 0;
    (void)state;
    do {
        cad_loop *loop;
        begin_counting(++number);
        int error = cad_loop_new(cad_uv_driver(), &loop);
        counts = false;
        if (error == 0)
            cad_loop_free(loop);
        else
            refused++;
        assert_int_equal(count_descriptors(), before);
    } while (failed != NULL);
    assert_uint_in_range(refused, 8, 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_system_calls__each_fails_in_turn),
        cmocka_unit_test(test_system_calls__each_is_interrupted_in_turn),
        cmocka_unit_test(test_system_calls__each_fails_in_turn_where_standard_input_is_closed),
        cmocka_unit_test(test_system_calls__a_loop_that_lacks_one_is_not_made),
    };
    return cmocka_run_group_tests(tests, world_test_begin, NULL);
}

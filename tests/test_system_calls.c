/* Each system call that can fail, fails in turn, in a program that uses all of the world outside:
 * each run comes to its end, and leaves no descriptor, no child and no memory. The linker makes the
 * engine call what is here in place of the C library's functions. */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "support/world_program.h"
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

/* --- The runs ----------------------------------------------------------------------------------
 */

/* Whether the call was there to fail. */
static bool run_failing(unsigned number) {
    void *state = NULL;
    assert_int_equal(world_test_setup(&state), 0);
    calls = 0;
    failing = number;
    failed = NULL;
    counts = true;
    world_run(world_program, NULL);
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

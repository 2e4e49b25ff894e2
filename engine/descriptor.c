/* Descriptors: the kernel's calls, without waiting, signals and interruptions. */
#define _GNU_SOURCE /* pipe2 */
#include "descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "address.h"

enum { FIRST = 3 }; /* above the standard ones */

/* Where a program has closed its standard descriptors, the next ones opened get their numbers. */
static int lift(int *descriptor) {
    if (*descriptor >= FIRST)
        return 0;
    int lifted = fcntl(*descriptor, F_DUPFD_CLOEXEC, FIRST);
    if (lifted < 0)
        return errno;
    (void)close(*descriptor);
    *descriptor = lifted;
    return 0;
}

int cad__pipe_open(int ends[2]) {
    if (pipe2(ends, O_CLOEXEC) != 0)
        return errno;
    int error = lift(&ends[0]);
    if (error == 0)
        error = lift(&ends[1]);
    if (error != 0) {
        (void)close(ends[0]);
        (void)close(ends[1]);
    }
    return error;
}

int cad__null_open(int *descriptor) {
    *descriptor = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (*descriptor < 0)
        return errno;
    int error = lift(descriptor);
    if (error != 0)
        (void)close(*descriptor);
    return error;
}

int cad__descriptor_unblock(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    return flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0 ? errno : 0;
}

void cad__descriptor_close(int descriptor) {
    if (descriptor >= 0)
        (void)close(descriptor);
}

static ssize_t count_of(ssize_t result) {
    if (result >= 0)
        return result;
    return errno == EWOULDBLOCK ? -EAGAIN : -errno;
}

ssize_t cad__descriptor_read(int descriptor, void *buffer, size_t size) {
    ssize_t result;
    do
        result = read(descriptor, buffer, size);
    while (result < 0 && errno == EINTR);
    return count_of(result);
}

ssize_t cad__socket_write(int descriptor, const void *data, size_t size) {
    ssize_t result;
    do
        result = send(descriptor, data, size, MSG_NOSIGNAL);
    while (result < 0 && errno == EINTR);
    return count_of(result);
}

ssize_t cad__socket_send(int descriptor, const void *data, size_t size, const cad__address *to) {
    const struct sockaddr *name = to != NULL ? (const struct sockaddr *)&to->storage : NULL;
    ssize_t result;
    do
        result = sendto(descriptor, data, size, MSG_NOSIGNAL, name, to != NULL ? to->length : 0);
    while (result < 0 && errno == EINTR);
    return count_of(result);
}

ssize_t cad__socket_receive(int descriptor, void *buffer, size_t size, cad__address *from) {
    ssize_t result;
    do {
        from->length = sizeof from->storage;
        result =
            recvfrom(descriptor, buffer, size, 0, (struct sockaddr *)&from->storage, &from->length);
    } while (result < 0 && errno == EINTR);
    return count_of(result);
}

/* As many as one call takes. */
static int limit_parts(size_t count) {
    return count < IOV_MAX ? (int)count : IOV_MAX;
}

ssize_t cad__socket_write_parts(int descriptor, const struct iovec *parts, size_t count) {
    struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)parts};
    ssize_t result;
    message.msg_iovlen = (size_t)limit_parts(count);
    do
        result = sendmsg(descriptor, &message, MSG_NOSIGNAL);
    while (result < 0 && errno == EINTR);
    return count_of(result);
}

/* A pipe has no MSG_NOSIGNAL. The signal comes to the thread that writes: there it is held off, and
 * taken back if it was not there before. */
ssize_t cad__pipe_write_parts(int descriptor, const struct iovec *parts, size_t count) {
    static const struct timespec at_once;
    sigset_t broken, before, pending;
    ssize_t result;
    (void)sigemptyset(&broken);
    (void)sigaddset(&broken, SIGPIPE);
    (void)pthread_sigmask(SIG_BLOCK, &broken, &before);
    (void)sigpending(&pending);
    do
        result = writev(descriptor, parts, limit_parts(count));
    while (result < 0 && errno == EINTR);
    result = count_of(result);
    if (result == -EPIPE && sigismember(&pending, SIGPIPE) == 0)
        (void)sigtimedwait(&broken, NULL, &at_once);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result;
}

ssize_t cad__pipe_write(int descriptor, const void *data, size_t size) {
    const struct iovec part = {.iov_base = (void *)(uintptr_t)data, .iov_len = size};
    return cad__pipe_write_parts(descriptor, &part, 1);
}

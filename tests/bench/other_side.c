/* The clients of the network's benchmarks. */
#include "other_side.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

void other_side_more_descriptors(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int64_t other_side_resident_bytes(void) {
    long size = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%ld %ld", &size, &resident) != 2)
        resident = 0;
    if (file != NULL)
        (void)fclose(file);
    return (int64_t)resident * sysconf(_SC_PAGESIZE);
}

static int connect_to(int port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int on = 1, descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (descriptor < 0 || connect(descriptor, (struct sockaddr *)&to, sizeof to) != 0) {
        (void)bench_fail("connect", strerror(errno));
        _exit(1);
    }
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return descriptor;
}

static int send_block(int descriptor) {
    static const char block[OTHER_BLOCK];
    return send(descriptor, block, sizeof block, MSG_NOSIGNAL) == sizeof block ? 0 : 1;
}

/* The rest of a block that is on its way back; whole ones are counted in *done. */
static int take_back(struct pollfd *from, int64_t *left, int64_t *started, int64_t items,
                     int64_t *done) {
    char block[OTHER_BLOCK];
    ssize_t size = recv(from->fd, block, (size_t)*left, 0);
    if (size <= 0)
        return bench_fail("recv", size == 0 ? "the server has hung up" : strerror(errno));
    if ((*left -= size) > 0)
        return 0;
    ++*done;
    *left = OTHER_BLOCK;
    if (*started == items) {
        from->events = 0;
        return 0;
    }
    ++*started;
    return send_block(from->fd);
}

int other_side_echo(int port, int64_t items, int64_t connections) {
    struct pollfd *all = calloc((size_t)connections, sizeof *all);
    int64_t *left = calloc((size_t)connections, sizeof *left), started = 0, done = 0;
    int status = all != NULL && left != NULL ? 0 : bench_fail("echo", "no memory");
    for (int64_t i = 0; i < connections && status == 0; i++) {
        all[i] = (struct pollfd){.fd = connect_to(port), .events = POLLIN};
        left[i] = OTHER_BLOCK;
    }
    for (int64_t i = 0; i < connections && started < items && status == 0; i++, started++)
        status = send_block(all[i].fd);
    while (done < items && status == 0) {
        if (poll(all, (nfds_t)connections, -1) < 0)
            status = bench_fail("poll", strerror(errno));
        for (int64_t i = 0; i < connections && status == 0; i++)
            if ((all[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
                status = take_back(&all[i], &left[i], &started, items, &done);
    }
    free(all);
    free(left);
    return status;
}

int other_side_hold(int port, int64_t items, int64_t connections) {
    int first = -1;
    char byte;
    (void)connections;
    other_side_more_descriptors();
    for (int64_t i = 0; i < items; i++) {
        int descriptor = connect_to(port);
        if (recv(descriptor, &byte, 1, 0) != 1)
            return bench_fail("hold", "the server does not greet");
        if (i == 0)
            first = descriptor;
    }
    return recv(first, &byte, 1, 0) > 0 ? bench_fail("hold", "more than a byte") : 0;
}

int other_side_pour(int port, int64_t items, int64_t connections) {
    static const char piece[OTHER_PIECE];
    int descriptor = connect_to(port);
    (void)connections;
    for (int64_t left = items * 1024 * 1024; left > 0;) {
        size_t size = left < OTHER_PIECE ? (size_t)left : sizeof piece;
        ssize_t sent = send(descriptor, piece, size, MSG_NOSIGNAL);
        if (sent < 0)
            return bench_fail("send", strerror(errno));
        left -= sent;
    }
    return 0;
}

int other_side_start(struct other_side *self, other_side_act *act, int64_t items,
                     int64_t connections) {
    int ends[2], port;
    if (pipe(ends) != 0)
        return bench_fail("pipe", strerror(errno));
    self->pid = fork();
    if (self->pid < 0)
        return bench_fail("fork", strerror(errno));
    if (self->pid == 0) {
        (void)close(ends[1]);
        if (read(ends[0], &port, sizeof port) != sizeof port)
            _exit(1);
        _exit(act(port, items, connections));
    }
    (void)close(ends[0]);
    self->port_pipe = ends[1];
    return 0;
}

int other_side_go(const struct other_side *self, int port) {
    ssize_t written = write(self->port_pipe, &port, sizeof port);
    (void)close(self->port_pipe);
    return written == sizeof port ? 0 : bench_fail("go", strerror(errno));
}

int other_side_wait(const struct other_side *self) {
    int status;
    if (waitpid(self->pid, &status, 0) < 0)
        return bench_fail("waitpid", strerror(errno));
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1;
}

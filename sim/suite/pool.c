/* Workers: processes that do one job after the other.
 *
 * Between this process and a worker is a socket. A job goes there as its number; its answer comes
 * back behind a head with its length. A worker is given the next job before it is done with the one
 * that it is at, so that it never waits for this process; the answers come in the order of the
 * jobs, so that they need no number, and what a worker has not answered yet begins with the one
 * that it is at. */
#define _GNU_SOURCE /* memfd_create() */
#include "suite/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "base/clock.h"
#include "base/memory.h"
#include "cadran.h"

enum {
    AHEAD = 2,   /* jobs that a worker is given at a time */
    SAID = 4096, /* of what a worker said on standard error, its end */
    IDLE_MS = 100,
    CHUNK = 64 * 1024,
};

/* What stands before an answer. */
struct head {
    uint64_t length;
    uint64_t ends; /* whether the worker ends now */
};

struct worker {
    pid_t pid;            /* 0: there is none */
    int fd;               /* the socket */
    int said;             /* what goes to its standard error; a file without a name */
    base_buffer incoming; /* not yet a whole answer */
    size_t jobs[AHEAD];   /* those that it was given, and has not answered */
    unsigned count;
    int64_t since_ns; /* when it began with the first of them */
};

struct crew {
    const suite_pool *pool;
    struct worker *workers;
    struct pollfd *polled; /* one for each */
    size_t next;           /* the first job that nobody was given */
    size_t over;           /* jobs that have an answer */
    size_t *again;         /* jobs whose worker ended before it came to them */
    size_t again_count;
};

/* --- In a worker ----------------------------------------------------------------------------- */

static bool send_all(int fd, const void *bytes, size_t length) {
    const char *from = bytes;
    while (length > 0) {
        ssize_t sent = send(fd, from, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return false;
        from += sent;
        length -= (size_t)sent;
    }
    return true;
}

/* False where there is no more: the other side has closed it. */
static bool receive_all(int fd, void *bytes, size_t length) {
    char *to = bytes;
    while (length > 0) {
        ssize_t got = read(fd, to, length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        to += got;
        length -= (size_t)got;
    }
    return true;
}

/* What the last job said is none of the next one's. */
static void forget_said(void) {
    if (lseek(STDERR_FILENO, 0, SEEK_CUR) > 0 && ftruncate(STDERR_FILENO, 0) == 0)
        (void)lseek(STDERR_FILENO, 0, SEEK_SET);
}

/* Ends the process: a worker never returns to who made it. */
__attribute__((noreturn)) static void work(const suite_pool *pool, int fd) {
    base_buffer answer = {0};
    uint64_t job;
    while (receive_all(fd, &job, sizeof job)) {
        base_buffer_clear(&answer);
        forget_said();
        enum suite_worker state = pool->work(pool->context, job, &answer);
        const struct head head = {answer.length, state == SUITE_WORKER_ENDS};
        if (!send_all(fd, &head, sizeof head) || !send_all(fd, answer.data, answer.length) ||
            state == SUITE_WORKER_ENDS)
            break;
    }
    _exit(0);
}

/* It hears of nobody but its own socket, and ends with who made it, also in the middle of a job. */
static void settle(const struct crew *crew, int fd, int said) {
#ifdef __linux__
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    for (unsigned i = 0; i < crew->pool->workers; i++)
        if (crew->workers[i].pid != 0)
            (void)close(crew->workers[i].fd);
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    (void)dup2(nowhere, STDIN_FILENO);
    (void)dup2(nowhere, STDOUT_FILENO);
    (void)dup2(said, STDERR_FILENO);
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* --- Their life ------------------------------------------------------------------------------ */

/* 0, or -1 with errno. */
static int start(const struct crew *crew, struct worker *worker) {
    int sockets[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
        return -1;
    int said = memfd_create("cadran-worker", MFD_CLOEXEC);
    pid_t pid = said < 0 ? -1 : fork();
    if (pid == 0) {
        (void)close(sockets[0]);
        settle(crew, sockets[1], said);
        work(crew->pool, sockets[1]);
    }
    int reason = errno;
    (void)close(sockets[1]);
    if (pid > 0) {
        *worker = (struct worker){.pid = pid, .fd = sockets[0], .said = said};
        return 0;
    }
    (void)close(sockets[0]);
    if (said >= 0)
        (void)close(said);
    errno = reason;
    return -1;
}

/* Waits for its end, and lets go of it; returns what waitpid() says. */
static int bury(struct worker *worker) {
    int status = 0;
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    (void)close(worker->fd);
    (void)close(worker->said);
    base_buffer_free(&worker->incoming);
    *worker = (struct worker){.pid = 0};
    return status;
}

static void tell(struct crew *crew, size_t job, const suite_answer *answer) {
    crew->over++;
    crew->pool->done(crew->pool->context, job, answer);
}

/* The end of what it said. */
static size_t read_said(const struct worker *worker, char text[SAID]) {
    off_t length = lseek(worker->said, 0, SEEK_END);
    ssize_t got = pread(worker->said, text, SAID, length > SAID ? length - SAID : 0);
    return got > 0 ? (size_t)got : 0;
}

/* The worker has ended, or is to: the job that it was at is lost, the others are done again. */
static void lose(struct crew *crew, struct worker *worker, bool too_long) {
    char text[SAID];
    suite_answer answer = {.text = text, .length = read_said(worker, text)};
    size_t lost = worker->jobs[0];
    bool any = worker->count > 0;
    for (unsigned i = 1; i < worker->count; i++)
        crew->again[crew->again_count++] = worker->jobs[i];
    if (too_long)
        (void)kill(worker->pid, SIGKILL);
    int status = bury(worker);
    answer.end = too_long ? SUITE_TOO_LONG : WIFSIGNALED(status) ? SUITE_CRASHED : SUITE_EXITED;
    answer.number = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    if (any)
        tell(crew, lost, &answer);
}

/* --- Jobs ------------------------------------------------------------------------------------ */

/* Near the end nobody is given two: another may be idle before the first is done. */
static unsigned ahead(const struct crew *crew) {
    size_t left = crew->pool->jobs - crew->next + crew->again_count;
    return left > (size_t)crew->pool->workers * AHEAD ? AHEAD : 1;
}

/* One that died meanwhile is noticed when its end of the socket is read. */
static void give(struct crew *crew, struct worker *worker) {
    while (worker->count < ahead(crew)) {
        uint64_t job;
        if (crew->again_count > 0)
            job = crew->again[--crew->again_count];
        else if (crew->next < crew->pool->jobs)
            job = crew->next++;
        else
            return;
        if (worker->count == 0)
            worker->since_ns = base_clock_ns();
        worker->jobs[worker->count++] = job;
        (void)send_all(worker->fd, &job, sizeof job);
    }
}

/* There is a whole answer: tells it. False where it was the worker's last. */
static bool take_answer(struct crew *crew, struct worker *worker, const struct head *head) {
    const suite_answer answer = {.end = SUITE_ANSWERED,
                                 .text = worker->incoming.data + sizeof *head,
                                 .length = (size_t)head->length};
    size_t job = worker->jobs[0], whole = sizeof *head + (size_t)head->length;
    worker->count--;
    memmove(worker->jobs, worker->jobs + 1, worker->count * sizeof *worker->jobs);
    worker->since_ns = base_clock_ns();
    tell(crew, job, &answer);
    worker->incoming.length -= whole;
    memmove(worker->incoming.data, worker->incoming.data + whole, worker->incoming.length);
    return head->ends == 0;
}

static void take_answers(struct crew *crew, struct worker *worker) {
    struct head head;
    while (worker->incoming.length >= sizeof head) {
        memcpy(&head, worker->incoming.data, sizeof head);
        if (worker->incoming.length < sizeof head + head.length)
            return;
        if (!take_answer(crew, worker, &head)) {
            for (unsigned i = 0; i < worker->count; i++)
                crew->again[crew->again_count++] = worker->jobs[i];
            (void)bury(worker);
            return;
        }
    }
}

/* Something has come from it. 0 or CAD_ENOMEM. */
static int hear(struct crew *crew, struct worker *worker) {
    char chunk[CHUNK];
    ssize_t got = read(worker->fd, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR)
        return 0;
    if (got < 0) /* it may be well, and would wait for ever */
        (void)kill(worker->pid, SIGKILL);
    if (got <= 0) {
        lose(crew, worker, false);
        return 0;
    }
    int error = base_buffer_append(&worker->incoming, chunk, (size_t)got);
    if (error == 0)
        take_answers(crew, worker);
    return error;
}

/* --- The whole ------------------------------------------------------------------------------- */

/* Each has its jobs. 0, or -1 with errno where jobs are left and there is nobody to do them. */
static int man(struct crew *crew) {
    unsigned busy = 0;
    int reason = 0;
    for (unsigned i = 0; i < crew->pool->workers; i++) {
        struct worker *worker = &crew->workers[i];
        bool wanted = crew->next < crew->pool->jobs || crew->again_count > 0;
        if (worker->pid == 0 && wanted && start(crew, worker) != 0)
            reason = errno;
        if (worker->pid != 0)
            give(crew, worker);
        busy += worker->count > 0;
    }
    errno = reason;
    return busy > 0 ? 0 : -1;
}

/* Waits until something comes, for a tenth of a second at most. 0 or CAD_ENOMEM. */
static int listen_to_all(struct crew *crew) {
    const suite_pool *pool = crew->pool;
    int error = 0;
    for (unsigned i = 0; i < pool->workers; i++)
        crew->polled[i] = (struct pollfd){
            .fd = crew->workers[i].pid != 0 ? crew->workers[i].fd : -1, .events = POLLIN};
    int ready = poll(crew->polled, pool->workers, IDLE_MS);
    for (unsigned i = 0; ready > 0 && error == 0 && i < pool->workers; i++)
        if (crew->polled[i].revents != 0)
            error = hear(crew, &crew->workers[i]);
    if (ready == 0 && pool->idle != NULL)
        pool->idle(pool->context);
    return error;
}

static void end_what_takes_too_long(struct crew *crew) {
    int64_t since_ns = base_clock_ns() - crew->pool->limit_ns;
    for (unsigned i = 0; i < crew->pool->workers; i++)
        if (crew->workers[i].count > 0 && crew->workers[i].since_ns < since_ns)
            lose(crew, &crew->workers[i], true);
}

static int run(struct crew *crew) {
    int error = 0;
    while (error == 0 && crew->over < crew->pool->jobs) {
        if (man(crew) != 0)
            return CAD_ESYSTEM;
        error = listen_to_all(crew);
        if (error == 0)
            end_what_takes_too_long(crew);
    }
    return error;
}

int suite_pool_run(const suite_pool *pool) {
    struct crew crew = {
        .pool = pool,
        .workers = base_zalloc(pool->workers, sizeof *crew.workers),
        .polled = base_zalloc(pool->workers, sizeof *crew.polled),
        .again = base_zalloc((size_t)pool->workers * AHEAD, sizeof *crew.again),
    };
    int error = CAD_ENOMEM;
    if (crew.workers != NULL && crew.polled != NULL && crew.again != NULL)
        error = run(&crew);
    int reason = errno;
    for (unsigned i = 0; crew.workers != NULL && i < pool->workers; i++) {
        if (crew.workers[i].pid == 0)
            continue;
        (void)kill(crew.workers[i].pid, SIGKILL); /* it has nothing to do any more */
        (void)bury(&crew.workers[i]);
    }
    base_free(crew.workers);
    base_free(crew.polled);
    base_free(crew.again);
    errno = reason;
    return error;
}

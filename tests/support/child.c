#include "child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void give_up(const char *what) {
    perror(what);
    abort();
}

static void begin(child *self) {
    int ends[2];
    fflush(NULL);
    self->length = 0;
    self->output[0] = '\0';
    if (pipe(ends) != 0)
        give_up("pipe");
    self->pid = fork();
    if (self->pid < 0)
        give_up("fork");
    if (self->pid > 0) {
        (void)close(ends[1]);
        self->pipe = ends[0];
        return;
    }
    (void)close(ends[0]);
    (void)dup2(ends[1], STDOUT_FILENO);
    (void)dup2(ends[1], STDERR_FILENO);
    (void)close(ends[1]);
    /* cmocka's handlers would take a fault for a failure of the test. */
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        (void)signal(faults[i], SIG_DFL);
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
}

void child_start(child *self, int (*fn)(void *arg), void *arg) {
    begin(self);
    if (self->pid > 0)
        return;
    int status = fn(arg);
    fflush(NULL);
    _exit(status);
}

void child_exec(child *self, char *const argv[]) {
    begin(self);
    if (self->pid > 0)
        return;
    (void)execv(argv[0], argv);
    give_up(argv[0]);
}

/* False at the end of the output. What does not fit is lost. */
static bool read_some(child *self) {
    char lost[512];
    size_t room = sizeof self->output - 1 - self->length;
    ssize_t count;
    do
        count = read(self->pipe, room > 0 ? self->output + self->length : lost,
                     room > 0 ? room : sizeof lost);
    while (count < 0 && errno == EINTR);
    if (count <= 0)
        return false;
    if (room > 0)
        self->length += (size_t)count;
    self->output[self->length] = '\0';
    return true;
}

bool child_read_until(child *self, const char *text) {
    while (strstr(self->output, text) == NULL)
        if (!read_some(self))
            return false;
    return true;
}

void child_wait(child *self) {
    while (read_some(self))
        continue;
    (void)close(self->pipe);
    self->pipe = -1;
    while (waitpid(self->pid, &self->status, 0) < 0)
        if (errno != EINTR)
            give_up("waitpid");
}

void child_run(child *self, int (*fn)(void *arg), void *arg) {
    child_start(self, fn, arg);
    child_wait(self);
}

bool child_killed(const child *self, int signal) {
    return WIFSIGNALED(self->status) && WTERMSIG(self->status) == signal;
}

bool child_exited(const child *self, int status) {
    return WIFEXITED(self->status) && WEXITSTATUS(self->status) == status;
}

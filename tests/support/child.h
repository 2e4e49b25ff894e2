/* child.h - runs a part of a test in a process of its own: what is to die there, or to be
 * interrupted, does so without the test.
 */
#ifndef CHILD_H
#define CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct child {
    pid_t pid;
    int pipe;   /* its standard output and error; -1 once child_wait() has read them all */
    int status; /* as waitpid() has it, after child_wait() */
    size_t length;
    char output[8192]; /* ended by '\0' */
} child;

/* Starts fn(arg) in a child whose exit status is what fn returns. Without core dump. */
void child_start(child *self, int (*fn)(void *arg), void *arg);
/* Starts a program, argv[0] with its arguments. */
void child_exec(child *self, char *const argv[]);
/* Reads until the output contains `text`; false when it ends before. */
bool child_read_until(child *self, const char *text);
/* Reads the rest and waits for the end. */
void child_wait(child *self);
/* Both in one. */
void child_run(child *self, int (*fn)(void *arg), void *arg);

/* After the end: whether it ended by this signal, or by exit() with this status. */
bool child_killed(const child *self, int signal);
bool child_exited(const child *self, int status);

#endif

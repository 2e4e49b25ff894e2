/* lines.h - what the tasks print: lines on a file descriptor, through one buffer.
 *
 * The first failure is remembered, and nothing is written after it.
 */
#ifndef RUN_LINES_H
#define RUN_LINES_H

#include <stdbool.h>
#include <stddef.h>

typedef struct run_lines {
    char *buffer;
    size_t length;
    int fd;
    int error;  /* errno of the first failure; 0: none */
    bool shown; /* to a terminal: what it would obey is written out, but for line breaks and tabs */
    bool prompt; /* somebody watches: nothing stays in the buffer while the program waits, or for
                  * long while it does not */
} run_lines;

/* 0 or CAD_ENOMEM. */
int run_lines_open(run_lines *lines, int fd);

/* Appends a line, and its newline. */
void run_lines_add(run_lines *lines, const char *line, size_t length);

/* Writes out what is buffered. Returns lines->error. */
int run_lines_flush(run_lines *lines);

/* Flushes and frees; returns lines->error. The file descriptor stays open. */
int run_lines_close(run_lines *lines);

#endif

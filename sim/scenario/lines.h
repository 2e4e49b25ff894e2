/* lines.h - what the tasks print: lines on a file descriptor, through one buffer.
 *
 * The first failure is remembered, and nothing is written after it.
 */
#ifndef SIM_SCENARIO_LINES_H
#define SIM_SCENARIO_LINES_H

#include <stdbool.h>
#include <stddef.h>

typedef struct sim_lines {
    char *buffer;
    size_t length;
    int fd;
    int error;   /* errno of the first failure; 0: none */
    bool prompt; /* somebody watches: nothing stays in the buffer while the program waits, or for
                  * long while it does not */
} sim_lines;

/* 0 or CAD_ENOMEM. */
int sim_lines_open(sim_lines *lines, int fd);

/* Appends a line, and its newline. */
void sim_lines_add(sim_lines *lines, const char *line, size_t length);

/* Writes out what is buffered. Returns lines->error. */
int sim_lines_flush(sim_lines *lines);

/* Flushes and frees; returns lines->error. The file descriptor stays open. */
int sim_lines_close(sim_lines *lines);

#endif

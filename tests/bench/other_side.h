/* other_side.h - the other side of what is measured over the network: a process of its own, on
 * loopback, in plain system calls, the same for all that are measured.
 */
#ifndef OTHER_SIDE_H
#define OTHER_SIDE_H

#include <stdint.h>
#include <sys/types.h>

enum { OTHER_BLOCK = 1024, OTHER_PIECE = 64 * 1024 };

/* What it does: connects to `port`, and ... */
typedef int other_side_act(int port, int64_t items, int64_t connections);
/* ... sends blocks over so many connections, one at a time on each, and awaits each back. */
other_side_act other_side_echo;
/* ... opens `items` connections, awaits a byte on each, and then their end. */
other_side_act other_side_hold;
/* ... sends `items` MiB over one. */
other_side_act other_side_pour;

struct other_side {
    pid_t pid;
    int port_pipe;
};

/* Forks it, before there is a loop: it waits for the port. 0, or the exit status. */
int other_side_start(struct other_side *self, other_side_act *act, int64_t items,
                     int64_t connections);
/* 0, or the exit status. */
int other_side_go(const struct other_side *self, int port);
/* Waits for its end: 0, or the exit status. */
int other_side_wait(const struct other_side *self);

/* As many descriptors as this process may have. */
void other_side_more_descriptors(void);
/* The memory that this process has in use. */
int64_t other_side_resident_bytes(void);

#endif

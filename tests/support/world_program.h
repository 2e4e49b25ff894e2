/* world_program.h - what is to end in order, whatever fails in it.
 */
#ifndef WORLD_PROGRAM_H
#define WORLD_PROGRAM_H

/* The body of a task under the real clock: a server, a stream, both at a path, too, a datagram, a
 * program. 0; CAD_ETIMEDOUT: something did not come to its end. */
int world_program(void *arg);

#endif

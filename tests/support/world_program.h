/* world_program.h - what is to end in order, whatever fails in it.
 */
#ifndef WORLD_PROGRAM_H
#define WORLD_PROGRAM_H

/* The body of a task under the real clock: a server, a stream, both at a path, too, datagrams, a
 * program that is talked to, one with a protocol, one that is ended, a pipe, a signal, the
 * addresses of a host. 0; CAD_ETIMEDOUT: something did not come to its end. `done` is an unsigned,
 * to which is added how many of its parts did all that they should; or NULL. */
enum { WORLD_PROGRAM_PARTS = 12 };
int world_program(void *done);

#endif

/* descriptor.h - what the engine asks the kernel of descriptors: none of these calls waits.
 *
 * Those that return a count return it or, below 0, the negative errno; -EAGAIN: not now.
 */
#ifndef CADRAN_DESCRIPTOR_H
#define CADRAN_DESCRIPTOR_H

#include <stddef.h>
#include <sys/types.h>

/* A pipe's reading end, its writing end. 0 or an errno. All descriptors that are opened here are
 * above 2, so that none is taken for a standard one, and stay in this process. */
int cad__pipe_open(int ends[2]);
int cad__null_open(int *descriptor);
/* Calls for it return at once from now on. 0 or an errno. */
int cad__descriptor_unblock(int descriptor);
/* Takes -1. */
void cad__descriptor_close(int descriptor);

ssize_t cad__descriptor_read(int descriptor, void *buffer, size_t size);
/* No SIGPIPE comes of it. */
ssize_t cad__socket_write(int descriptor, const void *data, size_t size);
ssize_t cad__pipe_write(int descriptor, const void *data, size_t size);
/* A datagram; `to` is a cad__address, or NULL: to the peer that it is bound to. */
struct cad__address;
ssize_t cad__socket_send(int descriptor, const void *data, size_t size,
                         const struct cad__address *to);
ssize_t cad__socket_receive(int descriptor, void *buffer, size_t size, struct cad__address *from);
/* The same of several parts, one behind the other. */
struct iovec;
ssize_t cad__socket_write_parts(int descriptor, const struct iovec *parts, size_t count);
ssize_t cad__pipe_write_parts(int descriptor, const struct iovec *parts, size_t count);

#endif

/* address.h - addresses of sockets.
 */
#ifndef CADRAN_ADDRESS_H
#define CADRAN_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

typedef struct cad__address {
    struct sockaddr_storage storage;
    socklen_t length;
} cad__address;

/* That of a host, which is a numeric address of IPv4 or IPv6, or "localhost", and a port; NULL: all
 * interfaces. 0, or CAD_EINVAL. */
int cad__address_of_host(const char *host, int port, cad__address *address);
/* That of a path. 0, or CAD_EINVAL: it is too long. */
int cad__address_of_path(const char *path, cad__address *address);
/* Notes with the error that was raised last what was being done, and where: "connecting to". */
void cad__address_note(const char *doing, const struct sockaddr *address);
/* Its numeric host, which is written into `text`; "" where it is a path. And its port, or 0. */
enum { CAD__HOST_SIZE = 64 };
const char *cad__address_host(const cad__address *address, char text[CAD__HOST_SIZE]);
int cad__address_port(const cad__address *address);
bool cad__address_equal(const cad__address *a, const cad__address *b);
/* The port that a socket has here; 0: none. */
int cad__socket_port(int descriptor);

/* A socket of that family, and of a type such as SOCK_STREAM, that does not wait, in *descriptor. 0
 * or an errno. */
int cad__socket_open(int family, int type, int *descriptor);

/* What the kernel has found out about a socket since it was last asked: 0 or an errno. */
int cad__socket_error(int descriptor);

/* Whether two sockets of TCP are the two ends of one connection. */
bool cad__sockets_are_joined(int one, int other);

#endif

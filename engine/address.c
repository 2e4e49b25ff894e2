/* Addresses of sockets, and sockets for them. */
#define _GNU_SOURCE /* SOCK_CLOEXEC, SOCK_NONBLOCK */
#include "address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/un.h>

#include "exception.h"

int cad__address_of_host(const char *host, int port, cad__address *address) {
    struct sockaddr_in *four = (struct sockaddr_in *)(void *)&address->storage;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)&address->storage;
    memset(address, 0, sizeof *address);
    if (port < 0 || port > UINT16_MAX)
        return cad_raise(CAD_EOVERFLOW, "port must be 0-65535.");
    if (host != NULL && strcmp(host, "localhost") == 0)
        host = "127.0.0.1";
    if (host == NULL || inet_pton(AF_INET, host, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)port);
        address->length = sizeof *four;
        return 0;
    }
    if (inet_pton(AF_INET6, host, &six->sin6_addr) != 1)
        return cad_raise(CAD_EINVAL, "a host is a numeric address or localhost");
    six->sin6_family = AF_INET6;
    six->sin6_port = htons((uint16_t)port);
    address->length = sizeof *six;
    return 0;
}

int cad__address_of_path(const char *path, cad__address *address) {
    struct sockaddr_un *local = (struct sockaddr_un *)(void *)&address->storage;
    size_t length = strlen(path);
    memset(address, 0, sizeof *address);
    if (length == 0)
        return cad_raise(CAD_EINVAL, "the path of a socket is empty");
    if (length >= sizeof local->sun_path)
        return cad_raise(CAD_ESYSTEM, "AF_UNIX path too long");
    local->sun_family = AF_UNIX;
    memcpy(local->sun_path, path, length + 1);
    address->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
    return 0;
}

const char *cad__address_host(const cad__address *address, char text[CAD__HOST_SIZE]) {
    const void *storage = &address->storage, *number = NULL;
    int family = address->storage.ss_family;
    if (family == AF_INET)
        number = &((const struct sockaddr_in *)storage)->sin_addr;
    else if (family == AF_INET6)
        number = &((const struct sockaddr_in6 *)storage)->sin6_addr;
    text[0] = '\0';
    if (number != NULL)
        (void)inet_ntop(family, number, text, CAD__HOST_SIZE);
    return text;
}

void cad__address_note(const char *doing, const struct sockaddr *address) {
    char host[CAD__HOST_SIZE];
    cad__address copy = {.length = 0};
    if (address->sa_family == AF_UNIX) {
        cad__note("%s \"%s\"", doing,
                  ((const struct sockaddr_un *)(const void *)address)->sun_path);
        return;
    }
    memcpy(&copy.storage, address,
           address->sa_family == AF_INET ? sizeof(struct sockaddr_in)
                                         : sizeof(struct sockaddr_in6));
    cad__note("%s %s, port %d", doing, cad__address_host(&copy, host), cad__address_port(&copy));
}

int cad__address_port(const cad__address *address) {
    const void *storage = &address->storage;
    switch (address->storage.ss_family) {
    case AF_INET:
        return ntohs(((const struct sockaddr_in *)storage)->sin_port);
    case AF_INET6:
        return ntohs(((const struct sockaddr_in6 *)storage)->sin6_port);
    default:
        return 0;
    }
}

int cad__socket_port(int descriptor) {
    cad__address address = {.length = sizeof address.storage};
    if (getsockname(descriptor, (struct sockaddr *)&address.storage, &address.length) != 0)
        return 0;
    return cad__address_port(&address);
}

/* What is padding in one may be anything in the other. */
bool cad__address_equal(const cad__address *a, const cad__address *b) {
    char one[CAD__HOST_SIZE], other[CAD__HOST_SIZE];
    return cad__address_port(a) == cad__address_port(b) &&
           strcmp(cad__address_host(a, one), cad__address_host(b, other)) == 0;
}

static bool is_of_tcp(const cad__address *address) {
    return address->storage.ss_family == AF_INET || address->storage.ss_family == AF_INET6;
}

/* Whether the address that one has is the one that the other is connected to. */
static bool leads_to(int one, int other) {
    cad__address here, there;
    memset(&here, 0, sizeof here);
    memset(&there, 0, sizeof there);
    here.length = there.length = sizeof here.storage;
    return getsockname(one, (struct sockaddr *)&here.storage, &here.length) == 0 &&
           getpeername(other, (struct sockaddr *)&there.storage, &there.length) == 0 &&
           is_of_tcp(&here) && here.length == there.length &&
           memcmp(&here.storage, &there.storage, here.length) == 0;
}

bool cad__sockets_are_joined(int one, int other) {
    return leads_to(one, other) && leads_to(other, one);
}

int cad__socket_open(int family, int type, int *descriptor) {
    int on = 1;
    *descriptor = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*descriptor < 0)
        return errno;
    if (type == SOCK_STREAM && family != AF_UNIX)
        (void)setsockopt(*descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return 0;
}

int cad__socket_error(int descriptor) {
    int error = 0;
    socklen_t size = sizeof error;
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0 ? errno : error;
}

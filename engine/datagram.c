/* Datagrams: loop.create_datagram_endpoint(), and the transport that it makes.
 *
 * The states are a transport's (transport.c): `closing` sends what is kept, `dropped` nothing any
 * more. What the kernel does not take at once is kept, each datagram by itself. A datagram that
 * cannot be sent is an error that the protocol is told, and no end of anything. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "address.h"
#include "descriptor.h"
#include "entry.h"
#include "exception.h"
#include "ready.h"
#include "watch.h"
#include "water.h"

enum { HEADER = 8 }; /* of UDP: what asyncio counts beside the data of each that is kept */

/* One that is kept. */
typedef struct datagram {
    cad__link link;
    cad__address to;
    size_t size;
    char data[];
} datagram;

struct cad_endpoint {
    cad__object object;
    const cad_datagram_protocol *protocol;
    void *self; /* the protocol's */
    cad__watch *watch;
    cad__entry lost; /* the turn of connection_lost() */
    cad__link kept;  /* datagram */
    size_t unsent;   /* bytes of these */
    size_t high, low;
    cad__address peer; /* whom it is bound to; its length is 0: nobody */
    int descriptor;    /* -1: it is lost */
    uint32_t refs;     /* one is its own, until it is lost */
    bool closing, dropped;
    bool protocol_paused;
};

static void drop_kept(cad_endpoint *self) {
    while (!cad__list_empty(&self->kept)) {
        cad__link *first = self->kept.next;
        cad__unlink(first);
        cad__free(CAD__CONTAINER(first, datagram, link));
    }
    self->unsent = 0;
}

static void let_go(cad_endpoint *self) {
    if (!self->object.loop->closing) /* else it is gone with all requests */
        cad__watch_free(self->watch);
    cad__descriptor_close(self->descriptor);
    drop_kept(self);
    self->watch = NULL;
    self->descriptor = -1;
}

static void clear(cad__object *object) {
    let_go(CAD__CONTAINER(object, cad_endpoint, object));
}

static const cad__type endpoint_type = {.name = "endpoint", .clear = clear};

cad_endpoint *cad_endpoint_ref(cad_endpoint *endpoint) {
    endpoint->refs++;
    return endpoint;
}

void cad_endpoint_unref(cad_endpoint *endpoint) {
    if (endpoint == NULL || endpoint->object.loop->closing)
        return;
    CAD__ASSERT(endpoint->refs > 0, "an endpoint is given back once too often");
    if (--endpoint->refs == 0)
        cad__object_free(&endpoint->object);
}

/* --- The end -------------------------------------------------------------------------------- */

void cad__endpoint_lost_turn(cad__entry *entry) {
    cad_endpoint *self = CAD__CONTAINER(entry, cad_endpoint, lost);
    if (self->protocol->connection_lost != NULL)
        self->protocol->connection_lost(self->self, 0, NULL);
    let_go(self);
    cad_endpoint_unref(self);
}

static void lose(cad_endpoint *self) {
    self->closing = self->dropped = true;
    drop_kept(self);
    cad__watch_set(self->watch, CAD__READER, NULL, NULL);
    cad__watch_set(self->watch, CAD__WRITER, NULL, NULL);
    cad__ready(self->object.loop, &self->lost);
}

void cad_endpoint_close(cad_endpoint *endpoint) {
    if (endpoint->closing)
        return;
    endpoint->closing = true;
    cad__watch_set(endpoint->watch, CAD__READER, NULL, NULL);
    if (cad__list_empty(&endpoint->kept))
        lose(endpoint);
}

void cad_endpoint_abort(cad_endpoint *endpoint) {
    if (!endpoint->dropped)
        lose(endpoint);
}

/* --- Receiving ------------------------------------------------------------------------------ */

static void tell_error(cad_endpoint *self, int number) {
    int error = cad__system_error(number);
    cad_exception *exception = cad_exception_ref(cad_error_exception());
    if (self->protocol->error_received != NULL)
        self->protocol->error_received(self->self, error, exception);
    cad_exception_unref(exception);
}

static void readable(void *arg) {
    cad_endpoint *self = arg;
    char *bytes = self->object.loop->bytes, host[CAD__HOST_SIZE];
    cad__address from = {.length = sizeof from.storage};
    ssize_t count = cad__socket_receive(self->descriptor, bytes, CAD__BYTES, &from);
    if (count < 0 && count != -EAGAIN)
        tell_error(self, (int)-count);
    else if (count >= 0 && self->protocol->datagram_received != NULL)
        self->protocol->datagram_received(self->self, bytes, (size_t)count,
                                          cad__address_host(&from, host), cad__address_port(&from));
}

/* --- Sending -------------------------------------------------------------------------------- */

/* The protocol may send more, or close. */
static void maybe_resume(cad_endpoint *self) {
    if (!self->protocol_paused || self->unsent > self->low)
        return;
    self->protocol_paused = false;
    if (self->protocol->resume_writing != NULL)
        self->protocol->resume_writing(self->self);
}

static void maybe_pause(cad_endpoint *self) {
    if (self->unsent <= self->high || self->protocol_paused)
        return;
    self->protocol_paused = true;
    if (self->protocol->pause_writing != NULL)
        self->protocol->pause_writing(self->self);
}

/* 0, -EAGAIN, or the negative errno that the protocol has to be told. */
static int send_now(const cad_endpoint *self, const void *data, size_t size,
                    const cad__address *to) {
    ssize_t count =
        cad__socket_send(self->descriptor, data, size, self->peer.length > 0 ? NULL : to);
    return count < 0 ? (int)count : 0;
}

/* The next one that is kept; false: not now. */
static bool send_next(cad_endpoint *self) {
    datagram *next = CAD__CONTAINER(self->kept.next, datagram, link);
    int result = send_now(self, next->data, next->size, &next->to);
    if (result == -EAGAIN)
        return false;
    cad__unlink(&next->link);
    self->unsent -= next->size + HEADER;
    cad__free(next);
    if (result < 0)
        tell_error(self, -result);
    return true;
}

static void writable(void *arg) {
    cad_endpoint *self = arg;
    while (!cad__list_empty(&self->kept) && send_next(self))
        ;
    if (!self->dropped)
        maybe_resume(self);
    if (self->dropped || !cad__list_empty(&self->kept))
        return;
    cad__watch_set(self->watch, CAD__WRITER, NULL, NULL);
    if (self->closing)
        lose(self);
}

static int keep(cad_endpoint *self, const void *data, size_t size, const cad__address *to) {
    datagram *kept = cad_realloc(NULL, sizeof *kept + size);
    if (kept == NULL)
        return CAD_ENOMEM;
    *kept = (datagram){.to = *to, .size = size};
    if (size > 0)
        memcpy(kept->data, data, size);
    if (cad__list_empty(&self->kept))
        cad__watch_set(self->watch, CAD__WRITER, writable, self);
    cad__append(&self->kept, &kept->link);
    self->unsent += size + HEADER;
    maybe_pause(self);
    return 0;
}

/* Whom it goes to: the peer that it is bound to, and nobody else; or the one that is named. */
static int find_receiver(const cad_endpoint *self, const char *host, int port, cad__address *to) {
    char message[CAD__HOST_SIZE + 64], peer[CAD__HOST_SIZE];
    if (host == NULL && self->peer.length == 0)
        return cad_raise(CAD_EINVAL, "Invalid address: there is no peer");
    if (host == NULL) {
        *to = self->peer;
        return 0;
    }
    int error = cad__address_of_host(host, port, to);
    if (error != 0 || self->peer.length == 0 || cad__address_equal(to, &self->peer))
        return error;
    (void)snprintf(message, sizeof message, "Invalid address: must be None or ('%s', %d)",
                   cad__address_host(&self->peer, peer), cad__address_port(&self->peer));
    return cad_raise(CAD_EINVAL, message);
}

int cad_endpoint_sendto(cad_endpoint *endpoint, const void *data, size_t size, const char *host,
                        int port) {
    cad__address to;
    int error = find_receiver(endpoint, host, port, &to);
    if (error != 0 || endpoint->closing)
        return error;
    if (!cad__list_empty(&endpoint->kept))
        return keep(endpoint, data, size, &to);
    int result = send_now(endpoint, data, size, &to);
    if (result == -EAGAIN)
        return keep(endpoint, data, size, &to);
    if (result < 0)
        tell_error(endpoint, -result);
    return 0;
}

/* --- What it is asked ----------------------------------------------------------------------- */

bool cad_endpoint_is_closing(const cad_endpoint *endpoint) {
    return endpoint->closing;
}

int cad_endpoint_descriptor(const cad_endpoint *endpoint) {
    return endpoint->descriptor;
}

int cad_endpoint_port(const cad_endpoint *endpoint) {
    return endpoint->descriptor >= 0 ? cad__socket_port(endpoint->descriptor) : 0;
}

size_t cad_endpoint_get_write_buffer_size(const cad_endpoint *endpoint) {
    return endpoint->unsent;
}

int cad_endpoint_set_write_buffer_limits(cad_endpoint *endpoint, int64_t high, int64_t low) {
    int error = cad__water_marks(high, low, &endpoint->high, &endpoint->low);
    if (error == 0)
        maybe_pause(endpoint);
    return error;
}

/* --- Life ----------------------------------------------------------------------------------- */

static int bind_to(int descriptor, const cad__address *address) {
    const struct sockaddr *name = (const struct sockaddr *)&address->storage;
    return bind(descriptor, name, address->length) != 0 ? cad__system_error(errno) : 0;
}

static int connect_to(int descriptor, const cad__address *address) {
    const struct sockaddr *name = (const struct sockaddr *)&address->storage;
    return connect(descriptor, name, address->length) != 0 ? cad__system_error(errno) : 0;
}

/* The socket, bound to what is given. */
static int open_socket(cad_endpoint *self, const cad_datagram_options *options) {
    cad__address local = {.length = 0};
    int error = 0;
    if (options->local_host == NULL && options->remote_host == NULL)
        return cad_raise(CAD_EINVAL, "unexpected address family");
    if (options->local_host != NULL)
        error = cad__address_of_host(options->local_host, options->local_port, &local);
    if (error == 0 && options->remote_host != NULL)
        error = cad__address_of_host(options->remote_host, options->remote_port, &self->peer);
    if (error != 0)
        return error;
    error =
        cad__socket_open(local.length > 0 ? local.storage.ss_family : self->peer.storage.ss_family,
                         SOCK_DGRAM, &self->descriptor);
    if (error != 0)
        return cad__system_error(error);
    if (local.length > 0)
        error = bind_to(self->descriptor, &local);
    if (error == 0 && self->peer.length > 0)
        error = connect_to(self->descriptor, &self->peer);
    return error;
}

static int open_endpoint(cad_endpoint *self, const cad_datagram_options *options) {
    cad_loop *loop = self->object.loop;
    int error = cad__loop_bytes(loop);
    if (error == 0)
        error = open_socket(self, options);
    return error != 0 ? error : cad__watch_new(loop, self->descriptor, &self->watch);
}

int cad_create_datagram_endpoint(cad_loop *loop, const cad_datagram_options *options,
                                 const cad_datagram_protocol *protocol, void *protocol_self,
                                 cad_endpoint **out) {
    cad_endpoint *self = cad__object_new(loop, &endpoint_type, sizeof *self);
    if (self == NULL)
        return CAD_ENOMEM;
    cad__list_init(&self->kept);
    self->lost.kind = CAD__ENTRY_ENDPOINT_LOST;
    self->protocol = protocol;
    self->self = protocol_self;
    self->descriptor = -1;
    self->refs = 2; /* its own, and the caller's */
    (void)cad__water_marks(CAD_DEFAULT, CAD_DEFAULT, &self->high, &self->low);
    int error = open_endpoint(self, options);
    if (error != 0) {
        cad__object_free(&self->object);
        return error;
    }
    *out = self;
    if (protocol->connection_made != NULL)
        protocol->connection_made(protocol_self, self);
    if (!self->closing)
        cad__watch_set(self->watch, CAD__READER, readable, self);
    return 0;
}

/* Transports: bytes between descriptors and protocols.
 *
 * What asyncio has three classes for is one here: a socket goes both ways, a pipe one. The states
 * are asyncio's. `closing`: nothing more is read, nothing more is taken to write; what is buffered
 * is still sent. `dropped`: not that either; connection_lost() has its turn in the ready queue. */
#include "transport.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "descriptor.h"
#include "entry.h"
#include "ready.h"

enum { HIGH_WATER = 64 * 1024, LEAST_BUFFER = 4096 };

struct cad__transport {
    cad__object object;
    const cad__protocol *protocol;
    void *owner;
    cad__watch *watch;
    cad__entry lost;        /* the turn of connection_lost() */
    cad__link member;       /* of the group */
    cad__transports *group; /* NULL: it belongs to none */
    int failure; /* a write has failed with it: what had come is still received; 0: none has */
    char *data;  /* to be written: from `begin` up to `end` */
    size_t begin, end, capacity;
    size_t high, low;
    int descriptor;
    int error; /* what it is lost with */
    cad_exception *exception;
    enum cad__transport_kind kind;
    bool closing, dropped;
    bool eof_written, eof_received;
    bool reading_paused;
    bool protocol_paused;
};

static void clear(cad__object *object) {
    cad__transport *self = CAD__CONTAINER(object, cad__transport, object);
    if (!object->loop->closing) /* else it is gone with all requests */
        cad__watch_free(self->watch);
    cad__descriptor_close(self->descriptor);
    cad__free(self->data);
    cad_exception_unref(self->exception);
}

static const cad__type transport_type = {.name = "transport", .clear = clear};

/* --- Nobody listens ----------------------------------------------------------------------------
 */

static int drop_data(void *owner, const char *data, size_t size) {
    (void)owner, (void)data, (void)size;
    return 0;
}

static bool end_with_eof(void *owner) {
    (void)owner;
    return false;
}

static void drop_lost(void *owner, int error, cad_exception *exception) {
    (void)owner, (void)error, (void)exception;
}

static void drop_pause(void *owner) {
    (void)owner;
}

static const cad__protocol nobody = {drop_data, end_with_eof, drop_lost, drop_pause, drop_pause};

void cad__transport_forget(cad__transport *transport) {
    transport->protocol = &nobody;
    transport->owner = NULL;
}

/* --- Groups ------------------------------------------------------------------------------------
 */

void cad__transport_join(cad__transport *transport, cad__transports *group) {
    transport->group = group;
    cad__append(&group->list, &transport->member);
    group->count++;
}

static void leave_group(cad__transport *self) {
    cad__transports *group = self->group;
    if (group == NULL)
        return;
    self->group = NULL;
    cad__unlink(&self->member);
    if (--group->count == 0)
        group->emptied(group);
}

void cad__transports_each(cad__transports *group, void (*act)(cad__transport *transport)) {
    for (cad__link *link = group->list.next; link != &group->list; link = link->next)
        act(CAD__CONTAINER(link, cad__transport, member));
}

void cad__transports_leave(cad__transports *group) {
    while (!cad__list_empty(&group->list)) {
        cad__transport *transport = CAD__CONTAINER(group->list.next, cad__transport, member);
        transport->group = NULL;
        cad__unlink(&transport->member);
    }
}

/* --- The end ------------------------------------------------------------------------------------
 */

void cad__transport_lost_turn(cad__entry *entry) {
    cad__transport *self = CAD__CONTAINER(entry, cad__transport, lost);
    self->protocol->connection_lost(self->owner, self->error, self->exception);
    leave_group(self);
    cad__object_free(&self->object);
}

static void lose(cad__transport *self, int error) {
    self->dropped = true;
    self->error = error;
    if (error != 0)
        self->exception = cad_exception_ref(cad_error_exception());
    cad__watch_set(self->watch, CAD__READER, NULL, NULL);
    cad__watch_set(self->watch, CAD__WRITER, NULL, NULL);
    cad__ready(self->object.loop, &self->lost);
}

/* asyncio's _force_close(): `error` has been raised, or is 0. */
static void force_close(cad__transport *self, int error) {
    if (self->dropped)
        return;
    self->begin = self->end = 0;
    self->closing = true;
    lose(self, error);
}

void cad__transport_close(cad__transport *transport) {
    if (transport->closing)
        return;
    transport->closing = true;
    if (transport->begin == transport->end)
        lose(transport, 0);
    else if (transport->kind == CAD__SOCKET) /* a pipe's reader is who hears that nobody reads it */
        cad__watch_set(transport->watch, CAD__READER, NULL, NULL);
}

void cad__transport_abort(cad__transport *transport) {
    force_close(transport, 0);
}

void cad__transport_destroy(cad__transport *transport) {
    if (transport != NULL)
        cad__object_free(&transport->object);
}

bool cad__transport_is_closing(const cad__transport *transport) {
    return transport->closing;
}

/* --- Reading ------------------------------------------------------------------------------------
 */

static void end_reading(cad__transport *self) {
    self->eof_received = true;
    bool stays = self->protocol->eof_received(self->owner) && self->kind == CAD__SOCKET;
    if (stays)
        cad__watch_set(self->watch, CAD__READER, NULL, NULL);
    else
        cad__transport_close(self);
}

static void readable(void *arg) {
    cad__transport *self = arg;
    cad_loop *loop = self->object.loop;
    ssize_t count = cad__descriptor_read(self->descriptor, loop->bytes, CAD__BYTES);
    if (count > 0) {
        int error = self->protocol->data_received(self->owner, loop->bytes, (size_t)count);
        if (error != 0)
            force_close(self, error);
    } else if (self->failure != 0) {
        force_close(self, cad__system_error(self->failure));
    } else if (count == 0) {
        end_reading(self);
    } else if (count != -EAGAIN) {
        force_close(self, cad__system_error((int)-count));
    }
}

/* The other end of a pipe that is written to is gone, also when there is nothing to write. */
static void unread(void *arg) {
    cad__transport *self = arg;
    bool unsent = self->begin < self->end;
    force_close(self, unsent ? cad__system_error(EPIPE) : 0);
}

static void start_reading(cad__transport *self) {
    cad__watch_set(self->watch, CAD__READER, self->kind == CAD__WRITE_PIPE ? unread : readable,
                   self);
}

void cad__transport_pause_reading(cad__transport *transport) {
    if (transport->closing || transport->reading_paused)
        return;
    transport->reading_paused = true;
    cad__watch_set(transport->watch, CAD__READER, NULL, NULL);
}

void cad__transport_resume_reading(cad__transport *transport) {
    if (transport->closing || !transport->reading_paused)
        return;
    transport->reading_paused = false;
    start_reading(transport);
}

/* --- Writing ------------------------------------------------------------------------------------
 */

int cad__transport_descriptor(const cad__transport *transport) {
    return transport->descriptor;
}

size_t cad__transport_buffered(const cad__transport *transport) {
    return transport->end - transport->begin;
}

static ssize_t write_now(cad__transport *self, const char *data, size_t size) {
    if (self->kind == CAD__SOCKET)
        return cad__socket_write(self->descriptor, data, size);
    return cad__pipe_write(self->descriptor, data, size);
}

/* Nothing more can be sent. What had come before is still there, and is received first, however
 * little the protocol wants at the moment; then it is lost. */
static void fail(cad__transport *self, int number) {
    if (self->kind != CAD__SOCKET || self->eof_received) {
        force_close(self, cad__system_error(number));
        return;
    }
    self->failure = number;
    self->closing = true;
    self->begin = self->end = 0;
    cad__watch_set(self->watch, CAD__WRITER, NULL, NULL);
    start_reading(self);
}

static void shut_down_writing(cad__transport *self) {
    if (self->kind == CAD__SOCKET)
        (void)shutdown(self->descriptor, SHUT_WR);
}

static void maybe_resume(cad__transport *self) {
    if (!self->protocol_paused || cad__transport_buffered(self) > self->low)
        return;
    self->protocol_paused = false;
    self->protocol->resume_writing(self->owner);
}

/* resume_writing() may have closed it, or written more. */
static void all_written(cad__transport *self) {
    if (self->begin < self->end || self->dropped)
        return;
    cad__watch_set(self->watch, CAD__WRITER, NULL, NULL);
    if (self->closing)
        lose(self, 0);
    else if (self->eof_written)
        shut_down_writing(self);
}

static void writable(void *arg) {
    cad__transport *self = arg;
    ssize_t count = write_now(self, self->data + self->begin, self->end - self->begin);
    if (count < 0 && count != -EAGAIN) {
        fail(self, (int)-count);
        return;
    }
    if (count > 0)
        self->begin += (size_t)count;
    maybe_resume(self);
    all_written(self);
}

/* Room for `size` bytes at the end of what is buffered. */
static int make_room(cad__transport *self, size_t size) {
    size_t used = self->end - self->begin, capacity = self->capacity;
    if (self->capacity - self->end >= size)
        return 0;
    while (capacity < used + size)
        capacity = capacity < LEAST_BUFFER ? LEAST_BUFFER : capacity * 2;
    if (capacity == self->capacity) {
        memmove(self->data, self->data + self->begin, used);
    } else {
        char *data = cad_realloc(NULL, capacity);
        if (data == NULL)
            return CAD_ENOMEM;
        if (used > 0)
            memcpy(data, self->data + self->begin, used);
        cad__free(self->data);
        self->data = data;
        self->capacity = capacity;
    }
    self->begin = 0;
    self->end = used;
    return 0;
}

/* Without memory for it the connection ends: a part of what is written may have been sent. */
static int keep(cad__transport *self, const char *data, size_t size) {
    int error = make_room(self, size);
    if (error != 0) {
        force_close(self, error);
        return error;
    }
    if (self->begin == self->end)
        cad__watch_set(self->watch, CAD__WRITER, writable, self);
    memcpy(self->data + self->end, data, size);
    self->end += size;
    if (cad__transport_buffered(self) > self->high && !self->protocol_paused) {
        self->protocol_paused = true;
        self->protocol->pause_writing(self->owner);
    }
    return 0;
}

int cad__transport_write(cad__transport *transport, const char *data, size_t size) {
    if (transport->eof_written && transport->kind == CAD__SOCKET)
        return cad_raise(CAD_ERUNTIME, "Cannot call write() after write_eof()");
    if (transport->closing || size == 0)
        return 0;
    if (transport->begin < transport->end)
        return keep(transport, data, size);
    ssize_t count = write_now(transport, data, size);
    if (count < 0 && count != -EAGAIN) {
        fail(transport, (int)-count);
        return 0; /* the protocol is told */
    }
    size_t sent = count > 0 ? (size_t)count : 0;
    return sent < size ? keep(transport, data + sent, size - sent) : 0;
}

void cad__transport_write_eof(cad__transport *transport) {
    if (transport->kind != CAD__SOCKET) {
        cad__transport_close(transport);
        return;
    }
    if (transport->closing || transport->eof_written)
        return;
    transport->eof_written = true;
    if (transport->begin == transport->end)
        shut_down_writing(transport);
}

/* --- Life ---------------------------------------------------------------------------------------
 */

static int prepare(cad__transport *self) {
    cad_loop *loop = self->object.loop;
    if (loop->bytes == NULL && (loop->bytes = cad_realloc(NULL, CAD__BYTES)) == NULL)
        return CAD_ENOMEM;
    int error = cad__descriptor_unblock(self->descriptor);
    if (error != 0)
        return cad__system_error(error);
    return cad__watch_new(loop, self->descriptor, &self->watch);
}

int cad__transport_new(cad_loop *loop, enum cad__transport_kind kind, int descriptor,
                       const cad__protocol *protocol, void *owner, cad__transport **out) {
    cad__transport *self = cad__object_new(loop, &transport_type, sizeof *self);
    if (self == NULL) {
        cad__descriptor_close(descriptor);
        return CAD_ENOMEM;
    }
    self->protocol = protocol;
    self->owner = owner;
    self->kind = kind;
    self->descriptor = descriptor;
    self->high = HIGH_WATER;
    self->low = HIGH_WATER / 4;
    self->lost.kind = CAD__ENTRY_CONNECTION_LOST;
    int error = prepare(self);
    if (error != 0) {
        cad__object_free(&self->object);
        return error;
    }
    start_reading(self);
    *out = self;
    return 0;
}

/* Transports: bytes between descriptors and protocols.
 *
 * What asyncio has three classes for is one here: a socket goes both ways, a pipe one. The states
 * are asyncio's. `closing`: nothing more is read, nothing more is taken to write; what is buffered
 * is still sent. `dropped`: not that either; connection_lost() has its turn in the ready queue. */
#include "transport.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "address.h"
#include "descriptor.h"
#include "entry.h"
#include "ready.h"
#include "trace.h"
#include "water.h"

enum { LEAST_BUFFER = 4096 };

struct cad_transport {
    cad__object object;
    const cad_protocol *protocol;
    void *self; /* the protocol's */
    cad__watch *watch;
    cad__entry lost;        /* the turn of connection_lost() */
    cad__link member;       /* of the group */
    cad__transports *group; /* NULL: it belongs to none */
    int failure; /* a write has failed with it: what had come is still received; 0: none has */
    char *data;  /* to be written: from `begin` up to `end` */
    size_t begin, end, capacity;
    size_t high, low;
    int descriptor; /* -1: it is lost */
    int error;      /* what it is lost with */
    cad_exception *exception;
    cad__object *shown;  /* the lane in a trace is this one's; NULL: nobody's any more */
    cad_transport *peer; /* the other end, where that is known; NULL */
    uint64_t sent, received;
    uint32_t refs; /* one is its own, until it is lost */
    enum cad__transport_kind kind;
    bool closing, dropped;
    bool eof_written; /* a socket's alone: a pipe closes */
    bool eof_received;
    bool reading_paused;
    bool protocol_paused;
};

static size_t buffered(const cad_transport *self) {
    return self->end - self->begin;
}

/* What it has beside its memory, which it loses with the connection. */
static void let_go(cad_transport *self) {
    if (!self->object.loop->closing) /* else it is gone with all requests */
        cad__watch_free(self->watch);
    cad__descriptor_close(self->descriptor);
    cad__free(self->data);
    self->watch = NULL;
    self->descriptor = -1;
    self->data = NULL;
    self->begin = self->end = self->capacity = 0;
    if (self->peer != NULL)
        self->peer->peer = NULL;
    self->peer = NULL;
}

static void clear(cad__object *object) {
    cad_transport *self = CAD__CONTAINER(object, cad_transport, object);
    let_go(self);
    cad_exception_unref(self->exception);
}

/* --- What a trace shows --------------------------------------------------------------------- */

void cad__transport_show_as(cad_transport *transport, cad__object *object) {
    transport->shown = object;
}

const char *cad__transport_word(const cad_transport *transport) {
    static const char *const words[] = {[CAD__SOCKET] = "connection",
                                        [CAD__READ_PIPE] = "pipe, read",
                                        [CAD__WRITE_PIPE] = "pipe, written",
                                        [CAD__WRITE_DEVICE] = "device, written"};
    return words[transport->kind];
}

uint64_t cad__transport_in_flight(const cad_transport *transport) {
    return transport->peer != NULL ? transport->sent - transport->peer->received : 0;
}

static void describe(const cad__object *object, cad_object_info *info) {
    const cad_transport *self = CAD__CONTAINER(object, const cad_transport, object);
    info->count = 2;
    info->fields[0] = (cad_object_field){.key = "unsent", .value = (int64_t)buffered(self)};
    info->fields[1] =
        (cad_object_field){.key = "in_flight", .value = (int64_t)cad__transport_in_flight(self)};
}

static const char *lane(const cad__object *object) {
    const cad_transport *self = CAD__CONTAINER(object, const cad_transport, object);
    return self->shown == object && self->descriptor >= 0 ? cad__transport_word(self) : NULL;
}

static const cad__type transport_type = {.name = "transport",
                                         .traced = CAD__TRACED_WHEN_USED,
                                         .describe = describe,
                                         .lane = lane,
                                         .clear = clear};

static void tell_change(const cad_transport *self) {
    if (self->shown != NULL && self->shown->lane)
        cad__trace_object(self->shown);
}

/* Bytes have come from the kernel. What of them is in flight is the other end's to tell. */
static void count_received(cad_transport *self, size_t size) {
    self->received += size;
    if (__builtin_expect(self->object.loop->trace == NULL, 1) || self->shown == NULL)
        return;
    cad__trace_data(self->shown, true, size);
    if (self->peer != NULL)
        tell_change(self->peer);
}

static void count_sent(cad_transport *self, size_t size) {
    self->sent += size;
    if (__builtin_expect(self->object.loop->trace != NULL, 0) && self->shown != NULL)
        cad__trace_data(self->shown, false, size);
}

/* The two ends of a connection inside this process are made one soon after the other: few
 * transports are looked at. */
static void find_peer(cad_transport *self) {
    enum { FEW = 64 };
    const cad__link *all = &self->object.loop->objects;
    size_t seen = 0;
    for (cad__link *link = self->object.all.prev; link != all && seen < FEW; link = link->prev) {
        cad__object *object = CAD__CONTAINER(link, cad__object, all);
        if (object->type != &transport_type)
            continue;
        seen++;
        cad_transport *other = CAD__CONTAINER(object, cad_transport, object);
        if (other->kind == CAD__SOCKET && other->peer == NULL &&
            cad__sockets_are_joined(self->descriptor, other->descriptor)) {
            self->peer = other;
            other->peer = self;
            return;
        }
    }
}

static void begin_lane(cad_transport *self) {
    if (self->kind == CAD__SOCKET)
        find_peer(self);
    cad__trace_lane_begin(self->shown);
}

cad_transport *cad_transport_ref(cad_transport *transport) {
    transport->refs++;
    return transport;
}

void cad_transport_unref(cad_transport *transport) {
    if (transport == NULL || transport->object.loop->closing)
        return;
    CAD__ASSERT(transport->refs > 0, "a transport is given back once too often");
    if (--transport->refs == 0)
        cad__object_free(&transport->object);
}

void cad_transport_set_protocol(cad_transport *transport, const cad_protocol *protocol,
                                void *self) {
    transport->protocol = protocol;
    transport->self = self;
}

void cad__transport_forget(cad_transport *transport) {
    static const cad_protocol nobody;
    cad_transport_set_protocol(transport, &nobody, NULL);
    transport->shown = NULL;
}

/* --- Groups --------------------------------------------------------------------------------- */

void cad__transport_join(cad_transport *transport, cad__transports *group) {
    transport->group = group;
    cad__append(&group->list, &transport->member);
    group->count++;
}

static void leave_group(cad_transport *self) {
    cad__transports *group = self->group;
    if (group == NULL)
        return;
    self->group = NULL;
    cad__unlink(&self->member);
    if (--group->count == 0)
        group->emptied(group);
}

void cad__transports_each(cad__transports *group, void (*act)(cad_transport *transport)) {
    for (cad__link *link = group->list.next; link != &group->list; link = link->next)
        act(CAD__CONTAINER(link, cad_transport, member));
}

void cad__transports_leave(cad__transports *group) {
    while (!cad__list_empty(&group->list)) {
        cad_transport *transport = CAD__CONTAINER(group->list.next, cad_transport, member);
        transport->group = NULL;
        cad__unlink(&transport->member);
    }
}

/* --- The end -------------------------------------------------------------------------------- */

static void end_lane(cad_transport *self) {
    cad__trace_source(self->object.loop, NULL);
    if (self->shown != NULL)
        cad__trace_lane_end(self->shown, 0, self->error, self->exception);
}

void cad__transport_lost_turn(cad__entry *entry) {
    cad_transport *self = CAD__CONTAINER(entry, cad_transport, lost);
    cad_loop *loop = self->object.loop;
    CAD__TRACE(loop, cad__trace_source(loop, self->shown));
    if (self->protocol->connection_lost != NULL)
        self->protocol->connection_lost(self->self, self->error, self->exception);
    CAD__TRACE(loop, end_lane(self));
    leave_group(self);
    let_go(self);
    cad_transport_unref(self);
}

static void lose(cad_transport *self, int error) {
    self->dropped = true;
    self->error = error;
    if (error != 0)
        self->exception = cad_exception_ref(cad_error_exception());
    cad__watch_set(self->watch, CAD__READER, NULL, NULL);
    cad__watch_set(self->watch, CAD__WRITER, NULL, NULL);
    cad__ready(self->object.loop, &self->lost);
}

/* asyncio's _force_close(): `error` has been raised, or is 0. */
static void force_close(cad_transport *self, int error) {
    if (self->dropped)
        return;
    self->begin = self->end = 0;
    self->closing = true;
    lose(self, error);
}

void cad_transport_close(cad_transport *transport) {
    if (transport->closing)
        return;
    transport->closing = true;
    if (buffered(transport) == 0)
        lose(transport, 0);
    else if (transport->kind == CAD__SOCKET) /* of a pipe it is how we hear that nobody reads it */
        cad__watch_set(transport->watch, CAD__READER, NULL, NULL);
}

void cad_transport_abort(cad_transport *transport) {
    force_close(transport, 0);
}

void cad__transport_destroy(cad_transport *transport) {
    if (transport != NULL)
        cad__object_free(&transport->object);
}

bool cad_transport_is_closing(const cad_transport *transport) {
    return transport->closing;
}

/* --- Reading -------------------------------------------------------------------------------- */

static void start_reading(cad_transport *self);

static void end_reading(cad_transport *self) {
    enum { CLOSE, KEEP_OPEN };
    self->eof_received = true;
    const cad_protocol *protocol = self->protocol;
    int result = protocol->eof_received != NULL ? protocol->eof_received(self->self) : CLOSE;
    if (result < 0)
        force_close(self, result);
    else if (result == CLOSE || self->kind != CAD__SOCKET)
        cad_transport_close(self);
    else if (!self->closing && !self->reading_paused)
        start_reading(self);
}

static int hand_over(cad_transport *self, const char *data, size_t size) {
    const cad_protocol *protocol = self->protocol;
    return protocol->data_received != NULL ? protocol->data_received(self->self, data, size) : 0;
}

static void readable(void *arg) {
    cad_transport *self = arg;
    cad_loop *loop = self->object.loop;
    ssize_t count = cad__descriptor_read(self->descriptor, loop->bytes, CAD__BYTES);
    CAD__TRACE(loop, cad__trace_source(loop, self->shown));
    if (count > 0) {
        count_received(self, (size_t)count);
        int error = hand_over(self, loop->bytes, (size_t)count);
        if (error != 0)
            force_close(self, error);
    } else if (self->failure != 0) {
        force_close(self, cad__system_error(self->failure));
    } else if (count == 0) {
        end_reading(self);
    } else if (count != -EAGAIN) {
        force_close(self, cad__system_error((int)-count));
    }
    CAD__TRACE(loop, cad__trace_source(loop, NULL));
}

/* The other end of a pipe that is written to is gone, also when there is nothing to write. */
static void unread(void *arg) {
    cad_transport *self = arg;
    force_close(self, buffered(self) > 0 ? cad__system_error(EPIPE) : 0);
}

/* After the other side's end nothing is left to come but a reset, which a write need not be the
 * first to meet. */
static void failed(void *arg) {
    cad_transport *self = arg;
    int number = cad__socket_error(self->descriptor);
    if (number != 0)
        force_close(self, cad__system_error(number));
    else /* it has ended in both directions, as it should */
        cad__watch_set(self->watch, CAD__FAILURE, NULL, NULL);
}

static void start_reading(cad_transport *self) {
    if (self->eof_received)
        cad__watch_set(self->watch, CAD__FAILURE, failed, self);
    else if (self->kind != CAD__WRITE_DEVICE)
        cad__watch_set(self->watch, CAD__READER, self->kind == CAD__WRITE_PIPE ? unread : readable,
                       self);
}

bool cad_transport_is_reading(const cad_transport *transport) {
    return !transport->closing && !transport->reading_paused;
}

void cad_transport_pause_reading(cad_transport *transport) {
    if (transport->closing || transport->reading_paused)
        return;
    transport->reading_paused = true;
    cad__watch_set(transport->watch, CAD__READER, NULL, NULL);
}

void cad_transport_resume_reading(cad_transport *transport) {
    if (transport->closing || !transport->reading_paused)
        return;
    transport->reading_paused = false;
    start_reading(transport);
}

/* --- Writing -------------------------------------------------------------------------------- */

/* asyncio's _maybe_pause_protocol(). The protocol may write more, or close. */
static void maybe_pause(cad_transport *self) {
    if (buffered(self) <= self->high || self->protocol_paused)
        return;
    self->protocol_paused = true;
    if (self->protocol->pause_writing != NULL)
        self->protocol->pause_writing(self->self);
}

static ssize_t write_now(cad_transport *self, const char *data, size_t size) {
    if (self->kind == CAD__SOCKET)
        return cad__socket_write(self->descriptor, data, size);
    return cad__pipe_write(self->descriptor, data, size);
}

static ssize_t write_parts_now(cad_transport *self, const struct iovec *parts, size_t count) {
    if (self->kind == CAD__SOCKET)
        return cad__socket_write_parts(self->descriptor, parts, count);
    return cad__pipe_write_parts(self->descriptor, parts, count);
}

/* Nothing more can be sent. What had come before is still there, and is received first, however
 * little the protocol wants at the moment; then it is lost. */
static void fail(cad_transport *self, int number) {
    if (self->kind != CAD__SOCKET || self->eof_received) {
        force_close(self, cad__system_error(number));
        return;
    }
    self->failure = number;
    self->closing = true;
    self->begin = self->end = 0;
    start_reading(self);
    /* A connection on which nothing has come, nor its end, would never be readable. It is always
     * writable, and reading finds that nothing is there. */
    cad__watch_set(self->watch, CAD__WRITER, readable, self);
}

static void shut_down_writing(const cad_transport *self) {
    (void)shutdown(self->descriptor, SHUT_WR);
}

static void maybe_resume(cad_transport *self) {
    if (!self->protocol_paused || buffered(self) > self->low)
        return;
    cad_loop *loop = self->object.loop;
    self->protocol_paused = false;
    CAD__TRACE(loop, cad__trace_source(loop, self->shown));
    if (self->protocol->resume_writing != NULL)
        self->protocol->resume_writing(self->self);
    CAD__TRACE(loop, cad__trace_source(loop, NULL));
}

/* resume_writing() may have closed it, or written more. */
static void all_written(cad_transport *self) {
    if (buffered(self) > 0 || self->dropped)
        return;
    cad__watch_set(self->watch, CAD__WRITER, NULL, NULL);
    if (self->closing)
        lose(self, 0);
    else if (self->eof_written)
        shut_down_writing(self);
}

static void writable(void *arg) {
    cad_transport *self = arg;
    ssize_t count = write_now(self, self->data + self->begin, buffered(self));
    if (count < 0 && count != -EAGAIN) {
        fail(self, (int)-count);
        return;
    }
    if (count > 0) {
        self->begin += (size_t)count;
        count_sent(self, (size_t)count);
        CAD__TRACE(self->object.loop, tell_change(self));
    }
    maybe_resume(self);
    all_written(self);
}

/* Room for `size` bytes at the end of what is buffered. */
static int make_room(cad_transport *self, size_t size) {
    size_t used = buffered(self), capacity = self->capacity;
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
static int keep(cad_transport *self, const char *data, size_t size) {
    int error = make_room(self, size);
    if (error != 0) {
        force_close(self, error);
        return error;
    }
    if (buffered(self) == 0)
        cad__watch_set(self->watch, CAD__WRITER, writable, self);
    memcpy(self->data + self->end, data, size);
    self->end += size;
    maybe_pause(self);
    return 0;
}

/* What has been written of the first parts, in one call, is skipped. */
static int keep_rest(cad_transport *self, const struct iovec *parts, size_t count, size_t sent) {
    int error = 0;
    for (size_t i = 0; i < count && error == 0 && !self->closing; i++) {
        size_t size = parts[i].iov_len, skipped = sent < size ? sent : size;
        sent -= skipped;
        if (skipped < size)
            error = keep(self, (const char *)parts[i].iov_base + skipped, size - skipped);
    }
    return error;
}

static int refuse_after_eof(const cad_transport *self, const char *refusal) {
    return self->eof_written ? cad_raise(CAD_ERUNTIME, refusal) : 0;
}

static int send_or_keep(cad_transport *self, const char *data, size_t size) {
    ssize_t count = write_now(self, data, size);
    if (count < 0 && count != -EAGAIN) {
        fail(self, (int)-count);
        return 0; /* the protocol is told */
    }
    size_t done = count > 0 ? (size_t)count : 0;
    if (done > 0)
        count_sent(self, done);
    return done < size ? keep(self, data + done, size - done) : 0;
}

int cad_transport_write(cad_transport *transport, const void *data, size_t size) {
    int error = refuse_after_eof(transport, "Cannot call write() after write_eof()");
    if (error != 0 || transport->closing || size == 0)
        return error;
    error =
        buffered(transport) > 0 ? keep(transport, data, size) : send_or_keep(transport, data, size);
    CAD__TRACE(transport->object.loop, tell_change(transport));
    return error;
}

int cad_transport_writelines(cad_transport *transport, const struct iovec *parts, size_t count) {
    ssize_t done = 0;
    int error = refuse_after_eof(transport, "Cannot call writelines() after write_eof()");
    if (error != 0 || transport->closing)
        return error;
    if (buffered(transport) == 0)
        done = write_parts_now(transport, parts, count);
    if (done < 0 && done != -EAGAIN) {
        fail(transport, (int)-done);
        return 0; /* the protocol is told */
    }
    if (done > 0)
        count_sent(transport, (size_t)done);
    error = keep_rest(transport, parts, count, done > 0 ? (size_t)done : 0);
    CAD__TRACE(transport->object.loop, tell_change(transport));
    return error;
}

void cad_transport_write_eof(cad_transport *transport) {
    if (transport->kind != CAD__SOCKET) {
        cad_transport_close(transport);
        return;
    }
    if (transport->closing || transport->eof_written)
        return;
    transport->eof_written = true;
    if (buffered(transport) == 0)
        shut_down_writing(transport);
}

/* --- What it is asked ----------------------------------------------------------------------- */

int cad_transport_descriptor(const cad_transport *transport) {
    return transport->descriptor;
}

int cad_transport_port(const cad_transport *transport) {
    bool is_socket = transport->kind == CAD__SOCKET && transport->descriptor >= 0;
    return is_socket ? cad__socket_port(transport->descriptor) : 0;
}

size_t cad_transport_get_write_buffer_size(const cad_transport *transport) {
    return buffered(transport);
}

int cad_transport_set_write_buffer_limits(cad_transport *transport, int64_t high, int64_t low) {
    int error = cad__water_marks(high, low, &transport->high, &transport->low);
    if (error == 0)
        maybe_pause(transport);
    return error;
}

void cad_transport_get_write_buffer_limits(const cad_transport *transport, size_t *low,
                                           size_t *high) {
    *low = transport->low;
    *high = transport->high;
}

/* --- Life ----------------------------------------------------------------------------------- */

static int prepare(cad_transport *self) {
    cad_loop *loop = self->object.loop;
    int error = cad__loop_bytes(loop);
    if (error != 0)
        return error;
    error = cad__descriptor_unblock(self->descriptor);
    if (error != 0)
        return cad__system_error(error);
    return cad__watch_new(loop, self->descriptor, &self->watch);
}

int cad__transport_new(cad_loop *loop, enum cad__transport_kind kind, int descriptor,
                       const cad_protocol *protocol, void *protocol_self, cad_transport **out) {
    cad_transport *self = cad__object_new(loop, &transport_type, sizeof *self);
    if (self == NULL) {
        cad__descriptor_close(descriptor);
        return CAD_ENOMEM;
    }
    cad_transport_set_protocol(self, protocol, protocol_self);
    self->refs = 1;
    self->kind = kind;
    self->descriptor = descriptor;
    self->shown = &self->object;
    (void)cad__water_marks(CAD_DEFAULT, CAD_DEFAULT, &self->high, &self->low);
    self->lost.kind = CAD__ENTRY_CONNECTION_LOST;
    int error = prepare(self);
    if (error != 0) {
        cad__object_free(&self->object);
        return error;
    }
    *out = self;
    return 0;
}

/* It may be paused or closed there. */
void cad__transport_start(cad_transport *transport) {
    CAD__TRACE(transport->object.loop, begin_lane(transport));
    if (transport->protocol->connection_made != NULL)
        transport->protocol->connection_made(transport->self, transport);
    if (cad_transport_is_reading(transport))
        start_reading(transport);
}

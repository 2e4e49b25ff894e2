/* asyncio.open_connection() and loop.create_connection(), and both at a path. */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "address.h"
#include "descriptor.h"
#include "resolve.h"
#include "stream.h"
#include "waiter.h"

/* A connection that is being made; the operation's. What it becomes is made in the turn in which
 * that is found out, as a callback: so that the protocol's connection_made() is no part of the
 * task's turn, and runs on the loop's stack. A task that is cancelled after that closes it. */
typedef struct attempt {
    cad_loop *loop;
    cad__watch *watch;
    cad__waiters waiters;         /* the task */
    const cad_protocol *protocol; /* NULL: it becomes a stream */
    void *self;                   /* the protocol's */
    size_t limit;                 /* the stream's */
    cad_stream *stream;           /* what it has become; NULL */
    cad_transport *transport;     /* likewise; a reference */
    int error;                    /* what has become of it, where it could not be made */
    cad_exception *exception;
    cad__lookup *lookup;         /* of the host's name; NULL: it is an address */
    cad_future *answered;        /* when that has found it; a reference */
    const struct addrinfo *next; /* what it has found and nobody has tried yet */
    cad__address tried;
    int descriptor;
} attempt;

/* --- What it becomes -------------------------------------------------------------------------- */

/* The transport watches the descriptor itself. */
static int make(attempt *self) {
    int descriptor = self->descriptor;
    cad__watch_free(self->watch);
    self->watch = NULL;
    self->descriptor = -1;
    if (self->protocol == NULL)
        return cad__stream_new(self->loop, CAD__SOCKET, descriptor, self->limit, &self->stream);
    cad_transport *transport;
    int error = cad__transport_new(self->loop, CAD__SOCKET, descriptor, self->protocol, self->self,
                                   &transport);
    if (error != 0)
        return error;
    self->transport = cad_transport_ref(transport);
    cad__transport_start(transport);
    return 0;
}

/* The first of the errors is the one that counts. */
static void note_error(attempt *self, int error) {
    if (error == 0 || self->error != 0)
        return;
    self->error = error;
    self->exception = cad_exception_ref(cad_error_exception());
}

static void let_go_of_socket(attempt *self) {
    cad__watch_free(self->watch);
    cad__descriptor_close(self->descriptor);
    self->watch = NULL;
    self->descriptor = -1;
}

static void drop_errors(attempt *self) {
    cad_exception_unref(self->exception);
    self->exception = NULL;
    self->error = 0;
}

/* --- Trying ----------------------------------------------------------------------------------- */

static void connected(void *arg);

/* The loop is asked first: where it cannot watch, nobody outside has seen a connection. */
static int begin_try(attempt *self, const struct sockaddr *address, socklen_t length) {
    int error = cad__socket_open(address->sa_family, SOCK_STREAM, &self->descriptor);
    if (error != 0)
        return cad__system_error(error);
    error = cad__watch_new(self->loop, self->descriptor, &self->watch);
    if (error != 0)
        return error;
    if (connect(self->descriptor, address, length) != 0 && errno != EINPROGRESS)
        return cad__system_error(errno);
    return 0;
}

static void note_address(const attempt *self) {
    cad__address_note("connecting to", (const struct sockaddr *)&self->tried.storage);
}

/* What has come to its end at once is told of as what takes longer. 0 or an error, raised. */
static int try_address(attempt *self, const struct sockaddr *address, socklen_t length) {
    memcpy(&self->tried.storage, address, length);
    int error = begin_try(self, address, length);
    if (error == 0) {
        cad__watch_set(self->watch, CAD__WRITER, connected, self);
        return 0;
    }
    note_address(self);
    let_go_of_socket(self);
    return error;
}

/* The next address of the host, one after the other, as asyncio does. False: none is left. */
static bool try_next(attempt *self) {
    while (self->next != NULL) {
        const struct addrinfo *info = self->next;
        self->next = info->ai_next;
        int error = try_address(self, info->ai_addr, info->ai_addrlen);
        if (error == 0)
            return true;
        note_error(self, error);
    }
    return false;
}

static void connected(void *arg) {
    attempt *self = arg;
    cad__watch_set(self->watch, CAD__WRITER, NULL, NULL);
    int number = cad__socket_error(self->descriptor);
    if (number == 0) {
        drop_errors(self);
        note_error(self, make(self));
    } else {
        int error = cad__system_error(number);
        note_address(self);
        note_error(self, error);
        let_go_of_socket(self);
        if (try_next(self))
            return;
    }
    cad__wake_all(&self->waiters);
}

/* --- The wait --------------------------------------------------------------------------------- */

static void end_attempt(attempt *self) {
    if (!self->loop->closing) /* else it is gone with all requests */
        cad__watch_free(self->watch);
    cad__descriptor_close(self->descriptor);
    cad__lookup_unref(self->lookup);
    cad_future_unref(self->answered);
    cad_stream_free(self->stream);
    if (self->transport != NULL)
        cad_transport_close(self->transport);
    cad_transport_unref(self->transport);
    cad_exception_unref(self->exception);
    cad__free(self);
}

/* The caller has it now. */
static void hand_over(attempt *self, void **out) {
    *out = self->protocol == NULL ? (void *)self->stream : (void *)self->transport;
    self->stream = NULL;
    self->transport = NULL;
}

/* 0, and it tries the addresses that were found; or an error. */
static int take_answer(attempt *self) {
    int error = cad_future_result(self->answered, NULL);
    if (error == 0)
        error = cad__lookup_error(self->lookup);
    if (error != 0)
        return error;
    self->next = cad__lookup_found(self->lookup);
    if (try_next(self))
        return 0;
    return cad__raise(self->error, cad_exception_ref(self->exception));
}

static int take_result(attempt *self, void **out) {
    if (self->error != 0)
        return cad__raise(self->error, cad_exception_ref(self->exception));
    hand_over(self, out);
    return 0;
}

static int connect_poll(cad_task *task) {
    enum { BEGIN, RESOLVED, CONNECTED };
    cad__wait *wait = &cad__task_of(task)->wait;
    attempt *self = wait->item;
    int error = wait->error;
    if (wait->phase == BEGIN && self->lookup != NULL) {
        wait->phase = RESOLVED;
        if (!cad_future_done(self->answered))
            return cad__wait_future(task, self->answered);
    }
    if (error == 0 && wait->phase == RESOLVED) {
        wait->object = NULL;
        error = take_answer(self);
    }
    if (error == 0 && wait->phase != CONNECTED) {
        wait->phase = CONNECTED;
        return cad__park(task, &self->waiters);
    }
    if (error == 0)
        error = take_result(self, wait->out);
    end_attempt(self);
    return error;
}

static void connect_drop(cad_task *task) {
    end_attempt(cad__task_of(task)->wait.item);
}

static const cad__operation open_operation = {
    .verb = "open_connection", .poll = connect_poll, .drop = connect_drop};
static const cad__operation create_operation = {
    .verb = "create_connection", .poll = connect_poll, .drop = connect_drop};

/* --- The beginning ---------------------------------------------------------------------------- */

/* `wanted` says what it is to become. NULL: no memory. */
static attempt *new_attempt(const attempt *wanted) {
    attempt *self = cad__zalloc(sizeof *self);
    if (self == NULL)
        return NULL;
    *self = *wanted;
    self->loop = cad_running_loop();
    self->descriptor = -1;
    cad__waiters_init(&self->waiters);
    return self;
}

/* `error` is what came of its beginning. */
static int begin(attempt *self, int error, const cad__operation *operation, void **out) {
    cad__wait *wait = cad__current_wait();
    if (error != 0) {
        end_attempt(self);
        return error;
    }
    wait->item = self;
    wait->out = out;
    return cad__begin(wait, operation, self->answered);
}

static int begin_at(const cad__address *address, const attempt *wanted,
                    const cad__operation *operation, void **out) {
    attempt *self = new_attempt(wanted);
    if (self == NULL)
        return CAD_ENOMEM;
    int error = try_address(self, (const struct sockaddr *)&address->storage, address->length);
    return begin(self, error, operation, out);
}

/* A name is looked for first. */
static int begin_at_name(const char *name, int port, const attempt *wanted,
                         const cad__operation *operation, void **out) {
    static const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    char service[8];
    attempt *self = new_attempt(wanted);
    if (self == NULL)
        return CAD_ENOMEM;
    (void)snprintf(service, sizeof service, "%d", port);
    int error =
        cad__lookup_start(self->loop, name, service, &hints, &self->lookup, &self->answered);
    return begin(self, error, operation, out);
}

static int begin_at_host(const char *host, int port, const attempt *wanted,
                         const cad__operation *operation, void **out) {
    cad__address address;
    int error = cad__address_of_host(host != NULL ? host : "localhost", port, &address);
    if (error == CAD_EINVAL)
        return begin_at_name(host, port, wanted, operation, out);
    return error != 0 ? error : begin_at(&address, wanted, operation, out);
}

static int begin_at_path(const char *path, const attempt *wanted, const cad__operation *operation,
                         void **out) {
    cad__address address;
    int error = cad__address_of_path(path, &address);
    return error != 0 ? error : begin_at(&address, wanted, operation, out);
}

int cad_open_connection(const char *host, int port, size_t limit, cad_stream **stream) {
    const attempt wanted = {.limit = limit};
    return begin_at_host(host, port, &wanted, &open_operation, (void **)(void *)stream);
}

int cad_open_unix_connection(const char *path, size_t limit, cad_stream **stream) {
    const attempt wanted = {.limit = limit};
    return begin_at_path(path, &wanted, &open_operation, (void **)(void *)stream);
}

int cad_create_connection(const char *host, int port, const cad_protocol *protocol, void *self,
                          cad_transport **transport) {
    const attempt wanted = {.protocol = protocol, .self = self};
    return begin_at_host(host, port, &wanted, &create_operation, (void **)(void *)transport);
}

int cad_create_unix_connection(const char *path, const cad_protocol *protocol, void *self,
                               cad_transport **transport) {
    const attempt wanted = {.protocol = protocol, .self = self};
    return begin_at_path(path, &wanted, &create_operation, (void **)(void *)transport);
}

/* asyncio.start_server() and loop.create_server(), and both at a path. */
#define _GNU_SOURCE /* accept4 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "address.h"
#include "descriptor.h"
#include "stream.h"
#include "waiter.h"

enum { BACKLOG = 100 };           /* asyncio's: how many wait to be accepted, and are, at once */
#define RETRY_DELAY_NS CAD_SECOND /* likewise: after descriptors have run out */

struct cad_server {
    cad__object object;
    cad__watch *watch;            /* NULL: it is closed */
    const cad_protocol *protocol; /* NULL: its connections are streams */
    union {
        cad_client_connected *connected; /* of streams */
        cad_protocol_factory *factory;   /* may be NULL */
    };
    void *arg;
    cad__transports connections;
    cad__waiters waiters; /* for its end */
    cad_handle *retry;    /* when it accepts again; NULL: it does */
    char *path;           /* NULL: it has none */
    dev_t device;         /* of the file at `path`, which somebody may have replaced */
    ino_t file;
    size_t limit; /* of streams */
    int descriptor;
    bool accepting; /* who is told of a connection may free the server meanwhile: */
    bool freed;     /* then it goes when accepting is over */
};

static void describe(const cad__object *object, cad_object_info *info) {
    const cad_server *self = CAD__CONTAINER(object, const cad_server, object);
    info->count = 2;
    info->fields[0] =
        (cad_object_field){.key = "connections", .value = (int64_t)self->connections.count};
    info->fields[1] = (cad_object_field){.key = "waiters", .value = (int64_t)self->waiters.count};
}

static size_t waiters(const cad__object *object) {
    return CAD__CONTAINER(object, const cad_server, object)->waiters.count;
}

static void remove_file(cad_server *self) {
    struct stat info;
    if (self->path != NULL && stat(self->path, &info) == 0 && info.st_dev == self->device &&
        info.st_ino == self->file)
        (void)unlink(self->path);
    cad__free(self->path);
    self->path = NULL;
}

static void clear(cad__object *object) {
    cad_server *self = CAD__CONTAINER(object, cad_server, object);
    if (!object->loop->closing) /* else it is gone with all requests */
        cad__watch_free(self->watch);
    cad__descriptor_close(self->descriptor);
    remove_file(self);
}

static const cad__type server_type = {.name = "server",
                                      .traced = CAD__TRACED_WHEN_USED,
                                      .describe = describe,
                                      .waiters = waiters,
                                      .clear = clear};

/* --- Accepting ------------------------------------------------------------------------------ */

static void start_accepting(void *arg);

/* Without descriptors or memory it would be told again and again: so it looks away for a while. */
static void rest(cad_server *self) {
    cad__watch_set(self->watch, CAD__READER, NULL, NULL);
    if (cad_call_later(self->object.loop, RETRY_DELAY_NS, start_accepting, self, &self->retry) != 0)
        start_accepting(self);
}

static int serve_stream(cad_server *self, int descriptor) {
    cad_stream *stream;
    int error = cad__stream_new(self->object.loop, CAD__SOCKET, descriptor, self->limit, &stream);
    if (error != 0)
        return error;
    cad__stream_join(stream, &self->connections);
    CAD__CHANGED(self);
    self->connected(stream, self->arg);
    return 0;
}

static int serve_protocol(cad_server *self, int descriptor) {
    cad_transport *transport;
    int error = cad__transport_new(self->object.loop, CAD__SOCKET, descriptor, self->protocol,
                                   self->arg, &transport);
    if (error != 0)
        return error;
    void *protocol_self = self->factory != NULL ? self->factory(self->arg) : self->arg;
    if (self->factory != NULL && protocol_self == NULL) { /* it wants no other one the less */
        cad__transport_destroy(transport);
        return 0;
    }
    cad_transport_set_protocol(transport, self->protocol, protocol_self);
    cad__transport_join(transport, &self->connections);
    CAD__CHANGED(self);
    cad__transport_start(transport);
    return 0;
}

/* 0 or an errno: ENOMEM where a connection cannot be served, for want of memory or of room in the
 * kernel's table of what is watched; it is closed then. */
static int accept_one(cad_server *self) {
    int on = 1, descriptor = accept4(self->descriptor, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (descriptor < 0)
        return errno;
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    int error =
        self->protocol != NULL ? serve_protocol(self, descriptor) : serve_stream(self, descriptor);
    return error != 0 ? ENOMEM : 0;
}

/* Who is told of a connection may close the server. */
static void accept_all(cad_server *self) {
    for (int i = 0; i < BACKLOG && self->watch != NULL; i++) {
        switch (accept_one(self)) {
        case 0:
        case EINTR:
        case ECONNABORTED: /* by who had connected */
            break;
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case ENOMEM:
            if (self->watch != NULL)
                rest(self);
            return;
        default:
            return;
        }
    }
}

static void accept_some(void *arg) {
    cad_server *self = arg;
    self->accepting = true;
    accept_all(self);
    self->accepting = false;
    if (self->freed)
        cad__object_free(&self->object);
}

static void start_accepting(void *arg) {
    cad_server *self = arg;
    cad_handle_unref(self->retry);
    self->retry = NULL;
    cad__watch_set(self->watch, CAD__READER, accept_some, self);
}

/* --- Starting ------------------------------------------------------------------------------- */

/* A socket that nobody listens at any more is in the way. */
static void remove_dead(const char *path, const cad__address *address) {
    struct stat info;
    int probe;
    if (stat(path, &info) != 0 || !S_ISSOCK(info.st_mode) ||
        cad__socket_open(AF_UNIX, SOCK_STREAM, &probe) != 0)
        return;
    if (connect(probe, (const struct sockaddr *)&address->storage, address->length) != 0 &&
        errno == ECONNREFUSED)
        (void)unlink(path);
    cad__descriptor_close(probe);
}

/* The loop is asked first: where it cannot watch, nobody outside has seen anything of the server.
 */
static int begin_listening(cad_server *self, const cad__address *address) {
    const struct sockaddr *name = (const struct sockaddr *)&address->storage;
    int on = 1, error = cad__socket_open(name->sa_family, SOCK_STREAM, &self->descriptor);
    if (error != 0)
        return cad__system_error(error);
    error = cad__watch_new(self->object.loop, self->descriptor, &self->watch);
    if (error != 0)
        return error;
    if (name->sa_family != AF_UNIX)
        (void)setsockopt(self->descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(self->descriptor, name, address->length) != 0 ||
        listen(self->descriptor, BACKLOG) != 0)
        return cad__system_error(errno);
    return 0;
}

static int listen_at(cad_server *self, const cad__address *address) {
    int error = begin_listening(self, address);
    if (error != 0)
        cad__address_note("listening at", (const struct sockaddr *)&address->storage);
    return error;
}

/* The server notices that nobody is connected any more. */
static void emptied(cad__transports *connections) {
    cad_server *self = CAD__CONTAINER(connections, cad_server, connections);
    if (self->watch == NULL)
        cad__wake_all(&self->waiters);
}

static cad_server *new_server(cad_loop *loop, void *arg) {
    cad_server *self = cad__object_new(loop, &server_type, sizeof *self);
    if (self == NULL)
        return NULL;
    self->arg = arg;
    self->descriptor = -1;
    self->connections.emptied = emptied;
    cad__list_init(&self->connections.list);
    cad__waiters_init(&self->waiters);
    return self;
}

static cad_server *new_stream_server(cad_loop *loop, const cad_server_options *options) {
    cad_server *self = new_server(loop, options->arg);
    if (self == NULL)
        return NULL;
    self->connected = options->connected;
    self->limit = options->limit;
    return self;
}

static cad_server *new_protocol_server(cad_loop *loop, const cad_protocol *protocol,
                                       cad_protocol_factory *factory, void *arg) {
    cad_server *self = new_server(loop, arg);
    if (self == NULL)
        return NULL;
    self->protocol = protocol;
    self->factory = factory;
    return self;
}

static int start(cad_server *self, int error, cad_server **out) {
    if (error != 0) {
        cad__object_free(&self->object);
        return error;
    }
    start_accepting(self);
    *out = self;
    return 0;
}

/* `self` may be NULL: out of memory. */
static int start_at_host(cad_server *self, const char *host, int port, cad_server **out) {
    cad__address address;
    if (self == NULL)
        return CAD_ENOMEM;
    int error = cad__address_of_host(host, port, &address);
    return start(self, error != 0 ? error : listen_at(self, &address), out);
}

int cad_start_server(cad_loop *loop, const char *host, int port, const cad_server_options *options,
                     cad_server **server) {
    return start_at_host(new_stream_server(loop, options), host, port, server);
}

int cad_create_server(cad_loop *loop, const char *host, int port, const cad_protocol *protocol,
                      cad_protocol_factory *factory, void *arg, cad_server **server) {
    return start_at_host(new_protocol_server(loop, protocol, factory, arg), host, port, server);
}

static int listen_at_path(cad_server *self, const char *path, const cad__address *address) {
    struct stat info;
    remove_dead(path, address);
    int error = listen_at(self, address);
    if (error != 0)
        return error;
    if (stat(path, &info) != 0)
        return cad__system_error(errno);
    self->device = info.st_dev;
    self->file = info.st_ino;
    self->path = cad__strdup(path);
    if (self->path == NULL)
        (void)unlink(path);
    return self->path != NULL ? 0 : CAD_ENOMEM;
}

static int start_at_path(cad_server *self, const char *path, cad_server **out) {
    cad__address address;
    if (self == NULL)
        return CAD_ENOMEM;
    int error = cad__address_of_path(path, &address);
    return start(self, error != 0 ? error : listen_at_path(self, path, &address), out);
}

int cad_start_unix_server(cad_loop *loop, const char *path, const cad_server_options *options,
                          cad_server **server) {
    return start_at_path(new_stream_server(loop, options), path, server);
}

int cad_create_unix_server(cad_loop *loop, const char *path, const cad_protocol *protocol,
                           cad_protocol_factory *factory, void *arg, cad_server **server) {
    return start_at_path(new_protocol_server(loop, protocol, factory, arg), path, server);
}

/* --- What it is asked ----------------------------------------------------------------------- */

int cad_server_port(const cad_server *server) {
    return server->descriptor >= 0 ? cad__socket_port(server->descriptor) : 0;
}

bool cad_server_is_serving(const cad_server *server) {
    return server->watch != NULL;
}

void cad_server_close(cad_server *server) {
    if (server->watch == NULL)
        return;
    if (server->retry != NULL)
        cad_handle_cancel(server->retry);
    cad_handle_unref(server->retry);
    server->retry = NULL;
    cad__watch_free(server->watch);
    server->watch = NULL;
    cad__descriptor_close(server->descriptor);
    server->descriptor = -1;
    remove_file(server);
    if (server->connections.count == 0)
        cad__wake_all(&server->waiters);
}

void cad_server_close_clients(cad_server *server) {
    cad__transports_each(&server->connections, cad_transport_close);
}

void cad_server_abort_clients(cad_server *server) {
    cad__transports_each(&server->connections, cad_transport_abort);
}

static int wait_closed_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    cad_server *self = wait->object;
    if (wait->error != 0)
        return wait->error;
    if (self->watch != NULL || self->connections.count > 0)
        return cad__park(task, &self->waiters);
    return 0;
}

static const cad__operation wait_closed_operation = {.verb = "wait_closed",
                                                     .poll = wait_closed_poll};

int cad_server_wait_closed(cad_server *server) {
    return cad__begin(cad__current_wait(), &wait_closed_operation, server);
}

void cad_server_free(cad_server *server) {
    cad__object *object = server != NULL ? &server->object : NULL;
    CAD__ASSERT_UNUSED(object, &server_type);
    CAD__ASSERT(server == NULL || !server->freed, "it has been freed");
    if (server == NULL || object->loop->closing)
        return;
    cad_server_close(server);
    cad__transports_leave(&server->connections);
    server->freed = true;
    if (!server->accepting)
        cad__object_free(object);
}

/* asyncio.open_connection() and open_unix_connection(). */
#include <errno.h>
#include <sys/socket.h>

#include "address.h"
#include "descriptor.h"
#include "stream.h"
#include "waiter.h"

/* A connection that is being made; the operation's. */
typedef struct attempt {
    cad_loop *loop;
    cad__watch *watch;
    cad__waiters waiters; /* the task */
    size_t limit;
    int descriptor;
} attempt;

static void end_attempt(attempt *self) {
    if (!self->loop->closing) /* else it is gone with all requests */
        cad__watch_free(self->watch);
    cad__descriptor_close(self->descriptor);
    cad__free(self);
}

static void connected(void *arg) {
    attempt *self = arg;
    cad__watch_set(self->watch, CAD__WRITER, NULL, NULL);
    cad__wake_all(&self->waiters);
}

/* What the kernel has found out. */
static int outcome_of(const attempt *self) {
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(self->descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        error = errno;
    return error != 0 ? cad__system_error(error) : 0;
}

/* The stream watches the descriptor itself. */
static int make_stream(attempt *self, cad_stream **stream) {
    int descriptor = self->descriptor;
    cad__watch_free(self->watch);
    self->watch = NULL;
    self->descriptor = -1;
    return cad__stream_new(self->loop, CAD__SOCKET, descriptor, self->limit, stream);
}

static int connect_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    attempt *self = wait->item;
    if (wait->phase++ == 0 && self->watch != NULL)
        return cad__park(task, &self->waiters);
    int error = wait->error;
    if (error == 0)
        error = outcome_of(self);
    if (error == 0)
        error = make_stream(self, (cad_stream **)(void *)wait->out);
    end_attempt(self);
    return error;
}

static void connect_drop(cad_task *task) {
    end_attempt(cad__task_of(task)->wait.item);
}

static const cad__operation connect_operation = {
    .verb = "open_connection", .poll = connect_poll, .drop = connect_drop};

/* Begins it: where it has not come to its end at once, that is watched for. */
static int start(attempt *self, const cad__address *address) {
    int error = cad__socket_open(address, &self->descriptor);
    if (error != 0)
        return cad__system_error(error);
    if (connect(self->descriptor, (const struct sockaddr *)&address->storage, address->length) == 0)
        return 0;
    if (errno != EINPROGRESS)
        return cad__system_error(errno);
    error = cad__watch_new(self->loop, self->descriptor, &self->watch);
    if (error == 0)
        cad__watch_set(self->watch, CAD__WRITER, connected, self);
    return error;
}

static int open_connection(const cad__address *address, size_t limit, cad_stream **stream) {
    cad__wait *wait = cad__current_wait();
    attempt *self = cad__zalloc(sizeof *self);
    if (self == NULL)
        return CAD_ENOMEM;
    self->loop = cad_running_loop();
    self->limit = limit;
    self->descriptor = -1;
    cad__waiters_init(&self->waiters);
    int error = start(self, address);
    if (error != 0) {
        end_attempt(self);
        return error;
    }
    wait->item = self;
    wait->out = (void **)(void *)stream;
    return cad__begin(wait, &connect_operation, NULL);
}

int cad_open_connection(const char *host, int port, size_t limit, cad_stream **stream) {
    cad__address address;
    int error = cad__address_of_host(host != NULL ? host : "localhost", port, &address);
    return error != 0 ? error : open_connection(&address, limit, stream);
}

int cad_open_unix_connection(const char *path, size_t limit, cad_stream **stream) {
    cad__address address;
    int error = cad__address_of_path(path, &address);
    return error != 0 ? error : open_connection(&address, limit, stream);
}

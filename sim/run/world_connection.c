/* Connections: who may make them, the tasks that serve them. */
#include "run/world_connection.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "program/exceptions.h"
#include "run/objects.h"
#include "run/report.h"
#include "run/values.h"

/* --- Leave ----------------------------------------------------------------------------------- */

static bool is_this_machine(const char *host) {
    return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
           strncmp(host, "127.", 4) == 0;
}

/* An entry is "HOST" or "HOST:PORT". */
static bool fits(const char *entry, size_t size, const char *host, int64_t port) {
    char with_port[24];
    size_t length = strlen(host);
    (void)snprintf(with_port, sizeof with_port, ":%" PRId64, port);
    if (size < length || memcmp(entry, host, length) != 0)
        return false;
    return size == length || (size - length == strlen(with_port) &&
                              memcmp(entry + length, with_port, size - length) == 0);
}

static bool may_reach(const run_leave *leave, const char *host, int64_t port) {
    if (leave->hosts == NULL)
        return leave->net && is_this_machine(host);
    for (const char *entry = leave->hosts; *entry != '\0';) {
        size_t size = strcspn(entry, ",");
        if (fits(entry, size, host, port))
            return true;
        entry += size + (entry[size] == ',');
    }
    return false;
}

static int refuse(const char *format, const char *what, int64_t port) {
    base_buffer message = {0};
    int error = base_buffer_format(&message, format, what, port);
    if (error == 0)
        error = prog_raise(CAD_EPERMISSION, message.data);
    base_buffer_free(&message);
    return error;
}

/* The file itself need not be there; its folder is looked at as it really is. */
static bool is_inside(const char *path, const char *folder) {
    char real_folder[PATH_MAX], real_parent[PATH_MAX], parent[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    if (length >= sizeof parent)
        return false;
    memcpy(parent, path, length);
    parent[length] = '\0';
    if (realpath(folder, real_folder) == NULL ||
        realpath(length > 0 ? parent : ".", real_parent) == NULL)
        return false;
    size_t size = strlen(real_folder);
    return strncmp(real_parent, real_folder, size) == 0 &&
           (real_parent[size] == '\0' || real_parent[size] == '/' || size == 1);
}

/* --- Where ----------------------------------------------------------------------------------- */

static int evaluate_limit(run_job *job, const expr_expression *limit, size_t *bytes) {
    int64_t whole = 0;
    *bytes = 0;
    if (limit == NULL)
        return 0;
    int error = run_evaluate_whole(job, limit, "limit", &whole);
    if (error == 0 && whole <= 0)
        return prog_raise(CAD_EINVAL, "Limit cannot be <= 0");
    *bytes = (size_t)whole;
    return error;
}

/* The host is in machine->text. */
static int evaluate_address(run_job *job, const expr_text *host, const expr_expression *port,
                            int *number) {
    static const char here[] = "127.0.0.1";
    base_buffer *text = &job->machine->text;
    int64_t whole;
    int error = run_evaluate_whole(job, port, "port", &whole);
    if (error == 0 && (whole < 0 || whole > UINT16_MAX))
        return prog_raise(CAD_EOVERFLOW, "port must be 0-65535.");
    if (error == 0 && host != NULL) {
        error = run_say(job, host);
    } else if (error == 0) {
        base_buffer_clear(text);
        error = base_buffer_append(text, here, sizeof here - 1);
    }
    if (error == 0 && !may_reach(&job->machine->options->leave, text->data, whole))
        return refuse("\"%s:%" PRId64 "\" is not what --allow-net allows", text->data, whole);
    *number = (int)whole;
    return error;
}

static int evaluate_path(run_job *job, const expr_text *path) {
    int error = run_say(job, path);
    const char *text = job->machine->text.data;
    if (error == 0 && !is_inside(text, job->machine->options->leave.folder))
        return refuse("\"%s\" is not in the folder that --allow-unix names", text, 0);
    return error;
}

/* --- Connections ----------------------------------------------------------------------------- */

static const prog_object connection_object = {.name = "connection", .type = PROG_CONNECTION};
static const prog_object server_object = {.name = "server", .type = PROG_SERVER};

int run_connection_value(run_machine *machine, cad_stream *stream, expr_value *value) {
    return run_instance_new(machine, &connection_object, stream, value);
}

int run_connect(run_job *job, const expr_text *host, const expr_expression *port,
                const expr_expression *limit) {
    size_t bytes;
    int number, error = evaluate_limit(job, limit, &bytes);
    if (error == 0)
        error = evaluate_address(job, host, port, &number);
    if (error != 0)
        return error;
    return cad_open_connection(job->machine->text.data, number, bytes, (cad_stream **)&job->item);
}

int run_connect_unix(run_job *job, const expr_text *path, const expr_expression *limit) {
    size_t bytes;
    int error = evaluate_limit(job, limit, &bytes);
    if (error == 0)
        error = evaluate_path(job, path);
    if (error != 0)
        return error;
    return cad_open_unix_connection(job->machine->text.data, bytes, (cad_stream **)&job->item);
}

/* --- Handlers -------------------------------------------------------------------------------- */

/* What a server does with each connection. */
typedef struct run_service {
    run_machine *machine;
    const prog_body *body;
    struct run_service *next; /* in run_machine.services */
    expr_value arguments[];   /* of body->parameters; the first is the connection's place */
} run_service;

/* A task that serves a connection: where it fails, or is cancelled, it closes it. */
typedef struct run_handler {
    run_machine *machine;
    expr_value connection;
    cad_stream *stream;
    struct run_handler *next, *previous; /* in run_machine.handlers */
} run_handler;

static void end_handler(run_handler *self) {
    if (self->previous != NULL)
        self->previous->next = self->next;
    else
        self->machine->handlers = self->next;
    if (self->next != NULL)
        self->next->previous = self->previous;
    expr_value_unref(self->connection);
    base_free(self);
}

static void handler_ended(cad_future *task, void *arg) {
    run_handler *self = arg;
    if (cad_future_cancelled(task) || cad_future_unretrieved(task))
        cad_stream_close(self->stream);
    end_handler(self);
}

static run_handler *new_handler(run_machine *machine, cad_stream *stream, expr_value connection) {
    run_handler *self = base_zalloc(1, sizeof *self);
    if (self == NULL)
        return NULL;
    self->machine = machine;
    self->stream = stream;
    self->connection = expr_value_ref(connection);
    self->next = machine->handlers;
    if (self->next != NULL)
        self->next->previous = self;
    machine->handlers = self;
    return self;
}

/* Its name, `serve-1`, as a spawn would give it one, in machine->text. */
static int name_task(run_machine *machine, const prog_body *body) {
    uint64_t number = ++machine->spawned[body->index];
    base_buffer_clear(&machine->text);
    return base_buffer_format(&machine->text, "%s-%" PRIu64, body->name, number);
}

static int start_task(const run_service *service, expr_value connection, cad_task **task) {
    run_machine *machine = service->machine;
    const prog_body *body = service->body;
    run_new_task new_task = {.name_is_kept = true,
                             .body = body,
                             .locals = machine->arguments,
                             .local_count = body->parameters};
    run_draws draws;
    int error = name_task(machine, body);
    if (error == 0 && machine->program->draws) {
        error = run_draws_start(machine, machine->draws.identity, body->name, &draws);
        new_task.draws = &draws;
    }
    if (error != 0)
        return error;
    new_task.name = machine->text.data;
    machine->arguments[0] = expr_value_ref(connection);
    for (uint32_t i = 1; i < body->parameters; i++)
        machine->arguments[i] = expr_value_ref(service->arguments[i]);
    error = run_task_new(machine, &new_task, task);
    for (uint32_t i = 0; i < body->parameters; i++) {
        if (error != 0)
            expr_value_unref(machine->arguments[i]);
        machine->arguments[i] = EXPR_NONE;
    }
    return error;
}

static int serve(const run_service *service, cad_stream *stream) {
    run_machine *machine = service->machine;
    expr_value connection;
    cad_task *task = NULL;
    int error = run_connection_value(machine, stream, &connection);
    if (error != 0)
        return error;
    run_handler *handler = new_handler(machine, stream, connection);
    error = handler != NULL ? start_task(service, connection, &task) : CAD_ENOMEM;
    if (error == 0)
        error = cad_future_add_done_callback(task, handler_ended, handler);
    if (error != 0 && handler != NULL)
        end_handler(handler);
    cad_future_unref(task);
    expr_value_unref(connection);
    return error;
}

static void client_connected(cad_stream *stream, void *arg) {
    const run_service *service = arg;
    if (serve(service, stream) == CAD_ENOMEM)
        (void)run_machine_no_memory(service->machine);
}

/* --- Servers --------------------------------------------------------------------------------- */

static int new_service(run_job *job, const prog_serve *serve, run_service **out) {
    run_machine *machine = job->machine;
    size_t parameters = serve->body->parameters;
    run_service *self = base_zalloc(1, sizeof *self + parameters * sizeof self->arguments[0]);
    if (self == NULL)
        return CAD_ENOMEM;
    self->machine = machine;
    self->body = serve->body;
    self->next = machine->services;
    machine->services = self;
    *out = self;
    return run_evaluate_arguments(job, serve->arguments, self->arguments);
}

static int start_server(run_job *job, const prog_serve *serve, const cad_server_options *options,
                        cad_server **server) {
    cad_loop *loop = job->machine->loop;
    const base_buffer *text = &job->machine->text;
    int port, error = serve->port != NULL ? evaluate_address(job, serve->host, serve->port, &port)
                                          : evaluate_path(job, serve->path);
    if (error != 0)
        return error;
    return serve->port != NULL ? cad_start_server(loop, text->data, port, options, server)
                               : cad_start_unix_server(loop, text->data, options, server);
}

int run_serve(run_job *job, const prog_serve *serve, expr_value *value) {
    cad_server_options options = {.connected = client_connected};
    run_service *service;
    cad_server *server;
    int error = evaluate_limit(job, serve->limit, &options.limit);
    if (error == 0)
        error = new_service(job, serve, &service);
    if (error == 0) {
        options.arg = service;
        error = start_server(job, serve, &options, &server);
    }
    return error != 0 ? error : run_instance_new(job->machine, &server_object, server, value);
}

void run_connections_drop(run_machine *machine) {
    while (machine->handlers != NULL)
        end_handler(machine->handlers);
    while (machine->services != NULL) {
        run_service *service = machine->services;
        machine->services = service->next;
        for (uint32_t i = 1; i < service->body->parameters; i++)
            expr_value_unref(service->arguments[i]);
        base_free(service);
    }
}

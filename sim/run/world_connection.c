/* Connections, and the tasks that serve them. */
#include "run/world_connection.h"

#include <inttypes.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "program/exceptions.h"
#include "run/objects.h"
#include "run/report.h"
#include "run/values.h"
#include "run/world_address.h"

/* --- Connections ----------------------------------------------------------------------------- */

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

int run_connection_value(run_machine *machine, cad_stream *stream, expr_value *value) {
    static const prog_object connection_object = {.name = "connection", .type = PROG_CONNECTION};
    return run_instance_new(machine, &connection_object, stream, value);
}

int run_server_value(run_machine *machine, cad_server *server, expr_value *value) {
    static const prog_object server_object = {.name = "server", .type = PROG_SERVER};
    return run_instance_new(machine, &server_object, server, value);
}

int run_connect(run_job *job, const expr_text *host, const expr_expression *port,
                const expr_expression *limit) {
    size_t bytes;
    int number, error = evaluate_limit(job, limit, &bytes);
    if (error == 0)
        error = run_evaluate_address(job, host, port, &number);
    if (error != 0)
        return error;
    return cad_open_connection(job->machine->text.data, number, bytes, (cad_stream **)&job->item);
}

int run_connect_unix(run_job *job, const expr_text *path, const expr_expression *limit) {
    size_t bytes;
    int error = evaluate_limit(job, limit, &bytes);
    if (error == 0)
        error = run_evaluate_path(job, path);
    if (error != 0)
        return error;
    return cad_open_unix_connection(job->machine->text.data, bytes, (cad_stream **)&job->item);
}

/* --- Handlers -------------------------------------------------------------------------------- */

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

int run_service_new(run_job *job, const prog_serve *serve, run_service **out) {
    run_machine *machine = job->machine;
    size_t parameters = serve->body->parameters;
    run_service *self = base_zalloc(1, sizeof *self + parameters * sizeof self->arguments[0]);
    if (self == NULL)
        return CAD_ENOMEM;
    for (size_t i = 0; i < parameters; i++)
        self->arguments[i] = EXPR_NONE;
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
    int port, error = run_evaluate_place(job, serve, &port);
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
        error = run_service_new(job, serve, &service);
    if (error == 0) {
        options.arg = service;
        error = start_server(job, serve, &options, &server);
    }
    return error != 0 ? error : run_server_value(job->machine, server, value);
}

void run_connections_drop(run_machine *machine) {
    while (machine->handlers != NULL)
        end_handler(machine->handlers);
    while (machine->services != NULL) {
        run_service *service = machine->services;
        machine->services = service->next;
        for (uint32_t i = 0; i < service->body->parameters; i++)
            expr_value_unref(service->arguments[i]);
        base_free(service);
    }
}

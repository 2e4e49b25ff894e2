/* Protocols: transports and endpoints call, and steps run with the variables of their connection.
 *
 * An event may come in the middle of another's steps, or of a task's: a write that rises above the
 * high water mark, a datagram that cannot be sent. It is a job of its own then, inside the other's
 * instruction, which goes on when it has ended; machine->told counts them. */
#include "run/world_protocol.h"

#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "program/exceptions.h"
#include "run/interpreter.h"
#include "run/objects.h"
#include "run/report.h"
#include "run/values.h"
#include "run/world_address.h"
#include "run/world_connection.h"

typedef struct run_protocol {
    run_machine *machine;
    const prog_protocol *protocol;
    run_frame frame;      /* the variables that its events share */
    expr_value transport; /* or the endpoint, since it is made; EXPR_NONE */
    expr_value deferred;  /* an error that came while error_received ran; EXPR_NONE */
    void *made;           /* where the engine puts it for a step that connects; a reference */
    uint32_t references;  /* the connection's, and that of a step that connects */
    bool hears_errors;    /* error_received runs */
    struct run_protocol *next, **link; /* in run_machine.protocols */
} run_protocol;

/* --- Life ------------------------------------------------------------------------------------ */

static void free_protocol(run_protocol *self) {
    *self->link = self->next;
    if (self->next != NULL)
        self->next->link = self->link;
    run_frame_clear(&self->frame);
    expr_value_unref(self->transport);
    expr_value_unref(self->deferred);
    base_free(self);
}

static void unref(run_protocol *self) {
    if (--self->references == 0)
        free_protocol(self);
}

/* With its variables unset. */
static run_protocol *new_protocol(run_machine *machine, const prog_protocol *protocol) {
    run_protocol *self = base_zalloc(1, sizeof *self);
    if (self == NULL)
        return NULL;
    if (run_frame_start(&self->frame, protocol->body, NULL) != 0) {
        base_free(self);
        return NULL;
    }
    self->machine = machine;
    self->protocol = protocol;
    self->transport = self->deferred = EXPR_NONE;
    self->references = 1;
    self->next = machine->protocols;
    self->link = &machine->protocols;
    if (self->next != NULL)
        self->next->link = &self->next;
    machine->protocols = self;
    return self;
}

void run_protocols_drop(run_machine *machine) {
    while (machine->protocols != NULL)
        free_protocol(machine->protocols);
}

/* --- Events ---------------------------------------------------------------------------------- */

/* Takes the value over. */
static void set(run_protocol *self, uint32_t slot, expr_value value) {
    expr_value before = self->frame.locals[slot];
    self->frame.locals[slot] = value;
    expr_value_unref(before);
}

/* Those that may come in the middle of an instruction: of the document's own step that writes, or
 * makes an endpoint. */
static bool comes_inside(const run_protocol *self, enum prog_event event) {
    const run_instance *instance = run_object_of(self->machine, self->transport);
    bool is_endpoint = instance != NULL && instance->object->type == PROG_ENDPOINT;
    return event == PROG_PAUSE_WRITING || event == PROG_ERROR_RECEIVED ||
           (event == PROG_CONNECTION_MADE && is_endpoint);
}

/* Runs the steps of a job, as what runs now does not see. */
static int take_turn(run_machine *machine, run_job *job, bool inside) {
    const cad_task *callback_of = machine->callback_of;
    cad_task *drawer = machine->drawer;
    machine->callback_of = NULL;
    machine->drawer = NULL;
    machine->told += inside;
    int result = run_take_turn(job, 0);
    machine->told -= inside;
    machine->drawer = drawer;
    machine->callback_of = callback_of;
    return result;
}

/* An exception is the run's failure, and is raised again for who calls. */
static int fail(run_machine *machine, run_job *job, int error) {
    cad_exception *exception = cad_exception_ref(cad_error_exception());
    run_note_end(machine, "a protocol", job, error);
    return cad_raise_exception(error, exception);
}

/* Runs the steps of an event. 0, or the error that they ended with; *returned is what they return.
 */
static int happen(run_protocol *self, enum prog_event event, bool *returned) {
    run_machine *machine = self->machine;
    uint32_t pc = self->protocol->handlers[event];
    *returned = false;
    if (pc == PROG_NO_PC)
        return 0;
    run_job job = {.machine = machine, .draws = machine->program->draws ? &machine->draws : NULL};
    run_frame_share(&job.frame, &self->frame);
    job.frame.pc = pc;
    job.frame.taken = 0;
    int result = take_turn(machine, &job, comes_inside(self, event));
    if (result == 0)
        *returned = expr_value_truth(job.held);
    else if (result == CAD_PENDING) /* the run is over */
        result = 0;
    else
        result = fail(machine, &job, result);
    run_job_clear(&job);
    return result;
}

static void happen_alone(run_protocol *self, enum prog_event event) {
    bool returned;
    (void)happen(self, event, &returned);
}

/* `Name: message`, or None for 0. */
static int show_error(run_machine *machine, int error, const cad_exception *exception,
                      expr_value *value) {
    base_buffer text = {0};
    *value = EXPR_NONE;
    if (error == 0)
        return 0;
    int result = prog_error_show(machine->program, error, exception, &text);
    if (result == 0)
        result = expr_string_new(text.data, text.length, value);
    base_buffer_free(&text);
    return result;
}

/* --- What transports call -------------------------------------------------------------------- */

/* `primitive` is a reference that is taken over. */
static void made(run_protocol *self, const prog_object *object, void *primitive) {
    if (run_instance_new(self->machine, object, primitive, &self->transport) != 0) {
        self->transport = EXPR_NONE;
        (void)run_machine_no_memory(self->machine);
        return;
    }
    set(self, self->protocol->transport, expr_value_ref(self->transport));
    happen_alone(self, PROG_CONNECTION_MADE);
}

static void transport_made(void *self, cad_transport *transport) {
    static const prog_object object = {.name = "transport", .type = PROG_TRANSPORT};
    made(self, &object, cad_transport_ref(transport));
}

static int data_received(void *protocol, const char *data, size_t size) {
    run_protocol *self = protocol;
    expr_value text;
    bool returned;
    if (expr_string_new(data, size, &text) != 0)
        return run_machine_no_memory(self->machine) != 0 ? CAD_ENOMEM : 0;
    set(self, self->protocol->data, text);
    return happen(self, PROG_DATA_RECEIVED, &returned);
}

static int eof_received(void *protocol) {
    bool stays_open;
    int error = happen(protocol, PROG_EOF_RECEIVED, &stays_open);
    return error != 0 ? error : stays_open;
}

static void connection_lost(void *protocol, int error, cad_exception *exception) {
    run_protocol *self = protocol;
    expr_value shown;
    if (show_error(self->machine, error, exception, &shown) != 0)
        (void)run_machine_no_memory(self->machine);
    set(self, self->protocol->error, shown);
    happen_alone(self, PROG_CONNECTION_LOST);
    unref(self);
}

static void pause_writing(void *protocol) {
    happen_alone(protocol, PROG_PAUSE_WRITING);
}

static void resume_writing(void *protocol) {
    happen_alone(protocol, PROG_RESUME_WRITING);
}

static const cad_protocol events = {transport_made,  data_received, eof_received,
                                    connection_lost, pause_writing, resume_writing};

/* --- What endpoints call --------------------------------------------------------------------- */

static void endpoint_made(void *self, cad_endpoint *endpoint) {
    static const prog_object object = {.name = "endpoint", .type = PROG_ENDPOINT};
    made(self, &object, cad_endpoint_ref(endpoint));
}

static void datagram_received(void *protocol, const char *data, size_t size, const char *host,
                              int port) {
    run_protocol *self = protocol;
    expr_value text;
    (void)host;
    if (expr_string_new(data, size, &text) != 0) {
        (void)run_machine_no_memory(self->machine);
        return;
    }
    set(self, self->protocol->data, text);
    set(self, self->protocol->sender, expr_number(port));
    happen_alone(self, PROG_DATAGRAM_RECEIVED);
}

/* What its own steps send may fail, too: that is told when they have ended, of several the last. */
static void error_received(void *protocol, int error, cad_exception *exception) {
    run_protocol *self = protocol;
    expr_value shown;
    if (show_error(self->machine, error, exception, &shown) != 0) {
        (void)run_machine_no_memory(self->machine);
        return;
    }
    expr_value_unref(self->deferred);
    self->deferred = shown;
    if (self->hears_errors)
        return;
    self->hears_errors = true;
    while (self->deferred != EXPR_NONE && !self->machine->stopping) {
        set(self, self->protocol->error, self->deferred);
        self->deferred = EXPR_NONE;
        happen_alone(self, PROG_ERROR_RECEIVED);
    }
    self->hears_errors = false;
}

static const cad_datagram_protocol datagram_events = {
    endpoint_made,   datagram_received, error_received,
    connection_lost, pause_writing,     resume_writing,
};

/* --- Servers --------------------------------------------------------------------------------- */

static void *make_served(void *arg) {
    const run_service *service = arg;
    const prog_body *body = service->body;
    run_protocol *self = new_protocol(service->machine, body->protocol);
    if (self == NULL) {
        (void)run_machine_no_memory(service->machine);
        return NULL;
    }
    for (uint32_t i = 0; i < body->parameters; i++)
        set(self, i, expr_value_ref(service->arguments[i]));
    return self;
}

int run_serve_protocol(run_job *job, const prog_serve *serve, expr_value *value) {
    cad_loop *loop = job->machine->loop;
    const base_buffer *text = &job->machine->text;
    run_service *service;
    cad_server *server;
    int port, error = run_service_new(job, serve, &service);
    if (error == 0)
        error = run_evaluate_place(job, serve, &port);
    if (error == 0 && serve->port != NULL)
        error = cad_create_server(loop, text->data, port, &events, make_served, service, &server);
    else if (error == 0)
        error = cad_create_unix_server(loop, text->data, &events, make_served, service, &server);
    return error != 0 ? error : run_server_value(job->machine, server, value);
}

/* --- Connections ----------------------------------------------------------------------------- */

/* With the arguments that a step gives it. */
static int new_called(run_job *job, run_protocol_call call, run_protocol **out) {
    run_protocol *self = new_protocol(job->machine, call.body->protocol);
    if (self == NULL)
        return CAD_ENOMEM;
    int error = run_evaluate_arguments(job, call.arguments, self->frame.locals);
    if (error != 0) {
        unref(self);
        return error;
    }
    *out = self;
    return 0;
}

/* For a step that waits: the second reference is its own. */
static int begin_connecting(run_job *job, run_protocol_call call) {
    run_protocol *self;
    job->item = NULL;
    int error = new_called(job, call, &self);
    if (error != 0)
        return error;
    self->references++;
    job->item = self;
    return 0;
}

int run_connect_protocol(run_job *job, run_protocol_call call, const expr_text *host,
                         const expr_expression *port) {
    int number, error = begin_connecting(job, call);
    if (error == 0)
        error = run_evaluate_address(job, host, port, &number);
    if (error != 0)
        return error;
    run_protocol *self = job->item;
    return cad_create_connection(job->machine->text.data, number, &events, self,
                                 (cad_transport **)&self->made);
}

int run_connect_protocol_unix(run_job *job, run_protocol_call call, const expr_text *path) {
    int error = begin_connecting(job, call);
    if (error == 0)
        error = run_evaluate_path(job, path);
    if (error != 0)
        return error;
    run_protocol *self = job->item;
    return cad_create_unix_connection(job->machine->text.data, &events, self,
                                      (cad_transport **)&self->made);
}

/* Where the connection was never made nobody else will give its reference back. */
int run_finish_protocol(run_job *job, int result, expr_value *transport) {
    run_protocol *self = job->item;
    job->held = EXPR_NONE;
    if (self == NULL)
        return result;
    if (result == 0) {
        *transport = expr_value_ref(self->transport);
        cad_transport_unref(self->made);
    } else if (self->transport == EXPR_NONE) {
        unref(self);
    }
    unref(self);
    return result;
}

/* --- Endpoints ------------------------------------------------------------------------------- */

static int create_endpoint(run_job *job, run_protocol *self, const cad_datagram_options *options,
                           expr_value *value) {
    cad_endpoint *endpoint;
    self->references++;
    int error = cad_create_datagram_endpoint(job->machine->loop, options, &datagram_events, self,
                                             &endpoint);
    if (error == 0) {
        *value = expr_value_ref(self->transport);
        cad_endpoint_unref(endpoint);
    } else {
        unref(self);
    }
    unref(self);
    return error;
}

int run_open_endpoint(run_job *job, run_protocol_call call, const expr_text *host,
                      const expr_expression *port, const expr_expression *to, expr_value *value) {
    const expr_expression *const ends[] = {port, to};
    const base_buffer *text = &job->machine->text;
    base_buffer name = {0};
    int ports[2] = {0};
    run_protocol *self;
    int error = run_evaluate_ends(job, host, ends, ports);
    if (error == 0)
        error = base_buffer_append(&name, text->data, text->length);
    if (error == 0)
        error = new_called(job, call, &self);
    if (error == 0) {
        const cad_datagram_options options = {.local_host = port != NULL ? name.data : NULL,
                                              .local_port = ports[0],
                                              .remote_host = to != NULL ? name.data : NULL,
                                              .remote_port = ports[1]};
        error = create_endpoint(job, self, &options, value);
    }
    base_buffer_free(&name);
    return error;
}

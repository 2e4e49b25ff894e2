/* Transports, endpoints, and the protocols that they call. */
#include "program/exceptions.h"
#include "program/kinds.h"
#include "run/interpreter.h"
#include "run/names.h"
#include "run/objects.h"
#include "run/values.h"
#include "run/world_address.h"
#include "run/world_data.h"
#include "run/world_protocol.h"
#include "steps/world_data.h"
#include "steps/world_serve.h"

#define A_PROTOCOL                                                                                 \
    { NULL, PROG_MEMBER_PROTOCOL, PROG_REQUIRED, 0, NULL }
#define ARGUMENTS                                                                                  \
    { "args", PROG_MEMBER_ARGUMENTS, PROG_OPTIONAL, 0, "values, by its parameters" }
/* --- Servers --------------------------------------------------------------------------------- */

static int begin_create_server(run_job *job, const prog_instruction *in) {
    return step_begin_serve(job, in, run_serve_protocol);
}

const prog_step step_create_server = {
    .operation = {"create_server", begin_create_server, NULL},
    .family = PROG_FAMILY_OUTSIDE,
    .waiting = PROG_MAY_WAIT,
    .needs = PROG_NEEDS_NET,
    .members = {A_PROTOCOL, ARGUMENTS, STEP_PORT_TO_SERVE, STEP_AS_SERVER, STEP_HOST},
    .python = "loop.create_server",
    .summary = "From now on each connection has a protocol of the document's, with variables of "
               "its own, whose steps run as it is made, as data come, and as it ends.",
    .example = "[{\"create_server\": \"echo\", \"port\": 0, \"as\": \"s\"},"
               " {\"open_connection\": \"port(s)\", \"as\": \"c\"},"
               " {\"write\": \"c\", \"data\": \"hello\\n\"}, {\"readline\": \"c\", \"as\": \"x\"},"
               " {\"print\": \"{strip(x)}\"}, {\"close\": \"c\"}, {\"close\": \"s\"},"
               " {\"wait_closed\": \"s\"}]",
    .compile = step_compile_serve,
};

const prog_step step_create_unix_server = {
    .operation = {"create_unix_server", begin_create_server, NULL},
    .family = PROG_FAMILY_OUTSIDE,
    .waiting = PROG_MAY_WAIT,
    .needs = PROG_NEEDS_UNIX,
    .members = {A_PROTOCOL, ARGUMENTS, STEP_PATH_TO_SERVE, STEP_AS_SERVER},
    .python = "loop.create_unix_server",
    .summary = "The same at a path. A socket there that nobody listens at any more is replaced; "
               "the file goes when the server closes.",
    .example = "[{\"create_unix_server\": \"echo\", \"path\": \"example.sock\", \"as\": \"s\"},"
               " {\"close\": \"s\"}, {\"wait_closed\": \"s\"}]",
    .compile = step_compile_serve,
};

/* --- Connections ----------------------------------------------------------------------------- */

/* Members of both steps, in this order; "host" is of the first. */
enum { WITH, ARGS, WHERE, AS, HOST };

static run_protocol_call call_of(const prog_instruction *in) {
    return (run_protocol_call){in->operands[WITH].body, in->operands[ARGS].arguments};
}

static int begin_connect(run_job *job, const prog_instruction *in) {
    return run_connect_protocol(job, call_of(in), in->operands[HOST].text,
                                in->operands[WHERE].expression);
}

static int begin_connect_unix(run_job *job, const prog_instruction *in) {
    return run_connect_protocol_unix(job, call_of(in), in->operands[WHERE].text);
}

static int finish_connect(run_job *job, const prog_instruction *in, int result) {
    expr_value transport;
    result = run_finish_protocol(job, result, &transport);
    if (result == 0)
        run_store(job, in->operands[AS].slot, transport);
    return result;
}

const prog_step step_create_connection = {
    .operation = {"create_connection", begin_connect, finish_connect},
    .family = PROG_FAMILY_OUTSIDE,
    .waiting = PROG_MAY_WAIT,
    .needs = PROG_NEEDS_NET,
    .members = {A_PROTOCOL,
                ARGUMENTS,
                {"port", PROG_MEMBER_PORT, PROG_REQUIRED, 0, NULL},
                {"as", PROG_MEMBER_VARIABLE, PROG_OPTIONAL, 0, "the transport"},
                STEP_HOST},
    .python = "loop.create_connection",
    .summary = "Connects to a server; `connection_made` has run when it is done. "
               "ConnectionRefusedError where none listens.",
    .example = "[{\"create_server\": \"echo\", \"port\": 0, \"as\": \"s\"},"
               " {\"create_connection\": \"echo\", \"port\": \"port(s)\", \"as\": \"t\"},"
               " {\"close\": \"t\"}, {\"close\": \"s\"}, {\"wait_closed\": \"s\"}]",
};

const prog_step step_create_unix_connection = {
    .operation = {"create_unix_connection", begin_connect_unix, finish_connect},
    .family = PROG_FAMILY_OUTSIDE,
    .waiting = PROG_MAY_WAIT,
    .needs = PROG_NEEDS_UNIX,
    .members = {A_PROTOCOL,
                ARGUMENTS,
                {"path", PROG_MEMBER_TEXT, PROG_REQUIRED, 0, NULL},
                {"as", PROG_MEMBER_VARIABLE, PROG_OPTIONAL, 0, "the transport"}},
    .python = "loop.create_unix_connection",
    .summary = "The same at a path. FileNotFoundError where there is nothing.",
    .example = "[{\"create_unix_server\": \"echo\", \"path\": \"example.sock\", \"as\": \"s\"},"
               " {\"create_unix_connection\": \"echo\", \"path\": \"example.sock\","
               " \"as\": \"t\"}, {\"close\": \"t\"}, {\"close\": \"s\"}]",
};

/* --- Transports ------------------------------------------------------------------------------ */

static int begin_pause_reading(run_job *job, const prog_instruction *in) {
    run_instance *transport;
    int error = run_find_instance(job, in, PROG_TRANSPORT, &transport);
    if (error == 0)
        cad_transport_pause_reading(transport->primitive);
    return error;
}

const prog_step step_pause_reading = {
    .operation = {"pause_reading", begin_pause_reading, NULL},
    .family = PROG_FAMILY_OUTSIDE,
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_IS(PROG_TRANSPORT), NULL}},
    .python = "Transport.pause_reading",
    .summary = "Nothing is received until `resume_reading`.",
    .example = "[{\"create_server\": \"echo\", \"port\": 0, \"as\": \"s\"},"
               " {\"create_connection\": \"echo\", \"port\": \"port(s)\", \"as\": \"t\"},"
               " {\"pause_reading\": \"t\"}, {\"print\": \"{is_reading(t)}\"},"
               " {\"close\": \"t\"}, {\"close\": \"s\"}]",
};

static int begin_resume_reading(run_job *job, const prog_instruction *in) {
    run_instance *transport;
    int error = run_find_instance(job, in, PROG_TRANSPORT, &transport);
    if (error == 0)
        cad_transport_resume_reading(transport->primitive);
    return error;
}

const prog_step step_resume_reading = {
    .operation = {"resume_reading", begin_resume_reading, NULL},
    .family = PROG_FAMILY_OUTSIDE,
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_IS(PROG_TRANSPORT), NULL}},
    .python = "Transport.resume_reading",
    .summary = "What comes is received again.",
    .example = "[{\"create_server\": \"echo\", \"port\": 0, \"as\": \"s\"},"
               " {\"create_connection\": \"echo\", \"port\": \"port(s)\", \"as\": \"t\"},"
               " {\"pause_reading\": \"t\"}, {\"resume_reading\": \"t\"},"
               " {\"print\": \"{is_reading(t)}\"}, {\"close\": \"t\"}, {\"close\": \"s\"}]",
};

/* --- Water marks ----------------------------------------------------------------------------- */

#define BUFFERED (PROG_IS(PROG_TRANSPORT) | PROG_IS(PROG_CONNECTION) | PROG_IS(PROG_ENDPOINT))

enum { LIMITS_OF, LIMITS_HIGH, LIMITS_LOW };

static int evaluate_mark(run_job *job, const prog_operand *operand, const char *name,
                         int64_t *mark) {
    *mark = CAD_DEFAULT;
    return operand->expression != NULL ? run_evaluate_whole(job, operand->expression, name, mark)
                                       : 0;
}

/* A connection that is lost has none any more. */
static int set_limits(const run_instance *instance, enum prog_object_type type, int64_t high,
                      int64_t low) {
    if (type == PROG_ENDPOINT)
        return cad_endpoint_set_write_buffer_limits(instance->primitive, high, low);
    cad_transport *transport =
        type == PROG_TRANSPORT ? instance->primitive : cad_stream_transport(instance->primitive);
    return transport != NULL ? cad_transport_set_write_buffer_limits(transport, high, low) : 0;
}

static int begin_limits(run_job *job, const prog_instruction *in) {
    const prog_object *object;
    run_instance *instance;
    int64_t high = CAD_DEFAULT, low = CAD_DEFAULT;
    int error = run_find_object(job, in, BUFFERED, &object, &instance);
    if (error == 0)
        error = evaluate_mark(job, &in->operands[LIMITS_HIGH], "high", &high);
    if (error == 0)
        error = evaluate_mark(job, &in->operands[LIMITS_LOW], "low", &low);
    return error != 0 ? error : set_limits(instance, object->type, high, low);
}

const prog_step step_set_write_buffer_limits = {
    .operation = {"set_write_buffer_limits", begin_limits, NULL},
    .family = PROG_FAMILY_OUTSIDE,
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, BUFFERED, NULL},
                {"high", PROG_MEMBER_COUNT, PROG_OPTIONAL, 0,
                 "above it writing is paused; default 65536, or 4 times `low`"},
                {"low", PROG_MEMBER_COUNT, PROG_OPTIONAL, 0,
                 "down to it writing resumes; default a quarter of `high`"}},
    .python = "Transport.set_write_buffer_limits",
    .summary = "Sets the water marks, in bytes. ValueError unless high >= low >= 0.",
    .example = "[{\"create_server\": \"echo\", \"port\": 0, \"as\": \"s\"},"
               " {\"open_connection\": \"port(s)\", \"as\": \"c\"},"
               " {\"set_write_buffer_limits\": \"c\", \"high\": 1000},"
               " {\"close\": \"c\"}, {\"close\": \"s\"}]",
};

/* --- Datagrams ------------------------------------------------------------------------------- */

enum { POINT_WITH, POINT_ARGS, POINT_PORT, POINT_TO, POINT_AS, POINT_HOST, POINT_OPERANDS };

static int begin_endpoint(run_job *job, const prog_instruction *in) {
    const prog_operand *operands = in->operands;
    expr_value endpoint;
    int error = run_open_endpoint(job, call_of(in), operands[POINT_HOST].text,
                                  operands[POINT_PORT].expression, operands[POINT_TO].expression,
                                  &endpoint);
    if (error == 0)
        run_store(job, operands[POINT_AS].slot, endpoint);
    return error;
}

static void compile_endpoint(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand members[PROG_STEP_MEMBERS];
    doc_node member;
    if (!prog_compile_members(compiler, step, node, members))
        return;
    if (!doc_node_member(node, "port", &member) && !doc_node_member(node, "to", &member))
        (void)doc_node_fault(node, "missing member \"port\" of step \"%s\", or \"to\"",
                             step->operation.name);
    (void)prog_emit(compiler, &step->operation, node, members, POINT_OPERANDS);
}

const prog_step step_create_datagram_endpoint = {
    .operation = {"create_datagram_endpoint", begin_endpoint, NULL},
    .family = PROG_FAMILY_OUTSIDE,
    .waiting = PROG_MAY_WAIT,
    .needs = PROG_NEEDS_NET,
    .members = {A_PROTOCOL,
                ARGUMENTS,
                {"port", PROG_MEMBER_PORT, PROG_OPTIONAL, 0,
                 "its own; 0: one that is free; required without `to`"},
                {"to", PROG_MEMBER_PORT, PROG_OPTIONAL, 0, "the port of a fixed peer"},
                {"as", PROG_MEMBER_VARIABLE, PROG_OPTIONAL, 0, "the endpoint"},
                STEP_HOST},
    .python = "loop.create_datagram_endpoint",
    .summary = "A socket for datagrams, which keep their bounds. A fixed peer that is gone is an "
               "`error_received`.",
    .example = "[{\"create_datagram_endpoint\": \"echo\", \"port\": 0, \"as\": \"d\"},"
               " {\"sendto\": \"d\", \"data\": \"hello\", \"to\": \"port(d)\"},"
               " {\"sleep\": \"20ms\"}, {\"close\": \"d\"}]",
    .compile = compile_endpoint,
};

/* Members, in this order. */
enum { SEND_BY, SEND_DATA, SEND_SIZE, SEND_TO, SEND_HOST };

/* *host is NULL where it goes to the fixed peer. */
static int evaluate_receiver(run_job *job, const prog_instruction *in, base_buffer *host,
                             int *port) {
    const expr_expression *to = in->operands[SEND_TO].expression;
    if (to == NULL)
        return 0;
    int error = run_evaluate_address(job, in->operands[SEND_HOST].text, to, port);
    const base_buffer *text = &job->machine->text;
    return error != 0 ? error : base_buffer_append(host, text->data, text->length);
}

static int begin_sendto(run_job *job, const prog_instruction *in) {
    run_instance *endpoint;
    base_buffer host = {0};
    int port = 0;
    int error = run_find_instance(job, in, PROG_ENDPOINT, &endpoint);
    if (error == 0)
        error = evaluate_receiver(job, in, &host, &port);
    if (error == 0)
        error = run_data(job, in->operands[SEND_DATA].text, in->operands[SEND_SIZE].expression);
    const base_buffer *data = &job->machine->text;
    if (error == 0)
        error = cad_endpoint_sendto(endpoint->primitive, data->data, data->length, host.data, port);
    base_buffer_free(&host);
    return error;
}

const prog_step step_sendto = {
    .operation = {"sendto", begin_sendto, NULL},
    .family = PROG_FAMILY_OUTSIDE,
    .needs = PROG_NEEDS_NET,
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_IS(PROG_ENDPOINT), NULL},
                {"data", PROG_MEMBER_TEXT, PROG_OPTIONAL, 0, "what; required without `size`"},
                {"size", PROG_MEMBER_COUNT, PROG_OPTIONAL, 0, "in its place: so many times an `x`"},
                {"to", PROG_MEMBER_PORT, PROG_OPTIONAL, 0, "a port; default: the fixed peer"},
                STEP_HOST},
    .python = "DatagramTransport.sendto",
    .summary = "Sends one datagram; an empty one is one. What cannot be sent is an "
               "`error_received`, in the middle of this step.",
    .example = "[{\"create_datagram_endpoint\": \"echo\", \"port\": 0, \"as\": \"d\"},"
               " {\"create_datagram_endpoint\": \"echo\", \"to\": \"port(d)\", \"as\": \"e\"},"
               " {\"sendto\": \"e\", \"data\": \"one\"}, {\"close\": \"e\"}, {\"close\": \"d\"}]",
    .compile = step_compile_data,
};

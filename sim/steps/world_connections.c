/* Servers and connections. */
#include "program/compile.h"
#include "program/kinds.h"
#include "run/interpreter.h"
#include "run/names.h"
#include "run/objects.h"
#include "run/world_connection.h"

/* --- Servers --------------------------------------------------------------------------------- */

enum { SERVE_WHAT, SERVE_AS, SERVE_OPERANDS };

/* Members of both steps, in this order; "port" and "host" are of the first. */
enum { WITH, ARGS, WHERE, LIMIT, AS, HOST };

static int begin_serve(run_job *job, const prog_instruction *in) {
    expr_value server;
    int error = run_serve(job, in->operands[SERVE_WHAT].serve, &server);
    if (error == 0)
        run_store(job, in->operands[SERVE_AS].slot, server);
    return error;
}

static void compile_serve(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand members[PROG_STEP_MEMBERS], operands[SERVE_OPERANDS];
    bool net = step->needs == PROG_NEEDS_NET;
    if (!prog_compile_members(compiler, step, node, members))
        return;
    prog_serve *serve = prog_compiler_alloc(compiler, sizeof *serve);
    if (serve == NULL)
        return;
    *serve = (prog_serve){.body = members[WITH].body,
                          .arguments = members[ARGS].arguments,
                          .limit = members[LIMIT].expression};
    if (net) {
        serve->port = members[WHERE].expression;
        serve->host = members[HOST].text;
    } else {
        serve->path = members[WHERE].text;
    }
    operands[SERVE_WHAT].serve = serve;
    operands[SERVE_AS] = members[AS];
    (void)prog_emit(compiler, &step->operation, node, operands, SERVE_OPERANDS);
}

#define HANDLER                                                                                    \
    { NULL, PROG_MEMBER_SERVE, PROG_REQUIRED, 0, NULL }
#define ARGUMENTS                                                                                  \
    { "args", PROG_MEMBER_ARGUMENTS, PROG_OPTIONAL, 0, "values, by its other parameters" }
#define LIMIT_MEMBER                                                                               \
    {                                                                                              \
        "limit", PROG_MEMBER_COUNT, PROG_OPTIONAL, 0,                                              \
            "how many bytes a line may have; default 65536"                                        \
    }
#define A_SERVER                                                                                   \
    { "as", PROG_MEMBER_VARIABLE, PROG_OPTIONAL, 0, "the server" }
#define A_CONNECTION                                                                               \
    { "as", PROG_MEMBER_VARIABLE, PROG_OPTIONAL, 0, "the connection" }
#define A_HOST                                                                                     \
    {                                                                                              \
        "host", PROG_MEMBER_TEXT, PROG_OPTIONAL, 0,                                                \
            "a numeric address, or `localhost`; default `127.0.0.1`, which that is"                \
    }

const prog_step step_start_server = {
    .operation = {"start_server", begin_serve, NULL},
    .family = PROG_FAMILY_OUTSIDE,
    .waiting = PROG_MAY_WAIT,
    .needs = PROG_NEEDS_NET,
    .members = {HANDLER,
                ARGUMENTS,
                {"port", PROG_MEMBER_COUNT, PROG_REQUIRED, 0, "0: one that is free"},
                LIMIT_MEMBER,
                A_SERVER,
                A_HOST},
    .python = "asyncio.start_server",
    .summary =
        "From now on the coroutine runs as a task for each connection, named as `spawn` names "
        "it: `serve-1`, `serve-2`, ... One that ends leaves its connection open; one that fails "
        "or is cancelled closes it.",
    .example = "[{\"start_server\": \"serve\", \"port\": 0, \"as\": \"s\"},"
               " {\"print\": \"{is_serving(s)}\"}, {\"close\": \"s\"}, {\"wait_closed\": \"s\"}]",
    .compile = compile_serve,
};

const prog_step step_start_unix_server = {
    .operation = {"start_unix_server", begin_serve, NULL},
    .family = PROG_FAMILY_OUTSIDE,
    .waiting = PROG_MAY_WAIT,
    .needs = PROG_NEEDS_UNIX,
    .members = {HANDLER,
                ARGUMENTS,
                {"path", PROG_MEMBER_TEXT, PROG_REQUIRED, 0, "of the socket's file"},
                LIMIT_MEMBER,
                A_SERVER},
    .python = "asyncio.start_unix_server",
    .summary =
        "The same at a path. A socket there that nobody listens at any more is replaced; the "
        "file goes when the server closes.",
    .example = "[{\"start_unix_server\": \"serve\", \"path\": \"example.sock\", \"as\": \"s\"},"
               " {\"close\": \"s\"}, {\"wait_closed\": \"s\"}]",
    .compile = compile_serve,
};

static int find_server(run_job *job, const prog_instruction *in, cad_server **server) {
    const prog_object *object;
    run_instance *instance;
    int error = run_find_object(job, in, PROG_IS(PROG_SERVER), &object, &instance);
    if (error == 0)
        *server = instance->primitive;
    return error;
}

static int begin_close_clients(run_job *job, const prog_instruction *in) {
    cad_server *server;
    int error = find_server(job, in, &server);
    if (error == 0)
        cad_server_close_clients(server);
    return error;
}

const prog_step step_close_clients = {
    .operation = {"close_clients", begin_close_clients, NULL},
    .family = PROG_FAMILY_OUTSIDE,
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_IS(PROG_SERVER), NULL}},
    .python = "Server.close_clients",
    .summary = "Closes each connection of a server.",
    .example = "[{\"start_server\": \"serve\", \"port\": 0, \"as\": \"s\"}, {\"close\": \"s\"},"
               " {\"close_clients\": \"s\"}, {\"wait_closed\": \"s\"}]",
};

static int begin_abort_clients(run_job *job, const prog_instruction *in) {
    cad_server *server;
    int error = find_server(job, in, &server);
    if (error == 0)
        cad_server_abort_clients(server);
    return error;
}

const prog_step step_abort_clients = {
    .operation = {"abort_clients", begin_abort_clients, NULL},
    .family = PROG_FAMILY_OUTSIDE,
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_IS(PROG_SERVER), NULL}},
    .python = "Server.abort_clients",
    .summary = "Closes each connection of a server at once; what is unsent is dropped.",
    .example = "[{\"start_server\": \"serve\", \"port\": 0, \"as\": \"s\"}, {\"close\": \"s\"},"
               " {\"abort_clients\": \"s\"}, {\"wait_closed\": \"s\"}]",
};

/* --- Connections ----------------------------------------------------------------------------- */

enum { TO_WHERE, TO_LIMIT, TO_AS, TO_HOST };

static int begin_open_connection(run_job *job, const prog_instruction *in) {
    return run_connect(job, in->operands[TO_HOST].text, in->operands[TO_WHERE].expression,
                       in->operands[TO_LIMIT].expression);
}

static int begin_open_unix_connection(run_job *job, const prog_instruction *in) {
    return run_connect_unix(job, in->operands[TO_WHERE].text, in->operands[TO_LIMIT].expression);
}

static int finish_open(run_job *job, const prog_instruction *in, int result) {
    cad_stream *stream = result == 0 ? job->item : NULL;
    expr_value connection;
    job->held = EXPR_NONE;
    if (result == 0)
        result = run_connection_value(job->machine, stream, &connection);
    if (result == 0)
        run_store(job, in->operands[TO_AS].slot, connection);
    return result;
}

const prog_step step_open_connection = {
    .operation = {"open_connection", begin_open_connection, finish_open},
    .family = PROG_FAMILY_OUTSIDE,
    .waiting = PROG_MAY_WAIT,
    .needs = PROG_NEEDS_NET,
    .members = {{NULL, PROG_MEMBER_COUNT, PROG_REQUIRED, 0, "the port"},
                LIMIT_MEMBER,
                A_CONNECTION,
                A_HOST},
    .python = "asyncio.open_connection",
    .summary = "Connects to a server. ConnectionRefusedError where none listens.",
    .example = "[{\"start_server\": \"serve\", \"port\": 0, \"as\": \"s\"},"
               " {\"open_connection\": \"port(s)\", \"as\": \"c\"}, {\"close\": \"c\"},"
               " {\"wait_closed\": \"c\"}, {\"close\": \"s\"}]",
};

const prog_step step_open_unix_connection = {
    .operation = {"open_unix_connection", begin_open_unix_connection, finish_open},
    .family = PROG_FAMILY_OUTSIDE,
    .waiting = PROG_MAY_WAIT,
    .needs = PROG_NEEDS_UNIX,
    .members = {{NULL, PROG_MEMBER_TEXT, PROG_REQUIRED, 0, "the path"}, LIMIT_MEMBER, A_CONNECTION},
    .python = "asyncio.open_unix_connection",
    .summary = "The same at a path. FileNotFoundError where there is nothing.",
    .example = "[{\"start_unix_server\": \"serve\", \"path\": \"example.sock\", \"as\": \"s\"},"
               " {\"open_unix_connection\": \"example.sock\", \"as\": \"c\"}, {\"close\": \"c\"},"
               " {\"close\": \"s\"}]",
};

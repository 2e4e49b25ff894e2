/* Servers and connections. */
#include "program/kinds.h"
#include "run/interpreter.h"
#include "run/names.h"
#include "run/objects.h"
#include "run/world_connection.h"
#include "steps/world_serve.h"

/* --- Servers --------------------------------------------------------------------------------- */

static int begin_start_server(run_job *job, const prog_instruction *in) {
    return step_begin_serve(job, in, run_serve);
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
#define A_CONNECTION                                                                               \
    { "as", PROG_MEMBER_VARIABLE, PROG_OPTIONAL, 0, "the connection" }

const prog_step step_start_server = {
    .operation = {"start_server", begin_start_server, NULL},
    .family = PROG_FAMILY_OUTSIDE,
    .waiting = PROG_MAY_WAIT,
    .needs = PROG_NEEDS_NET,
    .members = {HANDLER, ARGUMENTS, STEP_PORT_TO_SERVE, LIMIT_MEMBER, STEP_AS_SERVER, STEP_HOST},
    .python = "asyncio.start_server",
    .summary =
        "From now on the coroutine runs as a task for each connection, named as `spawn` names "
        "it: `serve-1`, `serve-2`, ... One that ends leaves its connection open; one that fails "
        "or is cancelled closes it.",
    .example = "[{\"start_server\": \"serve\", \"port\": 0, \"as\": \"s\"},"
               " {\"print\": \"{is_serving(s)}\"}, {\"close\": \"s\"}, {\"wait_closed\": \"s\"}]",
    .compile = step_compile_serve,
};

const prog_step step_start_unix_server = {
    .operation = {"start_unix_server", begin_start_server, NULL},
    .family = PROG_FAMILY_OUTSIDE,
    .waiting = PROG_MAY_WAIT,
    .needs = PROG_NEEDS_UNIX,
    .members = {HANDLER, ARGUMENTS, STEP_PATH_TO_SERVE, LIMIT_MEMBER, STEP_AS_SERVER},
    .python = "asyncio.start_unix_server",
    .summary =
        "The same at a path. A socket there that nobody listens at any more is replaced; the "
        "file goes when the server closes.",
    .example = "[{\"start_unix_server\": \"serve\", \"path\": \"example.sock\", \"as\": \"s\"},"
               " {\"close\": \"s\"}, {\"wait_closed\": \"s\"}]",
    .compile = step_compile_serve,
};

static int begin_close_clients(run_job *job, const prog_instruction *in) {
    run_instance *server;
    int error = run_find_instance(job, in, PROG_SERVER, &server);
    if (error == 0)
        cad_server_close_clients(server->primitive);
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
    run_instance *server;
    int error = run_find_instance(job, in, PROG_SERVER, &server);
    if (error == 0)
        cad_server_abort_clients(server->primitive);
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
    .members = {{NULL, PROG_MEMBER_PORT, PROG_REQUIRED, 0, "the port"},
                LIMIT_MEMBER,
                A_CONNECTION,
                STEP_HOST},
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

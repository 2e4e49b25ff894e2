/* Streams, and what transports and endpoints do as well. */
#include <string.h>

#include "program/compile.h"
#include "program/exceptions.h"
#include "program/kinds.h"
#include "program/shape.h"
#include "run/interpreter.h"
#include "run/names.h"
#include "run/values.h"
#include "run/world_data.h"
#include "run/world_process.h"
#include "steps/world_data.h"

#define STREAMS (PROG_IS(PROG_PROCESS) | PROG_IS(PROG_CONNECTION))
#define WRITABLE (STREAMS | PROG_IS(PROG_TRANSPORT))
#define WAITABLE (STREAMS | PROG_IS(PROG_SERVER))
#define CLOSABLE (WAITABLE | PROG_IS(PROG_TRANSPORT) | PROG_IS(PROG_ENDPOINT))

/* What operand 0 names: one of them is there. */
typedef struct ends {
    cad_stream *stream;
    cad_transport *transport;
    cad_endpoint *endpoint;
    cad_server *server;
} ends;

/* `number` is that of a process's standard streams. */
static int find_ends(run_job *job, const prog_instruction *in, uint32_t accepts, unsigned number,
                     ends *found) {
    const prog_object *object;
    run_instance *instance;
    *found = (ends){0};
    int error = run_find_object(job, in, accepts, &object, &instance);
    if (error != 0)
        return error;
    if (object->type == PROG_PROCESS)
        return run_process_stream(instance, number, &found->stream);
    if (object->type == PROG_CONNECTION)
        found->stream = instance->primitive;
    else if (object->type == PROG_TRANSPORT)
        found->transport = instance->primitive;
    else if (object->type == PROG_ENDPOINT)
        found->endpoint = instance->primitive;
    else
        found->server = instance->primitive;
    return 0;
}

/* A connection, or a process's stdin. */
static int find_to_drain(run_job *job, const prog_instruction *in, cad_stream **stream) {
    ends found;
    int error = find_ends(job, in, STREAMS, 0, &found);
    *stream = found.stream;
    return error;
}

/* A connection; of a process its stdout or, where the operand says so, its stderr. */
static int find_to_read(run_job *job, const prog_instruction *in, const prog_operand *output,
                        cad_stream **stream) {
    ends found;
    int error = find_ends(job, in, STREAMS, 1 + output->choice, &found);
    *stream = found.stream;
    return error;
}

#define A_STREAM                                                                                   \
    { NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, STREAMS, NULL }
#define A_WRITABLE                                                                                 \
    { NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, WRITABLE, NULL }

/* --- Writing --------------------------------------------------------------------------------- */

enum { WRITE_TO, WRITE_DATA, WRITE_SIZE };

static int begin_write(run_job *job, const prog_instruction *in) {
    ends to;
    int error = find_ends(job, in, WRITABLE, 0, &to);
    if (error == 0)
        error = run_data(job, in->operands[WRITE_DATA].text, in->operands[WRITE_SIZE].expression);
    const base_buffer *data = &job->machine->text;
    if (error != 0)
        return error;
    return to.transport != NULL ? cad_transport_write(to.transport, data->data, data->length)
                                : cad_stream_write(to.stream, data->data, data->length);
}

void step_compile_data(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand members[PROG_STEP_MEMBERS];
    doc_node data, size;
    size_t count = 0;
    while (step->members[count].kind != PROG_MEMBER_NONE)
        count++;
    bool fine = prog_compile_members(compiler, step, node, members);
    bool has_data = doc_node_member(node, "data", &data);
    bool has_size = doc_node_member(node, "size", &size);
    if (has_data && has_size)
        (void)doc_node_key_fault(&size, "\"size\" stands in the place of \"data\"");
    else if (!has_data && !has_size)
        prog_fault_missing(node, step, "data");
    else if (fine)
        (void)prog_emit(compiler, &step->operation, node, members, count);
}

const prog_step step_write = {
    .operation = {"write", begin_write, NULL},
    .family = PROG_FAMILY_OUTSIDE,
    .members = {A_WRITABLE,
                {"data", PROG_MEMBER_TEXT, PROG_OPTIONAL, 0, "what; required without `size`"},
                {"size", PROG_MEMBER_COUNT, PROG_OPTIONAL, 0,
                 "in its place: so many times an `x`"}},
    .python = "StreamWriter.write, Transport.write",
    .summary = "Sends data, as UTF-8; what cannot be sent at once is kept until it can. After a "
               "`close` it is dropped.",
    .example = "[{\"exec\": [\"cat\"], \"stdin\": \"pipe\", \"stdout\": \"pipe\", \"as\": \"p\"},"
               " {\"write\": \"p\", \"data\": \"one\\n\"}, {\"drain\": \"p\"},"
               " {\"readline\": \"p\", \"as\": \"x\"}, {\"print\": \"{strip(x)}\"},"
               " {\"close\": \"p\"}, {\"wait\": \"p\", \"as\": \"code\"}]",
    .compile = step_compile_data,
};

static int begin_drain(run_job *job, const prog_instruction *in) {
    cad_stream *stream;
    int error = find_to_drain(job, in, &stream);
    return error != 0 ? error : cad_stream_drain(stream);
}

const prog_step step_drain = {
    .operation = {"drain", begin_drain, NULL},
    .family = PROG_FAMILY_OUTSIDE,
    .waiting = PROG_MAY_WAIT,
    .members = {A_STREAM},
    .python = "StreamWriter.drain",
    .summary = "Waits where more than 65536 bytes are unsent, until no more than 16384 are. "
               "ConnectionError when the other side has gone.",
    .example =
        "[{\"exec\": [\"cat\"], \"stdin\": \"pipe\", \"stdout\": \"null\", \"as\": \"p\"},"
        " {\"repeat\": 20, \"do\": [{\"write\": \"p\", \"size\": 10000}, {\"drain\": \"p\"}]},"
        " {\"close\": \"p\"}, {\"wait\": \"p\", \"as\": \"code\"}, {\"print\": \"{code}\"}]",
};

static int begin_write_eof(run_job *job, const prog_instruction *in) {
    ends to;
    int error = find_ends(job, in, WRITABLE, 0, &to);
    if (error == 0 && to.transport != NULL)
        cad_transport_write_eof(to.transport);
    else if (error == 0)
        cad_stream_write_eof(to.stream);
    return error;
}

const prog_step step_write_eof = {
    .operation = {"write_eof", begin_write_eof, NULL},
    .family = PROG_FAMILY_OUTSIDE,
    .members = {A_WRITABLE},
    .python = "StreamWriter.write_eof, Transport.write_eof",
    .summary = "Ends this direction, after what is still unsent; a pipe closes.",
    .example = "[{\"exec\": [\"sort\"], \"stdin\": \"pipe\", \"stdout\": \"pipe\", \"as\": \"p\"},"
               " {\"write\": \"p\", \"data\": \"b\\na\\n\"}, {\"write_eof\": \"p\"},"
               " {\"read\": \"p\", \"as\": \"x\"}, {\"print\": \"{strip(x)}\"},"
               " {\"wait\": \"p\", \"as\": \"code\"}]",
};

/* --- Reading --------------------------------------------------------------------------------- */

enum { READ_FROM, READ_WHAT, READ_OUTPUT, READ_AS, READ_OPERANDS };

/* The read of the job's, which the engine fills. */
static int begin_read_of(run_job *job, const prog_instruction *in, cad_stream **stream,
                         cad_bytes **bytes) {
    int error = find_to_read(job, in, &in->operands[READ_OUTPUT], stream);
    if (error != 0)
        return error;
    run_read *read = run_read_begin(job->machine);
    if (read == NULL)
        return CAD_ENOMEM;
    job->item = read;
    *bytes = &read->bytes[0];
    return 0;
}

static int finish_read(run_job *job, const prog_instruction *in, int result) {
    run_read *read = job->item;
    expr_value text = EXPR_NONE;
    job->held = EXPR_NONE;
    if (read == NULL) /* it has not begun */
        return result;
    if (result == 0)
        result = run_read_text(read, 0, &text);
    run_read_end(job->machine, read);
    if (result == 0)
        run_store(job, in->operands[READ_AS].slot, text);
    return result;
}

/* Below 0, and without one: all up to the end. */
static int evaluate_n(run_job *job, const prog_instruction *in, int64_t *n) {
    const expr_expression *expression = in->operands[READ_WHAT].expression;
    *n = -1;
    return expression != NULL ? run_evaluate_whole(job, expression, "n", n) : 0;
}

static int begin_read(run_job *job, const prog_instruction *in) {
    cad_stream *stream;
    cad_bytes *bytes;
    int64_t n;
    int error = evaluate_n(job, in, &n);
    if (error == 0)
        error = begin_read_of(job, in, &stream, &bytes);
    return error != 0 ? error : cad_stream_read(stream, n < 0 ? CAD_ALL : (size_t)n, bytes);
}

#define OUTPUT                                                                                     \
    {                                                                                              \
        "stream", PROG_MEMBER_OUTPUT, PROG_OPTIONAL, 0,                                            \
            "which output of a process; default `stdout`"                                          \
    }
#define DATA_AS                                                                                    \
    { "as", PROG_MEMBER_VARIABLE, PROG_OPTIONAL, 0, "the data" }

const prog_step step_read = {
    .operation = {"read", begin_read, finish_read},
    .family = PROG_FAMILY_OUTSIDE,
    .waiting = PROG_MAY_WAIT,
    .members = {A_STREAM,
                {"n", PROG_MEMBER_COUNT, PROG_OPTIONAL, 0,
                 "how many bytes at most; -1, the default: all up to the end"},
                OUTPUT,
                DATA_AS},
    .python = "StreamReader.read",
    .summary = "Waits for data: up to `n` bytes, at least one; `''` at the end.",
    .example = "[{\"exec\": [\"echo\", \"tea\"], \"stdout\": \"pipe\", \"as\": \"p\"},"
               " {\"read\": \"p\", \"as\": \"x\"}, {\"print\": \"{len(x)} bytes\"},"
               " {\"wait\": \"p\", \"as\": \"code\"}]",
};

static int begin_readline(run_job *job, const prog_instruction *in) {
    cad_stream *stream;
    cad_bytes *bytes;
    int error = begin_read_of(job, in, &stream, &bytes);
    return error != 0 ? error : cad_stream_readline(stream, bytes);
}

/* A step whose instruction leaves READ_WHAT to itself. */
static void compile_readline(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand members[PROG_STEP_MEMBERS], operands[READ_OPERANDS] = {{0}};
    if (!prog_compile_members(compiler, step, node, members))
        return;
    operands[READ_FROM] = members[0];
    operands[READ_OUTPUT] = members[1];
    operands[READ_AS] = members[2];
    (void)prog_emit(compiler, &step->operation, node, operands, READ_OPERANDS);
}

const prog_step step_readline = {
    .operation = {"readline", begin_readline, finish_read},
    .family = PROG_FAMILY_OUTSIDE,
    .waiting = PROG_MAY_WAIT,
    .members = {A_STREAM, OUTPUT, DATA_AS},
    .python = "StreamReader.readline",
    .summary =
        "Waits for a line, with its newline unless the end came first; `''` at the end. A line "
        "over the limit is dropped: ValueError.",
    .example = "[{\"exec\": [\"printf\", \"one\\ntwo\\n\"], \"stdout\": \"pipe\", \"as\": \"p\"},"
               " {\"readline\": \"p\", \"as\": \"x\"}, {\"print\": \"{strip(x)}\"},"
               " {\"wait\": \"p\", \"as\": \"code\"}]",
    .compile = compile_readline,
};

static int begin_readexactly(run_job *job, const prog_instruction *in) {
    cad_stream *stream;
    cad_bytes *bytes;
    int64_t n;
    int error = evaluate_n(job, in, &n);
    if (error == 0 && n < 0)
        return prog_raise(CAD_EINVAL, "readexactly size can not be less than zero");
    if (error == 0)
        error = begin_read_of(job, in, &stream, &bytes);
    return error != 0 ? error : cad_stream_readexactly(stream, (size_t)n, bytes);
}

const prog_step step_readexactly = {
    .operation = {"readexactly", begin_readexactly, finish_read},
    .family = PROG_FAMILY_OUTSIDE,
    .waiting = PROG_MAY_WAIT,
    .members = {A_STREAM,
                {"n", PROG_MEMBER_COUNT, PROG_REQUIRED, 0, "how many bytes"},
                OUTPUT,
                DATA_AS},
    .python = "StreamReader.readexactly",
    .summary =
        "Waits for `n` bytes. When the end comes first it is IncompleteReadError, which takes "
        "what there was: `partial`, in its `except`.",
    .example = "[{\"exec\": [\"printf\", \"abcd\"], \"stdout\": \"pipe\", \"as\": \"p\"},"
               " {\"readexactly\": \"p\", \"n\": 3, \"as\": \"x\"}, {\"print\": \"{x}\"},"
               " {\"wait\": \"p\", \"as\": \"code\"}]",
};

/* The separator has to stay while the read waits: it is behind its data. */
static int begin_readuntil(run_job *job, const prog_instruction *in) {
    const expr_text *separator = in->operands[READ_WHAT].text;
    const base_buffer *said = &job->machine->text;
    cad_stream *stream;
    cad_bytes *bytes;
    int error = separator != NULL ? run_say(job, separator) : 0;
    if (error == 0)
        error = begin_read_of(job, in, &stream, &bytes);
    if (error != 0)
        return error;
    if (separator == NULL)
        return cad_stream_readuntil(stream, "\n", 1, bytes);
    cad_bytes *kept = bytes + 1;
    kept->data = cad_realloc(kept->data, said->length + 1);
    kept->capacity = kept->data != NULL ? said->length + 1 : 0;
    if (kept->data == NULL)
        return CAD_ENOMEM;
    memcpy(kept->data, said->data, said->length + 1);
    return cad_stream_readuntil(stream, kept->data, said->length, bytes);
}

const prog_step step_readuntil = {
    .operation = {"readuntil", begin_readuntil, finish_read},
    .family = PROG_FAMILY_OUTSIDE,
    .waiting = PROG_MAY_WAIT,
    .members = {A_STREAM,
                {"separator", PROG_MEMBER_TEXT, PROG_OPTIONAL, 0, "default: a newline"},
                OUTPUT,
                DATA_AS},
    .python = "StreamReader.readuntil",
    .summary =
        "Waits for all up to a separator, and with it. When the end comes first it is "
        "IncompleteReadError; over the limit LimitOverrunError, and all stays: `consumed`, in "
        "its `except`, says how much is before the separator.",
    .example = "[{\"exec\": [\"printf\", \"a;b\"], \"stdout\": \"pipe\", \"as\": \"p\"},"
               " {\"readuntil\": \"p\", \"separator\": \";\", \"as\": \"x\"}, {\"print\": \"{x}\"},"
               " {\"wait\": \"p\", \"as\": \"code\"}]",
};

/* --- The end --------------------------------------------------------------------------------- */

static int begin_close(run_job *job, const prog_instruction *in) {
    ends found;
    int error = find_ends(job, in, CLOSABLE, 0, &found);
    if (error != 0)
        return error;
    if (found.server != NULL)
        cad_server_close(found.server);
    else if (found.transport != NULL)
        cad_transport_close(found.transport);
    else if (found.endpoint != NULL)
        cad_endpoint_close(found.endpoint);
    else
        cad_stream_close(found.stream);
    return 0;
}

const prog_step step_close = {
    .operation = {"close", begin_close, NULL},
    .family = PROG_FAMILY_OUTSIDE,
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, CLOSABLE, NULL}},
    .python = "StreamWriter.close, Transport.close, Server.close",
    .summary =
        "Sends what is unsent, and closes: a connection, a transport, an endpoint, or the stdin of "
        "a process; what had come can still be read. A server takes nobody new, its connections go "
        "on.",
    .example = "[{\"exec\": [\"cat\"], \"stdin\": \"pipe\", \"as\": \"p\"}, {\"close\": \"p\"},"
               " {\"wait\": \"p\", \"as\": \"code\"}, {\"print\": \"{code}\"}]",
};

static int begin_wait_closed(run_job *job, const prog_instruction *in) {
    ends found;
    int error = find_ends(job, in, WAITABLE, 0, &found);
    if (error != 0)
        return error;
    return found.server != NULL ? cad_server_wait_closed(found.server)
                                : cad_stream_wait_closed(found.stream);
}

const prog_step step_wait_closed = {
    .operation = {"wait_closed", begin_wait_closed, NULL},
    .family = PROG_FAMILY_OUTSIDE,
    .waiting = PROG_MAY_WAIT,
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, WAITABLE, NULL}},
    .python = "StreamWriter.wait_closed, Server.wait_closed",
    .summary =
        "Waits until a connection is lost, and raises the error that it ended with; of a server, "
        "until it is closed and all its connections are lost.",
    .example = "[{\"exec\": [\"cat\"], \"stdin\": \"pipe\", \"as\": \"p\"}, {\"close\": \"p\"},"
               " {\"wait_closed\": \"p\"}, {\"wait\": \"p\", \"as\": \"code\"},"
               " {\"print\": \"{code}\"}]",
};

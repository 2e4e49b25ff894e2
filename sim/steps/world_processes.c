/* Programs: starting one, talking to it, ending it. */
#include <string.h>

#include "program/compile.h"
#include "program/exceptions.h"
#include "program/kinds.h"
#include "run/interpreter.h"
#include "run/names.h"
#include "run/values.h"
#include "run/world_data.h"
#include "run/world_process.h"

/* --- exec ------------------------------------------------------------------------------------ */

/* Members of the step, and operands of its instruction. */
enum { ARGV, ENV, CWD, STDIN, STDOUT, STDERR, LIMIT, AS };
enum { EXEC_WHAT, EXEC_AS, EXEC_OPERANDS };

static int begin_exec(run_job *job, const prog_instruction *in) {
    expr_value process;
    int error = run_exec(job, in->operands[EXEC_WHAT].exec, &process);
    if (error == 0)
        run_store(job, in->operands[EXEC_AS].slot, process);
    return error;
}

static uint32_t choice_of(const doc_node *node, const char *name, const prog_operand *operand,
                          enum cad_stdio otherwise) {
    doc_node member;
    return doc_node_member(node, name, &member) ? operand->choice : (uint32_t)otherwise;
}

/* The program's name, where it is no expression, and its environment: whether it may be started so
 * is known before the run. */
static void note_program(prog_compiler *compiler, const prog_exec *exec) {
    prog_outside *outside = &compiler->program->outside[compiler->program->outside_count - 1];
    expr_value name;
    if (expr_text_constant(exec->arguments->items[0].text, &name) && expr_is_string(name))
        outside->what = expr_to_string(name)->text;
    outside->env = exec->env;
}

static void compile_exec(prog_compiler *compiler, const prog_step *step, const doc_node *node) {
    prog_operand members[PROG_STEP_MEMBERS], operands[EXEC_OPERANDS];
    if (!prog_compile_members(compiler, step, node, members))
        return;
    prog_exec *exec = prog_compiler_alloc(compiler, sizeof *exec);
    if (exec == NULL)
        return;
    *exec =
        (prog_exec){.arguments = members[ARGV].texts,
                    .env = members[ENV].texts,
                    .cwd = members[CWD].text,
                    .limit = members[LIMIT].expression,
                    .stdin_as = choice_of(node, "stdin", &members[STDIN], CAD_STDIO_NULL),
                    .stdout_as = choice_of(node, "stdout", &members[STDOUT], CAD_STDIO_INHERIT),
                    .stderr_as = choice_of(node, "stderr", &members[STDERR], CAD_STDIO_INHERIT)};
    note_program(compiler, exec);
    operands[EXEC_WHAT].exec = exec;
    operands[EXEC_AS] = members[AS];
    (void)prog_emit(compiler, &step->operation, node, operands, EXEC_OPERANDS);
}

const prog_step step_exec = {
    .operation = {"exec", begin_exec, NULL},
    .family = PROG_FAMILY_OUTSIDE,
    .waiting = PROG_MAY_WAIT,
    .needs = PROG_NEEDS_EXEC,
    .members = {{NULL, PROG_MEMBER_ARGV, PROG_REQUIRED, 0, "never a line for a shell"},
                {"env", PROG_MEMBER_ENV, PROG_OPTIONAL, 0,
                 "all of its environment, whose PATH finds it, else /bin and /usr/bin; default: "
                 "that of the "
                 "run"},
                {"cwd", PROG_MEMBER_TEXT, PROG_OPTIONAL, 0, "its folder; default: that of the run"},
                {"stdin", PROG_MEMBER_STDIN, PROG_OPTIONAL, 0, "default `null`"},
                {"stdout", PROG_MEMBER_STDOUT, PROG_OPTIONAL, 0,
                 "default `inherit`: it comes after what the run has printed so far"},
                {"stderr", PROG_MEMBER_STDERR, PROG_OPTIONAL, 0, "default `inherit`"},
                {"limit", PROG_MEMBER_COUNT, PROG_OPTIONAL, 0,
                 "how many bytes a line of its output may have; default 65536"},
                {"as", PROG_MEMBER_VARIABLE, PROG_OPTIONAL, 0, "the process"},
                {"simulate", PROG_MEMBER_SIMULATE, PROG_OPTIONAL, 0,
                 "for the simulated world to come, in the program's place; the real one has no use "
                 "for it"}},
    .python = "asyncio.create_subprocess_exec",
    .summary = "Starts a program with its arguments. FileNotFoundError, PermissionError. The run's "
               "command line has to allow it: `--allow-exec`.",
    .example = "[{\"exec\": [\"echo\", \"hello\"], \"stdout\": \"pipe\", \"as\": \"p\"},"
               " {\"readline\": \"p\", \"as\": \"x\"}, {\"print\": \"it says {strip(x)}\"},"
               " {\"wait\": \"p\", \"as\": \"code\"}]",
    .compile = compile_exec,
};

/* --- communicate ----------------------------------------------------------------------------- */

enum { TALK_TO, TALK_INPUT, TALK_SIZE, TALK_AS, TALK_OPERANDS };

static int begin_communicate(run_job *job, const prog_instruction *in) {
    const expr_text *text = in->operands[TALK_INPUT].text;
    const expr_expression *size = in->operands[TALK_SIZE].expression;
    bool feeds = text != NULL || size != NULL;
    run_instance *process;
    int error = run_find_instance(job, in, PROG_PROCESS, &process);
    cad_stream *to;
    if (error == 0 && feeds)
        error = run_process_stream(process, 0, &to);
    if (error == 0 && feeds)
        error = run_data(job, text, size);
    if (error != 0)
        return error;
    run_read *read = run_read_begin(job->machine);
    if (read == NULL)
        return CAD_ENOMEM;
    job->item = read;
    const base_buffer *input = &job->machine->text;
    return cad_process_communicate(process->primitive, feeds ? input->data : NULL,
                                   feeds ? input->length : 0, &read->bytes[0], &read->bytes[1]);
}

/* None for what is no pipe. */
static int output_of(const cad_stream *stream, const run_read *read, size_t which,
                     expr_value *value) {
    *value = EXPR_NONE;
    return stream != NULL ? run_read_text(read, which, value) : 0;
}

static int store_outputs(run_job *job, const prog_instruction *in, const run_read *read) {
    const prog_slots *slots = in->operands[TALK_AS].slots;
    const cad_process *process = run_found_object(job, in)->primitive;
    cad_stream *const streams[] = {cad_process_stdout(process), cad_process_stderr(process)};
    int error = 0;
    for (uint32_t i = 0; slots != NULL && i < slots->count && error == 0; i++) {
        expr_value value;
        error = output_of(streams[i], read, i, &value);
        if (error == 0)
            run_store(job, slots->items[i], value);
    }
    return error;
}

static int finish_communicate(run_job *job, const prog_instruction *in, int result) {
    run_read *read = job->item;
    job->held = EXPR_NONE;
    if (read == NULL) /* it has not begun */
        return result;
    if (result == 0)
        result = store_outputs(job, in, read);
    run_read_end(job->machine, read);
    return result;
}

static void compile_communicate(prog_compiler *compiler, const prog_step *step,
                                const doc_node *node) {
    prog_operand members[PROG_STEP_MEMBERS];
    doc_node member;
    bool fine = prog_compile_members(compiler, step, node, members);
    const prog_slots *slots = members[TALK_AS].slots;
    if (doc_node_member(node, "input", &member) && doc_node_member(node, "size", &member)) {
        (void)doc_node_key_fault(&member, "\"size\" stands in the place of \"input\"");
        fine = false;
    }
    if (slots != NULL && (slots->whole || slots->count > 2) &&
        doc_node_member(node, "as", &member)) {
        (void)doc_node_fault(&member, "expected a list of two variables, for stdout and stderr");
        fine = false;
    }
    if (fine)
        (void)prog_emit(compiler, &step->operation, node, members, TALK_OPERANDS);
}

const prog_step step_communicate = {
    .operation = {"communicate", begin_communicate, finish_communicate},
    .family = PROG_FAMILY_OUTSIDE,
    .waiting = PROG_MAY_WAIT,
    .members = {{NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_IS(PROG_PROCESS), NULL},
                {"input", PROG_MEMBER_TEXT, PROG_OPTIONAL, 0, "what it is to read"},
                {"size", PROG_MEMBER_COUNT, PROG_OPTIONAL, 0, "in its place: so many times an `x`"},
                {"as", PROG_MEMBER_VARIABLES, PROG_OPTIONAL, 0,
                 "a list of two: stdout and stderr, `None` for what is no pipe"}},
    .python = "Process.communicate",
    .summary =
        "Sends the input, if there is any, closes stdin, and waits for the end of both outputs "
        "and of the process. One that does not read its input is no error.",
    .example = "[{\"exec\": [\"tr\", \"a-z\", \"A-Z\"], \"stdin\": \"pipe\", \"stdout\": \"pipe\","
               " \"as\": \"p\"}, {\"communicate\": \"p\", \"input\": \"tea\", \"as\": [\"out\","
               " \"err\"]}, {\"print\": \"{out}\"}]",
    .compile = compile_communicate,
};

/* --- Signals --------------------------------------------------------------------------------- */

static int begin_send_signal(run_job *job, const prog_instruction *in) {
    run_instance *process;
    int error = run_find_instance(job, in, PROG_PROCESS, &process);
    return error != 0 ? error : cad_process_send_signal(process->primitive, in->operands[1].number);
}

#define A_PROCESS                                                                                  \
    { NULL, PROG_MEMBER_TARGET, PROG_REQUIRED, PROG_IS(PROG_PROCESS), NULL }

const prog_step step_send_signal = {
    .operation = {"send_signal", begin_send_signal, NULL},
    .family = PROG_FAMILY_OUTSIDE,
    .members = {A_PROCESS, {"signal", PROG_MEMBER_SIGNAL, PROG_REQUIRED, 0, NULL}},
    .python = "Process.send_signal",
    .summary = "Sends a signal to a process; ProcessLookupError once its exit code is known.",
    .example = "[{\"exec\": [\"sleep\", \"60\"], \"as\": \"p\"},"
               " {\"send_signal\": \"p\", \"signal\": \"SIGHUP\"},"
               " {\"wait\": \"p\", \"as\": \"code\"}, {\"print\": \"{code}\"}]",
};

static int begin_terminate(run_job *job, const prog_instruction *in) {
    run_instance *process;
    int error = run_find_instance(job, in, PROG_PROCESS, &process);
    return error != 0 ? error : cad_process_terminate(process->primitive);
}

const prog_step step_terminate = {
    .operation = {"terminate", begin_terminate, NULL},
    .family = PROG_FAMILY_OUTSIDE,
    .members = {A_PROCESS},
    .python = "Process.terminate",
    .summary = "Asks a process to end: SIGTERM.",
    .example = "[{\"exec\": [\"sleep\", \"60\"], \"as\": \"p\"}, {\"terminate\": \"p\"},"
               " {\"wait\": \"p\", \"as\": \"code\"}, {\"print\": \"{code}\"}]",
};

static int begin_kill(run_job *job, const prog_instruction *in) {
    run_instance *process;
    int error = run_find_instance(job, in, PROG_PROCESS, &process);
    return error != 0 ? error : cad_process_kill(process->primitive);
}

const prog_step step_kill = {
    .operation = {"kill", begin_kill, NULL},
    .family = PROG_FAMILY_OUTSIDE,
    .members = {A_PROCESS},
    .python = "Process.kill",
    .summary = "Ends a process: SIGKILL.",
    .example = "[{\"exec\": [\"sleep\", \"60\"], \"as\": \"p\"}, {\"kill\": \"p\"},"
               " {\"wait\": \"p\", \"as\": \"code\"}, {\"print\": \"{code}\"}]",
};

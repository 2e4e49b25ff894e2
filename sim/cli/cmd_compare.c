/* cadran compare: how far runs under the real clock are from what the virtual one predicts. */
#define _GNU_SOURCE /* memfd_create() */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limit.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "drift/drift.h"
#include "program/load.h"
#include "run/process.h"
#include "run/run.h"
#include "steps/language.h"
#include "suite/listen.h"

enum { RUNS_DEFAULT = 3, RUNS_MOST = 10000 };

enum format { FORMAT_TEXT, FORMAT_JSON };

struct arguments {
    const char *path;
    run_machine_options machine;
    unsigned runs;
    const char *trace_path; /* of a real run that is there; NULL: it is run here */
    struct cmp_tolerance tolerance;
    bool suggest;
    enum format format;
};

/* --- Options --------------------------------------------------------------------------------- */

static bool take_tolerance(void *target, const base_option *option, char *text,
                           char message[BASE_OPTIONS_MESSAGE]) {
    return cmp_tolerance_read(text, base_option_field(target, option)) ||
           base_option_refuse(option, "a time or a share, such as 5ms or 5%", text, message);
}

static const char *const formats[] = {[FORMAT_TEXT] = "text", [FORMAT_JSON] = "json"};

static const base_option options[] = {
    {.name = "runs",
     .argument = "N",
     .help = "how many runs under the real clock (default 3)",
     BASE_WHOLE(struct arguments, runs),
     .least = 1,
     .most = RUNS_MOST},
    {.name = "trace",
     .argument = "FILE",
     .help = "in their place a real run's trace that is there; - is standard\ninput",
     BASE_TEXT(struct arguments, trace_path),
     .wanted = "a file"},
    {.name = "tolerance",
     .argument = "TOLERANCE",
     .help = "by how much a length may be off: 5ms, or 5% of it (default 10ms);\nwhat is further "
             "apart has an order",
     .take = take_tolerance,
     BASE_FIELD(struct arguments, tolerance)},
    {.name = "suggest",
     .help = "print the durations that would have predicted the runs, as vars",
     BASE_FLAG(struct arguments, suggest)},
    {.name = "format", .help = "text is the default", BASE_WORD(struct arguments, format, formats)},
    CLI_SEED(struct arguments, machine),
    CLI_SET(struct arguments, machine),
    CLI_UNTIL(struct arguments, machine),
    {.name = NULL},
};

static const cli_command command = {
    .name = "cadran compare",
    .usage = "[options] SCENARIO",
    .about =
        "Runs a scenario under both clocks and says how far reality is from the simulation: by "
        "how\n"
        "much spans and waits are off, whether the order is kept, how late the loop was.\n",
    .options = options,
    .notes = "Exit status: 0 as predicted, or the machine was too busy to judge, 1 not as "
             "predicted,\n"
             "2 bad usage or a bad scenario, 3 the environment failed.\n",
    .operand = "scenario",
    .wanted = CLI_ONE,
};

/* --- Runs ------------------------------------------------------------------------------------ */

static int no_memory(void) {
    return cli_failed(command.name,
                      "there is not enough memory to compare these runs; --until, or --set, makes "
                      "them shorter%s",
                      base_limit_note());
}

/* What is kept from run to run. */
struct session {
    const struct arguments *arguments;
    const prog_program *program;
    run_lines nowhere;                    /* where the tasks print */
    struct cmp_source sources[CMP_SIDES]; /* files without a name */
    char paths[CMP_SIDES][32];
    int files[CMP_SIDES];
    enum run_outcome predicted;
};

static void close_files(const struct session *session) {
    for (int side = 0; side < CMP_SIDES; side++)
        if (session->files[side] >= 0)
            (void)close(session->files[side]);
}

static int open_files(struct session *session) {
    static const char *const names[CMP_SIDES] = {"the virtual run", "the real run"};
    for (int side = 0; side < CMP_SIDES; side++) {
        session->files[side] = memfd_create("cadran-trace", MFD_CLOEXEC);
        snprintf(session->paths[side], sizeof session->paths[side], "/proc/self/fd/%d",
                 session->files[side]);
        session->sources[side] =
            (struct cmp_source){.path = session->paths[side], .name = names[side]};
    }
    if (session->files[CMP_A] >= 0 && session->files[CMP_B] >= 0)
        return 0;
    return cli_failed(command.name, "no file for a trace: %s", strerror(errno));
}

static int conclude(struct session *session, bool real, const run_result *result) {
    if (result->outcome == RUN_BROKEN)
        return cli_failed(command.name, "%s", result->reason);
    if (!real)
        session->predicted = result->outcome;
    else if (result->signal != 0 && result->outcome != session->predicted)
        return cli_failed(command.name, "interrupted");
    return CLI_STATUS_EXPECTED;
}

static int run_traced(struct session *session, run_machine *machine,
                      const run_machine_options *settings) {
    suite_listeners listeners = {NULL, NULL};
    const suite_wanted wanted = {.trace_path = session->paths[settings->real ? CMP_B : CMP_A]};
    int error = suite_listen(machine, settings, &wanted, &listeners);
    int status;
    if (error == 0)
        status = conclude(session, settings->real, run_machine_run(machine));
    else
        status =
            error == CAD_ENOMEM ? no_memory() : cli_failed(command.name, "%s", strerror(errno));
    suite_stop_listening(&listeners);
    return status;
}

/* With its trace in the file of its side. */
static int run_once(struct session *session, bool real, cad_clock_hook *clock) {
    static const int interrupt[] = {SIGINT, 0};
    run_machine_options settings = session->arguments->machine;
    run_machine *machine;
    settings.real = real;
    settings.lines = &session->nowhere;
    settings.signals = real ? interrupt : NULL;
    settings.clock = clock;
    int status;
    int error = run_machine_new(session->program, &settings, &machine);
    if (error == CAD_EINVAL)
        status = doc_print_faults(session->program->document, stderr) == 0 ? CLI_STATUS_USAGE
                                                                           : no_memory();
    else if (error == CAD_ESYSTEM)
        status = cli_failed(command.name, "no file descriptor is left for the real clock");
    else
        status = error != 0 ? no_memory() : run_traced(session, machine, &settings);
    run_machine_free(machine);
    return status;
}

/* --- The comparison -------------------------------------------------------------------------- */

static int add(struct session *session, struct drift *drift,
               const struct drift_lateness *lateness) {
    char message[CMP_MESSAGE_SIZE];
    int error = drift_add(drift, session->sources, lateness, message);
    if (error == 0 && message[0] != '\0')
        cli_warn(command.name, "%s", message);
    if (error == 0)
        return CLI_STATUS_EXPECTED;
    if (error == CAD_ENOMEM)
        return no_memory();
    if (session->arguments->trace_path == NULL && error == CAD_ESYSTEM) /* a file of our own */
        return cli_failed(command.name, "%s", message);
    return cli_unread(command.name, error, message);
}

static int add_run(struct session *session, struct drift *drift) {
    struct drift_lateness lateness;
    drift_lateness_init(&lateness);
    int status = run_once(session, true, &lateness.hook);
    if (status == CLI_STATUS_EXPECTED)
        status = add(session, drift, &lateness);
    drift_lateness_free(&lateness);
    return status;
}

/* Real runs take their time: who waits at a terminal is told which one it is; 0: none any more. */
static void show_run(const struct arguments *arguments, unsigned number) {
    if (isatty(STDERR_FILENO) != 1)
        return;
    if (number == 0)
        fputs("\r\033[K", stderr);
    else
        fprintf(stderr, "\rrun %u of %u", number, arguments->runs);
}

/* All that is to be compared with the virtual run. */
static int add_all(struct session *session, struct drift *drift) {
    const struct arguments *arguments = session->arguments;
    int status = run_once(session, false, NULL);
    if (status != CLI_STATUS_EXPECTED)
        return status;
    if (arguments->trace_path != NULL) {
        session->sources[CMP_B] = (struct cmp_source){.path = arguments->trace_path};
        return add(session, drift, NULL);
    }
    for (unsigned i = 0; i < arguments->runs && status == CLI_STATUS_EXPECTED; i++) {
        show_run(arguments, i + 1);
        status = add_run(session, drift);
        show_run(arguments, 0);
    }
    return status;
}

static int put(const struct arguments *arguments, const struct drift_result *result,
               base_buffer *text) {
    if (arguments->format == FORMAT_JSON) {
        doc_writer writer = {0};
        drift_print_json(result, &writer);
        int error = doc_write_failed(&writer) ? CAD_ENOMEM
                                              : base_buffer_format(text, "%s\n", writer.text.data);
        base_buffer_free(&writer.text);
        return error;
    }
    return arguments->suggest ? drift_print_suggestions(result, text)
                              : drift_print_text(result, text);
}

static int print(const struct arguments *arguments, const struct drift_result *result) {
    base_buffer text = {0};
    int status = result->verdict == DRIFT_DIFFERS ? CLI_STATUS_UNEXPECTED : CLI_STATUS_EXPECTED;
    if (put(arguments, result, &text) != 0)
        status = no_memory();
    else
        (void)fwrite(text.data, 1, text.length, stdout);
    base_buffer_free(&text);
    return status;
}

static int compare(struct session *session) {
    const struct drift_settings settings = {.tolerance = session->arguments->tolerance};
    struct drift *drift;
    if (drift_new(&settings, &drift) != 0)
        return no_memory();
    int status = add_all(session, drift);
    const struct drift_result *result =
        status == CLI_STATUS_EXPECTED ? drift_conclude(drift) : NULL;
    if (result != NULL)
        status = print(session->arguments, result);
    else if (status == CLI_STATUS_EXPECTED)
        status = no_memory();
    drift_free(drift);
    return status;
}

/* --- The whole ------------------------------------------------------------------------------- */

static int compare_program(const struct arguments *arguments, const prog_program *program) {
    struct session session = {.arguments = arguments, .program = program, .files = {-1, -1}};
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    int status = open_files(&session);
    if (status == CLI_STATUS_EXPECTED && run_lines_open(&session.nowhere, nowhere) != 0)
        status = no_memory();
    if (status == CLI_STATUS_EXPECTED) {
        status = compare(&session);
        (void)run_lines_close(&session.nowhere);
    }
    close_files(&session);
    if (nowhere >= 0)
        (void)close(nowhere);
    return status;
}

static int load_and_compare(const struct arguments *arguments) {
    prog_program *program;
    (void)signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write() */
    run_process_start(base_limit_default());
    int error = prog_load(arguments->path, &step_language, &program);
    int status;
    if (error == 0)
        status = compare_program(arguments, program);
    else if (program != NULL && error != CAD_ENOMEM &&
             doc_print_faults(program->document, stderr) == 0)
        status = error == CAD_ESYSTEM ? CLI_STATUS_ENVIRONMENT : CLI_STATUS_USAGE;
    else
        status = no_memory();
    prog_free(program);
    return status;
}

int cli_cmd_compare(int argc, char **argv) {
    struct arguments arguments = {.machine = RUN_MACHINE_DEFAULTS,
                                  .runs = RUNS_DEFAULT,
                                  .tolerance = {.time_ns = DRIFT_TOLERANCE_NS}};
    cli_operands scenario;
    int status;
    if (cli_begin(&command, &arguments, argc, argv, &scenario, &status)) {
        arguments.path = scenario.items[0];
        status = load_and_compare(&arguments);
    }
    cli_free_overrides(&arguments.machine);
    return status;
}

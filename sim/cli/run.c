/* cadran run, after its options: loads, runs, and prints what became of it. */
#include "cli/run.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/limit.h"
#include "base/memory.h"
#include "cli/run_progress.h"
#include "cli/run_report.h"
#include "cli/run_table.h"
#include "program/load.h"
#include "run/expect.h"
#include "run/process.h"
#include "run/run.h"
#include "steps/language.h"
#include "trace/writer.h"

void cli_run_defaults(cli_run_options *options) {
    *options = (cli_run_options){
        .max_memory = base_limit_default(),
        .machine = {.slow_ns = CAD_NEVER,
                    .max_steps = RUN_MAX_STEPS,
                    .max_still = RUN_MAX_STILL,
                    .max_tasks = RUN_MAX_TASKS,
                    .max_time_ns = RUN_MAX_TIME_NS},
    };
}

/* --- Signals --------------------------------------------------------------------------------- */

static volatile sig_atomic_t interrupted;
static struct sigaction before;

/* The second one ends the program at once, should the first not get through. What handled SIGINT
 * before, the real clock's driver, wakes its loop. */
static void on_interrupt(int number) {
    if (interrupted != 0) {
        (void)signal(number, SIG_DFL);
        (void)raise(number);
    }
    interrupted = 1;
    if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN)
        before.sa_handler(number);
}

static void watch_signals(void) {
    struct sigaction action = {.sa_handler = on_interrupt};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, &before);
    (void)signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write() */
}

/* --- The trace ------------------------------------------------------------------------------- */

static void trace_failed(void *arg) {
    run_machine *machine = arg;
    if (machine->writer != NULL)
        (void)run_machine_stop(machine, RUN_BROKEN, "%s", trace_writer_failure(machine->writer));
}

static int open_trace(run_machine *machine, const char *path, struct trace_writer **writer) {
    const run_machine_options *options = machine->options;
    struct trace_override *overrides = base_zalloc(options->override_count + 1, sizeof *overrides);
    char started[40];
    struct utsname host;
    if (overrides == NULL)
        return CAD_ENOMEM;
    for (size_t i = 0; i < options->override_count; i++)
        overrides[i] =
            (struct trace_override){options->overrides[i].name, options->overrides[i].value};
    struct trace_header header = {.scenario = machine->program->name,
                                  .clock = options->real ? "real" : "virtual",
                                  .seed = machine->result.seed,
                                  .overrides = overrides,
                                  .override_count = options->override_count,
                                  .until_ns = machine->until_ns};
    time_t now = time(NULL);
    if (options->real && strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now)) > 0)
        header.started = started;
    if (options->real && uname(&host) == 0)
        header.host = host.nodename;
    int error = trace_writer_open(path, &header, writer);
    base_free(overrides);
    if (error != 0)
        return error;
    trace_writer_on_failure(*writer, trace_failed, machine);
    run_machine_trace(machine, *writer);
    return 0;
}

/* --- The run --------------------------------------------------------------------------------- */

static int no_memory(void) {
    fprintf(stderr, "cadran: out of memory%s\n", base_limit_reached() ? " (--max-memory)" : "");
    return CLI_STATUS_ENVIRONMENT;
}

static int refuse(const prog_program *program, int error) {
    if (error == CAD_ENOMEM || program == NULL)
        return no_memory();
    if (doc_print_faults(program->document, stderr) != 0)
        return no_memory();
    return CLI_STATUS_USAGE;
}

/* Whether the outcome is what one would want of a scenario that expects nothing. */
static bool went_well(const run_machine *machine) {
    return machine->result.outcome == RUN_COMPLETE || machine->result.outcome == RUN_STOPPED ||
           machine->result.outcome == RUN_INTERRUPTED;
}

static int status_of(const run_machine *machine, size_t unmet) {
    if (machine->result.outcome == RUN_BROKEN)
        return CLI_STATUS_ENVIRONMENT;
    bool fine = machine->program->expect.outcome != NULL || went_well(machine);
    return fine && unmet == 0 ? CLI_STATUS_EXPECTED : CLI_STATUS_UNEXPECTED;
}

/* Why a run ended that was not over. */
static void print_reason(const run_result *result) {
    if (result->reason[0] != '\0')
        fprintf(stderr, "%s: %s%s\n", result->outcome == RUN_BROKEN ? "cadran" : "limit",
                result->reason, cli_limit_option(result->limit));
}

/* After the run: what was expected, what is asked for, and the outcome, which is the last line. */
static int conclude(run_machine *machine, const cli_run_options *options, const char *trace_path,
                    FILE *report) {
    bool broken = machine->result.outcome == RUN_BROKEN, whole = true;
    size_t unmet = broken ? 0 : run_check_expectations(machine, stderr);
    if (!broken && (options->table || machine->program->expect.table != NULL))
        whole = cli_conclude_table(machine, trace_path, options->table, &unmet);
    int status = whole ? status_of(machine, unmet) : CLI_STATUS_ENVIRONMENT;
    if (report != NULL && !cli_write_report(machine, options->report_path, report, unmet, status))
        status = CLI_STATUS_ENVIRONMENT;
    if (machine->result.failure_count > RUN_FAILURES_KEPT)
        fprintf(stderr, "... and %" PRIu64 " more exceptions\n",
                machine->result.failure_count - RUN_FAILURES_KEPT);
    print_reason(&machine->result);
    if (!broken)
        fprintf(stderr, "outcome %s at %" PRId64 "\n", run_outcome_name(machine->result.outcome),
                machine->result.end_ns);
    return status;
}

static int run_recorded(run_machine *machine, const cli_run_options *options,
                        const char *trace_path, FILE *report) {
    struct trace_writer *writer = NULL;
    int error = trace_path != NULL ? open_trace(machine, trace_path, &writer) : 0;
    int reason = errno;
    if (error != 0) {
        if (report != NULL)
            (void)fclose(report);
        if (error == CAD_ENOMEM)
            return no_memory();
        fprintf(stderr, "cadran: %s: %s\n", trace_path, strerror(reason));
        return CLI_STATUS_ENVIRONMENT;
    }
    watch_signals();
    run_machine_run(machine);
    if (machine->options->progress != NULL)
        machine->options->progress->hide(machine->options->progress);
    int status = conclude(machine, options, trace_path, report);
    trace_writer_free(writer);
    return status;
}

static int run_reported(run_machine *machine, const cli_run_options *options,
                        const char *trace_path) {
    FILE *report = NULL;
    if (options->report_path != NULL && (report = cli_open_report(options->report_path)) == NULL)
        return CLI_STATUS_ENVIRONMENT;
    return run_recorded(machine, options, trace_path, report);
}

static int run_prepared(run_machine *machine, const cli_run_options *options) {
    bool needs_table = options->table || machine->program->expect.table != NULL;
    char temporary[64] = "";
    if (options->trace_path != NULL || !needs_table)
        return run_reported(machine, options, options->trace_path);
    if (!cli_temporary_trace(temporary, sizeof temporary))
        return CLI_STATUS_ENVIRONMENT;
    int status = run_reported(machine, options, temporary);
    (void)unlink(temporary);
    return status;
}

static int run_program(const prog_program *program, const cli_run_options *options) {
    run_machine_options settings = options->machine;
    run_lines lines;
    cli_terminal terminal;
    run_machine *machine;
    if (run_lines_open(&lines, STDOUT_FILENO) != 0)
        return refuse(program, CAD_ENOMEM);
    lines.prompt = settings.real || isatty(STDOUT_FILENO) == 1;
    settings.lines = &lines;
    settings.report = stderr;
    if (!settings.real && isatty(STDERR_FILENO) == 1) {
        cli_terminal_start(&terminal, stderr);
        settings.progress = &terminal.progress;
    }
    settings.interrupt = &interrupted;
    int status;
    int error = run_machine_new(program, &settings, &machine);
    if (error == CAD_ESYSTEM) {
        fputs("cadran: the real clock needs file descriptors, and none is left\n", stderr);
        status = CLI_STATUS_ENVIRONMENT;
    } else if (error != 0) {
        status = refuse(program, error);
    } else {
        status = run_prepared(machine, options);
        run_machine_free(machine);
    }
    (void)run_lines_close(&lines);
    return status;
}

/* Whether two paths are one file, or will be; a device has nothing to lose. */
static bool is_same_file(const char *path, const char *other) {
    struct stat one, two;
    if (stat(path, &one) != 0 || stat(other, &two) != 0)
        return strcmp(path, other) == 0;
    return S_ISREG(one.st_mode) && one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

static bool overwrites(const char *option, const char *path, const char *other, const char *what) {
    if (path == NULL || other == NULL || !is_same_file(path, other))
        return false;
    fprintf(stderr, "cadran: %s %s would overwrite %s; give it another name\n", option, path, what);
    return true;
}

int cli_run(const cli_run_options *options) {
    prog_program *program;
    if (overwrites("--trace", options->trace_path, options->path, "the scenario") ||
        overwrites("--report", options->report_path, options->path, "the scenario") ||
        overwrites("--report", options->report_path, options->trace_path, "the trace"))
        return CLI_STATUS_USAGE;
    run_process_start(options->max_memory);
    int error = prog_load(options->path, &step_language, &program);
    int status = error != 0 ? refuse(program, error) : run_program(program, options);
    prog_free(program);
    return status;
}

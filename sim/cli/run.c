/* cadran run, after its options: loads, runs, and prints what became of it. */
#include "cli/run.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/limit.h"
#include "base/memory.h"
#include "base/quantity.h"
#include "base/replace.h"
#include "base/show.h"
#include "cli/outputs.h"
#include "cli/run_progress.h"
#include "cli/run_report.h"
#include "program/load.h"
#include "run/process.h"
#include "run/run.h"
#include "steps/language.h"
#include "suite/expected_table.h"
#include "suite/listen.h"

void cli_run_defaults(cli_run_options *options) {
    *options = (cli_run_options){
        .max_memory = base_limit_default(),
        .machine = RUN_MACHINE_DEFAULTS,
    };
}

/* --- Signals --------------------------------------------------------------------------------- */

enum { SIGNALS = 4 };

/* Those that end the run, before a 0. What the program was started to ignore, as by nohup, it
 * ignores; an interrupt is for it also in the background of a shell. */
static void choose_signals(int numbers[SIGNALS + 1]) {
    static const int all[SIGNALS] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    size_t count = 0;
    for (size_t i = 0; i < SIGNALS; i++) {
        struct sigaction action;
        bool ignored = sigaction(all[i], NULL, &action) == 0 && action.sa_handler == SIG_IGN;
        if (all[i] == SIGINT || !ignored)
            numbers[count++] = all[i];
    }
    numbers[count] = 0;
}

/* The run was ended by a signal that ends a program: it does so now that all is written, and the
 * shell is told. An interrupt is an outcome that a scenario knows. */
static void die_of(int number) {
    const struct rlimit none = {0, 0};
    if (number == 0 || number == SIGINT)
        return;
    (void)setrlimit(RLIMIT_CORE, &none); /* nothing is wrong with the program */
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

/* --- The run --------------------------------------------------------------------------------- */

/* What all of it is about. */
struct session {
    const cli_run_options *options;
    const prog_program *program;
    const run_machine_options *settings; /* those of the options, and what is cli_run()'s */
    run_machine *machine;
};

static int listen(const struct session *session, suite_listeners *listeners) {
    const cli_run_options *options = session->options;
    const suite_wanted wanted = {
        .trace_path = options->trace_path,
        .detail = options->detail,
        .table = options->table || session->program->expect.table != NULL,
    };
    return suite_listen(session->machine, session->settings, &wanted, listeners);
}

static int no_memory(void) {
    return cli_failed("cadran", "out of memory%s", base_limit_reached() ? " (--max-memory)" : "");
}

static int refuse(const prog_program *program, int error) {
    if (error == CAD_ENOMEM || program == NULL)
        return no_memory();
    if (doc_print_faults(program->document, stderr) != 0)
        return no_memory();
    return error == CAD_ESYSTEM ? CLI_STATUS_ENVIRONMENT : CLI_STATUS_USAGE;
}

static int status_of(const prog_program *program, const run_result *result, size_t unmet) {
    if (result->outcome == RUN_BROKEN)
        return CLI_STATUS_ENVIRONMENT;
    return run_went_as_expected(program, result, unmet) ? CLI_STATUS_EXPECTED
                                                        : CLI_STATUS_UNEXPECTED;
}

/* Why a run ended that was not over. */
static void print_reason(const run_result *result) {
    if (result->reason[0] != '\0')
        base_show_line(stderr, "%s: %s%s", result->outcome == RUN_BROKEN ? "cadran" : "limit",
                       result->reason, cli_limit_option(result->limit));
}

static void print_outcome(const run_result *result) {
    char end[BASE_TIME_TEXT];
    base_time_write(result->end_ns, false, end);
    base_show_line(stderr, "outcome %s at %s", run_outcome_name(result->outcome), end);
}

static bool conclude_table(const struct session *session, const struct table_collector *table,
                           size_t *unmet) {
    const char *message;
    if (suite_conclude_table(session->program, table, session->settings->real,
                             session->options->table, stderr, unmet, &message))
        return true;
    (void)cli_failed("cadran", "%s", message);
    return false;
}

/* After the run: what was expected, what is asked for, and the outcome, which is the last line. */
static int conclude(const struct session *session, const run_result *result,
                    const struct table_collector *table, struct base_replacement *report) {
    const cli_run_options *options = session->options;
    bool broken = result->outcome == RUN_BROKEN, whole = true;
    size_t unmet = broken ? 0 : run_check_expectations(session->machine, stderr);
    if (!broken && table != NULL)
        whole = conclude_table(session, table, &unmet);
    int status = whole ? status_of(session->program, result, unmet) : CLI_STATUS_ENVIRONMENT;
    const cli_report what = {session->program, session->settings->real, result, unmet, status};
    if (report != NULL && !cli_write_report(&what, options->report_path, report))
        status = CLI_STATUS_ENVIRONMENT;
    if (result->failure_count > RUN_FAILURES_KEPT)
        base_show_line(stderr, "... and %" PRIu64 " more exceptions",
                       result->failure_count - RUN_FAILURES_KEPT);
    print_reason(result);
    if (!broken && !(options->quiet && status == CLI_STATUS_EXPECTED))
        print_outcome(result);
    return status;
}

static int refuse_trace(const cli_run_options *options, int error, int reason) {
    if (error == CAD_ENOMEM)
        return no_memory();
    return cli_failed("cadran", "%s: %s", options->trace_path, strerror(reason));
}

/* *by: the signal that ended the run. */
static int run_recorded(const struct session *session, struct base_replacement *report, int *by) {
    suite_listeners listeners = {NULL, NULL};
    int status, error = listen(session, &listeners);
    if (error != 0) {
        status = refuse_trace(session->options, error, errno);
    } else {
        const run_result *result = run_machine_run(session->machine);
        run_progress *progress = session->settings->progress;
        if (progress != NULL)
            progress->hide(progress);
        status = conclude(session, result, listeners.table, report);
        *by = result->signal;
    }
    suite_stop_listening(&listeners);
    return status;
}

static int run_reported(const struct session *session, int *by) {
    const cli_run_options *options = session->options;
    const cli_output outputs[] = {{"--trace", "the trace", options->trace_path},
                                  {"--report", "the report", options->report_path}};
    struct base_replacement report;
    if (!cli_outputs_are_apart("cadran", options->path, "the scenario", outputs, 2))
        return CLI_STATUS_USAGE;
    if (options->report_path == NULL)
        return run_recorded(session, NULL, by);
    if (!cli_open_report(&report, options->report_path))
        return CLI_STATUS_ENVIRONMENT;
    int status = run_recorded(session, &report, by);
    base_replace_drop(&report);
    return status;
}

/* *by: the signal that ended the run; 0: none. */
static int run_program(const prog_program *program, const cli_run_options *options, int *by) {
    int signals[SIGNALS + 1];
    run_machine_options settings = options->machine;
    run_lines lines;
    cli_terminal terminal;
    run_machine *machine;
    if (run_lines_open(&lines, STDOUT_FILENO) != 0)
        return refuse(program, CAD_ENOMEM);
    lines.shown = !options->raw && isatty(STDOUT_FILENO) == 1;
    lines.prompt = settings.real || isatty(STDOUT_FILENO) == 1;
    settings.lines = &lines;
    settings.report = stderr;
    if (!settings.real) {
        cli_terminal_start(&terminal, stderr, &lines);
        settings.progress = &terminal.progress;
    }
    choose_signals(signals);
    settings.signals = signals;
    int status;
    int error = run_machine_new(program, &settings, &machine);
    if (error == CAD_ESYSTEM) {
        status = cli_failed("cadran", "the real clock needs file descriptors, and none is left");
    } else if (error != 0) {
        status = refuse(program, error);
    } else {
        const struct session session = {options, program, &settings, machine};
        status = run_reported(&session, by);
        run_machine_free(machine);
    }
    (void)run_lines_close(&lines);
    return status;
}

/* *by: the signal that ended the run; 0: none. */
static int run_one(const cli_run_options *options, int *by) {
    prog_program *program;
    int error = prog_load(options->path, &step_language, &program);
    int status = error != 0 ? refuse(program, error) : run_program(program, options, by);
    prog_free(program);
    return status;
}

/* What stands in a scenario's place and is no file, before any of them runs. */
static bool check_paths(const char *command, const char *const *paths, size_t count) {
    struct stat status;
    for (size_t i = 0; i < count; i++) {
        bool there = stat(paths[i], &status) == 0;
        if (there && S_ISDIR(status.st_mode))
            (void)cli_wrong(command, "%s is a folder; \"cadran test\" runs all scenarios in one",
                            paths[i]);
        else if (!there && strchr(paths[i], '=') != NULL)
            (void)cli_wrong(command, "there is no file \"%s\"; a variable is set by --set %s",
                            paths[i], paths[i]);
        else
            continue;
        return false;
    }
    return true;
}

/* What programs leave behind becomes ours, so that it ends with the run: their loops see to it. */
static void take_orphans_in(const run_machine_options *options) {
    if (options->real && options->leave.exec)
        (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
}

int cli_run(const cli_run_options *options, const char *const *paths, size_t count) {
    cli_run_options each = *options;
    int worst = CLI_STATUS_EXPECTED, by = 0;
    if (!check_paths("cadran run", paths, count))
        return CLI_STATUS_USAGE;
    (void)signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write() */
    base_replace_hear_signals();    /* a run has a handler of its own */
    run_process_start(options->max_memory);
    take_orphans_in(&options->machine);
    for (size_t i = 0; i < count && by == 0; i++) {
        each.path = paths[i];
        if (count > 1 && !each.quiet)
            base_show_line(stderr, "--- %s", each.path);
        int status = run_one(&each, &by);
        worst = status > worst ? status : worst;
    }
    die_of(by);
    return worst;
}

/* --- Checking -------------------------------------------------------------------------------- */

/* What a scenario does outside itself is for the command line to allow, and no mistake of its own.
 */
static void allow_all(run_machine_options *options) {
    options->real = true;
    options->leave = (run_leave){.exec = true, .net = true, .anywhere = true, .folder = "/"};
}

/* What a document says is checked when it is loaded; what it computes before the run, sizes and
 * numbers, when its machine is made. */
static int check_one(const char *path, bool quiet) {
    prog_program *program;
    run_machine *machine = NULL;
    cli_run_options defaults;
    run_lines lines;
    if (run_lines_open(&lines, STDOUT_FILENO) != 0)
        return no_memory();
    cli_run_defaults(&defaults);
    defaults.machine.lines = &lines;
    int error = prog_load(path, &step_language, &program);
    if (error == 0 && program->outside_count > 0)
        allow_all(&defaults.machine);
    if (error == 0)
        error = run_machine_new(program, &defaults.machine, &machine);
    int status = error != 0 ? refuse(program, error) : CLI_STATUS_EXPECTED;
    if (error == 0 && !quiet)
        base_show_line(stdout, "%s: no faults", path);
    if (error == 0)
        run_machine_free(machine);
    prog_free(program);
    (void)run_lines_close(&lines);
    return status;
}

int cli_check(const char *const *paths, size_t count, bool quiet) {
    int worst = CLI_STATUS_EXPECTED;
    if (!check_paths("cadran check", paths, count))
        return CLI_STATUS_USAGE;
    run_process_start(base_limit_default());
    for (size_t i = 0; i < count; i++) {
        int status = check_one(paths[i], quiet);
        worst = status > worst ? status : worst;
    }
    return worst;
}

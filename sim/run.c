#include "run.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "run_memory.h"
#include "run_progress.h"
#include "run_report.h"
#include "run_table.h"
#include "scenario/alloc.h"
#include "scenario/expect.h"
#include "trace/writer.h"

static const int interrupts[] = {SIGINT, 0};

void sim_run_defaults(sim_run_options *options) {
    *options = (sim_run_options){
        .max_memory = sim_memory_default(),
        .machine = {.slow_ns = CAD_NEVER,
                    .max_steps = SIM_MAX_STEPS,
                    .max_still = SIM_MAX_STILL,
                    .max_tasks = SIM_MAX_TASKS,
                    .max_time_ns = SIM_MAX_TIME_NS},
    };
}

/* --- The trace ------------------------------------------------------------------------------- */

static void trace_failed(void *arg) {
    sim_machine *machine = arg;
    if (machine->writer != NULL)
        (void)sim_machine_stop(machine, SIM_BROKEN, "%s", trace_writer_failure(machine->writer));
}

static int open_trace(sim_machine *machine, const char *path, struct trace_writer **writer) {
    const sim_machine_options *options = machine->options;
    struct trace_override *overrides = sim_zalloc(options->override_count + 1, sizeof *overrides);
    char started[40];
    struct utsname host;
    if (overrides == NULL)
        return CAD_ENOMEM;
    for (size_t i = 0; i < options->override_count; i++)
        overrides[i] =
            (struct trace_override){options->overrides[i].name, options->overrides[i].value};
    struct trace_header header = {.scenario = machine->program->name,
                                  .clock = options->real ? "real" : "virtual",
                                  .seed = machine->seed,
                                  .overrides = overrides,
                                  .override_count = options->override_count,
                                  .until_ns = machine->until_ns};
    time_t now = time(NULL);
    if (options->real && strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now)) > 0)
        header.started = started;
    if (options->real && uname(&host) == 0)
        header.host = host.nodename;
    int error = trace_writer_open(path, &header, writer);
    sim_free(overrides);
    if (error != 0)
        return error;
    trace_writer_on_failure(*writer, trace_failed, machine);
    sim_machine_trace(machine, *writer);
    return 0;
}

/* --- The run --------------------------------------------------------------------------------- */

static int no_memory(void) {
    fprintf(stderr, "cadran: out of memory%s\n", *sim_memory_used_up() ? " (--max-memory)" : "");
    return SIM_STATUS_ENVIRONMENT;
}

static int refuse(const sim_program *program, int error) {
    if (error == CAD_ENOMEM || program == NULL)
        return no_memory();
    if (sim_document_print_faults(program->document, stderr) != 0)
        return no_memory();
    return SIM_STATUS_USAGE;
}

/* Whether the outcome is what one would want of a scenario that expects nothing. */
static bool went_well(const sim_machine *machine) {
    return machine->outcome == SIM_COMPLETE || machine->outcome == SIM_STOPPED ||
           machine->outcome == SIM_INTERRUPTED;
}

static int status_of(const sim_machine *machine, size_t unmet) {
    if (machine->outcome == SIM_BROKEN)
        return SIM_STATUS_ENVIRONMENT;
    bool fine = machine->program->expect.outcome != NULL || went_well(machine);
    return fine && unmet == 0 ? SIM_STATUS_EXPECTED : SIM_STATUS_UNEXPECTED;
}

/* After the run: what was expected, what is asked for, and the outcome, which is the last line. */
static int conclude(sim_machine *machine, const sim_run_options *options, const char *trace_path,
                    FILE *report) {
    bool broken = machine->outcome == SIM_BROKEN, whole = true;
    size_t unmet = broken ? 0 : sim_check_expectations(machine, stderr);
    if (!broken && (options->table || machine->program->expect.table != NULL))
        whole = sim_conclude_table(machine, trace_path, options->table, &unmet);
    int status = whole ? status_of(machine, unmet) : SIM_STATUS_ENVIRONMENT;
    if (report != NULL && !sim_write_report(machine, options->report_path, report, unmet, status))
        status = SIM_STATUS_ENVIRONMENT;
    if (machine->failure_count > SIM_FAILURES_KEPT)
        fprintf(stderr, "... and %" PRIu64 " more exceptions\n",
                machine->failure_count - SIM_FAILURES_KEPT);
    if (machine->reason[0] != '\0')
        fprintf(stderr, "%s: %s\n", broken ? "cadran" : "limit", machine->reason);
    if (!broken)
        fprintf(stderr, "outcome %s at %" PRId64 "\n", sim_outcome_name(machine->outcome),
                machine->end_ns);
    return status;
}

static int run_recorded(sim_machine *machine, const sim_run_options *options,
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
        return SIM_STATUS_ENVIRONMENT;
    }
    sim_machine_run(machine);
    if (machine->options->progress != NULL)
        machine->options->progress->hide(machine->options->progress);
    int status = conclude(machine, options, trace_path, report);
    trace_writer_free(writer);
    return status;
}

static int run_reported(sim_machine *machine, const sim_run_options *options,
                        const char *trace_path) {
    FILE *report = NULL;
    if (options->report_path != NULL && (report = sim_open_report(options->report_path)) == NULL)
        return SIM_STATUS_ENVIRONMENT;
    return run_recorded(machine, options, trace_path, report);
}

static int run_machine(sim_machine *machine, const sim_run_options *options) {
    bool needs_table = options->table || machine->program->expect.table != NULL;
    char temporary[64] = "";
    if (options->trace_path != NULL || !needs_table)
        return run_reported(machine, options, options->trace_path);
    if (!sim_temporary_trace(temporary, sizeof temporary))
        return SIM_STATUS_ENVIRONMENT;
    int status = run_reported(machine, options, temporary);
    (void)unlink(temporary);
    return status;
}

static int run_program(const sim_program *program, const sim_run_options *options) {
    sim_machine_options settings = options->machine;
    sim_lines lines;
    sim_terminal terminal;
    sim_machine *machine;
    if (sim_lines_open(&lines, STDOUT_FILENO) != 0)
        return refuse(program, CAD_ENOMEM);
    lines.prompt = settings.real || isatty(STDOUT_FILENO) == 1;
    settings.lines = &lines;
    settings.report = stderr;
    if (!settings.real && isatty(STDERR_FILENO) == 1) {
        sim_terminal_start(&terminal, stderr);
        settings.progress = &terminal.progress;
    }
    settings.signals = interrupts;
    settings.memory_used_up = sim_memory_used_up();
    int status;
    int error = sim_machine_new(program, &settings, &machine);
    if (error == CAD_ESYSTEM) {
        fputs("cadran: the real clock needs file descriptors, and none is left\n", stderr);
        status = SIM_STATUS_ENVIRONMENT;
    } else if (error != 0) {
        status = refuse(program, error);
    } else {
        status = run_machine(machine, options);
        sim_machine_free(machine);
    }
    (void)sim_lines_close(&lines);
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

int sim_run(const sim_run_options *options) {
    sim_program *program;
    if (overwrites("--trace", options->trace_path, options->path, "the scenario") ||
        overwrites("--report", options->report_path, options->path, "the scenario") ||
        overwrites("--report", options->report_path, options->trace_path, "the trace"))
        return SIM_STATUS_USAGE;
    (void)signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write() */
    sim_memory_limit(options->max_memory);
    int error = sim_program_load(options->path, &program);
    int status = error != 0 ? refuse(program, error) : run_program(program, options);
    sim_program_free(program);
    return status;
}

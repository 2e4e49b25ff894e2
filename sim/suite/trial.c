/* One run of a scenario, as all that tests them need it. */
#define _GNU_SOURCE /* memfd_create() */
#include "suite/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/number.h"
#include "drift/lateness.h"
#include "program/load.h"
#include "run/run.h"
#include "suite/expected_table.h"
#include "suite/listen.h"

/* --- What is kept from run to run ------------------------------------------------------------ */

/* 0, CAD_ENOMEM, or CAD_ESYSTEM with errno. */
static int prepare(suite_stage *stage) {
    if (stage->ready)
        return 0;
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    int error = nowhere < 0 ? CAD_ESYSTEM : run_lines_open(&stage->nowhere, nowhere);
    for (int i = 0; i < 2 && error == 0; i++) {
        stage->trace[i] = memfd_create("cadran-trace", MFD_CLOEXEC);
        if (stage->trace[i] < 0)
            error = CAD_ESYSTEM;
    }
    stage->ready = error == 0;
    return error;
}

/* --- Places ---------------------------------------------------------------------------------- */

/* The first place in the scenario that the details name, as `path:line:column: `. */
static void find_place(const suite_trial *trial) {
    size_t length = strlen(trial->path);
    const char *line = suite_text(&trial->result->details);
    while (*line != '\0') {
        if (strncmp(line, trial->path, length) == 0 && line[length] == ':') {
            char *end;
            unsigned long number = strtoul(line + length + 1, &end, 10);
            unsigned long column = *end == ':' ? strtoul(end + 1, &end, 10) : 0;
            trial->result->line = (uint32_t)number;
            trial->result->column = (uint32_t)column;
            return;
        }
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
}

/* --- The run --------------------------------------------------------------------------------- */

static int note_faults(const suite_trial *trial) {
    doc_document *document = trial->program->document;
    size_t count = document->faults.total;
    int error = doc_print_faults(document, trial->report);
    if (error != 0)
        return error;
    return suite_fail(trial->result, SUITE_FAULTY, "%zu fault%s in the scenario", count,
                      base_plural(count));
}

static int note_run(const suite_trial *trial, const run_result *run, size_t unmet) {
    suite_result *result = trial->result;
    if (run_went_as_expected(trial->program, run, unmet))
        return 0;
    if (run->reason[0] != '\0')
        fprintf(trial->report, "limit: %s\n", run->reason);
    if (unmet > 0)
        return suite_fail(result, SUITE_UNMET, "%zu expectation%s %s not met", unmet,
                          base_plural(unmet), unmet == 1 ? "is" : "are");
    fprintf(trial->report, "if that is meant: \"expect\": { \"outcome\": \"%s\" }\n",
            run_outcome_name(run->outcome));
    return suite_fail(result, SUITE_UNMET, "outcome %s", run_outcome_name(run->outcome));
}

/* What is said of the run is of interest for the first one alone. */
static int conclude(const suite_trial *trial, run_machine *machine, const run_result *run,
                    const suite_listeners *listeners) {
    const char *message;
    if (run->outcome == RUN_BROKEN)
        return suite_fail(trial->result, SUITE_TROUBLE, "%s", run->reason);
    if (trial->report == NULL)
        return 0;
    size_t unmet = run_check_expectations(machine, trial->report);
    if (listeners->table != NULL &&
        !suite_conclude_table(trial->program, listeners->table, trial->stage->real, false,
                              trial->report, &unmet, &message))
        return suite_fail(trial->result, SUITE_TROUBLE, "%s", message);
    return note_run(trial, run, unmet);
}

static int run_machine_once(const suite_trial *trial, run_machine *machine,
                            const run_machine_options *settings, int trace) {
    char path[32];
    suite_listeners listeners = {NULL, NULL};
    const prog_expect *expect = &trial->program->expect;
    const suite_wanted wanted = {
        .trace_path = expect->golden || trial->stage->traces ? path : NULL,
        .table = expect->table != NULL,
    };
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", trace);
    int error = suite_listen(machine, settings, &wanted, &listeners);
    if (error == 0)
        error = conclude(trial, machine, run_machine_run(machine), &listeners);
    else if (error == CAD_ESYSTEM)
        error = suite_fail(trial->result, SUITE_TROUBLE, "no trace: %s", strerror(errno));
    suite_stop_listening(&listeners);
    return error;
}

static void note_lateness(suite_stage *stage, const struct drift_lateness *lateness) {
    int64_t late_ns = drift_worst_lateness(lateness);
    if (late_ns > stage->late_ns)
        stage->late_ns = late_ns;
}

int suite_trial_run(const suite_trial *trial, int number) {
    static const int interrupt[] = {SIGINT, 0}; /* which a scenario may send itself */
    run_machine_options settings = RUN_MACHINE_DEFAULTS;
    struct drift_lateness lateness;
    run_machine *machine;
    settings.real = trial->stage->real;
    settings.lines = &trial->stage->nowhere;
    settings.report = trial->report;
    settings.signals = settings.real ? interrupt : NULL;
    settings.clock = settings.real ? &lateness.hook : NULL;
    drift_lateness_init(&lateness);
    int error = run_machine_new(trial->program, &settings, &machine);
    if (error == CAD_EINVAL)
        return note_faults(trial);
    if (error == CAD_ESYSTEM)
        return suite_fail(trial->result, SUITE_TROUBLE, "no file descriptor for the real clock");
    if (error != 0)
        return error;
    trial->stage->tolerance_ns = run_machine_tolerance(machine);
    error = run_machine_once(trial, machine, &settings, trial->stage->trace[number]);
    run_machine_free(machine);
    note_lateness(trial->stage, &lateness);
    drift_lateness_free(&lateness);
    return error;
}

/* --- The whole ------------------------------------------------------------------------------- */

int suite_note_file(const suite_trial *trial, const char *path, int reason) {
    return reason == ENOMEM
               ? CAD_ENOMEM
               : suite_fail(trial->result, SUITE_TROUBLE, "%s: %s", path, strerror(reason));
}

/* Whether it acts on the world outside. A test does not: only a command line gives leave for it,
 * and what comes of it is in nobody's hand. Signals that a scenario sends itself need the real
 * clock alone. */
static bool leaves(const suite_trial *trial) {
    const prog_program *program = trial->program;
    bool leaves = !trial->stage->real && program->outside_count > 0;
    for (size_t i = 0; i < program->outside_count; i++)
        leaves = leaves || program->outside[i].step->needs != PROG_NEEDS_NOTHING;
    return leaves;
}

static int go_on(const suite_trial *trial, suite_then *then, void *context) {
    const uint32_t not_run = UINT32_C(1) << SUITE_FAULTY | UINT32_C(1) << SUITE_TROUBLE;
    if (leaves(trial))
        return suite_fail(trial->result, SUITE_SKIPPED,
                          "it acts on the world outside; try cadran run --clock real");
    int error = suite_trial_run(trial, 0);
    return error == 0 && (trial->result->reasons & not_run) == 0 ? then(trial, context) : error;
}

static int load(suite_trial *trial, const prog_language *language, suite_then *then,
                void *context) {
    prog_program *program;
    int error = prog_load(trial->path, language, &program);
    if (error == CAD_ENOMEM)
        return error;
    trial->program = program;
    error = error != 0 ? note_faults(trial) : go_on(trial, then, context);
    prog_free(program);
    return error;
}

/* Any computer is late by less than that. */
#define LATE_NS (10 * CAD_MILLISECOND)

/* A computer that is late by more than times may differ judges no run: what of it is wrong may be
 * its doing. */
static int excuse_machine(const suite_trial *trial) {
    const uint32_t may_be =
        UINT32_C(1) << SUITE_UNMET | UINT32_C(1) << SUITE_DIFFERS | UINT32_C(1) << SUITE_VARIES;
    const suite_stage *stage = trial->stage;
    uint32_t reasons = trial->result->reasons;
    bool late = stage->late_ns > LATE_NS && stage->late_ns > stage->tolerance_ns;
    if (!late || reasons == 0 || (reasons & ~may_be) != 0)
        return 0;
    return suite_excuse(trial->result, stage->late_ns);
}

/* What was said of the run is of interest where that is why it fails; it comes before what else is
 * in the details. */
static int keep_report(const suite_trial *trial, const char *text, size_t size) {
    const uint32_t told = UINT32_C(1) << SUITE_FAULTY | UINT32_C(1) << SUITE_UNMET;
    base_buffer *details = &trial->result->details, whole = {0};
    if ((trial->result->reasons & told) == 0)
        return 0;
    int error = base_buffer_append(&whole, text, size);
    if (error == 0)
        error = base_buffer_append(&whole, suite_text(details), details->length);
    base_buffer_free(error == 0 ? details : &whole);
    if (error == 0)
        *details = whole;
    find_place(trial);
    return error;
}

int suite_try(suite_stage *stage, const prog_language *language, const char *path,
              suite_result *result, suite_then *then, void *context) {
    suite_trial trial = {.stage = stage, .path = path, .result = result};
    char *text = NULL;
    size_t size;
    int error = prepare(stage);
    stage->late_ns = 0;
    if (error == CAD_ESYSTEM)
        return suite_fail(result, SUITE_TROUBLE, "no file for the trace: %s", strerror(errno));
    trial.report = error == 0 ? open_memstream(&text, &size) : NULL;
    if (trial.report == NULL)
        return CAD_ENOMEM;
    error = load(&trial, language, then, context);
    if (fclose(trial.report) != 0)
        error = CAD_ENOMEM;
    if (error == 0)
        error = keep_report(&trial, text, size);
    if (error == 0 && stage->real)
        error = excuse_machine(&trial);
    free(text);
    return error;
}

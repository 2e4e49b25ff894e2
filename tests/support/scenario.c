#include "scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "program/load.h"
#include "run/expect.h"
#include "run/machine.h"
#include "run/run.h"
#include "steps/language.h"

run_machine_options scenario_options(void) {
    return (run_machine_options){.slow_ns = CAD_NEVER,
                                 .max_steps = 10 * 1000 * 1000,
                                 .max_still = 10 * 1000 * 1000,
                                 .max_tasks = 100 * 1000,
                                 .max_time_ns = RUN_MAX_TIME_NS};
}

static char *with_quotes(const char *text) {
    char *copy = strdup(text);
    assert_non_null(copy);
    for (char *at = copy; *at != '\0'; at++)
        *at = *at == '\'' ? '"' : *at == '`' ? '\'' : *at;
    return copy;
}

static char *read_all(FILE *file) {
    long size = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    assert_true(size >= 0);
    char *text = calloc(1, (size_t)size + 1);
    assert_non_null(text);
    rewind(file);
    assert_int_equal(fread(text, 1, (size_t)size, file), (size_t)size);
    return text;
}

static void copy_faults(const prog_program *program, scenario_run *run) {
    base_buffer faults = {0};
    if (program != NULL && doc_format_faults(program->document, &faults) == 0 &&
        faults.data != NULL) {
        free(run->faults);
        run->faults = strdup(faults.data);
    }
    base_buffer_free(&faults);
}

static void run_one(const prog_program *program, const run_machine_options *options,
                    scenario_run *run) {
    run_machine *machine;
    run->error = run_machine_new(program, options, &machine);
    if (run->error != 0)
        return;
    run_machine_run(machine);
    run->outcome = machine->result.outcome;
    run->end_ns = machine->result.end_ns;
    run->tasks = machine->result.task_count;
    run->pending = machine->result.pending_count;
    run->failures = machine->result.failure_count;
    run->spans_most = machine->result.spans_most;
    free(run->reason);
    run->reason = strdup(machine->result.reason);
    if (machine->result.outcome != RUN_BROKEN)
        run->unmet = run_check_expectations(machine, options->report);
    run_machine_free(machine);
}

static void play(const prog_program *program, const run_machine_options *given, scenario_run *run) {
    run_machine_options options = given != NULL ? *given : scenario_options();
    run_lines lines;
    FILE *output = tmpfile();
    char *report = NULL;
    size_t size;
    options.report = open_memstream(&report, &size);
    assert_non_null(output);
    assert_non_null(options.report);
    options.lines = &lines;
    run->error = run_lines_open(&lines, fileno(output));
    if (run->error == 0) {
        run_one(program, &options, run);
        assert_int_equal(run_lines_close(&lines), 0);
    }
    free(run->output);
    run->output = read_all(output);
    (void)fclose(output);
    (void)fclose(options.report);
    free(run->report);
    run->report = report;
}

scenario_run scenario_play(const char *text, const run_machine_options *options) {
    scenario_run run = {
        .faults = strdup(""), .output = strdup(""), .report = strdup(""), .reason = strdup("")};
    char *json = with_quotes(text);
    doc_document *document;
    prog_program *program = NULL;
    run.error = doc_parse("s", json, strlen(json), &document);
    free(json);
    if (run.error == 0)
        run.error = prog_compile(document, &step_language, &program);
    else if (document != NULL && prog_compile(document, &step_language, &program) == CAD_ENOMEM)
        run.error = CAD_ENOMEM;
    if (run.error == 0)
        play(program, options, &run);
    copy_faults(program, &run);
    prog_free(program);
    return run;
}

void scenario_free(scenario_run *run) {
    free(run->faults);
    free(run->output);
    free(run->report);
    free(run->reason);
}

void scenario_check(const char *text, const char *output, const char *outcome) {
    scenario_run run = scenario_play(text, NULL);
    assert_string_equal(run.faults, "");
    assert_int_equal(run.error, 0);
    assert_string_equal(run.output, output);
    assert_string_equal(run_outcome_name(run.outcome), outcome);
    scenario_free(&run);
}

void scenario_refuse(const char *text, const char *faults) {
    scenario_run run = scenario_play(text, NULL);
    char *found = run.faults, *to = found; /* in place */
    for (const char *line = found; *line != '\0';) {
        const char *words = strncmp(line, "s:", 2) == 0 ? line + 2 : line;
        size_t length = strcspn(words, "\n") + 1;
        memmove(to, words, length);
        to += length;
        line = words + length;
    }
    *to = '\0';
    assert_string_equal(found, faults);
    assert_int_equal(run.error, CAD_EINVAL);
    scenario_free(&run);
}

#include "scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "scenario/expect.h"

sim_machine_options scenario_options(void) {
    return (sim_machine_options){.slow_ns = CAD_NEVER,
                                 .max_steps = 10 * 1000 * 1000,
                                 .max_still = 10 * 1000 * 1000,
                                 .max_tasks = 100 * 1000,
                                 .max_time_ns = SIM_MAX_TIME_NS};
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

static void copy_faults(const sim_program *program, scenario_run *run) {
    sim_buffer faults = {0};
    if (program != NULL && sim_document_format_faults(program->document, &faults) == 0 &&
        faults.data != NULL) {
        free(run->faults);
        run->faults = strdup(faults.data);
    }
    sim_buffer_free(&faults);
}

static void run_machine(const sim_program *program, const sim_machine_options *options,
                        scenario_run *run) {
    sim_machine *machine;
    run->error = sim_machine_new(program, options, &machine);
    if (run->error != 0)
        return;
    sim_machine_run(machine);
    run->outcome = machine->outcome;
    run->end_ns = machine->end_ns;
    run->tasks = machine->task_count;
    run->pending = machine->pending_count;
    run->failures = machine->failure_count;
    run->spans_most = machine->spans_most;
    free(run->reason);
    run->reason = strdup(machine->reason);
    if (machine->outcome != SIM_BROKEN)
        run->unmet = sim_check_expectations(machine, options->report);
    sim_machine_free(machine);
}

static void play(const sim_program *program, const sim_machine_options *given, scenario_run *run) {
    sim_machine_options options = given != NULL ? *given : scenario_options();
    sim_lines lines;
    FILE *output = tmpfile();
    char *report = NULL;
    size_t size;
    options.report = open_memstream(&report, &size);
    assert_non_null(output);
    assert_non_null(options.report);
    options.lines = &lines;
    run->error = sim_lines_open(&lines, fileno(output));
    if (run->error == 0) {
        run_machine(program, &options, run);
        assert_int_equal(sim_lines_close(&lines), 0);
    }
    free(run->output);
    run->output = read_all(output);
    (void)fclose(output);
    (void)fclose(options.report);
    free(run->report);
    run->report = report;
}

scenario_run scenario_play(const char *text, const sim_machine_options *options) {
    scenario_run run = {
        .faults = strdup(""), .output = strdup(""), .report = strdup(""), .reason = strdup("")};
    char *json = with_quotes(text);
    sim_document *document;
    sim_program *program = NULL;
    run.error = sim_document_parse("s", json, strlen(json), &document);
    free(json);
    if (run.error == 0)
        run.error = sim_program_compile(document, &program);
    else if (document != NULL && sim_program_compile(document, &program) == CAD_ENOMEM)
        run.error = CAD_ENOMEM;
    if (run.error == 0)
        play(program, options, &run);
    copy_faults(program, &run);
    sim_program_free(program);
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
    assert_string_equal(sim_outcome_name(run.outcome), outcome);
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

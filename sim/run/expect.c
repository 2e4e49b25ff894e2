/* What a document expects of its runs, held against one. */
#include "run/expect.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/show.h"
#include "program/exceptions.h"
#include "run/interpreter.h"
#include "run/run.h"
#include "run/values.h"

/* --- During the run -------------------------------------------------------------------------- */

void run_check_invariants(run_machine *machine) {
    const prog_expect *expect = &machine->program->expect;
    for (size_t i = 0; i < expect->always_count; i++) {
        expr_value value;
        if (machine->broken_ns[i] != CAD_NEVER)
            continue;
        int error = run_evaluate_globally(machine, expect->always[i].condition, &value);
        if (error == EXPR_ENAME) /* it speaks of a task that does not exist yet */
            continue;
        if (error != 0 || !expr_value_truth(value))
            machine->broken_ns[i] = cad_loop_time(machine->loop);
        expr_value_unref(value);
    }
}

static const char *end_of(const run_machine *machine, cad_future *task) {
    if (!cad_future_done(task))
        return "pending";
    if (cad_future_cancelled(task))
        return "cancelled";
    /* To ask for the exception is to retrieve it. */
    int code = cad_future_unretrieved(task) ? run_job_error(cad_task_state(task))
                                            : cad_future_exception(task, NULL);
    return code == 0 ? "returned" : prog_error_name(machine->program, code);
}

void run_note_tasks(run_machine *machine) {
    const prog_program *program = machine->program;
    for (size_t i = 0; i < program->expect.task_count; i++) {
        const char *name = program->expect.tasks[i].first;
        uint32_t number = base_symbols_find(&program->task_names, name, strlen(name));
        expr_value task = machine->tasks[number];
        machine->ends[i] = task != EXPR_NONE ? end_of(machine, expr_to_pointer(task)) : NULL;
    }
}

/* --- After it -------------------------------------------------------------------------------- */

typedef struct checker {
    const run_machine *machine;
    FILE *report;
    size_t failed;
} checker;

/* `file:line:column: /expect/makespan: expected 5, found 6`. */
__attribute__((format(printf, 3, 4))) static void fail(checker *check, uint32_t place,
                                                       const char *format, ...) {
    base_buffer where = {0};
    va_list arguments;
    check->failed++;
    if (check->report == NULL)
        return;
    (void)doc_format_place(check->machine->program->document, place, &where);
    va_start(arguments, format);
    base_show_message(check->report, where.data != NULL ? where.data : "", format, arguments);
    va_end(arguments);
    base_buffer_free(&where);
}

static const char *seconds(int64_t time_ns, char text[BASE_NUMBER_TEXT]) {
    (void)base_number_format((double)time_ns / 1e9, text);
    return text;
}

static void check_times(checker *check) {
    const run_machine *machine = check->machine;
    const prog_expect *expect = &machine->program->expect;
    int64_t slack_ns = machine->options->real ? machine->tolerance_ns : 0;
    bool exact = expect->makespan_least.value == expect->makespan_most.value;
    char wanted[BASE_NUMBER_TEXT], was[BASE_NUMBER_TEXT];
    (void)seconds(machine->result.end_ns, was);
    if (machine->result.end_ns < machine->makespan_least_ns - slack_ns)
        fail(check, expect->makespan_least.place, "expected %s%s s, found %s s",
             exact ? "" : "at least ", seconds(machine->makespan_least_ns, wanted), was);
    else if (machine->makespan_most_ns != CAD_NEVER &&
             machine->result.end_ns > machine->makespan_most_ns + slack_ns)
        fail(check, expect->makespan_most.place, "expected %s%s s, found %s s",
             exact ? "" : "at most ", seconds(machine->makespan_most_ns, wanted), was);
    if (expect->max_concurrent.value != NULL &&
        machine->result.spans_most != (uint64_t)machine->max_concurrent)
        fail(check, expect->max_concurrent.place, "expected %" PRId64 ", found %" PRIu64,
             machine->max_concurrent, machine->result.spans_most);
}

/* The time before a line that `log` made, in milliseconds; -1: there is none. `*rest` is what
 * comes after it. */
static int64_t line_time(const char *line, const char **rest) {
    char *end;
    *rest = line;
    if (*line < '0' || *line > '9')
        return -1;
    long long whole = strtoll(line, &end, 10);
    if (strncmp(end, "s + ", 4) != 0)
        return -1;
    long long thousandths = strtoll(end + 4, &end, 10);
    if (strncmp(end, "ms ", 3) != 0)
        return -1;
    *rest = end + 3;
    return whole * 1000 + thousandths;
}

static bool same_line(const run_machine *machine, const char *wanted, const char *found) {
    const char *wanted_text, *found_text;
    if (strcmp(wanted, found) == 0)
        return true;
    int64_t a = line_time(wanted, &wanted_text), b = line_time(found, &found_text);
    if (!machine->options->real || a < 0 || b < 0 || strcmp(wanted_text, found_text) != 0)
        return false;
    return llabs(a - b) <= machine->tolerance_ns / CAD_MILLISECOND;
}

static void check_lines(checker *check) {
    const run_machine *machine = check->machine;
    const prog_expect *expect = &machine->program->expect;
    const char *at = machine->printed.data;
    const char *end = at != NULL ? at + machine->printed.length : NULL; /* NULL: nothing printed */
    if (expect->lines == NULL)
        return;
    for (size_t i = 0; i < expect->line_count; i++) {
        if (at == end) {
            fail(check, expect->lines_place, "expected line %zu \"%s\", found the end", i + 1,
                 expect->lines[i]);
            return;
        }
        if (!same_line(machine, expect->lines[i], at)) {
            fail(check, expect->lines_place, "expected line %zu \"%s\", found \"%s\"", i + 1,
                 expect->lines[i], at);
            return;
        }
        at += strlen(at) + 1;
    }
    if (at != end)
        fail(check, expect->lines_place, "expected the end after line %zu, found \"%s\"",
             expect->line_count, at);
}

/* The place of the first line that has the text in it, counting from 1; 0: none has. */
static size_t find_line(const run_machine *machine, const char *text) {
    const char *at = machine->printed.data;
    const char *end = at != NULL ? at + machine->printed.length : NULL;
    for (size_t number = 1; at != end; number++) {
        if (strstr(at, text) != NULL)
            return number;
        at += strlen(at) + 1;
    }
    return 0;
}

static void check_order(checker *check) {
    const prog_expect *expect = &check->machine->program->expect;
    for (size_t i = 0; i < expect->order_count; i++) {
        const prog_pair *pair = &expect->order[i];
        size_t first = find_line(check->machine, pair->first);
        size_t second = find_line(check->machine, pair->second);
        if (first == 0 || second == 0)
            fail(check, pair->place, "\"%s\" was never printed",
                 first == 0 ? pair->first : pair->second);
        else if (first >= second)
            fail(check, pair->place,
                 "\"%s\" was printed in line %zu, not before \"%s\" in line %zu", pair->first,
                 first, pair->second, second);
    }
}

static void check_tasks(checker *check) {
    const run_machine *machine = check->machine;
    const prog_expect *expect = &machine->program->expect;
    for (size_t i = 0; i < expect->task_count; i++) {
        const prog_pair *task = &expect->tasks[i];
        const char *end = machine->ends[i];
        if (end == NULL) {
            fail(check, task->place, "no task \"%s\" was created", task->first);
            continue;
        }
        bool failed = strcmp(end, "returned") != 0 && strcmp(end, "cancelled") != 0 &&
                      strcmp(end, "pending") != 0;
        if (strcmp(end, task->second) != 0 && !(failed && strcmp(task->second, "failed") == 0))
            fail(check, task->place, "expected \"%s\", found \"%s\"", task->second, end);
    }
}

static void check_invariants(checker *check) {
    const run_machine *machine = check->machine;
    const prog_expect *expect = &machine->program->expect;
    char text[BASE_NUMBER_TEXT];
    for (size_t i = 0; i < expect->always_count; i++)
        if (machine->broken_ns[i] != CAD_NEVER)
            fail(check, expect->always[i].place, "\"%s\" did not hold at %s s",
                 expect->always[i].text, seconds(machine->broken_ns[i], text));
}

size_t run_check_expectations(const run_machine *machine, FILE *report) {
    const prog_expect *expect = &machine->program->expect;
    unsigned outcome = machine->result.outcome;
    checker check = {.machine = machine, .report = report};
    if (expect->outcome != PROG_OUTCOMES && expect->outcome != outcome)
        fail(&check, expect->outcome_place, "expected \"%s\", found \"%s\"",
             prog_outcome_names[expect->outcome], run_outcome_name(machine->result.outcome));
    check_times(&check);
    check_lines(&check);
    check_order(&check);
    check_tasks(&check);
    check_invariants(&check);
    return check.failed;
}

bool run_went_as_expected(const prog_program *program, const run_result *result, size_t unmet) {
    bool well = result->outcome == RUN_COMPLETE || result->outcome == RUN_STOPPED ||
                result->outcome == RUN_INTERRUPTED;
    return unmet == 0 && (well || program->expect.outcome != PROG_OUTCOMES) &&
           result->outcome != RUN_BROKEN;
}

/* Whole scenarios: read, checked, compiled and run under the virtual clock, twice.
 *
 * Beside crashes and leaks it looks for a run that is not the same the second time, for documents
 * that are refused without a word, and for runs that fail although there is memory.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limit.h"
#include "program/load.h"
#include "run/expect.h"
#include "run/machine.h"
#include "run/process.h"
#include "run/run.h"
#include "steps/language.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Not assert(): it must hold in every build. */
#define HOLDS(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "does not hold: %s (line %d)\n", #condition, __LINE__);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* So small that every input is soon done with. */
enum { STEPS = 20000, TASKS = 300, MEMORY = 64 * 1024 * 1024 };

static int nowhere;
static FILE *unheard;

static void start(void) {
    nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    unheard = fopen("/dev/null", "w");
    HOLDS(nowhere >= 0 && unheard != NULL);
    run_process_start(MEMORY);
}

/* What a run came to; all zeros for one that could not begin. */
typedef struct summary {
    int error;
    enum run_outcome outcome;
    int64_t end_ns;
    uint64_t steps, tasks, pending, failures, spans;
    size_t unmet;
} summary;

static void check_faults(const prog_program *program) {
    base_buffer faults = {0};
    HOLDS(doc_format_faults(program->document, &faults) == 0);
    HOLDS(faults.length > 0);
    base_buffer_free(&faults);
}

static void run_one(run_machine *machine, summary *result) {
    run_machine_run(machine);
    result->outcome = machine->result.outcome;
    result->end_ns = machine->result.end_ns;
    result->steps = machine->result.steps;
    result->tasks = machine->result.task_count;
    result->pending = machine->result.pending_count;
    result->failures = machine->result.failure_count;
    result->spans = machine->result.spans_most;
    HOLDS(machine->result.outcome != RUN_BROKEN);
    HOLDS(machine->result.end_ns >= 0);
    HOLDS(result->steps <= STEPS);
    HOLDS(result->tasks <= TASKS && result->pending <= result->tasks);
    HOLDS((machine->result.outcome == RUN_LIMIT) == (machine->result.reason[0] != '\0'));
    HOLDS(machine->result.outcome != RUN_COMPLETE || result->failures + result->pending == 0);
    result->unmet = run_check_expectations(machine, unheard);
}

static summary run(const prog_program *program) {
    summary result = {0};
    run_lines lines;
    HOLDS(run_lines_open(&lines, nowhere) == 0);
    const run_machine_options options = {.slow_ns = CAD_MILLISECOND,
                                         .max_steps = STEPS,
                                         .max_still = STEPS,
                                         .max_tasks = TASKS,
                                         .max_time_ns = RUN_MAX_TIME_NS,
                                         .lines = &lines,
                                         .report = unheard};
    run_machine *machine;
    result.error = run_machine_new(program, &options, &machine);
    if (result.error == 0)
        run_one(machine, &result);
    else
        HOLDS(result.error == CAD_EINVAL || base_limit_reached());
    if (result.error == CAD_EINVAL)
        check_faults(program);
    run_machine_free(machine);
    HOLDS(run_lines_close(&lines) == 0);
    return result;
}

static void check_same(const summary *a, const summary *b) {
    HOLDS(a->error == b->error && a->outcome == b->outcome && a->end_ns == b->end_ns);
    HOLDS(a->steps == b->steps && a->tasks == b->tasks && a->pending == b->pending);
    HOLDS(a->failures == b->failures && a->spans == b->spans && a->unmet == b->unmet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    doc_document *document;
    prog_program *program;
    if (unheard == NULL)
        start();
    int parsed = doc_parse("fuzz", (const char *)data, size, &document);
    HOLDS(parsed == 0 || parsed == CAD_EINVAL);
    int compiled = prog_compile(document, &step_language, &program);
    HOLDS(compiled == parsed || (parsed == 0 && compiled == CAD_EINVAL));
    if (compiled == 0) {
        summary first = run(program), second = run(program);
        check_same(&first, &second);
    } else {
        check_faults(program);
    }
    prog_free(program);
    return 0;
}

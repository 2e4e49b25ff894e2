/* A process runs a scenario a thousand times, one after the other and in threads: each run is as if
 * it were the only one, and nothing is left of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "base/limit.h"
#include "base/memory.h"
#include "program/load.h"
#include "run/machine.h"
#include "run/process.h"
#include "run/run.h"
#include "steps/language.h"
#include "support/memory_test.h"

/* Eight jobs through a window of `width`, one of which fails; draws, a callback, a deadlock of one
 * that waits for ever. */
static const char scenario[] =
    "{\"cadran\":1,\"vars\":{\"width\":2},\"seed\":3,\"objects\":{\"window\":{\"type\":\"queue\","
    "\"maxsize\":\"width\"},\"never\":{\"type\":\"event\"}},\"tasks\":["
    "{\"name\":\"job{i}\",\"count\":8,\"do\":[{\"put\":\"window\"},"
    "{\"sequence\":\"job{i} {uniform(0, 1) < 2}\",\"delay\":\"i % 3 + 1\"},{\"get\":\"window\"},"
    "{\"call_soon\":[{\"print\":\"done {i}\"}]}]},"
    "{\"name\":\"bad\",\"do\":[{\"sleep\":1},{\"raise\":\"Broken\",\"message\":\"at {now()}\"}]},"
    "{\"name\":\"stuck\",\"do\":[{\"wait\":\"never\"}]}]}";

static int nowhere;

static void play(prog_program *program, const char *width, int64_t end_ns) {
    run_override override = {"width", width};
    run_lines lines;
    assert_int_equal(run_lines_open(&lines, nowhere), 0);
    const run_machine_options options = {.overrides = &override,
                                         .override_count = 1,
                                         .slow_ns = CAD_NEVER,
                                         .max_steps = RUN_MAX_STEPS,
                                         .max_still = RUN_MAX_STILL,
                                         .max_tasks = RUN_MAX_TASKS,
                                         .max_time_ns = RUN_MAX_TIME_NS,
                                         .lines = &lines};
    run_machine *machine;
    assert_int_equal(run_machine_new(program, &options, &machine), 0);
    const run_result *result = run_machine_run(machine);
    assert_int_equal(result->outcome, RUN_DEADLOCK);
    assert_int_equal(result->end_ns, end_ns);
    assert_int_equal(result->task_count, 10);
    assert_int_equal(result->pending_count, 1);
    assert_int_equal(result->failure_count, 1);
    assert_string_equal(result->failures[0].what, "Broken: at 1");
    assert_int_equal(result->waits.task_count, 1);
    assert_string_equal(result->waits.tasks.items[0].task, "stuck");
    run_machine_free(machine);
    assert_int_equal(run_lines_close(&lines), 0);
}

static prog_program *load(void) {
    doc_document *document;
    prog_program *program;
    assert_int_equal(doc_parse("s", scenario, sizeof scenario - 1, &document), 0);
    assert_int_equal(prog_compile(document, &step_language, &program), 0);
    return program;
}

static void test_process__runs_a_thousand(void **state) {
    (void)state;
    memory_start(base_set_allocator);
    for (int i = 0; i < 500; i++) {
        prog_program *program = load();
        play(program, "2", 8 * CAD_SECOND);
        play(program, "8", 3 * CAD_SECOND);
        prog_free(program);
        assert_int_equal(memory_live(), 0);
    }
    base_set_allocator(NULL, NULL);
}

static void *play_many(void *arg) {
    (void)arg;
    for (int i = 0; i < 50; i++) {
        prog_program *program = load();
        play(program, "2", 8 * CAD_SECOND);
        prog_free(program);
    }
    return NULL;
}

static void test_process__runs_in_threads(void **state) {
    pthread_t threads[4];
    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, play_many, NULL), 0);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
}

static int setup(void **state) {
    (void)state;
    run_process_start(BASE_UNLIMITED);
    nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    return nowhere < 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_process__runs_a_thousand),
        cmocka_unit_test(test_process__runs_in_threads),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}

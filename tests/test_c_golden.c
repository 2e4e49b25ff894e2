/* A program's coroutines held to a golden: cad_test_golden(), and its assertion. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cadran-test.h"
#include "support/child.h"

static char directory[64];
static char golden[96];
static char fresh[96];

static bool is_there(const char *path) {
    return access(path, F_OK) == 0;
}

static int setup(void **state) {
    (void)state;
    unlink(golden);
    unlink(fresh);
    return unsetenv("CI");
}

/* --- What is tested --------------------------------------------------------------------------- */

static cad_queue *queue;

static int producer(void *arg) {
    const int64_t *delay_ns = arg;
    int error = 0;
    for (int i = 0; i < 3 && error == 0; i++) {
        cad_span_begin("make");
        error = cad_sleep(*delay_ns);
        cad_span_end();
        if (error == 0)
            error = cad_queue_put(queue, NULL);
    }
    return error;
}

static int consumer(void *arg) {
    int error = 0;
    (void)arg;
    for (int i = 0; i < 3 && error == 0; i++)
        error = cad_queue_get(queue, NULL);
    return error;
}

static int start(cad_loop *loop, void *delay_ns) {
    queue = cad_queue_new(loop, 1);
    int error = queue != NULL ? cad_set_name(queue, "box") : CAD_ENOMEM;
    if (error == 0)
        error = cad_task_create(loop, producer, delay_ns, &(cad_task_options){.name = "producer"},
                                NULL);
    if (error == 0)
        error =
            cad_task_create(loop, consumer, NULL, &(cad_task_options){.name = "consumer"}, NULL);
    return error;
}

static int start_consumer(cad_loop *loop, void *arg) {
    (void)arg;
    queue = cad_queue_new(loop, 1);
    int error = cad_set_name(queue, "box");
    if (error == 0)
        error =
            cad_task_create(loop, consumer, NULL, &(cad_task_options){.name = "consumer"}, NULL);
    return error;
}

static int64_t one_second = CAD_SECOND;
static int64_t two_seconds = 2 * CAD_SECOND;

/* What is said of a run has these texts in it. */
static void assert_says(char *said, const char *first, const char *second) {
    assert_non_null(said);
    if (strstr(said, first) == NULL || strstr(said, second) == NULL)
        fail_msg("not said: %s, or %s\n%s", first, second, said);
    cad_test_free(said);
}

static void accept(void) {
    assert_int_equal(rename(fresh, golden), 0);
}

/* --- Tests ------------------------------------------------------------------------------------ */

static void test_golden__that_is_not_there_fails_and_leaves_a_new_one(void **state) {
    (void)state;
    char move[256];
    snprintf(move, sizeof move, "If that is what is meant: mv %s %s\n", fresh, golden);
    assert_says(cad_test_golden(golden, start, &one_second, NULL), "there is no golden", move);
    assert_true(is_there(fresh));
    accept();
    assert_null(cad_test_golden(golden, start, &one_second, NULL));
    assert_false(is_there(fresh));
    cad_assert_golden(golden, start, &one_second);
}

static void test_golden__that_differs_says_where_it_began(void **state) {
    (void)state;
    cad_test_free(cad_test_golden(golden, start, &one_second, NULL));
    accept();
    assert_says(cad_test_golden(golden, start, &two_seconds, NULL), "producer", "make");
    assert_true(is_there(fresh));
}

static void test_golden__in_ci_nothing_is_written(void **state) {
    (void)state;
    assert_int_equal(setenv("CI", "true", 1), 0);
    assert_says(cad_test_golden(golden, start, &one_second, NULL), "there is no golden",
                "(CI is set: the new trace was not written)");
    assert_false(is_there(fresh));
    assert_int_equal(setenv("CI", "false", 1), 0);
    cad_test_free(cad_test_golden(golden, start, &one_second, NULL));
    accept();
    assert_int_equal(setenv("CI", "1", 1), 0);
    assert_null(cad_test_golden(golden, start, &one_second, NULL));
}

static void test_golden__of_a_run_that_gets_stuck(void **state) {
    (void)state;
    const cad_test_options stuck = {.result = CAD_EDEADLOCK, .trace.detail = true};
    assert_says(cad_test_golden(golden, start_consumer, NULL, NULL), "not with 0 (complete)",
                "  consumer waits for queue box, empty (get, since 0 s)\n");
    assert_false(is_there(fresh));
    cad_test_free(cad_test_golden(golden, start_consumer, NULL, &stuck));
    accept();
    assert_null(cad_test_golden(golden, start_consumer, NULL, &stuck));
}

static int start_nothing(cad_loop *loop, void *arg) {
    (void)loop;
    (void)arg;
    return cad_raise(CAD_EINVAL, "no workers");
}

static void test_golden__of_what_does_not_start(void **state) {
    (void)state;
    assert_says(cad_test_golden(golden, start_nothing, NULL, NULL), "start() returned -3",
                "no workers");
    assert_false(is_there(fresh));
}

static void test_golden__that_cannot_be_written(void **state) {
    (void)state;
    assert_says(cad_test_golden("/nowhere/pool.trace.json", start, &one_second, NULL),
                "the trace could not be written",
                "/nowhere/pool.trace.new.json: No such file or directory");
}

static void test_golden__that_is_no_trace(void **state) {
    (void)state;
    FILE *file = fopen(golden, "w");
    assert_non_null(file);
    fputs("[1, 2]\n", file);
    assert_int_equal(fclose(file), 0);
    assert_says(cad_test_golden(golden, start, &one_second, NULL), golden, "mv ");
}

static void assert_other(void **state) {
    (void)state;
    cad_assert_golden(golden, start, &two_seconds);
}

static int run_other(void *arg) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(assert_other)};
    (void)arg;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

static void test_assertion__fails_with_what_is_wrong(void **state) {
    (void)state;
    child self;
    child_run(&self, run_other, NULL);
    assert_true(child_exited(&self, 1));
    assert_non_null(strstr(self.output, "there is no golden"));
    assert_non_null(strstr(self.output, "test_c_golden.c:"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_golden__that_is_not_there_fails_and_leaves_a_new_one, setup),
        cmocka_unit_test_setup(test_golden__that_differs_says_where_it_began, setup),
        cmocka_unit_test_setup(test_golden__in_ci_nothing_is_written, setup),
        cmocka_unit_test_setup(test_golden__of_a_run_that_gets_stuck, setup),
        cmocka_unit_test_setup(test_golden__of_what_does_not_start, setup),
        cmocka_unit_test_setup(test_golden__that_cannot_be_written, setup),
        cmocka_unit_test_setup(test_golden__that_is_no_trace, setup),
        cmocka_unit_test_setup(test_assertion__fails_with_what_is_wrong, setup),
    };
    snprintf(directory, sizeof directory, "/tmp/cadran-c-golden-XXXXXX");
    if (mkdtemp(directory) == NULL)
        return 1;
    snprintf(golden, sizeof golden, "%s/box.trace.json", directory);
    snprintf(fresh, sizeof fresh, "%s/box.trace.new.json", directory);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(golden);
    unlink(fresh);
    rmdir(directory);
    return failed;
}

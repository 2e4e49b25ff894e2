/* Traces and reports of programs in C, when memory runs out: each allocation fails in turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "base/memory.h"
#include "cadran-trace.h"
#include "support/memory_test.h"

static char path[64];
static cad_lock *locks[2];

static int take_both(void *arg) {
    int first = *(int *)arg;
    int error = cad_lock_acquire(locks[first]);
    cad_span_begin("work");
    if (error == 0)
        error = cad_sleep(CAD_SECOND);
    cad_span_end();
    return error != 0 ? error : cad_lock_acquire(locks[1 - first]);
}

static int await_all(void *arg) {
    cad_loop *loop = arg;
    cad_task *left = cad_loop_first_task(loop);
    cad_future *members[] = {left, cad_loop_next_task(loop, left)}, *all;
    int error = cad_gather(loop, members, 2, false, &all);
    if (error == 0)
        error = cad_await(all, NULL);
    cad_future_unref(all);
    return error;
}

/* A loop whose run ends in a deadlock. */
static cad_loop *make_loop(void) {
    static int numbers[] = {0, 1};
    cad_loop *loop;
    assert_int_equal(cad_loop_new(cad_virtual_driver(), &loop), 0);
    for (int i = 0; i < 2; i++) {
        locks[i] = cad_lock_new(loop);
        assert_int_equal(cad_task_create(loop, take_both, &numbers[i], NULL, NULL), 0);
    }
    assert_int_equal(cad_task_create(loop, await_all, loop, NULL, NULL), 0);
    return loop;
}

static void test_memory__for_a_trace(void **state) {
    (void)state;
    for (size_t n = 1; memory_fail(n); n++) {
        cad_loop *loop = make_loop();
        cad_trace *trace;
        int error = cad_trace_open(loop, path, NULL, &trace);
        assert_int_equal(trace == NULL, error != 0);
        assert_int_equal(cad_loop_run(loop), CAD_EDEADLOCK);
        if (error == 0)
            error = cad_trace_close(trace);
        /* At the end the words for a wait are left out where there is no memory for them. */
        assert_true(error == 0 || (error == CAD_ENOMEM && memory_failed()));
        cad_loop_free(loop);
        assert_int_equal(memory_live(), 0);
    }
}

static void test_memory__for_a_report(void **state) {
    (void)state;
    cad_loop *loop = make_loop();
    FILE *file = fopen("/dev/null", "w");
    assert_int_equal(cad_loop_run(loop), CAD_EDEADLOCK);
    for (size_t n = 1; memory_fail(n); n++) {
        int error = cad_report_deadlock(loop, file);
        assert_int_equal(error, memory_failed() ? CAD_ENOMEM : 0);
        assert_int_equal(memory_live(), 0);
    }
    fclose(file);
    cad_loop_free(loop);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory__for_a_trace),
        cmocka_unit_test(test_memory__for_a_report),
    };
    snprintf(path, sizeof path, "/tmp/cadran-c-trace-%d.json", (int)getpid());
    memory_start(base_set_allocator);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}

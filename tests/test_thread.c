/* to_thread() and call_soon_threadsafe() under the virtual clock: workers whose time is simulated,
 * and exact. What real threads do is in test_driver_uv.c. */
#include "support/engine_test.h"

static void create(cad_coroutine *fn, void *arg, cad_task **task) {
    const cad_task_options options = {.name = arg};
    assert_int_equal(cad_task_create(test_loop, fn, arg, &options, task), 0);
}

static void work(void *arg) {
    note("%s works", (const char *)arg);
}

/* "a2" works for two seconds. */
static int work_in_thread(void *arg) {
    const char *name = arg;
    int error = cad_to_thread(work, arg, (name[1] - '0') * CAD_SECOND);
    note("%s %s", name, error == 0 ? "done" : cad_error_name(error));
    return error;
}

static void test_thread__work_takes_its_simulated_time(void **state) {
    (void)state;
    create(work_in_thread, "a2", NULL);
    create(work_in_thread, "b1", NULL);
    create(work_in_thread, "c0", NULL);
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: a2 works, b1 works, c0 works, c0 done", "1: b1 done", "2: a2 done");
}

static void test_thread__as_many_at_once_as_there_are_workers(void **state) {
    (void)state;
    static char *const names[] = {"a2", "b1", "c2", "d1", "e1"};
    cad_loop_set_threads(test_loop, 2);
    for (int i = 0; i < 5; i++)
        create(work_in_thread, names[i], NULL);
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: a2 works, b1 works", "1: c2 works, b1 done", "2: d1 works, a2 done",
             "3: e1 works, c2 done, d1 done", "4: e1 done");
}

static void test_thread__one_worker_does_one_after_another(void **state) {
    (void)state;
    cad_loop_set_threads(test_loop, 1);
    create(work_in_thread, "a1", NULL);
    create(work_in_thread, "b1", NULL);
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: a1 works", "1: b1 works, a1 done", "2: b1 done");
}

/* Cancels the task after a second and a half. */
static int cancel(void *task) {
    int error = cad_sleep(CAD_SECOND + CAD_SECOND / 2);
    note("cancel");
    assert_int_equal(cad_future_cancel(task, "enough"), 1);
    return error;
}

static void test_thread__a_cancelled_wait_leaves_the_worker_at_work(void **state) {
    (void)state;
    cad_task *cancelled;
    cad_loop_set_threads(test_loop, 1);
    create(work_in_thread, "a3", &cancelled);
    create(work_in_thread, "b1", NULL);
    assert_int_equal(cad_task_create(test_loop, cancel, cancelled, NULL, NULL), 0);
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: a3 works", "1.5: cancel, a3 CancelledError", "3: b1 works", "4: b1 done");
    assert_true(cad_future_cancelled(cancelled));
    cad_future_unref(cancelled);
}

static void test_thread__what_is_cancelled_before_its_turn_never_runs(void **state) {
    (void)state;
    cad_task *cancelled;
    cad_loop_set_threads(test_loop, 1);
    create(work_in_thread, "a3", NULL);
    create(work_in_thread, "b1", &cancelled);
    create(work_in_thread, "c1", NULL);
    assert_int_equal(cad_task_create(test_loop, cancel, cancelled, NULL, NULL), 0);
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: a3 works", "1.5: cancel, b1 CancelledError", "3: c1 works, a3 done",
             "4: c1 done");
    cad_future_unref(cancelled);
}

static int time_out(void *arg) {
    cad_timeout *scope;
    assert_int_equal(cad_timeout_enter(CAD_SECOND, &scope), 0);
    int error = cad_timeout_leave(scope, cad_to_thread(work, arg, 3 * CAD_SECOND));
    note("%s", cad_error_name(error));
    return 0;
}

static void test_thread__a_timeout_does_not_wait_for_the_worker(void **state) {
    (void)state;
    create(time_out, "a3", NULL);
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: a3 works", "1: TimeoutError");
    /* The loop has ended with its tasks; the work is freed with it. */
    assert_int_equal(cad_loop_time(test_loop), CAD_SECOND);
}

static int machine_step(void *state, int result) {
    int *steps = state;
    note("step %d %s", *steps, result == 0 ? "0" : cad_error_name(result));
    return (*steps)++ == 0 ? cad_to_thread(work, "machine", 2 * CAD_SECOND) : result;
}

static void test_thread__a_step_machine_waits_for_a_worker_too(void **state) {
    (void)state;
    static const cad_step_type type = {.state_size = sizeof(int), .step = machine_step};
    assert_int_equal(cad_step_create(test_loop, &type, NULL, NULL), 0);
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: step 0 0, machine works", "2: step 1 0");
}

static void test_thread__a_loop_freed_in_the_middle_frees_work_too(void **state) {
    (void)state;
    cad_loop_set_threads(test_loop, 1);
    create(work_in_thread, "a3", NULL);
    create(work_in_thread, "b1", NULL);
    cad_loop_stop(test_loop);
    assert_int_equal(cad_loop_run(test_loop), CAD_ESTOPPED);
    HAPPENED("0: a3 works");
    /* teardown frees the loop, and counts */
}

/* --- call_soon_threadsafe() ------------------------------------------------------------------- */

static void call(void *arg) {
    note("%s", (const char *)arg);
}

static int call_in_all_ways(void *arg) {
    (void)arg;
    assert_int_equal(cad_call_soon(test_loop, call, "first", NULL), 0);
    assert_int_equal(cad_call_soon_threadsafe(test_loop, call, "second"), 0);
    assert_int_equal(cad_call_soon(test_loop, call, "third", NULL), 0);
    assert_int_equal(cad_call_soon_threadsafe(test_loop, call, "fourth"), 0);
    note("task");
    return cad_sleep(0);
}

static void test_thread__on_the_loops_own_thread_it_is_call_soon(void **state) {
    (void)state;
    create(call_in_all_ways, "task", NULL);
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: task, first, second, third, fourth");
}

static void test_thread__calls_made_before_the_run_come_first(void **state) {
    (void)state;
    assert_int_equal(cad_call_soon_threadsafe(test_loop, call, "posted"), 0);
    create(call_in_all_ways, "task", NULL);
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: task, posted, first, second, third, fourth");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_thread__work_takes_its_simulated_time),
        ENGINE_TEST(test_thread__as_many_at_once_as_there_are_workers),
        ENGINE_TEST(test_thread__one_worker_does_one_after_another),
        ENGINE_TEST(test_thread__a_cancelled_wait_leaves_the_worker_at_work),
        ENGINE_TEST(test_thread__what_is_cancelled_before_its_turn_never_runs),
        ENGINE_TEST(test_thread__a_timeout_does_not_wait_for_the_worker),
        ENGINE_TEST(test_thread__a_step_machine_waits_for_a_worker_too),
        ENGINE_TEST(test_thread__a_loop_freed_in_the_middle_frees_work_too),
        ENGINE_TEST(test_thread__on_the_loops_own_thread_it_is_call_soon),
        ENGINE_TEST(test_thread__calls_made_before_the_run_come_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

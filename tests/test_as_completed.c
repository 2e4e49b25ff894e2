/* as_completed(), as asyncio/tasks.py has it. */
#include "support/engine_test.h"
#include "support/play.h"

static void test_as_completed__results_come_in_the_order_of_completion(void **state) {
    (void)state;
    PLAY("a: as_completed i - w v u; next i; next i; next i",
         "w: sleep 3; return 1",
         "v: sleep 1; return 2",
         "u: sleep 2; return 3",
         "= 1: a next=2",
         "= 2: a next=3",
         "= 3: a next=1",
         "= complete at 3");
}

static void test_as_completed__a_failure_comes_in_its_turn(void **state) {
    (void)state;
    PLAY("a: as_completed i - w v; next i; catch; next i",
         "w: sleep 1; raise ValueError bad",
         "v: sleep 2; return 2",
         "= 1: w ends!ValueError(bad), a next!ValueError(bad)",
         "= 2: a next=2",
         "= complete at 2");
}

static void test_as_completed__one_that_is_cancelled(void **state) {
    (void)state;
    PLAY("a: as_completed i - w v; next i; catch; next i",
         "w: sleep 3",
         "v: sleep 2; return 2",
         "x: sleep 1; cancel w why",
         "= 1: w sleep!CancelledError(why), w ends!CancelledError(why), "
         "a next!CancelledError(why)",
         "= 2: a next=2",
         "= complete at 2");
}

static void test_as_completed__two_that_complete_in_the_same_instant(void **state) {
    (void)state;
    PLAY("a: as_completed i - w v; next i; next i",
         "w: sleep 1; return 1",
         "v: sleep 1; return 2",
         "= 1: a next=1, a next=2",
         "= complete at 1");
}

static void test_as_completed__the_same_future_twice_comes_once(void **state) {
    (void)state;
    PLAY("future f",
         "a: as_completed i - f f w; next i; next i",
         "w: sleep 2; return 2",
         "x: sleep 1; set_result f 1",
         "= 1: a next=1",
         "= 2: a next=2",
         "= complete at 2");
}

static void test_as_completed__the_results_wait_for_who_asks(void **state) {
    (void)state;
    PLAY("a: as_completed i - w v; sleep 3; next i; next i; log a",
         "w: sleep 1; return 1",
         "v: sleep 2; return 2",
         "b: sleep 3; log b",
         "= 3: a next=1, a next=2, a a, b b",
         "= complete at 3");
}

static void test_as_completed__a_timeout_ends_the_rest(void **state) {
    (void)state;
    PLAY("a: as_completed i 2 w v u; next i; next i; catch; next i; catch; done v; sleep 3; done "
         "v",
         "w: sleep 1; return 1",
         "v: sleep 4; log v",
         "u: sleep 5; log u",
         "= 1: a next=1",
         "= 2: a next!TimeoutError(), a next!TimeoutError(), a done=0",
         "= 4: v v",
         "= 5: u u, a done=1",
         "= complete at 5");
}

static void test_as_completed__a_timeout_when_all_are_done_does_nothing(void **state) {
    (void)state;
    PLAY("a: as_completed i 2 w v; next i; next i; sleep 5; log a",
         "w: sleep 1; return 1",
         "v: sleep 1.5; return 2",
         "= 1: a next=1",
         "= 1.5: a next=2",
         "= 6.5: a a",
         "= complete at 6.5");
}

static void test_as_completed__a_timeout_with_results_not_yet_asked_for(void **state) {
    (void)state;
    PLAY("a: as_completed i 2 w v; sleep 3; next i; next i",
         "w: sleep 1; return 1",
         "v: sleep 4; return 2",
         "= 3: a next=1, a next!TimeoutError(), a ends!TimeoutError()",
         "= complete at 4");
}

static void test_as_completed__a_timeout_in_the_instant_of_a_completion(void **state) {
    (void)state;
    PLAY("w: sleep 2; return 1",
         "a: as_completed i 2 w v; next i; catch; next i",
         "v: sleep 2; return 2",
         "= 2: a next!TimeoutError(), a next!TimeoutError(), a ends!TimeoutError()",
         "= complete at 2");
}

static void test_as_completed__a_timeout_of_zero(void **state) {
    (void)state;
    PLAY("a: as_completed i 0 w; next i",
         "w: sleep 1; return 1",
         "= 0: a next!TimeoutError(), a ends!TimeoutError()",
         "= complete at 1");
}

static void test_as_completed__cancelled_while_it_waits(void **state) {
    (void)state;
    PLAY("a: as_completed i - w v; next i; catch; next i",
         "w: sleep 2; return 1",
         "v: sleep 3; return 2",
         "x: sleep 1; cancel a why",
         "= 1: a next!CancelledError(why)",
         "= 2: a next=1",
         "= complete at 3");
}

static void test_as_completed__cancelled_in_the_instant_of_a_completion(void **state) {
    (void)state;
    PLAY("a: as_completed i - w v; next i; catch; next i",
         "w: sleep 1; return 1",
         "v: sleep 3; return 2",
         "x: sleep 1; sleep 0; cancel a late",
         "= 1: a next!CancelledError(late), a next=1",
         "= complete at 3");
}

static void test_as_completed__two_tasks_take_turns(void **state) {
    (void)state;
    PLAY("a: as_completed i - w v; next i; log a",
         "b: next i; log b",
         "w: sleep 1; return 1",
         "v: sleep 2; return 2",
         "= 1: a next=1, a a",
         "= 2: b next=2, b b",
         "= complete at 2");
}

static void test_as_completed__two_tasks_and_the_first_is_cancelled_as_it_is_woken(void **state) {
    (void)state;
    PLAY("a: as_completed i - w v; next i",
         "b: next i; log b",
         "w: sleep 1; return 1",
         "v: sleep 2; return 2",
         "x: sleep 1; sleep 0; cancel a late",
         "= 1: a next!CancelledError(late), a ends!CancelledError(late), b next=1, b b",
         "= complete at 2");
}

static void test_as_completed__it_takes_two_hops(void **state) {
    (void)state;
    PLAY("a: as_completed i - w; next i; log a",
         "w: sleep 1; return 1",
         "b: sleep 1; log one; sleep 0; log two; sleep 0; log three",
         "= 1: b one, b two, a next=1, a a, b three",
         "= complete at 1");
}

static void test_as_completed__in_a_timeout(void **state) {
    (void)state;
    PLAY("a: as_completed i - w v; timeout t 1; next i; leave t; catch; next i",
         "v: sleep 3",
         "w: sleep 2; return 1",
         "= 1: a next!CancelledError(), a leave!TimeoutError()",
         "= 2: a next=1",
         "= complete at 3");
}

/* --- The futures themselves, as async for gives them ----------------------------------------- */

static int end_after(void *arg) {
    int64_t *delay_ns = arg;
    int error = cad_sleep(*delay_ns < 0 ? -*delay_ns : *delay_ns);
    return error == 0 && *delay_ns < 0 ? CAD_EINVAL : error;
}

static cad_task *start(int (*fn)(void *arg), void *arg) {
    cad_task *task;
    assert_int_equal(cad_task_create(test_loop, fn, arg, NULL, &task), 0);
    return task;
}

static int next_futures(void *arg) {
    (void)arg;
    static int64_t delays[] = {3 * CAD_SECOND, -CAD_SECOND, 9 * CAD_SECOND};
    cad_task *tasks[] = {start(end_after, &delays[0]), start(end_after, &delays[1]),
                         start(end_after, &delays[2])};
    cad_as_completed *iterator;
    void *done;
    assert_int_equal(cad_as_completed_new(test_loop, tasks, 3, 5 * CAD_SECOND, &iterator), 0);
    assert_int_equal(cad_as_completed_next_future(iterator, &done), 0);
    assert_ptr_equal(done, tasks[1]);
    note("the second");
    assert_true(cad_future_unretrieved(done));
    assert_int_equal(cad_future_result(done, NULL), CAD_EINVAL);
    assert_int_equal(cad_as_completed_next_future(iterator, &done), 0);
    assert_ptr_equal(done, tasks[0]);
    note("the first");
    assert_int_equal(cad_as_completed_next_future(iterator, &done), CAD_ETIMEDOUT);
    note("no other");
    assert_int_equal(cad_as_completed_next_future(iterator, &done), CAD_EINVAL);
    assert_int_equal(cad_as_completed_next(iterator, NULL), CAD_EINVAL);
    assert_string_equal(cad_exception_message(cad_error_exception()),
                        "as_completed() has no more futures");
    cad_as_completed_free(iterator);
    for (size_t i = 0; i < 3; i++)
        cad_future_unref(tasks[i]);
    return 0;
}

static void test_as_completed__it_gives_the_futures(void **state) {
    (void)state;
    cad_future_unref(start(next_futures, NULL));
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("1: the second", "3: the first", "5: no other");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_completed__results_come_in_the_order_of_completion),
        cmocka_unit_test(test_as_completed__a_failure_comes_in_its_turn),
        cmocka_unit_test(test_as_completed__one_that_is_cancelled),
        cmocka_unit_test(test_as_completed__two_that_complete_in_the_same_instant),
        cmocka_unit_test(test_as_completed__the_same_future_twice_comes_once),
        cmocka_unit_test(test_as_completed__the_results_wait_for_who_asks),
        cmocka_unit_test(test_as_completed__a_timeout_ends_the_rest),
        cmocka_unit_test(test_as_completed__a_timeout_when_all_are_done_does_nothing),
        cmocka_unit_test(test_as_completed__a_timeout_with_results_not_yet_asked_for),
        cmocka_unit_test(test_as_completed__a_timeout_in_the_instant_of_a_completion),
        cmocka_unit_test(test_as_completed__a_timeout_of_zero),
        cmocka_unit_test(test_as_completed__cancelled_while_it_waits),
        cmocka_unit_test(test_as_completed__cancelled_in_the_instant_of_a_completion),
        cmocka_unit_test(test_as_completed__two_tasks_take_turns),
        cmocka_unit_test(test_as_completed__two_tasks_and_the_first_is_cancelled_as_it_is_woken),
        cmocka_unit_test(test_as_completed__it_takes_two_hops),
        cmocka_unit_test(test_as_completed__in_a_timeout),
        ENGINE_TEST(test_as_completed__it_gives_the_futures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

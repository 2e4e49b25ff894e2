/* Semaphore and BoundedSemaphore, as asyncio/locks.py has them. */
#include "support/engine_test.h"
#include "support/play.h"

static void test_semaphore__acquires_while_units_are_left_without_yielding(void **state) {
    (void)state;
    PLAY("semaphore s 2",
         "a: value s; acquire s; acquire s; value s; locked s; release s; value s; release s; "
         "value s",
         "b: acquire s; log b",
         "= 0: a value=2, a acquire, a acquire, a value=0, a locked=1, a value=1, a value=2, "
         "b acquire, b b",
         "= complete at 0");
}

static void test_semaphore__a_release_wakes_the_waiters_in_order_of_arrival(void **state) {
    (void)state;
    PLAY("semaphore s 1",
         "a: acquire s; sleep 1; release s",
         "b: acquire s; sleep 1; release s",
         "c: acquire s; sleep 1; release s",
         "= 0: a acquire",
         "= 1: b acquire",
         "= 2: c acquire",
         "= complete at 3");
}

static void test_semaphore__an_unbounded_one_may_rise_above_its_first_value(void **state) {
    (void)state;
    PLAY("semaphore s 1",
         "a: release s; release s; value s",
         "= 0: a value=3",
         "= complete at 0");
}

static void test_semaphore__a_bounded_one_may_not_rise_above_its_first_value(void **state) {
    (void)state;
    PLAY("bounded s 1",
         "a: acquire s; release s; value s; release s; catch; value s",
         "= 0: a acquire, a value=1, "
         "a release!ValueError(BoundedSemaphore released too many times), a value=1",
         "= complete at 0");
}

static void test_semaphore__two_releases_wake_two_waiters(void **state) {
    (void)state;
    PLAY("semaphore s 0",
         "a: acquire s; log a",
         "b: acquire s; log b",
         "c: acquire s; log c",
         "x: sleep 1; release s; release s; value s; locked s",
         "= 1: x value=0, x locked=1, a acquire, a a, b acquire, b b",
         "= deadlock at 1");
}

static void test_semaphore__a_newcomer_does_not_overtake_the_one_woken(void **state) {
    (void)state;
    PLAY("semaphore s 1",
         "a: acquire s; sleep 1; release s; value s; locked s; acquire s; log again; release s",
         "b: acquire s; release s",
         "= 0: a acquire",
         "= 1: a value=0, a locked=1, b acquire, a acquire, a again",
         "= complete at 1");
}

static void test_semaphore__more_releases_than_waiters_leave_units(void **state) {
    (void)state;
    PLAY("semaphore s 0",
         "a: acquire s; release s",
         "x: sleep 1; release s; release s; release s; value s; locked s; sleep 0; value s; "
         "locked s",
         "= 1: x value=2, x locked=1, a acquire, x value=3, x locked=0",
         "= complete at 1");
}

static void test_semaphore__it_is_locked_while_the_one_woken_has_not_run(void **state) {
    (void)state;
    PLAY("semaphore s 0",
         "a: acquire s; log a",
         "x: sleep 1; release s; release s; locked s; value s; acquire s; log x",
         "= 1: x locked=1, x value=1, a acquire, a a, x acquire, x x",
         "= complete at 1");
}

static void test_semaphore__a_waiter_cancelled_in_the_middle_leaves_the_line(void **state) {
    (void)state;
    PLAY("semaphore s 1",
         "a: acquire s; sleep 2; release s",
         "b: acquire s; release s",
         "c: acquire s; release s",
         "d: acquire s; release s",
         "x: sleep 1; cancel c why",
         "= 0: a acquire",
         "= 1: c acquire!CancelledError(why), c ends!CancelledError(why)",
         "= 2: b acquire, d acquire",
         "= complete at 2");
}

static void test_semaphore__cancelling_the_one_just_woken_gives_its_unit_to_the_next(void **state) {
    (void)state;
    PLAY("semaphore s 1",
         "a: acquire s; sleep 1; release s; cancel b; value s; locked s",
         "b: acquire s; release s",
         "c: acquire s; value s; release s",
         "= 0: a acquire",
         "= 1: a value=0, a locked=1, b acquire!CancelledError(), b ends!CancelledError(), "
         "c acquire, c value=0",
         "= complete at 1");
}

static void test_semaphore__cancelling_the_one_just_woken_gives_its_unit_back(void **state) {
    (void)state;
    PLAY("semaphore s 1",
         "a: acquire s; sleep 1; release s; cancel b; value s; locked s; sleep 0; value s; "
         "locked s",
         "b: acquire s; release s",
         "= 0: a acquire",
         "= 1: a value=0, a locked=1, b acquire!CancelledError(), b ends!CancelledError(), "
         "a value=1, a locked=0",
         "= complete at 1");
}

static void test_semaphore__a_release_while_the_first_waiter_is_cancelled(void **state) {
    (void)state;
    PLAY("semaphore s 1",
         "a: acquire s; sleep 1; cancel b; release s; value s",
         "b: acquire s; release s",
         "c: acquire s; release s",
         "= 0: a acquire",
         "= 1: a value=0, b acquire!CancelledError(), b ends!CancelledError(), c acquire",
         "= complete at 1");
}

static void test_semaphore__it_can_be_taken_past_waiters_that_are_all_cancelled(void **state) {
    (void)state;
    PLAY("semaphore s 1",
         "a: acquire s; sleep 1; cancel b; cancel c; release s; locked s; value s; acquire s; "
         "log again; release s",
         "b: acquire s; release s",
         "c: acquire s; release s",
         "= 0: a acquire",
         "= 1: a locked=0, a value=1, a acquire, a again, b acquire!CancelledError(), "
         "b ends!CancelledError(), c acquire!CancelledError(), c ends!CancelledError()",
         "= complete at 1");
}

static void test_semaphore__both_woken_are_cancelled(void **state) {
    (void)state;
    PLAY("semaphore s 0",
         "a: acquire s; log a",
         "b: acquire s; log b",
         "c: acquire s; log c",
         "d: acquire s; log d",
         "x: sleep 1; release s; release s; cancel a; cancel b; value s; sleep 0; value s",
         "= 1: x value=0, a acquire!CancelledError(), a ends!CancelledError(), "
         "b acquire!CancelledError(), b ends!CancelledError(), x value=0, c acquire, c c, "
         "d acquire, d d",
         "= complete at 1");
}

static void test_semaphore__cancel_the_first_of_two_woken(void **state) {
    (void)state;
    PLAY("semaphore s 0",
         "a: acquire s; log a",
         "b: acquire s; log b",
         "c: acquire s; log c",
         "x: sleep 1; release s; release s; cancel a; sleep 1; value s; locked s",
         "= 1: a acquire!CancelledError(), a ends!CancelledError(), b acquire, b b, c acquire, "
         "c c",
         "= 2: x value=0, x locked=1",
         "= complete at 2");
}

static void
test_semaphore__a_timeout_in_the_instant_of_the_release_gives_the_unit_on(void **state) {
    (void)state;
    PLAY("semaphore s 1",
         "a: acquire s; sleep 1; release s",
         "b: timeout t 1; acquire s; release s; leave t",
         "c: acquire s; release s",
         "= 0: a acquire",
         "= 1: b acquire!CancelledError(), b leave!TimeoutError(), b ends!TimeoutError(), "
         "c acquire",
         "= complete at 1");
}

static void test_semaphore__a_timeout_before_the_release_of_the_same_instant(void **state) {
    (void)state;
    PLAY("semaphore s 1",
         "b: sleep 0; timeout t 1; acquire s; release s; leave t",
         "c: sleep 0; acquire s; release s",
         "a: acquire s; sleep 1; release s",
         "= 0: a acquire",
         "= 1: b acquire!CancelledError(), b leave!TimeoutError(), b ends!TimeoutError(), "
         "c acquire",
         "= complete at 1");
}

static void test_semaphore__the_one_woken_passes_on_units_that_are_left(void **state) {
    (void)state;
    PLAY("semaphore s 0",
         "a: acquire s; sleep 0; log a",
         "b: acquire s; log b",
         "c: acquire s; log c",
         "x: sleep 1; release s; release s; cancel b; release s; value s; sleep 0; value s",
         "= 1: x value=0, a acquire, b acquire!CancelledError(), b ends!CancelledError(), "
         "c acquire, c c, x value=1, a a",
         "= complete at 1");
}

static void test_semaphore__cancelled_twice_after_the_wake_gives_one_unit_back(void **state) {
    (void)state;
    PLAY("semaphore s 1",
         "a: acquire s; sleep 1; release s; cancel b one; cancel b two; sleep 0; value s",
         "b: acquire s; catch; cancelling b; acquire s; value s; release s",
         "= 0: a acquire",
         "= 1: b acquire!CancelledError(two), b cancelling=2, b acquire, b value=0, a value=1",
         "= complete at 1");
}

static void test_semaphore__a_window_of_two_over_five_jobs(void **state) {
    (void)state;
    PLAY("semaphore s 2",
         "a: acquire s; sleep 2; release s",
         "b: acquire s; sleep 1; release s",
         "c: acquire s; sleep 2; release s",
         "d: acquire s; sleep 1; release s",
         "e: acquire s; sleep 1; release s",
         "= 0: a acquire, b acquire",
         "= 1: c acquire",
         "= 2: d acquire",
         "= 3: e acquire",
         "= complete at 4");
}

static void test_semaphore__waiting_without_a_release_is_a_deadlock(void **state) {
    (void)state;
    PLAY("semaphore s 0",
         "a: acquire s",
         "b: sleep 3",
         "= deadlock at 3");
}

static void test_semaphore__one_cancelled_on_its_way_wakes_all_that_came_meanwhile(void **state) {
    (void)state;
    PLAY("semaphore s 0",
         "a: acquire s",
         "x: sleep 1; release s; release s; release s; cancel a; acquire s; log x",
         "y: sleep 1; acquire s; log y",
         "z: sleep 1; acquire s; log z",
         "= 1: a acquire!CancelledError(), a ends!CancelledError(), x acquire, x x, y acquire,"
         " y y, z acquire, z z",
         "= complete at 1");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_semaphore__acquires_while_units_are_left_without_yielding),
        cmocka_unit_test(test_semaphore__a_release_wakes_the_waiters_in_order_of_arrival),
        cmocka_unit_test(test_semaphore__an_unbounded_one_may_rise_above_its_first_value),
        cmocka_unit_test(test_semaphore__a_bounded_one_may_not_rise_above_its_first_value),
        cmocka_unit_test(test_semaphore__two_releases_wake_two_waiters),
        cmocka_unit_test(test_semaphore__a_newcomer_does_not_overtake_the_one_woken),
        cmocka_unit_test(test_semaphore__more_releases_than_waiters_leave_units),
        cmocka_unit_test(test_semaphore__it_is_locked_while_the_one_woken_has_not_run),
        cmocka_unit_test(test_semaphore__a_waiter_cancelled_in_the_middle_leaves_the_line),
        cmocka_unit_test(test_semaphore__cancelling_the_one_just_woken_gives_its_unit_to_the_next),
        cmocka_unit_test(test_semaphore__cancelling_the_one_just_woken_gives_its_unit_back),
        cmocka_unit_test(test_semaphore__a_release_while_the_first_waiter_is_cancelled),
        cmocka_unit_test(test_semaphore__it_can_be_taken_past_waiters_that_are_all_cancelled),
        cmocka_unit_test(test_semaphore__both_woken_are_cancelled),
        cmocka_unit_test(test_semaphore__cancel_the_first_of_two_woken),
        cmocka_unit_test(test_semaphore__a_timeout_in_the_instant_of_the_release_gives_the_unit_on),
        cmocka_unit_test(test_semaphore__a_timeout_before_the_release_of_the_same_instant),
        cmocka_unit_test(test_semaphore__the_one_woken_passes_on_units_that_are_left),
        cmocka_unit_test(test_semaphore__cancelled_twice_after_the_wake_gives_one_unit_back),
        cmocka_unit_test(test_semaphore__a_window_of_two_over_five_jobs),
        cmocka_unit_test(test_semaphore__waiting_without_a_release_is_a_deadlock),
        cmocka_unit_test(test_semaphore__one_cancelled_on_its_way_wakes_all_that_came_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

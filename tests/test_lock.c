/* Lock, as asyncio/locks.py has it. */
#include "support/engine_test.h"
#include "support/play.h"

static void test_lock__a_release_hands_it_on_in_the_order_of_arrival(void **state) {
    (void)state;
    PLAY("lock l",
         "a: acquire l; sleep 1; release l; log released",
         "b: acquire l; sleep 1; release l",
         "c: acquire l; release l",
         "= 0: a acquire",
         "= 1: a released, b acquire",
         "= 2: c acquire",
         "= complete at 2");
}

static void test_lock__a_free_lock_is_acquired_without_yielding(void **state) {
    (void)state;
    PLAY("lock l",
         "a: locked l; acquire l; locked l; release l; locked l",
         "b: acquire l; log b",
         "= 0: a locked=0, a acquire, a locked=1, a locked=0, b acquire, b b",
         "= complete at 0");
}

static void test_lock__releasing_a_free_lock_fails(void **state) {
    (void)state;
    PLAY("lock l",
         "a: release l; catch; acquire l; release l; release l",
         "= 0: a release!RuntimeError(Lock is not acquired.), a acquire, "
         "a release!RuntimeError(Lock is not acquired.), "
         "a ends!RuntimeError(Lock is not acquired.)",
         "= complete at 0");
}

static void test_lock__a_newcomer_does_not_overtake_the_one_woken(void **state) {
    (void)state;
    PLAY("lock l",
         "a: acquire l; sleep 1; release l; acquire l; release l",
         "b: acquire l; release l",
         "= 0: a acquire",
         "= 1: b acquire, a acquire",
         "= complete at 1");
}

static void test_lock__the_lock_is_free_between_release_and_the_next_owner(void **state) {
    (void)state;
    PLAY("lock l",
         "a: acquire l; sleep 1; release l; locked l",
         "b: acquire l; locked l; release l",
         "= 0: a acquire",
         "= 1: a locked=0, b acquire, b locked=1",
         "= complete at 1");
}

static void test_lock__a_waiter_cancelled_in_the_middle_leaves_the_line(void **state) {
    (void)state;
    PLAY("lock l",
         "a: acquire l; sleep 2; release l",
         "b: acquire l; release l",
         "c: acquire l; release l",
         "d: acquire l; release l",
         "x: sleep 1; cancel c why",
         "= 0: a acquire",
         "= 1: c acquire!CancelledError(why), c ends!CancelledError(why)",
         "= 2: b acquire, d acquire",
         "= complete at 2");
}

static void test_lock__cancelling_the_one_just_woken_wakes_the_next(void **state) {
    (void)state;
    PLAY("lock l",
         "a: acquire l; sleep 1; release l; cancel b",
         "b: acquire l; release l",
         "c: acquire l; locked l; release l",
         "= 0: a acquire",
         "= 1: b acquire!CancelledError(), b ends!CancelledError(), c acquire, c locked=1",
         "= complete at 1");
}

static void test_lock__cancelling_the_one_just_woken_after_a_newcomer_came(void **state) {
    (void)state;
    PLAY("lock l",
         "a: acquire l; sleep 1; release l; cancel b; acquire l; log again; release l",
         "b: acquire l; release l",
         "c: acquire l; release l",
         "= 0: a acquire",
         "= 1: b acquire!CancelledError(), b ends!CancelledError(), c acquire, a acquire, a again",
         "= complete at 1");
}

static void test_lock__a_release_while_the_first_waiter_is_cancelled(void **state) {
    (void)state;
    PLAY("lock l",
         "a: acquire l; sleep 1; cancel b; release l; log released",
         "b: acquire l; release l",
         "c: acquire l; release l",
         "= 0: a acquire",
         "= 1: a released, b acquire!CancelledError(), b ends!CancelledError(), c acquire",
         "= complete at 1");
}

static void test_lock__it_can_be_taken_past_waiters_that_are_all_cancelled(void **state) {
    (void)state;
    PLAY("lock l",
         "a: acquire l; sleep 1; cancel b; cancel c; release l; acquire l; log again; release l",
         "b: acquire l; release l",
         "c: acquire l; release l",
         "= 0: a acquire",
         "= 1: a acquire, a again, b acquire!CancelledError(), b ends!CancelledError(), "
         "c acquire!CancelledError(), c ends!CancelledError()",
         "= complete at 1");
}

static void test_lock__it_is_not_taken_past_a_waiter_that_is_not_cancelled(void **state) {
    (void)state;
    PLAY("lock l",
         "a: acquire l; sleep 1; cancel b; release l; acquire l; log again; release l",
         "b: acquire l; release l",
         "c: acquire l; release l",
         "= 0: a acquire",
         "= 1: b acquire!CancelledError(), b ends!CancelledError(), c acquire, a acquire, a again",
         "= complete at 1");
}

static void test_lock__cancelled_before_the_wake_and_taken_by_another(void **state) {
    (void)state;
    PLAY("lock l",
         "a: acquire l; sleep 1; cancel b; release l; acquire l; sleep 1; release l",
         "b: acquire l; release l",
         "x: sleep 1; acquire l; log x; release l",
         "= 0: a acquire",
         "= 1: a acquire, b acquire!CancelledError(), b ends!CancelledError()",
         "= 2: x acquire, x x",
         "= complete at 2");
}

static void test_lock__a_timeout_in_the_instant_of_the_release_gives_the_lock_on(void **state) {
    (void)state;
    PLAY("lock l",
         "a: acquire l; sleep 1; release l",
         "b: timeout t 1; acquire l; release l; leave t",
         "c: acquire l; release l",
         "= 0: a acquire",
         "= 1: b acquire!CancelledError(), b leave!TimeoutError(), b ends!TimeoutError(), "
         "c acquire",
         "= complete at 1");
}

static void test_lock__a_release_after_a_timeout_of_the_same_instant(void **state) {
    (void)state;
    PLAY("lock l",
         "b: sleep 0; timeout t 1; acquire l; release l; leave t; log left",
         "c: sleep 0; acquire l; release l",
         "a: acquire l; sleep 1; release l",
         "= 0: a acquire",
         "= 1: b acquire!CancelledError(), b leave!TimeoutError(), b ends!TimeoutError(), "
         "c acquire",
         "= complete at 1");
}

static void test_lock__cancelled_twice_while_waiting_raises_once(void **state) {
    (void)state;
    PLAY("lock l",
         "a: acquire l; sleep 2; release l",
         "b: acquire l; catch; cancelling b; sleep 0; log on; acquire l; release l",
         "x: sleep 1; cancel b one; cancel b two",
         "= 0: a acquire",
         "= 1: b acquire!CancelledError(one), b cancelling=2, b on",
         "= 2: b acquire",
         "= complete at 2");
}

static void test_lock__cancelled_twice_after_the_wake_raises_once(void **state) {
    (void)state;
    PLAY("lock l",
         "a: acquire l; sleep 1; release l; cancel b one; cancel b two",
         "b: acquire l; catch; cancelling b; sleep 0; acquire l; release l",
         "= 0: a acquire",
         "= 1: b acquire!CancelledError(two), b cancelling=2, b acquire",
         "= complete at 1");
}

static void test_lock__another_task_may_release_it(void **state) {
    (void)state;
    PLAY("lock l",
         "a: acquire l",
         "b: acquire l; log got; release l",
         "c: sleep 1; release l",
         "= 0: a acquire",
         "= 1: b acquire, b got",
         "= complete at 1");
}

static void test_lock__two_tasks_in_opposite_order_are_a_deadlock(void **state) {
    (void)state;
    PLAY("lock l",
         "lock m",
         "a: acquire l; sleep 1; acquire m",
         "b: acquire m; sleep 1; acquire l",
         "= 0: a acquire, b acquire",
         "= deadlock at 1");
}

static void test_lock__a_lock_freed_by_the_canceller_between_two_cancels_of_the_line(void **state) {
    (void)state;
    PLAY("lock l",
         "a: acquire l; sleep 1; release l; cancel b; sleep 0; cancel c; sleep 0; locked l",
         "b: acquire l; release l",
         "c: acquire l; release l",
         "d: acquire l; release l",
         "= 0: a acquire",
         "= 1: b acquire!CancelledError(), b ends!CancelledError(), "
         "c acquire!CancelledError(), c ends!CancelledError(), a locked=0, d acquire",
         "= complete at 1");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lock__a_release_hands_it_on_in_the_order_of_arrival),
        cmocka_unit_test(test_lock__a_free_lock_is_acquired_without_yielding),
        cmocka_unit_test(test_lock__releasing_a_free_lock_fails),
        cmocka_unit_test(test_lock__a_newcomer_does_not_overtake_the_one_woken),
        cmocka_unit_test(test_lock__the_lock_is_free_between_release_and_the_next_owner),
        cmocka_unit_test(test_lock__a_waiter_cancelled_in_the_middle_leaves_the_line),
        cmocka_unit_test(test_lock__cancelling_the_one_just_woken_wakes_the_next),
        cmocka_unit_test(test_lock__cancelling_the_one_just_woken_after_a_newcomer_came),
        cmocka_unit_test(test_lock__a_release_while_the_first_waiter_is_cancelled),
        cmocka_unit_test(test_lock__it_can_be_taken_past_waiters_that_are_all_cancelled),
        cmocka_unit_test(test_lock__it_is_not_taken_past_a_waiter_that_is_not_cancelled),
        cmocka_unit_test(test_lock__cancelled_before_the_wake_and_taken_by_another),
        cmocka_unit_test(test_lock__a_timeout_in_the_instant_of_the_release_gives_the_lock_on),
        cmocka_unit_test(test_lock__a_release_after_a_timeout_of_the_same_instant),
        cmocka_unit_test(test_lock__cancelled_twice_while_waiting_raises_once),
        cmocka_unit_test(test_lock__cancelled_twice_after_the_wake_raises_once),
        cmocka_unit_test(test_lock__another_task_may_release_it),
        cmocka_unit_test(test_lock__two_tasks_in_opposite_order_are_a_deadlock),
        cmocka_unit_test(test_lock__a_lock_freed_by_the_canceller_between_two_cancels_of_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

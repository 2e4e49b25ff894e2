/* Condition, as asyncio/locks.py has it. */
#include "support/engine_test.h"
#include "support/play.h"

static void test_condition__a_notify_wakes_the_first_and_gives_it_the_lock(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; wait c; locked c; release c",
         "b: acquire c; wait c; release c",
         "x: sleep 1; acquire c; notify c 1; locked c; release c; sleep 1; acquire c; notify c "
         "1; release c",
         "= 0: a acquire, b acquire",
         "= 1: x acquire, x locked=1, a wait, a locked=1",
         "= 2: x acquire, b wait",
         "= complete at 2");
}

static void test_condition__notify_n_wakes_n_in_order_of_arrival(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; wait c; release c",
         "b: acquire c; wait c; release c",
         "d: acquire c; wait c; release c",
         "e: acquire c; wait c; release c",
         "x: sleep 1; acquire c; notify c 2; release c; sleep 1; acquire c; notify c 5; release c",
         "= 0: a acquire, b acquire, d acquire, e acquire",
         "= 1: x acquire, a wait, b wait",
         "= 2: x acquire, d wait, e wait",
         "= complete at 2");
}

static void test_condition__notify_all_wakes_all(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; wait c; sleep 1; release c",
         "b: acquire c; wait c; sleep 1; release c",
         "d: acquire c; wait c; sleep 1; release c",
         "x: sleep 1; acquire c; notify_all c; sleep 1; release c",
         "= 0: a acquire, b acquire, d acquire",
         "= 1: x acquire",
         "= 2: a wait",
         "= 3: b wait",
         "= 4: d wait",
         "= complete at 5");
}

static void test_condition__notify_0_and_notify_with_nobody_waiting_do_nothing(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; notify c 0; notify c 3; notify_all c; release c",
         "b: acquire c; wait c",
         "x: sleep 1; acquire c; notify c 0; release c",
         "= 0: a acquire, b acquire",
         "= 1: x acquire",
         "= deadlock at 1");
}

static void test_condition__wait_and_notify_want_the_lock(void **state) {
    (void)state;
    PLAY("condition c",
         "a: wait c; catch; notify c 1; catch; notify_all c; catch; locked c; wait_for c 1; "
         "catch; release c",
         "= 0: a wait!RuntimeError(cannot wait on un-acquired lock), "
         "a notify!RuntimeError(cannot notify on un-acquired lock), "
         "a notify_all!RuntimeError(cannot notify on un-acquired lock), a locked=0, "
         "a wait_for!RuntimeError(cannot wait on un-acquired lock), "
         "a release!RuntimeError(Lock is not acquired.), "
         "a ends!RuntimeError(Lock is not acquired.)",
         "= complete at 0");
}

static void test_condition__the_wait_releases_the_lock(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; wait c; release c",
         "b: acquire c; log b; notify c 1; sleep 1; release c",
         "= 0: a acquire, b acquire, b b",
         "= 1: a wait",
         "= complete at 1");
}

static void test_condition__the_one_notified_queues_for_the_lock(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; wait c; release c",
         "b: sleep 1; acquire c; notify c 1; release c",
         "d: sleep 1; acquire c; release c",
         "e: sleep 1; acquire c; release c",
         "= 0: a acquire",
         "= 1: b acquire, d acquire, e acquire, a wait",
         "= complete at 1");
}

static void test_condition__notified_while_the_lock_is_kept(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; wait c; release c",
         "b: sleep 1; acquire c; notify c 1; sleep 2; release c",
         "d: sleep 2; acquire c; release c",
         "= 0: a acquire",
         "= 1: b acquire",
         "= 3: a wait, d acquire",
         "= complete at 3");
}

static void test_condition__a_lock_is_shared(void **state) {
    (void)state;
    PLAY("lock l",
         "condition c l",
         "condition d l",
         "a: acquire l; wait c; release l",
         "b: acquire l; wait d; release l",
         "x: sleep 1; acquire l; notify d 1; sleep 1; notify c 1; release l",
         "= 0: a acquire, b acquire",
         "= 1: x acquire",
         "= 2: b wait, a wait",
         "= complete at 2");
}

static void test_condition__cancelled_while_waiting_it_returns_with_the_lock(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; wait c; catch; locked c; release c; locked c",
         "x: sleep 1; cancel a why",
         "= 0: a acquire",
         "= 1: a wait!CancelledError(why), a locked=1, a locked=0",
         "= complete at 1");
}

static void test_condition__cancelled_while_waiting_and_the_lock_is_held(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; wait c; !release c",
         "x: sleep 1; acquire c; cancel a why; sleep 1; release c",
         "= 0: a acquire",
         "= 1: x acquire",
         "= 2: a wait!CancelledError(why), a ends!CancelledError(why)",
         "= complete at 2");
}

static void test_condition__cancelled_while_reacquiring_keeps_the_message(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; wait c; !release c",
         "x: sleep 1; acquire c; notify c 1; sleep 1; cancel a why; sleep 1; locked c; release c",
         "= 0: a acquire",
         "= 1: x acquire",
         "= 3: x locked=1, a wait!CancelledError(why), a ends!CancelledError(why)",
         "= complete at 3");
}

static void test_condition__cancelled_twice_while_reacquiring_keeps_the_last_message(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; wait c; !release c",
         "x: sleep 1; acquire c; notify c 1; sleep 1; cancel a one; sleep 1; cancel a two; sleep "
         "1; release c",
         "= 0: a acquire",
         "= 1: x acquire",
         "= 4: a wait!CancelledError(two), a ends!CancelledError(two)",
         "= complete at 4");
}

static void test_condition__cancelled_while_waiting_and_again_while_reacquiring(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; wait c; !release c; cancelling a",
         "x: sleep 1; acquire c; cancel a one; sleep 1; cancel a two; sleep 1; release c",
         "= 0: a acquire",
         "= 1: x acquire",
         "= 3: a wait!CancelledError(two), a ends!CancelledError(two)",
         "= complete at 3");
}

static void test_condition__cancelled_while_waiting_and_twice_at_once(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; wait c; !release c",
         "x: sleep 1; acquire c; cancel a one; cancel a two; sleep 1; release c",
         "= 0: a acquire",
         "= 1: x acquire",
         "= 2: a wait!CancelledError(one), a ends!CancelledError(one)",
         "= complete at 2");
}

static void test_condition__a_notify_of_one_cancelled_in_that_instant_is_passed_on(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; wait c; !release c",
         "b: acquire c; wait c; release c",
         "x: sleep 1; acquire c; notify c 1; cancel a late; release c; sleep 1; acquire c; "
         "notify c 1; release c",
         "= 0: a acquire, b acquire",
         "= 1: x acquire, a wait!CancelledError(late), a ends!CancelledError(late), b wait",
         "= 2: x acquire",
         "= complete at 2");
}

static void test_condition__cancelled_as_the_release_hands_it_the_lock(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; wait c; !release c",
         "x: sleep 1; acquire c; notify c 1; sleep 1; release c; cancel a late; locked c",
         "= 0: a acquire",
         "= 1: x acquire",
         "= 2: x locked=0, a wait!CancelledError(late), a ends!CancelledError(late)",
         "= complete at 2");
}

static void test_condition__cancelled_as_it_gets_the_lock_with_another_behind(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; wait c; !release c",
         "b: sleep 2; acquire c; log b; release c",
         "x: sleep 1; acquire c; notify c 1; sleep 2; release c; cancel a late; locked c",
         "= 0: a acquire",
         "= 1: x acquire",
         "= 3: x locked=0, b acquire, b b, a wait!CancelledError(late), a "
         "ends!CancelledError(late)",
         "= complete at 3");
}

static void test_condition__a_cancelled_waiter_wakes_the_next_one(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; wait c; release c",
         "b: acquire c; wait c; !release c",
         "d: acquire c; wait c; release c",
         "x: sleep 1; cancel b; sleep 1; acquire c; notify_all c; release c",
         "= 0: a acquire, b acquire, d acquire",
         "= 1: b wait!CancelledError(), b ends!CancelledError(), a wait",
         "= 2: x acquire, d wait",
         "= complete at 2");
}

static void test_condition__a_notify_passes_over_a_waiter_just_cancelled(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; wait c; !release c",
         "b: acquire c; wait c; release c",
         "x: sleep 1; acquire c; cancel a; notify c 1; release c",
         "= 0: a acquire, b acquire",
         "= 1: x acquire, a wait!CancelledError(), a ends!CancelledError(), b wait",
         "= complete at 1");
}

static void test_condition__wait_for_checks_the_predicate_after_each_notify(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; wait_for c 2; release c",
         "x: sleep 1; acquire c; notify_all c; release c; sleep 1; acquire c; level 2; "
         "notify_all c; release c",
         "= 0: a acquire",
         "= 1: x acquire",
         "= 2: x acquire, a wait_for",
         "= complete at 2");
}

static void test_condition__wait_for_a_predicate_that_holds_does_not_yield(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; level 3; wait_for c 2; log on; release c",
         "b: log b",
         "= 0: a acquire, a wait_for, a on, b b",
         "= complete at 0");
}

static void test_condition__wait_for_a_predicate_that_fails(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; wait_for c 2; !release c",
         "x: sleep 1; acquire c; level -1; notify c 1; release c",
         "= 0: a acquire",
         "= 1: x acquire, a wait_for!ValueError(level), a ends!ValueError(level)",
         "= complete at 1");
}

static void test_condition__wait_for_wants_the_lock_only_when_it_has_to_wait(void **state) {
    (void)state;
    PLAY("condition c",
         "a: level 5; wait_for c 2; wait_for c 9",
         "= 0: a wait_for, a wait_for!RuntimeError(cannot wait on un-acquired lock), "
         "a ends!RuntimeError(cannot wait on un-acquired lock)",
         "= complete at 0");
}

static void test_condition__wait_for_is_cancelled(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; wait_for c 2; !release c",
         "x: sleep 1; acquire c; notify c 1; release c; sleep 1; cancel a why",
         "= 0: a acquire",
         "= 1: x acquire",
         "= 2: a wait_for!CancelledError(why), a ends!CancelledError(why)",
         "= complete at 2");
}

static void test_condition__wait_for_is_cancelled_and_the_predicate_has_come_true(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; wait_for c 2; !release c",
         "x: sleep 1; acquire c; level 2; notify c 1; cancel a why; release c",
         "= 0: a acquire",
         "= 1: x acquire, a wait_for!CancelledError(why), a ends!CancelledError(why)",
         "= complete at 1");
}

static void test_condition__a_timeout_in_the_instant_of_the_notify(void **state) {
    (void)state;
    PLAY("condition c",
         "x: acquire c; sleep 1; notify c 1; release c",
         "a: timeout t 1; acquire c; wait c; !release c; leave t",
         "b: acquire c; wait c; release c",
         "= 0: x acquire",
         "= 1: a acquire!CancelledError(), a release!RuntimeError(Lock is not acquired.), "
         "a leave!RuntimeError(Lock is not acquired.), "
         "a ends!RuntimeError(Lock is not acquired.), b acquire",
         "= deadlock at 1");
}

static void test_condition__a_timeout_while_reacquiring(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; timeout t 2; wait c; leave t; !release c",
         "x: sleep 1; acquire c; notify c 1; sleep 3; release c",
         "= 0: a acquire",
         "= 1: x acquire",
         "= 4: a wait!CancelledError(), a leave!TimeoutError(), a ends!TimeoutError()",
         "= complete at 4");
}

static void test_condition__a_timeout_that_ends_the_wait_still_waits_for_the_lock(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; timeout t 2; wait c; leave t; !release c",
         "x: sleep 1; acquire c; sleep 3; release c",
         "= 0: a acquire",
         "= 1: x acquire",
         "= 4: a wait!CancelledError(), a leave!TimeoutError(), a ends!TimeoutError()",
         "= complete at 4");
}

static void test_condition__a_lost_notify_is_passed_on_past_the_lock(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; wait c; !release c",
         "b: acquire c; wait c; release c",
         "x: sleep 1; acquire c; notify c 1; sleep 1; cancel a why; sleep 1; release c",
         "= 0: a acquire, b acquire",
         "= 1: x acquire",
         "= 3: a wait!CancelledError(why), a ends!CancelledError(why), b wait",
         "= complete at 3");
}

static void test_condition__wait_for_passes_the_notify_on(void **state) {
    (void)state;
    PLAY("condition c",
         "a: acquire c; wait_for c 1; !release c",
         "b: acquire c; wait_for c 1; release c",
         "x: sleep 1; acquire c; level 1; notify c 1; cancel a late; release c",
         "= 0: a acquire, b acquire",
         "= 1: x acquire, a wait_for!CancelledError(late), a ends!CancelledError(late), b "
         "wait_for",
         "= complete at 1");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_condition__a_notify_wakes_the_first_and_gives_it_the_lock),
        cmocka_unit_test(test_condition__notify_n_wakes_n_in_order_of_arrival),
        cmocka_unit_test(test_condition__notify_all_wakes_all),
        cmocka_unit_test(test_condition__notify_0_and_notify_with_nobody_waiting_do_nothing),
        cmocka_unit_test(test_condition__wait_and_notify_want_the_lock),
        cmocka_unit_test(test_condition__the_wait_releases_the_lock),
        cmocka_unit_test(test_condition__the_one_notified_queues_for_the_lock),
        cmocka_unit_test(test_condition__notified_while_the_lock_is_kept),
        cmocka_unit_test(test_condition__a_lock_is_shared),
        cmocka_unit_test(test_condition__cancelled_while_waiting_it_returns_with_the_lock),
        cmocka_unit_test(test_condition__cancelled_while_waiting_and_the_lock_is_held),
        cmocka_unit_test(test_condition__cancelled_while_reacquiring_keeps_the_message),
        cmocka_unit_test(test_condition__cancelled_twice_while_reacquiring_keeps_the_last_message),
        cmocka_unit_test(test_condition__cancelled_while_waiting_and_again_while_reacquiring),
        cmocka_unit_test(test_condition__cancelled_while_waiting_and_twice_at_once),
        cmocka_unit_test(test_condition__a_notify_of_one_cancelled_in_that_instant_is_passed_on),
        cmocka_unit_test(test_condition__cancelled_as_the_release_hands_it_the_lock),
        cmocka_unit_test(test_condition__cancelled_as_it_gets_the_lock_with_another_behind),
        cmocka_unit_test(test_condition__a_cancelled_waiter_wakes_the_next_one),
        cmocka_unit_test(test_condition__a_notify_passes_over_a_waiter_just_cancelled),
        cmocka_unit_test(test_condition__wait_for_checks_the_predicate_after_each_notify),
        cmocka_unit_test(test_condition__wait_for_a_predicate_that_holds_does_not_yield),
        cmocka_unit_test(test_condition__wait_for_a_predicate_that_fails),
        cmocka_unit_test(test_condition__wait_for_wants_the_lock_only_when_it_has_to_wait),
        cmocka_unit_test(test_condition__wait_for_is_cancelled),
        cmocka_unit_test(test_condition__wait_for_is_cancelled_and_the_predicate_has_come_true),
        cmocka_unit_test(test_condition__a_timeout_in_the_instant_of_the_notify),
        cmocka_unit_test(test_condition__a_timeout_while_reacquiring),
        cmocka_unit_test(test_condition__a_timeout_that_ends_the_wait_still_waits_for_the_lock),
        cmocka_unit_test(test_condition__a_lost_notify_is_passed_on_past_the_lock),
        cmocka_unit_test(test_condition__wait_for_passes_the_notify_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

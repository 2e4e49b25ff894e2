/* Event, as asyncio/locks.py has it. */
#include "support/engine_test.h"
#include "support/play.h"

static void test_event__a_set_wakes_all_in_order_of_arrival(void **state) {
    (void)state;
    PLAY("event e",
         "a: wait e; log a",
         "b: wait e; log b",
         "c: sleep 1; is_set e; set e; is_set e; log set",
         "= 1: c is_set=0, c is_set=1, c set, a wait, a a, b wait, b b",
         "= complete at 1");
}

static void test_event__waiting_for_a_set_event_does_not_yield(void **state) {
    (void)state;
    PLAY("event e",
         "a: set e; wait e; wait e; log a",
         "b: log b",
         "= 0: a wait, a wait, a a, b b",
         "= complete at 0");
}

static void test_event__who_was_woken_returns_although_it_was_cleared_since(void **state) {
    (void)state;
    PLAY("event e",
         "a: wait e; is_set e; wait e; log again",
         "b: sleep 1; set e; clear e; sleep 1; set e",
         "= 1: a wait, a is_set=0",
         "= 2: a wait, a again",
         "= complete at 2");
}

static void test_event__set_twice_wakes_once(void **state) {
    (void)state;
    PLAY("event e",
         "a: wait e; clear e; wait e",
         "b: sleep 1; set e; set e; sleep 1; is_set e; set e",
         "= 1: a wait",
         "= 2: b is_set=0, a wait",
         "= complete at 2");
}

static void test_event__clearing_a_clear_event_does_nothing(void **state) {
    (void)state;
    PLAY("event e",
         "a: clear e; is_set e; set e; clear e; clear e; is_set e",
         "= 0: a is_set=0, a is_set=0",
         "= complete at 0");
}

static void test_event__a_waiter_cancelled_in_the_middle_is_left_out(void **state) {
    (void)state;
    PLAY("event e",
         "a: wait e",
         "b: wait e",
         "c: wait e",
         "x: sleep 1; cancel b gone; sleep 1; set e",
         "= 1: b wait!CancelledError(gone), b ends!CancelledError(gone)",
         "= 2: a wait, c wait",
         "= complete at 2");
}

static void test_event__cancelled_in_the_instant_of_the_set(void **state) {
    (void)state;
    PLAY("event e",
         "a: wait e",
         "b: wait e",
         "x: sleep 1; set e; cancel a late",
         "= 1: a wait!CancelledError(late), a ends!CancelledError(late), b wait",
         "= complete at 1");
}

static void test_event__cancelled_just_before_the_set(void **state) {
    (void)state;
    PLAY("event e",
         "a: wait e",
         "b: wait e",
         "x: sleep 1; cancel a early; set e",
         "= 1: a wait!CancelledError(early), a ends!CancelledError(early), b wait",
         "= complete at 1");
}

static void test_event__a_timeout_and_a_set_in_the_same_instant(void **state) {
    (void)state;
    PLAY("event e",
         "x: sleep 1; set e",
         "a: timeout t 1; wait e; leave t",
         "b: wait e",
         "= 1: a wait!CancelledError(), a leave!TimeoutError(), a ends!TimeoutError(), b wait",
         "= complete at 1");
}

static void test_event__a_timeout_just_before_the_set_of_the_same_instant(void **state) {
    (void)state;
    PLAY("event e",
         "a: timeout t 1; wait e; leave t",
         "x: sleep 1; set e",
         "b: wait e",
         "= 1: a wait!CancelledError(), a leave!TimeoutError(), a ends!TimeoutError(), b wait",
         "= complete at 1");
}

static void test_event__a_newcomer_after_the_set_runs_first(void **state) {
    (void)state;
    PLAY("event e",
         "a: wait e; log a",
         "b: sleep 1; set e; wait e; log b",
         "= 1: b wait, b b, a wait, a a",
         "= complete at 1");
}

static void test_event__waiting_again_joins_the_end_of_the_line(void **state) {
    (void)state;
    PLAY("event e",
         "a: wait e; clear e; wait e; log a",
         "b: wait e; wait e; log b",
         "c: wait e; wait e; log c",
         "x: sleep 1; set e; sleep 1; set e",
         "= 1: a wait, b wait, c wait",
         "= 2: a wait, a a, b wait, b b, c wait, c c",
         "= complete at 2");
}

static void test_event__nobody_sets_it(void **state) {
    (void)state;
    PLAY("event e",
         "a: wait e",
         "= deadlock at 0");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_event__a_set_wakes_all_in_order_of_arrival),
        cmocka_unit_test(test_event__waiting_for_a_set_event_does_not_yield),
        cmocka_unit_test(test_event__who_was_woken_returns_although_it_was_cleared_since),
        cmocka_unit_test(test_event__set_twice_wakes_once),
        cmocka_unit_test(test_event__clearing_a_clear_event_does_nothing),
        cmocka_unit_test(test_event__a_waiter_cancelled_in_the_middle_is_left_out),
        cmocka_unit_test(test_event__cancelled_in_the_instant_of_the_set),
        cmocka_unit_test(test_event__cancelled_just_before_the_set),
        cmocka_unit_test(test_event__a_timeout_and_a_set_in_the_same_instant),
        cmocka_unit_test(test_event__a_timeout_just_before_the_set_of_the_same_instant),
        cmocka_unit_test(test_event__a_newcomer_after_the_set_runs_first),
        cmocka_unit_test(test_event__waiting_again_joins_the_end_of_the_line),
        cmocka_unit_test(test_event__nobody_sets_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* wait() of asyncio/tasks.py, and wait_for(). */
#include "support/engine_test.h"
#include "support/play.h"

static void test_wait__all_completed_waits_for_all(void **state) {
    (void)state;
    PLAY("a: wait_all - w v; log a",
         "w: sleep 1",
         "v: sleep 2; raise ValueError bad",
         "b: sleep 3; result v",
         "= 2: v ends!ValueError(bad), a wait_all=2, a a",
         "= 3: b result!ValueError(bad), b ends!ValueError(bad)",
         "= complete at 3");
}

static void test_wait__first_completed_waits_for_one(void **state) {
    (void)state;
    PLAY("a: wait_first - w v; done w; done v",
         "w: sleep 1",
         "v: sleep 2",
         "= 1: a wait_first=1, a done=1, a done=0",
         "= complete at 2");
}

static void test_wait__first_completed_two_in_the_same_instant(void **state) {
    (void)state;
    PLAY("a: wait_first - w v",
         "w: sleep 1",
         "v: sleep 1",
         "= 1: a wait_first=2",
         "= complete at 1");
}

static void test_wait__first_exception_waits_for_a_failure(void **state) {
    (void)state;
    PLAY("a: wait_exception - w v u",
         "w: sleep 1",
         "v: sleep 2; raise ValueError bad",
         "u: sleep 3",
         "b: sleep 4; result v",
         "= 2: v ends!ValueError(bad), a wait_exception=2",
         "= 4: b result!ValueError(bad), b ends!ValueError(bad)",
         "= complete at 4");
}

static void test_wait__first_exception_without_one_waits_for_all(void **state) {
    (void)state;
    PLAY("a: wait_exception - w v",
         "w: sleep 1",
         "v: sleep 2",
         "= 2: a wait_exception=2",
         "= complete at 2");
}

static void test_wait__first_exception_does_not_count_a_cancel(void **state) {
    (void)state;
    PLAY("a: wait_exception - w v",
         "w: sleep 5",
         "v: sleep 2",
         "x: sleep 1; cancel w",
         "= 1: w sleep!CancelledError(), w ends!CancelledError()",
         "= 2: a wait_exception=2",
         "= complete at 2");
}

static void test_wait__first_exception_that_has_happened(void **state) {
    (void)state;
    PLAY("a: sleep 2; wait_exception - w v; log a; result w",
         "w: sleep 1; raise ValueError bad",
         "v: sleep 4",
         "= 1: w ends!ValueError(bad)",
         "= 2: a wait_exception=1, a a, a result!ValueError(bad), a ends!ValueError(bad)",
         "= complete at 4");
}

static void test_wait__done_futures_still_take_a_hop(void **state) {
    (void)state;
    PLAY("future f",
         "a: set_result f 1; wait_all - f; log a",
         "b: log b; sleep 0; log b; sleep 0; log b",
         "= 0: b b, b b, a wait_all=1, a a, b b",
         "= complete at 0");
}

static void test_wait__a_timeout_returns_what_is_done(void **state) {
    (void)state;
    PLAY("a: wait_all 2 w v; done v; sleep 2; done v",
         "w: sleep 1",
         "v: sleep 3; log v",
         "= 2: a wait_all=1, a done=0",
         "= 3: v v",
         "= 4: a done=1",
         "= complete at 4");
}

static void test_wait__a_timeout_of_zero(void **state) {
    (void)state;
    PLAY("a: wait_all 0 w v; log a",
         "w: sleep 0; log w",
         "v: sleep 1",
         "= 0: w w, a wait_all=1, a a",
         "= complete at 1");
}

static void test_wait__the_timeout_in_the_instant_of_the_last_one(void **state) {
    (void)state;
    PLAY("w: sleep 2",
         "a: wait_all 2 w v; log a",
         "v: sleep 2",
         "= 2: a wait_all=1, a a",
         "= complete at 2");
}

static void test_wait__the_timeout_just_before_the_last_one(void **state) {
    (void)state;
    PLAY("a: wait_all 2 w v; log a",
         "w: sleep 2",
         "v: sleep 2",
         "= 2: a wait_all=0, a a",
         "= complete at 2");
}

static void test_wait__the_same_future_twice_is_one(void **state) {
    (void)state;
    PLAY("future f",
         "a: wait_all - f f w",
         "w: sleep 2",
         "x: sleep 1; set_result f 1",
         "= 2: a wait_all=2",
         "= complete at 2");
}

static void test_wait__no_futures_are_an_error(void **state) {
    (void)state;
    PLAY("a: wait_all -; catch; log on",
         "= 0: a wait_all!ValueError(Set of Tasks/Futures is empty.), a on",
         "= complete at 0");
}

static void test_wait__cancelled_it_leaves_the_futures_alone(void **state) {
    (void)state;
    PLAY("a: wait_all - w v",
         "w: sleep 2; log w",
         "v: sleep 3; log v",
         "x: sleep 1; cancel a why; cancelling w",
         "= 1: x cancelling=0, a wait_all!CancelledError(why), a ends!CancelledError(why)",
         "= 2: w w",
         "= 3: v v",
         "= complete at 3");
}

static void test_wait__cancelled_in_the_instant_of_the_last_one(void **state) {
    (void)state;
    PLAY("a: wait_all - w",
         "w: sleep 1",
         "x: sleep 1; sleep 0; cancel a why",
         "= 1: a wait_all!CancelledError(why), a ends!CancelledError(why)",
         "= complete at 1");
}

static void test_wait__cancelled_one_hop_later(void **state) {
    (void)state;
    PLAY("a: wait_all - w",
         "w: sleep 1",
         "x: sleep 1; sleep 0; sleep 0; cancel a why",
         "= 1: a wait_all=1",
         "= complete at 1");
}

static void test_wait__it_takes_two_hops(void **state) {
    (void)state;
    PLAY("a: wait_all - w; log a",
         "w: sleep 1",
         "b: sleep 1; log one; sleep 0; log two; sleep 0; log three; sleep 0; log four",
         "= 1: b one, b two, a wait_all=1, a a, b three, b four",
         "= complete at 1");
}

static void test_wait__two_wait_for_the_same(void **state) {
    (void)state;
    PLAY("a: wait_first - w v; log a",
         "b: wait_all 3 v w; log b",
         "w: sleep 1",
         "v: sleep 2",
         "= 1: a wait_first=1, a a",
         "= 2: b wait_all=2, b b",
         "= complete at 2");
}

static void test_wait__wait_in_a_timeout(void **state) {
    (void)state;
    PLAY("a: timeout t 1; wait_all - w; leave t; catch; wait_all - w",
         "w: sleep 2",
         "= 1: a wait_all!CancelledError(), a leave!TimeoutError()",
         "= 2: a wait_all=1",
         "= complete at 2");
}

static void test_wait__a_timer_of_a_wait_that_is_over_does_not_count(void **state) {
    (void)state;
    PLAY("a: wait_all 9 w; log a",
         "w: sleep 1",
         "= 1: a wait_all=1, a a",
         "= complete at 1");
}

static void test_wait__wait_for_gives_the_result(void **state) {
    (void)state;
    PLAY("a: within 2 w; log a",
         "w: sleep 1; return 3",
         "= 1: a within=3, a a",
         "= complete at 1");
}

static void test_wait__wait_for_gives_the_exception(void **state) {
    (void)state;
    PLAY("a: within 2 w",
         "w: sleep 1; raise ValueError bad",
         "= 1: w ends!ValueError(bad), a within!ValueError(bad), a ends!ValueError(bad)",
         "= complete at 1");
}

static void test_wait__wait_for_without_a_limit(void **state) {
    (void)state;
    PLAY("a: within - w",
         "w: sleep 1; return 3",
         "= 1: a within=3",
         "= complete at 1");
}

static void test_wait__wait_for_times_out_and_cancels(void **state) {
    (void)state;
    PLAY("a: within 1 w; catch; cancelled w; cancelling w; cancelling a",
         "w: sleep 2; log never",
         "= 1: w sleep!CancelledError(), w ends!CancelledError(), a within!TimeoutError(), "
         "a cancelled=1, a cancelling=1, a cancelling=0",
         "= complete at 1");
}

static void test_wait__wait_for_waits_until_the_cancelled_one_has_ended(void **state) {
    (void)state;
    PLAY("a: within 1 w",
         "w: sleep 5; !sleep 2; !log clean",
         "= 1: w sleep!CancelledError()",
         "= 3: w clean, w ends!CancelledError(), a within!TimeoutError(), a ends!TimeoutError()",
         "= complete at 3");
}

static void test_wait__wait_for_of_one_that_swallows_the_cancel_gives_its_result(void **state) {
    (void)state;
    PLAY("a: within 1 w; cancelling a",
         "w: sleep 5; catch; sleep 1; return 4",
         "= 1: w sleep!CancelledError()",
         "= 2: a within=4, a cancelling=0",
         "= complete at 2");
}

static void test_wait__wait_for_of_one_that_fails_when_cancelled(void **state) {
    (void)state;
    PLAY("a: within 1 w",
         "w: sleep 5; catch; raise ValueError bad",
         "= 1: w sleep!CancelledError(), w ends!ValueError(bad), a within!ValueError(bad), "
         "a ends!ValueError(bad)",
         "= complete at 1");
}

static void test_wait__wait_for_of_a_done_future_does_not_yield(void **state) {
    (void)state;
    PLAY("future f",
         "a: set_result f 2; within 1 f; within 0 f; within -1 f; log a",
         "b: log b",
         "= 0: a within=2, a within=2, a within=2, a a, b b",
         "= complete at 0");
}

static void test_wait__wait_for_with_no_time_cancels_at_once(void **state) {
    (void)state;
    PLAY("a: within 0 w; catch; cancelled w; log a",
         "w: sleep 1; log never",
         "b: log b",
         "= 0: b b, a within!TimeoutError(), a cancelled=1, a a",
         "= complete at 0");
}

static void test_wait__wait_for_with_no_time_of_a_running_task(void **state) {
    (void)state;
    PLAY("w: sleep 5; !sleep 1; !log clean",
         "a: sleep 1; within 0 w; log a",
         "b: sleep 1; log b",
         "= 1: b b, w sleep!CancelledError()",
         "= 2: w clean, w ends!CancelledError(), a within!TimeoutError(), a ends!TimeoutError()",
         "= complete at 2");
}

static void test_wait__wait_for_with_no_time_of_one_that_swallows_the_cancel(void **state) {
    (void)state;
    PLAY("w: sleep 5; catch; sleep 1; return 5",
         "a: sleep 1; within 0 w",
         "= 1: w sleep!CancelledError()",
         "= 2: a within=5",
         "= complete at 2");
}

static void test_wait__wait_for_with_no_time_is_cancelled_itself(void **state) {
    (void)state;
    PLAY("w: sleep 5; !sleep 3; !log clean",
         "a: sleep 1; within 0 w",
         "x: sleep 2; cancel a why; sleep 0; done w",
         "= 1: w sleep!CancelledError()",
         "= 2: a within!CancelledError(why), a ends!CancelledError(why), x done=0",
         "= 4: w clean, w ends!CancelledError()",
         "= complete at 4");
}

static void test_wait__wait_for_is_cancelled(void **state) {
    (void)state;
    PLAY("a: within 5 w",
         "w: sleep 9",
         "x: sleep 1; cancel a why; cancelling w",
         "= 1: x cancelling=1, w sleep!CancelledError(why), w ends!CancelledError(why), "
         "a within!CancelledError(why), a ends!CancelledError(why)",
         "= complete at 1");
}

static void test_wait__wait_for_is_cancelled_in_the_instant_of_its_timeout(void **state) {
    (void)state;
    PLAY("x: sleep 1; cancel a why",
         "a: within 1 w; !cancelling a",
         "w: sleep 9",
         "= 1: w sleep!CancelledError(), w ends!CancelledError(), a within!CancelledError(), "
         "a cancelling=1, a ends!CancelledError()",
         "= complete at 1");
}

static void test_wait__wait_for_times_out_in_the_instant_before_the_cancel(void **state) {
    (void)state;
    PLAY("a: within 1 w; !cancelling a",
         "x: sleep 1; cancel a why",
         "w: sleep 9",
         "= 1: w sleep!CancelledError(), w ends!CancelledError(), a within!CancelledError(), "
         "a cancelling=1, a ends!CancelledError()",
         "= complete at 1");
}

static void test_wait__wait_for_times_out_in_the_instant_of_the_result(void **state) {
    (void)state;
    PLAY("a: within 1 w; cancelling a",
         "w: sleep 1; return 3",
         "= 1: w sleep!CancelledError(), w ends!CancelledError(), a within!TimeoutError(), "
         "a ends!TimeoutError()",
         "= complete at 1");
}

static void test_wait__wait_for_gets_the_result_in_the_instant_of_the_timeout(void **state) {
    (void)state;
    PLAY("w: sleep 1; return 3",
         "a: within 1 w; cancelling a; sleep 1; log on",
         "= 1: w sleep!CancelledError(), w ends!CancelledError(), a within!TimeoutError(), "
         "a ends!TimeoutError()",
         "= complete at 1");
}

static void test_wait__wait_for_in_wait_for(void **state) {
    (void)state;
    PLAY("a: spawn w; within 1 w",
         "~w: spawn v; within 3 v",
         "~v: sleep 5",
         "= 1: v sleep!CancelledError(), v ends!CancelledError(), w within!CancelledError(), "
         "w ends!CancelledError(), a within!TimeoutError(), a ends!TimeoutError()",
         "= complete at 1");
}

static void test_wait__wait_for_of_a_future(void **state) {
    (void)state;
    PLAY("future f",
         "a: within 1 f; catch; cancelled f",
         "b: sleep 2; set_result f 1",
         "= 1: a within!TimeoutError(), a cancelled=1",
         "= 2: b set_result!InvalidStateError(invalid state), "
         "b ends!InvalidStateError(invalid state)",
         "= complete at 2");
}

static void test_wait__a_wait_that_is_never_over(void **state) {
    (void)state;
    PLAY("future f",
         "a: wait_all - f w",
         "w: sleep 1",
         "b: await f",
         "c: wait_first 2 f",
         "= 2: c wait_first=0",
         "= deadlock at 2");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wait__all_completed_waits_for_all),
        cmocka_unit_test(test_wait__first_completed_waits_for_one),
        cmocka_unit_test(test_wait__first_completed_two_in_the_same_instant),
        cmocka_unit_test(test_wait__first_exception_waits_for_a_failure),
        cmocka_unit_test(test_wait__first_exception_without_one_waits_for_all),
        cmocka_unit_test(test_wait__first_exception_does_not_count_a_cancel),
        cmocka_unit_test(test_wait__first_exception_that_has_happened),
        cmocka_unit_test(test_wait__done_futures_still_take_a_hop),
        cmocka_unit_test(test_wait__a_timeout_returns_what_is_done),
        cmocka_unit_test(test_wait__a_timeout_of_zero),
        cmocka_unit_test(test_wait__the_timeout_in_the_instant_of_the_last_one),
        cmocka_unit_test(test_wait__the_timeout_just_before_the_last_one),
        cmocka_unit_test(test_wait__the_same_future_twice_is_one),
        cmocka_unit_test(test_wait__no_futures_are_an_error),
        cmocka_unit_test(test_wait__cancelled_it_leaves_the_futures_alone),
        cmocka_unit_test(test_wait__cancelled_in_the_instant_of_the_last_one),
        cmocka_unit_test(test_wait__cancelled_one_hop_later),
        cmocka_unit_test(test_wait__it_takes_two_hops),
        cmocka_unit_test(test_wait__two_wait_for_the_same),
        cmocka_unit_test(test_wait__wait_in_a_timeout),
        cmocka_unit_test(test_wait__a_timer_of_a_wait_that_is_over_does_not_count),
        cmocka_unit_test(test_wait__wait_for_gives_the_result),
        cmocka_unit_test(test_wait__wait_for_gives_the_exception),
        cmocka_unit_test(test_wait__wait_for_without_a_limit),
        cmocka_unit_test(test_wait__wait_for_times_out_and_cancels),
        cmocka_unit_test(test_wait__wait_for_waits_until_the_cancelled_one_has_ended),
        cmocka_unit_test(test_wait__wait_for_of_one_that_swallows_the_cancel_gives_its_result),
        cmocka_unit_test(test_wait__wait_for_of_one_that_fails_when_cancelled),
        cmocka_unit_test(test_wait__wait_for_of_a_done_future_does_not_yield),
        cmocka_unit_test(test_wait__wait_for_with_no_time_cancels_at_once),
        cmocka_unit_test(test_wait__wait_for_with_no_time_of_a_running_task),
        cmocka_unit_test(test_wait__wait_for_with_no_time_of_one_that_swallows_the_cancel),
        cmocka_unit_test(test_wait__wait_for_with_no_time_is_cancelled_itself),
        cmocka_unit_test(test_wait__wait_for_is_cancelled),
        cmocka_unit_test(test_wait__wait_for_is_cancelled_in_the_instant_of_its_timeout),
        cmocka_unit_test(test_wait__wait_for_times_out_in_the_instant_before_the_cancel),
        cmocka_unit_test(test_wait__wait_for_times_out_in_the_instant_of_the_result),
        cmocka_unit_test(test_wait__wait_for_gets_the_result_in_the_instant_of_the_timeout),
        cmocka_unit_test(test_wait__wait_for_in_wait_for),
        cmocka_unit_test(test_wait__wait_for_of_a_future),
        cmocka_unit_test(test_wait__a_wait_that_is_never_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

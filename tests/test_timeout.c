/* timeout() and timeout_at(), as asyncio/timeouts.py has them. */
#include "support/engine_test.h"
#include "support/play.h"

static void test_timeout__a_block_that_ends_in_time(void **state) {
    (void)state;
    PLAY("a: timeout t 2; sleep 1; expired t; when t; leave t; sleep 3; log on",
         "= 1: a expired=0, a when=2, a leave",
         "= 4: a on",
         "= complete at 4");
}

static void test_timeout__a_block_that_takes_too_long(void **state) {
    (void)state;
    PLAY("a: timeout t 1; sleep 2; !expired t; leave t; catch; cancelling a; sleep 1; log on",
         "= 1: a sleep!CancelledError(), a expired=1, a leave!TimeoutError(), a cancelling=0",
         "= 2: a on",
         "= complete at 2");
}

static void test_timeout__a_block_that_swallows_the_cancel(void **state) {
    (void)state;
    PLAY("a: timeout t 1; sleep 2; catch; expired t; cancelling a; leave t; cancelling a; log on",
         "= 1: a sleep!CancelledError(), a expired=1, a cancelling=1, a leave, a cancelling=0, "
         "a on",
         "= complete at 1");
}

static void test_timeout__a_block_that_fails_with_another_error(void **state) {
    (void)state;
    PLAY("a: timeout t 1; sleep 2; catch; raise ValueError bad; leave t; catch; cancelling a",
         "= 1: a sleep!CancelledError(), a leave!ValueError(bad), a cancelling=0",
         "= complete at 1");
}

static void test_timeout__a_block_that_fails_in_time(void **state) {
    (void)state;
    PLAY("a: timeout t 1; raise ValueError bad; leave t",
         "= 0: a leave!ValueError(bad), a ends!ValueError(bad)",
         "= complete at 0");
}

static void test_timeout__a_timeout_at_a_time(void **state) {
    (void)state;
    PLAY("a: sleep 1; timeout_at t 3; when t; sleep 5; leave t",
         "= 1: a when=3",
         "= 3: a sleep!CancelledError(), a leave!TimeoutError(), a ends!TimeoutError()",
         "= complete at 3");
}

static void test_timeout__a_timeout_of_zero_ends_the_first_wait(void **state) {
    (void)state;
    PLAY("a: timeout t 0; log in; sleep 0; log on; sleep 1; leave t",
         "= 0: a in, a sleep!CancelledError(), a leave!TimeoutError(), a ends!TimeoutError()",
         "= complete at 0");
}

static void test_timeout__a_timeout_of_zero_of_a_block_that_does_not_wait(void **state) {
    (void)state;
    PLAY("a: timeout t 0; log in; leave t; sleep 1; log on",
         "= 0: a in, a leave",
         "= 1: a on",
         "= complete at 1");
}

static void test_timeout__a_timeout_in_the_past(void **state) {
    (void)state;
    PLAY("a: sleep 2; timeout_at t 1; when t; sleep 1; leave t",
         "= 2: a when=1, a sleep!CancelledError(), a leave!TimeoutError(), a ends!TimeoutError()",
         "= complete at 2");
}

static void test_timeout__no_limit(void **state) {
    (void)state;
    PLAY("a: timeout t -; sleep 9; expired t; leave t",
         "= 9: a expired=0, a leave",
         "= complete at 9");
}

static void test_timeout__a_limit_that_is_given_later(void **state) {
    (void)state;
    PLAY("a: timeout t -; sleep 1; reschedule t 3; when t; sleep 9; leave t",
         "= 1: a when=3",
         "= 3: a sleep!CancelledError(), a leave!TimeoutError(), a ends!TimeoutError()",
         "= complete at 3");
}

static void test_timeout__a_limit_that_is_moved_out(void **state) {
    (void)state;
    PLAY("a: timeout t 1; reschedule t 3; sleep 2; log two; sleep 2; leave t",
         "= 2: a two",
         "= 3: a sleep!CancelledError(), a leave!TimeoutError(), a ends!TimeoutError()",
         "= complete at 3");
}

static void test_timeout__a_limit_that_is_moved_in(void **state) {
    (void)state;
    PLAY("a: timeout t 9; sleep 1; reschedule t 2; sleep 5; leave t",
         "= 2: a sleep!CancelledError(), a leave!TimeoutError(), a ends!TimeoutError()",
         "= complete at 2");
}

static void test_timeout__a_limit_that_is_moved_into_the_past(void **state) {
    (void)state;
    PLAY("a: timeout t 9; sleep 2; reschedule t 1; expired t; sleep 5; leave t",
         "= 2: a expired=0, a sleep!CancelledError(), a leave!TimeoutError(), "
         "a ends!TimeoutError()",
         "= complete at 2");
}

static void test_timeout__a_limit_that_is_taken_away(void **state) {
    (void)state;
    PLAY("a: timeout t 1; reschedule t -; sleep 5; leave t",
         "= 5: a leave",
         "= complete at 5");
}

static void test_timeout__it_cannot_be_moved_once_it_has_expired(void **state) {
    (void)state;
    PLAY("a: timeout t 1; sleep 5; catch; reschedule t 9; catch; leave t",
         "= 1: a sleep!CancelledError(), "
         "a reschedule!RuntimeError(Cannot change state of expiring Timeout), a leave",
         "= complete at 1");
}

static void test_timeout__another_task_moves_it(void **state) {
    (void)state;
    PLAY("a: timeout t 2; sleep 5; leave t",
         "b: sleep 1; reschedule t 4",
         "= 4: a sleep!CancelledError(), a leave!TimeoutError(), a ends!TimeoutError()",
         "= complete at 4");
}

static void test_timeout__it_is_moved_in_the_instant_in_which_it_would_expire(void **state) {
    (void)state;
    PLAY("b: sleep 2; reschedule t 4",
         "a: timeout t 2; sleep 5; leave t",
         "= 2: b reschedule!RuntimeError(Cannot change state of expiring Timeout), "
         "b ends!RuntimeError(Cannot change state of expiring Timeout), "
         "a sleep!CancelledError(), a leave!TimeoutError(), a ends!TimeoutError()",
         "= complete at 2");
}

static void test_timeout__nested_and_the_inner_expires(void **state) {
    (void)state;
    PLAY("a: timeout t 5; timeout u 1; sleep 9; leave u; catch; log between; sleep 1; leave t; "
         "log on",
         "= 1: a sleep!CancelledError(), a leave!TimeoutError(), a between",
         "= 2: a leave, a on",
         "= complete at 2");
}

static void test_timeout__nested_and_the_outer_expires(void **state) {
    (void)state;
    PLAY("a: timeout t 1; timeout u 5; sleep 9; !expired u; leave u; !expired t; leave t",
         "= 1: a sleep!CancelledError(), a expired=0, a leave!CancelledError(), a expired=1, "
         "a leave!TimeoutError(), a ends!TimeoutError()",
         "= complete at 1");
}

static void test_timeout__nested_and_both_expire_at_once_outer_first(void **state) {
    (void)state;
    PLAY("a: timeout t 1; timeout u 1; sleep 9; !cancelling a; leave u; !cancelling a; leave t; "
         "catch; cancelling a",
         "= 1: a sleep!CancelledError(), a cancelling=2, a leave!CancelledError(), "
         "a cancelling=1, a leave!TimeoutError(), a cancelling=0",
         "= complete at 1");
}

static void test_timeout__nested_and_both_expire_at_once_inner_first(void **state) {
    (void)state;
    PLAY("a: timeout_at t -; timeout u 1; reschedule t 1; sleep 9; !cancelling a; leave u; "
         "!cancelling a; leave t; catch; cancelling a",
         "= 1: a sleep!CancelledError(), a cancelling=2, a leave!CancelledError(), "
         "a cancelling=1, a leave!TimeoutError(), a cancelling=0",
         "= complete at 1");
}

static void test_timeout__nested_and_the_outer_expires_while_the_inner_cleans_up(void **state) {
    (void)state;
    PLAY("a: timeout t 2; timeout u 1; sleep 9; !sleep 9; leave u; leave t; catch; cancelling a",
         "= 1: a sleep!CancelledError()",
         "= 2: a sleep!CancelledError(), a leave!CancelledError(), a leave!TimeoutError(), "
         "a cancelling=0",
         "= complete at 2");
}

static void test_timeout__nested_and_both_are_caught(void **state) {
    (void)state;
    PLAY("a: timeout t 2; timeout u 1; sleep 9; leave u; catch; sleep 9; leave t; catch; log on",
         "= 1: a sleep!CancelledError(), a leave!TimeoutError()",
         "= 2: a sleep!CancelledError(), a leave!TimeoutError(), a on",
         "= complete at 2");
}

static void test_timeout__cancelled_from_outside(void **state) {
    (void)state;
    PLAY("a: timeout t 5; sleep 9; leave t",
         "x: sleep 1; cancel a why",
         "= 1: a sleep!CancelledError(why), a leave!CancelledError(why), "
         "a ends!CancelledError(why)",
         "= complete at 1");
}

static void test_timeout__cancelled_from_outside_and_swallowed_then_it_expires(void **state) {
    (void)state;
    PLAY("a: timeout t 3; sleep 9; catch; sleep 9; leave t",
         "x: sleep 1; cancel a why",
         "= 1: a sleep!CancelledError(why)",
         "= 3: a sleep!CancelledError(), a leave!CancelledError(), a ends!CancelledError()",
         "= complete at 3");
}

static void test_timeout__cancelled_from_outside_in_the_instant_before_it_expires(void **state) {
    (void)state;
    PLAY("x: sleep 1; cancel a why",
         "a: timeout t 1; sleep 9; !cancelling a; leave t",
         "= 1: a sleep!CancelledError(), a cancelling=2, a leave!CancelledError(), "
         "a ends!CancelledError()",
         "= complete at 1");
}

static void test_timeout__cancelled_from_outside_in_the_instant_after_it_expires(void **state) {
    (void)state;
    PLAY("a: timeout t 1; sleep 9; !cancelling a; leave t",
         "x: sleep 1; cancel a why",
         "= 1: a sleep!CancelledError(), a cancelling=1, a leave!TimeoutError(), "
         "a ends!TimeoutError()",
         "= complete at 1");
}

static void test_timeout__cancelled_before_it_was_entered(void **state) {
    (void)state;
    PLAY("a: sleep 9; catch; cancelling a; timeout t 1; sleep 9; leave t; catch; cancelling a",
         "x: sleep 1; cancel a why",
         "= 1: a sleep!CancelledError(why), a cancelling=1",
         "= 2: a sleep!CancelledError(), a leave!TimeoutError(), a cancelling=1",
         "= complete at 2");
}

static void test_timeout__cancelled_and_uncancelled_before_it_was_entered(void **state) {
    (void)state;
    PLAY("a: sleep 9; catch; uncancel a; timeout t 1; sleep 9; leave t",
         "x: sleep 1; cancel a why",
         "= 1: a sleep!CancelledError(why), a uncancel=0",
         "= 2: a sleep!CancelledError(), a leave!TimeoutError(), a ends!TimeoutError()",
         "= complete at 2");
}

static void test_timeout__expired_and_cancelled_while_it_cleans_up(void **state) {
    (void)state;
    PLAY("a: timeout t 1; sleep 9; !sleep 9; !log clean; leave t",
         "x: sleep 2; cancel a why",
         "= 1: a sleep!CancelledError()",
         "= 2: a sleep!CancelledError(why), a clean, a leave!CancelledError(why), "
         "a ends!CancelledError(why)",
         "= complete at 2");
}

static void test_timeout__it_expires_in_the_instant_in_which_the_wait_is_won(void **state) {
    (void)state;
    PLAY("b: sleep 1; log b",
         "a: timeout t 1; sleep 1; leave t; log on",
         "= 1: b b, a sleep!CancelledError(), a leave!TimeoutError(), a ends!TimeoutError()",
         "= complete at 1");
}

static void test_timeout__the_wait_is_won_in_the_instant_before_it_expires(void **state) {
    (void)state;
    PLAY("future f",
         "b: sleep 1; set_result f 1",
         "a: timeout t 1; await f; leave t; log on",
         "= 1: b set_result!InvalidStateError(invalid state), "
         "b ends!InvalidStateError(invalid state), a await!CancelledError(), "
         "a leave!TimeoutError(), a ends!TimeoutError()",
         "= complete at 1");
}

static void test_timeout__the_block_is_left_in_the_instant_in_which_it_would_expire(void **state) {
    (void)state;
    PLAY("a: timeout t 2; sleep 1; compute 1; leave t; log on",
         "c: sleep 1; log c",
         "= 2: a leave, a on, c c",
         "= complete at 2");
}

static void test_timeout__the_loop_is_busy_when_it_would_expire(void **state) {
    (void)state;
    PLAY("a: timeout t 1; sleep 2; leave t",
         "b: compute 5",
         "= 5: a sleep!CancelledError(), a leave!TimeoutError(), a ends!TimeoutError()",
         "= complete at 5");
}

static void test_timeout__a_block_that_cancels_its_task(void **state) {
    (void)state;
    PLAY("a: timeout t 1; cancel a self; sleep 9; leave t",
         "= 0: a sleep!CancelledError(self), a leave!CancelledError(self), "
         "a ends!CancelledError(self)",
         "= complete at 0");
}

static void test_timeout__around_an_awaited_task(void **state) {
    (void)state;
    PLAY("a: timeout t 1; await w; leave t; catch; cancelled w",
         "w: sleep 5",
         "= 1: w sleep!CancelledError(), w ends!CancelledError(), a await!CancelledError(), "
         "a leave!TimeoutError(), a cancelled=1",
         "= complete at 1");
}

static void test_timeout__around_an_awaited_task_that_swallows_it(void **state) {
    (void)state;
    PLAY("a: timeout t 1; await w; leave t; log on",
         "w: sleep 5; catch; sleep 1; return 3",
         "= 1: w sleep!CancelledError()",
         "= 2: a await=3, a leave, a on",
         "= complete at 2");
}

static void test_timeout__two_tasks_and_their_timeouts_of_the_same_instant(void **state) {
    (void)state;
    PLAY("a: timeout t 1; sleep 5; leave t",
         "b: timeout u 1; sleep 5; leave u",
         "= 1: a sleep!CancelledError(), a leave!TimeoutError(), a ends!TimeoutError(), "
         "b sleep!CancelledError(), b leave!TimeoutError(), b ends!TimeoutError()",
         "= complete at 1");
}

static void test_timeout__one_after_another(void **state) {
    (void)state;
    PLAY("a: timeout t 1; sleep 5; leave t; catch; timeout t 1; sleep 5; leave t; catch; timeout "
         "t 1; leave t; log on",
         "= 1: a sleep!CancelledError(), a leave!TimeoutError()",
         "= 2: a sleep!CancelledError(), a leave!TimeoutError(), a leave, a on",
         "= complete at 2");
}

static void test_timeout__its_timer_does_not_keep_the_loop(void **state) {
    (void)state;
    PLAY("a: timeout t 99; sleep 1; leave t",
         "= 1: a leave",
         "= complete at 1");
}

static void test_timeout__a_task_that_ends_after_it(void **state) {
    (void)state;
    PLAY("a: timeout t 1; leave t; return 2",
         "b: await a",
         "= 0: a leave, b await=2",
         "= complete at 0");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timeout__a_block_that_ends_in_time),
        cmocka_unit_test(test_timeout__a_block_that_takes_too_long),
        cmocka_unit_test(test_timeout__a_block_that_swallows_the_cancel),
        cmocka_unit_test(test_timeout__a_block_that_fails_with_another_error),
        cmocka_unit_test(test_timeout__a_block_that_fails_in_time),
        cmocka_unit_test(test_timeout__a_timeout_at_a_time),
        cmocka_unit_test(test_timeout__a_timeout_of_zero_ends_the_first_wait),
        cmocka_unit_test(test_timeout__a_timeout_of_zero_of_a_block_that_does_not_wait),
        cmocka_unit_test(test_timeout__a_timeout_in_the_past),
        cmocka_unit_test(test_timeout__no_limit),
        cmocka_unit_test(test_timeout__a_limit_that_is_given_later),
        cmocka_unit_test(test_timeout__a_limit_that_is_moved_out),
        cmocka_unit_test(test_timeout__a_limit_that_is_moved_in),
        cmocka_unit_test(test_timeout__a_limit_that_is_moved_into_the_past),
        cmocka_unit_test(test_timeout__a_limit_that_is_taken_away),
        cmocka_unit_test(test_timeout__it_cannot_be_moved_once_it_has_expired),
        cmocka_unit_test(test_timeout__another_task_moves_it),
        cmocka_unit_test(test_timeout__it_is_moved_in_the_instant_in_which_it_would_expire),
        cmocka_unit_test(test_timeout__nested_and_the_inner_expires),
        cmocka_unit_test(test_timeout__nested_and_the_outer_expires),
        cmocka_unit_test(test_timeout__nested_and_both_expire_at_once_outer_first),
        cmocka_unit_test(test_timeout__nested_and_both_expire_at_once_inner_first),
        cmocka_unit_test(test_timeout__nested_and_the_outer_expires_while_the_inner_cleans_up),
        cmocka_unit_test(test_timeout__nested_and_both_are_caught),
        cmocka_unit_test(test_timeout__cancelled_from_outside),
        cmocka_unit_test(test_timeout__cancelled_from_outside_and_swallowed_then_it_expires),
        cmocka_unit_test(test_timeout__cancelled_from_outside_in_the_instant_before_it_expires),
        cmocka_unit_test(test_timeout__cancelled_from_outside_in_the_instant_after_it_expires),
        cmocka_unit_test(test_timeout__cancelled_before_it_was_entered),
        cmocka_unit_test(test_timeout__cancelled_and_uncancelled_before_it_was_entered),
        cmocka_unit_test(test_timeout__expired_and_cancelled_while_it_cleans_up),
        cmocka_unit_test(test_timeout__it_expires_in_the_instant_in_which_the_wait_is_won),
        cmocka_unit_test(test_timeout__the_wait_is_won_in_the_instant_before_it_expires),
        cmocka_unit_test(test_timeout__the_block_is_left_in_the_instant_in_which_it_would_expire),
        cmocka_unit_test(test_timeout__the_loop_is_busy_when_it_would_expire),
        cmocka_unit_test(test_timeout__a_block_that_cancels_its_task),
        cmocka_unit_test(test_timeout__around_an_awaited_task),
        cmocka_unit_test(test_timeout__around_an_awaited_task_that_swallows_it),
        cmocka_unit_test(test_timeout__two_tasks_and_their_timeouts_of_the_same_instant),
        cmocka_unit_test(test_timeout__one_after_another),
        cmocka_unit_test(test_timeout__its_timer_does_not_keep_the_loop),
        cmocka_unit_test(test_timeout__a_task_that_ends_after_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

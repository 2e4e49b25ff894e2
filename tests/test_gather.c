/* gather(), as asyncio/tasks.py has it. */
#include "support/engine_test.h"
#include "support/play.h"

static void test_gather__it_is_done_when_all_are(void **state) {
    (void)state;
    PLAY("a: spawn w; spawn v; gather g w v; await g; log a; done g",
         "~w: sleep 1; log w",
         "~v: sleep 2; log v",
         "= 1: w w",
         "= 2: v v, a await, a a, a done=1",
         "= complete at 2");
}

static void test_gather__it_takes_two_hops(void **state) {
    (void)state;
    PLAY("a: gather g w; await g; log a",
         "w: sleep 1",
         "b: sleep 1; log one; sleep 0; log two; sleep 0; log three; sleep 0; log four",
         "= 1: b one, b two, a await, a a, b three, b four",
         "= complete at 1");
}

static void test_gather__gather_of_done_futures_takes_no_hop(void **state) {
    (void)state;
    PLAY("future f",
         "future h",
         "a: set_result f 1; set_result h 2; gather g f h f; done g; await g; log a",
         "b: log b",
         "= 0: a done=1, a await, a a, b b",
         "= complete at 0");
}

static void test_gather__gather_of_a_future_that_has_failed_has_failed(void **state) {
    (void)state;
    PLAY("future f",
         "future h",
         "a: set_exception f ValueError bad; gather g h f; done g; await g; catch; set_result h 1",
         "b: log b",
         "= 0: a done=1, a await!ValueError(bad), b b",
         "= complete at 0");
}

static void test_gather__a_future_that_fails_behind_a_done_one(void **state) {
    (void)state;
    PLAY("future f",
         "future h",
         "a: set_result f 1; gather g f h f; done g; await g",
         "b: sleep 1; set_exception h ValueError bad",
         "= 0: a done=0",
         "= 1: a await!ValueError(bad), a ends!ValueError(bad)",
         "= complete at 1");
}

static void test_gather__gather_of_a_cancelled_future_is_cancelled(void **state) {
    (void)state;
    PLAY("future f",
         "a: cancel f why; gather g f; done g; await g",
         "b: log b",
         "= 0: a done=1, a await!CancelledError(why), a ends!CancelledError(why), b b",
         "= complete at 0");
}

static void test_gather__gather_of_nothing_is_done(void **state) {
    (void)state;
    PLAY("a: gather g; done g; await g; log a",
         "b: log b",
         "= 0: a done=1, a await, a a, b b",
         "= complete at 0");
}

static void test_gather__the_first_failure_ends_it_and_the_others_go_on(void **state) {
    (void)state;
    PLAY("a: gather g w v u; await g; catch; sleep 3; done u",
         "w: sleep 2; raise ValueError second",
         "v: sleep 1; raise OverflowError first",
         "u: sleep 3; log u",
         "= 1: v ends!OverflowError(first), a await!OverflowError(first)",
         "= 2: w ends!ValueError(second)",
         "= 3: u u",
         "= 4: a done=1",
         "= complete at 4");
}

static void test_gather__failures_are_results_with_return_exceptions(void **state) {
    (void)state;
    PLAY("a: gather_all g w v u; await g; result w; catch; result v",
         "w: sleep 2; raise ValueError bad",
         "v: sleep 1; return 2",
         "u: sleep 3; cancel u; sleep 1",
         "= 2: w ends!ValueError(bad)",
         "= 3: u sleep!CancelledError(), u ends!CancelledError(), a await, "
         "a result!ValueError(bad), a result=2",
         "= complete at 3");
}

static void test_gather__the_same_future_twice(void **state) {
    (void)state;
    PLAY("future f",
         "a: gather g f f; await g; result f",
         "b: gather_all h f f f; await h",
         "c: sleep 1; set_result f 3",
         "= 1: a await, a result=3, b await",
         "= complete at 1");
}

static void test_gather__the_same_future_twice_and_it_fails(void **state) {
    (void)state;
    PLAY("future f",
         "a: gather g f f; await g",
         "b: gather_all h f f; await h",
         "c: sleep 1; set_exception f ValueError bad",
         "= 1: a await!ValueError(bad), a ends!ValueError(bad), b await",
         "= complete at 1");
}

static void test_gather__cancelling_the_one_who_awaits_it_cancels_the_children(void **state) {
    (void)state;
    PLAY("a: gather g w v; await g",
         "w: sleep 5",
         "v: sleep 5",
         "x: sleep 1; cancel a why; cancelling w; cancelling v; done g",
         "= 1: x cancelling=1, x cancelling=1, x done=0, w sleep!CancelledError(why), "
         "w ends!CancelledError(why), v sleep!CancelledError(why), v ends!CancelledError(why), "
         "a await!CancelledError(why), a ends!CancelledError(why)",
         "= complete at 1");
}

static void test_gather__cancelling_the_one_who_awaits_it_with_return_exceptions(void **state) {
    (void)state;
    PLAY("a: gather_all g w v; await g",
         "w: sleep 5",
         "v: sleep 5",
         "x: sleep 1; cancel a why",
         "= 1: w sleep!CancelledError(why), w ends!CancelledError(why), "
         "v sleep!CancelledError(why), v ends!CancelledError(why), a await!CancelledError(why), "
         "a ends!CancelledError(why)",
         "= complete at 1");
}

static void test_gather__cancelling_the_gathering(void **state) {
    (void)state;
    PLAY("a: gather g w v; await g",
         "w: sleep 5",
         "v: sleep 5",
         "x: sleep 1; try_cancel g; cancelled g; sleep 0; sleep 0; sleep 0; cancelled g; done g; "
         "try_cancel g",
         "= 1: x try_cancel=1, x cancelled=0, w sleep!CancelledError(), "
         "w ends!CancelledError(), v sleep!CancelledError(), v ends!CancelledError(), "
         "a await!CancelledError(), a ends!CancelledError(), x cancelled=0, x done=1, "
         "x try_cancel=0",
         "= complete at 1");
}

static void test_gather__cancelling_the_gathering_while_a_child_cleans_up(void **state) {
    (void)state;
    PLAY("a: gather g w v; await g",
         "w: sleep 5; !sleep 2; !log clean",
         "v: sleep 5",
         "x: sleep 1; cancel g why",
         "= 1: w sleep!CancelledError(why), v sleep!CancelledError(why), "
         "v ends!CancelledError(why), a await!CancelledError(why), a ends!CancelledError(why)",
         "= 3: w clean, w ends!CancelledError(why)",
         "= complete at 3");
}

static void test_gather__cancelling_with_return_exceptions_waits_for_all(void **state) {
    (void)state;
    PLAY("a: gather_all g w v; await g",
         "w: sleep 5; !sleep 2; !log clean",
         "v: sleep 5",
         "x: sleep 1; cancel g why",
         "= 1: w sleep!CancelledError(why), v sleep!CancelledError(why), "
         "v ends!CancelledError(why)",
         "= 3: w clean, w ends!CancelledError(why), a await!CancelledError(why), "
         "a ends!CancelledError(why)",
         "= complete at 3");
}

static void test_gather__a_child_that_swallows_the_cancel(void **state) {
    (void)state;
    PLAY("a: gather g w v; await g",
         "w: sleep 5; catch; sleep 1; return 1",
         "v: sleep 5; catch; sleep 2; return 2",
         "x: sleep 1; cancel a why",
         "= 1: w sleep!CancelledError(why), v sleep!CancelledError(why)",
         "= 3: a await!CancelledError(), a ends!CancelledError()",
         "= complete at 3");
}

static void test_gather__all_children_swallow_the_cancel(void **state) {
    (void)state;
    PLAY("a: gather_all g w v; await g",
         "w: sleep 5; catch; sleep 2; return 1",
         "v: sleep 5; catch; sleep 1; return 2",
         "x: sleep 1; cancel a why",
         "= 1: w sleep!CancelledError(why), v sleep!CancelledError(why)",
         "= 3: a await!CancelledError(), a ends!CancelledError()",
         "= complete at 3");
}

static void test_gather__the_last_child_to_end_is_cancelled_but_not_the_last_given(void **state) {
    (void)state;
    PLAY("a: gather_all g w v; await g",
         "w: sleep 5; !sleep 2",
         "v: sleep 5; catch; sleep 1; return 2",
         "x: sleep 1; cancel a why",
         "= 1: w sleep!CancelledError(why), v sleep!CancelledError(why)",
         "= 3: w ends!CancelledError(why), a await!CancelledError(), a ends!CancelledError()",
         "= complete at 3");
}

static void test_gather__a_child_is_cancelled_from_outside(void **state) {
    (void)state;
    PLAY("a: gather g w v; await g; catch; done v; sleep 5; done v",
         "w: sleep 5",
         "v: sleep 5; log v",
         "x: sleep 1; cancel w why",
         "= 1: w sleep!CancelledError(why), w ends!CancelledError(why), "
         "a await!CancelledError(why), a done=0",
         "= 5: v v",
         "= 6: a done=1",
         "= complete at 6");
}

static void test_gather__a_child_is_cancelled_from_outside_with_return_exceptions(void **state) {
    (void)state;
    PLAY("a: gather_all g w v; await g; cancelled w",
         "w: sleep 5",
         "v: sleep 2; log v",
         "x: sleep 1; cancel w why",
         "= 1: w sleep!CancelledError(why), w ends!CancelledError(why)",
         "= 2: v v, a await, a cancelled=1",
         "= complete at 2");
}

static void test_gather__a_second_child_fails_after_the_first(void **state) {
    (void)state;
    PLAY("a: gather g w v; await g; catch; sleep 2; log on",
         "w: sleep 1; raise ValueError one",
         "v: sleep 2; raise ValueError two",
         "= 1: w ends!ValueError(one), a await!ValueError(one)",
         "= 2: v ends!ValueError(two)",
         "= 3: a on",
         "= complete at 3");
}

static void test_gather__both_fail_in_the_same_instant(void **state) {
    (void)state;
    PLAY("a: gather g w v; await g",
         "w: sleep 1; raise ValueError one",
         "v: sleep 1; raise ValueError two",
         "= 1: w ends!ValueError(one), v ends!ValueError(two), a await!ValueError(one), "
         "a ends!ValueError(one)",
         "= complete at 1");
}

static void test_gather__a_gathering_in_a_gathering(void **state) {
    (void)state;
    PLAY("a: gather g w; gather h g v; await h",
         "w: sleep 1",
         "v: sleep 2",
         "= 2: a await",
         "= complete at 2");
}

static void test_gather__cancelling_a_gathering_in_a_gathering(void **state) {
    (void)state;
    PLAY("a: gather g w; gather h g v; await h",
         "w: sleep 5",
         "v: sleep 5",
         "x: sleep 1; cancel a why; sleep 0; sleep 0; sleep 0; sleep 0; cancelled g; done g; "
         "done h",
         "= 1: w sleep!CancelledError(why), w ends!CancelledError(why), "
         "v sleep!CancelledError(why), v ends!CancelledError(why), a await!CancelledError(why), "
         "a ends!CancelledError(why), x cancelled=0, x done=1, x done=1",
         "= complete at 1");
}

static void test_gather__cancelling_when_all_children_are_done(void **state) {
    (void)state;
    PLAY("a: gather g w; sleep 1; try_cancel g; await g",
         "w: sleep 1",
         "= 1: a try_cancel=1, w sleep!CancelledError(), w ends!CancelledError(), "
         "a await!CancelledError(), a ends!CancelledError()",
         "= complete at 1");
}

static void test_gather__cancelled_in_the_instant_in_which_the_last_child_ends(void **state) {
    (void)state;
    PLAY("x: sleep 1; sleep 0; try_cancel g; cancel a why",
         "a: gather g w; await g; log a",
         "w: sleep 1; log w",
         "= 1: w w, x try_cancel=0, a await!CancelledError(why), a ends!CancelledError(why)",
         "= complete at 1");
}

static void test_gather__cancelled_one_hop_later(void **state) {
    (void)state;
    PLAY("x: sleep 1; sleep 0; sleep 0; try_cancel g; cancel a why",
         "a: gather g w; await g; log a",
         "w: sleep 1; log w",
         "= 1: w w, x try_cancel=0, a await!CancelledError(why), a ends!CancelledError(why)",
         "= complete at 1");
}

static void test_gather__cancelled_twice(void **state) {
    (void)state;
    PLAY("a: gather g w v; await g",
         "w: sleep 5; catch; sleep 5",
         "v: sleep 5",
         "x: sleep 1; cancel a one; sleep 1; cancel a two; cancelling w; cancelling a",
         "= 1: w sleep!CancelledError(one), v sleep!CancelledError(one), "
         "v ends!CancelledError(one), a await!CancelledError(one), a ends!CancelledError(one)",
         "= 2: x cancelling=1, x cancelling=1",
         "= complete at 6");
}

static void test_gather__cancelled_twice_with_return_exceptions(void **state) {
    (void)state;
    PLAY("a: gather_all g w v; await g",
         "w: sleep 5; catch; sleep 5",
         "v: sleep 5; catch; sleep 1; return 4",
         "x: sleep 1; cancel a one; sleep 0.5; cancel a two; cancelling w; cancelling a",
         "= 1: w sleep!CancelledError(one), v sleep!CancelledError(one)",
         "= 1.5: x cancelling=2, x cancelling=2, w sleep!CancelledError(two), "
         "w ends!CancelledError(two), v sleep!CancelledError(two), v ends!CancelledError(two), "
         "a await!CancelledError(two), a ends!CancelledError(two)",
         "= complete at 1.5");
}

static void test_gather__a_timeout_around_it(void **state) {
    (void)state;
    PLAY("a: gather g w v; timeout t 2; await g; leave t",
         "w: sleep 1; log w",
         "v: sleep 5; log v",
         "= 1: w w",
         "= 2: v sleep!CancelledError(), v ends!CancelledError(), a await!CancelledError(), "
         "a leave!TimeoutError(), a ends!TimeoutError()",
         "= complete at 2");
}

static void test_gather__plain_futures_are_cancelled_too(void **state) {
    (void)state;
    PLAY("future f",
         "a: gather g w f; await g",
         "w: sleep 5",
         "x: sleep 1; cancel a why; cancelled f",
         "= 1: x cancelled=1, w sleep!CancelledError(why), w ends!CancelledError(why), "
         "a await!CancelledError(why), a ends!CancelledError(why)",
         "= complete at 1");
}

static void test_gather__two_wait_for_one_gathering(void **state) {
    (void)state;
    PLAY("a: gather g w v; await g",
         "b: sleep 1; await g",
         "w: sleep 5",
         "v: sleep 5",
         "x: sleep 2; cancel b why",
         "= 2: w sleep!CancelledError(why), w ends!CancelledError(why), "
         "v sleep!CancelledError(why), v ends!CancelledError(why), a await!CancelledError(why), "
         "a ends!CancelledError(why), b await!CancelledError(why), b ends!CancelledError(why)",
         "= complete at 2");
}

static void test_gather__the_message_of_a_child_that_swallowed_the_cancel(void **state) {
    (void)state;
    PLAY("a: gather_all g w v; await g",
         "w: sleep 5",
         "v: log v; sleep 0; catch; sleep 1; return 2",
         "x: cancel a why",
         "= 0: v v, v sleep!CancelledError(why), w sleep!CancelledError(why), "
         "w ends!CancelledError(why)",
         "= 1: a await!CancelledError(why), a ends!CancelledError(why)",
         "= complete at 1");
}

static void test_gather__the_message_of_the_second_cancel_of_a_child(void **state) {
    (void)state;
    PLAY("a: gather_all g w v; await g",
         "w: sleep 5",
         "v: sleep 5; catch; sleep 1; return 2",
         "x: sleep 1; cancel v one; cancel a two",
         "= 1: v sleep!CancelledError(one), w sleep!CancelledError(two), "
         "w ends!CancelledError(two)",
         "= 2: a await!CancelledError(two), a ends!CancelledError(two)",
         "= complete at 2");
}

static void test_gather__a_child_that_awaits_the_gathering_it_is_in(void **state) {
    (void)state;
    PLAY("a: gather g b; await g",
         "b: await a",
         "c: sleep 1; cancel b why; catch; cancel g; catch; done a; done b; sleep 1; done g",
         "= 1: c cancel!RecursionError(maximum recursion depth exceeded), "
         "c cancel!RecursionError(maximum recursion depth exceeded), c done=0, c done=0",
         "= 2: c done=0",
         "= deadlock at 2");
}

static void test_gather__children_before_one_in_a_circle_are_cancelled(void **state) {
    (void)state;
    PLAY("a: gather g w b v; await g",
         "b: await a",
         "v: sleep 3; log v",
         "w: sleep 5",
         "c: sleep 1; cancel a why; catch; done a; sleep 0; done w; done v",
         "= 1: c cancel!RecursionError(maximum recursion depth exceeded), c done=0, "
         "w sleep!CancelledError(why), w ends!CancelledError(why), c done=1, c done=0, "
         "a await!CancelledError(why), a ends!CancelledError(why), "
         "b await!CancelledError(why), b ends!CancelledError(why)",
         "= 3: v v",
         "= complete at 3");
}

static void test_gather__a_circle_of_gatherings(void **state) {
    (void)state;
    PLAY("a: sleep 1; gather g b; await g",
         "b: gather h a; await h",
         "c: sleep 2; try_cancel a; catch; try_cancel h; catch; try_cancel b",
         "= 2: c try_cancel!RecursionError(maximum recursion depth exceeded), "
         "c try_cancel!RecursionError(maximum recursion depth exceeded), "
         "c try_cancel!RecursionError(maximum recursion depth exceeded), "
         "c ends!RecursionError(maximum recursion depth exceeded)",
         "= deadlock at 2");
}

static void test_gather__children_that_await_one_another(void **state) {
    (void)state;
    PLAY("only here: asyncio's message says where in the interpreter",
         "a: await b",
         "b: await a",
         "c: gather g a; await g",
         "d: sleep 1; cancel c",
         "= 1: d cancel!RecursionError(maximum recursion depth exceeded), "
         "d ends!RecursionError(maximum recursion depth exceeded)",
         "= deadlock at 1");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gather__it_is_done_when_all_are),
        cmocka_unit_test(test_gather__it_takes_two_hops),
        cmocka_unit_test(test_gather__gather_of_done_futures_takes_no_hop),
        cmocka_unit_test(test_gather__gather_of_a_future_that_has_failed_has_failed),
        cmocka_unit_test(test_gather__a_future_that_fails_behind_a_done_one),
        cmocka_unit_test(test_gather__gather_of_a_cancelled_future_is_cancelled),
        cmocka_unit_test(test_gather__gather_of_nothing_is_done),
        cmocka_unit_test(test_gather__the_first_failure_ends_it_and_the_others_go_on),
        cmocka_unit_test(test_gather__failures_are_results_with_return_exceptions),
        cmocka_unit_test(test_gather__the_same_future_twice),
        cmocka_unit_test(test_gather__the_same_future_twice_and_it_fails),
        cmocka_unit_test(test_gather__cancelling_the_one_who_awaits_it_cancels_the_children),
        cmocka_unit_test(test_gather__cancelling_the_one_who_awaits_it_with_return_exceptions),
        cmocka_unit_test(test_gather__cancelling_the_gathering),
        cmocka_unit_test(test_gather__cancelling_the_gathering_while_a_child_cleans_up),
        cmocka_unit_test(test_gather__cancelling_with_return_exceptions_waits_for_all),
        cmocka_unit_test(test_gather__a_child_that_swallows_the_cancel),
        cmocka_unit_test(test_gather__all_children_swallow_the_cancel),
        cmocka_unit_test(test_gather__the_last_child_to_end_is_cancelled_but_not_the_last_given),
        cmocka_unit_test(test_gather__a_child_is_cancelled_from_outside),
        cmocka_unit_test(test_gather__a_child_is_cancelled_from_outside_with_return_exceptions),
        cmocka_unit_test(test_gather__a_second_child_fails_after_the_first),
        cmocka_unit_test(test_gather__both_fail_in_the_same_instant),
        cmocka_unit_test(test_gather__a_gathering_in_a_gathering),
        cmocka_unit_test(test_gather__cancelling_a_gathering_in_a_gathering),
        cmocka_unit_test(test_gather__cancelling_when_all_children_are_done),
        cmocka_unit_test(test_gather__cancelled_in_the_instant_in_which_the_last_child_ends),
        cmocka_unit_test(test_gather__cancelled_one_hop_later),
        cmocka_unit_test(test_gather__cancelled_twice),
        cmocka_unit_test(test_gather__cancelled_twice_with_return_exceptions),
        cmocka_unit_test(test_gather__a_timeout_around_it),
        cmocka_unit_test(test_gather__plain_futures_are_cancelled_too),
        cmocka_unit_test(test_gather__two_wait_for_one_gathering),
        cmocka_unit_test(test_gather__the_message_of_a_child_that_swallowed_the_cancel),
        cmocka_unit_test(test_gather__the_message_of_the_second_cancel_of_a_child),
        cmocka_unit_test(test_gather__a_child_that_awaits_the_gathering_it_is_in),
        cmocka_unit_test(test_gather__children_before_one_in_a_circle_are_cancelled),
        cmocka_unit_test(test_gather__a_circle_of_gatherings),
        cmocka_unit_test(test_gather__children_that_await_one_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* shield(), as asyncio/tasks.py has it. */
#include "support/engine_test.h"
#include "support/play.h"

static void test_shield__it_gives_the_inner_result(void **state) {
    (void)state;
    PLAY("a: shield s w; await s; log a",
         "w: sleep 1; return 3",
         "= 1: a await=3, a a",
         "= complete at 1");
}

static void test_shield__it_gives_the_inner_exception(void **state) {
    (void)state;
    PLAY("a: shield s w; await s",
         "w: sleep 1; raise ValueError bad",
         "= 1: w ends!ValueError(bad), a await!ValueError(bad), a ends!ValueError(bad)",
         "= complete at 1");
}

static void test_shield__a_done_future_is_its_own_shield(void **state) {
    (void)state;
    PLAY("future f",
         "a: set_result f 2; shield s f; await s; log a",
         "b: log b",
         "= 0: a await=2, a a, b b",
         "= complete at 0");
}

static void test_shield__cancelling_the_outer_leaves_the_inner_alone(void **state) {
    (void)state;
    PLAY("a: shield s w; await s",
         "w: sleep 2; log w",
         "x: sleep 1; cancel a why; cancelling w; sleep 0; cancelled s",
         "= 1: x cancelling=0, a await!CancelledError(why), a ends!CancelledError(why), "
         "x cancelled=1",
         "= 2: w w",
         "= complete at 2");
}

static void test_shield__the_inner_fails_after_the_outer_was_cancelled(void **state) {
    (void)state;
    PLAY("a: shield s w; await s",
         "w: sleep 2; raise ValueError bad",
         "x: sleep 1; cancel a why; sleep 2; log on",
         "= 1: a await!CancelledError(why), a ends!CancelledError(why)",
         "= 2: w ends!ValueError(bad)",
         "= 3: x on",
         "= complete at 3");
}

static void test_shield__the_inner_is_cancelled(void **state) {
    (void)state;
    PLAY("a: shield s w; await s; catch; cancelled s",
         "w: sleep 2",
         "x: sleep 1; cancel w why",
         "= 1: w sleep!CancelledError(why), w ends!CancelledError(why), "
         "a await!CancelledError(), a cancelled=1",
         "= complete at 1");
}

static void test_shield__both_end_in_the_same_instant_outer_first(void **state) {
    (void)state;
    PLAY("a: shield s w; await s",
         "x: sleep 1; cancel a why",
         "w: sleep 1; return 4",
         "= 1: a await!CancelledError(why), a ends!CancelledError(why)",
         "= complete at 1");
}

static void test_shield__both_end_in_the_same_instant_inner_first(void **state) {
    (void)state;
    PLAY("a: shield s w; await s",
         "w: sleep 1; return 4",
         "x: sleep 1; cancel a why",
         "= 1: a await!CancelledError(why), a ends!CancelledError(why)",
         "= complete at 1");
}

static void test_shield__cancelled_one_hop_after_the_inner_ended(void **state) {
    (void)state;
    PLAY("a: shield s w; await s",
         "w: sleep 1; return 4",
         "x: sleep 1; sleep 0; cancel a why",
         "= 1: a await!CancelledError(why), a ends!CancelledError(why)",
         "= complete at 1");
}

static void test_shield__cancelled_two_hops_after_the_inner_ended(void **state) {
    (void)state;
    PLAY("a: shield s w; await s",
         "w: sleep 1; return 4",
         "x: sleep 1; sleep 0; sleep 0; cancel a why",
         "= 1: a await=4",
         "= complete at 1");
}

static void test_shield__a_timeout_around_a_shield(void **state) {
    (void)state;
    PLAY("a: timeout t 1; shield s w; await s; leave t; catch; await w",
         "w: sleep 2; return 5",
         "= 1: a await!CancelledError(), a leave!TimeoutError()",
         "= 2: a await=5",
         "= complete at 2");
}

static void test_shield__it_takes_two_hops(void **state) {
    (void)state;
    PLAY("a: shield s w; await s; log a",
         "w: sleep 1",
         "b: sleep 1; log one; sleep 0; log two; sleep 0; log three; sleep 0; log four",
         "= 1: b one, b two, a await, a a, b three, b four",
         "= complete at 1");
}

static void test_shield__a_shield_in_a_gathering(void **state) {
    (void)state;
    PLAY("a: shield s w; gather g s v; await g",
         "w: sleep 3; log w",
         "v: sleep 3; log v",
         "x: sleep 1; cancel a why",
         "= 1: v sleep!CancelledError(why), v ends!CancelledError(why), "
         "a await!CancelledError(why), a ends!CancelledError(why)",
         "= 3: w w",
         "= complete at 3");
}

static void test_shield__a_shield_around_a_gathering(void **state) {
    (void)state;
    PLAY("a: gather g w v; shield s g; await s",
         "w: sleep 3; log w",
         "v: sleep 3; log v",
         "x: sleep 1; cancel a why",
         "= 1: a await!CancelledError(why), a ends!CancelledError(why)",
         "= 3: w w, v v",
         "= complete at 3");
}

static void test_shield__the_shield_itself_is_cancelled(void **state) {
    (void)state;
    PLAY("a: shield s w; await s",
         "w: sleep 2; log w",
         "x: sleep 1; try_cancel s; cancelled s; try_cancel s",
         "= 1: x try_cancel=1, x cancelled=1, x try_cancel=0, a await!CancelledError(), "
         "a ends!CancelledError()",
         "= 2: w w",
         "= complete at 2");
}

static void test_shield__a_shield_of_a_plain_future(void **state) {
    (void)state;
    PLAY("future f",
         "a: shield s f; await s",
         "b: shield u f; await u",
         "x: sleep 1; cancel a why; sleep 1; set_result f 6",
         "= 1: a await!CancelledError(why), a ends!CancelledError(why)",
         "= 2: b await=6",
         "= complete at 2");
}

static void test_shield__nobody_awaits_it(void **state) {
    (void)state;
    PLAY("a: shield s w; sleep 2; done s; result s",
         "w: sleep 1; return 2",
         "= 2: a done=1, a result=2",
         "= complete at 2");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shield__it_gives_the_inner_result),
        cmocka_unit_test(test_shield__it_gives_the_inner_exception),
        cmocka_unit_test(test_shield__a_done_future_is_its_own_shield),
        cmocka_unit_test(test_shield__cancelling_the_outer_leaves_the_inner_alone),
        cmocka_unit_test(test_shield__the_inner_fails_after_the_outer_was_cancelled),
        cmocka_unit_test(test_shield__the_inner_is_cancelled),
        cmocka_unit_test(test_shield__both_end_in_the_same_instant_outer_first),
        cmocka_unit_test(test_shield__both_end_in_the_same_instant_inner_first),
        cmocka_unit_test(test_shield__cancelled_one_hop_after_the_inner_ended),
        cmocka_unit_test(test_shield__cancelled_two_hops_after_the_inner_ended),
        cmocka_unit_test(test_shield__a_timeout_around_a_shield),
        cmocka_unit_test(test_shield__it_takes_two_hops),
        cmocka_unit_test(test_shield__a_shield_in_a_gathering),
        cmocka_unit_test(test_shield__a_shield_around_a_gathering),
        cmocka_unit_test(test_shield__the_shield_itself_is_cancelled),
        cmocka_unit_test(test_shield__a_shield_of_a_plain_future),
        cmocka_unit_test(test_shield__nobody_awaits_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The order in which timers fire. */
#include "support/engine_test.h"
#include "support/play.h"

static void test_timer__they_fire_by_deadline(void **state)
{
    (void)state;
    PLAY("a: sleep 3; log a",
         "b: sleep 1; log b",
         "c: sleep 2; log c",
         "d: sleep 0.5; log d",
         "= 0.5: d d",
         "= 1: b b",
         "= 2: c c",
         "= 3: a a",
         "= complete at 3");
}

static void test_timer__those_of_the_same_instant_fire_in_the_order_of_creation(void **state)
{
    (void)state;
    PLAY("a: sleep 2; log a",
         "b: sleep 1; sleep 1; log b",
         "c: sleep 2; log c",
         "d: sleep 0; sleep 2; log d",
         "= 2: a a, c c, d d, b b",
         "= complete at 2");
}

static void test_timer__a_cancelled_one_leaves_the_order_of_the_others(void **state)
{
    (void)state;
    PLAY("a: sleep 2; log a",
         "b: sleep 2; log b",
         "c: sleep 2; log c",
         "d: sleep 2; log d",
         "x: sleep 1; cancel b; sleep 1; log x",
         "= 1: b sleep!CancelledError(), b ends!CancelledError()",
         "= 2: a a, c c, d d, x x",
         "= complete at 2");
}

static void test_timer__a_deadline_far_away_is_never_reached(void **state)
{
    (void)state;
    PLAY("a: call_later h 1000000 r; sleep 1",
         "~r: log never",
         "= complete at 1");
}

static void test_timer__due_in_the_past_before_due_now(void **state)
{
    (void)state;
    PLAY("a: sleep 1; compute 2; call_at h 2 r; call_at i 1 s; call_at j 3 t; sleep 0; sleep 0; "
         "log a",
         "~r: log r",
         "~s: log s",
         "~t: log t",
         "= 3: s s, r r, t t, a a",
         "= complete at 3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timer__they_fire_by_deadline),
        cmocka_unit_test(test_timer__those_of_the_same_instant_fire_in_the_order_of_creation),
        cmocka_unit_test(test_timer__a_cancelled_one_leaves_the_order_of_the_others),
        cmocka_unit_test(test_timer__a_deadline_far_away_is_never_reached),
        cmocka_unit_test(test_timer__due_in_the_past_before_due_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

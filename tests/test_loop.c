/* The loop: iterations, the clock, and how a run ends. */
#include "support/engine_test.h"
#include "support/play.h"

static void test_loop__it_ends_in_the_iteration_after_the_last_task(void **state)
{
    (void)state;
    PLAY("a: log a; call_soon h r",
         "~r: log r",
         "= 0: a a, r r",
         "= complete at 0");
}

static void test_loop__one_iteration_runs_what_was_ready_when_it_began(void **state)
{
    (void)state;
    PLAY("a: log a; sleep 0; log a; sleep 0; log a",
         "b: log b; sleep 0; log b",
         "c: spawn w; log c",
         "~w: log w; sleep 0; log w",
         "= 0: a a, b b, c c, a a, b b, w w, a a, w w",
         "= complete at 0");
}

static void test_loop__ready_tasks_run_before_the_timers_of_the_same_instant(void **state)
{
    (void)state;
    PLAY("a: sleep 1; log a; sleep 0; log a",
         "b: sleep 1; sleep 0; log b",
         "c: sleep 2; log c",
         "= 1: a a, a a, b b",
         "= 2: c c",
         "= complete at 2");
}

static void test_loop__a_computing_task_makes_time_pass_for_all(void **state)
{
    (void)state;
    PLAY("a: compute 2; time",
         "b: time; sleep 1; time",
         "c: sleep 1; time",
         "= 2: a time=2, b time=2",
         "= 3: b time=3, c time=3",
         "= complete at 3");
}

static void test_loop__timers_that_became_due_meanwhile_run_after_what_is_ready(void **state)
{
    (void)state;
    PLAY("a: sleep 1; compute 3; log a; sleep 0; log a",
         "b: sleep 2; log b",
         "c: sleep 1; log c; sleep 0; log c",
         "= 4: a a, c c, a a, c c, b b",
         "= complete at 4");
}

static void test_loop__a_task_waits_for_ever(void **state)
{
    (void)state;
    PLAY("event e",
         "a: wait e",
         "b: sleep 2",
         "= deadlock at 2");
}

static void test_loop__stop_ends_the_iteration_first(void **state)
{
    (void)state;
    PLAY("a: sleep 1; stop; log a; sleep 1; log never",
         "b: sleep 1; log b; sleep 0; log b",
         "= 1: a a, b b",
         "= stopped at 1");
}

static void test_loop__the_last_task_stops_it(void **state)
{
    (void)state;
    PLAY("a: sleep 1; stop",
         "= stopped at 1");
}

static void test_loop__a_long_sleep(void **state)
{
    (void)state;
    PLAY("a: sleep 3600; log a",
         "b: sleep 1000000; time",
         "= 3600: a a",
         "= 1000000: b time=1000000",
         "= complete at 1000000");
}

static void test_loop__fractions_of_a_second(void **state)
{
    (void)state;
    PLAY("a: sleep 0.25; log a; sleep 0.5; log a; sleep 0.001; log a",
         "= 0.25: a a",
         "= 0.75: a a",
         "= 0.751: a a",
         "= complete at 0.751");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loop__it_ends_in_the_iteration_after_the_last_task),
        cmocka_unit_test(test_loop__one_iteration_runs_what_was_ready_when_it_began),
        cmocka_unit_test(test_loop__ready_tasks_run_before_the_timers_of_the_same_instant),
        cmocka_unit_test(test_loop__a_computing_task_makes_time_pass_for_all),
        cmocka_unit_test(test_loop__timers_that_became_due_meanwhile_run_after_what_is_ready),
        cmocka_unit_test(test_loop__a_task_waits_for_ever),
        cmocka_unit_test(test_loop__stop_ends_the_iteration_first),
        cmocka_unit_test(test_loop__the_last_task_stops_it),
        cmocka_unit_test(test_loop__a_long_sleep),
        cmocka_unit_test(test_loop__fractions_of_a_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

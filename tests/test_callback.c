/* call_soon(), call_later(), call_at(), their handles, and work in threads. */
#include "support/engine_test.h"
#include "support/play.h"

static void test_callback__call_soon_runs_in_the_next_iteration_in_order(void **state) {
    (void)state;
    PLAY("a: call_soon h r; call_soon i s; log a; sleep 0; log on",
         "b: log b",
         "~r: log r",
         "~s: log s",
         "= 0: a a, b b, r r, s s, a on",
         "= complete at 0");
}

static void test_callback__a_callback_runs_among_the_tasks_in_its_turn(void **state) {
    (void)state;
    PLAY("a: sleep 0; log a",
         "b: call_soon h r; sleep 0; log b",
         "c: sleep 0; log c",
         "~r: log r",
         "= 0: a a, r r, b b, c c",
         "= complete at 0");
}

static void test_callback__a_callback_that_calls_soon_again(void **state) {
    (void)state;
    PLAY("a: call_soon h r; sleep 0; log a; sleep 0; log a; sleep 0; log a",
         "~r: log r; call_soon i s",
         "~s: log s",
         "= 0: r r, a a, s s, a a, a a",
         "= complete at 0");
}

static void test_callback__a_cancelled_handle_never_runs(void **state) {
    (void)state;
    PLAY("a: call_soon h r; cancel h; cancelled h; call_soon i s; sleep 1; cancelled i",
         "~r: log never",
         "~s: log s",
         "= 0: a cancelled=1, s s",
         "= 1: a cancelled=0",
         "= complete at 1");
}

static void test_callback__a_handle_is_cancelled_after_it_has_run(void **state) {
    (void)state;
    PLAY("a: call_soon h r; sleep 1; cancelled h; cancel h; cancelled h",
         "~r: log r",
         "= 0: r r",
         "= 1: a cancelled=0, a cancelled=1",
         "= complete at 1");
}

static void test_callback__a_handle_is_cancelled_twice(void **state) {
    (void)state;
    PLAY("a: call_later h 1 r; cancel h; cancel h; sleep 2; log a",
         "~r: log never",
         "= 2: a a",
         "= complete at 2");
}

static void test_callback__a_callback_cancels_another_of_the_same_iteration(void **state) {
    (void)state;
    PLAY("a: call_soon h r; call_soon i s; sleep 0; sleep 0; log a",
         "~r: log r; cancel i",
         "~s: log never",
         "= 0: r r, a a",
         "= complete at 0");
}

static void test_callback__a_callback_cancels_itself(void **state) {
    (void)state;
    PLAY("a: call_soon h r; sleep 1; cancelled h",
         "~r: cancel h; log r",
         "= 0: r r",
         "= 1: a cancelled=1",
         "= complete at 1");
}

static void test_callback__call_later_runs_after_the_delay(void **state) {
    (void)state;
    PLAY("a: call_later h 2 r; call_later i 1 s; sleep 3; log a",
         "~r: log r; time",
         "~s: log s",
         "= 1: s s",
         "= 2: r r, r time=2",
         "= 3: a a",
         "= complete at 3");
}

static void test_callback__call_later_without_delay_waits_for_the_timers(void **state) {
    (void)state;
    PLAY("a: call_later h 0 r; call_soon i s; sleep 0; log a",
         "b: sleep 0; log b",
         "~r: log r",
         "~s: log s",
         "= 0: s s, a a, b b, r r",
         "= complete at 0");
}

static void test_callback__call_later_of_one_instant_runs_in_the_order_of_creation(void **state) {
    (void)state;
    PLAY("a: call_later h 1 r; sleep 1; log a",
         "b: sleep 1; log b",
         "c: call_later i 1 s; sleep 1; log c",
         "~r: log r",
         "~s: log s",
         "= 1: r r, s s, a a, b b, c c",
         "= complete at 1");
}

static void test_callback__call_at_runs_at_a_time_of_the_loop(void **state) {
    (void)state;
    PLAY("a: sleep 1; call_at h 3 r; call_at i 2 s; sleep 5",
         "~r: log r",
         "~s: log s",
         "= 2: s s",
         "= 3: r r",
         "= complete at 6");
}

static void test_callback__call_at_in_the_past_runs_soon(void **state) {
    (void)state;
    PLAY("a: sleep 3; call_at h 1 r; call_soon i s; sleep 0; log a; sleep 0; log a",
         "~r: log r",
         "~s: log s",
         "= 3: s s, a a, r r, a a",
         "= complete at 3");
}

static void test_callback__call_at_in_the_past_goes_by_its_deadline(void **state) {
    (void)state;
    PLAY("a: sleep 3; call_at h 2 r; call_at i 1 s; sleep 0; log a; sleep 0; log a",
         "~r: log r",
         "~s: log s",
         "= 3: a a, s s, r r, a a",
         "= complete at 3");
}

static void test_callback__a_timer_is_cancelled(void **state) {
    (void)state;
    PLAY("a: call_later h 2 r; sleep 1; cancel h; cancelled h; sleep 3; log a",
         "~r: log never",
         "= 1: a cancelled=1",
         "= 4: a a",
         "= complete at 4");
}

static void test_callback__a_timer_is_cancelled_in_the_instant_in_which_it_is_due(void **state) {
    (void)state;
    PLAY("a: call_later h 1 r; call_later i 1 s; sleep 2",
         "~r: log r; cancel i",
         "~s: log never",
         "= 1: r r",
         "= complete at 2");
}

static void test_callback__a_timer_that_was_due_is_cancelled_by_a_task_before_it(void **state) {
    (void)state;
    PLAY("b: sleep 1; cancel h",
         "a: call_later h 1 r; sleep 2",
         "~r: log never",
         "= 1: r never",
         "= complete at 2");
}

static void test_callback__pending_timers_do_not_keep_the_loop(void **state) {
    (void)state;
    PLAY("a: call_later h 9 r; sleep 1",
         "~r: log never",
         "= complete at 1");
}

static void test_callback__pending_callbacks_of_the_last_iteration_do_not_run(void **state) {
    (void)state;
    PLAY("a: call_soon h r; log a",
         "~r: log r; call_soon i s",
         "~s: log s; call_soon i t",
         "~t: log t",
         "= 0: a a, r r",
         "= complete at 0");
}

static void test_callback__a_callback_sets_a_future(void **state) {
    (void)state;
    PLAY("future f",
         "a: call_later h 1 r; await f",
         "~r: set_result f 4; log r",
         "= 1: r r, a await=4",
         "= complete at 1");
}

static void test_callback__a_callback_cancels_a_task(void **state) {
    (void)state;
    PLAY("a: call_later h 1 r; sleep 5",
         "~r: cancel a why",
         "= 1: a sleep!CancelledError(why), a ends!CancelledError(why)",
         "= complete at 1");
}

static void test_callback__a_callback_releases_a_lock(void **state) {
    (void)state;
    PLAY("lock l",
         "a: acquire l; call_later h 1 r; sleep 2",
         "b: acquire l",
         "~r: release l; log r",
         "= 0: a acquire",
         "= 1: r r, b acquire",
         "= complete at 2");
}

static void test_callback__a_callback_creates_a_task(void **state) {
    (void)state;
    PLAY("a: call_later h 1 r; sleep 2; await w",
         "~r: spawn w; log r",
         "~w: log w; return 3",
         "= 1: r r, w w",
         "= 2: a await=3",
         "= complete at 2");
}

static void test_callback__callbacks_do_not_run_while_the_loop_is_busy(void **state) {
    (void)state;
    PLAY("a: call_later h 1 r; call_later i 2 s; compute 3; log a; sleep 0; log a",
         "~r: log r",
         "~s: log s",
         "= 3: a a, a a, r r, s s",
         "= complete at 3");
}

static void test_callback__timers_due_while_the_loop_was_busy_run_by_deadline(void **state) {
    (void)state;
    PLAY("a: sleep 2; log a",
         "b: sleep 1; log b",
         "c: compute 5; log c; sleep 0; log c",
         "= 5: c c, c c, b b, a a",
         "= complete at 5");
}

static void test_callback__work_in_a_thread(void **state) {
    (void)state;
    PLAY("only here: asyncio has no simulated workers",
         "a: to_thread 2; log a",
         "b: sleep 1; log b",
         "= 1: b b",
         "= 2: a to_thread, a a",
         "= complete at 2");
}

static void test_callback__more_work_than_workers_waits_in_line(void **state) {
    (void)state;
    PLAY("only here: asyncio has no simulated workers",
         "a: to_thread 2",
         "b: to_thread 1",
         "c: to_thread 2",
         "d: to_thread 2",
         "e: to_thread 1",
         "f: to_thread 2",
         "= 1: b to_thread",
         "= 2: a to_thread, c to_thread, d to_thread, e to_thread",
         "= 4: f to_thread",
         "= complete at 4");
}

static void test_callback__a_cancelled_wait_for_a_thread_leaves_the_worker_at_work(void **state) {
    (void)state;
    PLAY("only here: asyncio has no simulated workers",
         "a: to_thread 5",
         "b: to_thread 5",
         "c: to_thread 5",
         "d: to_thread 5",
         "e: to_thread 1",
         "f: to_thread 1",
         "x: sleep 1; cancel a why; cancel e; sleep 0; log on",
         "= 1: a to_thread!CancelledError(why), a ends!CancelledError(why), "
         "e to_thread!CancelledError(), e ends!CancelledError(), x on",
         "= 5: b to_thread, c to_thread, d to_thread",
         "= 6: f to_thread",
         "= complete at 6");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_callback__call_soon_runs_in_the_next_iteration_in_order),
        cmocka_unit_test(test_callback__a_callback_runs_among_the_tasks_in_its_turn),
        cmocka_unit_test(test_callback__a_callback_that_calls_soon_again),
        cmocka_unit_test(test_callback__a_cancelled_handle_never_runs),
        cmocka_unit_test(test_callback__a_handle_is_cancelled_after_it_has_run),
        cmocka_unit_test(test_callback__a_handle_is_cancelled_twice),
        cmocka_unit_test(test_callback__a_callback_cancels_another_of_the_same_iteration),
        cmocka_unit_test(test_callback__a_callback_cancels_itself),
        cmocka_unit_test(test_callback__call_later_runs_after_the_delay),
        cmocka_unit_test(test_callback__call_later_without_delay_waits_for_the_timers),
        cmocka_unit_test(test_callback__call_later_of_one_instant_runs_in_the_order_of_creation),
        cmocka_unit_test(test_callback__call_at_runs_at_a_time_of_the_loop),
        cmocka_unit_test(test_callback__call_at_in_the_past_runs_soon),
        cmocka_unit_test(test_callback__call_at_in_the_past_goes_by_its_deadline),
        cmocka_unit_test(test_callback__a_timer_is_cancelled),
        cmocka_unit_test(test_callback__a_timer_is_cancelled_in_the_instant_in_which_it_is_due),
        cmocka_unit_test(test_callback__a_timer_that_was_due_is_cancelled_by_a_task_before_it),
        cmocka_unit_test(test_callback__pending_timers_do_not_keep_the_loop),
        cmocka_unit_test(test_callback__pending_callbacks_of_the_last_iteration_do_not_run),
        cmocka_unit_test(test_callback__a_callback_sets_a_future),
        cmocka_unit_test(test_callback__a_callback_cancels_a_task),
        cmocka_unit_test(test_callback__a_callback_releases_a_lock),
        cmocka_unit_test(test_callback__a_callback_creates_a_task),
        cmocka_unit_test(test_callback__callbacks_do_not_run_while_the_loop_is_busy),
        cmocka_unit_test(test_callback__timers_due_while_the_loop_was_busy_run_by_deadline),
        cmocka_unit_test(test_callback__work_in_a_thread),
        cmocka_unit_test(test_callback__more_work_than_workers_waits_in_line),
        cmocka_unit_test(test_callback__a_cancelled_wait_for_a_thread_leaves_the_worker_at_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

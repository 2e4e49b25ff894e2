/* Barrier, as asyncio/locks.py has it. */
#include "support/engine_test.h"
#include "support/play.h"

static void test_barrier__the_last_one_opens_it_and_does_not_wait(void **state) {
    (void)state;
    PLAY("barrier b 3",
         "x: n_waiting b; pass b; log x",
         "y: n_waiting b; pass b; log y",
         "z: sleep 1; n_waiting b; pass b; n_waiting b; log z",
         "= 0: x n_waiting=0, y n_waiting=1",
         "= 1: z n_waiting=2, z pass=2, z n_waiting=0, z z, x pass=0, x x, y pass=1, y y",
         "= complete at 1");
}

static void test_barrier__one_party_never_waits(void **state) {
    (void)state;
    PLAY("barrier b 1",
         "x: pass b; pass b; n_waiting b; log x",
         "y: log y",
         "= 0: x pass=0, x pass=0, x n_waiting=0, x x, y y",
         "= complete at 0");
}

static void test_barrier__it_is_used_again(void **state) {
    (void)state;
    PLAY("barrier b 2",
         "x: pass b; pass b; log x",
         "y: sleep 1; pass b; sleep 1; pass b; log y",
         "= 1: y pass=1, x pass=0",
         "= 2: y pass=1, y y, x pass=0, x x",
         "= complete at 2");
}

static void test_barrier__who_comes_while_it_drains_waits_for_the_next_round(void **state) {
    (void)state;
    PLAY("barrier b 2",
         "x: pass b; log x",
         "y: sleep 1; pass b; pass b; log y",
         "z: sleep 1; pass b; log z",
         "= 1: y pass=1, x pass=0, x x, z pass=1, z z, y pass=0, y y",
         "= complete at 1");
}

static void test_barrier__more_tasks_than_parties(void **state) {
    (void)state;
    PLAY("barrier b 2",
         "v: pass b",
         "w: pass b",
         "x: pass b",
         "y: pass b",
         "z: sleep 1; n_waiting b; pass b; n_waiting b",
         "u: sleep 2; pass b",
         "= 0: w pass=1, v pass=0, y pass=1, x pass=0",
         "= 1: z n_waiting=0",
         "= 2: u pass=1, z pass=0, z n_waiting=0",
         "= complete at 2");
}

static void test_barrier__a_cancelled_task_makes_room_for_another(void **state) {
    (void)state;
    PLAY("barrier b 2",
         "x: pass b",
         "y: sleep 2; n_waiting b; pass b",
         "z: sleep 3; pass b",
         "w: sleep 1; n_waiting b; cancel x why; sleep 0; n_waiting b; sleep 0; n_waiting b",
         "= 1: w n_waiting=1, x pass!CancelledError(why), x ends!CancelledError(why), "
         "w n_waiting=0, w n_waiting=0",
         "= 2: y n_waiting=0",
         "= 3: z pass=1, y pass=0",
         "= complete at 3");
}

static void test_barrier__cancelled_in_the_instant_in_which_it_opens(void **state) {
    (void)state;
    PLAY("barrier b 2",
         "x: pass b",
         "y: sleep 1; pass b; cancel x late; n_waiting b; sleep 0; sleep 0; n_waiting b; pass b; "
         "log y",
         "z: sleep 2; pass b",
         "= 1: y pass=1, y n_waiting=0, x pass!CancelledError(late), "
         "x ends!CancelledError(late), y n_waiting=0",
         "= 2: z pass=1, y pass=0, y y",
         "= complete at 2");
}

static void test_barrier__cancelled_while_it_drains_by_one_that_has_passed(void **state) {
    (void)state;
    PLAY("barrier b 3",
         "x: pass b",
         "y: pass b; cancel z late",
         "z: pass b",
         "w: sleep 1; pass b; sleep 1; n_waiting b; broken b",
         "= 0: z pass=2, x pass=0, y pass=1",
         "= deadlock at 1");
}

static void test_barrier__abort_breaks_it_for_those_inside_and_those_to_come(void **state) {
    (void)state;
    PLAY("barrier b 3",
         "x: pass b",
         "y: pass b",
         "z: sleep 1; abort b; broken b; n_waiting b; pass b",
         "w: sleep 2; pass b",
         "= 1: z abort, z broken=1, z n_waiting=0, z pass!BrokenBarrierError(Barrier aborted), "
         "z ends!BrokenBarrierError(Barrier aborted), "
         "x pass!BrokenBarrierError(Abort or reset of barrier), "
         "x ends!BrokenBarrierError(Abort or reset of barrier), "
         "y pass!BrokenBarrierError(Abort or reset of barrier), "
         "y ends!BrokenBarrierError(Abort or reset of barrier)",
         "= 2: w pass!BrokenBarrierError(Barrier aborted), "
         "w ends!BrokenBarrierError(Barrier aborted)",
         "= complete at 2");
}

static void test_barrier__abort_of_an_empty_barrier(void **state) {
    (void)state;
    PLAY("barrier b 2",
         "x: abort b; broken b; pass b; catch; reset b; broken b; pass b",
         "y: sleep 1; pass b",
         "= 0: x abort, x broken=1, x pass!BrokenBarrierError(Barrier aborted), x reset, "
         "x broken=0",
         "= 1: y pass=1, x pass=0",
         "= complete at 1");
}

static void test_barrier__reset_throws_out_those_inside(void **state) {
    (void)state;
    PLAY("barrier b 3",
         "x: pass b",
         "y: pass b",
         "z: sleep 1; reset b; broken b; n_waiting b",
         "= 1: z reset, z broken=0, z n_waiting=0, "
         "x pass!BrokenBarrierError(Abort or reset of barrier), "
         "x ends!BrokenBarrierError(Abort or reset of barrier), "
         "y pass!BrokenBarrierError(Abort or reset of barrier), "
         "y ends!BrokenBarrierError(Abort or reset of barrier)",
         "= complete at 1");
}

static void test_barrier__reset_of_an_empty_barrier_does_nothing(void **state) {
    (void)state;
    PLAY("barrier b 2",
         "x: reset b; pass b",
         "y: pass b",
         "= 0: x reset, y pass=1, x pass=0",
         "= complete at 0");
}

static void test_barrier__who_comes_while_it_resets_waits_and_then_fills_it(void **state) {
    (void)state;
    PLAY("barrier b 2",
         "x: pass b",
         "y: sleep 1; reset b; pass b",
         "z: sleep 2; pass b",
         "= 1: y reset, x pass!BrokenBarrierError(Abort or reset of barrier), "
         "x ends!BrokenBarrierError(Abort or reset of barrier)",
         "= 2: z pass=1, y pass=0",
         "= complete at 2");
}

static void test_barrier__reset_while_it_drains(void **state) {
    (void)state;
    PLAY("barrier b 3",
         "x: pass b; log x",
         "y: pass b; log y",
         "z: sleep 1; pass b; reset b; log z",
         "w: sleep 1; reset b; log w",
         "v: sleep 1; pass b",
         "= 1: z pass=2, z reset, z z, w reset, w w, "
         "x pass!BrokenBarrierError(Abort or reset of barrier), "
         "x ends!BrokenBarrierError(Abort or reset of barrier), "
         "y pass!BrokenBarrierError(Abort or reset of barrier), "
         "y ends!BrokenBarrierError(Abort or reset of barrier)",
         "= deadlock at 1");
}

static void test_barrier__abort_while_it_drains(void **state) {
    (void)state;
    PLAY("barrier b 3",
         "x: pass b; log x",
         "y: pass b; log y",
         "z: sleep 1; pass b; abort b; log z",
         "= 1: z pass=2, z abort, z z, x pass!BrokenBarrierError(Abort or reset of barrier), "
         "x ends!BrokenBarrierError(Abort or reset of barrier), "
         "y pass!BrokenBarrierError(Abort or reset of barrier), "
         "y ends!BrokenBarrierError(Abort or reset of barrier)",
         "= complete at 1");
}

static void test_barrier__abort_while_others_wait_for_it_to_drain(void **state) {
    (void)state;
    PLAY("barrier b 2",
         "x: pass b",
         "y: sleep 1; pass b; abort b",
         "z: sleep 1; pass b",
         "w: sleep 1; pass b",
         "= 1: y pass=1, y abort, z pass!BrokenBarrierError(Barrier aborted), "
         "z ends!BrokenBarrierError(Barrier aborted), "
         "w pass!BrokenBarrierError(Barrier aborted), "
         "w ends!BrokenBarrierError(Barrier aborted), "
         "x pass!BrokenBarrierError(Abort or reset of barrier), "
         "x ends!BrokenBarrierError(Abort or reset of barrier)",
         "= complete at 1");
}

static void test_barrier__abort_while_it_resets(void **state) {
    (void)state;
    PLAY("barrier b 3",
         "x: pass b",
         "y: pass b",
         "z: sleep 1; reset b; abort b; broken b",
         "w: sleep 1; pass b",
         "= 1: z reset, z abort, z broken=1, w pass!BrokenBarrierError(Barrier aborted), "
         "w ends!BrokenBarrierError(Barrier aborted), "
         "x pass!BrokenBarrierError(Abort or reset of barrier), "
         "x ends!BrokenBarrierError(Abort or reset of barrier), "
         "y pass!BrokenBarrierError(Abort or reset of barrier), "
         "y ends!BrokenBarrierError(Abort or reset of barrier)",
         "= complete at 1");
}

static void test_barrier__reset_after_abort_before_those_inside_have_left(void **state) {
    (void)state;
    PLAY("barrier b 3",
         "x: pass b; catch; pass b",
         "y: pass b; catch; pass b",
         "z: sleep 1; abort b; reset b; broken b; pass b",
         "= 1: z abort, z reset, z broken=0, "
         "x pass!BrokenBarrierError(Abort or reset of barrier), "
         "y pass!BrokenBarrierError(Abort or reset of barrier), x pass=2, y pass=0, z pass=1",
         "= complete at 1");
}

static void test_barrier__cancelled_while_waiting_for_it_to_drain(void **state) {
    (void)state;
    PLAY("barrier b 2",
         "x: pass b",
         "y: sleep 1; pass b; cancel z",
         "z: sleep 1; pass b",
         "w: sleep 2; n_waiting b; pass b",
         "v: sleep 3; pass b",
         "= 1: y pass=1, z sleep!CancelledError(), z ends!CancelledError(), x pass=0",
         "= 2: w n_waiting=0",
         "= 3: v pass=1, w pass=0",
         "= complete at 3");
}

static void test_barrier__the_one_that_aborts_is_cancelled_in_the_instant(void **state) {
    (void)state;
    PLAY("barrier b 2",
         "x: pass b",
         "y: sleep 1; cancel y; abort b",
         "z: sleep 2; broken b; cancel x; sleep 0; n_waiting b",
         "= 1: y abort, x pass!BrokenBarrierError(Abort or reset of barrier), "
         "x ends!BrokenBarrierError(Abort or reset of barrier)",
         "= 2: z broken=1, z n_waiting=0",
         "= complete at 2");
}

static void test_barrier__a_timeout_in_the_instant_in_which_it_opens(void **state) {
    (void)state;
    PLAY("barrier b 2",
         "y: sleep 1; pass b",
         "x: timeout t 1; pass b; leave t",
         "z: sleep 2; n_waiting b; pass b",
         "w: sleep 3; pass b",
         "= 1: y pass=1, x pass!CancelledError(), x leave!TimeoutError(), x ends!TimeoutError()",
         "= 2: z n_waiting=0",
         "= 3: w pass=1, z pass=0",
         "= complete at 3");
}

static void test_barrier__a_timeout_just_before_it_opens(void **state) {
    (void)state;
    PLAY("barrier b 2",
         "x: timeout t 1; pass b; leave t",
         "y: sleep 1; pass b",
         "z: sleep 2; n_waiting b; pass b",
         "= 1: x pass!CancelledError(), x leave!TimeoutError(), x ends!TimeoutError()",
         "= 2: z n_waiting=1, z pass=1, y pass=0",
         "= complete at 2");
}

static void test_barrier__the_lock_inside_is_waited_for_in_order(void **state) {
    (void)state;
    PLAY("barrier b 4",
         "w: pass b",
         "x: pass b",
         "y: pass b",
         "z: sleep 1; pass b; pass b",
         "v: sleep 1; pass b",
         "u: sleep 1; reset b; log u",
         "t: sleep 1; abort b; log t",
         "= 1: z pass=3, u reset, u u, t abort, t t, "
         "w pass!BrokenBarrierError(Abort or reset of barrier), "
         "w ends!BrokenBarrierError(Abort or reset of barrier), "
         "x pass!BrokenBarrierError(Abort or reset of barrier), "
         "x ends!BrokenBarrierError(Abort or reset of barrier), "
         "y pass!BrokenBarrierError(Abort or reset of barrier), "
         "y ends!BrokenBarrierError(Abort or reset of barrier), "
         "z pass!BrokenBarrierError(Barrier aborted), "
         "z ends!BrokenBarrierError(Barrier aborted), "
         "v pass!BrokenBarrierError(Barrier aborted), v ends!BrokenBarrierError(Barrier aborted)",
         "= complete at 1");
}

static void test_barrier__nobody_opens_it(void **state) {
    (void)state;
    PLAY("barrier b 2",
         "x: pass b",
         "y: sleep 1",
         "= deadlock at 1");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_barrier__the_last_one_opens_it_and_does_not_wait),
        cmocka_unit_test(test_barrier__one_party_never_waits),
        cmocka_unit_test(test_barrier__it_is_used_again),
        cmocka_unit_test(test_barrier__who_comes_while_it_drains_waits_for_the_next_round),
        cmocka_unit_test(test_barrier__more_tasks_than_parties),
        cmocka_unit_test(test_barrier__a_cancelled_task_makes_room_for_another),
        cmocka_unit_test(test_barrier__cancelled_in_the_instant_in_which_it_opens),
        cmocka_unit_test(test_barrier__cancelled_while_it_drains_by_one_that_has_passed),
        cmocka_unit_test(test_barrier__abort_breaks_it_for_those_inside_and_those_to_come),
        cmocka_unit_test(test_barrier__abort_of_an_empty_barrier),
        cmocka_unit_test(test_barrier__reset_throws_out_those_inside),
        cmocka_unit_test(test_barrier__reset_of_an_empty_barrier_does_nothing),
        cmocka_unit_test(test_barrier__who_comes_while_it_resets_waits_and_then_fills_it),
        cmocka_unit_test(test_barrier__reset_while_it_drains),
        cmocka_unit_test(test_barrier__abort_while_it_drains),
        cmocka_unit_test(test_barrier__abort_while_others_wait_for_it_to_drain),
        cmocka_unit_test(test_barrier__abort_while_it_resets),
        cmocka_unit_test(test_barrier__reset_after_abort_before_those_inside_have_left),
        cmocka_unit_test(test_barrier__cancelled_while_waiting_for_it_to_drain),
        cmocka_unit_test(test_barrier__the_one_that_aborts_is_cancelled_in_the_instant),
        cmocka_unit_test(test_barrier__a_timeout_in_the_instant_in_which_it_opens),
        cmocka_unit_test(test_barrier__a_timeout_just_before_it_opens),
        cmocka_unit_test(test_barrier__the_lock_inside_is_waited_for_in_order),
        cmocka_unit_test(test_barrier__nobody_opens_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

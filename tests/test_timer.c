/* The order in which timers fire. */
#include "loop.h"
#include "support/engine_test.h"
#include "support/play.h"

static void test_timer__they_fire_by_deadline(void **state) {
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

static void test_timer__those_of_the_same_instant_fire_in_the_order_of_creation(void **state) {
    (void)state;
    PLAY("a: sleep 2; log a",
         "b: sleep 1; sleep 1; log b",
         "c: sleep 2; log c",
         "d: sleep 0; sleep 2; log d",
         "= 2: a a, c c, d d, b b",
         "= complete at 2");
}

static void test_timer__a_cancelled_one_leaves_the_order_of_the_others(void **state) {
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

static void test_timer__a_deadline_far_away_is_never_reached(void **state) {
    (void)state;
    PLAY("a: call_later h 1000000 r; sleep 1",
         "~r: log never",
         "= complete at 1");
}

static void test_timer__due_in_the_past_before_due_now(void **state) {
    (void)state;
    PLAY("a: sleep 1; compute 2; call_at h 2 r; call_at i 1 s; call_at j 3 t; sleep 0; sleep 0; "
         "log a",
         "~r: log r",
         "~s: log s",
         "~t: log t",
         "= 3: s s, r r, t t, a a",
         "= complete at 3");
}

/* --- Many ------------------------------------------------------------------------------------ */

enum { TIMERS = 3000 };

static struct {
    int64_t when_ns;
    int number;
    cad_handle *handle;
} timers[TIMERS];

static int fired, last;

static void fire(void *arg) {
    int number = *(int *)arg;
    fired++;
    assert_false(cad_handle_cancelled(timers[number].handle));
    assert_int_equal(cad_loop_time(test_loop), timers[number].when_ns);
    if (last >= 0) {
        assert_true(timers[last].when_ns <= timers[number].when_ns);
        if (timers[last].when_ns == timers[number].when_ns)
            assert_true(last < number);
    }
    last = number;
}

static int outlast_them(void *arg) {
    (void)arg;
    return cad_sleep(CAD_SECOND);
}

/* Starts them all, cancels some of them meanwhile, and sees that the others fire in their order. */
static void start_thousands_and_cancel_some(void) {
    uint32_t random = 1;
    int cancelled = 0;
    fired = 0;
    last = -1;
    for (int i = 0; i < TIMERS; i++) {
        random = random * 1664525 + 1013904223;
        timers[i].number = i;
        timers[i].when_ns = (random >> 16) % 500;
        assert_int_equal(
            cad_call_at(test_loop, timers[i].when_ns, fire, &timers[i].number, &timers[i].handle),
            0);
        random = random * 1664525 + 1013904223;
        int other = (int)((random >> 8) % (uint32_t)(i + 1));
        if (i % 3 == 0 && !cad_handle_cancelled(timers[other].handle)) {
            cad_handle_cancel(timers[other].handle);
            cancelled++;
        }
    }
    assert_int_equal(cad_task_create(test_loop, outlast_them, NULL, NULL, NULL), 0);
    assert_int_equal(cad_loop_run(test_loop), 0);
    assert_int_equal(fired, TIMERS - cancelled);
    for (int i = 0; i < TIMERS; i++)
        cad_handle_unref(timers[i].handle);
}

static void
test_timer__thousands_fire_by_deadline_and_creation_whatever_is_cancelled(void **state) {
    (void)state;
    start_thousands_and_cancel_some();
}

static void test_timer__the_order_of_creation_outlasts_four_thousand_million(void **state) {
    (void)state;
    test_loop->timers.next_sequence = UINT32_MAX - TIMERS / 2;
    start_thousands_and_cancel_some();
    assert_true(test_loop->timers.next_sequence <= TIMERS + 1);
}

static void test_timer__the_room_of_cancelled_ones_is_used_again(void **state) {
    (void)state;
    enum { KEPT = 20, ROUNDS = 100000 };
    cad_handle *kept[KEPT], *handle;
    for (int i = 0; i < KEPT; i++)
        assert_int_equal(cad_call_later(test_loop, CAD_SECOND, fire, NULL, &kept[i]), 0);
    for (int i = 0; i < ROUNDS; i++) {
        assert_int_equal(cad_call_later(test_loop, CAD_SECOND / 2 + i, fire, NULL, &handle), 0);
        cad_handle_cancel(handle);
        cad_handle_unref(handle);
    }
    assert_true(test_loop->timers.count < 100);
    assert_true(test_loop->timers.capacity < 200);
    for (int i = 0; i < KEPT; i++) {
        cad_handle_cancel(kept[i]);
        cad_handle_unref(kept[i]);
    }
    assert_int_equal(test_loop->timers.first_ns, CAD_NEVER);
}

static void test_timer__those_cancelled_all_at_once_leave_nothing_to_wait_for(void **state) {
    (void)state;
    for (int i = 0; i < TIMERS; i++) {
        timers[i].number = i;
        timers[i].when_ns = (i * 7919) % TIMERS;
        assert_int_equal(
            cad_call_at(test_loop, timers[i].when_ns, fire, &timers[i].number, &timers[i].handle),
            0);
    }
    for (int i = 0; i < TIMERS; i++) {
        cad_handle_cancel(timers[i].handle);
        cad_handle_unref(timers[i].handle);
    }
    fired = 0;
    cad_loop_hold(test_loop);
    assert_int_equal(cad_loop_run(test_loop), CAD_EDEADLOCK);
    cad_loop_release(test_loop);
    assert_int_equal(fired, 0);
    assert_int_equal(cad_loop_time(test_loop), 0);
}

static void test_timer__a_delay_too_long_for_the_clock_never_ends(void **state) {
    (void)state;
    cad_handle *handle;
    assert_int_equal(cad_call_later(test_loop, CAD_NEVER - 1, fire, NULL, &handle), 0);
    assert_int_equal(cad_task_create(test_loop, outlast_them, NULL, NULL, NULL), 0);
    assert_int_equal(cad_loop_run(test_loop), 0);
    assert_int_equal(cad_loop_time(test_loop), CAD_SECOND);
    cad_handle_unref(handle);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timer__they_fire_by_deadline),
        cmocka_unit_test(test_timer__those_of_the_same_instant_fire_in_the_order_of_creation),
        cmocka_unit_test(test_timer__a_cancelled_one_leaves_the_order_of_the_others),
        cmocka_unit_test(test_timer__a_deadline_far_away_is_never_reached),
        cmocka_unit_test(test_timer__due_in_the_past_before_due_now),
        ENGINE_TEST(test_timer__thousands_fire_by_deadline_and_creation_whatever_is_cancelled),
        ENGINE_TEST(test_timer__the_order_of_creation_outlasts_four_thousand_million),
        ENGINE_TEST(test_timer__the_room_of_cancelled_ones_is_used_again),
        ENGINE_TEST(test_timer__those_cancelled_all_at_once_leave_nothing_to_wait_for),
        ENGINE_TEST(test_timer__a_delay_too_long_for_the_clock_never_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

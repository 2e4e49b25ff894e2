/* Futures, as asyncio/futures.py has them. */
#include "support/engine_test.h"
#include "support/play.h"

static void test_future__await_gives_the_result(void **state) {
    (void)state;
    PLAY("future f",
         "a: await f",
         "b: await f",
         "c: sleep 1; done f; set_result f 7; done f; result f",
         "= 1: c done=0, c done=1, c result=7, a await=7, b await=7",
         "= complete at 1");
}

static void test_future__await_of_a_done_future_does_not_yield(void **state) {
    (void)state;
    PLAY("future f",
         "a: set_result f 3; await f; await f; log a",
         "b: log b",
         "= 0: a await=3, a await=3, a a, b b",
         "= complete at 0");
}

static void test_future__await_gives_the_exception_to_each(void **state) {
    (void)state;
    PLAY("future f",
         "a: await f",
         "b: await f",
         "c: sleep 1; set_exception f ValueError bad",
         "= 1: a await!ValueError(bad), a ends!ValueError(bad), b await!ValueError(bad), "
         "b ends!ValueError(bad)",
         "= complete at 1");
}

static void test_future__a_done_future_is_not_set_again(void **state) {
    (void)state;
    PLAY("future f",
         "a: set_result f 1; set_result f 2; catch; set_exception f ValueError; catch; result f",
         "= 0: a set_result!InvalidStateError(invalid state), "
         "a set_exception!InvalidStateError(invalid state), a result=1",
         "= complete at 0");
}

static void test_future__the_result_before_it_is_there(void **state) {
    (void)state;
    PLAY("future f",
         "a: result f; catch; exception f",
         "= 0: a result!InvalidStateError(Result is not set.), "
         "a exception!InvalidStateError(Exception is not set.), "
         "a ends!InvalidStateError(Exception is not set.)",
         "= complete at 0");
}

static void test_future__the_exception_of_a_result(void **state) {
    (void)state;
    PLAY("future f",
         "a: set_result f 1; exception f; result f",
         "= 0: a exception, a result=1",
         "= complete at 0");
}

static void test_future__the_exception_is_asked_for(void **state) {
    (void)state;
    PLAY("future f",
         "a: set_exception f OverflowError; exception f; catch; result f",
         "= 0: a exception!OverflowError(), a result!OverflowError(), a ends!OverflowError()",
         "= complete at 0");
}

static void test_future__cancel_ends_it_for_all_who_await_it(void **state) {
    (void)state;
    PLAY("future f",
         "a: await f",
         "b: await f",
         "c: sleep 1; try_cancel f; try_cancel f; cancelled f; done f; set_result f 1",
         "= 1: c try_cancel=1, c try_cancel=0, c cancelled=1, c done=1, "
         "c set_result!InvalidStateError(invalid state), "
         "c ends!InvalidStateError(invalid state), a await!CancelledError(), "
         "a ends!CancelledError(), b await!CancelledError(), b ends!CancelledError()",
         "= complete at 1");
}

static void test_future__cancel_with_a_message(void **state) {
    (void)state;
    PLAY("future f",
         "a: await f; catch; await f",
         "c: sleep 1; cancel f why; result f; catch; exception f",
         "= 1: c result!CancelledError(why), c exception!CancelledError(why), "
         "c ends!CancelledError(why), a await!CancelledError(why), a await!CancelledError(why), "
         "a ends!CancelledError(why)",
         "= complete at 1");
}

static void test_future__cancelling_who_awaits_it_cancels_the_future(void **state) {
    (void)state;
    PLAY("future f",
         "a: await f",
         "b: await f",
         "c: sleep 1; cancel a why; cancelled f; sleep 0; set_result f 1",
         "= 1: c cancelled=1, a await!CancelledError(why), a ends!CancelledError(why), "
         "b await!CancelledError(why), b ends!CancelledError(why), "
         "c set_result!InvalidStateError(invalid state), c ends!InvalidStateError(invalid state)",
         "= complete at 1");
}

static void test_future__cancel_in_the_instant_in_which_it_is_done(void **state) {
    (void)state;
    PLAY("future f",
         "a: await f",
         "b: sleep 1; set_result f 5; cancel a late; cancelled f; result f",
         "= 1: b cancelled=0, b result=5, a await!CancelledError(late), "
         "a ends!CancelledError(late)",
         "= complete at 1");
}

static void test_future__cancel_in_the_instant_in_which_it_fails(void **state) {
    (void)state;
    PLAY("future f",
         "a: await f",
         "b: sleep 1; set_exception f ValueError bad; cancel a late",
         "= 1: a await!CancelledError(late), a ends!CancelledError(late)",
         "= complete at 1");
}

static void test_future__cancelled_and_the_one_who_awaits_it_too(void **state) {
    (void)state;
    PLAY("future f",
         "a: await f; catch; cancelling a; sleep 1; log on",
         "b: sleep 1; cancel f one; cancel a two",
         "= 1: a await!CancelledError(one), a cancelling=1",
         "= 2: a on",
         "= complete at 2");
}

static void test_future__a_result_in_the_instant_after_the_cancel(void **state) {
    (void)state;
    PLAY("future f",
         "a: await f",
         "b: sleep 1; cancel a why; set_result f 1",
         "= 1: b set_result!InvalidStateError(invalid state), "
         "b ends!InvalidStateError(invalid state), a await!CancelledError(why), "
         "a ends!CancelledError(why)",
         "= complete at 1");
}

static void test_future__done_callbacks_run_one_iteration_later_in_order(void **state) {
    (void)state;
    PLAY("future f",
         "a: on_done f r; await f; log a",
         "b: on_done f s; sleep 1; set_result f 1; log set; sleep 0; log later",
         "~r: log r; result f",
         "~s: log s; done f",
         "= 1: b set, r r, r result=1, a await=1, a a, s s, s done=1, b later",
         "= complete at 1");
}

static void test_future__a_done_callback_of_a_done_future(void **state) {
    (void)state;
    PLAY("future f",
         "a: set_result f 1; on_done f r; log a; sleep 0; log later",
         "~r: log r",
         "= 0: a a, r r, a later",
         "= complete at 0");
}

static void test_future__a_done_callback_is_removed(void **state) {
    (void)state;
    PLAY("future f",
         "a: on_done f r; on_done f r; on_done f s; off_done f r; off_done f r; set_result f 1; "
         "sleep 1",
         "~r: log r",
         "~s: log s",
         "= 0: a off_done=2, a off_done=0, s s",
         "= complete at 1");
}

static void test_future__a_done_callback_that_is_on_its_way_is_not_removed(void **state) {
    (void)state;
    PLAY("future f",
         "a: on_done f r; set_result f 1; off_done f r; sleep 1",
         "~r: log r",
         "= 0: a off_done=0, r r",
         "= complete at 1");
}

static void test_future__callbacks_and_waiters_in_the_order_in_which_they_came(void **state) {
    (void)state;
    PLAY("future f",
         "a: await f",
         "b: on_done f r; await f",
         "c: await f",
         "d: sleep 1; set_result f 1",
         "~r: log r",
         "= 1: a await=1, r r, b await=1, c await=1",
         "= complete at 1");
}

static void test_future__nobody_sets_it(void **state) {
    (void)state;
    PLAY("future f",
         "a: await f",
         "= deadlock at 0");
}

static int dropped;

static void drop(void *value) {
    dropped += value != NULL ? *(int *)value : 100;
}

static void test_future__what_it_owns_goes_with_it(void **state) {
    (void)state;
    static int one = 1, ten = 10;
    dropped = 0;
    cad_future *done = cad_future_new_owning(test_loop, drop);
    cad_future *pending = cad_future_new_owning(test_loop, drop);
    assert_int_equal(cad_future_set_result(done, &one), 0);
    assert_int_equal(cad_future_set_result(done, &ten), CAD_ESTATE);
    (void)cad_future_ref(done);
    cad_future_unref(done);
    assert_int_equal(dropped, 0);
    cad_future_unref(done);
    assert_int_equal(dropped, 1);
    cad_future_unref(pending);
    assert_int_equal(dropped, 101);
}

static void test_future__notes_stand_beside_the_message(void **state) {
    (void)state;
    cad_exception *exception = cad_exception_new(CAD_EINVAL, "no number");
    assert_string_equal(cad_exception_notes(NULL), "");
    assert_string_equal(cad_exception_notes(exception), "");
    assert_int_equal(cad_exception_add_note(exception, "it was 'x'"), 0);
    assert_int_equal(cad_exception_add_note(exception, "int() takes digits"), 0);
    assert_string_equal(cad_exception_notes(exception), "it was 'x'\nint() takes digits");
    assert_string_equal(cad_exception_message(exception), "no number");
    cad_exception_unref(exception);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_future__what_it_owns_goes_with_it),
        cmocka_unit_test(test_future__await_gives_the_result),
        cmocka_unit_test(test_future__await_of_a_done_future_does_not_yield),
        cmocka_unit_test(test_future__await_gives_the_exception_to_each),
        cmocka_unit_test(test_future__a_done_future_is_not_set_again),
        cmocka_unit_test(test_future__the_result_before_it_is_there),
        cmocka_unit_test(test_future__the_exception_of_a_result),
        cmocka_unit_test(test_future__the_exception_is_asked_for),
        cmocka_unit_test(test_future__cancel_ends_it_for_all_who_await_it),
        cmocka_unit_test(test_future__cancel_with_a_message),
        cmocka_unit_test(test_future__cancelling_who_awaits_it_cancels_the_future),
        cmocka_unit_test(test_future__cancel_in_the_instant_in_which_it_is_done),
        cmocka_unit_test(test_future__cancel_in_the_instant_in_which_it_fails),
        cmocka_unit_test(test_future__cancelled_and_the_one_who_awaits_it_too),
        cmocka_unit_test(test_future__a_result_in_the_instant_after_the_cancel),
        cmocka_unit_test(test_future__done_callbacks_run_one_iteration_later_in_order),
        cmocka_unit_test(test_future__a_done_callback_of_a_done_future),
        cmocka_unit_test(test_future__a_done_callback_is_removed),
        cmocka_unit_test(test_future__a_done_callback_that_is_on_its_way_is_not_removed),
        cmocka_unit_test(test_future__callbacks_and_waiters_in_the_order_in_which_they_came),
        cmocka_unit_test(test_future__nobody_sets_it),
        ENGINE_TEST(test_future__notes_stand_beside_the_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Tasks that start eagerly, as asyncio's Task.__eager_start() has them. */
#include "support/engine_test.h"
#include "support/play.h"

static void test_eager__the_first_step_runs_inside_its_creators(void **state) {
    (void)state;
    PLAY("a: log a; spawn_eager w; log on; await w; log end",
         "b: log b",
         "~w: log one; sleep 1; log one; return 3",
         "= 0: a a, w one, a on, b b",
         "= 1: w one, a await=3, a end",
         "= complete at 1");
}

static void test_eager__one_that_does_not_wait_has_ended(void **state) {
    (void)state;
    PLAY("a: spawn_eager w; done w; await w; result w; log a",
         "b: log b",
         "~w: log one; return 3",
         "= 0: w one, a done=1, a await=3, a result=3, a a, b b",
         "= complete at 0");
}

static void test_eager__its_exception_stays_with_it(void **state) {
    (void)state;
    PLAY("a: spawn_eager w; log on; exception w; catch; await w",
         "~w: raise ValueError bad",
         "= 0: w ends!ValueError(bad), a on, a exception!ValueError(bad), a await!ValueError(bad), "
         "a ends!ValueError(bad)",
         "= complete at 0");
}

static void test_eager__one_inside_another(void **state) {
    (void)state;
    PLAY("a: spawn_eager w; log on; await v; await w",
         "~w: log one; spawn_eager v; log after; sleep 0; log again",
         "~v: log two; sleep 0; log on; return 4",
         "= 0: w one, v two, w after, a on, v on, w again, a await=4, a await",
         "= complete at 0");
}

static void test_eager__it_is_woken_while_its_creator_still_runs(void **state) {
    (void)state;
    PLAY("event e",
         "a: spawn_eager w; set e; log on; sleep 0; log again",
         "b: log b",
         "~w: wait e; log one",
         "= 0: a on, b b, w wait, w one, a again",
         "= complete at 0");
}

static void test_eager__a_lock_that_is_free_is_taken_at_once(void **state) {
    (void)state;
    PLAY("lock l",
         "a: spawn_eager w; locked l; spawn_eager v; release l; log on",
         "~w: acquire l; log one",
         "~v: acquire l; log two; release l",
         "= 0: w acquire, w one, a locked=1, a on, v acquire, v two",
         "= complete at 0");
}

static void test_eager__it_cancels_its_creator(void **state) {
    (void)state;
    PLAY("a: spawn_eager w; log on; cancelling a; sleep 1",
         "~w: cancel a why; log one",
         "= 0: w one, a on, a cancelling=1, a sleep!CancelledError(why), a ends!CancelledError(why)",
         "= complete at 0");
}

static void test_eager__it_is_cancelled_before_it_is_woken(void **state) {
    (void)state;
    PLAY("a: spawn_eager w; cancel w why; log on; await w",
         "~w: sleep 1",
         "= 0: a on, w sleep!CancelledError(why), w ends!CancelledError(why), "
         "a await!CancelledError(why), a ends!CancelledError(why)",
         "= complete at 0");
}

static void test_eager__a_timeout_of_its_own(void **state) {
    (void)state;
    PLAY("a: spawn_eager w; log on; sleep 3",
         "~w: timeout s 1; sleep 2; leave s; catch; log one",
         "= 0: a on",
         "= 1: w sleep!CancelledError(), w leave!TimeoutError(), w one",
         "= complete at 3");
}

static void test_eager__in_a_group(void **state) {
    (void)state;
    PLAY("a: group g; create_eager g w; create_eager g v; log on; leave g; log a",
         "~w: log one; sleep 1; log one",
         "~v: log two",
         "= 0: w one, v two, a on",
         "= 1: w one, a leave, a a",
         "= complete at 1");
}

/* The group is told at once, where the end of another task would be noticed in the next iteration.
 */
static void test_eager__one_that_fails_aborts_its_group(void **state) {
    (void)state;
    PLAY("a: group g; create g v; create_eager g w; log on; create g u; leave g",
         "~v: log two",
         "~w: raise ValueError bad",
         "~u: log three",
         "= 0: w ends!ValueError(bad), a on, "
         "a create!RuntimeError(TaskGroup <TaskGroup tasks=1 errors=1 cancelling> is shutting "
         "down), "
         "a leave!ExceptionGroup(unhandled errors in a TaskGroup (2 sub-exceptions))"
         "[ValueError(bad) RuntimeError(TaskGroup <TaskGroup tasks=1 errors=1 cancelling> is "
         "shutting down)], "
         "a ends!ExceptionGroup(unhandled errors in a TaskGroup (2 sub-exceptions))"
         "[ValueError(bad) RuntimeError(TaskGroup <TaskGroup tasks=1 errors=1 cancelling> is "
         "shutting down)]",
         "= complete at 0");
}

static void test_eager__one_that_fails_cancels_its_creator(void **state) {
    (void)state;
    PLAY("a: group g; create_eager g w; log on; sleep 5; leave g; catch; cancelling a; sleep 1",
         "~w: raise ValueError bad",
         "= 0: w ends!ValueError(bad), a on, a sleep!CancelledError(), "
         "a leave!ExceptionGroup(unhandled errors in a TaskGroup (1 sub-exception))"
         "[ValueError(bad)], a cancelling=0",
         "= complete at 1");
}

static void test_eager__from_a_callback(void **state) {
    (void)state;
    PLAY("a: call_soon h c; log a; sleep 1",
         "b: log b",
         "~c: log c; spawn_eager w; log on",
         "~w: log one; sleep 0; log again",
         "= 0: a a, b b, c c, w one, c on, w again",
         "= complete at 1");
}

static void test_eager__gather_of_those_that_have_ended(void **state) {
    (void)state;
    PLAY("a: spawn_eager w; spawn_eager v; gather g w v; done g; await g; log a",
         "b: log b",
         "~w: return 1",
         "~v: return 2",
         "= 0: a done=1, a await, a a, b b",
         "= complete at 0");
}

static void test_eager__many_after_one_another(void **state) {
    (void)state;
    PLAY("a: spawn_eager w x; spawn_eager w y; spawn_eager v; await x; await y; await v",
         "~w: sleep 1; return 1",
         "~v: sleep 0; log two; sleep 0",
         "= 0: v two",
         "= 1: a await=1, a await=1, a await",
         "= complete at 1");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eager__the_first_step_runs_inside_its_creators),
        cmocka_unit_test(test_eager__one_that_does_not_wait_has_ended),
        cmocka_unit_test(test_eager__its_exception_stays_with_it),
        cmocka_unit_test(test_eager__one_inside_another),
        cmocka_unit_test(test_eager__it_is_woken_while_its_creator_still_runs),
        cmocka_unit_test(test_eager__a_lock_that_is_free_is_taken_at_once),
        cmocka_unit_test(test_eager__it_cancels_its_creator),
        cmocka_unit_test(test_eager__it_is_cancelled_before_it_is_woken),
        cmocka_unit_test(test_eager__a_timeout_of_its_own),
        cmocka_unit_test(test_eager__in_a_group),
        cmocka_unit_test(test_eager__one_that_fails_aborts_its_group),
        cmocka_unit_test(test_eager__one_that_fails_cancels_its_creator),
        cmocka_unit_test(test_eager__from_a_callback),
        cmocka_unit_test(test_eager__gather_of_those_that_have_ended),
        cmocka_unit_test(test_eager__many_after_one_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

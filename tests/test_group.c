/* TaskGroup, as asyncio/taskgroups.py has it. */
#include "support/engine_test.h"
#include "support/play.h"

static void test_group__leaving_waits_for_all(void **state) {
    (void)state;
    PLAY("a: group g; create g w; create g v; log in; leave g; log out",
         "~w: sleep 1; log w",
         "~v: sleep 2; log v",
         "= 0: a in",
         "= 1: w w",
         "= 2: v v, a leave, a out",
         "= complete at 2");
}

static void test_group__leaving_an_empty_group_does_not_wait(void **state) {
    (void)state;
    PLAY("a: group g; leave g; log out",
         "b: log b",
         "= 0: a leave, a out, b b",
         "= complete at 0");
}

static void test_group__leaving_when_all_have_ended_does_not_wait(void **state) {
    (void)state;
    PLAY("a: group g; create g w; sleep 2; leave g; log out",
         "b: sleep 2; log b",
         "~w: sleep 1",
         "= 2: a leave, a out, b b",
         "= complete at 2");
}

static void test_group__a_child_fails_and_the_others_are_cancelled(void **state) {
    (void)state;
    PLAY("a: group g; create g w; create g v; create g u; leave g; catch; cancelling a; "
         "cancelled v; log on",
         "~w: sleep 1; raise ValueError bad",
         "~v: sleep 5",
         "~u: sleep 5; !sleep 1; !log clean",
         "= 1: w ends!ValueError(bad), v sleep!CancelledError(), v ends!CancelledError(), u "
         "sleep!CancelledError()",
         "= 2: u clean, u ends!CancelledError(), a leave!ExceptionGroup(unhandled errors in a "
         "TaskGroup (1 sub-exception))[ValueError(bad)], a cancelling=0, a cancelled=1, a on",
         "= complete at 2");
}

static void test_group__a_child_fails_and_the_block_is_cancelled(void **state) {
    (void)state;
    PLAY("a: group g; create g w; sleep 9; leave g; catch; cancelling a; sleep 1; log on",
         "~w: sleep 1; raise ValueError bad",
         "= 1: w ends!ValueError(bad), a sleep!CancelledError(), "
         "a leave!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)], a cancelling=0",
         "= 2: a on",
         "= complete at 2");
}

static void test_group__several_children_fail(void **state) {
    (void)state;
    PLAY("a: group g; create g w; create g v; create g u; leave g",
         "~w: sleep 1; raise ValueError one",
         "~v: sleep 1; raise OverflowError two",
         "~u: sleep 5; catch; raise RuntimeError three",
         "= 1: w ends!ValueError(one), v ends!OverflowError(two), u sleep!CancelledError(), "
         "u ends!RuntimeError(three), "
         "a leave!ExceptionGroup(unhandled errors in a TaskGroup (3 "
         "sub-exceptions))[ValueError(one) OverflowError(two) RuntimeError(three)], "
         "a ends!ExceptionGroup(unhandled errors in a TaskGroup (3 "
         "sub-exceptions))[ValueError(one) OverflowError(two) RuntimeError(three)]",
         "= complete at 1");
}

static void test_group__the_block_fails(void **state) {
    (void)state;
    PLAY("a: group g; create g w; sleep 1; raise ValueError bad; leave g",
         "~w: sleep 5",
         "= 1: w sleep!CancelledError(), w ends!CancelledError(), "
         "a leave!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)], "
         "a ends!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)]",
         "= complete at 1");
}

static void test_group__the_block_fails_and_a_child_too(void **state) {
    (void)state;
    PLAY("a: group g; create g w; sleep 1; raise ValueError bad; leave g",
         "~w: sleep 5; catch; raise OverflowError worse",
         "= 1: w sleep!CancelledError(), w ends!OverflowError(worse), "
         "a leave!ExceptionGroup(unhandled errors in a TaskGroup (2 "
         "sub-exceptions))[OverflowError(worse) ValueError(bad)], "
         "a ends!ExceptionGroup(unhandled errors in a TaskGroup (2 "
         "sub-exceptions))[OverflowError(worse) ValueError(bad)]",
         "= complete at 1");
}

static void test_group__the_block_fails_before_the_children_start(void **state) {
    (void)state;
    PLAY("a: group g; create g w; raise ValueError bad; leave g",
         "~w: log never",
         "= 0: a leave!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)], "
         "a ends!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)]",
         "= complete at 0");
}

static void test_group__the_block_fails_when_a_child_has_failed_in_the_same_instant(void **state) {
    (void)state;
    PLAY("a: group g; create g w; sleep 1; raise ValueError block; leave g",
         "~w: sleep 1; raise OverflowError child",
         "= 1: w sleep!CancelledError(), w ends!CancelledError(), "
         "a leave!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(block)], "
         "a ends!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(block)]",
         "= complete at 1");
}

static void test_group__the_block_swallows_the_cancel_of_a_failed_child(void **state) {
    (void)state;
    PLAY("a: group g; create g w; sleep 9; catch; cancelling a; sleep 1; log in; leave g; catch; "
         "cancelling a",
         "~w: sleep 1; raise ValueError bad",
         "= 1: w ends!ValueError(bad), a sleep!CancelledError(), a cancelling=1",
         "= 2: a in, "
         "a leave!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)], a cancelling=0",
         "= complete at 2");
}

static void test_group__the_parent_is_cancelled_in_the_block(void **state) {
    (void)state;
    PLAY("a: group g; create g w; create g v; sleep 9; leave g",
         "~w: sleep 5",
         "~v: sleep 5; !sleep 1; !log clean",
         "x: sleep 1; cancel a why; cancelling w",
         "= 1: x cancelling=0, a sleep!CancelledError(why), w sleep!CancelledError(), "
         "w ends!CancelledError(), v sleep!CancelledError()",
         "= 2: v clean, v ends!CancelledError(), a leave!CancelledError(why), "
         "a ends!CancelledError(why)",
         "= complete at 2");
}

static void test_group__the_parent_is_cancelled_while_leaving(void **state) {
    (void)state;
    PLAY("a: group g; create g w; create g v; leave g",
         "~w: sleep 5",
         "~v: sleep 5; !sleep 1; !log clean",
         "x: sleep 1; cancel a why",
         "= 1: w sleep!CancelledError(), w ends!CancelledError(), v sleep!CancelledError()",
         "= 2: v clean, v ends!CancelledError(), a leave!CancelledError(why), "
         "a ends!CancelledError(why)",
         "= complete at 2");
}

static void test_group__the_parent_is_cancelled_twice_while_leaving(void **state) {
    (void)state;
    PLAY("a: group g; create g w; leave g",
         "~w: sleep 5; !sleep 5; !log clean",
         "x: sleep 1; cancel a one; sleep 1; cancel a two; cancelling w; cancelling a",
         "= 1: w sleep!CancelledError()",
         "= 2: x cancelling=1, x cancelling=2",
         "= 6: w clean, w ends!CancelledError(), a leave!CancelledError(one), "
         "a ends!CancelledError(one)",
         "= complete at 6");
}

static void test_group__the_parent_is_cancelled_and_a_child_fails_while_it_cleans_up(void **state) {
    (void)state;
    PLAY("a: group g; create g w; leave g",
         "~w: sleep 5; catch; raise ValueError bad",
         "x: sleep 1; cancel a why",
         "= 1: w sleep!CancelledError(), w ends!ValueError(bad), "
         "a leave!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)], "
         "a ends!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)]",
         "= complete at 1");
}

static void test_group__the_parent_is_cancelled_in_the_block_and_a_child_fails(void **state) {
    (void)state;
    PLAY("a: group g; create g w; sleep 9; leave g",
         "~w: sleep 5; catch; raise ValueError bad",
         "x: sleep 1; cancel a why",
         "= 1: a sleep!CancelledError(why), w sleep!CancelledError(), w ends!ValueError(bad), "
         "a leave!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)], "
         "a ends!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)]",
         "= complete at 1");
}

static void test_group__the_parent_is_cancelled_after_a_child_has_failed(void **state) {
    (void)state;
    PLAY("a: group g; create g w; create g v; leave g; !cancelling a",
         "~w: sleep 1; raise ValueError bad",
         "~v: sleep 5; !sleep 5",
         "x: sleep 2; cancel a why",
         "= 1: w ends!ValueError(bad), v sleep!CancelledError()",
         "= 6: v ends!CancelledError(), a leave!ExceptionGroup(unhandled errors in a TaskGroup"
         " (1 sub-exception))[ValueError(bad)], a cancelling=1, a "
         "ends!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)]",
         "= complete at 6");
}

static void test_group__the_parent_is_cancelled_in_the_instant_of_a_failure(void **state) {
    (void)state;
    PLAY("a: group g; create g w; sleep 9; leave g; !cancelling a",
         "~w: sleep 1; raise ValueError bad",
         "x: sleep 1; sleep 0; cancel a why",
         "= 1: w ends!ValueError(bad), a sleep!CancelledError(why), "
         "a leave!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)], a cancelling=1, "
         "a ends!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)]",
         "= complete at 1");
}

static void test_group__the_parent_is_cancelled_just_before_a_failure(void **state) {
    (void)state;
    PLAY("x: sleep 1; cancel a why",
         "a: group g; create g w; sleep 9; leave g; !cancelling a",
         "~w: sleep 1; raise ValueError bad",
         "= 1: w ends!ValueError(bad), a sleep!CancelledError(why), "
         "a leave!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)], a cancelling=1, "
         "a ends!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)]",
         "= complete at 1");
}

static void test_group__the_parent_is_cancelled_while_leaving_as_the_last_ends(void **state) {
    (void)state;
    PLAY("a: group g; create g w; leave g; log out",
         "~w: sleep 1",
         "x: sleep 1; sleep 0; cancel a why",
         "= 1: a leave!CancelledError(why), a ends!CancelledError(why)",
         "= complete at 1");
}

static void test_group__the_parent_is_cancelled_one_hop_later(void **state) {
    (void)state;
    PLAY("a: group g; create g w; leave g; log out",
         "~w: sleep 1",
         "x: sleep 1; sleep 0; sleep 0; cancel a why",
         "= 1: a leave!CancelledError(why), a ends!CancelledError(why)",
         "= complete at 1");
}

static void test_group__the_parent_was_cancelled_before_and_swallowed_it(void **state) {
    (void)state;
    PLAY("a: sleep 9; catch; group g; create g w; leave g; !cancelling a",
         "~w: sleep 1; raise ValueError bad",
         "x: sleep 1; cancel a why",
         "= 1: a sleep!CancelledError(why)",
         "= 2: w ends!ValueError(bad), a leave!ExceptionGroup(unhandled errors in a TaskGroup "
         "(1 sub-exception))[ValueError(bad)], a cancelling=1, a ends!ExceptionGroup(unhandled"
         " errors in a TaskGroup (1 sub-exception))[ValueError(bad)]",
         "= complete at 2");
}

static void test_group__a_child_is_cancelled_from_outside(void **state) {
    (void)state;
    PLAY("a: group g; create g w; create g v; leave g; log out; cancelled w",
         "~w: sleep 5",
         "~v: sleep 2",
         "x: sleep 1; cancel w why",
         "= 1: w sleep!CancelledError(why), w ends!CancelledError(why)",
         "= 2: a leave, a out, a cancelled=1",
         "= complete at 2");
}

static void test_group__a_child_ends_cancelled_by_itself(void **state) {
    (void)state;
    PLAY("a: group g; create g w; leave g; log out",
         "~w: raise CancelledError own",
         "= 0: w ends!CancelledError(own), a leave, a out",
         "= complete at 0");
}

static void test_group__a_child_creates_another(void **state) {
    (void)state;
    PLAY("a: group g; create g w; leave g; log out",
         "~w: sleep 1; create g v",
         "~v: sleep 1; log v",
         "= 2: v v, a leave, a out",
         "= complete at 2");
}

static void test_group__a_child_creates_another_after_a_failure(void **state) {
    (void)state;
    PLAY("a: group g; create g w; create g v; leave g",
         "~w: sleep 1; raise ValueError bad",
         "~v: sleep 5; catch; create g u; catch; sleep 1",
         "~u: log never",
         "= 1: w ends!ValueError(bad), v sleep!CancelledError(), "
         "v create!RuntimeError(TaskGroup <TaskGroup tasks=1 errors=1 cancelling> is shutting "
         "down)",
         "= 2: a leave!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)], "
         "a ends!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)]",
         "= complete at 2");
}

static void test_group__the_block_creates_another_after_a_failure(void **state) {
    (void)state;
    PLAY("a: group g; create g w; sleep 5; catch; create g v; leave g",
         "~w: sleep 1; raise ValueError bad",
         "~v: log never",
         "= 1: w ends!ValueError(bad), a sleep!CancelledError(), "
         "a create!RuntimeError(TaskGroup <TaskGroup errors=1 cancelling> is shutting down), "
         "a leave!ExceptionGroup(unhandled errors in a TaskGroup (2 "
         "sub-exceptions))[ValueError(bad) RuntimeError(TaskGroup <TaskGroup errors=1 "
         "cancelling> is shutting down)], "
         "a ends!ExceptionGroup(unhandled errors in a TaskGroup (2 "
         "sub-exceptions))[ValueError(bad) RuntimeError(TaskGroup <TaskGroup errors=1 "
         "cancelling> is shutting down)]",
         "= complete at 1");
}

static void test_group__the_block_creates_another_after_it_was_cancelled(void **state) {
    (void)state;
    PLAY("a: group g; create g w; sleep 5; catch; create g v; leave g; log out",
         "~w: sleep 2; log w",
         "~v: log v",
         "x: sleep 1; cancel a why",
         "= 1: a sleep!CancelledError(why), v v",
         "= 2: w w, a leave, a out",
         "= complete at 2");
}

static void test_group__a_group_in_a_group(void **state) {
    (void)state;
    PLAY("a: group g; create g w; group h; create h v; leave h; log inner; leave g; log outer",
         "~w: sleep 2; log w",
         "~v: sleep 1; log v",
         "= 1: v v, a leave, a inner",
         "= 2: w w, a leave, a outer",
         "= complete at 2");
}

static void test_group__a_failure_in_the_inner_group(void **state) {
    (void)state;
    PLAY("a: group g; create g w; group h; create h v; leave h; leave g",
         "~w: sleep 5",
         "~v: sleep 1; raise ValueError bad",
         "= 1: v ends!ValueError(bad), "
         "a leave!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)], w sleep!CancelledError(), w ends!CancelledError(), "
         "a leave!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ExceptionGroup(unhandled errors in a TaskGroup (1 sub-exception))], "
         "a ends!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ExceptionGroup(unhandled errors in a TaskGroup (1 sub-exception))]",
         "= complete at 1");
}

static void test_group__a_failure_in_the_outer_group_while_the_inner_one_is_left(void **state) {
    (void)state;
    PLAY("a: group g; create g w; group h; create h v; leave h; leave g; !cancelling a",
         "~w: sleep 1; raise ValueError bad",
         "~v: sleep 5",
         "= 1: w ends!ValueError(bad), v sleep!CancelledError(), v ends!CancelledError(), "
         "a leave!CancelledError(), "
         "a leave!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)], a cancelling=0, "
         "a ends!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)]",
         "= complete at 1");
}

static void test_group__failures_in_both_groups_at_once(void **state) {
    (void)state;
    PLAY("a: group g; create g w; group h; create h v; leave h; leave g; !cancelling a",
         "~w: sleep 1; raise ValueError outer",
         "~v: sleep 1; raise OverflowError inner",
         "= 1: w ends!ValueError(outer), v ends!OverflowError(inner), a "
         "leave!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[OverflowError(inner)], a leave!ExceptionGroup(unhandled errors in a "
         "TaskGroup (2 sub-exceptions))[ValueError(outer) ExceptionGroup(unhandled errors in a"
         " TaskGroup (1 sub-exception))], a cancelling=0, a ends!ExceptionGroup(unhandled "
         "errors in a TaskGroup (2 sub-exceptions))[ValueError(outer) ExceptionGroup(unhandled"
         " errors in a TaskGroup (1 sub-exception))]",
         "= complete at 1");
}

static void test_group__a_group_in_a_child_of_a_group(void **state) {
    (void)state;
    PLAY("a: group g; create g w; create g u; leave g",
         "~w: group h; create h v; leave h",
         "~v: sleep 1; raise ValueError bad",
         "~u: sleep 5",
         "= 1: v ends!ValueError(bad), "
         "w leave!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)], "
         "w ends!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)], u sleep!CancelledError(), u ends!CancelledError(), "
         "a leave!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ExceptionGroup(unhandled errors in a TaskGroup (1 sub-exception))], "
         "a ends!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ExceptionGroup(unhandled errors in a TaskGroup (1 sub-exception))]",
         "= complete at 1");
}

static void test_group__a_timeout_around_a_group(void **state) {
    (void)state;
    PLAY("a: timeout t 1; group g; create g w; leave g; leave t; catch; cancelling a",
         "~w: sleep 5",
         "= 1: w sleep!CancelledError(), w ends!CancelledError(), a leave!CancelledError(), "
         "a leave!TimeoutError(), a cancelling=0",
         "= complete at 1");
}

static void test_group__a_timeout_in_a_group(void **state) {
    (void)state;
    PLAY("a: group g; create g w; timeout t 1; sleep 5; leave t; leave g",
         "~w: sleep 5",
         "= 1: a sleep!CancelledError(), a leave!TimeoutError(), w sleep!CancelledError(), "
         "w ends!CancelledError(), "
         "a leave!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[TimeoutError()], "
         "a ends!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[TimeoutError()]",
         "= complete at 1");
}

static void test_group__a_timeout_in_the_instant_of_a_failure(void **state) {
    (void)state;
    PLAY("a: timeout t 1; group g; create g w; leave g; leave t; !cancelling a",
         "~w: sleep 1; raise ValueError bad",
         "= 1: w sleep!CancelledError(), w ends!CancelledError(), a leave!CancelledError(), "
         "a leave!TimeoutError(), a cancelling=0, a ends!TimeoutError()",
         "= complete at 1");
}

static void test_group__a_timeout_around_a_group_whose_child_fails_when_cancelled(void **state) {
    (void)state;
    PLAY("a: timeout t 1; group g; create g w; leave g; leave t; !cancelling a",
         "~w: sleep 5; catch; raise ValueError bad",
         "= 1: w sleep!CancelledError(), w ends!ValueError(bad), "
         "a leave!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)], "
         "a leave!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)], a cancelling=0, "
         "a ends!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)]",
         "= complete at 1");
}

static void test_group__children_are_cancelled_in_the_order_of_creation(void **state) {
    (void)state;
    PLAY("a: group g; create g w; create g v; create g u; create g z; leave g",
         "~w: sleep 5",
         "~v: sleep 5",
         "~u: sleep 1; raise ValueError bad",
         "~z: sleep 5",
         "= 1: u ends!ValueError(bad), w sleep!CancelledError(), w ends!CancelledError(), "
         "v sleep!CancelledError(), v ends!CancelledError(), z sleep!CancelledError(), "
         "z ends!CancelledError(), "
         "a leave!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)], "
         "a ends!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)]",
         "= complete at 1");
}

static void test_group__results_of_the_children(void **state) {
    (void)state;
    PLAY("a: group g; create g w; create g v; leave g; result w; result v",
         "~w: sleep 1; return 1",
         "~v: sleep 2; return 2",
         "= 2: a leave, a result=1, a result=2",
         "= complete at 2");
}

static void test_group__a_child_fails_at_once(void **state) {
    (void)state;
    PLAY("a: group g; create g w; create g v; leave g",
         "~w: raise ValueError bad",
         "~v: log v; sleep 1",
         "= 0: w ends!ValueError(bad), v v, v sleep!CancelledError(), v ends!CancelledError(), "
         "a leave!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)], "
         "a ends!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)]",
         "= complete at 0");
}

static void test_group__a_child_is_awaited_in_the_block(void **state) {
    (void)state;
    PLAY("a: group g; create g w; await w; leave g",
         "~w: sleep 1; raise ValueError bad",
         "= 1: w ends!ValueError(bad), a await!CancelledError(), "
         "a leave!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)], "
         "a ends!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)]",
         "= complete at 1");
}

static void test_group__a_child_is_awaited_by_another_child(void **state) {
    (void)state;
    PLAY("a: group g; create g w; create g v; leave g",
         "~w: sleep 1; raise ValueError bad",
         "~v: await w",
         "= 1: w ends!ValueError(bad), v await!CancelledError(), v ends!CancelledError(), "
         "a leave!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)], "
         "a ends!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(bad)]",
         "= complete at 1");
}

static void test_group__the_group_cannot_be_used_when_it_is_finished_waiting(void **state) {
    (void)state;
    PLAY("a: group g; create g w; leave g; log out",
         "~w: sleep 1; on_done w r",
         "~r: create g v",
         "~v: log never",
         "= 1: r create!RuntimeError(TaskGroup <TaskGroup entered> is finished), "
         "r ends!RuntimeError(TaskGroup <TaskGroup entered> is finished), a leave, a out",
         "= complete at 1");
}

static void test_group__nested_groups_swallow_no_cancellation(void **state) {
    (void)state;
    PLAY("a: group g; create g w; group h; create h v; sleep 9; leave h; catch; cancelling a; sleep "
         "9; log never; leave g; catch; cancelling a; sleep 1; log on",
         "~w: sleep 1; raise ValueError outer",
         "~v: sleep 1; raise OverflowError inner",
         "= 1: w ends!ValueError(outer), v ends!OverflowError(inner), a "
         "sleep!CancelledError(), a leave!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[OverflowError(inner)], a cancelling=1, a sleep!CancelledError(), a "
         "leave!ExceptionGroup(unhandled errors in a TaskGroup (1 "
         "sub-exception))[ValueError(outer)], a cancelling=0",
         "= 2: a on",
         "= complete at 2");
}

static void test_group__a_cancel_from_outside_is_raised_behind_the_failure(void **state) {
    (void)state;
    PLAY("a: group g; create g w; create g v; leave g; catch; cancelling a; sleep 9; log never",
         "~w: sleep 1; raise ValueError bad",
         "~v: sleep 5; !sleep 5",
         "x: sleep 2; cancel a why",
         "= 1: w ends!ValueError(bad), v sleep!CancelledError()",
         "= 6: v ends!CancelledError(), a leave!ExceptionGroup(unhandled errors in a TaskGroup"
         " (1 sub-exception))[ValueError(bad)], a cancelling=1, a sleep!CancelledError(), a "
         "ends!CancelledError()",
         "= complete at 6");
}

static void test_group__a_timeout_around_a_group_that_fails_first(void **state) {
    (void)state;
    PLAY("a: timeout t 2; group g; create g w; create g v; leave g; leave t; catch; cancelling a; "
         "sleep 1; log on",
         "~w: sleep 1; raise ValueError bad",
         "~v: sleep 5; !sleep 5",
         "= 1: w ends!ValueError(bad), v sleep!CancelledError()",
         "= 6: v ends!CancelledError(), a leave!ExceptionGroup(unhandled errors in a TaskGroup"
         " (1 sub-exception))[ValueError(bad)], a leave!ExceptionGroup(unhandled errors in a "
         "TaskGroup (1 sub-exception))[ValueError(bad)], a cancelling=0",
         "= 7: a on",
         "= complete at 7");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_group__leaving_waits_for_all),
        cmocka_unit_test(test_group__leaving_an_empty_group_does_not_wait),
        cmocka_unit_test(test_group__leaving_when_all_have_ended_does_not_wait),
        cmocka_unit_test(test_group__a_child_fails_and_the_others_are_cancelled),
        cmocka_unit_test(test_group__a_child_fails_and_the_block_is_cancelled),
        cmocka_unit_test(test_group__several_children_fail),
        cmocka_unit_test(test_group__the_block_fails),
        cmocka_unit_test(test_group__the_block_fails_and_a_child_too),
        cmocka_unit_test(test_group__the_block_fails_before_the_children_start),
        cmocka_unit_test(test_group__the_block_fails_when_a_child_has_failed_in_the_same_instant),
        cmocka_unit_test(test_group__the_block_swallows_the_cancel_of_a_failed_child),
        cmocka_unit_test(test_group__the_parent_is_cancelled_in_the_block),
        cmocka_unit_test(test_group__the_parent_is_cancelled_while_leaving),
        cmocka_unit_test(test_group__the_parent_is_cancelled_twice_while_leaving),
        cmocka_unit_test(test_group__the_parent_is_cancelled_and_a_child_fails_while_it_cleans_up),
        cmocka_unit_test(test_group__the_parent_is_cancelled_in_the_block_and_a_child_fails),
        cmocka_unit_test(test_group__the_parent_is_cancelled_after_a_child_has_failed),
        cmocka_unit_test(test_group__the_parent_is_cancelled_in_the_instant_of_a_failure),
        cmocka_unit_test(test_group__the_parent_is_cancelled_just_before_a_failure),
        cmocka_unit_test(test_group__the_parent_is_cancelled_while_leaving_as_the_last_ends),
        cmocka_unit_test(test_group__the_parent_is_cancelled_one_hop_later),
        cmocka_unit_test(test_group__the_parent_was_cancelled_before_and_swallowed_it),
        cmocka_unit_test(test_group__a_child_is_cancelled_from_outside),
        cmocka_unit_test(test_group__a_child_ends_cancelled_by_itself),
        cmocka_unit_test(test_group__a_child_creates_another),
        cmocka_unit_test(test_group__a_child_creates_another_after_a_failure),
        cmocka_unit_test(test_group__the_block_creates_another_after_a_failure),
        cmocka_unit_test(test_group__the_block_creates_another_after_it_was_cancelled),
        cmocka_unit_test(test_group__a_group_in_a_group),
        cmocka_unit_test(test_group__a_failure_in_the_inner_group),
        cmocka_unit_test(test_group__a_failure_in_the_outer_group_while_the_inner_one_is_left),
        cmocka_unit_test(test_group__failures_in_both_groups_at_once),
        cmocka_unit_test(test_group__a_group_in_a_child_of_a_group),
        cmocka_unit_test(test_group__a_timeout_around_a_group),
        cmocka_unit_test(test_group__a_timeout_in_a_group),
        cmocka_unit_test(test_group__a_timeout_in_the_instant_of_a_failure),
        cmocka_unit_test(test_group__a_timeout_around_a_group_whose_child_fails_when_cancelled),
        cmocka_unit_test(test_group__children_are_cancelled_in_the_order_of_creation),
        cmocka_unit_test(test_group__results_of_the_children),
        cmocka_unit_test(test_group__a_child_fails_at_once),
        cmocka_unit_test(test_group__a_child_is_awaited_in_the_block),
        cmocka_unit_test(test_group__a_child_is_awaited_by_another_child),
        cmocka_unit_test(test_group__the_group_cannot_be_used_when_it_is_finished_waiting),
        cmocka_unit_test(test_group__nested_groups_swallow_no_cancellation),
        cmocka_unit_test(test_group__a_cancel_from_outside_is_raised_behind_the_failure),
        cmocka_unit_test(test_group__a_timeout_around_a_group_that_fails_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

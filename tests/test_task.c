/* Tasks and their cancellation, as asyncio/tasks.py has them. */
#include "support/engine_test.h"
#include "support/play.h"

static void test_task__tasks_start_in_the_order_of_creation(void **state) {
    (void)state;
    PLAY("a: log a; spawn w; log on; sleep 0; log again",
         "b: log b",
         "~w: log w",
         "= 0: a a, a on, b b, w w, a again",
         "= complete at 0");
}

static void test_task__the_result_of_a_task(void **state) {
    (void)state;
    PLAY("a: spawn w; await w; log a; await w; result w",
         "~w: sleep 1; return 5",
         "= 1: a await=5, a a, a await=5, a result=5",
         "= complete at 1");
}

static void test_task__the_exception_of_a_task(void **state) {
    (void)state;
    PLAY("a: spawn w; await w; catch; await w; catch; exception w",
         "~w: sleep 1; raise ValueError bad",
         "= 1: w ends!ValueError(bad), a await!ValueError(bad), a await!ValueError(bad), "
         "a exception!ValueError(bad), a ends!ValueError(bad)",
         "= complete at 1");
}

static void test_task__await_of_a_task_takes_one_hop(void **state) {
    (void)state;
    PLAY("a: spawn w; await w; log a",
         "b: sleep 1; sleep 0; log b",
         "c: sleep 1; log c",
         "~w: sleep 1; return 1",
         "= 1: c c, b b, a await=1, a a",
         "= complete at 1");
}

static void test_task__await_of_a_done_task_does_not_yield(void **state) {
    (void)state;
    PLAY("a: spawn w; sleep 1; done w; await w; log a",
         "b: sleep 1; log b",
         "~w: return 1",
         "= 1: a done=1, a await=1, a a, b b",
         "= complete at 1");
}

static void test_task__sleep_0_lets_the_others_run_once(void **state) {
    (void)state;
    PLAY("a: log a; sleep 0; log a; sleep 0; log a",
         "b: log b; sleep 0; log b",
         "c: log c",
         "= 0: a a, b b, c c, a a, b b, a a",
         "= complete at 0");
}

static void test_task__sleep_below_0_yields_once(void **state) {
    (void)state;
    PLAY("a: sleep -1; log a",
         "b: log b",
         "= 0: b b, a a",
         "= complete at 0");
}

static void test_task__sleeps_of_the_same_length_end_in_order(void **state) {
    (void)state;
    PLAY("a: sleep 1; log a",
         "b: sleep 1; log b",
         "c: sleep 0.5; sleep 0.5; log c",
         "= 1: a a, b b, c c",
         "= complete at 1");
}

static void test_task__cancelled_while_it_sleeps(void **state) {
    (void)state;
    PLAY("a: sleep 5",
         "b: sleep 1; cancel a why; done a; sleep 0; done a; cancelled a",
         "= 1: b done=0, a sleep!CancelledError(why), a ends!CancelledError(why), b done=1, "
         "b cancelled=1",
         "= complete at 1");
}

static void test_task__cancelled_before_it_starts(void **state) {
    (void)state;
    PLAY("a: log a",
         "b: spawn w; try_cancel w; await w",
         "~w: log never",
         "= 0: a a, b try_cancel=1, b await!CancelledError(), b ends!CancelledError()",
         "= complete at 0");
}

static void test_task__cancelled_before_it_starts_with_a_message(void **state) {
    (void)state;
    PLAY("a: spawn w; cancel w why; cancelling w; await w; catch; cancelled w; await w",
         "~w: log never",
         "= 0: a cancelling=1, a await!CancelledError(why), a cancelled=1, "
         "a await!CancelledError(), a ends!CancelledError()",
         "= complete at 0");
}

static void test_task__cancelled_before_it_starts_twice(void **state) {
    (void)state;
    PLAY("a: spawn w; cancel w one; cancel w two; cancelling w; await w",
         "~w: log never",
         "= 0: a cancelling=2, a await!CancelledError(two), a ends!CancelledError(two)",
         "= complete at 0");
}

static void test_task__cancelled_before_the_loop_runs_it_by_one_created_earlier(void **state) {
    (void)state;
    PLAY("a: cancel b early",
         "b: log never",
         "c: log c; await b",
         "= 0: c c, c await!CancelledError(early), c ends!CancelledError(early)",
         "= complete at 0");
}

static void test_task__a_task_cancels_itself_and_its_next_wait_fails(void **state) {
    (void)state;
    PLAY("a: cancel a self; log still; sleep 1; catch; log on; sleep 1; log end",
         "= 0: a still, a sleep!CancelledError(self), a on",
         "= 1: a end",
         "= complete at 1");
}

static void test_task__a_task_cancels_itself_and_does_not_wait_again(void **state) {
    (void)state;
    PLAY("a: cancel a self; log still; return 3",
         "b: await a; catch; cancelled a; await a",
         "= 0: a still, b await!CancelledError(self), b cancelled=1, "
         "b await!CancelledError(self), b ends!CancelledError(self)",
         "= complete at 0");
}

static void test_task__a_task_cancels_itself_and_fails(void **state) {
    (void)state;
    PLAY("a: cancel a self; raise ValueError bad",
         "b: await a; catch; cancelled a",
         "= 0: a ends!ValueError(bad), b await!ValueError(bad), b cancelled=0",
         "= complete at 0");
}

static void test_task__a_task_cancels_itself_and_what_comes_next_does_not_wait(void **state) {
    (void)state;
    PLAY("lock l",
         "queue q 0",
         "a: cancel a self; acquire l; put q 1; get q; release l; sleep 0; log never",
         "= 0: a acquire, a put, a get=1, a sleep!CancelledError(self), "
         "a ends!CancelledError(self)",
         "= complete at 0");
}

static void test_task__a_task_cancels_itself_and_yields(void **state) {
    (void)state;
    PLAY("a: cancel a self; sleep 0; catch; cancelling a; log on",
         "b: log b",
         "= 0: b b, a sleep!CancelledError(self), a cancelling=1, a on",
         "= complete at 0");
}

static void test_task__a_task_cancels_itself_and_awaits_a_task(void **state) {
    (void)state;
    PLAY("a: spawn w; cancel a self; await w; catch; cancelled w; sleep 0; cancelled w",
         "~w: sleep 1",
         "= 0: a await!CancelledError(self), a cancelled=1, a cancelled=1",
         "= complete at 0");
}

static void test_task__a_task_cancels_itself_twice(void **state) {
    (void)state;
    PLAY("a: cancel a one; cancel a two; cancelling a; sleep 1; catch; sleep 1; log on",
         "= 0: a cancelling=2, a sleep!CancelledError(two)",
         "= 1: a on",
         "= complete at 1");
}

static void test_task__a_cancel_that_is_swallowed(void **state) {
    (void)state;
    PLAY("a: sleep 5; catch; cancelling a; uncancel a; sleep 1; return 2",
         "b: sleep 1; cancel a why; await a; cancelled a",
         "= 1: a sleep!CancelledError(why), a cancelling=1, a uncancel=0",
         "= 2: b await=2, b cancelled=0",
         "= complete at 2");
}

static void test_task__cancelled_twice_in_two_instants(void **state) {
    (void)state;
    PLAY("a: sleep 5; catch; sleep 5",
         "b: sleep 1; cancel a one; sleep 1; cancel a two; cancelling a",
         "= 1: a sleep!CancelledError(one)",
         "= 2: b cancelling=2, a sleep!CancelledError(two), a ends!CancelledError(two)",
         "= complete at 2");
}

static void test_task__cancelled_twice_before_it_runs_raises_the_first(void **state) {
    (void)state;
    PLAY("a: sleep 5; catch; sleep 1; log on",
         "b: sleep 1; cancel a one; cancel a two; cancelling a",
         "= 1: b cancelling=2, a sleep!CancelledError(one)",
         "= 2: a on",
         "= complete at 2");
}

static void test_task__cancelled_in_the_instant_in_which_its_sleep_ends(void **state) {
    (void)state;
    PLAY("b: sleep 1; cancel a late",
         "a: sleep 1; log never",
         "= 1: a sleep!CancelledError(late), a ends!CancelledError(late)",
         "= complete at 1");
}

static void test_task__cancelled_just_after_its_sleep_has_ended(void **state) {
    (void)state;
    PLAY("a: sleep 1; log over; sleep 1",
         "b: sleep 1; cancel a late",
         "= 1: a over, a sleep!CancelledError(late), a ends!CancelledError(late)",
         "= complete at 1");
}

static void test_task__cancelled_while_it_yields(void **state) {
    (void)state;
    PLAY("a: sleep 0; log never",
         "b: cancel a why",
         "= 0: a sleep!CancelledError(why), a ends!CancelledError(why)",
         "= complete at 0");
}

static void test_task__cancel_of_a_done_task_does_nothing(void **state) {
    (void)state;
    PLAY("a: spawn w; sleep 1; try_cancel w; cancelling w; cancelled w; await w",
         "~w: return 1",
         "= 1: a try_cancel=0, a cancelling=0, a cancelled=0, a await=1",
         "= complete at 1");
}

static void test_task__the_message_goes_to_the_first_who_asks(void **state) {
    (void)state;
    PLAY("a: await w",
         "b: await w",
         "w: sleep 5",
         "x: sleep 1; cancel w why; sleep 1; await w",
         "= 1: w sleep!CancelledError(why), w ends!CancelledError(why), "
         "a await!CancelledError(why), a ends!CancelledError(why), b await!CancelledError(), "
         "b ends!CancelledError()",
         "= 2: x await!CancelledError(), x ends!CancelledError()",
         "= complete at 2");
}

static void test_task__the_message_of_a_task_that_ended_with_another_error(void **state) {
    (void)state;
    PLAY("a: spawn w; sleep 1; cancel w why; await w",
         "~w: sleep 5; catch; raise ValueError instead",
         "= 1: w sleep!CancelledError(why), w ends!ValueError(instead), "
         "a await!ValueError(instead), a ends!ValueError(instead)",
         "= complete at 1");
}

static void test_task__cancel_goes_through_awaited_tasks(void **state) {
    (void)state;
    PLAY("a: spawn v; await v",
         "~v: spawn w; await w",
         "~w: sleep 5",
         "x: sleep 1; cancel a deep; cancelling a; cancelling v; cancelling w",
         "= 1: x cancelling=1, x cancelling=1, x cancelling=1, w sleep!CancelledError(deep), "
         "w ends!CancelledError(deep), v await!CancelledError(deep), "
         "v ends!CancelledError(deep), a await!CancelledError(deep), a ends!CancelledError(deep)",
         "= complete at 1");
}

static void test_task__cancel_of_the_inner_one_reaches_the_outer(void **state) {
    (void)state;
    PLAY("a: spawn w; await w",
         "~w: sleep 5",
         "x: sleep 1; cancel w why; cancelled a; sleep 0; sleep 0; cancelled a",
         "= 1: x cancelled=0, w sleep!CancelledError(why), w ends!CancelledError(why), "
         "a await!CancelledError(why), a ends!CancelledError(why), x cancelled=1",
         "= complete at 1");
}

static void test_task__an_inner_task_that_swallows_the_cancel(void **state) {
    (void)state;
    PLAY("a: spawn w; await w; cancelling a; log on",
         "~w: sleep 5; catch; sleep 1; return 4",
         "x: sleep 1; cancel a why",
         "= 1: w sleep!CancelledError(why)",
         "= 2: a await=4, a cancelling=1, a on",
         "= complete at 2");
}

static void test_task__an_inner_task_that_swallows_it_and_a_second_cancel(void **state) {
    (void)state;
    PLAY("a: spawn w; await w",
         "~w: sleep 5; catch; sleep 5",
         "x: sleep 1; cancel a one; sleep 1; cancel a two; cancelling w",
         "= 1: w sleep!CancelledError(one)",
         "= 2: x cancelling=2, w sleep!CancelledError(two), w ends!CancelledError(two), "
         "a await!CancelledError(two), a ends!CancelledError(two)",
         "= complete at 2");
}

static void test_task__an_inner_task_that_fails_when_cancelled(void **state) {
    (void)state;
    PLAY("a: spawn w; await w",
         "~w: sleep 5; catch; raise ValueError bad",
         "x: sleep 1; cancel a why",
         "= 1: w sleep!CancelledError(why), w ends!ValueError(bad), a await!ValueError(bad), "
         "a ends!ValueError(bad)",
         "= complete at 1");
}

static void test_task__cancelled_in_the_instant_in_which_the_inner_one_returns(void **state) {
    (void)state;
    PLAY("a: spawn w; await w",
         "~w: sleep 1; return 3",
         "x: sleep 1; sleep 0; cancel a late; sleep 0; result w",
         "= 1: a await!CancelledError(late), a ends!CancelledError(late), x result=3",
         "= complete at 1");
}

static void test_task__cancelled_when_the_inner_one_is_about_to_return(void **state) {
    (void)state;
    PLAY("a: spawn w; await w",
         "~w: sleep 1; return 3",
         "x: sleep 1; cancel a late",
         "= 1: w sleep!CancelledError(late), w ends!CancelledError(late), "
         "a await!CancelledError(late), a ends!CancelledError(late)",
         "= complete at 1");
}

static void test_task__cleaning_up_waits(void **state) {
    (void)state;
    PLAY("lock l",
         "a: acquire l; sleep 5; !sleep 2; !log clean; !release l",
         "x: sleep 1; cancel a why; await a",
         "= 0: a acquire",
         "= 1: a sleep!CancelledError(why)",
         "= 3: a clean, a ends!CancelledError(why), x await!CancelledError(why), "
         "x ends!CancelledError(why)",
         "= complete at 3");
}

static void test_task__cancelled_again_while_cleaning_up(void **state) {
    (void)state;
    PLAY("a: sleep 5; !sleep 5; !log clean",
         "x: sleep 1; cancel a one; sleep 1; cancel a two",
         "= 1: a sleep!CancelledError(one)",
         "= 2: a sleep!CancelledError(two), a clean, a ends!CancelledError(two)",
         "= complete at 2");
}

static void test_task__uncancel_and_cancelling_count(void **state) {
    (void)state;
    PLAY("a: sleep 9; catch; cancelling a; uncancel a; uncancel a; uncancel a; cancelling a; "
         "sleep 1; log on",
         "x: sleep 1; cancel a; cancel a; cancelling a",
         "= 1: x cancelling=2, a sleep!CancelledError(), a cancelling=2, a uncancel=1, "
         "a uncancel=0, a uncancel=0, a cancelling=0",
         "= 2: a on",
         "= complete at 2");
}

static void test_task__uncancel_to_0_takes_back_a_cancel_not_delivered(void **state) {
    (void)state;
    PLAY("future f",
         "a: await f; cancelling a; sleep 1; log a; cancel a own; uncancel a; sleep 1; log b",
         "x: sleep 1; set_result f 1; cancel a late; uncancel a",
         "= 1: x uncancel=0, a await=1, a cancelling=0",
         "= 2: a a, a uncancel=0",
         "= 3: a b",
         "= complete at 3");
}

static void test_task__uncancel_to_1_takes_no_cancel_back(void **state) {
    (void)state;
    PLAY("future f",
         "a: await f; log never",
         "x: sleep 1; set_result f 1; cancel a one; cancel a two; uncancel a",
         "= 1: x uncancel=1, a await!CancelledError(two), a ends!CancelledError(two)",
         "= complete at 1");
}

static void test_task__uncancel_of_a_task_that_has_not_begun(void **state) {
    (void)state;
    PLAY("a: spawn w; cancel w; uncancel w; await w; log a",
         "~w: log w; return 1",
         "= 0: a uncancel=0, w w, a await=1, a a",
         "= complete at 0");
}

static void test_task__uncancel_does_not_take_back_the_error(void **state) {
    (void)state;
    PLAY("a: sleep 9; log never",
         "x: sleep 1; cancel a why; uncancel a",
         "= 1: x uncancel=0, a sleep!CancelledError(why), a ends!CancelledError(why)",
         "= complete at 1");
}

static void test_task__a_task_that_awaits_itself(void **state) {
    (void)state;
    PLAY("only here: asyncio's message has the coroutine's address in it",
         "a: await a; catch; log on",
         "b: log b",
         "= 0: b b, a await!RuntimeError(Task cannot await on itself: <Task pending name='a'>), "
         "a on",
         "= complete at 0");
}

static void test_task__a_task_that_awaits_itself_is_cancelled(void **state) {
    (void)state;
    PLAY("a: spawn w; await a",
         "~w: cancel a why",
         "= 0: a await!CancelledError(why), a ends!CancelledError(why)",
         "= complete at 0");
}

static void test_task__cancel_of_tasks_that_await_one_another(void **state) {
    (void)state;
    PLAY("only here: asyncio counts a request each time that it goes round",
         "a: await b",
         "b: await a",
         "c: await b",
         "d: sleep 1; cancel a; catch; cancel c; catch; cancelling a; cancelling c; log on",
         "= 1: d cancel!RecursionError(maximum recursion depth exceeded), "
         "d cancel!RecursionError(maximum recursion depth exceeded), d cancelling=0, "
         "d cancelling=0, d on",
         "= deadlock at 1");
}

static void test_task__two_tasks_that_await_one_another(void **state) {
    (void)state;
    PLAY("a: await b",
         "b: await a",
         "= deadlock at 0");
}

static void test_task__a_task_ends_cancelled_without_having_been(void **state) {
    (void)state;
    PLAY("a: spawn w; await w; catch; cancelled w; cancelling w",
         "~w: raise CancelledError own",
         "= 0: w ends!CancelledError(own), a await!CancelledError(own), a cancelled=1, "
         "a cancelling=0",
         "= complete at 0");
}

static void test_task__done_callbacks_of_a_task(void **state) {
    (void)state;
    PLAY("a: spawn w; on_done w r; sleep 0; log a; sleep 0; log a",
         "~w: log w",
         "~r: log r; done w",
         "= 0: w w, a a, r r, r done=1, a a",
         "= complete at 0");
}

static void test_task__spawned_tasks_outlive_their_parent(void **state) {
    (void)state;
    PLAY("a: spawn w; log over",
         "~w: sleep 2; log w",
         "= 0: a over",
         "= 2: w w",
         "= complete at 2");
}

/* --- What a script cannot say ---------------------------------------------------------------- */

enum { CHAIN = 20000, MANY = 50000 };

struct link {
    cad_task *next;
};

static int ended;

static int await_next(void *state, int result) {
    struct link *self = state;
    if (result == 0 && self->next != NULL)
        return cad_await(self->next, NULL);
    if (result == 0)
        return cad_sleep(CAD_NEVER);
    ended++;
    return result;
}

static const cad_step_type link_type = {.state_size = sizeof(struct link), .step = await_next};

static int cancel_first(void *arg) {
    int error = cad_sleep(CAD_SECOND);
    assert_int_equal(error, 0);
    assert_int_equal(cad_future_cancel(arg, "all of them"), 1);
    return 0;
}

/* The one that cancels is a coroutine, whose stack is small. */
static void test_task__a_cancel_goes_down_a_long_chain(void **state) {
    (void)state;
    cad_task *task = NULL;
    ended = 0;
    for (int i = 0; i < CHAIN; i++) {
        cad_task *next = task;
        assert_int_equal(cad_step_create(test_loop, &link_type, NULL, &task), 0);
        ((struct link *)cad_task_state(task))->next = next;
        if (next != NULL)
            cad_future_unref(next); /* which lives until it has ended */
    }
    assert_int_equal(cad_task_create(test_loop, cancel_first, task, NULL, NULL), 0);
    assert_int_equal(cad_loop_run(test_loop), 0);
    assert_int_equal(cad_loop_time(test_loop), CAD_SECOND);
    assert_int_equal(ended, CHAIN);
    assert_int_equal(cad_future_result(task, NULL), CAD_ECANCELLED);
    assert_string_equal(cad_error_message(), "all of them");
    cad_future_unref(task);
}

struct life {
    char zeros[64];
    int steps;
};

static int finished;

static int live(void *state, int result) {
    struct life *self = state;
    for (size_t i = 0; i < sizeof self->zeros; i++)
        assert_int_equal(self->zeros[i], 0);
    if (result != 0 || self->steps++ == 2)
        return result;
    return cad_sleep(CAD_SECOND);
}

static void finish(void *state) {
    (void)state;
    finished++;
}

static const cad_step_type life_type = {
    .state_size = sizeof(struct life), .step = live, .finish = finish};

static void test_task__the_state_of_a_step_machine_is_finished_once(void **state) {
    (void)state;
    cad_task *kept, *cancelled;
    finished = 0;
    assert_int_equal(cad_step_create(test_loop, &life_type, NULL, NULL), 0);
    assert_int_equal(cad_step_create(test_loop, &life_type, NULL, &kept), 0);
    assert_int_equal(cad_step_create(test_loop, &life_type, NULL, &cancelled), 0);
    assert_int_equal(cad_future_cancel(cancelled, NULL), 1);
    assert_int_equal(cad_loop_run(test_loop), 0);
    assert_int_equal(cad_loop_time(test_loop), 2 * CAD_SECOND);
    assert_int_equal(finished, 1);
    cad_future_unref(cancelled);
    assert_int_equal(finished, 2);
    cad_future_unref(kept);
    assert_int_equal(finished, 3);
}

static void test_task__a_dropped_step_machine_is_finished_too(void **state) {
    (void)state;
    finished = 0;
    assert_int_equal(cad_step_create(test_loop, &life_type, NULL, NULL), 0);
    assert_int_equal(cad_step_create(test_loop, &life_type, NULL, NULL), 0);
    cad_loop_stop(test_loop);
    assert_int_equal(cad_loop_run(test_loop), CAD_ESTOPPED);
    cad_loop_free(test_loop);
    test_loop = NULL;
    assert_int_equal(finished, 2);
}

static int sleep_once(void *state, int result) {
    int *steps = state;
    if (result != 0 || (*steps)++ > 0)
        return result;
    return cad_sleep(CAD_SECOND);
}

static const cad_step_type sleeper_type = {.state_size = sizeof(int), .step = sleep_once};

static void test_task__many_step_machines_end_at_their_time(void **state) {
    (void)state;
    for (int i = 0; i < MANY; i++)
        assert_int_equal(cad_step_create(test_loop, &sleeper_type, NULL, NULL), 0);
    assert_int_equal(cad_loop_run(test_loop), 0);
    assert_int_equal(cad_loop_time(test_loop), CAD_SECOND);
}

static int use_stack(void *arg) {
    volatile char bytes[200 * 1024];
    for (size_t i = 0; i < sizeof bytes; i += 1024)
        bytes[i] = 1;
    int error = cad_sleep(CAD_SECOND);
    for (size_t i = 0; i < sizeof bytes; i += 1024)
        *(int *)arg += bytes[i];
    return error;
}

static void test_task__a_coroutine_has_the_stack_that_it_asks_for(void **state) {
    (void)state;
    int sum = 0;
    const cad_task_options options = {.stack_size = 256 * 1024};
    assert_int_equal(cad_task_create(test_loop, use_stack, &sum, &options, NULL), 0);
    assert_int_equal(cad_loop_run(test_loop), 0);
    assert_int_equal(sum, 200);
}

static int give_up(void *arg) {
    (void)arg;
    return CAD_EUSER - 7;
}

static void test_task__an_error_of_the_programs_own_goes_through(void **state) {
    (void)state;
    cad_task *task;
    cad_exception *exception;
    assert_int_equal(cad_task_create(test_loop, give_up, NULL, NULL, &task), 0);
    assert_int_equal(cad_future_result(task, NULL), CAD_ESTATE);
    assert_int_equal(cad_loop_run(test_loop), 0);
    assert_int_equal(cad_future_result(task, NULL), CAD_EUSER - 7);
    assert_string_equal(cad_error_message(), "");
    assert_int_equal(cad_future_exception(task, &exception), CAD_EUSER - 7);
    assert_null(exception);
    cad_future_unref(task);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_task__tasks_start_in_the_order_of_creation),
        cmocka_unit_test(test_task__the_result_of_a_task),
        cmocka_unit_test(test_task__the_exception_of_a_task),
        cmocka_unit_test(test_task__await_of_a_task_takes_one_hop),
        cmocka_unit_test(test_task__await_of_a_done_task_does_not_yield),
        cmocka_unit_test(test_task__sleep_0_lets_the_others_run_once),
        cmocka_unit_test(test_task__sleep_below_0_yields_once),
        cmocka_unit_test(test_task__sleeps_of_the_same_length_end_in_order),
        cmocka_unit_test(test_task__cancelled_while_it_sleeps),
        cmocka_unit_test(test_task__cancelled_before_it_starts),
        cmocka_unit_test(test_task__cancelled_before_it_starts_with_a_message),
        cmocka_unit_test(test_task__cancelled_before_it_starts_twice),
        cmocka_unit_test(test_task__cancelled_before_the_loop_runs_it_by_one_created_earlier),
        cmocka_unit_test(test_task__a_task_cancels_itself_and_its_next_wait_fails),
        cmocka_unit_test(test_task__a_task_cancels_itself_and_does_not_wait_again),
        cmocka_unit_test(test_task__a_task_cancels_itself_and_fails),
        cmocka_unit_test(test_task__a_task_cancels_itself_and_what_comes_next_does_not_wait),
        cmocka_unit_test(test_task__a_task_cancels_itself_and_yields),
        cmocka_unit_test(test_task__a_task_cancels_itself_and_awaits_a_task),
        cmocka_unit_test(test_task__a_task_cancels_itself_twice),
        cmocka_unit_test(test_task__a_cancel_that_is_swallowed),
        cmocka_unit_test(test_task__cancelled_twice_in_two_instants),
        cmocka_unit_test(test_task__cancelled_twice_before_it_runs_raises_the_first),
        cmocka_unit_test(test_task__cancelled_in_the_instant_in_which_its_sleep_ends),
        cmocka_unit_test(test_task__cancelled_just_after_its_sleep_has_ended),
        cmocka_unit_test(test_task__cancelled_while_it_yields),
        cmocka_unit_test(test_task__cancel_of_a_done_task_does_nothing),
        cmocka_unit_test(test_task__the_message_goes_to_the_first_who_asks),
        cmocka_unit_test(test_task__the_message_of_a_task_that_ended_with_another_error),
        cmocka_unit_test(test_task__cancel_goes_through_awaited_tasks),
        cmocka_unit_test(test_task__cancel_of_the_inner_one_reaches_the_outer),
        cmocka_unit_test(test_task__an_inner_task_that_swallows_the_cancel),
        cmocka_unit_test(test_task__an_inner_task_that_swallows_it_and_a_second_cancel),
        cmocka_unit_test(test_task__an_inner_task_that_fails_when_cancelled),
        cmocka_unit_test(test_task__cancelled_in_the_instant_in_which_the_inner_one_returns),
        cmocka_unit_test(test_task__cancelled_when_the_inner_one_is_about_to_return),
        cmocka_unit_test(test_task__cleaning_up_waits),
        cmocka_unit_test(test_task__cancelled_again_while_cleaning_up),
        cmocka_unit_test(test_task__uncancel_and_cancelling_count),
        cmocka_unit_test(test_task__uncancel_to_0_takes_back_a_cancel_not_delivered),
        cmocka_unit_test(test_task__uncancel_to_1_takes_no_cancel_back),
        cmocka_unit_test(test_task__uncancel_of_a_task_that_has_not_begun),
        cmocka_unit_test(test_task__uncancel_does_not_take_back_the_error),
        cmocka_unit_test(test_task__a_task_that_awaits_itself),
        cmocka_unit_test(test_task__a_task_that_awaits_itself_is_cancelled),
        cmocka_unit_test(test_task__cancel_of_tasks_that_await_one_another),
        cmocka_unit_test(test_task__two_tasks_that_await_one_another),
        cmocka_unit_test(test_task__a_task_ends_cancelled_without_having_been),
        cmocka_unit_test(test_task__done_callbacks_of_a_task),
        cmocka_unit_test(test_task__spawned_tasks_outlive_their_parent),
        ENGINE_TEST(test_task__a_cancel_goes_down_a_long_chain),
        ENGINE_TEST(test_task__the_state_of_a_step_machine_is_finished_once),
        ENGINE_TEST(test_task__a_dropped_step_machine_is_finished_too),
        ENGINE_TEST(test_task__many_step_machines_end_at_their_time),
        ENGINE_TEST(test_task__a_coroutine_has_the_stack_that_it_asks_for),
        ENGINE_TEST(test_task__an_error_of_the_programs_own_goes_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

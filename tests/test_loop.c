/* The loop: iterations, the clock, and how a run ends. */
#include "support/engine_test.h"
#include "support/play.h"

static void test_loop__it_ends_in_the_iteration_after_the_last_task(void **state) {
    (void)state;
    PLAY("a: log a; call_soon h r",
         "~r: log r",
         "= 0: a a, r r",
         "= complete at 0");
}

static void test_loop__one_iteration_runs_what_was_ready_when_it_began(void **state) {
    (void)state;
    PLAY("a: log a; sleep 0; log a; sleep 0; log a",
         "b: log b; sleep 0; log b",
         "c: spawn w; log c",
         "~w: log w; sleep 0; log w",
         "= 0: a a, b b, c c, a a, b b, w w, a a, w w",
         "= complete at 0");
}

static void test_loop__ready_tasks_run_before_the_timers_of_the_same_instant(void **state) {
    (void)state;
    PLAY("a: sleep 1; log a; sleep 0; log a",
         "b: sleep 1; sleep 0; log b",
         "c: sleep 2; log c",
         "= 1: a a, a a, b b",
         "= 2: c c",
         "= complete at 2");
}

static void test_loop__a_computing_task_makes_time_pass_for_all(void **state) {
    (void)state;
    PLAY("a: compute 2; time",
         "b: time; sleep 1; time",
         "c: sleep 1; time",
         "= 2: a time=2, b time=2",
         "= 3: b time=3, c time=3",
         "= complete at 3");
}

static void test_loop__timers_that_became_due_meanwhile_run_after_what_is_ready(void **state) {
    (void)state;
    PLAY("a: sleep 1; compute 3; log a; sleep 0; log a",
         "b: sleep 2; log b",
         "c: sleep 1; log c; sleep 0; log c",
         "= 4: a a, c c, a a, c c, b b",
         "= complete at 4");
}

static void test_loop__a_task_waits_for_ever(void **state) {
    (void)state;
    PLAY("event e",
         "a: wait e",
         "b: sleep 2",
         "= deadlock at 2");
}

static void test_loop__stop_ends_the_iteration_first(void **state) {
    (void)state;
    PLAY("a: sleep 1; stop; log a; sleep 1; log never",
         "b: sleep 1; log b; sleep 0; log b",
         "= 1: a a, b b",
         "= stopped at 1");
}

static void test_loop__the_last_task_stops_it(void **state) {
    (void)state;
    PLAY("a: sleep 1; stop",
         "= stopped at 1");
}

static void test_loop__a_long_sleep(void **state) {
    (void)state;
    PLAY("a: sleep 3600; log a",
         "b: sleep 1000000; time",
         "= 3600: a a",
         "= 1000000: b time=1000000",
         "= complete at 1000000");
}

static void test_loop__fractions_of_a_second(void **state) {
    (void)state;
    PLAY("a: sleep 0.25; log a; sleep 0.5; log a; sleep 0.001; log a",
         "= 0.25: a a",
         "= 0.75: a a",
         "= 0.751: a a",
         "= complete at 0.751");
}

/* --- What a script cannot say ---------------------------------------------------------------- */

static int note_name(void *arg) {
    note("%s", (const char *)arg);
    return 0;
}

static int sleep_then_note(void *arg) {
    int error = cad_sleep(CAD_SECOND);
    note("%s %s", (const char *)arg, error == 0 ? "slept" : cad_error_name(error));
    return error;
}

static int wait_for_event(void *arg) {
    int error = cad_event_wait(arg);
    note("woken");
    return error;
}

static void start(cad_coroutine *fn, void *arg) {
    assert_int_equal(cad_task_create(test_loop, fn, arg, NULL, NULL), 0);
}

static void test_loop__a_loop_without_tasks_ends_at_once(void **state) {
    (void)state;
    assert_int_equal(cad_loop_run(test_loop), 0);
    assert_int_equal(cad_loop_time(test_loop), 0);
    assert_int_equal(cad_loop_run(test_loop), 0);
}

static void test_loop__it_runs_until_a_future_is_done(void **state) {
    (void)state;
    cad_future *future = cad_future_new(test_loop);
    cad_task *task;
    start(sleep_then_note, "other");
    assert_int_equal(cad_task_create(test_loop, note_name, "task", NULL, &task), 0);
    assert_int_equal(cad_loop_run_until(test_loop, task), 0);
    assert_int_equal(cad_loop_time(test_loop), 0);
    assert_int_equal(cad_loop_run_until(test_loop, future), CAD_EDEADLOCK);
    HAPPENED("0: task", "1: other slept");
    assert_int_equal(cad_future_set_exception(future, CAD_EINVAL, NULL), 0);
    assert_int_equal(cad_loop_run_until(test_loop, future), 0);
    assert_int_equal(cad_loop_run(test_loop), 0);
    cad_future_unref(task);
    cad_future_unref(future);
}

static void test_loop__a_loop_that_never_runs_frees_its_tasks(void **state) {
    (void)state;
    start(note_name, "never");
    assert_non_null(cad_queue_new(test_loop, 1));
    HAPPENED(NULL);
}

static void test_loop__it_goes_on_after_a_deadlock(void **state) {
    (void)state;
    cad_event *event = cad_event_new(test_loop);
    start(wait_for_event, event);
    assert_int_equal(cad_loop_run(test_loop), CAD_EDEADLOCK);
    assert_int_equal(cad_loop_run(test_loop), CAD_EDEADLOCK);
    cad_event_set(event);
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: woken");
}

static int stop_and_sleep(void *arg) {
    cad_loop_stop(test_loop);
    return sleep_then_note(arg);
}

static void test_loop__it_goes_on_after_a_stop(void **state) {
    (void)state;
    start(stop_and_sleep, "a");
    assert_int_equal(cad_loop_run(test_loop), CAD_ESTOPPED);
    HAPPENED(NULL);
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("1: a slept");
}

static int interrupt(void *arg) {
    note("%s", (const char *)arg);
    cad_loop_interrupt(test_loop);
    return 0;
}

static void test_loop__an_interrupt_leaves_the_rest_in_its_order(void **state) {
    (void)state;
    start(note_name, "a");
    start(interrupt, "interrupt");
    start(note_name, "b");
    start(note_name, "c");
    assert_int_equal(cad_loop_run(test_loop), CAD_EINTERRUPTED);
    HAPPENED("0: a, interrupt");
    start(note_name, "d");
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: a, interrupt, b, c, d");
}

static int interrupt_and_sleep(void *arg) {
    cad_loop_interrupt(test_loop);
    return sleep_then_note(arg);
}

static void test_loop__an_interrupt_leaves_time_where_it_is(void **state) {
    (void)state;
    start(interrupt_and_sleep, "a");
    assert_int_equal(cad_loop_run(test_loop), CAD_EINTERRUPTED);
    assert_int_equal(cad_loop_time(test_loop), 0);
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("1: a slept");
}

static void test_loop__time_goes_no_further_than_its_limit(void **state) {
    (void)state;
    cad_loop_set_limit(test_loop, CAD_SECOND - 1);
    start(sleep_then_note, "a");
    for (int i = 0; i < 2; i++)
        assert_int_equal(cad_loop_run(test_loop), CAD_ETIMEDOUT);
    assert_int_equal(cad_loop_time(test_loop), 0);
    cad_loop_set_limit(test_loop, CAD_SECOND);
    start(note_name, "b");
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: b", "1: a slept");
}

static int await_it(void *arg) {
    int error = cad_await(arg, NULL);
    note("awaited %s", cad_error_name(error));
    return 0;
}

static int compute_for_ever(void *arg) {
    (void)arg;
    for (;;) {
        cad_compute(CAD_SECOND);
        int error = cad_sleep(0);
        if (error != 0)
            return error;
    }
}

static void test_loop__a_limit_ends_what_is_always_busy(void **state) {
    (void)state;
    cad_loop_set_limit(test_loop, 10 * CAD_SECOND);
    start(compute_for_ever, NULL);
    assert_int_equal(cad_loop_run(test_loop), CAD_ETIMEDOUT);
    /* It is looked at once in a few iterations, and not in the middle of one. */
    assert_uint_in_range(cad_loop_time(test_loop), 11 * CAD_SECOND, 30 * CAD_SECOND);
}

static void test_loop__a_deadlock_is_no_matter_of_time(void **state) {
    (void)state;
    cad_future *never = cad_future_new(test_loop);
    cad_loop_set_limit(test_loop, CAD_SECOND);
    start(await_it, never);
    assert_int_equal(cad_loop_run(test_loop), CAD_EDEADLOCK);
    cad_future_unref(never);
}

/* --- Before it waits -------------------------------------------------------------------------- */

typedef struct watcher {
    cad_wait_hook hook;
    const char *name;
    bool interrupts;
} watcher;

static void note_wait(cad_wait_hook *hook, int64_t until_ns) {
    const watcher *self = (const watcher *)hook;
    char text[32];
    note("%s until %s", self->name, until_ns == CAD_NEVER ? "?" : seconds_text(text, until_ns));
    if (self->interrupts)
        cad_loop_interrupt(test_loop);
}

static int sleep_and_compute(void *arg) {
    int error = sleep_then_note(arg);
    cad_compute(2 * CAD_SECOND);
    cad_compute(0);
    return error;
}

static void test_loop__who_wants_to_know_is_told_before_it_waits(void **state) {
    (void)state;
    watcher one = {{note_wait, NULL}, "one", false}, two = {{note_wait, NULL}, "two", false};
    cad_future *never = cad_future_new(test_loop);
    cad_loop_add_wait_hook(test_loop, &one.hook);
    cad_loop_add_wait_hook(test_loop, &two.hook);
    start(sleep_and_compute, "a");
    start(await_it, never);
    assert_int_equal(cad_loop_run(test_loop), CAD_EDEADLOCK);
    HAPPENED("0: one until 1, two until 1", "1: a slept, one until 3, two until 3",
             "3: one until ?, two until ?");
    cad_loop_remove_wait_hook(test_loop, &one.hook);
    cad_loop_remove_wait_hook(test_loop, &one.hook);
    note_clear();
    assert_int_equal(cad_future_set_result(never, NULL), 0);
    start(sleep_then_note, "b");
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("3: awaited Exception, two until 4", "4: b slept");
    cad_future_unref(never);
}

static void test_loop__who_is_told_may_interrupt(void **state) {
    (void)state;
    watcher one = {{note_wait, NULL}, "one", true};
    cad_loop_add_wait_hook(test_loop, &one.hook);
    start(sleep_then_note, "a");
    assert_int_equal(cad_loop_run(test_loop), CAD_EINTERRUPTED);
    cad_loop_remove_wait_hook(test_loop, &one.hook);
    HAPPENED("0: one until 1");
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: one until 1", "1: a slept");
}

static void create_late(void *arg) {
    start(note_name, arg);
    cad_loop_release(test_loop);
}

static void test_loop__a_hold_waits_for_a_task_that_comes_later(void **state) {
    (void)state;
    start(note_name, "early");
    cad_loop_hold(test_loop);
    assert_int_equal(cad_call_later(test_loop, 3 * CAD_SECOND, create_late, "late", NULL), 0);
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: early", "3: late");
}

static int note_where(void *arg) {
    (void)arg;
    assert_ptr_equal(cad_running_loop(), test_loop);
    note("%s %d", cad_task_name(cad_current_task()), (int)cad_task_id(cad_current_task()));
    return 0;
}

static void note_no_task(void *arg) {
    (void)arg;
    assert_null(cad_current_task());
    assert_ptr_equal(cad_running_loop(), test_loop);
    note("callback");
}

static int say_nothing(void *arg) {
    (void)arg;
    return 0;
}

/* The name that a task has by its number is cut as snprintf() cuts, whatever the room. */
static void test_loop__a_name_is_as_long_as_there_is_room(void **state) {
    (void)state;
    char name[16], expected[16], whole[24];
    for (int number = 1; number <= 101; number++) {
        cad_task *task;
        assert_int_equal(cad_task_create(test_loop, say_nothing, NULL, NULL, &task), 0);
        int length = snprintf(whole, sizeof whole, "Task-%d", number);
        assert_int_equal(cad_task_copy_name(task, NULL, 0), length);
        for (size_t size = 1; size <= sizeof name; size++) {
            memset(name, '?', sizeof name);
            memset(expected, '?', sizeof expected);
            size_t kept = size - 1 < (size_t)length ? size - 1 : (size_t)length;
            memcpy(expected, whole, kept);
            expected[kept] = '\0';
            assert_int_equal(cad_task_copy_name(task, name, size), length);
            assert_memory_equal(name, expected, sizeof name);
        }
    }
    assert_int_equal(cad_loop_run(test_loop), 0);
}

static void test_loop__it_knows_which_task_runs(void **state) {
    (void)state;
    const cad_task_options options = {.name = "own"};
    start(note_where, NULL);
    assert_int_equal(cad_task_create(test_loop, note_where, NULL, &options, NULL), 0);
    start(note_where, NULL);
    assert_int_equal(cad_call_soon(test_loop, note_no_task, NULL, NULL), 0);
    assert_null(cad_current_task());
    assert_null(cad_running_loop());
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: Task-1 1, own 2, Task-3 3, callback");
    assert_null(cad_running_loop());
}

static int list_tasks(void *arg) {
    (void)arg;
    for (cad_task *task = cad_loop_first_task(test_loop); task != NULL;
         task = cad_loop_next_task(test_loop, task))
        note("%s", cad_task_name(task));
    return 0;
}

static void test_loop__its_tasks_are_listed_without_those_that_have_ended(void **state) {
    (void)state;
    start(note_name, "ended");
    start(sleep_then_note, "x");
    start(list_tasks, NULL);
    start(sleep_then_note, "y");
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: ended, Task-2, Task-3, Task-4", "1: x slept, y slept");
    assert_null(cad_loop_first_task(test_loop));
}

static int fail_with(void *arg) {
    return cad_raise(CAD_EINVAL, arg);
}

static void on_unretrieved(cad_future *future, int code, const cad_exception *exception,
                           void *arg) {
    note("%s: %s %s(%s)", (const char *)arg, cad_task_name(future), cad_error_name(code),
         exception != NULL ? cad_exception_message(exception) : "");
}

static void test_loop__an_error_that_nobody_asked_for_is_reported(void **state) {
    (void)state;
    cad_task *kept, *awaited, *late;
    cad_loop_set_exception_handler(test_loop, on_unretrieved, "handler");
    start(fail_with, "at once");
    assert_int_equal(cad_task_create(test_loop, fail_with, "kept", NULL, &kept), 0);
    assert_int_equal(cad_task_create(test_loop, fail_with, "awaited", NULL, &awaited), 0);
    assert_int_equal(cad_task_create(test_loop, fail_with, "late", NULL, &late), 0);
    start(await_it, awaited);
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: awaited ValueError, handler: Task-1 ValueError(at once)");
    assert_true(cad_future_unretrieved(kept));
    assert_int_equal(cad_future_result(kept, NULL), CAD_EINVAL);
    assert_string_equal(cad_error_message(), "kept");
    assert_false(cad_future_unretrieved(kept));
    cad_future_unref(kept);
    cad_future_unref(awaited);
    HAPPENED("0: awaited ValueError, handler: Task-1 ValueError(at once)");
    cad_future_unref(late);
    HAPPENED("0: awaited ValueError, handler: Task-1 ValueError(at once), "
             "handler: Task-4 ValueError(late)");
}

static void note_callback(void *arg) {
    note("%s", (const char *)arg);
}

static void test_loop__a_call_from_outside_runs_in_the_next_iteration(void **state) {
    (void)state;
    start(note_name, "a");
    assert_int_equal(cad_call_soon_threadsafe(test_loop, note_callback, "outside"), 0);
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: a, outside");
}

static int build(void) {
    int error = cad_loop_new(cad_virtual_driver(), &test_loop);
    if (error != 0)
        return error;
    cad_lock *lock = cad_lock_new(test_loop);
    bool made = lock != NULL && cad_condition_new(test_loop, lock) != NULL &&
                cad_condition_new(test_loop, NULL) != NULL && cad_event_new(test_loop) != NULL &&
                cad_semaphore_new(test_loop, 1) != NULL && cad_barrier_new(test_loop, 2) != NULL &&
                cad_queue_new(test_loop, 1) != NULL && cad_lifo_queue_new(test_loop, 1) != NULL &&
                cad_future_new(test_loop) != NULL;
    if (!made)
        return CAD_ENOMEM;
    const cad_task_options options = {.name = "named"};
    error = cad_task_create(test_loop, note_name, "ran", &options, NULL);
    if (error == 0)
        error = cad_call_later(test_loop, 0, note_callback, "called", NULL);
    return error == 0 ? cad_set_name(lock, "door") : error;
}

static void test_loop__each_allocation_fails_while_it_is_built(void **state) {
    (void)state;
    bool reached = true;
    for (size_t failing = 1; reached; failing++) {
        cad_loop_free(test_loop);
        test_loop = NULL;
        assert_int_equal(blocks_live(), 0);
        fail_block(failing);
        int error = build();
        reached = block_failed();
        assert_int_equal(error, reached ? CAD_ENOMEM : 0);
    }
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: ran, called");
}

int main(void) {
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
        ENGINE_TEST(test_loop__a_loop_without_tasks_ends_at_once),
        ENGINE_TEST(test_loop__it_runs_until_a_future_is_done),
        ENGINE_TEST(test_loop__a_loop_that_never_runs_frees_its_tasks),
        ENGINE_TEST(test_loop__it_goes_on_after_a_deadlock),
        ENGINE_TEST(test_loop__it_goes_on_after_a_stop),
        ENGINE_TEST(test_loop__an_interrupt_leaves_the_rest_in_its_order),
        ENGINE_TEST(test_loop__an_interrupt_leaves_time_where_it_is),
        ENGINE_TEST(test_loop__time_goes_no_further_than_its_limit),
        ENGINE_TEST(test_loop__a_limit_ends_what_is_always_busy),
        ENGINE_TEST(test_loop__a_deadlock_is_no_matter_of_time),
        ENGINE_TEST(test_loop__who_wants_to_know_is_told_before_it_waits),
        ENGINE_TEST(test_loop__who_is_told_may_interrupt),
        ENGINE_TEST(test_loop__a_hold_waits_for_a_task_that_comes_later),
        ENGINE_TEST(test_loop__a_name_is_as_long_as_there_is_room),
        ENGINE_TEST(test_loop__it_knows_which_task_runs),
        ENGINE_TEST(test_loop__its_tasks_are_listed_without_those_that_have_ended),
        ENGINE_TEST(test_loop__an_error_that_nobody_asked_for_is_reported),
        ENGINE_TEST(test_loop__a_call_from_outside_runs_in_the_next_iteration),
        ENGINE_TEST(test_loop__each_allocation_fails_while_it_is_built),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

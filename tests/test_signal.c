/* loop.add_signal_handler() and remove_signal_handler(). */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "support/engine_test.h"

static void call(void *arg) {
    note("%s", (const char *)arg);
}

static void handle(int number, const char *what) {
    assert_int_equal(cad_add_signal_handler(test_loop, number, call, (void *)(uintptr_t)what), 0);
}

static void start(cad_coroutine *fn, void *arg) {
    assert_int_equal(cad_task_create(test_loop, fn, arg, NULL, NULL), 0);
}

static bool is_default(int number) {
    struct sigaction current;
    return sigaction(number, NULL, &current) == 0 && current.sa_handler == SIG_DFL;
}

/* --- Order ------------------------------------------------------------------------------------ */

/* asyncio reads its self-pipe in the next iteration, behind what is ready in it, and calls the
 * handler in the one after. */
static int raise_and_count(void *arg) {
    (void)arg;
    (void)raise(SIGUSR1);
    note("raised");
    for (int i = 1; i <= 3; i++) {
        (void)cad_sleep(0);
        note("turn %d", i);
    }
    return 0;
}

static void test_signal__is_handled_in_the_iteration_after_the_next(void **state) {
    (void)state;
    handle(SIGUSR1, "handler");
    start(raise_and_count, NULL);
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: raised, turn 1, turn 2, handler, turn 3");
}

static void raise_and_compute(void *arg) {
    (void)arg;
    (void)raise(SIGUSR1);
    cad_compute(CAD_SECOND);
    note("computed");
}

static int sleep_a_second(void *arg) {
    (void)arg;
    (void)cad_sleep(CAD_SECOND);
    note("slept");
    return 0;
}

static void test_signal__of_a_busy_loop_comes_before_timers_that_are_due_by_then(void **state) {
    (void)state;
    handle(SIGUSR1, "handler");
    start(sleep_a_second, NULL);
    assert_int_equal(cad_call_soon(test_loop, raise_and_compute, NULL, NULL), 0);
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("1: computed, handler, slept");
}

static int raise_several(void *arg) {
    static const int numbers[] = {SIGUSR2, SIGUSR1, SIGUSR1, SIGUSR2};
    (void)arg;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        (void)raise(numbers[i]);
    return cad_sleep(CAD_SECOND);
}

static void test_signal__each_is_handled_once_in_the_order_of_their_coming(void **state) {
    (void)state;
    handle(SIGUSR1, "one");
    handle(SIGUSR2, "two");
    start(raise_several, NULL);
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: two, one, one, two");
}

enum { MANY = 5000 };

static void count(void *arg) {
    ++*(int *)arg;
}

static int raise_many(void *arg) {
    (void)arg;
    for (int i = 0; i < MANY; i++)
        (void)raise(i % 2 == 0 ? SIGUSR1 : SIGUSR2);
    return cad_sleep(CAD_SECOND);
}

static void test_signal__none_of_thousands_is_lost(void **state) {
    int ones = 0, twos = 0;
    (void)state;
    assert_int_equal(cad_add_signal_handler(test_loop, SIGUSR1, count, &ones), 0);
    assert_int_equal(cad_add_signal_handler(test_loop, SIGUSR2, count, &twos), 0);
    start(raise_many, NULL);
    assert_int_equal(cad_loop_run(test_loop), 0);
    assert_int_equal(ones, MANY / 2);
    assert_int_equal(twos, MANY / 2);
}

static void raise_again(void *arg) {
    int *left = arg;
    note("%d", *left);
    if (--*left > 0)
        (void)raise(SIGUSR1);
}

static void test_signal__may_be_raised_by_its_handler(void **state) {
    int left = 3;
    (void)state;
    assert_int_equal(cad_add_signal_handler(test_loop, SIGUSR1, raise_again, &left), 0);
    start(raise_several, NULL);
    assert_int_equal(cad_add_signal_handler(test_loop, SIGUSR2, call, "two"), 0);
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: two, 3, 2, two, 1, 0");
}

/* --- Adding and removing ---------------------------------------------------------------------- */

static void test_signal__a_second_handler_takes_the_place_of_the_first(void **state) {
    (void)state;
    handle(SIGUSR1, "first");
    handle(SIGUSR1, "second");
    (void)raise(SIGUSR1); /* before the run: its first iteration reads it */
    start(sleep_a_second, NULL);
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: second", "1: slept");
    assert_true(cad_remove_signal_handler(test_loop, SIGUSR1));
    assert_false(cad_remove_signal_handler(test_loop, SIGUSR1));
    assert_true(is_default(SIGUSR1));
}

static int raise_and_remove(void *arg) {
    (void)arg;
    (void)raise(SIGUSR1);
    (void)cad_sleep(0);
    assert_true(cad_remove_signal_handler(test_loop, SIGUSR1));
    return cad_sleep(CAD_SECOND);
}

static void test_signal__is_not_handled_by_what_was_removed_meanwhile(void **state) {
    (void)state;
    handle(SIGUSR1, "handler");
    start(raise_and_remove, NULL);
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED(NULL);
}

static void remove_both(void *arg) {
    note("%s", (const char *)arg);
    assert_true(cad_remove_signal_handler(test_loop, SIGUSR1));
    assert_true(cad_remove_signal_handler(test_loop, SIGUSR2));
}

static void test_signal__a_handler_may_remove_itself_and_others(void **state) {
    (void)state;
    assert_int_equal(cad_add_signal_handler(test_loop, SIGUSR2, remove_both, "both"), 0);
    handle(SIGUSR1, "never");
    start(raise_several, NULL);
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: both");
}

static void test_signal__that_there_is_not_or_that_cannot_be_caught(void **state) {
    (void)state;
    assert_int_equal(cad_add_signal_handler(test_loop, 0, call, NULL), CAD_EINVAL);
    assert_int_equal(cad_add_signal_handler(test_loop, -1, call, NULL), CAD_EINVAL);
    assert_int_equal(cad_add_signal_handler(test_loop, 65, call, NULL), CAD_EINVAL);
    assert_int_equal(cad_add_signal_handler(test_loop, SIGKILL, call, NULL), CAD_ERUNTIME);
    assert_string_equal(cad_error_message(), "the signal cannot be caught");
    assert_false(cad_remove_signal_handler(test_loop, SIGKILL));
    assert_false(cad_remove_signal_handler(test_loop, 65));
}

static void test_signal__goes_to_the_handlers_of_all_loops(void **state) {
    cad_loop *other;
    int counted = 0;
    (void)state;
    assert_int_equal(cad_loop_new(cad_virtual_driver(), &other), 0);
    handle(SIGUSR1, "handler");
    assert_int_equal(cad_add_signal_handler(other, SIGUSR1, count, &counted), 0);
    start(raise_several, NULL);
    assert_int_equal(cad_add_signal_handler(other, SIGUSR2, count, &counted), 0);
    assert_int_equal(cad_loop_run(test_loop), 0);
    assert_int_equal(cad_task_create(other, sleep_a_second, NULL, NULL, NULL), 0);
    assert_int_equal(cad_loop_run(other), 0);
    assert_int_equal(counted, 4);
    cad_loop_free(other);
    assert_false(is_default(SIGUSR1));
}

/* --- Interrupts ------------------------------------------------------------------------------- */

static int raise_interrupt(void *arg) {
    (void)raise(SIGINT);
    (void)cad_sleep(CAD_SECOND);
    note("%s", (const char *)arg);
    return 0;
}

static void test_signal__with_a_handler_interrupts_nothing(void **state) {
    (void)state;
    assert_int_equal(cad_loop_interrupt_on(test_loop, SIGINT), 0);
    handle(SIGINT, "handler");
    start(raise_interrupt, "went on");
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: handler", "1: went on");
    assert_true(cad_remove_signal_handler(test_loop, SIGINT));
    start(raise_interrupt, "went on later");
    assert_int_equal(cad_loop_run(test_loop), CAD_EINTERRUPTED);
    assert_int_equal(cad_loop_signal(test_loop), SIGINT);
}

/* --- The real world --------------------------------------------------------------------------- */

static void set_event(void *event) {
    cad_event_set(event);
}

static int wait_for_event(void *event) {
    return cad_event_wait(event);
}

static void *kill_from_a_thread(void *arg) {
    (void)arg;
    (void)kill(getpid(), SIGUSR1);
    return NULL;
}

/* What only a signal could wake is not deadlocked where the world is real. */
static void test_signal__wakes_a_loop_that_has_nothing_else(void **state) {
    cad_loop *loop;
    pthread_t thread;
    (void)state;
    assert_int_equal(cad_loop_new(cad_uv_driver(), &loop), 0);
    cad_event *event = cad_event_new(loop);
    assert_int_equal(cad_add_signal_handler(loop, SIGUSR1, set_event, event), 0);
    assert_int_equal(cad_task_create(loop, wait_for_event, event, NULL, NULL), 0);
    assert_int_equal(pthread_create(&thread, NULL, kill_from_a_thread, NULL), 0);
    assert_int_equal(cad_loop_run(loop), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    cad_loop_free(loop);
    assert_true(is_default(SIGUSR1));
}

static void test_signal__that_will_not_come_is_a_deadlock_in_a_simulated_world(void **state) {
    (void)state;
    cad_event *event = cad_event_new(test_loop);
    assert_int_equal(cad_add_signal_handler(test_loop, SIGUSR1, set_event, event), 0);
    start(wait_for_event, event);
    assert_int_equal(cad_loop_run(test_loop), CAD_EDEADLOCK);
    (void)raise(SIGUSR1);
    assert_int_equal(cad_loop_run(test_loop), 0);
}

static void
test_signal__of_the_end_of_a_run_is_kept_for_the_next_or_goes_with_the_loop(void **state) {
    (void)state;
    handle(SIGUSR1, "handler");
    start(sleep_a_second, NULL);
    assert_int_equal(cad_loop_run(test_loop), 0);
    (void)raise(SIGUSR1);
    start(sleep_a_second, NULL);
    assert_int_equal(cad_loop_run(test_loop), 0);
    (void)raise(SIGUSR1);
    HAPPENED("1: slept, handler", "2: slept");
}

/* --- At the start and the end ----------------------------------------------------------------- */

static atomic_bool over;

/* To whichever thread: in the middle of whatever the loop's is at. */
static void *send_all_the_time(void *arg) {
    (void)arg;
    for (unsigned i = 0; !atomic_load(&over); i++)
        (void)kill(getpid(), i % 2 == 0 ? SIGUSR1 : SIGUSR2);
    return NULL;
}

static int yield_once(void *arg) {
    (void)arg;
    return cad_sleep(0);
}

static void start_and_end_a_loop(int *handled) {
    cad_loop *loop;
    assert_int_equal(cad_loop_new(cad_uv_driver(), &loop), 0);
    assert_int_equal(cad_add_signal_handler(loop, SIGUSR1, count, handled), 0);
    assert_int_equal(cad_add_signal_handler(loop, SIGUSR2, count, handled), 0);
    assert_int_equal(cad_task_create(loop, yield_once, NULL, NULL, NULL), 0);
    assert_int_equal(cad_loop_run(loop), 0);
    cad_loop_free(loop);
}

static void test_signal__that_come_while_loops_start_and_end(void **state) {
    enum { LOOPS = 300 };
    pthread_t thread;
    int handled = 0;
    (void)state;
    void (*first)(int) = signal(SIGUSR1, SIG_IGN), (*second)(int) = signal(SIGUSR2, SIG_IGN);
    atomic_store(&over, false);
    assert_int_equal(pthread_create(&thread, NULL, send_all_the_time, NULL), 0);
    for (int i = 0; i < LOOPS || handled == 0; i++)
        start_and_end_a_loop(&handled);
    atomic_store(&over, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_ptr_equal(signal(SIGUSR1, first), SIG_IGN);
    assert_ptr_equal(signal(SIGUSR2, second), SIG_IGN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_signal__is_handled_in_the_iteration_after_the_next),
        ENGINE_TEST(test_signal__of_a_busy_loop_comes_before_timers_that_are_due_by_then),
        ENGINE_TEST(test_signal__each_is_handled_once_in_the_order_of_their_coming),
        ENGINE_TEST(test_signal__none_of_thousands_is_lost),
        ENGINE_TEST(test_signal__may_be_raised_by_its_handler),
        ENGINE_TEST(test_signal__a_second_handler_takes_the_place_of_the_first),
        ENGINE_TEST(test_signal__is_not_handled_by_what_was_removed_meanwhile),
        ENGINE_TEST(test_signal__a_handler_may_remove_itself_and_others),
        ENGINE_TEST(test_signal__that_there_is_not_or_that_cannot_be_caught),
        ENGINE_TEST(test_signal__goes_to_the_handlers_of_all_loops),
        ENGINE_TEST(test_signal__with_a_handler_interrupts_nothing),
        ENGINE_TEST(test_signal__wakes_a_loop_that_has_nothing_else),
        ENGINE_TEST(test_signal__that_will_not_come_is_a_deadlock_in_a_simulated_world),
        ENGINE_TEST(test_signal__of_the_end_of_a_run_is_kept_for_the_next_or_goes_with_the_loop),
        ENGINE_TEST(test_signal__that_come_while_loops_start_and_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Signals that interrupt a loop, under the virtual clock: nothing about them is the real one's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <signal.h>
#include <time.h>

#include "cadran.h"
#include "support/child.h"

static cad_loop *loop;

static int setup(void **state) {
    (void)state;
    return cad_loop_new(cad_virtual_driver(), &loop);
}

static int teardown(void **state) {
    (void)state;
    cad_loop_free(loop);
    return 0;
}

static int send_and_sleep(void *number) {
    (void)raise(*(const int *)number);
    return cad_sleep(CAD_SECOND);
}

/* A task sends it, and then has a second to go. */
static void send(const int *number) {
    assert_int_equal(cad_task_create(loop, send_and_sleep, (void *)(uintptr_t)number, NULL, NULL),
                     0);
}

static const int hangup = SIGHUP, terminate = SIGTERM;

static bool is_default(int number) {
    struct sigaction current;
    return sigaction(number, NULL, &current) == 0 && current.sa_handler == SIG_DFL;
}

static void test_interrupt__says_which_signal_it_was(void **state) {
    (void)state;
    assert_int_equal(cad_loop_interrupt_on(loop, SIGHUP), 0);
    assert_int_equal(cad_loop_interrupt_on(loop, SIGTERM), 0);
    send(&terminate);
    assert_int_equal(cad_loop_run(loop), CAD_EINTERRUPTED);
    assert_int_equal(cad_loop_signal(loop), SIGTERM);
    assert_false(cad_loop_interrupted(loop));
    send(&hangup);
    assert_int_equal(cad_loop_run(loop), CAD_EINTERRUPTED);
    assert_int_equal(cad_loop_signal(loop), SIGHUP);
    assert_int_equal(cad_loop_run(loop), 0);
    assert_int_equal(cad_loop_signal(loop), 0);
    assert_int_equal(cad_loop_time(loop), CAD_SECOND);
}

static void test_interrupt__before_the_run_is_kept_for_it(void **state) {
    (void)state;
    assert_int_equal(cad_loop_interrupt_on(loop, SIGTERM), 0);
    send(&hangup);
    (void)raise(SIGTERM);
    assert_true(cad_loop_interrupted(loop));
    assert_int_equal(cad_loop_signal(loop), SIGTERM);
    assert_int_equal(cad_loop_run(loop), CAD_EINTERRUPTED); /* or SIGHUP ends the process */
    assert_int_equal(cad_loop_signal(loop), SIGTERM);
    assert_int_equal(cad_loop_interrupt_on(loop, SIGHUP), 0);
    assert_int_equal(cad_loop_run(loop), CAD_EINTERRUPTED);
    assert_int_equal(cad_loop_signal(loop), SIGHUP);
}

static void test_interrupt__by_the_program_is_no_signal(void **state) {
    (void)state;
    assert_int_equal(cad_loop_interrupt_on(loop, SIGTERM), 0);
    send(&terminate);
    cad_loop_interrupt(loop);
    assert_true(cad_loop_interrupted(loop));
    assert_int_equal(cad_loop_run(loop), CAD_EINTERRUPTED);
    assert_int_equal(cad_loop_signal(loop), 0);
    /* Of both, the signal is remembered. */
    cad_loop_interrupt(loop);
    (void)raise(SIGTERM);
    cad_loop_interrupt(loop);
    assert_int_equal(cad_loop_run(loop), CAD_EINTERRUPTED);
    assert_int_equal(cad_loop_signal(loop), SIGTERM);
}

static void test_interrupt__goes_to_every_loop_that_listens(void **state) {
    cad_loop *other;
    (void)state;
    assert_int_equal(cad_loop_new(cad_virtual_driver(), &other), 0);
    assert_int_equal(cad_loop_interrupt_on(loop, SIGTERM), 0);
    assert_int_equal(cad_loop_interrupt_on(other, SIGTERM), 0);
    assert_int_equal(cad_loop_interrupt_on(other, SIGTERM), 0); /* is on */
    (void)raise(SIGTERM);
    assert_true(cad_loop_interrupted(loop));
    assert_true(cad_loop_interrupted(other));
    cad_loop_interrupt_off(other, SIGHUP); /* was not on */
    assert_false(is_default(SIGTERM));
    cad_loop_free(other);
    assert_false(is_default(SIGTERM));
    cad_loop_interrupt_off(loop, SIGTERM);
    assert_true(is_default(SIGTERM));
}

static void test_interrupt__by_what_cannot_be_handled(void **state) {
    static const int numbers[] = {0, -1, 65, 100000, SIGKILL};
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        assert_int_equal(cad_loop_interrupt_on(loop, numbers[i]), CAD_ESYSTEM);
}

/* --- A callback that does not return ---------------------------------------------------------- */

static void pause_ns(int64_t ns) {
    struct timespec rest = {.tv_nsec = (long)ns};
    while (nanosleep(&rest, &rest) != 0)
        continue;
}

static void send_twice(void *between_ns) {
    (void)raise(SIGHUP);
    pause_ns(*(const int64_t *)between_ns);
    (void)raise(SIGTERM);
    pause_ns(CAD_MILLISECOND);
}

static int run_and_send_twice(void *between_ns) {
    if (cad_loop_interrupt_on(loop, SIGHUP) != 0 || cad_loop_interrupt_on(loop, SIGTERM) != 0 ||
        cad_call_soon(loop, send_twice, between_ns, NULL) != 0)
        return 1;
    cad_loop_hold(loop);
    return cad_loop_run(loop) == CAD_EINTERRUPTED && cad_loop_signal(loop) == SIGHUP ? 0 : 2;
}

static void test_interrupt__another_signal_ends_a_process_that_hangs(void **state) {
    static const int64_t long_ns = 200 * CAD_MILLISECOND;
    child self;
    (void)state;
    child_run(&self, run_and_send_twice, (void *)(uintptr_t)&long_ns);
    assert_true(child_killed(&self, SIGTERM));
}

static void test_interrupt__two_at_once_are_one(void **state) {
    static const int64_t short_ns = CAD_MICROSECOND;
    child self;
    (void)state;
    child_run(&self, run_and_send_twice, (void *)(uintptr_t)&short_ns);
    assert_true(child_exited(&self, 0));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_interrupt__says_which_signal_it_was),
        TEST(test_interrupt__before_the_run_is_kept_for_it),
        TEST(test_interrupt__by_the_program_is_no_signal),
        TEST(test_interrupt__goes_to_every_loop_that_listens),
        TEST(test_interrupt__by_what_cannot_be_handled),
        TEST(test_interrupt__another_signal_ends_a_process_that_hangs),
        TEST(test_interrupt__two_at_once_are_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

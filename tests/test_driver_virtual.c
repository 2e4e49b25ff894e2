/* A simulated world: its clock stands still while anything can run, and jumps otherwise. */
#define _GNU_SOURCE /* SOCK_NONBLOCK */
#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/engine_test.h"

static void create(cad_coroutine *fn, void *arg) {
    assert_int_equal(cad_task_create(test_loop, fn, arg, NULL, NULL), 0);
}

static int sleep_and_note(void *arg) {
    const char *name = arg;
    int error = cad_sleep((name[1] - '0') * CAD_SECOND);
    note("%s", name);
    return error;
}

static void test_driver_virtual__time_jumps_to_the_next_deadline(void **state) {
    (void)state;
    static char *const names[] = {"a3", "b1", "c3", "d0", "e9", "f1"};
    for (int i = 0; i < 6; i++)
        create(sleep_and_note, names[i]);
    assert_int_equal(cad_loop_time(test_loop), 0);
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: d0", "1: b1, f1", "3: a3, c3", "9: e9");
    assert_int_equal(cad_loop_time(test_loop), 9 * CAD_SECOND);
}

static int yield_many_times(void *arg) {
    (void)arg;
    for (int i = 0; i < 10000; i++) {
        int error = cad_sleep(i % 2 == 0 ? 0 : -CAD_SECOND);
        if (error != 0)
            return error;
    }
    note("yielded");
    return 0;
}

static void test_driver_virtual__time_stands_while_anything_can_run(void **state) {
    (void)state;
    create(yield_many_times, NULL);
    create(sleep_and_note, "a1");
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: yielded", "1: a1");
}

static int compute(void *arg) {
    note("begin");
    cad_compute(2 * CAD_SECOND + 1);
    cad_compute(0);
    cad_compute(-1);
    note("end");
    (void)arg;
    return 0;
}

static void test_driver_virtual__compute_takes_time_from_all(void **state) {
    (void)state;
    create(sleep_and_note, "a1");
    create(sleep_and_note, "b5");
    create(compute, NULL);
    create(sleep_and_note, "c1");
    assert_int_equal(cad_loop_run(test_loop), 0);
    /* a is late; c began its second when the computation was over. */
    HAPPENED("0: begin", "2.000000001: end, a1", "3.000000001: c1", "5: b5");
}

static int await_forever(void *future) {
    int error = cad_await(future, NULL);
    note("released");
    return error;
}

static void test_driver_virtual__a_deadlock_leaves_time_where_it_is(void **state) {
    (void)state;
    cad_future *future = cad_future_new(test_loop);
    create(await_forever, future);
    create(sleep_and_note, "a2");
    assert_int_equal(cad_loop_run(test_loop), CAD_EDEADLOCK);
    assert_int_equal(cad_loop_time(test_loop), 2 * CAD_SECOND);
    assert_int_equal(cad_loop_run(test_loop), CAD_EDEADLOCK);
    /* Going on, the time goes on too. */
    create(sleep_and_note, "b1");
    assert_int_equal(cad_future_set_result(future, NULL), 0);
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("2: a2, released", "3: b1");
    cad_future_unref(future);
}

static void test_driver_virtual__a_hold_does_not_hide_a_deadlock(void **state) {
    (void)state;
    cad_loop_hold(test_loop);
    assert_int_equal(cad_loop_run(test_loop), CAD_EDEADLOCK);
    cad_loop_release(test_loop);
    assert_int_equal(cad_loop_run(test_loop), 0);
}

static void call(void *arg) {
    note("%s", (const char *)arg);
}

static void test_driver_virtual__what_is_due_already_runs_now(void **state) {
    (void)state;
    create(sleep_and_note, "a1");
    assert_int_equal(cad_loop_run(test_loop), 0);
    assert_int_equal(cad_call_at(test_loop, CAD_SECOND / 2, call, "past", NULL), 0);
    assert_int_equal(cad_call_later(test_loop, -CAD_SECOND, call, "before", NULL), 0);
    create(sleep_and_note, "b1");
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("1: a1, before, past", "2: b1");
}

static int sleep_to_the_end(void *arg) {
    int error = cad_sleep(*(const int64_t *)arg);
    note("woken");
    return error;
}

static void test_driver_virtual__times_do_not_overflow(void **state) {
    (void)state;
    static const int64_t nearly = CAD_NEVER - 2 * CAD_SECOND, never = CAD_NEVER;
    create(sleep_to_the_end, (void *)(intptr_t)&nearly);
    assert_int_equal(cad_loop_run(test_loop), 0);
    assert_int_equal(cad_loop_time(test_loop), nearly);
    /* Beyond the end of time there is nothing. */
    create(sleep_and_note, "a9");
    create(sleep_to_the_end, (void *)(intptr_t)&never);
    assert_int_equal(cad_loop_run(test_loop), CAD_EDEADLOCK);
    assert_int_equal(cad_loop_time(test_loop), nearly);
}

static int interrupt_after(void *arg) {
    int error = cad_sleep(CAD_SECOND);
    note("interrupt");
    cad_loop_interrupt(arg);
    return error;
}

static void test_driver_virtual__an_interrupt_leaves_the_rest_for_later(void **state) {
    (void)state;
    create(interrupt_after, test_loop);
    create(sleep_and_note, "a1");
    create(sleep_and_note, "b2");
    assert_int_equal(cad_loop_run(test_loop), CAD_EINTERRUPTED);
    HAPPENED("1: interrupt");
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("1: interrupt, a1", "2: b2");
}

static int many_step(void *state, int result) {
    int *left = state;
    if (result != 0 || --*left < 0)
        return result;
    return cad_sleep(*left % 7 * CAD_MILLISECOND);
}

static void test_driver_virtual__thousands_of_timers_end_in_time(void **state) {
    (void)state;
    static const cad_step_type type = {.state_size = sizeof(int), .step = many_step};
    for (int i = 0; i < 5000; i++) {
        cad_task *task;
        assert_int_equal(cad_step_create(test_loop, &type, NULL, &task), 0);
        *(int *)cad_task_state(task) = 1 + i % 50;
        cad_future_unref(task);
    }
    assert_int_equal(cad_loop_run(test_loop), 0);
    /* Fifty sleeps: 49 % 7 + 48 % 7 + ... + 0 milliseconds. */
    assert_int_equal(cad_loop_time(test_loop), 147 * CAD_MILLISECOND);
}

static void never_connected(cad_stream *stream, void *arg) {
    (void)stream;
    (void)arg;
    fail();
}

/* A refusal leaves no socket at a path, and no connection at somebody else's. */
static int reach_out(void *arg) {
    static const char ours[] = "test_virtual.sock", theirs[] = "test_virtual_real.sock";
    const cad_server_options options = {.connected = never_connected};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    cad_server *server;
    cad_stream *stream;
    (void)arg;
    int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", theirs);
    (void)unlink(ours);
    (void)unlink(theirs);
    assert_int_equal(bind(listening, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listening, 1), 0);
    assert_int_equal(cad_start_unix_server(test_loop, ours, &options, &server), CAD_ESYSTEM);
    assert_int_not_equal(access(ours, F_OK), 0);
    assert_int_equal(cad_open_unix_connection(theirs, 0, &stream), CAD_ESYSTEM);
    assert_int_equal(accept(listening, NULL, NULL), -1);
    assert_int_equal(errno, EAGAIN);
    (void)close(listening);
    (void)unlink(theirs);
    return 0;
}

static void test_driver_virtual__nobody_outside_sees_what_is_refused(void **state) {
    (void)state;
    create(reach_out, NULL);
    assert_int_equal(cad_loop_run(test_loop), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_driver_virtual__time_jumps_to_the_next_deadline),
        ENGINE_TEST(test_driver_virtual__time_stands_while_anything_can_run),
        ENGINE_TEST(test_driver_virtual__compute_takes_time_from_all),
        ENGINE_TEST(test_driver_virtual__a_deadlock_leaves_time_where_it_is),
        ENGINE_TEST(test_driver_virtual__a_hold_does_not_hide_a_deadlock),
        ENGINE_TEST(test_driver_virtual__what_is_due_already_runs_now),
        ENGINE_TEST(test_driver_virtual__times_do_not_overflow),
        ENGINE_TEST(test_driver_virtual__an_interrupt_leaves_the_rest_for_later),
        ENGINE_TEST(test_driver_virtual__thousands_of_timers_end_in_time),
        ENGINE_TEST(test_driver_virtual__nobody_outside_sees_what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

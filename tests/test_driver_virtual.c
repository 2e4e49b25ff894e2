/* A simulated world: its clock stands still while anything can run, and jumps otherwise. */
#include "driver.h"
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

/* --- A driver that is late -----------------------------------------------------------------------
 */

/* As a real clock's, but its lateness is chosen: each look at it takes a microsecond. */
typedef struct late_driver {
    cad_driver driver;
    int64_t now_ns;
    int64_t lateness_ns[4]; /* of each wait in turn */
    unsigned waits;
} late_driver;

static void late_start(cad_driver *driver) {
    ((late_driver *)driver)->now_ns = 0;
}

static int64_t late_now(cad_driver *driver) {
    return ((late_driver *)driver)->now_ns += CAD_MICROSECOND;
}

static bool late_wait(cad_driver *driver, int64_t deadline_ns) {
    late_driver *self = (late_driver *)driver;
    if (deadline_ns == CAD_NEVER)
        return false;
    if (deadline_ns > self->now_ns)
        self->now_ns = deadline_ns + self->lateness_ns[self->waits++ % 4];
    return true;
}

static void late_compute(cad_driver *driver, int64_t duration_ns) {
    ((late_driver *)driver)->now_ns += duration_ns;
}

static int late_submit(cad_driver *driver, cad_request *request) {
    (void)driver, (void)request;
    return CAD_ESYSTEM;
}

static void late_cancel(cad_driver *driver, cad_request *request) {
    (void)driver, (void)request; /* there are none */
}

static void late_wake(cad_driver *driver) {
    (void)driver;
}

static void late_free(cad_driver *driver) {
    (void)driver; /* it is a variable */
}

static late_driver late;

static void run_late(int64_t a_ns, int64_t b_ns, int64_t c_ns, int64_t d_ns) {
    late = (late_driver){.driver = {.tolerance_ns = 10 * CAD_MILLISECOND,
                                    .start = late_start,
                                    .now = late_now,
                                    .wait = late_wait,
                                    .compute = late_compute,
                                    .submit = late_submit,
                                    .cancel = late_cancel,
                                    .wake = late_wake,
                                    .free = late_free},
                         .lateness_ns = {a_ns, b_ns, c_ns, d_ns}};
    cad_loop_free(test_loop);
    assert_int_equal(cad_loop_new(&late.driver, &test_loop), 0);
}

typedef struct job {
    int number;
    cad_queue *window;
} job;

static char order[256];

static int run_job(void *arg) {
    job *self = arg;
    char what[8];
    int error = cad_queue_put(self->window, self);
    snprintf(what, sizeof what, "+%d", self->number);
    strcat(order, what);
    if (error == 0)
        error = cad_sleep((self->number % 3 + 1) * CAD_SECOND);
    snprintf(what, sizeof what, "-%d", self->number);
    strcat(order, what);
    return error == 0 ? cad_queue_get(self->window, NULL) : error;
}

static void run_window(void) {
    static job jobs[8];
    cad_queue *window = cad_queue_new(test_loop, 4);
    order[0] = '\0';
    for (int i = 0; i < 8; i++) {
        jobs[i] = (job){.number = i, .window = window};
        create(run_job, &jobs[i]);
    }
    assert_int_equal(cad_loop_run(test_loop), 0);
    assert_string_equal(order, "+0+1+2+3-0-3+4+5-1+6-2-4-6+7-5-7");
}

static void test_driver_virtual__a_late_driver_keeps_the_order(void **state) {
    (void)state;
    run_window();
    run_late(0, 0, 0, 0);
    run_window();
    run_late(60 * CAD_MICROSECOND, 9 * CAD_MILLISECOND, 100, 3 * CAD_MILLISECOND);
    run_window();
    /* Lateness does not add up. */
    assert_in_range(cad_loop_time(test_loop), 5 * CAD_SECOND,
                    5 * CAD_SECOND + 10 * CAD_MILLISECOND);
}

static int64_t slept_ns[2];

static int sleep_twice(void *arg) {
    for (int i = 0; i < 2; i++) {
        int64_t begin_ns = cad_loop_time(test_loop);
        int error = cad_sleep(*(const int64_t *)arg);
        slept_ns[i] = cad_loop_time(test_loop) - begin_ns;
        if (error != 0)
            return error;
    }
    return 0;
}

/* Each sleep, when the first one ends late by this and the second one in time. */
static void sleep_late(int64_t delay_ns, int64_t lateness_ns) {
    run_late(lateness_ns, 0, 0, 0);
    create(sleep_twice, &delay_ns);
    assert_int_equal(cad_loop_run(test_loop), 0);
}

static void test_driver_virtual__a_late_sleep_shortens_the_next_a_little(void **state) {
    (void)state;
    sleep_late(CAD_SECOND, 8 * CAD_MILLISECOND);
    assert_in_range(slept_ns[1], CAD_SECOND - 9 * CAD_MILLISECOND,
                    CAD_SECOND - 7 * CAD_MILLISECOND);
    /* By no more than 10 ms, and by no more than an eighth. */
    sleep_late(CAD_SECOND, 12 * CAD_MILLISECOND);
    assert_in_range(slept_ns[1], CAD_SECOND, CAD_SECOND + CAD_MILLISECOND);
    sleep_late(8 * CAD_MILLISECOND, 2 * CAD_MILLISECOND);
    assert_in_range(slept_ns[1], 8 * CAD_MILLISECOND, 9 * CAD_MILLISECOND);
}

static int compute_and_sleep(void *arg) {
    cad_compute(5 * CAD_MILLISECOND);
    return sleep_twice(arg);
}

static void test_driver_virtual__work_is_not_lateness(void **state) {
    (void)state;
    static const int64_t second_ns = CAD_SECOND;
    run_late(0, 0, 0, 0);
    create(compute_and_sleep, (void *)(intptr_t)&second_ns);
    assert_int_equal(cad_loop_run(test_loop), 0);
    assert_in_range(slept_ns[0], CAD_SECOND, CAD_SECOND + CAD_MILLISECOND);
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
        ENGINE_TEST(test_driver_virtual__a_late_driver_keeps_the_order),
        ENGINE_TEST(test_driver_virtual__a_late_sleep_shortens_the_next_a_little),
        ENGINE_TEST(test_driver_virtual__work_is_not_lateness),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The loop's time, under a driver whose clock the test moves and which is late on purpose: the
 * order of what comes from timers is that of the virtual clock, to the nanosecond, and what else
 * moves the loop's time does so exactly. */
#include "driver.h"
#include "support/engine_test.h"

enum { LOOK_NS = 100 }; /* what each look at its clock takes */

#define MS CAD_MILLISECOND

/* --- The driver ------------------------------------------------------------------------------- */

enum { WORKS = 4 };

typedef struct late_driver {
    cad_driver driver;
    int64_t now_ns;
    int64_t late_ns[4]; /* of each wait that comes to its deadline, in turn */
    unsigned waits, looks;
    struct work {
        cad_request *request; /* NULL: none */
        int64_t end_ns;
    } works[WORKS];
    int64_t work_late_ns; /* how much later than it was to end each ends */
    int interrupt_at;     /* the wait, counted from 1, in which the loop is interrupted */
} late_driver;

static late_driver late;

static void late_start(cad_driver *driver) {
    ((late_driver *)driver)->now_ns = 0;
}

static int64_t late_now(cad_driver *driver) {
    return ((late_driver *)driver)->now_ns += LOOK_NS;
}

static struct work *first_work(late_driver *self) {
    struct work *first = NULL;
    for (struct work *work = self->works; work < self->works + WORKS; work++)
        if (work->request != NULL && (first == NULL || work->end_ns < first->end_ns))
            first = work;
    return first;
}

static void end_work(struct work *work, int result) {
    cad_request *request = work->request;
    work->request = NULL;
    if (result == 0)
        request->of.work.run(request);
    cad__complete(request, result);
}

static bool late_wait(cad_driver *driver, int64_t deadline_ns) {
    late_driver *self = (late_driver *)driver;
    struct work *work = first_work(self);
    if (++self->looks == (unsigned)self->interrupt_at) {
        cad_loop_interrupt(test_loop);
        return true;
    }
    if (work != NULL && (work->end_ns <= deadline_ns || work->end_ns <= self->now_ns)) {
        if (work->end_ns > self->now_ns)
            self->now_ns = work->end_ns;
        end_work(work, 0);
    } else if (deadline_ns == CAD_NEVER) {
        return false;
    } else if (deadline_ns > self->now_ns) {
        self->now_ns = deadline_ns + self->late_ns[self->waits++ % 4];
    }
    return true;
}

static void late_compute(cad_driver *driver, int64_t duration_ns) {
    late_driver *self = (late_driver *)driver;
    self->now_ns += duration_ns + self->late_ns[self->waits++ % 4];
}

static int late_submit(cad_driver *driver, cad_request *request) {
    late_driver *self = (late_driver *)driver;
    for (struct work *work = self->works; work < self->works + WORKS; work++) {
        if (work->request != NULL)
            continue;
        work->request = request;
        work->end_ns = self->now_ns + request->of.work.virtual_ns + self->work_late_ns;
        return 0;
    }
    return CAD_ESYSTEM;
}

static void late_cancel(cad_driver *driver, cad_request *request) {
    late_driver *self = (late_driver *)driver;
    for (struct work *work = self->works; work < self->works + WORKS; work++)
        if (work->request == request)
            end_work(work, CAD_ECANCELLED);
}

static void late_wake(cad_driver *driver) {
    (void)driver;
}

static void late_free(cad_driver *driver) {
    for (int i = 0; i < WORKS; i++)
        assert_null(((late_driver *)driver)->works[i].request);
}

/* The test's loop is one over it from now on. */
static void be_late(int64_t a_ns, int64_t b_ns, int64_t c_ns, int64_t d_ns) {
    cad_loop_free(test_loop);
    late = (late_driver){.driver = {.start = late_start,
                                    .now = late_now,
                                    .wait = late_wait,
                                    .compute = late_compute,
                                    .submit = late_submit,
                                    .cancel = late_cancel,
                                    .wake = late_wake,
                                    .free = late_free},
                         .late_ns = {a_ns, b_ns, c_ns, d_ns}};
    assert_int_equal(cad_loop_new(&late.driver, &test_loop), 0);
}

/* --- What runs over it ------------------------------------------------------------------------ */

static char happenings[8192];
static size_t length;

/* With the loop's time, in microseconds. */
static void say(const char *what) {
    int64_t due_ns = cad_loop_deadline(test_loop, 0);
    length += (size_t)snprintf(happenings + length, sizeof happenings - length, "%s@%lld ", what,
                               (long long)(due_ns / CAD_MICROSECOND));
    assert_true(length < sizeof happenings);
}

static void forget(void) {
    length = 0;
    happenings[0] = '\0';
}

static void create(cad_coroutine *fn, void *arg) {
    assert_int_equal(cad_task_create(test_loop, fn, arg, NULL, NULL), 0);
}

static void run(void) {
    assert_int_equal(cad_loop_run(test_loop), 0);
}

/* Work that nobody is told of. */
static void work(int64_t duration_ns) {
    late.now_ns += duration_ns;
}

/* A name, and what it sleeps in microseconds, one after the other; 0 yields, -1 ends. */
typedef struct sleeper {
    const char *name;
    int delays[8];
} sleeper;

static int sleep_and_say(void *arg) {
    const sleeper *self = arg;
    for (const int *delay = self->delays; *delay >= 0; delay++) {
        int error = cad_sleep(*delay * CAD_MICROSECOND);
        if (error != 0)
            return error;
        say(self->name);
    }
    return 0;
}

static void say_callback(void *name) {
    say(name);
}

static void call_again(void *name) {
    say(name);
    assert_int_equal(cad_call_later(test_loop, 10 * MS, say_callback, "later", NULL), 0);
}

static int wait_without_time(void *arg) {
    cad_future *future = cad_future_new(test_loop);
    assert_int_equal(cad_sleep(10 * MS), 0);
    assert_int_equal(cad_wait(&future, 1, CAD_ALL_COMPLETED, 0), 0);
    assert_int_equal(cad_sleep(10 * MS), 0);
    say(arg);
    cad_future_unref(future);
    return 0;
}

static int time_out(void *arg) {
    cad_timeout *scope;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(cad_timeout_enter(2 * MS, &scope), 0);
        if (i == 1)
            assert_int_equal(cad_timeout_reschedule(scope, cad_loop_deadline(test_loop, 4 * MS)),
                             0);
        if (i == 2)
            assert_int_equal(cad_timeout_reschedule(scope, cad_loop_deadline(test_loop, 0)), 0);
        assert_int_equal(cad_timeout_leave(scope, cad_sleep(CAD_SECOND)), CAD_ETIMEDOUT);
        say(arg);
    }
    return 0;
}

static int compute(void *arg) {
    for (int i = 0; i < 3; i++) {
        assert_int_equal(cad_sleep(3 * MS), 0);
        cad_compute(4 * MS);
        say(arg);
    }
    return 0;
}

static const sleeper sleepers[] = {
    {"a", {100000, 100000, -1}},
    {"b", {100020, 99990, -1}}, /* ten microseconds later */
    {"c", {15000, 5000, 0, 0, 80000, -1}},
    {"d", {10000, 0, 10000, 0, 0, 80000, 100000, -1}},
    {"e", {5000, 5000, 5000, 5000, 5000, -1}},
    {"f", {25000, -1}},
    {"g", {1, 1, 1, 1, 19996, -1}},
};

static void create_program(void) {
    assert_int_equal(cad_call_at(test_loop, 20 * MS, say_callback, "at", NULL), 0);
    for (size_t i = 0; i < sizeof sleepers / sizeof *sleepers; i++)
        create(sleep_and_say, (void *)(uintptr_t)&sleepers[i]);
    create(wait_without_time, "w");
    create(time_out, "t");
    create(compute, "z");
    assert_int_equal(cad_call_later(test_loop, 10 * MS, call_again, "call", NULL), 0);
}

static void run_program(char *copy) {
    forget();
    create_program();
    run();
    memcpy(copy, happenings, sizeof happenings);
}

static char virtually[sizeof happenings], really[sizeof happenings];

static void test_clock__what_comes_from_timers_has_one_order(void **state) {
    (void)state;
    static const int64_t lateness[][4] = {
        {0, 0, 0, 0},
        {60 * CAD_MICROSECOND, 9 * MS, 100, 3 * MS},
        {30 * MS, 0, 200 * MS, 5 * CAD_MICROSECOND},
        {19 * CAD_MICROSECOND, 20 * CAD_MICROSECOND, 21 * CAD_MICROSECOND, 1},
    };
    run_program(virtually);
    for (size_t i = 0; i < sizeof lateness / sizeof *lateness; i++) {
        be_late(lateness[i][0], lateness[i][1], lateness[i][2], lateness[i][3]);
        run_program(really);
        assert_string_equal(really, virtually);
    }
}

/* However late the loop is, where its times are nominal. */
static void test_clock__a_nominal_loop_is_never_too_late(void **state) {
    (void)state;
    run_program(virtually);
    be_late(90 * CAD_SECOND, 0, MS, 2 * CAD_SECOND);
    cad_loop_set_nominal(test_loop, true);
    run_program(really);
    assert_string_equal(really, virtually);
}

/* An hour of lateness leaves nothing behind; nor does the work of ten thousand others. */
static int tick(void *arg) {
    (void)arg;
    for (int i = 0; i < 3600; i++) {
        assert_int_equal(cad_sleep(CAD_SECOND), 0);
        work(900 * CAD_MICROSECOND);
    }
    say("hour");
    return 0;
}

static void test_clock__periodic_tasks_do_not_drift(void **state) {
    (void)state;
    be_late(60 * CAD_MICROSECOND, 9 * MS, 0, 100 * MS);
    forget();
    create(tick, NULL);
    for (int i = 0; i < 50; i++)
        create(tick, NULL);
    run();
    assert_int_equal(strncmp(happenings, "hour@3600000000 hour@3600000000 ", 32), 0);
}

/* --- Who wants to know how late it is ------------------------------------------------------- */

/* In whole microseconds: what was looked at before is a part of one. */
static void note_lateness(cad_clock_hook *hook, int64_t due_ns, int64_t now_ns) {
    (void)hook;
    length += (size_t)snprintf(happenings + length, sizeof happenings - length, "%lld+%lld ",
                               (long long)(due_ns / CAD_MICROSECOND),
                               (long long)((now_ns - due_ns) / CAD_MICROSECOND));
    assert_true(length < sizeof happenings);
}

static int sleep_and_compute(void *arg) {
    (void)arg;
    int error = cad_sleep(10 * MS);
    work(500 * CAD_MICROSECOND);
    if (error == 0)
        cad_compute(4 * MS);
    return error == 0 ? cad_sleep(10 * MS) : error;
}

static void test_clock__who_wants_to_know_is_told_how_late_the_loop_is(void **state) {
    (void)state;
    cad_clock_hook hook = {.looked = note_lateness}, removed = hook;
    be_late(2 * MS, 0, 3 * MS, 0);
    cad_loop_set_nominal(test_loop, true);
    forget();
    cad_loop_add_clock_hook(test_loop, &removed);
    cad_loop_add_clock_hook(test_loop, &hook);
    cad_loop_remove_clock_hook(test_loop, &removed);
    cad_loop_remove_clock_hook(test_loop, &removed);
    create(sleep_and_compute, NULL);
    run();
    assert_string_equal(happenings, "0+0 10000+2000 10000+2000 14000+2500 24000+3000 24000+3000 ");
}

static void test_clock__nobody_is_late_in_a_simulated_world(void **state) {
    (void)state;
    cad_clock_hook hook = {.looked = note_lateness};
    forget();
    cad_loop_add_clock_hook(test_loop, &hook);
    create(sleep_and_compute, NULL);
    run();
    assert_string_equal(happenings, "");
}

/* --- Work --------------------------------------------------------------------------------------*/

static int64_t slept_ns[2]; /* by the driver's clock */

typedef struct worker {
    int64_t work_ns, delay_ns;
} worker;

static int work_and_sleep(void *arg) {
    const worker *self = arg;
    for (int i = 0; i < 2; i++) {
        work(self->work_ns);
        int64_t begin_ns = late.now_ns;
        int error = cad_sleep(self->delay_ns);
        slept_ns[i] = late.now_ns - begin_ns;
        if (error != 0)
            return error;
    }
    return 0;
}

static void test_clock__work_is_not_lateness(void **state) {
    static const worker long_one = {45 * MS, 400 * MS}, shortest = {MS, 2 * MS};
    (void)state;
    be_late(0, 0, 0, 0);
    create(work_and_sleep, (void *)(uintptr_t)&long_one);
    run();
    for (int i = 0; i < 2; i++)
        assert_uint_in_range(slept_ns[i], 400 * MS, 400 * MS + 10 * LOOK_NS);
    create(work_and_sleep, (void *)(uintptr_t)&shortest);
    run();
    for (int i = 0; i < 2; i++)
        assert_uint_in_range(slept_ns[i], 2 * MS, 2 * MS + 10 * LOOK_NS);
}

/* What wait() was late, and no more: also after work. */
static void test_clock__lateness_shortens_the_next_delay_by_as_much(void **state) {
    static const worker idle = {0, CAD_SECOND}, busy = {45 * MS, CAD_SECOND};
    (void)state;
    be_late(8 * MS, 0, 0, 0);
    create(work_and_sleep, (void *)(uintptr_t)&idle);
    run();
    assert_uint_in_range(slept_ns[1], CAD_SECOND - 8 * MS - 10 * LOOK_NS,
                         CAD_SECOND - 8 * MS + 10 * LOOK_NS);
    be_late(8 * MS, 0, 0, 0);
    create(work_and_sleep, (void *)(uintptr_t)&busy);
    run();
    assert_uint_in_range(slept_ns[1], CAD_SECOND - 8 * MS - 10 * LOOK_NS,
                         CAD_SECOND - 8 * MS + 10 * LOOK_NS);
}

static int work_a_little(void *arg) {
    work(30 * CAD_MICROSECOND);
    return sleep_and_say(arg);
}

static void test_clock__what_instructions_take_parts_no_tie(void **state) {
    static const sleeper first = {"first", {10000, -1}}, second = {"second", {10000, -1}},
                         third = {"third", {5000, 5000, -1}};
    (void)state;
    be_late(0, 0, 0, 0);
    forget();
    create(work_a_little, (void *)(uintptr_t)&first);
    create(work_a_little, (void *)(uintptr_t)&second);
    create(work_a_little, (void *)(uintptr_t)&third);
    run();
    assert_string_equal(happenings, "third@5000 first@10000 second@10000 third@10000 ");
}

/* What is due meanwhile comes after the turn, as after a cad_compute(). */
static int work_long(void *arg) {
    (void)arg;
    work(45 * MS);
    say("worked");
    return 0;
}

static void test_clock__work_moves_the_time_as_compute_does(void **state) {
    static const sleeper tick = {"tick", {10000, 10000, -1}};
    (void)state;
    be_late(0, 0, 0, 0);
    forget();
    create(sleep_and_say, (void *)(uintptr_t)&tick);
    create(work_long, NULL);
    run();
    assert_string_equal(happenings, "worked@45000 tick@45000 tick@55000 ");
}

static void test_clock__a_nominal_loop_counts_no_work(void **state) {
    static const sleeper tick = {"tick", {10000, 10000, -1}};
    (void)state;
    be_late(0, 0, 0, 0);
    cad_loop_set_nominal(test_loop, true);
    forget();
    create(sleep_and_say, (void *)(uintptr_t)&tick);
    create(work_long, NULL);
    run();
    assert_string_equal(happenings, "worked@0 tick@10000 tick@20000 ");
}

/* --- Loops that are late, or never rest ------------------------------------------------------- */

/* A loop that was stopped for a second does not make up for it. */
static void test_clock__who_was_stopped_begins_anew(void **state) {
    static const sleeper tick = {"tick", {10000, 10000, 10000, -1}};
    (void)state;
    be_late(0, CAD_SECOND, 0, 0);
    forget();
    create(sleep_and_say, (void *)(uintptr_t)&tick);
    run();
    assert_int_equal(strncmp(happenings, "tick@10000 tick@1020000 tick@1030000 ", 37), 0);
}

static bool flag;

static void set_flag(void *arg) {
    (void)arg;
    flag = true;
}

static int yield_until_flag(void *arg) {
    while (!flag) {
        int error = cad_sleep(0);
        if (error != 0)
            return error;
        work(CAD_MICROSECOND);
    }
    say(arg);
    return 0;
}

/* Time would stand still for ever. */
static void test_clock__a_timer_comes_to_those_who_never_rest(void **state) {
    (void)state;
    for (int nominal = 0; nominal < 2; nominal++) {
        be_late(0, 0, 0, 0);
        cad_loop_set_nominal(test_loop, nominal != 0);
        flag = false;
        assert_int_equal(cad_call_later(test_loop, 15 * MS, set_flag, NULL, NULL), 0);
        create(yield_until_flag, "set");
        run();
        assert_uint_in_range(late.now_ns, 15 * MS, (nominal != 0 ? 1100 : 25) * MS);
    }
}

/* --- The outside -------------------------------------------------------------------------------*/

static void no_work(void *arg) {
    (void)arg;
}

typedef struct thread {
    const char *name;
    int64_t duration_ns;
} thread;

static int thread_and_sleep(void *arg) {
    const thread *self = arg;
    int error = cad_to_thread(no_work, NULL, self->duration_ns);
    if (error != 0)
        return error;
    say(self->name);
    int64_t begin_ns = late.now_ns;
    error = cad_sleep(10 * MS);
    slept_ns[0] = late.now_ns - begin_ns;
    return error;
}

/* It happens when it happens, and a delay from there is not short, whatever is due meanwhile. */
static void test_clock__what_comes_from_outside_is_now(void **state) {
    static const thread work = {"thread", 7 * MS};
    static const sleeper tick = {"tick", {5000, 5000, 5000, 5000, -1}};
    (void)state;
    be_late(3 * MS, 0, 0, 0);
    late.work_late_ns = 123 * CAD_MICROSECOND;
    forget();
    create(thread_and_sleep, (void *)(uintptr_t)&work);
    create(sleep_and_say, (void *)(uintptr_t)&tick);
    run();
    assert_string_equal(happenings, "tick@5000 thread@8000 tick@10000 tick@15000 tick@20000 ");
    assert_uint_in_range(slept_ns[0], 10 * MS - 20 * LOOK_NS, 10 * MS + 20 * LOOK_NS);
}

/* More timers than there is time for. */
static int never_catch_up(void *arg) {
    (void)arg;
    while (!flag) {
        int error = cad_sleep(100 * CAD_MICROSECOND);
        if (error != 0)
            return error;
        work(900 * CAD_MICROSECOND);
    }
    return 0;
}

static int thread_sets_flag(void *arg) {
    int error = cad_to_thread(no_work, NULL, 5 * MS);
    set_flag(arg);
    return error;
}

static void test_clock__timers_do_not_keep_the_outside_waiting(void **state) {
    (void)state;
    be_late(0, 0, 0, 0);
    flag = false;
    create(never_catch_up, NULL);
    create(thread_sets_flag, NULL);
    run();
    assert_uint_in_range(late.now_ns, 5 * MS, 400 * MS);
}

static const thread threads[] = {{"x", 10 * MS}, {"y", 5 * MS}, {"z", 10 * MS}, {"v", 20 * MS}};

static void run_threads(void) {
    static const sleeper around[] = {{"a", {5000, 5000, -1}}, {"b", {10000, 10000, -1}}};
    forget();
    cad_loop_set_threads(test_loop, 2);
    create(sleep_and_say, (void *)(uintptr_t)&around[0]);
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++)
        create(thread_and_sleep, (void *)(uintptr_t)&threads[i]);
    create(sleep_and_say, (void *)(uintptr_t)&around[1]);
    run();
}

/* Where they tie with timers, and with one another. */
static void test_clock__threads_of_a_nominal_loop_end_in_their_place(void **state) {
    (void)state;
    run_threads();
    memcpy(virtually, happenings, sizeof happenings);
    static const int64_t lateness_ns[] = {0, 1, 50 * CAD_MICROSECOND, 30 * MS};
    for (size_t i = 0; i < sizeof lateness_ns / sizeof *lateness_ns; i++) {
        be_late(0, 40 * CAD_MICROSECOND, 0, 20 * MS);
        cad_loop_set_nominal(test_loop, true);
        late.work_late_ns = lateness_ns[i];
        run_threads();
        assert_string_equal(happenings, virtually);
    }
}

static void test_clock__who_waits_for_a_late_thread_can_be_interrupted(void **state) {
    (void)state;
    be_late(0, 0, 0, 0);
    cad_loop_set_nominal(test_loop, true);
    late.work_late_ns = 3 * MS;
    forget();
    late.interrupt_at = 3; /* after the first look, and the wait for its end */
    create(thread_and_sleep, (void *)(uintptr_t)&threads[0]);
    assert_int_equal(cad_loop_run(test_loop), CAD_EINTERRUPTED);
    assert_string_equal(happenings, "");
    run();
    assert_string_equal(happenings, "x@10000 ");
}

/* One is under way, the other is over before its time. */
static void test_clock__threads_of_a_nominal_loop_end_with_it(void **state) {
    (void)state;
    be_late(0, 0, 0, 0);
    cad_loop_set_nominal(test_loop, true);
    late.work_late_ns = -5 * MS;
    cad_loop_set_limit(test_loop, 8 * MS);
    create(thread_and_sleep, (void *)(uintptr_t)&threads[0]);
    create(thread_and_sleep, (void *)(uintptr_t)&threads[3]);
    assert_int_equal(cad_loop_run(test_loop), CAD_ETIMEDOUT);
    assert_null(late.works[0].request);
    assert_non_null(late.works[1].request);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_clock__what_comes_from_timers_has_one_order),
        ENGINE_TEST(test_clock__a_nominal_loop_is_never_too_late),
        ENGINE_TEST(test_clock__periodic_tasks_do_not_drift),
        ENGINE_TEST(test_clock__who_wants_to_know_is_told_how_late_the_loop_is),
        ENGINE_TEST(test_clock__nobody_is_late_in_a_simulated_world),
        ENGINE_TEST(test_clock__work_is_not_lateness),
        ENGINE_TEST(test_clock__lateness_shortens_the_next_delay_by_as_much),
        ENGINE_TEST(test_clock__what_instructions_take_parts_no_tie),
        ENGINE_TEST(test_clock__work_moves_the_time_as_compute_does),
        ENGINE_TEST(test_clock__a_nominal_loop_counts_no_work),
        ENGINE_TEST(test_clock__who_was_stopped_begins_anew),
        ENGINE_TEST(test_clock__a_timer_comes_to_those_who_never_rest),
        ENGINE_TEST(test_clock__what_comes_from_outside_is_now),
        ENGINE_TEST(test_clock__timers_do_not_keep_the_outside_waiting),
        ENGINE_TEST(test_clock__threads_of_a_nominal_loop_end_in_their_place),
        ENGINE_TEST(test_clock__who_waits_for_a_late_thread_can_be_interrupted),
        ENGINE_TEST(test_clock__threads_of_a_nominal_loop_end_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

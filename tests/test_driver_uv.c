/* The real world: interrupts, threads and a clock that goes by itself. Times are held to an order
 * and to bounds that a busy machine keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "cadran.h"
#include "support/child.h"

#define SOON (10 * CAD_MILLISECOND)
#define LONG (60 * CAD_SECOND) /* longer than the test may take */

static cad_loop *loop;

static int setup(void **state) {
    (void)state;
    return cad_loop_new(cad_uv_driver(), &loop);
}

static int teardown(void **state) {
    (void)state;
    cad_loop_free(loop);
    return 0;
}

static void create(cad_coroutine *fn, void *arg) {
    assert_int_equal(cad_task_create(loop, fn, arg, NULL, NULL), 0);
}

static void pause_ns(int64_t ns) {
    struct timespec rest = {.tv_sec = (time_t)(ns / CAD_SECOND),
                            .tv_nsec = (long)(ns % CAD_SECOND)};
    while (nanosleep(&rest, &rest) != 0)
        continue;
}

/* --- The clock -------------------------------------------------------------------------------- */

typedef struct sleeper {
    int64_t delay_ns, slept_ns;
    int place; /* in the order of waking */
} sleeper;

static int woken;

static int sleep_and_look(void *arg) {
    sleeper *self = arg;
    int64_t begin_ns = cad_loop_deadline(loop, 0);
    int error = cad_sleep(self->delay_ns);
    self->slept_ns = cad_loop_time(loop) - begin_ns;
    self->place = woken++;
    return error;
}

static void test_driver_uv__sleeps_end_in_order_and_not_before_their_time(void **state) {
    (void)state;
    sleeper sleepers[] = {{.delay_ns = 400 * CAD_MILLISECOND},
                          {.delay_ns = 1},
                          {.delay_ns = 100 * CAD_MILLISECOND + 1},
                          {.delay_ns = 500 * CAD_MICROSECOND},
                          {.delay_ns = 100 * CAD_MILLISECOND + 1}};
    static const int places[] = {4, 0, 2, 1, 3};
    woken = 0;
    for (int i = 0; i < 5; i++)
        create(sleep_and_look, &sleepers[i]);
    assert_int_equal(cad_loop_run(loop), 0);
    for (int i = 0; i < 5; i++) {
        assert_uint_in_range(sleepers[i].slept_ns, sleepers[i].delay_ns, LONG);
        assert_int_equal(sleepers[i].place, places[i]);
    }
}

static void work_blocked(int64_t until_ns) {
    while (cad_loop_time(loop) < until_ns)
        (void)usleep(1000);
}

static void work_busy(int64_t until_ns) {
    while (cad_loop_time(loop) < until_ns)
        continue;
}

typedef struct toiler {
    void (*work)(int64_t until_ns);
    int64_t slept_ns[3];
} toiler;

static int work_and_sleep(void *arg) {
    toiler *self = arg;
    for (int i = 0; i < 3; i++) {
        self->work(cad_loop_time(loop) + 20 * CAD_MILLISECOND);
        int64_t begin_ns = cad_loop_time(loop);
        int error = cad_sleep(40 * CAD_MILLISECOND);
        self->slept_ns[i] = cad_loop_time(loop) - begin_ns;
        if (error != 0)
            return error;
    }
    return 0;
}

/* A delay begins when the work is done. It is short by what the sleep before was late, so that the
 * best of several is what is looked at. */
static void test_driver_uv__work_is_not_lateness(void **state) {
    static void (*const works[])(int64_t) = {work_blocked, work_busy};
    (void)state;
    for (int i = 0; i < 2; i++) {
        toiler self = {.work = works[i]};
        create(work_and_sleep, &self);
        assert_int_equal(cad_loop_run(loop), 0);
        int64_t longest_ns = 0;
        for (int k = 0; k < 3; k++)
            if (self.slept_ns[k] > longest_ns)
                longest_ns = self.slept_ns[k];
        assert_uint_in_range(longest_ns, 38 * CAD_MILLISECOND, LONG);
    }
}

static int watch_clock(void *arg) {
    int64_t last_ns = 0;
    (void)arg;
    for (int i = 0; i < 20000; i++) {
        int64_t now_ns = cad_loop_time(loop);
        if (now_ns < last_ns)
            return CAD_EUSER;
        last_ns = now_ns;
        if (i % 100 == 0) {
            int error = cad_sleep(i % 300 == 0 ? CAD_MICROSECOND : 0);
            if (error != 0)
                return error;
        }
    }
    return 0;
}

static void test_driver_uv__time_begins_at_0_and_never_goes_back(void **state) {
    (void)state;
    cad_task *task;
    assert_int_equal(cad_loop_time(loop), 0);
    pause_ns(SOON);
    assert_int_equal(cad_loop_time(loop), 0);
    assert_int_equal(cad_task_create(loop, watch_clock, NULL, NULL, &task), 0);
    assert_int_equal(cad_loop_run(loop), 0);
    assert_int_equal(cad_future_result(task, NULL), 0);
    cad_future_unref(task);
    int64_t between_ns = cad_loop_time(loop);
    pause_ns(CAD_MILLISECOND);
    assert_true(cad_loop_time(loop) >= between_ns + CAD_MILLISECOND);
}

static int compute_and_look(void *arg) {
    int64_t begin_ns = cad_loop_time(loop);
    cad_compute(20 * CAD_MILLISECOND);
    *(int64_t *)arg = cad_loop_time(loop) - begin_ns;
    return 0;
}

static void test_driver_uv__compute_takes_its_time(void **state) {
    (void)state;
    int64_t took_ns = 0;
    create(compute_and_look, &took_ns);
    assert_int_equal(cad_loop_run(loop), 0);
    assert_uint_in_range(took_ns, 20 * CAD_MILLISECOND, LONG);
}

/* --- Interrupts ------------------------------------------------------------------------------- */

static atomic_bool calm; /* nothing is to be interrupted any more */

static void *interrupt_later(void *arg) {
    pause_ns(*(const int64_t *)arg);
    (void)kill(getpid(), SIGINT);
    return NULL;
}

/* Runs the loop, with a SIGINT meanwhile. */
static void run_interrupted(void) {
    static const int64_t delay_ns = 20 * CAD_MILLISECOND;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, interrupt_later, (void *)(intptr_t)&delay_ns),
                     0);
    assert_int_equal(cad_loop_run(loop), CAD_EINTERRUPTED);
    (void)pthread_join(thread, NULL);
}

static int sleep_long(void *arg) {
    (void)arg;
    return cad_sleep(LONG);
}

static int sleep_forever(void *arg) {
    (void)arg;
    return cad_sleep(CAD_NEVER);
}

static void test_driver_uv__interrupt_during_a_sleep(void **state) {
    (void)state;
    create(sleep_long, NULL);
    run_interrupted();
    assert_uint_in_range(cad_loop_time(loop), 10 * CAD_MILLISECOND, LONG / 2);
}

static void test_driver_uv__interrupt_while_held(void **state) {
    (void)state;
    create(sleep_forever, NULL);
    assert_int_equal(cad_loop_run(loop), CAD_EDEADLOCK);
    cad_loop_hold(loop);
    run_interrupted();
}

static void test_driver_uv__interrupt_before_the_run(void **state) {
    (void)state;
    int64_t took_ns = 0;
    create(compute_and_look, &took_ns);
    assert_int_equal(kill(getpid(), SIGINT), 0);
    assert_int_equal(cad_loop_run(loop), CAD_EINTERRUPTED);
    /* Before anything ran. */
    assert_int_equal(took_ns, 0);
    assert_int_equal(cad_loop_run(loop), 0);
    assert_uint_in_range(took_ns, 20 * CAD_MILLISECOND, LONG);
}

/* Far longer than anybody would wait for: the interrupt ends it. */
static int interrupt_and_compute(void *arg) {
    int64_t *took_ns = arg;
    int64_t begin_ns = cad_loop_time(loop);
    (void)kill(getpid(), SIGINT);
    cad_compute(3600 * CAD_SECOND);
    *took_ns = cad_loop_time(loop) - begin_ns;
    return 0;
}

static void test_driver_uv__interrupt_while_a_task_computes(void **state) {
    (void)state;
    int64_t took_ns = -1;
    create(interrupt_and_compute, &took_ns);
    create(sleep_long, NULL);
    assert_int_equal(cad_loop_run(loop), CAD_EINTERRUPTED);
    assert_uint_in_range(took_ns, 0, LONG);
}

static int stay_ready(void *arg) {
    (void)arg;
    int error = 0;
    while (error == 0 && !atomic_load(&calm))
        error = cad_sleep(0);
    return error;
}

static void test_driver_uv__interrupt_in_a_busy_loop(void **state) {
    (void)state;
    atomic_store(&calm, false);
    for (int i = 0; i < 3; i++)
        create(stay_ready, NULL);
    run_interrupted();
    atomic_store(&calm, true);
    assert_int_equal(cad_loop_run(loop), 0);
}

static void call_again(void *arg) {
    if (!atomic_load(&calm))
        assert_int_equal(cad_call_soon(loop, call_again, arg, NULL), 0);
}

static void test_driver_uv__interrupt_among_callbacks(void **state) {
    (void)state;
    atomic_store(&calm, false);
    create(sleep_long, NULL);
    assert_int_equal(cad_call_soon(loop, call_again, NULL, NULL), 0);
    run_interrupted();
    atomic_store(&calm, true);
}

static int compute_again(void *arg) {
    (void)arg;
    for (;;) {
        cad_compute(5 * CAD_MILLISECOND);
        int error = cad_sleep(0);
        if (error != 0)
            return error;
    }
}

/* Each iteration takes long: it must not be many of them until the interrupt is seen. */
static void test_driver_uv__interrupt_in_a_loop_of_long_iterations(void **state) {
    (void)state;
    create(compute_again, NULL);
    run_interrupted();
    assert_uint_in_range(cad_loop_time(loop), 10 * CAD_MILLISECOND, CAD_SECOND);
}

static void test_driver_uv__interrupt_twice(void **state) {
    (void)state;
    sleeper last = {.delay_ns = 50 * CAD_MILLISECOND};
    create(sleep_and_look, &last);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(kill(getpid(), SIGINT), 0);
        assert_int_equal(cad_loop_run(loop), CAD_EINTERRUPTED);
    }
    assert_int_equal(cad_loop_run(loop), 0);
    assert_uint_in_range(last.slept_ns, last.delay_ns / 8 * 7, LONG);
}

static void on_alarm(int number) {
    (void)number;
    cad_loop_interrupt(loop);
}

static void test_driver_uv__interrupt_out_of_a_signal_handler(void **state) {
    (void)state;
    struct sigaction action, before;
    struct itimerval soon = {.it_value.tv_usec = 20 * 1000};
    memset(&action, 0, sizeof action);
    action.sa_handler = on_alarm;
    action.sa_flags = SA_RESTART;
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    create(sleep_forever, NULL);
    cad_loop_hold(loop);
    assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
    assert_int_equal(cad_loop_run(loop), CAD_EINTERRUPTED);
    (void)sigaction(SIGALRM, &before, NULL);
}

static int raise_after_the_loop(void *arg) {
    (void)arg;
    cad_loop_free(loop);
    (void)raise(SIGINT);
    return 0;
}

static void test_driver_uv__interrupt_after_the_loop(void **state) {
    (void)state;
    child self;
    child_run(&self, raise_after_the_loop, NULL);
    assert_true(child_killed(&self, SIGINT));
}

/* --- Deadlocks -------------------------------------------------------------------------------- */

static int await(void *future) {
    return cad_await(future, NULL);
}

static void test_driver_uv__a_deadlock_is_seen_at_once(void **state) {
    (void)state;
    cad_future *never = cad_future_new(loop);
    create(await, never);
    assert_int_equal(cad_loop_run(loop), CAD_EDEADLOCK);
    assert_uint_in_range(cad_loop_time(loop), 0, CAD_SECOND);
    assert_int_equal(cad_future_set_result(never, NULL), 0);
    assert_int_equal(cad_loop_run(loop), 0);
    cad_future_unref(never);
}

/* --- Calls from other threads ----------------------------------------------------------------- */

static void release(void *future) {
    assert_int_equal(cad_future_set_result(future, NULL), 0);
    cad_loop_release(loop);
}

static void *release_later(void *future) {
    pause_ns(20 * CAD_MILLISECOND);
    return (void *)(intptr_t)cad_call_soon_threadsafe(loop, release, future);
}

static void test_driver_uv__another_thread_wakes_a_sleeping_loop(void **state) {
    (void)state;
    pthread_t thread;
    void *error;
    cad_future *future = cad_future_new(loop);
    create(await, future);
    cad_loop_hold(loop); /* or it would be a deadlock */
    assert_int_equal(pthread_create(&thread, NULL, release_later, future), 0);
    assert_int_equal(cad_loop_run(loop), 0);
    (void)pthread_join(thread, &error);
    assert_null(error);
    assert_uint_in_range(cad_loop_time(loop), 10 * CAD_MILLISECOND, LONG / 2);
    cad_future_unref(future);
}

enum { POSTERS = 4, POSTS = 500 };

typedef struct poster {
    pthread_t thread;
    int received;
    bool in_order;
} poster;

typedef struct post {
    poster *owner;
    int number;
} post;

static post posts[POSTERS][POSTS];

static void receive(void *arg) {
    post *received = arg;
    received->owner->in_order &= received->owner->received++ == received->number;
    if (received->number == POSTS - 1)
        cad_loop_release(loop);
}

static void *post_many(void *arg) {
    post *own = arg;
    for (int i = 0; i < POSTS; i++) {
        if (cad_call_soon_threadsafe(loop, receive, &own[i]) != 0)
            abort();
        if (i % 100 == 0)
            pause_ns(CAD_MILLISECOND);
    }
    return NULL;
}

static void test_driver_uv__calls_of_each_thread_keep_their_order(void **state) {
    (void)state;
    static poster posters[POSTERS];
    for (int i = 0; i < POSTERS; i++) {
        posters[i] = (poster){.in_order = true};
        for (int j = 0; j < POSTS; j++)
            posts[i][j] = (post){.owner = &posters[i], .number = j};
        cad_loop_hold(loop);
        assert_int_equal(pthread_create(&posters[i].thread, NULL, post_many, posts[i]), 0);
    }
    assert_int_equal(cad_loop_run(loop), 0);
    for (int i = 0; i < POSTERS; i++) {
        (void)pthread_join(posters[i].thread, NULL);
        assert_int_equal(posters[i].received, POSTS);
        assert_true(posters[i].in_order);
    }
}

static void test_driver_uv__calls_that_never_ran_are_freed_with_the_loop(void **state) {
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(cad_call_soon_threadsafe(loop, call_again, NULL), 0);
    /* The leak checkers look on. */
}

/* --- Workers ---------------------------------------------------------------------------------- */

static atomic_int running, most, begun, ended;
static int enough; /* how many must run at once */

/* Waits until as many run beside it as there are workers, which shows that they do. */
static void meet(void *arg) {
    (void)arg;
    int now = atomic_fetch_add(&running, 1) + 1;
    int before = atomic_load(&most);
    while (now > before && !atomic_compare_exchange_weak(&most, &before, now))
        continue;
    atomic_fetch_add(&begun, 1);
    int round_end = (atomic_load(&begun) + enough - 1) / enough * enough;
    for (int i = 0; i < 5000 && atomic_load(&begun) < round_end; i++)
        pause_ns(CAD_MILLISECOND);
    pause_ns(2 * CAD_MILLISECOND); /* room for one too many */
    atomic_fetch_sub(&running, 1);
    atomic_fetch_add(&ended, 1);
}

static int meet_in_thread(void *arg) {
    return cad_to_thread(meet, arg, 0);
}

static void work_with(unsigned workers) {
    atomic_store(&running, 0);
    atomic_store(&most, 0);
    atomic_store(&begun, 0);
    atomic_store(&ended, 0);
    enough = (int)workers;
    cad_loop_set_threads(loop, workers);
    for (int i = 0; i < 16; i++)
        create(meet_in_thread, NULL);
    assert_int_equal(cad_loop_run(loop), 0);
    assert_int_equal(atomic_load(&ended), 16);
    assert_int_equal(atomic_load(&most), (int)workers);
}

static void test_driver_uv__one_worker(void **state) {
    (void)state;
    work_with(1);
}

static void test_driver_uv__four_workers(void **state) {
    (void)state;
    work_with(4);
}

static void test_driver_uv__eight_workers(void **state) {
    (void)state;
    work_with(8);
}

static atomic_bool may_end, has_ended;

static void work_until_told(void *arg) {
    (void)arg;
    while (!atomic_load(&may_end))
        pause_ns(CAD_MILLISECOND);
    atomic_store(&has_ended, true);
}

static int work_in_thread(void *arg) {
    return cad_to_thread(work_until_told, arg, 0);
}

static void let_it_end(void *arg) {
    (void)arg;
    atomic_store(&may_end, true);
}

static void test_driver_uv__a_deadlock_is_none_while_work_goes_on(void **state) {
    (void)state;
    atomic_store(&may_end, false);
    create(work_in_thread, NULL);
    assert_int_equal(cad_call_later(loop, SOON, let_it_end, NULL, NULL), 0);
    assert_int_equal(cad_loop_run(loop), 0);
    assert_true(atomic_load(&has_ended));
}

static int cancel_worker(void *task) {
    int error = cad_sleep(SOON);
    if (error != 0)
        return error;
    (void)cad_future_cancel(task, NULL);
    error = cad_await(task, NULL);
    /* The wait is over, the work is not. */
    return error == CAD_ECANCELLED && !atomic_load(&has_ended) ? 0 : CAD_EUSER;
}

static void test_driver_uv__a_cancelled_wait_leaves_the_work_alone(void **state) {
    (void)state;
    cad_task *worker, *canceller;
    atomic_store(&may_end, false);
    atomic_store(&has_ended, false);
    assert_int_equal(cad_task_create(loop, work_in_thread, NULL, NULL, &worker), 0);
    assert_int_equal(cad_task_create(loop, cancel_worker, worker, NULL, &canceller), 0);
    assert_int_equal(cad_loop_run(loop), 0);
    assert_int_equal(cad_future_result(canceller, NULL), 0);
    cad_future_unref(worker);
    cad_future_unref(canceller);
    assert_false(atomic_load(&has_ended));
    atomic_store(&may_end, true);
    cad_loop_free(loop);
    loop = NULL;
    assert_true(atomic_load(&has_ended)); /* the loop has waited for it */
}

static void *end_later(void *arg) {
    pause_ns(20 * CAD_MILLISECOND);
    let_it_end(arg);
    return NULL;
}

static void test_driver_uv__a_loop_freed_while_work_goes_on_waits_for_it(void **state) {
    (void)state;
    pthread_t thread;
    atomic_store(&may_end, false);
    atomic_store(&has_ended, false);
    cad_loop_set_threads(loop, 1);
    for (int i = 0; i < 3; i++)
        create(work_in_thread, NULL);
    run_interrupted();
    assert_int_equal(pthread_create(&thread, NULL, end_later, NULL), 0);
    cad_loop_free(loop);
    loop = NULL;
    assert_true(atomic_load(&has_ended));
    (void)pthread_join(thread, NULL);
}

/* --- Without file descriptors ----------------------------------------------------------------- */

static int create_without_descriptors(void *arg) {
    int failures = 0;
    (void)arg;
    for (rlim_t limit = 3; limit < 64; limit++) {
        cad_loop *other;
        (void)setrlimit(RLIMIT_NOFILE, &(struct rlimit){limit, 64});
        int error = cad_loop_new(cad_uv_driver(), &other);
        if (error != 0 && (error != CAD_ENOMEM || other != NULL))
            return 1;
        failures += error != 0;
        cad_loop_free(other);
    }
    return failures > 0 && failures < 50 ? 0 : 2;
}

/* A step machine whose state is freed with it, and read by the worker to the end. */
typedef struct reading {
    char *text;
    bool begun;
} reading;

static void read_until_told(void *arg) {
    const char *const *text = arg;
    work_until_told(NULL);
    atomic_store(&has_ended, strcmp(*text, "text") == 0);
}

static int read_in_thread(void *state, int result) {
    reading *self = state;
    if (self->begun)
        return result;
    self->begun = true;
    self->text = strdup("text");
    return cad_to_thread(read_until_told, &self->text, 0);
}

static void free_text(void *state) {
    free(((reading *)state)->text);
}

static void test_driver_uv__the_worker_has_done_before_a_task_is_dropped(void **state) {
    static const cad_step_type type = {sizeof(reading), read_in_thread, free_text};
    (void)state;
    pthread_t thread;
    atomic_store(&may_end, false);
    assert_int_equal(cad_step_create(loop, &type, NULL, NULL), 0);
    cad_loop_stop(loop);
    assert_int_equal(cad_loop_run(loop), CAD_ESTOPPED);
    assert_int_equal(pthread_create(&thread, NULL, end_later, NULL), 0);
    cad_loop_free(loop);
    loop = NULL;
    assert_true(atomic_load(&has_ended));
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void test_driver_uv__without_descriptors_there_is_no_driver(void **state) {
    (void)state;
    child self;
    child_run(&self, create_without_descriptors, NULL);
    assert_string_equal(self.output, "");
    assert_true(child_exited(&self, 0));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_driver_uv__sleeps_end_in_order_and_not_before_their_time),
        TEST(test_driver_uv__work_is_not_lateness),
        TEST(test_driver_uv__time_begins_at_0_and_never_goes_back),
        TEST(test_driver_uv__compute_takes_its_time),
        TEST(test_driver_uv__interrupt_during_a_sleep),
        TEST(test_driver_uv__interrupt_while_held),
        TEST(test_driver_uv__interrupt_before_the_run),
        TEST(test_driver_uv__interrupt_while_a_task_computes),
        TEST(test_driver_uv__interrupt_in_a_busy_loop),
        TEST(test_driver_uv__interrupt_among_callbacks),
        TEST(test_driver_uv__interrupt_in_a_loop_of_long_iterations),
        TEST(test_driver_uv__interrupt_twice),
        TEST(test_driver_uv__interrupt_out_of_a_signal_handler),
        TEST(test_driver_uv__interrupt_after_the_loop),
        TEST(test_driver_uv__a_deadlock_is_seen_at_once),
        TEST(test_driver_uv__another_thread_wakes_a_sleeping_loop),
        TEST(test_driver_uv__calls_of_each_thread_keep_their_order),
        TEST(test_driver_uv__calls_that_never_ran_are_freed_with_the_loop),
        TEST(test_driver_uv__one_worker),
        TEST(test_driver_uv__four_workers),
        TEST(test_driver_uv__eight_workers),
        TEST(test_driver_uv__a_deadlock_is_none_while_work_goes_on),
        TEST(test_driver_uv__a_cancelled_wait_leaves_the_work_alone),
        TEST(test_driver_uv__a_loop_freed_while_work_goes_on_waits_for_it),
        TEST(test_driver_uv__the_worker_has_done_before_a_task_is_dropped),
        TEST(test_driver_uv__without_descriptors_there_is_no_driver),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What test_trace_state holds scenarios to, of programs in C: coroutines, callbacks, calls from
 * other threads, futures, queues whose comparison fails. What a coroutine does next is drawn; most
 * of what it waits for, it waits for a few milliseconds at most. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cadran.h"
#include "support/watch.h"

enum { WANDERERS = 7, STEPS = 40, PROGRAMS = 40, REAL_PROGRAMS = 3 };

/* --- What they share -------------------------------------------------------------------------- */

static cad_loop *loop;
static uint64_t random_state;
static cad_queue *queues[3];
static cad_lock *lock;
static cad_semaphore *semaphore;
static cad_event *event;
static cad_condition *condition;
static cad_barrier *barrier;
static cad_task *wanderers[WANDERERS];

static unsigned draw(unsigned below) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state % below);
}

static void *draw_item(void) {
    static const char *const items[] = {"tea", "coffee", "milk", "salt", "?"};
    return (void *)(uintptr_t)items[draw(5)];
}

/* What cannot be compared is "?". */
static int less(const void *a, const void *b) {
    const char *one = a, *other = b;
    if (one[0] == '?' || other[0] == '?')
        return CAD_ETYPE;
    return one[0] < other[0];
}

static cad_queue *draw_queue(void) {
    return queues[draw(3)];
}

/* An operation that is given up soon. */
typedef int operation(void *arg);

static int in_time(operation *fn, void *arg) {
    cad_timeout *scope;
    int error = cad_timeout_enter((int64_t)draw(3) * CAD_MILLISECOND, &scope);
    return error == 0 ? cad_timeout_leave(scope, fn(arg)) : error;
}

/* --- Steps ------------------------------------------------------------------------------------ */

static int put(void *arg) {
    return cad_queue_put(arg, draw_item());
}

static int get(void *arg) {
    return cad_queue_get(arg, NULL);
}

static int join(void *arg) {
    return cad_queue_join(arg);
}

static int use_queue(void) {
    cad_queue *queue = draw_queue();
    switch (draw(6)) {
    case 0:
        return in_time(put, queue);
    case 1:
        return in_time(get, queue);
    case 2:
        return cad_queue_put_nowait(queue, draw_item());
    case 3:
        return cad_queue_get_nowait(queue, NULL);
    case 4:
        return cad_queue_task_done(queue);
    default:
        return in_time(join, queue);
    }
}

static int hold_lock(void *arg) {
    int error = cad_lock_acquire(arg);
    if (error != 0)
        return error;
    error = cad_sleep(0);
    (void)cad_lock_release(arg);
    return error;
}

static int hold_semaphore(void *arg) {
    int error = cad_semaphore_acquire(arg);
    if (error != 0)
        return error;
    error = cad_sleep(CAD_MILLISECOND);
    return error == 0 ? cad_semaphore_release(arg) : error;
}

static int wait_event(void *arg) {
    return cad_event_wait(arg);
}

static int wait_condition(void *arg) {
    cad_lock *its_lock = cad_condition_lock(arg);
    int error = cad_lock_acquire(its_lock);
    if (error != 0)
        return error;
    error = cad_condition_wait(arg);
    (void)cad_lock_release(its_lock);
    return error;
}

static int notify_condition(void *arg) {
    cad_lock *its_lock = cad_condition_lock(arg);
    int error = cad_lock_acquire(its_lock);
    if (error != 0)
        return error;
    error = draw(2) == 0 ? cad_condition_notify(arg, 1) : cad_condition_notify_all(arg);
    (void)cad_lock_release(its_lock);
    return error;
}

static int wait_barrier(void *arg) {
    int index = cad_barrier_wait(arg);
    return index < 0 ? index : 0;
}

static int reset_barrier(void *arg) {
    return cad_barrier_reset(arg);
}

static int use_lock(void) {
    switch (draw(9)) {
    case 0:
        return in_time(hold_lock, lock);
    case 1:
        return in_time(hold_semaphore, semaphore);
    case 2:
        return cad_semaphore_release(semaphore);
    case 3:
        return in_time(wait_event, event);
    case 4:
        (draw(2) == 0 ? cad_event_set : cad_event_clear)(event);
        return 0;
    case 5:
        return in_time(wait_condition, condition);
    case 6:
        return in_time(notify_condition, condition);
    case 7:
        return in_time(wait_barrier, barrier);
    default:
        return in_time(reset_barrier, barrier);
    }
}

static int nap(void *arg) {
    int error = cad_sleep((int64_t)(intptr_t)arg * CAD_MILLISECOND);
    return error == 0 && (intptr_t)arg == 2 ? cad_raise(CAD_EINVAL, "overslept") : error;
}

static int await(void *future) {
    return cad_await(future, NULL);
}

static int spawn(cad_task_group *group, cad_task **task) {
    const cad_task_options options = {.group = group};
    return cad_task_create(loop, nap, (void *)(intptr_t)draw(4), &options, task);
}

static int use_two_tasks(void) {
    cad_task *two[2];
    cad_future *outer = NULL;
    cad_as_completed *each;
    int error = spawn(NULL, &two[0]);
    if (error == 0)
        error = spawn(NULL, &two[1]);
    switch (draw(5)) {
    case 0:
        error = cad_gather(loop, two, 2, draw(2) == 0, &outer);
        error = error == 0 ? in_time(await, outer) : error;
        break;
    case 1:
        error = cad_shield(two[0], &outer);
        error = error == 0 ? in_time(await, outer) : error;
        break;
    case 2:
        error = cad_wait(two, 2, draw(2) == 0 ? CAD_FIRST_COMPLETED : CAD_FIRST_EXCEPTION,
                         CAD_MILLISECOND);
        break;
    case 3:
        error = cad_wait_for(two[0], (int64_t)draw(2) * CAD_MILLISECOND, NULL);
        break;
    default:
        error = cad_as_completed_new(loop, two, 2, CAD_MILLISECOND, &each);
        for (int i = 0; i < 2 && error == 0; i++)
            error = cad_as_completed_next(each, NULL);
        cad_as_completed_free(each);
    }
    cad_future_unref(outer);
    cad_future_unref(two[0]);
    cad_future_unref(two[1]);
    return error;
}

static int use_group(void) {
    cad_task_group *group;
    int error = cad_task_group_enter(&group);
    if (error != 0)
        return error;
    for (unsigned i = draw(3); i > 0 && error == 0; i--)
        error = spawn(group, NULL);
    return cad_task_group_leave(group, error);
}

/* --- Callbacks -------------------------------------------------------------------------------- */

static void put_in_callback(void *arg) {
    (void)cad_queue_put_nowait(arg, draw_item());
}

static void answer(void *arg) {
    cad_future *future = arg;
    if (!cad_future_done(future))
        (void)cad_future_set_result(future, NULL);
    cad_future_unref(future);
}

static void when_done(cad_future *future, void *arg) {
    (void)future;
    (void)cad_queue_get_nowait(arg, NULL);
}

static int use_future(void) {
    cad_future *future = cad_future_new(loop);
    if (draw(2) == 0)
        (void)cad_set_name(future, "answer");
    (void)cad_future_add_done_callback(future, when_done, queues[0]);
    if (draw(3) == 0)
        (void)cad_future_remove_done_callback(future, when_done, queues[0]);
    int error = cad_call_later(loop, CAD_MILLISECOND, answer, cad_future_ref(future), NULL);
    if (error == 0)
        error = in_time(await, future);
    cad_future_unref(future);
    return error;
}

static void work(void *arg) {
    (void)arg;
}

static int use_callbacks(void) {
    cad_handle *handle;
    switch (draw(6)) {
    case 0:
        return cad_call_soon(loop, put_in_callback, draw_queue(), NULL);
    case 1:
        return cad_call_soon_threadsafe(loop, put_in_callback, draw_queue());
    case 2: /* taken back */
        if (cad_call_soon(loop, put_in_callback, queues[0], &handle) == 0) {
            cad_handle_cancel(handle);
            cad_handle_unref(handle);
        }
        return 0;
    case 3:
        return use_future();
    case 4:
        return cad_to_thread(work, NULL, CAD_MILLISECOND);
    default:
        cad_compute(CAD_MILLISECOND / 2);
        return 0;
    }
}

/* --- Wandering -------------------------------------------------------------------------------- */

static int wander(void *arg) {
    int error = 0;
    (void)arg;
    for (int i = 0; i < STEPS && error != CAD_ECANCELLED; i++) {
        switch (draw(24)) {
        case 0:
            error = cad_sleep((int64_t)draw(3) * CAD_MILLISECOND);
            break;
        case 1:
            (void)cad_future_cancel(wanderers[draw(WANDERERS)], "enough");
            break;
        case 2:
            error = use_two_tasks();
            break;
        case 3:
            error = use_group();
            break;
        case 4:
        case 5:
        case 6:
        case 7:
            error = use_callbacks();
            break;
        case 8:
        case 9:
        case 10:
        case 11:
        case 12:
        case 13:
        case 14:
        case 15:
            error = use_lock();
            break;
        default:
            error = use_queue();
        }
    }
    return error == CAD_ECANCELLED ? error : 0;
}

static void ignore(cad_future *future, int code, const cad_exception *exception, void *arg) {
    (void)future;
    (void)code;
    (void)exception;
    (void)arg;
}

static void set_up(cad_driver *driver) {
    assert_int_equal(cad_loop_new(driver, &loop), 0);
    cad_loop_set_exception_handler(loop, ignore, NULL);
    queues[0] = cad_queue_new(loop, 2);
    queues[1] = cad_lifo_queue_new(loop, 3);
    queues[2] = cad_priority_queue_new(loop, 4, less);
    lock = cad_lock_new(loop);
    semaphore = cad_bounded_semaphore_new(loop, 2);
    event = cad_event_new(loop);
    condition = cad_condition_new(loop, draw(2) == 0 ? lock : NULL);
    barrier = cad_barrier_new(loop, 2);
}

/* A plain text is its own. */
static const char *item_text(void *context, void *item) {
    (void)context;
    return item;
}

static void run(cad_driver *driver, const char *name, uint64_t seed) {
    static const struct probe_program program = {.item_text = item_text};
    const struct trace_header header = {
        .scenario = name, .clock = "any", .until_ns = CAD_NEVER, .detail = true};
    struct trace_stream *stream;
    random_state = seed;
    set_up(driver);
    struct watch *watch = watch_new(name, &program);
    watch->loop = loop;
    assert_int_equal(trace_stream_new(&header, &stream), 0);
    trace_stream_set_item_texts(stream, item_text, NULL);
    watch_listen(watch, stream);
    trace_stream_attach(stream, loop);
    for (int i = 0; i < WANDERERS; i++)
        assert_int_equal(cad_task_create(loop, wander, NULL, NULL, &wanderers[i]), 0);
    int outcome = cad_loop_run(loop);
    assert_true(outcome == 0 || outcome == CAD_EDEADLOCK);
    assert_int_equal(trace_stream_close(stream, cad_loop_time(loop), "complete"), 0);
    assert_true(watch_end(watch));
    fprintf(stderr, "%s: %zu turns, %d\n", name, watch->turns, outcome);
    for (int i = 0; i < WANDERERS; i++)
        cad_future_unref(wanderers[i]);
    cad_loop_free(loop);
    trace_stream_free(stream);
    watch_free(watch);
}

static void test_trace_programs__under_the_virtual_clock(void **state) {
    (void)state;
    char name[32];
    for (int i = 1; i <= PROGRAMS; i++) {
        (void)snprintf(name, sizeof name, "virtual %d", i);
        run(cad_virtual_driver(), name, (uint64_t)i * UINT64_C(0x9E3779B97F4A7C15));
    }
}

static void test_trace_programs__under_the_real_clock(void **state) {
    (void)state;
    char name[32];
    for (int i = 1; i <= REAL_PROGRAMS; i++) {
        (void)snprintf(name, sizeof name, "real %d", i);
        run(cad_uv_driver(), name, (uint64_t)i * UINT64_C(0x9E3779B97F4A7C15));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trace_programs__under_the_virtual_clock),
        cmocka_unit_test(test_trace_programs__under_the_real_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

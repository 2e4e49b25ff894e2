/* How long things live, what a program may still do while its loop goes, and which text comes with
 * which error. */
#include "support/child.h"
#include "support/engine_test.h"

static void create(cad_coroutine *fn, void *arg) {
    assert_int_equal(cad_task_create(test_loop, fn, arg, NULL, NULL), 0);
}

static int stop_it(void *arg) {
    (void)arg;
    cad_loop_stop(test_loop);
    return 0;
}

static int sleep_long(void *arg) {
    (void)arg;
    return cad_sleep(9 * CAD_SECOND);
}

/* --- The end of the loop ---------------------------------------------------------------------- */

typedef struct owner {
    cad_queue *queue;
    bool waits;
} owner;

static int own(void *state, int result) {
    owner *self = state;
    if (self->waits) {
        self->waits = false;
        return cad_sleep(CAD_SECOND);
    }
    return result;
}

static size_t drained;

static void empty_queue(void *state) {
    owner *self = state;
    void *item;
    while (cad_queue_get_nowait(self->queue, &item) == 0) {
        free(item);
        drained++;
    }
    cad_queue_free(self->queue);
}

/* A step machine that owns a queue, with an item in it. */
static cad_task *create_owner(bool waits) {
    static const cad_step_type type = {sizeof(owner), own, empty_queue};
    cad_task *task;
    assert_int_equal(cad_step_create(test_loop, &type, NULL, &task), 0);
    owner *self = cad_task_state(task);
    self->waits = waits;
    self->queue = cad_queue_new(test_loop, 0);
    assert_non_null(self->queue);
    assert_int_equal(cad_queue_put_nowait(self->queue, malloc(8)), 0);
    return task;
}

static void test_life__a_finish_empties_a_queue_while_the_loop_goes(void **state) {
    (void)state;
    drained = 0;
    (void)create_owner(false); /* has ended, and is referred to */
    cad_future_unref(create_owner(true));
    create(stop_it, NULL);
    assert_int_equal(cad_loop_run(test_loop), CAD_ESTOPPED);
    cad_loop_free(test_loop);
    test_loop = NULL;
    assert_int_equal(drained, 2);
}

static cad_task *other;

static int sleep_once(void *state, int result) {
    bool *slept = state;
    if (*slept)
        return result;
    *slept = true;
    return cad_sleep(CAD_SECOND);
}

static void cancel_other(void *state) {
    (void)state;
    assert_int_equal(cad_future_cancel(other, "too late"), 0);
}

static void test_life__a_cancel_while_the_loop_goes_is_too_late(void **state) {
    static const cad_step_type type = {sizeof(bool), sleep_once, cancel_other};
    (void)state;
    assert_int_equal(cad_task_create(test_loop, sleep_long, NULL, NULL, &other), 0);
    assert_int_equal(cad_step_create(test_loop, &type, NULL, NULL), 0);
    create(stop_it, NULL);
    assert_int_equal(cad_loop_run(test_loop), CAD_ESTOPPED);
    /* teardown frees the loop, and counts */
}

/* --- Futures ---------------------------------------------------------------------------------- */

static int set_own_result(void *arg) {
    (void)arg;
    cad_task *self = cad_current_task();
    assert_int_equal(cad_future_set_result(self, NULL), CAD_ERUNTIME);
    assert_string_equal(cad_error_message(), "Task does not support set_result operation");
    assert_int_equal(cad_future_set_exception(self, CAD_EINVAL, NULL), CAD_ERUNTIME);
    assert_string_equal(cad_error_message(), "Task does not support set_exception operation");
    return cad_sleep(0);
}

static void test_life__a_task_sets_its_own_result(void **state) {
    (void)state;
    create(set_own_result, NULL);
    assert_int_equal(cad_loop_run(test_loop), 0);
}

static int await(void *future) {
    return cad_await(future, NULL);
}

static void called_back(cad_future *future, void *arg) {
    (void)future;
    (void)arg;
}

static int count_waiters(void *arg) {
    cad_future *const *futures = arg; /* a task, and what gathers and shields it */
    assert_int_equal(cad_waiters(futures[0]), 2);
    assert_int_equal(cad_waiters(futures[1]), 1);
    assert_int_equal(cad_waiters(futures[2]), 2);
    return 0;
}

static void test_life__who_waits_for_a_future(void **state) {
    (void)state;
    cad_future *futures[3];
    assert_int_equal(cad_task_create(test_loop, sleep_long, NULL, NULL, &futures[0]), 0);
    assert_int_equal(cad_future_add_done_callback(futures[0], called_back, NULL), 0);
    assert_int_equal(cad_gather(test_loop, futures, 1, false, &futures[1]), 0);
    assert_int_equal(cad_shield(futures[0], &futures[2]), 0);
    create(await, futures[1]);
    create(await, futures[2]);
    create(await, futures[2]);
    create(count_waiters, futures);
    assert_int_equal(cad_loop_run(test_loop), 0);
    for (int i = 0; i < 3; i++)
        cad_future_unref(futures[i]);
}

enum { DEPTH = 3000 };

/* Each of DEPTH tasks gathers the next one and a sleeper. */
static int gather_below(void *arg) {
    size_t depth = *(size_t *)arg;
    size_t below = depth - 1;
    cad_future *children[2], *both;
    int error;
    if (depth == 0)
        return cad_sleep(9 * CAD_SECOND);
    error = cad_task_create(test_loop, gather_below, &below, NULL, &children[0]);
    assert_int_equal(error, 0);
    assert_int_equal(cad_task_create(test_loop, sleep_long, NULL, NULL, &children[1]), 0);
    assert_int_equal(cad_gather(test_loop, children, 2, false, &both), 0);
    error = cad_await(both, NULL);
    for (int i = 0; i < 2; i++) {
        assert_true(error == 0 || cad_future_cancelled(children[i]));
        cad_future_unref(children[i]);
    }
    cad_future_unref(both);
    return error;
}

static int cancel_after_a_second(void *task) {
    assert_int_equal(cad_sleep(CAD_SECOND), 0);
    assert_int_equal(cad_future_cancel(task, NULL), 1);
    return 0;
}

static void test_life__gatherings_of_any_depth_are_cancelled_on_a_small_stack(void **state) {
    (void)state;
    cad_task *task;
    size_t depth = DEPTH;
    assert_int_equal(cad_task_create(test_loop, gather_below, &depth, NULL, &task), 0);
    create(cancel_after_a_second, task);
    assert_int_equal(cad_loop_run(test_loop), 0);
    assert_true(cad_future_cancelled(task));
    assert_int_equal(cad_loop_time(test_loop), CAD_SECOND);
    cad_future_unref(task);
}

/* --- Errors and their text -------------------------------------------------------------------- */

static int get(void *queue) {
    return cad_queue_get(queue, NULL);
}

static void test_life__an_error_of_the_loop_has_no_text_of_another(void **state) {
    (void)state;
    cad_queue *queue = cad_queue_new(test_loop, 0);
    assert_int_equal(cad_queue_task_done(queue), CAD_EINVAL);
    assert_string_equal(cad_error_message(), "task_done() called too many times");
    create(get, queue);
    assert_int_equal(cad_loop_run(test_loop), CAD_EDEADLOCK);
    assert_string_equal(cad_error_message(), "");
}

static void test_life__what_runs_out_of_memory_has_no_text_of_another(void **state) {
    (void)state;
    cad_queue *queue = cad_queue_new(test_loop, 0);
    assert_int_equal(cad_queue_task_done(queue), CAD_EINVAL);
    fail_block(1);
    assert_int_equal(cad_queue_put_nowait(queue, NULL), CAD_ENOMEM);
    fail_block(0);
    assert_string_equal(cad_error_message(), "");
    assert_null(cad_error_exception());
}

static void test_life__the_message_of_a_group_is_whole(void **state) {
    (void)state;
    char message[600];
    memset(message, 'm', sizeof message);
    message[sizeof message - 1] = '\0';
    cad_exception *member = cad_exception_new(CAD_EINVAL, "member");
    cad_exception *members[] = {member, member};
    cad_exception *group = cad_exception_group(message, members, 2);
    assert_memory_equal(cad_exception_message(group), message, sizeof message - 1);
    assert_string_equal(cad_exception_message(group) + sizeof message - 1, " (2 sub-exceptions)");
    uint64_t place = 7;
    assert_null(cad_exception_origin(member, &place));
    assert_true(place == 7);
    assert_int_equal(cad_exception_set_origin(member, "first", 1), 0);
    assert_int_equal(cad_exception_set_origin(member, "second", 2), 0);
    assert_string_equal(cad_exception_origin(cad_exception_at(group, 1), &place), "first");
    assert_true(place == 1);
    cad_exception_unref(group);
    cad_exception_unref(member);
}

static int fail_with(void *message) {
    return cad_raise(CAD_EINVAL, message);
}

static int fail_without_handler(void *arg) {
    (void)arg;
    cad_loop *loop;
    int error = cad_loop_new(cad_virtual_driver(), &loop);
    if (error == 0)
        error = cad_task_create(loop, fail_with, "bad", &(cad_task_options){.name = "a"}, NULL);
    if (error == 0)
        error = cad_task_create(loop, fail_with, NULL, NULL, NULL);
    if (error == 0)
        error = cad_loop_run(loop);
    cad_loop_free(loop);
    return error != 0;
}

static void test_life__without_a_handler_what_nobody_asked_for_is_told(void **state) {
    (void)state;
    child self;
    child_run(&self, fail_without_handler, NULL);
    assert_string_equal(
        self.output,
        "cadran: the exception of a was never retrieved: ValueError: bad\n"
        "cadran: the exception of Task-2 was never retrieved: ValueError: invalid value\n");
    assert_true(child_exited(&self, 0));
}

static int nest_groups(void *arg) {
    cad_exception *inner = cad_exception_new(CAD_EINVAL, NULL);
    for (int depth = 0; depth < 100 * 1000; depth++) {
        cad_exception *members[] = {inner, inner};
        cad_exception *outer = cad_exception_group("group", members, 2);
        cad_exception_unref(inner);
        inner = outer;
    }
    cad_exception_unref(inner);
    *(bool *)arg = true;
    return 0;
}

static void test_life__groups_of_any_depth_are_freed_on_a_small_stack(void **state) {
    (void)state;
    bool freed = false;
    create(nest_groups, &freed);
    assert_int_equal(cad_loop_run(test_loop), 0);
    assert_true(freed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_life__a_finish_empties_a_queue_while_the_loop_goes),
        ENGINE_TEST(test_life__a_cancel_while_the_loop_goes_is_too_late),
        ENGINE_TEST(test_life__a_task_sets_its_own_result),
        ENGINE_TEST(test_life__who_waits_for_a_future),
        ENGINE_TEST(test_life__gatherings_of_any_depth_are_cancelled_on_a_small_stack),
        ENGINE_TEST(test_life__an_error_of_the_loop_has_no_text_of_another),
        ENGINE_TEST(test_life__what_runs_out_of_memory_has_no_text_of_another),
        ENGINE_TEST(test_life__the_message_of_a_group_is_whole),
        ENGINE_TEST(test_life__without_a_handler_what_nobody_asked_for_is_told),
        ENGINE_TEST(test_life__groups_of_any_depth_are_freed_on_a_small_stack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

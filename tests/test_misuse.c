/* Wrong use by the programmer ends the program, at the place of the mistake and not where its
 * consequences show; in every build, but for what takes long to find out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <signal.h>

#include "cadran.h"
#include "sanitizer.h"
#include "support/child.h"

static cad_loop *loop;
static cad_queue *queue;
static cad_task *task;

/* Runs make() and then the loop in a child, which is to die of an assertion that says `what`. */
typedef void make_fn(void);

typedef struct mistake {
    make_fn *make;
} mistake;

static int run_in_child(void *arg) {
    const mistake *self = arg;
    if (cad_loop_new(cad_virtual_driver(), &loop) != 0 || (queue = cad_queue_new(loop, 0)) == NULL)
        return 1;
    self->make();
    int error = cad_loop_run(loop);
    cad_loop_free(loop);
    return error;
}

static void dies(make_fn *make, const char *what) {
    mistake self = {make};
    child process;
    child_run(&process, run_in_child, &self);
    assert_true(child_killed(&process, SIGABRT));
    assert_int_equal(strncmp(process.output, "engine/", 7),
                     0); /* a file of the tree, as it is there */
    assert_non_null(strstr(process.output, what));
}

/* The same of what only a debug build looks for. */
static void dies_in_debug(make_fn *make, const char *what) {
#ifdef NDEBUG
    (void)make;
    (void)what;
    skip();
#else
    dies(make, what);
#endif
}

/* The same of what is looked for in memory that has been given back: the address sanitizer says it
 * first, in words of its own. */
static void dies_or_is_reported(make_fn *make, const char *what) {
#ifdef WITH_ASAN
    (void)make;
    (void)what;
    skip();
#else
    dies(make, what);
#endif
}

static void create(cad_coroutine *fn) {
    if (cad_task_create(loop, fn, NULL, NULL, NULL) != 0)
        exit(1);
}

static void create_machine(const cad_step_type *type) {
    if (cad_step_create(loop, type, NULL, NULL) != 0)
        exit(1);
}

/* --- What is freed too early ------------------------------------------------------------------ */

static int get(void *arg) {
    (void)arg;
    return cad_queue_get(queue, NULL);
}

static int free_queue(void *arg) {
    (void)arg;
    cad_queue_free(queue);
    return 0;
}

static void free_what_a_task_waits_for(void) {
    create(get);
    create(free_queue);
}

static void test_misuse__a_queue_freed_while_a_task_waits(void **state) {
    (void)state;
    dies(free_what_a_task_waits_for, "cad_queue_free");
}

static int put_and_free(void *arg) {
    (void)cad_queue_put_nowait(queue, arg);
    cad_queue_free(queue);
    return 0;
}

static void free_what_a_woken_task_will_touch(void) {
    create(get);
    create(put_and_free);
}

static void test_misuse__a_queue_freed_before_a_woken_task_has_run(void **state) {
    (void)state;
    dies_in_debug(free_what_a_woken_task_will_touch, "cad_queue_free");
}

static int cancel_and_free(void *arg) {
    (void)arg;
    (void)cad_future_cancel(task, NULL);
    cad_queue_free(queue);
    return 0;
}

static void free_what_a_cancelled_task_will_touch(void) {
    if (cad_task_create(loop, get, NULL, NULL, &task) != 0)
        exit(1);
    create(cancel_and_free);
}

static void test_misuse__a_queue_freed_before_a_cancelled_task_has_run(void **state) {
    (void)state;
    dies_in_debug(free_what_a_cancelled_task_will_touch, "cad_queue_free");
}

static cad_lock *lock;
static cad_condition *condition;

static int wait_for_notify(void *arg) {
    (void)arg;
    (void)cad_lock_acquire(lock);
    return cad_condition_wait(condition);
}

static int notify_and_free(void *arg) {
    (void)arg;
    (void)cad_lock_acquire(lock);
    (void)cad_condition_notify_all(condition);
    (void)cad_sleep(0);
    cad_condition_free(condition);
    return 0;
}

static void free_a_condition_whose_lock_is_waited_for(void) {
    lock = cad_lock_new(loop);
    condition = cad_condition_new(loop, lock);
    create(wait_for_notify);
    create(notify_and_free);
}

static void test_misuse__a_condition_freed_while_its_waiter_acquires_the_lock(void **state) {
    (void)state;
    dies_in_debug(free_a_condition_whose_lock_is_waited_for, "cad_condition_free");
}

static int sleep_a_second(void *arg) {
    (void)arg;
    return cad_sleep(CAD_SECOND);
}

static void free_a_queue_twice(void) {
    cad_queue_free(queue);
    cad_queue_free(queue);
}

static void free_a_lock_twice(void) {
    lock = cad_lock_new(loop);
    cad_lock_free(lock);
    cad_lock_free(lock);
}

static void free_a_condition_twice(void) {
    condition = cad_condition_new(loop, NULL);
    cad_condition_free(condition);
    cad_condition_free(condition);
}

static void free_the_lock_of_a_condition(void) {
    condition = cad_condition_new(loop, NULL);
    cad_lock_free(cad_condition_lock(condition));
    cad_condition_free(condition);
}

static void free_an_event_twice(void) {
    cad_event *event = cad_event_new(loop);
    cad_event_free(event);
    cad_event_free(event);
}

static void free_a_semaphore_twice(void) {
    cad_semaphore *semaphore = cad_semaphore_new(loop, 1);
    cad_semaphore_free(semaphore);
    cad_semaphore_free(semaphore);
}

static void free_a_barrier_twice(void) {
    cad_barrier *barrier = cad_barrier_new(loop, 2);
    cad_barrier_free(barrier);
    cad_barrier_free(barrier);
}

static void free_an_iterator_twice(void) {
    cad_future *future = cad_future_new(loop);
    cad_as_completed *iterator;
    if (cad_as_completed_new(loop, &future, 1, CAD_NEVER, &iterator) != 0)
        exit(1);
    cad_as_completed_free(iterator);
    cad_as_completed_free(iterator);
}

static void test_misuse__what_is_freed_twice(void **state) {
    (void)state;
    dies_or_is_reported(free_a_queue_twice, "cad_queue_free(): it has been freed");
    dies_or_is_reported(free_a_lock_twice, "cad_lock_free(): it has been freed");
    dies_or_is_reported(free_a_condition_twice, "cad_condition_free(): it has been freed");
    dies_or_is_reported(free_the_lock_of_a_condition, "cad_lock_free(): it has been freed");
    dies_or_is_reported(free_an_event_twice, "cad_event_free(): it has been freed");
    dies_or_is_reported(free_a_semaphore_twice, "cad_semaphore_free(): it has been freed");
    dies_or_is_reported(free_a_barrier_twice, "cad_barrier_free(): it has been freed");
    dies_or_is_reported(free_an_iterator_twice, "cad_as_completed_free(): it has been freed");
}

static void free_an_event_as_a_queue(void) {
    cad_queue_free((cad_queue *)(void *)cad_event_new(loop));
}

static void test_misuse__an_event_freed_as_a_queue(void **state) {
    (void)state;
    dies(free_an_event_as_a_queue, "no such object");
}

static void unref_twice(void) {
    if (cad_task_create(loop, sleep_a_second, NULL, NULL, &task) != 0)
        exit(1);
    cad_future_unref(task);
    cad_future_unref(task);
}

static void test_misuse__a_task_unreferenced_twice(void **state) {
    (void)state;
    dies(unref_twice, "freed twice");
}

static int end_badly(void *arg) {
    (void)arg;
    return CAD_EINVAL;
}

static void keep(cad_future *future, int code, const cad_exception *exception, void *arg) {
    (void)code;
    (void)exception;
    (void)arg;
    (void)cad_future_ref(future);
}

static void keep_what_is_being_freed(void) {
    cad_loop_set_exception_handler(loop, keep, NULL);
    create(end_badly);
}

static void test_misuse__an_exception_handler_that_keeps_the_future(void **state) {
    (void)state;
    dies(keep_what_is_being_freed, "the exception handler kept the future");
}

static void release_twice(void) {
    cad_loop_hold(loop);
    cad_loop_release(loop);
    cad_loop_release(loop);
}

static void test_misuse__a_release_without_a_hold(void **state) {
    (void)state;
    dies(release_twice, "cad_loop_release");
}

/* --- What is not where it should be ----------------------------------------------------------- */

static void create_of_nothing(void) {
    (void)cad_task_create(loop, NULL, NULL, NULL, NULL);
}

static void test_misuse__a_task_without_a_function(void **state) {
    (void)state;
    dies(create_of_nothing, "cad_task_create(): there is no function to run");
}

static void wait_outside(void) {
    (void)cad_sleep(CAD_SECOND);
}

static void test_misuse__a_wait_outside_a_task(void **state) {
    (void)state;
    dies(wait_outside, "outside a task");
}

static int run_again(void *arg) {
    (void)arg;
    return cad_loop_run(loop);
}

static void run_in_a_run(void) {
    create(run_again);
}

static void test_misuse__a_loop_in_a_loop(void **state) {
    (void)state;
    dies(run_in_a_run, "loops do not nest");
}

static void name_a_future(void) {
    (void)cad_task_name(cad_future_new(loop));
}

static void test_misuse__a_future_for_a_task(void **state) {
    (void)state;
    dies(name_a_future, "no task");
}

/* --- What is not left ------------------------------------------------------------------------- */

static int forget_timeout(void *arg) {
    (void)arg;
    cad_timeout *scope;
    return cad_timeout_enter(CAD_SECOND, &scope);
}

static void end_in_a_timeout(void) {
    create(forget_timeout);
}

static void test_misuse__a_task_that_ends_in_a_timeout(void **state) {
    (void)state;
    dies(end_in_a_timeout, "each enter wants its leave");
}

static int forget_group(void *arg) {
    (void)arg;
    cad_task_group *group;
    return cad_task_group_enter(&group);
}

static void end_in_a_group(void) {
    create(forget_group);
}

static void test_misuse__a_task_that_ends_in_a_task_group(void **state) {
    (void)state;
    dies(end_in_a_group, "each enter wants its leave");
}

static int leave_with_a_count(void *arg) {
    (void)arg;
    cad_task_group *group;
    if (cad_task_group_enter(&group) != 0)
        exit(1);
    return cad_task_group_leave(group, 1);
}

static void leave_a_group_with_no_error(void) {
    create(leave_with_a_count);
}

static void test_misuse__a_group_left_with_what_is_no_error(void **state) {
    (void)state;
    dies(leave_a_group_with_no_error, "cad_task_group_leave");
}

static int leave_a_timeout_twice(void *arg) {
    (void)arg;
    cad_timeout *outer, *scope;
    if (cad_timeout_enter(CAD_SECOND, &outer) != 0 || cad_timeout_enter(CAD_SECOND, &scope) != 0)
        exit(1);
    (void)cad_timeout_leave(scope, 0);
    return cad_timeout_leave(scope, 0);
}

static int leave_a_group_twice(void *arg) {
    (void)arg;
    cad_task_group *group;
    if (cad_task_group_enter(&group) != 0)
        exit(1);
    (void)cad_task_group_leave(group, 0);
    return cad_task_group_leave(group, 0);
}

static void leave_the_inner_of_two_timeouts_twice(void) {
    create(leave_a_timeout_twice);
}

static void leave_twice(void) {
    create(leave_a_group_twice);
}

static void test_misuse__what_is_left_twice(void **state) {
    (void)state;
    dies_or_is_reported(leave_the_inner_of_two_timeouts_twice,
                        "cad_timeout_leave(): it has been left");
    dies_or_is_reported(leave_twice, "cad_task_group_leave(): it has been left");
}

/* --- Step machines ---------------------------------------------------------------------------- */

static int pend(void *state, int result) {
    (void)state;
    (void)result;
    return CAD_PENDING;
}

static void pend_for_nothing(void) {
    static const cad_step_type type = {.step = pend};
    create_machine(&type);
}

static void test_misuse__a_step_that_is_pending_for_nothing(void **state) {
    (void)state;
    dies(pend_for_nothing, "CAD_PENDING");
}

static int ignore(void *state, int result) {
    (void)state;
    (void)result;
    (void)cad_queue_get(queue, NULL);
    return 0;
}

static void ignore_what_is_pending(void) {
    static const cad_step_type type = {.step = ignore};
    create_machine(&type);
}

static void test_misuse__a_step_that_ends_while_its_operation_is_pending(void **state) {
    (void)state;
    dies(ignore_what_is_pending, "CAD_PENDING");
}

static void ask_a_coroutine_for_its_state(void) {
    if (cad_task_create(loop, sleep_a_second, NULL, NULL, &task) != 0)
        exit(1);
    (void)cad_task_state(task);
}

static void test_misuse__the_state_of_a_coroutine(void **state) {
    (void)state;
    dies(ask_a_coroutine_for_its_state, "cad_task_state");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_misuse__a_queue_freed_while_a_task_waits),
        cmocka_unit_test(test_misuse__a_task_without_a_function),
        cmocka_unit_test(test_misuse__a_queue_freed_before_a_woken_task_has_run),
        cmocka_unit_test(test_misuse__a_queue_freed_before_a_cancelled_task_has_run),
        cmocka_unit_test(test_misuse__a_condition_freed_while_its_waiter_acquires_the_lock),
        cmocka_unit_test(test_misuse__what_is_freed_twice),
        cmocka_unit_test(test_misuse__an_event_freed_as_a_queue),
        cmocka_unit_test(test_misuse__a_task_unreferenced_twice),
        cmocka_unit_test(test_misuse__an_exception_handler_that_keeps_the_future),
        cmocka_unit_test(test_misuse__a_release_without_a_hold),
        cmocka_unit_test(test_misuse__a_wait_outside_a_task),
        cmocka_unit_test(test_misuse__a_loop_in_a_loop),
        cmocka_unit_test(test_misuse__a_future_for_a_task),
        cmocka_unit_test(test_misuse__a_task_that_ends_in_a_timeout),
        cmocka_unit_test(test_misuse__a_task_that_ends_in_a_task_group),
        cmocka_unit_test(test_misuse__a_group_left_with_what_is_no_error),
        cmocka_unit_test(test_misuse__what_is_left_twice),
        cmocka_unit_test(test_misuse__a_step_that_is_pending_for_nothing),
        cmocka_unit_test(test_misuse__a_step_that_ends_while_its_operation_is_pending),
        cmocka_unit_test(test_misuse__the_state_of_a_coroutine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

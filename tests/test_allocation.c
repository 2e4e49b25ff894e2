/* Every allocation of the engine fails in turn, in programs that use all of it: each run ends
 * without a crash and without a leak, and either somebody was told CAD_ENOMEM or nothing was
 * amiss. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <signal.h>

#include "cadran.h"
#include "support/memory_test.h"
#include "support/world_program.h"

/* Whether anybody was told that memory ran out. */
static bool told;

static int check(int result) {
    told |= result == CAD_ENOMEM;
    return result;
}

static void *check_new(void *object) {
    told |= object == NULL;
    return object;
}

/* What is in the middle of every program: leave the function with the error of a call. */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        int try_result = check(call);                                                              \
        if (try_result < 0)                                                                        \
            return try_result;                                                                     \
    } while (0)
#define TRY_NEW(variable, call)                                                                    \
    do {                                                                                           \
        (variable) = check_new(call);                                                              \
        if ((variable) == NULL)                                                                    \
            return CAD_ENOMEM;                                                                     \
    } while (0)
static int spawn(cad_coroutine *fn, void *arg, const cad_task_options *options, cad_task **task) {
    return check(cad_task_create(cad_running_loop(), fn, arg, options, task));
}

/* --- What a run is ---------------------------------------------------------------------------- */

typedef struct program {
    const char *name;
    cad_coroutine *main; /* the first task */
    int outcome;         /* of cad_loop_run() when no allocation fails */
    bool real;           /* under the real clock */
} program;

static void on_exception(cad_future *future, int code, const cad_exception *exception, void *arg) {
    (void)future, (void)exception, (void)arg;
    (void)check(code);
}

static size_t events;  /* of the trace */
static int main_ended; /* with this */

static void on_task(void *context, int64_t now_ns, const cad_task *task, const cad_task *by) {
    (void)context, (void)now_ns, (void)by;
    events += strlen(cad_task_name(task));
}

static void on_wait(void *context, int64_t now_ns, const cad_task *task,
                    const cad_wait_info *wait) {
    cad_object_info info;
    (void)context, (void)now_ns;
    events += strlen(cad_task_name(task));
    if (wait->object != NULL) {
        cad_object_describe(wait->object, &info);
        events += strlen(info.name);
    }
}

static void on_object(void *context, int64_t now_ns, const cad_object_info *info,
                      const cad_task *by) {
    (void)context, (void)now_ns, (void)by;
    events += strlen(info->name);
}

static void on_end(void *context, int64_t now_ns, const cad_task *task, int code,
                   const cad_exception *exception) {
    (void)context, (void)now_ns, (void)exception;
    (void)check(code);
    if (cad_task_id(task) == 1)
        main_ended = code;
}

static const cad_trace_sink sink = {
    .task_begin = on_task,
    .task_end = on_end,
    .wait_begin = on_wait,
    .wake = on_task,
    .object = on_object,
};

static int play(const program *self, int *outcome) {
    cad_loop *loop;
    int error = check(cad_loop_new(self->real ? cad_uv_driver() : cad_virtual_driver(), &loop));
    if (error != 0)
        return error;
    cad_loop_set_exception_handler(loop, on_exception, NULL);
    cad_loop_set_trace(loop, &sink);
    cad_loop_set_threads(loop, 2);
    error = check(cad_task_create(loop, self->main, loop, NULL, NULL));
    if (error == 0)
        *outcome = check(cad_loop_run(loop));
    cad_loop_free(loop);
    return error;
}

static void fail_each(const program *self) {
    size_t n;
    memory_start(cad_set_allocator);
    for (n = 1; memory_fail(n); n++) {
        int outcome = 0;
        told = false;
        main_ended = 0;
        int error = play(self, &outcome);
        (void)cad_raise(CAD_EUSER, NULL); /* lets go of the last error outside tasks */
        if (memory_live() != 0)
            fail_msg("%s: %zu blocks left when allocation %zu fails", self->name, memory_live(), n);
        if (!told && (error != 0 || outcome != self->outcome || main_ended != 0))
            fail_msg("%s: ends with %d, %d, %d when allocation %zu fails, and nobody is told",
                     self->name, error, outcome, main_ended, n);
        assert_true(!told || memory_failed());
    }
    print_message("%s: %zu allocations\n", self->name, n - 2);
    assert_true(n > 10);
}

/* --- Queues ----------------------------------------------------------------------------------- */

typedef struct queues {
    cad_queue *fifo, *lifo, *priority;
    cad_lock *lock;
} queues;

static int less(const void *a, const void *b) {
    return *(const int *)a < *(const int *)b;
}

static int numbers[] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8};
enum { NUMBERS = sizeof numbers / sizeof numbers[0] };

static int producer(void *arg) {
    queues *all = arg;
    for (int i = 0; i < NUMBERS; i++) {
        TRY(cad_queue_put(all->lifo, &numbers[i]));
        TRY(cad_queue_put(all->priority, &numbers[i]));
        TRY(cad_queue_put(all->fifo, &numbers[i]));
        if (i % 4 == 0)
            TRY(cad_sleep(CAD_MILLISECOND));
    }
    return 0;
}

typedef struct consumer {
    queues *all;
    void *item;
    int count;
} consumer;

static int consumer_step(void *state, int result) {
    consumer *self = state;
    if (result != 0)
        return check(result);
    for (; self->count < NUMBERS; self->count++) {
        if (self->item != NULL) {
            self->item = NULL;
            TRY(cad_queue_task_done(self->all->fifo));
            continue;
        }
        int error = cad_queue_get(self->all->fifo, &self->item);
        if (error != 0)
            return check(error);
        self->count--;
    }
    return 0;
}

static const cad_step_type consumer_type = {.state_size = sizeof(consumer), .step = consumer_step};

static int make_queues(queues *all, cad_loop *loop) {
    TRY_NEW(all->fifo, cad_queue_new(loop, 2));
    TRY(cad_set_name(all->fifo, "window"));
    TRY_NEW(all->lifo, cad_lifo_queue_new(loop, 0));
    TRY_NEW(all->priority, cad_priority_queue_new(loop, 0, less));
    return 0;
}

static int queue_main(void *arg) {
    static queues all;
    cad_loop *loop = arg;
    cad_task *task;
    void *item;
    TRY(make_queues(&all, loop));
    TRY(spawn(producer, &all, &(cad_task_options){.name = "producer"}, NULL));
    TRY(cad_step_create(loop, &consumer_type, &(cad_task_options){.name = "consumer"}, &task));
    ((consumer *)cad_task_state(task))->all = &all;
    int error = check(cad_await(task, NULL));
    cad_future_unref(task);
    if (error != 0)
        return error;
    TRY(cad_queue_join(all.fifo));
    for (int i = 0, last = 0; i < NUMBERS; i++) {
        TRY(cad_queue_get(all.priority, &item));
        assert_true(*(int *)item >= last);
        last = *(int *)item;
    }
    assert_int_equal(check(cad_queue_get_nowait(all.priority, &item)), CAD_EQUEUEEMPTY);
    cad_queue_shutdown(all.lifo, true, NULL);
    assert_int_equal(check(cad_queue_put(all.lifo, NULL)), CAD_EQUEUESHUTDOWN);
    cad_queue_free(all.lifo);
    return 0;
}

/* --- Locks, events, conditions, semaphores, barriers ------------------------------------------ */

typedef struct primitives {
    cad_lock *lock;
    cad_event *event;
    cad_condition *condition, *condition_of_lock;
    cad_semaphore *semaphore, *bounded;
    cad_barrier *barrier;
    int arrived;
} primitives;

static int all_arrived(void *arg) {
    primitives *all = arg;
    return all->arrived == 3;
}

static int locked_part(primitives *all) {
    TRY(cad_lock_acquire(all->lock));
    int error = check(cad_sleep(CAD_MILLISECOND));
    (void)cad_lock_release(all->lock);
    return error;
}

static int condition_part(primitives *all) {
    TRY(cad_lock_acquire(cad_condition_lock(all->condition)));
    all->arrived++;
    (void)cad_condition_notify_all(all->condition);
    int error = check(cad_condition_wait_for(all->condition, all_arrived, all));
    (void)cad_lock_release(cad_condition_lock(all->condition));
    return error < 0 ? error : 0;
}

static int user(void *arg) {
    primitives *all = arg;
    TRY(cad_event_wait(all->event));
    TRY(locked_part(all));
    TRY(cad_semaphore_acquire(all->bounded));
    int error = check(cad_sleep(CAD_MILLISECOND));
    (void)cad_semaphore_release(all->bounded);
    if (error != 0)
        return error;
    TRY(condition_part(all));
    TRY(cad_barrier_wait(all->barrier));
    return 0;
}

static int make_primitives(primitives *all, cad_loop *loop) {
    *all = (primitives){.arrived = 0};
    TRY_NEW(all->lock, cad_lock_new(loop));
    TRY_NEW(all->event, cad_event_new(loop));
    TRY_NEW(all->condition, cad_condition_new(loop, NULL));
    TRY_NEW(all->condition_of_lock, cad_condition_new(loop, all->lock));
    TRY_NEW(all->semaphore, cad_semaphore_new(loop, 1));
    TRY_NEW(all->bounded, cad_bounded_semaphore_new(loop, 1));
    TRY_NEW(all->barrier, cad_barrier_new(loop, 3));
    TRY(cad_set_name(all->barrier, "gate"));
    return 0;
}

static int primitive_main(void *arg) {
    static primitives all;
    TRY(make_primitives(&all, arg));
    for (int i = 0; i < 3; i++)
        TRY(spawn(user, &all, NULL, NULL));
    TRY(cad_sleep(CAD_MILLISECOND));
    assert_int_equal(check(cad_lock_release(all.lock)), CAD_ERUNTIME);
    assert_int_equal(check(cad_semaphore_release(all.bounded)), CAD_EINVAL);
    TRY(cad_semaphore_acquire(all.semaphore));
    cad_event_set(all.event);
    TRY(cad_sleep(CAD_SECOND));
    TRY(cad_barrier_reset(all.barrier));
    TRY(cad_barrier_abort(all.barrier));
    assert_int_equal(check(cad_barrier_wait(all.barrier)), CAD_EBARRIER);
    cad_condition_free(all.condition);
    return 0;
}

/* --- Futures, and what combines them ---------------------------------------------------------- */

enum { CHILDREN = 4 };

static int child(void *arg) {
    intptr_t number = (intptr_t)arg;
    int error = check(cad_sleep(number * CAD_MILLISECOND));
    if (error != 0)
        return error;
    if (number == 3)
        return check(cad_raise(CAD_EUSER, "number three"));
    return cad_return(arg);
}

static int make_children(cad_task *tasks[CHILDREN]) {
    for (intptr_t i = 0; i < CHILDREN; i++)
        tasks[i] = NULL;
    for (intptr_t i = 0; i < CHILDREN; i++)
        TRY(spawn(child, (void *)(i + 1), NULL, &tasks[i]));
    return 0;
}

static void drop_children(cad_task *tasks[CHILDREN]) {
    for (int i = 0; i < CHILDREN; i++)
        cad_future_unref(tasks[i]);
}

static int gather_and_shield(cad_loop *loop, cad_task *tasks[CHILDREN]) {
    cad_future *outer, *kept = NULL;
    TRY(make_children(tasks));
    TRY(cad_gather(loop, tasks, CHILDREN, true, &outer));
    int error = check(cad_shield(outer, &kept));
    if (error == 0)
        error = check(cad_wait_for(kept, 2 * CAD_MILLISECOND, NULL));
    cad_future_unref(kept);
    if (error == CAD_ETIMEDOUT)
        error = check(cad_await(outer, NULL));
    cad_future_unref(outer);
    return error;
}

static void on_done(cad_future *future, void *arg) {
    (void)arg;
    (void)check(cad_future_result(future, NULL));
}

static int wait_and_callbacks(cad_loop *loop, cad_task *tasks[CHILDREN]) {
    (void)loop;
    TRY(make_children(tasks));
    for (int i = 0; i < CHILDREN; i++)
        TRY(cad_future_add_done_callback(tasks[i], on_done, tasks));
    assert_int_equal(cad_future_remove_done_callback(tasks[0], on_done, tasks), 1);
    TRY(cad_wait(tasks, CHILDREN, CAD_FIRST_COMPLETED, CAD_NEVER));
    TRY(cad_wait(tasks, CHILDREN, CAD_FIRST_EXCEPTION, CAD_MILLISECOND));
    TRY(cad_future_cancel(tasks[3], "enough"));
    int error = check(cad_wait_for(tasks[3], CAD_SECOND, NULL));
    if (error == CAD_ECANCELLED)
        error = check(cad_wait_for(tasks[2], 0, NULL));
    return error == CAD_ETIMEDOUT ? 0 : error;
}

static int complete(cad_loop *loop, cad_task *tasks[CHILDREN]) {
    cad_as_completed *iterator;
    int error = 0;
    TRY(make_children(tasks));
    TRY(cad_as_completed_new(loop, tasks, CHILDREN, 3500 * CAD_MICROSECOND, &iterator));
    for (size_t i = 0; i < CHILDREN && error != CAD_ENOMEM; i++)
        error = check(cad_as_completed_next(iterator, NULL));
    cad_as_completed_free(iterator);
    return error == CAD_ETIMEDOUT ? 0 : error;
}

static int plain_futures(cad_loop *loop, cad_task *tasks[CHILDREN]) {
    cad_future *future;
    (void)tasks;
    TRY_NEW(future, cad_future_new(loop));
    int error = check(cad_set_name(future, "answer"));
    assert_int_equal(check(cad_future_result(future, NULL)), CAD_ESTATE);
    cad_exception *exception = check_new(cad_exception_new(CAD_EUSER, "no answer"));
    (void)cad_future_set_exception(future, CAD_EUSER, exception);
    cad_exception_unref(exception);
    assert_int_equal(check(cad_future_set_result(future, NULL)), CAD_ESTATE);
    assert_int_equal(check(cad_await(future, NULL)), CAD_EUSER);
    cad_future_unref(future);
    return error;
}

static int future_main(void *arg) {
    static int (*const parts[])(cad_loop *, cad_task *[CHILDREN]) = {
        gather_and_shield, wait_and_callbacks, complete, plain_futures};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        cad_task *tasks[CHILDREN] = {NULL};
        int error = parts[i](arg, tasks);
        drop_children(tasks);
        if (error != 0)
            return check(error);
    }
    return 0;
}

/* --- Groups and timeouts ---------------------------------------------------------------------- */

static int failing(void *arg) {
    (void)cad_sleep((intptr_t)arg * CAD_MILLISECOND);
    return check(cad_raise(CAD_EUSER - 1, "failed"));
}

static int sleeper_step(void *state, int result) {
    bool *slept = state;
    if (*slept)
        return check(result);
    *slept = true;
    return check(cad_sleep(CAD_SECOND));
}

static const cad_step_type sleeper_type = {.state_size = sizeof(bool), .step = sleeper_step};

static int in_group(cad_task_group *group) {
    /* More errors than the group has room for at first. */
    for (intptr_t i = 0; i < 6; i++)
        TRY(spawn(failing, (void *)i, &(cad_task_options){.name = "member", .group = group}, NULL));
    TRY(cad_step_create(cad_running_loop(), &sleeper_type, &(cad_task_options){.group = group},
                        NULL));
    return check(cad_sleep(CAD_SECOND));
}

static int group_part(void) {
    cad_task_group *group;
    TRY(cad_task_group_enter(&group));
    int error = in_group(group);
    error = check(cad_task_group_leave(group, error));
    if (error == CAD_EGROUP) {
        cad_exception *exception = cad_error_exception();
        for (size_t i = 0; i < cad_exception_count(exception); i++)
            (void)check(cad_exception_code(cad_exception_at(exception, i)));
    }
    return error;
}

static int timeout_part(void) {
    cad_timeout *scope, *inner;
    TRY(cad_timeout_enter(CAD_MILLISECOND, &scope));
    int error = check(cad_timeout_enter(CAD_NEVER, &inner));
    if (error == 0) {
        error = check(cad_timeout_reschedule(inner, cad_timeout_when(scope) + CAD_SECOND));
        if (error == 0)
            error = check(cad_sleep(CAD_SECOND));
        error = check(cad_timeout_leave(inner, error));
    }
    return check(cad_timeout_leave(scope, error));
}

static int group_main(void *arg) {
    (void)arg;
    int error = group_part();
    if (error != CAD_EGROUP)
        return error;
    error = timeout_part();
    return error == CAD_ETIMEDOUT ? 0 : error;
}

/* --- Callbacks and threads -------------------------------------------------------------------- */

static int called;

static void count(void *arg) {
    (void)arg;
    called++;
}

static void work(void *arg) {
    (void)arg;
}

static int worker(void *arg) {
    (void)arg;
    return check(cad_to_thread(work, NULL, CAD_MILLISECOND));
}

static int callback_main(void *arg) {
    cad_loop *loop = arg;
    cad_handle *handle;
    cad_task *workers[CHILDREN] = {NULL};
    called = 0;
    TRY(cad_call_soon(loop, count, NULL, NULL));
    TRY(cad_call_later(loop, CAD_MILLISECOND, count, NULL, &handle));
    cad_handle_cancel(handle);
    cad_handle_unref(handle);
    TRY(cad_call_at(loop, CAD_MILLISECOND, count, NULL, NULL));
    TRY(cad_call_soon_threadsafe(loop, count, NULL));
    int error = 0;
    for (int i = 0; i < CHILDREN && error == 0; i++)
        error = spawn(worker, NULL, NULL, &workers[i]);
    if (error == 0)
        error = check(cad_wait(workers, CHILDREN, CAD_ALL_COMPLETED, CAD_NEVER));
    drop_children(workers);
    if (error < 0)
        return error;
    TRY(cad_sleep(2 * CAD_MILLISECOND));
    assert_int_equal(called, 3);
    return 0;
}

/* --- Left in the middle ----------------------------------------------------------------------- */

static int stuck(void *arg) {
    TRY(cad_lock_acquire(arg));
    return check(cad_sleep(CAD_NEVER));
}

static void interrupt(void *arg) {
    cad_loop_interrupt(arg);
}

static int wait_for_stuck(void *arg) {
    return check(cad_wait_for(arg, 20 * CAD_MILLISECOND, NULL));
}

/* Everything waits for something when the loop is interrupted and freed. */
static int middle_main(void *arg) {
    static queues all;
    cad_loop *loop = arg;
    cad_task *tasks[2], *step;
    cad_future *outer;
    TRY(make_queues(&all, loop));
    TRY_NEW(all.lock, cad_lock_new(loop));
    for (int i = 0; i < 2; i++)
        TRY(spawn(stuck, all.lock, NULL, &tasks[i]));
    TRY(spawn(wait_for_stuck, tasks[0], NULL, NULL));
    TRY(cad_step_create(loop, &consumer_type, NULL, &step));
    ((consumer *)cad_task_state(step))->all = &all;
    TRY(cad_gather(loop, tasks, 2, false, &outer));
    TRY(cad_call_later(loop, CAD_MILLISECOND, interrupt, loop, NULL));
    TRY(worker(NULL));
    return check(cad_await(outer, NULL));
}

/* --- Signals ---------------------------------------------------------------------------------- */

static void handled(void *event) {
    cad_event_set(event);
}

static int signal_main(void *arg) {
    cad_loop *loop = arg;
    cad_event *event;
    TRY_NEW(event, cad_event_new(loop));
    TRY(cad_add_signal_handler(loop, SIGUSR2, handled, event));
    TRY(cad_add_signal_handler(loop, SIGUSR1, handled, event));
    TRY(cad_add_signal_handler(loop, SIGUSR1, handled, event));
    (void)raise(SIGUSR1);
    TRY(cad_event_wait(event));
    assert_true(cad_remove_signal_handler(loop, SIGUSR1));
    return 0;
}

/* --- Processes -------------------------------------------------------------------------------- */

static int talk_to(cad_process *cat, cad_bytes *bytes) {
    static const char much[100000];
    TRY(cad_stream_write(cad_process_stdin(cat), "a line\nmore", 11));
    TRY(cad_stream_readline(cad_process_stdout(cat), bytes));
    assert_string_equal(bytes->data, "a line\n");
    TRY(cad_stream_readexactly(cad_process_stdout(cat), 4, bytes));
    TRY(cad_process_communicate(cat, much, sizeof much, bytes, NULL));
    assert_int_equal(bytes->size, sizeof much);
    return 0;
}

static int process_main(void *arg) {
    static const char *const argv[] = {"cat", NULL};
    const cad_process_options piped = {
        .stdin_as = CAD_STDIO_PIPE, .stdout_as = CAD_STDIO_PIPE, .stderr_as = CAD_STDIO_NULL};
    cad_bytes bytes = {0};
    cad_process *cat;
    TRY(cad_create_subprocess_exec(arg, argv, &piped, &cat));
    int error = check(talk_to(cat, &bytes));
    cad_bytes_free(&bytes);
    cad_process_free(cat);
    return error;
}

/* --- The tests -------------------------------------------------------------------------------- */

static void test_allocation__each_one_fails_among_queues(void **state) {
    (void)state;
    fail_each(&(program){.name = "queues", .main = queue_main});
}

static void test_allocation__each_one_fails_among_primitives(void **state) {
    (void)state;
    fail_each(&(program){.name = "primitives", .main = primitive_main});
}

static void test_allocation__each_one_fails_among_futures(void **state) {
    (void)state;
    fail_each(&(program){.name = "futures", .main = future_main});
}

static void test_allocation__each_one_fails_in_groups(void **state) {
    (void)state;
    fail_each(&(program){.name = "groups", .main = group_main});
}

static void test_allocation__each_one_fails_among_callbacks(void **state) {
    (void)state;
    fail_each(&(program){.name = "callbacks", .main = callback_main});
}

static void test_allocation__each_one_fails_among_signals(void **state) {
    (void)state;
    fail_each(&(program){.name = "signals", .main = signal_main});
    fail_each(&(program){.name = "real signals", .main = signal_main, .real = true});
}

static void test_allocation__each_one_fails_among_processes(void **state) {
    (void)state;
    fail_each(&(program){.name = "processes", .main = process_main, .real = true});
}

static int connections_main(void *arg) {
    (void)arg;
    return world_program(NULL);
}

static void test_allocation__each_one_fails_among_connections(void **state) {
    (void)state;
    fail_each(&(program){.name = "connections", .main = connections_main, .real = true});
}

static void test_allocation__each_one_fails_among_real_threads(void **state) {
    (void)state;
    fail_each(&(program){.name = "real threads", .main = callback_main, .real = true});
}

static void test_allocation__each_one_fails_in_a_loop_left_in_the_middle(void **state) {
    (void)state;
    fail_each(&(program){.name = "middle", .main = middle_main, .outcome = CAD_EINTERRUPTED});
    fail_each(&(program){
        .name = "middle, real", .main = middle_main, .outcome = CAD_EINTERRUPTED, .real = true});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allocation__each_one_fails_among_queues),
        cmocka_unit_test(test_allocation__each_one_fails_among_primitives),
        cmocka_unit_test(test_allocation__each_one_fails_among_futures),
        cmocka_unit_test(test_allocation__each_one_fails_in_groups),
        cmocka_unit_test(test_allocation__each_one_fails_among_callbacks),
        cmocka_unit_test(test_allocation__each_one_fails_among_signals),
        cmocka_unit_test(test_allocation__each_one_fails_among_processes),
        cmocka_unit_test(test_allocation__each_one_fails_among_connections),
        cmocka_unit_test(test_allocation__each_one_fails_among_real_threads),
        cmocka_unit_test(test_allocation__each_one_fails_in_a_loop_left_in_the_middle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What a trace sink is told, and when. */
#include "support/engine_test.h"

/* --- A sink that remembers -------------------------------------------------------------------- */

enum kind { TASK, WAIT, READY, RUN, TURN, OTHER };

/* What is open, by task (0: the loop), to hold each event to the rules. */
enum { TASKS = 64 };
static bool open[TASKS][OTHER];
static int64_t last_ns;
static char text[32 * 1024];
static size_t length;
static int64_t line_ns;
static bool objects_too, rules_only;

/* Which of the details are remembered. */
enum { QUEUE_OF_READY = 1, OPERATIONS = 2, STATES = 4 };
static int details;

static void remember(int64_t now_ns, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void remember(int64_t now_ns, const char *format, ...) {
    char what[160], time[32];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    assert_true(now_ns >= last_ns);
    last_ns = now_ns;
    if (rules_only)
        return;
    if (now_ns == line_ns)
        length += (size_t)snprintf(text + length, sizeof text - length, ", %s", what);
    else
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%s: %s",
                                   length > 0 ? "\n" : "", seconds_text(time, now_ns), what);
    line_ns = now_ns;
    assert_true(length < sizeof text);
}

static const char *name_of(const cad_task *task) {
    return task != NULL ? cad_task_name(task) : "loop";
}

static void begin(enum kind kind, const cad_task *task) {
    size_t id = task != NULL ? (size_t)cad_task_id(task) : 0;
    assert_true(id < TASKS);
    assert_false(open[id][kind]);
    open[id][kind] = true;
}

static void end(enum kind kind, const cad_task *task) {
    size_t id = task != NULL ? (size_t)cad_task_id(task) : 0;
    assert_true(open[id][kind]);
    open[id][kind] = false;
}

static void task_begin(void *context, int64_t now_ns, const cad_task *task, const cad_task *by) {
    (void)context;
    begin(TASK, task);
    remember(now_ns, "%s begins by %s", name_of(task), name_of(by));
}

static void task_end(void *context, int64_t now_ns, const cad_task *task, int code,
                     const cad_exception *exception) {
    (void)context;
    end(TASK, task);
    assert_false(open[cad_task_id(task)][WAIT]);
    remember(now_ns, "%s ends%s%s%s%s", name_of(task), code != 0 ? " " : "",
             code != 0 ? cad_error_name(code) : "", exception != NULL ? " " : "",
             exception != NULL ? cad_exception_message(exception) : "");
}

static void wait_begin(void *context, int64_t now_ns, const cad_task *task,
                       const cad_wait_info *wait) {
    cad_object_info info = {.name = ""};
    (void)context;
    begin(WAIT, task);
    if (wait->object != NULL)
        cad_object_describe(wait->object, &info);
    assert_int_equal(wait->since_ns <= now_ns, true);
    remember(now_ns, "%s waits %s%s%s", name_of(task), wait->verb, wait->object != NULL ? " " : "",
             info.name);
}

static void wake(void *context, int64_t now_ns, const cad_task *task, const cad_task *by) {
    (void)context;
    end(WAIT, task);
    remember(now_ns, "%s woken by %s", name_of(task), name_of(by));
}

static void ready_begin(void *context, int64_t now_ns, const cad_task *task) {
    (void)context;
    begin(READY, task);
    assert_false(open[cad_task_id(task)][WAIT]);
    remember(now_ns, "%s ready[", name_of(task));
}

static void ready_end(void *context, int64_t now_ns, const cad_task *task) {
    (void)context;
    end(READY, task);
    remember(now_ns, "%s ready]", name_of(task));
}

static void run_begin(void *context, int64_t now_ns, const cad_task *task) {
    (void)context;
    begin(RUN, NULL);
    remember(now_ns, "%s runs[", name_of(task));
}

static void run_end(void *context, int64_t now_ns, const cad_task *task) {
    (void)context;
    end(RUN, NULL);
    remember(now_ns, "%s runs]", name_of(task));
}

static void cancelled(void *context, int64_t now_ns, const cad_task *task, const cad_task *by,
                      const char *message) {
    (void)context;
    remember(now_ns, "%s cancelled by %s%s%s", name_of(task), name_of(by),
             message != NULL ? " " : "", message != NULL ? message : "");
}

static void timed_out(void *context, int64_t now_ns, const cad_task *task) {
    (void)context;
    remember(now_ns, "%s timed out", name_of(task));
}

/* "q 1 of queue size=0 putters=1", of the constants or of the rest. */
static void remember_object(int64_t now_ns, const char *what, const cad_object_info *info,
                            bool constants) {
    char fields[160] = "";
    for (size_t i = 0; i < info->count; i++)
        if (info->fields[i].constant == constants)
            snprintf(fields + strlen(fields), sizeof fields - strlen(fields), " %s=%lld",
                     info->fields[i].key, (long long)info->fields[i].value);
    remember(now_ns, "%s%s%s", info->name, what, fields);
}

static void object_changed(void *context, int64_t now_ns, const cad_object_info *info,
                           const cad_task *by) {
    (void)context;
    if (details & STATES)
        remember_object(now_ns, "", info, false);
    else if (objects_too)
        remember(now_ns, "%s %s=%lld by %s", info->name, info->fields[0].key,
                 (long long)info->fields[0].value, name_of(by));
}

static void object_made(void *context, int64_t now_ns, const cad_object_info *info,
                        const cad_task *by) {
    char what[64];
    (void)context, (void)by;
    snprintf(what, sizeof what, " is %s %d", info->type, (int)info->id);
    if (details & STATES)
        remember_object(now_ns, what, info, true);
}

static void object_named(void *context, int64_t now_ns, const cad_object_info *info,
                         const cad_task *by) {
    (void)context, (void)by;
    if (details & STATES)
        remember(now_ns, "%d is called %s", (int)info->id, info->name);
}

static void object_freed(void *context, int64_t now_ns, const cad_object_info *info) {
    (void)context;
    if (details & STATES)
        remember(now_ns, "%s freed", info->name);
}

static const char *entry_text(const cad_ready_info *entry) {
    static char what[64];
    snprintf(what, sizeof what, "%s%s%s", entry->kind, entry->task != NULL ? " of " : "",
             entry->task != NULL ? cad_task_name(entry->task) : "");
    return what;
}

static void joined(void *context, int64_t now_ns, const cad_ready_info *entry, const cad_task *by) {
    (void)context;
    if (details & QUEUE_OF_READY)
        remember(now_ns, "+%s by %s", entry_text(entry), name_of(by));
}

static void left(void *context, int64_t now_ns, const cad_ready_info *entry, size_t place) {
    (void)context;
    if (details & QUEUE_OF_READY)
        remember(now_ns, "-%s at %d", entry_text(entry), (int)place);
}

static void iteration_begun(void *context, int64_t now_ns, uint64_t number) {
    (void)context;
    if (details & QUEUE_OF_READY)
        remember(now_ns, "iteration %d", (int)number);
}

static void turn_begun(void *context, int64_t now_ns, const cad_ready_info *entry) {
    (void)context;
    begin(TURN, NULL);
    if (details & QUEUE_OF_READY)
        remember(now_ns, "(%s", entry_text(entry));
}

static void turn_ended(void *context, int64_t now_ns) {
    (void)context;
    end(TURN, NULL);
    if (details & QUEUE_OF_READY)
        remember(now_ns, ")");
}

static void operated(void *context, int64_t now_ns, const cad_operation_info *operation) {
    static const char *const moves[] = {"", " in at ", " out at ", " all out "};
    cad_object_info info;
    char result[32], item[64] = "";
    (void)context;
    if (!(details & OPERATIONS))
        return;
    cad_object_describe(operation->object, &info);
    snprintf(result, sizeof result, "%d", operation->result);
    if (operation->item != NULL || operation->move != CAD_ITEM_STAYS)
        snprintf(item, sizeof item, " %s%s%d",
                 operation->item != NULL ? (const char *)operation->item : "nothing",
                 moves[operation->move], (int)operation->place);
    remember(now_ns, "%s: %s %s%s -> %s", name_of(operation->task), operation->verb, info.name,
             item, operation->result < 0 ? cad_error_name(operation->result) : result);
}

static const cad_trace_sink sink = {
    .task_begin = task_begin,
    .task_end = task_end,
    .wait_begin = wait_begin,
    .wake = wake,
    .ready_begin = ready_begin,
    .ready_end = ready_end,
    .run_begin = run_begin,
    .run_end = run_end,
    .cancel = cancelled,
    .timeout = timed_out,
    .object_new = object_made,
    .object_name = object_named,
    .object = object_changed,
};
static cad_trace_sink detailed;

static void forget(void) {
    memset(open, 0, sizeof open);
    last_ns = 0;
    line_ns = -1;
    length = 0;
    text[0] = '\0';
    objects_too = rules_only = false;
    details = 0;
}

static void listen_from_now(void) {
    forget();
    cad_loop_set_trace(test_loop, &sink);
}

/* The same, with details, of which those are remembered. */
static void listen_to_details(int which) {
    forget();
    details = which;
    detailed = sink;
    detailed.detail = true;
    detailed.object_end = object_freed;
    detailed.ready_join = joined;
    detailed.ready_leave = left;
    detailed.iteration = iteration_begun;
    detailed.turn_begin = turn_begun;
    detailed.turn_end = turn_ended;
    detailed.operation = operated;
    cad_loop_set_trace(test_loop, &detailed);
}

/* All that was begun has ended. */
static void assert_all_ended(void) {
    for (int id = 0; id < TASKS; id++)
        for (int kind = 0; kind < OTHER; kind++)
            assert_false(open[id][kind]);
}

static void run_to_the_end(const char *expected) {
    assert_int_equal(cad_loop_run(test_loop), 0);
    assert_string_equal(text, expected);
    assert_all_ended();
}

static void create(cad_coroutine *fn, void *arg, const char *name) {
    const cad_task_options options = {.name = name};
    assert_int_equal(cad_task_create(test_loop, fn, arg, &options, NULL), 0);
}

/* --- The window ------------------------------------------------------------------------------- */

typedef struct job {
    int number;
    cad_queue *window;
} job;

static int run_job(void *arg) {
    job *self = arg;
    int error = cad_queue_put(self->window, self);
    if (error == 0)
        error = cad_sleep((self->number % 3 + 1) * CAD_SECOND);
    if (error == 0)
        error = cad_queue_get(self->window, NULL);
    return error;
}

static void test_trace_sink__the_window(void **state) {
    (void)state;
    static job jobs[8];
    cad_queue *window = cad_queue_new(test_loop, 4);
    assert_int_equal(cad_set_name(window, "window"), 0);
    listen_from_now();
    for (int i = 0; i < 8; i++) {
        char name[16];
        snprintf(name, sizeof name, "job%d", i);
        jobs[i] = (job){.number = i, .window = window};
        create(run_job, &jobs[i], name);
    }
    run_to_the_end(
        "0: job0 begins by loop, job1 begins by loop, job2 begins by loop, job3 begins by loop, "
        "job4 begins by loop, job5 begins by loop, job6 begins by loop, job7 begins by loop, "
        "job0 waits sleep, job1 waits sleep, job2 waits sleep, job3 waits sleep, "
        "job4 waits put window, job5 waits put window, job6 waits put window, "
        "job7 waits put window\n"
        "1: job0 woken by loop, job3 woken by loop, job4 woken by job0, job0 ends, "
        "job5 woken by job3, job3 ends, job4 waits sleep, job5 waits sleep\n"
        "2: job1 woken by loop, job6 woken by job1, job1 ends, job6 waits sleep\n"
        "3: job2 woken by loop, job4 woken by loop, job6 woken by loop, job7 woken by job2, "
        "job2 ends, job4 ends, job6 ends, job7 waits sleep\n"
        "4: job5 woken by loop, job5 ends\n"
        "5: job7 woken by loop, job7 ends");
}

/* --- Ready and running ------------------------------------------------------------------------ */

static int compute(void *arg) {
    cad_compute((intptr_t)arg * CAD_SECOND);
    return 0;
}

static int sleep_and_compute(void *arg) {
    int error = cad_sleep((intptr_t)arg * CAD_SECOND);
    if (error == 0)
        cad_compute(CAD_SECOND);
    return error;
}

static void test_trace_sink__who_is_ready_while_another_computes(void **state) {
    (void)state;
    listen_from_now();
    create(compute, (void *)0, "a");
    create(compute, (void *)2, "b");
    create(compute, (void *)1, "c");
    create(compute, (void *)0, "d");
    run_to_the_end("0: a begins by loop, b begins by loop, c begins by loop, d begins by loop, "
                   "a ends, c ready[, d ready[, b runs[\n"
                   "2: b ends, b runs], c ready], c runs[\n"
                   "3: c ends, c runs], d ready], d ends");
}

static void test_trace_sink__who_is_late_is_not_ready_before_its_wake(void **state) {
    (void)state;
    listen_from_now();
    create(sleep_and_compute, (void *)1, "a");
    create(sleep_and_compute, (void *)1, "b");
    run_to_the_end("0: a begins by loop, b begins by loop, a waits sleep, b waits sleep\n"
                   "1: a woken by loop, b woken by loop, b ready[, a runs[\n"
                   "2: a ends, a runs], b ready], b runs[\n"
                   "3: b ends, b runs]");
}

static void compute_in_callback(void *arg) {
    (void)arg;
    cad_compute(CAD_SECOND);
}

static int yield_twice(void *arg) {
    (void)arg;
    int error = cad_sleep(0);
    return error == 0 ? cad_sleep(0) : error;
}

static void test_trace_sink__a_callback_runs_too(void **state) {
    (void)state;
    listen_from_now();
    create(yield_twice, NULL, "a");
    assert_int_equal(cad_call_soon(test_loop, compute_in_callback, NULL, NULL), 0);
    assert_int_equal(cad_call_soon_threadsafe(test_loop, compute_in_callback, NULL), 0);
    run_to_the_end("0: a begins by loop, a ready[, loop runs[\n"
                   "1: loop runs], loop runs[\n"
                   "2: loop runs], a ready], a ends");
}

static void compute_when_done(cad_future *future, void *arg) {
    (void)future;
    (void)arg;
    cad_compute(CAD_SECOND);
}

static void test_trace_sink__a_done_callback_runs_too(void **state) {
    (void)state;
    cad_future *future = cad_future_new(test_loop);
    listen_from_now();
    create(yield_twice, NULL, "a");
    assert_int_equal(cad_future_add_done_callback(future, compute_when_done, NULL), 0);
    assert_int_equal(cad_future_set_result(future, NULL), 0);
    cad_future_unref(future);
    run_to_the_end("0: a begins by loop, a ready[, loop runs[\n"
                   "1: loop runs], a ready], a ends");
}

/* --- Who did it ------------------------------------------------------------------------------- */

static int get_one(void *queue) {
    return cad_queue_get(queue, NULL);
}

static int put_one(void *queue) {
    int error = cad_sleep(CAD_SECOND);
    return error == 0 ? cad_queue_put(queue, NULL) : error;
}

static void put_in_callback(void *queue) {
    assert_int_equal(cad_queue_put_nowait(queue, NULL), 0);
}

static void test_trace_sink__a_wake_names_who_caused_it(void **state) {
    (void)state;
    cad_queue *queue = cad_queue_new(test_loop, 0);
    assert_int_equal(cad_set_name(queue, "q"), 0);
    listen_from_now();
    create(get_one, queue, "a");
    create(get_one, queue, "b");
    create(put_one, queue, "p");
    assert_int_equal(cad_call_later(test_loop, 2 * CAD_SECOND, put_in_callback, queue, NULL), 0);
    run_to_the_end("0: a begins by loop, b begins by loop, p begins by loop, a waits get q, "
                   "b waits get q, p waits sleep\n"
                   "1: p woken by loop, a woken by p, p ends, a ends\n"
                   "2: b woken by loop, b ends");
}

static int sleep_a_second(void *arg) {
    (void)arg;
    return cad_sleep(CAD_SECOND);
}

static int gather_one(void *arg) {
    cad_task *child;
    cad_future *outer;
    const cad_task_options options = {.name = "child"};
    int error = cad_task_create(arg, sleep_a_second, NULL, &options, &child);
    if (error != 0)
        return error;
    error = cad_gather(arg, &child, 1, false, &outer);
    if (error == 0) {
        error = cad_set_name(outer, "both");
        if (error == 0)
            error = cad_await(outer, NULL);
        cad_future_unref(outer);
    }
    cad_future_unref(child);
    return error;
}

static void test_trace_sink__a_gathering_hands_on_who_ended_it(void **state) {
    (void)state;
    listen_from_now();
    create(gather_one, test_loop, "a");
    run_to_the_end("0: a begins by loop, child begins by a, a waits gather both, "
                   "child waits sleep\n"
                   "1: child woken by loop, child ends, a woken by child, a ends");
}

static int cancel_other(void *task) {
    int error = cad_sleep(CAD_SECOND);
    if (error == 0)
        (void)cad_future_cancel(task, "enough");
    return error;
}

static void test_trace_sink__cancel(void **state) {
    (void)state;
    cad_task *task;
    const cad_task_options options = {.name = "a"};
    listen_from_now();
    assert_int_equal(cad_task_create(test_loop, sleep_and_compute, (void *)5, &options, &task), 0);
    create(cancel_other, task, "b");
    run_to_the_end("0: a begins by loop, b begins by loop, a waits sleep, b waits sleep\n"
                   "1: b woken by loop, a cancelled by b enough, a woken by b, b ends, "
                   "a ends CancelledError enough");
    cad_future_unref(task);
}

static int time_out(void *arg) {
    cad_timeout *scope;
    (void)arg;
    int error = cad_timeout_enter(CAD_SECOND, &scope);
    return error == 0 ? cad_timeout_leave(scope, cad_sleep(2 * CAD_SECOND)) : error;
}

static void test_trace_sink__timeout(void **state) {
    (void)state;
    listen_from_now();
    create(time_out, NULL, "a");
    run_to_the_end("0: a begins by loop, a waits sleep\n"
                   "1: a timed out, a cancelled by loop, a woken by loop, a ends TimeoutError");
}

static int raise_error(void *arg) {
    return cad_raise(CAD_EINVAL, arg);
}

static void test_trace_sink__a_failure_and_its_message(void **state) {
    (void)state;
    listen_from_now();
    create(raise_error, "too wide", "a");
    create(raise_error, NULL, "b");
    run_to_the_end("0: a begins by loop, b begins by loop, a ends ValueError too wide, "
                   "b ends ValueError");
}

/* --- Objects ---------------------------------------------------------------------------------- */

typedef struct things {
    cad_lock *lock;
    cad_semaphore *semaphore;
    cad_event *event;
} things;

static int use_things(void *arg) {
    things *all = arg;
    int error = cad_lock_acquire(all->lock);
    if (error == 0)
        error = cad_semaphore_acquire(all->semaphore);
    if (error == 0)
        error = cad_sleep(CAD_SECOND);
    if (error == 0)
        error = cad_semaphore_release(all->semaphore);
    if (error == 0)
        error = cad_lock_release(all->lock);
    cad_event_set(all->event);
    cad_event_set(all->event);
    return error;
}

static void test_trace_sink__objects_when_they_change(void **state) {
    (void)state;
    things all = {cad_lock_new(test_loop), cad_semaphore_new(test_loop, 2),
                  cad_event_new(test_loop)};
    listen_from_now();
    objects_too = true;
    create(use_things, &all, "a");
    run_to_the_end(
        "0: a begins by loop, lock-1 locked=1 by a, semaphore-2 value=1 by a, a waits sleep\n"
        "1: a woken by loop, semaphore-2 value=2 by a, lock-1 locked=0 by a, event-3 set=1 by a, "
        "a ends");
}

static void test_trace_sink__objects_are_told_of_when_they_are_made(void **state) {
    (void)state;
    cad_queue *before = cad_queue_new(test_loop, 3);
    listen_from_now();
    details = STATES;
    cad_loop_set_trace(test_loop, NULL);
    cad_loop_set_trace(test_loop, &sink);
    cad_condition *condition = cad_condition_new(test_loop, NULL);
    assert_int_equal(cad_set_name(cad_condition_lock(condition), "c's lock"), 0);
    assert_int_equal(cad_set_name(condition, "c"), 0);
    cad_queue_free(cad_queue_new(test_loop, 0)); /* nobody has heard of it */
    (void)cad_bounded_semaphore_new(test_loop, 2);
    (void)cad_barrier_new(test_loop, 2);
    create(compute, (void *)0, "a");
    assert_int_equal(cad_set_name(before, "late"), 0);
    run_to_the_end("0: queue-1 is queue 1 maxsize=3 order=0, c is condition 2 lock=3, "
                   "c's lock is lock 3, semaphore-5 is semaphore 5 bound=2, "
                   "barrier-6 is barrier 6 parties=2, a begins by loop, 1 is called late, a ends");
}

static int await_future(void *future) {
    return cad_await(future, NULL);
}

static int set_future(void *future) {
    return cad_future_set_result(future, NULL);
}

static void test_trace_sink__futures_are_told_of_when_they_are_used(void **state) {
    (void)state;
    cad_future *future = cad_future_new(test_loop);
    cad_future *unused = cad_future_new(test_loop);
    cad_future *named = cad_future_new(test_loop);
    listen_to_details(STATES | OPERATIONS);
    assert_int_equal(cad_set_name(named, "answer"), 0);
    create(await_future, future, "a");
    create(set_future, future, "b");
    create(set_future, unused, "c");
    create(set_future, named, "d");
    run_to_the_end("0: answer is future 3, a begins by loop, b begins by loop, c begins by loop, "
                   "d begins by loop, future-1 is future 1, a waits await future-1, "
                   "b: set_result future-1 -> 0, future-1 done=1, a woken by b, b ends, c ends, "
                   "d: set_result answer -> 0, answer done=1, d ends, a ends");
    cad_future_unref(future);
    cad_future_unref(unused);
    cad_future_unref(named);
    assert_string_equal(strstr(text, "a ends"), "a ends, future-1 freed, answer freed");
}

static int hold_lock(void *lock) {
    int error = cad_lock_acquire(lock);
    if (error == 0)
        error = cad_sleep(CAD_SECOND);
    return error == 0 ? cad_lock_release(lock) : error;
}

static int acquire_in_time(void *lock) {
    cad_timeout *scope;
    int error = cad_timeout_enter(CAD_SECOND / 2, &scope);
    if (error == 0)
        error = cad_timeout_leave(scope, cad_lock_acquire(lock));
    return error == CAD_ETIMEDOUT ? 0 : error;
}

static void test_trace_sink__who_waits_is_counted_when_they_come_and_go(void **state) {
    (void)state;
    cad_lock *lock = cad_lock_new(test_loop);
    assert_int_equal(cad_set_name(lock, "l"), 0);
    listen_from_now();
    details = STATES;
    create(hold_lock, lock, "a");
    create(acquire_in_time, lock, "b");
    create(hold_lock, lock, "c");
    run_to_the_end("0: a begins by loop, b begins by loop, c begins by loop, "
                   "l locked=1 owner=1 waiters=0, a waits sleep, b waits acquire l, "
                   "l locked=1 owner=1 waiters=1, c waits acquire l, "
                   "l locked=1 owner=1 waiters=2\n"
                   "0.5: b timed out, b cancelled by loop, b woken by loop, "
                   "l locked=1 owner=1 waiters=1, b ends\n"
                   "1: a woken by loop, c woken by a, l locked=0 owner=0 waiters=0, a ends, "
                   "l locked=1 owner=3 waiters=0, c waits sleep\n"
                   "2: c woken by loop, l locked=0 owner=0 waiters=0, c ends");
}

static int put_three(void *queue) {
    static const char *const items[] = {"tea", "coffee", "milk"};
    int error = 0;
    for (int i = 0; i < 3 && error == 0; i++)
        error = cad_queue_put(queue, (void *)(uintptr_t)items[i]);
    return error;
}

static int get_three(void *queue) {
    void *item;
    int error = 0;
    for (int i = 0; i < 3 && error == 0; i++)
        error = cad_queue_get(queue, &item);
    (void)cad_queue_get_nowait(queue, &item);
    (void)cad_queue_task_done(queue);
    cad_queue_shutdown(queue, true, NULL);
    return cad_queue_put_nowait(queue, NULL) == CAD_EQUEUESHUTDOWN ? error : CAD_ERUNTIME;
}

static void test_trace_sink__operations_and_items(void **state) {
    (void)state;
    cad_queue *queue = cad_lifo_queue_new(test_loop, 2);
    assert_int_equal(cad_set_name(queue, "q"), 0);
    listen_to_details(OPERATIONS | STATES);
    create(put_three, queue, "p");
    create(get_three, queue, "g");
    run_to_the_end(
        "0: q is queue 1 maxsize=2 order=1, p begins by loop, g begins by loop, "
        "p: put q tea in at 0 -> 0, "
        "q size=1 getters=0 putters=0 joiners=0 unfinished=1 shut_down=0, "
        "p: put q coffee in at 1 -> 0, "
        "q size=2 getters=0 putters=0 joiners=0 unfinished=2 shut_down=0, "
        "p waits put q, q size=2 getters=0 putters=1 joiners=0 unfinished=2 shut_down=0, "
        "g: get q coffee out at 1 -> 0, p woken by g, "
        "q size=1 getters=0 putters=0 joiners=0 unfinished=2 shut_down=0, "
        "g: get q tea out at 0 -> 0, "
        "q size=0 getters=0 putters=0 joiners=0 unfinished=2 shut_down=0, "
        "g waits get q, q size=0 getters=1 putters=0 joiners=0 unfinished=2 shut_down=0, "
        "p: put q milk in at 0 -> 0, g woken by p, "
        "q size=1 getters=0 putters=0 joiners=0 unfinished=3 shut_down=0, p ends, "
        "g: get q milk out at 0 -> 0, "
        "q size=0 getters=0 putters=0 joiners=0 unfinished=3 shut_down=0, "
        "g: get_nowait q -> QueueEmpty, g: task_done q -> 0, "
        "q size=0 getters=0 putters=0 joiners=0 unfinished=2 shut_down=0, "
        "g: shutdown q nothing all out 0 -> 0, "
        "q size=0 getters=0 putters=0 joiners=0 unfinished=2 shut_down=1, "
        "g: put_nowait q -> QueueShutDown, g ends");
}

static void test_trace_sink__the_ready_queue(void **state) {
    (void)state;
    cad_queue *queue = cad_queue_new(test_loop, 0);
    cad_handle *handle;
    listen_to_details(QUEUE_OF_READY);
    create(yield_twice, NULL, "a");
    create(sleep_a_second, NULL, "b");
    assert_int_equal(cad_call_soon(test_loop, put_in_callback, queue, NULL), 0);
    assert_int_equal(cad_call_soon(test_loop, put_in_callback, queue, &handle), 0);
    cad_handle_cancel(handle);
    cad_handle_unref(handle);
    run_to_the_end(
        "0: a begins by loop, +task of a by loop, b begins by loop, +task of b by loop, "
        "+callback by loop, +callback by loop, -callback at 3, "
        "iteration 1, (task of a, +task of a by a, ), (task of b, b waits sleep, ), (callback, ), "
        "iteration 2, (task of a, +task of a by a, ), "
        "iteration 3, (task of a, +end of a by a, a ends, ), iteration 4, (end of a, )\n"
        "1: +timer of b by loop, iteration 5, (timer of b, b woken by loop, +task of b by loop, ), "
        "iteration 6, (task of b, +end of b by b, b ends, ), iteration 7, (end of b, )");
}

/* --- Whose turn it is to listen --------------------------------------------------------------- */

static void test_trace_sink__no_member_is_asked_of_it(void **state) {
    (void)state;
    static const cad_trace_sink deaf = {.context = NULL};
    cad_loop_set_trace(test_loop, &deaf);
    create(time_out, NULL, "a");
    create(compute, (void *)1, "b");
    create(sleep_and_compute, (void *)1, "c");
    assert_int_equal(cad_loop_run(test_loop), 0);
}

static int listen_in_the_middle(void *arg) {
    int error = cad_sleep(CAD_SECOND);
    if (error == 0)
        listen_from_now();
    for (int id = 1; id < 4; id++)
        open[id][TASK] = true;
    open[3][WAIT] = true;
    cad_compute((intptr_t)arg);
    return error;
}

static void test_trace_sink__from_the_middle_on(void **state) {
    (void)state;
    create(listen_in_the_middle, (void *)CAD_SECOND, "a");
    create(sleep_and_compute, (void *)1, "b");
    create(sleep_and_compute, (void *)3, "c");
    /* b was woken before, and is ready at the time at which the listening begins, not before. */
    run_to_the_end("1: b ready[\n"
                   "2: a ends, b ready], b runs[\n"
                   "3: b ends, b runs], c woken by loop, c runs[\n"
                   "4: c ends, c runs]");
}

static void test_trace_sink__nobody_listens_any_more(void **state) {
    (void)state;
    listen_from_now();
    create(compute, (void *)1, "a");
    cad_loop_set_trace(test_loop, NULL);
    assert_int_equal(cad_loop_run(test_loop), 0);
    assert_string_equal(text, "0: a begins by loop");
}

/* --- The real clock --------------------------------------------------------------------------- */

static int real_setup(void **state) {
    (void)state;
    count_blocks();
    return cad_loop_new(cad_uv_driver(), &test_loop);
}

static void work(void *arg) {
    (void)arg;
}

static int mixed(void *arg) {
    cad_queue *queue = arg;
    int error = 0;
    for (int i = 0; i < 50 && error == 0; i++) {
        error = cad_queue_put(queue, NULL);
        if (error == 0)
            error = cad_sleep(i % 3 * 10 * CAD_MICROSECOND);
        cad_compute(i % 5 == 0 ? 50 * CAD_MICROSECOND : 0);
        if (error == 0)
            error = cad_queue_get(queue, NULL);
        if (error == 0 && i % 10 == 0)
            error = cad_to_thread(work, NULL, 0);
    }
    return error;
}

/* The rules alone, which remember(), begin() and end() hold each event to. */
static void test_trace_sink__the_rules_under_the_real_clock(void **state) {
    (void)state;
    cad_queue *queue = cad_queue_new(test_loop, 2);
    listen_from_now();
    for (int i = 0; i < 8; i++)
        create(mixed, queue, NULL);
    rules_only = true;
    assert_int_equal(cad_loop_run(test_loop), 0);
    assert_all_ended();
}

/* --- Eager starts ----------------------------------------------------------------------------- */

static int compute_and_sleep(void *arg) {
    (void)arg;
    cad_compute(CAD_SECOND);
    return cad_sleep(CAD_SECOND);
}

static int create_eagerly(void *arg) {
    (void)arg;
    const cad_task_options options = {.name = "inner", .eager_start = CAD_EAGER_ON};
    cad_compute(CAD_SECOND);
    int error = cad_task_create(test_loop, compute_and_sleep, NULL, &options, NULL);
    cad_compute(CAD_SECOND);
    return error;
}

/* One runs at a time: the creator does not while the other does. */
static void test_trace_sink__an_eager_start_interrupts_its_creators_run(void **state) {
    (void)state;
    listen_from_now();
    create(create_eagerly, NULL, "outer");
    run_to_the_end("0: outer begins by loop, outer runs[\n"
                   "1: inner begins by outer, outer runs], inner runs[\n"
                   "2: inner waits sleep, inner runs], outer runs[\n"
                   "3: outer ends, outer runs], inner woken by loop, inner ends");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_trace_sink__the_window),
        ENGINE_TEST(test_trace_sink__who_is_ready_while_another_computes),
        ENGINE_TEST(test_trace_sink__who_is_late_is_not_ready_before_its_wake),
        ENGINE_TEST(test_trace_sink__a_callback_runs_too),
        ENGINE_TEST(test_trace_sink__a_done_callback_runs_too),
        ENGINE_TEST(test_trace_sink__a_wake_names_who_caused_it),
        ENGINE_TEST(test_trace_sink__a_gathering_hands_on_who_ended_it),
        ENGINE_TEST(test_trace_sink__cancel),
        ENGINE_TEST(test_trace_sink__timeout),
        ENGINE_TEST(test_trace_sink__a_failure_and_its_message),
        ENGINE_TEST(test_trace_sink__objects_when_they_change),
        ENGINE_TEST(test_trace_sink__objects_are_told_of_when_they_are_made),
        ENGINE_TEST(test_trace_sink__futures_are_told_of_when_they_are_used),
        ENGINE_TEST(test_trace_sink__who_waits_is_counted_when_they_come_and_go),
        ENGINE_TEST(test_trace_sink__operations_and_items),
        ENGINE_TEST(test_trace_sink__the_ready_queue),
        ENGINE_TEST(test_trace_sink__an_eager_start_interrupts_its_creators_run),
        ENGINE_TEST(test_trace_sink__no_member_is_asked_of_it),
        ENGINE_TEST(test_trace_sink__from_the_middle_on),
        ENGINE_TEST(test_trace_sink__nobody_listens_any_more),
        cmocka_unit_test_setup_teardown(test_trace_sink__the_rules_under_the_real_clock, real_setup,
                                        engine_test_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

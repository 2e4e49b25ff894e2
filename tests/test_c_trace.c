/* Traces and reports of programs in C: libcadran-trace, by its header. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cadran-trace.h"
#include "cadran.h"
#include "sanitizer.h"
#include "support/child.h"
#include "support/files_test.h"

/* Set by the build: CADRAN, the program; SCENARIO, scenarios/window.json. */

enum { JOBS = 8, WIDTH = 4 };

static char directory[64];
static char path[96];

static cad_loop *new_loop(cad_driver *driver) {
    cad_loop *loop;
    assert_int_equal(cad_loop_new(driver, &loop), 0);
    return loop;
}

static void add_task(cad_loop *loop, cad_coroutine *fn, void *arg, const char *name) {
    assert_int_equal(cad_task_create(loop, fn, arg, &(cad_task_options){.name = name}, NULL), 0);
}

/* --- The same as a scenario's ---------------------------------------------------------------- */

static cad_queue *window;

static void say(const char *mark, const char *text) {
    char line[96];
    int64_t now_ms = cad_loop_time(cad_running_loop()) / CAD_MILLISECOND;
    snprintf(line, sizeof line, "%ds + %03dms %s %s", (int)(now_ms / 1000), (int)(now_ms % 1000),
             mark, text);
    cad_trace_print(line);
}

static int job(void *arg) {
    int number = *(int *)arg, duration = number % 3 + 1;
    char text[48];
    snprintf(text, sizeof text, "job%d - duration %d", number, duration);
    int error = cad_queue_put(window, arg);
    if (error != 0)
        return error;
    say(">>>", text);
    cad_span_begin(text);
    error = cad_sleep(duration * CAD_SECOND);
    cad_span_end();
    say("<<<", text);
    return error != 0 ? error : cad_queue_get(window, NULL);
}

static void make_jobs(cad_loop *loop) {
    static int numbers[JOBS];
    window = cad_queue_new(loop, WIDTH);
    assert_int_equal(cad_set_name(window, "window"), 0);
    for (int i = 0; i < JOBS; i++) {
        char name[24];
        snprintf(name, sizeof name, "job%d", numbers[i] = i);
        add_task(loop, job, &numbers[i], name);
    }
}

static void run_window(cad_driver *driver, const char *name, const cad_trace_options *options) {
    cad_loop *loop = new_loop(driver);
    cad_trace *trace;
    assert_int_equal(cad_trace_open(loop, name, options, &trace), 0);
    make_jobs(loop);
    assert_int_equal(cad_loop_run(loop), 0);
    assert_int_equal(cad_trace_close(trace), 0);
    cad_loop_free(loop);
}

/* Leaves out the line that the scenario prints before its tasks are there. */
static void drop_line(char *text, const char *with) {
    char *found = strstr(text, with);
    assert_non_null(found);
    char *end = strchr(found, '\n') + 1;
    while (found > text && found[-1] != '\n')
        found--;
    memmove(found, end, strlen(end) + 1);
}

static void test_trace__is_the_same_file_as_a_scenarios(void **state) {
    (void)state;
    char other[112];
    child self;
    snprintf(other, sizeof other, "%s.other", path);
    char *const argv[] = {CADRAN, "run", SCENARIO, "--trace", other, NULL};
    child_exec(&self, argv);
    child_wait(&self);
    assert_true(child_exited(&self, 0));
    run_window(cad_virtual_driver(), path, &(cad_trace_options){.name = "window"});
    char *expected = files_read(other, NULL);
    drop_line(expected, "---------- zero");
    char *text = files_read(path, NULL);
    assert_string_equal(text, expected);
    free(text);
    free(expected);
    unlink(other);
}

static void test_trace__is_called_as_its_file(void **state) {
    (void)state;
    run_window(cad_virtual_driver(), path, NULL);
    char *text = files_read(path, NULL);
    assert_non_null(strstr(text, "\"scenario\":\"c\",\"clock\":\"virtual\""));
    free(text);
}

static void test_trace__is_packed_by_its_name(void **state) {
    (void)state;
    char packed[112];
    snprintf(packed, sizeof packed, "%s.gz", path);
    run_window(cad_virtual_driver(), packed, NULL);
    char *bytes = files_read(packed, NULL);
    assert_memory_equal(bytes, "\x1f\x8b", 2);
    free(bytes);
    unlink(packed);
}

static int nap(void *arg) {
    (void)arg;
    return cad_sleep(20 * CAD_MILLISECOND);
}

static void test_trace__under_the_real_clock_is_there_while_the_loop_sleeps(void **state) {
    (void)state;
    cad_loop *loop = new_loop(cad_uv_driver());
    assert_int_equal(cad_trace_open(loop, path, NULL, NULL), 0);
    add_task(loop, nap, NULL, "nap");
    assert_int_equal(cad_loop_run(loop), 0);
    cad_loop_free(loop);
    char *text = files_read(path, NULL);
    assert_non_null(strstr(text, "\"clock\":\"real\""));
    assert_non_null(strstr(text, "\"started\":"));
    assert_non_null(strstr(text, "\"name\":\"sleep\""));
    free(text);
}

/* --- Life ------------------------------------------------------------------------------------ */

static void test_trace__that_is_not_closed_is_closed_with_the_loop(void **state) {
    (void)state;
    cad_loop *loop = new_loop(cad_virtual_driver());
    assert_int_equal(cad_trace_open(loop, path, NULL, NULL), 0);
    make_jobs(loop);
    assert_int_equal(cad_loop_run(loop), 0);
    cad_loop_free(loop);
    char *text = files_read(path, NULL);
    assert_non_null(strstr(text, "\"outcome\":\"complete\"}}\n]\n"));
    free(text);
}

/* The loop stops in the middle, and in between a fork goes on with it to the end. */
static void run_window_with_a_fork(const char *name, bool live) {
    cad_loop *loop = new_loop(live ? cad_uv_driver() : cad_virtual_driver());
    assert_int_equal(cad_trace_open(loop, name, NULL, NULL), 0);
    if (!live)
        make_jobs(loop);
    cad_loop_set_limit(loop, live ? 0 : 2 * CAD_SECOND);
    (void)cad_loop_run(loop);
    cad_loop_set_limit(loop, CAD_NEVER);
    pid_t other = fork();
    if (other == 0) {
        (void)alarm(20);
        if (!live)
            (void)cad_loop_run(loop);
        cad_loop_free(loop);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(other, &status, 0), other);
    assert_int_equal(status, 0);
    (void)cad_loop_run(loop);
    cad_loop_free(loop);
}

static void test_trace__is_not_written_by_a_fork(void **state) {
    (void)state;
#ifdef WITH_TSAN
    skip(); /* to the thread sanitizer the fork's only thread is not the one that was before it */
#endif
    run_window(cad_virtual_driver(), path, NULL);
    char *whole = files_read(path, NULL);
    run_window_with_a_fork(path, false);
    char *forked = files_read(path, NULL);
    assert_string_equal(forked, whole);
    free(forked);
    free(whole);
    run_window_with_a_fork(path, true); /* there is a thread from the beginning */
    whole = files_read(path, NULL);
    assert_non_null(strstr(whole, "\"outcome\":\"complete\"}}\n]\n"));
    free(whole);
}

/* --- Threads --------------------------------------------------------------------------------- */

enum { THREADS = 4, ROUNDS = 40, TASKS = 8 };

/* Takes a lock again and again, with lines that fill several buffers, and closes the trace itself
 * in the middle, where it is the one who does. */
struct worker {
    cad_lock *lock;
    cad_trace **trace;
    int64_t pause_ns;
    bool closes;
};

static int take_turns(void *arg) {
    const struct worker *self = arg;
    char line[160];
    for (int i = 0; i < ROUNDS; i++) {
        cad_span_begin("turn");
        int error = cad_lock_acquire(self->lock);
        snprintf(line, sizeof line, "round %d %0100d", i, i);
        cad_trace_print(line);
        if (error == 0)
            error = cad_sleep(i % 100 == 0 ? self->pause_ns : 0);
        cad_lock_release(self->lock);
        cad_span_end();
        if (error != 0)
            return error;
        if (self->closes && i == ROUNDS / 2) {
            error = cad_trace_close(*self->trace);
            if (error != 0)
                return error;
        }
    }
    return 0;
}

struct thread_of_loops {
    pthread_t thread;
    int number;
    const char *failed; /* NULL: all went well */
};

/* One loop from its making to its end. */
static const char *run_traced(cad_driver *driver, const char *name, bool closes) {
    cad_loop *loop;
    cad_trace *trace;
    struct worker workers[TASKS];
    if (cad_loop_new(driver, &loop) != 0)
        return "no loop";
    if (cad_trace_open(loop, name, NULL, &trace) != 0)
        return "no trace";
    cad_lock *lock = cad_lock_new(loop);
    for (int i = 0; i < TASKS; i++) {
        workers[i] = (struct worker){lock, &trace, CAD_MILLISECOND, closes && i == 0};
        if (cad_task_create(loop, take_turns, &workers[i], NULL, NULL) != 0)
            return "no task";
    }
    if (cad_loop_run(loop) != 0)
        return "no end";
    if (!closes && cad_trace_close(trace) != 0)
        return "not closed";
    cad_loop_free(loop);
    return NULL;
}

static void *run_several(void *arg) {
    struct thread_of_loops *self = arg;
    char name[128];
    for (int i = 0; i < 4 && self->failed == NULL; i++) {
        bool real = i % 2 == 1, closes = i / 2 == 1;
        snprintf(name, sizeof name, "%s.%d.%d", path, self->number, i);
        self->failed = run_traced(real ? cad_uv_driver() : cad_virtual_driver(), name, closes);
    }
    return NULL;
}

/* What threads have traced under the virtual clock is the same each time; what they have under the
 * real one ends as it should. */
static void check_traces(int number) {
    char name[128], first[128];
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "%s.%d.%d", path, number, i);
        snprintf(first, sizeof first, "%s.0.%d", path, i);
        char *text = files_read(name, NULL), *same = files_read(first, NULL);
        assert_true(strlen(text) > 150000);
        assert_string_equal(text + strlen(text) - 3, "\n]\n");
        if (i % 2 == 0)
            assert_string_equal(strstr(text, "thread_name"), strstr(same, "thread_name"));
        free(text);
        free(same);
    }
}

static void test_trace__of_loops_in_several_threads(void **state) {
    (void)state;
    struct thread_of_loops threads[THREADS] = {0};
    for (int i = 0; i < THREADS; i++) {
        threads[i].number = i;
        assert_int_equal(pthread_create(&threads[i].thread, NULL, run_several, &threads[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i].thread, NULL), 0);
        assert_null(threads[i].failed);
    }
    for (int i = 0; i < THREADS; i++)
        check_traces(i);
    for (int i = 0; i < THREADS; i++)
        for (int k = 0; k < 4; k++) {
            char name[128];
            snprintf(name, sizeof name, "%s.%d.%d", path, i, k);
            assert_int_equal(unlink(name), 0);
        }
}

/* --- What cannot be had ----------------------------------------------------------------------- */

static void test_trace__that_cannot_be_opened_says_why(void **state) {
    (void)state;
    cad_loop *loop = new_loop(cad_virtual_driver());
    cad_trace *trace;
    assert_int_equal(cad_trace_open(loop, "/nowhere/c.trace.json", NULL, &trace), CAD_ESYSTEM);
    assert_int_equal(errno, ENOENT);
    assert_null(trace);
    assert_string_equal(cad_error_message(), "/nowhere/c.trace.json: No such file or directory");
    assert_null(cad_loop_trace(loop));
    cad_loop_free(loop);
}

static void test_trace__of_a_loop_that_has_one(void **state) {
    (void)state;
    cad_loop *loop = new_loop(cad_virtual_driver());
    cad_trace *trace;
    assert_int_equal(cad_trace_open(loop, path, NULL, &trace), 0);
    assert_int_equal(cad_trace_open(loop, path, NULL, NULL), CAD_ERUNTIME);
    assert_int_equal(cad_trace_close(trace), 0);
    assert_int_equal(cad_trace_open(loop, path, NULL, NULL), 0);
    cad_loop_free(loop);
}

static void test_trace__that_could_not_be_written(void **state) {
    (void)state;
    cad_loop *loop = new_loop(cad_virtual_driver());
    cad_trace *trace;
    assert_int_equal(cad_trace_open(loop, "/dev/full", NULL, &trace), 0);
    make_jobs(loop);
    assert_int_equal(cad_loop_run(loop), 0);
    assert_int_equal(cad_trace_close(trace), CAD_ESYSTEM);
    assert_int_equal(errno, ENOSPC);
    assert_string_equal(cad_error_message(), "/dev/full: No space left on device");
    cad_loop_free(loop);
    assert_int_equal(cad_trace_close(NULL), 0);
}

static int leave_full(void *arg) {
    (void)arg;
    cad_loop *loop = new_loop(cad_virtual_driver());
    assert_int_equal(cad_trace_open(loop, "/dev/full", NULL, NULL), 0);
    cad_loop_free(loop);
    return 0;
}

static void test_trace__that_could_not_be_written_and_is_closed_with_the_loop(void **state) {
    (void)state;
    child self;
    child_run(&self, leave_full, NULL);
    assert_true(child_exited(&self, 0));
    assert_string_equal(self.output, "cadran: /dev/full: No space left on device\n");
}

static int write_too_much(void *arg) {
    (void)arg;
    struct rlimit limit = {1000, 1000};
    cad_loop *loop = new_loop(cad_virtual_driver());
    cad_trace *trace;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(cad_trace_open(loop, path, NULL, &trace), 0);
    make_jobs(loop);
    assert_int_equal(cad_loop_run(loop), 0);
    assert_int_equal(cad_trace_close(trace), CAD_ESYSTEM);
    puts(cad_error_message());
    cad_loop_free(loop);
    return 0;
}

/* The signal that comes with it is the program's end no more than that of a closed pipe. */
static void test_trace__that_is_larger_than_a_file_may_be(void **state) {
    (void)state;
    child self;
    child_run(&self, write_too_much, NULL);
    assert_true(child_exited(&self, 0));
    assert_non_null(strstr(self.output, ": File too large\n"));
}

/* --- Spans and errors ------------------------------------------------------------------------ */

static int span_outside(void *arg) {
    (void)arg;
    cad_span_begin("work");
    return 0;
}

static void test_span__outside_a_task_is_wrong_use(void **state) {
    (void)state;
    child self;
    child_run(&self, span_outside, NULL);
    assert_true(child_killed(&self, SIGABRT));
    assert_string_equal(self.output, "cadran-trace.h: cad_span_begin(): called outside a task\n");
}

static int work(void *arg) {
    (void)arg;
    cad_span_end(); /* of none */
    cad_span_begin("outer");
    cad_span_begin("inner");
    int error = cad_sleep(CAD_SECOND);
    cad_span_end();
    return error != 0 ? error : CAD_EUSER - 1;
}

static const char *name_error(int code, void *arg) {
    return code == CAD_EUSER - 1 ? arg : NULL;
}

static void ignore(cad_future *future, int code, const cad_exception *exception, void *arg) {
    (void)future;
    (void)code;
    (void)exception;
    (void)arg;
}

static void test_span__ends_with_its_task(void **state) {
    (void)state;
    cad_loop *loop = new_loop(cad_virtual_driver());
    const cad_trace_options options = {.error_name = name_error, .arg = "Spoiled"};
    cad_loop_set_exception_handler(loop, ignore, NULL);
    assert_int_equal(cad_trace_open(loop, path, &options, NULL), 0);
    add_task(loop, work, NULL, "worker");
    assert_int_equal(cad_loop_run(loop), 0);
    cad_loop_free(loop);
    char *text = files_read(path, NULL);
    const char *inner = strstr(text, "\"ph\":\"E\",\"ts\":1000000.000,\"pid\":1,\"tid\":2,"
                                     "\"cat\":\"span\",\"name\":\"inner\"");
    assert_non_null(inner);
    assert_non_null(strstr(inner, "\"cat\":\"span\",\"name\":\"outer\""));
    assert_non_null(strstr(inner, "\"outcome\":\"failed\",\"error\":\"Spoiled\""));
    free(text);
}

static void test_span__without_a_trace_is_nothing(void **state) {
    (void)state;
    cad_loop *loop = new_loop(cad_virtual_driver());
    cad_loop_set_exception_handler(loop, ignore, NULL);
    add_task(loop, work, NULL, "worker");
    cad_trace_print("nobody listens");
    assert_int_equal(cad_loop_run(loop), 0);
    cad_loop_free(loop);
}

static const char *item_text(void *item, void *arg) {
    (void)arg;
    return *(int *)item == 3 ? "three" : NULL;
}

static void test_trace__with_details_says_what_is_in_a_queue(void **state) {
    (void)state;
    const cad_trace_options options = {.detail = true, .item_text = item_text};
    run_window(cad_virtual_driver(), path, &options);
    char *text = files_read(path, NULL);
    assert_non_null(strstr(text, "\"move\":\"in\",\"value\":\"three\""));
    free(text);
}

/* --- Reports --------------------------------------------------------------------------------- */

static cad_lock *locks[2];

static int take_both(void *arg) {
    int first = *(int *)arg;
    int error = cad_lock_acquire(locks[first]);
    if (error == 0)
        error = cad_sleep(CAD_SECOND);
    return error != 0 ? error : cad_lock_acquire(locks[1 - first]);
}

static int await_all(void *arg) {
    cad_loop *loop = cad_running_loop();
    cad_future *members[] = {cad_loop_first_task(loop), arg}, *all;
    int error = cad_gather(loop, members, 2, false, &all);
    if (error == 0)
        error = cad_await(all, NULL);
    cad_future_unref(all);
    return error;
}

static int watch(void *event) {
    return cad_event_wait(event);
}

static void make_deadlock(cad_loop *loop) {
    static int numbers[] = {0, 1};
    cad_future *never = cad_future_new(loop);
    assert_int_equal(cad_set_name(never, "never"), 0);
    for (int i = 0; i < 2; i++) {
        locks[i] = cad_lock_new(loop);
        assert_int_equal(cad_set_name(locks[i], i == 0 ? "a" : "b"), 0);
        add_task(loop, take_both, &numbers[i], i == 0 ? "left" : "right");
    }
    add_task(loop, watch, cad_event_new(loop), "watcher");
    add_task(loop, await_all, never, "main"); /* which is there as long as the loop */
}

static char *report_of(cad_loop *loop) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(cad_report_deadlock(loop, file), 0);
    assert_int_equal(fclose(file), 0);
    return files_read(path, NULL);
}

static void test_report__of_a_circle_and_who_waits_for_it(void **state) {
    (void)state;
    cad_loop *loop = new_loop(cad_virtual_driver());
    make_deadlock(loop);
    assert_int_equal(cad_loop_run(loop), CAD_EDEADLOCK);
    char *text = report_of(loop);
    assert_string_equal(text, "deadlock at 1 s: nothing can wake the tasks that remain\n"
                              "circle: left -> right -> left\n"
                              "  left waits for lock b, held by right (acquire, since 1 s)\n"
                              "  right waits for lock a, held by left (acquire, since 1 s)\n"
                              "waiting for a circle:\n"
                              "  main waits for left, future never (gather of 2, 0 done) "
                              "(gather, since 0 s)\n"
                              "beside that:\n"
                              "  watcher waits for event event-4 (wait, since 0 s)\n");
    free(text);
    cad_loop_free(loop);
}

static void test_report__of_a_run_that_was_stopped(void **state) {
    (void)state;
    cad_loop *loop = new_loop(cad_virtual_driver());
    add_task(loop, nap, NULL, "nap");
    add_task(loop, nap, NULL, "other");
    cad_loop_set_limit(loop, CAD_MILLISECOND);
    assert_int_equal(cad_loop_run(loop), CAD_ETIMEDOUT);
    char *text = report_of(loop);
    assert_string_equal(text, "at 0 s: 2 tasks have not ended\n"
                              "  nap sleeps until 0.02 s (sleep, since 0 s)\n"
                              "  other sleeps until 0.02 s (sleep, since 0 s)\n");
    free(text);
    cad_loop_free(loop);
}

static void test_trace__says_why_who_has_not_ended_waits(void **state) {
    (void)state;
    cad_loop *loop = new_loop(cad_virtual_driver());
    assert_int_equal(cad_trace_open(loop, path, NULL, NULL), 0);
    make_deadlock(loop);
    assert_int_equal(cad_loop_run(loop), CAD_EDEADLOCK);
    cad_loop_free(loop);
    char *text = files_read(path, NULL);
    assert_non_null(strstr(text, "\"outcome\":\"pending\",\"why\":\"lock b, held by right\","
                                 "\"circle\":1,\"next\":\"right\",\"next_tid\":3"));
    assert_non_null(strstr(text, "\"outcome\":\"deadlock\"}}\n]\n"));
    free(text);
}

static void test_version__is_that_of_the_header(void **state) {
    (void)state;
    assert_string_equal(cad_version(), CAD_VERSION);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trace__is_the_same_file_as_a_scenarios),
        cmocka_unit_test(test_trace__is_called_as_its_file),
        cmocka_unit_test(test_trace__is_packed_by_its_name),
        cmocka_unit_test(test_trace__under_the_real_clock_is_there_while_the_loop_sleeps),
        cmocka_unit_test(test_trace__that_is_not_closed_is_closed_with_the_loop),
        cmocka_unit_test(test_trace__is_not_written_by_a_fork),
        cmocka_unit_test(test_trace__of_loops_in_several_threads),
        cmocka_unit_test(test_trace__that_cannot_be_opened_says_why),
        cmocka_unit_test(test_trace__of_a_loop_that_has_one),
        cmocka_unit_test(test_trace__that_could_not_be_written),
        cmocka_unit_test(test_trace__that_could_not_be_written_and_is_closed_with_the_loop),
        cmocka_unit_test(test_trace__that_is_larger_than_a_file_may_be),
        cmocka_unit_test(test_span__outside_a_task_is_wrong_use),
        cmocka_unit_test(test_span__ends_with_its_task),
        cmocka_unit_test(test_span__without_a_trace_is_nothing),
        cmocka_unit_test(test_trace__with_details_says_what_is_in_a_queue),
        cmocka_unit_test(test_report__of_a_circle_and_who_waits_for_it),
        cmocka_unit_test(test_report__of_a_run_that_was_stopped),
        cmocka_unit_test(test_trace__says_why_who_has_not_ended_waits),
        cmocka_unit_test(test_version__is_that_of_the_header),
    };
    snprintf(directory, sizeof directory, "/tmp/cadran-c-trace-XXXXXX");
    if (mkdtemp(directory) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/c.trace.json", directory);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    rmdir(directory);
    return failed;
}

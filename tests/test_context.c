/* Coroutines as such: their registers, their stacks, and what happens when one overflows. */
#define _GNU_SOURCE /* off_t of mmap(), sigaltstack() */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cadran.h"
#include "stack.h"
#include "support/child.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifdef SANITIZED
enum { MANY = 1000 }; /* the thread sanitizer has room for 8,000 */
#else
enum { MANY = 10000 };
#endif

enum { DEFAULT_STACK = 64 * 1024 };

/* --- The library's calls of the kernel, which the linker leads here (--wrap) ------------------ */

static atomic_size_t mapped, unmapped; /* calls that succeeded */
static atomic_long mappings_left;      /* until mmap() fails; below 0: it does not */
static atomic_size_t most_mappings;    /* at a time, or mmap() fails */
static bool no_guard_regions;          /* as on Linux before 6.13 */
static bool no_protection;
static _Thread_local void (*during_unmap)(void); /* in the middle of this thread's next munmap() */

void *__real_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
int __real_munmap(void *address, size_t size);
int __real_madvise(void *address, size_t size, int advice);
int __real_mprotect(void *address, size_t size, int protection);
void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
int __wrap_munmap(void *address, size_t size);
int __wrap_madvise(void *address, size_t size, int advice);
int __wrap_mprotect(void *address, size_t size, int protection);

void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset) {
    if (mappings_left == 0 || mapped - unmapped >= most_mappings) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    mappings_left -= mappings_left > 0;
    mapped++;
    return __real_mmap(address, size, protection, flags, fd, offset);
}

int __wrap_munmap(void *address, size_t size) {
    void (*happens)(void) = during_unmap;
    during_unmap = NULL;
    if (happens != NULL)
        happens();
    unmapped++;
    return __real_munmap(address, size);
}

int __wrap_madvise(void *address, size_t size, int advice) {
    if (no_guard_regions) {
        errno = EINVAL;
        return -1;
    }
    return __real_madvise(address, size, advice);
}

int __wrap_mprotect(void *address, size_t size, int protection) {
    if (no_protection) {
        errno = ENOMEM;
        return -1;
    }
    return __real_mprotect(address, size, protection);
}

/* --- A loop for each test --------------------------------------------------------------------- */

static cad_loop *loop;

/* Nothing is kept from the test before. */
static int setup(void **state) {
    (void)state;
    cad__stack_drop_kept();
    mapped = unmapped = 0;
    mappings_left = -1;
    most_mappings = SIZE_MAX;
    no_guard_regions = no_protection = false;
    return cad_loop_new(cad_virtual_driver(), &loop);
}

static int teardown(void **state) {
    (void)state;
    cad_loop_free(loop);
    cad__stack_drop_kept();
    if (mapped != unmapped)
        print_error("%zu mappings, %zu of them undone\n", (size_t)mapped, (size_t)unmapped);
    return mapped == unmapped ? 0 : -1;
}

static void begin_new_loop(void) {
    cad_loop_free(loop);
    assert_int_equal(cad_loop_new(cad_virtual_driver(), &loop), 0);
}

static void create(cad_coroutine *fn, void *arg, size_t stack_size, const char *name) {
    cad_task_options options = {.name = name, .stack_size = stack_size};
    assert_int_equal(cad_task_create(loop, fn, arg, &options, NULL), 0);
}

/* Keeps a value from the optimizer. */
static long opaque(long value) {
    __asm__ volatile("" : "+r"(value));
    return value;
}

/* --- Registers -------------------------------------------------------------------------------- */

/* More values than there are registers, integers and floating-point, live over each switch. */
static int juggle(void *arg) {
    long a = opaque((intptr_t)arg), b = opaque(a * 3), c = opaque(a + 5), d = opaque(a ^ 77),
         e = opaque(a - 9), f = opaque(a << 3), g = opaque(~a), h = opaque(a * a);
    double x = (double)a * 0.5, y = sqrt((double)(h + 1)), z = x / 3;
    for (int i = 0; i < 50; i++) {
        int error = cad_sleep(i % 3 * CAD_MICROSECOND);
        if (error != 0)
            return error;
        a++, b += 3, c++, d = opaque(d) ^ 1, e--, f += 8, g--, h += 2;
        x += 0.25, y *= 1.0, z -= 0.125;
        a--, b -= 3, c--, d = opaque(d) ^ 1, e++, f -= 8, g++, h -= 2;
        x -= 0.25, z += 0.125;
    }
    long n = (intptr_t)arg;
    assert_int_equal(a, n);
    assert_int_equal(b, n * 3);
    assert_int_equal(c, n + 5);
    assert_int_equal(d, n ^ 77);
    assert_int_equal(e, n - 9);
    assert_int_equal(f, n << 3);
    assert_int_equal(g, ~n);
    assert_int_equal(h, n * n);
    assert_true(x == (double)n * 0.5 && y == sqrt((double)(n * n + 1)) && z == x / 3);
    return 0;
}

static void test_context__registers_survive_a_switch(void **state) {
    (void)state;
    for (intptr_t i = 0; i < 100; i++)
        create(juggle, (void *)i, 0, NULL);
    assert_int_equal(cad_loop_run(loop), 0);
}

static int check_alignment(void *arg) {
    _Alignas(16) char aligned[16];
    *(bool *)arg = (uintptr_t)opaque((intptr_t)aligned) % 16 == 0;
    char text[64]; /* floating-point arguments are saved by instructions that want alignment */
    snprintf(text, sizeof text, "%.3f %d", (double)opaque(1234) / 1000, 7);
    *(bool *)arg &= strcmp(text, "1.234 7") == 0;
    return 0;
}

static void test_context__a_new_stack_is_aligned(void **state) {
    (void)state;
    bool right = false;
    create(check_alignment, &right, 0, NULL);
    assert_int_equal(cad_loop_run(loop), 0);
    assert_true(right);
}

static int return_argument(void *arg) {
    return (int)(intptr_t)arg;
}

static void test_context__what_a_coroutine_returns_is_its_end(void **state) {
    (void)state;
    static const int results[] = {0, CAD_EUSER - 5, CAD_ECANCELLED};
    for (size_t i = 0; i < 3; i++) {
        cad_task *task;
        assert_int_equal(
            cad_task_create(loop, return_argument, (void *)(intptr_t)results[i], NULL, &task), 0);
        assert_int_equal(cad_loop_run(loop), 0);
        assert_int_equal(cad_future_result(task, NULL), results[i]);
        cad_future_unref(task);
    }
}

/* --- Stacks ----------------------------------------------------------------------------------- */

static int depth(long levels) {
    volatile char frame[512];
    memset((char *)frame, (int)levels, sizeof frame);
    return levels <= 1 ? frame[7] : depth(opaque(levels - 1)) + frame[9];
}

/* Uses about `arg` KiB of its stack, twice. */
static int use_stack(void *arg) {
    long levels = (intptr_t)arg;
    (void)depth(levels);
    int error = cad_sleep(0);
    (void)depth(levels);
    return error;
}

static int do_nothing(void *arg) {
    (void)arg;
    return 0;
}

static int sleep_a_second(void *arg) {
    (void)arg;
    return cad_sleep(CAD_SECOND);
}

static int create_one_after_another(void *arg) {
    for (int i = 0; i < 1000; i++) {
        cad_task *task;
        int error = cad_task_create(loop, do_nothing, arg, NULL, &task);
        if (error == 0) {
            error = cad_await(task, NULL);
            cad_future_unref(task);
        }
        if (error != 0)
            return error;
    }
    return 0;
}

static void test_context__stacks_are_used_again(void **state) {
    (void)state;
    create(create_one_after_another, NULL, 0, NULL);
    assert_int_equal(cad_loop_run(loop), 0);
    /* The two coroutines' and, where there is none, one for signals. */
    assert_uint_in_range(mapped, 2, 3);
}

static void test_context__those_that_end_at_once_share_a_stack(void **state) {
    (void)state;
    for (int i = 0; i < 1000; i++)
        create(do_nothing, NULL, 0, NULL);
    assert_int_equal(cad_loop_run(loop), 0);
    assert_uint_in_range(mapped, 1, 2); /* one may be for signals */
}

/* Of the stack itself; a sanitizer may have the variables elsewhere. */
static uintptr_t stack_here(void) {
    return (uintptr_t)__builtin_frame_address(0);
}

static int note_place(void *place) {
    *(uintptr_t *)place = stack_here();
    return CAD_EINVAL;
}

static void note_handler(cad_future *future, int code, const cad_exception *exception,
                         void *place) {
    (void)future;
    (void)exception;
    assert_int_equal(code, CAD_EINVAL);
    assert_null(cad_current_task());
    *(uintptr_t *)place = stack_here();
}

/* Where a task's failure is reported the program's handler has the loop's stack, and not what is
 * left of a small one. */
static void test_context__an_exception_handler_has_room(void **state) {
    (void)state;
    uintptr_t coroutine = 0, handler = 0, here = stack_here();
    cad_loop_set_exception_handler(loop, note_handler, &handler);
    create(note_place, &coroutine, 1, NULL);
    create(use_stack, (void *)1, 1, NULL);
    create(sleep_a_second, NULL, 1, NULL);
    assert_int_equal(cad_loop_run(loop), 0);
    assert_true(coroutine != 0 && handler != 0);
    assert_true((here > handler ? here - handler : handler - here) < 64 * 1024);
    assert_true((here > coroutine ? here - coroutine : coroutine - here) > 64 * 1024);
}

static void test_context__thousands_live_at_once(void **state) {
    (void)state;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < MANY; i++)
            create(use_stack, (void *)1, 0, NULL);
        assert_int_equal(cad_loop_run(loop), 0);
    }
}

static void test_context__free_stacks_are_kept_up_to_2_gib(void **state) {
    (void)state;
    size_t large = 64 * 1024 * 1024;
    for (int i = 0; i < 40; i++)
        create(sleep_a_second, NULL, large, NULL);
    assert_int_equal(cad_loop_run(loop), 0);
    size_t kept = mapped - unmapped;
    assert_uint_in_range(kept, 30, 32);
    for (int i = 0; i < 20; i++)
        create(sleep_a_second, NULL, large, NULL);
    size_t before = mapped;
    assert_int_equal(cad_loop_run(loop), 0);
    assert_uint_in_range(mapped - before, 0, 1); /* that for signals */
}

static void test_context__each_gets_the_stack_that_it_asks_for(void **state) {
    (void)state;
    for (int i = 0; i < 20; i++) {
        create(use_stack, (void *)(intptr_t)30, DEFAULT_STACK, NULL);
        create(use_stack, (void *)(intptr_t)500, 1024 * 1024, NULL);
        create(use_stack, (void *)(intptr_t)2000, 4 * 1024 * 1024 + 1, NULL);
        create(do_nothing, NULL, 1, NULL);
    }
    assert_int_equal(cad_loop_run(loop), 0);
}

static void stop_it(void *arg) {
    cad_loop_stop(arg);
}

static void test_context__suspended_ones_are_dropped_with_the_loop(void **state) {
    (void)state;
    for (int i = 0; i < 100; i++)
        create(sleep_a_second, NULL, 0, NULL);
    assert_int_equal(cad_call_later(loop, CAD_MILLISECOND, stop_it, loop, NULL), 0);
    assert_int_equal(cad_loop_run(loop), CAD_ESTOPPED);
    /* teardown frees the loop and counts the mappings */
}

/* --- Without memory for stacks ---------------------------------------------------------------- */

static void fails_and_goes_on(void) {
    enum { TASKS = 5 };
    cad_task *tasks[TASKS];
    int failed = 0;
    for (int i = 0; i < TASKS; i++)
        assert_int_equal(cad_task_create(loop, sleep_a_second, NULL, NULL, &tasks[i]), 0);
    assert_int_equal(cad_loop_run(loop), 0);
    for (int i = 0; i < TASKS; i++) {
        int result = cad_future_result(tasks[i], NULL);
        assert_true(result == 0 || result == CAD_ENOMEM);
        failed += result == CAD_ENOMEM;
        cad_future_unref(tasks[i]);
    }
    assert_true(failed >= 1);
}

static void test_context__no_memory_for_a_stack(void **state) {
    (void)state;
    for (mappings_left = 4; mappings_left > 0; mappings_left--) {
        long left = mappings_left;
        fails_and_goes_on();
        mappings_left = left;
        begin_new_loop();
        cad__stack_drop_kept();
    }
}

static void test_context__no_guard_no_stack(void **state) {
    (void)state;
    no_guard_regions = no_protection = true;
    fails_and_goes_on();
}

static void test_context__guards_on_older_kernels(void **state) {
    (void)state;
    no_guard_regions = true;
    for (int i = 0; i < 100; i++)
        create(use_stack, (void *)1, 0, NULL);
    assert_int_equal(cad_loop_run(loop), 0);
}

/* --- Overflow --------------------------------------------------------------------------------- */

static int overflow(void *arg) {
    (void)arg;
    int error = cad_sleep(CAD_MILLISECOND);
    return error != 0 ? error : -depth(1000 * 1000);
}

static void test_context__a_stack_that_nobody_has(void **state) {
    (void)state;
    cad_task_options options = {.stack_size = SIZE_MAX};
    cad_task *task;
    assert_int_equal(cad_task_create(loop, do_nothing, NULL, &options, &task), 0);
    assert_int_equal(cad_loop_run(loop), 0);
    assert_int_equal(cad_future_result(task, NULL), CAD_ENOMEM);
    cad_future_unref(task);
}

static int overflow_in_child(void *name) {
    create(do_nothing, NULL, 0, "bystander");
    create(overflow, NULL, 0, name);
    create(sleep_a_second, NULL, 0, "sleeper");
    return cad_loop_run(loop) == 0 ? 0 : 1;
}

static void test_context__an_overflow_names_the_task(void **state) {
    (void)state;
    child self;
    child_run(&self, overflow_in_child, "digger");
    assert_true(child_killed(&self, SIGSEGV));
    assert_non_null(strstr(self.output, "cadran: stack overflow in task \"digger\": more than the "
                                        "65536 bytes of its stack"));
}

static void test_context__an_overflow_names_a_task_without_a_name(void **state) {
    (void)state;
    child self;
    child_run(&self, overflow_in_child, NULL);
    assert_true(child_killed(&self, SIGSEGV));
    assert_non_null(strstr(self.output, "stack overflow in task \"Task-2\""));
}

static void test_context__an_overflow_is_named_on_older_kernels(void **state) {
    (void)state;
    child self;
    no_guard_regions = true;
    child_run(&self, overflow_in_child, "digger");
    assert_true(child_killed(&self, SIGSEGV));
    assert_non_null(strstr(self.output, "stack overflow in task \"digger\""));
}

/* The loop is run twice: the coroutine that overflows was begun in the first run. */
static int overflow_in_second_run(void *arg) {
    (void)arg;
    create(overflow, NULL, 0, "digger");
    cad_loop_stop(loop);
    if (cad_loop_run(loop) != CAD_ESTOPPED)
        return 1;
    return cad_loop_run(loop) == 0 ? 0 : 1;
}

static void test_context__an_overflow_in_a_later_run(void **state) {
    (void)state;
    child self;
    child_run(&self, overflow_in_second_run, NULL);
    assert_true(child_killed(&self, SIGSEGV));
    assert_non_null(strstr(self.output, "stack overflow in task \"digger\""));
}

static void *run_loop(void *arg) {
    return (void *)(intptr_t)cad_loop_run(arg);
}

/* Another loop runs, and ends, in another thread. */
static int overflow_in_thread(void *arg) {
    cad_loop *other;
    pthread_t threads[2];
    (void)arg;
    if (cad_loop_new(cad_virtual_driver(), &other) != 0 ||
        cad_task_create(other, use_stack, (void *)1, NULL, NULL) != 0)
        return 1;
    create(overflow, NULL, 0, "digger");
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, run_loop, i == 0 ? other : loop) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        (void)pthread_join(threads[i], NULL);
    return 0;
}

static void test_context__an_overflow_in_another_thread(void **state) {
    (void)state;
    child self;
    child_run(&self, overflow_in_thread, NULL);
    assert_true(child_killed(&self, SIGSEGV));
    assert_non_null(strstr(self.output, "stack overflow in task \"digger\""));
}

static int fault(void *arg) {
    (void)arg;
    *(volatile int *)opaque(16) = 1;
    return 0;
}

static int fault_in_child(void *arg) {
    (void)arg;
    create(fault, NULL, 0, "faulty");
    return cad_loop_run(loop) == 0 ? 0 : 1;
}

static void test_context__another_fault_is_not_an_overflow(void **state) {
    (void)state;
    child self;
    child_run(&self, fault_in_child, NULL);
    assert_true(child_killed(&self, SIGSEGV));
    assert_null(strstr(self.output, "cadran:"));
}

/* --- Stacks that outlive their loop ----------------------------------------------------------- */

/* Runs so many coroutines at once. */
static void run_sleepers(int count, size_t stack_size) {
    for (int i = 0; i < count; i++)
        create(sleep_a_second, NULL, stack_size, NULL);
    assert_int_equal(cad_loop_run(loop), 0);
}

static void test_context__a_new_loop_uses_the_stacks_of_the_one_before(void **state) {
    (void)state;
    for (int i = 0; i < 8; i++)
        create(use_stack, (void *)(intptr_t)30, 0, NULL);
    assert_int_equal(cad_loop_run(loop), 0);
    create(sleep_a_second, NULL, 0, "dropped in its sleep");
    assert_int_equal(cad_call_later(loop, CAD_MILLISECOND, stop_it, loop, NULL), 0);
    assert_int_equal(cad_loop_run(loop), CAD_ESTOPPED);
    size_t before = mapped;
    begin_new_loop();
    for (int i = 0; i < 8; i++)
        create(use_stack, (void *)(intptr_t)30, 0, NULL);
    assert_int_equal(cad_loop_run(loop), 0);
    assert_int_equal(mapped, before);
    assert_int_equal(unmapped, 0);
}

static void test_context__what_outlives_a_loop_is_bounded(void **state) {
    (void)state;
    size_t large = 1024 * 1024;
    run_sleepers(100, large);
    begin_new_loop();
    size_t kept = mapped - unmapped;
    assert_uint_in_range(kept, 32, 64);
}

/* How many stacks are mapped anew for so many coroutines in a loop of their own. */
static size_t mapped_for_next_loop(int count, size_t stack_size) {
    size_t before = mapped;
    begin_new_loop();
    run_sleepers(count, stack_size);
    return mapped - before;
}

/* Each time what comes would fit beside a part of what is there, or not at all. */
static void test_context__neither_size_keeps_the_other_out(void **state) {
    (void)state;
    enum { SOME = 200, ALL = 600 };
    size_t large = 16 * 1024 * 1024;
    (void)mapped_for_next_loop(3, large);
    (void)mapped_for_next_loop(SOME, 0);
    assert_int_equal(mapped_for_next_loop(SOME, 0), 0);
    assert_int_equal(mapped_for_next_loop(1, large), 0);
    (void)mapped_for_next_loop(ALL, 0);
    (void)mapped_for_next_loop(1, large);
    assert_int_equal(mapped_for_next_loop(1, large), 0);
}

static void test_context__what_is_kept_goes_where_memory_is_short(void **state) {
    (void)state;
    run_sleepers(3, 1024 * 1024);
    begin_new_loop();
    most_mappings = mapped - unmapped;
    cad_task_options options = {.stack_size = 4 * DEFAULT_STACK};
    cad_task *task;
    assert_int_equal(cad_task_create(loop, do_nothing, NULL, &options, &task), 0);
    assert_int_equal(cad_loop_run(loop), 0);
    assert_int_equal(cad_future_result(task, NULL), 0);
    cad_future_unref(task);
}

static int overflow_in_next_loop(void *arg) {
    (void)arg;
    run_sleepers(3, 0);
    begin_new_loop();
    size_t before = mapped;
    create(overflow, NULL, 0, "digger");
    int error = cad_loop_run(loop);
    return mapped == before && error == 0 ? 0 : 1;
}

static void test_context__a_stack_that_is_used_again_has_its_guard(void **state) {
    (void)state;
    child self;
    child_run(&self, overflow_in_next_loop, NULL);
    assert_true(child_killed(&self, SIGSEGV));
    assert_non_null(strstr(self.output, "stack overflow in task \"digger\""));
}

static void *run_loops(void *arg) {
    for (int i = 0; i < 200; i++) {
        cad_loop *own;
        if (cad_loop_new(cad_virtual_driver(), &own) != 0)
            return arg;
        int error = 0;
        for (int j = 0; j < 3 && error == 0; j++)
            error = cad_task_create(own, use_stack, (void *)(intptr_t)2, NULL, NULL);
        if (error == 0)
            error = cad_loop_run(own);
        cad_loop_free(own);
        if (error != 0)
            return arg;
    }
    return NULL;
}

static void test_context__threads_share_what_is_kept(void **state) {
    (void)state;
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    void *failed;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_loops, &failed), 0);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
}

static int run_loops_in_child(void *arg) {
    return run_loops(arg) == NULL ? 0 : 1;
}

static child forked;

static void fork_here(void) {
    child_run(&forked, run_loops_in_child, &forked);
}

/* As if another thread had been at it when the process was forked: in the child nobody is. */
static void test_context__a_child_waits_for_no_thread_of_its_parents(void **state) {
    (void)state;
    run_sleepers(3, 0);
    begin_new_loop();
    during_unmap = fork_here;
    cad__stack_drop_kept();
    assert_null(during_unmap);
    assert_true(child_exited(&forked, 0));
}

/* --- The handler, and others' ----------------------------------------------------------------- */

static volatile sig_atomic_t handled;

static void leave_by_exit(int number, siginfo_t *info, void *context) {
    (void)number, (void)info, (void)context;
    static const char text[] = "theirs\n";
    ssize_t written = write(STDOUT_FILENO, text, sizeof text - 1);
    (void)written;
    _exit(42);
}

static int overflow_with_handler(void *arg) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = leave_by_exit;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    (void)sigaction(SIGSEGV, &action, NULL);
    return overflow_in_child(arg);
}

static void test_context__the_handler_that_was_there_is_called(void **state) {
    (void)state;
    child self;
    child_run(&self, overflow_with_handler, "digger");
    assert_true(child_exited(&self, 42));
    assert_non_null(strstr(self.output, "stack overflow in task \"digger\""));
    assert_non_null(strstr(self.output, "theirs"));
}

static void count_signal(int number) {
    (void)number;
    handled++;
}

static int raise_fault(void *arg) {
    (void)arg;
    return raise(SIGSEGV) == 0 ? 0 : CAD_ESYSTEM;
}

static void test_context__a_handler_may_go_on(void **state) {
    (void)state;
    void (*before)(int) = signal(SIGSEGV, count_signal);
    handled = 0;
    create(raise_fault, NULL, 0, NULL);
    create(raise_fault, NULL, 0, NULL);
    int result = cad_loop_run(loop);
    void (*after)(int) = signal(SIGSEGV, before);
    assert_int_equal(result, 0);
    assert_int_equal(handled, 2);
    assert_ptr_equal(after, count_signal);
}

static int raise_in_child(void *arg) {
    create(raise_fault, arg, 0, NULL);
    return cad_loop_run(loop) == 0 ? 0 : 1;
}

static void test_context__a_signal_that_somebody_sent_ends_the_process(void **state) {
    (void)state;
    child self;
    child_run(&self, raise_in_child, NULL);
    assert_true(child_killed(&self, SIGSEGV));
    assert_null(strstr(self.output, "cadran:"));
}

static int look_at_handlers(void *arg) {
    struct sigaction *during = arg;
    return sigaction(SIGSEGV, NULL, during) == 0 ? 0 : CAD_ESYSTEM;
}

static void test_context__the_handler_is_there_only_while_coroutines_run(void **state) {
    (void)state;
    struct sigaction before, during, after;
    stack_t stack_before, stack_after;
    assert_int_equal(sigaction(SIGSEGV, NULL, &before), 0);
    assert_int_equal(sigaltstack(NULL, &stack_before), 0);
    create(look_at_handlers, &during, 0, NULL);
    assert_int_equal(cad_loop_run(loop), 0);
    assert_int_equal(sigaction(SIGSEGV, NULL, &after), 0);
    assert_int_equal(sigaltstack(NULL, &stack_after), 0);
    assert_true(during.sa_sigaction != before.sa_sigaction);
    assert_true(after.sa_sigaction == before.sa_sigaction);
    assert_int_equal(after.sa_flags, before.sa_flags);
    assert_ptr_equal(stack_after.ss_sp, stack_before.ss_sp);
    assert_int_equal(stack_after.ss_flags, stack_before.ss_flags);
}

static int step_looks_at_handlers(void *state, int result) {
    (void)state, (void)result;
    static struct sigaction during;
    (void)sigaction(SIGSEGV, NULL, &during);
    handled = during.sa_flags;
    return 0;
}

static void test_context__step_machines_need_no_handler(void **state) {
    (void)state;
    static const cad_step_type type = {.step = step_looks_at_handlers};
    struct sigaction before;
    assert_int_equal(sigaction(SIGSEGV, NULL, &before), 0);
    assert_int_equal(cad_step_create(loop, &type, NULL, NULL), 0);
    assert_int_equal(cad_loop_run(loop), 0);
    assert_int_equal(handled, before.sa_flags);
    assert_int_equal(mapped, 0);
}

/* Somebody's handler, set during a run, hides the loop's when the run ends. */
static struct sigaction hidden;

static void chain(int number, siginfo_t *info, void *context) {
    handled++;
    if (handled < 5 && (hidden.sa_flags & SA_SIGINFO))
        hidden.sa_sigaction(number, info, context);
    else
        leave_by_exit(number, info, context);
}

static int hide(void *arg) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = chain;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    (void)arg;
    return sigaction(SIGSEGV, &action, &hidden) == 0 ? 0 : CAD_ESYSTEM;
}

static int overflow_when_hidden(void *arg) {
    handled = 0;
    create(hide, NULL, 0, NULL);
    if (cad_loop_run(loop) != 0)
        return 1;
    return overflow_in_child(arg);
}

static void test_context__handlers_that_call_one_another_do_not_go_round(void **state) {
    (void)state;
    child self;
    child_run(&self, overflow_when_hidden, "digger");
    assert_true(child_killed(&self, SIGSEGV));
    char *report = strstr(self.output, "stack overflow in task \"digger\"");
    assert_non_null(report);
    assert_null(strstr(report + 1, "stack overflow in task"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_context__registers_survive_a_switch),
        TEST(test_context__a_new_stack_is_aligned),
        TEST(test_context__what_a_coroutine_returns_is_its_end),
        TEST(test_context__stacks_are_used_again),
        TEST(test_context__those_that_end_at_once_share_a_stack),
        TEST(test_context__an_exception_handler_has_room),
        TEST(test_context__thousands_live_at_once),
        TEST(test_context__free_stacks_are_kept_up_to_2_gib),
        TEST(test_context__each_gets_the_stack_that_it_asks_for),
        TEST(test_context__suspended_ones_are_dropped_with_the_loop),
        TEST(test_context__no_memory_for_a_stack),
        TEST(test_context__no_guard_no_stack),
        TEST(test_context__guards_on_older_kernels),
        TEST(test_context__a_stack_that_nobody_has),
        TEST(test_context__an_overflow_names_the_task),
        TEST(test_context__an_overflow_names_a_task_without_a_name),
        TEST(test_context__an_overflow_is_named_on_older_kernels),
        TEST(test_context__an_overflow_in_a_later_run),
        TEST(test_context__an_overflow_in_another_thread),
        TEST(test_context__another_fault_is_not_an_overflow),
        TEST(test_context__a_new_loop_uses_the_stacks_of_the_one_before),
        TEST(test_context__what_outlives_a_loop_is_bounded),
        TEST(test_context__neither_size_keeps_the_other_out),
        TEST(test_context__what_is_kept_goes_where_memory_is_short),
        TEST(test_context__a_stack_that_is_used_again_has_its_guard),
        TEST(test_context__threads_share_what_is_kept),
        TEST(test_context__a_child_waits_for_no_thread_of_its_parents),
        TEST(test_context__the_handler_that_was_there_is_called),
        TEST(test_context__a_handler_may_go_on),
        TEST(test_context__a_signal_that_somebody_sent_ends_the_process),
        TEST(test_context__the_handler_is_there_only_while_coroutines_run),
        TEST(test_context__step_machines_need_no_handler),
        TEST(test_context__handlers_that_call_one_another_do_not_go_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

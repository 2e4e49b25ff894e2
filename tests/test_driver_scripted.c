/* A third world, of driver.h and cadran.h alone: one that plays a script. Its clock is moved, its
 * work ends and its signals come where the script says so. */
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
#include "driver.h"

/* --- The driver ------------------------------------------------------------------------------- */

enum happening {
    END,       /* of the script: nothing happens any more */
    WORK_ENDS, /* the one that was begun as number `which` */
    SIGNAL_COMES,
    WOKEN, /* by something that is nothing to the loop */
};

typedef struct event {
    int64_t at_ns;
    enum happening what;
    int which;
    int result;
} event;

enum { REQUESTS = 8 };

typedef struct scripted_driver {
    cad_driver driver;
    int64_t now_ns;
    const event *next;
    cad_request *requests[REQUESTS]; /* in the order of their beginning; NULL: over */
    int begun, cancelled, refused;
    cad_request *signal;
    int64_t deadlines[16]; /* that the loop waited for */
    int waits;
} scripted_driver;

/* Its part of a request. */
typedef struct part {
    int64_t zero; /* as the memory is when the request is made */
    int number;
    char mark[100];
} part;

static scripted_driver world;
static cad_loop *loop;

static void start(cad_driver *driver) {
    ((scripted_driver *)driver)->now_ns = 0;
}

static int64_t now(cad_driver *driver) {
    return ((scripted_driver *)driver)->now_ns;
}

static void complete_work(scripted_driver *self, int number, int result) {
    cad_request *request = self->requests[number];
    self->requests[number] = NULL;
    const part *own = cad_request_part(request);
    assert_int_equal(own->number, number);
    assert_int_equal(own->mark[99], 'm');
    request->of.work.run(request);
    cad__complete(request, result);
}

static void happen(scripted_driver *self, const event *happens) {
    if (happens->what == WORK_ENDS)
        complete_work(self, happens->which, happens->result);
    else if (happens->what == SIGNAL_COMES)
        cad__complete(self->signal, self->signal->of.signal.number);
}

static bool wait(cad_driver *driver, int64_t deadline_ns) {
    scripted_driver *self = (scripted_driver *)driver;
    if (deadline_ns > self->now_ns)
        self->deadlines[self->waits++] = deadline_ns;
    if (self->next->what == END || self->next->at_ns > deadline_ns) {
        if (deadline_ns == CAD_NEVER)
            return false;
        if (deadline_ns > self->now_ns)
            self->now_ns = deadline_ns;
        return true;
    }
    const event *happens = self->next++;
    if (happens->at_ns > self->now_ns)
        self->now_ns = happens->at_ns;
    happen(self, happens);
    return true;
}

static void compute(cad_driver *driver, int64_t duration_ns) {
    ((scripted_driver *)driver)->now_ns += duration_ns;
}

static int submit(cad_driver *driver, cad_request *request) {
    scripted_driver *self = (scripted_driver *)driver;
    if (request->kind == CAD_REQUEST_SIGNAL) {
        self->signal = request;
        return 0;
    }
    if (self->refused > 0) {
        self->refused--;
        return CAD_ESYSTEM;
    }
    part *own = cad_request_part(request);
    assert_int_equal((uintptr_t)own % _Alignof(part), 0);
    assert_int_equal(own->zero, 0);
    own->number = self->begun++;
    memset(own->mark, 'm', sizeof own->mark);
    self->requests[own->number] = request;
    return 0;
}

static void cancel(cad_driver *driver, cad_request *request) {
    scripted_driver *self = (scripted_driver *)driver;
    if (request == self->signal)
        self->signal = NULL;
    else
        self->requests[((part *)cad_request_part(request))->number] = NULL;
    self->cancelled++;
    cad__complete(request, CAD_ECANCELLED);
}

static void wake(cad_driver *driver) {
    (void)driver; /* it never sleeps */
}

static void destroy(cad_driver *driver) {
    for (int i = 0; i < REQUESTS; i++)
        assert_null(((scripted_driver *)driver)->requests[i]);
    assert_null(((scripted_driver *)driver)->signal);
}

static void play(const event *script) {
    world = (scripted_driver){.driver = {.interrupt = SIGTERM,
                                         .part_size = {[CAD_REQUEST_WORK] = sizeof(part)},
                                         .start = start,
                                         .now = now,
                                         .wait = wait,
                                         .compute = compute,
                                         .submit = submit,
                                         .cancel = cancel,
                                         .wake = wake,
                                         .free = destroy},
                              .next = script};
    assert_int_equal(cad_loop_new(&world.driver, &loop), 0);
}

/* --- What runs over it ------------------------------------------------------------------------ */

static char happened[512];

static void note(const char *what) {
    size_t length = strlen(happened);
    snprintf(happened + length, sizeof happened - length, "%s%s at %d", length > 0 ? ", " : "",
             what, (int)(cad_loop_time(loop) / CAD_SECOND));
}

static void work(void *name) {
    snprintf(happened + strlen(happened), sizeof happened - strlen(happened), "%s(%s)",
             happened[0] != '\0' ? ", " : "", (const char *)name);
}

static int work_and_note(void *name) {
    int error = cad_to_thread(work, name, 0);
    note(error == 0 ? name : cad_error_name(error));
    return 0;
}

static int sleep_and_note(void *name) {
    int error = cad_sleep((((const char *)name)[0] - '0') * CAD_SECOND);
    note(name);
    return error;
}

static void create(cad_coroutine *fn, const char *arg) {
    assert_int_equal(cad_task_create(loop, fn, (void *)(uintptr_t)arg, NULL, NULL), 0);
}

static int setup(void **state) {
    (void)state;
    happened[0] = '\0';
    return 0;
}

static int teardown(void **state) {
    (void)state;
    cad_loop_free(loop);
    return 0;
}

/* --- Tests ------------------------------------------------------------------------------------ */

static void test_driver_scripted__work_ends_in_the_order_of_the_script(void **state) {
    static const event script[] = {{1 * CAD_SECOND, WORK_ENDS, 2, 0},
                                   {2 * CAD_SECOND, WORK_ENDS, 0, 0},
                                   {5 * CAD_SECOND, WORK_ENDS, 1, 0},
                                   {0, END, 0, 0}};
    (void)state;
    play(script);
    create(work_and_note, "a");
    create(work_and_note, "b");
    create(work_and_note, "c");
    create(sleep_and_note, "3");
    assert_int_equal(cad_loop_run(loop), 0);
    assert_string_equal(happened, "(c), c at 1, (a), a at 2, 3 at 3, (b), b at 5");
}

static void test_driver_scripted__the_loop_says_until_when_to_wait(void **state) {
    static const event script[] = {
        {1 * CAD_SECOND, WOKEN, 0, 0}, {7 * CAD_SECOND, WORK_ENDS, 0, 0}, {0, END, 0, 0}};
    (void)state;
    play(script);
    create(work_and_note, "a");
    create(sleep_and_note, "2");
    create(sleep_and_note, "4");
    assert_int_equal(cad_loop_run(loop), 0);
    assert_string_equal(happened, "2 at 2, 4 at 4, (a), a at 7");
    const int64_t deadlines[] = {2 * CAD_SECOND, 2 * CAD_SECOND, 4 * CAD_SECOND, CAD_NEVER};
    assert_int_equal(world.waits, 4);
    assert_memory_equal(world.deadlines, deadlines, sizeof deadlines);
}

static void test_driver_scripted__a_result_goes_to_whoever_waits(void **state) {
    static const event script[] = {{1 * CAD_SECOND, WORK_ENDS, 0, CAD_ESYSTEM}, {0, END, 0, 0}};
    (void)state;
    play(script);
    create(work_and_note, "a");
    assert_int_equal(cad_loop_run(loop), 0);
    assert_string_equal(happened, "(a), OSError at 1");
}

static void test_driver_scripted__what_cannot_be_begun_is_an_error_at_once(void **state) {
    static const event script[] = {{0, END, 0, 0}};
    (void)state;
    play(script);
    world.refused = 1;
    create(work_and_note, "a");
    assert_int_equal(cad_loop_run(loop), 0);
    assert_string_equal(happened, "OSError at 0");
    assert_int_equal(world.begun, 0);
}

static void test_driver_scripted__a_signal_interrupts(void **state) {
    static const event script[] = {
        {2 * CAD_SECOND, SIGNAL_COMES, 0, 0}, {3 * CAD_SECOND, WORK_ENDS, 0, 0}, {0, END, 0, 0}};
    (void)state;
    play(script);
    create(work_and_note, "a");
    assert_int_equal(cad_loop_run(loop), CAD_EINTERRUPTED);
    assert_int_equal(cad_loop_signal(loop), SIGTERM);
    assert_int_equal(cad_loop_time(loop), 2 * CAD_SECOND);
    assert_int_equal(cad_loop_run(loop), 0);
    assert_int_equal(cad_loop_signal(loop), 0);
    assert_string_equal(happened, "(a), a at 3");
}

static void test_driver_scripted__a_held_loop_waits_to_its_limit_or_a_signal(void **state) {
    static const event script[] = {{9 * CAD_SECOND, SIGNAL_COMES, 0, 0}, {0, END, 0, 0}};
    (void)state;
    play(script);
    create(sleep_and_note, "1");
    cad_loop_hold(loop);
    cad_loop_set_limit(loop, 8 * CAD_SECOND);
    assert_int_equal(cad_loop_run(loop), CAD_ETIMEDOUT); /* held: somebody may call */
    assert_string_equal(happened, "1 at 1");
    cad_loop_set_limit(loop, CAD_NEVER);
    assert_int_equal(cad_loop_run(loop), CAD_EINTERRUPTED);
    assert_int_equal(cad_loop_run(loop), CAD_EDEADLOCK); /* the driver says that it is over */
    cad_loop_release(loop);
}

static void test_driver_scripted__a_driver_that_has_nothing_more_is_a_deadlock(void **state) {
    static const event script[] = {{1 * CAD_SECOND, WORK_ENDS, 1, 0}, {0, END, 0, 0}};
    (void)state;
    play(script);
    create(work_and_note, "a");
    create(work_and_note, "b");
    assert_int_equal(cad_loop_run(loop), CAD_EDEADLOCK);
    assert_string_equal(happened, "(b), b at 1");
}

static void test_driver_scripted__what_is_under_way_is_cancelled_with_the_loop(void **state) {
    static const event script[] = {{0, END, 0, 0}};
    (void)state;
    play(script);
    create(work_and_note, "a");
    create(work_and_note, "b");
    assert_int_equal(cad_loop_run(loop), CAD_EDEADLOCK);
    assert_int_equal(world.cancelled, 0);
    cad_loop_free(loop);
    loop = NULL;
    assert_int_equal(world.cancelled, 3); /* and the signal */
    assert_string_equal(happened, "");
}

static void test_driver_scripted__no_more_work_is_begun_than_there_are_workers(void **state) {
    static const event script[] = {{1 * CAD_SECOND, WORK_ENDS, 1, 0},
                                   {2 * CAD_SECOND, WORK_ENDS, 2, 0},
                                   {3 * CAD_SECOND, WORK_ENDS, 0, 0},
                                   {0, END, 0, 0}};
    (void)state;
    play(script);
    cad_loop_set_threads(loop, 2);
    create(work_and_note, "a");
    create(work_and_note, "b");
    create(work_and_note, "c");
    assert_int_equal(cad_loop_run(loop), 0);
    assert_string_equal(happened, "(b), b at 1, (c), c at 2, (a), a at 3");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_driver_scripted__work_ends_in_the_order_of_the_script),
        TEST(test_driver_scripted__the_loop_says_until_when_to_wait),
        TEST(test_driver_scripted__a_result_goes_to_whoever_waits),
        TEST(test_driver_scripted__what_cannot_be_begun_is_an_error_at_once),
        TEST(test_driver_scripted__a_signal_interrupts),
        TEST(test_driver_scripted__a_held_loop_waits_to_its_limit_or_a_signal),
        TEST(test_driver_scripted__a_driver_that_has_nothing_more_is_a_deadlock),
        TEST(test_driver_scripted__what_is_under_way_is_cancelled_with_the_loop),
        TEST(test_driver_scripted__no_more_work_is_begun_than_there_are_workers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What the ready queue says of itself: the kind of each entry, and the task that it is about. */
#include "entry.h"
#include "loop.h"
#include "support/engine_test.h"

/* "task 2, callback, end 1": the entries of a queue in their order, each with its task's number. */
static const char *entries(const cad__link *queue) {
    static char text[512];
    size_t used = 0;
    text[0] = '\0';
    for (const cad__link *link = queue->next; link != queue; link = link->next) {
        const cad__entry *entry = CAD__CONTAINER(link, const cad__entry, link);
        const cad_task *task = cad__entry_task(entry);
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used > 0 ? ", " : "",
                                 cad__entry_name(entry));
        if (task != NULL)
            used +=
                (size_t)snprintf(text + used, sizeof text - used, " %d", (int)cad_task_id(task));
        assert_true(used < sizeof text);
    }
    return text;
}

#define READY(expected) assert_string_equal(entries(&test_loop->ready), expected)

static cad_task *start(cad_coroutine *fn, void *arg) {
    cad_task *task;
    assert_int_equal(cad_task_create(test_loop, fn, arg, NULL, &task), 0);
    return task;
}

static int nothing(void *arg) {
    (void)arg;
    return 0;
}

static void call(void *arg) {
    (void)arg;
}

static void call_done(cad_future *future, void *arg) {
    (void)future;
    (void)arg;
}

/* --- Tasks and callbacks --------------------------------------------------------------------- */

static int make_ready(void *arg) {
    (void)arg;
    cad_future_unref(start(nothing, NULL));
    assert_int_equal(cad_call_soon(test_loop, call, NULL, NULL), 0);
    assert_int_equal(cad_call_soon_threadsafe(test_loop, call, NULL), 0);
    READY("task 2, callback, threadsafe_callback");
    assert_int_equal(cad_sleep(0), 0);
    READY("end 2");
    return 0;
}

static void test_entry__a_turn_an_end_and_callbacks_in_the_order_in_which_they_came(void **state) {
    (void)state;
    cad_future_unref(start(make_ready, NULL));
    READY("task 1");
    assert_int_equal(cad_loop_run(test_loop), 0);
    READY("");
}

/* --- What follows a future ------------------------------------------------------------------- */

static int await_it(void *arg) {
    return cad_await(arg, NULL);
}

static int wait_for_it(void *arg) {
    cad_future *future = arg;
    return cad_wait(&future, 1, CAD_ALL_COMPLETED, CAD_NEVER) == 1 ? 0 : CAD_ERUNTIME;
}

static int follow_in_all_ways(void *arg) {
    (void)arg;
    cad_task_group *group;
    cad_future *gathered, *shielded, *plain = cad_future_new(test_loop);
    cad_as_completed *completed;
    assert_int_equal(cad_task_group_enter(&group), 0);
    cad_task *member;
    cad_task_options options = {.group = group};
    assert_int_equal(cad_task_create(test_loop, await_it, plain, &options, &member), 0);
    assert_int_equal(cad_future_add_done_callback(member, call_done, NULL), 0);
    assert_int_equal(cad_gather(test_loop, &member, 1, false, &gathered), 0);
    assert_int_equal(cad_shield(member, &shielded), 0);
    assert_int_equal(cad_as_completed_new(test_loop, &member, 1, CAD_NEVER, &completed), 0);
    cad_task *others[] = {start(wait_for_it, member), start(await_it, member)};
    assert_int_equal(cad_sleep(0), 0);
    READY("");
    assert_int_equal(cad_future_set_result(plain, NULL), 0);
    READY("task 2"); /* its turn has come, since it awaits what is done */
    assert_int_equal(cad_sleep(0), 0);
    READY("end 2, task_group 2, done_callback 2, gather 2, shield_inner 2, as_completed 2, wait 2, "
          "task 4");
    assert_int_equal(cad_sleep(0), 0);
    READY("shield_outer, task 3, end 4"); /* what a shield follows there is no task */
    assert_int_equal(cad_task_group_leave(group, 0), 0);
    assert_int_equal(cad_await(others[0], NULL), 0);
    cad_as_completed_free(completed);
    cad_future *futures[] = {plain, member, gathered, shielded, others[0], others[1]};
    for (size_t i = 0; i < sizeof futures / sizeof futures[0]; i++)
        cad_future_unref(futures[i]);
    return 0;
}

static void test_entry__what_follows_a_task_names_it(void **state) {
    (void)state;
    cad_future_unref(start(follow_in_all_ways, NULL));
    assert_int_equal(cad_loop_run(test_loop), 0);
}

/* --- Deadlines ------------------------------------------------------------------------------- */

static int sleep_a_second(void *arg) {
    (void)arg;
    return cad_sleep(CAD_SECOND);
}

static int time_out(void *arg) {
    (void)arg;
    cad_timeout *scope;
    assert_int_equal(cad_timeout_enter(CAD_SECOND, &scope), 0);
    return cad_timeout_leave(scope, cad_sleep(2 * CAD_SECOND)) == CAD_ETIMEDOUT ? 0 : CAD_ERUNTIME;
}

static int wait_a_second(void *arg) {
    cad_future *future = arg;
    return cad_wait(&future, 1, CAD_ALL_COMPLETED, CAD_SECOND);
}

static int complete_within_a_second(void *arg) {
    cad_future *future = arg;
    cad_as_completed *completed;
    assert_int_equal(cad_as_completed_new(test_loop, &future, 1, CAD_SECOND, &completed), 0);
    assert_int_equal(cad_as_completed_next(completed, NULL), CAD_ETIMEDOUT);
    cad_as_completed_free(completed);
    return 0;
}

static int work_a_second(void *arg) {
    return cad_to_thread(call, arg, CAD_SECOND);
}

/* Runs first of what is due then. */
static void look_at_what_is_due(void *arg) {
    *(int *)arg += 1;
    assert_string_equal(entries(&test_loop->batch),
                        "timer 1, timeout 2, wait_timeout 3, as_completed_timeout, request");
}

static void test_entry__deadlines_name_the_task_that_waits_for_them(void **state) {
    (void)state;
    int looked = 0;
    cad_future *never = cad_future_new(test_loop);
    cad_coroutine *tasks[] = {sleep_a_second, time_out, wait_a_second, complete_within_a_second,
                              work_a_second};
    assert_int_equal(cad_call_at(test_loop, CAD_SECOND, look_at_what_is_due, &looked, NULL), 0);
    for (size_t i = 0; i < sizeof tasks / sizeof tasks[0]; i++)
        cad_future_unref(start(tasks[i], never));
    assert_int_equal(cad_loop_run(test_loop), 0);
    assert_int_equal(looked, 1);
    cad_future_unref(never);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_entry__a_turn_an_end_and_callbacks_in_the_order_in_which_they_came),
        ENGINE_TEST(test_entry__what_follows_a_task_names_it),
        ENGINE_TEST(test_entry__deadlines_name_the_task_that_waits_for_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

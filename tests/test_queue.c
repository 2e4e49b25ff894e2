/* Queue, LifoQueue and PriorityQueue, as asyncio/queues.py has them. */
#include "support/engine_test.h"
#include "support/play.h"

static void test_queue__items_come_out_in_the_order_in_which_they_went_in(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: put q 1; put q 2; put_nowait q 3; size q; get q; get q; get_nowait q; empty q",
         "b: log b",
         "= 0: a put, a put, a size=3, a get=1, a get=2, a get_nowait=3, a empty=1, b b",
         "= complete at 0");
}

static void test_queue__put_waits_while_it_is_full(void **state) {
    (void)state;
    PLAY("queue q 2",
         "a: put q 1; put q 2; full q; put q 3; log a",
         "b: sleep 1; get q; size q; sleep 1; get q; get q",
         "= 0: a put, a put, a full=1",
         "= 1: b get=1, b size=1, a put, a a",
         "= 2: b get=2, b get=3",
         "= complete at 2");
}

static void test_queue__get_waits_while_it_is_empty(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: get q",
         "b: get q",
         "c: sleep 1; put q 1; sleep 1; put q 2",
         "= 1: c put, a get=1",
         "= 2: c put, b get=2",
         "= complete at 2");
}

static void test_queue__without_waiting_it_says_full_or_empty(void **state) {
    (void)state;
    PLAY("queue q 1",
         "a: get_nowait q; catch; put_nowait q 1; put_nowait q 2; catch; get_nowait q; size q",
         "= 0: a get_nowait!QueueEmpty(), a put_nowait!QueueFull(), a get_nowait=1, a size=0",
         "= complete at 0");
}

static void test_queue__getters_are_served_in_order_of_arrival(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: get q",
         "b: get q",
         "c: get q",
         "d: sleep 1; put q 1; put q 2; put q 3; size q",
         "= 1: d put, d put, d put, d size=3, a get=1, b get=2, c get=3",
         "= complete at 1");
}

static void test_queue__putters_are_served_in_order_of_arrival(void **state) {
    (void)state;
    PLAY("queue q 1",
         "a: put q 1; put q 2",
         "b: put q 3",
         "c: put q 4",
         "d: sleep 1; get q; sleep 1; get q; sleep 1; get q; get q",
         "= 0: a put",
         "= 1: d get=1, a put",
         "= 2: d get=2, b put",
         "= 3: d get=3, c put, d get=4",
         "= complete at 3");
}

static void test_queue__a_newcomer_overtakes_the_getter_that_was_woken(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: get q; log a",
         "b: sleep 1; put q 1; get q; log b; put q 2",
         "= 1: b put, b get=1, b b, b put, a get=2, a a",
         "= complete at 1");
}

static void test_queue__the_getter_overtaken_goes_to_the_end_of_the_line(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: get q",
         "b: get q",
         "x: sleep 1; put q 1; get_nowait q; sleep 1; put q 2; sleep 1; put q 3",
         "= 1: x put, x get_nowait=1",
         "= 2: x put, b get=2",
         "= 3: x put, a get=3",
         "= complete at 3");
}

static void test_queue__the_putter_overtaken_goes_to_the_end_of_the_line(void **state) {
    (void)state;
    PLAY("queue q 1",
         "a: put q 1; put q 2; log a",
         "b: put q 3; log b",
         "x: sleep 1; get q; put_nowait q 9; sleep 1; get q; sleep 1; get q; sleep 1; get q",
         "= 0: a put",
         "= 1: x get=1",
         "= 2: x get=9, b put, b b",
         "= 3: x get=3, a put, a a",
         "= 4: x get=2",
         "= complete at 4");
}

static void test_queue__two_puts_in_one_step_wake_two_getters(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: get q; log a",
         "b: get q; log b",
         "c: sleep 1; put q 1; put q 2; log c",
         "= 1: c put, c put, c c, a get=1, a a, b get=2, b b",
         "= complete at 1");
}

static void test_queue__a_getter_cancelled_in_the_middle_leaves_the_line(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: get q",
         "b: get q",
         "c: get q",
         "x: sleep 1; cancel b why; sleep 1; put q 1; put q 2; size q",
         "= 1: b get!CancelledError(why), b ends!CancelledError(why)",
         "= 2: x put, x put, x size=2, a get=1, c get=2",
         "= complete at 2");
}

static void test_queue__a_putter_cancelled_in_the_middle_leaves_the_line(void **state) {
    (void)state;
    PLAY("queue q 1",
         "a: put q 1",
         "b: put q 2",
         "c: put q 3",
         "d: put q 4",
         "x: sleep 1; cancel c; sleep 1; get q; get q; get q; size q",
         "= 0: a put",
         "= 1: c put!CancelledError(), c ends!CancelledError()",
         "= 2: x get=1, b put, x get=2, d put, x get=4, x size=0",
         "= complete at 2");
}

static void test_queue__cancelling_the_getter_just_woken_wakes_the_next(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: get q",
         "b: get q",
         "x: sleep 1; put q 1; cancel a; size q",
         "= 1: x put, x size=1, a get!CancelledError(), a ends!CancelledError(), b get=1",
         "= complete at 1");
}

static void test_queue__cancelling_the_getter_just_woken_keeps_the_item(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: get q",
         "x: sleep 1; put q 1; cancel a; sleep 0; size q; get q",
         "= 1: x put, a get!CancelledError(), a ends!CancelledError(), x size=1, x get=1",
         "= complete at 1");
}

static void test_queue__cancelling_the_getter_woken_after_its_item_was_taken(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: get q",
         "b: get q",
         "x: sleep 1; put q 1; get_nowait q; cancel a; sleep 1; put q 2",
         "= 1: x put, x get_nowait=1, a get!CancelledError(), a ends!CancelledError()",
         "= 2: x put, b get=2",
         "= complete at 2");
}

static void test_queue__cancelling_the_putter_just_woken_wakes_the_next(void **state) {
    (void)state;
    PLAY("queue q 1",
         "a: put q 1",
         "b: put q 2",
         "c: put q 3",
         "x: sleep 1; get q; cancel b; size q; sleep 1; get q",
         "= 0: a put",
         "= 1: x get=1, x size=0, b put!CancelledError(), b ends!CancelledError(), c put",
         "= 2: x get=3",
         "= complete at 2");
}

static void test_queue__cancelling_the_putter_woken_after_its_room_was_taken(void **state) {
    (void)state;
    PLAY("queue q 1",
         "a: put q 1",
         "b: put q 2",
         "c: put q 3",
         "x: sleep 1; get q; put_nowait q 9; cancel b; sleep 1; get q; sleep 1; get q",
         "= 0: a put",
         "= 1: x get=1, b put!CancelledError(), b ends!CancelledError()",
         "= 2: x get=9, c put",
         "= 3: x get=3",
         "= complete at 3");
}

static void test_queue__put_after_cancelling_the_first_getter_in_the_same_instant(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: get q",
         "b: get q",
         "x: sleep 1; cancel a; put q 1",
         "= 1: x put, a get!CancelledError(), a ends!CancelledError(), b get=1",
         "= complete at 1");
}

static void test_queue__a_getter_cancelled_twice_after_its_wake(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: get q; catch; get q",
         "b: get q",
         "x: sleep 1; put q 1; cancel a one; cancel a two; sleep 1; put q 2",
         "= 1: x put, a get!CancelledError(two), a get=1",
         "= 2: x put, b get=2",
         "= complete at 2");
}

static void test_queue__a_timeout_in_the_instant_of_the_put(void **state) {
    (void)state;
    PLAY("queue q 0",
         "x: sleep 1; put q 1",
         "a: timeout t 1; get q; leave t",
         "b: get q",
         "= 1: x put, a get!CancelledError(), a leave!TimeoutError(), a ends!TimeoutError(), "
         "b get=1",
         "= complete at 1");
}

static void test_queue__a_timeout_just_before_the_put(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: timeout t 1; get q; leave t",
         "x: sleep 1; put q 1",
         "b: get q",
         "= 1: a get!CancelledError(), a leave!TimeoutError(), a ends!TimeoutError(), x put, "
         "b get=1",
         "= complete at 1");
}

static void test_queue__a_timeout_in_the_instant_of_the_get(void **state) {
    (void)state;
    PLAY("queue q 1",
         "x: put q 1; sleep 1; get q",
         "a: timeout t 1; put q 2; leave t",
         "b: put q 3",
         "= 0: x put",
         "= 1: x get=1, a put!CancelledError(), a leave!TimeoutError(), a ends!TimeoutError(), "
         "b put",
         "= complete at 1");
}

static void test_queue__a_lifo_gives_the_last_one_first(void **state) {
    (void)state;
    PLAY("lifo q 0",
         "a: put q 1; put q 2; put q 3; get q; put q 4; get q; get q; get q",
         "= 0: a put, a put, a put, a get=3, a put, a get=4, a get=2, a get=1",
         "= complete at 0");
}

static void test_queue__a_lifo_waits_like_any_other(void **state) {
    (void)state;
    PLAY("lifo q 1",
         "a: put q 1; put q 2",
         "b: put q 3",
         "c: sleep 1; get q; sleep 1; get q; get q",
         "= 0: a put",
         "= 1: c get=1, a put",
         "= 2: c get=2, b put, c get=3",
         "= complete at 2");
}

static void test_queue__a_priority_queue_gives_the_smallest_first(void **state) {
    (void)state;
    PLAY("priority q 0",
         "a: put q 5; put q 2; put q 8; put q 1; put q 3; get q; get q; put q 1; get q; get q; "
         "get q; get q",
         "= 0: a put, a put, a put, a put, a put, a get=1, a get=2, a put, a get=1, a get=3, "
         "a get=5, a get=8",
         "= complete at 0");
}

static void test_queue__a_priority_queue_waits_like_any_other(void **state) {
    (void)state;
    PLAY("priority q 1",
         "a: put q 5; put q 2; log a",
         "b: put q 1; log b",
         "c: sleep 1; get q; sleep 1; get q; get q",
         "= 0: a put",
         "= 1: c get=5, a put, a a",
         "= 2: c get=2, b put, b b, c get=1",
         "= complete at 2");
}

static void test_queue__join_waits_for_every_task_done(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: put q 1; put q 2; unfinished q; join q; log joined; unfinished q",
         "b: sleep 1; get q; task_done q; sleep 1; get q; sleep 1; task_done q",
         "= 0: a put, a put, a unfinished=2",
         "= 1: b get=1",
         "= 2: b get=2",
         "= 3: a join, a joined, a unfinished=0",
         "= complete at 3");
}

static void test_queue__join_of_a_queue_without_items_does_not_wait(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: join q; put q 1; get q; task_done q; join q; log a",
         "b: log b",
         "= 0: a join, a put, a get=1, a join, a a, b b",
         "= complete at 0");
}

static void test_queue__task_done_too_often(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: task_done q; catch; put q 1; task_done q; task_done q",
         "= 0: a task_done!ValueError(task_done() called too many times), a put, "
         "a task_done!ValueError(task_done() called too many times), "
         "a ends!ValueError(task_done() called too many times)",
         "= complete at 0");
}

static void test_queue__join_returns_although_more_came_in_the_same_instant(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: put q 1; join q; unfinished q; log joined",
         "b: join q; log joined",
         "c: sleep 1; task_done q; put q 2",
         "= 0: a put",
         "= 1: c put, a join, a unfinished=1, a joined, b join, b joined",
         "= complete at 1");
}

static void test_queue__join_is_cancelled_in_the_instant_of_the_last_task_done(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: put q 1; join q",
         "b: join q",
         "c: sleep 1; task_done q; cancel a",
         "= 0: a put",
         "= 1: a join!CancelledError(), a ends!CancelledError(), b join",
         "= complete at 1");
}

static void test_queue__join_with_a_timeout(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: put q 1; timeout t 1; join q; leave t; catch; join q",
         "c: sleep 2; task_done q",
         "= 0: a put",
         "= 1: a join!CancelledError(), a leave!TimeoutError()",
         "= 2: a join",
         "= complete at 2");
}

static void test_queue__the_window_of_four_over_eight_jobs(void **state) {
    (void)state;
    PLAY("queue q 4",
         "a: put q 1; sleep 1; get q",
         "b: put q 2; sleep 2; get q",
         "c: put q 3; sleep 3; get q",
         "d: put q 4; sleep 1; get q",
         "e: put q 5; sleep 2; get q",
         "f: put q 6; sleep 3; get q",
         "g: put q 7; sleep 1; get q",
         "h: put q 8; sleep 2; get q",
         "= 0: a put, b put, c put, d put",
         "= 1: a get=1, d get=2, e put, f put",
         "= 2: b get=3, g put",
         "= 3: c get=4, e get=5, g get=6, h put",
         "= 4: f get=7",
         "= 5: h get=8",
         "= complete at 5");
}

static void test_queue__a_queue_of_one_between_producer_and_consumer(void **state) {
    (void)state;
    PLAY("queue q 1",
         "p: put q 1; sleep 1; put q 2; sleep 1; put q 3",
         "c: get q; get q; get q",
         "= 0: p put, c get=1",
         "= 1: p put, c get=2",
         "= 2: p put, c get=3",
         "= complete at 2");
}

static void test_queue__both_ends_wait_for_ever(void **state) {
    (void)state;
    PLAY("queue q 1",
         "queue r 0",
         "a: put q 1; put q 2",
         "b: get r",
         "= 0: a put",
         "= deadlock at 0");
}

static void test_queue__shutdown_ends_puts_and_gets_of_an_empty_queue(void **state) {
    (void)state;
    PLAY("queue q 1",
         "a: shutdown q; put q 1; catch; put_nowait q 1; catch; get q; catch; get_nowait q; "
         "catch; shutdown q; log a",
         "= 0: a put!QueueShutDown(), a put_nowait!QueueShutDown(), a get!QueueShutDown(), "
         "a get_nowait!QueueShutDown(), a a",
         "= complete at 0");
}

static void test_queue__shutdown_leaves_the_items_to_be_got(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: put q 1; put q 2; shutdown q; size q; get q; get_nowait q; get_nowait q; catch; get "
         "q",
         "= 0: a put, a put, a size=2, a get=1, a get_nowait=2, a get_nowait!QueueShutDown(), "
         "a get!QueueShutDown(), a ends!QueueShutDown()",
         "= complete at 0");
}

static void test_queue__shutdown_wakes_all_getters(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: get q",
         "b: get q",
         "x: sleep 1; shutdown q",
         "= 1: a get!QueueShutDown(), a ends!QueueShutDown(), b get!QueueShutDown(), "
         "b ends!QueueShutDown()",
         "= complete at 1");
}

static void test_queue__shutdown_wakes_all_putters(void **state) {
    (void)state;
    PLAY("queue q 1",
         "a: put q 1; put q 2",
         "b: put q 3",
         "x: sleep 1; shutdown q; get q",
         "= 0: a put",
         "= 1: x get=1, a put!QueueShutDown(), a ends!QueueShutDown(), b put!QueueShutDown(), "
         "b ends!QueueShutDown()",
         "= complete at 1");
}

static void test_queue__shutdown_at_once_drops_the_items(void **state) {
    (void)state;
    PLAY("queue q 2",
         "a: put q 1; put q 2; put q 3",
         "x: sleep 1; shutdown q now; size q; unfinished q; get q",
         "= 0: a put, a put",
         "= 1: x size=0, x unfinished=0, x get!QueueShutDown(), x ends!QueueShutDown(), "
         "a put!QueueShutDown(), a ends!QueueShutDown()",
         "= complete at 1");
}

static void test_queue__shutdown_at_once_wakes_joiners(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: put q 1; put q 2; join q; log joined",
         "x: sleep 1; shutdown q now; task_done q",
         "= 0: a put, a put",
         "= 1: x task_done!ValueError(task_done() called too many times), "
         "x ends!ValueError(task_done() called too many times), a join, a joined",
         "= complete at 1");
}

static void test_queue__shutdown_leaves_joiners_to_the_consumers(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: put q 1; put q 2; join q; log joined",
         "x: sleep 1; shutdown q; get q; task_done q; sleep 1; get q; task_done q",
         "= 0: a put, a put",
         "= 1: x get=1",
         "= 2: x get=2, a join, a joined",
         "= complete at 2");
}

static void test_queue__shutdown_at_once_while_an_item_is_worked_on(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: put q 1; put q 2; join q; log joined",
         "x: sleep 1; get q; shutdown q now; unfinished q; sleep 1; task_done q",
         "= 0: a put, a put",
         "= 1: x get=1, x unfinished=1",
         "= 2: a join, a joined",
         "= complete at 2");
}

static void test_queue__shutdown_in_the_instant_of_a_put(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: get q",
         "b: get q",
         "x: sleep 1; put q 1; shutdown q",
         "= 1: x put, a get=1, b get!QueueShutDown(), b ends!QueueShutDown()",
         "= complete at 1");
}

static void test_queue__shutdown_at_once_in_the_instant_of_a_put(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: get q",
         "b: get q",
         "x: sleep 1; put q 1; shutdown q now",
         "= 1: x put, a get!QueueShutDown(), a ends!QueueShutDown(), b get!QueueShutDown(), "
         "b ends!QueueShutDown()",
         "= complete at 1");
}

static void test_queue__a_getter_cancelled_in_the_instant_of_the_shutdown(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: get q",
         "b: get q",
         "x: sleep 1; shutdown q; cancel a",
         "= 1: a get!CancelledError(), a ends!CancelledError(), b get!QueueShutDown(), "
         "b ends!QueueShutDown()",
         "= complete at 1");
}

static void test_queue__shutdown_then_at_once(void **state) {
    (void)state;
    PLAY("queue q 0",
         "a: put q 1; join q; log joined",
         "x: sleep 1; shutdown q; sleep 1; shutdown q now; size q",
         "= 0: a put",
         "= 2: x size=0, a join, a joined",
         "= complete at 2");
}

/* --- What a script cannot say ---------------------------------------------------------------- */

struct item {
    int priority, number;
};

static int by_priority(const void *a, const void *b) {
    const struct item *x = a, *y = b;
    if (x->priority < 0 || y->priority < 0)
        return cad_raise(CAD_ETYPE, "not comparable");
    return x->priority < y->priority;
}

static void test_queue__equal_priorities_come_out_as_in_heapq(void **state) {
    (void)state;
    static struct item items[] = {{3, 0}, {1, 1}, {3, 2}, {2, 3}, {1, 4}, {1, 5},
                                  {3, 6}, {2, 7}, {2, 8}, {1, 9}, {3, 10}};
    static const int order[] = {1, 5, 4, 9, 3, 8, 7, 6, 2, 0, 10};
    cad_queue *queue = cad_priority_queue_new(test_loop, 0, by_priority);
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++)
        assert_int_equal(cad_queue_put_nowait(queue, &items[i]), 0);
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
        void *item;
        assert_int_equal(cad_queue_get_nowait(queue, &item), 0);
        assert_int_equal(((struct item *)item)->number, order[i]);
    }
}

static void test_queue__a_comparison_that_fails_fails_the_put_or_the_get(void **state) {
    (void)state;
    static struct item one = {1, 0}, two = {2, 1}, odd = {-1, 2};
    cad_queue *queue = cad_priority_queue_new(test_loop, 0, by_priority);
    void *item;
    assert_int_equal(cad_queue_put_nowait(queue, &odd), 0);
    assert_int_equal(cad_queue_put_nowait(queue, &one), CAD_ETYPE);
    assert_string_equal(cad_error_message(), "not comparable");
    assert_int_equal(cad_queue_size(queue), 2);
    assert_int_equal(cad_queue_unfinished(queue), 1);
    odd.priority = 3;
    assert_int_equal(cad_queue_put_nowait(queue, &two), 0);
    odd.priority = -1;
    assert_int_equal(cad_queue_get_nowait(queue, &item), CAD_ETYPE);
}

/* A task that puts `item`, or gets where it is NULL. */
struct user {
    cad_queue *queue;
    struct item *item;
    const char *name;
};

static int use(void *arg) {
    const struct user *self = arg;
    void *item = self->item;
    bool puts = item != NULL;
    int error = puts ? cad_queue_put(self->queue, item) : cad_queue_get(self->queue, &item);
    if (error != 0)
        note("%s fails", self->name);
    else
        note("%s %s %d", self->name, puts ? "put" : "got", ((struct item *)item)->priority);
    return 0;
}

static void start(struct user *user, cad_queue *queue) {
    user->queue = queue;
    assert_int_equal(cad_task_create(test_loop, use, user, NULL, NULL), 0);
}

static cad_queue *filled_queue(size_t maxsize, struct item *items, size_t count) {
    cad_queue *queue = cad_priority_queue_new(test_loop, maxsize, by_priority);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(cad_queue_put_nowait(queue, &items[i]), 0);
    return queue;
}

/* What CPython does, in which the item is lost and the room is nobody's. */
static void test_queue__a_get_that_fails_wakes_no_putter(void **state) {
    (void)state;
    struct item items[] = {{1, 0}, {2, 1}, {3, 2}}, more = {4, 3};
    struct user putter = {.item = &more, .name = "p"}, getter = {.name = "g"};
    cad_queue *queue = filled_queue(3, items, 3);
    start(&putter, queue);
    assert_int_equal(cad_loop_run(test_loop), CAD_EDEADLOCK);
    items[2].priority = -1;
    start(&getter, queue);
    assert_int_equal(cad_loop_run(test_loop), CAD_EDEADLOCK);
    HAPPENED("0: g fails");
    assert_int_equal(cad_queue_size(queue), 2);
    assert_int_equal(cad_waiters(queue), 1);
}

/* Its item is in the queue all the same, as in CPython, so that there is no room for the next. */
static void test_queue__a_woken_putter_that_fails_has_taken_the_room(void **state) {
    (void)state;
    struct item items[] = {{1, 0}, {2, 1}}, odd = {-1, 2}, even = {5, 3};
    struct user putters[] = {{.item = &odd, .name = "p0"}, {.item = &even, .name = "p1"}};
    struct user getter = {.name = "g"};
    cad_queue *queue = filled_queue(2, items, 2);
    start(&putters[0], queue);
    start(&putters[1], queue);
    start(&getter, queue);
    assert_int_equal(cad_loop_run(test_loop), CAD_EDEADLOCK);
    HAPPENED("0: g got 1, p0 fails");
    assert_int_equal(cad_queue_size(queue), 2);
    assert_int_equal(cad_queue_unfinished(queue), 2);
    assert_int_equal(cad_waiters(queue), 1);
}

static void test_queue__a_woken_getter_that_fails_keeps_no_other_waiting(void **state) {
    (void)state;
    struct item items[] = {{1, 0}, {2, 1}, {3, 2}};
    struct user getters[] = {{.name = "g0"}, {.name = "g1"}};
    cad_queue *queue = cad_priority_queue_new(test_loop, 0, by_priority);
    start(&getters[0], queue);
    start(&getters[1], queue);
    assert_int_equal(cad_loop_run(test_loop), CAD_EDEADLOCK);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(cad_queue_put_nowait(queue, &items[i]), 0);
    items[2].priority = -1;
    assert_int_equal(cad_loop_run(test_loop), 0);
    HAPPENED("0: g0 fails, g1 got 2");
    assert_int_equal(cad_queue_size(queue), 1);
}

/* Where it was full there was memory for as many items: a wake-up is not lost for want of it. */
static void test_queue__a_woken_putter_needs_no_memory(void **state) {
    (void)state;
    enum { MOST = 70 };
    for (size_t maxsize = 1; maxsize <= MOST; maxsize++) {
        struct item items[MOST] = {{1, 0}}, more = {4, 3};
        struct user putter = {.item = &more, .name = "p"};
        cad_queue *queue = filled_queue(maxsize, items, maxsize);
        start(&putter, queue);
        assert_int_equal(cad_loop_run(test_loop), CAD_EDEADLOCK);
        assert_int_equal(cad_queue_get_nowait(queue, NULL), 0);
        note_clear();
        fail_block(1);
        assert_int_equal(cad_loop_run(test_loop), 0);
        assert_false(block_failed());
        fail_block(0);
        HAPPENED("0: p put 4");
    }
}

static void test_queue__items_keep_their_order_while_it_grows_and_turns(void **state) {
    (void)state;
    cad_queue *queue = cad_queue_new(test_loop, 0);
    intptr_t in = 0, out = 0;
    for (int round = 0; round < 200; round++) {
        for (int i = 0; i <= round % 7; i++)
            assert_int_equal(cad_queue_put_nowait(queue, (void *)++in), 0);
        for (int i = 0; i < round % 5; i++) {
            void *item;
            assert_int_equal(cad_queue_get_nowait(queue, &item), 0);
            assert_int_equal((intptr_t)item, ++out);
        }
    }
    assert_int_equal(cad_queue_size(queue), in - out);
}

static void note_drop(void *item) {
    note("drop %d", (int)(intptr_t)item);
}

static void test_queue__shutdown_at_once_hands_out_the_items(void **state) {
    (void)state;
    cad_queue *queue = cad_queue_new(test_loop, 0);
    for (intptr_t i = 1; i <= 3; i++)
        assert_int_equal(cad_queue_put_nowait(queue, (void *)i), 0);
    cad_queue_shutdown(queue, false, note_drop);
    HAPPENED(NULL);
    cad_queue_shutdown(queue, true, note_drop);
    HAPPENED("0: drop 1, drop 2, drop 3");
    assert_int_equal(cad_queue_size(queue), 0);
    assert_int_equal(cad_queue_maxsize(queue), 0);
}

static int get_and_ignore(void *arg) {
    return cad_queue_get(arg, NULL);
}

static void test_queue__an_item_that_nobody_wants_is_taken_all_the_same(void **state) {
    (void)state;
    cad_queue *queue = cad_queue_new(test_loop, 0);
    assert_int_equal(cad_task_create(test_loop, get_and_ignore, queue, NULL, NULL), 0);
    assert_int_equal(cad_queue_put_nowait(queue, queue), 0);
    assert_int_equal(cad_loop_run(test_loop), 0);
    assert_true(cad_queue_empty(queue));
}

static void test_queue__its_waiters_are_counted(void **state) {
    (void)state;
    cad_queue *queue = cad_queue_new(test_loop, 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(cad_task_create(test_loop, get_and_ignore, queue, NULL, NULL), 0);
    assert_int_equal(cad_loop_run(test_loop), CAD_EDEADLOCK);
    assert_int_equal(cad_waiters(queue), 3);
    assert_int_equal(cad_queue_put_nowait(queue, queue), 0);
    assert_int_equal(cad_waiters(queue), 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queue__items_come_out_in_the_order_in_which_they_went_in),
        cmocka_unit_test(test_queue__put_waits_while_it_is_full),
        cmocka_unit_test(test_queue__get_waits_while_it_is_empty),
        cmocka_unit_test(test_queue__without_waiting_it_says_full_or_empty),
        cmocka_unit_test(test_queue__getters_are_served_in_order_of_arrival),
        cmocka_unit_test(test_queue__putters_are_served_in_order_of_arrival),
        cmocka_unit_test(test_queue__a_newcomer_overtakes_the_getter_that_was_woken),
        cmocka_unit_test(test_queue__the_getter_overtaken_goes_to_the_end_of_the_line),
        cmocka_unit_test(test_queue__the_putter_overtaken_goes_to_the_end_of_the_line),
        cmocka_unit_test(test_queue__two_puts_in_one_step_wake_two_getters),
        cmocka_unit_test(test_queue__a_getter_cancelled_in_the_middle_leaves_the_line),
        cmocka_unit_test(test_queue__a_putter_cancelled_in_the_middle_leaves_the_line),
        cmocka_unit_test(test_queue__cancelling_the_getter_just_woken_wakes_the_next),
        cmocka_unit_test(test_queue__cancelling_the_getter_just_woken_keeps_the_item),
        cmocka_unit_test(test_queue__cancelling_the_getter_woken_after_its_item_was_taken),
        cmocka_unit_test(test_queue__cancelling_the_putter_just_woken_wakes_the_next),
        cmocka_unit_test(test_queue__cancelling_the_putter_woken_after_its_room_was_taken),
        cmocka_unit_test(test_queue__put_after_cancelling_the_first_getter_in_the_same_instant),
        cmocka_unit_test(test_queue__a_getter_cancelled_twice_after_its_wake),
        cmocka_unit_test(test_queue__a_timeout_in_the_instant_of_the_put),
        cmocka_unit_test(test_queue__a_timeout_just_before_the_put),
        cmocka_unit_test(test_queue__a_timeout_in_the_instant_of_the_get),
        cmocka_unit_test(test_queue__a_lifo_gives_the_last_one_first),
        cmocka_unit_test(test_queue__a_lifo_waits_like_any_other),
        cmocka_unit_test(test_queue__a_priority_queue_gives_the_smallest_first),
        cmocka_unit_test(test_queue__a_priority_queue_waits_like_any_other),
        cmocka_unit_test(test_queue__join_waits_for_every_task_done),
        cmocka_unit_test(test_queue__join_of_a_queue_without_items_does_not_wait),
        cmocka_unit_test(test_queue__task_done_too_often),
        cmocka_unit_test(test_queue__join_returns_although_more_came_in_the_same_instant),
        cmocka_unit_test(test_queue__join_is_cancelled_in_the_instant_of_the_last_task_done),
        cmocka_unit_test(test_queue__join_with_a_timeout),
        cmocka_unit_test(test_queue__the_window_of_four_over_eight_jobs),
        cmocka_unit_test(test_queue__a_queue_of_one_between_producer_and_consumer),
        cmocka_unit_test(test_queue__both_ends_wait_for_ever),
        cmocka_unit_test(test_queue__shutdown_ends_puts_and_gets_of_an_empty_queue),
        cmocka_unit_test(test_queue__shutdown_leaves_the_items_to_be_got),
        cmocka_unit_test(test_queue__shutdown_wakes_all_getters),
        cmocka_unit_test(test_queue__shutdown_wakes_all_putters),
        cmocka_unit_test(test_queue__shutdown_at_once_drops_the_items),
        cmocka_unit_test(test_queue__shutdown_at_once_wakes_joiners),
        cmocka_unit_test(test_queue__shutdown_leaves_joiners_to_the_consumers),
        cmocka_unit_test(test_queue__shutdown_at_once_while_an_item_is_worked_on),
        cmocka_unit_test(test_queue__shutdown_in_the_instant_of_a_put),
        cmocka_unit_test(test_queue__shutdown_at_once_in_the_instant_of_a_put),
        cmocka_unit_test(test_queue__a_getter_cancelled_in_the_instant_of_the_shutdown),
        cmocka_unit_test(test_queue__shutdown_then_at_once),
        ENGINE_TEST(test_queue__equal_priorities_come_out_as_in_heapq),
        ENGINE_TEST(test_queue__a_comparison_that_fails_fails_the_put_or_the_get),
        ENGINE_TEST(test_queue__a_get_that_fails_wakes_no_putter),
        ENGINE_TEST(test_queue__a_woken_putter_that_fails_has_taken_the_room),
        ENGINE_TEST(test_queue__a_woken_getter_that_fails_keeps_no_other_waiting),
        ENGINE_TEST(test_queue__a_woken_putter_needs_no_memory),
        ENGINE_TEST(test_queue__items_keep_their_order_while_it_grows_and_turns),
        ENGINE_TEST(test_queue__shutdown_at_once_hands_out_the_items),
        ENGINE_TEST(test_queue__an_item_that_nobody_wants_is_taken_all_the_same),
        ENGINE_TEST(test_queue__its_waiters_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The primitives under random orders and cancels, for as long as one likes.
 *
 *     endurance_primitives [--operations N] [--seed N]
 *
 * In rounds: a loop, a few coroutines that each make fifty random calls, and one that cancels any
 * of them at any time until all have ended. After each call what must always hold is looked at, and
 * after each round what must hold in the end. The first thing that does not ends the program with
 * the round's seed, with which that round comes again: --seed SEED --operations 1. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cadran.h"

enum { WORKERS_MOST = 8, CALLS = 50, PERMITS = 2, ROOM = 2, PARTIES = 3 };

static uint64_t operations; /* that have ended, in all rounds */
static uint64_t round_seed, random_state;

static struct {
    cad_loop *loop;
    cad_lock *lock;
    cad_semaphore *semaphore;
    cad_queue *queue;
    cad_event *event;
    cad_condition *condition;
    cad_barrier *barrier;
    cad_task *workers[WORKERS_MOST];
    unsigned count, living;
    const void *lock_holder, *condition_holder; /* who has them, by its number's address */
    unsigned permits;                           /* of the semaphore, that are held */
    uint64_t next_item, put, got;               /* sums of what went in and came out */
    uint64_t last_got;
} now;

static unsigned numbers[WORKERS_MOST];

static void fail(const char *what) {
    fprintf(stderr, "endurance: seed %" PRIu64 ", after %" PRIu64 " operations: %s\n", round_seed,
            operations, what);
    abort();
}

static void hold(bool holds, const char *what) {
    if (!holds)
        fail(what);
}

static unsigned draw(unsigned below) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state >> 32) % below;
}

/* --- What holds always ------------------------------------------------------------------------ */

static void check_always(void) {
    hold(now.permits <= PERMITS, "more have the semaphore than it has permits");
    hold(cad_semaphore_value(now.semaphore) + now.permits <= PERMITS, "a permit too many");
    hold(cad_queue_size(now.queue) <= ROOM, "the queue holds more than it has room for");
    hold(now.lock_holder == NULL || cad_lock_locked(now.lock), "a lock that is held is not locked");
    hold(cad_barrier_n_waiting(now.barrier) <= PARTIES, "more at the barrier than it is for");
}

/* A call ended as it may: well, cancelled, or with an error of its own. */
static void check_end(int result, int error) {
    hold(result >= 0 || result == CAD_ECANCELLED || result == error, "an error of another call");
}

/* --- Calls ------------------------------------------------------------------------------------ */

/* A pause, in which others run. */
static void pause(void) {
    check_end(cad_sleep((int64_t)draw(3)), 0);
}

static void use_lock(const void *me) {
    int error = cad_lock_acquire(now.lock);
    check_end(error, 0);
    if (error != 0)
        return;
    hold(now.lock_holder == NULL, "two have the lock");
    now.lock_holder = me;
    pause();
    hold(now.lock_holder == me, "the lock went to another");
    now.lock_holder = NULL;
    hold(cad_lock_release(now.lock) == 0, "a lock that is held is not released");
}

static void use_semaphore(const void *me) {
    (void)me;
    int error = cad_semaphore_acquire(now.semaphore);
    check_end(error, 0);
    if (error != 0)
        return;
    now.permits++;
    check_always();
    pause();
    now.permits--;
    hold(cad_semaphore_release(now.semaphore) == 0, "a permit is not given back");
}

/* Items are numbers in the order in which they went in: so must they come out. */
static void put(const void *me) {
    (void)me;
    if (draw(2) == 0) {
        uint64_t item = now.next_item + 1;
        int error = cad_queue_put_nowait(now.queue, (void *)(uintptr_t)item);
        hold(error == 0 || error == CAD_EQUEUEFULL, "put_nowait() ends otherwise");
        now.next_item += error == 0;
        now.put += error == 0 ? item : 0;
        return;
    }
    while (cad_queue_full(now.queue)) { /* so that its number is known when it goes in */
        check_end(cad_sleep(0), 0);
        if (draw(4) == 0)
            return;
    }
    uint64_t item = ++now.next_item;
    int error = cad_queue_put(now.queue, (void *)(uintptr_t)item);
    hold(error == 0, "put() waits where there is room");
    now.put += item;
}

static void get(const void *me) {
    (void)me;
    void *item = NULL;
    int error =
        draw(2) == 0 ? cad_queue_get_nowait(now.queue, &item) : cad_queue_get(now.queue, &item);
    check_end(error, CAD_EQUEUEEMPTY);
    if (error != 0)
        return;
    hold((uint64_t)(uintptr_t)item > now.last_got, "an item came out of turn, or twice");
    now.last_got = (uint64_t)(uintptr_t)item;
    now.got += (uint64_t)(uintptr_t)item;
}

static void use_event(const void *me) {
    (void)me;
    switch (draw(3)) {
    case 0:
        cad_event_set(now.event);
        hold(cad_event_is_set(now.event), "an event that was set is not");
        break;
    case 1:
        cad_event_clear(now.event);
        hold(!cad_event_is_set(now.event), "an event that was cleared is set");
        break;
    default:
        check_end(cad_event_wait(now.event), 0);
    }
}

/* Whatever a wait ends with, it has the lock again. */
static void use_condition(const void *me) {
    cad_lock *lock = cad_condition_lock(now.condition);
    int error = cad_lock_acquire(lock);
    check_end(error, 0);
    if (error != 0)
        return;
    hold(now.condition_holder == NULL, "two have the condition's lock");
    now.condition_holder = me;
    if (draw(2) == 0) {
        hold(cad_condition_notify(now.condition, draw(3)) == 0, "notify() by who has the lock");
    } else {
        now.condition_holder = NULL;
        check_end(cad_condition_wait(now.condition), 0);
        hold(now.condition_holder == NULL && cad_lock_locked(lock),
             "a wait for a condition ended without its lock");
        now.condition_holder = me;
    }
    now.condition_holder = NULL;
    hold(cad_lock_release(lock) == 0, "a condition's lock that is held is not released");
}

static void use_barrier(const void *me) {
    (void)me;
    int index = draw(12) == 0   ? cad_barrier_reset(now.barrier)
                : draw(40) == 0 ? cad_barrier_abort(now.barrier)
                                : cad_barrier_wait(now.barrier);
    check_end(index, CAD_EBARRIER);
    hold(index < PARTIES, "a place at the barrier that it does not have");
}

/* --- A round ---------------------------------------------------------------------------------- */

static int work(void *arg) {
    static void (*const calls[])(const void *me) = {use_lock,  use_semaphore, put,        get,
                                                    use_event, use_condition, use_barrier};
    for (int i = 0; i < CALLS; i++) {
        calls[draw(sizeof calls / sizeof *calls)](arg);
        operations++;
        check_always();
        while (cad_task_cancelling(cad_current_task()) > 0)
            (void)cad_task_uncancel(cad_current_task());
    }
    now.living--;
    return 0;
}

/* Cancels until nobody is left, so that no wait is for ever. */
static int disturb(void *arg) {
    (void)arg;
    while (now.living > 0) {
        (void)cad_future_cancel(now.workers[draw(now.count)], NULL);
        (void)cad_sleep((int64_t)draw(3));
    }
    return 0;
}

static void begin_round(uint64_t seed) {
    round_seed = seed;
    random_state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    memset(&now, 0, sizeof now);
    hold(cad_loop_new(cad_virtual_driver(), &now.loop) == 0, "no loop");
    now.lock = cad_lock_new(now.loop);
    now.semaphore = cad_semaphore_new(now.loop, PERMITS);
    now.queue = cad_queue_new(now.loop, ROOM);
    now.event = cad_event_new(now.loop);
    now.condition = cad_condition_new(now.loop, NULL);
    now.barrier = cad_barrier_new(now.loop, PARTIES);
    now.count = now.living = 2 + draw(WORKERS_MOST - 1);
    for (unsigned i = 0; i < now.count; i++)
        hold(cad_task_create(now.loop, work, &numbers[i], NULL, &now.workers[i]) == 0, "no task");
    hold(cad_task_create(now.loop, disturb, NULL, NULL, NULL) == 0, "no task");
}

static void end_round(void) {
    hold(cad_loop_run(now.loop) == 0, "the run did not end well");
    for (unsigned i = 0; i < now.count; i++) {
        hold(cad_future_done(now.workers[i]), "a task has not ended");
        cad_future_unref(now.workers[i]);
    }
    hold(!cad_lock_locked(now.lock), "the lock is locked in the end");
    hold(cad_semaphore_value(now.semaphore) == PERMITS, "a permit is lost");
    hold(!cad_lock_locked(cad_condition_lock(now.condition)), "the condition's lock is locked");
    for (void *item; cad_queue_get_nowait(now.queue, &item) == 0;)
        now.got += (uint64_t)(uintptr_t)item;
    hold(now.put == now.got, "an item is lost");
    hold(cad_waiters(now.lock) + cad_waiters(now.semaphore) + cad_waiters(now.event) == 0,
         "somebody waits in the end");
    cad_loop_free(now.loop);
}

int main(int argc, char **argv) {
    uint64_t wanted = 1000000, seed = 1;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--operations") == 0)
            wanted = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0)
            seed = strtoull(argv[i + 1], NULL, 10);
    }
    uint64_t first = seed;
    while (operations < wanted) {
        begin_round(seed++);
        end_round();
    }
    printf("%" PRIu64 " operations in %" PRIu64 " rounds, from seed %" PRIu64 "\n", operations,
           seed - first, first);
    return 0;
}

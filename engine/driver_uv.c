/* The real world, on libuv. */
#define _GNU_SOURCE /* ppoll */
#include <limits.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <uv.h>

#include "internal.h"

/* A busy loop looks outside after so many iterations, or so much time. */
enum { LOOK_ITERATIONS = 64, LOOK_NS = 1000 * 1000 };

/* The workers. libuv has a pool of its own, but one for the whole process, whose size is fixed at
 * its first use. */
struct pool {
    uv_mutex_t mutex;
    uv_cond_t more;
    cad__link todo, finished; /* pieces */
    size_t waiting;           /* of todo */
    size_t idle;              /* workers */
    bool closing;
    uv_thread_t *workers;
    size_t count, capacity;
};

typedef struct uv_driver {
    cad_driver driver;
    uv_loop_t loop;
    uv_signal_t interrupt;
    uv_async_t wakeup;
    uint64_t zero_ns;
    unsigned skipped; /* iterations since the last look */
    int64_t looked_ns;
    struct pool pool;
    size_t working; /* pieces of work under way */
} uv_driver;

/* What the driver keeps in cad_work.reserved. */
typedef struct piece {
    cad__link link;
    cad_work *work;
} piece;

_Static_assert(sizeof(piece) <= sizeof(((cad_work *)NULL)->reserved),
               "cad_work.reserved has room for a piece");

static uv_driver *of(cad_driver *driver) {
    return CAD__CONTAINER(driver, uv_driver, driver);
}

static void start(cad_driver *driver) {
    of(driver)->zero_ns = uv_hrtime();
}

static int64_t now(cad_driver *driver) {
    return (int64_t)(uv_hrtime() - of(driver)->zero_ns);
}

static void look(uv_driver *self) {
    self->skipped = 0;
    self->looked_ns = self->driver.loop->now_ns;
    (void)uv_run(&self->loop, UV_RUN_NOWAIT);
}

/* libuv's timers count milliseconds; its file descriptor, polled, knows nanoseconds. False when
 * nothing has happened but time. */
static bool sleep_until(uv_driver *self, int64_t deadline_ns) {
    struct pollfd poll_fd = {.fd = uv_backend_fd(&self->loop), .events = POLLIN};
    int64_t left = deadline_ns == CAD_NEVER ? -1 : deadline_ns - now(&self->driver);
    if (deadline_ns != CAD_NEVER && left <= 0)
        return false;
#ifdef __linux__
    struct timespec timeout = {.tv_sec = (time_t)(left / CAD_SECOND),
                               .tv_nsec = (long)(left % CAD_SECOND)};
    return ppoll(&poll_fd, 1, left < 0 ? NULL : &timeout, NULL) != 0;
#else
    int64_t milliseconds = left < 0 ? -1 : (left + CAD_MILLISECOND - 1) / CAD_MILLISECOND;
    return poll(&poll_fd, 1, milliseconds > INT_MAX ? INT_MAX : (int)milliseconds) != 0;
#endif
}

/* The time is that of the last iteration's start, which costs nothing to look at. */
static bool look_is_due(uv_driver *self) {
    return ++self->skipped >= LOOK_ITERATIONS ||
           self->driver.loop->now_ns - self->looked_ns >= LOOK_NS;
}

static int wait(cad_driver *driver, int64_t deadline_ns) {
    uv_driver *self = of(driver);
    cad_loop *loop = driver->loop;
    if (deadline_ns == CAD_IN_PASSING && !look_is_due(self))
        return 0;
    look(self);
    if (loop->interrupted || !cad__list_empty(&loop->ready) || cad__threads_pending(loop))
        return 0;
    if (deadline_ns == CAD_NEVER && self->working == 0 && loop->holds == 0)
        return CAD_EDEADLOCK;
    if (sleep_until(self, deadline_ns))
        look(self);
    return 0;
}

static void compute(cad_driver *driver, int64_t duration_ns) {
    int64_t end_ns = cad__deadline(now(driver), duration_ns);
    for (int64_t left; (left = end_ns - now(driver)) > 0;) {
        struct timespec rest = {.tv_sec = (time_t)(left / CAD_SECOND),
                                .tv_nsec = (long)(left % CAD_SECOND)};
        (void)nanosleep(&rest, NULL);
    }
}

/* --- Work ------------------------------------------------------------------------------------ */

static void worker(void *arg) {
    uv_driver *self = arg;
    struct pool *pool = &self->pool;
    uv_mutex_lock(&pool->mutex);
    for (;;) {
        pool->idle++;
        while (cad__list_empty(&pool->todo) && !pool->closing)
            uv_cond_wait(&pool->more, &pool->mutex);
        pool->idle--;
        if (cad__list_empty(&pool->todo))
            break;
        piece *next = CAD__CONTAINER(pool->todo.next, piece, link);
        cad__unlink(&next->link);
        pool->waiting--;
        uv_mutex_unlock(&pool->mutex);
        next->work->run(next->work);
        uv_mutex_lock(&pool->mutex);
        cad__append(&pool->finished, &next->link);
        (void)uv_async_send(&self->wakeup);
    }
    uv_mutex_unlock(&pool->mutex);
}

static int add_worker(uv_driver *self) {
    struct pool *pool = &self->pool;
    if (pool->count == pool->capacity) {
        size_t capacity = pool->capacity > 0 ? pool->capacity * 2 : 4;
        uv_thread_t *workers = cad_realloc(pool->workers, capacity * sizeof *workers);
        if (workers == NULL)
            return CAD_ENOMEM;
        pool->workers = workers;
        pool->capacity = capacity;
    }
    if (uv_thread_create(&pool->workers[pool->count], worker, self) != 0)
        return CAD_ESYSTEM;
    pool->count++;
    return 0;
}

/* The caller bounds how much is under way at once, and with it the number of workers. */
static int start_work(cad_driver *driver, cad_work *work) {
    uv_driver *self = of(driver);
    struct pool *pool = &self->pool;
    piece *next = (piece *)(void *)work->reserved;
    *next = (piece){.work = work};
    int error = 0;
    uv_mutex_lock(&pool->mutex);
    if (pool->waiting >= pool->idle)
        error = add_worker(self);
    if (pool->count > 0)
        error = 0; /* one of those that are there will come to it */
    if (error == 0) {
        cad__append(&pool->todo, &next->link);
        pool->waiting++;
        self->working++;
        uv_cond_signal(&pool->more);
    }
    uv_mutex_unlock(&pool->mutex);
    return error;
}

static void collect_finished(uv_driver *self) {
    cad__link finished;
    cad__list_init(&finished);
    uv_mutex_lock(&self->pool.mutex);
    cad__splice(&finished, &self->pool.finished);
    uv_mutex_unlock(&self->pool.mutex);
    while (!cad__list_empty(&finished)) {
        piece *done = CAD__CONTAINER(finished.next, piece, link);
        cad__unlink(&done->link);
        self->working--;
        done->work->done(done->work);
    }
}

static int open_pool(struct pool *pool) {
    int error = uv_mutex_init(&pool->mutex);
    if (error != 0)
        return error;
    error = uv_cond_init(&pool->more);
    if (error != 0)
        uv_mutex_destroy(&pool->mutex);
    cad__list_init(&pool->todo);
    cad__list_init(&pool->finished);
    return error;
}

/* When all that was started has run. */
static void join_workers(struct pool *pool) {
    uv_mutex_lock(&pool->mutex);
    pool->closing = true;
    uv_cond_broadcast(&pool->more);
    uv_mutex_unlock(&pool->mutex);
    for (size_t i = 0; i < pool->count; i++)
        (void)uv_thread_join(&pool->workers[i]);
    pool->count = 0;
}

static void close_pool(struct pool *pool) {
    join_workers(pool);
    cad__free(pool->workers);
    uv_cond_destroy(&pool->more);
    uv_mutex_destroy(&pool->mutex);
}

static void join(cad_driver *driver) {
    join_workers(&of(driver)->pool);
}

static void wake(cad_driver *driver) {
    (void)uv_async_send(&of(driver)->wakeup);
}

/* --- Life ------------------------------------------------------------------------------------ */

static void interrupted(uv_signal_t *signal, int number) {
    (void)number;
    cad_loop_interrupt(CAD__CONTAINER(signal, uv_driver, interrupt)->driver.loop);
}

static void woken(uv_async_t *async) {
    collect_finished(CAD__CONTAINER(async, uv_driver, wakeup));
}

static void close_uv(uv_driver *self) {
    (void)uv_run(&self->loop, UV_RUN_DEFAULT); /* until the handles are gone */
    (void)uv_loop_close(&self->loop);
}

static void destroy(cad_driver *driver) {
    uv_driver *self = of(driver);
    close_pool(&self->pool);
    uv_close((uv_handle_t *)&self->interrupt, NULL);
    uv_close((uv_handle_t *)&self->wakeup, NULL);
    close_uv(self);
    cad__free(self);
}

/* libuv ends the process when it finds no descriptors for its signals. */
static bool enough_descriptors(void) {
    enum { PIPES = 4 };
    int ends[PIPES][2], count = 0;
    while (count < PIPES && pipe(ends[count]) == 0)
        count++;
    for (int i = 0; i < count; i++) {
        (void)close(ends[i][0]);
        (void)close(ends[i][1]);
    }
    return count == PIPES;
}

cad_driver *cad_uv_driver(void) {
    uv_driver *self = enough_descriptors() ? cad__zalloc(sizeof *self) : NULL;
    if (self == NULL)
        return NULL;
    self->driver = (cad_driver){.tolerance_ns = 50 * CAD_MILLISECOND,
                                .start = start,
                                .now = now,
                                .wait = wait,
                                .compute = compute,
                                .start_work = start_work,
                                .join = join,
                                .wake = wake,
                                .free = destroy};
    if (open_pool(&self->pool) != 0)
        goto no_pool;
    if (uv_loop_init(&self->loop) != 0)
        goto no_loop;
    if (uv_async_init(&self->loop, &self->wakeup, woken) != 0)
        goto no_wakeup;
    if (uv_signal_init(&self->loop, &self->interrupt) != 0)
        goto no_interrupt;
    if (uv_signal_start(&self->interrupt, interrupted, SIGINT) != 0)
        goto no_signal;
    return &self->driver;

no_signal:
    uv_close((uv_handle_t *)&self->interrupt, NULL);
no_interrupt:
    uv_close((uv_handle_t *)&self->wakeup, NULL);
no_wakeup:
    close_uv(self);
no_loop:
    close_pool(&self->pool);
no_pool:
    cad__free(self);
    return NULL;
}

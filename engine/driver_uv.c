/* The real world, on libuv. */
#define _GNU_SOURCE /* ppoll */
#include <limits.h>
#include <poll.h>
#include <time.h>

#include <uv.h>

#include "internal.h"

enum {
    POLL_EVERY = 64,        /* iterations of a busy loop between two looks outside */
    DEFAULT_POOL = 4,       /* workers of libuv's own pool */
};

typedef struct uv_driver {
    cad_driver driver;
    uv_loop_t loop;
    uv_signal_t interrupt;
    uv_async_t wakeup;
    uint64_t zero_ns;
    unsigned working; /* pieces of work under way */
    unsigned skipped; /* iterations since the last look */
} uv_driver;

typedef struct worker {
    uv_work_t request;
    uv_driver *self;
    cad_work *work;
} worker;

static uv_driver *of(cad_driver *driver)
{
    return CAD__CONTAINER(driver, uv_driver, driver);
}

static void start(cad_driver *driver)
{
    of(driver)->zero_ns = uv_hrtime();
}

static int64_t now(cad_driver *driver)
{
    return (int64_t)(uv_hrtime() - of(driver)->zero_ns);
}

static void look(uv_driver *self)
{
    self->skipped = 0;
    (void)uv_run(&self->loop, UV_RUN_NOWAIT);
}

/* libuv's timers count milliseconds; its file descriptor, polled, knows nanoseconds. */
static void sleep_until(uv_driver *self, int64_t deadline_ns)
{
    struct pollfd poll_fd = {.fd = uv_backend_fd(&self->loop), .events = POLLIN};
    int64_t left = deadline_ns == CAD_NEVER ? -1 : deadline_ns - now(&self->driver);
    if (deadline_ns != CAD_NEVER && left <= 0)
        return;
#ifdef __linux__
    struct timespec timeout = {.tv_sec = (time_t)(left / CAD_SECOND),
                               .tv_nsec = (long)(left % CAD_SECOND)};
    (void)ppoll(&poll_fd, 1, left < 0 ? NULL : &timeout, NULL);
#else
    int64_t milliseconds = left < 0 ? -1 : (left + CAD_MILLISECOND - 1) / CAD_MILLISECOND;
    (void)poll(&poll_fd, 1, milliseconds > INT_MAX ? INT_MAX : (int)milliseconds);
#endif
}

static int wait(cad_driver *driver, int64_t deadline_ns)
{
    uv_driver *self = of(driver);
    if (deadline_ns == INT64_MIN && ++self->skipped < POLL_EVERY)
        return 0;
    look(self);
    cad_loop *loop = driver->loop;
    if (deadline_ns == INT64_MIN || loop->interrupted || !cad__list_empty(&loop->ready) ||
        cad__threads_pending(loop))
        return 0;
    if (deadline_ns == CAD_NEVER && self->working == 0)
        return CAD_EDEADLOCK;
    sleep_until(self, deadline_ns);
    look(self);
    return 0;
}

static void compute(cad_driver *driver, int64_t duration_ns)
{
    int64_t end_ns = cad__deadline(now(driver), duration_ns);
    for (int64_t left; (left = end_ns - now(driver)) > 0;) {
        struct timespec rest = {.tv_sec = (time_t)(left / CAD_SECOND),
                                .tv_nsec = (long)(left % CAD_SECOND)};
        (void)nanosleep(&rest, NULL);
    }
}

/* --- Work ------------------------------------------------------------------------------------ */

static void work_run(uv_work_t *request)
{
    worker *thread = CAD__CONTAINER(request, worker, request);
    thread->work->run(thread->work);
}

static void work_done(uv_work_t *request, int status)
{
    (void)status;
    worker *thread = CAD__CONTAINER(request, worker, request);
    cad_work *work = thread->work;
    thread->self->working--;
    cad__free(thread);
    work->done(work);
}

/* libuv reads the size of its pool once, from the environment. */
static void size_pool(unsigned workers)
{
    char digits[16];
    size_t size = sizeof digits;
    if (workers <= DEFAULT_POOL || uv_os_getenv("UV_THREADPOOL_SIZE", digits, &size) == 0)
        return;
    size_t at = sizeof digits;
    digits[--at] = '\0';
    for (; workers > 0 && at > 0; workers /= 10)
        digits[--at] = (char)('0' + workers % 10);
    (void)uv_os_setenv("UV_THREADPOOL_SIZE", &digits[at]);
}

static int start_work(cad_driver *driver, cad_work *work)
{
    uv_driver *self = of(driver);
    worker *thread = cad__zalloc(sizeof *thread);
    if (thread == NULL)
        return CAD_ENOMEM;
    thread->self = self;
    thread->work = work;
    size_pool(driver->loop->workers);
    if (uv_queue_work(&self->loop, &thread->request, work_run, work_done) != 0) {
        cad__free(thread);
        return CAD_ESYSTEM;
    }
    self->working++;
    return 0;
}

static void wake(cad_driver *driver)
{
    (void)uv_async_send(&of(driver)->wakeup);
}

/* --- Life ------------------------------------------------------------------------------------ */

static void interrupted(uv_signal_t *signal, int number)
{
    (void)number;
    cad_loop_interrupt(CAD__CONTAINER(signal, uv_driver, interrupt)->driver.loop);
}

static void woken(uv_async_t *async)
{
    (void)async; /* to have been woken is all */
}

static void destroy(cad_driver *driver)
{
    uv_driver *self = of(driver);
    uv_close((uv_handle_t *)&self->interrupt, NULL);
    uv_close((uv_handle_t *)&self->wakeup, NULL);
    (void)uv_run(&self->loop, UV_RUN_DEFAULT); /* until work under way and the handles are gone */
    (void)uv_loop_close(&self->loop);
    cad__free(self);
}

cad_driver *cad_uv_driver(void)
{
    uv_driver *self = cad__zalloc(sizeof *self);
    if (self == NULL)
        return NULL;
    self->driver = (cad_driver){.start = start,
                                .now = now,
                                .wait = wait,
                                .compute = compute,
                                .start_work = start_work,
                                .wake = wake,
                                .free = destroy};
    if (uv_loop_init(&self->loop) != 0)
        goto no_loop;
    if (uv_async_init(&self->loop, &self->wakeup, woken) != 0)
        goto no_async;
    if (uv_signal_init(&self->loop, &self->interrupt) != 0 ||
        uv_signal_start(&self->interrupt, interrupted, SIGINT) != 0)
        goto no_signal;
    return &self->driver;

no_signal:
    uv_close((uv_handle_t *)&self->wakeup, NULL);
    (void)uv_run(&self->loop, UV_RUN_DEFAULT);
no_async:
    (void)uv_loop_close(&self->loop);
no_loop:
    cad__free(self);
    return NULL;
}

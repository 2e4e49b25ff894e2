/* The real world, on libuv.
 *
 * libuv is asked what has happened outside, and never how long to wait: its timers count
 * milliseconds. So the driver waits itself, to the nanosecond, on the one descriptor that libuv
 * would wait on, and then lets it run without waiting. Other threads end that by uv_async_send().
 */
#define _GNU_SOURCE /* ppoll */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/epoll.h>
#endif

#include <uv.h>

#include "children.h"
#include "driver.h"
#include "signals.h"

/* The workers. libuv has a pool of its own, but one for the whole process, whose size is fixed at
 * its first use. */
struct pool {
    uv_mutex_t mutex;
    uv_cond_t more;
    cad__link todo, finished; /* struct piece */
    size_t waiting;           /* of todo */
    size_t idle;              /* workers */
    bool closing;
    uv_thread_t *workers;
    size_t count, capacity;
};

typedef struct uv_driver {
    cad_driver driver;
    uv_loop_t loop;
    uv_async_t wakeup;
    uint64_t zero_ns;
    struct usage {
        int64_t at_ns;
        int64_t processor_ns; /* that the loop's thread has had by then */
        long pauses;          /* that it has made of its own accord */
    } usage;                  /* when it was last asked for */
    cad__link changed;        /* struct watch: those that libuv has not been told of */
    struct pool pool;
    cad__children children;
} uv_driver;

/* The driver's part of a request that is work. */
struct piece {
    cad__link link;
    cad_request *work;
};

static uv_driver *of(cad_driver *driver) {
    return CAD__CONTAINER(driver, uv_driver, driver);
}

static void start(cad_driver *driver) {
    of(driver)->zero_ns = uv_hrtime();
}

static int64_t now(cad_driver *driver) {
    return (int64_t)(uv_hrtime() - of(driver)->zero_ns);
}

/* What libuv itself waits for has its time, too, in whole milliseconds; -1: it can wait for ever.
 */
static int64_t left_until(uv_driver *self, int64_t deadline_ns) {
    int milliseconds = uv_backend_timeout(&self->loop);
    int64_t libuv_ns = milliseconds < 0 ? CAD_NEVER : milliseconds * CAD_MILLISECOND;
    if (deadline_ns == CAD_NEVER)
        return milliseconds < 0 ? -1 : libuv_ns;
    int64_t left_ns = deadline_ns - now(&self->driver);
    return left_ns < libuv_ns ? left_ns : libuv_ns;
}

/* libuv's timers count milliseconds; its file descriptor, polled, knows nanoseconds. Whether
 * something has happened, as far as one can see from here. */
static bool sleep_until(uv_driver *self, int64_t deadline_ns) {
    struct pollfd poll_fd = {.fd = uv_backend_fd(&self->loop), .events = POLLIN};
    int64_t left = left_until(self, deadline_ns);
    if (left == 0 || (left < 0 && deadline_ns != CAD_NEVER))
        return true;
#ifdef __linux__
    struct timespec timeout = {.tv_sec = (time_t)(left / CAD_SECOND),
                               .tv_nsec = (long)(left % CAD_SECOND)};
    return ppoll(&poll_fd, 1, left < 0 ? NULL : &timeout, NULL) != 0;
#else
    int64_t milliseconds = left < 0 ? -1 : (left + CAD_MILLISECOND - 1) / CAD_MILLISECOND;
    return poll(&poll_fd, 1, milliseconds > INT_MAX ? INT_MAX : (int)milliseconds) != 0;
#endif
}

static struct usage usage_now(uv_driver *self) {
    struct usage usage = {.at_ns = now(&self->driver)};
#ifdef RUSAGE_THREAD
    struct rusage thread;
    (void)getrusage(RUSAGE_THREAD, &thread);
    int64_t seconds = thread.ru_utime.tv_sec + thread.ru_stime.tv_sec;
    int64_t microseconds = thread.ru_utime.tv_usec + thread.ru_stime.tv_usec;
    usage.processor_ns = seconds * CAD_SECOND + microseconds * CAD_MICROSECOND;
    usage.pauses = thread.ru_nvcsw;
#else
    usage.processor_ns = usage.at_ns;
#endif
    return usage;
}

static bool tell_of_changes(uv_driver *self);

/* Without a deadline libuv waits itself: one call of the kernel's less for what serves others and
 * has no time of its own. Whoever ends the wait wakes it, signal handlers, too. */
static bool wait(cad_driver *driver, int64_t deadline_ns) {
    uv_driver *self = of(driver);
    if (!tell_of_changes(self))
        deadline_ns = 0; /* something has happened */
    bool happened = deadline_ns == 0 || deadline_ns == CAD_NEVER || sleep_until(self, deadline_ns);
    if (happened || now(driver) < deadline_ns) /* else it happens after the deadline */
        (void)uv_run(&self->loop, deadline_ns == CAD_NEVER ? UV_RUN_ONCE : UV_RUN_NOWAIT);
    if (deadline_ns > 0)
        self->usage = usage_now(self);
    return true;
}

/* Of the time since it was last asked, what the thread had no processor for and did not ask to. All
 * of it is taken for a part of the span: what it waited before was less than anybody asks about. */
static int64_t worked(cad_driver *driver, int64_t span_ns) {
    uv_driver *self = of(driver);
    struct usage before = self->usage;
    self->usage = usage_now(self);
    if (self->usage.pauses != before.pauses)
        return span_ns;
    int64_t passed_ns = self->usage.at_ns - before.at_ns;
    int64_t waited_ns = passed_ns - (self->usage.processor_ns - before.processor_ns);
    return waited_ns < span_ns ? span_ns - waited_ns : 0;
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
        struct piece *next = CAD__CONTAINER(pool->todo.next, struct piece, link);
        cad__unlink(&next->link);
        pool->waiting--;
        uv_mutex_unlock(&pool->mutex);
        next->work->of.work.run(next->work);
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
static int start_work(uv_driver *self, cad_request *work) {
    struct pool *pool = &self->pool;
    struct piece *next = cad_request_part(work);
    next->work = work;
    int error = 0;
    uv_mutex_lock(&pool->mutex);
    if (pool->waiting >= pool->idle)
        error = add_worker(self);
    if (pool->count > 0)
        error = 0; /* one of those that are there will come to it */
    if (error == 0) {
        cad__append(&pool->todo, &next->link);
        pool->waiting++;
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
        struct piece *done = CAD__CONTAINER(finished.next, struct piece, link);
        cad__unlink(&done->link);
        cad__complete(done->work, 0);
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
static void close_pool(struct pool *pool) {
    uv_mutex_lock(&pool->mutex);
    pool->closing = true;
    uv_cond_broadcast(&pool->more);
    uv_mutex_unlock(&pool->mutex);
    for (size_t i = 0; i < pool->count; i++)
        (void)uv_thread_join(&pool->workers[i]);
    (void)cad_realloc(pool->workers, 0);
    uv_cond_destroy(&pool->more);
    uv_mutex_destroy(&pool->mutex);
}

/* --- Descriptors ----------------------------------------------------------------------------- */

/* The driver's part of a request that is a watch. */
struct watch {
    uv_poll_t poll;
    cad_request *request;
    cad__link changed;
};

/* What the engine calls an event, and libuv. Of a descriptor that has failed libuv speaks to
 * whoever waits for something of it: for failures alone, to who waits for the urgent data that
 * nobody sends any more. */
static const struct {
    unsigned ours;
    int uvs;
} event_names[] = {
    {CAD_READABLE, UV_READABLE}, {CAD_WRITABLE, UV_WRITABLE}, {CAD_FAILED, UV_PRIORITIZED}};
enum { EVENT_NAMES = sizeof event_names / sizeof *event_names };

static int libuvs_events(const cad_request *request) {
    int events = 0;
    for (size_t i = 0; i < EVENT_NAMES; i++)
        if ((request->of.watch.events & event_names[i].ours) != 0)
            events |= event_names[i].uvs;
    return events;
}

/* libuv is told of it before it next waits; that nobody waits for anything any more, at once. */
static void change(cad_driver *driver, cad_request *request) {
    struct watch *self = cad_request_part(request);
    if (cad__linked(&self->changed))
        cad__unlink(&self->changed);
    if (request->of.watch.events != 0)
        cad__append(&of(driver)->changed, &self->changed);
    else
        (void)uv_poll_stop(&self->poll);
}

/* libuv stops where a descriptor is in error. Who waits for it has to find that out, whatever it is
 * that he waits for. */
static void descriptor_ready(uv_poll_t *poll_handle, int status, int events) {
    cad_request *request = CAD__CONTAINER(poll_handle, struct watch, poll)->request;
    unsigned told = 0;
    for (size_t i = 0; i < EVENT_NAMES; i++)
        if (status < 0 || (events & event_names[i].uvs) != 0)
            told |= event_names[i].ours;
    told &= request->of.watch.events;
    if (status < 0)
        change(&CAD__CONTAINER(poll_handle->loop, uv_driver, loop)->driver, request);
    if (told != 0)
        cad__complete(request, (int)told);
}

/* libuv tells the kernel of a descriptor in the middle of its wait, and ends the process where the
 * kernel does not take it: who had it has closed it, the number is another one's by now, there is
 * no memory. So the kernel is told here, right before that, and libuv finds it told. */
static bool kernel_takes(uv_driver *self, int descriptor) {
#ifdef __linux__
    struct epoll_event event = {.data.fd = descriptor};
    return epoll_ctl(uv_backend_fd(&self->loop), EPOLL_CTL_ADD, descriptor, &event) == 0 ||
           errno == EEXIST;
#else
    return fcntl(descriptor, F_GETFD) >= 0;
#endif
}

/* One that the kernel does not take is in error, and tried again the next time. False: there is
 * one. */
static bool tell_of_changes(uv_driver *self) {
    bool all_taken = true;
    cad__link changed;
    cad__list_init(&changed);
    cad__splice(&changed, &self->changed);
    while (!cad__list_empty(&changed)) {
        struct watch *watch = CAD__CONTAINER(changed.next, struct watch, changed);
        cad_request *request = watch->request;
        cad__unlink(&watch->changed);
        (void)uv_poll_start(&watch->poll, libuvs_events(request), descriptor_ready);
        if (kernel_takes(self, request->of.watch.descriptor))
            continue;
        all_taken = false;
        (void)uv_poll_stop(&watch->poll);
        cad__append(&self->changed, &watch->changed);
        cad__complete(request, (int)request->of.watch.events);
    }
    return all_taken;
}

static int start_watch(uv_driver *self, cad_request *request) {
    struct watch *watch = cad_request_part(request);
    watch->request = request;
    int error = uv_poll_init(&self->loop, &watch->poll, request->of.watch.descriptor);
    return error != 0 ? cad__system_error(-error) : 0;
}

static void watch_closed(uv_handle_t *handle) {
    uv_poll_t *poll_handle = (uv_poll_t *)handle;
    cad__complete(CAD__CONTAINER(poll_handle, struct watch, poll)->request, CAD_ECANCELLED);
}

/* The loop's end cancels what is on its way to its end already. */
static void cancel_watch(cad_request *request) {
    struct watch *watch = cad_request_part(request);
    uv_handle_t *handle = (uv_handle_t *)&watch->poll;
    if (cad__linked(&watch->changed))
        cad__unlink(&watch->changed);
    if (uv_is_closing(handle) == 0)
        uv_close(handle, watch_closed);
}

/* --- Requests ------------------------------------------------------------------------------ */

static int submit(cad_driver *driver, cad_request *request) {
    switch (request->kind) {
    case CAD_REQUEST_WORK:
        return start_work(of(driver), request);
    case CAD_REQUEST_SIGNAL:
        return cad__signal_submit(request);
    case CAD_REQUEST_WATCH:
        return start_watch(of(driver), request);
    case CAD_REQUEST_PROCESS:
        return cad__child_submit(&of(driver)->children, request);
    default:
        return CAD_ESYSTEM;
    }
}

/* Work that a thread may have begun is left to its end. */
static void cancel(cad_driver *driver, cad_request *request) {
    (void)driver;
    if (request->kind == CAD_REQUEST_SIGNAL)
        cad__signal_cancel(request);
    else if (request->kind == CAD_REQUEST_WATCH)
        cancel_watch(request);
    else if (request->kind == CAD_REQUEST_PROCESS)
        cad__child_cancel(request);
}

static void wake(cad_driver *driver) {
    (void)uv_async_send(&of(driver)->wakeup);
}

/* --- Life ------------------------------------------------------------------------------------ */

static void woken(uv_async_t *async) {
    uv_driver *self = CAD__CONTAINER(async, uv_driver, wakeup);
    collect_finished(self);
    cad__children_reap(&self->children);
}

static void close_uv(uv_driver *self) {
    (void)uv_run(&self->loop, UV_RUN_DEFAULT); /* until the handles are gone */
    (void)uv_loop_close(&self->loop);
}

static void destroy(cad_driver *driver) {
    uv_driver *self = of(driver);
    cad__children_free(&self->children);
    close_pool(&self->pool);
    uv_close((uv_handle_t *)&self->wakeup, NULL);
    close_uv(self);
    (void)cad_realloc(self, 0);
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

/* libuv takes none of the standard descriptors back that it was given: where this process has
 * closed them they are held while a loop is opened. */
static void hold_standard(int held[3]) {
    for (int i = 0; i < 3; i++)
        held[i] = fcntl(i, F_GETFD) < 0 ? open("/dev/null", O_RDWR | O_CLOEXEC) : -1;
}

static int open_loop(uv_loop_t *loop) {
    int held[3];
    hold_standard(held);
    int error = uv_loop_init(loop);
    for (int i = 0; i < 3; i++)
        if (held[i] >= 0)
            (void)close(held[i]);
    return error;
}

cad_driver *cad_uv_driver(void) {
    uv_driver *self = enough_descriptors() ? cad_realloc(NULL, sizeof *self) : NULL;
    if (self == NULL)
        return NULL;
    *self = (uv_driver){.driver = {.interrupt = SIGINT,
                                   .part_size = {[CAD_REQUEST_WORK] = sizeof(struct piece),
                                                 [CAD_REQUEST_SIGNAL] = sizeof(cad__signal),
                                                 [CAD_REQUEST_WATCH] = sizeof(struct watch),
                                                 [CAD_REQUEST_PROCESS] = sizeof(cad__child)},
                                   .start = start,
                                   .now = now,
                                   .wait = wait,
                                   .worked = worked,
                                   .compute = compute,
                                   .submit = submit,
                                   .cancel = cancel,
                                   .change = change,
                                   .wake = wake,
                                   .free = destroy}};
    cad__list_init(&self->changed);
    cad__children_init(&self->children, &self->driver);
    if (open_pool(&self->pool) != 0)
        goto no_pool;
    if (open_loop(&self->loop) != 0)
        goto no_loop;
    if (uv_async_init(&self->loop, &self->wakeup, woken) != 0)
        goto no_wakeup;
    return &self->driver;

no_wakeup:
    close_uv(self);
no_loop:
    close_pool(&self->pool);
no_pool:
    (void)cad_realloc(self, 0);
    return NULL;
}

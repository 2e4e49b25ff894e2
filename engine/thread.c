/* What comes from other threads, and goes to them: calls into the loop, and work for workers.
 *
 * Another thread touches nothing of the loop's but the list of calls, under its mutex, and a flag
 * that says that there are some; then it wakes the driver. The loop looks at the flag whenever it
 * has looked outside, and makes them ready in their order.
 *
 * What a worker does is a request. Its end comes back on the loop's thread, so that nothing else
 * here needs a lock: the loop counts its busy workers itself, and lets no more begin than there
 * are. */
#include <stdatomic.h>

#include <uv.h>

#include "request.h"
#include "thread.h"
#include "waiter.h"

/* A call_soon_threadsafe(), first on its way to the loop and then in its ready queue. */
typedef struct posted {
    cad__entry entry;
    cad_callback *fn;
    void *arg;
} posted;

/* One to_thread(). Not an object of the loop: it must outlast the wait, and even the loop's
 * objects, when the worker is slow. */
typedef struct job {
    cad__link link; /* among those that wait */
    cad_loop *loop;
    cad_future *future; /* done when fn has returned; a reference */
    void (*fn)(void *arg);
    void (*drop)(void *arg); /* NULL: the argument is the caller's */
    void *arg;
    cad_request request;
} job;

struct cad__threads {
    uv_mutex_t mutex; /* over `posted` alone */
    cad__link posted;
    atomic_bool pending;
    cad__link waiting; /* jobs */
    unsigned busy;     /* workers */
    cad_future *idle;  /* done when none is, a reference; NULL: nobody has asked */
};

int cad__threads_new(cad_loop *loop) {
    struct cad__threads *threads = cad__zalloc(sizeof *threads);
    if (threads == NULL)
        return CAD_ENOMEM;
    if (uv_mutex_init(&threads->mutex) != 0) {
        cad__free(threads);
        return CAD_ESYSTEM;
    }
    cad__list_init(&threads->posted);
    cad__list_init(&threads->waiting);
    loop->threads = threads;
    return 0;
}

void cad__posted_run(cad__entry *entry) {
    posted *call = CAD__CONTAINER(entry, posted, entry);
    call->fn(call->arg);
    cad__free(call);
}

/* Frees those of a queue's entries that are calls from other threads. */
static void free_posted(cad__link *queue) {
    cad__link *next;
    for (cad__link *link = queue->next; link != queue; link = next) {
        cad__entry *entry = CAD__CONTAINER(link, cad__entry, link);
        next = link->next;
        if (entry->kind != CAD__ENTRY_POSTED)
            continue;
        cad__unlink(link);
        cad__free(CAD__CONTAINER(entry, posted, entry));
    }
}

static void free_job(job *self) {
    if (self->drop != NULL)
        self->drop(self->arg);
    cad__free(self);
}

static void free_jobs(cad__link *jobs) {
    while (!cad__list_empty(jobs)) {
        job *unfinished = CAD__CONTAINER(jobs->next, job, link);
        cad__unlink(&unfinished->link);
        free_job(unfinished);
    }
}

void cad__threads_free(cad_loop *loop) {
    struct cad__threads *threads = loop->threads;
    if (threads == NULL)
        return;
    free_posted(&loop->batch);
    free_posted(&loop->ready);
    free_posted(&threads->posted);
    free_jobs(&threads->waiting);
    uv_mutex_destroy(&threads->mutex);
    cad__free(threads);
}

/* --- Calls from other threads ----------------------------------------------------------------- */

int cad_call_soon_threadsafe(cad_loop *loop, cad_callback *fn, void *arg) {
    struct cad__threads *threads = loop->threads;
    posted *call = cad__zalloc(sizeof *call);
    if (call == NULL)
        return CAD_ENOMEM;
    *call = (posted){.entry.kind = CAD__ENTRY_POSTED, .fn = fn, .arg = arg};
    if (cad__running == loop) { /* from a callback or a task: in its turn, as call_soon() */
        cad__ready(loop, &call->entry);
        return 0;
    }
    uv_mutex_lock(&threads->mutex);
    cad__append(&threads->posted, &call->entry.link);
    atomic_store_explicit(&threads->pending, true, memory_order_release);
    uv_mutex_unlock(&threads->mutex);
    loop->driver->wake(loop->driver);
    return 0;
}

bool cad__threads_pending(cad_loop *loop) {
    return atomic_load_explicit(&loop->threads->pending, memory_order_acquire);
}

void cad__threads_collect(cad_loop *loop) {
    struct cad__threads *threads = loop->threads;
    if (!cad__threads_pending(loop))
        return;
    uv_mutex_lock(&threads->mutex);
    CAD__TRACE(loop, cad__trace_join_all(loop, &threads->posted));
    cad__splice(&loop->ready, &threads->posted);
    atomic_store_explicit(&threads->pending, false, memory_order_relaxed);
    uv_mutex_unlock(&threads->mutex);
}

/* --- The worker pool -------------------------------------------------------------------------- */

static void run(cad_request *request) {
    job *self = CAD__CONTAINER(request, job, request);
    self->fn(self->arg);
}

/* The future may have been cancelled meanwhile; and where the loop is closing it goes with all
 * others. */
static void finish(job *self, int error) {
    if (!self->loop->closing && !cad_future_done(self->future))
        cad__future_finish(self->future, NULL, error, NULL);
    cad_future_unref(self->future);
    free_job(self);
}

static void start(job *self) {
    struct cad__threads *threads = self->loop->threads;
    int error = cad__submit(self->loop, &self->request);
    if (error == 0)
        threads->busy++;
    else
        finish(self, error);
}

/* What was cancelled while it waited for a worker is never started. */
static void start_next(cad_loop *loop) {
    struct cad__threads *threads = loop->threads;
    while (threads->busy < loop->workers && !cad__list_empty(&threads->waiting)) {
        job *next = CAD__CONTAINER(threads->waiting.next, job, link);
        cad__unlink(&next->link);
        if (cad_future_cancelled(next->future))
            finish(next, 0);
        else
            start(next);
    }
}

static void tell_idle(struct cad__threads *threads) {
    if (threads->idle != NULL && threads->busy == 0 && !cad_future_done(threads->idle))
        cad__future_finish(threads->idle, NULL, 0, NULL);
}

static void done(cad_request *request, int result) {
    job *self = CAD__CONTAINER(request, job, request);
    cad_loop *loop = self->loop;
    loop->threads->busy--;
    finish(self, result);
    if (loop->closing)
        return;
    start_next(loop);
    tell_idle(loop->threads);
}

int cad_loop_workers_idle(cad_loop *loop, cad_future **idle) {
    struct cad__threads *threads = loop->threads;
    if (threads->idle == NULL || cad_future_done(threads->idle)) {
        cad_future *future = cad_future_new(loop);
        if (future == NULL) {
            *idle = NULL;
            return CAD_ENOMEM;
        }
        cad_future_unref(threads->idle);
        threads->idle = future;
    }
    *idle = cad_future_ref(threads->idle);
    tell_idle(threads);
    return 0;
}

static int to_thread_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    cad_future *future = wait->object;
    if (wait->phase == 0 && !cad_future_done(future)) { /* done already: it could not be started */
        wait->phase = 1;
        return cad__wait_future(task, future);
    }
    cad_exception *exception;
    int cancelled = wait->error;
    int error = cad__future_take(future, NULL, &exception);
    cad_future_unref(future);
    return cancelled != 0 && error == 0 ? cancelled : cad__raise(error, exception);
}

static void to_thread_drop(cad_task *task) {
    cad_future_unref(cad__task_of(task)->wait.object);
}

static const cad__operation to_thread_operation = {
    .verb = "to_thread", .poll = to_thread_poll, .drop = to_thread_drop};

static job *new_job(cad_loop *loop, void (*fn)(void *arg), void *arg, int64_t virtual_ns) {
    job *self = cad__request_new(loop, sizeof *self, CAD_REQUEST_WORK);
    if (self == NULL)
        return NULL;
    self->future = cad_future_new(loop);
    if (self->future == NULL) {
        cad__free(self);
        return NULL;
    }
    self->request.kind = CAD_REQUEST_WORK;
    self->request.done = done;
    self->request.of.work.run = run;
    self->request.of.work.virtual_ns = virtual_ns;
    self->loop = loop;
    self->fn = fn;
    self->arg = arg;
    return self;
}

int cad__thread_start(cad_loop *loop, void (*fn)(void *arg), void (*drop)(void *arg), void *arg,
                      int64_t virtual_ns, cad_future **out) {
    job *self = new_job(loop, fn, arg, virtual_ns);
    if (self == NULL) {
        if (drop != NULL)
            drop(arg);
        return CAD_ENOMEM;
    }
    self->drop = drop;
    *out = cad_future_ref(self->future);
    if (loop->threads->busy < loop->workers)
        start(self);
    else
        cad__append(&loop->threads->waiting, &self->link);
    return 0;
}

int cad_to_thread(void (*fn)(void *arg), void *arg, int64_t virtual_ns) {
    cad_loop *loop = cad__current()->object.loop;
    cad_future *future;
    int error = cad__thread_start(loop, fn, NULL, arg, virtual_ns, &future);
    return error != 0 ? error : cad__begin(cad__current_wait(), &to_thread_operation, future);
}

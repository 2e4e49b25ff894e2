#include <stdatomic.h>

#include <uv.h>

#include "internal.h"

/* A call_soon_threadsafe(), first on its way to the loop and then in its ready queue. */
typedef struct posted {
    cad__entry entry;
    cad_loop *loop;
    cad_callback *fn;
    void *arg;
} posted;

/* One to_thread(). Not an object of the loop: it must outlast the wait, and even the loop's
 * objects, when the worker is slow. */
typedef struct job {
    cad_work work;
    cad__link link; /* among those running or waiting */
    cad_loop *loop;
    cad_future *future; /* done when fn has returned; a reference */
    void (*fn)(void *arg);
    void *arg;
} job;

struct cad__threads {
    uv_mutex_t mutex; /* over `posted` alone */
    cad__link posted;
    atomic_bool pending;
    cad__link running, waiting; /* jobs */
    unsigned busy;              /* workers */
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
    cad__list_init(&threads->running);
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

static void free_jobs(cad__link *jobs) {
    while (!cad__list_empty(jobs)) {
        job *unfinished = CAD__CONTAINER(jobs->next, job, link);
        cad__unlink(&unfinished->link);
        cad__free(unfinished);
    }
}

void cad__threads_free(cad_loop *loop) {
    struct cad__threads *threads = loop->threads;
    if (threads == NULL)
        return;
    free_posted(&loop->batch);
    free_posted(&loop->ready);
    free_posted(&threads->posted);
    free_jobs(&threads->running);
    free_jobs(&threads->waiting);
    uv_mutex_destroy(&threads->mutex);
    cad__free(threads);
}

/* --- Calls from other threads ------------------------------------------------------------------
 */

int cad_call_soon_threadsafe(cad_loop *loop, cad_callback *fn, void *arg) {
    struct cad__threads *threads = loop->threads;
    posted *call = cad__zalloc(sizeof *call);
    if (call == NULL)
        return CAD_ENOMEM;
    *call = (posted){.entry.kind = CAD__ENTRY_POSTED, .loop = loop, .fn = fn, .arg = arg};
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

/* --- The worker pool ---------------------------------------------------------------------------
 */

static void run(cad_work *work) {
    job *self = CAD__CONTAINER(work, job, work);
    self->fn(self->arg);
}

/* The future may have been cancelled meanwhile. */
static void finish(job *self, int error) {
    if (!cad_future_done(self->future))
        cad__future_finish(self->future, NULL, error, NULL);
    cad_future_unref(self->future);
    cad__unlink(&self->link);
    cad__free(self);
}

static void start(job *self) {
    struct cad__threads *threads = self->loop->threads;
    if (cad__linked(&self->link))
        cad__unlink(&self->link);
    cad__append(&threads->running, &self->link);
    threads->busy++;
    int error = self->loop->driver->start_work(self->loop->driver, &self->work);
    if (error != 0) {
        threads->busy--;
        finish(self, error);
    }
}

/* What was cancelled while it waited for a worker is never started. */
static void start_next(cad_loop *loop) {
    struct cad__threads *threads = loop->threads;
    while (threads->busy < loop->workers && !cad__list_empty(&threads->waiting)) {
        job *next = CAD__CONTAINER(threads->waiting.next, job, link);
        if (cad_future_cancelled(next->future))
            finish(next, 0);
        else
            start(next);
    }
}

static void done(cad_work *work) {
    job *self = CAD__CONTAINER(work, job, work);
    cad_loop *loop = self->loop;
    loop->threads->busy--;
    if (loop->closing)
        return; /* the job is freed with the rest */
    finish(self, 0);
    start_next(loop);
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

int cad_to_thread(void (*fn)(void *arg), void *arg, int64_t virtual_ns) {
    cad_loop *loop = cad__current()->object.loop;
    job *self = cad__zalloc(sizeof *self);
    cad_future *future = self != NULL ? cad_future_new(loop) : NULL;
    if (future == NULL) {
        cad__free(self);
        return CAD_ENOMEM;
    }
    self->work = (cad_work){.run = run, .done = done, .virtual_ns = virtual_ns};
    self->loop = loop;
    self->future = cad_future_ref(future);
    self->fn = fn;
    self->arg = arg;
    if (loop->threads->busy < loop->workers)
        start(self);
    else
        cad__append(&loop->threads->waiting, &self->link);
    return cad__begin(&to_thread_operation, future);
}

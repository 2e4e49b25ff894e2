/* asyncio.as_completed(): an iterator over futures in the order in which they are done. */
#include "waiter.h"

typedef struct member {
    cad__follower follower;
    cad__link link; /* among the completed */
    cad_as_completed *owner;
} member;

struct cad_as_completed {
    cad__object object;
    cad__waiters waiters; /* tasks in cad_as_completed_next() */
    cad__link completed;  /* and not yet handed out */
    cad__timer timer;
    int64_t until_ns;   /* when it ends the iteration; CAD_NEVER */
    size_t count, left; /* futures in all, and not yet completed */
    size_t expired;     /* futures that the timeout has replaced, not yet handed out */
    size_t asked;       /* calls of next() */
    member members[];
};

void cad__as_completed_member_done(cad__entry *entry) {
    member *done = CAD__CONTAINER(entry, member, follower.entry);
    cad_as_completed *self = done->owner;
    cad__append(&self->completed, &done->link);
    if (--self->left == 0)
        cad__timer_cancel(self->object.loop, &self->timer);
    self->object.loop->cause = cad__task_or_null(done->follower.future);
    (void)cad__wake_first(&self->waiters);
    self->object.loop->cause = NULL;
}

void cad__as_completed_expire(cad__entry *entry) {
    cad_as_completed *self = CAD__CONTAINER(entry, cad_as_completed, timer.entry);
    for (size_t i = 0; i < self->count; i++)
        cad__unfollow(&self->members[i].follower);
    /* One TimeoutError for each future that is missing: whoever asks for the next gets one. */
    self->expired = self->left;
    for (size_t i = 0; i < self->expired; i++)
        (void)cad__wake_first(&self->waiters);
}

static void clear(cad__object *object) {
    cad_as_completed *self = CAD__CONTAINER(object, cad_as_completed, object);
    cad__timer_cancel(object->loop, &self->timer);
    for (size_t i = 0; i < self->count; i++) {
        cad__unfollow(&self->members[i].follower);
        cad_future_unref(self->members[i].follower.future);
    }
}

static size_t waiters(const cad__object *object) {
    return CAD__CONTAINER(object, const cad_as_completed, object)->waiters.count;
}

static void followed(const cad__object *object, cad_followed_visitor *visit, void *arg) {
    const cad_as_completed *self = CAD__CONTAINER(object, const cad_as_completed, object);
    for (size_t i = 0; i < self->count; i++)
        visit(self->members[i].follower.future, arg);
}

static int64_t until(const cad__object *object) {
    return CAD__CONTAINER(object, const cad_as_completed, object)->until_ns;
}

static const cad__type as_completed_type = {
    .name = "as_completed",
    .followed = followed,
    .traced = CAD__TRACED_WHEN_USED,
    .waiters = waiters,
    .until = until,
    .clear = clear,
};

int cad_as_completed_new(cad_loop *loop, cad_future *const *futures, size_t count,
                         int64_t timeout_ns, cad_as_completed **out) {
    cad_as_completed *self;
    *out = NULL;
    self = cad__object_new(loop, &as_completed_type, sizeof *self + count * sizeof(member));
    if (self == NULL)
        return CAD_ENOMEM;
    cad__waiters_init(&self->waiters);
    cad__list_init(&self->completed);
    self->timer.entry.kind = CAD__ENTRY_AS_COMPLETED_TIMEOUT;
    self->until_ns = CAD_NEVER;
    if (timeout_ns != CAD_NEVER && count > 0) {
        self->until_ns = cad_loop_deadline(loop, timeout_ns);
        int error = cad__timer_start(loop, &self->timer, self->until_ns);
        if (error != 0) {
            cad__object_free(&self->object);
            return error;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (futures[i]->marked)
            continue; /* it is a set */
        futures[i]->marked = true;
        member *next = &self->members[self->count++];
        next->follower.entry.kind = CAD__ENTRY_AS_COMPLETED;
        next->follower.future = cad_future_ref(futures[i]);
        next->owner = self;
        cad__follow(&next->follower);
    }
    for (size_t i = 0; i < self->count; i++)
        self->members[i].follower.future->marked = false;
    self->left = self->count;
    *out = self;
    return 0;
}

size_t cad_as_completed_count(const cad_as_completed *iterator) {
    return iterator->count;
}

/* Waits for the next one that is done: 0 and *done; NULL otherwise. */
static int next_done(cad_task *task, cad_future **done) {
    *done = NULL;
    cad__wait *wait = &cad__task_of(task)->wait;
    cad_as_completed *self = wait->object;
    bool none = cad__list_empty(&self->completed) && self->expired == 0;
    if (wait->error != 0) {
        /* As Queue.get() does: what it had been woken for is the next one's. */
        if (!none && wait->state != CAD__WAIT_CANCELLED)
            (void)cad__wake_first(&self->waiters);
        return wait->error;
    }
    if (none)
        return cad__park(task, &self->waiters);
    if (cad__list_empty(&self->completed)) {
        self->expired--;
        return cad_raise(CAD_ETIMEDOUT, NULL);
    }
    member *next = CAD__CONTAINER(self->completed.next, member, link);
    cad__unlink(&next->link);
    *done = next->follower.future;
    return 0;
}

static int next_poll(cad_task *task) {
    cad_future *done;
    int result = next_done(task, &done);
    return result != 0 ? result : cad_future_result(done, cad__task_of(task)->wait.out);
}

static int next_future_poll(cad_task *task) {
    cad_future *done;
    int result = next_done(task, &done);
    if (result == 0)
        *cad__task_of(task)->wait.out = done;
    return result;
}

static const cad__operation next_operation = {.verb = "as_completed", .poll = next_poll};
static const cad__operation next_future_operation = {.verb = "as_completed",
                                                     .poll = next_future_poll};

static int ask(cad_as_completed *iterator, const cad__operation *operation, void **out) {
    if (iterator->asked == iterator->count)
        return cad_raise(CAD_EINVAL, "as_completed() has no more futures");
    iterator->asked++;
    cad__wait *wait = cad__current_wait();
    wait->out = out;
    return cad__begin(wait, operation, iterator);
}

int cad_as_completed_next(cad_as_completed *iterator, void **value) {
    return ask(iterator, &next_operation, value);
}

int cad_as_completed_next_future(cad_as_completed *iterator, void **future) {
    return ask(iterator, &next_future_operation, future);
}

void cad_as_completed_free(cad_as_completed *iterator) {
    cad__object *object = iterator != NULL ? &iterator->object : NULL;
    CAD__ASSERT_UNUSED(object, &as_completed_type);
    cad__object_free(object);
}

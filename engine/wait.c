/* asyncio.wait() and wait_for().
 *
 * A call of wait() is an object of its own for as long as it lasts: a follower a future, a timer,
 * and the one waiter, the task itself, which whatever comes first wakes. wait_for() is an await
 * inside a timeout, as in asyncio, but where there is no time to wait: then the future is
 * cancelled, and its end waited for. */
#include "waiter.h"

typedef struct waiting waiting;

typedef struct member {
    cad__follower follower;
    waiting *owner;
} member;

/* One call of cad_wait(). */
struct waiting {
    cad__object object;
    cad_task *task;      /* who waits */
    cad__waiters waiter; /* the task, or nobody any more */
    cad__timer timer;
    int64_t timeout_ns;
    int64_t until_ns; /* when the timer ends it; CAD_NEVER */
    enum cad_return_when return_when;
    size_t count, left;
    size_t coming; /* the wait is over: callbacks that are in the ready queue all the same */
    member members[];
};

static void release_waiter(waiting *self) {
    (void)cad__wake_first(&self->waiter);
}

void cad__wait_expire(cad__entry *entry) {
    release_waiter(CAD__CONTAINER(entry, waiting, timer.entry));
}

const cad_task *cad__wait_task(const cad__entry *entry) {
    return CAD__CONTAINER(entry, waiting, timer.entry)->task;
}

static bool failed(cad_future *future) {
    if (cad_future_cancelled(future))
        return false;
    future->retrieved = true;
    return future->error != 0;
}

void cad__wait_member_done(cad__entry *entry) {
    member *done = CAD__CONTAINER(entry, member, follower.entry);
    waiting *self = done->owner;
    cad_loop *loop = self->object.loop;
    self->left--;
    if (self->left == 0 || self->return_when == CAD_FIRST_COMPLETED ||
        (self->return_when == CAD_FIRST_EXCEPTION && failed(done->follower.future))) {
        cad__timer_cancel(loop, &self->timer);
        loop->cause = cad__task_or_null(done->follower.future);
        release_waiter(self);
        loop->cause = NULL;
    }
    if (self->coming > 0 && --self->coming == 0)
        cad__object_free(&self->object);
}

static void clear(cad__object *object) {
    waiting *self = CAD__CONTAINER(object, waiting, object);
    cad__timer_cancel(object->loop, &self->timer);
    for (size_t i = 0; i < self->count; i++) {
        cad__unfollow(&self->members[i].follower);
        cad_future_unref(self->members[i].follower.future);
    }
}

static void followed(const cad__object *object, cad_followed_visitor *visit, void *arg) {
    const waiting *self = CAD__CONTAINER(object, const waiting, object);
    for (size_t i = 0; i < self->count; i++)
        visit(self->members[i].follower.future, arg);
}

static int64_t until(const cad__object *object) {
    return CAD__CONTAINER(object, const waiting, object)->until_ns;
}

static const cad__type wait_type = {
    .name = "wait", .followed = followed, .until = until, .clear = clear};

static waiting *new_waiting(cad_loop *loop, cad_future *const *futures, size_t count) {
    waiting *self = cad__object_new(loop, &wait_type, sizeof *self + count * sizeof(member));
    if (self == NULL)
        return NULL;
    cad__waiters_init(&self->waiter);
    self->timer.entry.kind = CAD__ENTRY_WAIT_TIMEOUT;
    for (size_t i = 0; i < count; i++) {
        if (futures[i]->marked)
            continue; /* it is a set */
        futures[i]->marked = true;
        member *next = &self->members[self->count++];
        next->follower.entry.kind = CAD__ENTRY_WAIT;
        next->follower.future = cad_future_ref(futures[i]);
        next->owner = self;
    }
    for (size_t i = 0; i < self->count; i++)
        self->members[i].follower.future->marked = false;
    self->left = self->count;
    return self;
}

/* The wait is over. Futures that were done in this iteration still call back, as in asyncio, where
 * that asks for their exceptions: who waits no longer, cancelled or out of time, knows of them. */
static void end(waiting *self) {
    cad__timer_cancel(self->object.loop, &self->timer);
    for (size_t i = 0; i < self->count; i++) {
        cad__follower *follower = &self->members[i].follower;
        if (self->return_when == CAD_FIRST_EXCEPTION && cad_future_done(follower->future))
            self->coming += cad__linked(&follower->entry.link);
        else
            cad__unfollow(follower);
    }
    if (self->coming == 0)
        cad__object_free(&self->object);
}

static int begin(waiting *self, cad_task *task) {
    self->task = task;
    self->until_ns = CAD_NEVER;
    if (self->timeout_ns != CAD_NEVER) {
        self->until_ns = cad_loop_deadline(self->object.loop, self->timeout_ns);
        int error = cad__timer_start(self->object.loop, &self->timer, self->until_ns);
        if (error != 0) {
            end(self);
            return error;
        }
    }
    for (size_t i = 0; i < self->count; i++)
        cad__follow(&self->members[i].follower);
    return cad__park(task, &self->waiter);
}

static int wait_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    waiting *self = wait->item;
    if (wait->phase++ == 0)
        return begin(self, task);
    int done = 0;
    for (size_t i = 0; i < self->count; i++)
        done += cad_future_done(self->members[i].follower.future);
    end(self);
    return wait->error != 0 ? wait->error : done;
}

static void wait_drop(cad_task *task) {
    end(cad__task_of(task)->wait.item);
}

static const cad__operation wait_operation = {
    .verb = "wait", .poll = wait_poll, .drop = wait_drop, .item_follows = true};

int cad_wait(cad_future *const *futures, size_t count, enum cad_return_when return_when,
             int64_t timeout_ns) {
    cad_task *task = cad__current();
    if (count == 0)
        return cad_raise(CAD_EINVAL, "Set of Tasks/Futures is empty.");
    waiting *self = new_waiting(task->object.loop, futures, count);
    if (self == NULL)
        return CAD_ENOMEM;
    self->return_when = return_when;
    self->timeout_ns = timeout_ns;
    cad__wait *wait = cad__current_wait();
    wait->item = self;
    return cad__begin(wait, &wait_operation, NULL);
}

/* --- wait_for -------------------------------------------------------------------------------- */

/* With time to wait: awaiting the future in a timeout scope. wait.item is the scope. */
static int wait_for_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    cad_timeout *scope = wait->item;
    int result = cad__await_poll(task);
    return result == CAD_PENDING ? result : cad_timeout_leave(scope, result);
}

static void wait_for_drop(cad_task *task) {
    cad_future_unref(cad__task_of(task)->wait.object);
}

static const cad__operation wait_for_operation = {
    .verb = "wait_for", .poll = wait_for_poll, .drop = wait_for_drop};

/* Without: the future is cancelled, and its end waited for. wait.item is the wait for it. */
static int cancel_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    waiting *self = wait->item;
    if (wait->phase++ == 0) {
        int result = begin(self, task);
        if (result == CAD_PENDING)
            (void)cad__future_cancel(self->members[0].follower.future, NULL);
        return result;
    }
    int result = wait->error;
    if (result == 0) {
        result = cad_future_result(self->members[0].follower.future, wait->out);
        if (result == CAD_ECANCELLED)
            result = cad_raise(CAD_ETIMEDOUT, NULL);
    }
    end(self);
    return result;
}

static const cad__operation cancel_operation = {
    .verb = "wait_for", .poll = cancel_poll, .drop = wait_drop};

int cad_wait_for(cad_future *future, int64_t timeout_ns, void **value) {
    cad__wait *wait = cad__current_wait();
    if (cad_future_done(future) && timeout_ns <= 0)
        return cad_future_result(future, value);
    wait->out = value;
    if (timeout_ns > 0) {
        cad_timeout *scope;
        int error = cad_timeout_enter(timeout_ns, &scope);
        if (error != 0)
            return error;
        wait->item = scope;
        return cad__begin(wait, &wait_for_operation, future);
    }
    waiting *self = new_waiting(future->object.loop, &future, 1);
    if (self == NULL)
        return CAD_ENOMEM;
    self->timeout_ns = CAD_NEVER;
    wait->item = self;
    return cad__begin(wait, &cancel_operation, future);
}

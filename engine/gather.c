/* asyncio.gather() and shield(): futures that follow others.
 *
 * Either is a future that nobody but its followers ends. It holds a reference to itself for as long
 * as one of them can still come, because the program may have given its own back. */
#include "waiter.h"

typedef struct gathering gathering;

static const cad__type gather_type;

typedef struct child {
    cad__follower follower; /* follows nothing in the second place of the same future */
    gathering *owner;
} child;

struct gathering {
    cad_future outer; /* has a reference to itself until all children have called back */
    bool return_exceptions;
    bool cancel_requested;
    /* While cancel() is at work on the children: */
    bool cancelling;
    bool taken;         /* by one of them at least */
    size_t at;          /* the child that is next */
    gathering *above;   /* the one among whose children it was found; NULL: this is the first */
    cad__task *awaiter; /* the task there that waits for this one; NULL: this one is the child */
    size_t count;       /* of children, in the order given */
    size_t unique, finished; /* different ones */
    child children[];
};

static gathering *gathering_of(cad_future *future) {
    return CAD__CONTAINER(future, gathering, outer);
}

static void fail(gathering *self, cad_future *future) {
    cad_exception *exception;
    int error = cad__future_take(future, NULL, &exception);
    cad__future_finish(&self->outer, NULL, error, exception);
    cad_exception_unref(exception);
}

/* All are done. A gathering that was cancelled ends with what the last child would raise if it
 * were cancelled, whether it is or not: with the message of its last cancel(), as in asyncio. */
static void finish(gathering *self) {
    cad_future *last = self->children[self->count - 1].follower.future;
    for (size_t i = 0; i < self->count; i++)
        self->children[i].follower.future->retrieved = true;
    if (!self->cancel_requested)
        cad__future_finish(&self->outer, NULL, 0, NULL);
    else if (cad_future_cancelled(last))
        fail(self, last);
    else if (cad__task_or_null(last) != NULL)
        cad__future_finish(&self->outer, NULL, CAD_ECANCELLED,
                           cad__task_of(last)->cancel_exception);
    else
        cad__future_finish(&self->outer, NULL, CAD_ECANCELLED, NULL);
}

static void child_done(gathering *self, cad_future *future) {
    self->finished++;
    if (cad_future_done(&self->outer))
        future->retrieved |= !cad_future_cancelled(future);
    else if (!self->return_exceptions && future->error != 0)
        fail(self, future);
    else if (self->finished == self->unique)
        finish(self);
    if (self->finished == self->unique)
        cad_future_unref(&self->outer);
}

void cad__gather_child_done(cad__entry *entry) {
    child *done = CAD__CONTAINER(entry, child, follower.entry);
    cad_future *future = done->follower.future;
    cad_loop *loop = future->object.loop;
    loop->cause = cad__task_or_null(future);
    child_done(done->owner, future);
    loop->cause = NULL;
}

/* --- Cancelling: trees of gatherings are gone through in a loop, as chains of tasks are ------- */

/* The gathering that `future` is, where that is one which is not done; else NULL. */
static gathering *pending_gathering(cad_future *future) {
    bool pending = future != NULL && future->object.type == &gather_type;
    return pending && !cad_future_done(future) ? gathering_of(future) : NULL;
}

/* Ready to be gone through. */
static void begin_cancel(gathering *self, gathering *above, cad__task *awaiter) {
    self->cancelling = true;
    self->taken = false;
    self->at = 0;
    self->above = above;
    self->awaiter = awaiter;
}

/* Cancels the next child. Where that leads to another gathering this one is to be gone through
 * first, and is returned; otherwise `self` is. NULL: it leads round in a circle, to one that is
 * being gone through or among tasks alone. */
static gathering *cancel_next(gathering *self, cad_exception *exception) {
    cad_future *future = self->children[self->at++].follower.future;
    bool is_task = cad__task_or_null(future) != NULL;
    cad__task *task = is_task ? cad__task_cancel_down(future, exception) : NULL;
    gathering *inner = pending_gathering(task != NULL ? cad__task_awaits(task) : future);
    if (inner != NULL && !inner->cancelling) {
        begin_cancel(inner, self, task);
        return inner;
    }
    if (inner != NULL || (task == NULL && cad__task_in_circle(future)))
        return NULL;
    if (task == NULL)
        self->taken |= cad__future_cancel(future, exception) > 0;
    else if (cad__wait_cancel(task, exception) == 0)
        cad__task_must_cancel(task, exception);
    self->taken |= task != NULL;
    return self;
}

/* All children have been told. Returns the gathering to go on with. */
static gathering *end_cancel(gathering *self, cad_exception *exception) {
    self->cancelling = false;
    self->cancel_requested |= self->taken;
    if (self->awaiter != NULL && !self->taken)
        cad__task_must_cancel(self->awaiter, exception);
    if (self->above != NULL)
        self->above->taken |= self->taken || self->awaiter != NULL;
    return self->above;
}

/* As an exception leaves asyncio's, which goes round until that is a RecursionError: what has been
 * cancelled stays so. */
static int give_up(gathering *self) {
    for (; self != NULL; self = self->above)
        self->cancelling = false;
    return CAD_ESTACK;
}

static int cancel(cad_future *outer, cad_exception *exception) {
    gathering *self = pending_gathering(outer);
    if (self == NULL)
        return 0;
    begin_cancel(self, NULL, NULL);
    while (self != NULL) {
        gathering *next = NULL;
        if (self->at == self->count)
            next = end_cancel(self, exception);
        else if ((next = cancel_next(self, exception)) == NULL)
            return give_up(self);
        self = next;
    }
    return gathering_of(outer)->taken;
}

static void clear(cad__object *object) {
    gathering *self = CAD__CONTAINER(object, gathering, outer.object);
    for (size_t i = 0; i < self->count; i++) {
        cad__unfollow(&self->children[i].follower);
        cad_future_unref(self->children[i].follower.future);
    }
    cad__future_clear(object);
}

static void followed(const cad__object *object, cad_followed_visitor *visit, void *arg) {
    const gathering *self = CAD__CONTAINER(object, const gathering, outer.object);
    for (size_t i = 0; i < self->count; i++)
        visit(self->children[i].follower.future, arg);
}

static const cad__type gather_type = {
    .name = "gather",
    .followed = followed,
    .traced = CAD__TRACED_WHEN_USED,
    .describe = cad__future_describe,
    .waiters = cad__future_waiters,
    .clear = clear,
    .cancel = cancel,
    .verb = "gather",
};

static void add_child(gathering *self, cad_future *future) {
    child *next = &self->children[self->count++];
    next->follower.future = cad_future_ref(future);
    next->owner = self;
    next->follower.entry.kind = CAD__ENTRY_GATHER;
    if (future->marked)
        return;
    future->marked = true;
    self->unique++;
    if (!cad_future_done(future))
        cad__follow(&next->follower);
}

/* Those that are done already call back at once; each of the children is unmarked. */
static void take_done(gathering *self) {
    for (size_t i = 0; i < self->count; i++) {
        cad_future *future = self->children[i].follower.future;
        bool first = future->marked;
        future->marked = false;
        if (first && cad_future_done(future))
            child_done(self, future);
    }
}

int cad_gather(cad_loop *loop, cad_future *const *futures, size_t count, bool return_exceptions,
               cad_future **outer) {
    gathering *self;
    *outer = NULL;
    self = cad__future_new(loop, &gather_type, sizeof *self + count * sizeof(child));
    if (self == NULL)
        return CAD_ENOMEM;
    self->return_exceptions = return_exceptions;
    *outer = &self->outer;
    if (count == 0) {
        cad__future_finish(&self->outer, NULL, 0, NULL);
        return 0;
    }
    cad_future_ref(&self->outer);
    for (size_t i = 0; i < count; i++)
        add_child(self, futures[i]);
    take_done(self);
    return 0;
}

/* --- shield ---------------------------------------------------------------------------------- */

typedef struct shielding {
    cad_future outer; /* has a reference to itself while it is subscribed to the inner one */
    cad__follower inner;
    cad__follower outer_done;
} shielding;

void cad__shield_inner_done(cad__entry *entry) {
    shielding *self = CAD__CONTAINER(entry, shielding, inner.entry);
    cad_future *inner = self->inner.future;
    cad_loop *loop = inner->object.loop;
    loop->cause = cad__task_or_null(inner);
    if (cad_future_cancelled(&self->outer)) {
        inner->retrieved |= !cad_future_cancelled(inner);
    } else if (cad_future_cancelled(inner)) {
        (void)cad__future_cancel_plain(&self->outer, NULL);
    } else {
        inner->retrieved = true;
        cad__future_finish(&self->outer, inner->value, inner->error, inner->exception);
    }
    loop->cause = NULL;
    cad_future_unref(&self->outer);
}

void cad__shield_outer_done(cad__entry *entry) {
    shielding *self = CAD__CONTAINER(entry, shielding, outer_done.entry);
    if (cad_future_done(self->inner.future))
        return;
    cad__unfollow(&self->inner);
    cad_future_unref(&self->outer);
}

static void clear_shield(cad__object *object) {
    shielding *self = CAD__CONTAINER(object, shielding, outer.object);
    cad__unfollow(&self->inner);
    cad__unfollow(&self->outer_done);
    cad_future_unref(self->inner.future);
    cad__future_clear(object);
}

static void shield_followed(const cad__object *object, cad_followed_visitor *visit, void *arg) {
    visit(CAD__CONTAINER(object, const shielding, outer.object)->inner.future, arg);
}

static const cad__type shield_type = {
    .name = "shield",
    .followed = shield_followed,
    .traced = CAD__TRACED_WHEN_USED,
    .describe = cad__future_describe,
    .waiters = cad__future_waiters,
    .clear = clear_shield,
    .cancel = cad__future_cancel_plain,
    .verb = "shield",
};

int cad_shield(cad_future *inner, cad_future **outer) {
    if (cad_future_done(inner)) {
        *outer = cad_future_ref(inner);
        return 0;
    }
    shielding *self = cad__future_new(inner->object.loop, &shield_type, sizeof *self);
    *outer = NULL;
    if (self == NULL)
        return CAD_ENOMEM;
    self->inner.entry.kind = CAD__ENTRY_SHIELD_INNER;
    self->inner.future = cad_future_ref(inner);
    self->outer_done.entry.kind = CAD__ENTRY_SHIELD_OUTER;
    self->outer_done.future = &self->outer;
    cad_future_ref(&self->outer);
    cad__follow(&self->inner);
    cad__follow(&self->outer_done);
    *outer = &self->outer;
    return 0;
}

/* future.h - futures, and what follows them.
 */
#ifndef CADRAN_FUTURE_H
#define CADRAN_FUTURE_H

#include "entry.h"
#include "ready.h"

/* References are counted while the loop lives: the program's, and those of whatever refers to a
 * future for longer than a call. When the loop is freed (`closing`) they no longer count, and
 * everything goes in the order of cad_loop_free(). */
enum cad__future_state { CAD__FUTURE_PENDING, CAD__FUTURE_CANCELLED, CAD__FUTURE_FINISHED };

struct cad_future {
    cad__object object;
    cad__link callbacks; /* cad__entry of each task that awaits it and each done callback */
    void *value;
    cad_exception *exception; /* may be NULL whatever the error */
    int32_t error;            /* 0: `value` is the result */
    uint32_t refs;
    uint8_t state;
    bool retrieved : 1;      /* the error has been asked for */
    bool exception_once : 1; /* a cancelled task's exception goes to the first who asks */
    bool marked : 1;         /* met before, while a list of futures is gone through */
    /* The task's, kept here to fill the word: */
    bool must_cancel : 1; /* a cancel() that found no wait to end: the next step raises it */
    bool stackful : 1;    /* a coroutine, not a step machine */
    bool started : 1;
    bool ready_traced : 1; /* the trace has a `ready` event open for it */
    uint16_t scopes;       /* timeouts and groups that it has entered and not left */
    uint32_t cancelling;
};

/* Makes a future of some kind (its type and size). One reference. */
void *cad__future_new(cad_loop *loop, const cad__type *type, size_t size);
/* Ends a pending future and schedules its callbacks. finish() takes a reference of its own to
 * the exception; a code of CAD_ECANCELLED makes it an exception, not a cancelled future. */
void cad__future_finish(cad_future *future, void *value, int error, cad_exception *exception);
void cad__future_set_cancelled(cad_future *future, cad_exception *exception);
/* Future.cancel() as a plain future does it; and as its type does. */
int cad__future_cancel_plain(cad_future *future, cad_exception *exception);
int cad__future_cancel(cad_future *future, cad_exception *exception);
/* The describe() and the waiters() of every kind of future that is no task. */
void cad__future_describe(const cad__object *object, cad_object_info *info);
size_t cad__future_waiters(const cad__object *object);
/* The clear() of a plain future, and the last part of that of every other kind. */
void cad__future_clear(cad__object *object);
/* The result as it stands: what cad_future_result() returns, the detail in *exception as a
 * reference of the caller's. */
int cad__future_take(cad_future *future, void **value, cad_exception **exception);

/* What is told when a future is done: its entry is among the future's callbacks, and in the ready
 * queue one iteration later, as for any done callback. */
typedef struct cad__follower {
    cad__entry entry;
    cad_future *future; /* whoever this is a part of sees to it that it stays */
} cad__follower;

/* The poll of cad_await(): wait.object is the future, wait.out the place for its value. */
int cad__await_poll(cad_task *task);

/* The entry joins the ready queue when the future is done, or now if it is done already. */
static inline void cad__future_subscribe(cad_future *future, cad__entry *entry) {
    if (future->state == CAD__FUTURE_PENDING)
        cad__append(&future->callbacks, &entry->link);
    else
        cad__ready(future->object.loop, entry);
}

/* The same for what knows its future. */
static inline void cad__follow(cad__follower *follower) {
    cad__future_subscribe(follower->future, &follower->entry);
}

/* Takes it from where it is, among the callbacks or the ready ones; it may be in neither. */
void cad__unfollow(cad__follower *follower);

#endif

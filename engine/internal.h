/* internal.h - what the files of the engine share, and no program sees.
 *
 * The life of one wait, which everything else here serves: a task calls an operation
 * (cad_queue_get, say). cad__begin() polls it; the poll finds the queue empty, puts the task
 * among the queue's waiters with cad__park(), and returns CAD_PENDING. A put later calls
 * cad__wake(), which appends the task to the ready queue. When its turn comes, the loop polls
 * the operation again, and hands the result to the task: as the return value of cad_queue_get()
 * in a coroutine, as the argument of the next step in a step machine.
 *
 * From here on down, each part knows those above it: memory (error.c, pool.c); lists; entries of
 * the ready queue and timers (entry.c, timer.c); objects (object.c); futures (future.c); waits and
 * tasks (waiter.c, task.c); coroutines (context.c, and stack.h below it); the loop (clock.c,
 * loop.c, thread.c); the trace (trace.c). What a primitive is stays in its own file.
 *
 * All of it runs on the thread that runs the loop, but for what says otherwise. Functions are
 * inline where a benchmark would see the call.
 */
#ifndef CADRAN_INTERNAL_H
#define CADRAN_INTERNAL_H

#include <assert.h>
#include <stdatomic.h>

#include "cadran.h"
#include "driver.h"
#include "link.h"
#include "stack.h"

/* --- Wrong use --------------------------------------------------------------------------- */

/* What the program must not do ends it, in every build, and is said where it is noticed: `what` is
 * wrong. SLOW is for checks that take more than a few instructions, and there in debug builds.
 * (What the library itself must hold is assert()'s.) */
#define CAD__ASSERT(condition, what) CAD__ASSERT_AT(__FILE__, __LINE__, __func__, condition, what)
#ifdef NDEBUG
#define CAD__ASSERT_SLOW(condition, what) ((void)0)
#else
#define CAD__ASSERT_SLOW CAD__ASSERT
#endif

/* The same for functions that others are the place of. */
#define CAD__ASSERT_AT(file, line, function, condition, what)                                      \
    (__builtin_expect(!(condition), 0) ? cad__mistaken(file, line, function, what) : (void)0)

_Noreturn void cad__mistaken(const char *file, int line, const char *function, const char *what)
    __attribute__((cold));

/* --- Memory ------------------------------------------------------------------------------ */

/* Over cad_realloc(). NULL: out of memory. */
void *cad__zalloc(size_t size); /* zeroed */
void cad__free(void *pointer);
char *cad__strdup(const char *text);

/* Memory for objects of a loop: see pool.c. Sizes of 8, 16, ... 512 bytes; larger ones are
 * allocated singly. */
enum { CAD__POOL_CLASSES = 65 };

typedef struct cad__pool {
    void *free[CAD__POOL_CLASSES]; /* by size class: a list through the first word */
    struct cad__block *blocks;
    char *fresh; /* what of the last block was never used */
    size_t left;
} cad__pool;

/* Zeroed. The size class is to be remembered for free. NULL: out of memory. */
void *cad__pool_alloc(cad__pool *pool, size_t size, unsigned *size_class);
void cad__pool_free(cad__pool *pool, void *piece, unsigned size_class);
/* Frees all blocks, with whatever is still in them. */
void cad__pool_clear(cad__pool *pool);

/* For functions that do nothing but fetch: gcc takes a call of one for a call without effect. */
#define CAD__INLINE static inline __attribute__((always_inline))

/* For what happens seldom, in functions that are called all the time: where it is inlined the
 * others pay for its registers. */
#define CAD__APART __attribute__((noinline))

/* Asks for memory that will be wanted soon, and does not wait for it. The address may be any. */
CAD__INLINE void cad__fetch(uintptr_t from, size_t size) {
    enum { LINE = 64 };
    for (size_t offset = 0; offset < size; offset += LINE)
        __builtin_prefetch((const void *)(from + offset));
}

/* --- Entries of the ready queue, timers ---------------------------------------------------- */

/* A row for each kind of entry: what it is called in traces, what runs when its turn comes, and
 * what says which task it is about. Kind and task are what an entry is to anybody but its owner:
 * what a trace tells of it, and what the order of turns may depend on. */
#define CAD__ENTRY_KINDS(X)                                                                        \
    /* a task's turn; its timer while it sleeps; its end, noticed one iteration later */           \
    X(TASK, "task", cad__task_run, cad__entry_own_task)                                            \
    X(TIMER, "timer", cad__slept, cad__entry_own_task)                                             \
    X(END, "end", cad__task_ended, cad__entry_own_task)                                            \
    /* the program's callbacks: call_soon() and its like, from other threads, of a future */       \
    X(CALLBACK, "callback", cad__handle_run, cad__entry_no_task)                                   \
    X(POSTED, "threadsafe_callback", cad__posted_run, cad__entry_no_task)                          \
    X(DONE_CALLBACK, "done_callback", cad__done_callback_run, cad__follower_task)                  \
    /* a timeout's deadline; the done callbacks and the deadlines of what follows futures */       \
    X(TIMEOUT, "timeout", cad__timeout_expire, cad__timeout_task)                                  \
    X(WAIT, "wait", cad__wait_member_done, cad__follower_task)                                     \
    X(WAIT_TIMEOUT, "wait_timeout", cad__wait_expire, cad__wait_task)                              \
    X(AS_COMPLETED, "as_completed", cad__as_completed_member_done, cad__follower_task)             \
    X(AS_COMPLETED_TIMEOUT, "as_completed_timeout", cad__as_completed_expire, cad__entry_no_task)  \
    X(GATHER, "gather", cad__gather_child_done, cad__follower_task)                                \
    X(SHIELD_INNER, "shield_inner", cad__shield_inner_done, cad__follower_task)                    \
    X(SHIELD_OUTER, "shield_outer", cad__shield_outer_done, cad__follower_task)                    \
    X(TASK_GROUP, "task_group", cad__task_group_member_done, cad__follower_task)                   \
    /* what cad_loop_run_until() runs for is done */                                               \
    X(RUN_UNTIL, "run_until", cad__run_until_done, cad__follower_task)                             \
    /* a request to a simulated world has come to its end */                                       \
    X(REQUEST, "request", cad__request_ended, cad__entry_no_task)                                  \
    /* signals have come: they are read, and in the next iteration their callbacks run */          \
    X(SIGNALS, "signals", cad__signals_turn, cad__entry_no_task)                                   \
    /* a descriptor can be read, can be written; a connection is lost */                           \
    X(READER, "reader", cad__watcher_turn, cad__entry_no_task)                                     \
    X(WRITER, "writer", cad__watcher_turn, cad__entry_no_task)                                     \
    X(CONNECTION_LOST, "connection_lost", cad__transport_lost_turn, cad__entry_no_task)

enum cad__entry_kind {
#define CAD__KIND(kind, name, run, task) CAD__ENTRY_##kind,
    CAD__ENTRY_KINDS(CAD__KIND)
#undef CAD__KIND
};

#define CAD__KIND(kind, name, run, task)                                                           \
    void run(cad__entry *entry);                                                                   \
    const cad_task *task(const cad__entry *entry);
CAD__ENTRY_KINDS(CAD__KIND)
#undef CAD__KIND

/* By kind. */
extern const struct cad__entry_row {
    void (*run)(cad__entry *entry);
    const cad_task *(*task)(const cad__entry *entry);
    const char *name;
} cad__entry_rows[];

/* It has been taken from the queue: what it stands for happens. */
static inline void cad__entry_run(cad__entry *entry) {
    cad__entry_rows[entry->kind].run(entry);
}

/* The task that it is about; NULL: none. */
static inline const cad_task *cad__entry_task(const cad__entry *entry) {
    return cad__entry_rows[entry->kind].task(entry);
}

/* A literal. */
static inline const char *cad__entry_name(const cad__entry *entry) {
    return cad__entry_rows[entry->kind].name;
}

/* What is told when a future is done: its entry is among the future's callbacks, and in the ready
 * queue one iteration later, as for any done callback. */
typedef struct cad__follower {
    cad__entry entry;
    cad_future *future; /* whoever this is a part of sees to it that it stays */
} cad__follower;

#define CAD__TIMER_NONE UINT32_MAX

/* See timer.c. The first three members are what each iteration looks at. */
typedef struct cad__timers {
    int64_t first_ns; /* the first deadline; CAD_NEVER without timers */
    struct cad__timer_slot {
        int64_t deadline_ns;
        uint64_t order; /* among equal deadlines the first created is first: a sequence, and in the
                           low half the number */
    } * slots;          /* a 4-ary heap; slots[0] is the first to fire, and not cancelled */
    size_t count;
    union cad__timer_entry {
        cad__timer *timer;  /* NULL: cancelled, and its slot is still there */
        uint32_t next_free; /* of a number that is in no slot */
    } * table;              /* by number */
    size_t capacity;        /* of either */
    void *block;            /* that both are in */
    size_t cancelled;       /* slots of timers that are cancelled */
    uint32_t used;          /* numbers that were ever taken */
    uint32_t free_number;   /* the first free one of these; or CAD__TIMER_NONE */
    uint32_t next_sequence;
} cad__timers;

void cad__timers_init(cad__timers *timers);
void cad__timers_clear(cad__timers *timers);
/* 0 or CAD_ENOMEM. */
CAD__APART int cad__timer_start(cad_loop *loop, cad__timer *timer, int64_t deadline_ns);
/* Stops it, or takes it out of the ready queue; does nothing when it is in neither. */
void cad__timer_cancel(cad_loop *loop, cad__timer *timer);
/* Appends the entries of all timers due at `now_ns` to the ready queue. */
CAD__APART void cad__timers_fire(cad_loop *loop, int64_t now_ns);

/* --- Objects ------------------------------------------------------------------------------- */

typedef struct cad__waiters cad__waiters;

/* What every object of a loop begins with. A program's pointer to a primitive, a future or a task
 * is a pointer to this, so that cad_set_name() and its like take any of them. */
typedef struct cad__object {
    const struct cad__type *type;
    cad_loop *loop;
    cad__link all; /* in the loop's list of objects */
    char *name;    /* NULL until given or asked for */
    uint64_t
        id : 48; /* of a task: cad_task_id(); 0: a part of another object, which stands for it */
    uint64_t size_class : 8; /* in the loop's pool */
    uint64_t traced : 1;     /* the trace sink has been told that it exists */
} cad__object;

#define CAD__ID(number) ((number) & ((UINT64_C(1) << 48) - 1))

/* Which objects a trace is told of, beside the tasks, which have events of their own. */
enum cad__traced {
    CAD__TRACED_NEVER,
    CAD__TRACED_WHEN_USED, /* when a task waits for it, or when it is given a name */
    CAD__TRACED_ALWAYS,    /* the primitives */
};

/* The last wake of a kind that was of use to nobody, for reports. Zeroed: there was none. */
typedef struct cad__lost {
    bool known;
    int64_t when_ns;
    char *task; /* the name of the one that it went to; NULL: to none, or no memory */
} cad__lost;

void cad__lost_note(cad__lost *lost, const cad__object *object, const cad_task *task);
void cad__lost_forget(cad__lost *lost);
/* Fills in all but the verb. False: there was none. */
bool cad__lost_tell(const cad__lost *lost, cad_lost_info *info);

typedef struct cad__type {
    const char *name;
    enum cad__traced traced;
    /* Fills in info->count and info->fields; and adds those that are details. NULL: there are none.
     */
    void (*describe)(const cad__object *object, cad_object_info *info);
    void (*describe_details)(const cad__object *object, cad_object_info *info);
    size_t (*waiters)(const cad__object *object);
    const cad_task *(*holder)(const cad__object *object); /* NULL: this type has none */
    /* cad_followed(); NULL: it follows nothing. */
    void (*followed)(const cad__object *object, cad_followed_visitor *visit, void *arg);
    /* What a line of those who wait for it is called; NULL: "waiters", of which it has no others.
     */
    const char *(*line)(const cad__object *object, const cad__waiters *waiters);
    /* cad_wait_lost(), of one who stands in that line; NULL: this type knows of none. */
    bool (*lost)(const cad__object *object, const char *line, cad_lost_info *info);
    /* When what waits there ends it by itself, or CAD_NEVER; NULL: it does not. */
    int64_t (*until)(const cad__object *object);
    /* Gives back what the object holds besides its own memory. */
    void (*clear)(cad__object *object);
    /* Futures only: Future.cancel(). `exception` is borrowed. 1 if the request was taken, 0 if not,
     * CAD_ESTACK where it goes round in a circle of awaits. */
    int (*cancel)(cad_future *future, cad_exception *exception);
    const char *verb; /* futures only: what awaiting it is called; NULL: "await" */
} cad__type;

/* Zeroed, of `size` bytes, and the loop's from now on. */
void *cad__object_new(cad_loop *loop, const cad__type *type, size_t size);
/* Clears it, takes it from the loop and frees it; takes NULL. */
void cad__object_free(cad__object *object);
/* The last part of that, and of the loop's end. */
void cad__object_release(cad__object *object);
const char *cad__object_name(cad__object *object);
/* cad_object_describe(), with or without those fields that are details. */
void cad__object_describe(const cad__object *object, bool details, cad_object_info *info);
/* The name that it has without being given one, as snprintf() does. */
int cad__object_own_name(const cad__object *object, char *buffer, size_t size);
/* For assertions. Whether a task waits for the object; and, which looks at every task, whether one
 * is in the middle of an operation on it, be it woken already. Both take NULL. */
bool cad__object_awaited(const cad__object *object);
bool cad__object_in_use(const cad__object *object);

/* Before it is freed by the program. */
#define CAD__ASSERT_UNUSED(object)                                                                 \
    do {                                                                                           \
        CAD__ASSERT(!cad__object_awaited(object), "a task waits for it");                          \
        CAD__ASSERT_SLOW(!cad__object_in_use(object), "a task that was woken has yet to use it");  \
    } while (0)

/* --- Futures ------------------------------------------------------------------------------- */

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

/* The poll of cad_await(): wait.object is the future, wait.out the place for its value. */
int cad__await_poll(cad_task *task);

/* The entry joins the ready queue when the future is done, or now if it is done already. */
static inline void cad__future_subscribe(cad_future *future, cad__entry *entry);
/* The same for what knows its future. */
static inline void cad__follow(cad__follower *follower);
/* Takes it from where it is, among the callbacks or the ready ones; it may be in neither. */
void cad__unfollow(cad__follower *follower);

/* --- Waits --------------------------------------------------------------------------------- */

/* An operation that can wait. */
typedef struct cad__operation {
    const char *verb; /* asyncio's word */
    /* Begins or continues the operation of the task: 0 or a result of its own, an error, or
     * CAD_PENDING after one of cad__park(), cad__wait_future(), cad__yield(). The first poll
     * finds wait.phase 0. Later ones find wait.error: 0 when the wait was won, CAD_ECANCELLED
     * when it was ended by a cancel, whether or not it had been won before (wait.state). */
    int (*poll)(cad_task *task);
    /* The task is dropped in the middle of it; NULL: nothing to give back. */
    void (*drop)(cad_task *task);
    /* The lock that the task waits for in the middle of it; NULL: never one. */
    cad_lock *(*lock)(const cad_task *task);
    bool tells;        /* poll() itself tells the trace of the result */
    bool item_follows; /* wait.item is an object that follows what is waited for */
} cad__operation;

/* Tasks that wait, first come first. */
struct cad__waiters {
    cad__link list; /* of cad__wait.link */
    size_t count;   /* of those neither woken nor cancelled yet */
};

enum cad__wait_state {
    CAD__WAIT_NONE,      /* not waiting, or waiting for its turn only */
    CAD__WAIT_PARKED,    /* among an object's waiters */
    CAD__WAIT_SLEEPING,  /* parked with its timer running */
    CAD__WAIT_FUTURE,    /* awaits a future, whose cancel() a cancel goes to */
    CAD__WAIT_WON,       /* was parked, and woken */
    CAD__WAIT_CANCELLED, /* was parked, and cancelled */
};

/* What a task waits for: one thing at a time, so there is one of these in each task, and an
 * operation keeps here whatever it must remember between two polls. That is a few words, and not
 * the same ones for all: each union below has a row for each that needs it, and an operation uses
 * one of each at most. A coroutine that has not begun waits for nothing yet, and has what it is to
 * run here. */
typedef struct cad__wait {
    const cad__operation *operation; /* NULL: none in progress */
    void *object;                    /* the primitive or future that it is about */
    cad__link link;                  /* among the object's waiters */
    union {
        cad__waiters *waiters;    /* while it is parked there */
        cad_exception *cancelled; /* in CAD__WAIT_CANCELLED: what it is cancelled with */
    };
    union {
        void *item;                  /* put: the item; others: a block or scope of their own */
        int64_t deadline_ns;         /* sleep */
        size_t index;                /* a barrier's: the place among the parties */
        int (*predicate)(void *arg); /* a condition's wait_for() */
        cad_coroutine *fn;           /* before the first step: what is to run */
    };
    union {
        void **out; /* where the caller wants the value; NULL: nowhere */
        void *arg;  /* of `predicate`, of `fn` */
    };
    union {
        int64_t since_ns;  /* loop time at which the wait began, for reports */
        size_t stack_size; /* before the first step: of the coroutine's stack */
    };
    /* Side by side, so that one store begins an operation, and two a wait in it: */
    int32_t error;
    uint8_t state;
    bool keep;     /* keeps its place among the waiters until the task runs */
    uint8_t phase; /* the operation's own: how far it has come */
    uint8_t inner; /* the same of the operation inside it */
} cad__wait;

struct cad__coroutine;

struct cad__task {
    cad_future future;
    cad__timer timer; /* its place in the ready queue; its timer while it sleeps */
    cad__wait wait;
    union {
        struct cad__coroutine *coroutine; /* NULL before the first step and after the last */
        const cad_step_type *step;
    };
    cad_exception *cancel_exception; /* of the last cancel() that found no wait to end */
    cad_exception *raised;           /* with the last error returned to it */
};

typedef struct cad__task cad__task;

extern const cad__type cad__task_type;
/* A coroutine has returned. */
void cad__task_end(cad__task *task, int code);

/* Whose turn it is, and the result with which it goes on. */
typedef struct cad__turn {
    cad__task *task;
    int result;
} cad__turn;

/* The turn of the running coroutine is over: it waits, or has ended. Where the next in the ready
 * queue is a coroutine too, its turn begins here and now: then one switch does, where two would by
 * way of the loop's stack. Its `task` is NULL where the loop has to go on. */
cad__turn cad__task_next(cad_loop *loop);
/* Whether it waits, through tasks that await one another, for a task that waits for it itself, or
 * for another such circle: then a cancel has no end to go to. */
bool cad__task_in_circle(const cad_future *future);

/* The parts of a task's cancel(). It goes down the chain of tasks that await one another, in a
 * loop, because who cancels may be a coroutine with a small stack, and the chain long. Notes the
 * request in each; returns the last one, whose wait is to be ended; NULL: it is done, or waits in a
 * circle. */
cad__task *cad__task_cancel_down(cad_future *future, cad_exception *exception);
/* Where it has no wait that could be ended: its next step raises it. */
void cad__task_must_cancel(cad__task *task, cad_exception *exception);
/* The future that it awaits; NULL when it waits for anything else, or not at all. */
cad_future *cad__task_awaits(const cad__task *task);

static inline cad__task *cad__task_of(const cad_future *future) {
    assert(future->object.type == &cad__task_type);
    return CAD__CONTAINER(future, cad__task, future);
}

/* The task that an entry of the kinds TASK, TIMER and END is a part of. */
CAD__INLINE cad__task *cad__entry_owner(const cad__entry *entry) {
    return CAD__CONTAINER(entry, cad__task, timer.entry);
}

/* Fetches the task that an entry of the ready queue, or a timer, is a part of. Most are. */
CAD__INLINE void cad__task_fetch(const cad__entry *entry) {
    cad__fetch((uintptr_t)entry - offsetof(cad__task, timer.entry), sizeof(cad__task));
}

static inline const cad_task *cad__task_or_null(const cad_future *future) {
    return future->object.type == &cad__task_type ? future : NULL;
}

/* Starts an operation on `object`. `wait` is cad__current_wait(), into which the caller has put
 * what the operation's poll finds there (item, out). Returns what the public call returns. */
int cad__begin(cad__wait *wait, const cad__operation *operation, void *object);

/* For polls. Parks the task at the end of `waiters`; CAD_PENDING. The wake, or a cancel, takes it
 * from there. */
int cad__park(cad_task *task, cad__waiters *waiters);
/* The same, but the task keeps its place until its poll calls cad__leave(). */
int cad__park_keeping(cad_task *task, cad__waiters *waiters);
void cad__leave(cad_task *task);
/* Parks it until its timer fires. CAD_PENDING or CAD_ENOMEM. */
int cad__park_until(cad_task *task, int64_t deadline_ns);
/* Waits for a future, which must outlive the wait; CAD_PENDING. */
int cad__wait_future(cad_task *task, cad_future *future);
/* Lets the others run once; CAD_PENDING. */
int cad__yield(cad_task *task);

/* Ends a parked task's wait: the task is appended to the ready queue. */
void cad__wake(cad_task *task);
/* What a cancel does first: ends the wait, or hands the cancel on to the future awaited, whose
 * result it returns. 0 when there is nothing to end: the task runs, or is about to. `exception` is
 * borrowed. */
int cad__wait_cancel(cad__task *task, cad_exception *exception);
/* Goes on with the operation in progress, when the task's turn has come: its result, or
 * CAD_PENDING. The loop is the task's. */
int cad__wait_resume(cad_loop *loop, cad__task *task);
/* What a parked task waits for, and in which line of it; NULL: for nothing that is an object. For
 * the trace. */
cad__object *cad__parked_at(const cad__task *task, const char **line);
/* Takes the task out of everything that it waits in. */
void cad__wait_drop(cad__task *task);
/* The first task of a list of waiters, NULL when it is empty. */
static inline cad_task *cad__first_waiter(const cad__waiters *waiters);
/* Takes the first task from the list and wakes it; false when there is none. */
bool cad__wake_first(cad__waiters *waiters);
void cad__wake_all(cad__waiters *waiters);

/* Notes `exception` (a reference that is taken over) as what goes with an error returned to the
 * running task, or to the program; returns code. */
int cad__raise(int code, cad_exception *exception);

/* What carries what a read got, or where a search stopped; NULL: out of memory. */
cad_exception *cad__exception_incomplete(const char *message, const char *partial, size_t size);
cad_exception *cad__exception_overrun(const char *message, size_t consumed);

/* --- Coroutines ------------------------------------------------------------------------------ */

/* Gives the task a stack, on which its wait.fn(wait.arg) will begin. False: out of memory. */
bool cad__coroutine_new(cad__task *task);
/* From the loop: begins it, or goes on with it: its suspended call of cad__coroutine_suspend()
 * returns `result`. Comes back when its turn is over, and those of all coroutines right behind. */
void cad__coroutine_enter(cad__task *task, int result);
/* From anywhere, a coroutine too: begins it, for an eager start. Comes back when it waits or has
 * ended. */
void cad__coroutine_start(cad__task *task);
/* From inside: lets others take their turns. */
int cad__coroutine_suspend(cad__task *task);
/* Gives the stack back without running it to its end. */
void cad__coroutine_drop(cad__task *task);
/* Bytes of the stack that it runs on. */
size_t cad__coroutine_stack_size(const cad__task *task);

/* What it goes on with is at the top of its stack, unless that is a deep one: registers, and the
 * frame of its function. The coroutine itself is above. */
CAD__INLINE void cad__coroutine_fetch(const cad__task *task) {
    enum { FRAMES = 256 };
    if (task->future.stackful)
        cad__fetch((uintptr_t)task->coroutine - FRAMES, FRAMES + 1);
}

/* A loop's stacks, recycled among its coroutines without asking anybody (see stack.c for what is
 * shared by all loops). */
struct cad__stacks {
    cad__stack *free[CAD__STACK_CLASSES]; /* by size class, the last used one first */
    size_t kept;                          /* bytes of them all */
    size_t count;                         /* these and those in use */
};
void cad__stacks_free(cad_loop *loop);

/* The task of the coroutine that runs, where `address` is in the guard of its stack; else NULL. May
 * be called in a signal handler. */
const cad_task *cad__coroutine_guarded(const void *address);
/* From now until unwatch(), a coroutine of this loop that overflows its stack is named on standard
 * error before the process ends. On the thread that runs the loop; each may be called twice. */
void cad__overflow_watch(cad_loop *loop);
void cad__overflow_unwatch(cad_loop *loop);

/* --- The loop ------------------------------------------------------------------------------ */

/* A power of two. */
enum { CAD__TOLD_LINES = 16 };

/* As much is read from a descriptor at once. */
enum { CAD__BYTES = 64 * 1024 };

/* What a loop bears before its time moves on by itself: see clock.c. */
typedef struct cad__patience {
    int64_t work_ns;     /* of a turn that takes long */
    int64_t restless_ns; /* of turns without an end */
    int64_t behind_ns;   /* of timers that are due */
} cad__patience;

struct cad_loop {
    cad_driver *driver;
    cad__link ready; /* what runs in the next iteration */
    cad__link batch; /* what is left of this one */
    cad__timers timers;
    cad_task *current;     /* the task that runs */
    const cad_task *cause; /* on whose behalf a callback runs, for the trace */
    cad__link tasks;       /* that have not ended, by creation (cad__object.all) */
    cad__link objects;     /* everything else that is freed with the loop */
    cad__pool pool;        /* the memory of both */
    size_t live;           /* tasks whose end has not been noticed, and holds */
    bool complete;         /* it was 0: this iteration is the last, whatever it still creates */
    size_t holds;          /* of these, what cad_loop_hold() holds */
    bool eager_tasks;      /* how tasks start that leave it open */
    unsigned eager;        /* eager starts under way, each inside the one before */
    int64_t due_ns;        /* the loop's time: that at which what runs now was to run (clock.c) */
    int64_t now_ns;        /* the driver's, when last looked at: never before due_ns */
    bool counts_work;      /* turns are measured, from */
    int64_t turn_ns;       /* this time of the driver's */
    bool nominal;          /* what is outside ends when it says that it will */
    const cad__patience *patience;
    unsigned restless; /* iterations since nothing was ready, on the loop's stack */
    int64_t rested_ns; /* when that was, by the driver's clock */
    unsigned turns;    /* iterations on coroutines' stacks since the last on the loop's */
    unsigned unlooked; /* iterations since the loop last looked outside */
    int64_t looked_ns; /* when that was */
    int64_t limit_ns;  /* its time goes no further; less than CAD_NEVER */
    bool started, stopping;
    int result;   /* of the last run */
    bool closing; /* everything goes: references no longer count */
    atomic_int
        interrupted;      /* set from signal handlers too: a signal's number, or CAD__INTERRUPTED */
    int signal;           /* of the last run: the signal that interrupted it */
    int64_t signal_ns;    /* signal handlers': when the one came that `interrupted` has */
    cad__link interrupts; /* the signals that interrupt it */
    struct cad__signals *signals;  /* with handlers, since the first; NULL */
    atomic_bool signals_came;      /* for these; set from signal handlers, too */
    atomic_ullong signals_handled; /* bit n - 1: signal n has a handler, and interrupts nothing */
    cad__link requests;            /* under way */
    size_t awaited;                /* of these, what goes on by itself */
    struct cad__readers *readers;  /* of other libraries, since the first; NULL */
    char *bytes;                   /* where transports read into, since the first; NULL */
    cad_wait_hook *wait_hooks;
    cad_clock_hook *clock_hooks;
    uint64_t next_object, next_task;
    cad_exception *raised; /* with the last error returned outside tasks */
    cad_exception_handler *handler;
    void *handler_arg;
    cad_task_namer *namer;
    void *namer_arg;
    struct cad__stacks stacks;
    bool watches_overflow;
    cad__stack *signal_stack;     /* where overflows are handled, while it watches for them */
    struct cad__threads *threads; /* call_soon_threadsafe and the worker pool */
    unsigned workers;
    struct cad__tracer {
        const cad_trace_sink *sink;
        int64_t last_ns;
        bool in_turn;         /* of an entry of ... */
        uint8_t turn;         /* ... this kind */
        bool run_open;        /* the sink knows that it runs */
        const cad_task *runs; /* in this turn: a task, or NULL for a callback */
        uint64_t iterations;  /* since the sink listens */
        cad__object *fresh;   /* the first of the loop's objects that are to be told of; NULL */
        cad__object *changed; /* what has changed and is to be told of; NULL */
        struct cad__told_line {
            const cad__type *type;
            const char *line; /* a literal */
            bool told;        /* its length is a part of the state that the sink wants */
        } lines[CAD__TOLD_LINES];
    } tracer;
    struct cad__tracer *trace; /* NULL: nobody listens */
    bool tells_details;        /* somebody does, and asks for them */
};

#define CAD__INTERRUPTED (-1) /* by no signal */

/* The loop that runs on this thread. Where none does it is one without a task, not NULL: who wants
 * the running task looks once, not twice. */
extern _Thread_local cad_loop *cad__running __attribute__((tls_model("initial-exec")));

/* The running task; and the wait that it is about to begin. */
#define cad__current() cad__current_at(__FILE__, __LINE__, __func__)
#define cad__current_wait() cad__current_wait_at(__FILE__, __LINE__, __func__)

CAD__INLINE cad_task *cad__current_at(const char *file, int line, const char *function) {
    cad_task *current = cad__running->current;
    CAD__ASSERT_AT(file, line, function, current != NULL, "called outside a task");
    return current;
}

CAD__INLINE cad__wait *cad__current_wait_at(const char *file, int line, const char *function) {
    cad__wait *wait = &cad__task_of(cad__current_at(file, line, function))->wait;
    CAD__ASSERT_AT(file, line, function, wait->operation == NULL,
                   "a step begins an operation while another is pending");
    return wait;
}

static inline cad_task *cad__first_waiter(const cad__waiters *waiters) {
    if (cad__list_empty(&waiters->list))
        return NULL;
    return &CAD__CONTAINER(waiters->list.next, cad__task, wait.link)->future;
}

static inline void cad__waiters_init(cad__waiters *waiters) {
    cad__list_init(&waiters->list);
    waiters->count = 0;
}

/* --- Trace --------------------------------------------------------------------------------- */

/* The callers of these look first whether anybody listens, which is all that it costs then. */
#define CAD__TRACE(loop, call)                                                                     \
    do {                                                                                           \
        if (__builtin_expect((loop)->trace != NULL, 0))                                            \
            call;                                                                                  \
    } while (0)

/* The same of what only those are told who ask for details. */
#define CAD__TRACE_DETAIL(loop, call)                                                              \
    do {                                                                                           \
        if (__builtin_expect((loop)->tells_details, 0))                                            \
            call;                                                                                  \
    } while (0)

CAD__APART void cad__trace_task_begin(cad_task *task);
CAD__APART void cad__trace_task_end(cad_task *task, int code, const cad_exception *exception);
CAD__APART void cad__trace_wake(cad_task *task);
/* All of a list are about to join the ready queue, in their order. Tasks among them are woken. */
CAD__APART void cad__trace_join_all(cad_loop *loop, const cad__link *entries);
/* Details: an entry becomes the last one of the ready queue; is about to be taken out of it before
 * its turn; an iteration begins. */
CAD__APART void cad__trace_ready(cad_loop *loop, cad__entry *entry);
CAD__APART void cad__trace_leave(cad_loop *loop, const cad__entry *entry);
CAD__APART void cad__trace_iteration(cad_loop *loop);
/* An entry has been taken from the ready queue for its turn. */
CAD__APART void cad__trace_turn_begin(cad_loop *loop, cad__entry *entry);
/* The turn is over; nothing where none has begun. */
CAD__APART void cad__trace_turn_end(cad_loop *loop);
/* Inside a turn another task begins to run, or the one whose turn it is goes on; NULL: a callback.
 */
CAD__APART void cad__trace_turn_passes(cad_loop *loop, const cad_task *task);
CAD__APART void cad__trace_cancel(cad_task *task, const cad_exception *exception);
/* An object has been made: it is told of with the next event, by when it may have a name. */
CAD__APART void cad__trace_new(cad__object *object);
/* It has been given a name. */
CAD__APART void cad__trace_name(cad__object *object);
/* It is about to be freed. */
CAD__APART void cad__trace_free(cad__object *object);
/* Its state has changed. */
CAD__APART void cad__trace_object(cad__object *object);
/* The task is leaving the line that it stands in: the object has changed, and is told of with what
 * else the same operation changes. */
CAD__APART void cad__trace_unpark(cad__task *task);
/* operation->poll(), and its result. */
CAD__APART int cad__trace_poll(cad__task *task);
/* A detail: an operation on a primitive has come to its result. */
CAD__APART void cad__trace_operation(cad__object *object, const char *verb, int result);
/* The same, of one that gives or takes an item. */
CAD__APART void cad__trace_item(cad__object *queue, const char *verb, int result,
                                enum cad_item_move move, void *item, size_t place);
/* The time of the next event. Where the clock has moved while something ran, what was open before
 * is told now: before anything else is, also by a program that adds events of its own. */
CAD__APART int64_t cad__trace_time(cad_loop *loop);

/* Tells an event that needs nothing else: calls the sink's function `event`, if it has one. */
#define CAD__TELL(loop, event, ...)                                                                \
    do {                                                                                           \
        if (__builtin_expect((loop)->trace != NULL && (loop)->trace->sink->event != NULL, 0)) {    \
            const cad_trace_sink *cad__sink = (loop)->trace->sink;                                 \
            cad__sink->event(cad__sink->context, cad__trace_time(loop), __VA_ARGS__);              \
        }                                                                                          \
    } while (0)

/* A primitive's state has changed. */
#define CAD__CHANGED(primitive)                                                                    \
    CAD__TRACE((primitive)->object.loop, cad__trace_object(&(primitive)->object))

/* Returns the result of an operation that does not wait; `object` is the primitive's. */
static inline int cad__did(cad__object *object, const char *verb, int result) {
    CAD__TRACE_DETAIL(object->loop, cad__trace_operation(object, verb, result));
    return result;
}

/* --- Order ---------------------------------------------------------------------------------- */

/* For a coroutine whose turn is over: takes the entry that is next, if it can run on a coroutine's
 * stack; begins the next iteration where that needs nothing from outside. NULL: the loop has to go
 * on. */
cad__entry *cad__loop_take(cad_loop *loop);

/* Appends to the ready queue. */
static inline void cad__ready(cad_loop *loop, cad__entry *entry) {
    if (__builtin_expect(loop->tells_details, 0))
        cad__trace_ready(loop, entry); /* which appends it, so that nothing is left to do here */
    else
        cad__append(&loop->ready, &entry->link);
}

static inline void cad__future_subscribe(cad_future *future, cad__entry *entry) {
    if (future->state == CAD__FUTURE_PENDING)
        cad__append(&future->callbacks, &entry->link);
    else
        cad__ready(future->object.loop, entry);
}

static inline void cad__follow(cad__follower *follower) {
    cad__future_subscribe(follower->future, &follower->entry);
}

/* The loop's time, which moves here and nowhere else, but where the world is simulated. At first;
 * and before the first iteration of a run, the loop's first run or another. */
void cad__clock_init(cad_loop *loop);
void cad__clock_start(cad_loop *loop);
/* Looks at the driver's clock: now_ns. */
void cad__clock_look(cad_loop *loop);
/* When nothing is ready: whether timers are due, and not so long that it is no use to catch up.
 * Where the world is real this looks. */
bool cad__clock_behind(cad_loop *loop);
/* When nothing was ready, and nothing is now or what came from outside, right behind a look: to the
 * first deadline, where that has come, or to now. */
void cad__clock_go_on(cad_loop *loop);
/* Before an iteration for which turns are ready; some of them have come from outside. */
void cad__clock_busy(cad_loop *loop, bool arrived);

CAD__APART void cad__clock_turn_over(cad_loop *loop);

/* Between two turns. */
CAD__INLINE void cad__clock_turn(cad_loop *loop) {
    if (__builtin_expect(loop->counts_work, 0))
        cad__clock_turn_over(loop);
}

/* Tells those who want to be told. */
CAD__APART void cad__before_wait(cad_loop *loop, int64_t until_ns);

/* Calls from other threads, and the worker pool. */
int cad__threads_new(cad_loop *loop);
bool cad__threads_pending(cad_loop *loop); /* calls from other threads have come in */
void cad__threads_collect(cad_loop *loop); /* makes them ready */
void cad__threads_free(cad_loop *loop);

/* --- The world outside -------------------------------------------------------------------- */

/* Memory for a request, zeroed: `size` bytes, whose last member it is, and the driver's part
 * behind them. NULL: out of memory. cad__free() when it is over, or was never begun. */
void *cad__request_new(cad_loop *loop, size_t size, enum cad_request_kind kind);
/* Begins it: 0, and its done() will be called, or the driver's error. */
int cad__submit(cad_loop *loop, cad_request *request);
/* Whether it goes on by itself, as it is now, so that it is no deadlock to wait for its end. */
void cad__request_await(cad_request *request, bool awaited);
/* It is no longer wanted; its done() is called all the same, now or soon. */
void cad__cancel(cad_request *request);
/* Cancels all that is under way, and waits for its end. */
void cad__requests_end(cad_loop *loop);

/* Signals for which there are handlers: whether some have come; makes them ready; and whether
 * there is a handler for one, which may be asked in a signal handler. */
static inline bool cad__signals_pending(const cad_loop *loop) {
    return atomic_load_explicit(&loop->signals_came, memory_order_relaxed);
}
CAD__APART void cad__signals_collect(cad_loop *loop);
bool cad__signal_is_handled(const cad_loop *loop, int number);

/* cad_loop_run() returns: what has interrupted it is past. */
void cad__interrupt_heeded(cad_loop *loop);

/* TaskGroup.create_task(), before and after the task starts: whether the group takes one
 * (CAD_ERUNTIME, CAD_ENOMEM), with room for it; and takes it in, which may have ended already. Room
 * that is not used is given back with cad__free(). */
typedef struct cad__group_member cad__group_member;
int cad__task_group_prepare(cad_task_group *group, cad__group_member **room);
void cad__task_group_add(cad_task_group *group, cad__group_member *room, cad_task *task);

#endif

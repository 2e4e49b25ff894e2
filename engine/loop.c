/* The loop: what it runs, when it waits, and why it ends.
 *
 * What becomes ready joins `ready`. An iteration moves all of that to `batch` and runs it to its
 * end; what its turns make ready has to wait for the next one. Before each iteration the loop
 * either keeps up, where something is ready (keep_up()), or lets time pass until something is
 * (pass_time()).
 *
 * Iterations are begun in two places. iterate() is on the loop's own stack, and does all that there
 * is to do between two of them. But where coroutines hand the turn on to one another, going back
 * there would be a switch of stacks each time; so the one that suspends last begins the next
 * iteration itself (cad__loop_take()), as long as nothing from outside is needed for that, no turn
 * comes that must not run on a small stack, and not without end: every so many iterations the loop
 * has its own stack again, and looks outside. */
#include <string.h>

#include "clock.h"
#include "coroutine.h"
#include "exception.h"
#include "interrupt.h"
#include "loop.h"
#include "request.h"
#include "thread.h"

static cad_loop none; /* the loop of a thread that runs none; nothing of it is ever written */

_Thread_local cad_loop *cad__running = &none;

enum {
    DEFAULT_WORKERS = 4,
    TURNS = 16,           /* iterations that coroutines may begin before it is the loop's turn, */
    LOOK_ITERATIONS = 64, /* and the loop before it looks outside, */
    LOOK_NS = 10 * 1000 * 1000, /* or the time that they may take */
};

int cad_loop_new(cad_driver *driver, cad_loop **out) {
    *out = NULL;
    if (driver == NULL)
        return CAD_ENOMEM;
    cad_loop *loop = cad__zalloc(sizeof *loop);
    if (loop == NULL) {
        driver->free(driver);
        return CAD_ENOMEM;
    }
    loop->driver = driver;
    loop->workers = DEFAULT_WORKERS;
    loop->limit_ns = CAD_NEVER - 1;
    loop->result = CAD_PENDING;
    cad__list_init(&loop->ready);
    cad__list_init(&loop->batch);
    cad__list_init(&loop->tasks);
    cad__list_init(&loop->objects);
    cad__list_init(&loop->interrupts);
    cad__list_init(&loop->requests);
    cad__timers_init(&loop->timers);
    driver->loop = loop;
    cad__clock_init(loop);
    int error = cad__threads_new(loop);
    if (error == 0 && driver->interrupt != 0)
        error = cad_loop_interrupt_on(loop, driver->interrupt);
    if (error != 0) {
        cad_loop_free(loop);
        return error;
    }
    *out = loop;
    return 0;
}

static void clear_all(cad__link *list, bool futures) {
    for (cad__link *link = list->next; link != list; link = link->next) {
        cad__object *object = CAD__CONTAINER(link, cad__object, all);
        if (object->type->clear != NULL && (object->type->cancel != NULL) == futures)
            object->type->clear(object);
    }
}

static void free_all(cad__link *list) {
    while (!cad__list_empty(list)) {
        cad__object_release(CAD__CONTAINER(list->next, cad__object, all));
    }
}

void cad_loop_free(cad_loop *loop) {
    if (loop == NULL)
        return;
    CAD__ASSERT(cad__running != loop, "the loop runs");
    /* Objects refer to one another: each gives back what it holds while all are there, then all
     * go. First those that run code of the program's meanwhile, which may use the others; and not
     * before the workers have done with what that code frees. */
    if (loop->trace != NULL && loop->tracer.sink->end != NULL)
        loop->tracer.sink->end(loop->tracer.sink->context);
    loop->closing = true;
    loop->trace = NULL; /* nothing of this is a part of the run */
    loop->tells_details = false;
    cad__requests_end(loop);
    clear_all(&loop->tasks, true);
    clear_all(&loop->objects, true);
    clear_all(&loop->objects, false);
    loop->driver->free(loop->driver);
    cad__threads_free(loop);
    free_all(&loop->tasks);
    free_all(&loop->objects);
    cad__pool_clear(&loop->pool);
    cad__stacks_free(loop);
    cad_exception_unref(loop->raised);
    cad__timers_clear(&loop->timers);
    cad__free(loop->signals);
    cad__free(loop->bytes);
    cad__free(loop->readers);
    cad__free(loop);
}

int cad__loop_bytes(cad_loop *loop) {
    if (loop->bytes == NULL)
        loop->bytes = cad_realloc(NULL, CAD__BYTES + 1);
    return loop->bytes != NULL ? 0 : CAD_ENOMEM;
}

/* --- Running --------------------------------------------------------------------------------- */

/* At the loop's time. What is ready now is this iteration's batch; what becomes ready meanwhile is
 * the next one's. */
static void begin_iteration(cad_loop *loop) {
    if (loop->timers.first_ns <= loop->due_ns)
        cad__timers_fire(loop, loop->due_ns);
    CAD__TRACE_DETAIL(loop, cad__trace_iteration(loop));
    cad__splice(&loop->batch, &loop->ready);
}

/* Whether an iteration can begin on a coroutine's stack: where that needs nothing from outside. */
static bool may_begin_iteration(cad_loop *loop) {
    cad_driver *driver = loop->driver;
    if (loop->complete || loop->stopping || loop->interrupted != 0 || cad__signals_pending(loop) ||
        ++loop->turns == TURNS)
        return false;
    if (!cad__list_empty(&loop->ready))
        return true;
    if (!driver->simulated)
        return false;
    int64_t until_ns = loop->timers.first_ns;
    if (until_ns > loop->limit_ns || loop->wait_hooks != NULL)
        return false;
    (void)driver->wait(driver, until_ns);
    loop->now_ns = loop->due_ns = driver->now(driver);
    return true;
}

/* Whether an entry may run on a coroutine's stack, which can be a small one: where it is a
 * coroutine's turn, or nothing of the program's is called. */
static bool runs_on_coroutines(const cad__entry *entry) {
    const cad_future *future = &cad__entry_owner(entry)->future; /* if it is of these kinds */
    if (__builtin_expect(entry->kind == CAD__ENTRY_TASK, 1))
        return future->stackful;
    if (entry->kind == CAD__ENTRY_END)
        return future->refs > 1 || (future->stackful && !cad_future_unretrieved(future));
    return entry->kind == CAD__ENTRY_TIMER;
}

/* Takes the next entry of the batch; on a coroutine's stack only one that may run there. NULL: none
 * is left, or the rest has to wait. Whatever has its turn was taken here, so that this is where
 * another order than that of the queue would be chosen. */
CAD__INLINE cad__entry *take(cad_loop *loop, bool on_coroutine) {
    if (cad__list_empty(&loop->batch) || loop->interrupted)
        return NULL;
    cad__entry *entry = CAD__CONTAINER(loop->batch.next, cad__entry, link);
    if (on_coroutine && !runs_on_coroutines(entry))
        return NULL;
    cad__unlink(&entry->link);
    CAD__TRACE(loop, cad__trace_turn_begin(loop, entry));
    return entry;
}

cad__entry *cad__loop_take(cad_loop *loop) {
    if (cad__list_empty(&loop->batch)) {
        if (!may_begin_iteration(loop))
            return NULL;
        begin_iteration(loop);
    }
    return take(loop, true);
}

/* Whether its turn is one to be measured. What the end of a task calls, if anything, counts with
 * the next that is. */
static bool runs_the_program(enum cad__entry_kind kind) {
    return kind != CAD__ENTRY_TIMER && kind != CAD__ENTRY_END;
}

/* A turn is over, where turns are measured. */
static CAD__APART void measure(cad_loop *loop, enum cad__entry_kind kind) {
    if (runs_the_program(kind))
        cad__clock_turn_over(loop);
    else
        cad__clock_pass(loop);
}

static void run_batch(cad_loop *loop) {
    for (cad__entry *entry; (entry = take(loop, false)) != NULL;) {
        enum cad__entry_kind kind = (enum cad__entry_kind)entry->kind;
        cad__entry_run(entry);
        if (__builtin_expect(loop->counts_work, 0))
            measure(loop, kind);
        if (kind != CAD__ENTRY_TASK) /* which says so itself, while it is the one that runs */
            CAD__TRACE(loop, cad__trace_turn_end(loop));
    }
    /* An interrupt leaves the rest where it was: first in the queue. */
    cad__splice(&loop->batch, &loop->ready);
    cad__splice(&loop->ready, &loop->batch);
}

/* --- Waiting --------------------------------------------------------------------------------- */

void cad__before_wait(cad_loop *loop, int64_t until_ns) {
    cad_wait_hook *next;
    for (cad_wait_hook *hook = loop->wait_hooks; hook != NULL; hook = next) {
        next = hook->next;
        hook->before_wait(hook, until_ns);
    }
}

static bool has_turns(cad_loop *loop) {
    return !cad__list_empty(&loop->ready) || loop->stopping || loop->interrupted != 0;
}

static bool has_something_to_do(cad_loop *loop) {
    return has_turns(loop) || cad__threads_pending(loop) || cad__signals_pending(loop);
}

/* From now on a look can be put off. */
static void need_no_look(cad_loop *loop) {
    loop->unlooked = 0;
    loop->looked_ns = loop->now_ns;
}

/* While there is enough to do. In a simulated world nothing happens meanwhile; in the real one a
 * look costs as much as many turns, and is only taken where the loop does not come to rest: what
 * has happened is not of the time of what is ready. */
static void keep_up(cad_loop *loop, bool first) {
    bool simulated = loop->driver->simulated;
    const cad__link *last = loop->ready.prev;
    if (first || simulated || ++loop->unlooked >= LOOK_ITERATIONS ||
        loop->now_ns - loop->looked_ns >= LOOK_NS) {
        if (first || !simulated)
            (void)loop->driver->wait(loop->driver, 0);
        cad__threads_collect(loop);
        if (!simulated && !first) /* the first look is that of the clock's start */
            cad__clock_look(loop);
        need_no_look(loop);
    }
    if (first)
        cad__clock_start(loop);
    else if (!simulated)
        cad__clock_busy(loop, loop->ready.prev != last);
}

/* When nothing is to come within the limit: what else there is to wait for. What has happened
 * outside but was not looked at yet comes before a deadlock. */
CAD__APART static int wait_beyond_timers(cad_loop *loop) {
    bool timers = loop->timers.first_ns != CAD_NEVER, simulated = loop->driver->simulated;
    if (timers && simulated)
        return CAD_ETIMEDOUT;
    bool deadlocked = !timers && loop->holds == 0 && loop->awaited == 0;
    int64_t until_ns = simulated ? CAD_NEVER : loop->limit_ns + 1;
    bool hope = loop->driver->wait(loop->driver, deadlocked ? 0 : until_ns) && !deadlocked;
    return hope || has_something_to_do(loop) ? 0 : CAD_EDEADLOCK;
}

/* When there is nothing to do: until there is. 0, or why there will not be. */
static int wait_for_something(cad_loop *loop) {
    if (loop->wait_hooks != NULL)
        cad__before_wait(loop, loop->timers.first_ns);
    if (has_something_to_do(loop)) {
        (void)loop->driver->wait(loop->driver, 0);
        return 0;
    }
    if (loop->timers.first_ns > loop->limit_ns)
        return wait_beyond_timers(loop);
    (void)loop->driver->wait(loop->driver, loop->timers.first_ns);
    return 0;
}

/* When nothing is ready. What is outside comes after the timers that are due, unless they never
 * end. */
static int pass_time(cad_loop *loop) {
    if (!cad__clock_behind(loop)) {
        int error = wait_for_something(loop);
        if (error != 0)
            return error;
        cad__threads_collect(loop);
        cad__clock_look(loop);
    }
    cad__clock_go_on(loop);
    need_no_look(loop);
    return 0;
}

/* --- The run --------------------------------------------------------------------------------- */

/* asyncio's _run_once(): waits for something to do, then runs what is ready. What has happened
 * before the run comes before its first iteration. */
static int iterate(cad_loop *loop, bool first) {
    if (loop->due_ns > loop->limit_ns)
        return CAD_ETIMEDOUT;
    int error = 0;
    if (first || has_turns(loop))
        keep_up(loop, first);
    else
        error = pass_time(loop);
    loop->turns = 0;
    if (error != 0)
        return error;
    if (cad__signals_pending(loop))
        cad__signals_collect(loop);
    begin_iteration(loop);
    run_batch(loop);
    return loop->interrupted != 0 ? CAD_EINTERRUPTED : 0;
}

static int run(cad_loop *loop) {
    CAD__ASSERT(cad__running == &none, "loops do not nest");
    if (!loop->started) {
        loop->driver->start(loop->driver);
        loop->started = true;
    }
    int result = 0;
    loop->result = CAD_PENDING;
    cad__running = loop;
    if (loop->stacks.count > 0) /* otherwise the first one begins it */
        cad__overflow_watch(loop);
    loop->signal = 0;
    for (bool first = true; result == 0 && !loop->complete; first = false) {
        result = iterate(loop, first);
        if (result == 0 && loop->stopping && !loop->complete)
            result = CAD_ESTOPPED;
    }
    cad__overflow_unwatch(loop);
    cad__running = &none;
    loop->stopping = false;
    cad__interrupt_heeded(loop);
    loop->result = result;
    return result != 0 ? cad__raise(result, NULL) : 0;
}

int cad_loop_run(cad_loop *loop) {
    loop->complete = loop->live == 0;
    return run(loop);
}

void cad__run_until_done(cad__entry *entry) {
    CAD__CONTAINER(entry, cad__follower, entry)->future->object.loop->complete = true;
}

int cad_loop_run_until(cad_loop *loop, cad_future *future) {
    cad__follower goal = {.entry.kind = CAD__ENTRY_RUN_UNTIL, .future = future};
    loop->complete = false;
    loop->live++; /* so that the run is not complete with the last task's end */
    cad__follow(&goal);
    int result = run(loop);
    cad__unfollow(&goal);
    loop->live--;
    return result;
}

int cad_loop_result(const cad_loop *loop) {
    return loop->result;
}

bool cad_loop_is_virtual(const cad_loop *loop) {
    return loop->driver->simulated;
}

void cad_loop_stop(cad_loop *loop) {
    loop->stopping = true;
}

cad_loop *cad_running_loop(void) {
    return cad__running != &none ? cad__running : NULL;
}

int64_t cad_loop_time(cad_loop *loop) {
    return cad__clock_time(loop);
}

void cad_loop_hold(cad_loop *loop) {
    loop->live++;
    loop->holds++;
}

void cad_loop_release(cad_loop *loop) {
    CAD__ASSERT(loop->holds > 0, "more is released than was held");
    loop->complete |= --loop->live == 0;
    loop->holds--;
}

void cad_loop_set_limit(cad_loop *loop, int64_t limit_ns) {
    loop->limit_ns = limit_ns < CAD_NEVER ? limit_ns : CAD_NEVER - 1;
}

void cad_loop_add_wait_hook(cad_loop *loop, cad_wait_hook *hook) {
    cad_wait_hook **last = &loop->wait_hooks;
    while (*last != NULL)
        last = &(*last)->next;
    hook->next = NULL;
    *last = hook;
}

void cad_loop_remove_wait_hook(cad_loop *loop, cad_wait_hook *hook) {
    for (cad_wait_hook **at = &loop->wait_hooks; *at != NULL; at = &(*at)->next) {
        if (*at == hook) {
            *at = hook->next;
            return;
        }
    }
}

void cad_loop_set_threads(cad_loop *loop, unsigned threads) {
    CAD__ASSERT(threads > 0, "at least one thread is needed");
    loop->workers = threads;
}

void cad_loop_set_eager_tasks(cad_loop *loop, bool eager) {
    loop->eager_tasks = eager;
}

void cad_loop_set_task_namer(cad_loop *loop, cad_task_namer *namer, void *arg) {
    loop->namer = namer;
    loop->namer_arg = arg;
}

void cad_loop_set_exception_handler(cad_loop *loop, cad_exception_handler *handler, void *arg) {
    loop->handler = handler;
    loop->handler_arg = arg;
}

/* loop.add_signal_handler(): callbacks of the loop for signals of the process.
 *
 * A signal handler can do next to nothing: it notes the number in a ring, and wakes the loop. The
 * rest is what asyncio's self-pipe does, iteration by iteration: in the first one that begins after
 * the signal the numbers are read, in the next one the callbacks run, in the order of the signals.
 * So a signal that comes while the loop is busy is served before a timer that is due by then.
 *
 * The ring has one writer at a time, which the lock of signals.c sees to, and one reader, the
 * loop's thread. What does not fit is counted by number and is served after what did: none is lost,
 * only their order. */
#include <signal.h>

#include "entry.h"
#include "interrupt.h"
#include "ready.h"
#include "request.h"
#include "signals.h"

enum { RING = 1024 };

typedef struct handler {
    cad_callback *fn;
    void *arg;
    cad_request request;
} handler;

struct cad__signals {
    cad_loop *loop;
    handler *handlers[CAD__SIGNALS]; /* NULL: none */
    cad__entry entry;
    bool read;           /* the entry's next turn runs callbacks; else it reads */
    unsigned upto;       /* where the ring ended when it was read */
    unsigned begin;      /* of the ring; both count on, and are taken modulo its size */
    atomic_uint end;     /* the signal handler's */
    atomic_uint serving; /* `begin`, for the signal handler */
    uint8_t ring[RING];
    atomic_uint surplus[CAD__SIGNALS];
};

/* --- In the signal handler -------------------------------------------------------------------- */

static void note(struct cad__signals *signals, int number) {
    unsigned end = atomic_load_explicit(&signals->end, memory_order_relaxed);
    if (end - atomic_load(&signals->serving) == RING) {
        atomic_fetch_add(&signals->surplus[number], 1);
        return;
    }
    signals->ring[end % RING] = (uint8_t)number;
    atomic_store_explicit(&signals->end, end + 1, memory_order_release);
}

static void done(cad_request *request, int result) {
    cad_loop *loop = request->loop;
    if (result <= 0) {
        cad__free(CAD__CONTAINER(request, handler, request));
        return;
    }
    note(loop->signals, result);
    atomic_store(&loop->signals_came, true);
    loop->driver->wake(loop->driver);
}

bool cad__signal_is_handled(const cad_loop *loop, int number) {
    return (atomic_load(&loop->signals_handled) & UINT64_C(1) << (number - 1)) != 0;
}

/* --- On the loop's thread --------------------------------------------------------------------- */

void cad__signals_collect(cad_loop *loop) {
    struct cad__signals *signals = loop->signals;
    if (cad__linked(&signals->entry.link))
        return; /* what has come meanwhile is read when that has had its turns */
    atomic_store(&loop->signals_came, false);
    signals->read = false;
    cad__ready(loop, &signals->entry);
}

/* The callback may remove any handler, its own too: what is removed is not called any more. */
static void call(const struct cad__signals *signals, int number) {
    const handler *found = signals->handlers[number];
    if (found != NULL)
        found->fn(found->arg);
}

static void run_callbacks(struct cad__signals *signals) {
    while (signals->begin != signals->upto) {
        int number = signals->ring[signals->begin++ % RING];
        atomic_store(&signals->serving, signals->begin);
        call(signals, number);
    }
    for (int number = 1; number < CAD__SIGNALS; number++)
        for (unsigned more = atomic_exchange(&signals->surplus[number], 0); more > 0; more--)
            call(signals, number);
}

void cad__signals_turn(cad__entry *entry) {
    struct cad__signals *signals = CAD__CONTAINER(entry, struct cad__signals, entry);
    cad_loop *loop = signals->loop;
    if (signals->read) {
        run_callbacks(signals);
        return;
    }
    signals->upto = atomic_load_explicit(&signals->end, memory_order_acquire);
    signals->read = true;
    cad__ready(loop, entry);
}

/* --- Adding and removing ---------------------------------------------------------------------- */

static struct cad__signals *signals_of(cad_loop *loop) {
    if (loop->signals == NULL) {
        loop->signals = cad__zalloc(sizeof *loop->signals);
        if (loop->signals == NULL)
            return NULL;
        loop->signals->loop = loop;
        loop->signals->entry.kind = CAD__ENTRY_SIGNALS;
    }
    return loop->signals;
}

static int listen_for(cad_loop *loop, int number, handler **out) {
    handler *self = cad__request_new(loop, sizeof *self, CAD_REQUEST_SIGNAL);
    if (self == NULL)
        return CAD_ENOMEM;
    self->request.kind = CAD_REQUEST_SIGNAL;
    self->request.done = done;
    self->request.of.signal.number = number;
    if (cad__submit(loop, &self->request) != 0) {
        cad__free(self);
        return cad_raise(CAD_ERUNTIME, "the signal cannot be caught");
    }
    *out = self;
    return 0;
}

int cad_add_signal_handler(cad_loop *loop, int number, cad_callback *fn, void *arg) {
    if (number <= 0 || number >= CAD__SIGNALS)
        return cad_raise(CAD_EINVAL, "invalid signal number");
    struct cad__signals *signals = signals_of(loop);
    if (signals == NULL)
        return CAD_ENOMEM;
    handler *self = signals->handlers[number];
    int error = self == NULL ? listen_for(loop, number, &self) : 0;
    if (error != 0)
        return error;
    self->fn = fn;
    self->arg = arg;
    signals->handlers[number] = self;
    atomic_fetch_or(&loop->signals_handled, UINT64_C(1) << (number - 1));
    return 0;
}

bool cad_remove_signal_handler(cad_loop *loop, int number) {
    struct cad__signals *signals = loop->signals;
    if (signals == NULL || number <= 0 || number >= CAD__SIGNALS ||
        signals->handlers[number] == NULL)
        return false;
    handler *self = signals->handlers[number];
    signals->handlers[number] = NULL;
    atomic_fetch_and(&loop->signals_handled, ~(UINT64_C(1) << (number - 1)));
    cad__cancel(&self->request);
    return true;
}

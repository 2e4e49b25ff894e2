/* What makes a loop return before its time: a signal, or the program. */
#include <signal.h>
#include <time.h>

#include "interrupt.h"
#include "request.h"
#include "signals.h"

/* Who asks for an end twice within this time, as timeout(1) does, means it once. */
#define PATIENCE_NS (100 * CAD_MILLISECOND)

/* A signal that interrupts the loop. */
typedef struct interrupt {
    cad__link link;
    cad_request request;
} interrupt;

static int64_t monotonic_ns(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * CAD_SECOND + time.tv_nsec;
}

/* In the signal handler. The loop looks at the number when its callback returns. Where that does
 * not return, somebody will send another signal, and that goes to who handled such signals before,
 * or ends the process. */
static void signal_came(cad_loop *loop, int number) {
    if (cad__signal_is_handled(loop, number))
        return;
    int64_t now_ns = monotonic_ns();
    if (atomic_load(&loop->interrupted) <= 0) {
        loop->signal_ns = now_ns;
        atomic_store(&loop->interrupted, number);
        loop->driver->wake(loop->driver); /* it may be just about to go to sleep */
    } else if (now_ns - loop->signal_ns >= PATIENCE_NS) {
        cad__signal_pass_on(number);
    }
}

static void done(cad_request *request, int result) {
    if (result > 0) {
        signal_came(request->loop, result);
        return;
    }
    interrupt *self = CAD__CONTAINER(request, interrupt, request);
    cad__unlink(&self->link);
    cad__free(self);
}

static interrupt *find(cad_loop *loop, int signal) {
    for (cad__link *link = loop->interrupts.next; link != &loop->interrupts; link = link->next) {
        interrupt *self = CAD__CONTAINER(link, interrupt, link);
        if (self->request.of.signal.number == signal)
            return self;
    }
    return NULL;
}

int cad_loop_interrupt_on(cad_loop *loop, int signal) {
    if (find(loop, signal) != NULL)
        return 0;
    interrupt *self = cad__request_new(loop, sizeof *self, CAD_REQUEST_SIGNAL);
    if (self == NULL)
        return CAD_ENOMEM;
    cad_request *request = &self->request;
    request->kind = CAD_REQUEST_SIGNAL;
    request->background = true;
    request->done = done;
    request->of.signal.number = signal;
    int error = cad__submit(loop, request);
    if (error != 0) {
        cad__free(self);
        return error;
    }
    cad__append(&loop->interrupts, &self->link);
    return 0;
}

void cad_loop_interrupt_off(cad_loop *loop, int signal) {
    interrupt *self = find(loop, signal);
    if (self != NULL)
        cad__cancel(&self->request);
}

void cad_loop_interrupt(cad_loop *loop) {
    int none = 0; /* or a signal's number would be lost */
    (void)atomic_compare_exchange_strong(&loop->interrupted, &none, CAD__INTERRUPTED);
    loop->driver->wake(loop->driver);
}

bool cad_loop_interrupted(const cad_loop *loop) {
    return atomic_load(&loop->interrupted) != 0;
}

int cad_loop_signal(const cad_loop *loop) {
    int number = atomic_load(&loop->interrupted);
    return number > 0 ? number : loop->signal;
}

void cad__interrupt_heeded(cad_loop *loop) {
    int number = atomic_exchange(&loop->interrupted, 0);
    if (number > 0)
        loop->signal = number;
}

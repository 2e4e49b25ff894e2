/* Who hears of which signal.
 *
 * A signal handler can run at any moment, on any thread, and has to find the loops that wait for
 * the signal: one list for the whole process, behind a lock. A handler that found the lock taken by
 * the very thread that it interrupts would wait for ever. So whoever takes it blocks all signals on
 * its thread first; a handler has them blocked anyhow. Then the holder is always another thread,
 * and will let go in a moment. */
#include "signals.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

static atomic_flag taken = ATOMIC_FLAG_INIT;
static cad__link waiting = {&waiting, &waiting}; /* cad__listener */
static struct sigaction before[CAD__SIGNALS];    /* of those that are taken over */
static unsigned counts[CAD__SIGNALS];            /* how many wait for it */

static void lock(void) {
    while (atomic_flag_test_and_set_explicit(&taken, memory_order_acquire))
        continue;
}

static void unlock(void) {
    atomic_flag_clear_explicit(&taken, memory_order_release);
}

static void handle(int number) {
    lock();
    for (cad__link *link = waiting.next; link != &waiting; link = link->next) {
        cad__listener *listener = CAD__CONTAINER(link, cad__listener, link);
        if (listener->number == number)
            listener->came(listener, number);
    }
    unlock();
}

static void lock_out_of_handlers(sigset_t *mask) {
    sigset_t all;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, mask);
    lock();
}

static void unlock_out_of_handlers(const sigset_t *mask) {
    unlock();
    (void)pthread_sigmask(SIG_SETMASK, mask, NULL);
}

static bool take_over(int number) {
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
    (void)sigfillset(&action.sa_mask);
    return sigaction(number, &action, &before[number]) == 0;
}

int cad__signal_listen(cad__listener *listener) {
    int number = listener->number;
    if (number <= 0 || number >= CAD__SIGNALS)
        return CAD_ESYSTEM;
    sigset_t mask;
    lock_out_of_handlers(&mask);
    bool heard = counts[number] > 0 || take_over(number);
    if (heard) {
        counts[number]++;
        cad__append(&waiting, &listener->link);
    }
    unlock_out_of_handlers(&mask);
    return heard ? 0 : CAD_ESYSTEM;
}

void cad__signal_unlisten(cad__listener *listener) {
    int number = listener->number;
    sigset_t mask;
    lock_out_of_handlers(&mask);
    cad__unlink(&listener->link);
    if (--counts[number] == 0)
        (void)sigaction(number, &before[number], NULL);
    unlock_out_of_handlers(&mask);
}

void cad__signal_pass_on(int number) {
    if (before[number].sa_handler == SIG_IGN)
        (void)signal(number, SIG_DFL);
    else
        (void)sigaction(number, &before[number], NULL);
    (void)raise(number);
}

/* --- Requests -------------------------------------------------------------------------------- */

static void request_came(cad__listener *listener, int number) {
    cad__complete(CAD__CONTAINER(listener, cad__signal, listener)->request, number);
}

int cad__signal_submit(cad_request *request) {
    cad__signal *self = cad_request_part(request);
    self->listener.number = request->of.signal.number;
    self->listener.came = request_came;
    self->request = request;
    return cad__signal_listen(&self->listener);
}

void cad__signal_cancel(cad_request *request) {
    cad__signal *self = cad_request_part(request);
    cad__signal_unlisten(&self->listener);
    cad__complete(request, CAD_ECANCELLED);
}

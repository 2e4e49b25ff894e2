/* Work under the real clock: workers wait, together, for the end of theirs or for an interrupt.
 * They know no run, as one may have ended while its worker was on its way. */
#include "run/workers.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "cadran.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t interrupted;
static uint64_t interrupts;

static void start(void) {
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&interrupted, &attributes);
    (void)pthread_condattr_destroy(&attributes);
}

static struct timespec end_of(int64_t duration_ns) {
    struct timespec end;
    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    int64_t ns = end.tv_nsec + duration_ns % CAD_SECOND;
    end.tv_sec += (time_t)(duration_ns / CAD_SECOND + ns / CAD_SECOND);
    end.tv_nsec = (long)(ns % CAD_SECOND);
    return end;
}

void run_work(int64_t duration_ns) {
    if (duration_ns <= 0)
        return;
    (void)pthread_once(&once, start);
    struct timespec end = end_of(duration_ns);
    (void)pthread_mutex_lock(&mutex);
    uint64_t before = interrupts;
    while (interrupts == before && pthread_cond_timedwait(&interrupted, &mutex, &end) != ETIMEDOUT)
        continue;
    (void)pthread_mutex_unlock(&mutex);
}

void run_end_work(void) {
    (void)pthread_once(&once, start);
    (void)pthread_mutex_lock(&mutex);
    interrupts++;
    (void)pthread_cond_broadcast(&interrupted);
    (void)pthread_mutex_unlock(&mutex);
}

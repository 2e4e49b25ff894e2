/* Whether the libraries that draw will find what they need.
 *
 * GLib ends the process, by a signal and with words of its own, where it gets no memory or no
 * thread, and fontconfig may crash; neither asks first. So it is asked here, before they are used:
 * what they take for fonts is taken and given back. Most of it is addresses that the C library lays
 * out for the heap of a thread, and not memory. */
#include "room.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>

/* With less some runs end by a signal; which of them is a matter of chance. */
static const size_t room = (size_t)224 << 20;

/* Of it, what is written to, and so counts as data. */
static const size_t data_room = (size_t)48 << 20;

/* Pango's and GLib's, at one time. */
enum { THREADS = 3 };

static bool can_map(size_t size, int protection) {
    void *taken = mmap(NULL, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (taken == MAP_FAILED)
        return false;
    (void)munmap(taken, size);
    return true;
}

static void *wait_for(void *mutex) {
    (void)pthread_mutex_lock(mutex);
    (void)pthread_mutex_unlock(mutex);
    return NULL;
}

/* They are there together, and so are their stacks. */
static bool has_threads(void) {
    pthread_mutex_t together = PTHREAD_MUTEX_INITIALIZER;
    pthread_t threads[THREADS];
    int count = 0;
    (void)pthread_mutex_lock(&together);
    while (count < THREADS && pthread_create(&threads[count], NULL, wait_for, &together) == 0)
        count++;
    (void)pthread_mutex_unlock(&together);
    for (int i = 0; i < count; i++)
        (void)pthread_join(threads[i], NULL);
    return count == THREADS;
}

const char *viz_room_lacking(void) {
    if (!can_map(room, PROT_NONE))
        return "not enough memory for fonts, which take up to 224 MiB of addresses (ulimit -v)";
    if (!can_map(data_room, PROT_READ | PROT_WRITE))
        return "not enough memory for fonts, which take up to 48 MiB of data (ulimit -d)";
    return has_threads() ? NULL : "no three threads can be had, which fonts take (ulimit -u, -d)";
}

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

static bool has_addresses(void) {
    void *taken = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (taken == MAP_FAILED)
        return false;
    (void)munmap(taken, room);
    return true;
}

static void *end_at_once(void *context) {
    return context;
}

static bool has_threads(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, end_at_once, NULL) != 0)
        return false;
    (void)pthread_join(thread, NULL);
    return true;
}

const char *viz_room_lacking(void) {
    if (!has_addresses())
        return "not enough memory for fonts, which take up to 224 MiB of addresses (ulimit -v)";
    return has_threads() ? NULL : "no thread can be had, which fonts take (ulimit -u)";
}

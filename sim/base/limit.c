/* The limit of memory: counts what goes through the hook. */
#include "base/limit.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "base/memory.h"

enum { RESERVE_PART = 8, RESERVE_MOST = 1 << 20 };

static uint64_t most = BASE_UNLIMITED;
static uint64_t reserve;      /* of it; for the end of what the limit stops */
static _Atomic uint64_t used; /* threads allocate, too */
static _Atomic bool reached;

uint64_t base_limit_default(void) {
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    if (pages <= 0 || size <= 0)
        return BASE_UNLIMITED;
    uint64_t there = (uint64_t)pages * (uint64_t)size;
    uint64_t allowed = base_cgroup_memory("/proc/self/cgroup", "/sys/fs/cgroup");
    return (allowed < there ? allowed : there) / 4 * 3;
}

static void add(uint64_t bytes) {
    (void)atomic_fetch_add_explicit(&used, bytes, memory_order_relaxed);
}

/* A block is as large as malloc() made it, which is known only afterwards; so a few bytes more than
 * the limit can be in use. */
static bool exceeds(uint64_t more) {
    uint64_t now = atomic_load_explicit(&used, memory_order_relaxed);
    uint64_t limit = base_limit_reached() ? most : most - reserve;
    return now >= limit || more > limit - now;
}

static void *allocate(void *context, void *pointer, size_t size) {
    uint64_t before = pointer != NULL ? malloc_usable_size(pointer) : 0;
    (void)context;
    if (size == 0) {
        free(pointer);
        add(0 - before);
        return NULL;
    }
    if (size > before && exceeds(size - before)) {
        atomic_store_explicit(&reached, true, memory_order_relaxed);
        return NULL;
    }
    void *moved = realloc(pointer, size);
    if (moved != NULL)
        add(malloc_usable_size(moved) - before);
    return moved;
}

void base_limit_memory(uint64_t bytes) {
    if (bytes == BASE_UNLIMITED)
        return;
    most = bytes;
    reserve = bytes / RESERVE_PART < RESERVE_MOST ? bytes / RESERVE_PART : RESERVE_MOST;
    base_set_allocator(allocate, NULL);
}

const char *base_limit_note(void) {
    static char note[128];
    if (!base_limit_reached())
        return "";
    (void)snprintf(note, sizeof note,
                   "; the limit is %llu MiB, by what this machine or its container has",
                   (unsigned long long)(most >> 20));
    return note;
}

bool base_limit_reached(void) {
    return atomic_load_explicit(&reached, memory_order_relaxed);
}

#include "cli/run_memory.h"

#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "cadran.h"

static struct {
    uint64_t used;
    uint64_t most;
    bool used_up;
} memory = {.most = UINT64_MAX};

uint64_t cli_memory_default(void) {
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    if (pages <= 0 || size <= 0)
        return UINT64_MAX;
    return (uint64_t)pages * (uint64_t)size / 4 * 3;
}

static void *allocate(void *context, void *pointer, size_t size) {
    uint64_t before = pointer != NULL ? malloc_usable_size(pointer) : 0;
    (void)context;
    if (size == 0) {
        free(pointer);
        memory.used -= before;
        return NULL;
    }
    if (size > before && size - before > memory.most - memory.used) {
        memory.used_up = true;
        return NULL;
    }
    void *moved = realloc(pointer, size);
    if (moved != NULL)
        memory.used += malloc_usable_size(moved) - before;
    return moved;
}

void cli_memory_limit(uint64_t bytes) {
    memory.most = bytes;
    if (bytes != UINT64_MAX) {
        cad_set_allocator(allocate, NULL);
        base_set_allocator(allocate, NULL);
    }
}

const bool *cli_memory_used_up(void) {
    return &memory.used_up;
}

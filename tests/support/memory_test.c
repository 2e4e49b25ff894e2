#include "memory_test.h"

#include <stdint.h>
#include <stdlib.h>

static size_t live;
static size_t countdown; /* allocations until the one that fails; 0: none fails */
static bool failed;
static size_t allowed = SIZE_MAX;

static void *reallocate(void *context, void *pointer, size_t size) {
    (void)context;
    if (size == 0) {
        live -= pointer != NULL;
        free(pointer);
        return NULL;
    }
    if (countdown > 0 && --countdown == 0) {
        failed = true;
        return NULL;
    }
    if (allowed == 0)
        return NULL;
    allowed -= allowed != SIZE_MAX;
    void *moved = realloc(pointer, size);
    live += pointer == NULL && moved != NULL;
    return moved;
}

void memory_start(void (*set_allocator)(memory_realloc_fn *fn, void *context)) {
    set_allocator(reallocate, NULL);
    live = 0;
    countdown = 0;
    failed = false;
    allowed = SIZE_MAX;
}

void memory_allow(size_t n) {
    allowed = n;
}

bool memory_fail(size_t n) {
    bool more = n == 1 || failed;
    failed = false;
    countdown = more ? n : 0;
    return more;
}

bool memory_failed(void) {
    return failed;
}

size_t memory_live(void) {
    return live;
}

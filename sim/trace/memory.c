#include "trace/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static trace_realloc_fn *hook;
static void *hook_context;

void trace_set_allocator(trace_realloc_fn *fn, void *context) {
    hook = fn;
    hook_context = context;
}

void *trace_realloc(void *pointer, size_t size) {
    return hook != NULL ? hook(hook_context, pointer, size) : realloc(pointer, size);
}

void *trace_alloc(size_t size) {
    return trace_realloc(NULL, size);
}

void *trace_calloc(size_t count, size_t size) {
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    /* Not by way of the hook where there is none: calloc() gets zeroed pages for nothing. */
    if (hook == NULL)
        return calloc(count, size);
    void *memory = trace_realloc(NULL, count * size);
    if (memory != NULL)
        memset(memory, 0, count * size);
    return memory;
}

void trace_release(void *pointer) {
    if (pointer == NULL)
        return;
    if (hook != NULL)
        hook(hook_context, pointer, 0);
    else
        free(pointer);
}

void *trace_zlib_alloc(void *context, unsigned count, unsigned size) {
    (void)context;
    return trace_calloc(count, size);
}

void trace_zlib_free(void *context, void *pointer) {
    (void)context;
    trace_release(pointer);
}

bool trace_grow(void *array, size_t *capacity, size_t count, size_t element_size) {
    if (count < *capacity)
        return true;
    size_t wanted = *capacity < 16 ? 32 : *capacity * 2;
    if (wanted > SIZE_MAX / element_size)
        return false;
    void *memory;
    memcpy(&memory, array, sizeof memory);
    memory = trace_realloc(memory, wanted * element_size);
    if (memory == NULL)
        return false;
    memcpy(array, &memory, sizeof memory);
    *capacity = wanted;
    return true;
}

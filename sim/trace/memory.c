#include "trace/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static sim_trace_realloc_fn *hook;
static void *hook_context;

void sim_trace_set_allocator(sim_trace_realloc_fn *fn, void *context) {
    hook = fn;
    hook_context = context;
}

void *sim_trace_realloc(void *pointer, size_t size) {
    return hook != NULL ? hook(hook_context, pointer, size) : realloc(pointer, size);
}

void *sim_trace_alloc(size_t size) {
    return sim_trace_realloc(NULL, size);
}

void *sim_trace_calloc(size_t count, size_t size) {
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    /* Not by way of the hook where there is none: calloc() gets zeroed pages for nothing. */
    if (hook == NULL)
        return calloc(count, size);
    void *memory = sim_trace_realloc(NULL, count * size);
    if (memory != NULL)
        memset(memory, 0, count * size);
    return memory;
}

void sim_trace_release(void *pointer) {
    if (pointer == NULL)
        return;
    if (hook != NULL)
        hook(hook_context, pointer, 0);
    else
        free(pointer);
}

bool sim_trace_grow(void *array, size_t *capacity, size_t count, size_t element_size) {
    if (count < *capacity)
        return true;
    size_t wanted = *capacity < 16 ? 32 : *capacity * 2;
    if (wanted > SIZE_MAX / element_size)
        return false;
    void *memory;
    memcpy(&memory, array, sizeof memory);
    memory = sim_trace_realloc(memory, wanted * element_size);
    if (memory == NULL)
        return false;
    memcpy(array, &memory, sizeof memory);
    *capacity = wanted;
    return true;
}

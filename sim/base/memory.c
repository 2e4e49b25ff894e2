/* Memory, and arrays that grow. */
#include "base/memory.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static base_realloc_fn *hook;
static void *hook_context;
static _Atomic uint64_t failures; /* threads allocate, too */

void base_set_allocator(base_realloc_fn *fn, void *context) {
    hook = fn;
    hook_context = context;
}

static void *no_memory(void) {
    (void)atomic_fetch_add_explicit(&failures, 1, memory_order_relaxed);
    return NULL;
}

uint64_t base_memory_failures(void) {
    return atomic_load_explicit(&failures, memory_order_relaxed);
}

void *base_hook(void *context, void *pointer, size_t size) {
    (void)context;
    void *block = NULL;
    if (hook != NULL)
        block = hook(hook_context, pointer, size);
    else if (size > 0)
        block = realloc(pointer, size);
    else
        free(pointer);
    return block != NULL || size == 0 ? block : no_memory();
}

void *base_realloc(void *pointer, size_t size) {
    /* 0 would free, and what it returns could not be told from a failure. */
    return base_hook(NULL, pointer, size == 0 ? 1 : size);
}

void *base_alloc(size_t size) {
    return base_realloc(NULL, size);
}

void *base_zalloc(size_t count, size_t size) {
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    /* Not by way of the hook where there is none: calloc() gets zeroed pages for nothing. */
    if (hook == NULL) {
        void *zeroed = calloc(count, size);
        return zeroed != NULL ? zeroed : no_memory();
    }
    void *memory = base_alloc(count * size);
    if (memory != NULL)
        memset(memory, 0, count * size);
    return memory;
}

void base_free(void *pointer) {
    if (pointer != NULL)
        (void)base_hook(NULL, pointer, 0);
}

char *base_strndup(const char *text, size_t length) {
    char *copy = length < SIZE_MAX ? base_alloc(length + 1) : NULL;
    if (copy != NULL) {
        memcpy(copy, text, length);
        copy[length] = '\0';
    }
    return copy;
}

void *base_grown(void *array, size_t count, size_t *capacity, size_t element_size) {
    if (count < *capacity)
        return array;
    size_t wanted = *capacity < 4 ? 8 : *capacity * 2;
    if (wanted > SIZE_MAX / element_size)
        return NULL;
    void *grown = base_realloc(array, wanted * element_size);
    if (grown != NULL)
        *capacity = wanted;
    return grown;
}

void *base_zlib_alloc(void *context, unsigned count, unsigned size) {
    (void)context;
    return base_zalloc(count, size);
}

void base_zlib_free(void *context, void *pointer) {
    (void)context;
    base_free(pointer);
}

bool base_grow_full(void *array, size_t *capacity, size_t count, size_t element_size) {
    void *memory;
    memcpy(&memory, array, sizeof memory);
    memory = base_grown(memory, count, capacity, element_size);
    if (memory == NULL)
        return false;
    memcpy(array, &memory, sizeof memory);
    return true;
}

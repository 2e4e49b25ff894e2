/* Memory, and arrays that grow. */
#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static base_realloc_fn *hook;
static void *hook_context;

void base_set_allocator(base_realloc_fn *fn, void *context) {
    hook = fn;
    hook_context = context;
}

void *base_hook(void *context, void *pointer, size_t size) {
    (void)context;
    if (hook != NULL)
        return hook(hook_context, pointer, size);
    if (size > 0)
        return realloc(pointer, size);
    free(pointer);
    return NULL;
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
    if (hook == NULL)
        return calloc(count, size);
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

bool base_grow(void *array, size_t *capacity, size_t count, size_t element_size) {
    void *memory;
    memcpy(&memory, array, sizeof memory);
    memory = base_grown(memory, count, capacity, element_size);
    if (memory == NULL)
        return false;
    memcpy(array, &memory, sizeof memory);
    return true;
}

#include "scenario/alloc.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cadran.h"
#include "trace/digits.h"

void *sim_realloc(void *pointer, size_t size) {
    /* 0 would free, and what it returns could not be told from a failure. */
    return cad_realloc(pointer, size == 0 ? 1 : size);
}

void *sim_alloc(size_t size) {
    return sim_realloc(NULL, size);
}

void *sim_zalloc(size_t count, size_t size) {
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    void *memory = sim_alloc(count * size);
    if (memory != NULL)
        memset(memory, 0, count * size);
    return memory;
}

void sim_free(void *pointer) {
    if (pointer != NULL)
        (void)cad_realloc(pointer, 0);
}

char *sim_strndup(const char *text, size_t length) {
    char *copy = length < SIZE_MAX ? sim_alloc(length + 1) : NULL;
    if (copy != NULL) {
        memcpy(copy, text, length);
        copy[length] = '\0';
    }
    return copy;
}

void *sim_grow(void *array, size_t count, size_t *capacity, size_t size) {
    if (count < *capacity)
        return array;
    size_t wanted = *capacity < 4 ? 8 : *capacity * 2;
    if (wanted > SIZE_MAX / size)
        return NULL;
    void *grown = sim_realloc(array, wanted * size);
    if (grown != NULL)
        *capacity = wanted;
    return grown;
}

void sim_json_hooks(void) {
    static bool done;
    cJSON_Hooks hooks = {.malloc_fn = sim_alloc, .free_fn = sim_free};
    if (!done)
        cJSON_InitHooks(&hooks);
    done = true;
}

static int reserve(sim_buffer *buffer, size_t more) {
    if (more >= SIZE_MAX / 2 - buffer->length)
        return CAD_ENOMEM;
    size_t needed = buffer->length + more + 1;
    if (needed <= buffer->capacity)
        return 0;
    size_t capacity = buffer->capacity * 2 > needed ? buffer->capacity * 2 : needed;
    if (capacity < 64)
        capacity = 64;
    char *data = sim_realloc(buffer->data, capacity);
    if (data == NULL)
        return CAD_ENOMEM;
    buffer->data = data;
    buffer->capacity = capacity;
    return 0;
}

int sim_buffer_append(sim_buffer *buffer, const char *text, size_t length) {
    if (reserve(buffer, length) != 0)
        return CAD_ENOMEM;
    if (length != 0)
        memcpy(buffer->data + buffer->length, text, length);
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
    return 0;
}

int sim_buffer_append_uint(sim_buffer *buffer, uint64_t value, unsigned digits) {
    enum { ZEROS = 8 };
    char text[ZEROS + TRACE_DIGITS_ROOM];
    char *first = text + ZEROS;
    memset(text, '0', ZEROS);
    assert(digits <= ZEROS);
    size_t length = (size_t)(trace_put_uint(first, value) - first);
    size_t zeros = length < digits ? digits - length : 0;
    return sim_buffer_append(buffer, first - zeros, zeros + length);
}

int sim_buffer_format(sim_buffer *buffer, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    assert(length >= 0);
    if (reserve(buffer, (size_t)length) != 0)
        return CAD_ENOMEM;
    va_start(arguments, format);
    vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    buffer->length += (size_t)length;
    return 0;
}

void sim_buffer_clear(sim_buffer *buffer) {
    buffer->length = 0;
    if (buffer->data != NULL)
        buffer->data[0] = '\0';
}

void sim_buffer_free(sim_buffer *buffer) {
    sim_free(buffer->data);
    *buffer = (sim_buffer){0};
}

/* Text that grows. */
#include "base/buffer.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/digits.h"
#include "base/memory.h"
#include "base/number.h"
#include "cadran.h"

/* Apart, so that an append that finds room need not save its registers. */
static __attribute__((noinline)) int grow(base_buffer *buffer, size_t more) {
    if (more >= SIZE_MAX / 2 - buffer->length)
        return CAD_ENOMEM;
    size_t needed = buffer->length + more + 1;
    size_t capacity = buffer->capacity * 2 > needed ? buffer->capacity * 2 : needed;
    if (capacity < 64)
        capacity = 64;
    char *data = base_realloc(buffer->data, capacity);
    if (data == NULL)
        return CAD_ENOMEM;
    buffer->data = data;
    buffer->capacity = capacity;
    return 0;
}

/* Room for so many bytes, and for the end behind them. */
static inline int reserve(base_buffer *buffer, size_t more) {
    return buffer->capacity - buffer->length > more ? 0 : grow(buffer, more);
}

int base_buffer_append(base_buffer *buffer, const char *text, size_t length) {
    if (reserve(buffer, length) != 0)
        return CAD_ENOMEM;
    if (length != 0)
        memcpy(buffer->data + buffer->length, text, length);
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
    return 0;
}

int base_buffer_append_uint(base_buffer *buffer, uint64_t value, unsigned digits) {
    enum { ZEROS = 8 };
    char text[ZEROS + BASE_DIGITS_ROOM];
    char *first = text + ZEROS;
    memset(text, '0', ZEROS);
    assert(digits <= ZEROS);
    size_t length = (size_t)(base_put_uint(first, value) - first);
    size_t zeros = length < digits ? digits - length : 0;
    return base_buffer_append(buffer, first - zeros, zeros + length);
}

int base_buffer_append_number(base_buffer *buffer, double number) {
    if (reserve(buffer, BASE_NUMBER_TEXT) != 0)
        return CAD_ENOMEM;
    buffer->length += base_number_format(number, buffer->data + buffer->length);
    return 0;
}

int base_buffer_format(base_buffer *buffer, const char *format, ...) {
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

void base_buffer_clear(base_buffer *buffer) {
    buffer->length = 0;
    if (buffer->data != NULL)
        buffer->data[0] = '\0';
}

void base_buffer_free(base_buffer *buffer) {
    base_free(buffer->data);
    *buffer = (base_buffer){0};
}

/* buffer.h - text that grows.
 */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stddef.h>
#include <stdint.h>

/* Zeroed, it is empty. `data` is NULL until the first append, and ends in '\0' from then on. */
typedef struct base_buffer {
    char *data;
    size_t length;
    size_t capacity;
} base_buffer;

/* All return 0 or CAD_ENOMEM; the buffer is then as it was. */
int base_buffer_append(base_buffer *buffer, const char *text, size_t length);
/* A whole number in decimal, with zeros before it up to so many digits, at most 8. */
int base_buffer_append_uint(base_buffer *buffer, uint64_t value, unsigned digits);
/* A number as base_number_format() has it. */
int base_buffer_append_number(base_buffer *buffer, double number);
/* As printf() does it: for what is not done all the time. */
int base_buffer_format(base_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Empties it and keeps the memory for the next use. */
void base_buffer_clear(base_buffer *buffer);
void base_buffer_free(base_buffer *buffer);

#endif

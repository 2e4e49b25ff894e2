/* alloc.h - how everything that runs scenarios allocates: through the engine's one hook, so that
 * tests can make each allocation fail in turn.
 */
#ifndef SIM_SCENARIO_ALLOC_H
#define SIM_SCENARIO_ALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As realloc(); NULL when memory runs out. */
void *sim_realloc(void *pointer, size_t size);
/* As malloc() and calloc(count, size). */
void *sim_alloc(size_t size);
void *sim_zalloc(size_t count, size_t size);
void sim_free(void *pointer); /* takes NULL */
/* The first `length` bytes of `text`, and a '\0'. */
char *sim_strndup(const char *text, size_t length);

/* Makes room for one more element of `size` bytes in an array of *capacity elements, of which
 * `count` are in use: returns the array, moved or not, or NULL when memory runs out; the old one
 * is then as it was. */
void *sim_grow(void *array, size_t count, size_t *capacity, size_t size);

/* Makes cJSON allocate through the hook, too. Before the first use of cJSON; later calls do
 * nothing. */
void sim_json_hooks(void);

/* --- Text that grows ----------------------------------------------------------------------- */

/* Zeroed, it is empty. `data` is NULL until the first append, and ends in '\0' from then on. */
typedef struct sim_buffer {
    char *data;
    size_t length;
    size_t capacity;
} sim_buffer;

/* All return 0 or CAD_ENOMEM; the buffer is then as it was. */
int sim_buffer_append(sim_buffer *buffer, const char *text, size_t length);
/* A whole number in decimal, with zeros before it up to so many digits, at most 8. */
int sim_buffer_append_uint(sim_buffer *buffer, uint64_t value, unsigned digits);
/* As printf() does it: for what is not done all the time. */
int sim_buffer_format(sim_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Empties it and keeps the memory for the next use. */
void sim_buffer_clear(sim_buffer *buffer);
void sim_buffer_free(sim_buffer *buffer);

#endif

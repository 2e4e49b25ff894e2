/* trace/memory.h - the one way by which writer, reader and model get memory, so that a test can
 * make each allocation fail in turn. cJSON has its own hooks, and is given the same function.
 */
#ifndef TRACE_MEMORY_H
#define TRACE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* As realloc(), and as free() when size is 0. */
typedef void *trace_realloc_fn(void *context, void *pointer, size_t size);

/* Before any other call of the trace; NULL: the C library's. */
void trace_set_allocator(trace_realloc_fn *fn, void *context);

/* NULL: no memory. size is not 0. */
void *trace_realloc(void *pointer, size_t size);
void *trace_alloc(size_t size);
void *trace_calloc(size_t count, size_t size);
void trace_release(void *pointer); /* takes NULL */

/* For zlib, which wants an allocator in this form. */
void *trace_zlib_alloc(void *context, unsigned count, unsigned size);
void trace_zlib_free(void *context, void *pointer);

/* Makes room in a growing array for one element more: false, and nothing changed, where there is
 * no memory. `array` is the address of the pointer to the first element. */
bool trace_grow(void *array, size_t *capacity, size_t count, size_t element_size);

#endif

/* memory.h - the one way by which everything in sim/ gets memory, so that one hook can count it,
 * limit it, and make each allocation fail in turn.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As realloc(), and as free() when size is 0. */
typedef void *base_realloc_fn(void *context, void *pointer, size_t size);

/* For the whole process, before its first allocation; NULL: the C library's. */
void base_set_allocator(base_realloc_fn *fn, void *context);

/* Goes through the hook, and is of the hook's type itself: for others who have one, so that theirs
 * is the same. */
void *base_hook(void *context, void *pointer, size_t size);

/* How often there was no memory, for anybody who goes through the hook. Most callers say so; some
 * do with less: who must not leave anything out compares the number with that of before. */
uint64_t base_memory_failures(void);

/* NULL when memory runs out. A size of 0 gives a block, too. */
void *base_realloc(void *pointer, size_t size);
void *base_alloc(size_t size);
void *base_zalloc(size_t count, size_t size);
void base_free(void *pointer); /* takes NULL */
/* The first `length` bytes of `text`, and a '\0'. */
char *base_strndup(const char *text, size_t length);

/* For zlib, which wants an allocator in this form. */
void *base_zlib_alloc(void *context, unsigned count, unsigned size);
void base_zlib_free(void *context, void *pointer);

/* What base_grow() does where there is no room. */
bool base_grow_full(void *array, size_t *capacity, size_t count, size_t element_size);

/* Makes room in a growing array for one element more: false, and nothing changed, where there is
 * no memory. `array` is the address of the pointer to the first element. */
static inline bool base_grow(void *array, size_t *capacity, size_t count, size_t element_size) {
    return count < *capacity || base_grow_full(array, capacity, count, element_size);
}
/* The same for who keeps the pointer: the array, moved or not, or NULL; the old one is then as it
 * was. */
void *base_grown(void *array, size_t count, size_t *capacity, size_t element_size);

#endif

/* memory_test.h - counts what is allocated, and makes one allocation fail.
 *
 *     memory_start(cad_set_allocator);
 *     for (size_t n = 1; memory_fail(n); n++)
 *         assert_int_equal(work(), memory_failed() ? CAD_ENOMEM : 0);
 *     assert_int_equal(memory_live(), 0);
 */
#ifndef MEMORY_TEST_H
#define MEMORY_TEST_H

#include <stdbool.h>
#include <stddef.h>

/* Takes over an allocation hook, cad_set_allocator() or base_set_allocator(), for the rest of the
 * program; nothing is counted yet. */
typedef void *memory_realloc_fn(void *context, void *pointer, size_t size);
void memory_start(void (*set_allocator)(memory_realloc_fn *fn, void *context));

/* From now on the nth allocation fails, and those after it do not. False when the one before,
 * set by the last call, was never reached: all have failed in turn. None fails then. */
bool memory_fail(size_t n);

/* From now on n allocations succeed, and none after them; all do for SIZE_MAX. */
void memory_allow(size_t n);

/* Whether the allocation that was to fail has been reached. */
bool memory_failed(void);

/* How many blocks are allocated. */
size_t memory_live(void);

#endif

/* compiler.h - what the compiler is told beside the language.
 */
#ifndef CADRAN_COMPILER_H
#define CADRAN_COMPILER_H

#include <stddef.h>
#include <stdint.h>

/* For functions that do nothing but fetch: gcc takes a call of one for a call without effect. */
#define CAD__INLINE static inline __attribute__((always_inline))

/* For what happens seldom, in functions that are called all the time: where it is inlined the
 * others pay for its registers. */
#define CAD__APART __attribute__((noinline))

/* Asks for memory that will be wanted soon, and does not wait for it. The address may be any. */
CAD__INLINE void cad__fetch(uintptr_t from, size_t size) {
    enum { LINE = 64 };
    for (size_t offset = 0; offset < size; offset += LINE)
        __builtin_prefetch((const void *)(from + offset));
}

#endif

/* stack.h - stacks for coroutines: a mapping each, with a guard below, and used again. */
#ifndef CADRAN_STACK_H
#define CADRAN_STACK_H

#include <stdbool.h>
#include <stddef.h>

enum {
    CAD__STACK_CLASSES = 20, /* sizes: 16 KiB, 32 KiB, ... 8 GiB */
    CAD__STACK_HEAD = 128,   /* bytes at the top that are its user's, this struct among them */
};

/* At the top of what it describes: whoever has a stack needs no other memory. */
typedef struct cad__stack {
    struct cad__stack *next; /* in a list of free ones */
    char *bottom;            /* the guard is below it */
    char *mapping;           /* begins with the guard */
    size_t mapping_size;
    unsigned size_class;
    unsigned valgrind_id;
} cad__stack;

/* Bytes from the bottom to the top. */
static inline size_t cad__stack_size(const cad__stack *stack) {
    return (size_t)((const char *)stack - stack->bottom);
}

/* The smallest class of stacks of so many bytes; CAD__STACK_CLASSES: there is none. */
unsigned cad__stack_class_of(size_t size);
/* The bytes that a stack of this class has at least. */
size_t cad__stack_class_size(unsigned size_class);

/* A stack that nobody uses, be it one that was used before. NULL: out of memory. Any thread. */
cad__stack *cad__stack_obtain(unsigned size_class);
/* Nobody uses it any more, and nobody runs on it: it is kept for whoever obtains the next, or goes.
 * Any thread. */
void cad__stack_release(cad__stack *stack);
/* All that are kept go. */
void cad__stack_drop_kept(void);

#endif

/* pool.h - memory: of the process, and of a loop's objects.
 */
#ifndef CADRAN_POOL_H
#define CADRAN_POOL_H

#include <stddef.h>

/* Over cad_realloc(). NULL: out of memory. */
void *cad__zalloc(size_t size); /* zeroed */
void cad__free(void *pointer);
char *cad__strdup(const char *text);

/* Memory for objects of a loop: see pool.c. Sizes of 8, 16, ... 512 bytes; larger ones are
 * allocated singly. */
enum { CAD__POOL_CLASSES = 65 };

typedef struct cad__pool {
    void *free[CAD__POOL_CLASSES]; /* by size class: a list through the first word */
    struct cad__block *blocks;
    char *fresh; /* what of the last block was never used */
    size_t left;
} cad__pool;

/* Zeroed. The size class is to be remembered for free. NULL: out of memory. */
void *cad__pool_alloc(cad__pool *pool, size_t size, unsigned *size_class);
void cad__pool_free(cad__pool *pool, void *piece, unsigned size_class);
/* Frees all blocks, with whatever is still in them. */
void cad__pool_clear(cad__pool *pool);

#endif

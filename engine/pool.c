/* Where a loop's objects get their memory: pieces of one size side by side, recycled, without a
 * word of overhead. A million tasks are a few hundred blocks for the allocator.
 *
 * A size class is a size in words. What was freed is on its class's list, linked through its first
 * word; what was never used is the rest of the last block, cut off from the front. A piece does not
 * know its class: whoever allocates it keeps that (cad__object.size_class), and class 0 is what is
 * too large for a list and goes to the allocator by itself. Nothing is given back before the loop
 * goes, and then as blocks, whatever is still in them.
 *
 * The address sanitizer would see a block as one allocation in use. So a piece is poisoned while it
 * is nobody's, its link included: that is written before, and read after it is in use again. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cadran.h"
#include "pool.h"
#include "sanitizer.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif

enum {
    UNIT = 8, /* sizes are multiples of it */
    FIRST_BLOCK = 8 * 1024,
    LARGEST_BLOCK = 256 * 1024,
};

/* Blocks are never given back before the loop goes: what was needed once will be again. */
struct cad__block {
    struct cad__block *next;
    size_t size;
};

static size_t class_of(size_t size) {
    return (size + UNIT - 1) / UNIT;
}

/* Asks for the pages of a block at once. Whoever has filled a block of the largest size will fill
 * this one, and a fault for each page is what costs most in a task that is created. A kernel that
 * cannot leaves it at that. */
static void populate(void *block, size_t size) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = ((uintptr_t)block + page - 1) / page * page;
    uintptr_t to = ((uintptr_t)block + size) / page * page;
    if (from < to)
        (void)madvise((char *)block + (from - (uintptr_t)block), to - from, MADV_POPULATE_WRITE);
}

static bool add_block(cad__pool *pool) {
    size_t size = pool->blocks == NULL ? FIRST_BLOCK : 2 * pool->blocks->size;
    if (size > LARGEST_BLOCK)
        size = LARGEST_BLOCK;
    struct cad__block *block = cad_realloc(NULL, size);
    if (block == NULL)
        return false;
    if (size == LARGEST_BLOCK)
        populate(block, size);
    block->size = size;
    block->next = pool->blocks;
    pool->blocks = block;
    pool->fresh = (char *)(block + 1);
    pool->left = size - sizeof *block;
    CAD__POISON(pool->fresh, pool->left);
    return true;
}

void *cad__pool_alloc(cad__pool *pool, size_t size, unsigned *size_class) {
    size_t class = class_of(size);
    *size_class = class < CAD__POOL_CLASSES ? (unsigned)class : 0;
    if (*size_class == 0)
        return cad__zalloc(size);
    size = class * UNIT;
    void *piece = pool->free[class];
    if (piece != NULL) {
        CAD__UNPOISON(piece, size);
        memcpy(&pool->free[class], piece, sizeof(void *));
    } else {
        /* The rest of the last block is lost: less than one piece of it in hundreds. */
        if (pool->left < size && !add_block(pool))
            return NULL;
        piece = pool->fresh;
        pool->fresh += size;
        pool->left -= size;
        CAD__UNPOISON(piece, size);
    }
    return memset(piece, 0, size);
}

void cad__pool_free(cad__pool *pool, void *piece, unsigned size_class) {
    if (size_class == 0) {
        cad__free(piece);
        return;
    }
    memcpy(piece, &pool->free[size_class], sizeof(void *));
    pool->free[size_class] = piece;
    CAD__POISON(piece, (size_t)size_class * UNIT);
}

void cad__pool_clear(cad__pool *pool) {
    while (pool->blocks != NULL) {
        struct cad__block *block = pool->blocks;
        pool->blocks = block->next;
        CAD__UNPOISON(block, block->size);
        cad__free(block);
    }
}

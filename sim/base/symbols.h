/* symbols.h - names as small numbers: the first that is added is 0, the next new one 1, ...
 */
#ifndef BASE_SYMBOLS_H
#define BASE_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/suggestion.h"

#define BASE_NO_SYMBOL UINT32_MAX

/* Zeroed, it is empty. */
typedef struct base_symbols {
    struct base_symbol *list; /* in the order of their numbers */
    uint32_t *buckets;
    size_t count;
    size_t capacity;
    size_t bucket_count; /* a power of two, or 0 */
} base_symbols;

/* The number of a name; BASE_NO_SYMBOL when it is not there. */
uint32_t base_symbols_find(const base_symbols *symbols, const char *name, size_t length);

/* The number of a name, which is copied and added if it is not there yet; *added, which may be
 * NULL, tells. BASE_NO_SYMBOL when memory runs out. */
uint32_t base_symbols_add(base_symbols *symbols, const char *name, size_t length, bool *added);

/* The name with a number below `count`; ends in '\0', and lives as long as the symbols. */
const char *base_symbols_name(const base_symbols *symbols, uint32_t number);

/* Offers each name. */
void base_symbols_suggest(const base_symbols *symbols, base_suggestion *suggestion);

void base_symbols_free(base_symbols *symbols);

#endif

/* symbols.h - texts as small numbers, each once: the first that is added is 0, the next new one 1,
 * ...
 */
#ifndef BASE_SYMBOLS_H
#define BASE_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/suggestion.h"

#define BASE_NO_SYMBOL UINT32_MAX

/* So many bytes behind a text's '\0' may be read, whatever they are: it is gone through in words.
 */
enum { BASE_SYMBOL_BEHIND = 8 };

/* Zeroed, it is empty. */
typedef struct base_symbols {
    struct base_symbol *list; /* in the order of their numbers */
    uint32_t *slots;          /* numbers plus 1, by hash, with linear probing; 0: empty */
    size_t count;
    size_t capacity;
    size_t slot_count; /* a power of two, or 0 */
    struct base_symbol_block *blocks;
    char *at; /* where the next text goes, in the first block ... */
    size_t room;
    size_t block_bytes; /* of all of them */
} base_symbols;

struct base_symbol {
    const char *text;
    uint32_t length;
    uint32_t hash;
};

/* The number of a text; BASE_NO_SYMBOL when it is not there. */
uint32_t base_symbols_find(const base_symbols *symbols, const char *text, size_t length);

/* The number of a text, which is copied and added if it is not there yet; *added, which may be
 * NULL, tells. BASE_NO_SYMBOL when memory runs out. */
uint32_t base_symbols_add(base_symbols *symbols, const char *text, size_t length, bool *added);

/* The text with a number below `count`; ends in '\0', and stays where it is as long as the symbols
 * do. */
static inline const char *base_symbols_name(const base_symbols *symbols, uint32_t number) {
    return symbols->list[number].text;
}

/* Offers each of them. */
void base_symbols_suggest(const base_symbols *symbols, base_suggestion *suggestion);

/* The bytes of memory that they take. */
size_t base_symbols_memory(const base_symbols *symbols);

void base_symbols_free(base_symbols *symbols);

#endif

/* Names as numbers, in the order in which they come. */
#include "base/symbols.h"

#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"

struct base_symbol {
    char *name;
    uint32_t length;
    uint32_t hash;
};

/* FNV-1a. */
static uint32_t hash_of(const char *name, size_t length) {
    uint32_t hash = UINT32_C(2166136261);
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)name[i]) * UINT32_C(16777619);
    return hash;
}

/* The bucket that holds the name, or the empty one where it would go. */
static size_t bucket_of(const base_symbols *symbols, const char *name, size_t length,
                        uint32_t hash) {
    size_t mask = symbols->bucket_count - 1, i = hash & mask;
    for (;; i = (i + 1) & mask) {
        if (symbols->buckets[i] == BASE_NO_SYMBOL)
            return i;
        const struct base_symbol *symbol = &symbols->list[symbols->buckets[i]];
        if (symbol->hash == hash && symbol->length == length &&
            memcmp(symbol->name, name, length) == 0)
            return i;
    }
}

uint32_t base_symbols_find(const base_symbols *symbols, const char *name, size_t length) {
    if (symbols->count == 0)
        return BASE_NO_SYMBOL;
    return symbols->buckets[bucket_of(symbols, name, length, hash_of(name, length))];
}

/* Keeps a third of the buckets empty, so that every search ends soon. */
static bool make_buckets(base_symbols *symbols) {
    if ((symbols->count + 1) * 3 <= symbols->bucket_count * 2)
        return true;
    size_t count = symbols->bucket_count > 0 ? symbols->bucket_count * 2 : 16;
    uint32_t *buckets = base_alloc(count * sizeof *buckets);
    if (buckets == NULL)
        return false;
    memset(buckets, 0xff, count * sizeof *buckets);
    base_free(symbols->buckets);
    symbols->buckets = buckets;
    symbols->bucket_count = count;
    for (size_t i = 0; i < symbols->count; i++) {
        const struct base_symbol *symbol = &symbols->list[i];
        buckets[bucket_of(symbols, symbol->name, symbol->length, symbol->hash)] = (uint32_t)i;
    }
    return true;
}

uint32_t base_symbols_add(base_symbols *symbols, const char *name, size_t length, bool *added) {
    uint32_t number = base_symbols_find(symbols, name, length);
    if (added != NULL)
        *added = number == BASE_NO_SYMBOL;
    if (number != BASE_NO_SYMBOL)
        return number;
    struct base_symbol *list =
        base_grown(symbols->list, symbols->count, &symbols->capacity, sizeof *list);
    if (list == NULL)
        return BASE_NO_SYMBOL;
    symbols->list = list;
    char *copy = make_buckets(symbols) ? base_strndup(name, length) : NULL;
    if (copy == NULL)
        return BASE_NO_SYMBOL;
    uint32_t hash = hash_of(name, length);
    number = (uint32_t)symbols->count;
    symbols->buckets[bucket_of(symbols, name, length, hash)] = number;
    list[symbols->count++] = (struct base_symbol){copy, (uint32_t)length, hash};
    return number;
}

const char *base_symbols_name(const base_symbols *symbols, uint32_t number) {
    return symbols->list[number].name;
}

void base_symbols_suggest(const base_symbols *symbols, base_suggestion *suggestion) {
    for (size_t i = 0; i < symbols->count; i++)
        base_suggestion_offer(suggestion, symbols->list[i].name);
}

void base_symbols_free(base_symbols *symbols) {
    for (size_t i = 0; i < symbols->count; i++)
        base_free(symbols->list[i].name);
    base_free(symbols->list);
    base_free(symbols->buckets);
    *symbols = (base_symbols){0};
}

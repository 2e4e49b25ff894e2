/* Each text once, in blocks that never move, found by a hash table of their numbers. */
#include "base/symbols.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* There are as many tables as coroutines, most of few names; and those of a trace, of millions. */
enum { FIRST_BLOCK = 128, LARGEST_BLOCK = 64 * 1024, FIRST_SLOTS = 16 };

/* Texts lie one after the other in blocks, so that none has to move. */
struct base_symbol_block {
    struct base_symbol_block *next;
    char bytes[];
};

/* The slot of a text, or the empty one where it would go. */
static size_t find_slot(const base_symbols *symbols, const char *text, size_t length,
                        uint32_t hash) {
    size_t mask = symbols->slot_count - 1;
    size_t slot = hash & mask;
    for (; symbols->slots[slot] != 0; slot = (slot + 1) & mask) {
        const struct base_symbol *symbol = &symbols->list[symbols->slots[slot] - 1];
        if (symbol->hash == hash && symbol->length == length &&
            memcmp(symbol->text, text, length) == 0)
            break;
    }
    return slot;
}

uint32_t base_symbols_find(const base_symbols *symbols, const char *text, size_t length) {
    if (symbols->count == 0)
        return BASE_NO_SYMBOL;
    return symbols->slots[find_slot(symbols, text, length, base_hash(text, length))] - 1;
}

/* Keeps the slots at most half full: at three quarters, a text that is not there is looked for in
 * more than eight of them, and in half as many it is in two or three. */
static bool grow_slots(base_symbols *symbols) {
    if (2 * (symbols->count + 1) <= symbols->slot_count)
        return true;
    size_t count = symbols->slot_count > 0 ? 2 * symbols->slot_count : FIRST_SLOTS;
    uint32_t *slots = base_zalloc(count, sizeof *slots);
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < symbols->count; i++) {
        size_t slot = symbols->list[i].hash & (count - 1);
        while (slots[slot] != 0)
            slot = (slot + 1) & (count - 1);
        slots[slot] = (uint32_t)i + 1;
    }
    base_free(symbols->slots);
    symbols->slots = slots;
    symbols->slot_count = count;
    return true;
}

/* Each block has as much as all before it, up to a point. */
static bool add_block(base_symbols *symbols, size_t size) {
    size_t bytes = symbols->block_bytes > FIRST_BLOCK ? symbols->block_bytes : FIRST_BLOCK;
    bytes = bytes < LARGEST_BLOCK ? bytes : LARGEST_BLOCK;
    bytes = bytes > size ? bytes : size;
    struct base_symbol_block *block = base_alloc(sizeof *block + bytes + BASE_SYMBOL_BEHIND);
    if (block == NULL)
        return false;
    block->next = symbols->blocks;
    symbols->blocks = block;
    symbols->at = block->bytes;
    symbols->room = bytes;
    symbols->block_bytes += sizeof *block + bytes + BASE_SYMBOL_BEHIND;
    return true;
}

static const char *copy(base_symbols *symbols, const char *text, size_t length) {
    if (length >= symbols->room && !add_block(symbols, length + 1))
        return NULL;
    char *bytes = symbols->at;
    memcpy(bytes, text, length);
    bytes[length] = '\0';
    symbols->at += length + 1;
    symbols->room -= length + 1;
    return bytes;
}

/* Of a text that is not there. */
static uint32_t add(base_symbols *symbols, const char *text, size_t length, uint32_t hash) {
    if (length >= UINT32_MAX || symbols->count >= BASE_NO_SYMBOL - 1 || !grow_slots(symbols) ||
        !base_grow(&symbols->list, &symbols->capacity, symbols->count, sizeof *symbols->list))
        return BASE_NO_SYMBOL;
    const char *kept = copy(symbols, text, length);
    if (kept == NULL)
        return BASE_NO_SYMBOL;
    uint32_t number = (uint32_t)symbols->count;
    size_t slot = find_slot(symbols, text, length, hash);
    symbols->list[symbols->count++] = (struct base_symbol){kept, (uint32_t)length, hash};
    symbols->slots[slot] = number + 1;
    return number;
}

uint32_t base_symbols_add(base_symbols *symbols, const char *text, size_t length, bool *added) {
    uint32_t hash = base_hash(text, length);
    uint32_t number = BASE_NO_SYMBOL;
    if (symbols->count > 0)
        number = symbols->slots[find_slot(symbols, text, length, hash)] - 1;
    if (added != NULL)
        *added = number == BASE_NO_SYMBOL;
    return number != BASE_NO_SYMBOL ? number : add(symbols, text, length, hash);
}

void base_symbols_suggest(const base_symbols *symbols, base_suggestion *suggestion) {
    for (size_t i = 0; i < symbols->count; i++)
        base_suggestion_offer(suggestion, symbols->list[i].text);
}

size_t base_symbols_memory(const base_symbols *symbols) {
    return symbols->capacity * sizeof *symbols->list +
           symbols->slot_count * sizeof *symbols->slots + symbols->block_bytes;
}

void base_symbols_free(base_symbols *symbols) {
    for (struct base_symbol_block *block = symbols->blocks, *next; block != NULL; block = next) {
        next = block->next;
        base_free(block);
    }
    base_free(symbols->list);
    base_free(symbols->slots);
    *symbols = (base_symbols){0};
}

/* Each text once, in blocks that never move. */
#include "base/strings.h"

#include "base/memory.h"
#include "base/text.h"

#include <stdbool.h>
#include <string.h>

enum { BLOCK_SIZE = 64 * 1024, FIRST_SLOTS = 1024 };

struct string {
    const char *text;
    uint32_t length;
    uint32_t hash;
};

/* Texts lie one after the other in blocks, so that none has to move. */
struct block {
    struct block *next;
    char bytes[];
};

struct base_strings {
    struct string *strings;
    size_t count;
    size_t capacity;
    uint32_t *slots; /* numbers plus 1, by hash, with linear probing; 0: empty */
    size_t slot_count;
    struct block *blocks;
    char *at; /* in the first block */
    size_t room;
    size_t block_bytes;
};

struct base_strings *base_strings_new(void) {
    struct base_strings *strings = base_zalloc(1, sizeof *strings);
    if (strings == NULL)
        return NULL;
    strings->slots = base_zalloc(FIRST_SLOTS, sizeof *strings->slots);
    strings->slot_count = FIRST_SLOTS;
    if (strings->slots == NULL || base_strings_add(strings, "", 0) != 0) {
        base_strings_free(strings);
        return NULL;
    }
    return strings;
}

void base_strings_free(struct base_strings *strings) {
    if (strings == NULL)
        return;
    for (struct block *block = strings->blocks, *next; block != NULL; block = next) {
        next = block->next;
        base_free(block);
    }
    base_free(strings->strings);
    base_free(strings->slots);
    base_free(strings);
}

/* The slot of a text, or the empty one where it would go. */
static size_t find_slot(const struct base_strings *strings, const char *text, size_t length,
                        uint32_t hash) {
    size_t mask = strings->slot_count - 1;
    size_t slot = hash & mask;
    for (; strings->slots[slot] != 0; slot = (slot + 1) & mask) {
        const struct string *string = &strings->strings[strings->slots[slot] - 1];
        if (string->hash == hash && string->length == length &&
            memcmp(string->text, text, length) == 0)
            break;
    }
    return slot;
}

/* Keeps the slots at most three quarters full. */
static bool grow_slots(struct base_strings *strings) {
    if (4 * (strings->count + 1) <= 3 * strings->slot_count)
        return true;
    size_t count = 2 * strings->slot_count;
    uint32_t *slots = base_zalloc(count, sizeof *slots);
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < strings->count; i++) {
        size_t slot = strings->strings[i].hash & (count - 1);
        while (slots[slot] != 0)
            slot = (slot + 1) & (count - 1);
        slots[slot] = (uint32_t)i + 1;
    }
    base_free(strings->slots);
    strings->slots = slots;
    strings->slot_count = count;
    return true;
}

static char *take_bytes(struct base_strings *strings, size_t size) {
    if (size > strings->room) {
        size_t bytes = size > BLOCK_SIZE ? size : BLOCK_SIZE;
        struct block *block = base_alloc(sizeof *block + bytes);
        if (block == NULL)
            return NULL;
        block->next = strings->blocks;
        strings->blocks = block;
        strings->at = block->bytes;
        strings->room = bytes;
        strings->block_bytes += sizeof *block + bytes;
    }
    char *bytes = strings->at;
    strings->at += size;
    strings->room -= size;
    return bytes;
}

uint32_t base_strings_add(struct base_strings *strings, const char *text, size_t length) {
    uint32_t hash = base_hash(text, length);
    size_t slot = find_slot(strings, text, length, hash);
    if (strings->slots[slot] != 0)
        return strings->slots[slot] - 1;
    if (length >= UINT32_MAX || strings->count >= UINT32_MAX - 1 || !grow_slots(strings) ||
        !base_grow(&strings->strings, &strings->capacity, strings->count, sizeof *strings->strings))
        return UINT32_MAX;
    char *copy = take_bytes(strings, length + 1);
    if (copy == NULL)
        return UINT32_MAX;
    memcpy(copy, text, length);
    copy[length] = '\0';
    uint32_t number = (uint32_t)strings->count++;
    strings->strings[number] = (struct string){copy, (uint32_t)length, hash};
    strings->slots[find_slot(strings, text, length, hash)] = number + 1;
    return number;
}

uint32_t base_strings_find(const struct base_strings *strings, const char *text, size_t length) {
    size_t slot = find_slot(strings, text, length, base_hash(text, length));
    return strings->slots[slot] == 0 ? UINT32_MAX : strings->slots[slot] - 1;
}

const char *base_strings_text(const struct base_strings *strings, uint32_t number) {
    return number < strings->count ? strings->strings[number].text : "";
}

size_t base_strings_length(const struct base_strings *strings, uint32_t number) {
    return number < strings->count ? strings->strings[number].length : 0;
}

uint32_t base_strings_count(const struct base_strings *strings) {
    return (uint32_t)strings->count;
}

size_t base_strings_memory(const struct base_strings *strings) {
    return sizeof *strings + strings->capacity * sizeof *strings->strings +
           strings->slot_count * sizeof *strings->slots + strings->block_bytes;
}

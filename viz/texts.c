/* A hash table of texts, which ages by pictures. */
#include "texts.h"

#include <stdlib.h>
#include <string.h>

static uint64_t hash_of(enum viz_font font, const char *text, size_t length) {
    uint64_t hash = UINT64_C(14695981039346656037) ^ (uint64_t)font;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
    return hash;
}

static int *slot_of(struct viz_texts *texts, uint64_t hash, enum viz_font font, const char *text,
                    size_t length) {
    size_t at = (size_t)(hash ^ hash >> 32) % VIZ_TEXT_SLOTS;
    for (;; at = (at + 1) % VIZ_TEXT_SLOTS) {
        int *slot = &texts->slots[at];
        if (*slot == 0)
            return slot;
        const struct viz_text_entry *entry = &texts->entries[*slot - 1];
        if (entry->hash == hash && entry->font == font && strncmp(entry->text, text, length) == 0 &&
            entry->text[length] == '\0')
            return slot;
    }
}

struct viz_text_entry *viz_texts_find(struct viz_texts *texts, enum viz_font font, const char *text,
                                      size_t length, bool *known) {
    uint64_t hash = hash_of(font, text, length);
    int *slot = slot_of(texts, hash, font, text, length);
    *known = *slot != 0;
    if (!*known) {
        char *copy = texts->count < VIZ_TEXTS_MAX * 2 ? malloc(length + 1) : NULL;
        if (copy == NULL)
            return NULL;
        memcpy(copy, text, length);
        copy[length] = '\0';
        texts->entries[texts->count] =
            (struct viz_text_entry){.text = copy, .hash = hash, .font = font};
        *slot = ++texts->count;
    }
    struct viz_text_entry *entry = &texts->entries[*slot - 1];
    entry->used = texts->picture;
    return entry;
}

static void drop(struct viz_texts *texts, struct viz_text_entry *entry) {
    if (texts->drop != NULL)
        texts->drop(entry);
    free(entry->text);
}

void viz_texts_tidy(struct viz_texts *texts) {
    unsigned now = texts->picture++;
    if (texts->count <= VIZ_TEXTS_MAX)
        return;
    int kept = 0;
    for (int i = 0; i < texts->count; i++) {
        if (texts->entries[i].used == now && kept < VIZ_TEXTS_MAX)
            texts->entries[kept++] = texts->entries[i];
        else
            drop(texts, &texts->entries[i]);
    }
    texts->count = kept;
    memset(texts->slots, 0, sizeof texts->slots);
    for (int i = 0; i < kept; i++) {
        const struct viz_text_entry *entry = &texts->entries[i];
        *slot_of(texts, entry->hash, entry->font, entry->text, strlen(entry->text)) = i + 1;
    }
}

void viz_texts_clear(struct viz_texts *texts) {
    for (int i = 0; i < texts->count; i++)
        drop(texts, &texts->entries[i]);
    texts->count = 0;
    memset(texts->slots, 0, sizeof texts->slots);
}

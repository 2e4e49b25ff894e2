/* A hash table of texts with their uses; and before it a small one by address, for the words that
 * come again and again. */
#include "trace/names.h"

#include "base/memory.h"
#include "base/text.h"

#include <assert.h>
#include <string.h>

/* So many names without a use are kept before they are looked through: most come again soon. */
enum { UNUSED_MAX = 1024, FIRST_BUCKETS = 64 };

static uint32_t *bucket_of(struct trace_names *names, uint32_t hash) {
    return &names->buckets[hash & (names->bucket_count - 1)];
}

static int grow_buckets(struct trace_names *names) {
    uint32_t count = names->bucket_count == 0 ? FIRST_BUCKETS : 2 * names->bucket_count;
    uint32_t *buckets = base_zalloc(count, sizeof *buckets);
    if (buckets == NULL)
        return -1;
    uint32_t *old = names->buckets;
    uint32_t old_count = names->bucket_count;
    names->buckets = buckets;
    names->bucket_count = count;
    for (uint32_t i = 0; i < old_count; i++) {
        for (uint32_t name = old[i], next; name != 0; name = next) {
            next = names->entries[name].next;
            uint32_t *bucket = bucket_of(names, names->entries[name].hash);
            names->entries[name].next = *bucket;
            *bucket = name;
        }
    }
    base_free(old);
    return 0;
}

/* Frees every name without a use. */
static void sweep(struct trace_names *names) {
    for (uint32_t i = 0; i < names->bucket_count; i++) {
        uint32_t *link = &names->buckets[i];
        while (*link != 0) {
            uint32_t name = *link;
            struct trace_name *entry = &names->entries[name];
            if (entry->uses > 0) {
                link = &entry->next;
                continue;
            }
            *link = entry->next;
            base_free(entry->text);
            entry->text = NULL;
            entry->next = names->free;
            names->free = name;
        }
    }
    memset(names->recent, 0, sizeof names->recent);
    names->unused = 0;
}

/* An entry that is in no bucket; 0: no memory. */
static uint32_t take_entry(struct trace_names *names) {
    if (names->free != 0) {
        uint32_t name = names->free;
        names->free = names->entries[name].next;
        return name;
    }
    if (names->count == names->capacity) {
        uint32_t capacity = names->capacity == 0 ? FIRST_BUCKETS : 2 * names->capacity;
        struct trace_name *entries = base_realloc(names->entries, capacity * sizeof *entries);
        if (entries == NULL)
            return 0;
        names->entries = entries;
        names->capacity = capacity;
        if (names->count == 0)
            names->count = 1;
    }
    return names->count++;
}

static uint32_t add(struct trace_names *names, const char *text, size_t length, uint32_t hash) {
    if (names->used + names->unused >= names->bucket_count && grow_buckets(names) != 0)
        return 0;
    size_t size = (length / TRACE_NAME_PADDING + 1) * TRACE_NAME_PADDING;
    char *copy = base_zalloc(1, size);
    uint32_t name = copy == NULL ? 0 : take_entry(names);
    if (name == 0) {
        base_free(copy);
        return 0;
    }
    memcpy(copy, text, length);
    uint32_t *bucket = bucket_of(names, hash);
    names->entries[name] = (struct trace_name){.text = copy,
                                               .length = (uint32_t)length,
                                               .hash = hash,
                                               .plain = trace_is_plain(text, length),
                                               .uses = 1,
                                               .next = *bucket};
    *bucket = name;
    names->used++;
    return name;
}

static uint32_t use(struct trace_names *names, uint32_t name) {
    if (names->entries[name].uses++ == 0) {
        names->unused--;
        names->used++;
    }
    return name;
}

/* Where the recent name is whose texts were at these addresses. */
static uint32_t *recent_of(struct trace_names *names, const char *first, const char *second) {
    uint64_t addresses = (uintptr_t)first * UINT64_C(3) + (uintptr_t)second;
    return &names
                ->recent[addresses * UINT64_C(0x9E3779B97F4A7C15) >> 32 & (TRACE_NAMES_RECENT - 1)];
}

/* What follows `text` in `name`, which is to begin with it; else NULL. */
static const char *after(const char *name, const char *text) {
    for (; *text != '\0'; text++, name++)
        if (*name != *text)
            return NULL;
    return name;
}

/* An address may have another text by now, so the texts are compared. */
static bool is_made_of(const char *name, const char *first, const char *second) {
    name = after(name, first);
    if (name != NULL && second != NULL)
        name = *name == ' ' ? after(name + 1, second) : NULL;
    return name != NULL && *name == '\0';
}

/* The name in scratch, which may be a new one; 0: no memory. */
static uint32_t find_or_add(struct trace_names *names, size_t length) {
    const char *text = names->scratch;
    uint32_t hash = base_hash(text, length);
    uint32_t name = names->bucket_count == 0 ? 0 : *bucket_of(names, hash);
    for (; name != 0; name = names->entries[name].next) {
        const struct trace_name *entry = &names->entries[name];
        if (entry->hash == hash && entry->length == length &&
            memcmp(entry->text, text, length) == 0)
            return use(names, name);
    }
    return add(names, text, length, hash);
}

uint32_t trace_names_use(struct trace_names *names, const char *first, const char *second) {
    uint32_t *recent = recent_of(names, first, second);
    if (*recent != 0 && is_made_of(names->entries[*recent].text, first, second))
        return use(names, *recent);

    size_t first_length = strlen(first);
    size_t second_length = second == NULL ? 0 : strlen(second);
    size_t length = first_length + (second == NULL ? 0 : 1 + second_length);
    if (length >= UINT32_MAX)
        return 0;
    if (length > names->scratch_size) {
        char *scratch = base_realloc(names->scratch, 2 * length);
        if (scratch == NULL)
            return 0;
        names->scratch = scratch;
        names->scratch_size = 2 * length;
    }
    memcpy(names->scratch, first, first_length);
    if (second != NULL) {
        names->scratch[first_length] = ' ';
        memcpy(names->scratch + first_length + 1, second, second_length);
    }
    return *recent = find_or_add(names, length);
}

void trace_names_drop(struct trace_names *names, uint32_t name) {
    struct trace_name *entry = &names->entries[name];
    assert(entry->uses > 0);
    if (--entry->uses > 0)
        return;
    names->used--;
    names->unused++;
    if (names->unused > UNUSED_MAX && names->unused > names->used)
        sweep(names);
}

void trace_names_free(struct trace_names *names) {
    for (uint32_t name = 1; name < names->count; name++)
        base_free(names->entries[name].text);
    base_free(names->entries);
    base_free(names->buckets);
    base_free(names->scratch);
    *names = (struct trace_names){0};
}

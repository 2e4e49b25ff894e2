/* The table of kinds as the reader asks it, once an event. */
#include "trace/kinds.h"

#include <string.h>

static struct trace_kind_word word_of(const char *text) {
    struct trace_kind_word word = {.text = text, .length = strlen(text)};
    size_t begins = word.length < sizeof word.begin ? word.length : sizeof word.begin;
    memcpy(&word.begin, text, begins);
    memset(&word.mask, 0xFF, begins);
    return word;
}

/* Behind each text that was scanned is padding, so that eight bytes can be had of a short one. */
static inline bool is(struct trace_raw raw, const struct trace_kind_word *word) {
    uint64_t begin;
    if (raw.length != word->length)
        return false;
    memcpy(&begin, raw.text, sizeof begin);
    return (begin & word->mask) == word->begin &&
           (raw.length <= sizeof begin || memcmp(raw.text, word->text, raw.length) == 0);
}

/* Metadata has no category. */
static inline size_t chain_of(char phase, const char *category, size_t length) {
    size_t mixed = (unsigned char)phase;
    if (phase != 'M' && length > 0)
        mixed += 5 * length + 11 * (unsigned char)category[0];
    return mixed & (TRACE_KIND_CHAINS - 1);
}

void trace_kind_index_init(struct trace_kind_index *index) {
    *index = (struct trace_kind_index){0};
    for (int kind = TRACE_KIND_COUNT - 1; kind > TRACE_UNKNOWN; kind--) {
        const struct trace_kind_row *row = &trace_kinds[kind];
        const struct trace_kind_word category = word_of(trace_categories[row->category]);
        size_t chain = chain_of(row->phase, category.text, category.length);
        index->next[kind] = index->first[chain];
        index->first[chain] = (uint8_t)kind;
        index->categories[kind] = category;
        if (row->name != NULL)
            index->names[kind] = word_of(row->name);
    }
}

struct trace_found_kind trace_kind_index_find(const struct trace_kind_index *index,
                                              const struct trace_raw_event *raw) {
    struct trace_found_kind found = {TRACE_UNKNOWN, TRACE_UNKNOWN};
    size_t chain = chain_of(raw->phase, raw->category.text, raw->category.length);
    for (int kind = index->first[chain]; kind != TRACE_UNKNOWN; kind = index->next[kind]) {
        if (trace_kinds[kind].phase != raw->phase ||
            (raw->phase != 'M' && !is(raw->category, &index->categories[kind])))
            continue;
        if (found.like == TRACE_UNKNOWN)
            found.like = (enum trace_kind)kind;
        if (index->names[kind].text == NULL || is(raw->name, &index->names[kind])) {
            found.kind = (enum trace_kind)kind;
            return found;
        }
    }
    return found;
}

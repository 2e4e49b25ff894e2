/* The table of kinds as the reader asks it, once an event: chained by phase. */
#include "trace/kinds.h"

#include <string.h>

void trace_kind_index_init(struct trace_kind_index *index) {
    *index = (struct trace_kind_index){0};
    for (int kind = TRACE_KIND_COUNT - 1; kind > TRACE_UNKNOWN; kind--) {
        size_t phase = (size_t)trace_kinds[kind].phase;
        index->next[kind] = index->first[phase];
        index->first[phase] = (uint8_t)kind;
        if (trace_kinds[kind].name != NULL)
            index->name_lengths[kind] = (uint8_t)strlen(trace_kinds[kind].name);
    }
    for (size_t i = 0; i < TRACE_CATEGORY_COUNT; i++)
        index->category_lengths[i] = (uint8_t)strlen(trace_categories[i]);
}

/* Most differ in their length or in their last letter. */
static bool is(struct trace_raw raw, const char *text, size_t length) {
    return raw.length == length && raw.text[length - 1] == text[length - 1] &&
           memcmp(raw.text, text, length) == 0;
}

struct trace_found_kind trace_kind_index_find(const struct trace_kind_index *index,
                                              const struct trace_raw_event *raw) {
    struct trace_found_kind found = {TRACE_UNKNOWN, TRACE_UNKNOWN};
    if (raw->phase < 0)
        return found;
    for (int kind = index->first[(size_t)raw->phase]; kind != TRACE_UNKNOWN;
         kind = index->next[kind]) {
        const struct trace_kind_row *row = &trace_kinds[kind];
        if (raw->phase != 'M' && !is(raw->category, trace_categories[row->category],
                                     index->category_lengths[row->category]))
            continue;
        if (found.like == TRACE_UNKNOWN)
            found.like = (enum trace_kind)kind;
        if (row->name == NULL || is(raw->name, row->name, index->name_lengths[kind])) {
            found.kind = (enum trace_kind)kind;
            return found;
        }
    }
    return found;
}

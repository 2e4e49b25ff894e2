/* The table of kinds as the reader asks it, once an event: chained by phase. */
#include "trace/kinds.h"

#include <string.h>

void trace_kind_index_init(struct trace_kind_index *index) {
    *index = (struct trace_kind_index){0};
    for (int kind = TRACE_KIND_COUNT - 1; kind > TRACE_UNKNOWN; kind--) {
        size_t phase = (size_t)trace_kinds[kind].phase;
        index->next[kind] = index->first[phase];
        index->first[phase] = (uint8_t)kind;
    }
    for (size_t i = 0; i < TRACE_CATEGORY_COUNT; i++)
        index->category_lengths[i] = (uint8_t)strlen(trace_categories[i]);
}

struct trace_found_kind trace_kind_index_find(const struct trace_kind_index *index,
                                              const struct trace_raw_event *raw) {
    struct trace_found_kind found = {TRACE_UNKNOWN, TRACE_UNKNOWN};
    if (raw->phase < 0)
        return found;
    for (int kind = index->first[(size_t)raw->phase]; kind != TRACE_UNKNOWN;
         kind = index->next[kind]) {
        const struct trace_kind_row *row = &trace_kinds[kind];
        size_t length = index->category_lengths[row->category];
        if (raw->phase != 'M' &&
            (raw->category.length != length ||
             memcmp(raw->category.text, trace_categories[row->category], length) != 0))
            continue;
        if (found.like == TRACE_UNKNOWN)
            found.like = (enum trace_kind)kind;
        if (row->name == NULL || trace_raw_is(raw->name, row->name)) {
            found.kind = (enum trace_kind)kind;
            return found;
        }
    }
    return found;
}

/* trace/kinds.h - finds the kind of a line that was read, by the table of event.h. Private to the
 * reader.
 */
#ifndef TRACE_KINDS_H
#define TRACE_KINDS_H

#include "trace/event.h"
#include "trace/scan.h"

/* The table, by phase. */
struct trace_kind_index {
    uint8_t first[128]; /* by phase; TRACE_UNKNOWN: it has none */
    uint8_t next[TRACE_KIND_COUNT];
    uint8_t category_lengths[TRACE_CATEGORY_COUNT];
    uint8_t name_lengths[TRACE_KIND_COUNT];
};

void trace_kind_index_init(struct trace_kind_index *index);

/* What the table says of a line. */
struct trace_found_kind {
    enum trace_kind kind; /* TRACE_UNKNOWN: a later version's, or another program's */
    /* A kind of the same phase and category, whatever its name; TRACE_UNKNOWN: there is none. */
    enum trace_kind like;
};

struct trace_found_kind trace_kind_index_find(const struct trace_kind_index *index,
                                              const struct trace_raw_event *raw);

#endif

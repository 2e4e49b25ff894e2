/* trace/kinds.h - finds the kind of a line that was read, by the table of event.h. Private to the
 * reader.
 */
#ifndef TRACE_KINDS_H
#define TRACE_KINDS_H

#include "trace/event.h"
#include "trace/scan.h"

/* A text of the table, so that another can be compared with it without a call: its first bytes as a
 * number, and which of that are its. */
struct trace_kind_word {
    const char *text;
    size_t length;
    uint64_t begin, mask;
};

enum { TRACE_KIND_CHAINS = 64 /* a power of two */ };

/* The table, in chains of what phase and category have in common. */
struct trace_kind_index {
    uint8_t first[TRACE_KIND_CHAINS]; /* TRACE_UNKNOWN: the chain has none */
    uint8_t next[TRACE_KIND_COUNT];
    struct trace_kind_word categories[TRACE_KIND_COUNT];
    struct trace_kind_word names[TRACE_KIND_COUNT]; /* `text` NULL: it differs */
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

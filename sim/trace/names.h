/* trace/names.h - the names of what is open in a trace that is being written.
 *
 * An E event repeats the name of its B, so it must be known for as long as a slice is
 * open. A million tasks that wait for one queue share one entry here. Private to the stream.
 */
#ifndef TRACE_NAMES_H
#define TRACE_NAMES_H

#include "trace/event.h"

#include <stddef.h>
#include <stdint.h>

enum { TRACE_NAMES_RECENT = 64 /* a power of two */ };

struct trace_name {
    char *text; /* its memory is a multiple of TRACE_NAME_PADDING, and may be read to its end */
    uint32_t length;
    uint32_t hash;
    uint32_t plain : 1; /* it stands for itself in JSON */
    uint32_t uses : 31; /* 0: kept in case that it comes again */
    uint32_t next;      /* in its bucket, or among the free entries; 0: the last */
};

/* All zero: empty. */
struct trace_names {
    struct trace_name *entries; /* [0] is not used, so that 0 can stand for none */
    uint32_t count;             /* entries ever taken, [0] included */
    uint32_t capacity;
    uint32_t free;   /* first entry to be used again */
    uint32_t unused; /* entries with 0 uses */
    uint32_t used;   /* entries with more */
    uint32_t *buckets;
    uint32_t bucket_count; /* a power of two, or 0 */
    char *scratch;         /* where the next name is put together */
    size_t scratch_size;
    uint32_t recent[TRACE_NAMES_RECENT]; /* by the addresses of their texts: found before others */
};

/* The name made of the two texts, one space between them (second may be NULL: the first alone),
 * with one use more. 0: no memory. */
uint32_t trace_names_use(struct trace_names *names, const char *first, const char *second);

/* One use more of a name that has some. */
static inline uint32_t trace_names_use_again(struct trace_names *names, uint32_t name) {
    names->entries[name].uses++;
    return name;
}

/* One use less. */
void trace_names_drop(struct trace_names *names, uint32_t name);

void trace_names_free(struct trace_names *names);

#endif

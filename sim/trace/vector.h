/* trace/vector.h - arrays of which copies cost nothing: two copies share all but what was changed
 * in one of them since. Private to the trace.
 *
 * A vector is a tree with the records in its leaves. A change copies the leaf that it is in, and
 * what is on the way to it, where other copies have them too; the rest stays shared. So that a
 * state of a hundred thousand tasks can be kept every so many events, and takes the memory of what
 * has changed meanwhile.
 */
#ifndef TRACE_VECTOR_H
#define TRACE_VECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the records of a vector are. */
struct trace_vector_kind {
    size_t size;
    unsigned leaf_bits; /* 2 to this power are in a leaf: the fewer, the less a change copies */
    /* For records that hold a vector themselves, NULL otherwise: there is one copy more of this
     * one; this one goes. */
    void (*share)(void *record);
    void (*drop)(void *record);
};

struct trace_vector {
    const struct trace_vector_kind *kind;
    struct trace_node *root; /* NULL: nothing in it, or zeros alone */
    unsigned height;         /* 0: the root is a leaf */
    uint64_t first;          /* where in the tree the first record is */
    uint64_t count;
    size_t *bytes; /* the memory of this vector and all that share it, kept up to date */
};

/* Empty. `bytes` outlives the vector and its copies. */
void trace_vector_init(struct trace_vector *vector, const struct trace_vector_kind *kind,
                       size_t *bytes);
/* After `copy = *vector`: makes it a copy of its own. */
void trace_vector_share(struct trace_vector *copy);
void trace_vector_free(struct trace_vector *vector);

/* A record, until the next change; NULL where it was never written and is zero. */
const void *trace_vector_at(const struct trace_vector *vector, uint64_t index);

/* The record to be written; it stays where it is until the vector is copied or made empty. An index
 * at or behind the end makes the vector longer: the new record, and those before it, are zero.
 * NULL: no memory. */
void *trace_vector_edit(struct trace_vector *vector, uint64_t index);

/* Takes out the last, or the first, record, which there must be, and which holds no vector. */
void trace_vector_pop(struct trace_vector *vector);
void trace_vector_shift(struct trace_vector *vector);
/* Takes out all. */
void trace_vector_clear(struct trace_vector *vector);

#endif

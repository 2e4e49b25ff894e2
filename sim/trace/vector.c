/* Arrays whose copies share what is the same in both: a tree of nodes that count who has them. */
#include "trace/vector.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"

/* Small leaves: a change copies one. */
enum { BITS = 4, FAN = 1 << BITS, MASK = FAN - 1 };

struct trace_node {
    uint32_t refs;
    union {
        struct trace_node *children[FAN]; /* NULL: zeros alone */
        char records[1];                  /* FAN of them */
    } u;
};

static size_t node_size(const struct trace_vector *vector, unsigned level) {
    size_t inside = level > 0 ? sizeof(struct trace_node *) * FAN : vector->kind->size * FAN;
    return offsetof(struct trace_node, u) + inside;
}

static void *record_of(const struct trace_vector *vector, struct trace_node *leaf, uint64_t at) {
    return leaf->u.records + (at & MASK) * vector->kind->size;
}

void trace_vector_init(struct trace_vector *vector, const struct trace_vector_kind *kind,
                       size_t *bytes) {
    *vector = (struct trace_vector){.kind = kind, .bytes = bytes};
}

void trace_vector_share(struct trace_vector *copy) {
    if (copy->root != NULL)
        copy->root->refs++;
}

/* As deep as the tree is high: a dozen levels at most. */
static void release(const struct trace_vector *vector, struct trace_node *node, unsigned level) {
    if (node == NULL || --node->refs > 0)
        return;
    for (uint64_t i = 0; i < FAN; i++) {
        if (level > 0)
            release(vector, node->u.children[i], level - 1);
        else if (vector->kind->drop != NULL)
            vector->kind->drop(record_of(vector, node, i));
    }
    *vector->bytes -= node_size(vector, level);
    base_free(node);
}

void trace_vector_free(struct trace_vector *vector) {
    release(vector, vector->root, vector->height);
    vector->root = NULL;
}

void trace_vector_clear(struct trace_vector *vector) {
    trace_vector_free(vector);
    vector->height = 0;
    vector->first = vector->count = 0;
}

const void *trace_vector_at(const struct trace_vector *vector, uint64_t index) {
    uint64_t at = vector->first + index;
    struct trace_node *node = vector->root;
    assert(index < vector->count);
    for (unsigned level = vector->height; level > 0 && node != NULL; level--)
        node = node->u.children[at >> (BITS * level) & MASK];
    return node != NULL ? record_of(vector, node, at) : NULL;
}

/* Makes the node in `*slot` this copy's alone. */
static struct trace_node *own(struct trace_vector *vector, struct trace_node **slot,
                              unsigned level) {
    struct trace_node *node = *slot;
    if (node != NULL && node->refs == 1)
        return node;
    size_t size = node_size(vector, level);
    struct trace_node *copy = base_zalloc(1, size);
    if (copy == NULL)
        return NULL;
    *vector->bytes += size;
    if (node != NULL) {
        memcpy(copy, node, size);
        node->refs--;
    }
    for (uint64_t i = 0; i < FAN && node != NULL; i++) {
        if (level > 0 && copy->u.children[i] != NULL)
            copy->u.children[i]->refs++;
        else if (level == 0 && vector->kind->share != NULL)
            vector->kind->share(record_of(vector, copy, i));
    }
    copy->refs = 1;
    return *slot = copy;
}

/* Puts roots on the tree until it has the place. */
static bool rise(struct trace_vector *vector, uint64_t at) {
    while (at >> (BITS * vector->height) >= FAN) {
        struct trace_node *below = vector->root, *root = NULL;
        if (below != NULL) {
            if (own(vector, &root, vector->height + 1) == NULL)
                return false;
            root->u.children[0] = below;
        }
        vector->root = root;
        vector->height++;
    }
    return true;
}

void *trace_vector_edit(struct trace_vector *vector, uint64_t index) {
    uint64_t at = vector->first + index;
    if (!rise(vector, at))
        return NULL;
    struct trace_node **slot = &vector->root;
    for (unsigned level = vector->height; level > 0; level--) {
        struct trace_node *node = own(vector, slot, level);
        if (node == NULL)
            return NULL;
        slot = &node->u.children[at >> (BITS * level) & MASK];
    }
    struct trace_node *leaf = own(vector, slot, 0);
    if (leaf == NULL)
        return NULL;
    void *record = record_of(vector, leaf, at);
    if (index >= vector->count) {
        vector->count = index + 1;
        memset(record, 0, vector->kind->size); /* one that was popped may have been there */
    }
    return record;
}

void trace_vector_pop(struct trace_vector *vector) {
    assert(vector->count > 0);
    if (--vector->count == 0)
        trace_vector_clear(vector);
}

/* Drops the leaf before `first`, none of whose records is left. Where there is no memory for that
 * it stays, and goes with the vector. */
static void drop_leaf(struct trace_vector *vector) {
    uint64_t at = vector->first - 1;
    struct trace_node **slot = &vector->root;
    for (unsigned level = vector->height; level > 0 && *slot != NULL; level--) {
        struct trace_node *node = own(vector, slot, level);
        if (node == NULL)
            return;
        slot = &node->u.children[at >> (BITS * level) & MASK];
    }
    release(vector, *slot, 0);
    *slot = NULL;
}

void trace_vector_shift(struct trace_vector *vector) {
    assert(vector->count > 0);
    vector->first++;
    if (--vector->count == 0)
        trace_vector_clear(vector);
    else if ((vector->first & MASK) == 0)
        drop_leaf(vector);
}

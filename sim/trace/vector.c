/* Arrays whose copies share what is the same in both: a tree of nodes that count who has them. */
#include "trace/vector.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"

enum { BITS = 4, FAN = 1 << BITS, MASK = FAN - 1 };

struct trace_node {
    uint32_t refs;
    union {
        struct trace_node *children[FAN]; /* NULL: zeros alone */
        char records[1];                  /* in a leaf */
    } u;
};

static size_t node_size(const struct trace_vector *vector, unsigned level) {
    size_t inside = level > 0 ? sizeof(struct trace_node *) * FAN
                              : vector->kind->size << vector->kind->leaf_bits;
    return offsetof(struct trace_node, u) + inside;
}

static uint64_t leaf_mask(const struct trace_vector *vector) {
    return (UINT64_C(1) << vector->kind->leaf_bits) - 1;
}

static void *record_of(const struct trace_vector *vector, struct trace_node *leaf, uint64_t at) {
    return leaf->u.records + (at & leaf_mask(vector)) * vector->kind->size;
}

/* The child of a node at `level`, above the leaves, on the way to the place. */
static struct trace_node **child_of(const struct trace_vector *vector, struct trace_node *node,
                                    unsigned level, uint64_t at) {
    return &node->u.children[at >> (vector->kind->leaf_bits + BITS * (level - 1)) & MASK];
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
    for (int i = 0; i < FAN && level > 0; i++)
        release(vector, node->u.children[i], level - 1);
    for (uint64_t i = 0; i <= leaf_mask(vector) && level == 0 && vector->kind->drop != NULL; i++)
        vector->kind->drop(record_of(vector, node, i));
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
        node = *child_of(vector, node, level, at);
    return node != NULL ? record_of(vector, node, at) : NULL;
}

/* What is in a node is in a copy of it now, too. */
static void share_inside(const struct trace_vector *vector, struct trace_node *copy,
                         unsigned level) {
    for (int i = 0; i < FAN && level > 0; i++)
        if (copy->u.children[i] != NULL)
            copy->u.children[i]->refs++;
    for (uint64_t i = 0; i <= leaf_mask(vector) && level == 0 && vector->kind->share != NULL; i++)
        vector->kind->share(record_of(vector, copy, i));
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
        share_inside(vector, copy, level);
    }
    copy->refs = 1;
    return *slot = copy;
}

/* Puts roots on the tree until it has the place. */
static bool rise(struct trace_vector *vector, uint64_t at) {
    while (at >> (vector->kind->leaf_bits + BITS * vector->height) > 0) {
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
        slot = child_of(vector, node, level, at);
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
        slot = child_of(vector, node, level, at);
    }
    release(vector, *slot, 0);
    *slot = NULL;
}

void trace_vector_shift(struct trace_vector *vector) {
    assert(vector->count > 0);
    vector->first++;
    if (--vector->count == 0)
        trace_vector_clear(vector);
    else if ((vector->first & leaf_mask(vector)) == 0)
        drop_leaf(vector);
}

/* edges.h - where runs of equal cells begin in a row of them, a bit each: what goes on as before is
 * passed by at 64 cells a step.
 */
#ifndef VIZ_EDGES_H
#define VIZ_EDGES_H

#include <stddef.h>
#include <stdint.h>

/* The words that so many cells take. */
static inline size_t viz_edges_words(int cells) {
    return ((size_t)cells + 63) / 64;
}

static inline void viz_edges_set(uint64_t *edges, size_t cell) {
    edges[cell / 64] |= UINT64_C(1) << cell % 64;
}

/* The first edge from a cell on, below `end`; else `end`. */
static inline int viz_edges_next(const uint64_t *edges, int cell, int end) {
    if (cell >= end)
        return end;
    size_t word = (size_t)cell / 64;
    uint64_t left = edges[word] & UINT64_MAX << (size_t)cell % 64;
    while (left == 0 && (++word) * 64 < (size_t)end)
        left = edges[word];
    int found = left != 0 ? (int)(word * 64) + __builtin_ctzll(left) : end;
    return found < end ? found : end;
}

/* The last edge up to a cell; there is one. */
static inline int viz_edges_last(const uint64_t *edges, int cell) {
    size_t word = (size_t)cell / 64;
    uint64_t left = edges[word] & UINT64_MAX >> (63 - (size_t)cell % 64);
    while (left == 0)
        left = edges[--word];
    return (int)(word * 64) + 63 - __builtin_clzll(left);
}

#endif

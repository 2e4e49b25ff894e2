/* compare/queues.h - numbers that wait in line, a line for each key. Private to the comparison.
 */
#ifndef CMP_QUEUES_H
#define CMP_QUEUES_H

#include "base/map.h"

/* All zero: empty. */
struct cmp_queues {
    struct base_map lines; /* by key */
    struct cmp_line {
        uint32_t first, last; /* places */
    } * line;
    struct cmp_place {
        uint32_t number;
        uint32_t next; /* 0: the last, or the last free one */
    } * places;        /* [0] is not used */
    size_t line_count, line_capacity, place_count, place_capacity;
    uint32_t free_line, free_place; /* plus 1; 0: none */
};

/* False: no memory. */
bool cmp_queues_push(struct cmp_queues *queues, uint64_t key, uint32_t number);
/* The first of a line, which leaves it; UINT32_MAX: nobody is there. */
uint32_t cmp_queues_pop(struct cmp_queues *queues, uint64_t key);
void cmp_queues_free(struct cmp_queues *queues);

static inline bool cmp_queues_empty(const struct cmp_queues *queues) {
    return queues->lines.count == 0;
}
static inline bool cmp_queues_has(const struct cmp_queues *queues, uint64_t key) {
    return base_map_get(&queues->lines, key) != UINT32_MAX;
}

#endif

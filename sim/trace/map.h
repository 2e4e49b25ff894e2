/* trace/map.h - numbers to numbers. Private to the trace. */
#ifndef TRACE_MAP_H
#define TRACE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero: empty. */
struct trace_map {
    struct trace_map_slot {
        uint64_t key;
        uint32_t value; /* plus 1; 0: the slot is empty */
    } * slots;
    size_t slot_count; /* a power of two, or 0 */
    size_t count;
};

/* UINT32_MAX where the key is not there. */
uint32_t trace_map_get(const struct trace_map *map, uint64_t key);

/* Adds or replaces; value is below UINT32_MAX. False: no memory. */
bool trace_map_put(struct trace_map *map, uint64_t key, uint32_t value);

/* Does nothing where the key is not there. */
void trace_map_remove(struct trace_map *map, uint64_t key);

void trace_map_free(struct trace_map *map);

#endif

/* trace/map.h - numbers to numbers. Private to the trace. */
#ifndef SIM_TRACE_MAP_H
#define SIM_TRACE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero: empty. */
struct sim_map {
    struct sim_map_slot {
        uint64_t key;
        uint32_t value; /* plus 1; 0: the slot is empty */
    } * slots;
    size_t slot_count; /* a power of two, or 0 */
    size_t count;
};

/* UINT32_MAX where the key is not there. */
uint32_t sim_map_get(const struct sim_map *map, uint64_t key);

/* Adds or replaces; value is below UINT32_MAX. False: no memory. */
bool sim_map_put(struct sim_map *map, uint64_t key, uint32_t value);

/* Does nothing where the key is not there. */
void sim_map_remove(struct sim_map *map, uint64_t key);

void sim_map_free(struct sim_map *map);

#endif

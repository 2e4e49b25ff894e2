/* map.h - numbers to numbers. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero: empty. */
struct base_map {
    struct base_map_slot {
        uint64_t key;
        uint32_t value; /* plus 1; 0: the slot is empty */
    } * slots;
    size_t slot_count; /* a power of two, or 0 */
    size_t count;
};

/* UINT32_MAX where the key is not there. */
uint32_t base_map_get(const struct base_map *map, uint64_t key);

/* Adds or replaces; value is below UINT32_MAX. False: no memory. */
bool base_map_put(struct base_map *map, uint64_t key, uint32_t value);

/* Does nothing where the key is not there. */
void base_map_remove(struct base_map *map, uint64_t key);

void base_map_free(struct base_map *map);

#endif

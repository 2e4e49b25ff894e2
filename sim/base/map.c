/* A hash table of numbers: linear probing, and removal that moves back what comes after. */
#include "base/map.h"

#include "base/memory.h"

enum { FIRST_SLOTS = 16 };

/* Where a key belongs; neighbouring keys far from each other. */
static size_t home(const struct base_map *map, uint64_t key) {
    uint64_t hash = (key ^ (key >> 32)) * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(hash >> 32) & (map->slot_count - 1);
}

/* The slot of a key, or the empty one where it would go. */
static size_t find(const struct base_map *map, uint64_t key) {
    size_t slot = home(map, key);
    while (map->slots[slot].value != 0 && map->slots[slot].key != key)
        slot = (slot + 1) & (map->slot_count - 1);
    return slot;
}

uint32_t base_map_get(const struct base_map *map, uint64_t key) {
    if (map->count == 0)
        return UINT32_MAX;
    return map->slots[find(map, key)].value - 1;
}

static bool grow(struct base_map *map) {
    struct base_map wider = {.slot_count = map->slot_count == 0 ? FIRST_SLOTS : 2 * map->slot_count,
                             .count = map->count};
    wider.slots = base_zalloc(wider.slot_count, sizeof *wider.slots);
    if (wider.slots == NULL)
        return false;
    for (size_t i = 0; i < map->slot_count; i++)
        if (map->slots[i].value != 0)
            wider.slots[find(&wider, map->slots[i].key)] = map->slots[i];
    base_free(map->slots);
    *map = wider;
    return true;
}

bool base_map_put(struct base_map *map, uint64_t key, uint32_t value) {
    if (4 * (map->count + 1) > 3 * map->slot_count && !grow(map))
        return false;
    struct base_map_slot *slot = &map->slots[find(map, key)];
    map->count += slot->value == 0;
    *slot = (struct base_map_slot){key, value + 1};
    return true;
}

void base_map_remove(struct base_map *map, uint64_t key) {
    if (map->count == 0)
        return;
    size_t mask = map->slot_count - 1;
    size_t hole = find(map, key);
    if (map->slots[hole].value == 0)
        return;
    map->slots[hole].value = 0;
    map->count--;
    /* What comes after the hole moves into it, unless it would then be before its home. */
    for (size_t slot = (hole + 1) & mask; map->slots[slot].value != 0; slot = (slot + 1) & mask) {
        size_t distance = (slot - home(map, map->slots[slot].key)) & mask;
        if (distance < ((slot - hole) & mask))
            continue;
        map->slots[hole] = map->slots[slot];
        map->slots[slot].value = 0;
        hole = slot;
    }
}

void base_map_free(struct base_map *map) {
    base_free(map->slots);
    *map = (struct base_map){0};
}

/* Lines of numbers, by key: places are linked, and used again. */
#include "compare/queues.h"

#include "base/memory.h"

/* A place for a number, outside of any line; 0: no memory. */
static uint32_t new_place(struct cmp_queues *queues, uint32_t number) {
    uint32_t place = queues->free_place;
    if (place != 0) {
        queues->free_place = queues->places[place].next;
    } else {
        if (queues->place_count == 0)
            queues->place_count = 1;
        if (!base_grow(&queues->places, &queues->place_capacity, queues->place_count,
                       sizeof *queues->places))
            return 0;
        place = (uint32_t)queues->place_count++;
    }
    queues->places[place] = (struct cmp_place){.number = number};
    return place;
}

/* The line of a key that has none; UINT32_MAX: no memory. */
static uint32_t new_line(struct cmp_queues *queues, uint64_t key) {
    uint32_t line = queues->free_line;
    if (line != 0)
        queues->free_line = queues->line[--line].first;
    else if (base_grow(&queues->line, &queues->line_capacity, queues->line_count,
                       sizeof *queues->line))
        line = (uint32_t)queues->line_count++;
    else
        return UINT32_MAX;
    queues->line[line] = (struct cmp_line){0};
    return base_map_put(&queues->lines, key, line) ? line : UINT32_MAX;
}

bool cmp_queues_push(struct cmp_queues *queues, uint64_t key, uint32_t number) {
    uint32_t index = base_map_get(&queues->lines, key);
    uint32_t place = new_place(queues, number);
    if (index == UINT32_MAX)
        index = new_line(queues, key);
    if (place == 0 || index == UINT32_MAX)
        return false;
    struct cmp_line *line = &queues->line[index];
    if (line->first == 0)
        line->first = place;
    else
        queues->places[line->last].next = place;
    line->last = place;
    return true;
}

uint32_t cmp_queues_pop(struct cmp_queues *queues, uint64_t key) {
    uint32_t index = base_map_get(&queues->lines, key);
    if (index == UINT32_MAX)
        return UINT32_MAX;
    struct cmp_line *line = &queues->line[index];
    uint32_t taken = line->first;
    struct cmp_place *place = &queues->places[taken];
    line->first = place->next;
    place->next = queues->free_place;
    queues->free_place = taken;
    if (line->first == 0) {
        line->first = queues->free_line;
        queues->free_line = index + 1;
        base_map_remove(&queues->lines, key);
    }
    return place->number;
}

void cmp_queues_free(struct cmp_queues *queues) {
    base_map_free(&queues->lines);
    base_free(queues->line);
    base_free(queues->places);
}

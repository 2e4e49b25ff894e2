/* Which lanes are open, and what their slices are called. */
#include "trace/lanes.h"

#include "base/memory.h"

#include <string.h>

/* The first whose object's number is not below this one. */
static size_t place_of(const struct trace_lanes *lanes, uint64_t object) {
    size_t low = 0, high = lanes->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (lanes->open[middle].object < object)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool trace_lanes_add(struct trace_lanes *lanes, uint64_t object, uint32_t name) {
    if (!base_grow(&lanes->open, &lanes->capacity, lanes->count, sizeof *lanes->open))
        return false;
    size_t place = place_of(lanes, object);
    struct trace_open_lane *at = &lanes->open[place];
    memmove(at + 1, at, (lanes->count - place) * sizeof *at);
    *at = (struct trace_open_lane){object, name};
    lanes->count++;
    return true;
}

bool trace_lanes_has(const struct trace_lanes *lanes, uint64_t object) {
    size_t place = place_of(lanes, object);
    return place < lanes->count && lanes->open[place].object == object;
}

uint32_t trace_lanes_remove(struct trace_lanes *lanes, uint64_t object) {
    if (!trace_lanes_has(lanes, object))
        return 0;
    size_t place = place_of(lanes, object);
    struct trace_open_lane *at = &lanes->open[place];
    uint32_t name = at->name;
    memmove(at, at + 1, (--lanes->count - place) * sizeof *at);
    return name;
}

void trace_lanes_free(struct trace_lanes *lanes) {
    base_free(lanes->open);
    *lanes = (struct trace_lanes){0};
}

/* trace/lanes.h - the lanes of connections and programs that are open, while events are told.
 * Private to the stream.
 */
#ifndef TRACE_LANES_H
#define TRACE_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trace_open_lane {
    uint64_t object;
    uint32_t name; /* of its slice, with a use (names.h) */
};

/* All zero: none. They are in the order of their objects' numbers. */
struct trace_lanes {
    struct trace_open_lane *open;
    size_t count, capacity;
};

/* False: no memory. */
bool trace_lanes_add(struct trace_lanes *lanes, uint64_t object, uint32_t name);
bool trace_lanes_has(const struct trace_lanes *lanes, uint64_t object);
/* Takes it out: its name, or 0: it is not open. */
uint32_t trace_lanes_remove(struct trace_lanes *lanes, uint64_t object);
void trace_lanes_free(struct trace_lanes *lanes);

#endif

/* trace/held.h - begins of waits and spans that are not told yet, because time has not moved since:
 * those that end before it does have no length. Private to the stream.
 */
#ifndef TRACE_HELD_H
#define TRACE_HELD_H

#include "trace/alive.h"

/* So many at a time: their number must be bounded, a million tasks may begin to wait at once. */
enum { TRACE_HELD_MAX = 1 << TRACE_HELD_BITS };

struct trace_held_begin {
    struct trace_alive *alive; /* whose; NULL: it has ended meanwhile */
    uint32_t span;             /* which of its spans; 0: its wait */

    /* Of a wait: what explains it. */
    uint32_t owner;    /* name of the task that holds the object; 0: none */
    const char *type;  /* of the object, a literal; NULL: none */
    int64_t other_tid; /* of the owner; or, where there is none, of the task awaited; 0: none */
    int64_t until_ns;  /* CAD_NEVER */
};

struct trace_held {
    size_t count;
    struct trace_held_begin begins[TRACE_HELD_MAX];
};

#endif

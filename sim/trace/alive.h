/* trace/alive.h - what is open in the tasks that are alive, while events are told: 40 bytes a task,
 * and 12 for each span. Private to the stream.
 */
#ifndef TRACE_ALIVE_H
#define TRACE_ALIVE_H

#include "cadran.h"

/* Most names are so short that it takes less to keep them than to have them made again at the end.
 */
enum { TRACE_ALIVE_NAME = 15 };

/* Begins that are held back (held.h) are known by their slots. */
enum { TRACE_HELD_BITS = 12 };

#define TRACE_ALIVE_OBJECT_MAX ((UINT64_C(1) << 48) - 1)

/* One task. */
struct trace_alive {
    const cad_task *task;            /* NULL: not alive */
    uint64_t object : 48;            /* the id of what it waits for; 0: none */
    uint64_t ready : 1;              /* its ready slice is open */
    uint64_t held : 1;               /* the begin of its wait is held back ... */
    uint64_t slot : TRACE_HELD_BITS; /* ... here */
    uint32_t wait;                   /* name (names.h) of the wait that is open; 0: none */
    uint32_t span;                   /* the innermost open span; 0: none */
    uint8_t name_length;             /* 0: the name is longer than is kept */
    char name[TRACE_ALIVE_NAME];
};

struct trace_open_span {
    uint32_t name;
    uint32_t outer;                  /* the span around it, or the next free one; 0: none */
    uint32_t held : 1;               /* its begin is held back ... */
    uint32_t slot : TRACE_HELD_BITS; /* ... here */
};

/* All of them. All zero: none. */
struct trace_alive_tasks {
    struct trace_alive_page **pages; /* by the tasks' ids */
    size_t page_count;
    struct trace_open_span *spans; /* [0] is not used */
    size_t span_count;             /* entries ever taken */
    size_t span_capacity;
    uint32_t free_span;
    uint64_t open_spans;
};

/* Adds a task of that name; false: no memory. */
bool trace_alive_add(struct trace_alive_tasks *tasks, const cad_task *task, const char *name,
                     size_t length);
/* The entry of a task that was added; stays where it is until the task is removed. */
struct trace_alive *trace_alive_find(const struct trace_alive_tasks *tasks, const cad_task *task);
void trace_alive_remove(struct trace_alive_tasks *tasks, const cad_task *task);
/* The one with the lowest id that is at least `id`; NULL: none. */
struct trace_alive *trace_alive_next(const struct trace_alive_tasks *tasks, uint64_t id);

/* Opens a span inside those that the task has open, alive->span; false: no memory. */
bool trace_alive_push_span(struct trace_alive_tasks *tasks, struct trace_alive *alive,
                           uint32_t name);
/* Closes the innermost span, which there must be, and returns what it was. */
struct trace_open_span trace_alive_pop_span(struct trace_alive_tasks *tasks,
                                            struct trace_alive *alive);

void trace_alive_free(struct trace_alive_tasks *tasks);

#endif

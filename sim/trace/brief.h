/* trace/brief.h - an event in a few bytes, for who keeps all of a trace in memory.
 *
 * What most events of a kind have in common - which arguments they have, the keys of their fields -
 * is a shape, which is kept once. An event is the number of its shape, and numbers of as many bytes
 * as they need: of its texts, too. A trace of a hundred bytes a line takes some seven an event.
 *
 * Left out is what another event tells: of a task that is an argument there is the track, and not
 * the name; and of a header the values that were set. Private to the trace.
 */
#ifndef TRACE_BRIEF_H
#define TRACE_BRIEF_H

#include "trace/event.h"

struct base_strings;

struct trace_brief {
    struct base_strings *texts;  /* borrowed */
    struct base_strings *shapes; /* their bytes */
    uint32_t likely[TRACE_KIND_COUNT];
};

/* The most bytes that an event takes: numbers of ten bytes at most, which are its shape, time,
 * track and id, its name, an argument's number and text, and those of the fields. */
enum { TRACE_BRIEF_SIZE = 10 * (5 + 2 * TRACE_ARG_COUNT + TRACE_FIELDS_MAX) };

/* False: no memory. trace_brief_free() is due in any case. */
bool trace_brief_init(struct trace_brief *brief, struct base_strings *texts);
void trace_brief_free(struct trace_brief *brief);
size_t trace_brief_memory(const struct trace_brief *brief);

/* The end of what was written; NULL: no memory. `before_ns` is the time of the event before. */
unsigned char *trace_brief_put(struct trace_brief *brief, unsigned char *at, int64_t before_ns,
                               const struct trace_event *event);
/* All of it but its ordinal; `fields`, room for
 * TRACE_FIELDS_MAX, is where those of the event go. The end of what was read. */
const unsigned char *trace_brief_get(const struct trace_brief *brief, const unsigned char *at,
                                     int64_t before_ns, struct trace_event *event,
                                     struct trace_field *fields);

#endif

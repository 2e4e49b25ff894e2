/* trace/keep.h - keeps texts of events among those of a model, as numbers (base/strings.h).
 */
#ifndef TRACE_KEEP_H
#define TRACE_KEEP_H

#include "base/strings.h"
#include "trace/event.h"

/* The number of a text: 0 where it is empty, or none. False: no memory. */
bool trace_keep_text(struct base_strings *strings, struct trace_string text, uint32_t *number);
/* The same of an argument that is a text: 0 where the event lacks it. */
bool trace_keep_argument(struct base_strings *strings, const struct trace_event *event,
                         enum trace_argument_index argument, uint32_t *number);

#endif

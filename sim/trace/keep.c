/* Texts of events that a model keeps. */
#include "trace/keep.h"

bool trace_keep_text(struct base_strings *strings, struct trace_string text, uint32_t *number) {
    *number = text.length == 0 ? 0 : base_strings_add(strings, text.text, text.length);
    return *number != UINT32_MAX;
}

bool trace_keep_argument(struct base_strings *strings, const struct trace_event *event,
                         enum trace_argument_index argument, uint32_t *number) {
    *number = 0;
    return !trace_has(event, argument) ||
           trace_keep_text(strings, event->args[argument].text, number);
}

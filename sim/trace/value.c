/* Long values, told by their beginnings: a trace that repeated a text of a megabyte at each step
 * that passes it on would be all text. Two that begin alike are still told apart, by their lengths
 * and hashes. */
#include "trace/tell.h"

#include <inttypes.h>
#include <stdio.h>

/* FNV-1a, which anyone can compute again, on a machine of either byte order. */
static uint64_t hash_of(const char *text, size_t length) {
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001B3);
    return hash;
}

/* No character is cut. */
static size_t beginning_of(const char *text) {
    size_t length = TRACE_VALUE_MOST;
    while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
        length--;
    return length;
}

void trace_event_value(struct trace_stream *stream, struct trace_event *event, const char *text) {
    size_t length = strlen(text);
    if (length > TRACE_VALUE_MOST) {
        (void)snprintf(stream->value, sizeof stream->value, "%.*s... (%zu bytes, %016" PRIx64 ")",
                       (int)beginning_of(text), text, length, hash_of(text, length));
        text = stream->value;
    }
    trace_event_text(event, TRACE_ARG_VALUE, text);
}

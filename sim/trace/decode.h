/* trace/decode.h - from the pieces of a line to the event that it is, by the table of arguments.
 * Private to the reader.
 */
#ifndef TRACE_DECODE_H
#define TRACE_DECODE_H

#include "trace/event.h"
#include "trace/scan.h"

/* What an event that was decoded points to, beside the line; all zero: nothing yet. */
struct trace_decoder {
    struct trace_field *fields;
    size_t field_count;
    size_t field_capacity;
    char *texts; /* those that are not in the line as they are */
    size_t text_length;
    size_t text_capacity;
    int64_t time_ns; /* of the event before */
};

/* Fills the event, of a kind that is known (kinds.h), but for ordinal and line; it is there until
 * the next one. What the table does not say of its kind, or is not of the type that the table says,
 * is left to `source`. 0 or CAD_ENOMEM. */
int trace_decode(struct trace_decoder *decoder, enum trace_kind kind,
                 const struct trace_raw_event *raw, struct trace_event *event);

void trace_decoder_free(struct trace_decoder *decoder);

#endif

/* place.h - from a byte offset in a JSON text to line, column and JSON pointer.
 *
 * A document keeps one offset for each of its values and nothing else; the rest is found by
 * reading the text up to there, when a message needs it. A locator goes forward only, so that
 * sorted offsets cost one pass together.
 */
#ifndef DOCUMENT_PLACE_H
#define DOCUMENT_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "document/json.h"

typedef struct doc_locator {
    const char *text;
    size_t line;   /* of the last offset sought, from 1 */
    size_t column; /* from 1, in characters */
    /* place.c's own: how far lines have been counted, the next token, and the way to it. */
    size_t counted;
    size_t at;
    size_t depth;
    struct doc_locator_level {
        bool object;
        size_t place; /* of an object: the offset of the current key's quote, 0 before the first
                       * key; of an array: the current index */
    } levels[DOC_JSON_MAX_DEPTH];
} doc_locator;

/* At the beginning of a text that ends in '\0'. */
void doc_locator_start(doc_locator *locator, const char *text);

/* Moves on to an offset not before the last one. With `json`, which is for text that has passed
 * doc_json_check(), so that doc_locator_pointer() can be asked. */
void doc_locator_seek(doc_locator *locator, size_t offset, bool json);

/* Appends the JSON pointer (RFC 6901) of the value, or of the member whose key stands there; ""
 * for the document. Control characters in keys stay JSON escapes. 0 or CAD_ENOMEM. */
int doc_locator_pointer(const doc_locator *locator, base_buffer *buffer);

#endif

/* place.h - from a byte offset in a JSON text to line, column and JSON pointer.
 *
 * A document keeps one offset for each of its values and nothing else; the rest is found by
 * reading the text up to there, when a message needs it. A locator goes forward only, so that
 * sorted offsets cost one pass together.
 */
#ifndef SIM_SCENARIO_PLACE_H
#define SIM_SCENARIO_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "scenario/alloc.h"
#include "scenario/json.h"

typedef struct sim_locator {
    const char *text;
    size_t line;   /* of the last offset sought, from 1 */
    size_t column; /* from 1, in characters */
    /* place.c's own: how far lines have been counted, the next token, and the way to it. */
    size_t counted;
    size_t at;
    size_t depth;
    struct sim_locator_level {
        bool object;
        size_t place; /* of an object: the offset of the current key's quote, 0 before the first
                       * key; of an array: the current index */
    } levels[SIM_JSON_MAX_DEPTH];
} sim_locator;

/* At the beginning of a text that ends in '\0'. */
void sim_locator_start(sim_locator *locator, const char *text);

/* Moves on to an offset not before the last one. With `json`, which is for text that has passed
 * sim_json_check(), so that sim_locator_pointer() can be asked. */
void sim_locator_seek(sim_locator *locator, size_t offset, bool json);

/* Appends the JSON pointer (RFC 6901) of the value, or of the member whose key stands there; ""
 * for the document. Control characters in keys stay JSON escapes. 0 or CAD_ENOMEM. */
int sim_locator_pointer(const sim_locator *locator, sim_buffer *buffer);

#endif

/* json.h - the syntax of JSON, checked with words for people.
 *
 * cJSON says at best where it stopped, and takes more than JSON is. So a text is checked here
 * first; what passes is JSON, and cJSON takes all of it but long numbers.
 */
#ifndef DOCUMENT_JSON_H
#define DOCUMENT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct doc_json_fault {
    size_t offset; /* in bytes */
    char message[240];
} doc_json_fault;

/* Where each value stands, in the order of the text; offsets in bytes. */
typedef struct doc_json_place {
    uint32_t key; /* the opening quote of a member's key; of others, as `value` */
    uint32_t value;
} doc_json_place;

typedef struct doc_json_places {
    doc_json_place *list; /* to be freed with base_free(), whatever came of the check */
    size_t count, capacity;
    bool long_numbers; /* there are some of more characters than DOC_JSON_SHORT_NUMBER */
} doc_json_places;

/* Longer numbers do not fit in the array in which cJSON copies them. */
#define DOC_JSON_SHORT_NUMBER 63

/* `text` is followed by a '\0'. 0 when it is JSON as RFC 8259 has it, in UTF-8 without a byte
 * order mark, nested at most `max_depth` (up to DOC_JSON_MAX_DEPTH) arrays and objects deep, of at
 * most `max_values` values, and without U+0000 in its strings; and the places of its values.
 * CAD_EINVAL with the first fault; or CAD_ENOMEM. */
#define DOC_JSON_MAX_DEPTH 1000
int doc_json_check(const char *text, size_t size, size_t max_depth, size_t max_values,
                   doc_json_places *places, doc_json_fault *fault);

/* --- Reading text that has passed the check -------------------------------------------------- */

/* How many bytes at the start of a string's inside stand for one character: one escape, a pair of
 * escapes for a character beyond U+FFFF, or one character of UTF-8. What they stand for goes to
 * `utf8`, its length to *length. */
size_t doc_json_character(const char *text, char utf8[4], size_t *length);

/* The offset after the string, number or word that begins at `at`. */
size_t doc_json_skip_scalar(const char *text, size_t at);

/* The offset of the next byte that is no white space. */
size_t doc_json_skip_space(const char *text, size_t at);

#endif

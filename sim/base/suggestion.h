/* suggestion.h - which of many known names is near to one that is unknown: start, offer each known
 * name, ask.
 */
#ifndef BASE_SUGGESTION_H
#define BASE_SUGGESTION_H

#include <stddef.h>

typedef struct base_suggestion {
    const char *wanted;
    size_t length;
    const char *best;  /* NULL: none is near enough */
    unsigned distance; /* of the best; before the first, one more than is near enough */
} base_suggestion;

/* `wanted` must live as long as the suggestion. */
void base_suggestion_start(base_suggestion *suggestion, const char *wanted, size_t length);
/* `name` must live until the suggestion has been used. Of equally near names the first wins. */
void base_suggestion_offer(base_suggestion *suggestion, const char *name);

/* How many insertions, removals, replacements and exchanges of neighbours lead from a to b;
 * letters that differ only in case count as equal. `limit` + 1 where it would be more than that. */
unsigned base_edit_distance(const char *a, size_t a_length, const char *b, size_t b_length,
                            unsigned limit);

#endif

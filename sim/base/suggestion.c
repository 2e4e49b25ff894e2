/* Names that were meant: the least changes between two words, and the best of many. */
#include "base/suggestion.h"

#include <string.h>

#define NAME_MAX_LENGTH 64

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static unsigned least(unsigned a, unsigned b) {
    return a < b ? a : b;
}

unsigned base_edit_distance(const char *a, size_t a_length, const char *b, size_t b_length,
                            unsigned limit) {
    size_t difference = a_length > b_length ? a_length - b_length : b_length - a_length;
    if (difference > limit || a_length > NAME_MAX_LENGTH || b_length > NAME_MAX_LENGTH)
        return limit + 1;
    /* Optimal string alignment: rows[i] holds the distances of a's first i letters to each
     * beginning of b; the last three rows are enough. */
    unsigned rows[3][NAME_MAX_LENGTH + 1];
    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a_length; i++) {
        unsigned *row = rows[i % 3];
        const unsigned *above = rows[(i + 2) % 3];
        const unsigned *above_that = rows[(i + 1) % 3];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_length; j++) {
            char x = lower(a[i - 1]);
            char y = lower(b[j - 1]);
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && y == lower(a[i - 2]))
                row[j] = least(row[j], above_that[j - 2] + 1);
        }
    }
    return least(rows[a_length % 3][b_length], limit + 1);
}

void base_suggestion_start(base_suggestion *suggestion, const char *wanted, size_t length) {
    /* In a short name, few slips already make another name of it. */
    unsigned near = length < 2 ? 0 : length < 5 ? 1 : length < 8 ? 2 : 3;
    *suggestion = (base_suggestion){.wanted = wanted, .length = length, .distance = near + 1};
}

void base_suggestion_offer(base_suggestion *suggestion, const char *name) {
    size_t length = strlen(name);
    if (suggestion->distance == 0)
        return;
    unsigned distance = base_edit_distance(suggestion->wanted, suggestion->length, name, length,
                                           suggestion->distance - 1);
    /* A name of which no letter would be left is not near, however short it is. */
    if (distance < suggestion->distance && distance < length) {
        suggestion->best = name;
        suggestion->distance = distance;
    }
}

/* strings.h - the texts of a model: symbols (symbols.h), of which 0 is "". */
#ifndef BASE_STRINGS_H
#define BASE_STRINGS_H

#include <stddef.h>
#include <stdint.h>

#include "base/symbols.h"

struct base_strings {
    base_symbols symbols;
};

/* With one text, "", which is 0. NULL: no memory. */
struct base_strings *base_strings_new(void);
void base_strings_free(struct base_strings *strings); /* takes NULL */

/* The number of a text, which is copied when it is new. UINT32_MAX: no memory. */
static inline uint32_t base_strings_add(struct base_strings *strings, const char *text,
                                        size_t length) {
    return base_symbols_add(&strings->symbols, text, length, NULL);
}

/* The number of a text that is there; UINT32_MAX where it is not. */
static inline uint32_t base_strings_find(const struct base_strings *strings, const char *text,
                                         size_t length) {
    return base_symbols_find(&strings->symbols, text, length);
}

/* How many there are: their numbers are below it. */
static inline uint32_t base_strings_count(const struct base_strings *strings) {
    return (uint32_t)strings->symbols.count;
}

/* Terminated; stays where it is as long as the strings do. Of any other number "". */
static inline const char *base_strings_text(const struct base_strings *strings, uint32_t number) {
    return number < strings->symbols.count ? strings->symbols.list[number].text : "";
}

static inline size_t base_strings_length(const struct base_strings *strings, uint32_t number) {
    return number < strings->symbols.count ? strings->symbols.list[number].length : 0;
}

/* The bytes of memory that they take. */
static inline size_t base_strings_memory(const struct base_strings *strings) {
    return sizeof *strings + base_symbols_memory(&strings->symbols);
}

#endif

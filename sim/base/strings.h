/* strings.h - the texts of a model: each once, as numbers. */
#ifndef BASE_STRINGS_H
#define BASE_STRINGS_H

#include <stddef.h>
#include <stdint.h>

struct base_strings;

/* With one text, "", which is 0. NULL: no memory. */
struct base_strings *base_strings_new(void);
void base_strings_free(struct base_strings *strings); /* takes NULL */

/* The number of a text, which is copied when it is new. UINT32_MAX: no memory. */
uint32_t base_strings_add(struct base_strings *strings, const char *text, size_t length);

/* The number of a text that is there; UINT32_MAX where it is not. */
uint32_t base_strings_find(const struct base_strings *strings, const char *text, size_t length);

/* Terminated; stays where it is as long as the strings do. */
const char *base_strings_text(const struct base_strings *strings, uint32_t number);
size_t base_strings_length(const struct base_strings *strings, uint32_t number);

/* How many there are: their numbers are below it. */
uint32_t base_strings_count(const struct base_strings *strings);

/* The bytes of memory that they take. */
size_t base_strings_memory(const struct base_strings *strings);

#endif

/* trace/strings.h - the texts of a model: each once, as numbers. Private to the trace. */
#ifndef TRACE_STRINGS_H
#define TRACE_STRINGS_H

#include <stddef.h>
#include <stdint.h>

struct trace_strings;

/* With one text, "", which is 0. NULL: no memory. */
struct trace_strings *trace_strings_new(void);
void trace_strings_free(struct trace_strings *strings); /* takes NULL */

/* The number of a text, which is copied when it is new. UINT32_MAX: no memory. */
uint32_t trace_strings_add(struct trace_strings *strings, const char *text, size_t length);

/* The number of a text that is there; UINT32_MAX where it is not. */
uint32_t trace_strings_find(const struct trace_strings *strings, const char *text, size_t length);

/* Terminated; stays where it is as long as the strings do. */
const char *trace_strings_text(const struct trace_strings *strings, uint32_t number);
size_t trace_strings_length(const struct trace_strings *strings, uint32_t number);

/* The bytes of memory that they take. */
size_t trace_strings_memory(const struct trace_strings *strings);

#endif

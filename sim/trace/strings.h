/* trace/strings.h - the texts of a model: each once, as numbers. Private to the trace. */
#ifndef SIM_TRACE_STRINGS_H
#define SIM_TRACE_STRINGS_H

#include <stddef.h>
#include <stdint.h>

struct sim_strings;

/* With one text, "", which is 0. NULL: no memory. */
struct sim_strings *sim_strings_new(void);
void sim_strings_free(struct sim_strings *strings); /* takes NULL */

/* The number of a text, which is copied when it is new. UINT32_MAX: no memory. */
uint32_t sim_strings_add(struct sim_strings *strings, const char *text, size_t length);

/* The number of a text that is there; UINT32_MAX where it is not. */
uint32_t sim_strings_find(const struct sim_strings *strings, const char *text, size_t length);

/* Terminated; stays where it is as long as the strings do. */
const char *sim_strings_text(const struct sim_strings *strings, uint32_t number);
size_t sim_strings_length(const struct sim_strings *strings, uint32_t number);

/* The bytes of memory that they take. */
size_t sim_strings_memory(const struct sim_strings *strings);

#endif

/* trace/field_words.h - numbers of an object's state, as events have them, in words for people. */
#ifndef TRACE_FIELD_WORDS_H
#define TRACE_FIELD_WORDS_H

#include <stddef.h>
#include <stdint.h>

enum { TRACE_FIELD_WORDS = 48 };

/* A value beside its key: "yes" or "no" of what holds or not, the order of a queue; else the
 * number.
 */
void trace_field_value(const char *key, int64_t value, char out[TRACE_FIELD_WORDS]);

/* The key itself: "shut down" of shut_down. `out` has room for `size` bytes, at which a long one is
 * cut. */
void trace_field_name(const char *key, char *out, size_t size);

/* Key and value in one, for a list: "not set", "nobody waits", "full: 4 of 4"; "" where nothing
 * need be said of it: that nobody waits to get, that it is not broken. `most` is how much the value
 * may be; 0: there is no such number. */
void trace_field_phrase(const char *key, int64_t value, int64_t most, char *out, size_t size);

#endif

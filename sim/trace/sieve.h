/* trace/sieve.h - sets of numbers that say of most others that they are not in them: a search
 * through many sets looks into the few that may have what it is for. A set takes two bytes a
 * number, and one search in two hundred is in vain (Bloom's filter). Private to the trace.
 */
#ifndef TRACE_SIEVE_H
#define TRACE_SIEVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero: not made yet, so that everything may be in it. */
struct trace_sieve {
    unsigned char *bytes;
    uint32_t bits;
};

/* The numbers of a set while it is made: a table of them. All zero: none. */
struct trace_sifted {
    uint64_t *numbers; /* 0: an empty place */
    size_t capacity;   /* a power of two */
    size_t count;
};

/* Mixed numbers (trace_subject_hash()). False: no memory. */
bool trace_sifted_add(struct trace_sifted *sifted, uint64_t number);
/* Makes a sieve of them, and begins anew. False: no memory. */
bool trace_sifted_seal(struct trace_sifted *sifted, struct trace_sieve *sieve);
void trace_sifted_free(struct trace_sifted *sifted);

bool trace_sieve_may_have(const struct trace_sieve *sieve, uint64_t number);
void trace_sieve_free(struct trace_sieve *sieve);

#endif

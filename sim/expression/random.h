/* random.h - random draws that are the same on every machine, one stream a task.
 *
 * A stream is xoshiro256** 1.0 (Blackman and Vigna), its state filled by SplitMix64 from the
 * scenario's seed and the identity of the task. Every draw takes exactly one output of the
 * stream, randint() a few more in rare cases; none calls a mathematical function of the C library
 * but sqrt(), which IEEE 754 defines to the last bit.
 *
 * A task's identity does not depend on what other tasks do: it is derived from its name, from the
 * identity of the task that created it, and from how many tasks of that name the same creator had
 * created before.
 */
#ifndef EXPRESSION_RANDOM_H
#define EXPRESSION_RANDOM_H

#include <stddef.h>
#include <stdint.h>

typedef struct expr_random {
    uint64_t state[4];
} expr_random;

/* The identity of a task: `parent` is that of its creator (0: the document), `ordinal` counts from
 * 0 the tasks of this name that the same creator made before it. */
uint64_t expr_random_identity(uint64_t parent, const char *name, size_t length, uint64_t ordinal);

/* Starts the stream of a task. */
void expr_random_start(expr_random *random, uint64_t seed, uint64_t identity);

/* The next 64 bits. */
uint64_t expr_random_next(expr_random *random);

/* From 0 up to, but not, 1: one of 2^53 equally spaced numbers. */
double expr_random_unit(expr_random *random);

/* a + (b - a) * expr_random_unit(). */
double expr_random_uniform(expr_random *random, double a, double b);

/* One of the whole numbers from a to b, each as likely as the other; a <= b. */
int64_t expr_random_integer(expr_random *random, int64_t a, int64_t b);

/* By inversion of the normal distribution function (Wichura's algorithm AS 241). */
double expr_random_normal(expr_random *random, double mean, double deviation);

/* By inversion; never below 0 for a mean above it. */
double expr_random_exponential(expr_random *random, double mean);

#endif

/* The generators, and the distributions by inversion. */
#include "expression/random.h"

#include <assert.h>
#include <math.h>

#include "base/number.h"

/* --- SplitMix64 ------------------------------------------------------------------------------ */

/* Its output function: every bit of the result depends on every bit of `bits`. */
static uint64_t mix(uint64_t bits) {
    bits = (bits ^ (bits >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ (bits >> 27)) * UINT64_C(0x94d049bb133111eb);
    return bits ^ (bits >> 31);
}

static uint64_t split_mix(uint64_t *state) {
    *state += UINT64_C(0x9e3779b97f4a7c15);
    return mix(*state);
}

uint64_t expr_random_identity(uint64_t parent, const char *name, size_t length, uint64_t ordinal) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)name[i]) * UINT64_C(0x00000100000001b3);
    uint64_t state = parent;
    state = split_mix(&state) ^ hash;
    state = split_mix(&state) ^ ordinal;
    return split_mix(&state);
}

/* --- xoshiro256** ---------------------------------------------------------------------------- */

void expr_random_start(expr_random *random, uint64_t seed, uint64_t identity) {
    uint64_t state = seed;
    state = split_mix(&state) ^ identity;
    /* SplitMix64 gives each of its outputs once in 2^64, so the state is never all zeros. */
    for (int i = 0; i < 4; i++)
        random->state[i] = split_mix(&state);
}

static uint64_t rotate(uint64_t bits, int count) {
    return (bits << count) | (bits >> (64 - count));
}

uint64_t expr_random_next(expr_random *random) {
    uint64_t *s = random->state;
    uint64_t result = rotate(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate(s[3], 45);
    return result;
}

/* --- Distributions --------------------------------------------------------------------------- */

double expr_random_unit(expr_random *random) {
    return (double)(expr_random_next(random) >> 11) * 0x1p-53;
}

double expr_random_uniform(expr_random *random, double a, double b) {
    return a + (b - a) * expr_random_unit(random);
}

int64_t expr_random_integer(expr_random *random, int64_t a, int64_t b) {
    assert(a <= b);
    uint64_t range = (uint64_t)b - (uint64_t)a + 1;
    if (range == 0)
        return (int64_t)expr_random_next(random);
    /* What lies beyond the last whole multiple of the range would favour the small numbers: it is
     * drawn again. */
    uint64_t beyond = (0 - range) % range;
    uint64_t draw;
    do {
        draw = expr_random_next(random);
    } while (draw > UINT64_MAX - beyond);
    return (int64_t)((uint64_t)a + draw % range);
}

/* A polynomial, given from its highest coefficient down. */
static double polynomial(const double coefficients[8], double x) {
    double value = coefficients[0];
    for (int i = 1; i < 8; i++)
        value = value * x + coefficients[i];
    return value;
}

/* The numerator and the denominator of one of the three ranges of AS 241. */
typedef double ratio[2][8];

static double evaluate(const ratio r, double x) {
    return polynomial(r[0], x) / polynomial(r[1], x);
}

/* PPND16 of M. J. Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution",
 * Applied Statistics 37 (1988): good to about one part in 10^16. p lies between 0 and 1. */
static double normal_quantile(double p) {
    static const ratio centre = {
        {2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
         13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608},
        {5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
         5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0},
    };
    static const ratio shoulder = {
        {7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177,
         1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055,
         4.6303378461565452959, 1.42343711074968357734},
        {1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966,
         0.14810397642748007459, 0.68976733498510000455, 1.6763848301838038494,
         2.05319162663775882187, 1.0},
    };
    static const ratio tail = {
        {2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386,
         0.026532189526576123093, 0.29656057182850489123, 1.7848265399172913358,
         5.4637849111641143699, 6.6579046435011037772},
        {2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5,
         7.868691311456132591e-4, 0.0148753612908506148525, 0.13692988092273580531,
         0.59983220655588793769, 1.0},
    };
    double q = p - 0.5;
    if (fabs(q) <= 0.425)
        return q * evaluate(centre, 0.180625 - q * q);
    double r = sqrt(-base_number_log(q < 0 ? p : 1 - p));
    double x = r <= 5 ? evaluate(shoulder, r - 1.6) : evaluate(tail, r - 5);
    return q < 0 ? -x : x;
}

double expr_random_normal(expr_random *random, double mean, double deviation) {
    /* An odd multiple of 2^-53: neither 0 nor 1, and as far from the one as from the other. */
    double p = (double)(expr_random_next(random) >> 12 << 1 | 1) * 0x1p-53;
    return mean + normal_quantile(p) * deviation;
}

double expr_random_exponential(expr_random *random, double mean) {
    return -base_number_log(1 - expr_random_unit(random)) * mean;
}

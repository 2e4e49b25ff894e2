/* digits.h - whole numbers and times in decimal, three digits at a step.
 */
#ifndef BASE_DIGITS_H
#define BASE_DIGITS_H

#include <stdint.h>
#include <string.h>

/* What is written to may be more than what counts, so all of these want this much room. */
enum { BASE_DIGITS_ROOM = 32 };

/* For each number below 1000: ".007", as it stands behind others and behind the point; from the
 * fifth byte on "7", as it stands first; how long that is. */
enum { BASE_DIGITS_FIRST = 4, BASE_DIGITS_LENGTH = 7 };
extern const char base_digits[1000][8];

/* Each of these returns the place after the last character. */

/* The first digits of a number, and such as have others before them: of one below 1000. */
static inline char *base_put_first(char *at, uint64_t value) {
    const char *digits = base_digits[value];
    memcpy(at, digits + BASE_DIGITS_FIRST, 4);
    return at + digits[BASE_DIGITS_LENGTH];
}
static inline char *base_put_next(char *at, uint64_t value) {
    memcpy(at, base_digits[value] + 1, 4);
    return at + 3;
}

/* What the inline one below leaves over. */
char *base_put_long_uint(char *at, uint64_t value);

static inline char *base_put_uint(char *at, uint64_t value) {
    if (value < 1000)
        return base_put_first(at, value);
    if (value < 1000000) {
        uint32_t few = (uint32_t)value; /* which is divided faster */
        return base_put_next(base_put_first(at, few / 1000), few % 1000);
    }
    return base_put_long_uint(at, value);
}

static inline char *base_put_int(char *at, int64_t value) {
    if (value >= 0)
        return base_put_uint(at, (uint64_t)value);
    *at = '-';
    return base_put_uint(at + 1, 0 - (uint64_t)value);
}

/* Microseconds with three decimals. */
char *base_put_time(char *at, int64_t time_ns);

#endif

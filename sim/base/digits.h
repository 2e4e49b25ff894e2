/* digits.h - whole numbers and times in decimal, two or eight digits at a step.
 */
#ifndef BASE_DIGITS_H
#define BASE_DIGITS_H

#include <stdint.h>
#include <string.h>

/* What is written to may be more than what counts, so all of these want this much room. */
enum { BASE_DIGITS_ROOM = 32 };

/* Of a number below 100,000,000: a byte for each digit, the first in the lowest. */
static inline uint64_t base_eight_digits(uint32_t value) {
    /* Two numbers of four digits, then four of two, side by side. What is multiplied and shifted
     * divides by 100 and by 10, exactly for numbers as small as these. */
    uint64_t fours = value / 10000 | (uint64_t)(value % 10000) << 32;
    uint64_t hundreds = fours * 5243 >> 19 & UINT64_C(0x0000007F0000007F);
    uint64_t pairs = hundreds | (fours - 100 * hundreds) << 16;
    uint64_t tens = pairs * 103 >> 10 & UINT64_C(0x000F000F000F000F);
    return tens | (pairs - 10 * tens) << 8;
}

/* Written so that compilers make one store of it, on machines of either byte order. */
static inline void base_store_bytes(char *at, uint64_t bytes) {
    at[0] = (char)bytes;
    at[1] = (char)(bytes >> 8);
    at[2] = (char)(bytes >> 16);
    at[3] = (char)(bytes >> 24);
    at[4] = (char)(bytes >> 32);
    at[5] = (char)(bytes >> 40);
    at[6] = (char)(bytes >> 48);
    at[7] = (char)(bytes >> 56);
}

/* "00" to "99". */
extern const char base_pairs[200];

/* What the inline one below leaves over. */
char *base_put_long_uint(char *at, uint64_t value);

/* Each of these returns the place after the last character. */
static inline char *base_put_uint(char *at, uint64_t value) {
    if (value < 10) {
        *at = (char)('0' + value);
        return at + 1;
    }
    if (value >= 10000)
        return base_put_long_uint(at, value);
    uint32_t high = (uint32_t)value / 100, low = (uint32_t)value % 100;
    if (high > 0) {
        memcpy(at, base_pairs + 2 * high + (high < 10), 2);
        at += high < 10 ? 1 : 2;
    }
    memcpy(at, base_pairs + 2 * low, 2);
    return at + 2;
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

/* What of digits.h is too long to be inline. */
#include "base/digits.h"

const char base_pairs[201] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445"
    "46474849505152535455565758596061626364656667686970717273747576777879808182838485868788899091"
    "9293949596979899";

/* Five digits, or six: most numbers of tasks and of wakes. */
static char *put_six(char *at, uint32_t value) {
    uint32_t high = value / 10000, low = value % 10000;
    memcpy(at, base_pairs + 2 * high + (high < 10), 2);
    at += high < 10 ? 1 : 2;
    memcpy(at, base_pairs + 2 * (low / 100), 2);
    memcpy(at + 2, base_pairs + 2 * (low % 100), 2);
    return at + 4;
}

char *base_put_long_uint(char *at, uint64_t value) {
    if (value - 10000 < 1000000 - 10000)
        return put_six(at, (uint32_t)value);
    uint64_t digits = base_eight_digits((uint32_t)(value % 100000000));
    if (value < 100000000) {
        int zeros = __builtin_ctzll(digits) / 8;
        base_store_bytes(at, (digits | UINT64_C(0x3030303030303030)) >> 8 * zeros);
        return at + 8 - zeros;
    }
    at = base_put_uint(at, value / 100000000);
    base_store_bytes(at, digits | UINT64_C(0x3030303030303030));
    return at + 8;
}

char *base_put_time(char *at, int64_t time_ns) {
    uint64_t magnitude = time_ns < 0 ? 0 - (uint64_t)time_ns : (uint64_t)time_ns;
    if (time_ns < 0)
        *at++ = '-';
    at = base_put_uint(at, magnitude / 1000);
    /* The fifth of the eight digits is a zero, and becomes the point. */
    uint64_t digits = base_eight_digits((uint32_t)(magnitude % 1000)) >> 32;
    base_store_bytes(at, digits + UINT64_C(0x3030302E));
    return at + 4;
}

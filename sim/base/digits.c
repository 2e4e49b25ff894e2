/* Numbers in decimal, for the trace above all: what the inline functions leave over. */
#include "base/digits.h"

char *base_put_long_uint(char *at, uint64_t value) {
    at = base_put_uint(at, value / 100000000);
    uint64_t digits = base_eight_digits((uint32_t)(value % 100000000));
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

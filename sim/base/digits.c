/* What of digits.h is too long to be inline; and its table, which the compiler makes. */
#include "base/digits.h"

/* The number h·100 + t·10 + o. */
#define DIGIT(value) ((char)('0' + (value)))
#define NUMBER(h, t, o)                                                                            \
    {                                                                                              \
        '.', DIGIT(h), DIGIT(t), DIGIT(o),                                                         \
            DIGIT((h) > 0   ? (h)                                                                  \
                  : (t) > 0 ? (t)                                                                  \
                            : (o)),                                                                \
            DIGIT((h) > 0 ? (t) : (o)), DIGIT(o),                                                  \
            (h) > 0   ? 3                                                                          \
            : (t) > 0 ? 2                                                                          \
                      : 1                                                                          \
    }
#define TEN(h, t)                                                                                  \
    NUMBER(h, t, 0), NUMBER(h, t, 1), NUMBER(h, t, 2), NUMBER(h, t, 3), NUMBER(h, t, 4),           \
        NUMBER(h, t, 5), NUMBER(h, t, 6), NUMBER(h, t, 7), NUMBER(h, t, 8), NUMBER(h, t, 9)
#define HUNDRED(h)                                                                                 \
    TEN(h, 0), TEN(h, 1), TEN(h, 2), TEN(h, 3), TEN(h, 4), TEN(h, 5), TEN(h, 6), TEN(h, 7),        \
        TEN(h, 8), TEN(h, 9)

const char base_digits[1000][8] = {HUNDRED(0), HUNDRED(1), HUNDRED(2), HUNDRED(3), HUNDRED(4),
                                   HUNDRED(5), HUNDRED(6), HUNDRED(7), HUNDRED(8), HUNDRED(9)};

char *base_put_long_uint(char *at, uint64_t value) {
    uint64_t thousands = value / 1000;
    at = thousands < 1000000 ? base_put_next(base_put_first(at, thousands / 1000), thousands % 1000)
                             : base_put_long_uint(at, thousands);
    return base_put_next(at, value % 1000);
}

char *base_put_time(char *at, int64_t time_ns) {
    uint64_t magnitude = time_ns < 0 ? 0 - (uint64_t)time_ns : (uint64_t)time_ns;
    if (time_ns < 0)
        *at++ = '-';
    at = base_put_uint(at, magnitude / 1000);
    memcpy(at, base_digits[magnitude % 1000], 4);
    return at + 4;
}

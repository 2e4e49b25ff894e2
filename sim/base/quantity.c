/* Times and sizes, a number and its unit; and whole numbers. */
#include "base/quantity.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Times ----------------------------------------------------------------------------------- */

/* `factor` times ten to the power of `zeros` nanoseconds. */
static const struct unit {
    const char *name;
    unsigned factor;
    int zeros;
} units[] = {
    {"", 1, 9},   {"s", 1, 9},    {"ms", 1, 6},  {"us", 1, 3},
    {"ns", 1, 0}, {"min", 6, 10}, {"h", 36, 11}, {"\xC2\xB5s", 1, 3},
};

static const struct unit *find_unit(const char *name) {
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(name, units[i].name) == 0)
            return &units[i];
    return NULL;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* A decimal number: a whole one times ten to a power. */
typedef struct decimal {
    uint64_t digits;
    int power;
} decimal;

/* Digits from here on do not count; the smaller ones, times any factor above, fit in 64 bits. */
#define ENOUGH UINT64_C(10000000000000000)

/* Returns what comes after the number; NULL where there is none. */
static const char *read_decimal(const char *text, decimal *number) {
    bool any = false, point = false;
    *number = (decimal){0, 0};
    for (; is_digit(*text) || (*text == '.' && !point); text++) {
        if (*text == '.') {
            point = true;
        } else if (number->digits < ENOUGH) {
            number->digits = number->digits * 10 + (uint64_t)(*text - '0');
            number->power -= point;
        } else {
            number->power += !point;
        }
        any |= *text != '.';
    }
    if (!any)
        return NULL;
    bool signed_power = text[0] != '\0' && (text[1] == '-' || text[1] == '+');
    if ((*text == 'e' || *text == 'E') && is_digit(text[signed_power ? 2 : 1])) {
        enum { FAR = 1000 }; /* nothing is left of a number, or it is far too large */
        char *end;
        long power = strtol(text + 1, &end, 10);
        number->power += power > FAR ? FAR : power < -FAR ? -FAR : (int)power;
        text = end;
    }
    return text;
}

bool base_time_read(const char *text, int64_t *time_ns) {
    const uint64_t most = INT64_MAX / 2;
    decimal number;
    const char *after = read_decimal(text, &number);
    const struct unit *unit = after != NULL ? find_unit(after) : NULL;
    if (unit == NULL)
        return false;
    uint64_t value = number.digits * unit->factor;
    int power = number.power + unit->zeros;
    for (; power < 0 && value > 0; power++)
        value /= 10;
    for (; power > 0 && value > 0; power--) {
        if (value > most / 10)
            return false;
        value *= 10;
    }
    *time_ns = (int64_t)value;
    return value <= most;
}

/* In so many nanoseconds a unit, of which the rest has so many digits. */
static void write_units(int64_t time_ns, uint64_t unit_ns, int digits, const char *name,
                        char text[BASE_TIME_TEXT]) {
    uint64_t size_ns = time_ns < 0 ? 0 - (uint64_t)time_ns : (uint64_t)time_ns;
    uint64_t whole = size_ns / unit_ns, rest = size_ns % unit_ns;
    const char *sign = time_ns < 0 ? "-" : "";
    for (; rest != 0 && rest % 10 == 0; rest /= 10)
        digits--;
    if (rest == 0)
        (void)snprintf(text, BASE_TIME_TEXT, "%s%" PRIu64 " %s", sign, whole, name);
    else
        (void)snprintf(text, BASE_TIME_TEXT, "%s%" PRIu64 ".%0*" PRIu64 " %s", sign, whole, digits,
                       rest, name);
}

void base_time_write(int64_t time_ns, bool small, char text[BASE_TIME_TEXT]) {
    uint64_t size_ns = time_ns < 0 ? 0 - (uint64_t)time_ns : (uint64_t)time_ns;
    if (!small || size_ns == 0 || size_ns >= 1000000000)
        write_units(time_ns, 1000000000, 9, "s", text);
    else if (size_ns >= 1000000)
        write_units(time_ns, 1000000, 6, "ms", text);
    else if (size_ns >= 1000)
        write_units(time_ns, 1000, 3, "us", text);
    else
        write_units(time_ns, 1, 0, "ns", text);
}

/* --- Counts ----------------------------------------------------------------------------------- */

bool base_whole_read(const char *text, int64_t *whole) {
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno != 0 || !is_digit(text[text[0] == '-']))
        return false;
    if (*end == 'e' && is_digit(end[1])) {
        long zeros = strtol(end + 1, &end, 10);
        for (; zeros > 0 && number != 0; zeros--)
            if (__builtin_mul_overflow(number, 10, &number))
                return false;
    }
    *whole = number;
    return *end == '\0';
}

/* --- Sizes ----------------------------------------------------------------------------------- */

bool base_size_read(const char *text, uint64_t *bytes) {
    static const char letters[] = "KMGT";
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    const char *unit = *end != '\0' ? strchr(letters, *end) : NULL;
    unsigned shift = unit != NULL ? 10 * (unsigned)(unit - letters + 1) : 0;
    bool fine = end != text && text[0] >= '0' && text[0] <= '9' && number > 0 && errno == 0 &&
                (*end == '\0' || (unit != NULL && end[1] == '\0')) && number <= UINT64_MAX >> shift;
    if (fine)
        *bytes = (uint64_t)number << shift;
    return fine;
}

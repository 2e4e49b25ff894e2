/* Numbers as text, shortest that reads back, and the arithmetic that must not depend on the C
 * library's. */
#include "base/number.h"

#include "base/digits.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whole numbers below this are exact, and so is what is done with them as int64_t. */
#define EXACT 9007199254740992.0 /* 2^53 */

/* --- Text ------------------------------------------------------------------------------------ */

/* No double needs more digits for being told from its neighbours' middle. */
#define DIGITS_THAT_MATTER 770

/* strtod() is exact everywhere, but its decimal point is the locale's; so it gets none. */
static double read_exactly(const char *digits, size_t count, int exponent) {
    char text[DIGITS_THAT_MATTER + 32];
    size_t length = 0;
    bool more = false;
    for (size_t i = 0; i < count; i++) {
        char c = digits[i];
        if (c < '0' || c > '9' || (c == '0' && length == 0))
            continue;
        if (length < DIGITS_THAT_MATTER) {
            text[length++] = c;
        } else {
            more = more || c != '0';
            exponent++;
        }
    }
    if (length == 0)
        return 0;
    if (more) {
        text[length++] = '1';
        exponent--;
    }
    snprintf(text + length, sizeof text - length, "e%d", exponent);
    return strtod(text, NULL);
}

double base_number_read(const char *digits, size_t count, int exponent) {
    static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    int64_t whole = 0;
    if (count <= 16 && exponent >= -22 && exponent <= 22) {
        for (size_t i = 0; i < count; i++) {
            if (digits[i] >= '0' && digits[i] <= '9')
                whole = whole * 10 + (digits[i] - '0');
        }
        /* Both sides are exact, so IEEE 754 rounds the result once, and rightly. */
        if (whole < INT64_C(9007199254740992))
            return exponent < 0 ? (double)whole / tens[-exponent] : (double)whole * tens[exponent];
    }
    return read_exactly(digits, count, exponent);
}

/* A number above 0 as `count` decimal digits d1 d2 d3... and an exponent: d1.d2d3... * 10^e. */
typedef struct decimal {
    char digits[20];
    size_t count;
    int exponent;
} decimal;

static double from_decimal(const decimal *d) {
    return base_number_read(d->digits, d->count, d->exponent - (int)d->count + 1);
}

static void to_decimal(double number, int count, decimal *d) {
    char text[40];
    snprintf(text, sizeof text, "%.*e", count - 1, number);
    const char *c = text;
    d->count = 0;
    for (; *c != 'e'; c++) {
        if (*c >= '0' && *c <= '9')
            d->digits[d->count++] = *c;
    }
    d->exponent = (int)strtol(c + 1, NULL, 10);
}

/* The next larger one of as many digits; false when that would need another digit. */
static bool increment(decimal *d) {
    size_t i = d->count;
    while (i > 0 && d->digits[i - 1] == '9')
        d->digits[--i] = '0';
    if (i == 0)
        return false;
    d->digits[i - 1]++;
    return true;
}

/* The digits of a whole number, and its exponent. */
static void whole_to_decimal(uint64_t number, decimal *d) {
    char reversed[20];
    size_t count = 0;
    for (; number != 0; number /= 10)
        reversed[count++] = (char)('0' + number % 10);
    d->count = 0;
    d->exponent = (int)count - 1;
    while (count > 0)
        d->digits[d->count++] = reversed[--count];
}

static void strip_zeros(decimal *d) {
    while (d->count > 1 && d->digits[d->count - 1] == '0')
        d->count--;
}

/* The quick way for numbers that people write, which have few decimals: millionths that read back
 * are the shortest decimal, for the reason given below. */
static bool few_decimals(double number, decimal *d) {
    if (number < 1e-3 || number >= 1e9)
        return false;
    double millionths = rint(number * 1e6);
    if (millionths / 1e6 != number)
        return false;
    whole_to_decimal((uint64_t)millionths, d);
    d->exponent -= 6;
    strip_zeros(d);
    return true;
}

/* The shortest decimal that reads back to the number, and of several the nearest to it. Fifteen
 * digits tell apart all decimals, so that one of up to fifteen digits comes back unchanged, but
 * for zeros at its end, when it is printed with fifteen. */
static void to_shortest(double number, decimal *d) {
    int exponent;
    /* Numbers that are a power of two have nearer neighbours below than above: a decimal above can
     * read back where the nearest, below, does not. */
    bool power_of_two = frexp(number, &exponent) == 0.5;
    bool subnormal = number < 2.2250738585072014e-308;
    for (int count = subnormal ? 1 : 15; count <= 16; count++) {
        to_decimal(number, count, d);
        if (from_decimal(d) == number)
            break;
        if (power_of_two && increment(d) && from_decimal(d) == number)
            break;
        if (count == 16)
            to_decimal(number, 17, d);
    }
    strip_zeros(d);
}

/* Apart, so that a whole number, as most are, does not pay for it. */
static __attribute__((noinline)) size_t format_other(double number, char text[BASE_NUMBER_TEXT]) {
    if (isnan(number) || isinf(number)) {
        strcpy(text, isnan(number) ? "nan" : number > 0 ? "inf" : "-inf");
        return strlen(text);
    }
    decimal d = {.count = 0};
    size_t length = 0;
    if (!few_decimals(fabs(number), &d))
        to_shortest(fabs(number), &d);
    if (number < 0)
        text[length++] = '-';
    int point = d.exponent + 1; /* digits before the point */
    if (point <= -4 || point > 16) {
        text[length++] = d.digits[0];
        if (d.count > 1)
            text[length++] = '.';
        memcpy(text + length, d.digits + 1, d.count - 1);
        length += d.count - 1;
        return length + (size_t)sprintf(text + length, "e%c%02d", d.exponent < 0 ? '-' : '+',
                                        abs(d.exponent));
    }
    if (point <= 0) {
        memcpy(text + length, "0.000", 2 + (size_t)-point);
        length += 2 + (size_t)-point;
    }
    for (size_t i = 0; i < d.count; i++) {
        if (point > 0 && i == (size_t)point)
            text[length++] = '.';
        text[length++] = d.digits[i];
    }
    text[length] = '\0';
    return length;
}

size_t base_number_format(double number, char text[BASE_NUMBER_TEXT]) {
    if (!(fabs(number) < 1e16 && number == (double)(int64_t)number))
        return format_other(number, text);
    char *end = base_put_int(text, (int64_t)number);
    *end = '\0';
    return (size_t)(end - text);
}

/* --- Remainders and rounding ----------------------------------------------------------------- */

static bool is_exact_whole(double number) {
    return fabs(number) < EXACT && number == (double)(int64_t)number;
}

double base_number_modulo(double a, double b) {
    if (is_exact_whole(a) && is_exact_whole(b)) {
        int64_t remainder = (int64_t)a % (int64_t)b;
        if (remainder != 0 && (remainder < 0) != (b < 0))
            remainder += (int64_t)b;
        return (double)remainder;
    }
    double remainder = fmod(a, b);
    if (remainder != 0 && (remainder < 0) != (b < 0))
        remainder += b;
    return remainder;
}

double base_number_floor_divide(double a, double b) {
    if (is_exact_whole(a) && is_exact_whole(b)) {
        int64_t dividend = (int64_t)a;
        int64_t divisor = (int64_t)b;
        int64_t quotient = dividend / divisor;
        return (double)(quotient - (dividend % divisor != 0 && (dividend < 0) != (divisor < 0)));
    }
    double remainder = fmod(a, b);
    double quotient = (a - remainder) / b;
    if (remainder != 0 && (remainder < 0) != (b < 0))
        quotient -= 1;
    double whole = floor(quotient);
    return quotient - whole > 0.5 ? whole + 1 : whole;
}

/* Whether a number that is not negative is above 5 * 10^places. Where that is no double, the
 * nearest one may be above it or below; so a number that is this nearest one is looked at digit by
 * digit. */
static bool exceeds_half(double number, int places) {
    char exact[400]; /* a whole number below 10^309 */
    double half = base_number_read("5", 1, places);
    if (number != half || isinf(half))
        return number > half;
    snprintf(exact, sizeof exact, "%.0f", number);
    return exact[0] == '5' && exact[1 + strspn(exact + 1, "0")] != '\0';
}

/* A number that is not negative, to a multiple of 10^places. */
static double round_to_tens(double number, int places) {
    decimal d;
    to_decimal(number, 18, &d);
    int digits = d.exponent - places + 1; /* those that remain */
    if (digits > 17)
        return number;
    if (digits <= 0)
        return digits == 0 && exceeds_half(number, places - 1) ? base_number_read("1", 1, places)
                                                               : 0;
    to_decimal(number, digits, &d);
    return from_decimal(&d);
}

double base_number_round(double number, int digits) {
    char text[400];
    if (digits <= 0)
        return digits == 0 ? rint(number) : copysign(round_to_tens(fabs(number), -digits), number);
    if (digits > 323 || fabs(number) >= EXACT)
        return number;
    /* The C library prints the exact value, rounded as IEEE 754 rounds. */
    int length = snprintf(text, sizeof text, "%.*f", digits, fabs(number));
    return copysign(base_number_read(text, (size_t)length, -digits), number);
}

/* --- Logarithm and powers -------------------------------------------------------------------- */

/* ln 2 to 106 bits. */
#define LN2_HIGH 0x1.62e42fefa39efp-1
#define LN2_LOW 0x1.abc9e3b39803fp-56

/* number = m * 2^e with m between sqrt(1/2) and sqrt(2). */
static double split(double number, int *exponent) {
    double fraction = frexp(number, exponent);
    if (fraction < 0.70710678118654752) {
        fraction *= 2;
        --*exponent;
    }
    return fraction;
}

/* log((1 + s) / (1 - s)) = 2 (s + s^3/3 + s^5/5 + ...); s stays below 0.1716. */
double base_number_log(double number) {
    /* The first 33 bits of ln 2, whose product with an exponent is exact, and the rest. */
    const double ln2_high = 0x1.62e42fefp-1;
    const double ln2_low = 0x1.473de6af278edp-34;
    int exponent;
    if (isinf(number))
        return number;
    double m = split(number, &exponent);
    double s = (m - 1) / (m + 1);
    double square = s * s;
    double series = 0;
    for (int k = 21; k >= 3; k -= 2)
        series = (series + 1.0 / k) * square;
    /* m - 1 is exact, and 2 s = (m - 1) - s (m - 1): the large part first, unrounded. */
    double small = s * (2 * series - (m - 1));
    return exponent * ln2_high + ((m - 1) + (small + exponent * ln2_low));
}

/* A number as the unrounded sum of two: about 106 bits. Powers are computed with that many, so
 * that the one rounding at the end is right, and the result is the same everywhere. */
typedef struct pair {
    double high;
    double low;
} pair;

static pair sum(double a, double b) {
    double high = a + b;
    double part = high - a;
    return (pair){high, (a - (high - part)) + (b - part)};
}

/* Veltkamp's and Dekker's exact product, for numbers whose squares do not overflow. */
static pair product(double a, double b) {
    double a_high = a * 134217729.0;
    double b_high = b * 134217729.0;
    a_high -= a_high - a;
    b_high -= b_high - b;
    double a_low = a - a_high;
    double b_low = b - b_high;
    double high = a * b;
    double low = a_high * b_high - high + a_high * b_low + a_low * b_high + a_low * b_low;
    return (pair){high, low};
}

static pair add(pair a, pair b) {
    pair high = sum(a.high, b.high);
    return sum(high.high, high.low + (a.low + b.low));
}

static pair multiply(pair a, pair b) {
    pair high = product(a.high, b.high);
    return sum(high.high, high.low + (a.high * b.low + a.low * b.high));
}

static pair divide(pair a, pair b) {
    double quotient = a.high / b.high;
    pair back = multiply((pair){quotient, 0}, b);
    double rest = ((a.high - back.high) - back.low) + a.low;
    return sum(quotient, rest / b.high);
}

/* A pair times a power of two that no double could hold. */
typedef struct scaled {
    pair value; /* between 1/4 and 4 */
    int64_t exponent;
} scaled;

/* Beyond this exponent everything is too large or too small for a double. */
#define EXPONENT_LIMIT 100000

static scaled normalize(pair value, int64_t exponent) {
    int shift;
    (void)frexp(value.high, &shift);
    exponent += shift;
    if (exponent > EXPONENT_LIMIT)
        exponent = EXPONENT_LIMIT;
    if (exponent < -EXPONENT_LIMIT)
        exponent = -EXPONENT_LIMIT;
    return (scaled){{ldexp(value.high, -shift), ldexp(value.low, -shift)}, exponent};
}

static double to_double(scaled number) {
    pair value = number.value;
    int exponent = (int)number.exponent;
    if (exponent <= -1022 && exponent > -1080) {
        /* A double so small has fewer bits: what is beyond them is rounded away here, not after
         * having been rounded once. */
        double unit = ldexp(1, 52 - 1074 - exponent);
        value = (pair){add((pair){unit, 0}, value).high - unit, 0};
    }
    return ldexp(value.high + value.low, exponent);
}

/* By repeated multiplication. */
static scaled whole_power(double base, uint64_t power) {
    scaled result = {{1, 0}, 0};
    scaled square = normalize((pair){base, 0}, 0);
    for (; power != 0; power >>= 1) {
        if (power & 1)
            result =
                normalize(multiply(result.value, square.value), result.exponent + square.exponent);
        square = normalize(multiply(square.value, square.value), 2 * square.exponent);
    }
    return result;
}

/* e^x for |x| below a few thousand: with x = k ln 2 + 256 r, the series of e^r, squared eight
 * times. */
static scaled exponential(pair x) {
    double k = rint(x.high / LN2_HIGH);
    pair multiple = add(product(k, LN2_HIGH), (pair){k * LN2_LOW, 0});
    pair r = add(x, (pair){-multiple.high, -multiple.low});
    r = (pair){r.high / 256, r.low / 256};
    pair term = {1, 0};
    pair result = {1, 0};
    for (int n = 1; n <= 12; n++) {
        term = divide(multiply(term, r), (pair){n, 0});
        result = add(result, term);
    }
    for (int i = 0; i < 8; i++)
        result = multiply(result, result);
    return normalize(result, (int64_t)k);
}

/* One step of Newton's method for e^y = m, from the double nearest to y. */
static pair logarithm(double number) {
    int exponent;
    double m = split(number, &exponent);
    double guess = base_number_log(m);
    scaled inverse = exponential((pair){-guess, 0});
    double scale = ldexp(1, (int)inverse.exponent);
    pair quotient =
        multiply((pair){m, 0}, (pair){inverse.value.high * scale, inverse.value.low * scale});
    pair y = add((pair){guess, 0}, add(quotient, (pair){-1, 0}));
    pair multiple = add(product(exponent, LN2_HIGH), (pair){exponent * LN2_LOW, 0});
    return add(multiple, y);
}

/* a > 0, finite; b finite. */
static double positive_power(double a, double b) {
    bool grows = (a > 1) == (b > 0);
    if (a == 1)
        return 1;
    if (b == 0.5)
        return sqrt(a);
    if (b == 2)
        return a * a;
    /* Nothing but 1 has a power this high that is neither infinite nor 0. */
    if (fabs(b) >= 18446744073709551616.0)
        return grows ? HUGE_VAL : 0;
    if (b == floor(b)) {
        scaled result = whole_power(a, (uint64_t)fabs(b));
        if (b > 0)
            return to_double(result);
        pair inverse = divide((pair){1, 0}, result.value);
        return to_double((scaled){inverse, -result.exponent});
    }
    pair x = multiply(logarithm(a), (pair){b, 0});
    if (fabs(x.high) > 2000)
        return grows ? HUGE_VAL : 0;
    return to_double(exponential(x));
}

double base_number_power(double a, double b) {
    bool odd = fabs(b) < EXACT && fmod(b, 2) != 0 && b == floor(b);
    double sign = a < 0 && odd ? -1 : 1;
    if (b == 0 || a == 1)
        return 1;
    if (isnan(a) || isnan(b))
        return a + b;
    if (isinf(b)) {
        if (fabs(a) == 1)
            return 1;
        return (fabs(a) > 1) == (b > 0) ? HUGE_VAL : 0;
    }
    if (isinf(a))
        return b > 0 ? sign * HUGE_VAL : 0;
    if (a == 0)
        return b > 0 ? 0 : HUGE_VAL;
    return sign * positive_power(fabs(a), b);
}

/* number.h - doubles as text, and the few functions of doubles that the language needs, with the
 * same result to the last bit on every machine and in every locale.
 */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BASE_NUMBER_TEXT 32 /* bytes that the longest number needs, with its '\0' */

/* The shortest text that reads back to the same double, as Python's repr() has it (1e+16, 1e-05,
 * inf, nan); a whole number below 1e16 without a decimal point. Returns its length. */
size_t base_number_format(double number, char text[BASE_NUMBER_TEXT]);

/* The double nearest to a decimal number times 10^exponent: `digits` holds `count` characters, of
 * which those that are no digits count as not there. inf when it is too large. */
double base_number_read(const char *digits, size_t count, int exponent);

/* Python's a % b and a // b for b != 0: the sign of the remainder is that of b. */
double base_number_modulo(double a, double b);
double base_number_floor_divide(double a, double b);

/* a ** b for b whole or a not negative; inf when the result is too large. */
double base_number_power(double a, double b);

/* round(number, digits) for a finite number: ties, which decimal fractions hardly ever are, go to
 * the even digit. inf when the result is too large. */
double base_number_round(double number, int digits);

/* The natural logarithm of a number above 0; inf for inf. Off by at most one unit in the last
 * place. */
double base_number_log(double number);

/* What a noun of so many ends in: "s", or nothing for one. */
static inline const char *base_plural(uint64_t count) {
    return count == 1 ? "" : "s";
}

#endif

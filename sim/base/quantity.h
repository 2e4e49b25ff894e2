/* quantity.h - times, sizes and counts, as people write them on a command line, and read them.
 */
#ifndef BASE_QUANTITY_H
#define BASE_QUANTITY_H

#include <stdbool.h>
#include <stdint.h>

/* A time that is not negative: a decimal number, of seconds or with a unit (ns us ms s min h), such
 * as 250ms. It is read as it is written, without rounding; what is finer than a nanosecond is cut.
 * False where it is none, or above 146 years: the sum of two is no overflow. */
bool base_time_read(const char *text, int64_t *time_ns);

/* A time as it is told, exact and without zeros at its end. `small`: below a second in the largest
 * unit of which there is one (`250 ms`, `-12.5 us`, `3 ns`); else in seconds (`1.25 s`, `0 s`). */
enum { BASE_TIME_TEXT = 32 };
void base_time_write(int64_t time_ns, bool small, char text[BASE_TIME_TEXT]);

/* A whole number, such as 12, -3 or 2e9. False where it is none, or does not fit. */
bool base_whole_read(const char *text, int64_t *whole);

/* A size above 0: a whole number of bytes, or of K, M, G or T of 1024 each, such as 512M. */
bool base_size_read(const char *text, uint64_t *bytes);

#endif

/* clock.h - how long something takes outside of any run.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* The time of a clock that never goes back (CLOCK_MONOTONIC), in nanoseconds: only differences of
 * it mean anything. It is the computer's, whatever clock a loop has. */
int64_t base_clock_ns(void);

#endif

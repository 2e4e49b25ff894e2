/* The wall's clock, as all who measure read it. */
#include "base/clock.h"

#include <time.h>

int64_t base_clock_ns(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

/* Nothing is shown, and so nothing else than there is. */
#include "support/shown.h"

bool shown_compare(const char *file, struct trace_timeline *timeline,
                   const struct shown_moment *moments, size_t count) {
    (void)file, (void)timeline, (void)moments, (void)count;
    return true;
}

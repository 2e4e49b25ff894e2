/* Water marks, of stream and datagram transports. */
#include "water.h"

#include <inttypes.h>
#include <stdio.h>

#include "cadran.h"

int cad__water_marks(int64_t high, int64_t low, size_t *high_mark, size_t *low_mark) {
    enum { HIGH = 64 * 1024, RATIO = 4 };
    char message[96];
    if (high == CAD_DEFAULT)
        high = low == CAD_DEFAULT ? HIGH : low > INT64_MAX / RATIO ? INT64_MAX : RATIO * low;
    if (low == CAD_DEFAULT)
        low = high / RATIO - (high % RATIO < 0); /* rounded down */
    if (high < low || low < 0) {
        (void)snprintf(message, sizeof message,
                       "high (%" PRId64 ") must be >= low (%" PRId64 ") must be >= 0", high, low);
        return cad_raise(CAD_EINVAL, message);
    }
    *high_mark = (size_t)high;
    *low_mark = (size_t)low;
    return 0;
}

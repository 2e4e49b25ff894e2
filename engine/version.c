/* Which library this is. */
#include "cadran.h"

const char *cad_version(void) {
    return CAD_VERSION;
}

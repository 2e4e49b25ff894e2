/* What the environment says of who watches. */
#include "base/ci.h"

#include <stdlib.h>
#include <string.h>

bool base_in_ci(void) {
    const char *ci = getenv("CI");
    return ci != NULL && ci[0] != '\0' && strcmp(ci, "0") != 0 && strcmp(ci, "false") != 0;
}

/* Which libraries traces are packed by. */
#include "trace/packers.h"

#include <errno.h>

struct trace_zlib trace_zlib;
struct trace_zstd trace_zstd;

static bool open_or_say(struct base_library *library) {
    bool is_open = base_library_open(library);
    if (!is_open)
        errno = ELIBACC;
    return is_open;
}

bool trace_zlib_open(void) {
    static const char *const names[] = {TRACE_ZLIB_FUNCTIONS(BASE_LIBRARY_NAME)};
    static struct base_library zlib = {"libz.so.1", names, sizeof names / sizeof names[0],
                                       &trace_zlib, false};
    return open_or_say(&zlib);
}

bool trace_zstd_open(void) {
    static const char *const names[] = {TRACE_ZSTD_FUNCTIONS(BASE_LIBRARY_NAME)};
    static struct base_library zstd = {"libzstd.so.1", names, sizeof names / sizeof names[0],
                                       &trace_zstd, false};
    return open_or_say(&zstd);
}

/* trace/packers.h - zlib and libzstd, opened when the first packed trace is. Private to pack.h and
 * unpack.h.
 */
#ifndef TRACE_PACKERS_H
#define TRACE_PACKERS_H

#define ZLIB_CONST /* zlib.h then takes what it does not change as const */

#include "base/library.h"

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

/* What is used of them. */
#define TRACE_ZLIB_FUNCTIONS(X)                                                                    \
    X(deflate)                                                                                     \
    X(deflateEnd)                                                                                  \
    X(deflateInit2_)                                                                               \
    X(deflateSetHeader)                                                                            \
    X(inflate)                                                                                     \
    X(inflateEnd)                                                                                  \
    X(inflateInit2_)                                                                               \
    X(inflateReset)
#define TRACE_ZSTD_FUNCTIONS(X)                                                                    \
    X(ZSTD_CCtx_setParameter)                                                                      \
    X(ZSTD_compressStream2)                                                                        \
    X(ZSTD_createCCtx)                                                                             \
    X(ZSTD_createDCtx)                                                                             \
    X(ZSTD_decompressStream)                                                                       \
    X(ZSTD_freeCCtx)                                                                               \
    X(ZSTD_freeDCtx)                                                                               \
    X(ZSTD_getErrorCode)                                                                           \
    X(ZSTD_getErrorName)                                                                           \
    X(ZSTD_isError)

struct trace_zlib {
    TRACE_ZLIB_FUNCTIONS(BASE_LIBRARY_MEMBER)
};
struct trace_zstd {
    TRACE_ZSTD_FUNCTIONS(BASE_LIBRARY_MEMBER)
};

/* To be called once the library is open. */
extern struct trace_zlib trace_zlib;
extern struct trace_zstd trace_zstd;

/* As base_library_open(); where they fail, errno says ELIBACC. */
bool trace_zlib_open(void);
bool trace_zstd_open(void);

#endif

/* What a trace's bytes are written by: into the file as they are, or through zlib or libzstd. */
#include "trace/pack.h"

#include "base/memory.h"
#include "trace/packers.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PACKED_SIZE = 128 * 1024, ZSTD_LEVEL = 1 };

struct trace_pack {
    int fd;
    enum trace_packing packing;
    z_stream gzip;
    gz_header gzip_header;
    ZSTD_CCtx *zstd;
    char packed[PACKED_SIZE]; /* what comes out */
};

/* What is to become of what was held back. */
enum ending { GO_ON, FLUSH, FINISH };

/* --- Writing -------------------------------------------------------------------------------- */

/* A closed pipe, or a file that is too large, is to be an error of write(), not the program's end,
 * and the program's own handling of these signals is left alone: they are blocked around the write
 * and taken back, but for one that was pending before. */
static ssize_t write_without_signals(int fd, const char *bytes, size_t length) {
    static const int ends[] = {SIGPIPE, SIGXFSZ};
    sigset_t blocked, ours, old_set, pending;
    sigemptyset(&blocked);
    sigemptyset(&ours);
    sigpending(&pending);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        sigaddset(&blocked, ends[i]);
        if (sigismember(&pending, ends[i]) != 1)
            sigaddset(&ours, ends[i]);
    }
    pthread_sigmask(SIG_BLOCK, &blocked, &old_set);

    ssize_t written = write(fd, bytes, length);
    int error = errno;

    /* Not only where it failed: a pipe that is closed in the middle of a write takes a part. */
    if (written != (ssize_t)length) {
        struct timespec no_time = {0, 0};
        while (sigtimedwait(&ours, NULL, &no_time) < 0 && errno == EINTR)
            ;
    }
    pthread_sigmask(SIG_SETMASK, &old_set, NULL);
    errno = error;
    return written;
}

/* 0, or an errno value. */
static int write_all(int fd, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write_without_signals(fd, bytes, length);
        if (written < 0 && errno != EINTR)
            return errno;
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        }
    }
    return 0;
}

/* --- gzip ------------------------------------------------------------------------------------- */

/* The file says of itself what is the same everywhere: no time, no name, no system. */
static int start_gzip(struct trace_pack *pack) {
    if (!trace_zlib_open())
        return errno;
    pack->gzip.zalloc = base_zlib_alloc;
    pack->gzip.zfree = base_zlib_free;
    enum { WINDOW_BITS = 15, AS_GZIP = 16, MEMORY_LEVEL = 8 };
    int status = trace_zlib.deflateInit2_(&pack->gzip, Z_BEST_SPEED, Z_DEFLATED,
                                          WINDOW_BITS + AS_GZIP, MEMORY_LEVEL, Z_DEFAULT_STRATEGY,
                                          ZLIB_VERSION, (int)sizeof pack->gzip);
    if (status != Z_OK)
        return ENOMEM;
    pack->gzip_header = (gz_header){.os = 255};
    (void)trace_zlib.deflateSetHeader(&pack->gzip, &pack->gzip_header);
    return 0;
}

static int write_gzip(struct trace_pack *pack, const char *bytes, size_t length,
                      enum ending ending) {
    static const int modes[] = {[GO_ON] = Z_NO_FLUSH, [FLUSH] = Z_SYNC_FLUSH, [FINISH] = Z_FINISH};
    z_stream *stream = &pack->gzip;
    stream->next_in = (const Bytef *)bytes;
    stream->avail_in = (uInt)length;
    int error = 0;
    do {
        stream->next_out = (Bytef *)pack->packed;
        stream->avail_out = PACKED_SIZE;
        (void)trace_zlib.deflate(stream, modes[ending]);
        error = write_all(pack->fd, pack->packed, PACKED_SIZE - stream->avail_out);
    } while (error == 0 && stream->avail_out == 0);
    return error;
}

/* --- zstd ------------------------------------------------------------------------------------- */

static int start_zstd(struct trace_pack *pack) {
    if (!trace_zstd_open())
        return errno;
    pack->zstd = trace_zstd.ZSTD_createCCtx();
    if (pack->zstd == NULL)
        return ENOMEM;
    (void)trace_zstd.ZSTD_CCtx_setParameter(pack->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL);
    (void)trace_zstd.ZSTD_CCtx_setParameter(pack->zstd, ZSTD_c_checksumFlag, 1);
    return 0;
}

static int write_zstd(struct trace_pack *pack, const char *bytes, size_t length,
                      enum ending ending) {
    static const ZSTD_EndDirective modes[] = {
        [GO_ON] = ZSTD_e_continue, [FLUSH] = ZSTD_e_flush, [FINISH] = ZSTD_e_end};
    ZSTD_inBuffer in = {.src = bytes, .size = length};
    size_t left;
    int error = 0;
    do {
        ZSTD_outBuffer out = {.dst = pack->packed, .size = PACKED_SIZE};
        left = trace_zstd.ZSTD_compressStream2(pack->zstd, &out, &in, modes[ending]);
        if (trace_zstd.ZSTD_isError(
                left)) /* of its own making there is one: its memory comes late */
            return ENOMEM;
        error = write_all(pack->fd, pack->packed, out.pos);
    } while (error == 0 && (ending == GO_ON ? in.pos < in.size : left > 0));
    return error;
}

/* --- Any -------------------------------------------------------------------------------------- */

enum trace_packing trace_packing_of(const char *path) {
    static const struct {
        const char *end;
        enum trace_packing packing;
    } ends[] = {{".gz", TRACE_PACKING_GZIP}, {".zst", TRACE_PACKING_ZSTD}};
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        size_t end_length = strlen(ends[i].end);
        if (length > end_length && strcmp(path + length - end_length, ends[i].end) == 0)
            return ends[i].packing;
    }
    return TRACE_PACKING_NONE;
}

int trace_pack_new(int fd, enum trace_packing packing, struct trace_pack **pack) {
    *pack = base_alloc(sizeof **pack);
    if (*pack == NULL)
        return ENOMEM;
    (*pack)->fd = fd;
    (*pack)->packing = TRACE_PACKING_NONE;
    (*pack)->gzip = (z_stream){0};
    (*pack)->zstd = NULL;
    int error = packing == TRACE_PACKING_GZIP   ? start_gzip(*pack)
                : packing == TRACE_PACKING_ZSTD ? start_zstd(*pack)
                                                : 0;
    if (error != 0) {
        base_free(*pack);
        *pack = NULL;
        return error;
    }
    (*pack)->packing = packing;
    return 0;
}

static int put(struct trace_pack *pack, const char *bytes, size_t length, enum ending ending) {
    switch (pack->packing) {
    case TRACE_PACKING_GZIP:
        return write_gzip(pack, bytes, length, ending);
    case TRACE_PACKING_ZSTD:
        return write_zstd(pack, bytes, length, ending);
    default:
        return write_all(pack->fd, bytes, length);
    }
}

int trace_pack_write(struct trace_pack *pack, const char *bytes, size_t length) {
    return put(pack, bytes, length, GO_ON);
}

int trace_pack_flush(struct trace_pack *pack) {
    return put(pack, NULL, 0, FLUSH);
}

int trace_pack_finish(struct trace_pack *pack) {
    return put(pack, NULL, 0, FINISH);
}

void trace_pack_free(struct trace_pack *pack) {
    if (pack == NULL)
        return;
    if (pack->packing == TRACE_PACKING_GZIP)
        (void)trace_zlib.deflateEnd(&pack->gzip);
    if (pack->zstd != NULL)
        (void)trace_zstd.ZSTD_freeCCtx(pack->zstd);
    base_free(pack);
}

/* What a trace is read from: a file, a pipe or memory, and, where that is packed, zlib or libzstd
 * between. There may be several packed pieces one behind the other, as gzip and zstd allow it. */
#include "trace/unpack.h"

#include "base/memory.h"
#include "cadran.h"
#include "trace/packers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PACKED_SIZE = 64 * 1024, FAULT_SIZE = 192 };

struct method;

struct trace_source {
    int fd; /* -1: memory */
    const char *memory;
    size_t memory_left;
    const struct method *method; /* NULL: not looked at yet */
    bool at_end;                 /* of the file */
    bool in_piece;               /* the packed piece goes on */
    z_stream gzip;
    ZSTD_DCtx *zstd;
    uint64_t offset; /* in the file, of the end of what is in the buffer */
    uint64_t unpacked;
    const char *at; /* what has not been unpacked yet, in the buffer */
    const char *end;
    char fault[FAULT_SIZE];
    char packed[PACKED_SIZE];
};

/* A way to pack. */
struct method {
    const char *name; /* NULL: none */
    const char *magic;
    size_t magic_length;
    int (*start)(struct trace_source *source);
    /* Takes from source->at, and says how much has come out; ends source->in_piece. */
    int (*unpack)(struct trace_source *source, char *to, size_t size, size_t *got);
};

/* --- The file --------------------------------------------------------------------------------- */

static int read_file(struct trace_source *source, char *to, size_t size, size_t *got) {
    *got = 0;
    if (source->fd < 0) {
        *got = size < source->memory_left ? size : source->memory_left;
        if (*got > 0)
            memcpy(to, source->memory, *got);
        source->memory += *got;
        source->memory_left -= *got;
    } else {
        ssize_t length;
        do
            length = read(source->fd, to, size);
        while (length < 0 && errno == EINTR);
        if (length < 0)
            return CAD_ESYSTEM;
        *got = (size_t)length;
    }
    source->offset += *got;
    source->at_end = *got == 0;
    return 0;
}

/* Reads more behind what is in the buffer, which has room for it. */
static int fill(struct trace_source *source) {
    size_t kept = (size_t)(source->end - source->at);
    size_t got;
    memmove(source->packed, source->at, kept);
    int error = read_file(source, source->packed + kept, PACKED_SIZE - kept, &got);
    source->at = source->packed;
    source->end = source->packed + kept + got;
    return error;
}

/* `where`: at what has been taken, or somewhere after it. */
static int damaged(struct trace_source *source, const char *where, const char *how) {
    snprintf(source->fault, sizeof source->fault, "damaged %s byte %llu: %s", where,
             (unsigned long long)trace_source_offset(source), how);
    return CAD_EINVAL;
}

/* --- gzip ------------------------------------------------------------------------------------- */

static int start_gzip(struct trace_source *source) {
    enum { WINDOW_BITS = 15, AS_GZIP = 16 };
    if (!trace_zlib_open())
        return CAD_ESYSTEM;
    source->gzip.zalloc = base_zlib_alloc;
    source->gzip.zfree = base_zlib_free;
    int status = trace_zlib.inflateInit2_(&source->gzip, WINDOW_BITS + AS_GZIP, ZLIB_VERSION,
                                          (int)sizeof source->gzip);
    return status == Z_OK ? 0 : CAD_ENOMEM;
}

static int unpack_gzip(struct trace_source *source, char *to, size_t size, size_t *got) {
    z_stream *stream = &source->gzip;
    if (!source->in_piece)
        (void)trace_zlib.inflateReset(stream);
    source->in_piece = true;
    stream->next_in = (const Bytef *)source->at;
    stream->avail_in = (uInt)(source->end - source->at);
    stream->next_out = (Bytef *)to;
    stream->avail_out = (uInt)size;
    int status = trace_zlib.inflate(stream, Z_NO_FLUSH);
    source->at = source->end - stream->avail_in;
    *got = size - stream->avail_out;
    if (status == Z_MEM_ERROR)
        return CAD_ENOMEM;
    source->in_piece = status != Z_STREAM_END;
    if (status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR)
        return 0;
    return damaged(source, "at", stream->msg != NULL ? stream->msg : "it needs a dictionary");
}

/* --- zstd ------------------------------------------------------------------------------------- */

static int start_zstd(struct trace_source *source) {
    if (!trace_zstd_open())
        return CAD_ESYSTEM;
    source->zstd = trace_zstd.ZSTD_createDCtx();
    return source->zstd != NULL ? 0 : CAD_ENOMEM;
}

static int unpack_zstd(struct trace_source *source, char *to, size_t size, size_t *got) {
    ZSTD_inBuffer in = {.src = source->at, .size = (size_t)(source->end - source->at)};
    ZSTD_outBuffer out = {.dst = to, .size = size};
    size_t left = trace_zstd.ZSTD_decompressStream(source->zstd, &out, &in);
    source->at += in.pos;
    *got = out.pos;
    source->in_piece = left != 0;
    if (!trace_zstd.ZSTD_isError(left))
        return 0;
    return trace_zstd.ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation
               ? CAD_ENOMEM
               : damaged(source, "after", trace_zstd.ZSTD_getErrorName(left));
}

/* --- Any -------------------------------------------------------------------------------------- */

static int start_plain(struct trace_source *source) {
    (void)source;
    return 0;
}

/* What was read to see how it is packed comes first. */
static int pass_on(struct trace_source *source, char *to, size_t size, size_t *got) {
    *got = (size_t)(source->end - source->at);
    if (*got > size)
        *got = size;
    memcpy(to, source->at, *got);
    source->at += *got;
    return 0;
}

static const struct method methods[] = {
    {"gzip", "\x1f\x8b", 2, start_gzip, unpack_gzip},
    {"zstd", "\x28\xb5\x2f\xfd", 4, start_zstd, unpack_zstd},
    {"zstd", "\x50\x2a\x4d\x18", 4, start_zstd, unpack_zstd}, /* a frame for other uses first */
    {NULL, "", 0, start_plain, pass_on},
};

bool trace_may_begin(char first) {
    static const char plain[] = "[{ \t\r\n\xEF"; /* the last begins a byte order mark */
    for (size_t i = 0; methods[i].name != NULL; i++)
        if (first == methods[i].magic[0])
            return true;
    return memchr(plain, first, sizeof plain - 1) != NULL;
}

/* Which of them it is. Of a file that is cut short the little that there is may be the begin of
 * a magic number. */
static int find_method(struct trace_source *source) {
    enum { MAGIC_LENGTH_MAX = 4 };
    while (source->end - source->at < MAGIC_LENGTH_MAX && !source->at_end) {
        int error = fill(source);
        if (error != 0)
            return error;
    }
    size_t length = (size_t)(source->end - source->at);
    const struct method *method = methods;
    for (; method->name != NULL; method++) {
        size_t compared = length < method->magic_length ? length : method->magic_length;
        if (compared > 0 && memcmp(source->at, method->magic, compared) == 0)
            break;
    }
    source->method = method;
    source->in_piece = method->name != NULL;
    return method->start(source);
}

struct trace_source *trace_source_new(int fd, const char *memory, size_t size) {
    struct trace_source *source = base_alloc(sizeof *source);
    if (source == NULL)
        return NULL;
    source->fd = fd;
    source->memory = memory;
    source->memory_left = size;
    source->method = NULL;
    source->at_end = source->in_piece = false;
    source->gzip = (z_stream){0};
    source->zstd = NULL;
    source->offset = source->unpacked = 0;
    source->at = source->end = source->packed;
    source->fault[0] = '\0';
    return source;
}

void trace_source_free(struct trace_source *source) {
    if (source == NULL)
        return;
    if (source->gzip.state != NULL)
        (void)trace_zlib.inflateEnd(&source->gzip);
    if (source->zstd != NULL)
        (void)trace_zstd.ZSTD_freeDCtx(source->zstd);
    base_free(source);
}

/* What has come out is not out of proportion to what it came from. */
static int check_proportion(struct trace_source *source, size_t got) {
    source->unpacked += got;
    uint64_t packed = trace_source_offset(source);
    if (source->unpacked <= TRACE_UNPACKED_FREE || source->unpacked / TRACE_UNPACKED_MOST <= packed)
        return 0;
    snprintf(source->fault, sizeof source->fault,
             "suspiciously tight: its first %llu bytes are %llu unpacked; unpack it yourself to "
             "read it all the same",
             (unsigned long long)packed, (unsigned long long)source->unpacked);
    return CAD_EINVAL;
}

int trace_source_read(struct trace_source *source, char *to, size_t size, size_t *got) {
    *got = 0;
    int error = source->method == NULL ? find_method(source) : 0;
    if (error == 0 && source->method->name == NULL && source->at == source->end)
        return source->at_end ? 0 : read_file(source, to, size, got);
    while (error == 0) {
        /* What comes out may need nothing more to come in. */
        if (source->at < source->end || source->in_piece)
            error = source->method->unpack(source, to, size, got);
        if (error != 0 || *got > 0 || (source->at == source->end && source->at_end))
            break;
        if (source->at == source->end)
            error = fill(source);
    }
    return error == 0 ? check_proportion(source, *got) : error;
}

const char *trace_source_fault(const struct trace_source *source) {
    return source->fault;
}

const char *trace_source_packing(const struct trace_source *source) {
    return source->method == NULL ? NULL : source->method->name;
}

bool trace_source_is_cut(const struct trace_source *source) {
    return source->in_piece;
}

uint64_t trace_source_offset(const struct trace_source *source) {
    return source->offset - (uint64_t)(source->end - source->at);
}

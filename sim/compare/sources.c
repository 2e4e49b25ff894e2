/* Where two traces come from: their bytes, whether these are the same, and their events. */
#include "compare/sources.h"

#include "base/identity.h"
#include "base/memory.h"
#include "cadran.h"
#include "trace/reader.h"
#include "trace/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK_SIZE = 256 * 1024 };

static int refuse_file(const struct cmp_result *result, int side, char message[CMP_MESSAGE_SIZE]) {
    snprintf(message, CMP_MESSAGE_SIZE, "%.200s: %s", cmp_name(result, side), strerror(errno));
    return CAD_ESYSTEM;
}

static int no_memory(char message[CMP_MESSAGE_SIZE]) {
    snprintf(message, CMP_MESSAGE_SIZE, CMP_NO_MEMORY);
    return CAD_ENOMEM;
}

/* --- What can be read but once -------------------------------------------------------------- */

/* All of a file descriptor, or no more than shows that it is no trace. 0, CAD_ESYSTEM or
 * CAD_ENOMEM. */
static int read_all(int fd, base_buffer *all) {
    char *chunk = base_alloc(CHUNK_SIZE);
    int error = chunk == NULL ? CAD_ENOMEM : 0;
    while (error == 0 && (all->length == 0 || trace_may_begin(all->data[0]))) {
        ssize_t got = read(fd, chunk, CHUNK_SIZE);
        if (got == 0)
            break;
        if (got > 0)
            error = base_buffer_append(all, chunk, (size_t)got);
        else if (errno != EINTR)
            error = CAD_ESYSTEM;
    }
    base_free(chunk);
    return error;
}

static int keep(struct cmp_result *result, int side, int fd, char message[CMP_MESSAGE_SIZE]) {
    base_buffer all = {0};
    int error = read_all(fd, &all);
    if (error == 0 && all.data == NULL)
        error = base_buffer_append(&all, "", 0);
    if (error != 0) {
        base_buffer_free(&all);
        return error == CAD_ESYSTEM ? refuse_file(result, side, message) : no_memory(message);
    }
    result->kept[side] = all.data;
    result->sources[side] = (struct cmp_source){.data = all.data, .size = all.length};
    return 0;
}

static int open_source(const struct cmp_source *source) {
    int fd;
    if (strcmp(source->path, "-") == 0)
        return STDIN_FILENO;
    do
        fd = open(source->path, O_RDONLY | O_CLOEXEC);
    while (fd < 0 && errno == EINTR);
    return fd;
}

static void close_source(int fd) {
    if (fd != STDIN_FILENO)
        close(fd);
}

int cmp_keep_input(struct cmp_result *result, char message[CMP_MESSAGE_SIZE]) {
    int error = 0;
    for (int side = 0; side < CMP_SIDES && error == 0; side++) {
        struct stat status;
        if (result->sources[side].path == NULL)
            continue;
        int fd = open_source(&result->sources[side]);
        if (fd < 0 || fstat(fd, &status) != 0)
            error = refuse_file(result, side, message);
        else if (fd == STDIN_FILENO || !S_ISREG(status.st_mode))
            error = keep(result, side, fd, message);
        if (fd >= 0)
            close_source(fd);
    }
    return error;
}

/* --- Events ------------------------------------------------------------------------------ */

int cmp_read_source(const struct cmp_result *result, int side, struct trace_consumer *consumer,
                    char message[CMP_MESSAGE_SIZE]) {
    const struct cmp_source *source = &result->sources[side];
    bool complete;
    return source->path != NULL
               ? trace_read_events(source->path, consumer, &complete, message)
               : trace_read_events_memory(cmp_name(result, side), source->data, source->size,
                                          consumer, &complete, message);
}

int cmp_read_model(const struct cmp_result *result, int side, struct trace_model **trace,
                   char message[CMP_MESSAGE_SIZE]) {
    const struct cmp_source *source = &result->sources[side];
    return source->path != NULL ? trace_read(source->path, trace, message)
                                : trace_read_memory(cmp_name(result, side), source->data,
                                                    source->size, trace, message);
}

/* --- Bytes ---------------------------------------------------------------------------------- */

/* So much of a file is read at a time: a comparison of large ones takes no memory. They are not
 * mapped: who shortened one meanwhile would end the program by a signal. */
enum { PIECE_SIZE = 256 * 1024 };

/* Memory, or a file. */
struct bytes {
    const char *data;
    uint64_t size;
    int fd;     /* -1: it is memory */
    char *room; /* of a file: for a piece */
};

static int open_bytes(const struct cmp_result *result, int side, struct bytes *bytes,
                      char message[CMP_MESSAGE_SIZE]) {
    const struct cmp_source *source = &result->sources[side];
    struct stat status;
    *bytes = (struct bytes){.data = source->data, .size = source->size, .fd = -1};
    if (source->path == NULL)
        return 0;
    bytes->fd = open_source(source);
    if (bytes->fd < 0 || fstat(bytes->fd, &status) != 0)
        return refuse_file(result, side, message);
    bytes->size = (uint64_t)status.st_size;
    bytes->room = base_alloc(PIECE_SIZE);
    return bytes->room != NULL ? 0 : no_memory(message);
}

static void close_bytes(const struct bytes *bytes) {
    base_free(bytes->room);
    if (bytes->fd >= 0)
        close(bytes->fd);
}

/* `length` bytes, PIECE_SIZE at most. *piece is NULL where the file has become shorter. 0, or
 * CAD_ESYSTEM. */
static int look_at(const struct bytes *bytes, uint64_t offset, size_t length, const char **piece) {
    size_t there = 0;
    ssize_t got = 1;
    *piece = bytes->fd < 0 ? bytes->data + offset : NULL;
    if (bytes->fd < 0)
        return 0;
    while (there < length && got != 0) {
        got = pread(bytes->fd, bytes->room + there, length - there, (off_t)(offset + there));
        if (got < 0 && errno != EINTR)
            return CAD_ESYSTEM;
        there += got > 0 ? (size_t)got : 0;
    }
    *piece = there == length ? bytes->room : NULL;
    return 0;
}

/* The same piece of both. *pieces[CMP_A] is NULL where one of them is not there any more. */
static int look_at_both(const struct bytes bytes[CMP_SIDES], uint64_t offset, size_t length,
                        const char *pieces[CMP_SIDES]) {
    int error = look_at(&bytes[CMP_A], offset, length, &pieces[CMP_A]);
    if (error == 0)
        error = look_at(&bytes[CMP_B], offset, length, &pieces[CMP_B]);
    if (error != 0 || pieces[CMP_B] == NULL)
        pieces[CMP_A] = NULL;
    return error;
}

static size_t piece_length(uint64_t size, uint64_t offset) {
    return size - offset < PIECE_SIZE ? (size_t)(size - offset) : PIECE_SIZE;
}

static int compare_files(const struct bytes bytes[CMP_SIDES], bool *equal) {
    uint64_t size = bytes[CMP_A].size;
    int error = 0;
    *equal = size == bytes[CMP_B].size;
    for (uint64_t at = 0; error == 0 && *equal && at < size; at += PIECE_SIZE) {
        const char *pieces[CMP_SIDES];
        size_t length = piece_length(size, at);
        error = look_at_both(bytes, at, length, pieces);
        *equal = pieces[CMP_A] != NULL && memcmp(pieces[CMP_A], pieces[CMP_B], length) == 0;
    }
    return error;
}

/* --- What is packed in them ----------------------------------------------------------------- */

/* As many bytes as there is room for, but at the end. */
static int read_chunk(struct trace_source *source, char *chunk, size_t *length) {
    int error = 0;
    size_t got = 1;
    for (*length = 0; error == 0 && got > 0 && *length < CHUNK_SIZE; *length += got)
        error = trace_source_read(source, chunk + *length, CHUNK_SIZE - *length, &got);
    return error;
}

/* What is damaged is not the same; where it is so the reader says. */
static int compare_sources(struct trace_source *sources[CMP_SIDES], char *chunks, bool *equal) {
    size_t lengths[CMP_SIDES];
    do {
        for (int side = 0; side < CMP_SIDES; side++) {
            int error = read_chunk(sources[side], chunks + side * CHUNK_SIZE, &lengths[side]);
            if (error != 0)
                return error == CAD_EINVAL ? 0 : error;
        }
        if (lengths[CMP_A] != lengths[CMP_B] ||
            memcmp(chunks, chunks + CHUNK_SIZE, lengths[CMP_A]) != 0)
            return 0;
    } while (lengths[CMP_A] > 0);
    *equal = !trace_source_is_cut(sources[CMP_A]) && !trace_source_is_cut(sources[CMP_B]);
    return 0;
}

static int compare_unpacked(const struct bytes bytes[CMP_SIDES], bool *equal) {
    struct trace_source *sources[CMP_SIDES];
    char *chunks = base_alloc((size_t)2 * CHUNK_SIZE);
    bool ready = chunks != NULL;
    for (int side = 0; side < CMP_SIDES; side++) {
        sources[side] =
            trace_source_new(bytes[side].fd, bytes[side].data, (size_t)bytes[side].size);
        ready = ready && sources[side] != NULL;
    }
    int error = ready ? compare_sources(sources, chunks, equal) : CAD_ENOMEM;
    trace_source_free(sources[CMP_A]);
    trace_source_free(sources[CMP_B]);
    base_free(chunks);
    return error;
}

/* A trace that is not packed begins with a bracket, a brace, or white space before them. */
static bool may_be_packed(const struct bytes *bytes) {
    if (bytes->size == 0)
        return false;
    const char *first;
    return look_at(bytes, 0, 1, &first) == 0 && first != NULL &&
           strchr("[{ \t\r\n", *first) == NULL;
}

/* Two names of one file, which need not be read to be the same. */
static bool is_one_file(const struct bytes bytes[CMP_SIDES]) {
    return base_is_one_file(base_identity_of_open(bytes[CMP_A].fd),
                            base_identity_of_open(bytes[CMP_B].fd));
}

static int compare_both(const struct bytes bytes[CMP_SIDES], bool *equal) {
    *equal = is_one_file(bytes);
    if (*equal)
        return 0;
    int error = compare_files(bytes, equal);
    if (error == 0 && !*equal && (may_be_packed(&bytes[CMP_A]) || may_be_packed(&bytes[CMP_B])))
        error = compare_unpacked(bytes, equal);
    return error;
}

int cmp_compare_bytes(struct cmp_result *result, char message[CMP_MESSAGE_SIZE]) {
    struct bytes bytes[CMP_SIDES] = {{.fd = -1}, {.fd = -1}};
    int error = open_bytes(result, CMP_A, &bytes[CMP_A], message);
    if (error == 0)
        error = open_bytes(result, CMP_B, &bytes[CMP_B], message);
    if (error == 0 && (error = compare_both(bytes, &result->bytes_equal)) != 0)
        error = error == CAD_ENOMEM ? no_memory(message) : refuse_file(result, CMP_A, message);
    close_bytes(&bytes[CMP_A]);
    close_bytes(&bytes[CMP_B]);
    return error;
}

/* --- A beginning that both have ------------------------------------------------------------- */

/* Of two pieces of the same length, whether they are the same up to the end of so many lines; from
 * *lines those are taken that are there. */
static bool same_lines(const char *a, const char *b, size_t length, uint64_t *lines) {
    const char *at = a, *end = a + length;
    while (*lines > 0 && at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        at = newline == NULL ? end : newline + 1;
        *lines -= newline != NULL;
    }
    return memcmp(a, b, (size_t)(at - a)) == 0;
}

static bool files_share_lines(const struct bytes bytes[CMP_SIDES], uint64_t lines) {
    bool same = !may_be_packed(&bytes[CMP_A]) && !may_be_packed(&bytes[CMP_B]);
    uint64_t size = bytes[bytes[CMP_A].size < bytes[CMP_B].size ? CMP_A : CMP_B].size;
    for (uint64_t at = 0; same && lines > 0 && at < size; at += PIECE_SIZE) {
        const char *pieces[CMP_SIDES];
        size_t length = piece_length(size, at);
        same = look_at_both(bytes, at, length, pieces) == 0 && pieces[CMP_A] != NULL &&
               same_lines(pieces[CMP_A], pieces[CMP_B], length, &lines);
    }
    return same && lines == 0;
}

int cmp_share_lines(const struct cmp_result *result, uint64_t lines, bool *same,
                    char message[CMP_MESSAGE_SIZE]) {
    struct bytes bytes[CMP_SIDES] = {{.fd = -1}, {.fd = -1}};
    int error = open_bytes(result, CMP_A, &bytes[CMP_A], message);
    if (error == 0)
        error = open_bytes(result, CMP_B, &bytes[CMP_B], message);
    *same = error == 0 && files_share_lines(bytes, lines);
    close_bytes(&bytes[CMP_A]);
    close_bytes(&bytes[CMP_B]);
    return error;
}

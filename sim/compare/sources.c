/* Where two traces come from: their bytes, whether these are the same, and their events. */
#include "compare/sources.h"

#include "base/memory.h"
#include "cadran.h"
#include "trace/reader.h"
#include "trace/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK_SIZE = 256 * 1024 };

static int refuse_file(const struct cmp_result *result, int side, char message[CMP_MESSAGE_SIZE]) {
    snprintf(message, CMP_MESSAGE_SIZE, "%.200s: %s", cmp_name(result, side), strerror(errno));
    return CAD_ESYSTEM;
}

static int no_memory(char message[CMP_MESSAGE_SIZE]) {
    snprintf(message, CMP_MESSAGE_SIZE, "out of memory");
    return CAD_ENOMEM;
}

/* --- What can be read but once -------------------------------------------------------------- */

/* All of a file descriptor. 0, CAD_ESYSTEM or CAD_ENOMEM. */
static int read_all(int fd, base_buffer *all) {
    char *chunk = base_alloc(CHUNK_SIZE);
    int error = chunk == NULL ? CAD_ENOMEM : 0;
    while (error == 0) {
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

/* --- Bytes ---------------------------------------------------------------------------------- */

struct bytes {
    const char *data;
    size_t size;
    void *mapped; /* NULL: nothing is */
};

static int map_bytes(const struct cmp_result *result, int side, struct bytes *bytes,
                     char message[CMP_MESSAGE_SIZE]) {
    const struct cmp_source *source = &result->sources[side];
    struct stat status;
    *bytes = (struct bytes){.data = source->data, .size = source->size};
    if (source->path == NULL)
        return 0;
    int fd = open(source->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return refuse_file(result, side, message);
    int error = 0;
    if (fstat(fd, &status) != 0) {
        error = refuse_file(result, side, message);
    } else if (status.st_size > 0) {
        bytes->size = (size_t)status.st_size;
        bytes->mapped = mmap(NULL, bytes->size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (bytes->mapped == MAP_FAILED) {
            bytes->mapped = NULL;
            error = refuse_file(result, side, message);
        }
        bytes->data = bytes->mapped;
    }
    close(fd);
    return error;
}

static void unmap_bytes(struct bytes *bytes) {
    if (bytes->mapped != NULL)
        (void)munmap(bytes->mapped, bytes->size);
}

static bool are_same(const struct bytes *a, const struct bytes *b) {
    return a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
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
        sources[side] = trace_source_new(-1, bytes[side].data, bytes[side].size);
        ready = ready && sources[side] != NULL;
    }
    int error = ready ? compare_sources(sources, chunks, equal) : CAD_ENOMEM;
    trace_source_free(sources[CMP_A]);
    trace_source_free(sources[CMP_B]);
    base_free(chunks);
    return error;
}

/* A trace that is not packed begins with a bracket, a brace or a space before them. */
static bool may_be_packed(const struct bytes *bytes) {
    return bytes->size > 0 && strchr("[{ \t\r\n", bytes->data[0]) == NULL;
}

int cmp_compare_bytes(struct cmp_result *result, char message[CMP_MESSAGE_SIZE]) {
    struct bytes bytes[CMP_SIDES] = {{NULL, 0, NULL}};
    int error = map_bytes(result, CMP_A, &bytes[CMP_A], message);
    if (error == 0)
        error = map_bytes(result, CMP_B, &bytes[CMP_B], message);
    if (error == 0) {
        result->bytes_equal = are_same(&bytes[CMP_A], &bytes[CMP_B]);
        if (!result->bytes_equal && (may_be_packed(&bytes[CMP_A]) || may_be_packed(&bytes[CMP_B])))
            error = compare_unpacked(bytes, &result->bytes_equal);
        if (error == CAD_ENOMEM)
            no_memory(message);
    }
    unmap_bytes(&bytes[CMP_A]);
    unmap_bytes(&bytes[CMP_B]);
    return error;
}

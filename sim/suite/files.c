/* Bytes of traces, from files and into them. */
#include "suite/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/replace.h"

/* --- Reading --------------------------------------------------------------------------------- */

/* Below it to copy is cheaper than to map what is ours alone. */
enum { SMALL = 64 * 1024 };

static int copy(int fd, size_t size, suite_bytes *bytes) {
    char *data = base_alloc(size + 1);
    size_t length = 0;
    ssize_t got = 1;
    if (data == NULL)
        return ENOMEM;
    while (length < size && got > 0) {
        got = pread(fd, data + length, size - length, (off_t)length);
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got > 0)
            length += (size_t)got;
    }
    if (got < 0) {
        int error = errno;
        base_free(data);
        return error;
    }
    *bytes = (suite_bytes){.data = data, .size = length};
    return 0;
}

/* How many bytes the file has. 0, or an errno value. */
static int find_size(int fd, size_t *size) {
    struct stat status;
    if (fstat(fd, &status) != 0)
        return errno;
    *size = (size_t)status.st_size;
    if (S_ISREG(status.st_mode))
        return 0;
    return S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
}

int suite_bytes_own(int fd, suite_bytes *bytes) {
    size_t size;
    *bytes = (suite_bytes){0};
    int error = find_size(fd, &size);
    if (error != 0 || size <= SMALL)
        return error != 0 ? error : copy(fd, size, bytes);
    void *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED)
        return errno;
    *bytes = (suite_bytes){.data = data, .size = size, .mapped = true};
    return 0;
}

/* Not mapped: what others shorten meanwhile would end the program by a signal, and what they write
 * would be taken for what was there. */
int suite_bytes_load(const char *path, suite_bytes *bytes) {
    size_t size;
    *bytes = (suite_bytes){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe is not waited for */
    if (fd < 0)
        return errno;
    int error = find_size(fd, &size);
    if (error == 0)
        error = copy(fd, size, bytes);
    (void)close(fd);
    return error;
}

void suite_bytes_free(suite_bytes *bytes) {
    if (bytes->mapped)
        (void)munmap((void *)(size_t)bytes->data, bytes->size);
    else
        base_free((void *)(size_t)bytes->data);
    *bytes = (suite_bytes){0};
}

bool suite_bytes_same(const suite_bytes *a, const suite_bytes *b) {
    return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

/* --- Writing --------------------------------------------------------------------------------- */

/* A trace has its name to itself: by a link that stands there, in a tree of a stranger's, another
 * file would be written, and a pipe would be waited for. 0, or an errno value. */
static int clear_name(const char *path) {
    struct stat there;
    bool alien = lstat(path, &there) == 0 && !S_ISREG(there.st_mode) && !S_ISDIR(there.st_mode);
    return alien && unlink(path) != 0 ? errno : 0;
}

int suite_write_whole(const char *path, const suite_bytes *bytes) {
    struct base_replacement file;
    int error = clear_name(path);
    if (error == 0)
        error = base_replace_open(&file, path);
    if (error == 0) {
        (void)fwrite(bytes->data, 1, bytes->size, file.stream); /* finishing tells of its failure */
        error = base_replace_finish(&file);
        base_replace_drop(&file);
    }
    return error;
}

/* What the system has of it is on the disk. */
static int sync_path(const char *path, int flags) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
    if (fd < 0)
        return errno;
    int error = fsync(fd) != 0 ? errno : 0;
    (void)close(fd);
    return error;
}

int suite_replace(const char *path, const char *by) {
    const char *slash = strrchr(path, '/');
    char *directory = slash != NULL ? base_strndup(path, (size_t)(slash + 1 - path)) : NULL;
    int error = slash != NULL && directory == NULL ? ENOMEM : sync_path(by, 0);
    if (error == 0 && rename(by, path) != 0)
        error = errno;
    if (error == 0) /* it has the name; a system that cannot sync directories keeps it as well */
        (void)sync_path(directory != NULL ? directory : ".", O_DIRECTORY);
    base_free(directory);
    return error;
}

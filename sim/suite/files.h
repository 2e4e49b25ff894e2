/* suite/files.h - bytes of traces: compared, and written whole or not at all.
 */
#ifndef SUITE_FILES_H
#define SUITE_FILES_H

#include <stdbool.h>
#include <stddef.h>

/* A file's bytes, all at once. Zeroed, there are none. */
typedef struct suite_bytes {
    const char *data;
    size_t size;
    bool mapped;
} suite_bytes;

/* Of a file that nobody else has. 0, or an errno value. */
int suite_bytes_own(int fd, suite_bytes *bytes);
/* Of a file that others may change meanwhile; what is no file is EINVAL, or EISDIR. */
int suite_bytes_load(const char *path, suite_bytes *bytes);
void suite_bytes_free(suite_bytes *bytes);

bool suite_bytes_same(const suite_bytes *a, const suite_bytes *b);

/* Writes a file whole, or leaves the one that is there (base/replace.h); a link or a pipe there
 * makes way. 0, or an errno value. */
int suite_write_whole(const char *path, const suite_bytes *bytes);

/* Gives a file another name, in place of the one that has it, so that also a computer that loses
 * its power has one of them whole. 0, or an errno value. */
int suite_replace(const char *path, const char *by);

#endif

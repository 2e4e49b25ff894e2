/* A file that takes the place of another once it is whole. */
#include "base/replace.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

/* The mode that a new file gets, or that of the one that is there. */
static mode_t mode_for(const struct stat *there, bool exists) {
    if (exists)
        return there->st_mode & 07777;
    mode_t mask = umask(0);
    (void)umask(mask);
    return 0666 & ~mask;
}

static char *name_beside(const char *path) {
    static const char suffix[] = ".new-XXXXXX";
    size_t length = strlen(path);
    char *name = base_alloc(length + sizeof suffix);
    if (name != NULL) {
        memcpy(name, path, length);
        memcpy(name + length, suffix, sizeof suffix);
    }
    return name;
}

/* The path with its links followed, as far as it leads somewhere. */
static char *follow(const char *path) {
    char *real = realpath(path, NULL);
    char *copy = base_strndup(real == NULL ? path : real, strlen(real == NULL ? path : real));
    free(real);
    return copy;
}

static int open_beside(struct base_replacement *file, mode_t mode) {
    int fd = mkstemp(file->temporary);
    if (fd < 0) {
        int error = errno;
        base_free(file->temporary);
        file->temporary = NULL;
        return error;
    }
    if (fchmod(fd, mode) != 0 || (file->stream = fdopen(fd, "w")) == NULL) {
        int error = errno;
        close(fd);
        return error;
    }
    return 0;
}

int base_replace_open(struct base_replacement *file, const char *path) {
    struct stat there;
    bool exists = stat(path, &there) == 0;
    *file = (struct base_replacement){.stream = NULL};
    if (exists && !S_ISREG(there.st_mode)) {
        file->stream = fopen(path, "w");
        return file->stream == NULL ? errno : 0;
    }
    if (exists && access(path, W_OK) != 0)
        return errno;
    file->path = follow(path);
    if (file->path != NULL)
        file->temporary = name_beside(file->path);
    int error = file->temporary == NULL ? ENOMEM : open_beside(file, mode_for(&there, exists));
    if (error != 0)
        base_replace_drop(file);
    return error;
}

int base_replace_finish(struct base_replacement *file) {
    FILE *stream = file->stream;
    file->stream = NULL;
    bool failed = ferror(stream) != 0;
    int error = fclose(stream) != 0 ? errno : 0;
    if (error == 0 && failed)
        error = EIO;
    if (error == 0 && file->path != NULL && rename(file->temporary, file->path) != 0)
        error = errno;
    if (error == 0) {
        base_free(file->temporary);
        file->temporary = NULL;
    }
    return error;
}

void base_replace_drop(struct base_replacement *file) {
    if (file->stream != NULL)
        (void)fclose(file->stream);
    if (file->temporary != NULL)
        (void)unlink(file->temporary);
    base_free(file->temporary);
    base_free(file->path);
    *file = (struct base_replacement){.stream = NULL};
}

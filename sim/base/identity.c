/* Which file is behind a name. */
#include "base/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct base_identity identity(const struct stat *file) {
    bool keeps = S_ISREG(file->st_mode) || S_ISFIFO(file->st_mode);
    return (struct base_identity){file->st_dev, file->st_ino, keeps};
}

struct base_identity base_identity_of(const char *path) {
    struct stat file;
    return stat(path, &file) == 0 ? identity(&file) : (struct base_identity){.known = false};
}

struct base_identity base_identity_of_open(int fd) {
    struct stat file;
    return fstat(fd, &file) == 0 ? identity(&file) : (struct base_identity){.known = false};
}

bool base_is_one_file(struct base_identity one, struct base_identity other) {
    return one.known && other.known && one.device == other.device && one.inode == other.inode;
}

bool base_overwrites(const char *output, const char *input) {
    struct base_identity read =
        strcmp(input, "-") == 0 ? base_identity_of_open(STDIN_FILENO) : base_identity_of(input);
    return base_is_one_file(base_identity_of(output), read);
}

bool base_make_file(const char *path) {
    struct stat file;
    if (stat(path, &file) == 0 || errno != ENOENT)
        return false;
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return false;
    (void)close(fd);
    return true;
}

void base_unmake_file(const char *path) {
    char *file = realpath(path, NULL);
    if (file != NULL)
        (void)unlink(file);
    free(file);
}

/* identity.h - which file is behind a name: two names, links or descriptors may lead to one.
 */
#ifndef BASE_IDENTITY_H
#define BASE_IDENTITY_H

#include <stdbool.h>
#include <sys/types.h>

/* Zeroed: there is none, or none that could be lost, as a terminal or /dev/null. */
struct base_identity {
    dev_t device;
    ino_t inode;
    bool known;
};

struct base_identity base_identity_of(const char *path);
struct base_identity base_identity_of_open(int fd);

/* Whether both are known, and one file or pipe. */
bool base_is_one_file(struct base_identity one, struct base_identity other);

/* Whether what is written to `output` would take the place of `input`, which is read ("-": standard
 * input). */
bool base_overwrites(const char *output, const char *input);

/* A path that leads nowhere may be a file that another path would make. So it is made, empty.
 * Returns whether it was; an error will be met again by who opens it. */
bool base_make_file(const char *path);

/* Removes what base_make_file() has made: the file, not a link that leads to it. */
void base_unmake_file(const char *path);

#endif

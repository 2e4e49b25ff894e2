/* Limits of control groups. */
#include "base/cgroup.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { PATH_SIZE = 4096 };

/* "max", where there is no limit, is no number. */
static uint64_t read_limit(const char *path) {
    uint64_t limit;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return UINT64_MAX;
    if (fscanf(file, "%" SCNu64, &limit) != 1)
        limit = UINT64_MAX;
    (void)fclose(file);
    return limit;
}

/* The least on the way from `group` up to the mount; `group` is shortened. */
static uint64_t least_above(const char *mount, const char *controller, char *group,
                            const char *name) {
    uint64_t least = UINT64_MAX;
    for (;;) {
        char path[2 * PATH_SIZE];
        (void)snprintf(path, sizeof path, "%s%s%s/%s", mount, controller, group, name);
        uint64_t limit = read_limit(path);
        least = limit < least ? limit : least;
        char *slash = strrchr(group, '/');
        if (slash == NULL)
            return least;
        *slash = '\0';
    }
}

/* A line is `number:controllers:/path`; version 2 has the number 0 and no controllers. */
static uint64_t limit_of(const char *mount, char *line) {
    char *controllers = strchr(line, ':');
    char *group = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
    if (group == NULL)
        return UINT64_MAX;
    *group++ = '\0';
    group[strcspn(group, "\n")] = '\0';
    if (strcmp(controllers + 1, "") == 0)
        return least_above(mount, "", group, "memory.max");
    if (strcmp(controllers + 1, "memory") == 0)
        return least_above(mount, "/memory", group, "memory.limit_in_bytes");
    return UINT64_MAX;
}

uint64_t base_cgroup_memory(const char *membership, const char *mount) {
    char line[PATH_SIZE];
    uint64_t least = UINT64_MAX;
    FILE *file = fopen(membership, "re");
    if (file == NULL)
        return least;
    while (fgets(line, sizeof line, file) != NULL) {
        uint64_t limit = limit_of(mount, line);
        least = limit < least ? limit : least;
    }
    (void)fclose(file);
    return least;
}

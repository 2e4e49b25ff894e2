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

/* Whether memory is one of `controllers`, which have commas between them. */
static bool controls_memory(const char *controllers) {
    static const char name[] = "memory";
    for (const char *at = controllers; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        size_t length = strcspn(at, ",");
        if (length == sizeof name - 1 && strncmp(at, name, length) == 0)
            return true;
    }
    return false;
}

/* What is above "high" is not refused, but slowed down until nothing goes on: as good as "max". */
static uint64_t limit_of_version_2(const char *mount, const char *controller, const char *group) {
    static const char *const names[] = {"memory.max", "memory.high"};
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[PATH_SIZE];
        (void)snprintf(path, sizeof path, "%s", group);
        uint64_t limit = least_above(mount, controller, path, names[i]);
        least = limit < least ? limit : least;
    }
    return least;
}

/* A line is `number:controllers:/path`; version 2 has the number 0 and no controllers. Beside
 * version 1 its groups stand in a folder of their own. */
static uint64_t limit_of(const char *mount, char *line) {
    char *controllers = strchr(line, ':');
    char *group = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
    if (group == NULL)
        return UINT64_MAX;
    *group++ = '\0';
    group[strcspn(group, "\n")] = '\0';
    if (strcmp(controllers + 1, "") == 0) {
        uint64_t alone = limit_of_version_2(mount, "", group);
        uint64_t beside = limit_of_version_2(mount, "/unified", group);
        return alone < beside ? alone : beside;
    }
    if (controls_memory(controllers + 1))
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

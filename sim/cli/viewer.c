/* Where the viewer is, and how it is started. */
#include "cli/viewer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/show.h"

static const char viewer[] = "cadran-view";

/* `path` becomes that of the viewer in the folder where this program is; false where that is not
 * known. */
static bool beside(char *path, size_t size) {
    ssize_t length = readlink("/proc/self/exe", path, size);
    if (length <= 0 || (size_t)length >= size)
        return false;
    path[length] = '\0';
    char *name = strrchr(path, '/');
    if (name == NULL || (size_t)(name + 1 - path) + sizeof viewer > size)
        return false;
    memcpy(name + 1, viewer, sizeof viewer);
    return true;
}

enum cli_status cli_become_viewer(char **argv) {
    char path[4096];
    argv[0] = (char *)(uintptr_t)viewer;
    if (beside(path, sizeof path))
        (void)execv(path, argv);
    (void)execvp(viewer, argv);
    base_show_line(stderr, "cadran: the viewer, %s, is neither beside this program nor in PATH: %s",
                   viewer, strerror(errno));
    base_show_line(stderr, "It is built where SDL2 and SDL2_ttf are installed.");
    return CLI_STATUS_ENVIRONMENT;
}

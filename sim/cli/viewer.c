/* Where the viewer is: in the folder of this program, else in PATH. */
#include "cli/viewer.h"

#include <errno.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/command.h"

extern char **environ;

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

void cli_become_viewer(char **argv) {
    char path[4096];
    argv[0] = (char *)(uintptr_t)viewer;
    if (beside(path, sizeof path))
        (void)execv(path, argv);
    (void)execvp(viewer, argv);
}

/* In a group of processes of its own: what interrupts the run does not end the viewer. */
int cli_start_viewer(const char *trace) {
    char path[4096];
    const char *const words[] = {viewer, "--follow", trace, NULL};
    char **argv = (char **)(uintptr_t)words;
    posix_spawnattr_t attributes;
    pid_t pid;
    int error = posix_spawnattr_init(&attributes);
    if (error != 0)
        return error;
    error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    if (error == 0)
        error = beside(path, sizeof path)
                    ? posix_spawn(&pid, path, NULL, &attributes, argv, environ)
                    : ENOENT;
    if (error != 0)
        error = posix_spawnp(&pid, viewer, NULL, &attributes, argv, environ);
    (void)posix_spawnattr_destroy(&attributes);
    return error;
}

int cli_run_viewer(char **argv) {
    (void)fflush(stdout); /* what is printed comes before what the viewer prints */
    pid_t child = fork();
    int status;
    if (child < 0)
        return cli_failed("cadran", "the viewer cannot be started: %s", strerror(errno));
    if (child == 0) {
        cli_become_viewer(argv);
        _exit(cli_viewer_is_missing(errno));
    }
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return cli_failed("cadran", "the viewer is lost: %s", strerror(errno));
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    return cli_failed("cadran", "the viewer was ended by signal %d", WTERMSIG(status));
}

int cli_viewer_is_missing(int reason) {
    return cli_failed("cadran",
                      "the viewer, %s, is neither beside this program nor in PATH: %s; it is built "
                      "where SDL2 and Pango are installed",
                      viewer, strerror(reason));
}

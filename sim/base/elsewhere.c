/* Which commands of cadran have an option: cadran lists them all, and is asked. The viewer is
 * another program, whose table this one does not have, nor it ours; and only who has made a mistake
 * waits for the answer. */
#define _GNU_SOURCE /* pipe2 */

#include "base/elsewhere.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { PATH_MOST = 4096, NAMES_MOST = 128, EXAMPLE_MOST = 96, MENTIONED = 3 };

/* What is found of an option. */
struct holders {
    char names[NAMES_MOST]; /* "cadran table, why" */
    char example[EXAMPLE_MOST];
    char command[32]; /* that is called so, as `accept` of --accept; "" */
    unsigned count;
};

/* The path of cadran in the folder of this program; false where that is not known. */
static bool find_cadran(char path[PATH_MOST]) {
    static const char name[] = "cadran";
    ssize_t length = readlink("/proc/self/exe", path, PATH_MOST - sizeof name);
    if (length <= 0)
        return false;
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    if (slash == NULL)
        return false;
    memcpy(slash + 1, name, sizeof name);
    return true;
}

/* Starts `cadran --options`, whose standard output is the pipe's end. 0, or an errno value. */
static int start(const char *path, int output, pid_t *pid) {
    char name[] = "cadran", list[] = "--options", *argv[] = {name, list, NULL};
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0)
        return error;
    error = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (error == 0)
        error = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (error == 0)
        error = posix_spawn(pid, path, &actions, NULL, argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* One command more has it; `value` is what follows it there. That of no name is cadran itself. */
static void add(struct holders *holders, const char *command, const char *option, size_t length,
                const char *value) {
    size_t used = strlen(holders->names);
    const char *space = command[0] != '\0' ? " " : "";
    if (holders->count == 0) {
        (void)snprintf(holders->names, NAMES_MOST, "cadran%s%s", space, command);
        (void)snprintf(holders->example, EXAMPLE_MOST, "cadran%s%s %.*s%s%s", space, command,
                       (int)length, option, value[0] != '\0' ? " " : "", value);
    } else if (holders->count < MENTIONED) {
        (void)snprintf(holders->names + used, NAMES_MOST - used, ", %s", command);
    }
    holders->count++;
}

/* The lines: a command's name, then its options, each "--trace", a tab, "FILE", a tab, its help. */
static void look_through(FILE *file, const char *option, size_t length, struct holders *holders) {
    char line[512], command[32] = "";
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] != '-') {
            (void)snprintf(command, sizeof command, "%.31s", line);
            if (length == strlen(line) + 2 && memcmp(option + 2, line, length - 2) == 0)
                memcpy(holders->command, command, sizeof command);
        } else if (strncmp(line, option, length) == 0 && line[length] == '\t') {
            char *value = line + length + 1;
            value[strcspn(value, "\t")] = '\0';
            add(holders, command, option, length, value);
        }
    }
}

bool base_elsewhere(const char *option, size_t length, char *text, size_t size) {
    char path[PATH_MOST];
    int ends[2];
    pid_t pid;
    struct holders holders = {.count = 0};
    if (!find_cadran(path) || pipe2(ends, O_CLOEXEC) != 0)
        return false;
    int error = start(path, ends[1], &pid);
    (void)close(ends[1]);
    FILE *file = fdopen(ends[0], "r");
    if (file == NULL)
        (void)close(ends[0]);
    else if (error == 0)
        look_through(file, option, length, &holders);
    if (file != NULL)
        (void)fclose(file);
    if (error == 0)
        (void)waitpid(pid, NULL, 0);
    if (holders.count == 0 && holders.command[0] == '\0')
        return false;
    if (holders.count == 0)
        (void)snprintf(text, size, "; there is the command cadran %s", holders.command);
    else
        (void)snprintf(text, size, ", which is of %s%s: %s", holders.names,
                       holders.count > MENTIONED ? " and others" : "", holders.example);
    return true;
}

/* A file that takes the place of another once it is whole.
 *
 * A signal that ends the program ends it in the middle of one, too. So those that are begun are in
 * a list, and a handler that removes them stands where the signal would otherwise have just ended
 * the program: what somebody else handles, or ignores, stays theirs. */
#include "base/replace.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

/* --- Signals --------------------------------------------------------------------------------- */

/* Those that a person, a limit or another program sends; what a fault of this one raises is left
 * alone, since nothing can be relied on then. */
static const int ending[] = {SIGINT,  SIGTERM, SIGHUP,  SIGQUIT, SIGPIPE,
                             SIGXCPU, SIGALRM, SIGUSR1, SIGUSR2};

enum { ENDING = sizeof ending / sizeof *ending };

static struct base_replacement *unfinished;

/* Only what is allowed in a handler. The signal comes once more when this is over. A process that
 * was forked has the list of another. */
static void remove_unfinished(int number) {
    for (const struct base_replacement *file = unfinished; file != NULL; file = file->next)
        if (file->process == getpid())
            (void)unlink(file->temporary);
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

void base_replace_hear_signals(void) {
    struct sigaction ours = {.sa_handler = remove_unfinished}, there;
    (void)sigemptyset(&ours.sa_mask);
    for (size_t i = 0; i < ENDING; i++)
        if (sigaction(ending[i], NULL, &there) == 0 && there.sa_handler == SIG_DFL)
            (void)sigaction(ending[i], &ours, NULL);
}

/* Keeps the handler away while the list, or what it names, changes. */
static void hold_signals(sigset_t *before) {
    sigset_t all;
    (void)sigemptyset(&all);
    for (size_t i = 0; i < ENDING; i++)
        (void)sigaddset(&all, ending[i]);
    (void)sigprocmask(SIG_BLOCK, &all, before);
}

static void release_signals(const sigset_t *before) {
    (void)sigprocmask(SIG_SETMASK, before, NULL);
}

static void enlist(struct base_replacement *file) {
    base_replace_hear_signals();
    file->process = getpid();
    file->next = unfinished;
    unfinished = file;
}

/* The temporary file is gone, or has its name. */
static void delist(struct base_replacement *file) {
    struct base_replacement **link = &unfinished;
    while (*link != file)
        link = &(*link)->next;
    *link = file->next;
    base_free(file->temporary);
    file->temporary = NULL;
}

/* --- Files ----------------------------------------------------------------------------------- */

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

enum { LINKS = 40 }; /* one behind the other, as the system follows them */

/* What a link says, from its own folder; NULL: it is none, or there is no memory. */
static char *read_link(const char *path) {
    char target[PATH_MAX];
    ssize_t length = readlink(path, target, sizeof target);
    if (length < 0 || length == sizeof target)
        return NULL;
    const char *slash = strrchr(path, '/');
    size_t folder = target[0] == '/' || slash == NULL ? 0 : (size_t)(slash + 1 - path);
    char *whole = base_alloc(folder + (size_t)length + 1);
    if (whole != NULL) {
        memcpy(whole, path, folder);
        memcpy(whole + folder, target, (size_t)length);
        whole[folder + (size_t)length] = '\0';
    }
    return whole;
}

/* The path with its links followed, also of one that leads to what is not there yet. 0, or an errno
 * value. */
static int follow(const char *path, char **followed) {
    char *real = realpath(path, NULL);
    const char *from = real != NULL ? real : path;
    char *at = base_strndup(from, strlen(from)), *next = NULL;
    free(real);
    for (int i = 0; at != NULL && i <= LINKS && (next = read_link(at)) != NULL; i++) {
        base_free(at);
        at = next;
    }
    *followed = at;
    return at == NULL ? ENOMEM : next != NULL ? ELOOP : 0;
}

/* Whether what is there has a name by which another can take its place: a file that was removed,
 * and is still open as /dev/stdout, has none. */
static bool has_name(const char *path) {
    char *real = realpath(path, NULL);
    free(real);
    return real != NULL;
}

/* Makes it, under a name that is its own. 0, or an errno value. */
static int make_beside(struct base_replacement *file, int *fd) {
    sigset_t before;
    hold_signals(&before);
    *fd = mkstemp(file->temporary);
    int error = *fd < 0 ? errno : 0;
    if (error == 0) {
        enlist(file);
    } else {
        base_free(file->temporary);
        file->temporary = NULL;
    }
    release_signals(&before);
    return error;
}

static int open_beside(struct base_replacement *file, mode_t mode) {
    int fd, error = make_beside(file, &fd);
    if (error == 0 && (fchmod(fd, mode) != 0 || (file->stream = fdopen(fd, "w")) == NULL)) {
        error = errno;
        close(fd);
    }
    return error;
}

/* Gives it the name. */
static int take_place(struct base_replacement *file) {
    sigset_t before;
    hold_signals(&before);
    int error = rename(file->temporary, file->path) != 0 ? errno : 0;
    if (error == 0)
        delist(file);
    release_signals(&before);
    return error;
}

static void remove_beside(struct base_replacement *file) {
    sigset_t before;
    hold_signals(&before);
    (void)unlink(file->temporary);
    delist(file);
    release_signals(&before);
}

int base_replace_open(struct base_replacement *file, const char *path) {
    struct stat there;
    bool exists = stat(path, &there) == 0;
    *file = (struct base_replacement){.stream = NULL};
    if (exists && (!S_ISREG(there.st_mode) || !has_name(path))) {
        file->stream = fopen(path, "w");
        return file->stream == NULL ? errno : 0;
    }
    if (exists && access(path, W_OK) != 0)
        return errno;
    int error = follow(path, &file->path);
    if (error == 0 && (file->temporary = name_beside(file->path)) == NULL)
        error = ENOMEM;
    if (error == 0)
        error = open_beside(file, mode_for(&there, exists));
    if (error != 0)
        base_replace_drop(file);
    return error;
}

/* Why a stream has failed, which it does not keep. So it is asked once more: what is there is not
 * whole, and a byte more makes it no worse. */
static int why_failed(FILE *stream) {
    return write(fileno(stream), "", 1) < 0 ? errno : EIO;
}

int base_replace_finish(struct base_replacement *file) {
    FILE *stream = file->stream;
    file->stream = NULL;
    int error = ferror(stream) != 0 ? why_failed(stream) : 0;
    if (fclose(stream) != 0 && error == 0)
        error = errno;
    return error == 0 && file->path != NULL ? take_place(file) : error;
}

void base_replace_drop(struct base_replacement *file) {
    if (file->stream != NULL)
        (void)fclose(file->stream);
    if (file->temporary != NULL)
        remove_beside(file);
    base_free(file->path);
    *file = (struct base_replacement){.stream = NULL};
}

/* Programs that are started, and their ends. */
#define _GNU_SOURCE /* posix_spawn_file_actions_add..._np */
#include "children.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>

#include "exception.h"
#include "pool.h"

extern char **environ;

/* --- Starting --------------------------------------------------------------------------------- */

/* In this order, as the sources are all above 2. Other descriptors of the program's stay here, also
 * those that do not close themselves. */
static int add_actions(posix_spawn_file_actions_t *actions, const cad_program *program) {
    int error = 0;
    for (int to = 0; to < 3 && error == 0; to++)
        if (program->descriptors[to] >= 0)
            error = posix_spawn_file_actions_adddup2(actions, program->descriptors[to], to);
    if (error == 0 && program->stderr_to_stdout)
        error = posix_spawn_file_actions_adddup2(actions, 1, 2);
    if (error == 0 && program->cwd != NULL)
        error = posix_spawn_file_actions_addchdir_np(actions, program->cwd);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    if (error == 0)
        error = posix_spawn_file_actions_addclosefrom_np(actions, 3);
#endif
    return error;
}

/* It begins with the signals as they are by default, whatever this process does with them. */
static int set_attributes(posix_spawnattr_t *attributes, const cad_program *program) {
    short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    sigset_t all, none;
    (void)sigfillset(&all);
    (void)sigemptyset(&none);
    if (program->process_group)
        flags |= POSIX_SPAWN_SETPGROUP; /* 0, its own, unless it is set */
    int error = posix_spawnattr_setsigdefault(attributes, &all);
    if (error == 0)
        error = posix_spawnattr_setsigmask(attributes, &none);
    return error != 0 ? error : posix_spawnattr_setflags(attributes, flags);
}

static int spawn_with(const cad_program *program, posix_spawn_file_actions_t *actions,
                      posix_spawnattr_t *attributes, pid_t *pid) {
    char *const *env = program->env != NULL ? (char *const *)(uintptr_t)program->env : environ;
    int error = add_actions(actions, program);
    if (error == 0)
        error = set_attributes(attributes, program);
    if (error != 0)
        return error;
    return posix_spawn(pid, program->path, actions, attributes,
                       (char *const *)(uintptr_t)program->argv, env);
}

/* 0 or an errno. */
static int spawn(const cad_program *program, pid_t *pid) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (error == 0) {
        error = spawn_with(program, &actions, &attributes, pid);
        (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* --- What programs leave in their groups --------------------------------------------------------
 *
 * The number of a group is its own as long as somebody is in it, or has not been reaped. Once the
 * program has been, that is known only of our own children: a wait for those in the group says
 * whether there are some, and no stranger's group is ever among what it finds. Those that a program
 * has left behind are our children where this process takes orphans in; where it does not they are
 * somebody else's, and the group is forgotten. */

/* Reaps those of our children in the group that have ended. Whether others are there. */
static bool has_members(const cad__group *group) {
    pid_t found;
    do
        found = waitpid(-group->id, NULL, WNOHANG);
    while (found > 0 || (found < 0 && errno == EINTR));
    return found == 0;
}

/* The program itself has been reaped. */
static void leave_group(cad__child *child) {
    cad__group *group = child->group;
    child->group = NULL;
    if (group != NULL && has_members(group))
        cad__append(&child->children->left, &group->link);
    else
        cad__free(group);
}

static void forget_group(cad__group *group) {
    cad__unlink(&group->link);
    cad__free(group);
}

static void reap_groups(cad__children *children) {
    cad__link *next;
    for (cad__link *link = children->left.next; link != &children->left; link = next) {
        cad__group *group = CAD__CONTAINER(link, cad__group, link);
        next = link->next;
        if (!has_members(group))
            forget_group(group);
    }
}

/* It is killed again as long as there is somebody: who was a child of a member's comes to us only
 * when that is gone. One that may not be killed is not waited for longer than a second. */
static void kill_group(cad__group *group) {
    enum { TRIES = 1000 };
    static const struct timespec a_moment = {.tv_nsec = 1000000};
    for (int i = 0; i < TRIES && has_members(group); i++) {
        (void)kill(-group->id, SIGKILL);
        (void)nanosleep(&a_moment, NULL);
    }
    forget_group(group);
}

/* --- Ends ------------------------------------------------------------------------------------- */

static void child_came(cad__listener *listener, int number) {
    cad__children *children = CAD__CONTAINER(listener, cad__children, listener);
    (void)number;
    atomic_store(&children->some_ended, true);
    children->driver->wake(children->driver);
}

void cad__children_init(cad__children *children, cad_driver *driver) {
    *children =
        (cad__children){.driver = driver, .listener = {.number = SIGCHLD, .came = child_came}};
    cad__list_init(&children->running);
    cad__list_init(&children->left);
}

void cad__children_free(cad__children *children) {
    while (!cad__list_empty(&children->left))
        kill_group(CAD__CONTAINER(children->left.next, cad__group, link));
    if (children->listens)
        cad__signal_unlisten(&children->listener);
}

int cad__child_submit(cad__children *children, cad_request *request) {
    cad__child *self = cad_request_part(request);
    pid_t pid;
    if (!children->listens && cad__signal_listen(&children->listener) != 0)
        return CAD_ESYSTEM;
    children->listens = true;
    *self = (cad__child){.request = request, .children = children};
    if (request->of.process.program->process_group) {
        self->group = cad__zalloc(sizeof *self->group);
        if (self->group == NULL)
            return CAD_ENOMEM;
    }
    int error = spawn(request->of.process.program, &pid);
    if (error != 0) {
        cad__free(self->group);
        return cad__system_error(error);
    }
    request->of.process.pid = (int)pid;
    if (self->group != NULL)
        self->group->id = pid;
    cad__append(&children->running, &self->link);
    return 0;
}

/* As Python's returncode has it. Where somebody else has reaped it nobody knows any more. */
static int code_of(pid_t found, int status) {
    enum { UNKNOWN = 255 };
    if (found < 0)
        return UNKNOWN;
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* False: it still runs, and somebody may ask again. */
static bool reap(cad__child *child, int options) {
    cad_request *request = child->request;
    int status = 0;
    pid_t found;
    do
        found = waitpid((pid_t)request->of.process.pid, &status, options);
    while (found < 0 && errno == EINTR);
    if (found == 0)
        return false;
    request->of.process.code = code_of(found, status);
    cad__unlink(&child->link);
    leave_group(child);
    return true;
}

void cad__children_reap(cad__children *children) {
    if (!atomic_exchange(&children->some_ended, false))
        return;
    cad__link *next;
    for (cad__link *link = children->running.next; link != &children->running; link = next) {
        cad__child *child = CAD__CONTAINER(link, cad__child, link);
        next = link->next;
        if (reap(child, WNOHANG))
            cad__complete(child->request, 0);
    }
    reap_groups(children);
}

void cad__child_cancel(cad_request *request) {
    cad__child *child = cad_request_part(request);
    pid_t pid = (pid_t)request->of.process.pid;
    if (child->group != NULL)
        (void)kill(-pid, SIGKILL);
    /* One that may not be killed, as it runs as somebody else, is not waited for. */
    bool killed = kill(pid, SIGKILL) == 0;
    if (!reap(child, killed ? 0 : WNOHANG)) {
        cad__unlink(&child->link);
        cad__free(child->group);
    }
    cad__complete(request, CAD_ECANCELLED);
}

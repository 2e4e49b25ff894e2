/* Names and addresses: loop.getaddrinfo() and loop.getnameinfo(), which the C library answers in a
 * thread. */
#include "resolve.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#include "driver.h"
#include "exception.h"
#include "loop.h"
#include "object.h"
#include "task.h"
#include "thread.h"
#include "waiter.h"

/* A question, and its answer. The thread may still be at it when nobody waits any more: it has a
 * reference of its own, which goes on the loop's thread, as the asker's does. */
struct cad__lookup {
    unsigned references;
    int code;   /* what the C library said: EAI_..., or 0 */
    int number; /* errno, where that is EAI_SYSTEM */
    struct addrinfo *found;
    /* What was asked: of a name, or of an address. */
    char *host, *service;
    bool has_hints;
    struct addrinfo hints;
    struct sockaddr_storage address;
    socklen_t length;
    int flags;
    cad_name_info name; /* the answer to the latter */
};

static cad__lookup *new_lookup(void) {
    cad__lookup *self = cad__zalloc(sizeof *self);
    if (self != NULL)
        self->references = 1;
    return self;
}

void cad__lookup_unref(void *lookup) {
    cad__lookup *self = lookup;
    if (self == NULL || --self->references > 0)
        return;
    if (self->found != NULL)
        freeaddrinfo(self->found);
    cad__free(self->host);
    cad__free(self->service);
    cad__free(self);
}

struct addrinfo *cad__lookup_found(const cad__lookup *lookup) {
    return lookup->found;
}

int cad__lookup_error(const cad__lookup *lookup) {
    switch (lookup->code) {
    case 0:
        return 0;
    case EAI_MEMORY:
        return CAD_ENOMEM;
    case EAI_SYSTEM:
        return cad__system_error(lookup->number);
    default:
        return cad_raise(CAD_ESYSTEM, gai_strerror(lookup->code));
    }
}

/* --- In the thread ---------------------------------------------------------------------------- */

static void find_addresses(void *lookup) {
    cad__lookup *self = lookup;
    self->code =
        getaddrinfo(self->host, self->service, self->has_hints ? &self->hints : NULL, &self->found);
    self->number = errno;
}

static void find_name(void *lookup) {
    cad__lookup *self = lookup;
    self->code = getnameinfo((const struct sockaddr *)&self->address, self->length, self->name.host,
                             sizeof self->name.host, self->name.service, sizeof self->name.service,
                             self->flags);
    self->number = errno;
}

/* --- Asking ----------------------------------------------------------------------------------- */

/* Takes the asker's reference over where it fails. */
static int start(cad_loop *loop, void (*find)(void *lookup), cad__lookup *self,
                 cad_future **answered) {
    int error = loop->driver->simulated ? cad_raise(CAD_ESYSTEM, "the world is simulated") : 0;
    if (error == 0) {
        self->references++;
        error = cad__thread_start(loop, find, cad__lookup_unref, self, 0, answered);
    }
    if (error != 0)
        cad__lookup_unref(self);
    return error;
}

/* A copy of what may be NULL. */
static bool copy(const char *text, char **out) {
    *out = text != NULL ? cad__strdup(text) : NULL;
    return text == NULL || *out != NULL;
}

int cad__lookup_start(cad_loop *loop, const char *host, const char *service,
                      const struct addrinfo *hints, cad__lookup **out, cad_future **answered) {
    cad__lookup *self = new_lookup();
    if (self == NULL)
        return CAD_ENOMEM;
    if (!copy(host, &self->host) || !copy(service, &self->service)) {
        cad__lookup_unref(self);
        return CAD_ENOMEM;
    }
    if (hints != NULL) {
        self->has_hints = true;
        self->hints.ai_flags = hints->ai_flags;
        self->hints.ai_family = hints->ai_family;
        self->hints.ai_socktype = hints->ai_socktype;
        self->hints.ai_protocol = hints->ai_protocol;
    }
    *out = self;
    return start(loop, find_addresses, self, answered);
}

/* What both have in common: 0, and the answer is there; CAD_PENDING; or an error. Lets go of the
 * future at the end. */
static int await_answer(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    cad_future *answered = wait->object;
    const cad__lookup *self = wait->item;
    if (wait->phase++ == 0 && !cad_future_done(answered))
        return cad__wait_future(task, answered);
    cad_exception *exception;
    int cancelled = wait->error, error = cad__future_take(answered, NULL, &exception);
    cad_future_unref(answered);
    if (error != 0)
        return cad__raise(error, exception);
    return cancelled != 0 ? cancelled : cad__lookup_error(self);
}

static int getaddrinfo_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    cad__lookup *self = wait->item;
    int error = await_answer(task);
    if (error == CAD_PENDING)
        return error;
    if (error == 0) {
        *(struct addrinfo **)(void *)wait->out = self->found;
        self->found = NULL;
    }
    cad__lookup_unref(self);
    return error;
}

static int getnameinfo_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    cad__lookup *self = wait->item;
    int error = await_answer(task);
    if (error == CAD_PENDING)
        return error;
    if (error == 0)
        *(cad_name_info *)(void *)wait->out = self->name;
    cad__lookup_unref(self);
    return error;
}

static void lookup_drop(cad_task *task) {
    const cad__wait *wait = &cad__task_of(task)->wait;
    cad_future_unref(wait->object);
    cad__lookup_unref(wait->item);
}

static const cad__operation getaddrinfo_operation = {
    .verb = "getaddrinfo", .poll = getaddrinfo_poll, .drop = lookup_drop};
static const cad__operation getnameinfo_operation = {
    .verb = "getnameinfo", .poll = getnameinfo_poll, .drop = lookup_drop};

static int await(cad__wait *wait, const cad__operation *operation, cad__lookup *self,
                 cad_future *answered, void *out) {
    wait->item = self;
    wait->out = out;
    return cad__begin(wait, operation, answered);
}

int cad_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                    struct addrinfo **found) {
    cad__wait *wait = cad__current_wait();
    cad__lookup *self;
    cad_future *answered;
    int error = cad__lookup_start(cad_running_loop(), host, service, hints, &self, &answered);
    return error != 0 ? error : await(wait, &getaddrinfo_operation, self, answered, found);
}

int cad_getnameinfo(const struct sockaddr *address, size_t length, int flags, cad_name_info *name) {
    cad__wait *wait = cad__current_wait();
    cad__lookup *self;
    cad_future *answered;
    if (length > sizeof self->address)
        return cad_raise(CAD_EINVAL, "an address is longer than any");
    self = new_lookup();
    if (self == NULL)
        return CAD_ENOMEM;
    memcpy(&self->address, address, length);
    self->length = (socklen_t)length;
    self->flags = flags;
    int error = start(cad_running_loop(), find_name, self, &answered);
    return error != 0 ? error : await(wait, &getnameinfo_operation, self, answered, name);
}

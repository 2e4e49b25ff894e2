/* Memory, codes and exceptions: what every other file calls when something fails.
 *
 * A call returns a code, and most errors are no more than that. What else is to be said of one, a
 * message or the members of a group, is an exception beside it, in the slot of whoever runs: the
 * task's, so that tasks in between leave it alone, or the loop's. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exception.h"
#include "task.h"

/* --- Memory ------------------------------------------------------------------------------ */

static cad_realloc_fn *allocator;
static void *allocator_context;

void cad_set_allocator(cad_realloc_fn *fn, void *context) {
    allocator = fn;
    allocator_context = context;
}

void *cad_realloc(void *pointer, size_t size) {
    void *block = NULL;
    if (allocator != NULL)
        block = allocator(allocator_context, pointer, size);
    else if (size > 0)
        block = realloc(pointer, size);
    else
        free(pointer);
    if (block == NULL && size > 0)
        (void)cad__raise(CAD_ENOMEM, NULL); /* the text of an earlier error is not this one's */
    return block;
}

void *cad__zalloc(size_t size) {
    void *pointer = cad_realloc(NULL, size);
    if (pointer != NULL)
        memset(pointer, 0, size);
    return pointer;
}

void cad__free(void *pointer) {
    if (pointer != NULL)
        (void)cad_realloc(pointer, 0);
}

char *cad__strdup(const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = cad_realloc(NULL, size);
    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

/* --- Codes ------------------------------------------------------------------------------- */

const char *cad_error_text(int code) {
    static _Thread_local char own[32];
    switch (code) {
    case 0:
        return "no error";
#define CAD_X(constant, value, python, text)                                                       \
    case constant:                                                                                 \
        return text;
        CAD_ERRORS(CAD_X)
#undef CAD_X
    default:
        snprintf(own, sizeof own, "error %d", code);
        return own;
    }
}

const char *cad_error_name(int code) {
    switch (code) {
#define CAD_X(constant, value, python, text)                                                       \
    case constant:                                                                                 \
        return python;
        CAD_ERRORS(CAD_X)
#undef CAD_X
    default:
        return "Exception";
    }
}

/* As Python's OSError is a subclass of itself by its number. */
static int code_of(int number) {
    switch (number) {
    case ENOMEM:
        return CAD_ENOMEM;
    case EPIPE:
    case ESHUTDOWN:
        return CAD_EPIPE;
    case ECONNABORTED:
        return CAD_ECONNABORTED;
    case ECONNREFUSED:
        return CAD_ECONNREFUSED;
    case ECONNRESET:
        return CAD_ECONNRESET;
    case ENOENT:
        return CAD_ENOTFOUND;
    case EACCES:
    case EPERM:
        return CAD_EPERMISSION;
    case ESRCH:
        return CAD_EPROCESSLOOKUP;
    case ETIMEDOUT:
        return CAD_ETIMEDOUT;
    default:
        return CAD_ESYSTEM;
    }
}

int cad__system_error(int number) {
    return cad_raise(code_of(number), strerror(number));
}

/* --- Exceptions -------------------------------------------------------------------------- */

struct cad_exception {
    uint32_t refs;
    int32_t code;
    size_t count;
    size_t carried; /* bytes behind the message; of a CAD_ELIMITOVERRUN a number */
    char *task;     /* where it comes from, and from which place there; NULL: not known */
    uint64_t place;
    char *notes; /* NULL: none */
    union {
        char *message;                   /* "" where there is none */
        struct cad_exception *next_dead; /* after the last reference is gone */
    };
    cad_exception *members[]; /* then the message's bytes */
};

static cad_exception *exception_new(int code, size_t message_size, size_t count) {
    size_t size = sizeof(cad_exception) + count * sizeof(cad_exception *);
    cad_exception *exception = cad_realloc(NULL, size + message_size);
    if (exception == NULL)
        return NULL;
    exception->refs = 1;
    exception->carried = 0;
    exception->task = NULL;
    exception->notes = NULL;
    exception->code = code;
    exception->count = count;
    exception->message = (char *)exception + size;
    return exception;
}

cad_exception *cad_exception_new(int code, const char *message) {
    const char *text = message != NULL ? message : "";
    size_t size = strlen(text) + 1;
    cad_exception *exception = exception_new(code, size, 0);
    if (exception != NULL)
        memcpy(exception->message, text, size);
    return exception;
}

cad_exception *cad__exception_incomplete(const char *message, const char *partial, size_t size) {
    size_t message_size = strlen(message) + 1;
    cad_exception *exception = exception_new(CAD_EINCOMPLETE, message_size + size, 0);
    if (exception == NULL)
        return NULL;
    memcpy(exception->message, message, message_size);
    if (size > 0)
        memcpy(exception->message + message_size, partial, size);
    exception->carried = size;
    return exception;
}

const char *cad_exception_partial(const cad_exception *exception, size_t *size) {
    bool carries = exception != NULL && exception->code == CAD_EINCOMPLETE;
    *size = carries ? exception->carried : 0;
    return *size > 0 ? exception->message + strlen(exception->message) + 1 : "";
}

cad_exception *cad__exception_overrun(const char *message, size_t consumed) {
    cad_exception *exception = cad_exception_new(CAD_ELIMITOVERRUN, message);
    if (exception != NULL)
        exception->carried = consumed;
    return exception;
}

size_t cad_exception_consumed(const cad_exception *exception) {
    bool carries = exception != NULL && exception->code == CAD_ELIMITOVERRUN;
    return carries ? exception->carried : 0;
}

int cad_exception_add_note(cad_exception *exception, const char *note) {
    size_t before = exception->notes != NULL ? strlen(exception->notes) : 0;
    size_t size = strlen(note) + 1;
    char *notes = cad_realloc(exception->notes, before + (before > 0) + size);
    if (notes == NULL)
        return CAD_ENOMEM;
    if (before > 0)
        notes[before++] = '\n';
    memcpy(notes + before, note, size);
    exception->notes = notes;
    return 0;
}

const char *cad_exception_notes(const cad_exception *exception) {
    return exception != NULL && exception->notes != NULL ? exception->notes : "";
}

void cad__note(const char *format, ...) {
    char note[512];
    va_list arguments;
    cad_exception *exception = cad_error_exception();
    if (exception == NULL)
        return;
    va_start(arguments, format);
    (void)vsnprintf(note, sizeof note, format, arguments);
    va_end(arguments);
    (void)cad_exception_add_note(exception, note);
}

/* What str() of a group appends to its message. */
static const char group_format[] = "%.*s (%zu sub-exception%s)";
#define PLURAL(count) ((count) == 1 ? "" : "s")

/* With the first `length` bytes of a message. */
static cad_exception *new_group(const char *message, int length, cad_exception *const *members,
                                size_t count) {
    size_t size =
        (size_t)snprintf(NULL, 0, group_format, length, message, count, PLURAL(count)) + 1;
    cad_exception *group = exception_new(CAD_EGROUP, size, count);
    if (group == NULL)
        return NULL;
    (void)snprintf(group->message, size, group_format, length, message, count, PLURAL(count));
    for (size_t i = 0; i < count; i++) {
        group->members[i] = cad_exception_ref(members[i]);
        if (members[i]->code == CAD_ECANCELLED || members[i]->code == CAD_EBASEGROUP)
            group->code = CAD_EBASEGROUP;
    }
    return group;
}

cad_exception *cad_exception_group(const char *message, cad_exception *const *members,
                                   size_t count) {
    return new_group(message, (int)strlen(message), members, count);
}

cad_exception *cad_exception_derive(const cad_exception *group, cad_exception *const *members,
                                    size_t count) {
    int appended = snprintf(NULL, 0, group_format, 0, "", group->count, PLURAL(group->count));
    int length = (int)strlen(group->message) - appended;
    return new_group(group->message, length, members, count);
}

cad_exception *cad_exception_ref(cad_exception *exception) {
    if (exception != NULL)
        exception->refs++;
    return exception;
}

/* Gives a reference back; where it was the last one the exception joins the dead. */
static cad_exception *bury(cad_exception *exception, cad_exception *dead) {
    if (exception == NULL || --exception->refs > 0)
        return dead;
    exception->next_dead = dead;
    return exception;
}

void cad_exception_unref(cad_exception *exception) {
    /* In a loop, because groups may be deep, and a coroutine's stack is small. */
    cad_exception *dead = bury(exception, NULL);
    while (dead != NULL) {
        exception = dead;
        dead = exception->next_dead;
        for (size_t i = 0; i < exception->count; i++)
            dead = bury(exception->members[i], dead);
        cad__free(exception->task);
        cad__free(exception->notes);
        cad__free(exception);
    }
}

int cad_exception_code(const cad_exception *exception) {
    return exception->code;
}

const char *cad_exception_message(const cad_exception *exception) {
    return exception->message;
}

size_t cad_exception_count(const cad_exception *exception) {
    return exception->count;
}

cad_exception *cad_exception_at(const cad_exception *exception, size_t index) {
    CAD__ASSERT(index < exception->count, "there are not so many members");
    return exception->members[index];
}

int cad_exception_set_origin(cad_exception *exception, const char *task, uint64_t place) {
    if (exception->task != NULL)
        return 0;
    exception->place = place;
    exception->task = cad__strdup(task);
    return exception->task != NULL ? 0 : CAD_ENOMEM;
}

const char *cad_exception_origin(const cad_exception *exception, uint64_t *place) {
    if (exception->task != NULL)
        *place = exception->place;
    return exception->task;
}

_Noreturn void cad__mistaken(const char *file, int line, const char *function, const char *what) {
    fprintf(stderr, "%s:%d: %s(): %s\n", file, line, function, what);
    abort();
}

/* --- The last error ------------------------------------------------------------------------ */

/* Where the running task, or else the program, keeps what came with its last error. */
static cad_exception **raised_slot(void) {
    static _Thread_local cad_exception *outside; /* no loop runs: nothing to be freed with */
    cad_loop *loop = cad_running_loop();
    if (loop == NULL)
        return &outside;
    return loop->current != NULL ? &cad__task_of(loop->current)->raised : &loop->raised;
}

int cad__raise(int code, cad_exception *exception) {
    cad_exception **slot = raised_slot();
    if (*slot != exception || exception != NULL) {
        cad_exception *old = *slot;
        *slot = exception;
        cad_exception_unref(old);
    }
    return code;
}

int cad_raise(int code, const char *message) {
    return cad__raise(code, message != NULL ? cad_exception_new(code, message) : NULL);
}

int cad_raise_exception(int code, cad_exception *exception) {
    return cad__raise(code, exception);
}

cad_exception *cad_error_exception(void) {
    return *raised_slot();
}

const char *cad_error_message(void) {
    cad_exception *exception = *raised_slot();
    return exception != NULL ? exception->message : "";
}

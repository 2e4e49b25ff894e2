/* object.h - what every object of a loop begins with, and what its type says of it.
 */
#ifndef CADRAN_OBJECT_H
#define CADRAN_OBJECT_H

#include "cadran.h"
#include "link.h"
#include "misuse.h"

typedef struct cad__waiters cad__waiters;

/* What every object of a loop begins with. A program's pointer to a primitive, a future or a task
 * is a pointer to this, so that cad_set_name() and its like take any of them. */
typedef struct cad__object {
    const struct cad__type *type;
    cad_loop *loop;
    cad__link all; /* in the loop's list of objects */
    char *name;    /* NULL until given or asked for */
    uint64_t
        id : 48; /* of a task: cad_task_id(); 0: a part of another object, which stands for it */
    uint64_t size_class : 8; /* in the loop's pool */
    uint64_t traced : 1;     /* the trace sink has been told that it exists */
    uint64_t lane : 1;       /* ... and that its lane has begun */
} cad__object;

#define CAD__ID(number) ((number) & ((UINT64_C(1) << 48) - 1))

/* Which objects a trace is told of, beside the tasks, which have events of their own. */
enum cad__traced {
    CAD__TRACED_NEVER,
    CAD__TRACED_WHEN_USED, /* when a task waits for it, or when it is given a name */
    CAD__TRACED_ALWAYS,    /* the primitives */
};

/* The last wake of a kind that was of use to nobody, for reports. Zeroed: there was none. */
typedef struct cad__lost {
    bool known;
    int64_t when_ns;
    char *task; /* the name of the one that it went to; NULL: to none, or no memory */
} cad__lost;

void cad__lost_note(cad__lost *lost, const cad__object *object, const cad_task *task);
void cad__lost_forget(cad__lost *lost);
/* Fills in all but the verb. False: there was none. */
bool cad__lost_tell(const cad__lost *lost, cad_lost_info *info);

typedef struct cad__type {
    const char *name;
    enum cad__traced traced;
    /* Fills in info->count and info->fields; and adds those that are details. NULL: there are none.
     */
    void (*describe)(const cad__object *object, cad_object_info *info);
    void (*describe_details)(const cad__object *object, cad_object_info *info);
    size_t (*waiters)(const cad__object *object);
    const cad_task *(*holder)(const cad__object *object); /* NULL: this type has none */
    /* cad_followed(); NULL: it follows nothing. */
    void (*followed)(const cad__object *object, cad_followed_visitor *visit, void *arg);
    /* What a line of those who wait for it is called; NULL: "waiters", of which it has no others.
     */
    const char *(*line)(const cad__object *object, const cad__waiters *waiters);
    /* cad_wait_lost(), of one who stands in that line; NULL: this type knows of none. */
    bool (*lost)(const cad__object *object, const char *line, cad_lost_info *info);
    /* When what waits there ends it by itself, or CAD_NEVER; NULL: it does not. */
    int64_t (*until)(const cad__object *object);
    /* What its lane in a trace is called, or NULL: it has none at the moment; NULL: nor ever. */
    const char *(*lane)(const cad__object *object);
    /* Gives back what the object holds besides its own memory. */
    void (*clear)(cad__object *object);
    /* Futures only: Future.cancel(). `exception` is borrowed. 1 if the request was taken, 0 if not,
     * CAD_ESTACK where it goes round in a circle of awaits. */
    int (*cancel)(cad_future *future, cad_exception *exception);
    const char *verb; /* futures only: what awaiting it is called; NULL: "await" */
} cad__type;

/* Zeroed, of `size` bytes, and the loop's from now on. */
void *cad__object_new(cad_loop *loop, const cad__type *type, size_t size);
/* Clears it, takes it from the loop and frees it; takes NULL. */
void cad__object_free(cad__object *object);
/* The last part of that, and of the loop's end. */
void cad__object_release(cad__object *object);
const char *cad__object_name(cad__object *object);
/* cad_object_describe(), with or without those fields that are details. */
void cad__object_describe(const cad__object *object, bool details, cad_object_info *info);
/* The name that it has without being given one, as snprintf() does. */
int cad__object_own_name(const cad__object *object, char *buffer, size_t size);
/* For assertions. Whether a task waits for the object; and, which looks at every task, whether one
 * is in the middle of an operation on it, be it woken already. Both take NULL. */
bool cad__object_awaited(const cad__object *object);
bool cad__object_in_use(const cad__object *object);

/* Whether it is what a program's pointer to one should be; or NULL. What has been freed is of no
 * type, until its memory is another object's: where the type was is then the pool's link. */
static inline bool cad__object_is(const cad__object *object, const cad__type *type) {
    return object == NULL || object->type == type;
}

/* Before it is freed by the program. */
#define CAD__ASSERT_UNUSED(object, of_type)                                                        \
    do {                                                                                           \
        CAD__ASSERT(cad__object_is(object, of_type), "it has been freed, or is no such object");   \
        CAD__ASSERT(!cad__object_awaited(object), "a task waits for it");                          \
        CAD__ASSERT_SLOW(!cad__object_in_use(object), "a task that was woken has yet to use it");  \
    } while (0)

#endif

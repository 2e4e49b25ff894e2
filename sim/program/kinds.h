/* kinds.h - the types of objects: one row for each primitive, and for what else a name can stand
 * for. A row says how the type is called, what it may be asked for, and how one is made in a run.
 */
#ifndef PROGRAM_KINDS_H
#define PROGRAM_KINDS_H

#include "base/buffer.h"
#include "program/program.h"

typedef struct prog_object_member {
    const char *name; /* NULL: the end */
    enum {
        PROG_OBJECT_MEMBER_COUNT, /* a whole number, an expression of variables */
        PROG_OBJECT_MEMBER_ORDER, /* "fifo", "lifo", "priority" */
        PROG_OBJECT_MEMBER_FLAG,
        PROG_OBJECT_MEMBER_LOCK, /* the name of a lock declared before */
    } kind;
    int64_t least; /* of a count */
    const char *summary;
} prog_object_member;

/* What ends a wait in one of the lines of a primitive, of one task and of several: "puts into",
 * "put into". */
typedef struct prog_deed {
    const char *line; /* as the engine calls it; NULL: it has no other */
    const char *one, *many;
} prog_deed;

typedef struct prog_object_kind {
    const char *name;    /* "queue" */
    const char *article; /* "a" */
    const char *python;  /* type(object).__name__: "Queue" */
    const char *calls;   /* of asyncio, that make one; NULL: no document declares one */
    const char *step;    /* where no document does: the step that makes one, but for its "as" */
    prog_object_member members[3];
    int64_t size; /* the count among the members, where it is not given */

    /* Makes the primitive of an object; `lock` is that of a condition that shares one. NULL: no
     * memory. */
    void *(*create)(cad_loop *loop, const prog_object *object, size_t size, void *lock);
    void (*free)(void *primitive);

    /* `with`: on the way in and on the way out; NULL: not for `with`, nothing to do. As begin() of
     * prog_operation has it. */
    int (*enter)(void *primitive);
    int (*leave)(void *primitive);
    bool holdable; /* `acquire` and `release` do the same */

    int (*wait)(void *primitive);   /* `wait`; NULL: not for `wait` */
    prog_deed deeds[3];             /* of what documents declare: its lines, or one of none */
    bool wait_counts;               /* the result of a wait is a number, not True */
    int (*waited)(void *primitive); /* what it is, where that says so; NULL: the call's own */
} prog_object_kind;

/* By type. */
extern const prog_object_kind prog_object_kinds[PROG_OBJECT_TYPES];

/* Sets of types, as expr_function.accepts and prog_member.accepts have it: one type, or what the
 * rows say of several. */
#define PROG_IS(type) (UINT32_C(1) << (type))
#define PROG_AWAITABLE (PROG_IS(PROG_FUTURE) | PROG_IS(PROG_TASK))
#define PROG_HOLDABLE (UINT32_C(1) << 28)  /* for `acquire` */
#define PROG_ENTERABLE (UINT32_C(1) << 29) /* for `with` */
#define PROG_WAITABLE (UINT32_C(1) << 30)  /* for `wait` */
#define PROG_DECLARED (UINT32_C(1) << 31)  /* whatever a document declares */

/* The sets that a type is in: it fits where this has a bit of `accepts`. */
uint32_t prog_object_sets(enum prog_object_type type);

/* "a queue", in words; or of several types, "a queue or a lock". */
const char *prog_object_word(enum prog_object_type type, char word[32]);
void prog_describe_types(uint32_t accepts, base_buffer *buffer);

/* The step that makes one of those that no document declares; NULL: there is none among them. */
const char *prog_made_by(uint32_t accepts);

#endif

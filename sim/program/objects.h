/* objects.h - the primitives that a document declares.
 */
#ifndef PROGRAM_OBJECTS_H
#define PROGRAM_OBJECTS_H

#include "program/compiler.h"

/* A row a type: what an object of the document can be. */
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

typedef struct prog_object_kind {
    const char *name; /* "queue" */
    enum prog_object_type type;
    const char *python;
    prog_object_member members[3];
    int64_t size; /* where it is not given */
} prog_object_kind;

extern const prog_object_kind prog_object_kinds[];
extern const size_t prog_object_kind_count;

/* `objects`. */
void prog_load_objects(prog_compiler *compiler, const doc_node *root);

#endif

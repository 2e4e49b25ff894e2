/* load.h - the parts of a document other than its steps.
 */
#ifndef PROGRAM_LOAD_H
#define PROGRAM_LOAD_H

#include "program/compile.h"

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

/* A number that is known before the run. */
void prog_load_setting(prog_compiler *compiler, const doc_node *node, prog_setting *setting);

#endif

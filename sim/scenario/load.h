/* load.h - the parts of a document other than its steps.
 */
#ifndef SIM_SCENARIO_LOAD_H
#define SIM_SCENARIO_LOAD_H

#include "scenario/compile.h"

/* A row a type: what an object of the document can be. */
typedef struct sim_object_member {
    const char *name; /* NULL: the end */
    enum {
        SIM_OBJECT_MEMBER_COUNT, /* a whole number, an expression of variables */
        SIM_OBJECT_MEMBER_ORDER, /* "fifo", "lifo", "priority" */
        SIM_OBJECT_MEMBER_FLAG,
        SIM_OBJECT_MEMBER_LOCK, /* the name of a lock declared before */
    } kind;
    int64_t least; /* of a count */
    const char *summary;
} sim_object_member;

typedef struct sim_object_kind {
    const char *name; /* "queue" */
    enum sim_object_type type;
    const char *python;
    sim_object_member members[3];
    int64_t size; /* where it is not given */
} sim_object_kind;

extern const sim_object_kind sim_object_kinds[];
extern const size_t sim_object_kind_count;

/* `objects`. */
void sim_load_objects(sim_compiler *compiler, const sim_node *root);

/* `expect`, when everything else is known. */
void sim_load_expect(sim_compiler *compiler, const sim_node *root);

/* A number that is known before the run. */
void sim_load_setting(sim_compiler *compiler, const sim_node *node, sim_setting *setting);

#endif

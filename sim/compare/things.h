/* compare/things.h - tasks and objects of both runs, each once: who is who. Private to the
 * comparison.
 *
 * A thing is its name, who created it, and how many of that name this one created before: a new
 * task shifts nothing but those that are made like it, by the same task, after it.
 */
#ifndef CMP_THINGS_H
#define CMP_THINGS_H

#include "base/map.h"
#include "base/strings.h"
#include "compare/compare.h"
#include "trace/event.h"

/* What goes from event to event along a task, or an object. */
struct cmp_carrier {
    int64_t shift_ns; /* by how much B is later here, and may be */
    uint32_t cause;   /* the difference that it is touched by, plus 1; 0: none */
    uint32_t pairs;   /* how many of its events have been compared */
    uint32_t rename;  /* plus 1; 0: it has one name */
};

struct cmp_table {
    struct cmp_thing *things;
    struct cmp_carrier *carriers; /* of each */
    uint64_t *keys;
    struct cmp_waits *waits; /* of objects, for each */
    size_t count, capacity, carrier_capacity, key_capacity, waits_capacity;
    struct base_map by_key;
    struct base_map made[CMP_SIDES];   /* how many, by creator, type and name */
    struct base_map named[CMP_SIDES];  /* how many, by type and name */
    struct base_map number[CMP_SIDES]; /* to the index, by the number there */
};

/* Tasks that were renamed: the key and the name, as a hash, that each has on either side. */
struct cmp_renames {
    struct cmp_rename {
        uint64_t key[CMP_SIDES], name[CMP_SIDES];
    } * list;
    size_t count, capacity;
};

struct cmp_things {
    struct base_strings *strings;
    struct cmp_table tasks, objects;
    const struct cmp_renames *renames; /* of tasks */
};

/* False: no memory. Things are to be freed in any case. */
bool cmp_things_init(struct cmp_things *things, const struct cmp_renames *renames);
void cmp_things_free(struct cmp_things *things);

/* A thing of one side begins. Its index; CMP_NOBODY: no memory. */
uint32_t cmp_add_task(struct cmp_things *things, int side, uint64_t number,
                      struct trace_string name, uint32_t creator);
uint32_t cmp_add_object(struct cmp_things *things, int side, uint64_t number,
                        struct trace_string name, struct trace_string type, uint32_t creator);

/* By its number on a side; CMP_NOBODY. */
static inline uint32_t cmp_find(const struct cmp_table *table, int side, uint64_t number) {
    return base_map_get(&table->number[side], number);
}

/* The hash of what a side calls a task, or says of one: that of A's name of it. */
uint64_t cmp_hash_name(const struct cmp_things *things, int side, uint64_t seed,
                       struct trace_string name);
/* The hash of what a task says, whatever the task is called. */
uint64_t cmp_hash_said(const struct cmp_things *things, int side, uint32_t task, uint64_t seed,
                       struct trace_string text);

/* The hash of a text without a name, wherever that stands in it. */
uint64_t cmp_hash_without(uint64_t seed, struct trace_string text, struct trace_string name);

static inline struct trace_string cmp_string(const struct cmp_things *things, uint32_t text) {
    return (struct trace_string){base_strings_text(things->strings, text),
                                 base_strings_length(things->strings, text)};
}

/* All 64 bits of it. */
uint64_t cmp_hash(uint64_t seed, struct trace_string text);

#endif

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
#include "compare/names.h"

/* What goes from event to event along a task, or an object. */
struct cmp_carrier {
    int64_t shift_ns; /* by how much B is later here, and may be */
    uint32_t cause;   /* the difference that it is touched by, plus 1; 0: none */
    uint32_t pairs;   /* how many of its events have been compared */
    uint32_t in_step; /* of a task that was out of step, how many have been the same since */
    bool out_of_step; /* what it does is kept, to be aligned (align.h) */
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

/* Things that are the same, though their names, or who created them, are not: each side's number of
 * such a thing, to the number of the pair. All zero: there are none. */
struct cmp_renames {
    struct base_map tasks[CMP_SIDES], objects[CMP_SIDES];
    uint32_t count;
    struct cmp_names names; /* of those that were renamed */
};

/* One more pair: the names and numbers that it has on both sides. `maps`: of tasks or objects.
 * False: no memory. */
bool cmp_renames_add(struct cmp_renames *renames, struct base_map maps[CMP_SIDES],
                     const uint64_t number[CMP_SIDES], const struct trace_string name[CMP_SIDES]);
void cmp_renames_free(struct cmp_renames *renames);

struct cmp_things {
    struct base_strings *strings;
    struct cmp_table tasks, objects;
    const struct cmp_renames *renames;
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

/* The hash of what a side says, whatever things are called there. */
static inline uint64_t cmp_hash_said(const struct cmp_things *things, int side, uint64_t seed,
                                     struct trace_string text) {
    return cmp_hash_text(&things->renames->names, side, seed, text);
}

/* The number of the task that has a track. */
static inline uint64_t cmp_track_of(const struct trace_event *event, int64_t tid) {
    return (uint64_t)(event->pid - 1) << 48 ^ (uint64_t)tid;
}

/* What a member of a state is; and whether a trace has it with details only
 * (docs/trace-format.md). */
bool cmp_key_is(const struct trace_field *field, const char *key);
bool cmp_is_detail(const struct trace_field *field);

static inline struct trace_string cmp_string(const struct cmp_things *things, uint32_t text) {
    return (struct trace_string){base_strings_text(things->strings, text),
                                 base_strings_length(things->strings, text)};
}

#endif

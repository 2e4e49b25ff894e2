/* Who is who: the tasks and objects of two runs, by identities that survive change. */
#include "compare/things.h"

#include "base/digits.h"
#include "base/memory.h"
#include "base/text.h"

#include <string.h>

/* --- Renames -------------------------------------------------------------------------------- */

bool cmp_renames_add(struct cmp_renames *renames, struct base_map maps[CMP_SIDES],
                     const uint64_t number[CMP_SIDES], const struct trace_string name[CMP_SIDES]) {
    uint32_t pair = renames->count++;
    const struct trace_string stem[CMP_SIDES] = {cmp_name_stem(name[CMP_A]),
                                                 cmp_name_stem(name[CMP_B])};
    bool numbered =
        stem[CMP_A].length < name[CMP_A].length && stem[CMP_B].length < name[CMP_B].length;
    return base_map_put(&maps[CMP_A], number[CMP_A], pair) &&
           base_map_put(&maps[CMP_B], number[CMP_B], pair) &&
           cmp_names_join(&renames->names, name) &&
           (!numbered || cmp_names_join(&renames->names, stem));
}

void cmp_renames_free(struct cmp_renames *renames) {
    for (int side = 0; side < CMP_SIDES; side++) {
        base_map_free(&renames->tasks[side]);
        base_map_free(&renames->objects[side]);
    }
    cmp_names_free(&renames->names);
    *renames = (struct cmp_renames){0};
}

/* --- Making --------------------------------------------------------------------------------- */

bool cmp_things_init(struct cmp_things *things, const struct cmp_renames *renames) {
    *things = (struct cmp_things){.strings = base_strings_new(), .renames = renames};
    /* The loop, which is the first of tasks on both sides. */
    struct trace_string name = {"loop", 4};
    return things->strings != NULL &&
           cmp_add_task(things, CMP_A, TRACE_LOOP_TID, name, CMP_NOBODY) != CMP_NOBODY &&
           cmp_add_task(things, CMP_B, TRACE_LOOP_TID, name, CMP_NOBODY) != CMP_NOBODY;
}

static void free_table(struct cmp_table *table) {
    base_free(table->things);
    base_free(table->carriers);
    base_free(table->keys);
    base_free(table->waits);
    base_map_free(&table->by_key);
    for (int side = 0; side < CMP_SIDES; side++) {
        base_map_free(&table->made[side]);
        base_map_free(&table->named[side]);
        base_map_free(&table->number[side]);
    }
}

void cmp_things_free(struct cmp_things *things) {
    base_strings_free(things->strings);
    free_table(&things->tasks);
    free_table(&things->objects);
}

/* --- Identities ----------------------------------------------------------------------------- */

/* One more of a kind: how many there were before. CMP_NOBODY: no memory. */
static uint32_t count_one(struct base_map *counts, uint64_t kind) {
    uint32_t before = base_map_get(counts, kind);
    if (before == UINT32_MAX)
        before = 0;
    return base_map_put(counts, kind, before + 1) ? before : CMP_NOBODY;
}

static uint32_t new_thing(struct cmp_table *table, uint64_t key) {
    if (!base_grow(&table->things, &table->capacity, table->count, sizeof *table->things) ||
        !base_grow(&table->carriers, &table->carrier_capacity, table->count,
                   sizeof *table->carriers) ||
        !base_grow(&table->keys, &table->key_capacity, table->count, sizeof *table->keys) ||
        !base_map_put(&table->by_key, key, (uint32_t)table->count))
        return CMP_NOBODY;
    table->keys[table->count] = key;
    table->things[table->count] = (struct cmp_thing){.creator = CMP_NOBODY};
    table->carriers[table->count] = (struct cmp_carrier){0};
    return (uint32_t)table->count++;
}

/* The key of a thing: that of its pair where it has another one on the other side. */
static uint64_t find_key(const struct base_map *paired, uint64_t number, uint64_t kind,
                         uint32_t before) {
    uint32_t pair = paired->count == 0 ? UINT32_MAX : base_map_get(paired, number);
    return pair == UINT32_MAX ? base_mix(base_mix(kind, before), UINT64_C(0x5EED))
                              : base_mix(base_mix(pair, 0), UINT64_C(0x2AA5));
}

/* The thing of a key gets its name and number on a side. */
static uint32_t add(struct cmp_things *things, struct cmp_table *table, int side, uint64_t number,
                    struct trace_string name, uint64_t kind, uint64_t key) {
    uint32_t index = base_map_get(&table->by_key, key);
    uint32_t ordinal = count_one(&table->named[side], kind);
    uint32_t text = base_strings_add(things->strings, name.text, name.length);
    if (index == UINT32_MAX)
        index = new_thing(table, key);
    if (index == CMP_NOBODY || ordinal == CMP_NOBODY || text == UINT32_MAX ||
        !base_map_put(&table->number[side], number, index))
        return CMP_NOBODY;
    struct cmp_thing *thing = &table->things[index];
    int other = !side;
    thing->name[side] = text;
    thing->ordinal[side] = ordinal;
    thing->number[side] = number;
    if (thing->number[other] == 0) {
        thing->name[other] = text;
        thing->ordinal[other] = ordinal;
    }
    return index;
}

static uint64_t made_by(const struct cmp_things *things, uint64_t kind, uint32_t creator) {
    return base_mix(kind, creator == CMP_NOBODY ? 0 : things->tasks.keys[creator]);
}

uint32_t cmp_add_task(struct cmp_things *things, int side, uint64_t number,
                      struct trace_string name, uint32_t creator) {
    uint64_t kind = cmp_hash(0, name);
    uint64_t made = made_by(things, kind, creator);
    uint32_t before = count_one(&things->tasks.made[side], made);
    if (before == CMP_NOBODY)
        return CMP_NOBODY;
    uint64_t key = find_key(&things->renames->tasks[side], number, made, before);
    uint32_t index = add(things, &things->tasks, side, number, name, kind, key);
    if (index == CMP_NOBODY)
        return CMP_NOBODY;
    things->tasks.things[index].creator = creator;
    return index;
}

/* Whether the engine has called it so, which nobody else did: "future-7", by its type and number.
 */
static bool is_unnamed(struct trace_string name, struct trace_string type, uint64_t number) {
    char digits[BASE_DIGITS_ROOM];
    size_t count = (size_t)(base_put_int(digits, (int64_t)number) - digits);
    return name.length == type.length + 1 + count &&
           memcmp(name.text, type.text, type.length) == 0 && name.text[type.length] == '-' &&
           memcmp(name.text + type.length + 1, digits, count) == 0;
}

uint32_t cmp_add_object(struct cmp_things *things, int side, uint64_t number,
                        struct trace_string name, struct trace_string type, uint32_t creator) {
    uint32_t text = base_strings_add(things->strings, type.text, type.length);
    bool unnamed = is_unnamed(name, type, number);
    uint64_t kind = unnamed ? cmp_hash(2, type) : cmp_hash(cmp_hash(1, type), name);
    uint64_t made = made_by(things, kind, creator);
    uint32_t before = count_one(&things->objects.made[side], made);
    if (before == CMP_NOBODY || text == UINT32_MAX)
        return CMP_NOBODY;
    uint64_t key = find_key(&things->renames->objects[side], number, made, before);
    uint32_t index = add(things, &things->objects, side, number, name, kind, key);
    if (index == CMP_NOBODY || !base_grow(&things->objects.waits, &things->objects.waits_capacity,
                                          index, sizeof *things->objects.waits))
        return CMP_NOBODY;
    if (things->objects.things[index].number[!side] == 0)
        things->objects.waits[index] = (struct cmp_waits){0};
    things->objects.things[index].type = text;
    things->objects.things[index].unnamed = unnamed;
    things->objects.things[index].creator = creator;
    return index;
}

/* --- States --------------------------------------------------------------------------------- */

bool cmp_key_is(const struct trace_field *field, const char *key) {
    return field->key.length == strlen(key) && memcmp(field->key.text, key, strlen(key)) == 0;
}

bool cmp_is_detail(const struct trace_field *field) {
    return cmp_key_is(field, "joiners") || cmp_key_is(field, "unfinished") ||
           cmp_key_is(field, "shut_down");
}

/* Who is who: the tasks and objects of two runs, by identities that survive change. */
#include "compare/things.h"

#include "base/memory.h"
#include "base/text.h"

#include <string.h>

uint64_t cmp_hash(uint64_t seed, struct trace_string text) {
    uint64_t hash = base_mix(seed, text.length), word;
    const char *at = text.text;
    size_t left = text.length;
    for (; left >= sizeof word; at += sizeof word, left -= sizeof word) {
        memcpy(&word, at, sizeof word);
        hash = base_mix(hash, word);
    }
    word = 0;
    if (left > 0)
        memcpy(&word, at, left);
    return base_mix(hash, word);
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

static uint64_t key_of(uint64_t kind, uint32_t before) {
    return base_mix(base_mix(kind, before), UINT64_C(0x5EED));
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

/* What B calls a task that was renamed goes by the key that it has in A. The number of the rename,
 * plus 1; 0: none. */
static uint32_t rename_of(const struct cmp_things *things, int side, uint64_t *key) {
    const struct cmp_renames *renames = things->renames;
    for (uint32_t i = 0; i < renames->count; i++)
        if (renames->list[i].key[side] == *key) {
            *key = renames->list[i].key[CMP_A];
            return i + 1;
        }
    return 0;
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
    uint64_t key = key_of(made, before);
    uint32_t rename = rename_of(things, side, &key);
    uint32_t index = add(things, &things->tasks, side, number, name, kind, key);
    if (index == CMP_NOBODY)
        return CMP_NOBODY;
    things->tasks.things[index].creator = creator;
    things->tasks.carriers[index].rename = rename;
    return index;
}

uint32_t cmp_add_object(struct cmp_things *things, int side, uint64_t number,
                        struct trace_string name, struct trace_string type, uint32_t creator) {
    uint32_t text = base_strings_add(things->strings, type.text, type.length);
    uint64_t kind = cmp_hash(cmp_hash(1, type), name);
    uint64_t made = made_by(things, kind, creator);
    uint32_t before = count_one(&things->objects.made[side], made);
    if (before == CMP_NOBODY || text == UINT32_MAX)
        return CMP_NOBODY;
    uint32_t index = add(things, &things->objects, side, number, name, kind, key_of(made, before));
    if (index == CMP_NOBODY || !base_grow(&things->objects.waits, &things->objects.waits_capacity,
                                          index, sizeof *things->objects.waits))
        return CMP_NOBODY;
    if (things->objects.things[index].number[!side] == 0)
        things->objects.waits[index] = (struct cmp_waits){0};
    things->objects.things[index].type = text;
    things->objects.things[index].creator = creator;
    return index;
}

/* --- Texts in which a task is named --------------------------------------------------------- */

uint64_t cmp_hash_name(const struct cmp_things *things, int side, uint64_t seed,
                       struct trace_string name) {
    uint64_t hash = cmp_hash(0, name);
    for (size_t i = 0; i < things->renames->count; i++)
        if (things->renames->list[i].name[side] == hash)
            hash = things->renames->list[i].name[CMP_A];
    return base_mix(seed, hash);
}

uint64_t cmp_hash_said(const struct cmp_things *things, int side, uint32_t task, uint64_t seed,
                       struct trace_string text) {
    const struct cmp_table *tasks = &things->tasks;
    return tasks->carriers[task].rename == 0
               ? cmp_hash(seed, text)
               : cmp_hash_without(seed, text, cmp_string(things, tasks->things[task].name[side]));
}

/* Where a text that is not empty stands in another; NULL: nowhere. */
static const char *find_text(const char *at, const char *end, struct trace_string text) {
    while ((size_t)(end - at) >= text.length) {
        at = memchr(at, text.text[0], (size_t)(end - at) - text.length + 1);
        if (at == NULL || memcmp(at, text.text, text.length) == 0)
            return at;
        at++;
    }
    return NULL;
}

uint64_t cmp_hash_without(uint64_t seed, struct trace_string text, struct trace_string name) {
    const char *at = text.text, *end = at + text.length;
    const char *found;
    while (name.length > 0 && (found = find_text(at, end, name)) != NULL) {
        seed = cmp_hash(seed, (struct trace_string){at, (size_t)(found - at)});
        at = found + name.length;
    }
    return cmp_hash(seed, (struct trace_string){at, (size_t)(end - at)});
}

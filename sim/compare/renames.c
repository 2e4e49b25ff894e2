/* Finds tasks that are the other side's under another name: they did the same, in the same order,
 * whatever it was called after them; and those that somebody else created. */
#include "compare/renames.h"

#include "base/memory.h"
#include "base/text.h"
#include "cadran.h"
#include "compare/queues.h"
#include "compare/sources.h"

#include <string.h>

/* --- Histories ------------------------------------------------------------------------------ */

/* Takes the events of one side, for the hash of what each task did that the other does not have. */
struct histories {
    struct trace_consumer consumer;
    const struct cmp_result *result;
    int side;
    uint64_t *hashes; /* by task */
};

static uint64_t add_text(uint64_t hash, const struct trace_event *event,
                         enum trace_argument_index argument, struct trace_string name) {
    return trace_has(event, argument)
               ? cmp_hash_without(base_mix(hash, argument), event->args[argument].text, name)
               : hash;
}

static bool is_alone(const struct cmp_result *result, int side, uint32_t task) {
    const struct cmp_thing *thing = &result->things.tasks.things[task];
    return thing->number[side] != 0 && thing->number[!side] == 0;
}

static int take(struct trace_consumer *consumer, const struct trace_event *event) {
    struct histories *histories = (struct histories *)(void *)consumer;
    const struct cmp_result *result = histories->result;
    uint32_t task = cmp_find_task(result, histories->side, event->tid);
    if (event->phase == 'M' || task == CMP_NOBODY || !is_alone(result, histories->side, task))
        return 0;
    struct trace_string name =
        cmp_string(&result->things, result->things.tasks.things[task].name[histories->side]);
    uint64_t hash = base_mix(histories->hashes[task], (uint64_t)event->kind);
    hash = cmp_hash_without(hash, event->name, name);
    hash = add_text(hash, event, TRACE_ARG_OUTCOME, name);
    hash = add_text(hash, event, TRACE_ARG_ERROR, name);
    hash = add_text(hash, event, TRACE_ARG_MESSAGE, name);
    histories->hashes[task] = hash;
    return 0;
}

static int read_histories(const struct cmp_result *result, int side, uint64_t *hashes,
                          char message[CMP_MESSAGE_SIZE]) {
    struct histories histories = {
        .consumer = {.take = take}, .result = result, .side = side, .hashes = hashes};
    return cmp_read_source(result, side, &histories.consumer, message);
}

/* --- Pairs ---------------------------------------------------------------------------------- */

/* Whether whoever created it is there on both sides: what is created by a task that was renamed is
 * found once that one is known. */
static bool has_known_creator(const struct cmp_result *result, const struct cmp_thing *thing) {
    return thing->creator == CMP_NOBODY ||
           (!is_alone(result, CMP_A, thing->creator) && !is_alone(result, CMP_B, thing->creator));
}

static bool add_rename(struct cmp_result *result, uint32_t a, uint32_t b) {
    const struct cmp_table *tasks = &result->things.tasks;
    struct cmp_renames *renames = &result->renames;
    if (!base_grow(&renames->list, &renames->capacity, renames->count, sizeof *renames->list))
        return false;
    renames->list[renames->count++] = (struct cmp_rename){
        .key = {tasks->keys[a], tasks->keys[b]},
        .name = {cmp_hash(0, cmp_string(&result->things, tasks->things[a].name[CMP_A])),
                 cmp_hash(0, cmp_string(&result->things, tasks->things[b].name[CMP_B]))},
    };
    return true;
}

/* Those of B that have the key of one of A, each once. `keys`: of each task; 0: not to be paired.
 */
static int pair_by(struct cmp_result *result, uint64_t *keys) {
    struct cmp_queues lines;
    memset(&lines, 0, sizeof lines);
    size_t count = result->things.tasks.count;
    int error = 0;
    for (uint32_t i = 0; i < count && error == 0; i++)
        if (keys[i] != 0 && is_alone(result, CMP_A, i) && !cmp_queues_push(&lines, keys[i], i))
            error = CAD_ENOMEM;
    for (uint32_t i = 0; i < count && error == 0; i++) {
        uint32_t other = keys[i] != 0 && is_alone(result, CMP_B, i)
                             ? cmp_queues_pop(&lines, keys[i])
                             : UINT32_MAX;
        if (other == UINT32_MAX)
            continue;
        keys[i] = keys[other] = 0;
        if (!add_rename(result, other, i))
            error = CAD_ENOMEM;
    }
    cmp_queues_free(&lines);
    return error;
}

/* The same name, and the same number of those before it, but another creator. */
static int pair_by_name(struct cmp_result *result, bool *paired, uint64_t *keys) {
    const struct cmp_table *tasks = &result->things.tasks;
    for (uint32_t i = 0; i < tasks->count; i++) {
        int side = is_alone(result, CMP_A, i) ? CMP_A : CMP_B;
        const struct cmp_thing *thing = &tasks->things[i];
        bool open = is_alone(result, side, i) && has_known_creator(result, thing);
        keys[i] = open ? base_mix((uint64_t)thing->name[side] << 32 | thing->ordinal[side], 3) : 0;
    }
    int error = pair_by(result, keys);
    for (uint32_t i = 0; i < tasks->count; i++)
        paired[i] = keys[i] == 0;
    return error;
}

/* The same history. */
static int pair_by_history(struct cmp_result *result, const bool *paired, uint64_t *keys,
                           char message[CMP_MESSAGE_SIZE]) {
    const struct cmp_table *tasks = &result->things.tasks;
    for (uint32_t i = 0; i < tasks->count; i++)
        keys[i] = 1;
    int error = read_histories(result, CMP_A, keys, message);
    if (error == 0)
        error = read_histories(result, CMP_B, keys, message);
    if (error != 0)
        return error;
    for (uint32_t i = 0; i < tasks->count; i++)
        if (paired[i])
            keys[i] = 0;
    return pair_by(result, keys);
}

static bool has_alone(const struct cmp_result *result, int side) {
    for (uint32_t i = 0; i < result->things.tasks.count; i++)
        if (is_alone(result, side, i))
            return true;
    return false;
}

int cmp_find_renames(struct cmp_result *result, bool *found, char message[CMP_MESSAGE_SIZE]) {
    size_t count = result->things.tasks.count, before = result->renames.count;
    *found = false;
    if (!has_alone(result, CMP_A) || !has_alone(result, CMP_B))
        return 0;
    uint64_t *keys = base_alloc(count * sizeof *keys);
    bool *paired = base_alloc(count * sizeof *paired);
    int error = keys == NULL || paired == NULL ? CAD_ENOMEM : 0;
    if (error == 0)
        error = pair_by_name(result, paired, keys);
    if (error == 0)
        error = pair_by_history(result, paired, keys, message);
    base_free(keys);
    base_free(paired);
    *found = result->renames.count > before;
    return error;
}

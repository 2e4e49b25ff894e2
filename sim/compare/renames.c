/* Finds things that are the other side's under another name: they did the same, whatever it was
 * called; and those that somebody else created.
 *
 * Who is made by somebody that is not known on both sides is looked for after its maker, as it may
 * be found by its name then. */
#include "compare/renames.h"

#include "base/memory.h"
#include "base/text.h"
#include "cadran.h"
#include "compare/likeness.h"
#include "compare/queues.h"

#include <stdlib.h>
#include <string.h>

/* So much of what happens to two is to be the same, where it is not all; or, where they say other
 * things, so much of the rest, if there is enough of it to tell. */
#define ALIKE 0.6
#define ALIKE_IN_SHAPE 0.8
enum { ENOUGH = 8 };
/* Two are held against each other when no more than so many stand between them, in the order in
 * which they were made. */
enum { NEIGHBOURS = 32 };

/* A search. Those that are open have no other side yet. */
struct search {
    struct cmp_result *result;
    bool *open; /* each thing */
    uint64_t *keys;
    size_t found;
};

static struct base_map *maps_of(struct cmp_result *result, struct cmp_renames *renames,
                                uint32_t thing) {
    return thing < result->things.tasks.count ? renames->tasks : renames->objects;
}

static bool is_open(const struct search *search, int side, uint32_t thing) {
    return search->open[thing] && cmp_is_alone(cmp_thing_at(search->result, thing), side);
}

static int pair(struct search *search, uint32_t a, uint32_t b) {
    struct cmp_result *result = search->result;
    const struct cmp_thing *left = cmp_thing_at(result, a), *right = cmp_thing_at(result, b);
    const uint64_t numbers[CMP_SIDES] = {left->number[CMP_A], right->number[CMP_B]};
    const struct trace_string names[CMP_SIDES] = {cmp_string(&result->things, left->name[CMP_A]),
                                                  cmp_string(&result->things, right->name[CMP_B])};
    search->open[a] = search->open[b] = false;
    search->found++;
    return cmp_renames_add(&result->renames, maps_of(result, &result->renames, a), numbers, names)
               ? 0
               : CAD_ENOMEM;
}

/* --- The same key --------------------------------------------------------------------------- */

/* Those of B that have the key of one of A, each once. */
static int pair_by_keys(struct search *search) {
    struct cmp_queues lines;
    memset(&lines, 0, sizeof lines);
    size_t count = cmp_thing_count(search->result);
    int error = 0;
    for (uint32_t i = 0; i < count && error == 0; i++)
        if (is_open(search, CMP_A, i) && !cmp_queues_push(&lines, search->keys[i], i))
            error = CAD_ENOMEM;
    for (uint32_t i = 0; i < count && error == 0; i++) {
        uint32_t other =
            is_open(search, CMP_B, i) ? cmp_queues_pop(&lines, search->keys[i]) : UINT32_MAX;
        if (other != UINT32_MAX)
            error = pair(search, other, i);
    }
    cmp_queues_free(&lines);
    return error;
}

/* The same name, and the same number of those before it, but another creator. What has no name is
 * like nothing else by that. */
static int pair_by_name(struct search *search) {
    size_t tasks = search->result->things.tasks.count;
    for (uint32_t i = 0; i < cmp_thing_count(search->result); i++) {
        const struct cmp_thing *thing = cmp_thing_at(search->result, i);
        int side = cmp_is_alone(thing, CMP_A) ? CMP_A : CMP_B;
        uint64_t type = base_mix(base_mix(thing->type, 0), i < tasks);
        search->keys[i] =
            thing->unnamed
                ? base_mix(type, i)
                : base_mix(type, (uint64_t)thing->name[side] << 32 | thing->ordinal[side]);
    }
    return pair_by_keys(search);
}

/* --- Much the same -------------------------------------------------------------------------- */

struct candidate {
    double likeness; /* above 0 */
    uint32_t apart, a, b;
};

static int compare_candidates(const void *a, const void *b) {
    const struct candidate *left = a, *right = b;
    if (left->likeness != right->likeness)
        return left->likeness > right->likeness ? -1 : 1;
    if (left->apart != right->apart)
        return left->apart < right->apart ? -1 : 1;
    return left->a != right->a ? (left->a < right->a ? -1 : 1)
                               : (left->b > right->b) - (left->b < right->b);
}

static bool may_be_one(const struct cmp_result *result, uint32_t a, uint32_t b) {
    size_t tasks = result->things.tasks.count;
    return (a < tasks) == (b < tasks) &&
           cmp_thing_at(result, a)->type == cmp_thing_at(result, b)->type;
}

/* 0: too little. */
static double likeness_of(const struct search *search, const struct cmp_likeness *likeness,
                          uint32_t a, uint32_t b) {
    if (!may_be_one(search->result, a, b))
        return 0;
    double alike = cmp_likeness_of(likeness, CMP_LIKENESS_WHOLE, a, b);
    bool enough =
        alike >= ALIKE || (cmp_likeness_features(likeness, a) >= ENOUGH &&
                           cmp_likeness_of(likeness, CMP_LIKENESS_SHAPE, a, b) >= ALIKE_IN_SHAPE);
    return enough ? alike + 1 : 0;
}

struct candidates {
    struct candidate *list;
    size_t count, capacity;
};

/* Of those of a side that are open, in their order. */
static size_t list_open(const struct search *search, int side, uint32_t *list) {
    size_t count = 0;
    for (uint32_t i = 0; i < cmp_thing_count(search->result); i++)
        if (is_open(search, side, i))
            list[count++] = i;
    return count;
}

static int find_candidates(const struct search *search, const struct cmp_likeness *likeness,
                           uint32_t *lists[CMP_SIDES], struct candidates *candidates) {
    size_t counts[CMP_SIDES];
    for (int side = 0; side < CMP_SIDES; side++)
        counts[side] = list_open(search, side, lists[side]);
    for (size_t i = 0; i < counts[CMP_A]; i++) {
        size_t first = i < NEIGHBOURS ? 0 : i - NEIGHBOURS;
        for (size_t j = first; j < counts[CMP_B] && j <= i + NEIGHBOURS; j++) {
            uint32_t a = lists[CMP_A][i], b = lists[CMP_B][j];
            double alike = likeness_of(search, likeness, a, b);
            if (alike == 0)
                continue;
            if (!base_grow(&candidates->list, &candidates->capacity, candidates->count,
                           sizeof *candidates->list))
                return CAD_ENOMEM;
            candidates->list[candidates->count++] = (struct candidate){
                .likeness = alike, .apart = (uint32_t)(i < j ? j - i : i - j), .a = a, .b = b};
        }
    }
    return 0;
}

/* Those that have most in common first. */
static int pair_candidates(struct search *search, const struct candidates *candidates) {
    int error = 0;
    if (candidates->count > 0)
        qsort(candidates->list, candidates->count, sizeof *candidates->list, compare_candidates);
    for (size_t i = 0; i < candidates->count && error == 0; i++) {
        const struct candidate *best = &candidates->list[i];
        if (search->open[best->a] && search->open[best->b])
            error = pair(search, best->a, best->b);
    }
    return error;
}

static int pair_alike(struct search *search, const struct cmp_likeness *likeness) {
    size_t count = cmp_thing_count(search->result);
    struct candidates candidates = {0};
    uint32_t *lists[CMP_SIDES] = {base_alloc(count * sizeof **lists),
                                  base_alloc(count * sizeof **lists)};
    int error = lists[CMP_A] == NULL || lists[CMP_B] == NULL
                    ? CAD_ENOMEM
                    : find_candidates(search, likeness, lists, &candidates);
    if (error == 0)
        error = pair_candidates(search, &candidates);
    base_free(candidates.list);
    base_free(lists[CMP_A]);
    base_free(lists[CMP_B]);
    return error;
}

static int pair_by_history(struct search *search, const struct cmp_likeness *likeness) {
    for (uint32_t i = 0; i < cmp_thing_count(search->result); i++)
        search->keys[i] = likeness->colours[i];
    int error = pair_by_keys(search);
    return error == 0 ? pair_alike(search, likeness) : error;
}

/* --- The search ----------------------------------------------------------------------------- */

static bool is_alone(const struct cmp_result *result, uint32_t thing) {
    const struct cmp_thing *found = cmp_thing_at(result, thing);
    return cmp_is_alone(found, CMP_A) || cmp_is_alone(found, CMP_B);
}

static bool has_known_creator(const struct cmp_result *result, uint32_t thing) {
    uint32_t creator = cmp_thing_at(result, thing)->creator;
    return creator == CMP_NOBODY || !is_alone(result, creator);
}

/* Opens those that are alone, and whose creator is known or is not. */
static void open_all(struct search *search, bool known) {
    for (uint32_t i = 0; i < cmp_thing_count(search->result); i++)
        search->open[i] =
            is_alone(search->result, i) && has_known_creator(search->result, i) == known;
}

static int find_all(struct search *search, char message[CMP_MESSAGE_SIZE]) {
    struct cmp_likeness likeness;
    int error = cmp_likeness_find(search->result, &likeness, message);
    for (int known = 1; known >= 0 && error == 0 && search->found == 0; known--) {
        open_all(search, known != 0);
        if (known != 0)
            error = pair_by_name(search);
        if (error == 0)
            error = pair_by_history(search, &likeness);
    }
    cmp_likeness_free(&likeness);
    return error;
}

static bool has_alone(const struct cmp_result *result, int side, uint32_t first, size_t end) {
    for (uint32_t i = first; i < end; i++)
        if (cmp_is_alone(cmp_thing_at(result, i), side))
            return true;
    return false;
}

bool cmp_has_strangers(const struct cmp_result *result) {
    uint32_t tasks = (uint32_t)result->things.tasks.count;
    size_t all = cmp_thing_count(result);
    return (has_alone(result, CMP_A, 0, tasks) && has_alone(result, CMP_B, 0, tasks)) ||
           (has_alone(result, CMP_A, tasks, all) && has_alone(result, CMP_B, tasks, all));
}

int cmp_find_renames(struct cmp_result *result, bool *found, char message[CMP_MESSAGE_SIZE]) {
    size_t count = cmp_thing_count(result);
    *found = false;
    if (!cmp_has_strangers(result))
        return 0;
    struct search search = {.result = result,
                            .open = base_zalloc(count, sizeof *search.open),
                            .keys = base_alloc(count * sizeof *search.keys)};
    int error =
        search.open == NULL || search.keys == NULL ? CAD_ENOMEM : find_all(&search, message);
    base_free(search.open);
    base_free(search.keys);
    *found = search.found > 0;
    return error;
}

/* --- The same run --------------------------------------------------------------------------- */

static int compare_numbers(const void *a, const void *b) {
    const struct cmp_thing *const *left = a, *const *right = b;
    uint64_t before = (*left)->number[CMP_A], after = (*right)->number[CMP_A];
    return before < after ? -1 : before > after;
}

static int compare_numbers_of_b(const void *a, const void *b) {
    const struct cmp_thing *const *left = a, *const *right = b;
    uint64_t before = (*left)->number[CMP_B], after = (*right)->number[CMP_B];
    return before < after ? -1 : before > after;
}

/* Those that a side has, in the order in which they were made. How many there are. */
static size_t list_made(const struct cmp_table *table, int side, const struct cmp_thing **list) {
    size_t count = 0;
    for (size_t i = 0; i < table->count; i++)
        if (table->things[i].number[side] != 0)
            list[count++] = &table->things[i];
    qsort(list, count, sizeof *list, side == CMP_A ? compare_numbers : compare_numbers_of_b);
    return count;
}

static int suppose_table(const struct cmp_result *result, const struct cmp_table *table,
                         struct base_map maps[CMP_SIDES], struct cmp_renames *renames,
                         bool *possible) {
    const struct cmp_thing **lists[CMP_SIDES] = {base_alloc((table->count + 1) * sizeof **lists),
                                                 base_alloc((table->count + 1) * sizeof **lists)};
    bool ready = lists[CMP_A] != NULL && lists[CMP_B] != NULL;
    size_t count = ready ? list_made(table, CMP_A, lists[CMP_A]) : 0;
    *possible = *possible && ready && count == list_made(table, CMP_B, lists[CMP_B]);
    for (size_t i = 0; i < count && ready && *possible; i++) {
        const struct cmp_thing *a = lists[CMP_A][i], *b = lists[CMP_B][i];
        const uint64_t numbers[CMP_SIDES] = {a->number[CMP_A], b->number[CMP_B]};
        const struct trace_string names[CMP_SIDES] = {cmp_string(&result->things, a->name[CMP_A]),
                                                      cmp_string(&result->things, b->name[CMP_B])};
        *possible = a->type == b->type;
        if (a != b)
            ready = cmp_renames_add(renames, maps, numbers, names);
    }
    base_free(lists[CMP_A]);
    base_free(lists[CMP_B]);
    return ready ? 0 : CAD_ENOMEM;
}

int cmp_suppose_same(const struct cmp_result *result, struct cmp_renames *renames, bool *possible) {
    *renames = (struct cmp_renames){0};
    *possible = true;
    int error = suppose_table(result, &result->things.tasks, renames->tasks, renames, possible);
    if (error == 0)
        error = suppose_table(result, &result->things.objects, renames->objects, renames, possible);
    return error;
}

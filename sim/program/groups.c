/* Exception groups, as the interpreter of CPython splits them and puts them together. */
#include "program/groups.h"

#include <stdlib.h>

#include "base/memory.h"
#include "program/exceptions.h"

enum { MOST_NESTED = 1000 }; /* Python's recursion limit */

bool prog_is_group(const cad_exception *exception) {
    int code = cad_exception_code(exception);
    return code == CAD_EGROUP || code == CAD_EBASEGROUP;
}

/* --- Splitting ------------------------------------------------------------------------------- */

/* What goes to one side; the rest to the other. */
struct rule {
    bool (*fits)(const struct rule *rule, const cad_exception *exception);
    const prog_program *program;
    uint32_t type;
    const cad_exception *const *leaves; /* sorted by address */
    size_t count;
};

static bool fits_type(const struct rule *rule, const cad_exception *exception) {
    return prog_catches(rule->program, rule->type, cad_exception_code(exception));
}

static int compare(const void *a, const void *b) {
    uintptr_t x = (uintptr_t) * (const cad_exception *const *)a;
    uintptr_t y = (uintptr_t) * (const cad_exception *const *)b;
    return (x > y) - (x < y);
}

static bool is_among(const struct rule *rule, const cad_exception *exception) {
    return !prog_is_group(exception) &&
           bsearch(&exception, rule->leaves, rule->count, sizeof *rule->leaves, compare) != NULL;
}

static void drop(cad_exception **items, size_t count) {
    for (size_t i = 0; i < count; i++)
        cad_exception_unref(items[i]);
    base_free(items);
}

/* A group like `whole` with these members; NULL where there are none, and the group itself where it
 * has no others. 0 or CAD_ENOMEM. */
static int derive(cad_exception *whole, cad_exception *const *members, size_t count,
                  cad_exception **part) {
    bool all = count == cad_exception_count(whole);
    for (size_t i = 0; all && i < count; i++)
        all = members[i] == cad_exception_at(whole, i);
    if (count == 0)
        *part = NULL;
    else
        *part = all ? cad_exception_ref(whole) : cad_exception_derive(whole, members, count);
    return count > 0 && *part == NULL ? CAD_ENOMEM : 0;
}

static int split(const struct rule *rule, cad_exception *whole, int depth, cad_exception *sides[2]);

/* Its members, each split: those of either side stand in one half of `items`. */
static int split_members(const struct rule *rule, cad_exception *whole, int depth,
                         cad_exception **items, size_t counts[2]) {
    size_t count = cad_exception_count(whole);
    for (size_t i = 0; i < count; i++) {
        cad_exception *sides[2];
        int error = split(rule, cad_exception_at(whole, i), depth + 1, sides);
        if (error != 0)
            return error;
        for (size_t side = 0; side < 2; side++)
            if (sides[side] != NULL)
                items[side * count + counts[side]++] = sides[side];
    }
    return 0;
}

/* Side 0 is what fits. */
static int split(const struct rule *rule, cad_exception *whole, int depth,
                 cad_exception *sides[2]) {
    bool fits = rule->fits(rule, whole);
    size_t count = cad_exception_count(whole), counts[2] = {0};
    sides[0] = sides[1] = NULL;
    if (fits || !prog_is_group(whole)) {
        sides[fits ? 0 : 1] = cad_exception_ref(whole);
        return 0;
    }
    if (depth == MOST_NESTED)
        return CAD_ESTACK;
    cad_exception **items = base_zalloc(2 * count, sizeof(cad_exception *));
    if (items == NULL)
        return CAD_ENOMEM;
    int error = split_members(rule, whole, depth, items, counts);
    for (size_t side = 0; error == 0 && side < 2; side++)
        error = derive(whole, items + side * count, counts[side], &sides[side]);
    if (error != 0) {
        cad_exception_unref(sides[0]);
        sides[0] = sides[1] = NULL;
    }
    drop(items, 2 * count);
    return error;
}

int prog_group_split(const prog_program *program, cad_exception *whole, uint32_t type,
                     cad_exception **match, cad_exception **rest) {
    const struct rule rule = {.fits = fits_type, .program = program, .type = type};
    cad_exception *sides[2];
    int error = split(&rule, whole, 0, sides);
    *match = sides[0];
    *rest = sides[1];
    if (error != 0 || *match != whole || prog_is_group(whole))
        return error;
    *match = NULL;
    error = prog_group_add(match, whole);
    cad_exception_unref(whole);
    return error;
}

/* --- Putting together ------------------------------------------------------------------------ */

struct leaves {
    const cad_exception **items;
    size_t count, capacity;
};

static int collect(struct leaves *leaves, const cad_exception *group, int depth) {
    if (depth == MOST_NESTED)
        return CAD_ESTACK;
    for (size_t i = 0; i < cad_exception_count(group); i++) {
        const cad_exception *member = cad_exception_at(group, i);
        if (prog_is_group(member)) {
            int error = collect(leaves, member, depth + 1);
            if (error != 0)
                return error;
            continue;
        }
        const cad_exception **items =
            base_grown(leaves->items, leaves->count, &leaves->capacity, sizeof *items);
        if (items == NULL)
            return CAD_ENOMEM;
        leaves->items = items;
        items[leaves->count++] = member;
    }
    return 0;
}

int prog_group_project(cad_exception *whole, const cad_exception *parts, cad_exception **part) {
    struct leaves leaves = {0};
    cad_exception *sides[2] = {NULL, NULL};
    int error = collect(&leaves, parts, 0);
    if (error == 0) {
        qsort(leaves.items, leaves.count, sizeof *leaves.items, compare);
        const struct rule rule = {.fits = is_among, .leaves = leaves.items, .count = leaves.count};
        error = split(&rule, whole, 0, sides);
    }
    base_free(leaves.items);
    cad_exception_unref(sides[1]);
    *part = sides[0];
    return error;
}

int prog_group_add(cad_exception **group, cad_exception *member) {
    size_t count = *group != NULL ? cad_exception_count(*group) : 0;
    cad_exception **members = base_alloc((count + 1) * sizeof(cad_exception *));
    if (members == NULL)
        return CAD_ENOMEM;
    for (size_t i = 0; i < count; i++)
        members[i] = cad_exception_at(*group, i);
    members[count] = member;
    cad_exception *longer = cad_exception_group("", members, count + 1);
    base_free(members);
    if (longer == NULL)
        return CAD_ENOMEM;
    cad_exception_unref(*group);
    *group = longer;
    return 0;
}

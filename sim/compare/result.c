/* What a result has, for those who look at it. */
#include "compare/result.h"

const char *const cmp_level_words[CMP_LEVEL_COUNT] = {
#define CMP_X(constant, word, meaning) [constant] = word,
    CMP_LEVELS(CMP_X)
#undef CMP_X
};

const char *const cmp_kind_words[CMP_KIND_COUNT] = {
#define CMP_X(constant, word, meaning) [constant] = word,
    CMP_KINDS(CMP_X)
#undef CMP_X
};

bool cmp_same(const struct cmp_result *result) {
    return result->level <= result->asked;
}

struct cmp_tolerance cmp_kept_to(const struct cmp_result *result) {
    return result->tolerance;
}

enum cmp_level cmp_level(const struct cmp_result *result) {
    return result->level;
}

const char *cmp_name(const struct cmp_result *result, int side) {
    return result->names[side];
}

struct cmp_source cmp_kept(const struct cmp_result *result, int side) {
    return result->kept[side] == NULL ? (struct cmp_source){.name = result->names[side]}
                                      : result->sources[side];
}

bool cmp_is_real(const struct cmp_result *result, int side) {
    return result->real[side];
}

const char *cmp_warning(const struct cmp_result *result, int side) {
    return result->warnings[side];
}

const char *cmp_text(const struct cmp_result *result, uint32_t text) {
    return base_strings_text(result->things.strings, text);
}

size_t cmp_task_count(const struct cmp_result *result) {
    return result->things.tasks.count;
}

const struct cmp_thing *cmp_task_at(const struct cmp_result *result, size_t index) {
    return &result->things.tasks.things[index];
}

size_t cmp_object_count(const struct cmp_result *result) {
    return result->things.objects.count;
}

const struct cmp_thing *cmp_object_at(const struct cmp_result *result, size_t index) {
    return &result->things.objects.things[index];
}

uint32_t cmp_find_task(const struct cmp_result *result, int side, int64_t tid) {
    return cmp_find(&result->things.tasks, side, (uint64_t)tid);
}

uint32_t cmp_find_object(const struct cmp_result *result, int side, uint64_t number) {
    return cmp_find(&result->things.objects, side, number);
}

size_t cmp_difference_count(const struct cmp_result *result) {
    return result->count;
}

const struct cmp_difference *cmp_difference_at(const struct cmp_result *result, size_t index) {
    return &result->differences[index];
}

size_t cmp_root_count(const struct cmp_result *result) {
    return result->root_count;
}

uint32_t cmp_root_at(const struct cmp_result *result, size_t index) {
    return result->roots[index];
}

uint64_t cmp_swap_count(const struct cmp_result *result) {
    return result->swaps;
}

const struct cmp_difference *cmp_first_swap(const struct cmp_result *result) {
    return result->swaps == 0 ? NULL : &result->swap;
}

const struct cmp_effect *cmp_effect(const struct cmp_result *result) {
    return &result->effect;
}

const struct cmp_waits *cmp_waits(const struct cmp_result *result, size_t object) {
    return &result->things.objects.waits[object];
}

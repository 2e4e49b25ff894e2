/* What is kept of a survey: the first of the tasks, all of them by how they stand, and the circles.
 */
#include "run/survey_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static void keep(const run_survey *self, uint32_t number, size_t most, run_wait_list *list) {
    run_wait *items = NULL;
    if (list->count < most)
        items = base_grown(list->items, list->count, &list->capacity, sizeof *items);
    if (items != NULL)
        list->items = items;
    if (items != NULL && run_survey_describe(self, number, &items[list->count]))
        list->count++;
    else
        list->left_out++;
}

/* --- Those who stand alike ------------------------------------------------------------------- */

/* What two have in common of whom the same is said. */
typedef struct likeness {
    uint32_t target, pc, circle, behind;
    uint64_t notified;
    int64_t since_ns, until_ns;
    const char *verb; /* NULL: it does not wait */
    bool on_ring;
} likeness;

static likeness likeness_of(const run_survey *self, uint32_t number) {
    cad_wait_info info;
    const cad_task *task = self->tasks[number];
    const run_job *job = run_survey_job_of(task);
    likeness like = {.target = self->targets[number],
                     .pc = job->top != NULL ? job->top->pc : PROG_NO_PC,
                     .circle = self->circles.stands_in[number],
                     .behind = self->circles.waits_for[number],
                     .on_ring = self->on_ring[number]};
    if (!run_survey_waiting(self, task, &info))
        return like;
    like.verb = info.verb;
    like.since_ns = info.since_ns;
    like.until_ns = run_survey_until_of(self, task, &info);
    like.notified = run_survey_rounds_of(self, job);
    return like;
}

static bool same_likeness(const likeness *a, const likeness *b) {
    return a->target == b->target && a->pc == b->pc && a->circle == b->circle &&
           a->behind == b->behind && a->notified == b->notified && a->since_ns == b->since_ns &&
           a->until_ns == b->until_ns && a->verb == b->verb && a->on_ring == b->on_ring;
}

static uint64_t mix(uint64_t hash, uint64_t value) {
    return (hash ^ value) * UINT64_C(0x9E3779B97F4A7C15) >> 7;
}

static uint64_t hash_likeness(const likeness *like) {
    uint64_t hash = mix(like->target, like->pc);
    hash = mix(hash, (uint64_t)like->since_ns);
    hash = mix(hash, (uint64_t)like->until_ns);
    return mix(mix(hash, like->notified), like->behind);
}

/* Whether `name` is the one that comes after: `worker-9`, `worker-10`. */
static bool follows_on(const char *before, const char *name) {
    size_t letters = strlen(before);
    while (letters > 0 && before[letters - 1] >= '0' && before[letters - 1] <= '9')
        letters--;
    if (before[letters] == '\0' || strncmp(before, name, letters) != 0)
        return false;
    char *end;
    unsigned long long number = strtoull(before + letters, NULL, 10);
    return name[letters] >= '0' && name[letters] <= '9' &&
           strtoull(name + letters, &end, 10) == number + 1 && *end == '\0';
}

static bool join_group(run_wait_group *group, const char *name) {
    size_t length = strlen(name);
    char *last = base_strndup(name, length);
    char *kept = last != NULL && group->kept < RUN_PARTIES_KEPT ? base_strndup(name, length) : NULL;
    if (last == NULL || (kept == NULL && group->kept < RUN_PARTIES_KEPT)) {
        base_free(last);
        return false;
    }
    group->in_row = group->last == NULL || (group->in_row && follows_on(group->last, name));
    base_free(group->last);
    group->last = last;
    if (kept != NULL)
        group->names[group->kept++] = kept;
    group->count++;
    return true;
}

static bool open_group(const run_survey *self, uint32_t number, run_wait_groups *groups) {
    run_wait_group *items =
        base_grown(groups->items, groups->count, &groups->capacity, sizeof *items);
    if (items == NULL)
        return false;
    groups->items = items;
    run_wait_group *group = &items[groups->count];
    *group = (run_wait_group){0};
    if (!run_survey_describe(self, number, &group->wait))
        return false;
    groups->count++;
    return true;
}

/* In a group of those who are like it, or of its own. */
static void keep_in_group(const run_survey *self, uint32_t number, struct base_map *by_hash,
                          likeness likes[], run_wait_groups *groups) {
    likeness like = likeness_of(self, number);
    uint64_t hash = hash_likeness(&like);
    uint32_t found = base_map_get(by_hash, hash);
    if (found != UINT32_MAX && !same_likeness(&likes[found], &like))
        found = UINT32_MAX;
    if (found == UINT32_MAX && groups->count < RUN_WAITS_KEPT && open_group(self, number, groups)) {
        found = (uint32_t)groups->count - 1;
        likes[found] = like;
        (void)base_map_put(by_hash, hash, found);
    }
    if (found == UINT32_MAX ||
        !join_group(&groups->items[found], cad_task_name(self->tasks[number])))
        groups->left_out++;
}

static void keep_groups(const run_survey *self, run_wait_groups *groups) {
    struct base_map by_hash = {0};
    likeness likes[RUN_WAITS_KEPT];
    for (uint32_t i = 0; i < self->count; i++)
        keep_in_group(self, i, &by_hash, likes, groups);
    base_map_free(&by_hash);
}

static void keep_ring(const run_survey *self, uint32_t circle, run_wait_list *ring) {
    uint32_t first = self->firsts[circle], task = first;
    do {
        keep(self, task, RUN_RING_KEPT, ring);
        task = run_survey_next_of(self, task);
    } while (task != first);
}

void run_survey_keep(const run_survey *self, run_waits *waits) {
    waits->task_count = self->count;
    for (uint32_t i = 0; i < self->count; i++)
        keep(self, i, RUN_WAITS_KEPT, &waits->tasks);
    keep_groups(self, &waits->groups);
    for (uint32_t i = 0; i < self->circles.count; i++) {
        if (waits->ring_count == RUN_CIRCLES_KEPT)
            break;
        keep_ring(self, i, &waits->rings[waits->ring_count]);
        waits->ring_count += waits->rings[waits->ring_count].count > 0;
    }
    waits->more_rings = self->circles.count - waits->ring_count;
}

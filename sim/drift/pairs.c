/* Keeps the pairs that a comparison finds, with the times that the model has to answer for. */
#include "drift/pairs.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cadran.h"

bool drift_is_of_model(enum trace_kind kind) {
    switch (kind) {
    case TRACE_TASK_BEGIN:
    case TRACE_TASK_END:
    case TRACE_SPAN_BEGIN:
    case TRACE_SPAN_END:
    case TRACE_WAIT_BEGIN:
    case TRACE_WAIT_END:
    case TRACE_WAKES:
    case TRACE_PRINT:
    case TRACE_SIGNAL:
    case TRACE_CANCEL:
    case TRACE_TIMEOUT:
    case TRACE_ERROR:
        return true;
    default:
        return false;
    }
}

bool drift_is_duration(const char *wait) {
    static const char work[] = "to_thread";
    return strcmp(wait, "sleep") == 0 || strncmp(wait, work, sizeof work - 1) == 0;
}

static void start(struct cmp_pairs *taker) {
    struct drift_pairs *pairs = (struct drift_pairs *)(void *)taker;
    pairs->count = 0;
}

static int64_t model_time(const struct drift_pairs *pairs, int64_t time_ns) {
    bool known = pairs->lateness != NULL && time_ns != CMP_NO_TIME;
    return known ? drift_unhindered(pairs->lateness, time_ns) : time_ns;
}

static int take(struct cmp_pairs *taker, const struct cmp_event *event) {
    struct drift_pairs *pairs = (struct drift_pairs *)(void *)taker;
    const struct cmp_event *model = &event[CMP_A], *real = &event[CMP_B];
    if (!drift_is_of_model(model->kind))
        return 0;
    if (!base_grow(&pairs->list, &pairs->capacity, pairs->count, sizeof *pairs->list))
        return CAD_ENOMEM;
    pairs->list[pairs->count++] =
        (struct drift_pair){.place = {model->ordinal, real->ordinal},
                            .time_ns = {model->time_ns, real->time_ns},
                            .begin_ns = {model->begin_ns, real->begin_ns},
                            .model_ns = model_time(pairs, real->time_ns),
                            .model_begin_ns = model_time(pairs, real->begin_ns),
                            .kind = model->kind,
                            .task = model->task,
                            .object = model->object,
                            .other = model->other,
                            .name = model->name};
    return 0;
}

void drift_pairs_init(struct drift_pairs *pairs, const struct drift_lateness *lateness) {
    *pairs = (struct drift_pairs){.taker = {.start = start, .pair = take}, .lateness = lateness};
}

void drift_pairs_free(struct drift_pairs *pairs) {
    base_free(pairs->list);
}

/* A wait without length is one event of the trace, and two here: its begin comes first. */
static int by_place(const void *left, const void *right) {
    const struct drift_pair *one = left, *other = right;
    if (one->place[CMP_A] != other->place[CMP_A])
        return one->place[CMP_A] < other->place[CMP_A] ? -1 : 1;
    return (int)one->kind - (int)other->kind;
}

void drift_pairs_sort(struct drift_pairs *pairs) {
    if (pairs->count > 0)
        qsort(pairs->list, pairs->count, sizeof *pairs->list, by_place);
}

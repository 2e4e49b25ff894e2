/* All ends and beginnings, from the last event back to the first. Each task has a slack at the
 * place that has been come to: what comes before may be late by so much. Over work, sleeps and
 * turns it stays the same; a wait that a task ended has room of its own, which is that wait's
 * length, and hands its slack to who ended it. */
#include "why/slack.h"

#include "base/memory.h"
#include "cadran.h"

#include <stdlib.h>
#include <string.h>

enum mark_kind { TASK_ENDS, WAIT_ENDS, SPAN_ENDS, TASK_BEGINS };

struct mark {
    uint64_t ordinal;
    uint32_t index;
    uint8_t kind; /* enum mark_kind */
};

struct marks {
    struct mark *items;
    size_t count;
};

static void add(struct marks *marks, enum mark_kind kind, size_t index, uint64_t ordinal) {
    if (ordinal != 0)
        marks->items[marks->count++] =
            (struct mark){.ordinal = ordinal, .index = (uint32_t)index, .kind = (uint8_t)kind};
}

static int later_first(const void *left, const void *right) {
    uint64_t a = ((const struct mark *)left)->ordinal, b = ((const struct mark *)right)->ordinal;
    return a < b ? 1 : a > b ? -1 : 0;
}

static bool list_marks(const struct why_run *run, struct marks *marks) {
    size_t most = 2 * run->task_count + run->wait_count + run->span_count;
    marks->items = base_alloc(most * sizeof *marks->items);
    if (marks->items == NULL)
        return false;
    for (size_t i = 0; i < run->task_count; i++) {
        add(marks, TASK_BEGINS, i, run->tasks[i].begin_ordinal);
        add(marks, TASK_ENDS, i, run->tasks[i].end_ordinal);
    }
    for (size_t i = 0; i < run->wait_count; i++)
        add(marks, WAIT_ENDS, i, run->waits[i].end_ordinal);
    for (size_t i = 0; i < run->span_count; i++)
        add(marks, SPAN_ENDS, i, run->spans[i].end_ordinal);
    qsort(marks->items, marks->count, sizeof *marks->items, later_first);
    return true;
}

static void narrow(int64_t *slack_ns, int64_t most_ns) {
    if (most_ns < *slack_ns)
        *slack_ns = most_ns;
}

static void pass_wait(struct why_wait *wait, int64_t *slacks) {
    int64_t *own = &slacks[wait->task];
    wait->slack_ns = *own;
    if (wait->by == WHY_NONE)
        return;
    narrow(&slacks[wait->by], *own);
    if (__builtin_add_overflow(*own, wait->end_ns - wait->begin_ns, own))
        *own = WHY_FREE;
}

static void pass(struct why_run *run, const struct mark *mark, int64_t end_ns, int64_t *slacks) {
    const struct why_task *task;
    switch ((enum mark_kind)mark->kind) {
    case TASK_ENDS:
        narrow(&slacks[mark->index], end_ns - run->tasks[mark->index].end_ns);
        break;
    case WAIT_ENDS:
        pass_wait(&run->waits[mark->index], slacks);
        break;
    case SPAN_ENDS:
        run->spans[mark->index].slack_ns = slacks[run->spans[mark->index].task];
        break;
    case TASK_BEGINS:
        task = &run->tasks[mark->index];
        if (task->by != WHY_NONE)
            narrow(&slacks[task->by], slacks[mark->index]);
        break;
    }
}

/* When the last task ended; WHY_FREE: not all did, so that the run has no end of its own. */
static int64_t last_end(const struct why_run *run) {
    int64_t last_ns = 0;
    for (size_t i = 0; i < run->task_count; i++) {
        if (run->tasks[i].end_ordinal == 0)
            return WHY_FREE;
        if (run->tasks[i].end_ns > last_ns)
            last_ns = run->tasks[i].end_ns;
    }
    return run->outcome != 0 ? last_ns : WHY_FREE;
}

int why_find_slack(struct why_run *run) {
    struct marks marks = {0};
    int64_t *slacks = base_alloc(run->task_count * sizeof *slacks);
    bool fine = slacks != NULL && list_marks(run, &marks);
    for (size_t i = 0; i < run->wait_count; i++)
        run->waits[i].slack_ns = WHY_FREE;
    for (size_t i = 0; i < run->span_count; i++)
        run->spans[i].slack_ns = WHY_FREE;
    for (size_t i = 0; fine && i < run->task_count; i++)
        slacks[i] = WHY_FREE;
    int64_t end_ns = last_end(run);
    for (size_t i = 0; fine && end_ns != WHY_FREE && i < marks.count; i++)
        pass(run, &marks.items[i], end_ns, slacks);
    base_free(slacks);
    base_free(marks.items);
    return fine ? 0 : CAD_ENOMEM;
}

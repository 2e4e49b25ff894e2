/* Puts the steps of each task side by side: an alignment of two rows.
 *
 * Steps that are the same at both ends of what is left are paired at once. What is between them is
 * aligned by a table of the best alignments of all beginnings, as the longest common subsequence is
 * found. Such a table grows with the product of both lengths; so it is made of the next few steps,
 * then of more, until the two rows are seen to go on side by side, and of a longer row no more than
 * so many are looked at together: what it costs grows with the length of what differs alone. */
#include "compare/align.h"

#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "cadran.h"
#include "compare/queues.h"

#include <string.h>

/* So many steps of both sides are looked at together, at first and at most. */
enum { WINDOW_FIRST = 64, WINDOW_MAX = 1024 };

/* A pair in which both say the same counts for one more than a pair; a pair for more than all of
 * these. One in which both say so at the same time is hardly chance: it counts for four. */
enum { PAIR = WINDOW_MAX + 1, SAME = PAIR + 1, SAME_NOW = 4 * PAIR + 1 };

/* How the best alignment of two beginnings ends. */
enum way { WAY_PAIR, WAY_A, WAY_B };

/* The steps of one task: places in the lists of both sides. */
struct rows {
    struct cmp_alignment *alignment;
    const uint32_t *row[CMP_SIDES];
    size_t at[CMP_SIDES], end[CMP_SIDES]; /* what has no pair yet */
    uint32_t *pair_count;                 /* of all tasks */
};

struct table {
    uint32_t best[2][WINDOW_MAX + 1]; /* of the last two lines */
    uint8_t way[WINDOW_MAX + 1][WINDOW_MAX + 1];
};

bool cmp_align_keep(struct cmp_alignment *alignment, int side, struct cmp_step step) {
    struct cmp_steps *steps = &alignment->steps[side];
    if (steps->count == UINT32_MAX - 1 ||
        !base_grow(&steps->list, &steps->capacity, steps->count, sizeof *steps->list))
        return false;
    steps->list[steps->count++] = step;
    return true;
}

void cmp_align_free(struct cmp_alignment *alignment) {
    base_free(alignment->steps[CMP_A].list);
    base_free(alignment->steps[CMP_B].list);
    *alignment = (struct cmp_alignment){0};
}

/* --- One task ------------------------------------------------------------------------------- */

static struct cmp_step *step_at(const struct rows *rows, int side, size_t place) {
    return &rows->alignment->steps[side].list[rows->row[side][place]];
}

/* Whether a task sleeps for another time, and had done more or less at that moment before: one of
 * the two was put in, or taken away, as it is no other time that keeps a task from what it did. */
static bool are_two_sleeps(const struct cmp_step *a, const struct cmp_step *b) {
    return a->kind == TRACE_WAIT_BEGIN && a->object == CMP_NOBODY && a->said != b->said &&
           a->time_ns == b->time_ns && a->nth != b->nth;
}

static uint32_t worth(const struct cmp_step *a, const struct cmp_step *b) {
    if (are_two_sleeps(a, b))
        return 0;
    if (a->what != b->what || a->said != b->said)
        return a->what != b->what ? 0 : PAIR;
    return a->time_ns == b->time_ns ? SAME_NOW : SAME;
}

static void pair(const struct rows *rows, size_t a, size_t b) {
    uint32_t number = ++*rows->pair_count;
    step_at(rows, CMP_A, a)->pair = step_at(rows, CMP_B, b)->pair = number;
}

static bool both_left(const struct rows *rows) {
    return rows->at[CMP_A] < rows->end[CMP_A] && rows->at[CMP_B] < rows->end[CMP_B];
}

static void pair_beginning(struct rows *rows) {
    while (both_left(rows) && worth(step_at(rows, CMP_A, rows->at[CMP_A]),
                                    step_at(rows, CMP_B, rows->at[CMP_B])) >= SAME)
        pair(rows, rows->at[CMP_A]++, rows->at[CMP_B]++);
}

static void pair_end(struct rows *rows) {
    while (both_left(rows) && worth(step_at(rows, CMP_A, rows->end[CMP_A] - 1),
                                    step_at(rows, CMP_B, rows->end[CMP_B] - 1)) >= SAME)
        pair(rows, --rows->end[CMP_A], --rows->end[CMP_B]);
}

/* The best alignments of the beginnings of `count` steps of each side. */
static void fill(struct table *table, const struct rows *rows, const size_t count[CMP_SIDES]) {
    memset(table->best, 0, sizeof table->best);
    for (size_t i = 1; i <= count[CMP_A]; i++) {
        const uint32_t *above = table->best[(i - 1) % 2];
        uint32_t *line = table->best[i % 2];
        const struct cmp_step *a = step_at(rows, CMP_A, rows->at[CMP_A] + i - 1);
        for (size_t j = 1; j <= count[CMP_B]; j++) {
            uint32_t paired = worth(a, step_at(rows, CMP_B, rows->at[CMP_B] + j - 1));
            bool a_alone = above[j] >= line[j - 1];
            line[j] = a_alone ? above[j] : line[j - 1];
            table->way[i][j] = a_alone ? WAY_A : WAY_B;
            if (paired > 0 && above[j - 1] + paired >= line[j]) {
                line[j] = above[j - 1] + paired;
                table->way[i][j] = WAY_PAIR;
            }
        }
    }
}

/* Whether the best alignment of all ends with so many pairs. */
static bool ends_in_pairs(const struct table *table, const size_t count[CMP_SIDES], size_t pairs) {
    for (size_t n = 0; n < pairs; n++)
        if (count[CMP_A] <= n || count[CMP_B] <= n ||
            table->way[count[CMP_A] - n][count[CMP_B] - n] != WAY_PAIR)
            return false;
    return true;
}

/* Takes the pairs of the best alignment; of those in a window only that are in its first part, as
 * what comes behind it may want the others. */
static void take_pairs(const struct table *table, struct rows *rows, const size_t count[CMP_SIDES],
                       bool whole) {
    size_t left[CMP_SIDES] = {count[CMP_A], count[CMP_B]}, taken[CMP_SIDES] = {0, 0};
    while (left[CMP_A] > 0 && left[CMP_B] > 0) {
        enum way way = (enum way)table->way[left[CMP_A]][left[CMP_B]];
        bool first =
            whole || (left[CMP_A] * 4 <= count[CMP_A] * 3 && left[CMP_B] * 4 <= count[CMP_B] * 3);
        if (way == WAY_PAIR && first) {
            if (taken[CMP_A] == 0)
                memcpy(taken, left, sizeof taken);
            pair(rows, rows->at[CMP_A] + left[CMP_A] - 1, rows->at[CMP_B] + left[CMP_B] - 1);
        }
        left[CMP_A] -= way != WAY_B;
        left[CMP_B] -= way != WAY_A;
    }
    for (int side = 0; side < CMP_SIDES; side++)
        rows->at[side] += whole              ? count[side]
                          : taken[CMP_A] > 0 ? taken[side]
                                             : (count[side] * 3 + 3) / 4;
}

/* The next steps of what is left. */
static void align_window(struct rows *rows, struct table *table) {
    size_t size = WINDOW_FIRST, count[CMP_SIDES];
    bool whole;
    do {
        whole = true;
        for (int side = 0; side < CMP_SIDES; side++) {
            count[side] = rows->end[side] - rows->at[side];
            whole = whole && count[side] <= size;
            if (count[side] > size)
                count[side] = size;
        }
        fill(table, rows, count);
        size *= 2;
    } while (!whole && size <= WINDOW_MAX && !ends_in_pairs(table, count, size / 8));
    take_pairs(table, rows, count, whole);
}

static void align_rows(struct rows *rows, struct table *table) {
    pair_end(rows);
    while (both_left(rows)) {
        pair_beginning(rows);
        if (both_left(rows))
            align_window(rows, table);
    }
}

/* --- What has been moved -------------------------------------------------------------------- */

static uint64_t key_of(const struct cmp_step *step) {
    return base_mix(base_mix(step->what, 0), step->said);
}

/* Those that are left on both sides and say the same stand at another place of their task. */
static int pair_moved(struct cmp_alignment *alignment, uint32_t *pair_count) {
    struct cmp_queues lines;
    memset(&lines, 0, sizeof lines);
    int error = 0;
    for (size_t i = 0; i < alignment->steps[CMP_A].count && error == 0; i++) {
        const struct cmp_step *step = &alignment->steps[CMP_A].list[i];
        if (step->pair == CMP_NO_PAIR && !cmp_queues_push(&lines, key_of(step), (uint32_t)i))
            error = CAD_ENOMEM;
    }
    for (size_t i = 0; i < alignment->steps[CMP_B].count && error == 0; i++) {
        struct cmp_step *step = &alignment->steps[CMP_B].list[i];
        uint32_t other = step->pair == CMP_NO_PAIR && !cmp_queues_empty(&lines)
                             ? cmp_queues_pop(&lines, key_of(step))
                             : UINT32_MAX;
        if (other != UINT32_MAX)
            step->pair = alignment->steps[CMP_A].list[other].pair = ++*pair_count;
    }
    cmp_queues_free(&lines);
    return error;
}

/* --- All tasks ------------------------------------------------------------------------------ */

/* The steps of one side, by task. */
struct sorted {
    uint32_t *places; /* in the list: those of a task one behind the other */
    uint32_t *begins; /* of each task, and behind the last */
};

static bool sort(struct sorted *sorted, const struct cmp_steps *steps, size_t task_count) {
    sorted->places = base_alloc((steps->count + 1) * sizeof *sorted->places);
    sorted->begins = base_zalloc(task_count + 2, sizeof *sorted->begins);
    if (sorted->places == NULL || sorted->begins == NULL)
        return false;
    uint32_t *ends = sorted->begins + 1; /* they become the begins of the next */
    for (size_t i = 0; i < steps->count; i++)
        ends[steps->list[i].task + 1]++;
    for (size_t task = 0; task < task_count; task++)
        ends[task + 1] += ends[task];
    for (size_t i = 0; i < steps->count; i++)
        sorted->places[ends[steps->list[i].task]++] = (uint32_t)i;
    return true;
}

/* A run under the virtual clock tells of a wait at the end of its moment (event.h); one under the
 * real clock, whose moments are none, before the state that comes of it. */
static void begin_sooner(const struct rows *rows, uint32_t *row, int side) {
    for (size_t i = 1; i < rows->end[side]; i++) {
        const struct cmp_step *before = step_at(rows, side, i - 1), *step = step_at(rows, side, i);
        if (before->kind == TRACE_STATE && step->kind == TRACE_WAIT_BEGIN &&
            before->object == step->object) {
            uint32_t place = row[i];
            row[i] = row[i - 1];
            row[i - 1] = place;
        }
    }
}

static void count_in_moments(const struct rows *rows, int side) {
    for (size_t i = 1; i < rows->end[side]; i++) {
        const struct cmp_step *before = step_at(rows, side, i - 1);
        struct cmp_step *step = step_at(rows, side, i);
        if (step->time_ns == before->time_ns)
            step->nth = before->nth + 1;
    }
}

/* Whether both did as much of the same, one after the other: then counting is right. */
static bool is_in_step(const struct rows *rows) {
    if (rows->end[CMP_A] != rows->end[CMP_B])
        return false;
    for (size_t i = 0; i < rows->end[CMP_A]; i++)
        if (step_at(rows, CMP_A, i)->what != step_at(rows, CMP_B, i)->what)
            return false;
    return true;
}

static void pair_all(struct rows *rows) {
    for (size_t i = 0; i < rows->end[CMP_A]; i++)
        pair(rows, i, i);
}

static bool align_all(struct cmp_alignment *alignment, const struct sorted sorted[CMP_SIDES],
                      size_t task_count, uint32_t *pair_count, bool *otherwise) {
    struct table *table = base_alloc(sizeof *table);
    if (table == NULL)
        return false;
    for (size_t task = 0; task < task_count; task++) {
        struct rows rows = {.alignment = alignment, .pair_count = pair_count};
        for (int side = 0; side < CMP_SIDES; side++) {
            rows.row[side] = sorted[side].places + sorted[side].begins[task];
            rows.end[side] = sorted[side].begins[task + 1] - sorted[side].begins[task];
            count_in_moments(&rows, side);
            if (alignment->begins_late[side])
                begin_sooner(&rows, sorted[side].places + sorted[side].begins[task], side);
        }
        if (is_in_step(&rows)) {
            pair_all(&rows);
        } else {
            *otherwise = true;
            align_rows(&rows, table);
        }
    }
    base_free(table);
    return true;
}

int cmp_align(struct cmp_alignment *alignment, size_t task_count, bool *otherwise) {
    struct sorted sorted[CMP_SIDES] = {{0}, {0}};
    uint32_t pair_count = CMP_NO_PAIR;
    *otherwise = false;
    bool ready = sort(&sorted[CMP_A], &alignment->steps[CMP_A], task_count) &&
                 sort(&sorted[CMP_B], &alignment->steps[CMP_B], task_count) &&
                 align_all(alignment, sorted, task_count, &pair_count, otherwise);
    for (int side = 0; side < CMP_SIDES; side++) {
        base_free(sorted[side].places);
        base_free(sorted[side].begins);
    }
    return ready ? pair_moved(alignment, &pair_count) : CAD_ENOMEM;
}

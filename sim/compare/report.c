/* Puts together what a comparison says. */
#include "compare/report.h"

#include "base/memory.h"
#include "base/number.h"
#include "cadran.h"
#include "compare/report_state.h"
#include "compare/result.h"
#include "compare/sources.h"
#include "compare/words.h"
#include "trace/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many roots and tasks one looks at, how many objects, and how many ends of tasks. */
enum { SHOWN = 5, OBJECTS_SHOWN = 3, ENDS_SHOWN = 2 };

const char *cmp_next_line(const struct cmp_lines *lines, const char *line) {
    const char *next = line == NULL ? lines->text.data : line + strlen(line) + 1;
    return next == NULL || next == lines->text.data + lines->text.length ? NULL : next;
}

/* A report, a part of which is written. */
struct maker {
    const struct cmp_result *result;
    struct cmp_report *report;
    struct cmp_writer writer;
    bool all;
};

static void begin_part(struct maker *maker, int part) {
    maker->writer.out = &maker->report->part[part].text;
}

static void end_line(struct maker *maker) {
    cmp_write_bytes(&maker->writer, "", 1);
}

static void add_more(struct maker *maker, uint64_t more, const char *what) {
    if (more == 0)
        return;
    cmp_write(&maker->writer, "... and %" PRIu64 " more %s", more, what);
    end_line(maker);
}

/* --- The verdict ---------------------------------------------------------------------------- */

static void add_level(struct maker *maker) {
    const struct cmp_result *result = maker->result;
    struct cmp_writer *writer = &maker->writer;
    uint64_t roots = cmp_root_count(result), rest = cmp_difference_count(result) - roots;
    if (cmp_level(result) == CMP_LEVEL_BYTES)
        cmp_write(writer, "The same bytes");
    else if (cmp_level(result) == CMP_LEVEL_ORDER)
        cmp_write(writer, "The same causes, order and times; other bytes");
    else if (cmp_level(result) == CMP_LEVEL_CAUSES)
        cmp_write(writer, "The same causes; other %s", roots > 0 ? "times" : "order at one time");
    else
        cmp_write(writer, "Different causes");
    if (roots > 0)
        cmp_write(writer, ": %" PRIu64 " root%s, %" PRIu64 " consequence%s", roots,
                  base_plural(roots), rest, base_plural(rest));
    cmp_write(writer, ".");
    end_line(maker);
}

/* What explains differences before anything has happened. */
static void add_settings(struct maker *maker) {
    const struct cmp_result *result = maker->result;
    if (result->seeds[CMP_A] != result->seeds[CMP_B]) {
        cmp_write(&maker->writer, "B has seed %" PRId64 ", A %" PRId64 ": what is drawn differs.",
                  result->seeds[CMP_B], result->seeds[CMP_A]);
        end_line(maker);
    }
    if (result->real[CMP_A] != result->real[CMP_B]) {
        cmp_write(&maker->writer, "%s ran under the real clock, the other under the virtual one.",
                  result->real[CMP_A] ? "A" : "B");
        end_line(maker);
    }
    bool exact = result->tolerance.time_ns == 0 && !(result->tolerance.share > 0);
    if ((result->real[CMP_A] || result->real[CMP_B]) && exact && cmp_root_count(result) > 0) {
        cmp_write(&maker->writer, "No run under the real clock has the times of another: to "
                                  "compare beside them, --level order --tolerance 20ms.");
        end_line(maker);
    }
}

/* "Renamed: queue inbox of A is box in B." */
static void add_rename(struct maker *maker, const struct cmp_thing *thing, bool first) {
    const struct cmp_result *result = maker->result;
    const char *type = cmp_text(result, thing->type);
    const char *before = cmp_text(result, thing->name[CMP_A]);
    const char *after = cmp_text(result, thing->name[CMP_B]);
    cmp_write(&maker->writer, "%s%s%s", first ? "Renamed: " : "  ", type, type[0] != 0 ? " " : "");
    cmp_write_shown(&maker->writer, before, strlen(before));
    cmp_write(&maker->writer, " of A is ");
    cmp_write_shown(&maker->writer, after, strlen(after));
    cmp_write(&maker->writer, " in B.");
    end_line(maker);
}

static void add_renames(struct maker *maker) {
    const struct cmp_table *tables[] = {&maker->result->things.tasks,
                                        &maker->result->things.objects};
    uint64_t count = 0;
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (size_t i = 0; i < tables[t]->count; i++)
            if (cmp_is_renamed(&tables[t]->things[i]) && (count++ < SHOWN || maker->all))
                add_rename(maker, &tables[t]->things[i], count == 1);
    add_more(maker, count > SHOWN && !maker->all ? count - SHOWN : 0, "that were renamed");
}

/* --- Roots ---------------------------------------------------------------------------------- */

/* "at 1 s: job0 wakes job7, not job4, by queue window" */
static void write_difference(struct maker *maker, uint32_t number) {
    const struct cmp_difference *difference = cmp_difference_at(maker->result, number);
    int side = cmp_side_of(difference);
    if (difference->event[CMP_B].ordinal != 0 &&
        difference->event[CMP_B].time_ns < difference->event[side].time_ns)
        side = CMP_B;
    cmp_write(&maker->writer, "at ");
    cmp_write_time(&maker->writer, difference->event[side].time_ns, false);
    cmp_write(&maker->writer, ": ");
    cmp_write_sentence(&maker->writer, maker->result, difference);
}

/* Where in the files, and in which span. */
static void add_place(struct maker *maker, const struct cmp_difference *root) {
    struct cmp_writer *writer = &maker->writer;
    const struct cmp_event *a = &root->event[CMP_A], *b = &root->event[CMP_B];
    if (root->span != 0) {
        const char *span = cmp_text(maker->result, root->span);
        cmp_write(writer, "in span \"");
        cmp_write_shown(writer, span, strlen(span));
        cmp_write(writer, "\"; ");
    }
    if (a->ordinal != 0)
        cmp_write(writer, "line %" PRIu64 " of A%s", a->line, b->ordinal != 0 ? ", " : "");
    if (b->ordinal != 0)
        cmp_write(writer, "line %" PRIu64 " of B", b->line);
    end_line(maker);
}

static int add_state(struct maker *maker, int side, char message[CMP_MESSAGE_SIZE]) {
    uint32_t number = cmp_root_at(maker->result, 0);
    base_buffer *out = &maker->report->part[side == CMP_A ? CMP_STATE_A : CMP_STATE_B].text;
    struct trace_state *state;
    int error = cmp_state_before(maker->result, number, side, &state, message);
    if (error != 0)
        return error;
    maker->report->untold |= !trace_state_now(state)->detailed;
    error = cmp_put_state(maker->result, cmp_difference_at(maker->result, number), side, state,
                          maker->all, out);
    trace_state_free(state);
    return error;
}

/* *same: whether both had come to the same state, because they had said the same: one event a line.
 * As cmp_compare(). */
static int had_the_same(const struct cmp_result *result, const struct cmp_difference *difference,
                        bool *same, char message[CMP_MESSAGE_SIZE]) {
    const struct cmp_event *event = &difference->event[cmp_side_of(difference)];
    const uint64_t *before = difference->before;
    *same = before[CMP_A] == before[CMP_B] && event->line == event->ordinal;
    return *same ? cmp_share_lines(result, before[CMP_A] - 1, same, message) : 0;
}

static int add_first_root(struct maker *maker, char message[CMP_MESSAGE_SIZE]) {
    struct cmp_report *report = maker->report;
    uint32_t number = cmp_root_at(maker->result, 0);
    const struct cmp_difference *root = cmp_difference_at(maker->result, number);
    begin_part(maker, CMP_ROOT);
    write_difference(maker, number);
    end_line(maker);
    add_place(maker, root);
    bool same = false;
    int error = add_state(maker, CMP_A, message);
    if (error == 0)
        error = had_the_same(maker->result, root, &same, message);
    if (error != 0 || same)
        return error;
    error = add_state(maker, CMP_B, message);
    base_buffer *a = &report->part[CMP_STATE_A].text, *b = &report->part[CMP_STATE_B].text;
    if (error == 0 && a->length == b->length &&
        (a->length == 0 || memcmp(a->data, b->data, a->length) == 0))
        base_buffer_clear(b);
    return error;
}

static void add_other_roots(struct maker *maker) {
    size_t count = cmp_root_count(maker->result);
    size_t shown = maker->all || count <= SHOWN + 1 ? count : SHOWN;
    begin_part(maker, CMP_OTHER_ROOTS);
    for (size_t i = 1; i < shown; i++) {
        write_difference(maker, cmp_root_at(maker->result, i));
        end_line(maker);
    }
    add_more(maker, count - shown, "roots");
}

/* --- Consequences --------------------------------------------------------------------------- */

/* What a task has of them; or an object, whose state the trace does not say who has changed. */
struct share {
    uint32_t thing; /* a task, or, behind all tasks, an object */
    uint32_t count, first;
};

static int compare_shares(const void *a, const void *b) {
    const struct share *left = a, *right = b;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    return left->first < right->first ? -1 : left->first > right->first;
}

static uint32_t thing_of(const struct cmp_result *result, const struct cmp_event *event) {
    return event->task == 0 && event->object != CMP_NOBODY
               ? (uint32_t)cmp_task_count(result) + event->object
               : event->task;
}

static void count_shares(const struct cmp_result *result, struct share *shares) {
    for (uint32_t i = 0; i < result->count; i++) {
        const struct cmp_difference *difference = &result->differences[i];
        if (difference->root == i)
            continue;
        uint32_t thing = thing_of(result, &difference->event[cmp_side_of(difference)]);
        shares[thing].thing = thing;
        if (shares[thing].count++ == 0)
            shares[thing].first = i;
    }
}

static void add_share(struct maker *maker, const struct share *share) {
    uint32_t tasks = (uint32_t)cmp_task_count(maker->result);
    if (share->thing < tasks)
        cmp_write_task(&maker->writer, maker->result, share->thing, CMP_B);
    else
        cmp_write_object(&maker->writer, maker->result, share->thing - tasks, CMP_B);
    cmp_write(&maker->writer, ": %" PRIu32 ", first ", share->count);
    write_difference(maker, share->first);
    end_line(maker);
}

/* The tasks and objects that have most. */
static int add_shares(struct maker *maker) {
    size_t count = cmp_task_count(maker->result) + cmp_object_count(maker->result), used = 0;
    struct share *shares = base_zalloc(count, sizeof *shares);
    if (shares == NULL)
        return CAD_ENOMEM;
    count_shares(maker->result, shares);
    for (size_t i = 0; i < count; i++)
        if (shares[i].count > 0)
            shares[used++] = shares[i];
    qsort(shares, used, sizeof *shares, compare_shares);
    for (size_t i = 0; i < used && i < SHOWN; i++)
        add_share(maker, &shares[i]);
    add_more(maker, used > SHOWN ? used - SHOWN : 0, "tasks and objects");
    base_free(shares);
    return 0;
}

static int add_consequences(struct maker *maker) {
    const struct cmp_result *result = maker->result;
    begin_part(maker, CMP_CONSEQUENCES);
    if (!maker->all)
        return add_shares(maker);
    for (uint32_t i = 0; i < result->count; i++) {
        if (result->differences[i].root == i)
            continue;
        write_difference(maker, i);
        end_line(maker);
    }
    return 0;
}

/* --- What it meant -------------------------------------------------------------------------- */

static void add_makespan(struct maker *maker) {
    const int64_t *times_ns = cmp_effect(maker->result)->makespan_ns;
    struct cmp_writer *writer = &maker->writer;
    cmp_write(writer, "makespan: ");
    cmp_write_time(writer, times_ns[CMP_B], false);
    if (times_ns[CMP_A] == times_ns[CMP_B]) {
        cmp_write(writer, ", as in A");
    } else {
        cmp_write(writer, ", not ");
        cmp_write_time(writer, times_ns[CMP_A], false);
        cmp_write(writer, " (");
        cmp_write_change(writer, times_ns[CMP_B] - times_ns[CMP_A]);
        cmp_write(writer, ")");
    }
    end_line(maker);
}

static void add_concurrency(struct maker *maker) {
    const struct cmp_effect *effect = cmp_effect(maker->result);
    const uint64_t *most = effect->max_spans;
    if (most[CMP_A] == 0 && most[CMP_B] == 0)
        return;
    cmp_write(&maker->writer, "concurrency: at most %" PRIu64 " span%s", most[CMP_B],
              base_plural(most[CMP_B]));
    if (most[CMP_A] != most[CMP_B])
        cmp_write(&maker->writer, ", not %" PRIu64, most[CMP_A]);
    cmp_write(&maker->writer, "; on average %.4g", effect->mean_spans[CMP_B]);
    if (effect->mean_spans[CMP_A] != effect->mean_spans[CMP_B])
        cmp_write(&maker->writer, ", not %.4g", effect->mean_spans[CMP_A]);
    end_line(maker);
}

/* Tasks that fail now, or do no more. What is a root is told already. */
static void add_ends(struct maker *maker) {
    const struct cmp_result *result = maker->result;
    uint64_t count = 0;
    for (uint32_t i = 0; i < result->count; i++) {
        if (!cmp_is_other_end(&result->differences[i]) || cmp_is_root(result, i) ||
            (count++ >= ENDS_SHOWN && !maker->all))
            continue;
        write_difference(maker, i);
        end_line(maker);
    }
    add_more(maker, count > ENDS_SHOWN && !maker->all ? count - ENDS_SHOWN : 0,
             "tasks end in another way");
}

static void write_both_times(struct cmp_writer *writer, const int64_t times_ns[CMP_SIDES]) {
    cmp_write_time(writer, times_ns[CMP_B], true);
    if (times_ns[CMP_A] == times_ns[CMP_B])
        return;
    cmp_write(writer, ", not ");
    cmp_write_time(writer, times_ns[CMP_A], true);
}

static void add_waits(struct maker *maker, uint32_t object) {
    const struct cmp_waits *waits = cmp_waits(maker->result, object);
    struct cmp_writer *writer = &maker->writer;
    cmp_write_object(writer, maker->result, object, CMP_B);
    cmp_write(writer, ": %" PRIu64 " wait%s", waits->count[CMP_B],
              base_plural(waits->count[CMP_B]));
    if (waits->count[CMP_A] != waits->count[CMP_B])
        cmp_write(writer, ", not %" PRIu64, waits->count[CMP_A]);
    cmp_write(writer, "; in all ");
    write_both_times(writer, waits->total_ns);
    cmp_write(writer, "; the longest ");
    write_both_times(writer, waits->longest_ns);
    end_line(maker);
}

static bool waits_differ(const struct cmp_waits *waits) {
    return waits->count[CMP_A] != waits->count[CMP_B] ||
           waits->total_ns[CMP_A] != waits->total_ns[CMP_B] ||
           waits->longest_ns[CMP_A] != waits->longest_ns[CMP_B];
}

static void add_effects(struct maker *maker) {
    const struct cmp_result *result = maker->result;
    uint64_t count = 0;
    begin_part(maker, CMP_EFFECTS);
    add_makespan(maker);
    add_concurrency(maker);
    add_ends(maker);
    for (uint32_t i = 0; i < cmp_object_count(result); i++)
        if (waits_differ(cmp_waits(result, i)) && (count++ < OBJECTS_SHOWN || maker->all))
            add_waits(maker, i);
    add_more(maker, count > OBJECTS_SHOWN && !maker->all ? count - OBJECTS_SHOWN : 0,
             "objects are waited for otherwise");
}

/* --- Swaps ---------------------------------------------------------------------------------- */

static void add_swaps(struct maker *maker) {
    const struct cmp_difference *swap = cmp_first_swap(maker->result);
    if (swap == NULL)
        return;
    begin_part(maker, CMP_SWAPS);
    cmp_write(&maker->writer, "at ");
    cmp_write_time(&maker->writer, swap->event[CMP_A].time_ns, false);
    cmp_write(&maker->writer, ": ");
    cmp_write_event(&maker->writer, maker->result, &swap->event[CMP_B], CMP_B);
    cmp_write(&maker->writer, " before ");
    cmp_write_event(&maker->writer, maker->result, &swap->event[CMP_A], CMP_A);
    end_line(maker);
    add_more(maker, cmp_swap_count(maker->result) - 1, "times");
}

/* --- All of it ------------------------------------------------------------------------------ */

int cmp_make_report(const struct cmp_result *result, bool all, struct cmp_report *report,
                    char message[CMP_MESSAGE_SIZE]) {
    struct maker maker = {.result = result, .report = report, .all = all};
    int error = 0;
    memset(report, 0, sizeof *report);
    begin_part(&maker, CMP_VERDICT);
    add_level(&maker);
    add_settings(&maker);
    add_renames(&maker);
    if (cmp_root_count(result) > 0) {
        error = add_first_root(&maker, message);
        add_other_roots(&maker);
        if (error == 0)
            error = add_consequences(&maker);
        add_effects(&maker);
    }
    add_swaps(&maker);
    if (error == 0)
        error = maker.writer.error;
    if (error == CAD_ENOMEM)
        snprintf(message, CMP_MESSAGE_SIZE, CMP_NO_MEMORY);
    return error;
}

void cmp_free_report(struct cmp_report *report) {
    for (int part = 0; part < CMP_PARTS; part++)
        base_buffer_free(&report->part[part].text);
}
